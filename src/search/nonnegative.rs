//! Decides phi(u) = p.u + sum_C kap_C |u.x_C| >= 0 (THEORY 2): structure first, search last.

use super::cells::{self, Limits};
use super::convex;
use super::float;
use crate::exact::multipliers::multipliers;
use crate::exact::solve::{rank_profile, separating_vector, solve};
use crate::kernel::certificate::{Component, Nonnegative};
use crate::kernel::linear::{Fractions, dot};
use crate::kernel::rule::rays::{self, RaysError};
use crate::kernel::slope_form::ScalarForm;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// Most sets of classes whose rays are enumerated before anything else is tried: their certificate is one word.
const FEW_RAY_SETS: u64 = 500;

/// The answer for one form.
#[derive(Debug, Clone)]
pub enum Decision {
    /// phi >= 0, with its proof.
    Proved(Nonnegative),
    /// An integer u with phi(u) < 0.
    Negative(Vec<BigInt>),
    /// Neither, and why.
    Undetermined(String),
}

/// Decides a form. Every `Negative` has been evaluated exactly; proofs are checked by the kernel later.
pub fn decide(form: &ScalarForm<'_>, limits: &Limits) -> Decision {
    let active: Vec<usize> = (0..form.bends.len()).filter(|&c| !form.bends[c].kappa.is_zero()).collect();
    if active.is_empty() {
        return match form.linear.iter().all(Zero::is_zero) {
            true => Decision::Proved(Nonnegative::Linear),
            false => negative(form, downhill(&form.linear)),
        };
    }
    let directions: Vec<Vec<BigInt>> = active.iter().map(|&c| form.bends[c].direction.to_vec()).collect();
    let profile = rank_profile(&directions, form.linear.len());
    if profile.rank() < form.linear.len() {
        // A short p gives a short direction; where it misleads, p itself decides.
        for p in [float::shortened(&form.linear, 60), form.linear.clone()] {
            match separating_vector(&directions, &p) {
                Some(u) if form.value(&u).is_negative() => return Decision::Negative(u),
                _ => {}
            }
        }
    }
    let independent_classes = profile.pivot_rows.len() == active.len();
    if !independent_classes && active.iter().all(|&c| form.bends[c].kappa.is_positive()) {
        return convex::decide(form);
    }
    let Some(mu) = basic_multipliers(form, &active, &profile.pivot_rows) else {
        return Decision::Undetermined("no multipliers on a basis of the kinks were found".into());
    };
    if independent_classes {
        return independent(form, &active, mu);
    }
    components(form, &active, &mu, limits)
}

/// -p, short where that is enough.
fn downhill(p: &[BigInt]) -> Vec<BigInt> {
    let minus: Vec<BigInt> = p.iter().map(|v| -v).collect();
    float::shortened(&minus, 24)
}

/// `u` as a refutation, after an exact evaluation.
fn negative(form: &ScalarForm<'_>, u: Vec<BigInt>) -> Decision {
    match form.value(&u).is_negative() {
        true => Decision::Negative(u),
        false => Decision::Undetermined("a direction of descent was found in floats but is not one exactly".into()),
    }
}

/// mu with p + sum mu_C x_C = 0, supported on `basis` (indices into `active`), one for each class of the form.
fn basic_multipliers(form: &ScalarForm<'_>, active: &[usize], basis: &[usize]) -> Option<Fractions> {
    let classes: Vec<usize> = basis.iter().map(|&b| active[b]).collect();
    let order: Vec<usize> = (0..classes.len()).collect();
    multipliers(form, &classes, &vec![BigRational::zero(); classes.len()], &order)
}

/// Whether |mu_C| <= kap_C.
fn inside(form: &ScalarForm<'_>, mu: &Fractions, class: usize) -> bool {
    mu.numerators()[class].abs() * &form.scale <= &form.bends[class].kappa * mu.denominator()
}

/// C2 and C3: independent classes have one mu. A class with |mu| > kappa descends along its dual vector.
fn independent(form: &ScalarForm<'_>, active: &[usize], mu: Fractions) -> Decision {
    let Some(&class) = active.iter().find(|&&c| !inside(form, &mu, c)) else {
        return Decision::Proved(Nonnegative::Multipliers(mu));
    };
    let others: Vec<Vec<BigInt>> =
        active.iter().filter(|&&c| c != class).map(|&c| form.bends[c].direction.to_vec()).collect();
    match separating_vector(&others, form.bends[class].direction) {
        Some(u) => either_sign(form, u),
        None => Decision::Undetermined("no dual vector of an independent kink was found".into()),
    }
}

fn either_sign(form: &ScalarForm<'_>, u: Vec<BigInt>) -> Decision {
    if form.value(&u).is_negative() {
        return Decision::Negative(u);
    }
    negative(form, u.into_iter().map(|v| -v).collect())
}

/// C4: the connected components of the classes' linear matroid, each decided alone.
fn components(form: &ScalarForm<'_>, active: &[usize], mu: &Fractions, limits: &Limits) -> Decision {
    let partition = matroid_components(form, active);
    let mut parts = Vec::with_capacity(partition.len());
    for classes in &partition {
        // p's share of a part is -sum mu_C x_C over the part.
        let mut share = vec![BigInt::zero(); form.linear.len()];
        for &c in classes {
            let m = &mu.numerators()[c];
            share.iter_mut().zip(form.bends[c].direction).for_each(|(sum, x)| *sum -= m * x);
        }
        match component(&form.part(classes, &share, mu.denominator()), limits) {
            Decision::Proved(proof) => parts.push(Component { classes: classes.clone(), share, proof }),
            Decision::Negative(u) => return lifted(form, classes, active, u),
            undetermined => return undetermined,
        }
    }
    // One part of all classes is the form itself.
    if let ([only], true) = (&parts[..], form.bends.len() == active.len()) {
        return Decision::Proved(only.proof.clone());
    }
    Decision::Proved(Nonnegative::Components { denominator: mu.denominator().clone(), parts })
}

/// Few rays (C5) first, then a matrix or cells (C6, C7), then as many rays as the kernel allows.
fn component(part: &ScalarForm<'_>, limits: &Limits) -> Decision {
    if part.bends.iter().all(|b| b.kappa.is_positive()) {
        return decide(part, limits);
    }
    let few = by_rays(part, FEW_RAY_SETS);
    if !matches!(few, Decision::Undetermined(_)) {
        return few;
    }
    match cells::decide(part, limits) {
        Decision::Undetermined(reason) => match by_rays(part, rays::MAX_RAY_SETS) {
            Decision::Undetermined(_) => {
                let concave = part.bends.iter().filter(|b| b.kappa.is_negative()).count();
                let kinks = part.bends.len();
                Decision::Undetermined(format!("{kinks} dependent kink classes, {concave} of them concave: {reason}"))
            }
            decided => decided,
        },
        decided => decided,
    }
}

/// C5, with at most so many sets of classes.
fn by_rays(form: &ScalarForm<'_>, sets: u64) -> Decision {
    match rays::negative_ray_within(form, sets) {
        Ok(None) => Decision::Proved(Nonnegative::Rays),
        Ok(Some(u)) => Decision::Negative(u),
        Err(RaysError::OutsideSpan) => Decision::Undetermined("p is not in the span of the kinks".into()),
        Err(RaysError::TooMany) => Decision::Undetermined("too many rays".into()),
    }
}

/// A direction with the values of `u` on the part's classes and zero on all others.
fn lifted(form: &ScalarForm<'_>, part: &[usize], active: &[usize], u: Vec<BigInt>) -> Decision {
    if form.value(&u).is_negative() {
        return Decision::Negative(u);
    }
    let rows: Vec<Vec<BigInt>> = active.iter().map(|&c| form.bends[c].direction.to_vec()).collect();
    let value = |c: &usize| if part.contains(c) { dot(form.bends[*c].direction, &u) } else { BigInt::zero() };
    let right: Vec<BigInt> = active.iter().map(value).collect();
    let order: Vec<usize> = (0..u.len()).collect();
    match solve(&rows, &right, &vec![BigRational::zero(); u.len()], &order) {
        Ok(lift) => negative(form, lift.numerators().to_vec()),
        Err(_) => Decision::Undetermined("a component's direction could not be lifted".into()),
    }
}

/// Classes joined by the fundamental circuits of a basis; each list ascending.
fn matroid_components(form: &ScalarForm<'_>, active: &[usize]) -> Vec<Vec<usize>> {
    let directions: Vec<Vec<BigInt>> = active.iter().map(|&c| form.bends[c].direction.to_vec()).collect();
    let basis = rank_profile(&directions, form.linear.len()).pivot_rows;
    let mut label: Vec<usize> = (0..active.len()).collect();
    for other in (0..active.len()).filter(|o| !basis.contains(o)) {
        let row = |a: usize| basis.iter().map(|&b| directions[b][a].clone()).collect();
        let rows: Vec<Vec<BigInt>> = (0..form.linear.len()).map(row).collect();
        let order: Vec<usize> = (0..basis.len()).collect();
        let free = vec![BigRational::zero(); basis.len()];
        let Ok(circuit) = solve(&rows, &directions[other], &free, &order) else { continue };
        for (&b, coefficient) in basis.iter().zip(circuit.numerators()) {
            if !coefficient.is_zero() {
                let (from, to) = (label[b], label[other]);
                label.iter_mut().filter(|l| **l == from).for_each(|l| *l = to);
            }
        }
    }
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut seen: Vec<usize> = Vec::new();
    for (place, &c) in active.iter().enumerate() {
        match seen.iter().position(|l| *l == label[place]) {
            Some(part) => parts[part].push(c),
            None => {
                seen.push(label[place]);
                parts.push(vec![c]);
            }
        }
    }
    parts
}
