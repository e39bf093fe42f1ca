//! `--update`: what was proved becomes what is expected, in the suite's file and in the certificates.
//!
//! Only verdicts that the kernel accepted are written. What could not be done, is undetermined or lies too far away
//! stays as it is, for a person to decide.

use super::super::atomic;
use super::super::output::Trouble;
use super::super::proving::write_certificate;
use super::expand::Job;
use super::fields::Text;
use super::manifest;
use super::settle::{Settled, may_write, too_far};
use crate::report::suite::{Ending, Evidence, Expected};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::path::Path;
use toml_edit::{DocumentMut, Item, TableLike, Value, value};

/// Said of what stays as it is.
const LEFT: &str = "left as it is: `--update` writes a verdict that is proved, within `max-distance`, \
                    of all models of an entry alike";

/// Rewrites the suite and the certificates, and the rows that hold by this. Returns what is changed, in lines.
pub fn update(suite: &Path, text: &str, all: &[Job], jobs: &[Job], settled: &mut [Settled]) -> Result<String, Trouble> {
    let changes = changes(all, jobs, settled);
    let new = rewritten(suite, text, &changes)?;
    let mut lines = Vec::new();
    for (job, settled) in jobs.iter().zip(settled.iter_mut()) {
        let row = &mut settled.row;
        if let Some(expected) = changes.get(&job.entry).filter(|new| **new != job.expected) {
            lines.push(format!("update: {}: expected {}, now {expected}", job.name, job.expected));
            row.expected_before = Some(job.expected);
            (row.expected, row.ending) = (*expected, Ending::Held);
            row.reasons.clear();
        }
        match (&settled.fresh, &job.certificate) {
            // A file that the old expectation did not look at is not overwritten: the next run checks it.
            (Some(fresh), Some(path))
                if row.ending == Ending::Held && (row.evidence == Evidence::Replaced || !path.exists()) =>
            {
                may_write(job, path)?;
                row.evidence = if path.exists() { Evidence::Replaced } else { Evidence::Produced };
                write_certificate(path, fresh)?;
                lines.push(format!("update: {}: certificate {} {}", job.name, path.display(), row.evidence.name()));
            }
            (Some(_), _) => row.evidence = Evidence::Unkept,
            (None, _) => {}
        }
        row.reasons.extend(Some(LEFT.to_string()).filter(|_| row.ending == Ending::Fell));
    }
    if new != text {
        if manifest::read(suite)? != text {
            let trouble =
                Trouble::new(format!("{}: the file was changed meanwhile; it is left as it is", suite.display()));
            return Err(trouble.hint("run `--update` again"));
        }
        atomic::write(suite, new.as_bytes())?;
        let name = suite.display().to_string();
        lines.push(TextDiff::from_lines(text, &new).unified_diff().context_radius(2).header(&name, &name).to_string());
    }
    Ok(lines.join("\n"))
}

/// The verdict of each entry all of whose models were run, are proved to be alike, and lie within their distance.
fn changes(all: &[Job], jobs: &[Job], settled: &[Settled]) -> BTreeMap<usize, Expected> {
    let mut verdicts: BTreeMap<usize, Vec<Option<Expected>>> = BTreeMap::new();
    for (job, settled) in jobs.iter().zip(settled) {
        let found = settled.row.found.as_ref().filter(|f| too_far(job, f).is_none());
        let found = found.map(|f| f.verdict).filter(|f| *f != Expected::Undetermined || *f == job.expected);
        verdicts.entry(job.entry).or_default().push(found);
    }
    let whole = |entry: usize, count: usize| all.iter().filter(|job| job.entry == entry).count() == count;
    let alike = verdicts.into_iter().filter_map(|(entry, verdicts)| {
        let first = *verdicts.first()?;
        let same = whole(entry, verdicts.len()) && verdicts.iter().all(|v| *v == first);
        first.filter(|_| same).map(|verdict| (entry, verdict))
    });
    alike.collect()
}

/// The suite's text with the new expectations, all else as it was. It must read as a suite again.
fn rewritten(suite: &Path, text: &str, changes: &BTreeMap<usize, Expected>) -> Result<String, Trouble> {
    let name = suite.display().to_string();
    let fault = |what: String| Trouble::new(format!("{name}: the update cannot be written: {what}"));
    let mut document: DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| fault(e.message().to_string()))?;
    let old = manifest::entries(Text { file: &name, text })?;
    for (entry, expected) in changes {
        if old.get(*entry).is_some_and(|old| old.expect != *expected) {
            let table = document.get_mut("entry").and_then(|item| table_mut(item, *entry));
            set(table.ok_or_else(|| fault(format!("entry {entry} is not there")))?, *expected);
        }
    }
    // The library writes line feeds alone.
    let new = document.to_string();
    let new = if text.contains("\r\n") { new.replace('\n', "\r\n") } else { new };
    manifest::entries(Text { file: &name, text: &new }).map_err(|t| fault(t.to_string()))?;
    Ok(new)
}

fn table_mut(item: &mut Item, number: usize) -> Option<&mut dyn TableLike> {
    match item {
        Item::ArrayOfTables(tables) => tables.get_mut(number).map(|t| t as &mut dyn TableLike),
        Item::Value(Value::Array(items)) => {
            items.get_mut(number)?.as_inline_table_mut().map(|t| t as &mut dyn TableLike)
        }
        _ => None,
    }
}

/// Sets the expectation; the spaces and the comment beside it stay.
fn set(table: &mut dyn TableLike, expected: Expected) {
    let mut new = Value::from(expected.name());
    if let Some(old) = table.get("expect").and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    match table.get_mut("expect") {
        Some(item) => *item = value(new),
        None => drop(table.insert("expect", value(new))),
    }
}
