//! What a prove run found, as the reports need it.

use crate::kernel::claim::Verdict;
use crate::kernel::penalty::Penalty;
use crate::kernel::theorem::Theorem;
use num_rational::BigRational;
use std::path::PathBuf;

/// What was found of one point.
#[derive(Debug, Clone)]
pub enum Finding {
    /// Accepted by the kernel.
    Proved(Box<Proved>),
    /// Not settled.
    Unsettled(Box<Unsettled>),
}

/// A proved claim and where its certificate is.
#[derive(Debug, Clone)]
pub struct Proved {
    /// What the kernel accepted.
    pub theorem: Theorem,
    /// The certificate's file.
    pub certificate: PathBuf,
    /// The certificate itself.
    pub bytes: String,
    /// Why steps on neurons are open.
    pub open: Vec<Open>,
}

/// Polished parameters that were written.
#[derive(Debug, Clone)]
pub struct Polished {
    /// Their file.
    pub file: PathBuf,
    /// Their floats, as numpy names them.
    pub floats: &'static str,
    /// Their sup-distance from the given parameters, rounded up.
    pub distance: BigRational,
}

/// Why nothing was proved.
#[derive(Debug, Clone)]
pub struct Unsettled {
    /// The reason for the whole.
    pub reason: String,
    /// The weight decay.
    pub penalty: Penalty,
    /// L with weight decay at the model's own parameters.
    pub model_loss: BigRational,
    /// The reasons by neuron.
    pub open: Vec<Open>,
}

/// A neuron that is not settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The neuron.
    pub neuron: usize,
    /// Number of samples on its kink, where it is known.
    pub kinks: Option<usize>,
    /// Why it is not settled.
    pub reason: String,
}

/// All that one run found.
#[derive(Debug, Clone)]
pub struct Findings {
    /// What the given parameters are, where that was asked.
    pub point: Option<Finding>,
    /// What lies near them, where that was asked and the point left it open.
    pub nearby: Option<Finding>,
    /// Whether both were asked.
    pub both: bool,
    /// The command that checks the main certificate, up to the certificate's name.
    pub check_command: String,
}

impl Finding {
    /// The theorem, where one was proved.
    pub fn proved(&self) -> Option<&Proved> {
        match self {
            Self::Proved(proved) => Some(proved),
            Self::Unsettled(_) => None,
        }
    }

    /// The verdict, where one was proved.
    pub fn verdict(&self) -> Option<Verdict> {
        self.proved().map(|p| p.theorem.claim().verdict())
    }
}

impl Findings {
    /// The finding that a reader sees first: the nearby one where it is proved, else the point's where that is.
    pub fn main(&self) -> Option<&Finding> {
        let proved = |f: &&Finding| f.proved().is_some();
        let (nearby, point) = (self.nearby.as_ref(), self.point.as_ref());
        nearby.filter(proved).or(point.filter(proved)).or(nearby).or(point)
    }

    /// The point's finding, where it stands beside the main one.
    pub fn beside(&self) -> Option<&Finding> {
        self.point.as_ref().filter(|_| self.nearby.is_some() && !self.point_is_main())
    }

    /// The nearby finding, where the main one is the point's.
    pub fn fallen_back_from(&self) -> Option<&Unsettled> {
        match &self.nearby {
            Some(Finding::Unsettled(unsettled)) if self.point_is_main() => Some(unsettled),
            _ => None,
        }
    }

    fn point_is_main(&self) -> bool {
        let proved = |f: &Option<Finding>| f.as_ref().is_some_and(|f| f.proved().is_some());
        self.nearby.is_none() || (!proved(&self.nearby) && proved(&self.point))
    }
}
