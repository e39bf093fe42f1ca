//! `lowpoint run`: a suite of checkpoints, each held to what is expected of it.
//!
//! `manifest` reads the suite's file, `expand` makes a job of each model, `workers` share them out, `settle` does one,
//! `stale` explains a certificate for other files, `update` rewrites expectations.

mod expand;
mod fields;
mod manifest;
mod settle;
mod stale;
mod update;
mod workers;

use super::args::RunArguments;
use super::output::{self, Done, Trouble};
use super::progress::Progress;
use super::target::{kept, writable};
use super::{FAILED, NO, YES, atomic};
use crate::report::suite::{Ending, Report, github, json, junit, text};
use expand::{Job, jobs, select};
use fields::Text;
use settle::{Mode, Settled, settle};
use std::env;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Runs the suite, reports, and returns the exit code. In a workflow, trouble with the suite itself is annotated, too.
pub fn run(arguments: &RunArguments) -> Done {
    let done = attempt(arguments);
    if let Some(trouble) = done.as_ref().err().filter(|_| in_workflow()) {
        output::reason(&github::trouble(&in_workspace(&arguments.suite), &trouble.to_string()));
    }
    done
}

fn attempt(arguments: &RunArguments) -> Done {
    let suite = &*arguments.suite;
    let name = suite.display().to_string();
    let written = manifest::read(suite)?;
    let text = Text { file: &name, text: &written };
    let all = jobs(text, suite, &manifest::entries(text)?)?;
    let jobs = select(all.clone(), &arguments.names)?;
    if let Some(file) = &arguments.junit {
        plain_target(file, suite, &all)?;
    }
    let mode = match (arguments.locked, arguments.update) {
        (true, _) => Mode::Locked,
        (_, true) => Mode::Update,
        _ => Mode::Produce,
    };
    let mut settled = settle_all(&jobs, mode);
    let changed = match mode {
        Mode::Update => update::update(suite, &written, &all, &jobs, &mut settled)?,
        Mode::Produce | Mode::Locked => String::new(),
    };
    let report = Report { suite: name, rows: settled.into_iter().map(|s| s.row).collect() };
    if let Some(file) = &arguments.junit {
        let xml = junit::report(&report).map_err(|e| Trouble::new(format!("{}: {e}", file.display())))?;
        atomic::write(file, xml.as_bytes())?;
    }
    print(&report, &changed, arguments.format.is_json(), suite)?;
    Ok(match (report.count(Ending::Failed), report.count(Ending::Fell)) {
        (0, 0) => YES,
        (0, _) => NO,
        _ => FAILED,
    })
}

/// All jobs, and on a terminal how far they are.
fn settle_all(jobs: &[Job], mode: Mode) -> Vec<Settled> {
    let progress = Mutex::new((Progress::start(), 0));
    let tell = |finished: usize, name: &str| {
        let mut guard = progress.lock().unwrap_or_else(PoisonError::into_inner);
        guard.1 += finished;
        let message = format!("{} of {} done, at {name}", guard.1, jobs.len());
        guard.0.phase(&message);
    };
    workers::each(jobs.len(), rayon::current_num_threads(), |i| {
        let job = &jobs[i];
        tell(0, &job.name);
        let settled = settle(job, mode);
        tell(1, &job.name);
        settled
    })
}

/// Prints what is changed, annotations where GitHub reads them, and the report. JSON stands alone on standard output.
fn print(report: &Report, changed: &str, as_json: bool, suite: &Path) -> Result<(), Trouble> {
    let mut before: Vec<String> = Some(changed.trim_end().to_string()).filter(|c| !c.is_empty()).into_iter().collect();
    if in_workflow() {
        before.extend(github::annotations(report, &in_workspace(suite)));
    }
    if as_json {
        before.iter().for_each(|line| output::reason(line));
        return output::verdict(&json::report(report));
    }
    before.push(text::report(report));
    output::verdict(&before.join("\n"))
}

/// Whether GitHub Actions reads what is printed, on either stream.
fn in_workflow() -> bool {
    env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// The suite's path from the root of the checked-out repository, as annotations name files.
fn in_workspace(suite: &Path) -> String {
    let root = env::var_os("GITHUB_WORKSPACE").map(|root| expand::real(Path::new(&root)));
    let inside = root.and_then(|root| Some(expand::real(suite).strip_prefix(root).ok()?.to_path_buf()));
    inside.unwrap_or_else(|| suite.to_path_buf()).display().to_string()
}

/// Refuses to write a report over what the run reads or writes, or where no file can be.
fn plain_target(file: &Path, suite: &Path, jobs: &[Job]) -> Result<(), Trouble> {
    const OPTION: &str = "--junit FILE";
    let own = |job: &Job| [Some(job.source.data.clone()), Some(job.source.model.clone()), job.certificate.clone()];
    let mut taken = jobs.iter().flat_map(own).flatten().chain([suite.to_path_buf()]);
    let real = expand::real(file);
    match taken.any(|path| expand::real(&path) == real) {
        true => Err(kept(file, "the suite uses this file", OPTION)),
        false => writable(file, OPTION),
    }
}
