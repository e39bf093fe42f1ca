//! Does every command in the README and the docs do what the page shows?
//!
//! In `console` blocks a line `$ command` is run, and what follows it is its exact output but for times; it succeeds unless
//! a last line `[exit code N]` says otherwise. In `sh` blocks every line is run. Commands run in a copy of `examples/`,
//! `certificates/` and `scripts/`, one copy for each page, in the page's order.

#[path = "common/times.rs"]
mod times;

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use times::without_times;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            true => copy(&path, &target),
            false => assert!(std::fs::copy(&path, &target).is_ok(), "{}", path.display()),
        }
    }
}

/// A command and the output that the page shows for it, if it shows one.
struct Shown {
    command: String,
    output: Option<String>,
}

fn shown(page: &str) -> Vec<Shown> {
    let mut all = Vec::new();
    let mut fence = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), fence) {
            (Some(_), Some(_)) => fence = None,
            (Some(language), None) => fence = Some(language),
            (None, Some("console")) => match line.strip_prefix("$ ") {
                Some(command) => all.push(Shown { command: command.into(), output: Some(String::new()) }),
                None => {
                    let last: &mut Shown = all.last_mut().expect("a command before its output");
                    last.output.as_mut().unwrap().push_str(&format!("{line}\n"));
                }
            },
            (None, Some("sh")) if !line.starts_with('#') => all.push(Shown { command: line.into(), output: None }),
            (None, None) if line.starts_with("    lowpoint ") => {
                all.push(Shown { command: line.trim().into(), output: None });
            }
            _ => {}
        }
    }
    all
}

/// Runs one command line that ends with this exit code; the standard output.
fn run(command: &str, code: i32, directory: &Path) -> String {
    let programs = [
        ("cargo run --release -- ", "lowpoint"),
        ("cargo run --release --bin lowpoint-check -- ", "lowpoint-check"),
        ("lowpoint-check ", "lowpoint-check"),
        ("lowpoint ", "lowpoint"),
    ];
    let found = programs.iter().find_map(|(prefix, program)| Some((*program, command.strip_prefix(prefix)?)));
    let found = found.or_else(|| Some(("python3", command.strip_prefix("python3 ")?)));
    let (program, arguments) = found.unwrap_or_else(|| panic!("a command that this test cannot run: {command}"));
    let mut run = match program {
        "python3" => Command::new(program),
        _ => Command::new(assert_cmd::cargo::cargo_bin(program)),
    };
    run.args(arguments.split(' ')).current_dir(directory).env_remove("GITHUB_ACTIONS");
    let output = run.assert().code(code).get_output().stdout.clone();
    String::from_utf8(output).unwrap()
}

/// The output without a last line on the exit code, and that code.
fn split_code(output: Option<String>) -> (Option<String>, i32) {
    let code = output.as_ref().and_then(|o| o.trim_end().rsplit_once("[exit code ")?.1.strip_suffix(']')?.parse().ok());
    match code {
        Some(code) => (output.map(|o| o.replace(&format!("[exit code {code}]\n"), "")), code),
        None => (output, 0),
    }
}

/// The number of commands run.
fn check_page(page: &Path) -> usize {
    let directory = tempfile::tempdir().unwrap();
    for folder in ["examples", "certificates", "scripts"] {
        copy(&root().join(folder), &directory.path().join(folder));
    }
    let text = std::fs::read_to_string(page).unwrap();
    let mut count = 0;
    for Shown { command, output } in shown(&text) {
        // The whole test run is not run inside itself.
        if command == "cargo test --release" {
            continue;
        }
        let (output, code) = split_code(output);
        let found = run(&command, code, directory.path());
        if let Some(expected) = output {
            assert_eq!(without_times(&found), without_times(&expected), "{}: {command}", page.display());
        }
        count += 1;
    }
    count
}

#[test]
fn the_readme_shows_what_happens() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(text.contains("\ncargo test --release\n") && text.contains("$ cargo run --release -- prove "));
    assert_eq!(check_page(&root().join("README.md")), 7);
}

#[test]
fn the_docs_show_what_happens() {
    let pages = ["docs", "scripts"].into_iter().flat_map(|d| std::fs::read_dir(root().join(d)).unwrap());
    let pages = pages.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "md"));
    for page in pages {
        check_page(&page);
    }
}

#[test]
fn the_published_certificates_show_what_happens() {
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("certificates")).unwrap().map(Result::unwrap) {
        let page = entry.path().join("README.md");
        if page.exists() {
            assert_eq!(check_page(&page), 1, "{}", page.display());
            count += 1;
        }
    }
    assert!(count >= 6);
}
