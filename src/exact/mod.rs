//! Exact linear systems over the rationals, and the two that lowpoint is about: the stationary point of a cell with
//! held kinks (T6) and the multipliers of a neuron (C2). Untrusted: the kernel checks what comes of them.
//!
//! The prover finds points and multipliers with it, and the checker restores those that a compact certificate leaves out.

pub mod cell;
mod lifting;
pub mod modular;
pub mod multipliers;
mod planes;
mod reconstruct;
pub mod solve;
pub mod threads;

use crate::kernel::linear::Fractions;
use num_bigint::BigInt;

/// Longest denominator whose vector is fully reduced: the gcd of longer numbers takes too long.
const MAX_REDUCED_BITS: u64 = 4096;

/// Divides out common factors: powers of two always, others where the numbers are short.
pub fn shorter(values: Fractions) -> Fractions {
    let twos = values.numerators().iter().filter_map(BigInt::trailing_zeros).min().unwrap_or(0);
    let twos = twos.min(values.denominator().trailing_zeros().unwrap_or(0));
    let numerators = values.numerators().iter().map(|v| v >> twos).collect();
    let values = Fractions::new(numerators, values.denominator() >> twos).unwrap_or(values);
    if values.denominator().bits() <= MAX_REDUCED_BITS { values.reduced() } else { values }
}
