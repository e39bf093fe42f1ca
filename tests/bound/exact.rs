//! The loss, slopes and steps by their definitions, in exact arithmetic.

use super::common::instance::{Instance, Net};
use super::common::linear::{Q, dot_row, q};
use super::common::rng::Rng;
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::{Activation, Network, Neuron};
use lowpoint::kernel::penalty::Penalty;
use num_traits::{Signed, Zero};

/// One point of parameter space.
pub struct Point<'a> {
    instance: &'a Instance,
    net: Net,
    penalty: &'a Penalty,
    epsilon: Vec<Vec<Q>>,
    /// w_i.x_k, for each neuron.
    pub z: Vec<Vec<Q>>,
    /// With the penalty.
    pub loss: Q,
}

impl<'a> Point<'a> {
    pub fn new(instance: &'a Instance, penalty: &'a Penalty) -> Self {
        Self::at(instance, &instance.net, penalty)
    }

    pub fn at(instance: &'a Instance, net: &Net, penalty: &'a Penalty) -> Self {
        let squares = |v: &[Q], rate: &Q| rate * v.iter().map(|v| v * v).sum::<Q>() / q(2, 1);
        let mut loss = instance.loss(net);
        for (w, h) in net.w.iter().zip(&net.h) {
            let (weights, bias) = w.split_at(w.len() - usize::from(instance.hidden_bias));
            loss +=
                squares(weights, &penalty.input) + squares(bias, &penalty.hidden_bias) + squares(h, &penalty.output);
        }
        loss += net.bias.iter().map(|b| squares(b, &penalty.output_bias)).sum::<Q>();
        let z = preactivations(instance, net);
        Self { epsilon: instance.residuals(net), net: net.clone(), instance, penalty, z, loss }
    }

    /// The derivative along the output bias.
    pub fn bias(&self) -> Vec<Q> {
        let bias = self.net.bias.clone().unwrap();
        let sum = |j: usize| self.epsilon.iter().map(|e| e[j].clone()).sum::<Q>();
        bias.iter().enumerate().map(|(j, b)| sum(j) + b * &self.penalty.output_bias).collect()
    }

    /// The derivative along h_i.
    pub fn potential(&self, i: usize) -> Vec<Q> {
        let product =
            |j: usize| self.z[i].iter().zip(&self.epsilon).map(move |(z, e)| self.instance.rho(z.clone()) * &e[j]);
        let decay = |j: usize| &self.net.h[i][j] * &self.penalty.output;
        (0..self.instance.outputs()).map(|j| product(j).sum::<Q>() + decay(j)).collect()
    }

    /// L'(P; u) along w_i.
    pub fn slope(&self, i: usize, u: &[Q]) -> Q {
        let one = |(k, z): (usize, &Q)| -> Q {
            let t = dot_row(u, &self.instance.rows[k]) / q(self.instance.q, 1);
            let is_negative = if z.is_zero() { t.is_negative() } else { z.is_negative() };
            let turned = t * &self.instance.slopes[usize::from(is_negative)];
            let side: Q = self.net.h[i].iter().zip(&self.epsilon[k]).map(|(h, e)| h * e).sum();
            turned * side
        };
        let rate = |a: usize| match self.instance.hidden_bias && a + 1 == u.len() {
            true => &self.penalty.hidden_bias,
            false => &self.penalty.input,
        };
        let decay: Q = self.net.w[i].iter().zip(u).enumerate().map(|(a, (w, u))| w * u * rate(a)).sum();
        self.z[i].iter().enumerate().map(one).sum::<Q>() + decay
    }
}

fn preactivations(instance: &Instance, net: &Net) -> Vec<Vec<Q>> {
    let row = |w: &Vec<Q>| (0..instance.rows.len()).map(|k| instance.preactivation(w, k)).collect();
    net.w.iter().map(row).collect()
}

/// All corners of the cube |u| <= 1 where they are few, some otherwise, and points inside.
pub fn cube(rng: &mut Rng, width: usize) -> Vec<Vec<Q>> {
    let corner = |bits: u64| (0..width).map(|a| q(if bits >> a & 1 == 1 { 1 } else { -1 }, 1)).collect();
    let mut all: Vec<Vec<Q>> = match width {
        0..=4 => (0..1 << width).map(corner).collect(),
        _ => (0..16).map(|_| corner(rng.next())).collect(),
    };
    for _ in 0..12 {
        all.push((0..width).map(|_| q(rng.range(-4, 4), 4)).collect());
    }
    all
}

/// The instance's parameters, each changed by at most t, and t.
pub fn moved(rng: &mut Rng, instance: &Instance, t: &Q) -> (Net, Q) {
    let mut net = instance.net.clone();
    let all = net.w.iter_mut().chain(&mut net.h).chain(&mut net.bias).flatten();
    all.for_each(|v| *v += t * q(rng.range(-2, 2), 2));
    (net, t.clone())
}

/// Whether every strict sign of w_i.x_k and of h_i is weakly kept.
pub fn keeps_signs(instance: &Instance, net: &Net) -> bool {
    let weakly = |a: &Q, b: &Q| !(a * b).is_negative();
    let (before, after) = (preactivations(instance, &instance.net), preactivations(instance, net));
    before.iter().flatten().zip(after.iter().flatten()).all(|(a, b)| weakly(a, b))
        && instance.net.h.iter().flatten().zip(net.h.iter().flatten()).all(|(a, b)| weakly(a, b))
}

/// |w.x|: one neuron with slopes 1 and -1 and no biases.
pub fn single(w: Vec<Q>) -> Network {
    let activation = Activation { positive: q(1, 1), negative: q(-1, 1) };
    let neuron = Neuron { input: Fractions::from_rationals(&w), output: Fractions::from_rationals(&[q(1, 1)]) };
    Network::new(activation, vec![neuron], false, None).unwrap()
}
