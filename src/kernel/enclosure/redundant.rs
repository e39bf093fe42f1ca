//! Input coordinates that may be held because the samples do not tell them from free ones. Exact, in integers.
//!
//! Without decay, let A be the samples k on which neuron i has s_ik != 0 or its kink, and X the rows x_k, k in A. The
//! equation of w_ia is linear in column a of X,
//!
//! ```text
//! E_a = sum_{k in A} s_ik (h_i.eps_k) x_ka + sum_C nu_C x_Ca ,
//! ```
//!
//! so E_s = sum_a v_a E_a for a held coordinate s where column s is the combination v of other columns of X. If these are
//! free, E_s = 0 follows; likewise with the hidden bias, free or held because the output bias gives its equation.
//!
//! With one output nothing else is used of a held coordinate (T3). With several the zero is a minimum among the parameters
//! with the same held numbers (T5); all others next to it are carried there without a change of f: on A by w_i + t (v - e_s),
//! as X (v - e_s) = 0, and off A because signs stay and slopes are 0. First the scale of (w_i, h_i) sets the gauge, which no v
//! involves, then each s its own t, and last the hidden bias against the output bias, where that is held too.

use crate::kernel::linear::{Echelon, dot};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};
use std::collections::BTreeSet;

/// A prime. The rank modulo it is at most the rank over the rationals.
const PRIME: u64 = (1 << 61) - 1;

/// Those of the columns `held`, ascending, that are not in the span of the columns `spanning` on these rows.
pub fn outside_span(rows: &[&Vec<BigInt>], spanning: &[usize], held: &[usize]) -> Vec<usize> {
    let occurs = |a: &usize| rows.iter().any(|row| row.get(*a).is_some_and(|v| !v.is_zero()));
    let held: Vec<usize> = held.iter().copied().filter(occurs).collect();
    let spanning: Vec<usize> = spanning.iter().copied().filter(occurs).collect();
    if held.is_empty() || has_full_row_rank(rows, &spanning, &held) {
        return Vec::new();
    }
    let (mut outside, open) = decided_modulo(rows, &spanning, held);
    if open.is_empty() {
        return outside;
    }
    let columns: Vec<usize> = spanning.iter().chain(&open).copied().collect();
    let span = row_space(rows, &columns, spanning.len());
    // Rows with their pivot behind the spanning columns generate all combinations of rows that vanish on these; a column in
    // the span of these vanishes with them.
    let witnesses = span.rows().filter(|(pivot, _)| *pivot >= spanning.len());
    let places = witnesses.flat_map(|(_, row)| (0..row.len()).filter(|c| row.get(*c).is_some_and(|v| !v.is_zero())));
    outside.extend(places.filter_map(|c| columns.get(c)));
    outside.sort_unstable();
    outside.dedup();
    outside
}

/// The held columns that are not in the span, and those of which only long numbers tell, where the spanning columns are
/// independent modulo the prime. Their combination modulo the prime is that of a column in the span; it is no combination at
/// all where it fails on some row modulo the prime, and it is proved where short fractions with these residues do for all rows.
fn decided_modulo(rows: &[&Vec<BigInt>], spanning: &[usize], held: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
    let columns: Vec<usize> = spanning.iter().chain(&held).copied().collect();
    let residues = |row: &&Vec<BigInt>| columns.iter().filter_map(|a| row.get(*a)).map(residue).collect::<Vec<u64>>();
    let mut echelon = echelon_modulo(rows.iter().map(residues), spanning.len());
    if echelon.len() < spanning.len() {
        return (Vec::new(), held);
    }
    back_substitute(&mut echelon);
    let width = rows.first().map_or(0, |row| row.len());
    let (mut outside, mut open) = (Vec::new(), Vec::new());
    for (place, s) in held.iter().enumerate() {
        // Column s is the sum of these times the spanning columns.
        let factor = |(pivot, row): &(usize, Vec<u64>)| {
            Some((spanning.get(*pivot).copied()?, row.get(spanning.len() + place).copied()?))
        };
        let factors: Vec<(usize, u64)> = echelon.iter().filter_map(factor).filter(|(_, v)| *v != 0).collect();
        if combination(&factors, *s, width).is_some_and(|v| rows.iter().all(|row| dot(row, &v).is_zero())) {
            continue;
        }
        let at = |row: &Vec<BigInt>, a: usize| row.get(a).map_or(0, residue);
        let sum = |row: &Vec<BigInt>| {
            factors
                .iter()
                .fold(PRIME - at(row, *s), |sum, (a, v)| residue_of(product(at(row, *a), *v) + u128::from(sum)))
        };
        let fails = rows.iter().any(|row| sum(row) % PRIME != 0);
        if fails { outside.push(*s) } else { open.push(*s) }
    }
    (outside, open)
}

/// The integer vector orthogonal to all rows on which column `s` is the sum of these residues times other columns, if that
/// takes short fractions.
fn combination(factors: &[(usize, u64)], s: usize, width: usize) -> Option<Vec<BigInt>> {
    let fractions = factors.iter().map(|(a, v)| Some((*a, short_fraction(*v)?)));
    let fractions: Vec<(usize, (i64, i64))> = fractions.collect::<Option<_>>()?;
    let scale = fractions.iter().fold(BigInt::one(), |scale, (_, (_, below))| scale.lcm(&BigInt::from(*below)));
    let mut v = vec![BigInt::zero(); width];
    for (a, (above, below)) in fractions {
        *v.get_mut(a)? = BigInt::from(above) * (&scale / below);
    }
    *v.get_mut(s)? = -scale;
    Some(v)
}

/// Whether the rows, without those that repeat another, are independent already in the spanning columns: then these span
/// everything. Few rows, and modulo a prime, which proves independence; so a neuron that is active on fewer samples than
/// it has inputs needs no long numbers.
fn has_full_row_rank(rows: &[&Vec<BigInt>], spanning: &[usize], held: &[usize]) -> bool {
    let mut distinct: BTreeSet<Vec<&BigInt>> = BTreeSet::new();
    for row in rows {
        let entries: Vec<&BigInt> = spanning.iter().chain(held).filter_map(|a| row.get(*a)).collect();
        if entries.iter().any(|v| !v.is_zero()) {
            distinct.insert(entries);
        }
        if distinct.len() > spanning.len() {
            return false;
        }
    }
    let residues = distinct.iter().map(|row| row.iter().take(spanning.len()).map(|v| residue(v)).collect());
    echelon_modulo(residues, spanning.len()).len() == distinct.len()
}

/// The span of the rows in these columns. All rows are reduced until there are as many independent ones as free columns;
/// from then on only those that some vector orthogonal to the span so far is not orthogonal to.
fn row_space(rows: &[&Vec<BigInt>], columns: &[usize], free: usize) -> Echelon {
    let width = rows.first().map_or(0, |row| row.len());
    let mut span = Echelon::default();
    let mut orthogonal: Option<Vec<Vec<BigInt>>> = None;
    for row in rows {
        if span.rank() >= free {
            let vectors = orthogonal.get_or_insert_with(|| {
                let short = span.null_space(columns.len());
                short.into_iter().map(|v| spread(v, columns, width)).collect()
            });
            if vectors.iter().all(|v| dot(row, v).is_zero()) {
                continue;
            }
        }
        let entries: Vec<BigInt> = columns.iter().filter_map(|a| row.get(*a).cloned()).collect();
        if span.insert(&entries) {
            orthogonal = None;
        }
    }
    span
}

/// The vector of that width with these entries at these places.
fn spread(entries: Vec<BigInt>, places: &[usize], width: usize) -> Vec<BigInt> {
    let mut all = vec![BigInt::zero(); width];
    for (place, entry) in places.iter().zip(entries) {
        all.get_mut(*place).into_iter().for_each(|slot| *slot = entry.clone());
    }
    all
}

/// An echelon form of rows of residues, up to as many rows as columns that may have pivots: the first `columns`. Each row
/// with its pivot, where it has a one, and zeros at the pivots of those before it.
fn echelon_modulo(rows: impl Iterator<Item = Vec<u64>>, columns: usize) -> Vec<(usize, Vec<u64>)> {
    let mut echelon: Vec<(usize, Vec<u64>)> = Vec::new();
    for mut row in rows {
        if echelon.len() >= columns {
            break;
        }
        echelon.iter().for_each(|(pivot, base)| eliminate(&mut row, base, *pivot));
        let lead = row.iter().take(columns).copied().enumerate().find(|(_, v)| *v != 0);
        let Some((pivot, lead)) = lead else { continue };
        let inverse = inverse(lead);
        row.iter_mut().for_each(|v| *v = residue_of(product(*v, inverse)));
        echelon.push((pivot, row));
    }
    echelon
}

/// Makes every row zero at the pivots of all others.
fn back_substitute(echelon: &mut [(usize, Vec<u64>)]) {
    for last in (1..echelon.len()).rev() {
        let (before, from) = echelon.split_at_mut(last);
        if let Some((pivot, base)) = from.first() {
            before.iter_mut().for_each(|(_, row)| eliminate(row, base, *pivot));
        }
    }
}

/// Subtracts the multiple of `base`, one at the pivot, that makes the row zero there.
fn eliminate(row: &mut [u64], base: &[u64], pivot: usize) {
    let factor = row.get(pivot).map_or(0, |v| PRIME - v);
    if factor != PRIME {
        row.iter_mut().zip(base).for_each(|(v, b)| *v = residue_of(product(factor, *b) + u128::from(*v)));
    }
}

fn residue(v: &BigInt) -> u64 {
    match v.to_i64() {
        Some(word) => word.mod_floor(&(PRIME as i64)) as u64,
        None => v.mod_floor(&BigInt::from(PRIME)).to_u64().unwrap_or(0),
    }
}

/// The fraction of numbers up to 2^29 with this residue, if there is one: by Euclid's algorithm.
fn short_fraction(value: u64) -> Option<(i64, i64)> {
    const MOST: i64 = 1 << 29;
    let (mut high, mut low) = (PRIME as i64, value as i64);
    let (mut before, mut below) = (0i64, 1i64);
    while low > MOST {
        let quotient = high / low;
        (high, low) = (low, high - quotient * low);
        (before, below) = (below, before.checked_sub(quotient.checked_mul(below)?)?);
    }
    (below != 0 && below.abs() <= MOST).then_some((low * below.signum(), below.abs()))
}

fn product(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

/// The residue of a number below 2^122, as 2^61 is 1.
fn residue_of(value: u128) -> u64 {
    let folded = (value & u128::from(PRIME)) + (value >> 61);
    let folded = if folded >= u128::from(PRIME) { folded - u128::from(PRIME) } else { folded };
    folded as u64
}

/// value^(p - 2), by Fermat.
fn inverse(value: u64) -> u64 {
    let (mut power, mut square, mut exponent) = (1, value, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = residue_of(product(power, square));
        }
        square = residue_of(product(square, square));
        exponent >>= 1;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integers(rows: &[Vec<i64>]) -> Vec<Vec<BigInt>> {
        rows.iter().map(|row| row.iter().map(|v| BigInt::from(*v)).collect()).collect()
    }

    /// By the definition: the rank grows with the column.
    fn naive(rows: &[Vec<BigInt>], spanning: &[usize], held: &[usize]) -> Vec<usize> {
        let rank = |columns: &[usize]| {
            let mut span = Echelon::default();
            for a in columns {
                span.insert(&rows.iter().map(|row| row[*a].clone()).collect::<Vec<_>>());
            }
            span.rank()
        };
        let grows = |s: &usize| rank(&[spanning, &[*s]].concat()) > rank(spanning);
        held.iter().copied().filter(grows).collect()
    }

    proptest! {
        #[test]
        fn spans_are_those_of_the_definition(
            mut rows in proptest::collection::vec(proptest::collection::vec(-2i64..3, 6), 0..9),
            copies in proptest::collection::vec((0usize..6, 0usize..6, -2i64..3), 0..4),
            held in proptest::collection::btree_set(0usize..6, 0..5),
        ) {
            for row in &mut rows {
                copies.iter().for_each(|(to, from, factor)| row[*to] = factor * row[*from]);
            }
            let (rows, held) = (integers(&rows), held.into_iter().collect::<Vec<_>>());
            let spanning: Vec<usize> = (0..6).filter(|a| !held.contains(a)).collect();
            let borrowed: Vec<&Vec<BigInt>> = rows.iter().collect();
            prop_assert_eq!(outside_span(&borrowed, &spanning, &held), naive(&rows, &spanning, &held));
        }

        #[test]
        fn residues_are_remainders(a in 0..PRIME, b in 0..PRIME) {
            prop_assert_eq!(u128::from(residue_of(product(a, b))), product(a, b) % u128::from(PRIME));
            prop_assert!(a == 0 || residue_of(product(a, inverse(a))) == 1);
        }

        #[test]
        fn short_fractions_come_back(above in -(1i64 << 29)..1 << 29, below in 1i64..1 << 29) {
            let common = above.gcd(&below);
            let value = product(residue(&BigInt::from(above)), inverse(below as u64));
            prop_assert_eq!(short_fraction(residue_of(value)), Some((above / common, below / common)));
        }

        /// Combinations with long numbers, which only the integers decide.
        #[test]
        fn long_combinations_are_decided(
            rows in proptest::collection::vec(proptest::collection::vec(-(1i64 << 60)..1 << 60, 4), 4..8),
            factors in proptest::collection::vec(-(1i64 << 60)..1 << 60, 3),
            off in 0i64..2,
        ) {
            let mut rows = integers(&rows);
            for row in &mut rows {
                row[3] = row.iter().zip(&factors).map(|(v, f)| v * f).sum();
            }
            rows[3][3] += off;
            let borrowed: Vec<&Vec<BigInt>> = rows.iter().collect();
            let expected = if off == 0 { vec![] } else { vec![3] };
            prop_assert_eq!(outside_span(&borrowed, &[0, 1, 2], &[3]), expected);
        }
    }

    /// Rows of numbers from 0 to 255, a fifth of them not zero, like images.
    fn images(count: usize, width: usize) -> Vec<Vec<i64>> {
        let mut state = 1u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        (0..count)
            .map(|_| (0..width).map(|_| if next() % 5 == 0 { (next() % 256) as i64 } else { 0 }).collect())
            .collect()
    }

    #[test]
    #[ignore = "prints times"]
    fn times() {
        let time = |what: &str, rows: &[Vec<i64>], held: &[usize], expected: usize| {
            let rows = integers(rows);
            let borrowed: Vec<&Vec<BigInt>> = rows.iter().collect();
            let spanning: Vec<usize> = (0..rows[0].len()).filter(|a| !held.contains(a)).collect();
            let start = std::time::Instant::now();
            assert_eq!(outside_span(&borrowed, &spanning, held).len(), expected);
            println!("{what}: {:?}", start.elapsed());
        };
        let held: Vec<usize> = (300..785).collect();
        time("300 rows of 785", &images(300, 785), &held, 0);
        let mut rows = images(60_000, 785);
        rows.iter_mut().for_each(|row| row[700..].fill(0));
        time("60000 rows, zero columns", &rows, &(700..785).collect::<Vec<_>>(), 0);
        for (width, factor) in [(160, 1), (785, 1), (40, 1 << 32), (80, 1 << 32)] {
            let mut rows = images(10 * width, width);
            rows.iter_mut().for_each(|row| row[0] = row[1] + factor * row[2]);
            time(&format!("a dependent column of {width}, with a factor {factor}"), &rows, &[0], 0);
            rows[10 * width - 1][0] += 1;
            time(&format!("an independent column of {width}"), &rows, &[0], 1);
        }
    }

    #[test]
    fn the_rank_modulo_a_prime_may_be_too_small_but_not_too_large() {
        let rows = [vec![1, 2, 3], vec![2, 4, 6], vec![0, PRIME - 1, 5]];
        assert_eq!(echelon_modulo(rows.into_iter(), 3).len(), 2);
        // The prime itself is zero to it: then the integers decide.
        let rows = integers(&[vec![PRIME as i64, 1], vec![0, 0]]);
        let borrowed: Vec<&Vec<BigInt>> = rows.iter().collect();
        assert_eq!(outside_span(&borrowed, &[0], &[1]), Vec::<usize>::new());
    }
}
