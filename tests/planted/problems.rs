//! Problems with a rational stationary point that is known beforehand: parameters, kinks and multipliers are chosen, then
//! the residuals next to random ones for which all equations hold, then the targets that give these residuals.

use crate::common::instance::Net;
use crate::common::linear::{Q, dot, integer, q, reduce};
use crate::common::rng::Rng;
use lowpoint::kernel::dataset::Dataset;
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::{Activation, Network, Neuron};
use lowpoint::kernel::penalty::Penalty;
use lowpoint::kernel::problem::{Digests, Problem};
use num_traits::{Signed, ToPrimitive, Zero};

/// Parallel samples on the kink of one neuron.
#[derive(Clone)]
pub struct Class {
    /// Each sample k with t_k, x_k = t_k x_C, where x_C is the first sample's input.
    pub members: Vec<(usize, Q)>,
    /// lam_C: inside (-1, 1) for a multiplier that is inside.
    pub lam: Q,
}

/// A problem with its stationary point.
#[derive(Clone)]
pub struct Planted {
    /// x_k, with the bias coordinate.
    pub rows: Vec<Vec<Q>>,
    pub hidden_bias: bool,
    pub slopes: [Q; 2],
    pub c: Option<Vec<Q>>,
    pub y: Vec<Vec<Q>>,
    /// The point.
    pub net: Net,
    pub penalty: Penalty,
    /// The classes of kinks of each neuron, by their first samples.
    pub classes: Vec<Vec<Class>>,
    /// eps_k = c_k (f(x_k) - y_k), N rows of J.
    pub eps: Vec<Vec<Q>>,
}

/// What is planted.
#[derive(Clone, Copy)]
pub struct Kind {
    pub decays: bool,
    pub outputs: usize,
    /// Residuals are about one over this.
    pub calm: i64,
    /// Multipliers outside their intervals at the first neuron with kinks.
    pub outside: bool,
    /// The first neuron has h = 0.
    pub asleep: bool,
    /// Inputs that depend on others, on all samples or where a neuron is active; without decay.
    pub redundant: bool,
}

impl Planted {
    /// A random one; `None` where the choices do not go together.
    pub fn random(rng: &mut Rng, kind: Kind) -> Option<Self> {
        let mut planted = Self::parameters(rng, kind);
        planted.samples(rng);
        if kind.redundant && rng.chance(60) {
            planted.add_rare_input(rng);
        }
        planted.apart().then_some(())?;
        planted.collect_classes(rng, kind);
        let (rows, sums) = planted.equations();
        let first = planted.first_residuals(rng, kind);
        planted.eps = nearest_solution(rows, sums, first, kind.outputs)?;
        for k in 0..planted.rows.len() {
            let weight = planted.weight(k);
            planted.y[k] = planted.value(k).iter().zip(&planted.eps[k]).map(|(f, e)| f - e / &weight).collect();
        }
        for _ in 0..if kind.redundant { 1 + rng.below(2) } else { 0 } {
            planted.add_redundant_input(rng);
        }
        Some(planted)
    }

    /// An input that few samples have, on which some neuron is negative.
    fn add_rare_input(&mut self, rng: &mut Rng) {
        let w = rng.pick(&self.net.w);
        let negative: Vec<usize> = (0..self.rows.len()).filter(|k| dot(&w, &self.rows[*k]).is_negative()).collect();
        let few: Vec<usize> = negative.into_iter().filter(|_| rng.chance(40)).take(2).collect();
        for (k, row) in self.rows.iter_mut().enumerate() {
            row.insert(0, if few.contains(&k) { q(rng.pick(&[-2, -1, 1, 2]), 2) } else { Q::zero() });
        }
        self.net.w.iter_mut().for_each(|w| w.insert(0, q(rng.range(-2, 2), 4)));
    }

    /// An input that is always zero, or a multiple of another, or one minus it; all w_i.x_k stay.
    fn add_redundant_input(&mut self, rng: &mut Rng) {
        let width = self.rows[0].len();
        let mut factors = vec![Q::zero(); width];
        if rng.chance(70) {
            factors[rng.below(width)] = rng.pick(&[q(1, 1), q(-1, 1), q(1, 2)]);
        }
        if self.hidden_bias && rng.chance(40) {
            factors[width - 1] = integer(1);
        }
        self.rows.iter_mut().for_each(|row| row.insert(0, dot(&factors, row)));
        for w in &mut self.net.w {
            let own = q(rng.range(-4, 4), 4);
            w.iter_mut().zip(&factors).for_each(|(w, f)| *w -= f * &own);
            w.insert(0, own);
        }
    }

    /// The inputs on which a neuron is active or on its kink.
    pub fn active(&self, i: usize) -> Vec<Vec<Q>> {
        let w = &self.net.w[i];
        let acts = |x: &&Vec<Q>| {
            let z = dot(w, x);
            z.is_zero() || !self.slopes[usize::from(z.is_negative())].is_zero()
        };
        self.rows.iter().filter(acts).cloned().collect()
    }

    fn parameters(rng: &mut Rng, kind: Kind) -> Self {
        const UNITS: [(&[i64], i64); 8] = [
            (&[1], 1),
            (&[1, 0], 1),
            (&[3, 4], 5),
            (&[1, 2, 2], 3),
            (&[2, 3, 6], 7),
            (&[0, 4, 3], 5),
            (&[1, 1, 1, 1], 2),
            (&[2, 0, 2, 1], 3),
        ];
        let unit = |rng: &mut Rng, width: usize| -> Vec<Q> {
            let fitting: Vec<_> = UNITS.iter().filter(|(u, _)| u.len() == width).collect();
            let (parts, norm) = rng.pick(&fitting);
            let mut left = parts.to_vec();
            let mut next = |rng: &mut Rng| q(left.swap_remove(rng.below(left.len())) * rng.pick(&[1, -1]), *norm);
            (0..width).map(|_| next(rng)).collect()
        };
        let hidden_bias = rng.chance(50);
        let inputs = rng.range(if hidden_bias { 1 } else { 2 }, 3) as usize;
        let decayed_bias = hidden_bias && rng.chance(40);
        let rate = if kind.decays { q(1, rng.pick(&[8, 16, 32])) } else { Q::zero() };
        // lw = lh ratio^2.
        let ratio = rng.pick(&[q(1, 1), q(1, 1), q(2, 1), q(1, 2)]);
        let mut net = Net { w: vec![], h: vec![], bias: None };
        for _ in 0..rng.pick(&[1, 2, 2, 3]) {
            let size = rng.pick(&[q(1, 1), q(2, 1), q(1, 2), q(3, 2)]);
            let mut w = unit(rng, inputs + usize::from(decayed_bias));
            w.iter_mut().for_each(|w| *w *= &size);
            if hidden_bias && !decayed_bias {
                w.push(q(rng.pick(&[-2, -1, 1, 2]), 3) * &size);
            }
            let mut h = unit(rng, kind.outputs);
            let size = if kind.decays { size * &ratio } else { rng.pick(&[q(1, 1), q(1, 2), q(2, 1)]) };
            let size = if kind.asleep && net.h.is_empty() { Q::zero() } else { size };
            h.iter_mut().for_each(|h| *h *= &size);
            net.w.push(w);
            net.h.push(h);
        }
        let mut penalty = Penalty::none();
        if kind.decays {
            penalty.input = &rate * &ratio * &ratio;
            penalty.output = rate;
            penalty.hidden_bias = if decayed_bias { penalty.input.clone() } else { Q::zero() };
        }
        if rng.chance(60) {
            net.bias = Some((0..kind.outputs).map(|_| q(rng.range(-4, 4), 4)).collect());
            penalty.output_bias = if decayed_bias { penalty.output.clone() } else { Q::zero() };
        }
        let slopes = [q(1, 1), rng.pick(&[q(0, 1), q(0, 1), q(1, 4), q(-1, 1)])];
        Self { rows: vec![], hidden_bias, slopes, c: None, y: vec![], net, penalty, classes: vec![], eps: vec![] }
    }

    /// Enough samples for all parameters, some on kinks, some parallel to others.
    fn samples(&mut self, rng: &mut Rng) {
        let (width, outputs) = (self.net.w[0].len(), self.net.h[0].len());
        let inputs = width - usize::from(self.hidden_bias);
        let enough = (self.net.w.len() * (width + outputs)).div_ceil(outputs) + 3 + rng.below(4);
        while self.rows.len() < enough {
            let mut row: Vec<Q> = (0..inputs).map(|_| q(rng.range(-6, 6), 2)).collect();
            row.resize(width, integer(1));
            let w = rng.pick(&self.net.w);
            let place = rng.below(inputs);
            if rng.chance(35) && !w[place].is_zero() {
                row[place] = Q::zero();
                row[place] = -dot(&w, &row) / &w[place];
            }
            if rng.chance(12) && !self.rows.is_empty() {
                let factor = if self.hidden_bias { q(1, 1) } else { rng.pick(&[q(1, 1), q(-1, 1), q(1, 2), q(2, 1)]) };
                row = rng.pick(&self.rows).iter().map(|v| v * &factor).collect();
            }
            self.rows.push(row);
        }
        self.c = rng.chance(40).then(|| self.rows.iter().map(|_| rng.pick(&[q(1, 1), q(2, 1), q(1, 2)])).collect());
        self.y = vec![vec![Q::zero(); outputs]; self.rows.len()];
    }

    /// Every neuron has samples well on both sides, and no two neurons the same ones.
    fn apart(&self) -> bool {
        let along: Vec<Vec<Q>> = self.net.w.iter().map(|w| self.rows.iter().map(|x| dot(w, x)).collect()).collect();
        let clear = along.iter().flatten().all(|z| z.is_zero() || z.abs() > q(1, 8));
        let signs: Vec<Vec<Q>> = along.iter().map(|z| z.iter().map(Signed::signum).collect()).collect();
        let both = signs.iter().all(|s| s.contains(&integer(1)) && s.contains(&integer(-1)));
        clear && both && (0..signs.len()).all(|i| !signs[..i].contains(&signs[i]))
    }

    fn collect_classes(&mut self, rng: &mut Rng, kind: Kind) {
        for w in &self.net.w {
            let mut classes: Vec<Class> = Vec::new();
            for (k, x) in self.rows.iter().enumerate() {
                if !dot(w, x).is_zero() || x.iter().all(Zero::is_zero) {
                    continue;
                }
                let found = classes.iter_mut().find_map(|c| Some((factor(&self.rows[c.members[0].0], x)?, c)));
                match found {
                    Some((t, class)) => class.members.push((k, t)),
                    None => {
                        let lam = rng.pick(&[q(0, 1), q(1, 2), q(-1, 2), q(3, 4), q(-1, 4)]);
                        classes.push(Class { members: vec![(k, integer(1))], lam });
                    }
                }
            }
            self.classes.push(classes);
        }
        if kind.outside {
            let first = self.classes.iter_mut().flatten().next();
            first.into_iter().for_each(|class| class.lam = rng.pick(&[q(3, 2), q(-5, 4)]));
        }
    }

    /// All conditions on eps, one row of N J coefficients each (sample by sample), and what they add up to.
    fn equations(&self) -> (Vec<Vec<Q>>, Vec<Q>) {
        let (count, outputs) = (self.rows.len(), self.net.h[0].len());
        let (mut rows, mut sums) = (Vec::new(), Vec::new());
        let mut add = |along: &[Q], of: &dyn Fn(usize) -> Q, sum: Q| {
            rows.push((0..count).flat_map(|k| along.iter().map(move |h| h * of(k))).collect());
            sums.push(sum);
        };
        let units: Vec<Vec<Q>> =
            (0..outputs).map(|j| (0..outputs).map(|o| integer((o == j).into())).collect()).collect();
        for (j, bias) in self.net.bias.iter().flatten().enumerate() {
            add(&units[j], &|_| integer(1), -bias * &self.penalty.output_bias);
        }
        for (i, (w, h)) in self.net.w.iter().zip(&self.net.h).enumerate() {
            for (unit, h) in units.iter().zip(h) {
                add(unit, &|k| self.activation(dot(w, &self.rows[k])), -h * &self.penalty.output);
            }
            for (a, w) in w.iter().enumerate() {
                let decay = self.penalty.of_input(a, self.rows[0].len(), self.hidden_bias);
                add(h, &|k| self.slope(i, k) * &self.rows[k][a], -w * decay);
            }
        }
        (rows, sums)
    }

    /// The slope of a sample; on a kink the one that the multiplier chooses.
    fn slope(&self, i: usize, k: usize) -> Q {
        let z = dot(&self.net.w[i], &self.rows[k]);
        if !z.is_zero() {
            return self.slopes[usize::from(z.is_negative())].clone();
        }
        let (mean, bend) = self.mean_and_bend();
        let member = |c: &Class| c.members.iter().find(|(l, _)| *l == k).map(|(_, t)| &c.lam * t.signum());
        mean + bend * self.classes[i].iter().find_map(member).unwrap_or_else(Q::zero)
    }

    fn mean_and_bend(&self) -> (Q, Q) {
        let [above, below] = &self.slopes;
        ((above + below) / integer(2), (above - below) / integer(2))
    }

    /// Small ones that make kinks convex.
    fn first_residuals(&self, rng: &mut Rng, kind: Kind) -> Vec<Q> {
        let mut all = Vec::new();
        for k in 0..self.rows.len() {
            let mut eps: Vec<Q> = (0..kind.outputs).map(|_| q(rng.range(-4, 4), kind.calm * 4)).collect();
            for (classes, h) in self.classes.iter().zip(&self.net.h) {
                let awake = !h.iter().all(Zero::is_zero);
                if awake && classes.iter().any(|c| c.members.iter().any(|(l, _)| *l == k)) {
                    let size = q(rng.range(2, 5), kind.calm) / dot(h, h);
                    eps = h.iter().map(|h| h * &size).collect();
                }
            }
            all.extend(eps);
        }
        all
    }

    pub fn activation(&self, z: Q) -> Q {
        let slope = &self.slopes[usize::from(z.is_negative())];
        z * slope
    }

    pub fn weight(&self, k: usize) -> Q {
        self.c.as_ref().map_or_else(|| integer(1), |c| c[k].clone())
    }

    /// f(x_k) at the point.
    pub fn value(&self, k: usize) -> Vec<Q> {
        let mut f = self.net.bias.clone().unwrap_or_else(|| vec![Q::zero(); self.net.h[0].len()]);
        for (w, h) in self.net.w.iter().zip(&self.net.h) {
            let activation = self.activation(dot(w, &self.rows[k]));
            f.iter_mut().zip(h).for_each(|(f, h)| *f += h * &activation);
        }
        f
    }

    /// h_i . eps_k.
    pub fn along(&self, i: usize, k: usize) -> Q {
        dot(&self.net.h[i], &self.eps[k])
    }

    /// All kinks bend upward: kap_C > 0.
    pub fn is_convex(&self) -> bool {
        self.classes.iter().enumerate().all(|(i, classes)| classes.iter().all(|c| self.bend(i, c).is_positive()))
    }

    /// kap_C.
    fn bend(&self, i: usize, class: &Class) -> Q {
        let size: Q = class.members.iter().map(|(k, t)| self.along(i, *k) * t.abs()).sum();
        size * self.mean_and_bend().1
    }

    /// nu_C of the Lagrangian in which kinks have slope 0.
    pub fn multiplier(&self, i: usize, class: &Class) -> Q {
        class.members.iter().map(|(k, t)| self.along(i, *k) * t * self.slope(i, *k)).sum()
    }

    /// The problem of these parameters.
    pub fn problem(&self, net: &Net) -> Problem {
        let inputs = self.rows[0].len() - usize::from(self.hidden_bias);
        let x: Vec<Vec<Q>> = self.rows.iter().map(|r| r[..inputs].to_vec()).collect();
        let dataset = Dataset::new(&x, &self.y, self.c.as_deref()).unwrap();
        let fractions = |v: &Vec<Q>| Fractions::from_rationals(v.iter());
        let neuron = |(w, h)| Neuron { input: fractions(w), output: fractions(h) };
        let neurons = net.w.iter().zip(&net.h).map(neuron).collect();
        let activation = Activation { positive: self.slopes[0].clone(), negative: self.slopes[1].clone() };
        let network = Network::new(activation, neurons, self.hidden_bias, net.bias.as_ref().map(fractions)).unwrap();
        let digests = Digests { data: "0".repeat(64), model: "f".repeat(64) };
        Problem::new(dataset, network, digests).unwrap().with_penalty(self.penalty.clone())
    }

    /// The point in floats, each moved by at most `size`.
    pub fn moved(&self, rng: &mut Rng, size: f64) -> Net {
        let mut net = self.net.clone();
        for value in net.w.iter_mut().chain(&mut net.h).chain(&mut net.bias).flatten() {
            let moved = value.to_f64().unwrap() + size * (rng.range(-1000, 1000) as f64 / 1000.0);
            *value = Q::from_float(moved).unwrap();
        }
        net
    }
}

/// t with x = t first.
fn factor(first: &[Q], x: &[Q]) -> Option<Q> {
    let place = first.iter().position(|v| !v.is_zero())?;
    let t = &x[place] / &first[place];
    first.iter().zip(x).all(|(f, x)| f * &t == *x).then_some(t)
}

/// The solution of rows . v = sums that is nearest to `first`, in rows of J; `None` where there is none.
fn nearest_solution(rows: Vec<Vec<Q>>, sums: Vec<Q>, first: Vec<Q>, outputs: usize) -> Option<Vec<Vec<Q>>> {
    let width = first.len();
    let mut joined: Vec<Vec<Q>> = rows.into_iter().zip(sums).map(|(r, s)| r.into_iter().chain([s]).collect()).collect();
    let pivots = reduce(&mut joined, width + 1);
    if pivots.contains(&width) {
        return None;
    }
    // v = first + A^T m with A A^T m = sums - A first.
    let mut normal: Vec<Vec<Q>> = joined
        .iter()
        .map(|r| {
            let rest = &r[width] - dot(&r[..width], &first);
            joined.iter().map(|s| dot(&r[..width], &s[..width])).chain([rest]).collect()
        })
        .collect();
    let count = normal.len();
    reduce(&mut normal, count);
    let mut v = first;
    for (row, solved) in joined.iter().zip(&normal) {
        v.iter_mut().zip(row).for_each(|(v, a)| *v += a * &solved[count]);
    }
    Some(v.chunks(outputs).map(<[Q]>::to_vec).collect())
}
