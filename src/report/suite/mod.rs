//! What became of a suite, entry by entry, as the reports need it.

pub mod github;
pub mod json;
pub mod junit;
pub mod text;

use super::words;
use crate::kernel::claim::Verdict;
use crate::kernel::theorem::Theorem;
use num_rational::BigRational;
use std::fmt;
use std::time::Duration;

/// What an entry expects and what was found: a verdict, or that none is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The kernel accepts a certificate of this.
    Verdict(Verdict),
    /// The search ends without a verdict.
    Undetermined,
}

impl Expected {
    /// All of them, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        Verdict::ALL.into_iter().map(Self::Verdict).chain([Self::Undetermined])
    }

    /// The name in suites and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Verdict(verdict) => verdict.name(),
            Self::Undetermined => "undetermined",
        }
    }

    /// The verdict, where one is expected.
    pub fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Verdict(verdict) => Some(verdict),
            Self::Undetermined => None,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How an entry ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// The expectation is proved, or undetermined was expected and nothing was proved.
    Held,
    /// It is not.
    Fell,
    /// It could not be done.
    Failed,
}

impl Ending {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Fell => "fell",
            Self::Failed => "error",
        }
    }
}

/// What an ending rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// A certificate that was there was accepted.
    Checked,
    /// A certificate was made, accepted and written.
    Produced,
    /// The same, in the place of one that no longer fitted.
    Replaced,
    /// A certificate was made and accepted; it is not written, because no place is named or the entry fell.
    Unkept,
    /// A certificate that was there was rejected.
    Rejected,
    /// None is there.
    Missing,
    /// Nothing was accepted or rejected.
    Nothing,
}

impl Evidence {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Produced => "produced",
            Self::Replaced => "replaced",
            Self::Unkept => "not kept",
            Self::Rejected => "rejected",
            Self::Missing => "missing",
            Self::Nothing => "-",
        }
    }
}

/// What was found of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The verdict that was accepted, or that none was reached.
    pub verdict: Expected,
    /// How far the certified point is, for a nearby verdict.
    pub distance: Option<BigRational>,
}

impl Found {
    /// What the kernel accepted.
    pub fn of(theorem: &Theorem) -> Self {
        let claim = theorem.claim();
        let distance = claim.verdict().is_nearby().then(|| claim.distance());
        Self { verdict: Expected::Verdict(claim.verdict()), distance }
    }

    fn distance(&self) -> Option<String> {
        self.distance.as_ref().map(words::upper)
    }
}

/// A file that is not the one a certificate was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `data file` or `model file`.
    pub what: &'static str,
    /// The file's digest now.
    pub file: String,
    /// The digest in the certificate.
    pub certificate: String,
}

/// A certificate made for other files than those that are there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Which files differ.
    pub differences: Vec<Difference>,
    /// What the kernel says to the proof where the digests are left out: the claim, or where it fails.
    pub proof: Result<String, String>,
}

/// One entry's line.
#[derive(Debug, Clone)]
pub struct Row {
    /// The entry's name.
    pub name: String,
    /// Where in the suite it begins: line and column, from 1.
    pub place: (usize, usize),
    /// What is expected.
    pub expected: Expected,
    /// What was expected before this run rewrote it.
    pub expected_before: Option<Expected>,
    /// How it ended.
    pub ending: Ending,
    /// What was found, where anything was.
    pub found: Option<Found>,
    /// What that rests on.
    pub evidence: Evidence,
    /// The certificate's file, where one is named.
    pub certificate: Option<String>,
    /// Why the certificate no longer fits, where it is for other files.
    pub stale: Option<Stale>,
    /// Why it did not hold, in lines; the first says it all in short.
    pub reasons: Vec<String>,
    /// How long it took.
    pub time: Duration,
}

/// All entries, in the suite's order.
#[derive(Debug, Clone)]
pub struct Report {
    /// The suite's file.
    pub suite: String,
    /// One for each entry.
    pub rows: Vec<Row>,
}

impl Report {
    /// How many entries ended so.
    pub fn count(&self, ending: Ending) -> usize {
        self.rows.iter().filter(|row| row.ending == ending).count()
    }

    /// The counts in one line.
    pub fn summary(&self) -> String {
        let [held, fell, failed] = [Ending::Held, Ending::Fell, Ending::Failed].map(|ending| self.count(ending));
        format!("{held} held, {fell} fell, {failed} could not be done")
    }
}
