//! The test's own reader of certificates, after the grammar of docs/FORMAT.md: it tells the role of every word.

use crate::common::linear::Q;
use crate::document::{Cell, Curvature, Document, Form, Matrix, Part, Point, Proof, Step, Vector};
use crate::roles::{Annotated, List, Role, Token};
use crate::words::{count, hex, rational};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

/// A part of a text; or the line, from 1, that is not in the grammar.
type Read<T> = Result<T, usize>;

pub const CLAIMS: &[&str] = &["local-minimum", "saddle", "not-stationary", "local-minimum-nearby", "saddle-nearby"];
const STEPS: &[&str] = &["zero-form", "open", "scalar", "stationary", "uniform", "escape", "descent"];
const FORMS: &[&str] = &["linear", "rays", "multipliers", "matrix", "cells", "components"];
const PLAIN: &[&str] = &["linear", "rays", "multipliers", "matrix", "cells"];
const MOST_NEURONS: u64 = 1_048_576;
const MOST_PARTS: u64 = 65_536;

pub struct Reader<'a> {
    rest: &'a [u8],
    line: usize,
    words: Vec<&'a str>,
    at: usize,
    version: u8,
    context: &'static str,
    label: String,
    neuron: Option<usize>,
    tokens: Vec<Token>,
    lists: Vec<List>,
}

/// Reads a certificate.
pub fn read(bytes: &[u8]) -> Read<Annotated> {
    let mut reader = Reader {
        rest: bytes,
        line: 0,
        words: Vec::new(),
        at: 0,
        version: 1,
        context: "",
        label: String::new(),
        neuron: None,
        tokens: Vec::new(),
        lists: Vec::new(),
    };
    let (document, steps) = reader.document()?;
    Ok(Annotated { document, tokens: reader.tokens, lists: reader.lists, steps })
}

impl<'a> Reader<'a> {
    /// Goes to the next line, which begins with one of `names`.
    fn begin(&mut self, names: &'static [&'static str]) -> Read<&'static str> {
        self.line += 1;
        let end = self.rest.iter().position(|b| *b == b'\n').ok_or(self.line)?;
        let text = std::str::from_utf8(&self.rest[..end]).ok().filter(|t| t.is_ascii()).ok_or(self.line)?;
        self.rest = &self.rest[end + 1..];
        self.words = text.split(' ').collect();
        self.at = 0;
        let name = names.iter().find(|n| **n == self.words[0]).ok_or(self.line)?;
        self.label = if self.context.is_empty() { name.to_string() } else { format!("{}: {name}", self.context) };
        self.next(Role::Word(names))?;
        Ok(name)
    }

    /// The next word.
    fn next(&mut self, role: Role) -> Read<&'a str> {
        let word = *self.words.get(self.at).ok_or(self.line)?;
        let (label, neuron) = (self.label.clone(), self.neuron);
        self.tokens.push(Token { line: self.line - 1, word: self.at, role, label, neuron });
        self.at += 1;
        Ok(word)
    }

    fn end(&self) -> Read<()> {
        if self.at == self.words.len() { Ok(()) } else { Err(self.line) }
    }

    fn choice(&mut self, words: &'static [&'static str]) -> Read<&'static str> {
        let found = self.next(Role::Word(words))?;
        words.iter().find(|w| **w == found).copied().ok_or(self.line)
    }

    fn number(&mut self, role: Role, most: u64) -> Read<u64> {
        let word = self.next(role)?;
        count(word).filter(|n| *n <= most).ok_or(self.line)
    }

    fn rational(&mut self) -> Read<Q> {
        let word = self.next(Role::Rational)?;
        rational(word).ok_or(self.line)
    }

    fn radius(&mut self) -> Read<Option<Q>> {
        match self.next(Role::Radius)? {
            "unbounded" => Ok(None),
            word => rational(word).map(Some).ok_or(self.line),
        }
    }

    fn denominator(&mut self) -> Read<BigInt> {
        let word = self.next(Role::Denominator)?;
        hex(word).filter(Signed::is_positive).ok_or(self.line)
    }

    /// The rest of the line.
    fn integers(&mut self, is_over: bool) -> Read<Vec<BigInt>> {
        self.lists.push(List { line: self.line - 1, start: self.at, is_over });
        let mut values = Vec::new();
        while self.at < self.words.len() {
            let word = self.next(Role::Hex)?;
            values.push(hex(word).ok_or(self.line)?);
        }
        Ok(values)
    }

    fn fractions(&mut self) -> Read<Vector> {
        let denominator = self.denominator()?;
        Ok(Vector { numerators: self.integers(true)?, denominator })
    }

    fn ascending(&mut self) -> Read<Vec<u64>> {
        self.lists.push(List { line: self.line - 1, start: self.at, is_over: false });
        let mut values: Vec<u64> = Vec::new();
        while self.at < self.words.len() {
            let value = self.number(Role::Index, u64::MAX)?;
            if values.last().is_some_and(|last| *last >= value) {
                return Err(self.line);
            }
            values.push(value);
        }
        Ok(values)
    }

    /// A line of integers.
    fn listed(&mut self, name: &'static [&'static str]) -> Read<Vec<BigInt>> {
        self.begin(name)?;
        self.integers(false)
    }

    fn document(&mut self) -> Read<(Document, Vec<(usize, usize)>)> {
        self.begin(&["lowpoint-certificate"])?;
        self.version = self.choice(&["1", "2", "3"])?.parse().unwrap();
        self.end()?;
        self.begin(&["claim"])?;
        let claim = self.choice(CLAIMS)?.to_string();
        let distance = if claim.ends_with("-nearby") { self.rational()? } else { Q::zero() };
        self.end()?;
        let digests = [self.digest(&["data"])?, self.digest(&["model"])?];
        self.begin(&["shape"])?;
        let mut size = |most| self.number(Role::Count, most);
        let sizes = [size(u64::MAX)?, size(u64::MAX)?, size(u64::MAX)?, size(u64::MAX)?];
        let hidden = self.choice(&["hidden-bias", "no-hidden-bias"])? == "hidden-bias";
        let output = self.choice(&["output-bias", "no-output-bias"])? == "output-bias";
        self.end()?;
        self.begin(&["slopes"])?;
        let slopes = [self.rational()?, self.rational()?];
        self.end()?;
        let penalty = if self.version >= 3 { self.penalty()? } else { [(); 4].map(|()| Q::zero()) };
        let point = self.point()?;
        self.begin(&["region"])?;
        let region = match self.words.get(1) {
            Some(&"none") => self.choice(&["none", "unbounded"]).map(|_| None)?,
            _ => Some([self.radius()?, self.radius()?]),
        };
        self.end()?;
        self.begin(&["bias"])?;
        let bias = self.choice(&["absent", "balanced", "descent"])?.to_string();
        self.end()?;
        self.begin(&["neurons"])?;
        let neurons = self.number(Role::Count, MOST_NEURONS)?;
        self.end()?;
        let (mut steps, mut places) = (Vec::new(), Vec::new());
        for i in 0..neurons {
            let start = self.line;
            steps.push(self.step(i, sizes[2])?);
            places.push((start, self.line));
        }
        (self.neuron, self.context) = (None, "");
        let curvature = if self.version >= 2 { self.curvature(sizes[3], output)? } else { Curvature::Absent };
        self.context = "";
        self.begin(&["end"])?;
        self.end()?;
        if !self.rest.is_empty() {
            return Err(self.line + 1);
        }
        let biases = [hidden, output];
        let document = Document {
            claim,
            distance,
            digests,
            sizes,
            biases,
            slopes,
            penalty,
            point,
            region,
            bias,
            steps,
            curvature,
        };
        Ok((document, places))
    }

    /// The coefficients of weight decay, and that the proof is exact.
    fn penalty(&mut self) -> Read<[Q; 4]> {
        self.begin(&["penalty"])?;
        let penalty = [self.rational()?, self.rational()?, self.rational()?, self.rational()?];
        if penalty.iter().any(Signed::is_negative) {
            return Err(self.line);
        }
        self.end()?;
        self.begin(&["rests-on"])?;
        let in_box = self.choice(&["exact", "intervals"])? == "intervals";
        self.end()?;
        // A box goes on with a line `system`, which no change of an exact certificate makes.
        if in_box { Err(self.line + 1) } else { Ok(penalty) }
    }

    fn digest(&mut self, name: &'static [&'static str]) -> Read<String> {
        self.begin(name)?;
        let word = self.next(Role::Digest)?;
        self.end()?;
        let digits = word.len() == 64 && word.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        if digits { Ok(word.to_string()) } else { Err(self.line) }
    }

    fn point(&mut self) -> Read<Point> {
        self.begin(&["point"])?;
        let count = self.number(Role::Count, MOST_NEURONS)?;
        let has_bias = self.choice(&["bias", "no-bias"])? == "bias";
        self.end()?;
        self.context = "point";
        let mut neurons: Vec<(u64, Vector, Vector)> = Vec::new();
        for _ in 0..count {
            self.begin(&["input"])?;
            let i = self.number(Role::Index, MOST_NEURONS)?;
            let input = self.fractions()?;
            if neurons.last().is_some_and(|(last, ..)| *last >= i) {
                return Err(self.line);
            }
            self.begin(&["output"])?;
            neurons.push((i, input, self.fractions()?));
        }
        self.context = "";
        let bias = if has_bias { self.begin(&["bias-at"]).and_then(|_| self.fractions()).map(Some)? } else { None };
        Ok(Point { neurons, bias })
    }

    fn step(&mut self, i: u64, outputs: u64) -> Read<Step> {
        (self.neuron, self.context) = (Some(i as usize), "");
        self.begin(&["neuron"])?;
        if self.number(Role::Index, MOST_NEURONS)? != i {
            return Err(self.line);
        }
        self.choice(&["kinks"])?;
        let kinks = self.ascending()?;
        let name = self.begin(STEPS)?;
        let step = if matches!(name, "uniform" | "escape") { self.rational()? } else { Q::zero() };
        self.end()?;
        let proof = match name {
            "zero-form" => Proof::ZeroForm,
            "open" => Proof::Open,
            "scalar" => Proof::Scalar(self.form(FORMS)?),
            "stationary" => Proof::Stationary(self.form(FORMS)?),
            "uniform" => {
                let mut forms = Vec::new();
                for _ in 0..outputs.saturating_mul(2) {
                    forms.push(self.form(FORMS)?);
                }
                Proof::Uniform(step, forms)
            }
            "escape" => {
                self.context = "escape";
                let direction = self.listed(&["direction"])?;
                self.begin(&["output"])?;
                Proof::Escape { step, direction, output: self.fractions()? }
            }
            _ => {
                self.context = "descent";
                Proof::Descent { direction: self.listed(&["direction"])?, output: self.listed(&["output"])? }
            }
        };
        Ok(Step { kinks, proof })
    }

    fn form(&mut self, names: &'static [&'static str]) -> Read<Form> {
        let before = self.context;
        let name = self.begin(names)?;
        if matches!(name, "matrix" | "cells") && self.version < 2 {
            return Err(self.line);
        }
        let form = match name {
            "linear" => self.end().map(|()| Form::Linear)?,
            "rays" => self.end().map(|()| Form::Rays)?,
            "multipliers" => Form::Multipliers(self.fractions()?),
            "matrix" => {
                let (columns, denominator) = self.matrix_head()?;
                self.context = "matrix";
                Form::Matrix(self.matrix(columns, denominator)?)
            }
            "cells" => {
                let count = self.number(Role::Count, u64::MAX)?;
                self.end()?;
                self.context = "cells";
                let mut steps = Vec::new();
                for _ in 0..count {
                    steps.push(self.cell()?);
                }
                Form::Cells(steps)
            }
            _ => {
                let count = self.number(Role::Count, MOST_PARTS)?;
                let denominator = self.denominator()?;
                self.end()?;
                self.context = "components";
                let mut parts = Vec::new();
                for _ in 0..count {
                    self.begin(&["classes"])?;
                    let classes = self.ascending()?;
                    let share = Vector { numerators: self.listed(&["share"])?, denominator: denominator.clone() };
                    parts.push(Part { classes, share, form: self.form(PLAIN)? });
                }
                Form::Components(parts)
            }
        };
        self.context = before;
        Ok(form)
    }

    fn matrix_head(&mut self) -> Read<(u64, BigInt)> {
        let head = (self.number(Role::Count, u64::MAX)?, self.denominator()?);
        self.end().map(|()| head)
    }

    fn matrix(&mut self, count: u64, denominator: BigInt) -> Read<Matrix> {
        let vector = |numerators| Vector { numerators, denominator: denominator.clone() };
        let balance = vector(self.listed(&["balance"])?);
        let mut columns = Vec::new();
        for _ in 0..count {
            columns.push(vector(self.listed(&["column"])?));
        }
        Ok(Matrix { balance, columns })
    }

    fn cell(&mut self) -> Read<Cell> {
        Ok(match self.begin(&["split", "implied", "leaf"])? {
            "split" => {
                let class = self.number(Role::Index, u64::MAX)?;
                self.end()?;
                Cell::Split(class)
            }
            "implied" => {
                let class = self.number(Role::Index, u64::MAX)?;
                let positive = self.choice(&["+", "-"])? == "+";
                Cell::Implied(class, positive, self.fractions()?)
            }
            _ => {
                let (columns, denominator) = self.matrix_head()?;
                let path = Vector { numerators: self.listed(&["path"])?, denominator: denominator.clone() };
                Cell::Leaf(path, self.matrix(columns, denominator)?)
            }
        })
    }

    fn curvature(&mut self, neurons: u64, bias: bool) -> Read<Curvature> {
        self.begin(&["curvature"])?;
        let name = self.choice(&["absent", "positive", "descent"])?;
        let step = if name == "descent" { self.rational()? } else { Q::zero() };
        self.end()?;
        self.context = "curvature";
        match name {
            "absent" => Ok(Curvature::Absent),
            "positive" => Ok(Curvature::Positive),
            _ => {
                let mut all = Vec::new();
                for _ in 0..neurons {
                    all.push((self.listed(&["direction"])?, self.listed(&["output"])?));
                }
                let bias = if bias { Some(self.listed(&["bias-direction"])?) } else { None };
                Ok(Curvature::Descent { step, neurons: all, bias })
            }
        }
    }
}
