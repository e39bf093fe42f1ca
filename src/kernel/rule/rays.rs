//! Rule `rays` (C5): phi >= 0 iff phi >= 0 on finitely many rays (THEORY 2).
//!
//! Let the classes that bend span a space of dimension r, and p lie in it. Then phi depends on u only through its
//! image in an r-dimensional quotient, on which the hyperplanes u.x_C = 0 cut pointed cones; phi is linear on each,
//! so its sign is decided on their extreme rays, which are orthogonal to r - 1 independent x_C. The quotient is
//! represented by vectors supported on r pivot columns.

use super::Failure;
use super::nonnegative::Proved;
use crate::kernel::linear::Echelon;
use crate::kernel::reject::{Reason, Rule};
use crate::kernel::slope_form::{Bend, ScalarForm};
use crate::kernel::theorem::Route;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

/// Most sets of r - 1 classes that are enumerated.
pub const MAX_RAY_SETS: u64 = 200_000;
/// Largest rank of the classes that bend: beyond it, eliminations are slow and sets are many.
pub const MAX_RAY_RANK: usize = 16;

/// Checks phi >= 0 by evaluating it on all rays.
pub fn check(form: &ScalarForm<'_>) -> Result<Proved, Failure> {
    match negative_ray(form) {
        Ok(None) => Ok(Proved { route: Route::C5, margin: None }),
        Ok(Some(_)) => Err(Failure::new(Rule::Rays, "phi >= 0 on every ray", "a ray with phi < 0")),
        Err(RaysError::OutsideSpan) => {
            Err(Failure::new(Rule::Rays, "p in the span of the classes that bend", "p outside it"))
        }
        Err(RaysError::TooMany) => {
            let what = format!("more than {MAX_RAY_SETS} sets of classes to enumerate, or a rank over {MAX_RAY_RANK}");
            Err(Failure { rule: Rule::Rays, reason: Reason::Limit(what) })
        }
    }
}

/// Why rays decide nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaysError {
    /// p is not in the span of the classes that bend.
    OutsideSpan,
    /// More than [`MAX_RAY_SETS`] sets, or a rank over [`MAX_RAY_RANK`].
    TooMany,
}

/// Whether a ray is looked for.
pub type Wanted<'a> = &'a mut dyn FnMut(&ScalarForm<'_>, &[BigInt]) -> bool;

/// The first ray on which phi < 0, if there is one.
pub fn negative_ray(form: &ScalarForm<'_>) -> Result<Option<Vec<BigInt>>, RaysError> {
    negative_ray_within(form, MAX_RAY_SETS)
}

/// As [`negative_ray`], with another limit on the number of sets.
pub fn negative_ray_within(form: &ScalarForm<'_>, sets: u64) -> Result<Option<Vec<BigInt>>, RaysError> {
    find_ray(form, sets, &mut |form, u| form.value(u).is_negative())
}

/// The first ray that is wanted, if there is one; asked of the form restricted to the quotient, its classes with kappa = 0
/// left out, and of the ray there. Cost: C(classes, r - 1) small eliminations, at most `sets`.
pub fn find_ray(form: &ScalarForm<'_>, sets: u64, wanted: Wanted<'_>) -> Result<Option<Vec<BigInt>>, RaysError> {
    let bends: Vec<&Bend<'_>> = form.bends.iter().filter(|b| !b.kappa.is_zero()).collect();
    let mut span = Echelon::default();
    for bend in &bends {
        if span.insert(bend.direction) && span.rank() > MAX_RAY_RANK {
            return Err(RaysError::TooMany);
        }
    }
    if !span.contains(&form.linear) {
        return Err(RaysError::OutsideSpan);
    }
    let Some(need) = span.rank().checked_sub(1) else { return Ok(None) };
    if binomial_exceeds(bends.len() as u64, need as u64, sets) {
        return Err(RaysError::TooMany);
    }
    let mut pivots = span.pivots();
    pivots.sort_unstable();
    let restrict = |x: &[BigInt]| -> Vec<BigInt> { pivots.iter().filter_map(|&c| x.get(c).cloned()).collect() };
    let restricted: Vec<Vec<BigInt>> = bends.iter().map(|b| restrict(b.direction)).collect();
    let small = ScalarForm {
        scale: form.scale.clone(),
        linear: restrict(&form.linear),
        bends: bends.iter().zip(&restricted).map(|(b, x)| Bend { kappa: b.kappa.clone(), direction: x }).collect(),
    };
    let found = descend(&small, &restricted, &Echelon::default(), need, wanted);
    Ok(found.map(|u| {
        let mut full = vec![BigInt::zero(); form.linear.len()];
        for (&column, value) in pivots.iter().zip(u) {
            if let Some(slot) = full.get_mut(column) {
                *slot = value;
            }
        }
        full
    }))
}

/// Extends an independent set by `need` of the remaining classes; asks for both rays of each full set.
fn descend(
    form: &ScalarForm<'_>,
    classes: &[Vec<BigInt>],
    chosen: &Echelon,
    need: usize,
    wanted: Wanted<'_>,
) -> Option<Vec<BigInt>> {
    if need == 0 {
        let u = chosen.null_vector(form.linear.len())?;
        let minus: Vec<BigInt> = u.iter().map(|v| -v).collect();
        return [u, minus].into_iter().find(|u| wanted(form, u));
    }
    for (place, class) in classes.iter().enumerate() {
        let rest = classes.get(place + 1..).unwrap_or(&[]);
        if rest.len() + 1 < need {
            break;
        }
        let mut next = chosen.clone();
        if next.insert(class)
            && let Some(u) = descend(form, rest, &next, need - 1, wanted)
        {
            return Some(u);
        }
    }
    None
}

/// Whether C(n, k) > limit, without overflow.
fn binomial_exceeds(n: u64, k: u64, limit: u64) -> bool {
    let k = k.min(n.saturating_sub(k));
    let mut value: u64 = 1;
    for i in 0..k {
        value = value.saturating_mul(n - i) / (i + 1);
        if value > limit {
            return true;
        }
    }
    false
}
