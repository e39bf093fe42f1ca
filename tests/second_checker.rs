//! Two checkers, one page: does `scripts/lowpoint_check.py`, written from docs/FORMAT.md alone, say what the kernel says?
#![cfg(feature = "search")]

mod common;

#[path = "common/published.rs"]
mod published;

#[path = "second_checker/edges.rs"]
mod edges;
#[path = "second_checker/fresh.rs"]
mod fresh;

use common::mutate::mutate;
use common::rng::Rng;
use common::second::{Case, second_checker};
use fresh::{Fresh, assert_all_kinds};
use lowpoint::input::{Decay, Source, load};
use lowpoint::kernel::check::check_evidence;
use lowpoint::kernel::parse::parse_evidence;
use lowpoint::kernel::problem::Problem;
use published::published;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Kind, place and rule; of an accepted certificate the claim, of a malformed one the line.
type Outcome = (String, String, String);

/// What the kernel says.
fn first(problem: &Problem, certificate: &[u8]) -> Outcome {
    let outcome = |kind: &str, place: &str, rule: &str| (kind.to_string(), place.to_string(), rule.to_string());
    match parse_evidence(certificate) {
        Err(e) => outcome("malformed", &format!("line {}", e.line), ""),
        Ok((claim, parsed)) => match check_evidence(problem, &claim, &parsed, None) {
            Ok(theorem) => outcome("accepted", "", theorem.claim().verdict().name()),
            Err(reject) => {
                let words = reject.to_string();
                let (place, rest) = words.split_once(": rule ").unwrap();
                outcome("rejected", place, rest.split(':').next().unwrap())
            }
        },
    }
}

/// Runs both checkers on all cases; how often which outcome was found.
fn agree(cases: &[Case], name: impl Fn(usize) -> String) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut last: Option<(Source, Problem)> = None;
    for (number, (case, second)) in cases.iter().zip(second_checker(cases)).enumerate() {
        if last.as_ref().is_none_or(|(source, _)| *source != case.source) {
            last = Some((case.source.clone(), load(&case.source).unwrap()));
        }
        let found = first(&last.as_ref().unwrap().1, &case.certificate);
        if second.kind == "not checked" {
            *counts.entry(second.kind).or_default() += 1;
            continue;
        }
        if found != (second.kind.clone(), second.place.clone(), second.rule.clone()) {
            let text = String::from_utf8_lossy(&case.certificate);
            wrong.push(format!("{}: {found:?}, the second checker {second:?}\n{text:.2000}", name(number)));
        }
        let (kind, place, rule) = found;
        let place = place.trim_end_matches(|c: char| c.is_ascii_digit());
        *counts.entry(format!("{kind} {place} {rule}")).or_default() += 1;
    }
    counts.iter().for_each(|(what, n)| println!("{n:6} {what}"));
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    counts
}

fn case(data: PathBuf, model: PathBuf, certificate: &Path) -> Case {
    let certificate = std::fs::read(certificate).unwrap();
    Case { source: Source { data, model, ..Source::default() }, certificate }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn both_accept_what_is_published() {
    let published = published();
    let boxes = published.iter().filter(|p| p.is_box()).count();
    let mut cases: Vec<Case> =
        published.into_iter().map(|p| Case { certificate: p.text().into_bytes(), source: p.source }).collect();
    let example = root().join("docs/format-example");
    cases.push(case(example.join("data.json"), example.join("model.json"), &example.join("certificate.txt")));
    let counts = agree(&cases, |n| cases[n].source.data.display().to_string());
    let accepted: usize = counts.iter().filter(|(k, _)| k.starts_with("accepted ")).map(|(_, n)| n).sum();
    // Boxes are not checked where python-flint is missing.
    let unchecked = counts.get("not checked").copied().unwrap_or(0);
    assert!(accepted >= 13 && accepted + unchecked == cases.len() && [0, boxes].contains(&unchecked), "{counts:?}");
}

/// The certificates of the corpus with the names of their files.
fn corpus(folders: &[&str]) -> (Vec<String>, Vec<Case>) {
    let corpus = root().join("tests/corpus");
    let files = folders.iter().flat_map(|folder| sorted(&corpus.join(folder)));
    let files = files.filter(|path| path.extension().is_some_and(|e| e == "cert"));
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&corpus).unwrap().display().to_string();
        let problem = path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap();
        let file = |kind: &str| corpus.join(format!("problems/{problem}.{kind}.json"));
        let mut case = case(file("data"), file("model"), &path);
        if problem.ends_with("-decayed") {
            case.source.decay = Decay::Sklearn { alpha: common::linear::integer(1) };
        }
        (name, case)
    };
    files.map(read).unzip()
}

#[test]
fn both_judge_the_corpus_alike() {
    let (names, cases) = corpus(&["accept", "reject", "malformed"]);
    let counts = agree(&cases, |n| names[n].clone());
    let of = |kind: &str| counts.iter().filter(|(k, _)| k.starts_with(kind)).map(|(_, n)| n).sum::<usize>();
    assert!(of("accepted") >= 43 && of("rejected") >= 154 && of("malformed") >= 99, "{counts:?}");
}

/// One number changed a little or exchanged with another one, or one word put in another's place: mostly still a
/// certificate by the grammar.
fn nudge(text: &str, rng: &mut Rng) -> String {
    let mut lines: Vec<Vec<String>> = text.lines().map(|l| l.split(' ').map(str::to_string).collect()).collect();
    let line = rng.below(lines.len());
    let place = rng.below(lines[line].len());
    let other = rng.below(lines[line].len());
    let word = lines[line][place].clone();
    match i64::from_str_radix(&word, 16) {
        Ok(value) => {
            let signed = |v: i64| if v < 0 { format!("-{:x}", -v) } else { format!("{v:x}") };
            match rng.below(5) {
                0 => lines[line].swap(place, other),
                1 => lines[line][place] = signed(-value),
                n => lines[line][place] = signed(value + rng.pick(&[1, -1, 3 - n as i64])),
            }
        }
        Err(_) => {
            let kinds = [
                &["local-minimum", "saddle", "not-stationary", "local-minimum-nearby", "saddle-nearby"][..],
                &["zero-form", "open", "scalar", "stationary", "uniform", "escape", "descent"],
                &["linear", "rays"],
                &["balanced", "absent", "descent", "positive"],
                &["+", "-"],
                &["0.5", "1", "1/3", "unbounded", "2", "1e-9"],
            ];
            if let Some(kind) = kinds.iter().find(|kind| kind.contains(&word.as_str())) {
                lines[line][place] = rng.pick(kind).to_string();
            }
        }
    }
    lines.iter().map(|l| l.join(" ") + "\n").collect()
}

/// Damaged by the grammar or within it.
fn damaged(certificate: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut text = String::from_utf8(certificate.to_vec()).unwrap();
    let damage = if rng.chance(20) { mutate } else { nudge };
    for _ in 0..=rng.below(2) {
        text = damage(&text, rng);
    }
    text.into_bytes()
}

/// Damaged certificates of the corpus, which has every rule.
#[test]
fn both_judge_damage_alike() {
    let mut rng = Rng::new(7);
    // Boxes have changes of their own: tests/boxes.
    let (names, whole) = corpus(&["accept", "reject"]);
    let (names, whole): (Vec<String>, Vec<Case>) =
        names.into_iter().zip(whole).filter(|(name, _)| !name.contains("box-")).unzip();
    let damaged = |case: &Case| -> Vec<Case> {
        let one = |_| Case { certificate: damaged(&case.certificate, &mut rng), ..case.clone() };
        (0..DAMAGED).map(one).collect()
    };
    let cases: Vec<Case> = whole.iter().flat_map(damaged).collect();
    let counts = agree(&cases, |n| format!("damage of {}", names[n / DAMAGED]));
    let rejected = |rule: &str| counts.keys().any(|what| what.starts_with("rejected ") && what.ends_with(rule));
    for rule in RULES {
        assert!(rejected(rule), "{rule} refuses none: {counts:?}");
    }
}

/// The rules that can refuse.
const RULES: [&str; 19] = [
    "statement",
    "distance",
    "bias",
    "conclusion",
    "kinks",
    "potential",
    "zero-form",
    "scalar",
    "uniform",
    "escape",
    "descent",
    "linear",
    "multipliers",
    "rays",
    "matrix",
    "cells",
    "components",
    "curvature",
    "region",
];

/// Damaged certificates for each of the corpus.
const DAMAGED: usize = 30;

/// Proves random instances, and judges the certificates and `damages` damaged ones of each; the number accepted.
fn sweep(fresh: Fresh, damages: usize) -> usize {
    let directory = tempfile::tempdir().unwrap();
    let proofs = fresh.proofs(directory.path());
    assert_all_kinds(&proofs);
    let mut rng = Rng::new(fresh.seed);
    let mut cases = Vec::new();
    for proof in &proofs {
        cases.push(proof.clone());
        for _ in 0..damages {
            cases.push(Case { certificate: damaged(&proof.certificate, &mut rng), ..proof.clone() });
        }
    }
    let counts = agree(&cases, |n| cases[n].source.data.display().to_string());
    counts.iter().filter(|(k, _)| k.starts_with("accepted")).map(|(_, n)| n).sum()
}

#[test]
fn both_judge_fresh_proofs_alike() {
    let accepted = sweep(Fresh { seed: 0, scalar: 200, vector: 800, mixed: 12 }, 2);
    assert!(accepted >= 300, "only {accepted}");
}

#[test]
#[ignore = "takes minutes"]
fn both_judge_fresh_proofs_alike_on_a_long_sweep() {
    sweep(Fresh { seed: 1_000_000, scalar: 4000, vector: 20000, mixed: 300 }, 10);
}

/// Runs the script as a person does: exit code, standard output and standard error.
fn run(arguments: &[&str], certificate: &[u8]) -> (i32, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("c.cert");
    std::fs::write(&path, certificate).unwrap();
    let mut python = std::process::Command::new("python3");
    python.arg(root().join("scripts/lowpoint_check.py")).args(arguments).arg(&path);
    let output = python.current_dir(root().join("docs/format-example")).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(path.to_str().unwrap(), "c.cert");
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn exit_codes_and_words() {
    let good = std::fs::read_to_string(root().join("docs/format-example/certificate.txt")).unwrap();
    let files = ["--data", "data.json", "--model", "model.json"];
    let told = |more: &[&str], certificate: &str, code: i32, words: &str| {
        let (found, out, err) = run(&[&files, more].concat(), certificate.as_bytes());
        let first = if code == 0 { &out } else { &err };
        assert!(found == code && first.contains(words), "{code} {words}: {found}\n{out}{err}");
    };
    told(&[], &good, 0, "accepted: local-minimum: the parameters are a local minimum of the loss\n");
    told(&["--claim", "local-minimum", "--loss", "squared"], &good, 0, "accepted: ");
    told(&["--claim", "saddle"], &good, 1, "c.cert: the certificate proves local-minimum, not saddle");
    told(&["--negative-slope", "-1/3"], &good, 1, "header: statement: another activation");
    told(
        &[],
        &good.replace("multipliers 2 1", "multipliers 2 f"),
        1,
        "c.cert: neuron 0: multipliers: |mu| > kap for class 0",
    );
    told(
        &[],
        &good.replace("scalar", "trust-me"),
        2,
        "c.cert: line 12: expected the name of a rule on a neuron, found `trust-me`",
    );
    told(&[], &good.replace("certificate 1", "certificate 4"), 2, "c.cert: line 1: `4`: expected 1 or 2 or 3");
    told(&[], "lowpoint-compact 1\n", 2, "restore it with `lowpoint complete`");
    told(&["--hidden", "0"], &good, 2, "error: model.json: `--hidden` and `--output` are only used together");
    told(&["--target", "y"], &good, 2, "error: data.json: `--target` names columns of a csv file");
    told(&["--claim", "global-minimum"], &good, 2, "invalid choice");
}

/// Without python-flint there is no verdict on a box certificate; `-S` hides all that is installed.
#[test]
fn boxes_need_python_flint() {
    let corpus = root().join("tests/corpus");
    let mut python = std::process::Command::new("python3");
    python.arg("-S").arg(root().join("scripts/lowpoint_check.py"));
    python.arg("--data").arg(corpus.join("problems/box-scalar.data.json"));
    python.arg("--model").arg(corpus.join("problems/box-scalar.model.json"));
    let output = python.arg(corpus.join("accept/box-scalar.planted.cert")).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told, "not checked: box certificates need python-flint (pip install python-flint)\n");
    assert_eq!(output.status.code(), Some(2));
}
