//! The network in floats, with the norms that the error bounds need, and exactly, for the signs that floats leave open.

use super::super::interval::{enclose_ratio, is_usable, magnitude, midpoint_radius};
use super::super::rounding::{mul_up, norm_up, sum_up};
use super::chunk::Chunk;
use crate::kernel::dataset::Dataset;
use crate::kernel::network::Network;
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::Zero;
use std::fmt;

/// A number that doubles do not come near, or sums that grow beyond them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beyond;

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a sum of products, is beyond the range of doubles: between 2.3e-308 and 1.7e308")
    }
}

/// A network, prepared for bounds at its parameters.
#[derive(Debug)]
pub struct Bound<'a> {
    pub(super) network: &'a Network,
    rounded: Option<&'a Dataset>,
    /// Rows w_i, m of them.
    pub(super) input: Vec<f64>,
    /// Rows h_i of J numbers.
    pub(super) output: Vec<f64>,
    /// J numbers, zeros where the network has no output bias.
    pub(super) output_bias: Vec<f64>,
    /// Slopes for z > 0, z < 0, and half their sum, for z = 0.
    pub(super) slopes: [f64; 3],
    /// Half the difference of the slopes.
    pub(super) bend: f64,
    /// At least the absolute values of both slopes.
    pub(super) steepest: f64,
    /// At least |w_i|; zero if w_i is zero.
    pub(super) input_norms: Vec<f64>,
    /// At least |h_i|; one for each neuron where there is one output.
    pub(super) factor_norms: Vec<f64>,
    /// At least |(h_ij)_i|, for each output.
    pub(super) column_norms: Vec<f64>,
    /// At least sum_i |h_ij|, for each output.
    pub(super) column_sums: Vec<f64>,
    /// At least sum_i |w_i||h_ij|, for each output.
    pub(super) reach: Vec<f64>,
}

impl<'a> Bound<'a> {
    /// Prepares a network. `rounded` are the samples of which the chunks' floats are roundings ([`nearest`]); without
    /// them the floats are the samples.
    pub fn new(network: &'a Network, rounded: Option<&'a Dataset>) -> Result<Self, Beyond> {
        let (mut input, mut output) = (Vec::new(), Vec::new());
        for neuron in network.neurons() {
            for (parts, to) in [(&neuron.input, &mut input), (&neuron.output, &mut output)] {
                for numerator in parts.numerators() {
                    to.push(nearest(numerator, parts.denominator())?);
                }
            }
        }
        let outputs = network.output_count();
        let output_bias = match network.output_bias() {
            Some(bias) => bias.numerators().iter().map(|n| nearest(n, bias.denominator())).collect::<Result<_, _>>()?,
            None => vec![0.0; outputs],
        };
        let (positive, negative) = (&network.activation().positive, &network.activation().negative);
        let two = BigRational::from_integer(2.into());
        let slopes = [positive, negative, &((positive + negative) / &two)].map(rational);
        let [positive_slope, negative_slope, kink_slope] = slopes;
        let slopes = [positive_slope?, negative_slope?, kink_slope?];
        let norm = |v: &[f64]| wider(norm_up(v));
        let input_norms: Vec<f64> = input.chunks_exact(network.weight_count().max(1)).map(norm).collect();
        let factor_norms = match outputs {
            1 => vec![1.0; input_norms.len()],
            _ => output.chunks_exact(outputs.max(1)).map(norm).map(raised).collect(),
        };
        let column =
            |j: usize| -> Vec<f64> { output.iter().skip(j).step_by(outputs.max(1)).map(|h| h.abs()).collect() };
        let columns: Vec<Vec<f64>> = (0..outputs).map(column).collect();
        let reach = |h: &Vec<f64>| wider(sum_up(h.iter().zip(&input_norms).map(|(h, w)| mul_up(*h, *w))));
        Ok(Self {
            steepest: wider(slopes[0].abs().max(slopes[1].abs())),
            bend: rational(&((positive - negative) / &two))?,
            column_norms: columns.iter().map(|h| norm(h)).collect(),
            column_sums: columns.iter().map(|h| wider(sum_up(h.iter().copied()))).collect(),
            reach: columns.iter().map(reach).collect(),
            network,
            rounded,
            input,
            output,
            output_bias,
            slopes,
            input_norms,
            factor_norms,
        })
    }

    /// At least a norm of the samples' numbers, from that of their floats.
    pub(super) fn wider(&self, norm: f64) -> f64 {
        if self.is_rounded() { wider(norm) } else { norm }
    }

    /// Whether the chunks' floats are roundings.
    pub(super) fn is_rounded(&self) -> bool {
        self.rounded.is_some()
    }

    /// d, with the coordinate of the hidden bias.
    pub(super) fn width(&self) -> usize {
        self.network.weight_count()
    }

    /// J.
    pub(super) fn outputs(&self) -> usize {
        self.network.output_count()
    }

    /// m.
    pub(super) fn neurons(&self) -> usize {
        self.network.neurons().len()
    }

    /// What tells the inputs of a sample from others: its numbers, in one unit or as the floats' bits.
    pub(super) fn exact_row(&self, sample: usize, row: &[f64]) -> Vec<BigInt> {
        match self.rounded {
            Some(dataset) => dataset.inputs().get(sample).cloned().unwrap_or_default(),
            None => row.iter().map(|v| BigInt::from(v.to_bits())).collect(),
        }
    }

    /// The sign of w_i.x_k, exactly; `row` are the inputs of sample k of the chunk, with the bias.
    pub(super) fn exact_sign(&self, chunk: &Chunk, k: usize, row: &[f64], i: usize) -> Sign {
        let weights = self.network.neurons().get(i).map_or(&[][..], |n| n.input.numerators());
        let Some(dataset) = self.rounded else { return integer_dot(weights, row).sign() };
        let exact = dataset.inputs().get(chunk.first + k).map_or(&[][..], Vec::as_slice);
        let one = self.network.has_hidden_bias().then(|| dataset.input_denominator());
        dot(weights, exact.iter().chain(one)).sign()
    }
}

/// sum_a w_a x_a.
fn dot<'b>(weights: &[BigInt], row: impl Iterator<Item = &'b BigInt>) -> BigInt {
    weights.iter().zip(row).filter(|(w, x)| !w.is_zero() && !x.is_zero()).map(|(w, x)| w * x).sum()
}

/// 2^s sum_a w_a x_a for a whole s that makes every 2^s x_a an integer.
fn integer_dot(weights: &[BigInt], row: &[f64]) -> BigInt {
    let terms = weights.iter().zip(row).filter(|(w, x)| !w.is_zero() && **x != 0.0);
    let terms: Vec<(&BigInt, (i64, i64))> = terms.map(|(w, x)| (w, parts(*x))).collect();
    let least = terms.iter().map(|(_, (_, exponent))| *exponent).min().unwrap_or(0);
    let scaled = |(w, (mantissa, exponent)): (&BigInt, (i64, i64))| (w * mantissa) << (exponent - least).unsigned_abs();
    terms.into_iter().map(scaled).sum()
}

/// At least a norm of exact numbers, from that of floats v with value = v (1 + d), |d| <= 2u.
fn wider(norm: f64) -> f64 {
    mul_up(norm, 1.0 + f64::EPSILON)
}

/// Two norms that are at least this make a product beside which underflow does not count.
pub(super) const LEAST_NORM: f64 = f64::from_bits((1023 - 500) << 52);

/// A norm, and at least 2^-500 unless it is zero.
pub(super) fn raised(norm: f64) -> f64 {
    if norm == 0.0 || norm > LEAST_NORM || norm.is_nan() { norm } else { LEAST_NORM }
}

/// A finite float as mantissa * 2^exponent.
fn parts(v: f64) -> (i64, i64) {
    const MANTISSA_BITS: u32 = 52;
    let bits = v.abs().to_bits();
    let (exponent, fraction) = ((bits >> MANTISSA_BITS) as i64, (bits & ((1 << MANTISSA_BITS) - 1)) as i64);
    let mantissa = if exponent == 0 { fraction } else { fraction | 1 << MANTISSA_BITS };
    (if v < 0.0 { -mantissa } else { mantissa }, exponent.max(1) - 1075)
}

/// A float v with value = v (1 + d), |d| <= 2u; the value itself where it is a float.
pub fn nearest(numerator: &BigInt, denominator: &BigInt) -> Result<f64, Beyond> {
    let interval = enclose_ratio(numerator, denominator);
    let (mid, rad) = midpoint_radius(interval);
    let is_exact = interval.is_singleton();
    // Below the normal floats a unit in the last place is no longer small.
    let is_close = is_exact || magnitude(interval) >= f64::MIN_POSITIVE && rad.is_finite();
    if is_usable(interval) && is_close { Ok(mid) } else { Err(Beyond) }
}

fn rational(value: &BigRational) -> Result<f64, Beyond> {
    nearest(value.numer(), value.denom())
}
