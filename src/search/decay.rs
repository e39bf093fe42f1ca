//! What one point with weight decay is (T10): a direction of descent for each neuron that has one.
//!
//! Balance is quadratic, so a stationary point is irrational in general, and a rational one is only ever refuted.

use super::cells::Limits;
use super::classify::Judgement;
use super::float;
use super::nonnegative::{Decision, decide};
use crate::kernel::certificate::{BiasStep, Curvature, NeuronProof, NeuronStep};
use crate::kernel::claim::Verdict;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::Fractions;
use crate::kernel::network::{Network, Neuron};
use crate::kernel::penalty::Penalty;
use crate::kernel::rule::neuron::descent;
use crate::kernel::slope_form::{ScalarForm, SlopeForm};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use rayon::prelude::*;

/// Judges the point of an evaluation; the verdict is not-stationary or none.
pub fn classify(evaluation: &Evaluation<'_>, penalty: &Penalty, limits: &Limits) -> Judgement {
    let bias = evaluation.bias_step(penalty);
    let indices = (0..evaluation.network().neurons().len()).into_par_iter();
    let judged: Vec<(NeuronStep, Option<String>)> = indices.map(|i| judge(evaluation, penalty, i, limits)).collect();
    let mut open = Vec::new();
    let mut steps = Vec::with_capacity(judged.len());
    for (i, (step, reason)) in judged.into_iter().enumerate() {
        open.extend(reason.map(|reason| (i, reason)));
        steps.push(step);
    }
    let descends = bias == BiasStep::Descent || steps.iter().any(|s| s.proof != NeuronProof::Open);
    let verdict = descends.then_some(Verdict::NotStationary);
    Judgement { verdict, steps, bias, curvature: Curvature::Absent, open }
}

fn judge(evaluation: &Evaluation<'_>, penalty: &Penalty, i: usize, limits: &Limits) -> (NeuronStep, Option<String>) {
    let network = evaluation.network();
    let form = evaluation.slope_form(i);
    let found = direction(network, &network.neurons()[i], penalty, &form, limits);
    let (proof, reason) = match found {
        Ok((input, output)) => (NeuronProof::Descent { input, output }, None),
        Err(reason) => (NeuronProof::Open, Some(reason)),
    };
    (NeuronStep { kinks: form.kinks, proof }, reason)
}

/// Integer changes u, g of a neuron along which the loss falls: against its gradient in h, else one in w.
fn direction(
    network: &Network,
    neuron: &Neuron,
    penalty: &Penalty,
    form: &SlopeForm,
    limits: &Limits,
) -> Result<(Vec<BigInt>, Vec<BigInt>), String> {
    let decay = (penalty, network.has_hidden_bias());
    let still = vec![BigInt::zero(); neuron.input.len()];
    let gradient = output_gradient(neuron, penalty, form);
    for bits in [24, u64::MAX] {
        let against: Vec<BigInt> = float::shortened(&gradient, bits).iter().map(|g| -g).collect();
        if descent(form, neuron, decay, &still, &against).is_ok() {
            return Ok((still, against));
        }
    }
    match decide(&decayed(network, neuron, penalty, form), limits) {
        Decision::Negative(u) => Ok((u, vec![BigInt::zero(); neuron.output.len()])),
        Decision::Proved(_) => Err("no direction of descent: with weight decay this is no proof of more".into()),
        Decision::Undetermined(reason) => Err(reason),
    }
}

/// G(w_i) + lh h_i in integers, up to a positive factor.
fn output_gradient(neuron: &Neuron, penalty: &Penalty, form: &SlopeForm) -> Vec<BigInt> {
    let decay = &penalty.output;
    let potential = neuron.output.denominator() * decay.denom();
    let own = &form.scale * neuron.input.denominator() * decay.numer();
    let entries = form.potential.iter().zip(neuron.output.numerators());
    entries.map(|(g, h)| g * &potential + h * &own).collect()
}

/// S_i(u) = h_i.D_i(u) + lw w_i'.u' + lb b_i u_b (T10).
fn decayed<'a>(network: &Network, neuron: &Neuron, penalty: &Penalty, form: &'a SlopeForm) -> ScalarForm<'a> {
    let mut form = form.combine(&neuron.output);
    let width = neuron.input.len();
    let coefficient = |a: usize| penalty.of_input(a, width, network.has_hidden_bias());
    let slopes: Vec<BigRational> = neuron
        .input
        .numerators()
        .iter()
        .enumerate()
        .map(|(a, w)| BigRational::new(coefficient(a).numer() * w, coefficient(a).denom() * neuron.input.denominator()))
        .collect();
    let slopes = Fractions::from_rationals(slopes.iter());
    let factor = slopes.denominator();
    for (p, slope) in form.linear.iter_mut().zip(slopes.numerators()) {
        *p = &*p * factor + slope * &form.scale;
    }
    form.bends.iter_mut().for_each(|bend| bend.kappa *= factor);
    form.scale *= factor;
    form
}
