//! Integer matrices in planes of signed digits, wide enough that a 53-bit float mantissa is one digit.
//!
//! The kernel's `Digits` have 56 bits, which suits any length of sums; here the width is chosen for the sizes at hand.

use super::modular::Field;
use super::threads::for_each_row;
use crate::kernel::linear::dot_words;
use num_bigint::{BigInt, Sign};
use std::ops::Range;

/// Digit width for everyday sizes: products with a residue below 2^61 leave 10 bits for the length of a sum.
const WIDE: u32 = 56;
/// Digit width for all other sizes: 18 bits for the length of a sum.
const NARROW: u32 = 48;

/// A rows x cols matrix: entry (i, j) is `sum_d planes[d][i * cols + j] * 2^(width d)`, digits with the entry's sign.
#[derive(Debug, Clone)]
pub struct Planes {
    pub rows: usize,
    pub cols: usize,
    pub width: u32,
    pub planes: Vec<Vec<i64>>,
    /// For each row the columns from its first to its last entry that is not zero.
    spans: Vec<Range<usize>>,
}

/// A width with which no sum of digit products overflows an `i128` when rows of `cols` entries of `a_bits` bits and
/// right-hand sides of `b_bits` bits are multiplied by longer numbers, or rows by residues (up to 2^17 columns).
pub fn width_for(cols: usize, a_bits: u64, b_bits: u64) -> u32 {
    let digits = |bits: u64| bits / u64::from(WIDE) + 1;
    let terms = (cols as u64).saturating_mul(digits(a_bits)).max(digits(b_bits));
    if cols < 1000 && terms < 1 << 13 { WIDE } else { NARROW }
}

/// The longest of some integers, in bits.
pub fn max_bits<'a>(values: impl IntoIterator<Item = &'a BigInt>) -> u64 {
    values.into_iter().map(BigInt::bits).max().unwrap_or(0)
}

impl Planes {
    /// Cuts a matrix, given by rows of `cols` entries, into digits.
    pub fn new<'a>(rows: impl Iterator<Item = &'a [BigInt]> + Clone, cols: usize, width: u32) -> Self {
        let count = max_bits(rows.clone().flatten()).div_ceil(u64::from(width)) as usize;
        let height = rows.clone().count();
        let mut planes = vec![vec![0i64; height * cols]; count];
        let mut words: Vec<u64> = Vec::new();
        for (k, value) in rows.flatten().enumerate() {
            words.clear();
            words.extend(value.iter_u64_digits());
            let sign = if value.sign() == Sign::Minus { -1 } else { 1 };
            let used = value.bits().div_ceil(u64::from(width)) as usize;
            for (d, plane) in planes.iter_mut().enumerate().take(used) {
                plane[k] = sign * digit(&words, d * width as usize, width);
            }
        }
        let span = |i: usize| {
            let of_row = |p: &Vec<i64>| {
                let digits = &p[i * cols..(i + 1) * cols];
                let first = digits.iter().position(|d| *d != 0)?;
                Some((first, digits.iter().rposition(|d| *d != 0)? + 1))
            };
            let wider = |a: (usize, usize), b: (usize, usize)| (a.0.min(b.0), a.1.max(b.1));
            planes.iter().filter_map(of_row).reduce(wider).map_or(0..0, |(first, end)| first..end)
        };
        let spans = (0..height).map(span).collect();
        Self { rows: height, cols, width, planes, spans }
    }

    /// The columns of row `i` outside of which all is zero.
    pub fn span(&self, i: usize) -> Range<usize> {
        self.spans[i].clone()
    }

    /// The digits of row `i` on its [`Self::span`], plane by plane.
    pub fn row(&self, i: usize) -> impl Iterator<Item = &[i64]> {
        let span = self.span(i);
        self.planes.iter().map(move |p| &p[i * self.cols..(i + 1) * self.cols][span.clone()])
    }

    /// All entries' residues, row-major, in Montgomery form.
    pub fn residues(&self, field: &Field) -> Vec<u64> {
        let mut out = vec![0; self.rows * self.cols];
        let shift = field.to_montgomery(1 << self.width);
        for plane in self.planes.iter().rev() {
            for (x, &d) in out.iter_mut().zip(plane) {
                *x = field.mul(*x, shift) + field.to_montgomery(field.residue_of_word(d));
            }
        }
        out.iter_mut().for_each(|x| *x %= field.prime());
        out
    }
}

/// `width` bits of a magnitude from bit `start` on.
fn digit(words: &[u64], start: usize, width: u32) -> i64 {
    let (word, shift) = (start / 64, start % 64);
    let low = words.get(word).copied().unwrap_or(0) >> shift;
    let high = if shift == 0 { 0 } else { words.get(word + 1).copied().unwrap_or(0) << (64 - shift) };
    ((low | high) & ((1 << width) - 1)) as i64
}

/// The first row of `a x = b` that does not hold exactly for x = numerators / denominator; `None` if all hold.
pub fn first_failing_row(a: &Planes, b: &[BigInt], numerators: &[BigInt], denominator: &BigInt) -> Option<usize> {
    // One vector, transposed into one matrix row, so that each plane is one contiguous run of digits.
    let x = Planes::new(std::iter::once(numerators), a.cols, a.width);
    let right = Planes::new(b.chunks(1), 1, a.width);
    let den = Planes::new(std::iter::once(std::slice::from_ref(denominator)), 1, a.width);
    let mut holds = vec![false; a.rows];
    let work = a.cols * x.planes.len() * a.planes.len() + right.planes.len() * den.planes.len();
    for_each_row(&mut holds, 1, work, |i, out| {
        let length = (a.planes.len() + x.planes.len()).max(right.planes.len() + den.planes.len());
        let mut sums = vec![0i128; length];
        let span = a.span(i);
        for (d, digits) in a.row(i).enumerate() {
            for (sum, plane) in sums[d..].iter_mut().zip(&x.planes) {
                *sum += dot_words(digits, &plane[span.clone()]);
            }
        }
        for (d, digit) in right.row(i).enumerate().filter(|(_, digit)| digit.first().is_some_and(|d| *d != 0)) {
            for (sum, plane) in sums[d..].iter_mut().zip(&den.planes) {
                *sum -= dot_words(digit, plane);
            }
        }
        out[0] = is_zero(&sums, a.width);
    });
    holds.iter().position(|&h| !h)
}

/// Whether `sum_d sums[d] 2^(width d)` is zero, by one carry pass.
fn is_zero(sums: &[i128], width: u32) -> bool {
    let carry = sums.iter().try_fold(0i128, |carry, sum| {
        let total = carry + sum;
        (total & ((1 << width) - 1) == 0).then_some(total >> width)
    });
    carry == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::Zero;
    use proptest::prelude::*;

    fn big() -> impl Strategy<Value = BigInt> {
        (proptest::collection::vec(any::<u32>(), 0..9), any::<bool>())
            .prop_map(|(w, neg)| BigInt::from_slice(if neg { Sign::Minus } else { Sign::Plus }, &w))
    }

    proptest! {
        #[test]
        fn the_check_finds_the_row_that_fails(
            a in proptest::collection::vec(big(), 12), x in proptest::collection::vec(big(), 3), den in 1i64..i64::MAX,
            width in prop_oneof![Just(WIDE), Just(NARROW)], at in 0..4usize, error in -1i64..2,
        ) {
            let den = BigInt::from(den);
            let scaled: Vec<BigInt> = x.iter().map(|v| v * &den).collect();
            let mut b: Vec<BigInt> = a.chunks(3).map(|r| r.iter().zip(&x).map(|(p, q)| p * q).sum()).collect();
            b[at] += error;
            let planes = Planes::new(a.chunks(3), 3, width);
            let expected = (error != 0).then_some(at);
            prop_assert_eq!(first_failing_row(&planes, &b, &scaled, &den), expected);
        }

        #[test]
        fn residues_are_those_of_the_integers(a in proptest::collection::vec(big(), 6)) {
            let field = Field::new(crate::exact::modular::PRIMES[0]);
            let residues = Planes::new(a.chunks(3), 3, WIDE).residues(&field);
            let expected: Vec<u64> = a.iter().map(|v| field.to_montgomery(field.residue(v))).collect();
            prop_assert_eq!(residues, expected);
        }

        #[test]
        fn zero_is_told_from_other_sums(sums in proptest::collection::vec(-(1i128 << 100)..1 << 100, 0..5)) {
            let value: BigInt = sums.iter().enumerate().map(|(d, &s)| BigInt::from(s) << (48 * d)).sum();
            prop_assert_eq!(is_zero(&sums, 48), value.is_zero());
        }
    }
}
