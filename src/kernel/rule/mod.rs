//! One file for each family of rules: the statement, its side conditions, its source, one check function.
//!
//! A rule's failure is a [`Failure`]; `check` adds the place.

pub mod bounds;
pub mod cells;
pub mod critical;
pub mod curvature;
pub mod escape;
pub mod matrix;
pub mod neuron;
pub mod nonnegative;
pub mod rays;
pub mod statement;

use super::reject::{Reason, Rule};

/// A side condition that does not hold, and the rule that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: Rule,
    /// Expected and found.
    pub reason: Reason,
}

impl Failure {
    /// A failed condition of a rule.
    pub fn new(rule: Rule, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { rule, reason: Reason::fails(expected, found) }
    }
}
