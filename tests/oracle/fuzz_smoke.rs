//! The fuzz targets without a fuzzer: every committed input, and seeded changes of them.

use crate::common::rng::Rng;
use crate::targets::{ALL, deciding, run};
use std::fs;
use std::path::{Path, PathBuf};

fn folder(of: &str, target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(of).join(target)
}

/// The folder's inputs, each with its name, in the order of names.
fn inputs(of: &str, target: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder(of, target)) else { return Vec::new() };
    let mut found: Vec<(String, Vec<u8>)> = entries
        .map(|e| e.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    found.sort();
    found
}

/// Runs a target; the name says which input is at fault.
fn runs(target: &str, name: &str, bytes: &[u8]) {
    let result = std::panic::catch_unwind(|| run(target, bytes));
    assert!(result.is_ok(), "{target}: {name}: {:?}", bytes.escape_ascii().to_string());
}

#[test]
fn committed_inputs_hold_their_properties() {
    for (target, _) in ALL {
        let (corpus, regressions) = (inputs("corpus", target), inputs("regressions", target));
        assert!(corpus.len() >= 5, "the corpus of {target} has {} inputs", corpus.len());
        for (name, bytes) in corpus.iter().chain(&regressions) {
            runs(target, name, bytes);
        }
    }
}

#[test]
fn changed_inputs_hold_their_properties() {
    let mut rng = Rng::new(1);
    for (target, _) in ALL {
        let corpus = inputs("corpus", target);
        // A decision takes as long as a hundred parses.
        let changes =
            if matches!(target, "check" | "check_text" | "compact_text" | "forms" | "boxes") { 150 } else { 1000 };
        for number in 0..changes {
            let (name, bytes) = rng.pick(&corpus);
            let other = rng.pick(&corpus).1;
            runs(target, &format!("{name}, change {number}"), &changed(bytes, &other, &mut rng));
        }
    }
}

/// Some bytes set, removed, repeated or taken from another input.
fn changed(mut bytes: Vec<u8>, other: &[u8], rng: &mut Rng) -> Vec<u8> {
    for _ in 0..=rng.below(4) {
        let place = rng.below(bytes.len() + 1);
        let end = bytes.len().min(place + 1 + rng.below(8));
        match rng.below(6) {
            0 => bytes.truncate(place),
            1 => drop(bytes.drain(place..end)),
            2 => bytes.extend_from_within(place..end),
            3 => {
                let start = rng.below(other.len() + 1);
                let part = &other[start..other.len().min(start + 1 + rng.below(64))];
                drop(bytes.splice(place..end, part.iter().copied()));
            }
            _ => bytes[place..end].iter_mut().take(1).for_each(|b| *b = rng.next() as u8),
        }
    }
    bytes
}

/// Where the corpora of `check_text` and `compact_text` start: certificates need a prover, and a fuzzer does not find one by chance.
#[test]
#[ignore = "writes files"]
fn write_seeds() {
    for seed in 0..=u8::MAX {
        let inputs = [("check_text", deciding::honest_text(seed)), ("compact_text", deciding::honest_compact(seed))];
        for (target, bytes) in inputs.into_iter().filter_map(|(target, bytes)| Some((target, bytes?))) {
            fs::create_dir_all(folder("corpus", target)).unwrap();
            fs::write(folder("corpus", target).join(format!("honest-{seed:03}")), bytes).unwrap();
        }
    }
}
