//! Exact solutions of linear systems of integers: square, rectangular or rank-deficient.
//!
//! Pivots are chosen modulo a prime near 2^61; the square system of the pivots is solved by p-adic lifting; and every
//! solution is checked exactly, in all equations, before it is returned. What rests on the prime alone is said so.

use super::lifting::Lifting;
use super::modular::{Field, PRIMES, pivots};
use super::planes::{Planes, first_failing_row, max_bits, width_for};
use crate::kernel::linear::{Fractions, content, dot};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::fmt;

pub use super::modular::RankProfile;

/// Why a system was not solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SolveError {
    /// Rows of different lengths, or vectors or a column order that do not fit them.
    Shape,
    /// The equation of this row contradicts the others (untrusted: it fails for the solution of the pivot rows, modulo
    /// two primes).
    Inconsistent {
        /// Index of the row that fails.
        row: usize,
    },
    /// The pivots' square system is singular modulo every prime of the list.
    Singular,
}

impl fmt::Display for SolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str("the shapes of the system do not agree"),
            Self::Inconsistent { row } => write!(f, "equation {row} contradicts the others"),
            Self::Singular => f.write_str("the system is singular modulo every prime that was tried"),
        }
    }
}

impl std::error::Error for SolveError {}

/// The rank profile of a matrix of `cols` columns, modulo one fixed prime: columns are pivots greedily from left to
/// right, each with the first row that is left for it. Shorter rows are filled with zeros, longer ones cut.
///
/// Untrusted: the rank modulo the prime is at most the true rank, and hardly ever smaller.
pub fn rank_profile(rows: &[Vec<BigInt>], cols: usize) -> RankProfile {
    rank_profile_in_order(rows, &(0..cols).collect::<Vec<_>>())
}

/// The same with the columns taken in the given order; those that are not listed are never pivots.
pub fn rank_profile_in_order(rows: &[Vec<BigInt>], column_order: &[usize]) -> RankProfile {
    profile_in_order(&Field::new(PRIMES[0]), rows.iter(), column_order)
}

/// Solves `a x = b` exactly for a square `a` (n rows of n entries, n entries of `b`). The fractions are in lowest terms
/// and exactly checked.
///
/// `None` if `a` is singular (modulo every prime of a short fixed list), or if the shapes do not agree.
pub fn solve_square(a: &[Vec<BigInt>], b: &[BigInt]) -> Option<Fractions> {
    lifted(a, b, Lift::Checked)
}

fn lifted(a: &[Vec<BigInt>], b: &[BigInt], how: Lift<'_>) -> Option<Fractions> {
    let n = a.len();
    if b.len() != n || a.iter().any(|row| row.len() != n) {
        return None;
    }
    if n == 0 {
        return Some(Fractions::zeros(0));
    }
    let planes = cut(a, n, b);
    let lifting = PRIMES.iter().find_map(|&p| Lifting::new(Field::new(p), &planes, b))?;
    match how {
        Lift::Checked => lifting.solve(true),
        Lift::Unchecked => lifting.solve(false),
        Lift::Over(denominator) => lifting.solve_over(denominator),
    }
}

/// Solves `a x = b` exactly for any shape and rank: m rows of n entries, m entries of `b`, n entries of `free`.
///
/// Pivots are looked for in the columns of `column_order`, the first preferred; columns that are not listed are never
/// pivots. Unknowns that are not pivots get their value in `free`; the others' values there are not used. The solution
/// is in lowest terms and checked in all equations. See [`SolveError`] for failures.
pub fn solve(
    a: &[Vec<BigInt>],
    b: &[BigInt],
    free: &[BigRational],
    column_order: &[usize],
) -> Result<Fractions, SolveError> {
    let n = free.len();
    let mut seen = vec![false; n];
    let is_new = |&j: &usize| seen.get_mut(j).is_some_and(|s| !std::mem::replace(s, true));
    if b.len() != a.len() || a.iter().any(|row| row.len() != n) || !column_order.iter().all(is_new) {
        return Err(SolveError::Shape);
    }
    let planes = cut(a, n, b);
    // Rows may fail because the rank is smaller modulo the prime: then a second prime finds more pivots.
    let mut failed: Option<(usize, usize)> = None;
    for &p in &PRIMES[..2] {
        let profile = profile_in_order(&Field::new(p), a.iter(), column_order);
        if failed.is_some_and(|(rank, _)| profile.rank() <= rank) {
            break;
        }
        let x = solve_pivots(a, b, free, &profile, Lift::Checked).ok_or(SolveError::Singular)?;
        if profile.rank() == a.len() {
            // All rows were checked with the square system.
            return Ok(x);
        }
        match first_failing_row(&planes, b, x.numerators(), x.denominator()) {
            None => return Ok(x),
            Some(row) => failed = Some((profile.rank(), row)),
        }
    }
    failed.map_or(Err(SolveError::Singular), |(_, row)| Err(SolveError::Inconsistent { row }))
}

/// The same without the exact checks, for who checks what comes of the solution: nothing is known of it. A `denominator`
/// that is the solution's saves half of the work where no unknown keeps a value of `free` but 0; another does no harm.
pub fn guess(
    a: &[Vec<BigInt>],
    b: &[BigInt],
    free: &[BigRational],
    column_order: &[usize],
    denominator: Option<&BigInt>,
) -> Result<Fractions, SolveError> {
    let profile = profile_in_order(&Field::new(PRIMES[0]), a.iter(), column_order);
    let how = denominator.map_or(Lift::Unchecked, Lift::Over);
    let found = solve_pivots(a, b, free, &profile, how).or_else(|| solve_pivots(a, b, free, &profile, Lift::Unchecked));
    found.ok_or(SolveError::Singular)
}

/// How a square system is lifted.
#[derive(Debug, Clone, Copy)]
enum Lift<'a> {
    /// With all equations checked.
    Checked,
    /// Without.
    Unchecked,
    /// Over a known denominator, unchecked.
    Over(&'a BigInt),
}

/// An integer vector u, without common factor, with `rows u = 0` and `p u < 0`, both exactly checked; `None` if p is
/// in the span of the rows (modulo two primes: untrusted), or if the rows are not all as long as p.
pub fn separating_vector(rows: &[Vec<BigInt>], p: &[BigInt]) -> Option<Vec<BigInt>> {
    let n = p.len();
    if rows.iter().any(|row| row.len() != n) {
        return None;
    }
    let mut all = rows.to_vec();
    all.push(p.to_vec());
    let mut right = vec![BigInt::zero(); rows.len()];
    right.push(-BigInt::one());
    let order: Vec<usize> = (0..n).collect();
    let zeros = vec![BigRational::zero(); n];
    // The last row is a pivot's exactly if it is independent of the others.
    let independent = |&p: &u64| profile_in_order(&Field::new(p), all.iter(), &order).pivot_rows.contains(&rows.len());
    if !PRIMES[..2].iter().any(independent) {
        return None;
    }
    let x = solve(&all, &right, &zeros, &order).ok()?;
    let common = content(x.numerators().iter(), &BigInt::zero());
    Some(x.numerators().iter().map(|v| v / &common).collect())
}

/// The digits of a system's matrix, wide enough for its right-hand side.
fn cut(a: &[Vec<BigInt>], cols: usize, b: &[BigInt]) -> Planes {
    let width = width_for(cols, max_bits(a.iter().flatten()), max_bits(b));
    Planes::new(a.iter().map(Vec::as_slice), cols, width)
}

/// Pivots modulo the field's prime, columns taken in the given order.
fn profile_in_order<'a>(
    field: &Field,
    rows: impl Iterator<Item = &'a Vec<BigInt>>,
    column_order: &[usize],
) -> RankProfile {
    let residue = |entry: Option<&BigInt>| entry.map_or(0, |v| field.to_montgomery(field.residue(v)));
    let residues = rows.map(|row| column_order.iter().map(|&j| residue(row.get(j))).collect()).collect();
    let mut profile = pivots(field, residues);
    profile.pivot_cols.iter_mut().for_each(|k| *k = column_order[*k]);
    profile
}

/// The solution of the pivots' rows, with the free values in all other columns.
fn solve_pivots(
    a: &[Vec<BigInt>],
    b: &[BigInt],
    free: &[BigRational],
    profile: &RankProfile,
    how: Lift<'_>,
) -> Option<Fractions> {
    let mut is_pivot = vec![false; free.len()];
    profile.pivot_cols.iter().for_each(|&j| is_pivot[j] = true);
    let zero = BigRational::zero();
    let fixed = Fractions::from_rationals(
        &free.iter().zip(&is_pivot).map(|(v, &pivot)| if pivot { zero.clone() } else { v.clone() }).collect::<Vec<_>>(),
    );
    let square: Vec<Vec<BigInt>> =
        profile.pivot_rows.iter().map(|&i| profile.pivot_cols.iter().map(|&j| a[i][j].clone()).collect()).collect();
    // With x = y / d on the pivots and f / d elsewhere: A y = d b - A f.
    let right: Vec<BigInt> =
        profile.pivot_rows.iter().map(|&i| fixed.denominator() * &b[i] - dot(&a[i], fixed.numerators())).collect();
    let y = lifted(&square, &right, how)?;
    let mut numerators: Vec<BigInt> = fixed.numerators().iter().map(|f| f * y.denominator()).collect();
    profile.pivot_cols.iter().zip(y.numerators()).for_each(|(&j, v)| numerators[j] = v.clone());
    let x = Fractions::new(numerators, fixed.denominator() * y.denominator())?;
    Some(if fixed.denominator().is_one() { x } else { x.reduced() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::Signed;
    use proptest::prelude::*;

    /// Pivot columns and, unless the last column is one of them, the solution of `a x = b` with zeros elsewhere.
    fn naive(a: &[Vec<BigInt>], b: &[BigInt]) -> (Vec<usize>, Option<Vec<BigRational>>) {
        let cols = a.first().map_or(0, Vec::len);
        let fraction = |v: &BigInt| BigRational::from_integer(v.clone());
        let mut rows: Vec<Vec<BigRational>> =
            a.iter().zip(b).map(|(row, b)| row.iter().chain([b]).map(fraction).collect()).collect();
        let mut found: Vec<usize> = Vec::new();
        for col in 0..=cols {
            let rank = found.len();
            let Some(at) = (rank..rows.len()).find(|&i| !rows[i][col].is_zero()) else { continue };
            rows.swap(rank, at);
            let inverse = rows[rank][col].recip();
            let pivot: Vec<BigRational> = rows[rank].iter().map(|v| v * &inverse).collect();
            for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != rank) {
                let factor = row[col].clone();
                row.iter_mut().zip(&pivot).for_each(|(v, p)| *v -= &factor * p);
            }
            rows[rank] = pivot;
            found.push(col);
        }
        if found.last() == Some(&cols) {
            found.pop();
            return (found, None);
        }
        let mut x = vec![BigRational::zero(); cols];
        found.iter().zip(&rows).for_each(|(&col, row)| x[col] = row[cols].clone());
        (found, Some(x))
    }

    fn entry() -> impl Strategy<Value = BigInt> {
        prop_oneof![3 => (-1i64..2).prop_map(BigInt::from), 1 => any::<i32>().prop_map(BigInt::from),
            1 => any::<(i128, u8)>().prop_map(|(v, s)| BigInt::from(v) << (s % 25))]
    }

    fn matrix(rows: usize, cols: usize) -> impl Strategy<Value = Vec<Vec<BigInt>>> {
        proptest::collection::vec(proptest::collection::vec(entry(), cols), rows)
    }

    /// Matrices of 1..6 rows and columns, often of low rank (products), with a right-hand side of m entries and
    /// values of n entries.
    fn system() -> impl Strategy<Value = (Vec<Vec<BigInt>>, Vec<BigInt>, Vec<BigInt>)> {
        let sizes = (1..6usize, 1..6usize, 1..6usize, any::<bool>());
        let parts = sizes.prop_flat_map(|(m, n, inner, product)| {
            let right = proptest::collection::vec((entry(), 0..3000usize).prop_map(|(v, s)| v << s), m);
            let values = proptest::collection::vec(entry(), n);
            (matrix(m, inner), matrix(inner, n), matrix(m, n), Just(product), right, values)
        });
        parts.prop_map(|(left, inner, plain, product, right, values)| {
            let column = |j: usize| inner.iter().map(|row| row[j].clone()).collect::<Vec<_>>();
            let times = |row: &Vec<BigInt>| (0..values.len()).map(|j| dot(row, &column(j))).collect();
            (if product { left.iter().map(times).collect() } else { plain }, right, values)
        })
    }

    fn rationals(values: &[i64]) -> Vec<BigRational> {
        values.iter().map(|&v| BigRational::new(v.into(), 3.into())).collect()
    }

    fn integers(rows: &[&[i64]]) -> Vec<Vec<BigInt>> {
        rows.iter().map(|row| row.iter().map(|&v| v.into()).collect()).collect()
    }

    #[test]
    fn shapes_and_inconsistent_rows_are_named() {
        let a = integers(&[&[1, 2], &[2, 4], &[3, 6]]);
        let b = [1, 2, 4].map(BigInt::from);
        let free = rationals(&[0, 0]);
        assert_eq!(solve(&a, &b, &free, &[0, 1]), Err(SolveError::Inconsistent { row: 2 }));
        assert_eq!(solve(&a, &b[..2], &free, &[0, 1]), Err(SolveError::Shape));
        assert_eq!(solve(&a, &b, &free[..1], &[0]), Err(SolveError::Shape));
        assert_eq!(solve(&a, &b, &free, &[0, 0]), Err(SolveError::Shape));
        assert_eq!(solve(&a, &b, &free, &[2]), Err(SolveError::Shape));
        assert_eq!(solve_square(&a[..2], &b[..2]), None);
        assert_eq!(solve_square(&[], &[]), Some(Fractions::zeros(0)));
        assert_eq!(separating_vector(&a, &b), None);
    }

    #[test]
    fn preferred_columns_are_pivots_and_others_keep_their_values() {
        let a = integers(&[&[1, 2, 5]]);
        let b = [BigInt::from(7)];
        let x = solve(&a, &b, &rationals(&[1, 1, 1]), &[2, 0, 1]).unwrap();
        assert_eq!(
            x.rationals().collect::<Vec<_>>(),
            [(1, 3), (1, 3), (6, 5)].map(|(p, q)| BigRational::new(p.into(), q.into()))
        );
        // A column that is not listed is never a pivot.
        let zero_first = integers(&[&[0, 1]]);
        assert_eq!(solve(&zero_first, &b, &rationals(&[0, 3]), &[0]), Err(SolveError::Inconsistent { row: 0 }));
    }

    #[test]
    fn entries_that_vanish_modulo_a_prime_do_not_hide_the_rank() {
        let p = BigInt::from(PRIMES[0]);
        let a = vec![vec![p.clone(), BigInt::zero()], vec![BigInt::zero(), BigInt::one()]];
        let b = [BigInt::one(), BigInt::one()];
        let expected = Fractions::new(vec![BigInt::one(), p.clone()], p).unwrap();
        assert_eq!(solve_square(&a, &b), Some(expected.clone()));
        assert_eq!(solve(&a, &b, &rationals(&[0, 0]), &[0, 1]), Ok(expected));
        assert_eq!(separating_vector(&a[1..], &a[0]), Some(vec![-BigInt::one(), BigInt::zero()]));
    }

    #[test]
    fn the_solution_does_not_depend_on_the_number_of_threads() {
        // Large enough for every loop to be split; one column and one row too many.
        let n = 261usize;
        let entry = |k: usize| {
            let z = (k as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            BigInt::from((z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9) as i64 >> 59)
        };
        let mut a: Vec<Vec<BigInt>> = (0..n).map(|i| (0..=n).map(|j| entry(i * (n + 1) + j)).collect()).collect();
        a.push(a[0].iter().zip(&a[1]).map(|(x, y)| x + y).collect());
        let b: Vec<BigInt> = a.iter().map(|row| row.iter().sum::<BigInt>() << 900).collect();
        let order: Vec<usize> = (0..=n).rev().collect();
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| solve(&a, &b, &vec![BigRational::zero(); n + 1], &order))
        };
        let x = run(1).unwrap();
        assert!(x.numerators()[0].is_zero() && x.denominator().bits() > 1000);
        assert_eq!(run(3), Ok(x));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn solutions_agree_with_naive_elimination((a, b, values) in system(), consistent in any::<bool>()) {
            let b = if consistent { a.iter().map(|row| dot(row, &values)).collect() } else { b };
            let (pivot_cols, expected) = naive(&a, &b);
            let zeros = vec![BigRational::zero(); values.len()];
            let order: Vec<usize> = (0..values.len()).collect();
            prop_assert_eq!(&rank_profile(&a, values.len()).pivot_cols, &pivot_cols);
            let found = solve(&a, &b, &zeros, &order);
            match &expected {
                Some(x) => prop_assert_eq!(&found.unwrap().rationals().collect::<Vec<_>>(), x),
                None => prop_assert!(matches!(found, Err(SolveError::Inconsistent { .. })), "{:?}", found),
            }
            if a.len() == values.len() {
                let square = solve_square(&a, &b).map(|x| x.rationals().collect::<Vec<_>>());
                prop_assert_eq!(square, expected.filter(|_| pivot_cols.len() == a.len()));
            }
        }

        #[test]
        fn free_values_and_column_orders_are_kept((a, _, values) in system(), seed in any::<u64>(), free in proptest::collection::vec(-9i64..9, 5)) {
            let n = values.len();
            let b: Vec<BigInt> = a.iter().map(|row| dot(row, &values)).collect();
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by_key(|&j| seed.rotate_left(7 * j as u32) % 16);
            let free = rationals(&free[..n]);
            let x: Vec<BigRational> = solve(&a, &b, &free, &order).unwrap().rationals().collect();
            let ordered: Vec<Vec<BigInt>> = a.iter().map(|row| order.iter().map(|&j| row[j].clone()).collect()).collect();
            let pivots: Vec<usize> = naive(&ordered, &b).0.into_iter().map(|k| order[k]).collect();
            prop_assert!((0..n).all(|j| pivots.contains(&j) || x[j] == free[j]));
            for (row, right) in a.iter().zip(&b) {
                let left: BigRational = row.iter().zip(&x).map(|(a, x)| x * a).sum();
                prop_assert_eq!(left, BigRational::from_integer(right.clone()));
            }
        }

        #[test]
        fn separating_vectors_separate((a, _, values) in system(), last in any::<bool>()) {
            let p = if last { values } else { a[a.len() - 1].clone() };
            let rank = |rows: &[Vec<BigInt>]| naive(rows, &vec![BigInt::zero(); rows.len()]).0.len();
            let all: Vec<_> = a.iter().cloned().chain([p.clone()]).collect();
            match separating_vector(&a, &p) {
                None => prop_assert_eq!(rank(&a), rank(&all)),
                Some(u) => {
                    prop_assert!(a.iter().all(|row| dot(row, &u).is_zero()));
                    prop_assert!(dot(&p, &u).is_negative());
                    prop_assert!(content(u.iter(), &BigInt::zero()).is_one());
                }
            }
        }
    }
}
