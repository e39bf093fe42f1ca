//! The lines of a box certificate that follow `rests-on intervals`. docs/FORMAT.md, section 10, is the page.

use super::certificate::{Block, BoxCertificate, Live, NeuronBox, System};
use crate::kernel::certificate::{Header, Region};
use crate::kernel::lines::{Lines, Parsed, Words};
use crate::kernel::network::MAX_NEURONS;

/// Digits of a float's integer: 53 bits.
const MAX_BINARY_DIGITS: usize = 14;

/// Reads the rest of the certificate, `end` excluded; `region` reads the words of that line.
pub fn read(
    lines: &mut Lines<'_>,
    header: Header,
    region: impl FnOnce(&mut Words<'_>) -> Parsed<Option<Region>>,
) -> Parsed<BoxCertificate> {
    let system = lines.read("system", |w| match w.word("stationarity or interpolation")? {
        "stationarity" => Ok(System::Stationarity),
        "interpolation" => Ok(System::Interpolation),
        _ => Err(w.error("stationarity or interpolation")),
    })?;
    let region = lines.read("region", region)?;
    let bias = lines.read("bias", |w| {
        let mut rest = w.clone();
        match rest.word("absent or an exponent")? {
            "absent" => {
                *w = rest;
                Ok(None)
            }
            _ => block(w).map(Some),
        }
    })?;
    let count = lines.read("neurons", |w| w.count(MAX_NEURONS, "a number of neurons"))?;
    let mut neurons = Vec::new();
    for i in 0..count {
        neurons.push(neuron(lines, i)?);
    }
    Ok(BoxCertificate { header, region, system, bias, neurons })
}

fn neuron(lines: &mut Lines<'_>, i: usize) -> Parsed<NeuronBox> {
    let is_live = lines.read("neuron", |w| {
        if w.count(MAX_NEURONS, "a neuron")? != i {
            return Err(w.error(&format!("the step of neuron {i}")));
        }
        Ok(match w.word("a role")? {
            "live" => None,
            "split" => Some(NeuronBox::Split { leader: w.count(MAX_NEURONS, "a neuron")?, ratio: float(w)? }),
            "zero" => Some(NeuronBox::Zero),
            "escape" => Some(NeuronBox::Escape { direction: floats(w)? }),
            "constant" => Some(NeuronBox::Constant { bias: float(w)? }),
            "frozen" => Some(NeuronBox::Frozen { twin: None }),
            "twin" => Some(NeuronBox::Frozen { twin: Some(w.count(MAX_NEURONS, "a neuron")?) }),
            _ => return Err(w.error("live, split, zero, escape, constant, frozen or twin")),
        })
    })?;
    if let Some(role) = is_live {
        return Ok(role);
    }
    Ok(NeuronBox::Live(Live {
        kinks: lines.read("kinks", Words::ascending)?,
        dependent: lines.read("dependent", Words::ascending)?,
        pinned: lines.read("pinned", Words::ascending)?,
        input: lines.read("input", block)?,
        output: lines.read("output", block)?,
        multipliers: lines.read("multipliers", block)?,
    }))
}

/// An exponent, then floats to the end of the line.
fn block(w: &mut Words<'_>) -> Parsed<Block> {
    Ok(Block { exponent: exponent(w, "an exponent")?, midpoints: floats(w)? })
}

fn floats(w: &mut Words<'_>) -> Parsed<Vec<f64>> {
    let mut values = Vec::new();
    while w.clone().finish().is_err() {
        values.push(float(w)?);
    }
    Ok(values)
}

/// `0`, or an odd hexadecimal integer, `p` and the exponent of two that it is multiplied with: one way to write each float.
fn float(w: &mut Words<'_>) -> Parsed<f64> {
    let word = w.word("a float")?;
    if word == "0" {
        return Ok(0.0);
    }
    let read = || {
        let (digits, exponent) = word.split_once('p')?;
        let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |digits| (true, digits));
        let plain = digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) && !digits.starts_with('0');
        if !plain || digits.len() > MAX_BINARY_DIGITS {
            return None;
        }
        let integer = u64::from_str_radix(digits, 16).ok().filter(|n| n % 2 == 1 && *n < 1 << 53)?;
        let value = scaled(integer, small(exponent)?)?;
        Some(if negative { -value } else { value })
    };
    read().ok_or_else(|| w.error("a float: 0, or an odd hexadecimal integer of 53 bits, p and an exponent"))
}

/// Prints a finite float as box certificates write it: `0`, or an odd hexadecimal integer, `p` and a power of two.
pub fn format_float(value: f64) -> String {
    let bits = value.to_bits();
    let (fraction, exponent) = (bits & ((1 << 52) - 1), (bits >> 52) & 0x7ff);
    let (integer, power) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent as i64 - 1075) };
    if integer == 0 {
        return "0".to_string();
    }
    let twos = integer.trailing_zeros();
    let sign = if bits >> 63 == 1 { "-" } else { "" };
    format!("{sign}{:x}p{}", integer >> twos, power + i64::from(twos))
}

fn exponent(w: &mut Words<'_>, what: &str) -> Parsed<i32> {
    let word = w.word(what)?;
    small(word).ok_or_else(|| w.error(what))
}

/// A decimal integer of at most four digits.
fn small(text: &str) -> Option<i32> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if !plain || digits.len() > 4 || text == "-0" {
        return None;
    }
    text.parse().ok()
}

/// The normal or subnormal float integer * 2^exponent, if it is one exactly.
fn scaled(integer: u64, exponent: i32) -> Option<f64> {
    let bits = i32::try_from(64 - integer.leading_zeros()).ok()?;
    let top = exponent + bits - 1;
    if !(-1074..=1023).contains(&exponent) || top > 1023 {
        return None;
    }
    // Normal: the leading bit is implied; subnormal: units of 2^-1074.
    if top >= -1022 {
        let fraction = (integer << (53 - bits)) & ((1 << 52) - 1);
        return Some(f64::from_bits((u64::try_from(top + 1023).ok()? << 52) | fraction));
    }
    Some(f64::from_bits(integer << (exponent + 1074)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_float(text: &str) -> Parsed<f64> {
        let line = format!("x {text}\n");
        let mut lines = Lines::new(line.as_bytes());
        lines.read("x", float)
    }

    proptest! {
        #[test]
        fn every_float_is_read_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let text = format_float(value);
            prop_assert_eq!(read_float(&text).unwrap(), value, "{}", text);
        }
    }

    #[test]
    fn a_float_has_one_spelling() {
        for text in [
            "2p0",
            "01p0",
            "1p",
            "1p00",
            "1p-0",
            "-0",
            "0p0",
            "1",
            "1p1024",
            "1p-1075",
            "1P0",
            "+1p0",
            "3fffffffffffffp0",
            "1p99999",
            "p1",
            "",
        ] {
            assert!(read_float(text).is_err(), "{text}");
        }
        assert_eq!(read_float("1p-1074").unwrap(), 5e-324);
        assert_eq!(read_float("-3p-1").unwrap(), -1.5);
        assert_eq!(read_float("1fffffffffffffp971").unwrap(), f64::MAX);
    }
}
