//! A certificate made for other files: which, and whether its proof holds of the files that are there now.
//!
//! Soundness does not rest on digests. So the kernel is asked again about the same data and model under the digests
//! that the certificate names; what it then says of the proof is said of the files that are there now.

use super::super::checking::{Answer, decide};
use super::expand::Job;
use crate::kernel::problem::Problem;
use crate::kernel::reject::{Reason, Reject};
use crate::report::suite::{Difference, Stale};
use std::path::Path;

/// The next step.
const RENEW: &str = "hint: `lowpoint run --update` proves the files as they are now and replaces the certificate";

/// What is to be said of a refused certificate, if it was refused for its digests.
pub fn examine(problem: &Problem, bytes: &[u8], reject: &Reject) -> Option<Stale> {
    let mut digests = problem.digests().clone();
    let mut differences = Vec::new();
    let mut answer = Answer::Rejected(reject.clone());
    // Each round settles one digest, so there are no more rounds than digests.
    for _ in 0..2 {
        let Some(difference) = difference(&answer) else { break };
        match difference.what {
            "data file" => digests.data.clone_from(&difference.certificate),
            _ => digests.model.clone_from(&difference.certificate),
        }
        differences.push(difference);
        let renamed = Problem::new(problem.dataset().clone(), problem.network().clone(), digests.clone())
            .ok()?
            .with_penalty(problem.penalty().clone());
        answer = decide(&renamed, bytes);
    }
    let proof = match answer {
        Answer::Accepted(theorem, _) => Ok(format!("{}: {}", theorem.claim().verdict(), theorem.claim())),
        Answer::Rejected(reject) => Err(reject.to_string()),
        Answer::Unrestored(reason) => Err(format!("its restoration: {reason}")),
        Answer::Malformed(error) => Err(error.to_string()),
    };
    (!differences.is_empty()).then_some(Stale { differences, proof })
}

fn difference(answer: &Answer) -> Option<Difference> {
    match answer {
        Answer::Rejected(Reject { reason: Reason::Differs { what, expected, found }, .. })
            if ["data file", "model file"].contains(what) =>
        {
            Some(Difference { what, file: expected.clone(), certificate: found.clone() })
        }
        _ => None,
    }
}

/// Why the certificate is refused, in lines.
pub fn reasons(stale: &Stale, job: &Job, certificate: &Path, bytes: &[u8]) -> Vec<String> {
    let names: Vec<&str> = stale.differences.iter().map(|d| d.what).collect();
    let mut lines =
        vec![format!("{}: the certificate is for another {}", certificate.display(), names.join(" and another "))];
    for Difference { what, file, certificate } in &stale.differences {
        let path = if *what == "data file" { &job.source.data } else { &job.source.model };
        let path = path.display();
        lines.push(format!("{what} {path}: expected sha256 {certificate} (in the certificate), found {file}"));
    }
    lines.push(match &stale.proof {
        Ok(claim) => format!("the proof still holds of the files as they are now: {claim}"),
        Err(place) => format!("the proof fails of the files as they are now, at {place}"),
    });
    // Compact or not, the claim is the second line's.
    let second = bytes.split(|b| *b == b'\n').nth(1).map(String::from_utf8_lossy);
    let claim = second.as_deref().and_then(|line| line.split(' ').nth(1)).unwrap_or("what it did");
    lines.push(format!("of the files it was made for it still claims {claim}; `lowpoint check` with those decides"));
    lines.push(RENEW.to_string());
    lines
}
