//! The certified point in floats: everything the plots are drawn from, each number converted from an exact one. Of a point
//! in a box the middle is drawn, with w_i.x_k = 0 on the kinks that the certificate states.

use super::floats::{dot, entries, float, largest, ratio};
use crate::kernel::certificate::{Certificate, Evidence, NeuronProof, Region};
use crate::kernel::enclosure::certificate::NeuronBox;
use crate::kernel::enclosure::middle::middle;
use crate::kernel::enclosure::pattern::source;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::Digits;
use crate::kernel::network::Network;
use crate::kernel::problem::Problem;
use num_bigint::BigInt;

/// The certified point, in floats.
pub struct Study<'a> {
    /// The exact point, or the middle of the box.
    pub evaluation: Evaluation<'a>,
    /// What was accepted.
    evidence: &'a Evidence,
    /// K_i, by the certificate; of neurons at zero in a box none.
    pub kinks: Vec<&'a [usize]>,
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

/// The network that is drawn.
pub fn drawn(problem: &Problem, evidence: &Evidence) -> Network {
    let model = problem.network();
    let changed = match evidence {
        Evidence::Exact(Certificate { point, .. }) => {
            model.with_changes(point.neurons.iter().cloned(), point.output_bias.clone()).ok()
        }
        Evidence::Box(certificate) => middle(model, certificate),
    };
    changed.unwrap_or_else(|| model.clone())
}

/// The kinks that the certificate states for each neuron.
fn stated_kinks(evidence: &Evidence) -> Vec<&[usize]> {
    match evidence {
        Evidence::Exact(certificate) => certificate.neurons.iter().map(|step| &step.kinks[..]).collect(),
        Evidence::Box(certificate) => {
            let of = |i| source(&certificate.neurons, i).map_or(&[][..], |(live, _)| &live.kinks[..]);
            (0..certificate.neurons.len()).map(of).collect()
        }
    }
}

impl<'a> Study<'a> {
    /// Converts the point.
    pub fn new(evaluation: Evaluation<'a>, evidence: &'a Evidence) -> Self {
        let (samples, network) = (evaluation.samples(), evaluation.network());
        let convert = |row: &Vec<BigInt>| row.iter().map(|v| ratio(v, samples.denominator())).collect();
        let rows = samples.rows().iter().map(convert).collect();
        let sums = network.neurons().iter().map(|neuron| {
            let weights = Digits::new(neuron.input.numerators().iter());
            let denominator = neuron.input.denominator() * samples.denominator();
            samples.row_digits().iter().map(|row| ratio(&row.dot(&weights), &denominator)).collect()
        });
        let mut sums: Vec<Vec<f64>> = sums.collect();
        let kinks = stated_kinks(evidence);
        for (sums, kinks) in sums.iter_mut().zip(&kinks) {
            kinks.iter().for_each(|k| sums[*k] = 0.0);
        }
        let header = match evidence {
            Evidence::Exact(certificate) => &certificate.header,
            Evidence::Box(certificate) => &certificate.header,
        };
        let outputs = network.output_count();
        let residuals = evaluation.residuals();
        Self {
            rows,
            sums,
            inputs: network.neurons().iter().map(|n| entries(&n.input)).collect(),
            outputs: network.neurons().iter().map(|n| entries(&n.output)).collect(),
            bias: network.output_bias().map_or_else(|| vec![0.0; outputs], entries),
            slopes: (float(&network.activation().positive), float(&network.activation().negative)),
            epsilon: (0..outputs).map(|j| entries(&residuals.epsilon(j))).collect(),
            weights: residuals.weights().map(entries),
            decay: header.penalty.coefficients().map(float),
            evidence,
            kinks,
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
    pub fn on_kinks(&self) -> Vec<bool> {
        let mut on = vec![false; self.samples()];
        self.kinks.iter().copied().flatten().for_each(|&k| on[k] = true);
        on
    }

    /// The proof at the exact point; `None` of a box.
    pub fn exact(&self) -> Option<&'a Certificate> {
        match self.evidence {
            Evidence::Exact(certificate) => Some(certificate),
            Evidence::Box(_) => None,
        }
    }

    /// The exact proof of a neuron.
    pub fn proof(&self, i: usize) -> Option<&'a NeuronProof> {
        self.exact()?.neurons.get(i).map(|step| &step.proof)
    }

    /// In a box: the direction u of a neuron at zero that escapes.
    pub fn escape(&self, i: usize) -> Option<&'a [f64]> {
        let Evidence::Box(certificate) = self.evidence else { return None };
        match certificate.neurons.get(i)? {
            NeuronBox::Escape { direction } => Some(direction),
            _ => None,
        }
    }

    /// rho(z).
    pub fn rho(&self, z: f64) -> f64 {
        if z >= 0.0 { self.slopes.0 * z } else { self.slopes.1 * z }
    }

    /// The coefficients of decay of a neuron's input coordinates.
    pub fn decay_of_inputs(&self) -> impl Iterator<Item = f64> + '_ {
        let [input, hidden_bias, ..] = self.decay;
        let width = self.evaluation.samples().rows().first().map_or(0, Vec::len);
        let inputs = width - usize::from(self.evaluation.network().has_hidden_bias());
        (0..width).map(move |a| if a < inputs { input } else { hidden_bias })
    }

    /// The output weight for which turning on a neuron at zero along u pays most for its decay, against G(u) (T10); of
    /// one output.
    pub fn escaping_output(&self, u: &[f64]) -> f64 {
        let potential: f64 = self.rows.iter().zip(&self.epsilon[0]).map(|(x, eps)| eps * self.rho(dot(u, x))).sum();
        let cost: f64 = self.decay_of_inputs().zip(u).map(|(l, u)| l * u * u).sum();
        -potential.signum() * (cost / self.decay[2]).sqrt()
    }

    /// What moving neuron `i` by u and g adds to the weight decay: no two of its values are subtracted.
    pub fn decay_of_neuron(&self, i: usize, u: impl Iterator<Item = f64>, g: impl Iterator<Item = f64>) -> f64 {
        let output = self.decay[2];
        let inputs = self.inputs[i].iter().zip(self.decay_of_inputs()).zip(u).map(|((w, l), u)| l * u * (w + u / 2.0));
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
        match self.evidence {
            Evidence::Exact(certificate) => certificate.region.as_ref(),
            Evidence::Box(certificate) => certificate.region.as_ref(),
        }
    }
}
