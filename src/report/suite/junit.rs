//! A suite's report in JUnit's XML: what fell is a failure, what could not be done an error.

use super::{Ending, Report, Row};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The report; the reason where it cannot be written.
pub fn report(report: &Report) -> Result<String, String> {
    let mut suite = TestSuite::new(&*report.suite);
    suite.set_time(total(&report.rows));
    suite.add_test_cases(report.rows.iter().map(|row| test(row, &report.suite)));
    let mut all = quick_junit::Report::new("lowpoint");
    all.set_time(total(&report.rows)).add_test_suite(suite);
    all.to_string().map_err(|e| e.to_string())
}

fn total(rows: &[Row]) -> Duration {
    rows.iter().map(|row| row.time).sum()
}

fn test(row: &Row, suite: &str) -> TestCase {
    let kind = match row.ending {
        Ending::Held => None,
        Ending::Fell => Some(NonSuccessKind::Failure),
        Ending::Failed => Some(NonSuccessKind::Error),
    };
    let status = kind.map_or_else(TestCaseStatus::success, |kind| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(row.reasons.first().map(String::as_str).unwrap_or_default());
        status.set_type(row.ending.name()).set_description(row.reasons.join("\n"));
        status
    });
    let mut test = TestCase::new(&*row.name, status);
    test.set_classname(suite).set_time(row.time);
    test
}
