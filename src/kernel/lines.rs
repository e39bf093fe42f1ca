//! The lines and words of a certificate's text, and the errors that name them.

use super::certificate::Version;
use super::linear::Fractions;
use super::number::{parse_hex, parse_rational};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Signed;
use std::fmt;

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

/// A part of a text, or why it is none.
pub type Parsed<T> = Result<T, ParseError>;

/// The lines that are left.
pub struct Lines<'a> {
    /// The text that is left.
    pub rest: &'a [u8],
    /// The last line that was read, counted from 1.
    pub line: usize,
    /// The version of the text: that of its first line, once that was read.
    pub version: Version,
}

impl<'a> Lines<'a> {
    /// All lines of a text.
    pub fn new(text: &'a [u8]) -> Self {
        Self { rest: text, line: 0, version: Version::First }
    }

    /// The next line's first word and the others; every line ends with a line feed.
    pub fn next_line(&mut self) -> Parsed<(&'a str, Words<'a>)> {
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
    pub fn read<T>(&mut self, name: &str, read: impl FnOnce(&mut Words<'a>) -> Parsed<T>) -> Parsed<T> {
        let (first, mut words) = self.next_line()?;
        if first != name {
            return Err(words.error(&format!("`{name}`")));
        }
        let value = read(&mut words)?;
        words.finish()?;
        Ok(value)
    }

    /// The text does not have `expected` at this line.
    pub fn error(&self, expected: &str, found: &str) -> ParseError {
        ParseError { line: self.line, expected: expected.into(), found: found.into() }
    }
}

/// The words of a line that are left.
#[derive(Clone)]
pub struct Words<'a> {
    words: std::str::Split<'a, char>,
    line: usize,
    text: &'a str,
}

impl<'a> Words<'a> {
    /// The next word.
    pub fn word(&mut self, expected: &str) -> Parsed<&'a str> {
        match self.words.next() {
            Some(word) if !word.is_empty() => Ok(word),
            _ => Err(self.error(expected)),
        }
    }

    /// The line ends here.
    pub fn finish(&mut self) -> Parsed<()> {
        match self.words.next() {
            None => Ok(()),
            Some(_) => Err(self.error("the end of the line")),
        }
    }

    /// The next word as a rational.
    pub fn rational(&mut self, what: &str) -> Parsed<BigRational> {
        let word = self.word(what)?;
        parse_rational(word).map_err(|e| self.error(&format!("{what} ({e})")))
    }

    /// The next word as a count.
    pub fn count(&mut self, limit: usize, what: &str) -> Parsed<usize> {
        let word = self.word(what)?;
        let plain = word.bytes().all(|b| b.is_ascii_digit()) && (word == "0" || !word.starts_with('0'));
        match word.parse::<usize>() {
            Ok(n) if plain && n <= limit => Ok(n),
            _ => Err(self.error(what)),
        }
    }

    /// The next word as an integer.
    pub fn integer(&mut self) -> Parsed<BigInt> {
        let word = self.word("a hexadecimal integer")?;
        self.hex(word)
    }

    fn hex(&self, word: &str) -> Parsed<BigInt> {
        parse_hex(word).map_err(|e| self.error(&format!("a hexadecimal integer ({e})")))
    }

    /// The rest of the line: integers.
    pub fn integers(&mut self) -> Parsed<Vec<BigInt>> {
        // Counted first: a vector that grows takes twice the memory.
        let mut values = Vec::with_capacity(self.words.clone().count());
        while let Some(word) = self.words.next() {
            values.push(self.hex(word)?);
        }
        Ok(values)
    }

    /// The rest of the line: a positive denominator, then numerators.
    pub fn fractions(&mut self) -> Parsed<Fractions> {
        let denominator = self.denominator()?;
        let numerators = self.integers()?;
        Fractions::new(numerators, denominator).ok_or_else(|| self.error("a positive denominator"))
    }

    /// The next word as a positive integer.
    pub fn denominator(&mut self) -> Parsed<BigInt> {
        let word = self.word("a denominator")?;
        match self.hex(word)? {
            value if value.is_positive() => Ok(value),
            _ => Err(self.error("a positive denominator")),
        }
    }

    /// The rest of the line: indices in ascending order.
    pub fn ascending(&mut self) -> Parsed<Vec<usize>> {
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

    /// The line does not have `expected`.
    pub fn error(&self, expected: &str) -> ParseError {
        // ASCII, and control characters as escapes: a carriage return must not hide what is before it.
        let shown = |c: char| if c.is_ascii_control() { c.escape_default().to_string() } else { c.to_string() };
        let mut found: String = self.text.chars().take(60).map(shown).collect();
        if self.text.len() > 60 {
            found.push_str(" …");
        }
        ParseError { line: self.line, expected: expected.into(), found: format!("`{found}`") }
    }
}
