//! Enclosures against exact rational arithmetic: what they contain, and how wide they are.

#[path = "../common/mod.rs"]
mod common;

mod eigenvalues;
mod inverses;
mod products;

use common::rng::Rng;
use lowpoint::kernel::enclosure::interval::exact;
use lowpoint::kernel::enclosure::matrix::IntervalMatrix;
use num_rational::BigRational;

/// The rational equal to a float.
fn q(v: f64) -> BigRational {
    exact(v).unwrap()
}

/// A float in [-1, 1).
fn uniform(rng: &mut Rng) -> f64 {
    (rng.next() >> 11) as f64 * 2f64.powi(-52) - 1.0
}

/// Points with 53 random bits.
fn points(rng: &mut Rng, rows: usize, cols: usize) -> IntervalMatrix {
    IntervalMatrix::from_points(rows, cols, (0..rows * cols).map(|_| uniform(rng)).collect())
}
