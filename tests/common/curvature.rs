//! Verdicts by the second order (T5), attacked with the naive loss.

use super::exact::Judged;
use super::instance::{Instance, Net};
use super::linear::{Q, dot, integer, null_space, q};
use super::rng::Rng;
use lowpoint::kernel::certificate::{Curvature, Direction};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

/// Divides the residuals.
pub fn shrink(instance: &mut Instance, divisor: i64) {
    for k in 0..instance.rows.len() {
        let value = instance.value(&instance.net, k);
        instance.y[k].iter_mut().zip(value).for_each(|(y, f)| *y = &f + (&*y - &f) / integer(divisor));
    }
}

/// The statement behind the verdict holds near the point.
pub fn holds(instance: &Instance, judged: &Judged, curvature: &Curvature, rng: &mut Rng) {
    match curvature {
        Curvature::Absent => {}
        Curvature::Positive => {
            nothing_is_lower(instance, judged, rng);
            (0..30).for_each(|_| least_is_positive(instance, judged, rng));
        }
        Curvature::Descent { direction, step } => keeps_descending(instance, direction, step),
    }
}

/// Random and critical directions, at scales far below the least |w.x| and the residuals' reciprocals: no lower loss.
fn nothing_is_lower(instance: &Instance, judged: &Judged, rng: &mut Rng) {
    let here = instance.loss(&instance.net);
    let residuals = instance.residuals(&instance.net);
    let largest = residuals.iter().flatten().map(|e| e.to_integer().bits()).max().unwrap_or(0) as usize;
    for _ in 0..40 {
        let direction = direction(instance, judged, rng);
        for power in [12, 16, 20, 30, 40] {
            let power = power + 2 * largest;
            let moved = moved(&instance.net, &direction, &Q::new(BigInt::one(), BigInt::one() << power));
            assert!(instance.loss(&moved) >= here, "a lower loss at 2^-{power}: {moved:?}\n{instance}");
        }
    }
}

/// The least Q over all g and d, by the definition of Q, for critical input weights u: positive, but for u along w,
/// where it is 0 (T5).
fn least_is_positive(instance: &Instance, judged: &Judged, rng: &mut Rng) {
    let (net, samples) = (&instance.net, 0..instance.rows.len());
    let slope = |z: &Q, t: &Q| {
        instance.slopes[usize::from(if z.is_zero() { t.is_negative() } else { z.is_negative() })].clone()
    };
    let live: Vec<usize> = (0..net.w.len())
        .filter(|&i| {
            samples.clone().any(|k| {
                let z = instance.preactivation(&net.w[i], k);
                z.is_zero() || !slope(&z, &z).is_zero()
            })
        })
        .collect();
    let u: Vec<Vec<Q>> = live.iter().map(|&i| critical(instance, judged, i, rng)).collect();
    let mut columns: Vec<Vec<Q>> = net.bias.iter().map(|_| vec![Q::one(); instance.rows.len()]).collect();
    for &i in &live {
        columns.push(samples.clone().map(|k| instance.rho(instance.preactivation(&net.w[i], k))).collect());
    }
    let weighted = |a: &[Q], b: &[Q]| samples.clone().map(|k| &a[k] * &b[k] * instance.weight(k)).sum::<Q>();
    let mut least = Q::zero();
    for j in 0..instance.outputs() {
        let moved = |k: usize| -> Q {
            let one = |(&i, u): (&usize, &Vec<Q>)| {
                let (z, t) = (instance.preactivation(&net.w[i], k), instance.preactivation(u, k));
                &net.h[i][j] * slope(&z, &t) * t
            };
            live.iter().zip(&u).map(one).sum()
        };
        let moved: Vec<Q> = samples.clone().map(moved).collect();
        let mut linear: Vec<Q> = columns.iter().map(|column| weighted(column, &moved)).collect();
        let own = live.iter().zip(&u).map(|(&i, u)| slopes(instance, i, u)[j].clone());
        linear.iter_mut().skip(net.bias.iter().len()).zip(own).for_each(|(l, own)| *l += own);
        // The least is at v with H v + linear = 0.
        let row = |(column, l): (&Vec<Q>, &Q)| {
            columns.iter().map(|other| weighted(column, other)).chain([l.clone()]).collect()
        };
        let solved = null_space(columns.iter().zip(&linear).map(row).collect(), columns.len() + 1);
        assert!(solved.len() == 1 && solved[0][columns.len()].is_one(), "Q vanishes for some g and d\n{instance}");
        least += (weighted(&moved, &moved) + dot(&solved[0][..columns.len()], &linear)) / integer(2);
    }
    let along =
        |(&i, u): (&usize, &Vec<Q>)| null_space(vec![net.w[i].clone(), u.clone()], u.len()).len() + 1 == u.len();
    match live.iter().zip(&u).all(along) {
        true => assert!(least.is_zero(), "Q is not invariant\n{instance}"),
        false => assert!(least.is_positive(), "Q = {least} along {u:?}\n{instance}"),
    }
}

/// A critical direction of a neuron: zero, or a sum of critical generators of one cell.
fn critical(instance: &Instance, judged: &Judged, i: usize, rng: &mut Rng) -> Vec<Q> {
    let net = &instance.net;
    let mut sum = vec![Q::zero(); net.w[i].len()];
    let generators: Vec<&Vec<BigInt>> =
        judged.neurons[i].directions.iter().filter(|u| slope(instance, i, u).is_zero()).collect();
    if generators.is_empty() || rng.chance(35) {
        return sum;
    }
    let kinks: Vec<usize> =
        (0..instance.rows.len()).filter(|&k| instance.preactivation(&net.w[i], k).is_zero()).collect();
    for _ in 0..rng.pick(&[1, 2, 4]) {
        let more: Vec<Q> = rng.pick(&generators).iter().map(|v| Q::from_integer(v.clone())).collect();
        let opposite = |&k: &usize| (instance.preactivation(&sum, k) * instance.preactivation(&more, k)).is_negative();
        if !kinks.iter().any(opposite) {
            let factor = rng.pick(&[q(1, 1), q(2, 1), q(1, 3)]);
            sum.iter_mut().zip(more).for_each(|(s, v)| *s += v * &factor);
        }
    }
    sum
}

/// The witness lowers the loss, and so do all steps along it near the point.
fn keeps_descending(instance: &Instance, direction: &Direction, step: &Q) {
    let here = instance.loss(&instance.net);
    for power in std::iter::once(0).chain(24..60) {
        let mut moved = instance.net.clone();
        moved.step(direction, &(step / integer(1 << power)));
        assert!(instance.loss(&moved) < here, "no lower loss after {power} halvings\n{instance}");
    }
}

/// A change of all parameters, of size at most one; of each neuron at random, or along a generator of its cells.
fn direction(instance: &Instance, judged: &Judged, rng: &mut Rng) -> Net {
    let net = &instance.net;
    let entry = |rng: &mut Rng| q(rng.pick(&[-4, -3, -1, 0, 0, 1, 2, 4]), 4);
    let mut vector = |n: usize| -> Vec<Q> { (0..n).map(|_| entry(rng)).collect() };
    let mut random = Net {
        w: net.w.iter().map(|w| vector(w.len())).collect(),
        h: net.h.iter().map(|h| vector(h.len())).collect(),
        bias: net.bias.as_ref().map(|b| vector(b.len())),
    };
    for (i, generators) in judged.neurons.iter().enumerate() {
        match rng.below(6) {
            0 => random.w[i].fill(Q::zero()),
            1..4 if !generators.directions.is_empty() => {
                // Critical directions are sums of critical generators of one cell.
                let critical: Vec<&Vec<BigInt>> =
                    generators.directions.iter().filter(|u| slope(instance, i, u).is_zero()).collect();
                if critical.is_empty() {
                    continue;
                }
                random.w[i].fill(Q::zero());
                for _ in 0..rng.pick(&[1, 1, 2]) {
                    let u = rng.pick(&critical);
                    let size = u.iter().map(Signed::abs).max().unwrap_or_else(BigInt::one);
                    random.w[i].iter_mut().zip(u).for_each(|(w, u)| *w += Q::new(u.clone(), size.clone()));
                }
            }
            _ => {}
        }
        if rng.chance(25) {
            random.h[i].fill(Q::zero());
        }
    }
    // The critical directions whose output weights follow them best: g = -t D(u), for a random t.
    if rng.chance(60) {
        for i in 0..net.w.len() {
            let t = rng.pick(&[q(0, 1), q(1, 8), q(1, 2), q(1, 1), q(3, 1)]);
            random.h[i] = slopes(instance, i, &random.w[i]).iter().map(|d| -d * &t).collect();
        }
    }
    random
}

/// h_i . D_i(u).
fn slope(instance: &Instance, i: usize, u: &[BigInt]) -> Q {
    let u: Vec<Q> = u.iter().map(|v| Q::from_integer(v.clone())).collect();
    slopes(instance, i, &u).iter().zip(&instance.net.h[i]).map(|(d, h)| d * h).sum()
}

/// D_i(u).
fn slopes(instance: &Instance, i: usize, u: &[Q]) -> Vec<Q> {
    let residuals = instance.residuals(&instance.net);
    let mut sum = vec![Q::zero(); instance.outputs()];
    for (k, eps) in residuals.iter().enumerate() {
        let (z, t) = (instance.preactivation(&instance.net.w[i], k), instance.preactivation(u, k));
        let below = if z.is_zero() { t.is_negative() } else { z.is_negative() };
        let change = t * &instance.slopes[usize::from(below)];
        sum.iter_mut().zip(eps).for_each(|(s, e)| *s += e * &change);
    }
    sum
}

fn moved(net: &Net, direction: &Net, t: &Q) -> Net {
    let add = |values: &[Q], change: &[Q]| values.iter().zip(change).map(|(v, c)| v + c * t).collect();
    Net {
        w: net.w.iter().zip(&direction.w).map(|(v, c)| add(v, c)).collect(),
        h: net.h.iter().zip(&direction.h).map(|(v, c)| add(v, c)).collect(),
        bias: net.bias.as_ref().zip(direction.bias.as_ref()).map(|(v, c)| add(v, c)),
    }
}
