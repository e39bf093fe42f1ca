//! Exact numbers as floats, for drawing only.

use crate::kernel::linear::Fractions;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;

/// The nearest float; not finite where the number is too large for one.
pub fn float(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// `numerator / denominator`, which need not be reduced.
pub fn ratio(numerator: &BigInt, denominator: &BigInt) -> f64 {
    float(&BigRational::new_raw(numerator.clone(), denominator.clone()))
}

/// The entries over their denominator.
pub fn entries(values: &Fractions) -> Vec<f64> {
    values.numerators().iter().map(|n| ratio(n, values.denominator())).collect()
}

/// The scalar product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The largest absolute value.
pub fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(0.0, |most, v| v.abs().max(most))
}
