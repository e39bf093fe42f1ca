//! An instance: samples, parameters, and the loss by its definition.

use super::linear::{Q, dot_row, q};
use lowpoint::kernel::certificate::{Direction, Point};
use lowpoint::kernel::dataset::Dataset;
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::{Activation, Network, Neuron};
use lowpoint::kernel::problem::{Digests, Problem};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use std::fmt;

#[derive(Clone)]
pub struct Instance {
    /// q x_k in integers, with the bias coordinate where there is a hidden bias.
    pub rows: Vec<Vec<i64>>,
    /// The denominator q of all inputs.
    pub q: i64,
    pub hidden_bias: bool,
    /// Slopes for z > 0 and z < 0.
    pub slopes: [Q; 2],
    pub c: Option<Vec<Q>>,
    /// N targets of J numbers.
    pub y: Vec<Vec<Q>>,
    pub net: Net,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    pub w: Vec<Vec<Q>>,
    pub h: Vec<Vec<Q>>,
    pub bias: Option<Vec<Q>>,
}

impl Instance {
    pub fn outputs(&self) -> usize {
        self.net.h[0].len()
    }

    pub fn width(&self) -> usize {
        self.rows[0].len()
    }

    pub fn weight(&self, k: usize) -> Q {
        self.c.as_ref().map_or_else(Q::one, |c| c[k].clone())
    }

    /// w . x_k.
    pub fn preactivation(&self, w: &[Q], k: usize) -> Q {
        dot_row(w, &self.rows[k]) / q(self.q, 1)
    }

    pub fn rho(&self, z: Q) -> Q {
        let slope = if z.is_negative() { &self.slopes[1] } else { &self.slopes[0] };
        z * slope
    }

    /// f(x_k).
    pub fn value(&self, net: &Net, k: usize) -> Vec<Q> {
        let mut f = net.bias.clone().unwrap_or_else(|| vec![Q::zero(); self.outputs()]);
        for (w, h) in net.w.iter().zip(&net.h) {
            let activation = self.rho(self.preactivation(w, k));
            f.iter_mut().zip(h).for_each(|(f, h)| *f += h * &activation);
        }
        f
    }

    /// eps_k = c_k (f(x_k) - y_k) for all k.
    pub fn residuals(&self, net: &Net) -> Vec<Vec<Q>> {
        let one = |k: usize| -> Vec<Q> {
            self.value(net, k).iter().zip(&self.y[k]).map(|(f, y)| (f - y) * self.weight(k)).collect()
        };
        (0..self.rows.len()).map(one).collect()
    }

    /// L = 1/2 sum_k c_k |f(x_k) - y_k|^2.
    pub fn loss(&self, net: &Net) -> Q {
        let square = |k: usize| -> Q {
            self.value(net, k).iter().zip(&self.y[k]).map(|(f, y)| (f - y) * (f - y)).sum::<Q>() * self.weight(k)
        };
        (0..self.rows.len()).map(square).sum::<Q>() / q(2, 1)
    }

    pub fn problem(&self) -> Problem {
        let inputs = self.width() - usize::from(self.hidden_bias);
        let x: Vec<Vec<Q>> = self.rows.iter().map(|r| r[..inputs].iter().map(|v| q(*v, self.q)).collect()).collect();
        let dataset = Dataset::new(&x, &self.y, self.c.as_deref()).unwrap();
        let neurons = self.net.w.iter().zip(&self.net.h);
        let neurons = neurons.map(|(w, h)| Neuron {
            input: Fractions::from_rationals(w.iter()),
            output: Fractions::from_rationals(h.iter()),
        });
        let activation = Activation { positive: self.slopes[0].clone(), negative: self.slopes[1].clone() };
        let bias = self.net.bias.as_ref().map(|b| Fractions::from_rationals(b.iter()));
        let network = Network::new(activation, neurons.collect(), self.hidden_bias, bias).unwrap();
        let digests = Digests { data: "0".repeat(64), model: "f".repeat(64) };
        Problem::new(dataset, network, digests).unwrap()
    }

    /// The model with a certificate's changes.
    pub fn at(&self, point: &Point) -> Net {
        let mut net = self.net.clone();
        for (i, neuron) in &point.neurons {
            net.w[*i] = neuron.input.rationals().collect();
            net.h[*i] = neuron.output.rationals().collect();
        }
        if let Some(bias) = &point.output_bias {
            net.bias = Some(bias.rationals().collect());
        }
        net
    }
}

impl Net {
    /// Adds a multiple of a direction.
    pub fn step(&mut self, direction: &Direction, t: &Q) {
        let add = |values: &mut Vec<Q>, change: &[BigInt]| values.iter_mut().zip(change).for_each(|(v, c)| *v += t * c);
        self.w.iter_mut().zip(&direction.inputs).for_each(|(w, u)| add(w, u));
        self.h.iter_mut().zip(&direction.outputs).for_each(|(h, g)| add(h, g));
        self.bias.iter_mut().zip(&direction.bias).for_each(|(b, d)| add(b, d));
    }

    /// The largest distance of two parameters.
    pub fn distance(&self, other: &Self) -> Q {
        let all = |n: &Self| -> Vec<Q> { n.w.iter().chain(&n.h).chain(&n.bias).flatten().cloned().collect() };
        all(self).iter().zip(&all(other)).map(|(a, b)| (a - b).abs()).max().unwrap_or_else(Q::zero)
    }
}

/// Everything that is needed to write the instance down.
impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |v: &[Q]| v.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        writeln!(f, "slopes {} {} hidden bias {}", self.slopes[0], self.slopes[1], self.hidden_bias)?;
        for (k, row) in self.rows.iter().enumerate() {
            writeln!(f, "x[{k}] = {row:?} / {}  y = {}  c = {}", self.q, list(&self.y[k]), self.weight(k))?;
        }
        for (i, (w, h)) in self.net.w.iter().zip(&self.net.h).enumerate() {
            writeln!(f, "w[{i}] = {}  h = {}", list(w), list(h))?;
        }
        writeln!(f, "bias = {:?}", self.net.bias.as_deref().map(list))
    }
}
