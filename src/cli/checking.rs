//! The check of a certificate against the user's files: one function for `lowpoint check` and `lowpoint-check`.

use super::files::read_certificate;
use super::output::{self, Done, Trouble};
use super::{FAILED, NO, YES};
use crate::compact::{self, Unrestored};
use crate::input::{self, Source};
use crate::kernel::certificate::Evidence;
use crate::kernel::check::check_evidence;
use crate::kernel::claim::Verdict;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::parse::{ParseError, parse_evidence};
use crate::kernel::problem::Problem;
use crate::kernel::reject::Reject;
use crate::kernel::samples::Samples;
use crate::kernel::theorem::Theorem;
use crate::report::words;
use std::path::PathBuf;

/// The losses of a sample that are decided: 1/2 |f(x) - y|^2. T1 holds for every convex differentiable one.
pub const LOSSES: [&str; 1] = ["squared"];

/// What is to be checked.
#[derive(Debug, Clone)]
pub struct Request {
    /// The problem's files.
    pub source: Source,
    /// The certificate's file.
    pub certificate: PathBuf,
    /// The verdict that it must prove, if the user names one.
    pub claim: Option<Verdict>,
}

/// What the kernel says to a certificate's bytes.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Accepted, with the whole certificate as the kernel saw it.
    Accepted(Box<Theorem>, Box<Evidence>),
    /// Not a proof of its claim about this problem.
    Rejected(Reject),
    /// A compact certificate whose gaps cannot be filled for this problem, and why.
    Unrestored(String),
    /// Not a certificate.
    Malformed(ParseError),
}

/// Parses and checks; a compact certificate is restored first. The claim is the one that the certificate is for; the
/// statement is the problem's.
pub fn decide(problem: &Problem, bytes: &[u8]) -> Answer {
    if !compact::is_compact(bytes) {
        return decide_restored(problem, bytes, None);
    }
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    match compact::complete(problem, &samples, bytes) {
        Ok(restored) => decide_restored(problem, restored.text.as_bytes(), restored.evaluation.as_ref()),
        Err(Unrestored::Malformed(error)) => Answer::Malformed(error),
        Err(Unrestored::Unsolvable(reason)) => Answer::Unrestored(reason),
    }
}

fn decide_restored(problem: &Problem, bytes: &[u8], known: Option<&Evaluation<'_>>) -> Answer {
    match parse_evidence(bytes) {
        Err(error) => Answer::Malformed(error),
        Ok((claim, evidence)) => match check_evidence(problem, &claim, &evidence, known) {
            Ok(theorem) => Answer::Accepted(Box::new(theorem), Box::new(evidence)),
            Err(reject) => Answer::Rejected(reject),
        },
    }
}

impl Answer {
    /// Why it is not accepted, in words, and the exit code for that.
    pub fn refusal(&self, file: &str) -> Option<(String, u8)> {
        match self {
            Self::Accepted(..) => None,
            Self::Rejected(reject) => Some((words::rejected(file, reject), NO)),
            Self::Unrestored(reason) => Some((words::unrestored(file, reason), NO)),
            Self::Malformed(error) => Some((words::malformed(file, error), FAILED)),
        }
    }
}

/// Reads the problem and the certificate, and decides.
pub fn answer(request: &Request) -> Result<Answer, Trouble> {
    let problem = input::load(&request.source)?;
    let bytes = read_certificate(&request.certificate)?;
    Ok(decide(&problem, &bytes))
}

/// Checks, prints the answer and returns the exit code.
pub fn run(request: &Request, json: bool) -> Done {
    let answer = answer(request)?;
    let file = request.certificate.display().to_string();
    print(&answer, &file, json)?;
    if let Some((reason, code)) = answer.refusal(&file) {
        output::reason(&reason);
        return Ok(code);
    }
    let proved = if let Answer::Accepted(theorem, _) = &answer { Some(theorem.claim().verdict()) } else { None };
    match request.claim.filter(|wanted| Some(*wanted) != proved).zip(proved) {
        None => Ok(YES),
        Some((wanted, proved)) => {
            output::reason(&format!("{file}: the certificate proves {proved}, not {wanted}"));
            Ok(NO)
        }
    }
}

fn print(answer: &Answer, file: &str, json: bool) -> Result<(), Trouble> {
    #[cfg(feature = "search")]
    if json {
        use crate::report::json;
        return output::verdict(&match answer {
            Answer::Accepted(theorem, _) => json::accepted(theorem, file),
            Answer::Rejected(reject) => json::rejected(reject, file),
            Answer::Unrestored(reason) => json::unrestored(reason, file),
            Answer::Malformed(error) => json::malformed(error, file),
        });
    }
    let _ = (file, json);
    output::verdict(&match answer {
        Answer::Accepted(theorem, _) => format!("accepted: {}", words::summary(theorem)),
        Answer::Rejected(_) | Answer::Unrestored(_) => "rejected".to_string(),
        Answer::Malformed(_) => "malformed".to_string(),
    })
}
