//! The roles of a certificate's words.

use crate::document::Document;

/// What may stand in a word's place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// One of these words.
    Word(&'static [&'static str]),
    Digest,
    /// How many of something follow.
    Count,
    /// Which one of something.
    Index,
    Rational,
    /// A rational or `unbounded`.
    Radius,
    Hex,
    /// A positive denominator.
    Denominator,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub line: usize,
    pub word: usize,
    pub role: Role,
    /// The line's name, after the rule in force where several have lines of that name.
    pub label: String,
    /// The neuron whose step it belongs to.
    pub neuron: Option<usize>,
}

/// The end of a line that is a list: from which word, and whether a denominator stands before it.
#[derive(Clone, Debug)]
pub struct List {
    pub line: usize,
    pub start: usize,
    pub is_over: bool,
}

/// A certificate with the roles of its words.
#[derive(Clone, Debug)]
pub struct Annotated {
    pub document: Document,
    pub tokens: Vec<Token>,
    pub lists: Vec<List>,
    /// For each neuron the lines of its step, one past the last.
    pub steps: Vec<(usize, usize)>,
}
