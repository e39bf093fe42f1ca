//! Convex forms with dependent classes (C2): a linear program made exact; where that fails, the exact simplex, then rays.

use super::linprog::Floats;
use super::nonnegative::Decision;
use super::repair::{self, Cell};
use super::{convex_exact, direction};
use crate::kernel::certificate::Nonnegative;
use crate::kernel::linear::Fractions;
use crate::kernel::rule::rays;
use crate::kernel::slope_form::ScalarForm;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

/// Decides a form without concave classes that has p in the span of its classes.
pub fn decide(form: &ScalarForm<'_>) -> Decision {
    let convex: Vec<usize> = (0..form.bends.len()).filter(|&c| form.bends[c].kappa.is_positive()).collect();
    let floats = Floats::new(form);
    if let Some(relaxed) = floats.relax(&convex, &[], &[]) {
        if let Some((_, matrix)) = repair::exact(&Cell { form, convex: &convex, open: &[], path: &[] }, &relaxed) {
            let mut mu = vec![BigInt::zero(); form.bends.len()];
            convex.iter().zip(matrix.balance).for_each(|(&c, value)| mu[c] = value);
            if let Some(mu) = Fractions::new(mu, matrix.denominator) {
                return Decision::Proved(Nonnegative::Multipliers(mu));
            }
        }
        if let Some(u) = direction::negative(form, &floats, &relaxed.directions) {
            return Decision::Negative(u);
        }
    }
    let exact = convex_exact::decide(form, &convex, convex_exact::MAX_PIVOTS);
    if !matches!(exact, Decision::Undetermined(_)) {
        return exact;
    }
    match rays::negative_ray(form) {
        Ok(None) => Decision::Proved(Nonnegative::Rays),
        Ok(Some(u)) => Decision::Negative(u),
        Err(_) => Decision::Undetermined(
            "dependent convex kinks: neither multipliers nor a direction of descent could be made exact".into(),
        ),
    }
}
