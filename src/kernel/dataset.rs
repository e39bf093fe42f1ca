//! Exact samples: inputs, targets and sample weights. Shapes are checked once, here.

use super::linear::{Fractions, over};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed};
use std::fmt;

/// Most samples of one data set.
pub const MAX_SAMPLES: usize = 1 << 24;

/// Samples (x_k, y_k) with weights c_k, all rational (THEORY 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    inputs: Vec<Vec<BigInt>>,
    input_denominator: BigInt,
    targets: Vec<Fractions>,
    weights: Option<Fractions>,
    input_count: usize,
}

/// Why samples are not a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are named for what the message says
pub enum DatasetError {
    /// There is no sample, no input or no output.
    Empty(&'static str),
    /// More samples than [`MAX_SAMPLES`].
    TooMany(usize),
    /// A row has another length than the first.
    Ragged { what: &'static str, row: usize, expected: usize, found: usize },
    /// `what` has another number of rows than the inputs.
    Count { what: &'static str, expected: usize, found: usize },
    /// A sample weight is negative.
    NegativeWeight { row: usize },
}

impl fmt::Display for DatasetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(what) => write!(f, "the data set has no {what}"),
            Self::TooMany(n) => write!(f, "{n} samples are more than the limit of {MAX_SAMPLES}"),
            Self::Ragged { what, row, expected, found } => {
                write!(f, "`{what}` row {row}: expected {expected} numbers, found {found}")
            }
            Self::Count { what, expected, found } => {
                write!(f, "`{what}`: expected {expected} rows, one for each row of `x`, found {found}")
            }
            Self::NegativeWeight { row } => write!(f, "`weights` row {row} is negative; sample weights are at least 0"),
        }
    }
}

impl Dataset {
    /// Builds a data set from `x` [N, d], `y` [N, J] and optional `weights` [N] >= 0, each in rows.
    pub fn new(
        x: &[Vec<BigRational>],
        y: &[Vec<BigRational>],
        weights: Option<&[BigRational]>,
    ) -> Result<Self, DatasetError> {
        if x.len() > MAX_SAMPLES {
            return Err(DatasetError::TooMany(x.len()));
        }
        let input_count = row_length("x", "inputs", x)?;
        let output_count = row_length("y", "outputs", y)?;
        if y.len() != x.len() {
            return Err(DatasetError::Count { what: "y", expected: x.len(), found: y.len() });
        }
        if let Some(w) = weights {
            if w.len() != x.len() {
                return Err(DatasetError::Count { what: "weights", expected: x.len(), found: w.len() });
            }
            if let Some(row) = w.iter().position(Signed::is_negative) {
                return Err(DatasetError::NegativeWeight { row });
            }
        }
        let input_denominator = common_denominator(x.iter().flatten());
        let scale = |v: &BigRational| over(v, &input_denominator);
        let inputs = x.iter().map(|row| row.iter().map(scale).collect()).collect();
        let column = |j: usize| Fractions::from_rationals(y.iter().filter_map(move |row| row.get(j)));
        Ok(Self {
            inputs,
            targets: (0..output_count).map(column).collect(),
            weights: weights.map(|w| Fractions::from_rationals(w.iter())),
            input_count,
            input_denominator,
        })
    }

    /// N, the number of samples.
    pub fn sample_count(&self) -> usize {
        self.inputs.len()
    }

    /// d, the number of inputs, without the bias coordinate.
    pub fn input_count(&self) -> usize {
        self.input_count
    }

    /// J, the number of outputs.
    pub fn output_count(&self) -> usize {
        self.targets.len()
    }

    /// Rows of `x` times [`Self::input_denominator`].
    pub fn inputs(&self) -> &[Vec<BigInt>] {
        &self.inputs
    }

    /// The positive common denominator of all inputs.
    pub fn input_denominator(&self) -> &BigInt {
        &self.input_denominator
    }

    /// The targets of each output, a vector of length N for each j.
    pub fn targets(&self) -> &[Fractions] {
        &self.targets
    }

    /// The sample weights c_k; `None` where all are 1.
    pub fn weights(&self) -> Option<&Fractions> {
        self.weights.as_ref()
    }
}

/// The least common denominator of many rationals.
fn common_denominator<'a>(values: impl Iterator<Item = &'a BigRational>) -> BigInt {
    let mut lcm = BigInt::one();
    for v in values {
        if v.denom().is_one() || &lcm == v.denom() {
            continue;
        }
        lcm = lcm.lcm(v.denom());
    }
    lcm
}

fn row_length(what: &'static str, unit: &'static str, rows: &[Vec<BigRational>]) -> Result<usize, DatasetError> {
    let Some(first) = rows.first() else { return Err(DatasetError::Empty("samples")) };
    if first.is_empty() {
        return Err(DatasetError::Empty(unit));
    }
    match rows.iter().position(|r| r.len() != first.len()) {
        Some(row) => {
            let found = rows.get(row).map_or(0, Vec::len);
            Err(DatasetError::Ragged { what, row, expected: first.len(), found })
        }
        None => Ok(first.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(values: &[&[i64]]) -> Vec<Vec<BigRational>> {
        values.iter().map(|r| r.iter().map(|&v| BigRational::new(v.into(), 6.into())).collect()).collect()
    }

    #[test]
    fn shapes_are_checked() {
        let x = rows(&[&[1, 2], &[3, 4]]);
        let y = rows(&[&[1], &[2]]);
        assert_eq!(Dataset::new(&[], &[], None), Err(DatasetError::Empty("samples")));
        assert_eq!(Dataset::new(&rows(&[&[]]), &y, None), Err(DatasetError::Empty("inputs")));
        assert_eq!(
            Dataset::new(&rows(&[&[1, 2], &[3]]), &y, None),
            Err(DatasetError::Ragged { what: "x", row: 1, expected: 2, found: 1 })
        );
        assert_eq!(
            Dataset::new(&x, &rows(&[&[1]]), None),
            Err(DatasetError::Count { what: "y", expected: 2, found: 1 })
        );
        let weights = &rows(&[&[1, -1]])[0];
        assert_eq!(Dataset::new(&x, &y, Some(weights)), Err(DatasetError::NegativeWeight { row: 1 }));
        let data = Dataset::new(&x, &y, None).unwrap();
        assert_eq!((data.sample_count(), data.input_count(), data.output_count()), (2, 2, 1));
        assert_eq!(data.input_denominator(), &BigInt::from(6));
    }
}
