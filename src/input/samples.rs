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

/// The data set's arrays.
pub(super) struct Named<T> {
    /// `x` or `X`.
    pub(super) x: T,
    /// `y` or `Y`.
    pub(super) y: T,
    /// `weights`.
    pub(super) weights: Option<T>,
}

/// Reads `x` (or `X`) and `y` (or `Y`), each of one or two dimensions, and optional `weights`.
pub(super) fn from_arrays(arrays: BTreeMap<String, Array>) -> Result<Samples, Refusal> {
    let Named { x, y, weights } = by_name(arrays)?;
    let weights = weights.map(|a| a.vector()).transpose()?;
    Ok(Samples { x: x.table()?, y: y.table()?, weights })
}

/// Which array is which.
pub(super) fn by_name<T>(mut arrays: BTreeMap<String, T>) -> Result<Named<T>, Refusal> {
    let (x, y) = (take(&mut arrays, ["x", "X"])?, take(&mut arrays, ["y", "Y"])?);
    let weights = arrays.remove("weights");
    // An array left over may be one that was meant, such as `weight` for `weights`.
    if !arrays.is_empty() {
        let names = list(arrays.keys().map(String::as_str));
        let refusal =
            Refusal::new(format!("expected the arrays `x`, `y` and optionally `weights`, found also {names}"));
        return Err(refusal.hint("save the arrays of this problem alone"));
    }
    Ok(Named { x, y, weights })
}

/// Takes the one array that has one of the two names.
fn take<T>(arrays: &mut BTreeMap<String, T>, [lower, upper]: [&str; 2]) -> Result<T, Refusal> {
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
