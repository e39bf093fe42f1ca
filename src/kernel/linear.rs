//! Exact linear algebra on integers: vectors with a common denominator, and dot products in digit planes.
//!
//! A dot product of long integers spends its time on allocation when it is written with big integers. Here a vector
//! of integers is cut once into planes of signed 56-bit digits; a dot product is then a handful of plain
//! `i64 * i64 -> i128` loops and one carry pass, for any size of entry.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// A rational vector as integer numerators over one positive denominator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fractions {
    numerators: Vec<BigInt>,
    denominator: BigInt,
}

impl Fractions {
    /// The vector `numerators / denominator`; `None` unless the denominator is positive.
    pub fn new(numerators: Vec<BigInt>, denominator: BigInt) -> Option<Self> {
        denominator.is_positive().then_some(Self { numerators, denominator })
    }

    /// The vector of integers.
    pub fn integers(numerators: Vec<BigInt>) -> Self {
        Self { numerators, denominator: BigInt::one() }
    }

    /// The vector of zeros.
    pub fn zeros(len: usize) -> Self {
        Self::integers(vec![BigInt::zero(); len])
    }

    /// The same rationals over their least common denominator.
    pub fn from_rationals<'a>(values: impl IntoIterator<Item = &'a BigRational> + Clone) -> Self {
        let mut denominator = BigInt::one();
        for v in values.clone() {
            // Long denominators are mostly multiples of each other; a gcd is the last resort.
            if (v.denom() % &denominator).is_zero() {
                denominator = v.denom().clone();
            } else if !(&denominator % v.denom()).is_zero() {
                denominator = denominator.lcm(v.denom());
            }
        }
        let numerators = values.into_iter().map(|v| over(v, &denominator)).collect();
        Self { numerators, denominator }
    }

    /// Divides out the common factor of all numerators and the denominator.
    pub fn reduced(mut self) -> Self {
        let gcd = content(self.numerators.iter(), &self.denominator);
        if !gcd.is_one() {
            self.numerators.iter_mut().for_each(|n| *n /= &gcd);
            self.denominator /= &gcd;
        }
        self
    }

    /// The numerators.
    pub fn numerators(&self) -> &[BigInt] {
        &self.numerators
    }

    /// The positive common denominator.
    pub fn denominator(&self) -> &BigInt {
        &self.denominator
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.numerators.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.numerators.is_empty()
    }

    /// Whether every entry is zero.
    pub fn is_zero(&self) -> bool {
        self.numerators.iter().all(Zero::is_zero)
    }

    /// The entries as reduced rationals.
    pub fn rationals(&self) -> impl Iterator<Item = BigRational> + '_ {
        self.numerators.iter().map(|n| BigRational::new(n.clone(), self.denominator.clone()))
    }
}

/// Compares by cross-multiplication. The number crate's own order recurses once for each common partial quotient, which
/// overflows the stack on long numbers that are close.
pub fn compare(a: &BigRational, b: &BigRational) -> Ordering {
    (a.numer() * b.denom()).cmp(&(b.numer() * a.denom()))
}

/// The lesser of two rationals, by [`compare`].
pub fn lesser(a: BigRational, b: BigRational) -> BigRational {
    if compare(&b, &a).is_lt() { b } else { a }
}

/// The numerator of `value` over a multiple of its denominator; by a shift where that is a power of two.
pub fn over(value: &BigRational, denominator: &BigInt) -> BigInt {
    let own = value.denom();
    match own.trailing_zeros() {
        _ if own == denominator => value.numer().clone(),
        Some(twos) if twos + 1 == own.bits() => value.numer() * (denominator >> twos),
        _ => value.numer() * (denominator / own),
    }
}

/// The greatest common divisor of `start` and all values (non-negative).
pub fn content<'a>(values: impl Iterator<Item = &'a BigInt>, start: &BigInt) -> BigInt {
    let mut gcd = start.abs();
    for v in values {
        if gcd.is_one() {
            break;
        }
        gcd = gcd.gcd(v);
    }
    gcd
}

/// `sum_j a_j b_j` over the common length.
pub fn dot(a: &[BigInt], b: &[BigInt]) -> BigInt {
    a.iter().zip(b).filter(|(x, y)| !x.is_zero() && !y.is_zero()).map(|(x, y)| x * y).sum()
}

/// An integer row space in reduced echelon form, grown row by row; rows are kept primitive.
#[derive(Debug, Clone, Default)]
pub struct Echelon {
    /// Each row with its pivot column.
    rows: Vec<(usize, Vec<BigInt>)>,
}

impl Echelon {
    /// Adds a row; false if it lies in the span already.
    pub fn insert(&mut self, row: &[BigInt]) -> bool {
        let mut row = self.reduce(row);
        let Some(pivot) = row.iter().position(|v| !v.is_zero()) else { return false };
        make_primitive(&mut row);
        for (_, other) in &mut self.rows {
            eliminate(other, &row, pivot);
        }
        self.rows.push((pivot, row));
        true
    }

    /// Whether a row lies in the span.
    pub fn contains(&self, row: &[BigInt]) -> bool {
        self.reduce(row).iter().all(Zero::is_zero)
    }

    /// The dimension of the span.
    pub fn rank(&self) -> usize {
        self.rows.len()
    }

    /// The rows, in the order of insertion, each with its pivot column: its first that is not zero, where all others are.
    pub fn rows(&self) -> impl Iterator<Item = (usize, &[BigInt])> {
        self.rows.iter().map(|(pivot, row)| (*pivot, row.as_slice()))
    }

    /// The pivot columns, in the order of insertion.
    pub fn pivots(&self) -> Vec<usize> {
        self.rows.iter().map(|(pivot, _)| *pivot).collect()
    }

    /// The first vector of [`Self::null_space`]; `None` if every column has a pivot.
    pub fn null_vector(&self, width: usize) -> Option<Vec<BigInt>> {
        let pivots = self.pivots();
        (0..width).find(|c| !pivots.contains(c)).map(|free| self.null_vector_at(free, width))
    }

    /// A basis of the integer vectors of length `width` that are orthogonal to all rows: for each column without a pivot,
    /// ascending, one that is positive there and zero at the other such columns.
    pub fn null_space(&self, width: usize) -> Vec<Vec<BigInt>> {
        let pivots = self.pivots();
        (0..width).filter(|c| !pivots.contains(c)).map(|free| self.null_vector_at(free, width)).collect()
    }

    fn null_vector_at(&self, free: usize, width: usize) -> Vec<BigInt> {
        let scale = self.rows.iter().filter_map(|(c, row)| row.get(*c)).fold(BigInt::one(), |acc, v| acc.lcm(v));
        let mut u = vec![BigInt::zero(); width];
        for (pivot, row) in &self.rows {
            if let (Some(slot), Some(a), Some(b)) = (u.get_mut(*pivot), row.get(*pivot), row.get(free)) {
                *slot = -(b * (&scale / a));
            }
        }
        if let Some(slot) = u.get_mut(free) {
            *slot = scale;
        }
        make_primitive(&mut u);
        u
    }

    fn reduce(&self, row: &[BigInt]) -> Vec<BigInt> {
        let mut row = row.to_vec();
        for (pivot, base) in &self.rows {
            eliminate(&mut row, base, *pivot);
        }
        row
    }
}

/// Replaces `row` by the primitive combination with `base` that vanishes at column `pivot`.
fn eliminate(row: &mut [BigInt], base: &[BigInt], pivot: usize) {
    let (Some(r), Some(b)) = (row.get(pivot).cloned(), base.get(pivot).cloned()) else { return };
    if r.is_zero() {
        return;
    }
    row.iter_mut().zip(base).for_each(|(v, w)| *v = &*v * &b - w * &r);
    make_primitive(row);
}

/// Divides out the common factor; zero stays.
pub fn make_primitive(row: &mut [BigInt]) {
    let gcd = content(row.iter(), &BigInt::zero());
    if !gcd.is_zero() && !gcd.is_one() {
        row.iter_mut().for_each(|v| *v /= &gcd);
    }
}

/// Bits of one digit of [`Digits`].
pub const DIGIT_BITS: u32 = 56;
/// Entries whose digit products are added in one `i128`: a product is below 2^112, so their sum is below 2^126.
const CHUNK: usize = 1 << 14;
const DIGIT_MASK: i128 = (1 << DIGIT_BITS) - 1;

/// `sum_k a_k b_k` over the common length; the caller has seen to it that the sum fits.
pub fn dot_words(a: &[i64], b: &[i64]) -> i128 {
    a.iter().zip(b).fold(0, |sum: i128, (&x, &y)| sum.wrapping_add(i128::from(x).wrapping_mul(i128::from(y))))
}

/// An integer vector cut into planes of signed 56-bit digits: entry k is `sum_p planes[p][k] * 2^(56 p)`, and all
/// digits of an entry have its sign.
#[derive(Debug, Clone)]
pub struct Digits {
    len: usize,
    planes: Vec<Vec<i64>>,
}

impl Digits {
    /// Cuts the integers into planes; as many planes as the longest needs.
    pub fn new<'a>(values: impl ExactSizeIterator<Item = &'a BigInt> + Clone) -> Self {
        let len = values.len();
        let bits = values.clone().map(BigInt::bits).max().unwrap_or(0);
        let count = bits.div_ceil(u64::from(DIGIT_BITS)) as usize;
        let mut planes = vec![vec![0i64; len]; count];
        for (k, value) in values.enumerate() {
            let sign = if value.sign() == Sign::Minus { -1 } else { 1 };
            let words: Vec<u64> = value.iter_u64_digits().collect();
            for (p, plane) in planes.iter_mut().enumerate() {
                if let Some(slot) = plane.get_mut(k) {
                    *slot = sign * digit(&words, p) as i64;
                }
            }
        }
        Self { len, planes }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The planes, least significant first.
    pub fn planes(&self) -> &[Vec<i64>] {
        &self.planes
    }

    /// The vector whose entry k is entry k of `choices[pick(k)]`, or zero where `pick(k)` is out of range.
    pub fn select(choices: &[&Self], pick: impl Fn(usize) -> usize) -> Self {
        let len = choices.iter().map(|c| c.len).max().unwrap_or(0);
        let count = choices.iter().map(|c| c.planes.len()).max().unwrap_or(0);
        let picks: Vec<usize> = (0..len).map(pick).collect();
        let plane = |p: usize| {
            let sources: Vec<Option<&Vec<i64>>> = choices.iter().map(|c| c.planes.get(p)).collect();
            let entry = |(k, &c): (usize, &usize)| {
                sources.get(c).copied().flatten().and_then(|s| s.get(k)).copied().unwrap_or(0)
            };
            picks.iter().enumerate().map(entry).collect()
        };
        Self { len, planes: (0..count).map(plane).collect() }
    }

    /// `sum_k self_k other_k` over the common length.
    ///
    /// At most [`CHUNK`] digit products are added up in one place. Where there would be more, what a sum has above 56 bits
    /// is carried before the next one is added, so that nothing overflows for any length.
    pub fn dot(&self, other: &Self) -> BigInt {
        let mut sums = vec![0i128; self.planes.len() + other.planes.len() + 1];
        let products = self.len.min(other.len) * self.planes.len().min(other.planes.len());
        for (p, a) in self.planes.iter().enumerate() {
            if products <= CHUNK {
                let places = sums.iter_mut().skip(p).zip(&other.planes);
                places.for_each(|(sum, b)| *sum += dot_words(a, b));
                continue;
            }
            for (q, b) in other.planes.iter().enumerate() {
                let Some([low, high]) = sums.get_mut(p + q..p + q + 2) else { continue };
                for (a, b) in a.chunks(CHUNK).zip(b.chunks(CHUNK)) {
                    let sum = dot_words(a, b);
                    *low += sum & DIGIT_MASK;
                    *high += sum >> DIGIT_BITS;
                }
            }
        }
        from_digit_sums(&sums)
    }
}

/// Digit `p` of a magnitude given in 64-bit words.
fn digit(words: &[u64], p: usize) -> u64 {
    let start = p * DIGIT_BITS as usize;
    let (word, shift) = (start / 64, start % 64);
    let low = words.get(word).copied().unwrap_or(0) >> shift;
    let high = if shift == 0 { 0 } else { words.get(word + 1).copied().unwrap_or(0) << (64 - shift) };
    (low | high) & ((1 << DIGIT_BITS) - 1)
}

/// `sum_s sums[s] * 2^(56 s)`, by one carry pass that packs the digits, seven bytes each.
pub fn from_digit_sums(sums: &[i128]) -> BigInt {
    let mut carry = 0i128;
    let mut bytes: Vec<u8> = Vec::with_capacity(7 * sums.len());
    for &sum in sums {
        let total = carry + sum;
        bytes.extend((total & DIGIT_MASK).to_le_bytes().iter().take(7));
        carry = total >> DIGIT_BITS;
    }
    let magnitude = BigInt::from_bytes_le(Sign::Plus, &bytes);
    // What is left above the last digit may be negative.
    if carry == 0 { magnitude } else { magnitude + (BigInt::from(carry) << (8 * bytes.len())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn big() -> impl Strategy<Value = BigInt> {
        (proptest::collection::vec(any::<u32>(), 0..9), any::<bool>())
            .prop_map(|(w, neg)| BigInt::from_slice(if neg { Sign::Minus } else { Sign::Plus }, &w))
    }

    proptest! {
        #[test]
        fn digit_planes_give_the_same_dot_product(pairs in proptest::collection::vec((big(), big()), 0..12)) {
            let (a, b): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            prop_assert_eq!(Digits::new(a.iter()).dot(&Digits::new(b.iter())), dot(&a, &b));
        }

        #[test]
        fn selection_picks_entries(pairs in proptest::collection::vec((big(), big(), 0usize..3, big()), 1..9)) {
            let a: Vec<_> = pairs.iter().map(|p| p.0.clone()).collect();
            let b: Vec<_> = pairs.iter().map(|p| p.1.clone()).collect();
            let d: Vec<_> = pairs.iter().map(|p| p.3.clone()).collect();
            let picked = Digits::select(&[&Digits::new(a.iter()), &Digits::new(b.iter())], |k| pairs[k].2);
            let expected: BigInt = pairs.iter().map(|p| match p.2 { 0 => &p.0 * &p.3, 1 => &p.1 * &p.3, _ => BigInt::zero() }).sum();
            prop_assert_eq!(picked.dot(&Digits::new(d.iter())), expected);
        }

        #[test]
        fn fractions_keep_their_values(values in proptest::collection::vec((any::<i64>(), 1i64..1000), 0..6)) {
            let values: Vec<_> = values.into_iter().map(|(p, q)| BigRational::new(p.into(), q.into())).collect();
            let f = Fractions::from_rationals(&values);
            prop_assert_eq!(f.rationals().collect::<Vec<_>>(), values.clone());
            prop_assert_eq!(f.reduced().rationals().collect::<Vec<_>>(), values);
        }
    }
}
