//! Exact numbers: one strict grammar for reading them, one canonical way of printing them.
//!
//! The grammar is narrower than the number crates' own: no `+7`, `007`, `1_000`, `2/4`, `.5` or `5.`,
//! and every length has a limit, so that hostile text costs no more than its size.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::fmt;

/// Longest decimal text of one number, in characters (decimal parsing is quadratic).
pub const MAX_DECIMAL_CHARS: usize = 4096;
/// Largest decimal exponent in absolute value, as in `1e-308`.
pub const MAX_EXPONENT: u32 = 4096;
/// Longest hexadecimal integer, in digits (half a Mbit): greatest common divisors of longer ones take too long.
pub const MAX_HEX_DIGITS: usize = 1 << 17;

/// Why a text is not a number of the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// The text is longer than the limit.
    TooLong,
    /// The text is not in the grammar.
    Grammar,
    /// A fraction `p/q` that is not in lowest terms, or whose denominator is 0 or 1.
    NotLowestTerms,
    /// The text is not a hexadecimal integer of the grammar.
    Hexadecimal,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the number is longer than the limit",
            Self::Grammar => "not a number: expected an integer, a fraction p/q or a decimal such as -0.25 or 1e-3",
            Self::NotLowestTerms => "the fraction is not in lowest terms",
            Self::Hexadecimal => "digits 0-9a-f, a minus before negative ones, no leading zeros, no -0",
        })
    }
}

/// Reads a rational: an integer `-?(0|[1-9][0-9]*)`, a fraction `p/q` in lowest terms with q > 1, or a decimal
/// `-?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?`, which is read exactly. `-0` is zero only as a decimal (`-0.0`).
pub fn parse_rational(text: &str) -> Result<BigRational, NumberError> {
    if text.len() > MAX_DECIMAL_CHARS {
        return Err(NumberError::TooLong);
    }
    if let Some((p, q)) = text.split_once('/') {
        let (p, q) = (parse_int(p)?, parse_int(q)?);
        if q <= BigInt::one() || !p.gcd(&q).is_one() {
            return Err(NumberError::NotLowestTerms);
        }
        return Ok(BigRational::new_raw(p, q));
    }
    parse_decimal(text)
}

/// Reads a decimal integer of the grammar.
pub fn parse_int(text: &str) -> Result<BigInt, NumberError> {
    if text.len() > MAX_DECIMAL_CHARS {
        return Err(NumberError::TooLong);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !plain_digits(digits) || (digits == "0" && text != "0") {
        return Err(NumberError::Grammar);
    }
    BigInt::parse_bytes(text.as_bytes(), 10).ok_or(NumberError::Grammar)
}

/// Reads a hexadecimal integer of certificates: `-?(0|[1-9a-f][0-9a-f]*)`, lower case, no `-0`.
pub fn parse_hex(text: &str) -> Result<BigInt, NumberError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() > MAX_HEX_DIGITS {
        return Err(NumberError::TooLong);
    }
    let ok = digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && !digits.is_empty()
        && (text == "0" || !digits.starts_with('0'));
    if !ok {
        return Err(NumberError::Hexadecimal);
    }
    BigInt::parse_bytes(text.as_bytes(), 16).ok_or(NumberError::Hexadecimal)
}

/// Prints an integer as certificates write it; [`parse_hex`] reads it back.
pub fn format_hex(value: &BigInt) -> String {
    value.to_str_radix(16)
}

/// A number of things in words: `1 sample`, `2 samples`.
pub fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn plain_digits(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()) && (s == "0" || !s.starts_with('0'))
}

fn parse_decimal(text: &str) -> Result<BigRational, NumberError> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((m, e)) => (m, parse_exponent(e)?),
        None => (text, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return Err(NumberError::Grammar),
        Some((w, f)) => (w, f),
        None => (mantissa, ""),
    };
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    let integer_minus_zero = text == "-0";
    if !plain_digits(unsigned) || integer_minus_zero || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Grammar);
    }
    let digits = format!("{whole}{fraction}");
    let digits = BigInt::parse_bytes(digits.as_bytes(), 10).ok_or(NumberError::Grammar)?;
    let shift = exponent - fraction.len() as i64;
    let power = num_traits::pow(BigInt::from(10), shift.unsigned_abs() as usize);
    Ok(if shift >= 0 { BigRational::from_integer(digits * power) } else { BigRational::new(digits, power) })
}

fn parse_exponent(text: &str) -> Result<i64, NumberError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Grammar);
    }
    match digits.parse::<u32>() {
        Ok(e) if e <= MAX_EXPONENT => Ok(if text.starts_with('-') { -i64::from(e) } else { i64::from(e) }),
        _ => Err(NumberError::TooLong),
    }
}

/// The rational that an IEEE binary format of the given widths denotes, from its bit pattern; `None` for NaN and infinities.
///
/// `exponent_bits` and `mantissa_bits` are (5, 10) for f16, (8, 7) for bf16, (8, 23) for f32 and (11, 52) for f64.
pub fn dyadic_from_bits(bits: u64, exponent_bits: u32, mantissa_bits: u32) -> Option<BigRational> {
    let fraction = bits & ((1 << mantissa_bits) - 1);
    let exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
    let negative = (bits >> (mantissa_bits + exponent_bits)) & 1 == 1;
    if exponent == (1 << exponent_bits) - 1 {
        return None;
    }
    let bias = (1i64 << (exponent_bits - 1)) - 1;
    let (significand, exponent) = match exponent {
        0 => (fraction, 1),
        e => (fraction | (1 << mantissa_bits), e as i64),
    };
    let power = exponent - bias - i64::from(mantissa_bits);
    let value = if power >= 0 {
        BigRational::from_integer(BigInt::from(significand) << power)
    } else {
        let twos = u64::from(significand.trailing_zeros()).min(power.unsigned_abs());
        let shift = if significand == 0 { power.unsigned_abs() } else { twos };
        let reduced = if significand == 0 { 0 } else { significand >> shift };
        BigRational::new_raw(BigInt::from(reduced), BigInt::one() << (power.unsigned_abs() - shift))
    };
    Some(if negative { -value } else { value })
}

/// The rational equal to a finite `f64`; `None` for NaN and infinities.
pub fn dyadic(value: f64) -> Option<BigRational> {
    dyadic_from_bits(value.to_bits(), 11, 52)
}

/// The floats of a tensor file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// IEEE binary32.
    Single,
    /// IEEE binary64.
    Double,
}

impl Precision {
    /// The name in numpy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "float32",
            Self::Double => "float64",
        }
    }

    /// Bytes of one number.
    pub fn width(self) -> usize {
        match self {
            Self::Single => 4,
            Self::Double => 8,
        }
    }
}

/// Which way a printed decimal may differ from the exact number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest, ties away from zero.
    Nearest,
    /// Towards plus infinity: an upper bound.
    Up,
    /// Towards minus infinity: a lower bound.
    Down,
}

/// Prints a rational with `digits` significant decimal digits, correctly rounded; [`parse_rational`] reads the text back.
pub fn format_decimal(value: &BigRational, digits: u32, rounding: Rounding) -> String {
    if value.is_zero() {
        return "0".to_string();
    }
    let ten = BigInt::from(10);
    let limit = num_traits::pow(ten.clone(), digits as usize);
    let mut exponent = leading_exponent(value);
    loop {
        // mantissa = value / 10^(exponent - digits + 1), rounded to an integer of `digits` digits
        let shift = exponent - i64::from(digits) + 1;
        let power = num_traits::pow(ten.clone(), shift.unsigned_abs() as usize);
        let (num, den) = if shift >= 0 {
            (value.numer().clone(), value.denom() * power)
        } else {
            (value.numer() * power, value.denom().clone())
        };
        let mantissa = match rounding {
            Rounding::Down => num.div_floor(&den),
            Rounding::Up => -((-num).div_floor(&den)),
            Rounding::Nearest => {
                let doubled: BigInt = num.abs() * 2 + &den;
                let magnitude = doubled.div_floor(&(den * 2));
                if value.is_negative() { -magnitude } else { magnitude }
            }
        };
        if mantissa.abs() < limit {
            return place_point(&mantissa, shift);
        }
        exponent += 1;
    }
}

/// Prints a rational exactly: as a decimal where it is a short one, else as an integer or fraction.
pub fn format_decimal_exact(value: &BigRational) -> String {
    let short = format_decimal(value, 20, Rounding::Nearest);
    if parse_rational(&short).as_ref() == Ok(value) { short } else { value.to_string() }
}

/// The decimal exponent of the leading digit: 10^e <= |value| < 10^(e+1).
fn leading_exponent(value: &BigRational) -> i64 {
    let bits = value.numer().bits() as i64 - value.denom().bits() as i64;
    // log10(2) = 0.30103; one below, then up to the exact one.
    let mut e = (bits - 1) * 30103 / 100_000 - 2;
    let ten = BigInt::from(10);
    let abs = value.abs();
    loop {
        let power = num_traits::pow(ten.clone(), (e + 1).unsigned_abs() as usize);
        let below = if e + 1 >= 0 { abs.numer() < &(abs.denom() * power) } else { abs.numer() * power < *abs.denom() };
        if below {
            return e;
        }
        e += 1;
    }
}

/// Writes mantissa * 10^shift, plainly where the number is of everyday size, else with an exponent.
fn place_point(mantissa: &BigInt, shift: i64) -> String {
    let sign = if mantissa.sign() == Sign::Minus { "-" } else { "" };
    let mut digits = mantissa.abs().to_string();
    let mut shift = shift;
    while digits.len() > 1 && digits.ends_with('0') {
        digits.pop();
        shift += 1;
    }
    if mantissa.is_zero() {
        return "0".to_string();
    }
    let point = digits.len() as i64 + shift;
    if (-4..=16).contains(&point) && shift <= 6 {
        if shift >= 0 {
            return format!("{sign}{digits}{}", "0".repeat(shift as usize));
        }
        if point <= 0 {
            return format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
        }
        let (whole, fraction) = digits.split_at(point as usize);
        return format!("{sign}{whole}.{fraction}");
    }
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{dot}{rest}e{}", point - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(p: i64, q: i64) -> BigRational {
        BigRational::new(p.into(), q.into())
    }

    #[test]
    fn reads_the_grammar_exactly() {
        for (text, p, q) in [
            ("0", 0, 1),
            ("-7", -7, 1),
            ("3/4", 3, 4),
            ("-0.6", -3, 5),
            ("1.5e-3", 3, 2000),
            ("2E2", 200, 1),
            ("-0.0", 0, 1),
        ] {
            assert_eq!(parse_rational(text), Ok(rational(p, q)), "{text}");
        }
    }

    #[test]
    fn refuses_what_lies_outside_the_grammar() {
        for text in [
            "", "-", "+7", "007", "1_000", ".5", "5.", "1e", "--1", "-0", "0x1f", "1 ", "nan", "inf", "1/0.5", "1e5.0",
            "٣",
        ] {
            assert_eq!(parse_rational(text), Err(NumberError::Grammar), "{text}");
        }
        for text in ["2/4", "1/1", "1/0", "0/5", "1/-2"] {
            assert_eq!(parse_rational(text), Err(NumberError::NotLowestTerms), "{text}");
        }
        assert_eq!(parse_rational("1e9999"), Err(NumberError::TooLong));
        assert_eq!(parse_rational(&"1".repeat(5000)), Err(NumberError::TooLong));
        for text in ["", "-", "-0", "00", "0f", "FF", "+1", "0x1", "1 "] {
            assert_eq!(parse_hex(text), Err(NumberError::Hexadecimal), "{text}");
        }
    }

    #[test]
    fn floats_are_read_bit_for_bit() {
        assert_eq!(dyadic(0.5), Some(rational(1, 2)));
        assert_eq!(dyadic(-0.0), Some(rational(0, 1)));
        assert_eq!(dyadic(0.1), Some(rational(3602879701896397, 36028797018963968)));
        assert_eq!(dyadic(f64::NAN), None);
        assert_eq!(dyadic(f64::NEG_INFINITY), None);
        let tiny = dyadic(f64::from_bits(1)).map(|r| r.denom().bits());
        assert_eq!(tiny, Some(1075));
        assert_eq!(dyadic_from_bits(0x3555, 5, 10), Some(rational(1365, 4096)));
        assert_eq!(dyadic_from_bits(0xbf80, 8, 7), Some(rational(-1, 1)));
        assert_eq!(dyadic_from_bits(0x7f80_0000, 8, 23), None);
    }

    #[test]
    fn decimals_round_the_stated_way() {
        let third = rational(1, 3);
        assert_eq!(format_decimal(&third, 3, Rounding::Nearest), "0.333");
        assert_eq!(format_decimal(&third, 3, Rounding::Up), "0.334");
        assert_eq!(format_decimal(&-third, 3, Rounding::Up), "-0.333");
        assert_eq!(format_decimal(&rational(9999, 1), 2, Rounding::Nearest), "10000");
        assert_eq!(format_decimal(&rational(1, 3_000_000), 2, Rounding::Down), "3.3e-7");
        assert_eq!(format_decimal(&rational(12345, 1), 3, Rounding::Nearest), "12300");
    }

    proptest! {
        #[test]
        fn decimals_read_back_on_the_stated_side(p in any::<i64>(), q in 1i64..i64::MAX, digits in 1u32..25) {
            let value = rational(p, q);
            let up = parse_rational(&format_decimal(&value, digits, Rounding::Up)).unwrap();
            let down = parse_rational(&format_decimal(&value, digits, Rounding::Down)).unwrap();
            let near = parse_rational(&format_decimal(&value, digits, Rounding::Nearest)).unwrap();
            prop_assert!(down <= value && value <= up);
            prop_assert!(down <= near && near <= up);
            prop_assert!((&up - &down).abs() * num_traits::pow(BigInt::from(10), digits as usize - 1) <= value.abs() * BigInt::from(10));
        }

        #[test]
        fn dyadics_agree_with_the_number_crate(x in any::<f64>()) {
            prop_assert_eq!(dyadic(x), BigRational::from_float(x));
        }

        #[test]
        fn hex_reads_back(x in any::<i128>()) {
            prop_assert_eq!(parse_hex(&format_hex(&BigInt::from(x))), Ok(BigInt::from(x)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = (parse_rational(&text), parse_int(&text), parse_hex(&text));
        }
    }
}
