//! One job: check the certificate that is there, or prove and check afresh, and hold the verdict to the expectation.

use super::super::checking::{Answer, decide};
use super::super::files::read_certificate;
use super::super::output::Trouble;
use super::super::progress::Progress;
use super::super::proving::{unmet, write_certificate};
use super::super::target::{Target, usable};
use super::expand::Job;
use super::stale;
use crate::input;
use crate::kernel::problem::Problem;
use crate::kernel::reject::{Reason, Reject};
use crate::kernel::theorem::Theorem;
use crate::report::finding::{Finding, Unsettled};
use crate::report::neurons;
use crate::report::suite::{Ending, Evidence, Expected, Found, Row};
use crate::report::words;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// What becomes of certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Missing ones are produced.
    Produce,
    /// None is written.
    Locked,
    /// Those that do not fit are made afresh; the caller writes them.
    Update,
}

/// A job's row, and the certificate that was made for it, if one was.
pub struct Settled {
    /// The row.
    pub row: Row,
    /// The certificate's text.
    pub fresh: Option<String>,
}

/// Does one job; trouble and panics become the row's error.
pub fn settle(job: &Job, mode: Mode) -> Settled {
    guarded(job, || attempt(job, mode))
}

fn guarded(job: &Job, work: impl FnOnce() -> Result<Settled, Trouble>) -> Settled {
    let start = Instant::now();
    let done = catch_unwind(AssertUnwindSafe(work));
    let mut settled = match done {
        Ok(Ok(settled)) => settled,
        Ok(Err(trouble)) => failed(job, &trouble.to_string()),
        Err(panic) => {
            failed(job, &format!("the program broke off: {}; this is a fault in lowpoint", words_of(&*panic)))
        }
    };
    settled.row.time = start.elapsed();
    settled
}

fn attempt(job: &Job, mode: Mode) -> Result<Settled, Trouble> {
    let problem = input::load(&job.source)?;
    let Some(path) = job.certificate.as_deref().filter(|_| job.expected != Expected::Undetermined) else {
        return prove(job, mode, &problem, Evidence::Unkept);
    };
    if mode == Mode::Locked && !path.exists() {
        let reason = format!("{}: there is no certificate, and `--locked` makes none", path.display());
        return Ok(fell(job, Evidence::Missing, vec![reason]));
    }
    may_write(job, path)?;
    if !path.exists() {
        return prove(job, mode, &problem, Evidence::Produced);
    }
    let bytes = read_certificate(path)?;
    match decide(&problem, &bytes) {
        Answer::Accepted(theorem, _) => Ok(checked(job, &theorem, path)),
        Answer::Malformed(error) => Err(Trouble::new(words::malformed(&path.display().to_string(), &error))),
        Answer::Rejected(_) | Answer::Unrestored(_) if mode == Mode::Update => {
            prove(job, mode, &problem, Evidence::Replaced)
        }
        Answer::Unrestored(reason) => {
            Ok(fell(job, Evidence::Rejected, vec![words::unrestored(&path.display().to_string(), &reason)]))
        }
        Answer::Rejected(reject) => {
            let stale = stale::examine(&problem, &bytes, &reject);
            let reasons = match &stale {
                Some(stale) => stale::reasons(stale, job, path, &bytes),
                None => refused(path, &reject),
            };
            let settled = fell(job, Evidence::Rejected, reasons);
            Ok(Settled { row: Row { stale, ..settled.row }, ..settled })
        }
    }
}

/// Refuses to write over what the job reads.
pub fn may_write(job: &Job, certificate: &Path) -> Result<(), Trouble> {
    let own = [("data", job.source.data.as_path()), ("model", &job.source.model)];
    usable(certificate, "certificate", "certificate", &own)
}

/// A refusal that is not for the digests.
fn refused(path: &Path, reject: &Reject) -> Vec<String> {
    let mut lines = vec![format!("{}: {reject}", path.display())];
    if let Reason::Differs { what: "activation", .. } = reject.reason {
        lines.push("hint: give `negative-slope` as it was when the certificate was made".to_string());
    }
    lines
}

fn checked(job: &Job, theorem: &Theorem, path: &Path) -> Settled {
    let found = Found::of(theorem);
    let reason = match job.expected == found.verdict {
        true => too_far(job, &found),
        false => Some(format!("{}: the certificate proves {}, not {}", path.display(), found.verdict, job.expected)),
    };
    ended(job, found, Evidence::Checked, reason.into_iter().collect())
}

/// Searches, and lets the kernel decide on the bytes found; they are written where the job held and is not an update.
fn prove(job: &Job, mode: Mode, problem: &Problem, evidence: Evidence) -> Result<Settled, Trouble> {
    let place = job.certificate.clone().unwrap_or_default();
    let target = Target { beside: place.clone(), main: place };
    let findings = job.question.search(problem, &target, String::new(), &mut Progress::silent());
    let proved = match findings.main() {
        Some(Finding::Proved(proved)) => proved,
        Some(Finding::Unsettled(unsettled)) => return Ok(undetermined(job, unsettled)),
        None => return Err(Trouble::new("the search ended without a finding")),
    };
    let answer = decide(problem, proved.bytes.as_bytes());
    let refused = || answer.refusal("the new certificate").map_or_else(String::new, |(reason, _)| reason);
    let Answer::Accepted(theorem, _) = &answer else { return Err(Trouble::new(refused())) };
    let found = Found::of(theorem);
    let reason = match job.expected.verdict() {
        None => Some(format!("undetermined was expected, and {} is proved", found.verdict)),
        Some(claim) => unmet(claim, found.verdict.verdict()).or_else(|| too_far(job, &found)),
    };
    let held = reason.is_none();
    if let (true, true, Some(path)) = (held, mode == Mode::Produce, &job.certificate) {
        write_certificate(path, &proved.bytes)?;
    }
    let evidence = if held || mode == Mode::Update { evidence } else { Evidence::Unkept };
    let settled = ended(job, found, evidence, reason.into_iter().collect());
    Ok(Settled { fresh: Some(proved.bytes.clone()), ..settled })
}

fn undetermined(job: &Job, unsettled: &Unsettled) -> Settled {
    let found = Found { verdict: Expected::Undetermined, distance: None };
    let reasons = match job.expected.verdict().and_then(|claim| unmet(claim, None)) {
        None => Vec::new(),
        Some(unmet) => {
            let mut lines = vec![format!("{unmet}: {}", unsettled.reason)];
            lines.extend(neurons::reasons(&unsettled.open));
            lines
        }
    };
    ended(job, found, Evidence::Nothing, reasons)
}

/// Why a proved distance is too large, if it is.
pub fn too_far(job: &Job, found: &Found) -> Option<String> {
    let (most, distance) = (job.max_distance.as_ref()?, found.distance.as_ref()?);
    let text = |value| words::upper_bound(value);
    (distance > most).then(|| format!("the distance {} is more than `max-distance` {}", text(distance), text(most)))
}

/// The row of a job that ended with a finding: it held if nothing speaks against it.
fn ended(job: &Job, found: Found, evidence: Evidence, reasons: Vec<String>) -> Settled {
    let ending = if reasons.is_empty() { Ending::Held } else { Ending::Fell };
    Settled { row: row(job, ending, Some(found), evidence, reasons), fresh: None }
}

fn fell(job: &Job, evidence: Evidence, reasons: Vec<String>) -> Settled {
    Settled { row: row(job, Ending::Fell, None, evidence, reasons), fresh: None }
}

fn failed(job: &Job, reason: &str) -> Settled {
    let reasons = reason.lines().map(str::to_string).collect();
    Settled { row: row(job, Ending::Failed, None, Evidence::Nothing, reasons), fresh: None }
}

fn row(job: &Job, ending: Ending, found: Option<Found>, evidence: Evidence, reasons: Vec<String>) -> Row {
    Row {
        name: job.name.clone(),
        place: job.place,
        expected: job.expected,
        expected_before: None,
        ending,
        found,
        evidence,
        certificate: job.certificate.as_ref().map(|path| path.display().to_string()),
        stale: None,
        reasons,
        time: Duration::ZERO,
    }
}

/// What a panic says.
fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| s.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::proving::{Question, Scope};
    use crate::input::Source;

    #[test]
    fn a_panic_is_the_error_of_its_entry() {
        let job = Job {
            name: "a".to_string(),
            entry: 0,
            place: (1, 1),
            source: Source::default(),
            expected: Expected::Undetermined,
            max_distance: None,
            question: Question::new(Scope::Both, Default::default()),
            certificate: None,
        };
        let row = guarded(&job, || panic!("index {}", 7)).row;
        assert_eq!(row.ending, Ending::Failed);
        assert_eq!(row.reasons, ["the program broke off: index 7; this is a fault in lowpoint"]);
    }
}
