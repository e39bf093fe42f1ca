//! Bytes to certificates. Every limit on certificates lives here; docs/FORMAT.md is the page.
//!
//! A certificate is ASCII text in lines of words separated by single spaces. Nothing is optional and nothing is
//! skipped, and memory stays within a small multiple of the text's size.

use super::certificate::{
    BiasStep, CellStep, Certificate, Component, Curvature, Direction, Escape, Evidence, Header, MatrixProof,
    NeuronProof, NeuronStep, Nonnegative, Point, Radius, Region, RestsOn, Shape, Version,
};
use super::claim::{Claim, Verdict};
use super::enclosure;
use super::lines::{Lines, Parsed, Words};
use super::network::{Activation, MAX_NEURONS, Neuron};
use super::number::parse_rational;
use super::penalty::Penalty;
use super::problem::Digests;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

pub use super::lines::ParseError;

/// Largest certificate, in bytes.
pub const MAX_CERTIFICATE_BYTES: u64 = 1 << 28;
/// Most words of a certificate: a number of one digit takes two bytes of text and 64 of memory.
pub const MAX_CERTIFICATE_WORDS: usize = 1 << 25;
/// Most parts of one `components` proof.
pub const MAX_COMPONENTS: usize = 1 << 16;

/// Reads an exact certificate and the claim it is for.
pub fn parse_certificate(bytes: &[u8]) -> Parsed<(Claim, Certificate)> {
    match parse_evidence(bytes)? {
        (claim, Evidence::Exact(certificate)) => Ok((claim, certificate)),
        (_, Evidence::Box(_)) => Err(ParseError {
            line: 0,
            expected: "a certificate that rests on exact arithmetic".into(),
            found: "a box certificate".into(),
        }),
    }
}

/// Reads a certificate of either kind and the claim it is for.
pub fn parse_evidence(bytes: &[u8]) -> Parsed<(Claim, Evidence)> {
    if bytes.len() as u64 > MAX_CERTIFICATE_BYTES {
        let expected = format!("at most {MAX_CERTIFICATE_BYTES} bytes");
        return Err(ParseError { line: 0, expected, found: format!("{} bytes", bytes.len()) });
    }
    let words = bytes.iter().filter(|b| matches!(b, b' ' | b'\n')).count();
    if words > MAX_CERTIFICATE_WORDS {
        let expected = format!("at most {MAX_CERTIFICATE_WORDS} words");
        return Err(ParseError { line: 0, expected, found: format!("{words} words") });
    }
    let mut lines = Lines::new(bytes);
    let (claim, header, rests_on) = beginning(&mut lines)?;
    let evidence = match rests_on {
        RestsOn::Exact => Evidence::Exact(exact(&mut lines, header)?),
        RestsOn::Intervals => Evidence::Box(enclosure::parse::read(&mut lines, header, region)?),
    };
    lines.read("end", |_| Ok(()))?;
    if !lines.rest.is_empty() {
        return Err(ParseError {
            line: lines.line + 1,
            expected: "the end of the file".into(),
            found: "more text".into(),
        });
    }
    Ok((claim, evidence))
}

/// The lines of an exact certificate that follow the header, `end` excluded.
fn exact(lines: &mut Lines<'_>, header: Header) -> Parsed<Certificate> {
    let shape = &header.shape;
    let point = point(lines)?;
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
        neurons.push(neuron_step(lines, i, shape.outputs)?);
    }
    let curvature = match lines.version {
        Version::First => Curvature::Absent,
        Version::Second | Version::Third => curvature(lines, shape)?,
    };
    Ok(Certificate { header, point, region, bias, neurons, curvature })
}

/// What all certificates begin with: the lines up to `slopes`, from version 3 on up to `rests-on`.
pub fn beginning(lines: &mut Lines<'_>) -> Parsed<(Claim, Header, RestsOn)> {
    lines.version = version(lines)?;
    let claim = lines.read("claim", claim)?;
    let header = header(lines)?;
    let rests_on = match lines.version {
        Version::First | Version::Second => RestsOn::Exact,
        Version::Third => lines.read("rests-on", |w| match w.word("exact or intervals")? {
            word if word == RestsOn::Exact.name() => Ok(RestsOn::Exact),
            word if word == RestsOn::Intervals.name() => Ok(RestsOn::Intervals),
            _ => Err(w.error("exact or intervals")),
        })?,
    };
    Ok((claim, header, rests_on))
}

fn version(lines: &mut Lines<'_>) -> Parsed<Version> {
    lines.read("lowpoint-certificate", |w| {
        let [first, second, third] = Version::ALL.map(Version::name);
        let known = || format!("version {first}, {second} or {third}, the ones this program reads");
        Version::from_name(w.word("a version")?).ok_or_else(|| w.error(&known()))
    })
}

/// The lines from `data` to `slopes`, and from version 3 on `penalty`.
fn header(lines: &mut Lines<'_>) -> Parsed<Header> {
    let data = lines.read("data", digest)?;
    let model = lines.read("model", digest)?;
    let shape = lines.read("shape", shape)?;
    let activation = lines
        .read("slopes", |w| Ok(Activation { positive: w.rational("a slope")?, negative: w.rational("a slope")? }))?;
    let penalty = match lines.version {
        Version::First | Version::Second => Penalty::none(),
        Version::Third => lines.read("penalty", penalty)?,
    };
    Ok(Header { digests: Digests { data, model }, shape, activation, penalty })
}

fn penalty(w: &mut Words<'_>) -> Parsed<Penalty> {
    let mut coefficient = || match w.rational("a coefficient of weight decay")? {
        value if value.is_negative() => Err(w.error("coefficients of at least 0")),
        value => Ok(value),
    };
    Ok(Penalty {
        input: coefficient()?,
        hidden_bias: coefficient()?,
        output: coefficient()?,
        output_bias: coefficient()?,
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

/// The second order: one `direction` and `output` for each neuron of the shape, which is only a claim.
fn curvature(lines: &mut Lines<'_>, shape: &Shape) -> Parsed<Curvature> {
    let (name, step) = lines.read("curvature", |w| match w.word("absent, positive or descent")? {
        "descent" => Ok(("descent", Some(w.rational("a step")?))),
        name @ ("absent" | "positive") => Ok((name, None)),
        _ => Err(w.error("absent, positive or descent")),
    })?;
    let Some(step) = step else {
        return Ok(if name == "positive" { Curvature::Positive } else { Curvature::Absent });
    };
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    for _ in 0..shape.neurons {
        inputs.push(lines.read("direction", Words::integers)?);
        outputs.push(lines.read("output", Words::integers)?);
    }
    let bias = if shape.output_bias { Some(lines.read("bias-direction", Words::integers)?) } else { None };
    Ok(Curvature::Descent { direction: Direction { inputs, outputs, bias }, step })
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
        "matrix" if lines.version >= Version::Second => {
            let head = matrix_head(&mut words)?;
            return Ok(Nonnegative::Matrix(matrix(lines, head)?));
        }
        "cells" if lines.version >= Version::Second => {
            let count = words.count(usize::MAX, "a number of steps")?;
            words.finish()?;
            return cells(lines, count).map(Nonnegative::Cells);
        }
        "components" if outermost => (words.count(MAX_COMPONENTS, "a number of components")?, words.denominator()?),
        _ => return Err(words.error("linear, multipliers, rays, matrix, cells or (outermost) components")),
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

/// The number of columns and the denominator, to the end of the line.
fn matrix_head(words: &mut Words<'_>) -> Parsed<(usize, BigInt)> {
    let head = (words.count(usize::MAX, "a number of columns")?, words.denominator()?);
    words.finish().map(|()| head)
}

/// The lines of a matrix. Memory grows with the lines that are really there.
fn matrix(lines: &mut Lines<'_>, (count, denominator): (usize, BigInt)) -> Parsed<MatrixProof> {
    let balance = lines.read("balance", Words::integers)?;
    let mut columns = Vec::new();
    for _ in 0..count {
        columns.push(lines.read("column", Words::integers)?);
    }
    Ok(MatrixProof { denominator, balance, columns })
}

fn cells(lines: &mut Lines<'_>, count: usize) -> Parsed<Vec<CellStep>> {
    let mut steps = Vec::new();
    for _ in 0..count {
        let (kind, mut words) = lines.next_line()?;
        steps.push(match kind {
            "split" => {
                let class = words.count(usize::MAX, "a class")?;
                words.finish()?;
                CellStep::Split { class }
            }
            "implied" => {
                let class = words.count(usize::MAX, "a class")?;
                let positive = match words.word("+ or -")? {
                    "+" => true,
                    "-" => false,
                    _ => return Err(words.error("+ or -")),
                };
                let combination = words.fractions()?;
                CellStep::Implied { class, positive, combination }
            }
            "leaf" => {
                let head = matrix_head(&mut words)?;
                CellStep::Leaf { path: lines.read("path", Words::integers)?, matrix: matrix(lines, head)? }
            }
            _ => return Err(words.error("split, implied or leaf")),
        });
    }
    Ok(steps)
}
