//! Rules `linear` (C1), `multipliers` (C2) and `components` (C4): phi(u) >= 0 for all u (THEORY 2).
//!
//! * C1: no class bends, so phi = p.u; it is >= 0 for all u iff p = 0.
//! * C2: p + sum mu_C x_C = 0 with |mu_C| <= kap_C gives phi(u) = sum (kap_C |u.x_C| - mu_C u.x_C) >= 0.
//! * C4: a partition of the classes and a splitting of p into forms that are each >= 0 gives phi >= 0. That the parts
//!   are the matroid's components matters to the search only.

use super::{Failure, cells, matrix, rays};
use crate::kernel::certificate::{Component, Nonnegative};
use crate::kernel::linear::{Fractions, lesser};
use crate::kernel::number::counted;
use crate::kernel::reject::Rule;
use crate::kernel::slope_form::{Bend, ScalarForm};
use crate::kernel::theorem::Route;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// How a form was proved non-negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The rule of the outermost step.
    pub route: Route,
    /// See [`crate::kernel::theorem::NeuronFact::margin`].
    pub margin: Option<BigRational>,
}

impl Proved {
    /// Both: the route of `self`, the smaller margin.
    pub fn and(self, other: Self) -> Self {
        let margin = match (self.margin, other.margin) {
            (Some(a), Some(b)) => Some(lesser(a, b)),
            (a, b) => a.or(b),
        };
        Self { route: self.route.max(other.route), margin }
    }
}

/// Checks a proof that phi >= 0 everywhere.
pub fn check(form: &ScalarForm<'_>, proof: &Nonnegative) -> Result<Proved, Failure> {
    match proof {
        Nonnegative::Linear => linear(form),
        Nonnegative::Multipliers(mu) => multipliers(form, mu),
        Nonnegative::Rays => rays::check(form),
        Nonnegative::Matrix(proof) => matrix::check(form, proof),
        Nonnegative::Cells(steps) => cells::check(form, steps),
        Nonnegative::Components { denominator, parts } => components(form, denominator, parts),
    }
}

fn linear(form: &ScalarForm<'_>) -> Result<Proved, Failure> {
    if let Some(class) = form.bends.iter().position(|b| !b.kappa.is_zero()) {
        return Err(Failure::new(Rule::Linear, "no class that bends", format!("class {class} bends")));
    }
    match form.linear.iter().position(|v| !v.is_zero()) {
        None => Ok(Proved { route: Route::C1, margin: None }),
        Some(a) => Err(Failure::new(Rule::Linear, "p = 0", format!("entry {a} of p is not zero"))),
    }
}

fn multipliers(form: &ScalarForm<'_>, mu: &Fractions) -> Result<Proved, Failure> {
    let fail = |expected: String, found: String| Err(Failure::new(Rule::Multipliers, expected, found));
    if mu.len() != form.bends.len() {
        return fail(format!("{}, one for each class", counted(form.bends.len(), "multiplier")), mu.len().to_string());
    }
    let mut margin = BigRational::one();
    for (class, (mu_c, bend)) in mu.numerators().iter().zip(&form.bends).enumerate() {
        let (size, bound) = (mu_c.abs() * &form.scale, &bend.kappa * mu.denominator());
        if size > bound {
            return fail(format!("|mu| <= kappa for class {class}"), "a multiplier outside its interval".into());
        }
        if !bound.is_zero() {
            // Not reduced: the integers are long, and only the order matters.
            margin = lesser(margin, BigRational::new_raw(&bound - size, bound));
        }
    }
    match first_unbalanced(form, mu) {
        None => Ok(Proved { route: Route::C2, margin: Some(margin) }),
        Some(a) => fail("p + sum mu x = 0".into(), format!("entry {a} of the sum is not zero")),
    }
}

/// The first coordinate in which p + sum mu_C x_C is not zero.
fn first_unbalanced(form: &ScalarForm<'_>, mu: &Fractions) -> Option<usize> {
    let used: Vec<(&BigInt, &Bend<'_>)> =
        mu.numerators().iter().zip(&form.bends).filter(|(m, _)| !m.is_zero()).collect();
    form.linear.iter().enumerate().position(|(a, p)| {
        let sum: BigInt = used.iter().filter_map(|(m, bend)| bend.direction.get(a).map(|x| *m * x)).sum();
        !(p * mu.denominator() + sum * &form.scale).is_zero()
    })
}

fn components(form: &ScalarForm<'_>, denominator: &BigInt, parts: &[Component]) -> Result<Proved, Failure> {
    let fail = |expected: &str, found: String| Err(Failure::new(Rule::Components, expected, found));
    if !denominator.is_positive() {
        return fail("a positive denominator", denominator.to_string());
    }
    let mut owner = vec![false; form.bends.len()];
    let mut sum = vec![BigInt::zero(); form.linear.len()];
    let mut proved = Proved { route: Route::C4, margin: None };
    for (index, part) in parts.iter().enumerate() {
        if matches!(part.proof, Nonnegative::Components { .. }) {
            return fail("parts without parts of their own", format!("part {index} with some"));
        }
        if part.share.len() != form.linear.len() {
            return fail("a share of p of the form's length for each part", format!("part {index} has another length"));
        }
        for &class in &part.classes {
            match owner.get_mut(class) {
                Some(taken @ false) => *taken = true,
                _ => return fail("each class in one part", format!("class {class} in part {index}")),
            }
        }
        sum.iter_mut().zip(&part.share).for_each(|(sum, v)| *sum += v);
        proved = proved.and(check(&form.part(&part.classes, &part.share, denominator), &part.proof)?);
    }
    if let Some(class) = owner.iter().zip(&form.bends).position(|(taken, b)| !taken && !b.kappa.is_zero()) {
        return fail("each class that bends in a part", format!("class {class} in none"));
    }
    match sum.iter().zip(&form.linear).position(|(sum, p)| sum * &form.scale != p * denominator) {
        None => Ok(Proved { route: Route::C4, margin: proved.margin }),
        Some(a) => fail("shares that add up to p", format!("entry {a} differs")),
    }
}
