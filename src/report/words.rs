//! What the checker and the prover say alike: a theorem in a few lines, a refusal in one.

use crate::kernel::certificate::{BiasStep, Curvature, Radius, Region, RestsOn, Shape};
use crate::kernel::number::{Rounding, format_decimal};
use crate::kernel::parse::ParseError;
use crate::kernel::penalty::Penalty;
use crate::kernel::reject::{Reason, Reject};
use crate::kernel::theorem::{Enclosed, Theorem};
use num_rational::BigRational;
use num_traits::{One, Zero};

/// Significant digits of a loss.
const LOSS_DIGITS: u32 = 17;
/// Significant digits of a bound.
const BOUND_DIGITS: u32 = 6;
/// Longest fraction that is printed, in characters.
const MAX_FRACTION_CHARS: usize = 64;

/// The theorem in lines: the verdict and its meaning, the loss, the region.
pub fn summary(theorem: &Theorem) -> String {
    let claim = theorem.claim();
    let mut lines = vec![format!("{}: {claim}", claim.verdict())];
    let named = named(theorem.penalty());
    lines.push(match claim.verdict().is_nearby() {
        false => format!("{named} is {}", loss_there(theorem)),
        true => format!(
            "{named} there is {}, at the given parameters {}; the largest of these is {}",
            loss_there(theorem),
            loss(theorem.model_loss()),
            size(theorem)
        ),
    });
    lines.extend((!theorem.penalty().is_none()).then(|| format!("the weight decay is {}", theorem.penalty())));
    lines.extend(bias(theorem).map(str::to_string));
    lines.extend(curvature(theorem.curvature()).map(str::to_string));
    if let Some(region) = theorem.region() {
        lines.push(format!("no point around it has a lower loss: {}", region_words(region, theorem.shape())));
    }
    lines.extend(theorem.enclosed().map(existence));
    lines.push(format!("rests on {}", rests_on(theorem)));
    lines.join("\n")
}

/// The loss at the certified point; bounds on it where the point is only known to be in a box.
fn loss_there(theorem: &Theorem) -> String {
    match theorem.enclosed() {
        None => loss(theorem.loss()),
        Some(enclosed) => format!("between {} and {}", loss_below(enclosed), upper(theorem.loss())),
    }
}

/// A decimal that is at most the loss.
pub fn loss_below(enclosed: &Enclosed) -> String {
    format_decimal(&enclosed.loss_below, LOSS_DIGITS, Rounding::Down)
}

/// What is known of a point in a box besides its verdict.
fn existence(enclosed: &Enclosed) -> String {
    let radius = upper_bound(&enclosed.radius);
    format!(
        "the certificate's box, of radius at most {radius}, holds exactly one solution of its pattern's equations: this point"
    )
}

/// What the verdict rests on.
pub fn rests_on(theorem: &Theorem) -> &'static str {
    match theorem.rests_on() {
        RestsOn::Exact => "exact arithmetic",
        RestsOn::Intervals => "interval arithmetic with outward rounding",
    }
}

/// The loss in words.
pub fn named(penalty: &Penalty) -> &'static str {
    if penalty.is_none() { "the loss" } else { "the loss with weight decay" }
}

/// The largest of the given parameters.
pub fn size(theorem: &Theorem) -> String {
    format_decimal(theorem.model_size(), BOUND_DIGITS, Rounding::Nearest)
}

/// What is wrong with the output bias, if anything: no neuron shows it.
pub fn bias(theorem: &Theorem) -> Option<&'static str> {
    let why = match theorem.penalty().output_bias.is_zero() {
        true => "the loss falls along the output bias: the residuals do not add up to zero",
        false => "the loss falls along the output bias: the residuals and its weight decay do not add up to zero",
    };
    (theorem.bias() == BiasStep::Descent).then_some(why)
}

/// What the verdict takes from the second order, if anything.
pub fn curvature(curvature: &Curvature) -> Option<&'static str> {
    match curvature {
        Curvature::Absent => None,
        Curvature::Positive => Some(
            "second order: positive definite on the critical cone; no point in some neighbourhood has a lower loss, \
             its size is not stated",
        ),
        Curvature::Descent { .. } => {
            Some("second order: negative along a direction in which the first order vanishes; the loss falls there")
        }
    }
}

/// How far which parameters may move, all at once.
pub fn region_words(region: &Region, shape: &Shape) -> String {
    let by = |radius: &Radius| match radius {
        Radius::Unbounded => "by any distance".to_string(),
        Radius::AtMost(_) => format!("by at most {}", radius_text(radius)),
    };
    let inputs = if shape.hidden_bias { "input weights and hidden biases" } else { "input weights" };
    let bias = if shape.output_bias { ", the output bias freely" } else { "" };
    format!("{inputs} may move {}, output weights {}{bias}", by(&region.input), by(&region.output))
}

/// A radius as a lower bound, or `unbounded`.
pub fn radius_text(radius: &Radius) -> String {
    match radius {
        Radius::Unbounded => "unbounded".to_string(),
        Radius::AtMost(r) => lower(r),
    }
}

/// A loss: the decimal, and the exact fraction where that is short and says more.
pub fn loss(value: &BigRational) -> String {
    let decimal = loss_decimal(value);
    match loss_exact(value) {
        Some(exact) if exact != decimal => format!("{decimal} (exactly {exact})"),
        _ => decimal,
    }
}

/// A loss, rounded to the nearest decimal.
pub fn loss_decimal(value: &BigRational) -> String {
    format_decimal(value, LOSS_DIGITS, Rounding::Nearest)
}

/// A loss as an integer or a fraction, where that is short.
pub fn loss_exact(value: &BigRational) -> Option<String> {
    if value.is_zero() {
        return Some("0".to_string());
    }
    // Four bits make at least one character: long numbers are not even printed.
    let most_bits = 4 * MAX_FRACTION_CHARS as u64;
    if value.numer().bits() > most_bits || value.denom().bits() > most_bits {
        return None;
    }
    let text = if value.denom().is_one() { value.numer().to_string() } else { value.reduced().to_string() };
    Some(text).filter(|t| t.len() <= MAX_FRACTION_CHARS)
}

/// A decimal that is at most the value.
pub fn lower(value: &BigRational) -> String {
    format_decimal(value, BOUND_DIGITS, Rounding::Down)
}

/// A decimal that is at least the value.
pub fn upper(value: &BigRational) -> String {
    format_decimal(value, LOSS_DIGITS, Rounding::Up)
}

/// A decimal that is at least the value, as short as a bound.
pub fn upper_bound(value: &BigRational) -> String {
    format_decimal(value, BOUND_DIGITS, Rounding::Up)
}

/// Why a certificate is rejected, and the next step where the statements differ.
pub fn rejected(file: &str, reject: &Reject) -> String {
    let hint = match &reject.reason {
        Reason::Differs { what: "activation", .. } => "\nhint: give `--negative-slope` as it was given to `prove`",
        Reason::Differs { what: "weight decay", .. } => {
            "\nhint: give `--weight-decay` (with `--decay`) or `--sklearn-alpha` as it was given to `prove`"
        }
        Reason::Differs { what: "data file" | "model file", .. } => {
            "\nhint: the file was changed, or the certificate is for another one"
        }
        _ => "",
    };
    format!("{file}: {reject}{hint}")
}

/// Why a compact certificate is rejected before the kernel sees it.
pub fn unrestored(file: &str, reason: &str) -> String {
    format!("{file}: the compact certificate cannot be restored: {reason}")
}

/// Where a text is no certificate.
pub fn malformed(file: &str, error: &ParseError) -> String {
    format!("{file}: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;

    #[test]
    fn losses_are_exact_where_short() {
        let third = BigRational::new(1.into(), 3.into());
        assert_eq!(loss(&third), "0.33333333333333333 (exactly 1/3)");
        assert_eq!(loss(&BigRational::from_integer(2.into())), "2");
        assert_eq!(loss(&BigRational::new_raw(0.into(), BigInt::one() << 5000)), "0");
        assert_eq!(loss(&BigRational::new(1.into(), BigInt::one() << 2)), "0.25 (exactly 1/4)");
        let long = BigRational::new(1.into(), num_traits::pow(BigInt::from(3), 200));
        assert_eq!(loss_exact(&long), None);
    }

    #[test]
    fn bounds_are_rounded_to_their_safe_side() {
        let two_thirds = BigRational::new(2.into(), 3.into());
        assert_eq!(lower(&two_thirds), "0.666666");
        assert_eq!(upper(&two_thirds), "0.66666666666666667");
        assert_eq!(radius_text(&Radius::Unbounded), "unbounded");
    }
}
