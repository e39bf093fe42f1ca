//! `lowpoint prove`: search, write, read back, report.

use super::args::{At, ProveArguments};
use super::files::read_certificate;
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
use crate::search::cells::Limits;
use crate::search::polish::Options;
use crate::search::prove::{Outcome, Undetermined, prove_at_point, prove_nearby};
use num_bigint::Sign;
use num_traits::ToPrimitive;
use std::path::Path;

/// Proves what the arguments ask for; the exit code says whether it was proved.
pub fn prove(arguments: &ProveArguments) -> Done {
    let scope = Scope::new(arguments)?;
    let options = options(arguments);
    set_threads(arguments.threads)?;
    let source = arguments.statement.source(arguments.data.clone(), arguments.model.clone());
    let target = Target::new(arguments)?;
    let mut progress = Progress::start();
    progress.phase("reading the data and the model");
    let problem = input::load(&source)?;
    let outcomes = Outcomes::search(&problem, scope, &options, &mut progress);
    progress.phase("writing and checking the certificate");
    let findings = outcomes.write(&problem, &target, check_command(arguments))?;
    drop(progress);
    let report = if arguments.format.is_json() { json::findings(&findings) } else { text::findings(&findings) };
    output::verdict(&report)?;
    Ok(exit_code(arguments.claim, findings.main()))
}

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Point,
    Near,
    Both,
}

impl Scope {
    /// A claim decides where `--at` does not, and must fit where it does.
    fn new(arguments: &ProveArguments) -> Result<Self, Trouble> {
        let scope = match (arguments.at, arguments.claim) {
            (None, None) => Self::Both,
            (Some(At::Point), None) => Self::Point,
            (Some(At::Near), None) => Self::Near,
            (at, Some(claim)) => {
                let scope = if claim.is_nearby() { Self::Near } else { Self::Point };
                if at.is_some_and(|at| (at == At::Near) != (scope == Self::Near)) {
                    let wanted = if claim.is_nearby() { "near" } else { "point" };
                    let trouble = Trouble::new(format!("the claim {claim} does not go with the given `--at`"));
                    return Err(trouble.hint(format!("use `--at {wanted}`, or leave it out")));
                }
                scope
            }
        };
        if scope == Self::Point && (arguments.zero_below.is_some() || arguments.max_distance.is_some()) {
            let trouble =
                Trouble::new("`--zero-below` and `--max-distance` are for a search near the given parameters");
            return Err(trouble.hint("use `--at near`"));
        }
        Ok(scope)
    }
}

fn options(arguments: &ProveArguments) -> Options {
    let max_distance = arguments.max_distance.as_ref().map(|r| r.to_f64().unwrap_or(f64::INFINITY));
    let limits = Limits { max_cells: arguments.max_cells as usize, ..Limits::default() };
    Options { zero_below: arguments.zero_below.clone(), max_distance, limits }
}

fn set_threads(threads: Option<u16>) -> Result<(), Trouble> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    pool.map_err(|e| Trouble::new(format!("`--threads {threads}`: {e}")))
}

/// What the search found, before anything is written.
struct Outcomes {
    point: Option<Outcome>,
    nearby: Option<Outcome>,
    both: bool,
}

impl Outcomes {
    fn search(problem: &Problem, scope: Scope, options: &Options, progress: &mut Progress) -> Self {
        progress.phase("judging the given parameters");
        let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
        let point = (scope != Scope::Near).then(|| prove_at_point(problem, &samples, options));
        let settled = verdict(point.as_ref()) == Some(Verdict::LocalMinimum);
        let nearby = (scope == Scope::Near || (scope == Scope::Both && !settled)).then(|| {
            progress.phase("polishing");
            prove_nearby(problem, &samples, options, &mut |round, loss| {
                progress.detail(|| format!("polishing: round {round}, loss about {loss:.6e}"));
                true
            })
        });
        Self { point, nearby, both: scope == Scope::Both }
    }

    /// Writes what is proved, the nearby certificate under the main name where there is one.
    fn write(self, problem: &Problem, target: &Target, check_command: String) -> Result<Findings, Trouble> {
        let near_is_proved = matches!(self.nearby, Some(Outcome::Proved(_)));
        let point_target = if near_is_proved { &target.beside } else { &target.main };
        let nearby = self.nearby.map(|o| finding(problem, o, &target.main, false)).transpose()?;
        let point = self.point.map(|o| finding(problem, o, point_target, true)).transpose()?;
        Ok(Findings { point, nearby, both: self.both, check_command })
    }
}

fn verdict(outcome: Option<&Outcome>) -> Option<Verdict> {
    match outcome {
        Some(Outcome::Proved(proof)) => Some(proof.theorem.claim().verdict()),
        _ => None,
    }
}

/// The report's view of an outcome. A proof is written first, and the bytes on disk are what is reported.
fn finding(problem: &Problem, outcome: Outcome, path: &Path, at_point: bool) -> Result<Finding, Trouble> {
    match outcome {
        Outcome::Undetermined(undetermined) => Ok(Finding::Unsettled(unsettled(problem, undetermined, at_point))),
        Outcome::Proved(proof) => {
            atomic::write(path, proof.bytes.as_bytes())?;
            // The kernel accepted these bytes; what is on disk must be the same.
            if read_certificate(path)? != proof.bytes.as_bytes() {
                let reason = format!("{}: the bytes on disk are not those that were proved", path.display());
                return Err(Trouble::new(reason).hint("another program may be writing to the same file"));
            }
            let kinks = |i: usize| proof.theorem.neurons().get(i).map(|fact| fact.kinks);
            let open = open(proof.open, kinks);
            let certificate = path.display().to_string();
            Ok(Finding::Proved(Box::new(Proved {
                certificate,
                bytes: proof.bytes.len(),
                open,
                theorem: proof.theorem,
            })))
        }
    }
}

/// The reasons, with the model's loss and, at its own parameters, the kinks.
fn unsettled(problem: &Problem, undetermined: Undetermined, at_point: bool) -> Unsettled {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let residuals = Residuals::new(problem.dataset(), &samples, problem.network());
    let kinks = |i: usize| {
        let signs = residuals.signs().get(i).filter(|_| at_point)?;
        Some(signs.iter().filter(|s| **s == Sign::NoSign).count())
    };
    let model_loss = residuals.loss().clone();
    Unsettled { reason: undetermined.reason, model_loss, open: open(undetermined.open, kinks) }
}

fn open(reasons: Vec<(usize, String)>, kinks: impl Fn(usize) -> Option<usize>) -> Vec<Open> {
    reasons.into_iter().map(|(neuron, reason)| Open { neuron, kinks: kinks(neuron), reason }).collect()
}

/// The command that checks a certificate of this statement, without the certificate's name.
fn check_command(arguments: &ProveArguments) -> String {
    let statement = &arguments.statement;
    let mut command = vec!["lowpoint check".to_string()];
    let mut add = |option: &str, value: &str| command.push(format!("{option} {}", text::shell_word(value)));
    add("--data", &arguments.data.to_string_lossy());
    add("--model", &arguments.model.to_string_lossy());
    if let Some(slope) = &statement.negative_slope {
        add("--negative-slope", &slope.to_string());
    }
    statement.targets.iter().for_each(|name| add("--target", name));
    if let (Some(hidden), Some(output)) = (&statement.hidden, &statement.output) {
        add("--hidden", hidden);
        add("--output", output);
    }
    command.join(" ")
}

/// Whether the claim was proved; without one, whether anything was. Says on standard error why not.
fn exit_code(claim: Option<Verdict>, main: Option<&Finding>) -> u8 {
    let proved = main.and_then(Finding::verdict);
    let Some(claim) = claim else { return if proved.is_some() { YES } else { NO } };
    match proved {
        Some(verdict) if verdict == claim => return YES,
        // Of the verdicts on one point only one can hold; points nearby are many.
        Some(verdict) if !claim.is_nearby() => output::reason(&format!("{claim} is refuted: {verdict} is proved")),
        Some(verdict) => output::reason(&format!("{claim} is not settled: {verdict} is proved")),
        None => output::reason(&format!("{claim} is not settled")),
    }
    NO
}
