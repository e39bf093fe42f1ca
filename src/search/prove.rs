//! From a problem to verdicts with certificates: at the point, and near it.

use super::classify::{Judgement, classify};
use super::decay;
use super::polish::{Options, Progress};
use super::{emit, nearby};
use crate::kernel::certificate::Point;
use crate::kernel::check::check_evidence;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::parse::{ParseError, parse_evidence};
use crate::kernel::problem::Problem;
use crate::kernel::reject::Reject;
use crate::kernel::samples::Samples;
use crate::kernel::theorem::Theorem;
use num_rational::BigRational;
use num_traits::Zero;

/// What was found of one point.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Proved: the kernel accepted exactly these bytes.
    Proved(Box<Proof>),
    /// Not settled.
    Undetermined(Undetermined),
}

/// A proved claim.
#[derive(Debug, Clone)]
pub struct Proof {
    /// What the kernel made of the bytes.
    pub theorem: Theorem,
    /// The certificate.
    pub bytes: String,
    /// Reasons of steps that stayed open, by neuron.
    pub open: Vec<(usize, String)>,
}

/// Why nothing was proved.
#[derive(Debug, Clone, Default)]
pub struct Undetermined {
    /// The reason for the whole.
    pub reason: String,
    /// Reasons by neuron.
    pub open: Vec<(usize, String)>,
}

/// What the problem's own parameters are.
pub fn prove_at_point(problem: &Problem, samples: &Samples, options: &Options) -> Outcome {
    let evaluation = Evaluation::new(problem.dataset(), samples, problem.network().clone());
    let penalty = problem.penalty();
    let judgement = match penalty.is_none() {
        true => classify(&evaluation, &options.limits),
        false => decay::classify(&evaluation, penalty, &options.limits),
    };
    match judgement.verdict {
        None if !penalty.is_none() => Outcome::Undetermined(Undetermined {
            reason: "with weight decay a point that is exactly stationary is irrational in general; look near it"
                .into(),
            open: judgement.open,
        }),
        None => undetermined(judgement),
        Some(verdict) => {
            let certificate = judgement.certificate(problem, &evaluation, Point::default());
            let bytes = emit::certificate(&verdict.claim(BigRational::zero()), &certificate);
            finish(problem, &bytes, judgement.open)
        }
    }
}

/// What the stationary point is that a search near the parameters reaches.
pub fn prove_nearby(problem: &Problem, samples: &Samples, options: &Options, progress: Progress<'_>) -> Outcome {
    match nearby::find(problem, samples, options, progress) {
        Ok(found) => found.certify(problem, options),
        Err(undetermined) => Outcome::Undetermined(undetermined),
    }
}

pub(super) fn undetermined(judgement: Judgement) -> Outcome {
    let reason = match judgement.open.len() {
        0 => "no verdict follows from the neurons' judgements".to_string(),
        1 => "one neuron is not settled".to_string(),
        n => format!("{n} neurons are not settled"),
    };
    Outcome::Undetermined(Undetermined { reason, open: judgement.open })
}

/// Why the kernel did not accept bytes that were written.
pub(super) enum Refusal {
    /// No certificate at all.
    Malformed(ParseError),
    /// No proof.
    Rejected(Reject),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the kernel did not accept the certificate that was found: ")?;
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::Rejected(reject) => reject.fmt(f),
        }
    }
}

/// Reads the bytes back and lets the kernel decide.
pub(super) fn settle(problem: &Problem, bytes: &str) -> Result<Theorem, Refusal> {
    let (claim, evidence) = parse_evidence(bytes.as_bytes()).map_err(Refusal::Malformed)?;
    check_evidence(problem, &claim, &evidence, None).map_err(Refusal::Rejected)
}

/// The outcome of a certificate's bytes.
pub(super) fn finish(problem: &Problem, bytes: &str, open: Vec<(usize, String)>) -> Outcome {
    match settle(problem, bytes) {
        Ok(theorem) => Outcome::Proved(Box::new(Proof { theorem, bytes: bytes.to_string(), open })),
        Err(refusal) => Outcome::Undetermined(Undetermined { reason: refusal.to_string(), open: Vec::new() }),
    }
}
