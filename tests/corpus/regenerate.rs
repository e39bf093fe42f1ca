//! Writes the corpus anew: the accepted certificates by the prover, the others from them by one edit each.

use super::faults::{self, Edit, Fault};
use super::{Outcome, boxes, corpus, judge, mixed, problem, second_order};
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::samples::Samples;
use lowpoint::search::polish::Options;
use lowpoint::search::prove::{self, prove_at_point, prove_nearby};
use num_rational::BigRational;
use std::fs;

/// Problems whose own parameters are judged, and those that are polished first.
const AT_POINT: [&str; 16] = [
    "biased",
    "cells",
    "components",
    "dead",
    "kinks",
    "kinks-other-target",
    "leaky",
    "rays",
    "saddle",
    "tilted",
    "turning",
    "turning-biased",
    "turning-kinks",
    "turning-saddle",
    "unbalanced",
    "vector",
];
const NEARBY: [&str; 2] = ["nearby", "nearby-saddle"];

#[test]
#[ignore = "writes tests/corpus"]
fn regenerate() {
    for name in AT_POINT.iter().chain(&NEARBY) {
        write("accept", &format!("{name}.proved"), proved(name).as_bytes());
    }
    for (folder, faults) in [
        ("accept", faults::ACCEPTED),
        ("accept", second_order::ACCEPTED),
        ("accept", mixed::ACCEPTED),
        ("reject", faults::REJECTED),
        ("reject", second_order::REJECTED),
        ("reject", mixed::REJECTED),
        ("malformed", faults::MALFORMED),
        ("malformed", second_order::MALFORMED),
        ("malformed", mixed::MALFORMED),
    ] {
        for fault in faults {
            write(folder, fault.0, edited(fault).as_bytes());
        }
    }
    write("malformed", "kinks.empty", b"");
    write("malformed", "kinks.not-text", &[0x1f, 0x8b, 0x08, 0x00, 0x0a, 0xff]);
}

#[test]
#[ignore = "writes tests/corpus"]
fn regenerate_boxes() {
    for name in boxes::PLANTED.into_iter().chain(["box-turning"]) {
        boxes::plant(name).displaced().write(&corpus("problems"), name);
    }
    for name in boxes::PLANTED {
        write("accept", &format!("{name}.planted"), proved(name).as_bytes());
    }
    let folders = [("accept", boxes::ACCEPTED), ("reject", boxes::REJECTED), ("malformed", boxes::MALFORMED)];
    for (folder, faults) in folders {
        for fault in faults {
            write(folder, fault.0, edited(fault).as_bytes());
        }
    }
}

/// The base's certificate after the edits.
fn edited((file, base, edits): &Fault) -> String {
    let mut text = proved(base);
    for edit in *edits {
        text = match edit {
            Edit::Once(from, to) => {
                assert_eq!(text.matches(from).count(), 1, "{file}: {from:?} in\n{text}");
                text.replace(from, to)
            }
            Edit::All(from, to) => text.replace(from, to),
            Edit::Digests => {
                let (old, new) = (problem(base), problem(file.split('.').next().unwrap()));
                let (old, new) = (old.digests(), new.digests());
                text.replace(&old.data, &new.data).replace(&old.model, &new.model)
            }
        };
    }
    text
}

fn proved(name: &str) -> String {
    let problem = problem(name);
    if name.starts_with("box-") {
        return boxes::plant(name).text(problem.digests(), -32);
    }
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let outcome = match NEARBY.contains(&name) {
        true => {
            // Small enough to leave the living neurons alone; the saddle's sleeping one is zeroed.
            let zero_below = Some(BigRational::new(1.into(), 10_000.into()));
            let options = Options { zero_below, ..Options::default() };
            prove_nearby(&problem, &samples, &options, &mut |_, _| true)
        }
        false => prove_at_point(&problem, &samples, &Options::default()),
    };
    match outcome {
        prove::Outcome::Proved(proof) => proof.bytes,
        prove::Outcome::Undetermined(why) => panic!("{name}: {why:?}"),
    }
}

/// Writes a certificate, and its expectation where there is none yet.
fn write(folder: &str, name: &str, bytes: &[u8]) {
    fs::create_dir_all(corpus(folder)).unwrap();
    fs::write(corpus(folder).join(format!("{name}.cert")), bytes).unwrap();
    let expectation = corpus(folder).join(format!("{name}.expect"));
    let problem: Problem = problem(name.split('.').next().unwrap());
    let (Outcome::Accepted(words) | Outcome::Rejected(words) | Outcome::Malformed(words)) = judge(&problem, bytes);
    if !expectation.exists() {
        fs::write(expectation, words + "\n").unwrap();
    }
}
