//! The multipliers of a slope form, from an exact system (C2, C3).

use super::shorter;
use super::solve::solve;
use crate::kernel::linear::Fractions;
use crate::kernel::slope_form::ScalarForm;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

/// mu on `classes` with p + sum mu_C x_C = 0, zero on all others; columns that are not pivots keep the values of `free`,
/// which are in the form's integer units. `None` where p is not in the span.
pub fn multipliers(
    form: &ScalarForm<'_>,
    classes: &[usize],
    free: &[BigRational],
    order: &[usize],
) -> Option<Fractions> {
    let row = |a: usize| classes.iter().map(|&c| form.bends[c].direction[a].clone()).collect();
    let rows: Vec<Vec<BigInt>> = (0..form.linear.len()).map(row).collect();
    let right: Vec<BigInt> = form.linear.iter().map(|p| -p).collect();
    let solution = solve(&rows, &right, free, order).ok()?;
    let mut all = vec![BigInt::zero(); form.bends.len()];
    for (&c, mu) in classes.iter().zip(solution.numerators()) {
        all[c] = mu.clone();
    }
    Fractions::new(all, solution.denominator() * &form.scale).map(shorter)
}
