//! A suite's report as one JSON object; docs/ci.md lists the keys.

use super::{Difference, Ending, Report, Row, Stale};
use crate::report::json::{Json, or_null, print, text};

/// The report.
pub fn report(report: &Report) -> String {
    let count = |ending| Json::Number(report.count(ending));
    print(&Json::Object(vec![
        ("suite", text(&*report.suite)),
        ("held", count(Ending::Held)),
        ("fell", count(Ending::Fell)),
        ("errors", count(Ending::Failed)),
        ("entries", Json::List(report.rows.iter().map(row).collect())),
    ]))
}

fn row(row: &Row) -> Json {
    let found = row.found.as_ref();
    let lines = row.reasons.iter().map(|line| text(&**line)).collect();
    Json::Object(vec![
        ("name", text(&*row.name)),
        ("line", Json::Number(row.place.0)),
        ("result", text(row.ending.name())),
        ("expected", text(row.expected.name())),
        ("expected_before", or_null(row.expected_before.map(|e| text(e.name())))),
        ("found", or_null(found.map(|f| text(f.verdict.name())))),
        ("distance", or_null(found.and_then(|f| f.distance()).map(text))),
        ("evidence", text(row.evidence.name())),
        ("certificate", or_null(row.certificate.as_deref().map(text))),
        ("stale", or_null(row.stale.as_ref().map(stale))),
        ("reasons", Json::List(lines)),
        ("milliseconds", Json::Number(usize::try_from(row.time.as_millis()).unwrap_or(usize::MAX))),
    ])
}

fn stale(stale: &Stale) -> Json {
    let difference = |d: &Difference| {
        let entries = vec![("what", text(d.what)), ("file", text(&*d.file)), ("certificate", text(&*d.certificate))];
        Json::Object(entries)
    };
    let (holds, fails) = (stale.proof.as_deref().ok(), stale.proof.as_deref().err());
    Json::Object(vec![
        ("differences", Json::List(stale.differences.iter().map(difference).collect())),
        ("proof_holds", or_null(holds.map(text))),
        ("proof_fails", or_null(fails.map(text))),
    ])
}
