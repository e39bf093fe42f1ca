//! Between long integers and floats: search only.

use crate::kernel::linear::Fractions;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

/// The integers times one power of two, so that the largest is near 1; precision is kept for all that matter.
pub fn scaled(values: &[BigInt]) -> Vec<f64> {
    let bits = values.iter().map(BigInt::bits).max().unwrap_or(0);
    values.iter().map(|v| scaled_by(v, bits)).collect()
}

/// `value / 2^bits` as a float.
pub fn scaled_by(value: &BigInt, bits: u64) -> f64 {
    let cut = value.bits().saturating_sub(64);
    let top = (value >> cut).to_f64().unwrap_or(0.0);
    let exponent = cut as i64 - bits as i64;
    if exponent < -1070 { 0.0 } else { top * (exponent as f64).exp2() }
}

/// `numerator / denominator` to nearly full precision, without reducing the fraction.
pub fn ratio(numerator: &BigInt, denominator: &BigInt) -> f64 {
    let bits = denominator.bits();
    scaled_by(numerator, bits) / scaled_by(denominator, bits)
}

/// The entries as floats.
pub fn entries(values: &Fractions) -> impl Iterator<Item = f64> + '_ {
    values.numerators().iter().map(|n| ratio(n, values.denominator()))
}

/// Integers near `values` times a power of two: the largest has `bits` bits.
pub fn rounded(values: &[f64], bits: i32) -> Vec<BigInt> {
    let largest = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return vec![BigInt::zero(); values.len()];
    }
    let factor = f64::from(bits - 1 - largest.log2().floor() as i32).exp2();
    values.iter().map(|v| BigInt::from((v * factor).round() as i128)).collect()
}

/// The integers cut to a common precision: the largest keeps `bits` bits; zeros and signs of large entries stay.
pub fn shortened(values: &[BigInt], bits: u64) -> Vec<BigInt> {
    let largest = values.iter().map(BigInt::bits).max().unwrap_or(0);
    let cut = largest.saturating_sub(bits);
    values.iter().map(|v| if v.is_negative() { -((-v) >> cut) } else { v >> cut }).collect()
}

/// A float as the rational it is; zero for NaN and infinities.
pub fn exact(value: f64) -> BigRational {
    BigRational::from_float(value).unwrap_or_else(BigRational::zero)
}
