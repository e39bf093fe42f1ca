//! Refusals of input files, as data: which file, which place in it, what is wrong, and the next step.

use std::fmt;
use std::path::Path;

/// Why files were not read. Displays as `file: place: reason`, and on a second line `hint: …` where there is a next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// The file, or both files where they do not fit together.
    pub file: String,
    /// The array, tensor or column, and the row where one is at fault. Rows and columns of arrays count from 0, as in
    /// Python; lines of text files count from 1, as in editors.
    pub place: Option<String>,
    /// What was expected and what was found.
    pub reason: String,
    /// The next step, where one is known.
    pub hint: Option<String>,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.reason)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "\nhint: {hint}"))
    }
}

impl std::error::Error for InputError {}

/// An [`InputError`] before the file's name is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    place: Option<String>,
    reason: String,
    hint: Option<String>,
}

impl Refusal {
    /// A refusal of the file as a whole.
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { place: None, reason: reason.into(), hint: None }
    }

    /// A refusal at a place of the file.
    pub(super) fn at(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { place: Some(place.into()), reason: reason.into(), hint: None }
    }

    /// Adds the next step.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Names the file.
    pub(super) fn in_file(self, path: &Path) -> InputError {
        InputError { file: path.display().to_string(), place: self.place, reason: self.reason, hint: self.hint }
    }
}

/// Text from a file as messages show it: in backticks, control characters escaped, cut where it is long.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("`{}`", shown.replace("\\'", "'").replace("\\\"", "\""))
}

/// Several names for a message, the first few of them.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let mut names = names.into_iter();
    let mut shown: Vec<String> = names.by_ref().take(MOST).map(quote).collect();
    match names.count() {
        0 => {}
        more => shown.push(format!("{more} more")),
    }
    if shown.is_empty() { "none".to_string() } else { shown.join(", ") }
}

/// Another library's message in this crate's style: one line, first letter in lower case.
pub(super) fn foreign(error: &dyn fmt::Display) -> String {
    let text = error.to_string().replace(char::is_control, " ");
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_file_place_reason_and_next_step() {
        let refusal = Refusal::at("`x` row 3", "expected a number, found `a`").hint("write a number");
        let error = refusal.in_file(Path::new("data.csv"));
        assert_eq!(error.to_string(), "data.csv: `x` row 3: expected a number, found `a`\nhint: write a number");
        assert_eq!(Refusal::new("no samples").in_file(Path::new("a")).to_string(), "a: no samples");
    }

    #[test]
    fn text_from_files_is_shown_harmlessly() {
        assert_eq!(quote("it's \"0\""), "`it's \"0\"`");
        assert_eq!(quote("\u{1b}[31m\n"), "`\\u{1b}[31m\\n`");
        assert_eq!(quote(&"a".repeat(100)).chars().count(), 63);
        assert_eq!(list(["a", "b"]), "`a`, `b`");
        assert_eq!(list(["a"; 14]).matches("`a`").count(), 12);
        assert_eq!(list([]), "none");
        assert_eq!(foreign(&"Bad\nthing."), "bad thing");
        assert_eq!(foreign(&"EOF"), "EOF");
    }
}
