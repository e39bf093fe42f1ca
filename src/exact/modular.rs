//! Arithmetic modulo a prime of one word (Montgomery's), and dense elimination with it.
//!
//! A residue is kept as `x * 2^64 mod p` ("in Montgomery form") wherever it is a factor of many products: the product
//! of such a residue and a plain one is a plain one.

use super::threads::for_each_row;
use num_bigint::{BigInt, Sign};

/// The primes that are tried, in this order: all of the form 2^61 - c with c below 2^9. 2^61 - 1 itself is left out,
/// since it divides differences of powers of two, which floating-point data are full of.
pub const PRIMES: [u64; 4] = [(1 << 61) - 31, (1 << 61) - 45, (1 << 61) - 229, (1 << 61) - 259];

/// Products of two residues that are summed before one reduction: 2^5 * 2^122 leaves room for the reduction itself.
const LAZY_TERMS: usize = 32;
const LOW_61: u64 = (1 << 61) - 1;

/// The integers modulo one of [`PRIMES`].
#[derive(Debug, Clone, Copy)]
pub struct Field {
    p: u64,
    /// -1/p modulo 2^64.
    minus_inverse: u64,
    /// 2^128 mod p: takes a plain residue to Montgomery form.
    square: u64,
}

/// Where elimination found its pivots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankProfile {
    /// The pivots' rows: independent, and as many as the rank.
    pub pivot_rows: Vec<usize>,
    /// The pivots' columns, in the order they were found; `pivot_cols[k]` was found with `pivot_rows[k]`.
    pub pivot_cols: Vec<usize>,
}

impl RankProfile {
    /// The number of pivots.
    pub fn rank(&self) -> usize {
        self.pivot_cols.len()
    }
}

impl Field {
    /// The field of `p` elements. `p` must be a prime between 2^61 - 2^9 and 2^61.
    pub fn new(p: u64) -> Self {
        // Newton's iteration doubles the correct low bits of 1/p: 3, 6, .., 96.
        let inverse = (0..5).fold(p, |x, _| x.wrapping_mul(2u64.wrapping_sub(p.wrapping_mul(x))));
        let square = ((u128::MAX % u128::from(p) + 1) % u128::from(p)) as u64;
        Self { p, minus_inverse: inverse.wrapping_neg(), square }
    }

    /// The prime.
    pub fn prime(&self) -> u64 {
        self.p
    }

    /// 1/p modulo 2^64.
    pub fn inverse_modulo_word(&self) -> u64 {
        self.minus_inverse.wrapping_neg()
    }

    /// `x / 2^64 mod p`, not fully reduced: below x / 2^64 + p. Needs x < 2^127 + 2^126.
    fn shrink(&self, x: u128) -> u64 {
        let m = (x as u64).wrapping_mul(self.minus_inverse);
        (x.wrapping_add(u128::from(m) * u128::from(self.p)) >> 64) as u64
    }

    /// A residue below 2^61 + 2^12 from any word, for p = 2^61 - c: 2^61 counts as c.
    fn fold(&self, x: u64) -> u64 {
        (x & LOW_61) + (x >> 61) * (LOW_61 + 1 - self.p)
    }

    fn canonical(&self, x: u64) -> u64 {
        let x = self.fold(x);
        if x >= self.p { x - self.p } else { x }
    }

    /// `a b / 2^64 mod p` for a, b below 2^62: the product of a plain residue and one in Montgomery form is plain.
    pub fn mul(&self, a: u64, b: u64) -> u64 {
        self.canonical(self.shrink(u128::from(a) * u128::from(b)))
    }

    /// Takes a plain residue to Montgomery form.
    pub fn to_montgomery(&self, x: u64) -> u64 {
        self.mul(x, self.square)
    }

    /// The plain residue of a signed word.
    pub fn residue_of_word(&self, x: i64) -> u64 {
        let magnitude = self.canonical(x.unsigned_abs());
        if x < 0 { self.negative(magnitude) } else { magnitude }
    }

    /// The plain residue of an integer.
    pub fn residue(&self, x: &BigInt) -> u64 {
        // Multiplying by 2^128 mod p and shrinking by 2^64 shifts one word up.
        let magnitude = x
            .iter_u64_digits()
            .rev()
            .fold(0, |acc, word| self.canonical(self.mul(acc, self.square) + self.canonical(word)));
        if x.sign() == Sign::Minus { self.negative(magnitude) } else { magnitude }
    }

    fn negative(&self, x: u64) -> u64 {
        if x == 0 { 0 } else { self.p - x }
    }

    /// The inverse of a non-zero residue, both in Montgomery form (Fermat).
    fn inverse(&self, x: u64) -> u64 {
        let one = self.to_montgomery(1);
        (0..61).rev().fold(one, |acc, bit| {
            let acc = self.mul(acc, acc);
            if (self.p - 2) >> bit & 1 == 1 { self.mul(acc, x) } else { acc }
        })
    }

    /// `sum a_k b_k / 2^64 mod p` over the common length, for reduced residues: plain if one side is in Montgomery form.
    pub fn dot(&self, a: &[u64], b: &[u64]) -> u64 {
        let sum = a.chunks(LAZY_TERMS).zip(b.chunks(LAZY_TERMS)).fold(0, |acc, (a, b)| {
            let lazy = a.iter().zip(b).fold(0u128, |s, (&x, &y)| s.wrapping_add(u128::from(x) * u128::from(y)));
            self.fold(acc + self.fold(self.shrink(lazy)))
        });
        self.canonical(sum)
    }

    /// `row += factor * other / 2^64`, where `row` is kept below 2p, `factor` and `other` below p.
    fn add_multiple(&self, row: &mut [u64], factor: u64, other: &[u64]) {
        let twice = 2 * self.p;
        for (x, &y) in row.iter_mut().zip(other) {
            // Below 2p + (p/8 + p).
            let sum = x.wrapping_add(self.shrink(u128::from(factor) * u128::from(y)));
            *x = sum.min(sum.wrapping_sub(twice));
        }
    }

    /// Multiplies and reduces a row fully.
    fn scale(&self, row: &mut [u64], factor: u64) {
        row.iter_mut().for_each(|x| *x = self.mul(*x, factor));
    }
}

/// The inverse of an n x n matrix (row-major, in Montgomery form, as is the result) by Gauss-Jordan elimination in
/// place; `None` if it is singular modulo p.
pub fn inverse(field: &Field, mut a: Vec<u64>, n: usize) -> Option<Vec<u64>> {
    let mut swaps = Vec::with_capacity(n);
    for k in 0..n {
        let pivot_row = (k..n).find(|&i| field.canonical(a[i * n + k]) != 0)?;
        swaps.push(pivot_row);
        for j in 0..n {
            a.swap(k * n + j, pivot_row * n + j);
        }
        let pivot = field.inverse(field.canonical(a[k * n + k]));
        // The column of the identity that the pivot column makes room for.
        a[k * n + k] = field.to_montgomery(1);
        field.scale(&mut a[k * n..(k + 1) * n], pivot);
        let row_k = a[k * n..(k + 1) * n].to_vec();
        for_each_row(&mut a, n, 2 * n, |i, row| {
            let factor = field.negative(field.canonical(row[k]));
            if i != k && factor != 0 {
                row[k] = 0;
                field.add_multiple(row, factor, &row_k);
            }
        });
    }
    // Row swaps of the matrix are column swaps of its inverse.
    for_each_row(&mut a, n, n, |_, row| {
        swaps.iter().enumerate().rev().for_each(|(k, &s)| row.swap(k, s));
        row.iter_mut().for_each(|x| *x = field.canonical(*x));
    });
    Some(a)
}

/// Pivots of a matrix given by its rows (residues in Montgomery form, all rows of one length).
///
/// Columns are tried from left to right, and each takes the first row, in the given order, that still has a non-zero
/// entry there; so the last row is among the pivots exactly if it is independent of the others modulo p.
pub fn pivots(field: &Field, mut rows: Vec<Vec<u64>>) -> RankProfile {
    let cols = rows.first().map_or(0, Vec::len);
    let mut labels: Vec<usize> = (0..rows.len()).collect();
    let mut profile = RankProfile { pivot_rows: Vec::new(), pivot_cols: Vec::new() };
    for col in 0..cols {
        let Some(at) = rows.iter().position(|row| field.canonical(row[col]) != 0) else { continue };
        profile.pivot_rows.push(labels.remove(at));
        profile.pivot_cols.push(col);
        let mut pivot_row = rows.remove(at).split_off(col);
        let pivot = field.inverse(field.canonical(pivot_row[0]));
        field.scale(&mut pivot_row, pivot);
        for_each_row(&mut rows, 1, 2 * (cols - col), |_, row| {
            let row = &mut row[0][col..];
            let factor = field.negative(field.canonical(row[0]));
            if factor != 0 {
                field.add_multiple(row, factor, &pivot_row);
            }
        });
    }
    profile
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_integer::Integer;
    use proptest::prelude::*;

    #[test]
    fn the_list_holds_primes() {
        // Strong pseudoprime tests to the first twelve primes are a proof below 2^64.
        for p in PRIMES {
            let (p, one) = (num_bigint::BigUint::from(p), num_bigint::BigUint::from(1u32));
            let (less, mut odd, mut twos) = (&p - &one, &p - &one, 0);
            while odd.is_even() {
                odd >>= 1;
                twos += 1;
            }
            for base in [2u32, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37] {
                let mut x = num_bigint::BigUint::from(base).modpow(&odd, &p);
                let mut strong = x == one || x == less;
                for _ in 1..twos {
                    x = &x * &x % &p;
                    strong |= x == less;
                }
                assert!(strong, "{p} to base {base}");
            }
        }
    }

    proptest! {
        #[test]
        fn residues_and_dots_agree_with_big_integers(words in proptest::collection::vec(any::<(i128, i64)>(), 0..200), which in 0..4usize) {
            let field = Field::new(PRIMES[which]);
            let p = BigInt::from(field.prime());
            for (x, y) in &words {
                prop_assert_eq!(BigInt::from(field.residue(&BigInt::from(*x))), BigInt::from(*x).mod_floor(&p));
                prop_assert_eq!(BigInt::from(field.residue_of_word(*y)), BigInt::from(*y).mod_floor(&p));
            }
            let a: Vec<u64> = words.iter().map(|w| field.to_montgomery(field.residue(&w.0.into()))).collect();
            let b: Vec<u64> = words.iter().map(|w| field.residue_of_word(w.1)).collect();
            let expected: BigInt = words.iter().map(|w| BigInt::from(w.0) * w.1).sum();
            prop_assert_eq!(BigInt::from(field.dot(&a, &b)), expected.mod_floor(&p));
        }

        #[test]
        fn inverse_times_matrix_is_the_identity(n in 1..8usize, entries in proptest::collection::vec(-2i64..3, 64)) {
            let field = Field::new(PRIMES[0]);
            let a: Vec<u64> = entries[..n * n].iter().map(|&x| field.to_montgomery(field.residue_of_word(x))).collect();
            let rank = pivots(&field, a.chunks(n).map(<[u64]>::to_vec).collect()).rank();
            match inverse(&field, a.clone(), n) {
                None => prop_assert!(rank < n),
                Some(inv) => {
                    prop_assert_eq!(rank, n);
                    let one = field.to_montgomery(1);
                    for (i, j) in (0..n * n).map(|k| (k / n, k % n)) {
                        let column: Vec<u64> = (0..n).map(|k| inv[k * n + j]).collect();
                        prop_assert_eq!(field.dot(&a[i * n..(i + 1) * n], &column), if i == j { one } else { 0 });
                    }
                }
            }
        }
    }
}
