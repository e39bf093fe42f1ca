//! Data as `.csv`: a header line of column names, then one sample a line.
//!
//! A cell is a decimal or a fraction and is read as exactly that number: `0.1` is 1/10, not the float next to it.

use super::error::{Refusal, list, quote};
use super::samples::Samples;
use crate::kernel::dataset::MAX_SAMPLES;
use crate::kernel::number::parse_rational;
use csv::{ErrorKind, StringRecord};
use num_rational::BigRational;
use std::collections::BTreeSet;

/// Reads the columns named by `targets` as `y`, in that order, and all others as `x`, in the file's order.
pub(super) fn read(bytes: &[u8], targets: &[String]) -> Result<Samples, Refusal> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut records = reader.records();
    let header = records.next().ok_or_else(|| Refusal::new("the file is empty"))?.map_err(|e| unreadable(&e))?;
    check_names(&header)?;
    let target_columns = target_columns(&header, targets)?;
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for record in records {
        if x.len() == MAX_SAMPLES {
            return Err(Refusal::new(format!("more samples than the limit of {MAX_SAMPLES}")));
        }
        let record = record.map_err(|e| unreadable(&e))?;
        let line = record.position().map_or(0, csv::Position::line);
        let read = |column: usize| {
            let (name, text) = (header.get(column).unwrap_or_default(), record.get(column).unwrap_or_default());
            cell(text).map_err(|reason| Refusal::at(format!("line {line}, column {}", quote(name)), reason))
        };
        let features = (0..header.len()).filter(|column| !target_columns.contains(column));
        x.push(features.map(read).collect::<Result<_, _>>()?);
        y.push(target_columns.iter().copied().map(read).collect::<Result<_, _>>()?);
    }
    Ok(Samples { x, y, weights: None })
}

fn cell(text: &str) -> Result<BigRational, String> {
    match parse_rational(text) {
        Ok(value) => Ok(value),
        Err(_) if text.is_empty() => Err("expected a number, found an empty cell".to_string()),
        Err(error) => Err(format!("{error}; found {}", quote(text))),
    }
}

/// A column that has no name, or another's, is more likely a mistake than an input.
fn check_names(header: &StringRecord) -> Result<(), Refusal> {
    let mut names = BTreeSet::new();
    for (column, name) in header.iter().enumerate() {
        if name.is_empty() {
            let refusal = Refusal::at("line 1", format!("column {} of {} has no name", column + 1, header.len()));
            return Err(
                refusal.hint("pandas writes row numbers in such a column; `to_csv(…, index=False)` leaves them out")
            );
        }
        if !names.insert(name) {
            return Err(Refusal::at("line 1", format!("two columns are named {}", quote(name))));
        }
    }
    Ok(())
}

/// Where the target columns are.
fn target_columns(header: &StringRecord, targets: &[String]) -> Result<Vec<usize>, Refusal> {
    let columns = || list(header.iter());
    if targets.is_empty() {
        let reason = format!("expected the name of at least one target column; the columns are {}", columns());
        return Err(Refusal::new(reason).hint("name each target column with `--target NAME`"));
    }
    let mut found = Vec::new();
    for target in targets {
        let Some(column) = header.iter().position(|name| name == target) else {
            return Err(Refusal::new(format!("no column is named {}; the columns are {}", quote(target), columns())));
        };
        if found.contains(&column) {
            return Err(Refusal::new(format!("the target column {} is named twice", quote(target))));
        }
        found.push(column);
    }
    if found.len() == header.len() {
        return Err(Refusal::new("every column is a target; expected at least one other as input"));
    }
    Ok(found)
}

fn unreadable(error: &csv::Error) -> Refusal {
    let line = error.position().map_or(0, csv::Position::line);
    let place = format!("line {line}");
    match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Refusal::at(place, format!("expected {expected_len} cells, as in the header, found {len}"))
        }
        ErrorKind::Utf8 { .. } => Refusal::at(place, "the text is not UTF-8").hint("save the file as UTF-8"),
        _ => Refusal::at(place, "the line is not readable as csv"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str, targets: &[&str]) -> String {
        let targets: Vec<String> = targets.iter().map(|t| t.to_string()).collect();
        read(text.as_bytes(), &targets).map(drop).map_err(|r| r.in_file("f".as_ref()).to_string()).unwrap_err()
    }

    #[test]
    fn columns_are_read_exactly() {
        let text = "\u{feff}a,t,\"b,c\",s\r\n0.1,1,1/3,2\r\n-1e-2,3,7,4\r\n";
        let samples = read(text.as_bytes(), &["s".to_string(), "t".to_string()]).unwrap();
        let row = |values: [(i32, i32); 2]| values.map(|(p, q)| BigRational::new(p.into(), q.into())).to_vec();
        assert_eq!(samples.x, [row([(1, 10), (1, 3)]), row([(-1, 100), (7, 1)])]);
        assert_eq!(samples.y, [row([(2, 1), (1, 1)]), row([(4, 1), (3, 1)])]);
    }

    #[test]
    fn what_is_not_a_table_is_refused_at_its_place() {
        let grammar = "not a number: expected an integer, a fraction p/q or a decimal such as -0.25 or 1e-3";
        for (text, targets, message) in [
            ("", &["t"][..], "the file is empty".to_string()),
            (
                "a,t\n1,2\n",
                &[],
                "expected the name of at least one target column; the columns are `a`, `t`\n\
                 hint: name each target column with `--target NAME`"
                    .to_string(),
            ),
            ("a,t\n1,2\n", &["y"], "no column is named `y`; the columns are `a`, `t`".to_string()),
            ("a,t\n1,2\n", &["t", "t"], "the target column `t` is named twice".to_string()),
            ("a,t\n1,2\n", &["t", "a"], "every column is a target; expected at least one other as input".to_string()),
            ("a,t,a\n", &["t"], "line 1: two columns are named `a`".to_string()),
            (
                ",a,t\n0,1,2\n",
                &["t"],
                "line 1: column 1 of 3 has no name\nhint: pandas writes row numbers in such a column; \
                 `to_csv(…, index=False)` leaves them out"
                    .to_string(),
            ),
            ("a,t\n1,2\n1,2,3\n", &["t"], "line 3: expected 2 cells, as in the header, found 3".to_string()),
            ("a,t\n1,2\nnan,3\n", &["t"], format!("line 3, column `a`: {grammar}; found `nan`")),
            ("a,t\n1, 2\n", &["t"], format!("line 2, column `t`: {grammar}; found ` 2`")),
            ("a,t\n1,\n", &["t"], "line 2, column `t`: expected a number, found an empty cell".to_string()),
            (
                "a,t\n2/4,1\n",
                &["t"],
                "line 2, column `a`: the fraction is not in lowest terms; found `2/4`".to_string(),
            ),
        ] {
            assert_eq!(refusal(text, targets), format!("f: {message}"), "{text:?}");
        }
        let bytes = read(b"a,t\n\xff,1\n", &["t".to_string()]).map_err(|r| r.in_file("f".as_ref()).to_string());
        assert_eq!(bytes.unwrap_err(), "f: line 2: the text is not UTF-8\nhint: save the file as UTF-8");
    }
}
