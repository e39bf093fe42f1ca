//! Positive definiteness of symmetric integer matrices: by rounded square roots where that is enough, else by
//! fraction-free elimination (Bareiss).
//!
//! Elimination: after k steps the pivot is the leading principal minor of order k + 1, and every division by the pivot before is
//! exact. All minors are positive iff the matrix is positive definite (Sylvester).

use super::linear::{dot, make_primitive};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

/// Bits that rounded roots have beyond those of the longest entry's root.
const ROOT_BITS: u64 = 96;

/// Whether the symmetric matrix M is positive definite; if not, an integer z != 0 with z.Mz <= 0.
pub fn positive_definite(matrix: &[Vec<BigInt>]) -> Result<(), Vec<BigInt>> {
    if by_rounded_roots(matrix) { Ok(()) } else { eliminate(matrix) }
}

/// A Cholesky decomposition in integers, roots and quotients rounded down; false if it does not succeed, which says
/// nothing. Cost: n^3 / 6 short products.
///
/// With D = diag(2^(T - half the bits of M_ii)), A = DMD has diagonal entries below 2^(2T). Where the rows L of all of
/// A - s = LL' + E exist, L_jj < 2^T, so that the remainders are |E_ij| <= 2^(T+1): with s = 2^(T+2) n, s + E is strictly
/// diagonally dominant, hence A = LL' + (s + E) positive definite, and so is M.
fn by_rounded_roots(matrix: &[Vec<BigInt>]) -> bool {
    let half = |(r, row): (usize, &Vec<BigInt>)| row.get(r).map_or(0, |d| d.bits().div_ceil(2));
    let halves: Vec<u64> = matrix.iter().enumerate().map(half).collect();
    let unit = ROOT_BITS + halves.iter().copied().max().unwrap_or(0);
    let slack = BigInt::from(matrix.len()) << (unit + 2);
    let mut roots: Vec<Vec<BigInt>> = Vec::with_capacity(matrix.len());
    for ((place, row), half) in matrix.iter().enumerate().zip(&halves) {
        let mut scaled = row.iter().zip(&halves).map(|(v, other)| v << (2 * unit - half - other));
        let mut new: Vec<BigInt> = Vec::with_capacity(place + 1);
        for (above, value) in roots.iter().zip(scaled.by_ref()) {
            let Some(root) = above.last() else { return false };
            let rest = value - dot(&new, above);
            new.push(rest.div_floor(root));
        }
        let rest = scaled.next().unwrap_or_default() - &slack - dot(&new, &new);
        if !rest.is_positive() {
            return false;
        }
        new.push(rest.sqrt());
        roots.push(new);
    }
    true
}

/// Decides by the pivots. Only the entries on and right of the diagonal are read. Cost: n^3 / 6 products of minors.
fn eliminate(matrix: &[Vec<BigInt>]) -> Result<(), Vec<BigInt>> {
    let mut rest: Vec<Vec<BigInt>> =
        matrix.iter().enumerate().map(|(r, row)| row.iter().skip(r).cloned().collect()).collect();
    rest.reverse();
    let mut done: Vec<Vec<BigInt>> = Vec::with_capacity(rest.len());
    let mut previous = BigInt::one();
    while let Some(top) = rest.pop() {
        let Some(pivot) = top.first().filter(|pivot| pivot.is_positive()).cloned() else {
            return Err(not_ascending(&done, previous, matrix.len()));
        };
        // The row just below `top` is the last of `rest`; its first entry belongs to the second column of `top`.
        for (offset, row) in rest.iter_mut().rev().enumerate() {
            let above = top.get(offset + 1..).unwrap_or(&[]);
            let Some(factor) = above.first() else { continue };
            row.iter_mut().zip(above).for_each(|(v, t)| *v = (&pivot * &*v - factor * t) / &previous);
        }
        done.push(top);
        previous = pivot;
    }
    Ok(())
}

/// z with zeros behind place k = `done.len()`, where the pivot is not positive: the rows above it vanish on z, so that
/// z.Mz has the pivot's sign. With the last minor at place k all entries are integers (Cramer).
fn not_ascending(done: &[Vec<BigInt>], minor: BigInt, width: usize) -> Vec<BigInt> {
    // From place k down.
    let mut reversed = vec![minor];
    for row in done.iter().rev() {
        let Some((pivot, right)) = row.split_first() else { continue };
        let sum: BigInt = right.iter().zip(reversed.iter().rev()).map(|(a, z)| a * z).sum();
        reversed.push(-sum / pivot);
    }
    reversed.reverse();
    reversed.resize(width, BigInt::zero());
    make_primitive(&mut reversed);
    reversed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matrix(rows: &[&[i64]]) -> Vec<Vec<BigInt>> {
        rows.iter().map(|r| r.iter().map(|&v| BigInt::from(v)).collect()).collect()
    }

    #[test]
    fn small_matrices() {
        assert_eq!(positive_definite(&[]), Ok(()));
        assert_eq!(positive_definite(&matrix(&[&[2, 1], &[1, 1]])), Ok(()));
        // Too close to singular for rounded roots: elimination decides. det = 2^240 with entries of 2^240.
        let long = BigInt::one() << 240u32;
        let close = vec![vec![&long + 1u8, long.clone()], vec![long.clone(), long.clone()]];
        assert_eq!((by_rounded_roots(&close), positive_definite(&close)), (false, Ok(())));
        let found = |z: &[i64]| Err(z.iter().map(|&v| BigInt::from(v)).collect());
        assert_eq!(positive_definite(&matrix(&[&[0, 0], &[0, 1]])), found(&[1, 0]));
        assert_eq!(positive_definite(&matrix(&[&[1, 2], &[2, 4]])), found(&[-2, 1]));
        assert_eq!(positive_definite(&matrix(&[&[1, 2, 0], &[2, 1, 0], &[0, 0, 1]])), found(&[-2, 1, 0]));
    }

    proptest! {
        #[test]
        fn agrees_with_its_own_direction(entries in proptest::collection::vec(-4i64..5, 25), shift in 0i64..12) {
            let square: Vec<Vec<i64>> = entries.chunks(5).map(<[i64]>::to_vec).collect();
            let entry = |r: usize, c: usize| -> BigInt {
                let inner: i64 = (0..5).map(|k| square[k][r] * square[k][c]).sum();
                BigInt::from(inner - if r == c { shift } else { 0 })
            };
            let m: Vec<Vec<BigInt>> = (0..5).map(|r| (0..5).map(|c| entry(r, c)).collect()).collect();
            prop_assert!(!by_rounded_roots(&m) || eliminate(&m) == Ok(()));
            match positive_definite(&m) {
                // A Gram matrix is positive semidefinite: definite iff it is regular.
                Ok(()) => prop_assert!(shift > 0 || !m.iter().flatten().all(Zero::is_zero)),
                Err(z) => {
                    let mz: Vec<BigInt> = m.iter().map(|row| dot(row, &z)).collect();
                    prop_assert!(!dot(&mz, &z).is_positive() && !z.iter().all(Zero::is_zero));
                    prop_assert!(shift > 0 || dot(&mz, &z).is_zero());
                }
            }
        }

        /// M = B'B + I is positive definite, B'B - (trace + 1) I is negative definite.
        #[test]
        fn definite_matrices_are_recognised(entries in proptest::collection::vec(-9i64..10, 16)) {
            let b: Vec<Vec<i64>> = entries.chunks(4).map(<[i64]>::to_vec).collect();
            let gram = |r: usize, c: usize| -> i64 { (0..4).map(|k| b[k][r] * b[k][c]).sum() };
            let with = |diagonal: i64| -> Vec<Vec<BigInt>> {
                let entry = |r: usize, c: usize| BigInt::from(gram(r, c) + if r == c { diagonal } else { 0 });
                (0..4).map(|r| (0..4).map(|c| entry(r, c)).collect()).collect()
            };
            let trace: i64 = (0..4).map(|r| gram(r, r)).sum();
            prop_assert!(by_rounded_roots(&with(1)));
            prop_assert_eq!(eliminate(&with(1)), Ok(()));
            prop_assert!(positive_definite(&with(-trace - 1)).is_err());
        }
    }
}
