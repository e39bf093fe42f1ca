//! The text of a compact certificate: lines that are copied, and lines whose numbers are to be restored.

use super::{COMPACT_VERSION, FIRST_WORD};
use crate::kernel::certificate::Version;
use crate::kernel::linear::Fractions;
use crate::kernel::lines::{Lines, Parsed, Words};
use crate::kernel::network::MAX_NEURONS;
use num_bigint::BigInt;
use num_traits::Signed;

/// The versions of certificates that have a compact form: with weight decay there is no exact system to solve.
const VERSIONS: [Version; 2] = [Version::First, Version::Second];

/// A compact certificate's text, line by line.
pub struct Template<'a> {
    /// The version of the certificate it restores to.
    version: &'a str,
    /// A hint for the solver: the denominator of the solution.
    pub denominator: Option<BigInt>,
    lines: Vec<Line<'a>>,
    /// The number of each line of the restored text in the compact one, both from 1.
    origin: Vec<usize>,
}

/// One line of the certificate.
enum Line<'a> {
    /// As it stands.
    Copied(&'a str),
    /// To be restored.
    Gap(Gap),
}

/// A line whose numbers are left out.
pub enum Gap {
    /// `input i solved`: the input weights of a neuron.
    Input(Solved),
    /// `output model`: the output weights of a neuron as the model has them.
    Output(usize),
    /// `bias-at solved`.
    Bias,
    /// `multipliers solved` in the step of a neuron.
    Multipliers {
        /// The neuron.
        neuron: usize,
        /// Classes whose multiplier is given.
        pins: Pins,
    },
}

/// Input weights that are to be solved for.
pub struct Solved {
    /// The neuron.
    pub neuron: usize,
    /// Bit k is set where w.x_k > 0; of the others those in the neuron's kinks are 0.
    pub positive: BigInt,
    /// Coordinates whose value is given.
    pub pins: Pins,
}

/// Given values at some places, ascending.
pub struct Pins {
    /// The places.
    pub places: Vec<usize>,
    /// Their values.
    pub values: Fractions,
}

impl<'a> Template<'a> {
    /// Reads the lines that differ from a certificate's; the others are copied, and read once they are restored.
    pub fn parse(bytes: &'a [u8]) -> Parsed<Self> {
        let mut text = Lines::new(bytes);
        let version = text.read(FIRST_WORD, |w| {
            match w.word("a version")? {
                word if word == COMPACT_VERSION => {}
                _ => return Err(w.error(&format!("version {COMPACT_VERSION} of compact certificates"))),
            }
            let version = w.word("the certificate's version")?;
            match Version::from_name(version).filter(|version| VERSIONS.contains(version)) {
                Some(_) => Ok(version),
                None => {
                    Err(w.error(&format!("the version of a certificate: {}", VERSIONS.map(Version::name).join(" or "))))
                }
            }
        })?;
        let denominator = match text.rest.starts_with(b"denominator ") {
            true => Some(text.read("denominator", Words::denominator)?),
            false => None,
        };
        let mut template = Self { version, denominator, lines: Vec::new(), origin: vec![1] };
        let (mut in_point, mut neuron, mut before) = (true, 0, "");
        while !text.rest.is_empty() {
            let start = text.rest;
            let (name, mut words) = text.next_line()?;
            template.origin.push(text.line);
            let whole = start.get(..start.len() - text.rest.len() - 1).unwrap_or(start);
            let gap = match name {
                "input" | "neuron" => {
                    neuron = words.count(MAX_NEURONS, "a neuron")?;
                    match name == "input" && in_point && skip(&mut words, "solved") {
                        true => Some(Gap::Input(solved(&mut text, &mut words, neuron)?)),
                        false => None,
                    }
                }
                "output" if in_point => only(&mut words, "model")?.then_some(Gap::Output(neuron)),
                "bias-at" if in_point => only(&mut words, "solved")?.then_some(Gap::Bias),
                "multipliers" if before == "scalar" && skip(&mut words, "solved") => {
                    Some(Gap::Multipliers { neuron, pins: pins(&mut text, &mut words)? })
                }
                _ => None,
            };
            in_point &= name != "region";
            before = name;
            // ASCII, as it was read.
            let copied = || Line::Copied(std::str::from_utf8(whole).unwrap_or_default());
            template.lines.push(gap.map_or_else(copied, Line::Gap));
        }
        Ok(template)
    }

    /// The lines whose numbers are left out, in order.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.lines.iter().filter_map(|line| if let Line::Gap(gap) = line { Some(gap) } else { None })
    }

    /// The certificate's text with every gap filled by a line.
    pub fn fill(&self, restored: impl Fn(&Gap) -> String) -> String {
        let mut text = format!("lowpoint-certificate {}\n", self.version);
        for line in &self.lines {
            match line {
                Line::Copied(line) => text.push_str(line),
                Line::Gap(gap) => text.push_str(&restored(gap)),
            }
            text.push('\n');
        }
        text
    }

    /// The number of the compact text's line from which the restored text's line came, both from 1.
    pub fn origin(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|at| self.origin.get(at)).copied().unwrap_or(line)
    }
}

/// What follows `input i solved`.
fn solved<'a>(text: &mut Lines<'a>, words: &mut Words<'a>, neuron: usize) -> Parsed<Solved> {
    let positive = words.integer()?;
    match positive.is_negative() {
        true => Err(words.error("the samples with w.x > 0 as the bits of a natural number")),
        false => Ok(Solved { neuron, positive, pins: pins(text, words)? }),
    }
}

/// Whether the next word is this one; it is taken if so.
fn skip(words: &mut Words<'_>, word: &str) -> bool {
    let mut rest = words.clone();
    let is = rest.word(word).is_ok_and(|found| found == word);
    if is {
        *words = rest;
    }
    is
}

/// Whether the next word is this one; then it is the last.
fn only(words: &mut Words<'_>, word: &str) -> Parsed<bool> {
    let is = skip(words, word);
    if is {
        words.finish()?;
    }
    Ok(is)
}

/// Places to the end of the line; their values on the next one.
fn pins(text: &mut Lines<'_>, words: &mut Words<'_>) -> Parsed<Pins> {
    let places = words.ascending()?;
    words.finish()?;
    let values = text.read("pinned", Words::fractions)?;
    match values.len() == places.len() {
        true => Ok(Pins { places, values }),
        false => {
            Err(text.error(&format!("{} pinned values, one for each place", places.len()), &values.len().to_string()))
        }
    }
}
