//! Bytes to certificates. Every limit on certificates lives here; docs/FORMAT.md is the page.
//!
//! A certificate is ASCII text in lines of words separated by single spaces. Nothing is optional and nothing is
//! skipped, and memory stays within a small multiple of the text's size.

use super::certificate::{
    BiasStep, Certificate, Component, Escape, FORMAT_VERSION, Header, NeuronProof, NeuronStep, Nonnegative, Point,
    Radius, Region, Shape,
};
use super::claim::{Claim, Verdict};
use super::linear::Fractions;
use super::network::{Activation, MAX_NEURONS, Neuron};
use super::number::{parse_hex, parse_rational};
use super::problem::Digests;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use std::fmt;

/// Largest certificate, in bytes.
pub const MAX_CERTIFICATE_BYTES: u64 = 1 << 28;
/// Most parts of one `components` proof.
pub const MAX_COMPONENTS: usize = 1 << 16;

/// A text that is not a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: usize,
    /// What the grammar has there.
    pub expected: String,
    /// The text there, shortened.
    pub found: String,
}

impl std::error::Error for ParseError {}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: expected {}, found {}", self.line, self.expected, self.found)
    }
}

type Parsed<T> = Result<T, ParseError>;

/// Reads a certificate and the claim it is for.
pub fn parse_certificate(bytes: &[u8]) -> Parsed<(Claim, Certificate)> {
    if bytes.len() as u64 > MAX_CERTIFICATE_BYTES {
        let expected = format!("at most {MAX_CERTIFICATE_BYTES} bytes");
        return Err(ParseError { line: 0, expected, found: format!("{} bytes", bytes.len()) });
    }
    let mut lines = Lines { rest: bytes, line: 0 };
    version(&mut lines)?;
    let claim = lines.read("claim", claim)?;
    let data = lines.read("data", digest)?;
    let model = lines.read("model", digest)?;
    let shape = lines.read("shape", shape)?;
    let activation = lines
        .read("slopes", |w| Ok(Activation { positive: w.rational("a slope")?, negative: w.rational("a slope")? }))?;
    let point = point(&mut lines)?;
    let region = lines.read("region", region)?;
    let bias = lines.read("bias", |w| match w.word("absent, balanced or descent")? {
        "absent" => Ok(BiasStep::Absent),
        "balanced" => Ok(BiasStep::Balanced),
        "descent" => Ok(BiasStep::Descent),
        _ => Err(w.error("absent, balanced or descent")),
    })?;
    let count = lines.read("neurons", |w| w.count(MAX_NEURONS, "a number of neurons"))?;
    let mut neurons = Vec::new();
    for i in 0..count {
        neurons.push(neuron_step(&mut lines, i, shape.outputs)?);
    }
    lines.read("end", |_| Ok(()))?;
    if !lines.rest.is_empty() {
        return Err(ParseError {
            line: lines.line + 1,
            expected: "the end of the file".into(),
            found: "more text".into(),
        });
    }
    let header = Header { digests: Digests { data, model }, shape, activation };
    Ok((claim, Certificate { header, point, region, bias, neurons }))
}

fn version(lines: &mut Lines<'_>) -> Parsed<()> {
    lines.read("lowpoint-certificate", |w| match w.word("a version")? {
        FORMAT_VERSION => Ok(()),
        _ => Err(w.error(&format!("version {FORMAT_VERSION}, the one this program reads"))),
    })
}

fn claim(w: &mut Words<'_>) -> Parsed<Claim> {
    let verdict = Verdict::from_name(w.word("a claim")?).ok_or_else(|| w.error("the name of a claim"))?;
    let distance = if verdict.is_nearby() { w.rational("a distance")? } else { BigRational::zero() };
    Ok(verdict.claim(distance))
}

fn digest(w: &mut Words<'_>) -> Parsed<String> {
    let text = w.word("a SHA-256 digest")?;
    match text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        true => Ok(text.to_string()),
        false => Err(w.error("64 lower-case hexadecimal digits")),
    }
}

fn shape(w: &mut Words<'_>) -> Parsed<Shape> {
    let mut size = |what| w.count(usize::MAX, what);
    let (samples, inputs, outputs, neurons) = (
        size("a number of samples")?,
        size("a number of inputs")?,
        size("a number of outputs")?,
        size("a number of neurons")?,
    );
    let mut flag = |yes: &'static str, no: &'static str| match w.word(yes)? {
        word if word == yes => Ok(true),
        word if word == no => Ok(false),
        _ => Err(w.error(&format!("{yes} or {no}"))),
    };
    let hidden_bias = flag("hidden-bias", "no-hidden-bias")?;
    let output_bias = flag("output-bias", "no-output-bias")?;
    Ok(Shape { samples, inputs, outputs, neurons, hidden_bias, output_bias })
}

fn point(lines: &mut Lines<'_>) -> Parsed<Point> {
    let (count, has_bias) = lines.read("point", |w| {
        let count = w.count(MAX_NEURONS, "a number of replaced neurons")?;
        match w.word("bias or no-bias")? {
            "bias" => Ok((count, true)),
            "no-bias" => Ok((count, false)),
            _ => Err(w.error("bias or no-bias")),
        }
    })?;
    let mut neurons: Vec<(usize, Neuron)> = Vec::new();
    for _ in 0..count {
        let (i, input) = lines.read("input", |w| Ok((w.count(MAX_NEURONS, "a neuron")?, w.fractions()?)))?;
        if neurons.last().is_some_and(|(before, _)| *before >= i) {
            return Err(lines.error("replaced neurons in ascending order", &format!("neuron {i}")));
        }
        let output = lines.read("output", Words::fractions)?;
        neurons.push((i, Neuron { input, output }));
    }
    let output_bias = if has_bias { Some(lines.read("bias-at", Words::fractions)?) } else { None };
    Ok(Point { neurons, output_bias })
}

fn region(w: &mut Words<'_>) -> Parsed<Option<Region>> {
    let first = w.word("a radius, unbounded or none")?;
    if first == "none" {
        return Ok(None);
    }
    let input = radius(w, first)?;
    let second = w.word("a radius or unbounded")?;
    Ok(Some(Region { input, output: radius(w, second)? }))
}

fn radius(w: &Words<'_>, word: &str) -> Parsed<Radius> {
    if word == "unbounded" {
        return Ok(Radius::Unbounded);
    }
    parse_rational(word).map(Radius::AtMost).map_err(|e| w.error(&format!("a radius ({e})")))
}

fn neuron_step(lines: &mut Lines<'_>, i: usize, outputs: usize) -> Parsed<NeuronStep> {
    let kinks = lines.read("neuron", |w| {
        if w.count(MAX_NEURONS, "a neuron")? != i {
            return Err(w.error(&format!("the step of neuron {i}")));
        }
        match w.word("kinks")? {
            "kinks" => w.ascending(),
            _ => Err(w.error("kinks")),
        }
    })?;
    let (rule, mut words) = lines.next_line()?;
    // The words that belong to the rule's own line, then the lines that follow it.
    let parameter = match rule {
        "uniform" => words.rational("tau")?,
        "escape" => words.rational("a step")?,
        _ => BigRational::zero(),
    };
    words.finish()?;
    let proof = match rule {
        "zero-form" => NeuronProof::ZeroForm,
        "open" => NeuronProof::Open,
        "scalar" => NeuronProof::Scalar(nonnegative(lines, true)?),
        "stationary" => NeuronProof::Stationary(nonnegative(lines, true)?),
        // The shape's number is only a claim: memory grows with the lines that are really there.
        "uniform" => {
            let mut forms = Vec::new();
            for _ in 0..outputs.saturating_mul(2) {
                forms.push(nonnegative(lines, true)?);
            }
            NeuronProof::Uniform { tau: parameter, forms }
        }
        "escape" => {
            let direction = lines.read("direction", Words::integers)?;
            NeuronProof::Escape(Escape { direction, step: parameter, output: lines.read("output", Words::fractions)? })
        }
        "descent" => {
            let input = lines.read("direction", Words::integers)?;
            NeuronProof::Descent { input, output: lines.read("output", Words::integers)? }
        }
        _ => return Err(words.error("the name of a rule on a neuron")),
    };
    Ok(NeuronStep { kinks, proof })
}

/// A proof that a form is non-negative; parts of `components` have no parts of their own.
fn nonnegative(lines: &mut Lines<'_>, outermost: bool) -> Parsed<Nonnegative> {
    let (rule, mut words) = lines.next_line()?;
    let (count, denominator) = match rule {
        "linear" => return words.finish().map(|()| Nonnegative::Linear),
        "rays" => return words.finish().map(|()| Nonnegative::Rays),
        "multipliers" => {
            let mu = words.fractions()?;
            return words.finish().map(|()| Nonnegative::Multipliers(mu));
        }
        "components" if outermost => (words.count(MAX_COMPONENTS, "a number of components")?, words.denominator()?),
        _ => return Err(words.error("linear, multipliers, rays or (outermost) components")),
    };
    words.finish()?;
    let mut parts = Vec::new();
    for _ in 0..count {
        let classes = lines.read("classes", Words::ascending)?;
        let share = lines.read("share", Words::integers)?;
        parts.push(Component { classes, share, proof: nonnegative(lines, false)? });
    }
    Ok(Nonnegative::Components { denominator, parts })
}

/// The lines that are left.
struct Lines<'a> {
    rest: &'a [u8],
    line: usize,
}

impl<'a> Lines<'a> {
    /// The next line's first word and the others; every line ends with a line feed.
    fn next_line(&mut self) -> Parsed<(&'a str, Words<'a>)> {
        self.line += 1;
        let Some(end) = self.rest.iter().position(|b| *b == b'\n') else {
            return Err(self.error("a line that ends with a line feed", "the end of the file"));
        };
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or(&[]);
        let text = match std::str::from_utf8(line) {
            Ok(text) if text.is_ascii() => text,
            _ => return Err(self.error("ASCII text", "other bytes")),
        };
        let mut words = Words { words: text.split(' '), line: self.line, text };
        let first = words.word("a line of words")?;
        Ok((first, words))
    }

    /// Reads a line that starts with `name`, to its last word.
    fn read<T>(&mut self, name: &str, read: impl FnOnce(&mut Words<'a>) -> Parsed<T>) -> Parsed<T> {
        let (first, mut words) = self.next_line()?;
        if first != name {
            return Err(words.error(&format!("`{name}`")));
        }
        let value = read(&mut words)?;
        words.finish()?;
        Ok(value)
    }

    fn error(&self, expected: &str, found: &str) -> ParseError {
        ParseError { line: self.line, expected: expected.into(), found: found.into() }
    }
}

/// The words of a line that are left.
struct Words<'a> {
    words: std::str::Split<'a, char>,
    line: usize,
    text: &'a str,
}

impl<'a> Words<'a> {
    fn word(&mut self, expected: &str) -> Parsed<&'a str> {
        match self.words.next() {
            Some(word) if !word.is_empty() => Ok(word),
            _ => Err(self.error(expected)),
        }
    }

    fn finish(&mut self) -> Parsed<()> {
        match self.words.next() {
            None => Ok(()),
            Some(_) => Err(self.error("the end of the line")),
        }
    }

    fn rational(&mut self, what: &str) -> Parsed<BigRational> {
        let word = self.word(what)?;
        parse_rational(word).map_err(|e| self.error(&format!("{what} ({e})")))
    }

    fn count(&mut self, limit: usize, what: &str) -> Parsed<usize> {
        let word = self.word(what)?;
        let plain = word.bytes().all(|b| b.is_ascii_digit()) && (word == "0" || !word.starts_with('0'));
        match word.parse::<usize>() {
            Ok(n) if plain && n <= limit => Ok(n),
            _ => Err(self.error(what)),
        }
    }

    fn hex(&self, word: &str) -> Parsed<BigInt> {
        parse_hex(word).map_err(|e| self.error(&format!("a hexadecimal integer ({e})")))
    }

    /// The rest of the line: integers.
    fn integers(&mut self) -> Parsed<Vec<BigInt>> {
        let mut values = Vec::new();
        while let Some(word) = self.words.next() {
            values.push(self.hex(word)?);
        }
        Ok(values)
    }

    /// The rest of the line: a positive denominator, then numerators.
    fn fractions(&mut self) -> Parsed<Fractions> {
        let denominator = self.denominator()?;
        let numerators = self.integers()?;
        Fractions::new(numerators, denominator).ok_or_else(|| self.error("a positive denominator"))
    }

    fn denominator(&mut self) -> Parsed<BigInt> {
        let word = self.word("a denominator")?;
        match self.hex(word)? {
            value if value.is_positive() => Ok(value),
            _ => Err(self.error("a positive denominator")),
        }
    }

    /// The rest of the line: indices in ascending order.
    fn ascending(&mut self) -> Parsed<Vec<usize>> {
        let mut values: Vec<usize> = Vec::new();
        let mut rest = self.words.clone().peekable();
        while rest.peek().is_some() {
            rest.next();
            let index = self.count(usize::MAX, "an index")?;
            if values.last().is_some_and(|before| *before >= index) {
                return Err(self.error("indices in ascending order"));
            }
            values.push(index);
        }
        Ok(values)
    }

    fn error(&self, expected: &str) -> ParseError {
        // ASCII, and control characters as escapes: a carriage return must not hide what is before it.
        let shown = |c: char| if c.is_ascii_control() { c.escape_default().to_string() } else { c.to_string() };
        let mut found: String = self.text.chars().take(60).map(shown).collect();
        if self.text.len() > 60 {
            found.push_str(" …");
        }
        ParseError { line: self.line, expected: expected.into(), found: format!("`{found}`") }
    }
}
