//! Rule `curvature` (T5): the second order Q on the critical cone, all z = (u, g, d) with h_i.D_i(u_i) = 0 for all i.
//!
//! P is stationary: G(w_i) = 0, h_i.D_i >= 0, sum_k eps_k = 0. While no strict sign of w_i.x_k flips, exactly
//!
//! L(P') - L(P) = sum_i h_i.D_i(u_i) + sum_i g_i.D_i(u_i) + 1/2 sum_k c_k |f'(x_k) - f(x_k)|^2 .                (*)
//!
//! * `descent`: for a critical z, (*) at P + t z is t^2 Q(z) + O(t^3): with Q(z) < 0 no local minimum.
//! * `positive`: suppose points P + z_n with less loss tend to P. Neurons whose activation vanishes near P change
//!   nothing; nor does (w_i, h_i) -> (s w_i, h_i / s) for s > 0, so u_i = 0 at the first nonzero coordinate of w_i. Let z
//!   be a limit of z_n / |z_n|. The first sum in (*) is >= 0 and homogeneous, the others are O(|z_n|^2): it vanishes at
//!   z, which is critical. Without it and over |z_n|^2, (*) tends to Q(z) <= 0. On each piece z lies in a span on which
//!   Q is a positive definite form: a contradiction, since |z| = 1.

use super::neuron::is_dead;
use super::{Failure, bounds, critical};
use crate::kernel::certificate::{Curvature, Direction, NeuronStep};
use crate::kernel::definite::positive_definite;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::{compare, dot};
use crate::kernel::network::Network;
use crate::kernel::reject::{Reason, Rule};
use crate::kernel::residuals::Residuals;
use crate::kernel::second_order::{SecondOrder, Slopes, moved, value};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// Most pieces of a critical cone.
pub const MAX_CURVATURE_PIECES: usize = 4096;
/// Most variables of Q: where rounded roots decide nothing, an elimination of so many takes minutes.
pub const MAX_CURVATURE_VARIABLES: usize = 256;

/// Checks the judgement on the second order. The steps must have been checked.
pub fn check(evaluation: &Evaluation<'_>, steps: &[NeuronStep], curvature: &Curvature) -> Result<(), Failure> {
    match curvature {
        Curvature::Absent => Ok(()),
        Curvature::Positive => positive(&form(evaluation, steps)?),
        Curvature::Descent { direction, step } => {
            shape(evaluation.network(), direction)?;
            size(evaluation, direction, step)?;
            let forms = (0..evaluation.network().neurons().len()).map(|i| evaluation.slope_form(i));
            descent(evaluation, &Slopes::new(forms, direction), direction)?;
            lowers(evaluation, direction, step)
        }
    }
}

/// Q on the critical cone that the steps describe, within the limits.
pub fn form<'a>(evaluation: &'a Evaluation<'a>, steps: &[NeuronStep]) -> Result<SecondOrder<'a>, Failure> {
    let network = evaluation.network();
    let parts = network.neurons().iter().zip(steps).zip(evaluation.residuals().signs()).enumerate();
    let limit = |what: String| Err(Failure { rule: Rule::Curvature, reason: Reason::Limit(what) });
    let variables = |count: usize| format!("{count} variables, at most {MAX_CURVATURE_VARIABLES}");
    let mut second = SecondOrder::new(evaluation, std::iter::empty());
    for (i, ((neuron, step), _)) in parts.filter(|(_, (_, signs))| !is_dead(network.activation(), signs)) {
        let form = evaluation.slope_form(i);
        let sides = critical::sides(&form, &neuron.output, &step.proof)?;
        if let Err(count) = second.add(i, form, sides, MAX_CURVATURE_VARIABLES) {
            return limit(variables(count));
        }
    }
    // Those of the output bias alone.
    if second.variable_count() > MAX_CURVATURE_VARIABLES {
        return limit(variables(second.variable_count()));
    }
    let longest = network.neurons().iter().flat_map(|n| [&n.input, &n.output]).map(bounds::longest).max().unwrap_or(0);
    let bits = longest.saturating_mul(second.variable_count() as u64);
    let most = bounds::error_bits(evaluation.samples().count(), 1);
    if bits > most {
        return limit(format!("{bits} bits for each sample (variables times the longest weight), at most {most}"));
    }
    let open = second.open_classes();
    if open >= usize::BITS as usize || 1 << open > MAX_CURVATURE_PIECES {
        return limit(format!("2^{open} pieces of the critical cone, at most {MAX_CURVATURE_PIECES}"));
    }
    Ok(second)
}

/// Q is positive definite on the span of every piece.
fn positive(second: &SecondOrder<'_>) -> Result<(), Failure> {
    for piece in 0..1 << second.open_classes() {
        if positive_definite(&second.matrix(piece)).is_err() {
            let expected = "Q positive definite on the span of each piece of the critical cone";
            return Err(Failure::new(Rule::Curvature, expected, format!("piece {piece}, where it is not")));
        }
    }
    Ok(())
}

fn shape(network: &Network, direction: &Direction) -> Result<(), Failure> {
    let fits = |all: &[Vec<BigInt>], length: usize| {
        all.len() == network.neurons().len() && all.iter().all(|v| v.len() == length)
    };
    let bias = direction.bias.as_ref().map(Vec::len);
    if fits(&direction.inputs, network.weight_count())
        && fits(&direction.outputs, network.output_count())
        && bias == network.output_bias().map(|b| b.len())
    {
        return Ok(());
    }
    Err(Failure::new(Rule::Curvature, "a direction of the network's lengths", "other lengths"))
}

/// The moved errors of all samples and outputs fit into the memory, as those of an escape do.
fn size(evaluation: &Evaluation<'_>, direction: &Direction, step: &BigRational) -> Result<(), Failure> {
    let parts = direction.inputs.iter().chain(&direction.outputs).chain(&direction.bias).flatten();
    let longest = parts.map(BigInt::bits).max().unwrap_or(0);
    let written = longest + step.numer().bits() + step.denom().bits();
    let limit = bounds::error_bits(evaluation.samples().count(), evaluation.network().output_count());
    if written > limit {
        let what = format!("a direction and a step of {written} bits; for so many samples, at most {limit}");
        return Err(Failure { rule: Rule::Curvature, reason: Reason::Limit(what) });
    }
    Ok(())
}

/// h_i.D_i(u_i) = 0 for every neuron, and Q < 0.
pub fn descent(evaluation: &Evaluation<'_>, slopes: &Slopes, direction: &Direction) -> Result<(), Failure> {
    for (i, (neuron, slope)) in evaluation.network().neurons().iter().zip(&slopes.values).enumerate() {
        if !dot(neuron.output.numerators(), slope).is_zero() {
            let found = format!("another value for neuron {i}");
            return Err(Failure::new(Rule::Curvature, "h.D(u) = 0 for every neuron", found));
        }
    }
    if value(evaluation, slopes, direction).is_negative() {
        return Ok(());
    }
    Err(Failure::new(Rule::Curvature, "Q < 0 along the direction", "Q >= 0"))
}

/// The loss at `step` times the direction is lower.
pub fn lowers(evaluation: &Evaluation<'_>, direction: &Direction, step: &BigRational) -> Result<(), Failure> {
    let fail = |expected: &str, found: &str| Err(Failure::new(Rule::Curvature, expected, found));
    if !step.is_positive() {
        return fail("a positive step", "one that is not positive");
    }
    let network = evaluation.network();
    let Some(moved) = moved(network, direction, step) else { return fail("parameters after the step", "none") };
    let after = Residuals::new(evaluation.dataset(), evaluation.samples(), &moved);
    match compare(after.loss(), evaluation.residuals().loss()).is_lt() {
        true => Ok(()),
        false => fail("a lower loss after the step", "one that is not lower"),
    }
}
