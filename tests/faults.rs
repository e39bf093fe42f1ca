//! Disks, signals and files that misbehave, with the real programs: a clear error that names the file, exit code 2, no
//! panic, no partial file, bounded memory.
#![cfg(all(unix, feature = "search"))]

#[path = "cli/cases.rs"]
#[allow(dead_code)]
mod cases;

#[path = "faults/endings.rs"]
mod endings;
#[path = "faults/inputs.rs"]
mod inputs;
#[path = "faults/memory.rs"]
mod memory;
#[path = "faults/outputs.rs"]
mod outputs;

use cases::{Case, Said};
use std::process::{Command, Stdio};

/// The arguments that name the directory's problem.
const PROBLEM: &str = "--data data.json --model net.model.json";

/// Runs a script in the case's directory, with the two programs in `$LOWPOINT` and `$CHECK`. A shell says 128 + n of a
/// program that signal n ended.
fn sh(case: &Case, script: &str) -> Said {
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(case.path(""))
        .env("LOWPOINT", assert_cmd::cargo::cargo_bin!("lowpoint"))
        .env("CHECK", assert_cmd::cargo::cargo_bin!("lowpoint-check"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// Could not be done, with a message that begins like this; no panic anywhere.
fn refused(said: &Said, message: &str) {
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.all());
    assert!(said.err.starts_with(message), "expected {message}\n{}", said.all());
    assert!(!said.err.contains("panicked"), "{}", said.all());
}

/// The names that are neither of the problem nor temporary.
fn left(case: &Case) -> Vec<String> {
    let known = ["data.json", "net.model.json"];
    case.names().into_iter().filter(|n| !known.contains(&n.as_str())).collect()
}

/// A name under which a certificate is written before it has its own.
fn is_temporary(name: &str, of: &str) -> bool {
    name.starts_with(&format!(".{of}.")) && name.ends_with(".tmp")
}
