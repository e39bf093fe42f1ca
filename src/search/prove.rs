//! From a problem to verdicts with certificates: at the point, and near it.

use super::classify::{Judgement, classify};
use super::decay;
use super::polish::{Options, Progress, polish};
use super::{emit, float};
use crate::kernel::certificate::{Certificate, Point};
use crate::kernel::check::check;
use crate::kernel::claim::{Claim, Verdict};
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::Fractions;
use crate::kernel::network::Network;
use crate::kernel::number::{Rounding, format_decimal, parse_rational};
use crate::kernel::parse::parse_certificate;
use crate::kernel::problem::Problem;
use crate::kernel::rule::bounds;
use crate::kernel::samples::Samples;
use crate::kernel::theorem::Theorem;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

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
            finish(problem, verdict.claim(BigRational::zero()), &certificate, judgement.open)
        }
    }
}

/// The exact stationary point that polishing reaches, and what it is.
pub fn prove_nearby(problem: &Problem, samples: &Samples, options: &Options, progress: Progress<'_>) -> Outcome {
    if !problem.penalty().is_none() {
        let reason = "with weight decay a stationary point is irrational in general: there is none to polish to".into();
        return Outcome::Undetermined(Undetermined { reason, open: Vec::new() });
    }
    let polished = match polish(problem, samples, options, progress) {
        Ok(polished) => polished,
        Err(reason) => return Outcome::Undetermined(Undetermined { reason, open: Vec::new() }),
    };
    let network = polished.evaluation.network();
    let distance = distance(problem.network(), network);
    if let Some(most) = options.max_distance.filter(|most| distance.to_f64().is_some_and(|d| d > *most)) {
        let reason = format!("the nearest stationary point that was found lies beyond the sup-distance {most}");
        return Outcome::Undetermined(Undetermined { reason, open: Vec::new() });
    }
    let claim = match polished.judgement.verdict {
        Some(Verdict::LocalMinimum) => Claim::LocalMinimumNearby(distance),
        Some(Verdict::Saddle) => Claim::SaddleNearby(distance),
        _ => return undetermined(polished.judgement),
    };
    let point = difference(problem.network(), network);
    let certificate = polished.judgement.certificate(problem, &polished.evaluation, point);
    finish(problem, claim, &certificate, polished.judgement.open)
}

fn undetermined(judgement: Judgement) -> Outcome {
    let reason = match judgement.open.len() {
        0 => "no verdict follows from the neurons' judgements".to_string(),
        1 => "one neuron is not settled".to_string(),
        n => format!("{n} neurons are not settled"),
    };
    Outcome::Undetermined(Undetermined { reason, open: judgement.open })
}

/// Writes the certificate, reads the bytes back and lets the kernel decide.
fn finish(problem: &Problem, claim: Claim, certificate: &Certificate, open: Vec<(usize, String)>) -> Outcome {
    let bytes = emit::certificate(&claim, certificate);
    let failed = |reason: String| {
        let reason = format!("the kernel did not accept the certificate that was found: {reason}");
        Outcome::Undetermined(Undetermined { reason, open: Vec::new() })
    };
    let (claim, certificate) = match parse_certificate(bytes.as_bytes()) {
        Ok(parsed) => parsed,
        Err(e) => return failed(e.to_string()),
    };
    match check(problem, &claim, &certificate) {
        Ok(theorem) => Outcome::Proved(Box::new(Proof { theorem, bytes, open })),
        Err(reject) => failed(reject.to_string()),
    }
}

/// The parts of `point` that differ from the model.
fn difference(model: &Network, point: &Network) -> Point {
    let changed = model.neurons().iter().zip(point.neurons()).enumerate();
    let neurons = changed.filter(|(_, (old, new))| old != new).map(|(i, (_, new))| (i, new.clone())).collect();
    let output_bias = point.output_bias().filter(|b| Some(*b) != model.output_bias()).cloned();
    Point { neurons, output_bias }
}

/// A short upper bound on the sup-distance of two networks of one shape.
fn distance(model: &Network, point: &Network) -> BigRational {
    let far = |(a, b): (&Fractions, &Fractions)| {
        let (da, db) = (a.denominator(), b.denominator());
        let product = da * db;
        let entry = |(x, y): (&BigInt, &BigInt)| float::ratio(&(x * db - y * da).abs(), &product);
        a.numerators().iter().zip(b.numerators()).map(entry).fold(0.0, f64::max)
    };
    let neurons = model.neurons().iter().zip(point.neurons());
    let weights = neurons.flat_map(|(old, new)| [(&old.input, &new.input), (&old.output, &new.output)]);
    let biases = model.output_bias().into_iter().zip(point.output_bias());
    let most = weights.chain(biases).filter(|(old, new)| old != new).map(far).fold(0.0, f64::max);
    let mut bound = float::exact(most);
    // The floats chose the largest entry; the bound is made exact by the kernel's own rule.
    loop {
        let short = parse_rational(&format_decimal(&bound, 4, Rounding::Up)).unwrap_or_else(|_| bound.clone());
        if bounds::distance(model, point, &short).is_ok() {
            return short;
        }
        bound = short * BigRational::new(1001.into(), 1000.into()) + float::exact(f64::MIN_POSITIVE);
    }
}
