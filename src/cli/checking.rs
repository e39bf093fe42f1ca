//! The check of a certificate against the user's files: one function for `lowpoint check` and `lowpoint-check`.

use super::files::read_certificate;
use super::output::{self, Done, Trouble};
use super::{FAILED, NO, YES};
use crate::input::{self, Source};
use crate::kernel::check::check;
use crate::kernel::claim::Verdict;
use crate::kernel::parse::{ParseError, parse_certificate};
use crate::kernel::problem::Problem;
use crate::kernel::reject::Reject;
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
    /// Accepted.
    Accepted(Box<Theorem>),
    /// Not a proof of its claim about this problem.
    Rejected(Reject),
    /// Not a certificate.
    Malformed(ParseError),
}

/// Parses and checks. The claim is the one that the certificate is for; the statement is the problem's.
pub fn decide(problem: &Problem, bytes: &[u8]) -> Answer {
    match parse_certificate(bytes) {
        Err(error) => Answer::Malformed(error),
        Ok((claim, certificate)) => match check(problem, &claim, &certificate) {
            Ok(theorem) => Answer::Accepted(Box::new(theorem)),
            Err(reject) => Answer::Rejected(reject),
        },
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
    let code = match &answer {
        Answer::Accepted(theorem) => {
            let proved = theorem.claim().verdict();
            let other = request.claim.filter(|wanted| *wanted != proved);
            print(&answer, &file, json)?;
            if let Some(wanted) = other {
                output::reason(&format!("{file}: the certificate proves {proved}, not {wanted}"));
            }
            if other.is_some() { NO } else { YES }
        }
        Answer::Rejected(reject) => {
            print(&answer, &file, json)?;
            output::reason(&words::rejected(&file, reject));
            NO
        }
        Answer::Malformed(error) => {
            print(&answer, &file, json)?;
            output::reason(&words::malformed(&file, error));
            FAILED
        }
    };
    Ok(code)
}

fn print(answer: &Answer, file: &str, json: bool) -> Result<(), Trouble> {
    #[cfg(feature = "search")]
    if json {
        use crate::report::json;
        return output::verdict(&match answer {
            Answer::Accepted(theorem) => json::accepted(theorem, file),
            Answer::Rejected(reject) => json::rejected(reject, file),
            Answer::Malformed(error) => json::malformed(error, file),
        });
    }
    let _ = (file, json);
    output::verdict(&match answer {
        Answer::Accepted(theorem) => format!("accepted: {}", words::summary(theorem)),
        Answer::Rejected(_) => "rejected".to_string(),
        Answer::Malformed(_) => "malformed".to_string(),
    })
}
