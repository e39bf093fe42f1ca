//! Instances by design: network, signs and kinks first, then residuals for which the point is stationary (or just
//! not), then the targets that give these residuals.

use super::instance::{Instance, Net};
use super::linear::{Q, integer, null_space, q};
use super::rng::Rng;
use num_traits::{Signed, ToPrimitive, Zero};

impl Instance {
    /// An instance of a random kind.
    pub fn random(rng: &mut Rng) -> Self {
        let mut instance = network(rng, 0);
        let mut residuals = Design::new(&instance, rng).residuals(rng);
        // With few samples the conditions may leave nothing but zero residuals, where every point is a minimum.
        for extra in 1..4 {
            if residuals.iter().flatten().filter(|e| !e.is_zero()).count() < 3 {
                instance = network(rng, 4 * extra);
                residuals = Design::new(&instance, rng).residuals(rng);
            }
        }
        let values: Vec<_> =
            (0..instance.rows.len()).map(|k| (instance.value(&instance.net, k), instance.weight(k))).collect();
        for (k, (value, c)) in values.iter().enumerate().filter(|(_, (_, c))| !c.is_zero()) {
            for ((y, value), eps) in instance.y[k].iter_mut().zip(value).zip(&residuals) {
                *y = value - &eps[k] / c;
            }
        }
        disturb(&mut instance, rng);
        instance
    }
}

/// Samples with parallel, opposite, equal and zero inputs, and neurons with kinks at them; the targets are random.
fn network(rng: &mut Rng, extra: usize) -> Instance {
    let outputs = if rng.chance(30) { 2 } else { 1 };
    let hidden_bias = rng.chance(40);
    let width = rng.range(1 + i64::from(hidden_bias), 4) as usize;
    let neurons = rng.pick(&[1, 1, 1, 2, 2, 3]);
    let mut w: Vec<Vec<i64>> = Vec::new();
    for _ in 0..neurons {
        let size = rng.pick(&[1, 1, 2]);
        let mut new: Vec<i64> = (0..width).map(|_| rng.range(-size, size)).collect();
        match rng.below(12) {
            0 => new.fill(0),
            1 if !w.is_empty() => {
                let factor = rng.pick(&[1, -1, 2]);
                new = rng.pick(&w).iter().map(|v| v * factor).collect();
            }
            _ => new[rng.below(width)] = rng.pick(&[1, -1]),
        }
        w.push(new);
    }
    let q_inputs = rng.pick(&[1, 1, 1, 2, 3]);
    let count = (neurons * width).min(12) + 1 + rng.below(6) + extra;
    let mut rows: Vec<Vec<i64>> = Vec::new();
    for _ in 0..count {
        let new = row(rng, &rows, &w, width, hidden_bias.then_some(q_inputs));
        rows.push(new);
    }
    let slopes = rng.pick(&[
        [q(1, 1), q(0, 1)],
        [q(1, 1), q(0, 1)],
        [q(1, 1), q(1, 4)],
        [q(0, 1), q(1, 1)],
        [q(1, 1), q(-1, 1)],
    ]);
    let c = rng.chance(30).then(|| (0..count).map(|_| rng.pick(&[q(1, 1), q(2, 1), q(1, 3), q(0, 1)])).collect());
    let output = |rng: &mut Rng| -> Vec<Q> { (0..outputs).map(|_| rng.rational()).collect() };
    let one_sign = rng.chance(70);
    let h = (0..neurons).map(|_| match (rng.chance(22), one_sign) {
        (true, _) => vec![Q::zero(); outputs],
        (_, true) => output(rng).iter().map(Signed::abs).collect(),
        _ => output(rng),
    });
    let h = h.collect();
    let w = w.iter().map(|w| {
        let denominator = rng.pick(&[1, 1, 2, 3]);
        w.iter().map(|v| q(*v, denominator)).collect()
    });
    let w = w.collect();
    let bias = rng.chance(50).then(|| output(rng));
    let y = (0..count).map(|_| output(rng)).collect();
    Instance { rows, q: q_inputs, hidden_bias, slopes, c, y, net: Net { w, h, bias } }
}

/// One row of inputs; `last` is the value of the bias coordinate.
fn row(rng: &mut Rng, rows: &[Vec<i64>], w: &[Vec<i64>], width: usize, last: Option<i64>) -> Vec<i64> {
    if !rows.is_empty() && rng.chance(15) {
        let factor = if last.is_some() { 1 } else { rng.pick(&[1, -1, 2, -2, 3]) };
        return rng.pick(rows).iter().map(|v| v * factor).collect();
    }
    if last.is_none() && rng.chance(3) {
        return vec![0; width];
    }
    let mut row: Vec<i64> = (0..width).map(|_| rng.range(-3, 3)).collect();
    if let Some(last) = last {
        row[width - 1] = last;
    }
    let w = rng.pick(w);
    let free = width - usize::from(last.is_some());
    let solvable: Vec<usize> = (0..free).filter(|&a| w[a].abs() == 1).collect();
    if !solvable.is_empty() && rng.chance(70) {
        let a = rng.pick(&solvable);
        let rest: i64 = (0..width).filter(|&b| b != a).map(|b| w[b] * row[b]).sum();
        row[a] = -rest * w[a];
    }
    row
}

/// Linear conditions on the residuals, one unknown for each output and sample, and the signs that make kinks convex.
struct Design<'a> {
    instance: &'a Instance,
    conditions: Vec<Vec<Q>>,
    wanted: Vec<(Vec<Q>, usize)>,
}

impl<'a> Design<'a> {
    fn new(instance: &'a Instance, rng: &mut Rng) -> Self {
        let mut design = Self { instance, conditions: Vec::new(), wanted: Vec::new() };
        let (count, outputs) = (instance.rows.len(), instance.outputs());
        let units: Vec<Vec<Q>> =
            (0..outputs).map(|j| (0..outputs).map(|o| integer((o == j).into())).collect()).collect();
        for unit in &units {
            for k in (0..count).filter(|&k| instance.weight(k).is_zero()) {
                design.condition(unit, |l| integer((l == k).into()));
            }
            if instance.net.bias.is_some() {
                design.condition(unit, |_| integer(1));
            }
        }
        for i in 0..instance.net.w.len() {
            design.neuron(i, &units, rng);
        }
        design
    }

    fn neuron(&mut self, i: usize, units: &[Vec<Q>], rng: &mut Rng) {
        let instance = self.instance;
        let (w, h) = (&instance.net.w[i], &instance.net.h[i]);
        let z: Vec<Q> = (0..instance.rows.len()).map(|k| instance.preactivation(w, k)).collect();
        let [above, below] = &instance.slopes;
        let (even, odd) = ((above + below) / integer(2), (above - below) / integer(2));
        for unit in units {
            self.condition(unit, |k| instance.rho(z[k].clone()));
        }
        let dead = h.iter().all(Zero::is_zero);
        let classes = classes(&instance.rows);
        let zero_form = rng.chance(if dead { 45 } else { 5 });
        if zero_form {
            for (class, _) in &classes {
                let member = |k: usize| match classes[k].0 == *class && z[k].is_zero() {
                    true => integer(classes[k].1.abs()),
                    false => Q::zero(),
                };
                units.iter().for_each(|unit| self.condition(unit, member));
            }
        }
        if dead && !zero_form {
            return;
        }
        // lam of each class; parallel inputs share it, opposite ones take its negative.
        let ends = [q(1, 1), q(-1, 1)];
        let inner = [q(0, 1), q(0, 1), q(1, 2), q(-1, 2), q(1, 3), q(-3, 4)];
        let lam: Vec<Q> = (0..instance.rows.len())
            .map(|_| match rng.below(20) {
                _ if zero_form => Q::zero(),
                0 => rng.pick(&ends) * q(1025, 1024),
                1..=3 => rng.pick(&ends),
                _ => rng.pick(&inner),
            })
            .collect();
        let slope = |k: usize| match (z[k].is_positive(), z[k].is_negative()) {
            (true, _) => above.clone(),
            (_, true) => below.clone(),
            _ => &even + &odd * &lam[classes[k].0] * integer(classes[k].1.signum()),
        };
        let combined = [h.clone()];
        let outputs = if rng.chance(80) { units } else { &combined };
        for a in 0..instance.width() {
            for output in outputs {
                self.condition(output, |k| slope(k) * integer(instance.rows[k][a]));
            }
        }
        let kinks = (0..z.len()).filter(|&k| z[k].is_zero());
        self.wanted.extend(kinks.map(|k| (h.iter().map(|h| h * &odd).collect(), k)));
    }

    /// sum_k coefficient_k (output . eps_k) = 0.
    fn condition(&mut self, output: &[Q], coefficient: impl Fn(usize) -> Q) {
        let row =
            output.iter().flat_map(|o| (0..self.instance.rows.len()).map(|k| coefficient(k) * o).collect::<Vec<_>>());
        self.conditions.push(row.collect());
    }

    /// A solution, led towards convex kinks for a random time.
    fn residuals(self, rng: &mut Rng) -> Vec<Vec<Q>> {
        let (count, outputs) = (self.instance.rows.len(), self.instance.outputs());
        let basis = null_space(self.conditions, count * outputs);
        let floats: Vec<Vec<f64>> =
            basis.iter().map(|b| b.iter().map(|v| v.to_f64().unwrap_or(0.0)).collect()).collect();
        let wanted: Vec<(Vec<f64>, usize)> =
            self.wanted.iter().map(|(h, k)| (h.iter().map(|v| v.to_f64().unwrap_or(0.0)).collect(), *k)).collect();
        let score = |v: &[i64]| -> f64 {
            let at = |a: usize| -> f64 { floats.iter().zip(v).map(|(b, v)| b[a] * *v as f64).sum() };
            let signed = |(h, k): &(Vec<f64>, usize)| -> f64 {
                h.iter().enumerate().map(|(j, h)| h * at(j * count + k)).sum::<f64>()
            };
            // A wrong sign costs its size; a right one earns a little.
            wanted.iter().map(signed).map(|s| if s < 0.0 { s } else { 0.3 * s.min(1.0) }).sum()
        };
        let mut best: Vec<i64> = basis.iter().map(|_| rng.range(-3, 3)).collect();
        for _ in 0..if basis.is_empty() { 0 } else { rng.pick(&[0, 30, 100, 200]) } {
            let mut next = best.clone();
            let place = rng.below(next.len());
            next[place] += rng.pick(&[-5, -2, -1, 1, 2, 5]);
            if score(&next) >= score(&best) {
                best = next;
            }
        }
        let at = |a: usize| -> Q { basis.iter().zip(&best).map(|(b, v)| &b[a] * integer(*v)).sum() };
        (0..outputs).map(|j| (0..count).map(|k| at(j * count + k)).collect()).collect()
    }
}

/// For each row the first row parallel to it, and the factor to a primitive vector. Zero rows are their own class.
fn classes(rows: &[Vec<i64>]) -> Vec<(usize, i64)> {
    let primitive: Vec<(Vec<i64>, i64)> = rows.iter().map(|r| primitive(r)).collect();
    let first = |p: &Vec<i64>| primitive.iter().position(|(other, _)| other == p).unwrap();
    primitive.iter().map(|(p, t)| (first(p), *t)).collect()
}

/// The row divided by its content, first nonzero entry positive, and the divisor.
pub fn primitive(row: &[i64]) -> (Vec<i64>, i64) {
    let gcd = row.iter().fold(0, |a: i64, &b| num_integer::gcd(a, b));
    match row.iter().find(|v| **v != 0) {
        None => (row.to_vec(), 0),
        Some(lead) => (row.iter().map(|v| v / (gcd * lead.signum())).collect(), gcd * lead.signum()),
    }
}

/// Some instances are moved a little, some are left to chance.
fn disturb(instance: &mut Instance, rng: &mut Rng) {
    let k = rng.below(instance.rows.len());
    let small = q(rng.pick(&[1, -1]), 1 << rng.range(3, 30));
    let j = rng.below(instance.outputs());
    match rng.below(20) {
        0 | 1 => instance.y[k][j] += small,
        2 => instance.y.iter_mut().flatten().for_each(|y| *y = rng.rational()),
        3 => {
            let (i, a) = (rng.below(instance.net.w.len()), rng.below(instance.width()));
            instance.net.w[i][a] += small;
        }
        _ => {}
    }
}
