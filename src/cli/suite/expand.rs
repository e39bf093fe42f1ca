//! From entries to jobs: patterns become one job for each model, names and certificates are told apart.

use super::super::output::Trouble;
use super::super::proving::Question;
use super::super::target::stem;
use super::fields::{Located, Text, nearest};
use super::manifest::Entry;
use crate::input::Source;
use crate::report::suite::Expected;
use glob::{MatchOptions, Pattern, glob_with};
use num_rational::BigRational;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Stands for the model's name in paths and names.
const MODEL: &str = "{model}";

/// One model that is held to one expectation.
#[derive(Debug, Clone)]
pub struct Job {
    /// The name in reports.
    pub name: String,
    /// The number of its `[[entry]]`, from 0.
    pub entry: usize,
    /// Where that begins: line and column.
    pub place: (usize, usize),
    /// The files and how to read them.
    pub source: Source,
    /// What is expected.
    pub expected: Expected,
    /// The largest distance, where one is set.
    pub max_distance: Option<BigRational>,
    /// What is searched where there is no certificate.
    pub question: Question,
    /// The certificate's file, where one is kept.
    pub certificate: Option<PathBuf>,
}

/// The jobs of all entries, in order; `suite` is the file that they stand in, to which paths are relative.
pub fn jobs(text: Text<'_>, suite: &Path, entries: &[Entry]) -> Result<Vec<Job>, Trouble> {
    let folder = suite.parent().unwrap_or(Path::new(""));
    let mut jobs = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        for model in models(text, folder, entry)? {
            jobs.push(job(text, folder, number, entry, model)?);
        }
    }
    distinct_names(text, &jobs, entries)?;
    distinct_files(text, suite, &jobs, entries)?;
    Ok(jobs)
}

/// The jobs of these names, or all where none is given; each of them must be there.
pub fn select(jobs: Vec<Job>, names: &[String]) -> Result<Vec<Job>, Trouble> {
    let known: Vec<&str> = jobs.iter().map(|job| &*job.name).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&&***name)) {
        let trouble = Trouble::new(format!("the suite has no entry `{}`", name.escape_debug()));
        return Err(trouble.hint(format!("the nearest name is `{}`", nearest(name, &known))));
    }
    Ok(jobs.into_iter().filter(|job| names.is_empty() || names.contains(&job.name)).collect())
}

fn is_pattern(model: &str) -> bool {
    model.contains(['*', '?', '['])
}

/// The model's file, or the sorted files that its pattern matches.
fn models(text: Text<'_>, folder: &Path, entry: &Entry) -> Result<Vec<PathBuf>, Trouble> {
    let model = &entry.model;
    if !is_pattern(&model.value) {
        return Ok(vec![folder.join(&model.value)]);
    }
    let fault = |message: String| text.trouble(model.at, &format!("`model` `{}`: {message}", model.value));
    for (key, field) in [("name", &entry.name), ("certificate", &entry.certificate)] {
        if let Some(field) = field.as_ref().filter(|f| !f.value.contains(MODEL)) {
            let message = format!("`{key}`: expected `{MODEL}` in it, since `model` is a pattern");
            return Err(text.trouble(field.at, &message).hint(format!("`{MODEL}` stands for the model's name")));
        }
    }
    let Some(start) = folder.to_str() else { return Err(fault("the suite's folder has no name in UTF-8".into())) };
    let pattern = Path::new(&Pattern::escape(start)).join(&model.value);
    let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
    let paths = glob_with(&pattern.to_string_lossy(), options).map_err(|e| fault(format!("the pattern: {}", e.msg)))?;
    let mut found = Vec::new();
    for path in paths {
        let path = path.map_err(|e| fault(format!("{}: {}", e.path().display(), e.error().kind())))?;
        found.extend(Some(path).filter(|p| p.is_file()));
    }
    found.sort();
    match found.is_empty() {
        true => Err(fault("no file matches the pattern".into()).hint("paths are relative to the suite's file")),
        false => Ok(found),
    }
}

fn job(text: Text<'_>, folder: &Path, number: usize, entry: &Entry, model: PathBuf) -> Result<Job, Trouble> {
    let stem = stem(&model);
    let filled = |field: &Located<String>| field.value.replace(MODEL, &stem);
    Ok(Job {
        name: entry.name.as_ref().map_or_else(|| stem.clone(), filled),
        entry: number,
        place: text.place(entry.at),
        source: entry.statement.source(folder.join(filled(&entry.data)), model)?,
        expected: entry.expect,
        max_distance: entry.max_distance.clone(),
        question: entry.question.clone(),
        certificate: entry.certificate.as_ref().map(|field| folder.join(filled(field))),
    })
}

fn distinct_names(text: Text<'_>, jobs: &[Job], entries: &[Entry]) -> Result<(), Trouble> {
    let mut seen: HashMap<&str, &Job> = HashMap::new();
    for job in jobs {
        let Some(other) = seen.insert(&job.name, job) else { continue };
        let entry = entries.get(job.entry);
        let at = entry.map_or(0, |e| e.name.as_ref().map_or(e.at, |name| name.at));
        let message = format!("the name `{}` is that of the entry in line {}", job.name, other.place.0);
        return Err(text.trouble(at, &message).hint("give each entry a `name` of its own"));
    }
    Ok(())
}

/// No two jobs write one file, and none writes what is read.
fn distinct_files(text: Text<'_>, suite: &Path, jobs: &[Job], entries: &[Entry]) -> Result<(), Trouble> {
    let mut taken: HashMap<PathBuf, String> = HashMap::new();
    taken.insert(real(suite), "the suite".to_string());
    for job in jobs {
        taken.insert(real(&job.source.data), format!("the data of `{}`", job.name));
        taken.insert(real(&job.source.model), format!("the model of `{}`", job.name));
    }
    for job in jobs {
        let Some(path) = &job.certificate else { continue };
        if let Some(other) = taken.insert(real(path), format!("the certificate of `{}`", job.name)) {
            let at = entries.get(job.entry).and_then(|e| e.certificate.as_ref()).map_or(0, |c| c.at);
            let message = format!("`certificate`: {} of `{}` is also {other}", path.display(), job.name);
            return Err(text.trouble(at, &message).hint("give each entry a certificate of its own"));
        }
    }
    Ok(())
}

/// One name for one file, whether it is there or not.
pub fn real(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let new = || Some(fs::canonicalize(folder).ok()?.join(path.file_name().unwrap_or(OsStr::new(""))));
    fs::canonicalize(path).ok().or_else(new).unwrap_or_else(|| path.to_path_buf())
}
