//! A suite's file: `[defaults]` and `[[entry]]`s in TOML, read strictly.

use super::super::checking::LOSSES;
use super::super::options::{At, SearchArguments, Statement, Tier, positive, rational};
use super::super::output::Trouble;
use super::super::proving::{Question, Scope};
use super::fields::{Fields, Located, Text, known_keys, nearest, tables};
use crate::input::{Decayed, parse_rate};
use crate::report::suite::Expected;
use crate::search::cells::MAX_CELLS;
use clap::ValueEnum;
use num_rational::BigRational;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use toml_edit::{Document, Item, TableLike};

/// Longest file, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Keys of an entry; all but the first two may stand in the defaults.
const KEYS: [&str; 18] = [
    "name",
    "model",
    "data",
    "expect",
    "certificate",
    "max-distance",
    "at",
    "zero-below",
    "max-cells",
    "tier",
    "negative-slope",
    "targets",
    "hidden",
    "output",
    "loss",
    "weight-decay",
    "decay",
    "sklearn-alpha",
];

/// One `[[entry]]`, with the defaults filled in.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where it begins.
    pub at: usize,
    /// Its name, where one is given.
    pub name: Option<Located<String>>,
    /// The model's path, which may be a pattern.
    pub model: Located<String>,
    /// The data's path.
    pub data: Located<String>,
    /// What is expected.
    pub expect: Expected,
    /// The certificate's path, where one is kept.
    pub certificate: Option<Located<String>>,
    /// The largest distance, where one is set.
    pub max_distance: Option<BigRational>,
    /// What is searched where there is no certificate.
    pub question: Question,
    /// How to read the files.
    pub statement: Statement,
}

/// The text of a suite's file.
pub fn read(path: &Path) -> Result<String, Trouble> {
    let fault = |what: String| Trouble::new(format!("{}: {what}", path.display()));
    let unreadable = |e: std::io::Error| fault(format!("the file cannot be read: {}", e.kind()));
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(fault(format!("the file is longer than the limit of {MAX_BYTES} bytes")));
    }
    String::from_utf8(bytes).map_err(|e| fault(format!("byte {} is not UTF-8", e.utf8_error().valid_up_to())))
}

/// The entries, in their order; there is at least one.
pub fn entries(text: Text<'_>) -> Result<Vec<Entry>, Trouble> {
    let document = Document::parse(text.text).map_err(|e| {
        let message = e.message().lines().collect::<Vec<_>>().join("; ");
        text.trouble(e.span().map_or(0, |span| span.start), &message)
    })?;
    let root = document.as_table();
    known_keys(text, root, &["defaults", "entry"], "in a suite")?;
    let defaults = root.get("defaults").map(|item| defaults(text, item)).transpose()?;
    let no_entry = |at| {
        let trouble = text.trouble(at, "the suite has no entry, and proves nothing");
        Err(trouble.hint("add a table `[[entry]]` with `data`, `model` and `expect`"))
    };
    let Some(item) = root.get("entry") else { return no_entry(0) };
    let start = item.span().map_or(0, |span| span.start);
    let Some(tables) = tables(item) else {
        return Err(text.trouble(start, "`entry`: expected tables `[[entry]]`").hint("write the brackets twice"));
    };
    if tables.is_empty() {
        return no_entry(start);
    }
    tables.into_iter().map(|(at, own)| entry(at, Fields { text, own, defaults })).collect()
}

fn defaults<'a>(text: Text<'_>, item: &'a Item) -> Result<&'a dyn TableLike, Trouble> {
    let Some(table) = item.as_table_like() else {
        return Err(text.trouble(item.span().map_or(0, |s| s.start), "`defaults`: expected a table `[defaults]`"));
    };
    known_keys(text, table, &KEYS[2..], "in the defaults")?;
    Ok(table)
}

fn entry(at: usize, fields: Fields<'_>) -> Result<Entry, Trouble> {
    let text = fields.text;
    known_keys(text, fields.own, &KEYS, "in an entry")?;
    let needed = |key: &str, example: &str| {
        let trouble = text.trouble(at, &format!("the entry has no `{key}`"));
        trouble.hint(format!("add a line such as `{key} = \"{example}\"`"))
    };
    let model = fields.string("model")?.ok_or_else(|| needed("model", "net.model.npz"))?;
    let data = fields.string("data")?.ok_or_else(|| needed("data", "net.data.npz"))?;
    let expect = fields.parsed("expect", expected)?.ok_or_else(|| needed("expect", "local-minimum-nearby"))?;
    let certificate = fields.string("certificate")?;
    if let Some(found) = certificate.as_ref().filter(|c| c.own && expect.value == Expected::Undetermined) {
        return Err(text.trouble(found.at, "`certificate`: there is none of an entry that is undetermined"));
    }
    let (question, max_distance) = question(&fields, &expect)?;
    let name = fields.string("name")?;
    Ok(Entry {
        at,
        name,
        model,
        data,
        expect: expect.value,
        certificate,
        max_distance,
        question,
        statement: statement(&fields)?,
    })
}

fn expected(name: &str) -> Result<Expected, String> {
    let names: Vec<&str> = Expected::all().map(Expected::name).collect();
    let found = Expected::all().find(|e| e.name() == name);
    found.ok_or_else(|| format!("no such verdict; the nearest of {} is `{}`", names.join(", "), nearest(name, &names)))
}

/// What is searched. Limits of a search near the parameters are for entries that may end there; the others pass over
/// such defaults.
fn question(fields: &Fields<'_>, expect: &Located<Expected>) -> Result<(Question, Option<BigRational>), Trouble> {
    let text = fields.text;
    let at =
        fields.parsed("at", |word| At::from_str(word, false).map_err(|_| "expected `point` or `near`".to_string()))?;
    let Some(scope) = Scope::new(at.as_ref().map(|a| a.value), expect.value.verdict()) else {
        let place = at.as_ref().map_or(expect.at, |a| a.at);
        let trouble = text.trouble(place, &format!("`at` does not go with the expectation {}", expect.value));
        return Err(trouble.hint("leave out `at`: the expectation decides"));
    };
    let near = |key: &str| {
        let found = fields.number(key, positive)?;
        match found {
            Some(found) if scope == Scope::Point && found.own => {
                let message = format!("`{key}` is for a search near the parameters, and {} is not", expect.value);
                Err(text.trouble(found.at, &message).hint("leave it out, or expect a verdict that ends in `-nearby`"))
            }
            found => Ok(found.filter(|_| scope != Scope::Point).map(|found| found.value)),
        }
    };
    let (zero_below, max_distance) = (near("zero-below")?, near("max-distance")?);
    let max_cells = fields.count("max-cells")?.map_or(MAX_CELLS, |found| found.value);
    let tier = fields.parsed("tier", |word| {
        Tier::from_str(word, false).map_err(|_| "expected `auto`, `exact` or `intervals`".to_string())
    })?;
    let tier = tier.map_or(Tier::Auto, |found| found.value);
    let search = SearchArguments { zero_below, max_distance: max_distance.clone(), max_cells, tier };
    Ok((Question::new(scope, search.options()), max_distance))
}

fn statement(fields: &Fields<'_>) -> Result<Statement, Trouble> {
    let negative_slope = fields.number("negative-slope", rational)?.map(|found| found.value);
    let loss = fields.parsed("loss", |name| match LOSSES.contains(&name) {
        true => Ok(name.to_string()),
        false => Err(format!("expected one of {}", LOSSES.join(", "))),
    })?;
    let (hidden, output) = (fields.string("hidden")?, fields.string("output")?);
    if let (Some(alone), None) | (None, Some(alone)) = (&hidden, &output) {
        return Err(fields.text.trouble(alone.at, "`hidden` and `output` are only used together"));
    }
    let (weight_decay, decay, sklearn_alpha) = decay(fields)?;
    Ok(Statement {
        negative_slope,
        weight_decay,
        decay,
        sklearn_alpha,
        loss: loss.map_or_else(|| LOSSES[0].to_string(), |found| found.value),
        targets: fields.strings("targets")?,
        hidden: hidden.map(|found| found.value),
        output: output.map(|found| found.value),
    })
}

/// The options `weight-decay`, `decay` and `sklearn-alpha`.
type DecayFields = (Option<BigRational>, Option<Decayed>, Option<BigRational>);

fn decay(fields: &Fields<'_>) -> Result<DecayFields, Trouble> {
    let (rate, alpha) = (fields.number("weight-decay", parse_rate)?, fields.number("sklearn-alpha", parse_rate)?);
    let which = fields.parsed("decay", |name| {
        Decayed::from_name(name).ok_or_else(|| format!("expected {}", Decayed::ALL.map(Decayed::name).join(" or ")))
    })?;
    // What the entry says itself replaces the other convention of the defaults.
    let (rate, alpha) = match (rate, alpha) {
        (Some(rate), Some(alpha)) if rate.own && !alpha.own => (Some(rate), None),
        (Some(rate), Some(alpha)) if alpha.own && !rate.own => (None, Some(alpha)),
        both => both,
    };
    let which = which.filter(|which| which.own || rate.is_some());
    if let (Some(rate), Some(_)) = (&rate, &alpha) {
        return Err(fields.text.trouble(rate.at, "`weight-decay` and `sklearn-alpha` exclude each other"));
    }
    if let (None, Some(which)) = (&rate, &which) {
        let message = "`decay` says which parameters `weight-decay` decays, and needs it";
        return Err(fields.text.trouble(which.at, message));
    }
    Ok((rate.map(|r| r.value), which.map(|w| w.value), alpha.map(|a| a.value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SUITE: &str = "[defaults]\r\ndata = 'ä.csv'\n[[entry]]\nmodel = \"π*.json\" # π\nexpect = 'saddle-nearby'\n\
        max-distance = 1e-3\ntargets = ['a', 'b']\nmax-cells = 7\n";

    fn read(text: &str) -> Result<Vec<Entry>, Trouble> {
        entries(Text { file: "s.toml", text })
    }

    #[test]
    fn defaults_fill_in_what_an_entry_leaves_out() {
        let entries = read(SUITE).unwrap();
        assert_eq!((entries.len(), entries[0].data.value.as_str(), entries[0].data.own), (1, "ä.csv", false));
        assert_eq!(entries[0].max_distance, rational("1/1000").ok());
        assert_eq!(entries[0].statement.targets, ["a", "b"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = read(&text);
        }

        #[test]
        fn a_changed_suite_is_read_or_refused(
            at in 0..SUITE.len(),
            cut in 0..9usize,
            word in "[\\[\\]{}=,.'\"#\n\\\\a-z0-9 π\\-]{0,6}",
        ) {
            let chars: Vec<char> = SUITE.chars().collect();
            let (at, end) = (at.min(chars.len()), (at + cut).min(chars.len()));
            let kept = |part: &[char]| part.iter().collect::<String>();
            let text = kept(&chars[..at]) + &word + &kept(&chars[end..]);
            let _ = read(&text);
        }
    }
}
