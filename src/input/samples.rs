//! Samples as files give them, and the data arrays of `.npz` files.

use super::array::Array;
use super::error::{Refusal, list, quote};
use crate::kernel::dataset::Dataset;
use num_rational::BigRational;
use std::collections::BTreeMap;

/// Inputs, targets and sample weights, in rows; the kernel checks that they fit together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Samples {
    pub(super) x: Vec<Vec<BigRational>>,
    pub(super) y: Vec<Vec<BigRational>>,
    pub(super) weights: Option<Vec<BigRational>>,
}

impl Samples {
    /// The kernel's data set of these samples.
    pub(super) fn into_dataset(self) -> Result<Dataset, Refusal> {
        Dataset::new(&self.x, &self.y, self.weights.as_deref()).map_err(|e| Refusal::new(e.to_string()))
    }
}

/// Reads `x` (or `X`) and `y` (or `Y`), each of one or two dimensions, and optional `weights`.
pub(super) fn from_arrays(mut arrays: BTreeMap<String, Array>) -> Result<Samples, Refusal> {
    let (x, y) = (take(&mut arrays, ["x", "X"])?, take(&mut arrays, ["y", "Y"])?);
    let weights = arrays.remove("weights").map(|a| a.vector()).transpose()?;
    // An array left over may be one that was meant, such as `weight` for `weights`.
    if !arrays.is_empty() {
        let names = list(arrays.keys().map(String::as_str));
        let refusal =
            Refusal::new(format!("expected the arrays `x`, `y` and optionally `weights`, found also {names}"));
        return Err(refusal.hint("save the arrays of this problem alone"));
    }
    Ok(Samples { x: columns(&x)?, y: columns(&y)?, weights })
}

/// Takes the one array that has one of the two names.
fn take(arrays: &mut BTreeMap<String, Array>, [lower, upper]: [&str; 2]) -> Result<Array, Refusal> {
    match (arrays.remove(lower), arrays.remove(upper)) {
        (Some(array), None) | (None, Some(array)) => Ok(array),
        (Some(_), Some(_)) => {
            Err(Refusal::new(format!("there are both {} and {}; expected one of them", quote(lower), quote(upper))))
        }
        (None, None) => {
            let names = list(arrays.keys().map(String::as_str));
            let reason = format!("the array {} is missing; other arrays: {names}", quote(lower));
            Err(Refusal::new(reason).hint("save the data with `numpy.savez(\"data.npz\", x=x, y=y)`"))
        }
    }
}

/// The rows of an array; one of a single dimension is a column.
fn columns(array: &Array) -> Result<Vec<Vec<BigRational>>, Refusal> {
    match array.shape() {
        [_] => Ok(array.vector()?.into_iter().map(|value| vec![value]).collect()),
        [_, _] => array.matrix(),
        _ => Err(array.refuse(format!("expected 1 or 2 dimensions, found shape {}", array.shape_text()))),
    }
}
