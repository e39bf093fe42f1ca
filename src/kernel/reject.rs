//! Refusals as data: which step, which rule, what was expected and what was found.

use std::fmt;

/// Why the kernel does not accept a certificate for a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where in the certificate.
    pub step: Place,
    /// The rule whose side condition fails.
    pub rule: Rule,
    /// Expected and found.
    pub reason: Reason,
}

/// A place in a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The header.
    Header,
    /// The point.
    Point,
    /// The region.
    Region,
    /// The step on the output bias.
    Bias,
    /// The step on a neuron.
    Neuron(usize),
    /// The judgement on the second order.
    Curvature,
    /// The conclusion drawn from all steps.
    Conclusion,
}

/// Rules by their names in docs/FORMAT.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Rule {
    Statement,
    Distance,
    Region,
    Bias,
    Kinks,
    Potential,
    ZeroForm,
    Scalar,
    Uniform,
    Stationary,
    Escape,
    Descent,
    Linear,
    Multipliers,
    Rays,
    Matrix,
    Cells,
    Components,
    Curvature,
    Pattern,
    Signs,
    Slack,
    Krawczyk,
    Zero,
    Conclusion,
}

impl Rule {
    /// The name in docs/FORMAT.md.
    pub fn name(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Distance => "distance",
            Self::Region => "region",
            Self::Bias => "bias",
            Self::Kinks => "kinks",
            Self::Potential => "potential",
            Self::ZeroForm => "zero-form",
            Self::Scalar => "scalar",
            Self::Uniform => "uniform",
            Self::Stationary => "stationary",
            Self::Escape => "escape",
            Self::Descent => "descent",
            Self::Linear => "linear",
            Self::Multipliers => "multipliers",
            Self::Rays => "rays",
            Self::Matrix => "matrix",
            Self::Cells => "cells",
            Self::Components => "components",
            Self::Curvature => "curvature",
            Self::Pattern => "pattern",
            Self::Signs => "signs",
            Self::Slack => "slack",
            Self::Krawczyk => "krawczyk",
            Self::Zero => "zero",
            Self::Conclusion => "conclusion",
        }
    }
}

/// Expected and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A part of the statement differs from the user's files and options.
    Differs {
        /// Which part.
        what: &'static str,
        /// What the user's files and options give.
        expected: String,
        /// What the certificate says.
        found: String,
    },
    /// A condition of the rule does not hold.
    Fails {
        /// The condition.
        expected: String,
        /// What holds instead.
        found: String,
    },
    /// The check would exceed a documented limit.
    Limit(String),
}

impl Reason {
    /// A failed condition.
    pub fn fails(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Fails { expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("header"),
            Self::Point => f.write_str("point"),
            Self::Region => f.write_str("region"),
            Self::Bias => f.write_str("bias"),
            Self::Neuron(i) => write!(f, "neuron {i}"),
            Self::Curvature => f.write_str("curvature"),
            Self::Conclusion => f.write_str("conclusion"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs { what, expected, found } => write!(
                f,
                "the certificate is for another {what}: expected {expected} (from the given files and options), found {found}"
            ),
            Self::Fails { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::Limit(what) => write!(f, "over the limit: {what}"),
        }
    }
}

impl std::error::Error for Reject {}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: rule {}: {}", self.step, self.rule.name(), self.reason)
    }
}
