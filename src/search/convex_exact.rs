//! Decides convex kinks exactly (C2), however they depend on each other, for forms small enough for the exact simplex.
//!
//! With v_C = mu_C + kap_C and slacks w_C, multipliers are the non-negative solutions of
//! `sum v_C x_C = sum kap_C x_C - p` and `v_C + w_C = 2 kap_C`.
//!
//! If there are none, Farkas gives y, z with y.x_C + z_C >= 0, z_C >= 0 and y.(sum kap_C x_C - p) + 2 sum z_C kap_C < 0.
//! So z_C >= max(0, -y.x_C), and 2 max(0, -t) = |t| - t leaves -p.y + sum kap_C |y.x_C| < 0: phi(-y) < 0.

use super::nonnegative::Decision;
use super::simplex::{Feasibility, feasible};
use crate::exact::shorter;
use crate::exact::solve::rank_profile;
use crate::kernel::certificate::Nonnegative;
use crate::kernel::linear::Fractions;
use crate::kernel::slope_form::ScalarForm;
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

/// Most classes, and largest rank of them, for which the exact simplex is tried.
const MAX_CLASSES: usize = 64;
const MAX_RANK: usize = 16;

/// Enough pivots for forms within these limits: a few for each of their equations.
pub const MAX_PIVOTS: usize = 2000;

/// Decides a form whose classes that bend, `active`, are all convex.
pub fn decide(form: &ScalarForm<'_>, active: &[usize], max_pivots: usize) -> Decision {
    if active.iter().any(|&c| !form.bends[c].kappa.is_positive()) {
        return Decision::Undetermined("exact multipliers are only looked for where all kinks are convex".into());
    }
    let directions: Vec<Vec<BigInt>> = active.iter().map(|&c| form.bends[c].direction.to_vec()).collect();
    // Coordinates on which the classes have full rank: where p is in their span, the others follow.
    let coordinates = rank_profile(&directions, form.linear.len()).pivot_cols;
    if active.len() > MAX_CLASSES || coordinates.len() > MAX_RANK {
        let limits = format!("more than {MAX_CLASSES} dependent convex kinks, or a rank over {MAX_RANK}");
        return Decision::Undetermined(limits);
    }
    let (columns, right) = standard_form(form, active, &coordinates);
    let found = match feasible(&columns, &right, max_pivots) {
        Feasibility::Solution(v) => multipliers(form, active, &v).map(Nonnegative::Multipliers).map(Decision::Proved),
        Feasibility::Farkas(y) => descent(form, &coordinates, &y).map(Decision::Negative),
        Feasibility::Undecided => None,
    };
    found.unwrap_or_else(|| Decision::Undetermined("the exact simplex reached no decision".into()))
}

/// The columns of v, then those of w, and the right-hand side; first the equations of the coordinates.
fn standard_form(form: &ScalarForm<'_>, active: &[usize], coordinates: &[usize]) -> (Vec<Vec<BigInt>>, Vec<BigInt>) {
    let unit = |place: usize| (0..active.len()).map(move |k| if k == place { BigInt::one() } else { BigInt::zero() });
    let class = |(place, &c): (usize, &usize)| -> Vec<BigInt> {
        coordinates.iter().map(|&a| form.bends[c].direction[a].clone()).chain(unit(place)).collect()
    };
    let slack = |place: usize| -> Vec<BigInt> {
        std::iter::repeat_n(BigInt::zero(), coordinates.len()).chain(unit(place)).collect()
    };
    let columns = active.iter().enumerate().map(class).chain((0..active.len()).map(slack)).collect();
    let shifted = |&a: &usize| {
        let bends = active.iter().map(|&c| &form.bends[c]);
        bends.map(|bend| &bend.kappa * &bend.direction[a]).sum::<BigInt>() - &form.linear[a]
    };
    let right = coordinates.iter().map(shifted).chain(active.iter().map(|&c| &form.bends[c].kappa * 2)).collect();
    (columns, right)
}

/// mu = v - kap, if p + sum mu_C x_C = 0 in every coordinate: the box holds because v and w are not negative.
fn multipliers(form: &ScalarForm<'_>, active: &[usize], v: &Fractions) -> Option<Fractions> {
    let mut mu = vec![BigInt::zero(); form.bends.len()];
    let mut sum: Vec<BigInt> = form.linear.iter().map(|p| p * v.denominator()).collect();
    for (&c, value) in active.iter().zip(v.numerators()) {
        mu[c] = value - &form.bends[c].kappa * v.denominator();
        sum.iter_mut().zip(form.bends[c].direction).for_each(|(sum, x)| *sum += &mu[c] * x);
    }
    let balanced = sum.iter().all(Zero::is_zero);
    balanced.then(|| Fractions::new(mu, v.denominator() * &form.scale).map(shorter)).flatten()
}

/// u = -y, if phi(u) < 0.
fn descent(form: &ScalarForm<'_>, coordinates: &[usize], y: &[BigInt]) -> Option<Vec<BigInt>> {
    let mut u = vec![BigInt::zero(); form.linear.len()];
    for (&a, y) in coordinates.iter().zip(y) {
        u[a] = -y;
    }
    form.value(&u).is_negative().then_some(u)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::linear::dot;
    use crate::kernel::rule::{nonnegative, rays};
    use crate::kernel::slope_form::Bend;
    use proptest::prelude::*;

    fn form<'a>(p: Vec<BigInt>, kappas: &[BigInt], directions: &'a [Vec<BigInt>]) -> ScalarForm<'a> {
        let bends = kappas.iter().zip(directions).map(|(kappa, x)| Bend { kappa: kappa.clone(), direction: x });
        ScalarForm { scale: 3.into(), linear: p, bends: bends.collect() }
    }

    /// The sign that the exact simplex proves, after the kernel accepted its proof or its direction.
    fn is_nonnegative(form: &ScalarForm<'_>) -> bool {
        let active: Vec<usize> = (0..form.bends.len()).filter(|&c| !form.bends[c].kappa.is_zero()).collect();
        match decide(form, &active, MAX_PIVOTS) {
            Decision::Proved(proof) => nonnegative::check(form, &proof).map(|_| true).unwrap(),
            Decision::Negative(u) => !form.value(&u).is_negative(),
            Decision::Undetermined(reason) => panic!("{reason}"),
        }
    }

    fn integers(values: &[i64]) -> Vec<BigInt> {
        values.iter().map(|&v| v.into()).collect()
    }

    /// 64 classes of rank 16, and a u; p = -sum lam kap x with |lam| = 1 makes phi(u) = 0, the least value.
    fn tie() -> (Vec<Vec<BigInt>>, Vec<BigInt>, Vec<BigInt>, Vec<BigInt>) {
        let number = |k: usize| ((k as i64 * k as i64 * 7919 + k as i64 * 104_729) % 1_000_003) - 500_000;
        let direction = |c: usize| (0..MAX_RANK).map(|a| number(c * 31 + a * 7 + 1).into()).collect();
        let directions: Vec<Vec<BigInt>> = (0..MAX_CLASSES).map(direction).collect();
        let kappa = |c: usize| BigInt::from(number(c).abs() + 1) << (c * 13 % 80);
        let kappas: Vec<BigInt> = (0..MAX_CLASSES).map(kappa).collect();
        let u: Vec<BigInt> = (0..MAX_RANK).map(|a| number(a * 3 + 2).into()).collect();
        let mut p = vec![BigInt::zero(); MAX_RANK];
        for (x, kappa) in directions.iter().zip(&kappas) {
            let sign = dot(x, &u).signum();
            p.iter_mut().zip(x).for_each(|(p, x)| *p -= &sign * kappa * x);
        }
        (directions, kappas, p, u)
    }

    #[test]
    fn kinks_at_the_limits_are_decided_with_and_without_room() {
        let (directions, kappas, p, u) = tie();
        assert!(is_nonnegative(&form(p.clone(), &kappas, &directions)));
        // The least step along -u makes phi(u) negative.
        let steeper = p.iter().zip(&u).map(|(p, u)| p - u.signum()).collect();
        assert!(!is_nonnegative(&form(steeper, &kappas, &directions)));
        let half: Vec<BigInt> = p.iter().map(|p| p / 2).collect();
        assert!(is_nonnegative(&form(half, &kappas, &directions)));
    }

    #[test]
    fn the_search_falls_back_on_it() {
        let (directions, kappas, p, u) = tie();
        let steeper = p.iter().zip(&u).map(|(p, u)| p - u.signum()).collect();
        for (p, expected) in [(p, true), (steeper, false)] {
            match super::super::nonnegative::decide(&form(p, &kappas, &directions), &Default::default()) {
                Decision::Proved(_) => assert!(expected),
                Decision::Negative(_) => assert!(!expected),
                Decision::Undetermined(reason) => panic!("{reason}"),
            }
        }
    }

    #[test]
    fn what_it_cannot_decide_is_undetermined() {
        let directions = [integers(&[1, 0]), integers(&[2, 0])];
        let undetermined =
            |form: &ScalarForm<'_>, pivots: usize| matches!(decide(form, &[0, 1], pivots), Decision::Undetermined(_));
        // p outside the span, a concave class, no pivots.
        assert!(undetermined(&form(integers(&[0, 1]), &integers(&[1, 1]), &directions), 100));
        assert!(undetermined(&form(integers(&[1, 0]), &integers(&[1, -1]), &directions), 100));
        assert!(undetermined(&form(integers(&[1, 0]), &integers(&[1, 1]), &directions), 0));
        // A rank over the limit.
        let identity: Vec<Vec<BigInt>> =
            (0..=MAX_RANK).map(|i| (0..=MAX_RANK).map(|j| BigInt::from(u8::from(i == j))).collect()).collect();
        let large = form(integers(&[0; MAX_RANK + 1]), &integers(&[1; MAX_RANK + 1]), &identity);
        assert!(matches!(decide(&large, &(0..=MAX_RANK).collect::<Vec<_>>(), 100), Decision::Undetermined(_)));
    }

    /// Up to 8 classes of rank at most 3 in up to 5 coordinates, kappas from 2^-40 to 2^40, and signs of a vector.
    fn parts() -> impl Strategy<Value = (Vec<Vec<BigInt>>, Vec<BigInt>, Vec<i64>)> {
        let small = |len| proptest::collection::vec(-3i64..4, len);
        let kappa = (1i64..6, 0u32..81).prop_map(|(odd, shift)| BigInt::from(odd) << shift);
        (1..9usize, 1..4usize, 0..3usize).prop_flat_map(move |(classes, rank, extra)| {
            let inner = proptest::collection::vec(small(rank + extra), rank);
            let outer = proptest::collection::vec(small(rank), classes);
            let product = (outer, inner).prop_map(|(outer, inner)| {
                let row = |row: Vec<i64>| {
                    let entry = |j: usize| row.iter().zip(&inner).map(|(a, line)| a * line[j]).sum::<i64>();
                    integers(&(0..inner[0].len()).map(entry).collect::<Vec<_>>())
                };
                outer.into_iter().map(row).collect()
            });
            (product, proptest::collection::vec(kappa.clone(), classes), small(classes))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn rays_agree((directions, kappas, lam) in parts(), nudge in -1i64..2, place in 0usize..8, along in any::<bool>()) {
            // p = -sum lam kap x with |lam| <= 1, and a nudge of one unit by a class: near ties.
            let mut p = vec![BigInt::zero(); directions[0].len()];
            let u: Vec<BigInt> = integers(&lam).into_iter().cycle().take(p.len()).collect();
            for (c, (x, kappa)) in directions.iter().zip(&kappas).enumerate() {
                let side = if along { dot(x, &u).signum() * 3 } else { lam[c].into() };
                let tilt = if c == place % kappas.len() { nudge } else { 0 };
                p.iter_mut().zip(x).for_each(|(p, x)| *p -= (&side * kappa + tilt) * x);
            }
            let thrice: Vec<BigInt> = kappas.iter().map(|kappa| kappa * 3).collect();
            let form = form(p, &thrice, &directions);
            match rays::negative_ray(&form) {
                Ok(ray) => prop_assert_eq!(is_nonnegative(&form), ray.is_none()),
                Err(error) => prop_assert!(false, "{:?}", error),
            }
        }
    }
}
