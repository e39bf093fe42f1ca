//! Mixed forms posed as networks: samples whose residuals give a neuron the wanted slope form, the neuron at zero,
//! where every sample is a kink, or with all kinks in its hyperplane; and neurons beside it that share the residuals.

use crate::common::design::primitive;
use crate::common::instance::{Instance, Net};
use crate::common::linear::{Q, dot, independent, integer, q};
use crate::common::rng::Rng;
use crate::exact::directions;
use crate::forms::Form;
use crate::mixed_forms::form;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Most sets of rank - 1 kinks that the oracle enumerates for a neuron.
const MOST_SETS: usize = 60;

/// A network whose first neuron has a mixed form, with more rays than a test likes to see only now and then.
pub fn mixed(rng: &mut Rng) -> Instance {
    loop {
        let (_, form) = form(rng);
        let mut posed = Posed::new(form, rng);
        posed.kinks(rng);
        posed.slope(rng);
        let instance = posed.instance(rng);
        if sets(&instance) <= MOST_SETS || rng.chance(5) {
            return instance;
        }
    }
}

/// The sets of the neuron that has most.
fn sets(instance: &Instance) -> usize {
    let kinks = |w: &Vec<Q>| {
        let at_kink = (0..instance.rows.len()).filter(|&k| instance.preactivation(w, k).is_zero());
        let mut rows: Vec<_> = at_kink.map(|k| primitive(&instance.rows[k]).0).collect();
        rows.sort();
        rows.dedup();
        let rank = independent(&rows).len();
        num_integer::binomial(rows.len(), rank.saturating_sub(1))
    };
    instance.net.w.iter().map(kinks).max().unwrap_or(0)
}

/// Samples and residuals so far; the first input is the one that the neuron's weights see.
struct Posed {
    form: Form,
    /// The neuron's weight on the first input: 0, or what makes all classes lie in its hyperplane.
    weight: Q,
    /// The bias coordinate of all rows, 0 for none: then the last column of the form's variables.
    bias: i64,
    slopes: [Q; 2],
    h: Vec<Q>,
    other: Other,
    rows: Vec<Vec<i64>>,
    eps: Vec<Vec<Q>>,
    /// The linear part of h.D that the samples give so far.
    linear: Vec<Q>,
}

/// The residuals' part orthogonal to h.
#[derive(Clone)]
enum Other {
    Zero,
    /// The same multiple of h.eps everywhere: T4 has a margin wherever h.D >= 0.
    Along(Vec<Q>),
    /// Random multiples, so small: T4 has a margin where h.D has room to spare.
    Random(Vec<Q>, Q),
}

impl Posed {
    fn new(mut form: Form, rng: &mut Rng) -> Self {
        let outputs = rng.pick(&[1, 1, 2, 2, 3, 3]);
        let slopes = rng.pick(&[[q(1, 1), q(0, 1)], [q(1, 1), q(1, 4)], [q(0, 1), q(1, 1)], [q(1, 1), q(-1, 1)]]);
        let bias = if rng.chance(20) { lift(&mut form, rng).unwrap_or(0) } else { 0 };
        // With a bias coordinate no two inputs are opposite: at w = 0 the linear part is what the kinks make it.
        let asleep = rng.chance(if bias == 0 { 55 } else { 15 });
        let weight = if asleep { Q::zero() } else { rng.pick(&[q(1, 1), q(1, 2), q(-2, 3)]) };
        let mut h: Vec<Q> = (0..outputs).map(|_| rng.rational()).collect();
        if h.iter().all(Zero::is_zero) || rng.chance(10) {
            h.fill(Q::zero());
            h[rng.below(outputs)] = rng.pick(&[q(1, 1), q(-1, 2)]);
        }
        let random: Vec<Q> = (0..outputs).map(|_| rng.rational()).collect();
        let share = dot(&random, &h) / dot(&h, &h);
        let across: Vec<Q> = random.iter().zip(&h).map(|(v, h)| v - &share * h).collect();
        let other = match rng.below(4) {
            0 => Other::Zero,
            1 => Other::Along(across),
            _ => Other::Random(across, rng.pick(&[q(1, 1), q(1, 20), q(1, 10_000)])),
        };
        let linear = vec![Q::zero(); form.linear.len()];
        Self { form, weight, bias, slopes, h, other, rows: Vec::new(), eps: Vec::new(), linear }
    }

    fn even(&self) -> Q {
        (&self.slopes[0] + &self.slopes[1]) / integer(2)
    }

    fn odd(&self) -> Q {
        (&self.slopes[0] - &self.slopes[1]) / integer(2)
    }

    /// eps with h.eps = `wanted`.
    fn residual(&self, wanted: &Q, rng: &mut Rng) -> Vec<Q> {
        let along = wanted / dot(&self.h, &self.h);
        let across = match &self.other {
            Other::Zero => vec![Q::zero(); self.h.len()],
            Other::Along(v) => v.iter().map(|v| v * wanted).collect(),
            Other::Random(v, size) => {
                let factor = size * wanted * rng.pick(&[q(-1, 1), q(0, 1), q(1, 2), q(1, 1)]);
                v.iter().map(|v| v * &factor).collect()
            }
        };
        self.h.iter().zip(across).map(|(h, a)| h * &along + a).collect()
    }

    fn push(&mut self, first: i64, rest: &[i64], eps: Vec<Q>) {
        self.rows.push([&[first], rest].concat());
        self.eps.push(eps);
    }

    /// Samples at kinks: each class as one input, or several that are parallel, opposite or equal.
    fn kinks(&mut self, rng: &mut Rng) {
        let bends = std::mem::take(&mut self.form.bends);
        for (kappa, x) in &bends {
            // Multiples t of x and shares of kappa.
            let shares: &[(i64, Q)] = &match (self.bias, rng.below(6)) {
                (0, 0 | 1) => vec![(1, q(1, 2)), (-1, q(1, 2))],
                (0, 2) => vec![(1, q(1, 3)), (-2, q(2, 3))],
                (0, 3) => vec![(-1, q(3, 1)), (2, q(-2, 1))],
                (_, 4) => vec![(1, q(2, 1)), (1, q(-1, 1))],
                _ => vec![(1, q(1, 1))],
            };
            for (t, share) in shares {
                let t = if self.bias == 0 { *t } else { self.bias / x[x.len() - 1] };
                let wanted = Q::from_integer(kappa.clone()) * share / (self.odd() * integer(t.abs()));
                let row: Vec<i64> = x.iter().map(|x| x * t).collect();
                let tilt = &wanted * self.even();
                self.linear.iter_mut().zip(&row).for_each(|(p, x)| *p += &tilt * integer(*x));
                let eps = self.residual(&wanted, rng);
                self.push(0, &row, eps);
            }
        }
        self.form.bends = bends;
    }

    /// Samples that make the linear part what the form wants, without a class that bends.
    fn slope(&mut self, rng: &mut Rng) {
        let missing: Vec<Q> =
            self.form.linear.iter().zip(&self.linear).map(|(p, l)| Q::from_integer(p.clone()) - l).collect();
        match self.weight.is_zero() {
            true if self.bias == 0 && !self.even().is_zero() => self.opposite_pairs(&missing, rng),
            true => {}
            false => self.pairs_off_the_kink(&missing, rng),
        }
    }

    /// x and -x with residuals e and -e: e rho(z) - e rho(-z) = (a+ + a-) e z.
    fn opposite_pairs(&mut self, missing: &[Q], rng: &mut Rng) {
        let common = missing.iter().fold(BigInt::one(), |m, v| m.lcm(v.denom()));
        let whole: Vec<BigInt> = missing.iter().map(|v| v.numer() * (&common / v.denom())).collect();
        let divisor = whole.iter().fold(BigInt::zero(), |m, v| m.gcd(v));
        if divisor.is_zero() {
            return;
        }
        let short: Vec<Option<i64>> =
            whole.iter().map(|v| (v / &divisor).to_i64().filter(|v| v.abs() < 1000)).collect();
        let mut pairs: Vec<(Vec<i64>, Q)> = Vec::new();
        match short.into_iter().collect() {
            Some(row) => pairs.push((row, Q::new(divisor, common))),
            None => {
                for (a, v) in missing.iter().enumerate().filter(|(_, v)| !v.is_zero()) {
                    pairs.push((unit(missing.len(), a, 1), v.clone()));
                }
            }
        }
        for (row, size) in pairs {
            let eps = self.residual(&(size / (self.even() * integer(2))), rng);
            let opposite: Vec<i64> = row.iter().map(|v| -v).collect();
            let minus = eps.iter().map(|e| -e).collect();
            self.push(0, &row, eps);
            self.push(0, &opposite, minus);
        }
    }

    /// Samples on one side of the hyperplane that add nothing to G: two at one height, or heights 1 and 2 with
    /// residuals 2 and -1.
    fn pairs_off_the_kink(&mut self, missing: &[Q], rng: &mut Rng) {
        let width = missing.len();
        let side = if self.slopes[1].is_zero() || (!self.slopes[0].is_zero() && rng.chance(50)) { 0 } else { 1 };
        let above = if side == 0 { 1 } else { -1 };
        let z = if self.weight.is_positive() { above } else { -above };
        let base = if self.bias == 0 { vec![0; width] } else { unit(width, width - 1, self.bias) };
        for (a, v) in missing.iter().enumerate().filter(|(_, v)| !v.is_zero()) {
            if self.bias != 0 && a == width - 1 {
                let eps = self.residual(&(v / (&self.slopes[side] * integer(self.bias))), rng);
                self.push(z, &base, eps.iter().map(|e| e * integer(2)).collect());
                self.push(2 * z, &base, eps.iter().map(|e| -e).collect());
            } else {
                let eps = self.residual(&(v / &self.slopes[side]), rng);
                let mut moved = base.clone();
                moved[a] += 1;
                self.push(z, &moved, eps.clone());
                self.push(z, &base, eps.iter().map(|e| -e).collect());
            }
        }
    }

    /// The network with targets that give the residuals.
    fn instance(mut self, rng: &mut Rng) -> Instance {
        let width = self.form.linear.len();
        let bias = (self.bias == 0 && rng.chance(25)).then(|| self.h.iter().map(|_| rng.rational()).collect());
        if bias.is_some() {
            // An input of zero takes the rest.
            let sum = |j: usize| self.eps.iter().map(|e| -&e[j]).sum::<Q>();
            let rest = (0..self.h.len()).map(sum).collect();
            self.push(0, &vec![0; width], rest);
        }
        let mut first = vec![Q::zero(); width + 1];
        first[0] = self.weight.clone();
        let mut net = Net { w: vec![first], h: vec![self.h.clone()], bias };
        for _ in 0..rng.pick(&[0, 0, 1, 1, 2]) {
            let (w, h) = self.companion(rng);
            net.w.push(w);
            net.h.push(h);
        }
        // At w = 0 nothing sees the first input.
        if net.w.iter().all(|w| w[0].is_zero()) && self.rows.iter().all(|r| r[0] == 0) {
            net.w.iter_mut().for_each(|w| *w = w.split_off(1));
            self.rows.iter_mut().for_each(|r| *r = r.split_off(1));
        }
        let count = self.rows.len();
        let c = rng.chance(20).then(|| (0..count).map(|_| rng.pick(&[q(1, 1), q(2, 1), q(1, 3)])).collect());
        let y = vec![vec![Q::zero(); self.h.len()]; count];
        let (rows, slopes) = (self.rows, self.slopes);
        let mut instance = Instance { rows, q: self.bias.max(1), hidden_bias: self.bias != 0, slopes, c, y, net };
        instance.y = instance.residuals(&instance.net);
        for (k, eps) in self.eps.iter().enumerate() {
            let c = instance.weight(k);
            instance.y[k].iter_mut().zip(eps).for_each(|(y, e)| *y = (&*y - e) / &c);
        }
        instance
    }

    /// A neuron that the same residuals may leave stationary.
    fn companion(&self, rng: &mut Rng) -> (Vec<Q>, Vec<Q>) {
        let width = self.form.linear.len();
        let mut w = vec![Q::zero(); width + 1];
        let factor = rng.pick(&[q(1, 1), q(2, 1), q(1, 3)]);
        let mut h: Vec<Q> = self.h.iter().map(|h| h * &factor).collect();
        w[0] = self.weight.clone() * rng.pick(&[q(1, 1), q(3, 1)]);
        match rng.below(8) {
            0 => w[0] = -w[0].clone(),
            1 => w[0] = Q::zero(),
            2 => h.fill(Q::zero()),
            3 => h.iter_mut().for_each(|h| *h += rng.pick(&[q(0, 1), q(1, 1000), q(-1, 1000)])),
            // Where the form vanishes and its rays are the new neuron's hyperplane.
            4 | 5 if self.weight.is_zero() => {
                let zeros = directions(&self.form.classes(), width).0;
                let zeros: Vec<_> = zeros.into_iter().filter(|u| self.form.value(u).is_zero()).collect();
                if !zeros.is_empty() {
                    let u = rng.pick(&zeros);
                    let size = u.iter().map(Signed::abs).max().filter(|s| !s.is_zero()).unwrap_or_else(BigInt::one);
                    w[1..].iter_mut().zip(u).for_each(|(w, u)| *w = Q::new(u, size.clone()));
                }
            }
            _ => {}
        }
        (w, h)
    }
}

fn unit(width: usize, place: usize, value: i64) -> Vec<i64> {
    let mut v = vec![0; width];
    v[place] = value;
    v
}

/// Coordinates in which the last entry of no class is zero, and the least number that all of them divide.
fn lift(form: &mut Form, rng: &mut Rng) -> Option<i64> {
    let last = form.linear.len() - 1;
    for _ in 0..20 {
        let factors: Vec<i64> = (0..last).map(|_| rng.range(-2, 2)).collect();
        let lifted = |x: &[i64]| x[last] + x.iter().zip(&factors).map(|(x, f)| x * f).sum::<i64>();
        let common = form.bends.iter().fold(1, |m: i64, (_, x)| m.lcm(&lifted(x)));
        if (1..=60).contains(&common) {
            form.bends.iter_mut().for_each(|(_, x)| x[last] = lifted(x));
            let moved: BigInt = form.linear.iter().zip(&factors).map(|(p, f)| p * f).sum();
            form.linear[last] += moved;
            return Some(common);
        }
    }
    None
}
