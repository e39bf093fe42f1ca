//! Decides phi(u) = p.u + sum_C kap_C |u.x_C| >= 0 (THEORY 2): structure first, rays and linear programs last.

use super::exact_solve::{rank_profile, separating_vector, solve};
use super::float;
use super::linprog::{self, ConvexForm};
use crate::kernel::certificate::{Component, Nonnegative};
use crate::kernel::linear::{Fractions, dot};
use crate::kernel::rule::rays::{self, RaysError};
use crate::kernel::slope_form::{Bend, ScalarForm};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

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
pub fn decide(form: &ScalarForm<'_>) -> Decision {
    let active: Vec<usize> = (0..form.bends.len()).filter(|&c| !form.bends[c].kappa.is_zero()).collect();
    if active.is_empty() {
        return match form.linear.iter().all(Zero::is_zero) {
            true => Decision::Proved(Nonnegative::Linear),
            false => negative(form, downhill(&form.linear)),
        };
    }
    let directions: Vec<Vec<BigInt>> = active.iter().map(|&c| form.bends[c].direction.to_vec()).collect();
    // A short p gives a short direction; where it misleads, p itself decides.
    for p in [float::shortened(&form.linear, 60), form.linear.clone()] {
        match separating_vector(&directions, &p) {
            Some(u) if form.value(&u).is_negative() => return Decision::Negative(u),
            _ => {}
        }
    }
    let profile = rank_profile(&directions, form.linear.len());
    let Some(mu) = basic_multipliers(form, &active, &profile.pivot_rows) else {
        return Decision::Undetermined("no multipliers on a basis of the kinks were found".into());
    };
    if profile.pivot_rows.len() == active.len() {
        return independent(form, &active, mu);
    }
    if active.iter().all(|&c| form.bends[c].kappa.is_positive()) {
        return convex(form, &active);
    }
    components(form, &active, &mu)
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
    solve_multipliers(form, &classes, &vec![BigRational::zero(); classes.len()], &order)
}

/// mu on `classes` with p + sum mu_C x_C = 0; columns that are not pivots keep the values of `free`, which are in the
/// form's integer units.
fn solve_multipliers(
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
    Fractions::new(all, solution.denominator() * &form.scale).map(float::shorter)
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

/// C2 for dependent convex classes: a linear program, made exact.
fn convex(form: &ScalarForm<'_>, active: &[usize]) -> Decision {
    let floats = Floats::new(form, active);
    if let Some(lam) = linprog::multipliers(&floats.form()) {
        for tight in [false, true] {
            if let Some(mu) = exact_multipliers(form, active, &lam, tight) {
                return Decision::Proved(Nonnegative::Multipliers(mu));
            }
        }
    }
    let Some(u) = linprog::direction(&floats.form()) else {
        return by_rays(form, "the linear program for dependent convex kinks was not solved");
    };
    let u = floats.unscaled(u);
    for bits in [12, 24, 50, 90] {
        for candidate in [float::rounded(&u, bits), snapped(form, active, &u, bits)] {
            if form.value(&candidate).is_negative() {
                return Decision::Negative(candidate);
            }
        }
    }
    by_rays(form, "dependent convex kinks: neither multipliers nor a direction of descent could be made exact")
}

/// Rays (C5) where a linear program failed; `reason` if there are too many.
fn by_rays(form: &ScalarForm<'_>, reason: &str) -> Decision {
    match rays::negative_ray(form) {
        Ok(None) => Decision::Proved(Nonnegative::Rays),
        Ok(Some(u)) => negative(form, u),
        Err(_) => Decision::Undetermined(reason.into()),
    }
}

/// Exact multipliers near lam: classes with most room are solved for, the others keep short rational values.
fn exact_multipliers(form: &ScalarForm<'_>, active: &[usize], lam: &[f64], tight: bool) -> Option<Fractions> {
    let mut order: Vec<usize> = (0..active.len()).collect();
    order.sort_by(|&a, &b| lam[a].abs().total_cmp(&lam[b].abs()).then(a.cmp(&b)));
    let value = |(&c, &l): (&usize, &f64)| {
        let kappa = BigRational::from_integer(form.bends[c].kappa.clone());
        let l = if tight && l.abs() > 1.0 - 1e-7 { l.signum() } else { (l * 1048576.0).round() / 1048576.0 };
        kappa * float::exact(l)
    };
    let free: Vec<BigRational> = active.iter().zip(lam).map(value).collect();
    let mu = solve_multipliers(form, active, &free, &order)?;
    active.iter().all(|&c| inside(form, &mu, c)).then_some(mu)
}

/// The rounded direction, moved so that classes it nearly annihilates are annihilated exactly.
fn snapped(form: &ScalarForm<'_>, active: &[usize], u: &[f64], bits: i32) -> Vec<BigInt> {
    let size = u.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    let near = |&&c: &&usize| {
        let x = float::scaled(form.bends[c].direction);
        let along: f64 = x.iter().zip(u).map(|(x, u)| x * u).sum();
        along.abs() <= 1e-7 * size
    };
    let rows: Vec<Vec<BigInt>> = active.iter().filter(near).map(|&c| form.bends[c].direction.to_vec()).collect();
    let free: Vec<BigRational> = float::rounded(u, bits).into_iter().map(BigRational::from_integer).collect();
    // Small entries are the ones to move.
    let mut order: Vec<usize> = (0..u.len()).collect();
    order.sort_by(|&a, &b| u[a].abs().total_cmp(&u[b].abs()).then(a.cmp(&b)));
    match solve(&rows, &vec![BigInt::zero(); rows.len()], &free, &order) {
        Ok(exact) => exact.numerators().to_vec(),
        Err(_) => vec![BigInt::zero(); u.len()],
    }
}

/// C4 and C5: the connected components of the classes' linear matroid, each decided alone.
fn components(form: &ScalarForm<'_>, active: &[usize], mu: &Fractions) -> Decision {
    let partition = matroid_components(form, active);
    let mut parts = Vec::with_capacity(partition.len());
    for classes in &partition {
        // p's share of a part is -sum mu_C x_C over the part.
        let mut share = vec![BigInt::zero(); form.linear.len()];
        for &c in classes {
            let m = &mu.numerators()[c];
            share.iter_mut().zip(form.bends[c].direction).for_each(|(sum, x)| *sum -= m * x);
        }
        let bends = classes
            .iter()
            .map(|&c| Bend { kappa: &form.bends[c].kappa * mu.denominator(), direction: form.bends[c].direction });
        let part = ScalarForm {
            scale: &form.scale * mu.denominator(),
            linear: share.iter().map(|v| v * &form.scale).collect(),
            bends: bends.collect(),
        };
        match component(&part) {
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

fn component(part: &ScalarForm<'_>) -> Decision {
    if part.bends.iter().all(|b| b.kappa.is_positive()) {
        return decide(part);
    }
    let concave = part.bends.iter().filter(|b| b.kappa.is_negative()).count();
    match rays::negative_ray(part) {
        Ok(None) => Decision::Proved(Nonnegative::Rays),
        Ok(Some(u)) => Decision::Negative(u),
        Err(RaysError::OutsideSpan) => Decision::Undetermined("a component's share of p left its span".into()),
        Err(RaysError::TooMany) => Decision::Undetermined(format!(
            "{} dependent kinks, {concave} of them concave, have more than {} sets of rays (C5); \
             the matrix and cell routes (C6, C7) are not built yet",
            part.bends.len(),
            rays::MAX_RAY_SETS
        )),
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

/// A form of convex classes in floats, every coordinate and class scaled to unit size.
struct Floats {
    linear: Vec<f64>,
    bends: Vec<(f64, Vec<f64>)>,
    columns: Vec<f64>,
}

impl Floats {
    fn new(form: &ScalarForm<'_>, active: &[usize]) -> Self {
        let bits = active
            .iter()
            .map(|&c| form.bends[c].kappa.bits() + form.bends[c].direction.iter().map(BigInt::bits).max().unwrap_or(0))
            .chain(form.linear.iter().map(BigInt::bits))
            .max()
            .unwrap_or(0);
        let mut linear: Vec<f64> = form.linear.iter().map(|p| float::scaled_by(p, bits)).collect();
        let mut bends: Vec<(f64, Vec<f64>)> = active
            .iter()
            .map(|&c| {
                let x = form.bends[c].direction;
                let size = x.iter().map(BigInt::bits).max().unwrap_or(0);
                let row = x.iter().map(|v| float::scaled_by(v, size)).collect();
                (float::scaled_by(&form.bends[c].kappa, bits - size), row)
            })
            .collect();
        let column = |a: usize| {
            let largest = bends.iter().map(|(_, x)| x[a].abs()).fold(0.0, f64::max);
            if largest > 0.0 { largest } else { 1.0 }
        };
        let columns: Vec<f64> = (0..linear.len()).map(column).collect();
        for (a, size) in columns.iter().enumerate() {
            linear[a] /= size;
            bends.iter_mut().for_each(|(_, x)| x[a] /= size);
        }
        let largest = bends.iter().map(|b| b.0).fold(f64::MIN_POSITIVE, f64::max);
        linear.iter_mut().for_each(|p| *p /= largest);
        bends.iter_mut().for_each(|b| b.0 /= largest);
        Self { linear, bends, columns }
    }

    fn form(&self) -> ConvexForm<'_> {
        ConvexForm { linear: &self.linear, bends: &self.bends }
    }

    /// Undoes the column scaling of a direction: u.x stays, so u is divided where x was.
    fn unscaled(&self, u: Vec<f64>) -> Vec<f64> {
        u.into_iter().zip(&self.columns).map(|(u, size)| u / size).collect()
    }
}
