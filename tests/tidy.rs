//! What the house looks like: module docs, sizes, who may use whom, and words that have no place in trusted code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 75;

/// Rooms and what they must not use (docs/ARCHITECTURE.md, "Direction").
const FORBIDDEN: [(&str, &[&str]); 7] = [
    ("kernel", &["exact", "compact", "input", "search", "report", "cli"]),
    ("input", &["exact", "compact", "search", "report", "cli"]),
    ("exact", &["compact", "input", "search", "report", "cli"]),
    ("compact", &["input", "search", "report", "cli"]),
    ("search", &["compact", "input", "report", "cli"]),
    ("report", &["exact", "compact", "input", "search", "cli"]),
    ("bin", &["kernel", "exact", "compact", "input", "search", "report"]),
];

/// One source file.
struct File {
    /// The path below `src`, with forward slashes.
    name: String,
    text: String,
}

impl File {
    /// The lines outside the file's `mod tests`, each with its number from 1.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(i, line)| (i + 1, line));
        lines.take_while(|(_, line)| *line != "#[cfg(test)]")
    }

    fn is_in(&self, room: &str) -> bool {
        self.name.starts_with(&format!("{room}/"))
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files() -> Vec<File> {
    let root = source();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(File { text: fs::read_to_string(&path).unwrap(), name });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() > 30, "the walk finds the source files");
    found
}

fn assert_none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Whether `text` has `word` with no letter, digit or underscore beside it.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(part) && !after.starts_with(part)
    })
}

fn without_comment(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

#[test]
fn every_file_starts_with_its_module_doc() {
    let bare = files().into_iter().filter(|f| !f.text.starts_with("//! "));
    assert_none(bare.map(|f| format!("src/{}: no `//!` doc at the top", f.name)).collect());
}

#[test]
fn files_are_short() {
    let long = files().into_iter().map(|f| (f.text.lines().count(), f.name)).filter(|(n, _)| *n > MAX_FILE_LINES);
    assert_none(long.map(|(n, name)| format!("src/{name}: {n} lines, limit {MAX_FILE_LINES}")).collect());
}

/// A function begins at a line with `fn` and ends at the next `}` line of the same indent, as rustfmt writes it.
#[test]
fn functions_are_short() {
    let mut faults = Vec::new();
    for file in files() {
        let lines: Vec<&str> = file.text.lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let trimmed = line.trim_start();
            if trimmed.starts_with("//") || !has_word(trimmed, "fn") || trimmed.ends_with([';', '}']) {
                continue;
            }
            let indent = line.len() - trimmed.len();
            let end = format!("{}}}", " ".repeat(indent));
            let length = lines[start..].iter().position(|l| *l == end).map_or(0, |n| n + 1);
            if length > MAX_FUNCTION_LINES {
                faults.push(format!("src/{}:{}: {length} lines, limit {MAX_FUNCTION_LINES}", file.name, start + 1));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn rooms_use_only_what_lies_below_them() {
    let mut faults = Vec::new();
    for file in files() {
        for (room, forbidden) in FORBIDDEN.iter().filter(|(room, _)| file.is_in(room)) {
            for (number, line) in file.text.lines().enumerate() {
                for other in *forbidden {
                    let named = [format!("crate::{other}"), format!("lowpoint::{other}")];
                    if named.iter().any(|path| has_word(line, path)) {
                        faults.push(format!("src/{}:{}: {room} must not use {other}", file.name, number + 1));
                    }
                }
                // Grouped imports from the crate's root would hide what is used.
                if line.contains("crate::{") && !line.contains("crate::kernel::{") {
                    faults.push(format!("src/{}:{}: import from one room at a time", file.name, number + 1));
                }
            }
        }
    }
    assert_none(faults);
}

/// Inside the kernel nothing below the rules knows of them.
#[test]
fn the_kernel_is_layered() {
    let above = ["check", "rule", "parse"];
    let base = [
        "certificate",
        "claim",
        "dataset",
        "evaluation",
        "linear",
        "network",
        "number",
        "problem",
        "reject",
        "theorem",
    ];
    let mut faults = Vec::new();
    for file in files() {
        let Some(name) = file.name.strip_prefix("kernel/").and_then(|n| n.strip_suffix(".rs")) else { continue };
        let forbidden: &[&str] = match name {
            _ if name.starts_with("rule/") => &["check", "parse"],
            "residuals" | "samples" | "slope_form" => &above,
            _ if base.contains(&name) => &above,
            _ => continue,
        };
        for (number, line) in file.code() {
            let used =
                |room: &&&str| has_word(line, &format!("super::{room}")) || has_word(line, &format!("kernel::{room}"));
            for other in forbidden.iter().filter(used) {
                faults.push(format!("src/{}:{number}: kernel::{name} must not use kernel::{other}", file.name));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn exact_code_has_no_floats() {
    let mut faults = Vec::new();
    for file in files().iter().filter(|f| f.is_in("kernel") && !f.is_in("kernel/enclosure")) {
        for (number, line) in file.code() {
            let code = without_comment(line);
            let allowed = file.name == "kernel/number.rs" && code.starts_with("pub fn dyadic(");
            if !allowed && ["f32", "f64", "to_f64", "to_f32"].iter().any(|float| has_word(code, float)) {
                faults.push(format!("src/{}:{number}: a float", file.name));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn trusted_code_does_not_panic() {
    let words = [".unwrap()", ".expect(", "panic!", "unreachable!", "todo!", "unimplemented!", "assert!", "assert_eq!"];
    let mut faults = Vec::new();
    for file in files().iter().filter(|f| f.is_in("kernel") || f.is_in("input")) {
        for (number, line) in file.code() {
            if let Some(word) = words.iter().find(|word| without_comment(line).contains(**word)) {
                faults.push(format!("src/{}:{number}: `{word}` in trusted code", file.name));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn nothing_is_left_to_do() {
    let mut faults = Vec::new();
    for file in files() {
        for (number, line) in file.text.lines().enumerate() {
            if ["TODO", "FIXME", "XXX", "dbg!"].iter().any(|word| line.contains(word)) {
                faults.push(format!("src/{}:{}: {}", file.name, number + 1, line.trim()));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn every_file_is_a_module() {
    let files = files();
    let mut declared: BTreeSet<String> = ["lib.rs", "main.rs"].map(String::from).into();
    for file in &files {
        let folder = match file.name.rsplit_once('/') {
            _ if matches!(file.name.as_str(), "lib.rs" | "main.rs") => String::new(),
            Some((folder, "mod.rs")) => format!("{folder}/"),
            _ => format!("{}/", file.name.trim_end_matches(".rs")),
        };
        for line in file.text.lines() {
            let line =
                line.trim_start_matches("pub ").trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            if let Some(module) = line.strip_prefix("mod ").and_then(|l| l.strip_suffix(';')) {
                declared.insert(format!("{folder}{module}.rs"));
                declared.insert(format!("{folder}{module}/mod.rs"));
            }
        }
    }
    let dead = files.iter().filter(|f| !f.is_in("bin") && !declared.contains(&f.name));
    assert_none(dead.map(|f| format!("src/{}: no module declares it", f.name)).collect());
}
