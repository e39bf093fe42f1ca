//! Rules on one neuron: `potential`, `zero-form`, `scalar`, `uniform`, `stationary` and `descent` (T2, T3, T4).
//!
//! * `potential` (S1): G(w_i) = 0.
//! * `zero-form`: D_i = 0 identically. The neuron adds nothing negative to T1's increment, whatever h_i' is.
//! * `scalar`: J = 1, h_i != 0, h_i D_i >= 0. Then (h_i + g) D_i >= 0 while h_i + g weakly keeps its sign (T3).
//! * `uniform`: (h_i + s tau e_j) . D_i >= 0 for all j and both signs. Every h_i + g with |g|_1 <= tau is a convex
//!   combination of these vectors, so (h_i + g) . D_i >= 0 (T4).
//! * `stationary` (S2): h_i . D_i >= 0.
//! * `descent`: g . G(w_i) + h_i . D_i(u) < 0, a negative derivative of L (T2). With weight decay its own derivative
//!   lw w_i'.u' + lb b_i u_b + lh h_i.g is added (T10).

use super::Failure;
use super::nonnegative::{self, Proved};
use crate::kernel::certificate::Nonnegative;
use crate::kernel::linear::{Fractions, dot};
use crate::kernel::network::{Activation, Neuron};
use crate::kernel::number::counted;
use crate::kernel::penalty::Penalty;
use crate::kernel::reject::Rule;
use crate::kernel::slope_form::SlopeForm;
use crate::kernel::theorem::Route;
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// G(w_i) = 0 for every output.
pub fn potential(form: &SlopeForm) -> Result<(), Failure> {
    match form.potential.iter().position(|g| !g.is_zero()) {
        None => Ok(()),
        Some(j) => Err(Failure::new(Rule::Potential, "G(w) = 0", format!("G(w) is not zero in output {j}"))),
    }
}

/// D_i = 0 identically.
pub fn zero_form(form: &SlopeForm) -> Result<Proved, Failure> {
    potential(form)?;
    if !form.is_zero() {
        return Err(Failure::new(Rule::ZeroForm, "D = 0 identically", "a slope form that is not zero"));
    }
    Ok(Proved { route: Route::ZeroForm, margin: None })
}

/// J = 1, h_i != 0 and h_i D_i >= 0.
pub fn scalar(form: &SlopeForm, output: &Fractions, proof: &Nonnegative) -> Result<Proved, Failure> {
    potential(form)?;
    if output.len() != 1 || output.is_zero() {
        return Err(Failure::new(Rule::Scalar, "one output and h != 0", outputs(output)));
    }
    nonnegative::check(&form.combine(output), proof)
}

/// (h_i + s tau e_j) . D_i >= 0 for all outputs j and s = +1, -1, in that order.
pub fn uniform(
    form: &SlopeForm,
    output: &Fractions,
    tau: &BigRational,
    proofs: &[Nonnegative],
) -> Result<Proved, Failure> {
    potential(form)?;
    if !tau.is_positive() {
        return Err(Failure::new(Rule::Uniform, "tau > 0", tau.to_string()));
    }
    if proofs.len() != 2 * output.len() {
        return Err(Failure::new(Rule::Uniform, format!("{} proofs", 2 * output.len()), proofs.len().to_string()));
    }
    let mut proved: Option<Proved> = None;
    for (shifted, proof) in shifted_outputs(output, tau).iter().zip(proofs) {
        let one = nonnegative::check(&form.combine(shifted), proof)?;
        proved = Some(match proved {
            Some(before) => before.and(one),
            None => one,
        });
    }
    proved.ok_or_else(|| Failure::new(Rule::Uniform, "at least one output", "none"))
}

/// Whether the activation vanishes on every sample, with room: no kinks and slope 0 everywhere.
pub fn is_dead(activation: &Activation, signs: &[Sign]) -> bool {
    signs.iter().all(|s| match s {
        Sign::Plus => activation.positive.is_zero(),
        Sign::Minus => activation.negative.is_zero(),
        Sign::NoSign => false,
    })
}

/// The vectors h + s tau e_j for j = 0, 1, … and s = +1, -1.
pub fn shifted_outputs(output: &Fractions, tau: &BigRational) -> Vec<Fractions> {
    let base: Vec<BigInt> = output.numerators().iter().map(|h| h * tau.denom()).collect();
    let step = tau.numer() * output.denominator();
    let denominator = output.denominator() * tau.denom();
    let shift = |j: usize, step: BigInt| {
        let mut shifted = base.clone();
        shifted.iter_mut().skip(j).take(1).for_each(|h| *h += &step);
        Fractions::new(shifted, denominator.clone())
    };
    (0..output.len()).flat_map(|j| [shift(j, step.clone()), shift(j, -&step)]).flatten().collect()
}

/// G(w_i) = 0 and h_i . D_i >= 0.
pub fn stationary(form: &SlopeForm, output: &Fractions, proof: &Nonnegative) -> Result<Proved, Failure> {
    potential(form)?;
    nonnegative::check(&form.combine(output), proof)
}

/// g . G(w_i) + h_i . D_i(u) < 0 for integer vectors u and g, with the derivative of the weight decay.
pub fn descent(
    form: &SlopeForm,
    neuron: &Neuron,
    (penalty, has_hidden_bias): (&Penalty, bool),
    u: &[BigInt],
    g: &[BigInt],
) -> Result<(), Failure> {
    if u.len() != neuron.input.len() || g.len() != neuron.output.len() {
        let (inputs, outputs) = (counted(neuron.input.len(), "number"), neuron.output.len());
        let expected = format!("a direction of {inputs} and an output of {outputs}");
        return Err(Failure::new(Rule::Descent, expected, format!("{} and {}", u.len(), g.len())));
    }
    // The potential carries the denominator of w_i, the slope term that of h_i; both are brought to their product.
    let potential = dot(g, &form.potential) * neuron.output.denominator();
    let slope = dot(neuron.output.numerators(), &form.evaluate(u)) * neuron.input.denominator();
    let mut derivative = BigRational::from_integer(potential + slope);
    if !penalty.is_none() {
        let scale = &form.scale * neuron.input.denominator() * neuron.output.denominator();
        derivative += penalty.slope(neuron, has_hidden_bias, u, g) * scale;
    }
    if derivative.is_negative() {
        return Ok(());
    }
    Err(Failure::new(Rule::Descent, "a negative derivative along the direction", "one that is not negative"))
}

fn outputs(output: &Fractions) -> String {
    format!("{}{}", counted(output.len(), "output"), if output.is_zero() { ", h = 0" } else { "" })
}
