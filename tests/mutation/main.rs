//! Mutation of certificates: every number, word, list, line and step changed. The kernel refuses what comes of it, or
//! there is a reason why it need not: see [`explain::Why`]. A naive evaluation of the rules agrees with every verdict,
//! with the place of a refusal, and with the line of a malformed text.
#![cfg(feature = "search")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/published.rs"]
mod published;

mod bases;
mod curvature;
mod document;
mod explain;
mod forms;
mod mutant;
mod naive;
mod reader;
mod rewriting;
mod roles;
mod second_opinion;
mod setting;
mod spelling;
mod structure;
mod tally;
mod words;

use bases::Base;
use common::rng::Rng;
use lowpoint::kernel::check::check;
use lowpoint::kernel::parse::parse_certificate;
use lowpoint::kernel::reject::{Place, Reason, Reject};
use mutant::{Edit, Mutant, sample};
use naive::Verdict;
use reader::read;
use roles::Annotated;
use setting::{Local, Setting};
use std::rc::Rc;
use structure::Changes;
use tally::{Outcome, Tally};

/// Longest weight, in bits, that the naive evaluation takes on.
const MOST_BITS: u64 = 2000;

/// A base with what is known of it.
struct Known<'a> {
    base: &'a Base,
    setting: Rc<Setting>,
    read: Annotated,
    /// At the base's own point; `None` where its numbers are long.
    local: Option<Rc<Local>>,
}

fn known(base: &Base) -> Known<'_> {
    let setting = Rc::new(Setting::new(&base.problem));
    let read = read(base.text.as_bytes()).unwrap_or_else(|line| panic!("{}: line {line}", base.name));
    let vectors = read.document.point.neurons.iter().flat_map(|(_, w, h)| [w, h]);
    let short = vectors.map(|v| v.denominator.bits()).max().unwrap_or(0) <= MOST_BITS;
    let net = naive::point(&setting, &read.document).unwrap();
    let local = short.then(|| Rc::new(Local::new(&setting, &net)));
    Known { base, setting, read, local }
}

/// Short enough to be given to other problems.
fn is_short(base: &Base) -> bool {
    base.text.len() < 1000
}

fn mutants(known: &Known<'_>, all: &[Base], donors: &[Vec<String>], rng: &mut Rng) -> Vec<Mutant> {
    let base = known.base;
    let mut changes = Changes { base, lines: base.lines(), read: &known.read, all: Vec::new() };
    changes.every_word(rng);
    changes.every_list(rng);
    changes.every_line();
    changes.claims_and_versions();
    changes.decays();
    let texts: Vec<&str> = all.iter().filter(|b| b.source == base.source || is_short(b)).map(|b| &b.text[..]).collect();
    changes.other_certificates(&texts, rng);
    match &known.local {
        None => changes.every_step(&[], rng),
        Some(local) => {
            changes.every_step(donors, rng);
            changes.points(&local.net, &known.read.document, rng);
            changes.regions(local, &known.read.document);
            changes.witnesses(local, &known.read.document, rng);
        }
    }
    sample(changes.all, base.budget, rng)
}

/// The steps of short certificates, to be given to others.
fn donors(all: &[Base]) -> Vec<Vec<String>> {
    let steps = |b: &Base| -> Vec<Vec<String>> {
        let (lines, steps) = (b.lines(), read(b.text.as_bytes()).unwrap().steps);
        steps.iter().map(|(a, z)| lines[*a..*z].iter().map(ToString::to_string).collect()).collect()
    };
    all.iter().filter(|b| is_short(b)).flat_map(steps).collect()
}

/// Judges a mutant in both ways; an error where they differ or nothing explains an acceptance.
fn judge(known: &Known<'_>, bytes: &[u8]) -> Result<(Outcome, Option<Reject>), String> {
    let own = read(bytes);
    let (claim, certificate) = match (parse_certificate(bytes), &own) {
        (Err(e), Err(line)) if e.line == *line => return Ok((Outcome::Malformed, None)),
        (Err(e), own) => {
            let found = own.as_ref().map_or_else(|line| format!("malformed in line {line}"), |_| "well-formed".into());
            return Err(format!("malformed ({e}), but to the naive reader {found}"));
        }
        (Ok(_), Err(line)) => return Err(format!("well-formed, but not to the naive reader: line {line}")),
        (Ok(parsed), Ok(_)) => parsed,
    };
    let document = own.unwrap().document;
    let naive = naive::judge(&known.setting, &document, |net| match &known.local {
        Some(local) if local.net == *net => Some(Rc::clone(local)),
        Some(_) => Some(Rc::new(Local::new(&known.setting, net))),
        None => None,
    });
    match check(&known.base.problem, &claim, &certificate) {
        Err(reject) => {
            let limit = matches!(reject.reason, Reason::Limit(_));
            let place = (reject.step.to_string(), reject.rule.name());
            match naive {
                Verdict::Rejected(at, rule) if (at.clone(), rule) == place => {}
                Verdict::Unknown => {}
                _ if limit => {}
                other => return Err(format!("rejected ({reject}), but by the naive evaluation {other:?}")),
            }
            Ok((Outcome::Rejected, Some(reject)))
        }
        Ok(theorem) => {
            if let Verdict::Rejected(..) = naive {
                return Err(format!("accepted, but by the naive evaluation {naive:?}"));
            }
            let why = explain::explain(&known.setting, &known.read.document, &document, &naive, &theorem)
                .map_err(|e| format!("accepted without a reason: {e}"))?;
            Ok((Outcome::Accepted(why), None))
        }
    }
}

/// Where a refusal must be, if the change alone says so: in the step that was changed, or where steps are put together.
fn is_at_its_place(mutant: &Mutant, known: &Known<'_>, reject: &Reject) -> bool {
    let together = matches!(reject.step, Place::Conclusion | Place::Curvature | Place::Region);
    match (mutant.neuron, &mutant.edit) {
        (Some(i), _) if mutant.is_within(known.read.steps[i]) => together || reject.step == Place::Neuron(i),
        (None, Edit::Word(..)) if ["data", "model", "shape", "slopes", "penalty"].contains(&&mutant.label[..]) => {
            reject.step == Place::Header
        }
        (None, Edit::Word(..)) if mutant.label == "bias" => reject.step == Place::Bias,
        _ => true,
    }
}

/// The lines whose changes must have been tried, and how often at least.
const ROWS: &str = "bias bias-at cells claim components curvature data end escape linear lowpoint-certificate matrix model \
    multipliers neuron neurons open penalty point rays region rests-on scalar shape slopes stationary uniform zero-form descent";
const PARTS: &[&str] = &[
    "cells: balance",
    "cells: column",
    "cells: implied",
    "cells: leaf",
    "cells: path",
    "cells: split",
    "components: classes",
    "components: multipliers",
    "components: rays",
    "components: share",
    "curvature: bias-direction",
    "curvature: direction",
    "curvature: output",
    "descent: direction",
    "descent: output",
    "escape: direction",
    "escape: output",
    "matrix: balance",
    "matrix: column",
    "point: input",
    "point: output",
];

#[test]
fn mutants_are_refused_or_explained() {
    let folder = tempfile::tempdir().unwrap();
    let all = bases::bases(folder.path());
    let donors = donors(&all);
    let (mut rules, mut kinds, mut named) = (Tally::default(), Tally::default(), 0);
    let mut faults = Vec::new();
    for (number, base) in all.iter().enumerate() {
        let known = known(base);
        let lines = base.lines();
        for mutant in mutants(&known, &all, &donors, &mut Rng::new(number as u64)) {
            let bytes = mutant.bytes(&lines);
            if bytes == base.text.as_bytes() {
                continue;
            }
            let mut fault = |what: String| faults.push(format!("{}\n    {what}", mutant.describe(base)));
            match judge(&known, &bytes) {
                Err(what) => fault(what),
                Ok((outcome, reject)) => {
                    rules.add(&mutant.label, &outcome);
                    kinds.add(mutant.kind, &outcome);
                    if let Some(reject) = reject {
                        named += usize::from(matches!(reject.step, Place::Neuron(_)));
                        if !is_at_its_place(&mutant, &known, &reject) {
                            fault(format!("rejected at another place: {reject}"));
                        }
                    }
                }
            }
        }
    }
    rules.print("line");
    kinds.print("change");
    println!("\n{named} rejections name a neuron; {} faults", faults.len());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    for row in ROWS.split_whitespace().chain(PARTS.iter().copied()) {
        assert!(rules.tried(row) >= 20, "only {} changes of `{row}`", rules.tried(row));
    }
    assert!(named >= 1000 && (0..6).all(|column| rules.column(column) >= 20));
}
