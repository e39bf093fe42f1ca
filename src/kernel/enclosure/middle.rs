//! The middle of a box as a network, for those who go on from it or draw it; no rule refers to it.

use super::certificate::{BoxCertificate, NeuronBox};
use super::pattern::source;
use crate::kernel::linear::Fractions;
use crate::kernel::network::{Network, Neuron};
use crate::kernel::number::dyadic;
use num_rational::BigRational;

/// The model's network with the box's midpoints; `None` where the shapes differ or a midpoint is no number.
pub fn middle(model: &Network, certificate: &BoxCertificate) -> Option<Network> {
    let exact = |values: &[f64], ratio: f64| -> Option<Fractions> {
        let ratio = dyadic(ratio)?;
        let values: Option<Vec<BigRational>> = values.iter().map(|v| Some(dyadic(*v)? * &ratio)).collect();
        Some(Fractions::from_rationals(values?.iter()))
    };
    let mut changed = Vec::new();
    for (i, (role, own)) in certificate.neurons.iter().zip(model.neurons()).enumerate() {
        let mut input = Fractions::zeros(own.input.len());
        let mut output = Fractions::zeros(own.output.len());
        match role {
            NeuronBox::Frozen { .. } => continue,
            NeuronBox::Zero | NeuronBox::Escape { .. } => {}
            NeuronBox::Constant { bias } => {
                let mut values = vec![0.0; own.input.len()];
                values.last_mut().into_iter().for_each(|last| *last = *bias);
                input = exact(&values, 1.0)?;
            }
            NeuronBox::Live(_) | NeuronBox::Split { .. } => {
                let (live, ratio) = source(&certificate.neurons, i)?;
                input = exact(&live.input.midpoints, ratio)?;
                output = exact(&live.output.midpoints, ratio)?;
            }
        }
        changed.push((i, Neuron { input, output }));
    }
    let bias = match &certificate.bias {
        None => None,
        Some(block) => Some(exact(&block.midpoints, 1.0)?),
    };
    model.with_changes(changed, bias).ok()
}
