//! From directions in floats to short integer vectors u with phi(u) < 0, each evaluated exactly.

use super::float;
use super::linprog::Floats;
use crate::exact::solve::solve;
use crate::kernel::slope_form::ScalarForm;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// Bits that are tried: short vectors first.
const BITS: [i32; 9] = [2, 3, 4, 6, 9, 14, 24, 50, 90];

/// An integer u with phi(u) < 0 next to the best of the given directions or their opposites.
pub fn negative(form: &ScalarForm<'_>, floats: &Floats, directions: &[Vec<f64>]) -> Option<Vec<BigInt>> {
    let all = by_value(floats, directions);
    all.iter().take_while(|(value, _)| *value < 0.0).take(4).find_map(|(_, u)| polished(form, u))
}

/// The direction, of the given ones and their opposites, in which phi is least.
pub fn least(floats: &Floats, directions: &[Vec<f64>]) -> Option<Vec<f64>> {
    by_value(floats, directions).into_iter().next().map(|(_, u)| u)
}

/// The directions and their opposites by phi as a share of its terms, least first.
fn by_value(floats: &Floats, directions: &[Vec<f64>]) -> Vec<(f64, Vec<f64>)> {
    let opposite = directions.iter().map(|u| u.iter().map(|v| -v).collect());
    let value = |u: Vec<f64>| (floats.relative(&u), u);
    let mut all: Vec<(f64, Vec<f64>)> = directions.iter().cloned().chain(opposite).map(value).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

/// The shortest rounding of u with phi < 0; else u moved onto the kinks next to it.
pub fn polished(form: &ScalarForm<'_>, u: &[f64]) -> Option<Vec<BigInt>> {
    let descends = |u: &Vec<BigInt>| form.value(u).is_negative();
    BITS.iter().map(|&bits| float::rounded(u, bits)).find(descends).or_else(|| {
        let near = near_classes(form, u);
        [BITS[0], BITS[BITS.len() - 1]].iter().map(|&bits| snapped(form, u, &near, bits)).find(descends)
    })
}

/// Classes that u nearly annihilates.
fn near_classes(form: &ScalarForm<'_>, u: &[f64]) -> Vec<usize> {
    let size = u.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    let near = |c: &usize| {
        let bend = &form.bends[*c];
        let along: f64 = float::scaled(bend.direction).iter().zip(u).map(|(x, u)| x * u).sum();
        !bend.kappa.is_zero() && along.abs() <= 1e-7 * size
    };
    (0..form.bends.len()).filter(near).collect()
}

/// The rounded direction, moved so that classes it nearly annihilates are annihilated exactly.
fn snapped(form: &ScalarForm<'_>, u: &[f64], near: &[usize], bits: i32) -> Vec<BigInt> {
    let rows: Vec<Vec<BigInt>> = near.iter().map(|&c| form.bends[c].direction.to_vec()).collect();
    let free: Vec<BigRational> = float::rounded(u, bits).into_iter().map(BigRational::from_integer).collect();
    // Small entries are the ones to move.
    let mut order: Vec<usize> = (0..u.len()).collect();
    order.sort_by(|&a, &b| u[a].abs().total_cmp(&u[b].abs()).then(a.cmp(&b)));
    match solve(&rows, &vec![BigInt::zero(); rows.len()], &free, &order) {
        Ok(exact) => exact.numerators().to_vec(),
        Err(_) => vec![BigInt::zero(); u.len()],
    }
}
