//! The kernel's decisions on small problems: what it accepts is true, by enumeration in exact arithmetic.

use crate::checks::accepted_is_true;
use crate::common::counts::Counts;
use crate::common::instance::Instance;
use crate::common::mutate::mutate;
use crate::common::rng::Rng;
use crate::exact::{Answer, Judged, judge};
use crate::mixed_instances::mixed;
use crate::{claimed, curvature, forged};
use lowpoint::compact::{compact_beyond, complete};
use lowpoint::kernel::certificate::{BiasStep, Certificate, Curvature, Point};
use lowpoint::kernel::claim::Claim;
use lowpoint::kernel::parse::parse_certificate;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::rule::statement::header;
use lowpoint::kernel::samples::Samples;
use lowpoint::search::emit;
use lowpoint::search::polish::{Options, Tier};
use lowpoint::search::prove::{Outcome, prove_at_point, prove_nearby};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most of the text of an edited certificate: long numbers are the oracle's burden.
const MOST_TEXT: usize = 1 << 14;

/// A problem, its honest certificate and changes of it, all chosen by the bytes: the first is the number of those
/// that choose the changes.
pub fn check(bytes: &[u8]) {
    let Some((&count, rest)) = bytes.split_first() else { return };
    let (edits, design) = rest.split_at(rest.len().min(count.into()));
    let (mut design, mut edits) = (Rng::from_bytes(design), Rng::from_bytes(edits));
    let case = Case::new(instance(&mut design));
    let Some((claim, certificate)) = case.honest(&mut edits) else { return };
    let accepted = case.holds(&claim, &certificate, &mut edits);
    let mut text = emit::certificate(&claim, &certificate);
    if !accepted || text.len() > MOST_TEXT {
        return;
    }
    for _ in 0..=edits.below(4) {
        text = mutate(&text, &mut edits);
        let parsed = parse_certificate(text.as_bytes());
        // The oracle takes its time: one edit that is accepted is enough.
        if parsed.is_ok_and(|(claim, certificate)| case.holds(&claim, &certificate, &mut edits)) || text.is_empty() {
            return;
        }
    }
}

/// One of 256 problems by the first byte; the rest is the text of a certificate, whose header is made to fit.
pub fn check_text(bytes: &[u8]) {
    let Some((&seed, text)) = bytes.split_first() else { return };
    let Ok((claim, mut certificate)) = parse_certificate(text) else { return };
    let case = case(seed);
    certificate.header = header(&case.problem);
    case.holds(&claim, &certificate, &mut Rng::from_bytes(text));
}

/// One of 256 problems by the first byte; the rest is a compact certificate for it, whose header is made to fit. What is
/// restored and accepted is true.
pub fn compact_text(bytes: &[u8]) {
    let Some((&seed, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let case = case(seed);
    let samples = Samples::new(case.problem.dataset(), case.problem.network().has_hidden_bias());
    let Ok(restored) = complete(&case.problem, &samples, fitted(&case.problem, text).as_bytes()) else { return };
    if restored.text.len() < MOST_TEXT
        && let Ok((claim, certificate)) = parse_certificate(restored.text.as_bytes())
    {
        case.holds(&claim, &certificate, &mut Rng::from_bytes(bytes));
    }
}

/// The text with the lines `data`, `model`, `shape` and `slopes` of the problem.
fn fitted(problem: &Problem, text: &str) -> String {
    let (point, neurons) = (Point::default(), Vec::new());
    let header = header(problem);
    let own =
        Certificate { header, point, region: None, bias: BiasStep::Absent, neurons, curvature: Curvature::Absent };
    let own = emit::certificate(&Claim::Saddle, &own);
    let lines = text.split('\n').take(2).chain(own.split('\n').skip(2).take(4)).chain(text.split('\n').skip(6));
    lines.collect::<Vec<_>>().join("\n")
}

/// The problem of a byte.
fn case(seed: u8) -> Arc<Case> {
    static CASES: Mutex<BTreeMap<u8, Arc<Case>>> = Mutex::new(BTreeMap::new());
    // A test that fails elsewhere may have poisoned the lock; what it holds is whole.
    let mut cases = CASES.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(cases.entry(seed).or_insert_with(|| Arc::new(Case::new(instance(&mut Rng::new(seed.into()))))))
}

/// A compact certificate of the problem that [`compact_text`] takes for this byte, with every line left out that can be.
pub fn honest_compact(seed: u8) -> Option<Vec<u8>> {
    let case = case(seed);
    let samples = Samples::new(case.problem.dataset(), case.problem.network().has_hidden_bias());
    let exact = Options { tier: Tier::Exact, ..Options::default() };
    match prove_nearby(&case.problem, &samples, &exact, &mut |_, _| true) {
        Outcome::Undetermined(_) => None,
        Outcome::Proved(proof) => {
            let text = compact_beyond(&case.problem, &proof.bytes, 0).expect("what was proved is restored");
            text.contains(" solved").then(|| [&[seed], text.as_bytes()].concat())
        }
    }
}

/// An honest certificate of the problem that [`check_text`] takes for this byte: where its corpus starts.
pub fn honest_text(seed: u8) -> Option<Vec<u8>> {
    let mut rng = Rng::new(seed.into());
    let case = Case::new(instance(&mut rng));
    let (claim, certificate) = case.honest(&mut rng)?;
    Some([&[seed], emit::certificate(&claim, &certificate).as_bytes()].concat())
}

/// A form and proofs of it, honest and forged, all chosen by the bytes.
pub fn forms(bytes: &[u8]) {
    forged::forge(&mut Rng::from_bytes(bytes), &mut Counts::default());
}

fn instance(rng: &mut Rng) -> Instance {
    let mut instance = if rng.chance(70) { Instance::random(rng) } else { mixed(rng) };
    let divisor = rng.pick(&[1, 1, 30, 1000]);
    if divisor > 1 {
        curvature::shrink(&mut instance, divisor);
    }
    instance
}

/// A problem and what the oracle says of it.
struct Case {
    instance: Instance,
    problem: Problem,
    judged: Judged,
}

impl Case {
    fn new(instance: Instance) -> Self {
        let (problem, judged) = (instance.problem(), judge(&instance, &instance.net));
        Self { instance, problem, judged }
    }

    /// A certificate that the search finds at the point or near it, or one that claims a minimum by the second order.
    fn honest(&self, rng: &mut Rng) -> Option<(Claim, Certificate)> {
        let kind = rng.below(6);
        if kind == 0 && self.judged.answer != Answer::NotStationary {
            return Some((Claim::LocalMinimum, claimed::certificate(&self.problem, rng)?));
        }
        let samples = Samples::new(self.problem.dataset(), self.problem.network().has_hidden_bias());
        let options = Options::default();
        let outcome = match kind {
            // Boxes have rules of their own.
            1 => prove_nearby(&self.problem, &samples, &Options { tier: Tier::Exact, ..options }, &mut |_, _| true),
            _ => prove_at_point(&self.problem, &samples, &options),
        };
        match outcome {
            Outcome::Proved(proof) => Some(parse_certificate(proof.bytes.as_bytes()).expect("the prover's own bytes")),
            Outcome::Undetermined(_) => None,
        }
    }

    /// Whether the kernel accepts; then the claim is true.
    fn holds(&self, claim: &Claim, certificate: &Certificate, rng: &mut Rng) -> bool {
        accepted_is_true(&self.instance, &self.problem, &self.judged, claim, certificate, rng)
    }
}
