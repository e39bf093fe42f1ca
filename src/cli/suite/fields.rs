//! Values of a suite's file, each with its place, so that every message names line and column.

use super::super::output::Trouble;
use num_rational::BigRational;
use std::ops::Range;
use toml_edit::{Item, TableLike, Value};

/// A file's text and its name.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// The name, as messages show it.
    pub file: &'a str,
    /// The text.
    pub text: &'a str,
}

impl Text<'_> {
    /// Line and column of a byte, both from 1; columns count characters.
    pub fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }

    /// Trouble at a byte.
    pub fn trouble(&self, at: usize, message: &str) -> Trouble {
        let (line, column) = self.place(at);
        Trouble::new(format!("{}:{line}:{column}: {message}", self.file))
    }
}

/// A value with the byte where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub at: usize,
    /// Whether it comes from the entry itself, not from the defaults.
    pub own: bool,
}

impl<T> Located<T> {
    fn map<U>(self, value: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: value(self.value), at: self.at, own: self.own }
    }
}

/// A table and, behind it, the table of defaults.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    /// The file.
    pub text: Text<'a>,
    /// The table itself.
    pub own: &'a dyn TableLike,
    /// What holds where the table says nothing.
    pub defaults: Option<&'a dyn TableLike>,
}

impl<'a> Fields<'a> {
    fn find(&self, key: &str) -> Option<Located<&'a Item>> {
        let own = self.own.get(key).map(|item| (item, true));
        let (value, own) = own.or_else(|| Some((self.defaults?.get(key)?, false)))?;
        Some(Located { value, at: value.span().map_or(0, |span| span.start), own })
    }

    /// A value of the kind that `read` takes; `None` where the key is absent.
    fn read<T>(
        &self,
        key: &str,
        kind: &str,
        read: impl FnOnce(&'a Item) -> Option<T>,
    ) -> Result<Option<Located<T>>, Trouble> {
        let Some(found) = self.find(key) else { return Ok(None) };
        match read(found.value) {
            Some(value) => Ok(Some(found.map(|_| value))),
            None => {
                let message = format!("`{key}`: expected {kind}, found {}", article(found.value.type_name()));
                Err(self.text.trouble(found.at, &message))
            }
        }
    }

    /// A text that is not empty and has no control characters.
    pub fn string(&self, key: &str) -> Result<Option<Located<String>>, Trouble> {
        let Some(found) = self.read(key, "a string", Item::as_str)? else { return Ok(None) };
        if found.value.is_empty() || found.value.contains(char::is_control) {
            let message = format!("`{key}`: expected a text without control characters, found {:?}", found.value);
            return Err(self.text.trouble(found.at, &message));
        }
        Ok(Some(found.map(str::to_string)))
    }

    /// A text that `parse` knows; its error says what is expected instead.
    pub fn parsed<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<Located<T>>, Trouble> {
        let Some(found) = self.string(key)? else { return Ok(None) };
        match parse(&found.value) {
            Ok(value) => Ok(Some(found.map(|_| value))),
            Err(reason) => Err(self.text.trouble(found.at, &format!("`{key}` `{}`: {reason}", found.value))),
        }
    }

    /// A number, exactly as it is spelt: `1e-3`, or a text such as `"1/1000"`.
    pub fn number(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<BigRational, String>,
    ) -> Result<Option<Located<BigRational>>, Trouble> {
        // The text itself: a float would be rounded, and the parser's own spelling of it is that of the float.
        let file = self.text.text;
        let spelt = |item: &Item| match item.as_value()? {
            Value::String(text) => Some(text.value().clone()),
            Value::Integer(_) | Value::Float(_) => Some(file.get(item.span()?)?.to_string()),
            _ => None,
        };
        let Some(found) = self.read(key, "a number, or a fraction as a string", spelt)? else { return Ok(None) };
        match parse(&found.value) {
            Ok(value) => Ok(Some(found.map(|_| value))),
            Err(reason) => Err(self.text.trouble(found.at, &format!("`{key}` `{}`: {reason}", found.value))),
        }
    }

    /// A count of at least 1.
    pub fn count(&self, key: &str) -> Result<Option<Located<u32>>, Trouble> {
        let Some(found) = self.read(key, "an integer", Item::as_integer)? else { return Ok(None) };
        match u32::try_from(found.value).ok().filter(|n| *n > 0) {
            Some(value) => Ok(Some(found.map(|_| value))),
            None => {
                let message = format!("`{key}`: expected a number from 1 to {}, found {}", u32::MAX, found.value);
                Err(self.text.trouble(found.at, &message))
            }
        }
    }

    /// A list of texts, or one text.
    pub fn strings(&self, key: &str) -> Result<Vec<String>, Trouble> {
        let texts = |item: &Item| match item.as_value()? {
            Value::String(text) => Some(vec![text.value().clone()]),
            Value::Array(items) => items.iter().map(|v| v.as_str().map(str::to_string)).collect(),
            _ => None,
        };
        Ok(self.read(key, "a list of strings", texts)?.map(|found| found.value).unwrap_or_default())
    }
}

/// Refuses keys that are not known, and names the nearest one that is.
pub fn known_keys(text: Text<'_>, table: &dyn TableLike, known: &[&str], what: &str) -> Result<(), Trouble> {
    let Some((name, item)) = table.iter().find(|(name, _)| !known.contains(name)) else { return Ok(()) };
    let span = table.key(name).and_then(|key| key.span()).or_else(|| item.span());
    let message = format!("unknown key `{}` {what}", name.escape_debug());
    let trouble = text.trouble(span.map_or(0, |s| s.start), &message);
    Err(trouble.hint(format!("the nearest known one is `{}`", nearest(name, known))))
}

/// The known name that is most like the given one.
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> &'k str {
    let like = |other: &&&str| strsim::damerau_levenshtein(name, other);
    known.iter().min_by_key(like).copied().unwrap_or_default()
}

/// The tables of an array, in either of TOML's spellings, each with the byte where it begins.
pub fn tables(item: &Item) -> Option<Vec<(usize, &dyn TableLike)>> {
    let start = |span: Option<Range<usize>>| span.map_or(0, |s| s.start);
    match item {
        Item::ArrayOfTables(tables) => Some(tables.iter().map(|t| (start(t.span()), t as &dyn TableLike)).collect()),
        Item::Value(Value::Array(items)) => {
            items.iter().map(|v| v.as_inline_table().map(|t| (start(v.span()), t as &dyn TableLike))).collect()
        }
        _ => None,
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = Text { file: "s.toml", text: "ä = 1\nπ = x\n" };
        assert_eq!(text.place(0), (1, 1));
        assert_eq!(text.place("ä = 1\nπ = ".len()), (2, 5));
        assert_eq!(text.trouble(3, "no").to_string(), "s.toml:1:3: no");
    }

    #[test]
    fn the_nearest_key_is_named() {
        let known = ["name", "data", "model", "expect"];
        assert_eq!(nearest("expct", &known), "expect");
        assert_eq!(nearest("modell", &known), "model");
        assert_eq!(nearest("Name", &known), "name");
    }
}
