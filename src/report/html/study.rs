//! The certified point in floats: everything the plots are drawn from, each number converted from an exact one.

use super::floats::{dot, entries, float, largest, ratio};
use crate::kernel::certificate::{Certificate, Region};
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::Digits;
use crate::kernel::network::Network;
use crate::kernel::problem::Problem;
use num_bigint::BigInt;

/// The certified point, in floats.
pub struct Study<'a> {
    /// The exact point.
    pub evaluation: Evaluation<'a>,
    /// What was accepted.
    pub certificate: &'a Certificate,
    /// x_k, with the bias coordinate where there is one.
    pub rows: Vec<Vec<f64>>,
    /// w_i.x_k for each neuron and sample: 0 exactly where it is 0.
    pub sums: Vec<Vec<f64>>,
    /// w_i.
    pub inputs: Vec<Vec<f64>>,
    /// h_i.
    pub outputs: Vec<Vec<f64>>,
    /// The output bias; zeros without one.
    pub bias: Vec<f64>,
    /// a+ and a-.
    pub slopes: (f64, f64),
    /// eps_k for each output.
    pub epsilon: Vec<Vec<f64>>,
    /// c_k; `None` where all are 1.
    pub weights: Option<Vec<f64>>,
    /// lw, lb, lh and lo of the weight decay.
    decay: [f64; 4],
}

/// The network that the certificate is about.
pub fn certified(problem: &Problem, certificate: &Certificate) -> Network {
    let point = &certificate.point;
    let changed = problem.network().with_changes(point.neurons.iter().cloned(), point.output_bias.clone());
    changed.unwrap_or_else(|_| problem.network().clone())
}

impl<'a> Study<'a> {
    /// Converts the exact point.
    pub fn new(evaluation: Evaluation<'a>, certificate: &'a Certificate) -> Self {
        let (samples, network) = (evaluation.samples(), evaluation.network());
        let convert = |row: &Vec<BigInt>| row.iter().map(|v| ratio(v, samples.denominator())).collect();
        let rows = samples.rows().iter().map(convert).collect();
        let sums = network.neurons().iter().map(|neuron| {
            let weights = Digits::new(neuron.input.numerators().iter());
            let denominator = neuron.input.denominator() * samples.denominator();
            samples.row_digits().iter().map(|row| ratio(&row.dot(&weights), &denominator)).collect()
        });
        let outputs = network.output_count();
        let residuals = evaluation.residuals();
        Self {
            rows,
            sums: sums.collect(),
            inputs: network.neurons().iter().map(|n| entries(&n.input)).collect(),
            outputs: network.neurons().iter().map(|n| entries(&n.output)).collect(),
            bias: network.output_bias().map_or_else(|| vec![0.0; outputs], entries),
            slopes: (float(&network.activation().positive), float(&network.activation().negative)),
            epsilon: (0..outputs).map(|j| entries(&residuals.epsilon(j))).collect(),
            weights: residuals.weights().map(entries),
            decay: certificate.header.penalty.coefficients().map(float),
            certificate,
            evaluation,
        }
    }

    /// N.
    pub fn samples(&self) -> usize {
        self.rows.len()
    }

    /// m.
    pub fn neurons(&self) -> usize {
        self.inputs.len()
    }

    /// For each sample whether it lies on the kink of some neuron.
    pub fn kinks(&self) -> Vec<bool> {
        let mut on = vec![false; self.samples()];
        for &k in self.certificate.neurons.iter().flat_map(|step| &step.kinks) {
            on[k] = true;
        }
        on
    }

    /// rho(z).
    pub fn rho(&self, z: f64) -> f64 {
        if z >= 0.0 { self.slopes.0 * z } else { self.slopes.1 * z }
    }

    /// What moving neuron `i` by u and g adds to the weight decay: no two of its values are subtracted.
    pub fn decay_of_neuron(&self, i: usize, u: impl Iterator<Item = f64>, g: impl Iterator<Item = f64>) -> f64 {
        let [input, hidden_bias, output, _] = self.decay;
        let width = self.inputs[i].len() - usize::from(self.evaluation.network().has_hidden_bias());
        let of = |a: usize| if a < width { input } else { hidden_bias };
        let inputs = self.inputs[i].iter().zip(u).enumerate().map(|(a, (w, u))| of(a) * u * (w + u / 2.0));
        let outputs = self.outputs[i].iter().zip(g).map(|(h, g)| output * g * (h + g / 2.0));
        inputs.chain(outputs).sum()
    }

    /// What moving the output bias adds to the weight decay.
    pub fn decay_of_bias(&self, d: impl Iterator<Item = f64>) -> f64 {
        self.bias.iter().zip(d).map(|(b, d)| self.decay[3] * d * (b + d / 2.0)).sum()
    }

    /// The derivatives of the loss along the output bias.
    pub fn bias_gradient(&self) -> Vec<f64> {
        self.epsilon.iter().zip(&self.bias).map(|(eps, b)| eps.iter().sum::<f64>() + self.decay[3] * b).collect()
    }

    /// f(x), `x` with the bias coordinate.
    pub fn function(&self, x: &[f64]) -> Vec<f64> {
        let mut f = self.bias.clone();
        for (w, h) in self.inputs.iter().zip(&self.outputs) {
            let active = self.rho(dot(w, x));
            f.iter_mut().zip(h).for_each(|(f, h)| *f += h * active);
        }
        f
    }

    /// The largest parameter of the certified point; 1 where all are zero.
    pub fn size(&self) -> f64 {
        let parameters = self.inputs.iter().chain(&self.outputs).flatten().chain(&self.bias);
        Some(largest(parameters)).filter(|s| *s > 0.0).unwrap_or(1.0)
    }

    /// The proved region, where one is stated.
    pub fn region(&self) -> Option<&Region> {
        self.certificate.region.as_ref()
    }
}
