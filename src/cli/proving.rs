//! `lowpoint prove`: search, write, read back, report.

use super::args::ProveArguments;
use super::files::read_certificate;
use super::options::At;
use super::output::{self, Done, Trouble};
use super::progress::Progress;
use super::target::Target;
use super::{NO, YES, atomic};
use crate::input;
use crate::kernel::claim::Verdict;
use crate::kernel::problem::Problem;
use crate::kernel::residuals::Residuals;
use crate::kernel::samples::Samples;
use crate::report::finding::{Finding, Findings, Open, Proved, Unsettled};
use crate::report::{json, text};
use crate::search::polish::Options;
use crate::search::prove::{Outcome, Undetermined, prove_at_point, prove_nearby};
use num_bigint::Sign;
use std::path::{Path, PathBuf};

/// Proves what the arguments ask for; the exit code says whether it was proved.
pub fn prove(arguments: &ProveArguments) -> Done {
    let question = question(arguments)?;
    let source = arguments.statement.source(arguments.data.clone(), arguments.model.clone())?;
    let target = Target::new(arguments)?;
    let mut progress = Progress::start();
    progress.phase("reading the data and the model");
    let problem = input::load(&source)?;
    let findings = question.search(
        &problem,
        &target,
        arguments.statement.check_command(&arguments.data, &arguments.model),
        &mut progress,
    );
    progress.phase("writing the certificate");
    let found = || [&findings.nearby, &findings.point].into_iter().flatten();
    found().try_for_each(keep)?;
    let written: Vec<&PathBuf> = found().filter_map(Finding::proved).map(|proved| &proved.certificate).collect();
    [&target.main, &target.beside].into_iter().filter(|path| !written.contains(path)).for_each(|path| kept(path));
    drop(progress);
    let report = if arguments.format.is_json() { json::findings(&findings) } else { text::findings(&findings) };
    output::verdict(&report)?;
    let Some(finding) = findings.main() else { return Ok(NO) };
    let unmet = arguments.claim.and_then(|claim| unmet(claim, finding.verdict()));
    unmet.iter().for_each(|reason| output::reason(reason));
    Ok(if finding.verdict().is_some() && unmet.is_none() { YES } else { NO })
}

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The given parameters.
    Point,
    /// What lies near them.
    Near,
    /// The first, and the second where the first is no minimum.
    Both,
}

impl Scope {
    /// A claim decides where `at` does not, and must fit where it does: `None` if it does not.
    pub fn new(at: Option<At>, claim: Option<Verdict>) -> Option<Self> {
        let of_at = at.map(|at| if at == At::Near { Self::Near } else { Self::Point });
        let of_claim = claim.map(|claim| if claim.is_nearby() { Self::Near } else { Self::Point });
        match (of_at, of_claim) {
            (Some(at), Some(claim)) => (at == claim).then_some(at),
            (at, claim) => Some(at.or(claim).unwrap_or(Self::Both)),
        }
    }
}

/// What is to be found of a problem, and how far the search may go.
#[derive(Debug, Clone)]
pub struct Question {
    scope: Scope,
    options: Options,
}

impl Question {
    /// The question with the limits of a search near the given parameters.
    pub fn new(scope: Scope, options: Options) -> Self {
        Self { scope, options }
    }

    /// Searches. The nearby certificate goes under the target's main name where there is one; nothing is written yet.
    pub fn search(
        &self,
        problem: &Problem,
        target: &Target,
        check_command: String,
        progress: &mut Progress,
    ) -> Findings {
        progress.phase("judging the given parameters");
        let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
        let point = (self.scope != Scope::Near).then(|| prove_at_point(problem, &samples, &self.options));
        let settled =
            matches!(&point, Some(Outcome::Proved(p)) if p.theorem.claim().verdict() == Verdict::LocalMinimum);
        let nearby = (self.scope == Scope::Near || (self.scope == Scope::Both && !settled)).then(|| {
            progress.phase("polishing");
            prove_nearby(problem, &samples, &self.options, &mut |round, loss| {
                progress.detail(|| format!("polishing: round {round}, loss about {loss:.6e}"));
                true
            })
        });
        let near_is_proved = matches!(nearby, Some(Outcome::Proved(_)));
        let point_target = if near_is_proved { &target.beside } else { &target.main };
        let nearby = nearby.map(|o| finding(problem, o, &target.main, false));
        let point = point.map(|o| finding(problem, o, point_target, true));
        Findings { point, nearby, both: self.scope == Scope::Both, check_command }
    }
}

fn question(arguments: &ProveArguments) -> Result<Question, Trouble> {
    let Some(scope) = Scope::new(arguments.at, arguments.claim) else {
        let claim = arguments.claim.unwrap_or(Verdict::LocalMinimum);
        let wanted = if claim.is_nearby() { "near" } else { "point" };
        let trouble = Trouble::new(format!("the claim {claim} does not go with the given `--at`"));
        return Err(trouble.hint(format!("use `--at {wanted}`, or leave it out")));
    };
    if scope == Scope::Point && (arguments.search.zero_below.is_some() || arguments.search.max_distance.is_some()) {
        let trouble = Trouble::new("`--zero-below` and `--max-distance` are for a search near the given parameters");
        return Err(trouble.hint("use `--at near`"));
    }
    Ok(Question::new(scope, arguments.search.options()))
}

/// Says so where a certificate of an earlier run stays: it may be for other files.
pub fn kept(path: &Path) {
    if path.is_file() {
        output::reason(&format!("note: {} is from an earlier run; this run did not write it", path.display()));
    }
}

/// The report's view of an outcome whose certificate, if there is one, goes to `path`.
pub fn finding(problem: &Problem, outcome: Outcome, path: &Path, at_point: bool) -> Finding {
    match outcome {
        Outcome::Undetermined(undetermined) => Finding::Unsettled(Box::new(unsettled(problem, undetermined, at_point))),
        Outcome::Proved(proof) => {
            let kinks = |i: usize| proof.theorem.neurons().get(i).map(|fact| fact.kinks);
            let open = open(proof.open, kinks);
            Finding::Proved(Box::new(Proved {
                certificate: path.to_path_buf(),
                bytes: proof.bytes,
                open,
                theorem: proof.theorem,
            }))
        }
    }
}

/// Writes a proof's certificate to its place; the bytes on disk are what is reported.
fn keep(finding: &Finding) -> Result<(), Trouble> {
    finding.proved().map_or(Ok(()), |proved| write_certificate(&proved.certificate, &proved.bytes))
}

/// Writes a certificate that the kernel accepted; what is on disk must be the same.
pub fn write_certificate(path: &Path, bytes: &str) -> Result<(), Trouble> {
    atomic::write(path, bytes.as_bytes())?;
    if read_certificate(path)? != bytes.as_bytes() {
        let reason = format!("{}: the bytes on disk are not those that were proved", path.display());
        return Err(Trouble::new(reason).hint("another program may be writing to the same file"));
    }
    Ok(())
}

/// The reasons, with the model's loss and, at its own parameters, the kinks.
fn unsettled(problem: &Problem, undetermined: Undetermined, at_point: bool) -> Unsettled {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let residuals = Residuals::new(problem.dataset(), &samples, problem.network());
    let kinks = |i: usize| {
        let signs = residuals.signs().get(i).filter(|_| at_point)?;
        Some(signs.iter().filter(|s| **s == Sign::NoSign).count())
    };
    let model_loss = problem.loss(&residuals);
    let penalty = problem.penalty().clone();
    Unsettled { reason: undetermined.reason, penalty, model_loss, open: open(undetermined.open, kinks) }
}

fn open(reasons: Vec<(usize, String)>, kinks: impl Fn(usize) -> Option<usize>) -> Vec<Open> {
    reasons.into_iter().map(|(neuron, reason)| Open { neuron, kinks: kinks(neuron), reason }).collect()
}

/// Why the claim does not follow from what was proved, if it does not.
pub fn unmet(claim: Verdict, proved: Option<Verdict>) -> Option<String> {
    match proved {
        Some(verdict) if verdict == claim => None,
        // Of the verdicts on one point only one can hold; points nearby are many.
        Some(verdict) if !claim.is_nearby() => Some(format!("{claim} is refuted: {verdict} is proved")),
        Some(verdict) => Some(format!("{claim} is not settled: {verdict} is proved")),
        None => Some(format!("{claim} is not settled")),
    }
}
