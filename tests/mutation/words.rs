//! The words of docs/FORMAT.md, section 2: counts, rationals, hex.

use crate::common::linear::Q;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Zero, pow};

/// `0` or `[1-9][0-9]*`, at most 2^64 - 1.
pub fn count(word: &str) -> Option<u64> {
    digits(word).then(|| word.parse().ok()).flatten()
}

/// `-?(0|[1-9a-f][0-9a-f]*)` but not `-0`, at most 2^17 digits.
pub fn hex(word: &str) -> Option<BigInt> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let all = !digits.is_empty() && digits.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    let plain = word == "0" || !digits.starts_with('0');
    (all && plain && digits.len() <= 1 << 17).then(|| BigInt::parse_bytes(word.as_bytes(), 16)).flatten()
}

/// An integer, a fraction in lowest terms, or a decimal.
pub fn rational(word: &str) -> Option<Q> {
    if word.len() > 4096 || word == "-0" {
        return None;
    }
    if let Some((numerator, denominator)) = word.split_once('/') {
        let (numerator, denominator) = (integer(numerator)?, integer(denominator)?);
        let lowest = denominator > BigInt::one() && numerator.gcd(&denominator).is_one();
        return lowest.then(|| Q::new(numerator, denominator));
    }
    let (mantissa, exponent) = match word.find(['e', 'E']) {
        Some(at) => (&word[..at], exponent(&word[at + 1..])?),
        None => (word, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    if !digits(whole.strip_prefix('-').unwrap_or(whole)) {
        return None;
    }
    let fraction = match fraction {
        Some(f) if f.is_empty() || !f.chars().all(|c| c.is_ascii_digit()) => return None,
        Some(f) => f,
        None => "",
    };
    let value = Q::from_integer(BigInt::parse_bytes(format!("{whole}{fraction}").as_bytes(), 10)?);
    let ten = |n: usize| Q::from_integer(pow(BigInt::from(10), n));
    let value = value / ten(fraction.len());
    Some(if exponent < 0 { value / ten(exponent.unsigned_abs()) } else { value * ten(exponent.unsigned_abs()) })
}

fn digits(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()) && (word == "0" || !word.starts_with('0'))
}

fn integer(word: &str) -> Option<BigInt> {
    let plain = digits(word.strip_prefix('-').unwrap_or(word));
    let value = plain.then(|| BigInt::parse_bytes(word.as_bytes(), 10)).flatten()?;
    (!value.is_zero() || word == "0").then_some(value)
}

fn exponent(word: &str) -> Option<isize> {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    let plain = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    let value: isize = plain.then(|| digits.parse().ok()).flatten()?;
    (value <= 4096).then_some(if word.starts_with('-') { -value } else { value })
}
