//! Square systems by p-adic lifting (Dixon, Numer. Math. 40, 1982).
//!
//! With C = A^-1 mod p, the solution of A x = b is found digit by digit in base p: x_i = C r_i mod p and
//! r_{i+1} = (r_i + b_{i+1} - A x_i) / p, where b_i are the digits of b, so that r never outgrows A. Enough digits
//! determine the fractions; every candidate is checked exactly.

use super::modular::{Field, inverse};
use super::planes::{Planes, first_failing_row, max_bits};
use super::reconstruct::{Radix, rational};
use super::threads::for_each_row;
use crate::kernel::linear::{Fractions, dot_words};
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, ToPrimitive};

/// Bits by which a candidate must be smaller than chance would make it.
const SURPLUS_BITS: u64 = 64;
/// Bits by which the fixed combination of unknowns may be longer than an unknown: weights of 16 bits, sums of 2^16.
const WEIGHT_BITS: u64 = 32;
/// Length of a factor of the denominator that is found without all digits.
const FACTOR_BITS: u64 = 32;
/// log2 p, rounded down, in 1/1000: every prime of the list lies between 2^60.999 and 2^61.
const MILLIBITS: u64 = 60_999;
/// Planes of digits that are looked at for bounds: 8 of 56 bits stay far below the largest square of an `f64`.
const LEADING_PLANES: usize = 8;

/// A system that is being lifted.
pub struct Lifting<'a> {
    field: Field,
    a: &'a Planes,
    b: &'a [BigInt],
    /// A^-1 mod p, row-major, in Montgomery form.
    inverse: Vec<u64>,
    /// `b_digits[j]` are the digits of b_j in base p, with its sign.
    b_digits: Vec<Vec<i64>>,
    /// r: `limbs` digits of `a.width` bits per row, the last one signed.
    residual: Vec<i64>,
    limbs: usize,
    /// `steps[i]` holds digit i of all unknowns.
    steps: Vec<Vec<i64>>,
    radix: Radix,
}

impl<'a> Lifting<'a> {
    /// Prepares `a x = b` for a square `a`; `None` if it is singular modulo the field's prime.
    pub fn new(field: Field, a: &'a Planes, b: &'a [BigInt]) -> Option<Self> {
        let inverse = inverse(&field, a.residues(&field), a.rows)?;
        // |r| < n max|A| + 1 after a step, and one bit for the sign.
        let bits = a.planes.len() * a.width as usize + a.cols.ilog2() as usize + 3;
        let limbs = bits.div_ceil(a.width as usize);
        let radix = Radix::new(field.prime(), digits_for(max_bits(b)));
        let mut b_digits = vec![Vec::new(); b.len()];
        for_each_row(&mut b_digits, 1, digits_for(max_bits(b)).pow(2), |j, out| {
            let sign = if b[j].sign() == Sign::Minus { -1 } else { 1 };
            out[0] = radix.split(b[j].magnitude()).into_iter().map(|d| sign * d as i64).collect();
        });
        let residual = vec![0; a.rows * limbs];
        Some(Self { field, a, b, inverse, b_digits, residual, limbs, steps: Vec::new(), radix })
    }

    /// The solution; with `checked`, all equations were checked exactly, else it is wrong with a chance of 2^-64. `None`
    /// only if the bounds on its size were wrong.
    pub fn solve(mut self, checked: bool) -> Option<Fractions> {
        let (numerator_bits, denominator_bits) = cramer_bits(self.a, self.b);
        let last = digits_for(numerator_bits + denominator_bits + SURPLUS_BITS + WEIGHT_BITS) + 1;
        let excess = numerator_bits as i64 - denominator_bits as i64;
        let mut stop = last.min(8);
        loop {
            while self.steps.len() < stop {
                self.step();
            }
            self.radix.grow(stop);
            let found = self.candidate(excess);
            if let Some((numerators, denominator)) = found
                && (!checked || first_failing_row(self.a, self.b, &numerators, &denominator).is_none())
            {
                return Fractions::new(numerators, denominator);
            }
            if stop >= last {
                return None;
            }
            let next = stop * 9 / 8 + 4;
            stop = if next + next / 8 >= last { last } else { next };
        }
    }

    /// The solution over a denominator that is known beforehand, which takes about half the digits; not checked. `None` if
    /// no numerators within the bounds on their size fit.
    pub fn solve_over(mut self, denominator: &BigInt) -> Option<Fractions> {
        let last = digits_for(cramer_bits(self.a, self.b).0 + SURPLUS_BITS) + 1;
        let mut stop = digits_for(denominator.bits() + 4 * SURPLUS_BITS).min(last);
        loop {
            while self.steps.len() < stop {
                self.step();
            }
            self.radix.grow(stop);
            let modulus = self.radix.power(stop);
            let mut numerators: Vec<Option<BigInt>> = vec![None; self.a.cols];
            for_each_row(&mut numerators, 1, 4 * stop * stop, |j, out| {
                let value = denominator.magnitude() * self.unknown(j, stop) % &modulus;
                let opposite = &modulus - &value;
                let (sign, size) = if opposite < value { (Sign::Minus, opposite) } else { (Sign::Plus, value) };
                out[0] = (size.bits() + SURPLUS_BITS <= modulus.bits()).then(|| BigInt::from_biguint(sign, size));
            });
            if let Some(numerators) = numerators.into_iter().collect::<Option<Vec<BigInt>>>() {
                return Fractions::new(numerators, denominator.clone());
            }
            if stop >= last {
                return None;
            }
            stop = (stop * 9 / 8 + 4).min(last);
        }
    }

    /// One digit of every unknown.
    fn step(&mut self) {
        let (field, a, n) = (self.field, self.a, self.a.rows);
        let i = self.steps.len();
        let b_digits: Vec<i64> = self.b_digits.iter().map(|digits| digits.get(i).copied().unwrap_or(0)).collect();
        let shift = field.to_montgomery(1 << a.width);
        let residue = |(r, &b): (&[i64], &i64)| {
            let high = r.iter().rev().fold(0, |acc, &d| field.mul(acc, shift) + field.residue_of_word(d));
            (high + field.residue_of_word(b)) % field.prime()
        };
        let residues: Vec<u64> = self.residual.chunks(self.limbs).zip(&b_digits).map(residue).collect();
        let mut x = vec![0i64; n];
        for_each_row(&mut x, 1, n, |j, out| out[0] = field.dot(&self.inverse[j * n..(j + 1) * n], &residues) as i64);
        for_each_row(&mut self.residual, self.limbs, n * a.planes.len(), |j, r| {
            let x = &x[a.span(j)];
            let products = a.row(j).map(|digits| dot_words(digits, x));
            subtract_and_divide(r, b_digits[j], products, a.width, &field);
        });
        self.steps.push(x);
    }

    /// Numerators over a common positive denominator, guessed from the digits there are; `excess` is by how many
    /// bits numerators are expected to be longer than the denominator.
    fn candidate(&self, excess: i64) -> Option<(Vec<BigInt>, BigInt)> {
        let modulus = self.radix.power(self.steps.len());
        let balanced = ((modulus.bits() as i64 + excess) / 2).max(0) as u64;
        let weighted = |x: &Vec<i64>| (0..).zip(x).map(|(j, &d)| weight(j) * d as u128).sum();
        let combination = self.radix.compose_wide(self.steps.iter().map(weighted)) % &modulus;
        let (top, denominator) = plausible(&combination, &modulus, balanced)?;
        // Numerators are about as long as the combination's, so that fewer digits give them. Where the denominator
        // lacks a factor (which the combination cancelled), it is mostly a small one.
        let short = digits_for(top.bits() + 2 * SURPLUS_BITS).min(self.steps.len());
        let short_modulus = self.radix.power(short);
        let most = short_modulus.bits().saturating_sub(SURPLUS_BITS + FACTOR_BITS);
        let mut guesses: Vec<Option<(BigInt, BigUint)>> = vec![None; self.a.cols];
        for_each_row(&mut guesses, 1, 4 * short * short, |j, out| {
            let value = &denominator * self.unknown(j, short) % &short_modulus;
            out[0] = plausible(&value, &short_modulus, most).or_else(|| {
                let value = &denominator * self.unknown(j, self.steps.len()) % &modulus;
                plausible(&value, &modulus, balanced)
            });
        });
        let guesses: Vec<(BigInt, BigUint)> = guesses.into_iter().collect::<Option<_>>()?;
        let lacking = guesses.iter().fold(BigUint::one(), |acc, (_, f)| if f.is_one() { acc } else { acc.lcm(f) });
        let scaled = |(n, f): (BigInt, BigUint)| if f == lacking { n } else { n * BigInt::from(&lacking / f) };
        Some((guesses.into_iter().map(scaled).collect(), (denominator * &lacking).into()))
    }

    /// Unknown `j` modulo p^digits.
    fn unknown(&self, j: usize, digits: usize) -> BigUint {
        self.radix.compose(&self.steps[..digits].iter().map(|x| x[j] as u64).collect::<Vec<_>>())
    }
}

/// `r = (r + b - product) / p`, an exact division from the low digit up, the last digit signed.
fn subtract_and_divide(r: &mut [i64], b: i64, products: impl Iterator<Item = i128>, width: u32, field: &Field) {
    let mut products = products.fuse();
    let mut carry = i128::from(b);
    let mask = (1u64 << width) - 1;
    for digit in r.iter_mut() {
        let total = carry + i128::from(*digit) - products.next().unwrap_or(0);
        let quotient = (total as u64).wrapping_mul(field.inverse_modulo_word()) & mask;
        carry = (total - i128::from(quotient) * i128::from(field.prime())) >> width;
        *digit = quotient as i64;
    }
    if let Some(last) = r.last_mut() {
        *last = *last << (64 - width) >> (64 - width);
    }
}

/// Digits in base p that hold every number of so many bits.
fn digits_for(bits: u64) -> usize {
    (bits * 1000 / MILLIBITS) as usize + 1
}

/// Fixed weights that look like chance (the multiplier of splitmix64), below 2^16.
fn weight(j: u64) -> u128 {
    (j.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48 | 1).into()
}

/// The fraction that `x` is modulo `modulus`, with a numerator of at most `bits` bits, if it is shorter than chance
/// would make it.
fn plausible(x: &BigUint, modulus: &BigUint, bits: u64) -> Option<(BigInt, BigUint)> {
    let most = modulus.bits().saturating_sub(SURPLUS_BITS + 1);
    let (n, d) = rational(x, modulus, bits.min(most));
    (n.bits() + d.bits() + SURPLUS_BITS <= modulus.bits()).then_some((n, d))
}

/// Bounds in bits for the numerators and the denominator of the solution (Cramer's rule, Hadamard's inequality).
fn cramer_bits(a: &Planes, b: &[BigInt]) -> (u64, u64) {
    let n = a.cols;
    let scale = f64::from(a.width).exp2();
    let (mut rows, mut cols) = (vec![0f64; n], vec![0f64; n]);
    for k in 0..n * n {
        // Only the leading planes: squares of longer numbers would overflow. What is left out is below 2^-300 of it.
        let digits = a.planes.iter().rev().take(LEADING_PLANES).map(|plane| plane[k] as f64);
        let entry = digits.fold(0.0, |acc, digit| acc * scale + digit);
        rows[k / n] += entry * entry;
        cols[k % n] += entry * entry;
    }
    let left_out = a.planes.len().saturating_sub(LEADING_PLANES) as f64 * f64::from(a.width);
    let log = |square: &f64| (square + 1.0).log2() / 2.0 + left_out;
    let by_columns: f64 = cols.iter().map(log).sum();
    let by_rows: f64 = rows.iter().map(log).sum();
    let least_column = cols.iter().map(log).fold(f64::INFINITY, f64::min);
    let norm_b = max_bits(b) as f64 + (n as f64).log2() / 2.0;
    let with_b: f64 = rows.iter().zip(b).map(|(row, b)| log(row).max(b.bits() as f64) + 0.5).sum();
    let bits = |log: f64| log.ceil().to_u64().unwrap_or(0) + 2;
    (bits((by_columns - least_column + norm_b).min(with_b)), bits(by_columns.min(by_rows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::modular::PRIMES;
    use crate::exact::planes::width_for;
    use proptest::prelude::*;

    fn solve(a: &[BigInt], b: &[BigInt]) -> Option<Fractions> {
        let n = b.len();
        let planes = Planes::new(a.chunks(n), n, width_for(n, max_bits(a), max_bits(b)));
        Lifting::new(Field::new(PRIMES[0]), &planes, b)?.solve(true)
    }

    #[test]
    fn a_factor_that_the_combination_cancels_is_found() {
        // x_0 = w_1 / 7 and x_1 = -w_0 / 7: their combination is zero.
        let (w0, w1) = (BigInt::from(weight(0)), BigInt::from(weight(1)));
        let a: Vec<BigInt> = [7, 0, 0, 7].map(BigInt::from).into();
        let x = solve(&a, &[w1.clone(), -&w0]).unwrap();
        assert_eq!(x, Fractions::new(vec![w1, -w0], 7.into()).unwrap());
    }

    #[test]
    fn a_long_factor_that_the_combination_cancels_is_found() {
        let (w0, w1) = (BigInt::from(weight(0)), BigInt::from(weight(1)));
        let d: BigInt = (BigInt::from(1) << 521) - 1;
        let zero = BigInt::from(0);
        let x = solve(&[d.clone(), zero.clone(), zero, d.clone()], &[w1.clone(), -&w0]).unwrap();
        assert_eq!(x, Fractions::new(vec![w1, -w0], d).unwrap());
    }

    #[test]
    fn long_entries_in_many_planes_are_solved() {
        let big = |k: usize| BigInt::from(3 * k * k + 1) << (700 * (k % 5)) | BigInt::from(k + 1);
        let a: Vec<BigInt> = (0..16).map(big).collect();
        let x = solve(&a, &[1, 2, 3, 4].map(BigInt::from)).unwrap();
        assert!(x.denominator().bits() > 2800);
    }

    proptest! {
        #[test]
        fn residuals_are_divided_exactly(r in -(1i128 << 100)..1 << 100, wide in any::<bool>()) {
            let field = Field::new(PRIMES[1]);
            let width = if wide { 56 } else { 48 };
            // The multiple p r, given as minus a sum of products, has the quotient r.
            let low = (r & ((1 << width) - 1)) * i128::from(field.prime());
            let high = (r >> width) & ((1 << width) - 1);
            let top = r >> (2 * width);
            let products = [-low, -high * i128::from(field.prime()), -top * i128::from(field.prime())];
            let mut digits = [0i64; 3];
            subtract_and_divide(&mut digits, 0, products.into_iter(), width, &field);
            let value = digits.iter().rev().fold(0i128, |acc, &d| (acc << width) + i128::from(d));
            prop_assert_eq!(value, r);
        }
    }
}
