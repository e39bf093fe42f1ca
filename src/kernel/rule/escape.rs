//! Rule `escape` (T3): h_i = 0, G(w_i) = 0 and D_i(u) != 0 for some u.
//!
//! Then w_i + t u with h_i = -(t/A) D_i(u) lowers the loss by t^2 |D_i(u)|^2 / (2A) for all small t > 0, so the point
//! is no local minimum. The certificate shows one such step, and both losses are compared exactly.

use super::neuron::potential;
use super::{Failure, bounds};
use crate::kernel::certificate::Escape;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::{Fractions, compare, dot};
use crate::kernel::network::Neuron;
use crate::kernel::reject::{Reason, Rule};
use crate::kernel::slope_form::SlopeForm;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

/// Checks that the neuron is an escape neuron and that the shown step lowers the loss.
pub fn check(evaluation: &Evaluation<'_>, neuron: &Neuron, form: &SlopeForm, escape: &Escape) -> Result<(), Failure> {
    let fail = |expected: &str, found: &str| Err(Failure::new(Rule::Escape, expected, found));
    potential(form)?;
    if !neuron.output.is_zero() {
        return fail("h = 0", "h != 0");
    }
    if escape.direction.len() != neuron.input.len() || escape.output.len() != neuron.output.len() {
        return fail("a direction and an output of the neuron's lengths", "other lengths");
    }
    if form.evaluate(&escape.direction).iter().all(Zero::is_zero) {
        return fail("D(u) != 0", "D(u) = 0");
    }
    if !escape.step.is_positive() {
        return fail("a positive step", "one that is not positive");
    }
    let longest = |values: &[BigInt]| values.iter().map(BigInt::bits).max().unwrap_or(0);
    let written = longest(&escape.direction) + longest(escape.output.numerators()) + escape.output.denominator().bits();
    let limit = bounds::error_bits(evaluation.samples().count(), neuron.output.len());
    if written > limit {
        let what = format!("a direction and an output of {written} bits; for so many samples, at most {limit}");
        return Err(Failure { rule: Rule::Escape, reason: Reason::Limit(what) });
    }
    let after = evaluation.residuals().loss_after(&moved_activations(evaluation, neuron, escape), &escape.output);
    if compare(&after, evaluation.residuals().loss()).is_ge() {
        return fail("a lower loss after the step", "one that is not lower");
    }
    Ok(())
}

/// rho((w_i + t u) . x_k) for all samples.
pub fn moved_activations(evaluation: &Evaluation<'_>, neuron: &Neuron, escape: &Escape) -> Fractions {
    let (samples, activation) = (evaluation.samples(), evaluation.network().activation());
    let step = escape.step.numer() * neuron.input.denominator();
    let moved: Vec<BigInt> = neuron
        .input
        .numerators()
        .iter()
        .zip(&escape.direction)
        .map(|(w, u)| w * escape.step.denom() + u * &step)
        .collect();
    let denominator = neuron.input.denominator() * escape.step.denom() * samples.denominator();
    let slopes = Fractions::from_rationals([&activation.positive, &activation.negative]);
    let [positive, negative] = slopes.numerators() else { return Fractions::zeros(samples.count()) };
    let rho = |row: &Vec<BigInt>| {
        let z = dot(row, &moved);
        let slope = if z.is_positive() { positive } else { negative };
        z * slope
    };
    let values = samples.rows().iter().map(rho).collect();
    Fractions::new(values, denominator * slopes.denominator()).unwrap_or_else(|| Fractions::zeros(samples.count()))
}
