//! A suite's report as workflow commands of GitHub Actions, which show beside the suite's lines.

use super::{Ending, Report, Row};

/// One annotation for each entry that did not hold; `file` is the suite's path in the repository.
pub fn annotations(report: &Report, file: &str) -> Vec<String> {
    report.rows.iter().filter(|row| row.ending != Ending::Held).map(|row| annotation(row, file)).collect()
}

/// The annotation of a suite that could not be run at all.
pub fn trouble(file: &str, message: &str) -> String {
    format!("::error file={},title=the suite could not be run::{}", property(file), data(message))
}

fn annotation(row: &Row, file: &str) -> String {
    let (line, column) = row.place;
    let title = match row.ending {
        Ending::Failed => format!("{} could not be done", row.name),
        _ => format!("{} {}", row.name, row.ending.name()),
    };
    let (file, title, message) = (property(file), property(&title), data(&row.reasons.join("\n")));
    format!("::error file={file},line={line},col={column},title={title}::{message}")
}

/// A message: a percent sign and the ends of lines are escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value: what separates properties, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_github_would_read_as_syntax_is_escaped() {
        assert_eq!(data("100% of\r\nall: a, b"), "100%25 of%0D%0Aall: a, b");
        assert_eq!(property("c:\\a,b%2C"), "c%3A\\a%2Cb%252C");
    }
}
