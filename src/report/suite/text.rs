//! A suite's report for a person: a table, the reasons of what did not hold, a line of counts.

use super::super::neurons::align;
use super::{Ending, Report, Row};
use crate::report::words;

/// The report.
pub fn report(report: &Report) -> String {
    let mut parts = vec![table(&report.rows)];
    parts.extend(report.rows.iter().filter(|row| row.ending != Ending::Held).map(reasons));
    parts.push(report.summary());
    parts.join("\n\n")
}

fn table(rows: &[Row]) -> String {
    let head = ["entry", "result", "expected", "found", "distance", "certificate", "seconds"].map(String::from);
    let line = |row: &Row| {
        let found = row.found.as_ref();
        let distance = found.and_then(|f| f.distance.as_ref()).map(words::upper_bound);
        [
            row.name.clone(),
            row.ending.name().to_string(),
            row.expected.to_string(),
            found.map_or_else(|| "-".to_string(), |f| f.verdict.to_string()),
            distance.unwrap_or_else(|| "-".to_string()),
            row.evidence.name().to_string(),
            format!("{:.2}", row.time.as_secs_f64()),
        ]
    };
    let lines: Vec<_> = std::iter::once(head).chain(rows.iter().map(line)).collect();
    align(&lines, 0)
}

fn reasons(row: &Row) -> String {
    format!("{} {}: {}", row.ending.name(), row.name, row.reasons.join("\n  "))
}
