//! Rule `cells` (C7): a tree over the signs of the concave classes (THEORY 2).
//!
//! The root's cell is the whole space. A split covers a cell by the halves x_C.u >= 0 and x_C.u <= 0 of a concave class;
//! where the path implies a sign, the cell is one of these halves. Every leaf proves phi >= 0 on its cell.

use super::Failure;
use super::matrix::{HalfSpace, in_cell};
use super::nonnegative::Proved;
use crate::kernel::certificate::CellStep;
use crate::kernel::linear::{Fractions, lesser};
use crate::kernel::reject::Rule;
use crate::kernel::slope_form::ScalarForm;
use crate::kernel::theorem::Route;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};

/// Checks a tree, its steps in preorder: a split's subtree for x_C.u >= 0 comes first.
pub fn check(form: &ScalarForm<'_>, steps: &[CellStep]) -> Result<Proved, Failure> {
    let mut path: Vec<HalfSpace> = Vec::new();
    // The second halves of splits: the length of the path above, and the side.
    let mut pending: Vec<(usize, HalfSpace)> = Vec::new();
    let mut margin = BigRational::one();
    let mut done = false;
    for (index, step) in steps.iter().enumerate() {
        let fail = |expected: &str, found: String| Err(Failure::new(Rule::Cells, expected, found));
        if done {
            return fail("the end of the tree", format!("step {index}"));
        }
        if let CellStep::Split { class } | CellStep::Implied { class, .. } = step {
            let concave = form.bends.get(*class).is_some_and(|b| b.kappa.is_negative());
            if !concave || path.iter().any(|side| side.class == *class) {
                return fail("a concave class that is not on the path", format!("class {class} in step {index}"));
            }
        }
        match step {
            CellStep::Split { class } => {
                pending.push((path.len(), HalfSpace { class: *class, positive: false }));
                path.push(HalfSpace { class: *class, positive: true });
            }
            CellStep::Implied { class, positive, combination } => {
                let side = HalfSpace { class: *class, positive: *positive };
                if !is_implied(form, &path, side, combination) {
                    return fail("a sign that the path implies", format!("another combination in step {index}"));
                }
                path.push(side);
            }
            CellStep::Leaf { path: eta, matrix } => {
                margin = lesser(margin, in_cell(form, &path, eta, matrix, Rule::Cells)?);
                match pending.pop() {
                    Some((above, side)) => {
                        path.truncate(above);
                        path.push(side);
                    }
                    None => done = true,
                }
            }
        }
    }
    match done {
        true => Ok(Proved { route: Route::C7, margin: Some(margin) }),
        false => Err(Failure::new(Rule::Cells, "a leaf in every cell", "a tree that ends before")),
    }
}

/// Whether s x_C = sum_j eta_j s_j x_j over the path, with eta >= 0.
fn is_implied(form: &ScalarForm<'_>, path: &[HalfSpace], side: HalfSpace, eta: &Fractions) -> bool {
    let Some(own) = form.bends.get(side.class) else { return false };
    if eta.len() != path.len() || eta.numerators().iter().any(Signed::is_negative) {
        return false;
    }
    own.direction.iter().enumerate().all(|(a, x)| {
        let term = |(side, eta): (&HalfSpace, &BigInt)| {
            let x = form.bends.get(side.class).and_then(|b| b.direction.get(a))?;
            Some(side.signed(x * eta))
        };
        let sum: BigInt = path.iter().zip(eta.numerators()).filter_map(term).sum();
        sum == side.signed(x * eta.denominator())
    })
}
