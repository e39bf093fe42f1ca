//! Rule `matrix` (C6): one matrix proves phi >= 0 for all signs of the concave classes at once (THEORY 2).
//!
//! Let l run over the convex classes and k over the concave ones, v_l = u.x_l. If p + sum_l mu_l x_l = 0 and
//! sum_l M_lk x_l = |kap_k| x_k, then
//! phi(u) = sum_l (kap_l |v_l| - mu_l v_l) - sum_k |sum_l M_lk v_l| >= sum_l (kap_l - |mu_l| - sum_k |M_lk|) |v_l|,
//! which is >= 0 if |mu_l| + sum_k |M_lk| <= kap_l in every row. In a cell, where s_j x_j.u >= 0 for the classes j of a
//! path, their terms are linear and p + sum_j s_j kap_j x_j may fall short by sum_j eta_j s_j x_j with eta >= 0.

use super::Failure;
use super::nonnegative::Proved;
use crate::kernel::certificate::MatrixProof;
use crate::kernel::linear::lesser;
use crate::kernel::number::counted;
use crate::kernel::reject::Rule;
use crate::kernel::slope_form::{Bend, ScalarForm};
use crate::kernel::theorem::Route;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::collections::BTreeSet;

/// s x_C.u >= 0 for a class of the path to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfSpace {
    /// The class.
    pub class: usize,
    /// Whether s = +1, instead of -1.
    pub positive: bool,
}

impl HalfSpace {
    /// s * value.
    pub fn signed(&self, value: BigInt) -> BigInt {
        if self.positive { value } else { -value }
    }
}

/// Checks a matrix for the whole space.
pub fn check(form: &ScalarForm<'_>, proof: &MatrixProof) -> Result<Proved, Failure> {
    let margin = in_cell(form, &[], &[], proof, Rule::Matrix)?;
    Ok(Proved { route: Route::C6, margin: Some(margin) })
}

/// Checks a matrix in the cell of a path, with eta times the matrix's denominator; gives the least share of a convex
/// class that is left over.
pub fn in_cell(
    form: &ScalarForm<'_>,
    path: &[HalfSpace],
    eta: &[BigInt],
    proof: &MatrixProof,
    rule: Rule,
) -> Result<BigRational, Failure> {
    let fail = |expected: String, found: String| Err(Failure::new(rule, expected, found));
    let on_path: BTreeSet<usize> = path.iter().map(|side| side.class).collect();
    let convex: Vec<&Bend<'_>> = form.bends.iter().filter(|b| b.kappa.is_positive()).collect();
    let open = form.bends.iter().enumerate().filter(|(c, b)| b.kappa.is_negative() && !on_path.contains(c));
    let concave: Vec<(usize, &Bend<'_>)> = open.collect();
    if !proof.denominator.is_positive() {
        return fail("a positive denominator".into(), proof.denominator.to_string());
    }
    if proof.columns.len() != concave.len() {
        let expected = format!("{}, one for each open concave class", counted(concave.len(), "column"));
        return fail(expected, proof.columns.len().to_string());
    }
    if let Some(list) = proof.columns.iter().chain([&proof.balance]).find(|list| list.len() != convex.len()) {
        let expected = format!("{} in each list, one for each convex class", counted(convex.len(), "number"));
        return fail(expected, list.len().to_string());
    }
    if eta.len() != path.len() || eta.iter().any(Signed::is_negative) {
        return fail("a non-negative number for each class of the path".into(), "others".into());
    }
    let margin = rows(&form.scale, &convex, proof).map_err(|row| {
        Failure::new(rule, "|mu| + sum |M| <= kappa in every row", format!("more in the row of convex class {row}"))
    })?;
    let target: Vec<BigInt> = shortfall(form, path, eta, &proof.denominator);
    if let Some(a) = first_difference(form, &convex, &proof.balance, &target) {
        return fail("p + sum mu x = 0, or the path's combination".into(), format!("another value of entry {a}"));
    }
    for ((class, bend), column) in concave.iter().zip(&proof.columns) {
        let factor = bend.kappa.abs() * &proof.denominator;
        let target: Vec<BigInt> = bend.direction.iter().map(|x| x * &factor).collect();
        if let Some(a) = first_difference(form, &convex, column, &target) {
            let expected = format!("sum M x = |kappa| x for concave class {class}");
            return fail(expected, format!("another value of entry {a}"));
        }
    }
    Ok(margin)
}

/// The least 1 - (|mu| + sum |M|) / kappa over the rows; the first row in which it is negative otherwise.
fn rows(scale: &BigInt, convex: &[&Bend<'_>], proof: &MatrixProof) -> Result<BigRational, usize> {
    let mut margin = BigRational::one();
    for (row, bend) in convex.iter().enumerate() {
        let lists = proof.columns.iter().chain([&proof.balance]);
        let sum: BigInt = lists.filter_map(|list| list.get(row)).map(Signed::abs).sum();
        let (used, bound) = (sum * scale, &bend.kappa * &proof.denominator);
        if used > bound {
            return Err(row);
        }
        margin = lesser(margin, BigRational::new_raw(&bound - used, bound));
    }
    Ok(margin)
}

/// sum_j eta_j s_j x_j - p - sum_j s_j kap_j x_j, times scale and denominator.
fn shortfall(form: &ScalarForm<'_>, path: &[HalfSpace], eta: &[BigInt], denominator: &BigInt) -> Vec<BigInt> {
    let mut target: Vec<BigInt> = form.linear.iter().map(|p| -(p * denominator)).collect();
    for (side, eta) in path.iter().zip(eta) {
        let Some(bend) = form.bends.get(side.class) else { continue };
        let factor = side.signed(eta * &form.scale - &bend.kappa * denominator);
        target.iter_mut().zip(bend.direction).for_each(|(sum, x)| *sum += x * &factor);
    }
    target
}

/// The first coordinate in which scale * sum_l list_l x_l differs from the target.
fn first_difference(form: &ScalarForm<'_>, convex: &[&Bend<'_>], list: &[BigInt], target: &[BigInt]) -> Option<usize> {
    let used: Vec<(&BigInt, &Bend<'_>)> =
        list.iter().zip(convex.iter().copied()).filter(|(m, _)| !m.is_zero()).collect();
    target.iter().enumerate().position(|(a, target)| {
        let sum: BigInt = used.iter().filter_map(|(m, bend)| bend.direction.get(a).map(|x| *m * x)).sum();
        sum * &form.scale != *target
    })
}
