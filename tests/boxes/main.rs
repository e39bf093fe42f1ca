//! Box certificates: planted ones are accepted, and what becomes of every word, line and list of them when it is changed.
//! The kernel refuses, or what it accepts is true of the planted point: the verdict, the distance, the region and the
//! zero in the box. The second checker agrees, where it can run.
#![cfg(feature = "search")]

#[path = "../common/mod.rs"]
mod common;

mod edits;
mod truth;

use common::linear::{integer, q};
use common::plant::{
    Plant, collapsed, decayed, escaping, interpolating, mixed, redundant, redundant_vector, scalar, turned, vector,
};
use common::second::{Case, second_checker};
use edits::{Edit, edits};
use lowpoint::input::{Decay, Source, load};
use lowpoint::kernel::check::check_evidence;
use lowpoint::kernel::parse::parse_evidence;
use lowpoint::kernel::problem::Problem;
use num_traits::Zero;
use std::collections::BTreeMap;
use std::path::Path;
use truth::Known;

/// A planted certificate and the problem that it is for.
struct Base {
    name: &'static str,
    plant: Plant,
    source: Source,
    problem: Problem,
    text: String,
}

fn bases(folder: &Path) -> Vec<Base> {
    let plants = vec![
        ("decayed", decayed([integer(1), integer(0)])),
        ("falling", decayed([q(-1, 4), integer(1)])),
        ("leaky", decayed([integer(1), q(1, 4)])),
        ("escaping", escaping()),
        ("collapsed", collapsed()),
        ("redundant", redundant()),
        ("redundant-vector", redundant_vector()),
        ("mixed", mixed()),
        ("turned", turned()),
        ("scalar", scalar()),
        ("vector", vector(integer(0), q(1, 64))),
        ("vector-decayed", vector(q(1, 64), q(1, 64))),
        ("interpolating", interpolating()),
    ];
    plants.into_iter().map(|(name, plant)| base(folder, name, plant)).collect()
}

fn base(folder: &Path, name: &'static str, plant: Plant) -> Base {
    let mut source = plant.displaced().write(folder, name);
    if !plant.alpha.is_zero() {
        source.decay = Decay::Sklearn { alpha: plant.alpha.clone() };
    }
    let problem = load(&source).unwrap();
    let text = plant.text(problem.digests(), EXPONENT);
    Base { name, plant, source, problem, text }
}

/// The radius of all boxes, as a power of two.
const EXPONENT: i32 = -32;

/// Kind, place and rule; of a malformed text the line.
type Outcome = (String, String, String);

/// What the kernel says, and its words.
fn judge(problem: &Problem, bytes: &[u8]) -> (Outcome, String) {
    let outcome = |kind: &str, place: String, rule: &str| (kind.to_string(), place, rule.to_string());
    match parse_evidence(bytes) {
        Err(e) => (outcome("malformed", format!("line {}", e.line), ""), e.to_string()),
        Ok((claim, evidence)) => match check_evidence(problem, &claim, &evidence, None) {
            Ok(theorem) => (outcome("accepted", String::new(), theorem.claim().verdict().name()), String::new()),
            Err(e) => (outcome("rejected", e.step.to_string(), e.rule.name()), e.to_string()),
        },
    }
}

#[test]
fn planted_boxes_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for base in bases(folder.path()) {
        let (outcome, words) = judge(&base.problem, base.text.as_bytes());
        if outcome.0 != "accepted" || outcome.2 != base.plant.claim {
            wrong.push(format!("{}: {words}\n{}", base.name, base.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same network with larger residuals: all but the second order is as at a minimum.
#[test]
fn a_stationary_point_of_several_outputs_need_not_be_a_minimum() {
    let folder = tempfile::tempdir().unwrap();
    for alpha in [integer(0), q(1, 64)] {
        let base = base(folder.path(), "turning", vector(alpha, integer(TURNING)));
        let (outcome, words) = judge(&base.problem, base.text.as_bytes());
        assert_eq!((outcome.1.as_str(), outcome.2.as_str()), ("curvature", "curvature"), "{words}");
        let case = Case { source: base.source.clone(), certificate: base.text.into_bytes() };
        let second = second_checker(&[case]).remove(0);
        if second.kind != "not checked" {
            assert_eq!((second.place.as_str(), second.rule.as_str()), ("curvature", "curvature"), "{second:?}");
        }
    }
}

/// Residuals of this size turn the second order.
const TURNING: i64 = 512;

/// Writes the planted certificates where `PLANTED` says, for a look at them.
#[test]
#[ignore = "writes files"]
fn write_planted() {
    let folder = std::env::var_os("PLANTED").expect("PLANTED names a folder");
    let turning = base(Path::new(&folder), "turning", vector(integer(0), integer(TURNING)));
    for base in bases(Path::new(&folder)).into_iter().chain([turning]) {
        std::fs::write(Path::new(&folder).join(base.name).with_extension("cert"), &base.text).unwrap();
    }
}

/// Every edit of every base, with the kernel's outcome.
fn judged(all: &[Base]) -> Vec<(&Base, Edit, Outcome, String)> {
    let other: Vec<&str> = all.iter().map(|base| base.text.as_str()).collect();
    let mut found = Vec::new();
    for base in all {
        for edit in edits(&base.text, &other) {
            if edit.text != base.text {
                let (outcome, words) = judge(&base.problem, edit.text.as_bytes());
                found.push((base, edit, outcome, words));
            }
        }
    }
    found
}

#[test]
fn changed_boxes_are_refused_or_true() {
    let folder = tempfile::tempdir().unwrap();
    let all = bases(folder.path());
    let (mut rules, mut faults) = (BTreeMap::<String, usize>::new(), Vec::new());
    for (base, edit, (kind, place, rule), words) in judged(&all) {
        let what = if kind == "accepted" { "accepted".to_string() } else { format!("{kind} {rule}") };
        *rules.entry(what).or_default() += 1;
        let fault = match kind.as_str() {
            "accepted" => truth::is_true(&Known::of(&base.plant), &base.text, &edit.text).err(),
            "rejected" => (!edit.expected.is_empty() && !edit.expected.contains(&rule.as_str()))
                .then(|| format!("rejected at another place: {place}, {words}")),
            _ => None,
        };
        faults.extend(fault.map(|fault| format!("{}: {}\n    {fault}", base.name, edit.label)));
    }
    rules.iter().for_each(|(what, n)| println!("{n:6} {what}"));
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    for rule in RULES {
        assert!(rules.get(&format!("rejected {rule}")).is_some_and(|n| *n >= 5), "few refusals by {rule}: {rules:?}");
    }
    assert!(rules["accepted"] >= 50 && rules["malformed "] >= 500);
}

/// The rules of section 10 but `curvature`, which the numbers of a minimum do not fail.
const RULES: [&str; 10] =
    ["statement", "distance", "conclusion", "pattern", "signs", "slack", "krawczyk", "zero", "escape", "region"];

/// Interval arithmetic of another precision may decide what the kernel's does not; nothing else differs.
#[test]
fn the_second_checker_judges_changed_boxes_alike() {
    let folder = tempfile::tempdir().unwrap();
    let all = bases(folder.path());
    let judged = judged(&all);
    let case = |base: &Base, text: &str| Case { source: base.source.clone(), certificate: text.as_bytes().to_vec() };
    let whole = all.iter().map(|base| case(base, &base.text));
    let sample: Vec<_> = judged.iter().step_by(STEP).collect();
    let cases: Vec<Case> = whole.chain(sample.iter().map(|(base, edit, ..)| case(base, &edit.text))).collect();
    let found = second_checker(&cases);
    if found[0].kind == "not checked" {
        eprintln!("skipped: {}; set PYTHON to an interpreter that has it", found[0].text);
        return;
    }
    let mut faults = Vec::new();
    for (base, second) in all.iter().zip(&found) {
        if second.kind != "accepted" {
            faults.push(format!("{}: {second:?}", base.name));
        }
    }
    for ((base, edit, first, words), second) in sample.iter().zip(&found[all.len()..]) {
        let same = *first == (second.kind.clone(), second.place.clone(), second.rule.clone());
        if !(same || second.kind == "accepted" && may_differ(first)) {
            let label = &edit.label;
            faults.push(format!("{}: {label}\n    kernel: {first:?} {words}\n    second: {second:?}", base.name));
        }
    }
    println!("{} cases, {} faults", cases.len(), faults.len());
    assert!(faults.is_empty(), "{} of {}\n{}", faults.len(), cases.len(), faults.join("\n"));
}

/// Each n-th edit goes to the second checker.
const STEP: usize = 3;

/// Is this a condition that intervals of more digits may decide?
fn may_differ(first: &Outcome) -> bool {
    ["krawczyk", "signs", "slack", "zero", "escape", "curvature", "region"].contains(&first.2.as_str())
}
