//! The inputs of a data set as one network sees them, prepared once for exact dot products.

use super::dataset::Dataset;
use super::linear::{Digits, content};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

/// Where a sample lies for a neuron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// w.x > 0.
    Plus,
    /// w.x < 0.
    Minus,
    /// On the kink, held there.
    Kink,
}

/// Input rows x_k in integers over one denominator, with the bias coordinate where the network has a hidden bias.
///
/// Every formula of THEORY 1 and 2 is invariant under the common factor, so it is carried in one place only.
#[derive(Debug, Clone)]
pub struct Samples {
    rows: Vec<Vec<BigInt>>,
    row_digits: Vec<Digits>,
    column_digits: Vec<Digits>,
    denominator: BigInt,
}

impl Samples {
    /// Prepares the rows of a data set; `hidden_bias` appends the coordinate 1.
    pub fn new(dataset: &Dataset, hidden_bias: bool) -> Self {
        let denominator = dataset.input_denominator().clone();
        let mut rows = dataset.inputs().to_vec();
        if hidden_bias {
            rows.iter_mut().for_each(|row| row.push(denominator.clone()));
        }
        let width = rows.first().map_or(0, Vec::len);
        let zero = BigInt::zero();
        let column = |a: usize| -> Vec<&BigInt> { rows.iter().map(|r| r.get(a).unwrap_or(&zero)).collect() };
        let column_digits = (0..width).map(|a| Digits::new(column(a).into_iter())).collect();
        let row_digits = rows.iter().map(|r| Digits::new(r.iter())).collect();
        Self { row_digits, column_digits, denominator, rows }
    }

    /// N, the number of samples.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Number of coordinates of a row, the bias coordinate included.
    pub fn width(&self) -> usize {
        self.column_digits.len()
    }

    /// The rows times [`Self::denominator`].
    pub fn rows(&self) -> &[Vec<BigInt>] {
        &self.rows
    }

    /// The rows in digit planes.
    pub fn row_digits(&self) -> &[Digits] {
        &self.row_digits
    }

    /// The columns in digit planes.
    pub fn column_digits(&self) -> &[Digits] {
        &self.column_digits
    }

    /// The positive common denominator of the rows.
    pub fn denominator(&self) -> &BigInt {
        &self.denominator
    }

    /// Row k as t * x with x primitive (coprime integers, first nonzero one positive); `None` for a zero row.
    pub fn primitive(&self, k: usize) -> Option<(BigInt, Vec<BigInt>)> {
        primitive(self.rows.get(k)?)
    }
}

/// An integer vector as t * x with x primitive (coprime integers, first nonzero one positive); `None` for zero.
pub fn primitive(row: &[BigInt]) -> Option<(BigInt, Vec<BigInt>)> {
    let first = row.iter().find(|v| !v.is_zero())?;
    let content = content(row.iter(), &BigInt::zero());
    let factor = if first.is_negative() { -content } else { content };
    let direction = if factor.is_one() { row.to_vec() } else { row.iter().map(|v| v / &factor).collect() };
    Some((factor, direction))
}
