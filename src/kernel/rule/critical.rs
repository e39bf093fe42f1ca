//! Where phi = h_i . D_i vanishes: read off its proof of phi >= 0, class by class (T5).
//!
//! With multipliers, phi(u) = sum_C (kap_C |x_C.u| - mu_C x_C.u) and no term is negative, so phi(u) = 0 iff every term is
//! zero: x_C.u = 0 where |mu_C| < kap_C, x_C.u >= 0 where mu_C = kap_C > 0, x_C.u <= 0 where mu_C = -kap_C < 0, and
//! nothing where kap_C = 0. With rays, u is a sum of rays of one cell and of a vector that no class sees; phi is linear on
//! the cell and vanishes on each of these rays, so that x_C.u has no sign that it has on no ray with phi = 0. With a matrix,
//! convex classes are as with multipliers, kap_l - sum_k |M_lk| in place of kap_l, and concave ones follow. A sum of
//! non-negative forms (`components`, or the mean of the 2 J forms of `uniform`) vanishes where all of them do.

use super::neuron::shifted_outputs;
use super::{Failure, rays};
use crate::kernel::certificate::{MatrixProof, NeuronProof, Nonnegative};
use crate::kernel::linear::{Fractions, dot};
use crate::kernel::reject::Rule;
use crate::kernel::slope_form::{Bend, ScalarForm, SlopeForm};
use num_bigint::{BigInt, Sign};
use num_traits::{Signed, Zero};

/// What phi(u) = 0 says of the sign of x_C.u.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// x_C.u = 0.
    Zero,
    /// x_C.u >= 0.
    Positive,
    /// x_C.u <= 0.
    Negative,
    /// Nothing.
    Free,
}

impl Side {
    /// Both conditions.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Free, side) | (side, Self::Free) => side,
            (a, b) if a == b => a,
            _ => Self::Zero,
        }
    }
}

/// The critical directions of a neuron with output weights h, as one condition for each class of its form. The step's
/// proofs must have been checked.
pub fn sides(form: &SlopeForm, output: &Fractions, proof: &NeuronProof) -> Result<Vec<Side>, Failure> {
    let mut all = vec![Side::Free; form.classes.len()];
    let mut restrict = |sides: Vec<Side>| all.iter_mut().zip(sides).for_each(|(side, more)| *side = side.and(more));
    match proof {
        NeuronProof::ZeroForm => {}
        NeuronProof::Scalar(proof) | NeuronProof::Stationary(proof) => {
            restrict(vanishing(&form.combine(output), proof)?)
        }
        NeuronProof::Uniform { tau, forms } => {
            for (shifted, proof) in shifted_outputs(output, tau).iter().zip(forms) {
                restrict(vanishing(&form.combine(shifted), proof)?);
            }
        }
        NeuronProof::Escape(_) | NeuronProof::Descent { .. } | NeuronProof::Open => {
            return Err(Failure::new(Rule::Curvature, "a proof of h.D >= 0 for every neuron", "none"));
        }
    }
    Ok(all)
}

/// What the vanishing of a form says of each of its classes.
fn vanishing(form: &ScalarForm<'_>, proof: &Nonnegative) -> Result<Vec<Side>, Failure> {
    match proof {
        Nonnegative::Linear => Ok(vec![Side::Free; form.bends.len()]),
        Nonnegative::Multipliers(mu) => {
            let side = |(bend, mu_c): (&Bend<'_>, &BigInt)| by_multiplier(form, bend, mu_c, mu.denominator());
            Ok(form.bends.iter().zip(mu.numerators()).map(side).collect())
        }
        Nonnegative::Rays => by_rays(form),
        Nonnegative::Matrix(matrix) => Ok(by_matrix(form, matrix)),
        Nonnegative::Cells(_) => {
            let expected = "h.D >= 0 by linear, multipliers, rays, matrix or components of these";
            Err(Failure::new(Rule::Curvature, expected, "cells"))
        }
        Nonnegative::Components { denominator, parts } => {
            let mut all = vec![Side::Free; form.bends.len()];
            for part in parts {
                let own = form.part(&part.classes, &part.share, denominator);
                for (&class, side) in part.classes.iter().zip(vanishing(&own, &part.proof)?) {
                    all.iter_mut().skip(class).take(1).for_each(|s| *s = side);
                }
            }
            Ok(all)
        }
    }
}

fn by_multiplier(form: &ScalarForm<'_>, bend: &Bend<'_>, mu: &BigInt, denominator: &BigInt) -> Side {
    if bend.kappa.is_zero() {
        return Side::Free;
    }
    match (mu.abs() * &form.scale == &bend.kappa * denominator, mu.is_positive()) {
        (false, _) => Side::Zero,
        (true, true) => Side::Positive,
        (true, false) => Side::Negative,
    }
}

/// With a matrix, phi(u) is at least (kap_l - |mu_l| - sum_k |M_lk|) |x_l.u| + |mu_l x_l.u| - mu_l x_l.u for every convex
/// class l, and x_k.u is a combination of the x_l.u for a concave class k.
fn by_matrix(form: &ScalarForm<'_>, matrix: &MatrixProof) -> Vec<Side> {
    let convex = form.bends.iter().filter(|b| b.kappa.is_positive());
    let row = |(row, bend): (usize, &Bend<'_>)| {
        let mu = matrix.balance.get(row).cloned().unwrap_or_default();
        let used: BigInt = matrix.columns.iter().filter_map(|c| c.get(row)).chain([&mu]).map(Signed::abs).sum();
        match (used * &form.scale == &bend.kappa * &matrix.denominator, mu.sign()) {
            (false, _) => Side::Zero,
            (true, Sign::Plus) => Side::Positive,
            (true, Sign::Minus) => Side::Negative,
            (true, Sign::NoSign) => Side::Free,
        }
    };
    let rows: Vec<Side> = convex.enumerate().map(row).collect();
    let column = |list: &Vec<BigInt>| match list.iter().zip(&rows).all(|(m, row)| m.is_zero() || *row == Side::Zero) {
        true => Side::Zero,
        false => Side::Free,
    };
    let (mut own, mut columns) = (rows.iter().copied(), matrix.columns.iter().map(column));
    let side = |bend: &Bend<'_>| match bend.kappa.sign() {
        Sign::Plus => own.next(),
        Sign::Minus => columns.next(),
        Sign::NoSign => None,
    };
    form.bends.iter().map(side).map(|side| side.unwrap_or(Side::Free)).collect()
}

/// The signs of each class on the rays with phi = 0.
fn by_rays(form: &ScalarForm<'_>) -> Result<Vec<Side>, Failure> {
    let bends = |bend: &&Bend<'_>| !bend.kappa.is_zero();
    let mut seen = vec![(false, false); form.bends.iter().filter(bends).count()];
    let look = &mut |form: &ScalarForm<'_>, u: &[BigInt]| {
        if form.value(u).is_zero() {
            for ((above, below), bend) in seen.iter_mut().zip(&form.bends) {
                let along = dot(bend.direction, u);
                *above |= along.is_positive();
                *below |= along.is_negative();
            }
        }
        false
    };
    if rays::find_ray(form, rays::MAX_RAY_SETS, look).is_err() {
        return Err(Failure::new(Rule::Curvature, "rays within their limits", "others"));
    }
    let mut seen = seen.into_iter();
    let side = |bend: &Bend<'_>| match if bend.kappa.is_zero() { None } else { seen.next() } {
        None | Some((true, true)) => Side::Free,
        Some((true, false)) => Side::Positive,
        Some((false, true)) => Side::Negative,
        Some((false, false)) => Side::Zero,
    };
    Ok(form.bends.iter().map(side).collect())
}
