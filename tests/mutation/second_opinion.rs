//! The second checker on the mutants: it accepts, rejects and calls malformed what the kernel does, at the same place.

use crate::bases::{Base, bases};
use crate::common::rng::Rng;
use crate::common::second::{Case, second_checker};
use crate::mutant::{Mutant, sample};
use crate::{donors, known, mutants};
use lowpoint::kernel::check::check;
use lowpoint::kernel::parse::parse_certificate;
use std::collections::BTreeMap;

/// The kernel's outcome: its kind, and the place of a refusal.
fn by_kernel(base: &Base, bytes: &[u8]) -> (&'static str, String, String) {
    match parse_certificate(bytes) {
        Err(e) => ("malformed", format!("line {}", e.line), e.to_string()),
        Ok((claim, certificate)) => match check(&base.problem, &claim, &certificate) {
            Ok(_) => ("accepted", String::new(), String::new()),
            Err(reject) => ("rejected", format!("{}, {}", reject.step, reject.rule.name()), reject.to_string()),
        },
    }
}

#[test]
fn the_second_checker_judges_mutants_alike() {
    let folder = tempfile::tempdir().unwrap();
    let all = bases(folder.path());
    let donors = donors(&all);
    let (mut cases, mut tried): (Vec<Case>, Vec<(&Base, Mutant)>) = (Vec::new(), Vec::new());
    for (number, base) in all.iter().enumerate() {
        let rng = &mut Rng::new(number as u64);
        let most = if base.text.len() > 100_000 { 15 } else { base.budget * 2 / 5 };
        for mutant in sample(mutants(&known(base), &all, &donors, rng), most, rng) {
            let certificate = mutant.bytes(&base.lines());
            cases.push(Case { source: base.source.clone(), certificate });
            tried.push((base, mutant));
        }
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for ((case, (base, mutant)), second) in cases.iter().zip(&tried).zip(second_checker(&cases)) {
        let (kind, place, words) = by_kernel(base, &case.certificate);
        *counts.entry(kind).or_default() += 1;
        let own = match kind {
            "rejected" => format!("{}, {}", second.place, second.rule),
            "malformed" => second.place.clone(),
            _ => String::new(),
        };
        if second.kind != kind || own != place {
            let found = format!("{} at {}, {}: {}", second.kind, second.place, second.rule, second.text);
            faults.push(format!("{}\n    kernel: {kind} {words}\n    second: {found}", mutant.describe(base)));
        }
    }
    println!("{} mutants by both checkers: {counts:?}; {} differ", cases.len(), faults.len());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(cases.len() >= 5000 && ["accepted", "rejected", "malformed"].iter().all(|kind| counts[kind] >= 300));
}
