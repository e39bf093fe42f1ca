//! The corpus of certificates: what is accepted, what is rejected and what is malformed, one fault in each file.
//!
//! `tests/corpus/<outcome>/<problem>.<fault>.cert` is a certificate for `tests/corpus/problems/<problem>.*.json`; the
//! file beside it, `.expect`, has the exact words of the refusal. The certificates are written by
//! `cargo test --test corpus regenerate -- --ignored`; new refusals are then read by a person and kept.

use lowpoint::input::{Decay, Source, load};
use lowpoint::kernel::check::check_evidence;
use lowpoint::kernel::dataset::Dataset;
use lowpoint::kernel::number::{MAX_DECIMAL_CHARS, MAX_HEX_DIGITS};
use lowpoint::kernel::parse::{MAX_CERTIFICATE_BYTES, parse_evidence};
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::rule::bounds::MAX_ERROR_BITS;
use num_rational::BigRational;
use std::fs;
use std::path::{Path, PathBuf};

#[cfg(feature = "search")]
#[path = "corpus/boxes.rs"]
mod boxes;
#[cfg(feature = "search")]
mod common;
#[cfg(feature = "search")]
#[path = "corpus/faults.rs"]
mod faults;
#[cfg(feature = "search")]
#[path = "corpus/mixed.rs"]
mod mixed;
#[cfg(feature = "search")]
#[path = "corpus/regenerate.rs"]
mod regenerate;
#[cfg(feature = "search")]
#[path = "corpus/second_order.rs"]
mod second_order;

const ACCEPTED: usize = 59;
const REJECTED: usize = 204;
const MALFORMED: usize = 118;

fn corpus(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder)
}

fn problem(name: &str) -> Problem {
    let file = |kind: &str| corpus("problems").join(format!("{name}.{kind}.json"));
    // One for all that end so: the statement is not in the files.
    let decay = if name.ends_with("-decayed") {
        Decay::Sklearn { alpha: BigRational::from_integer(1.into()) }
    } else {
        Decay::None
    };
    let source = Source { data: file("data"), model: file("model"), decay, ..Source::default() };
    load(&source).unwrap_or_else(|e| panic!("{e}"))
}

/// What became of a certificate: the refusal's words, where there is one.
#[derive(Debug, PartialEq)]
enum Outcome {
    Accepted(String),
    Rejected(String),
    Malformed(String),
}

fn judge(problem: &Problem, bytes: &[u8]) -> Outcome {
    match parse_evidence(bytes) {
        Err(e) => Outcome::Malformed(e.to_string()),
        Ok((claim, evidence)) => match check_evidence(problem, &claim, &evidence, None) {
            Ok(theorem) => Outcome::Accepted(theorem.claim().to_string()),
            Err(reject) => Outcome::Rejected(reject.to_string()),
        },
    }
}

/// The files of a folder by name, certificates and expectations apart.
fn names(folder: &str, extension: &str) -> Vec<String> {
    let files = fs::read_dir(corpus(folder)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files.filter_map(|f| f.strip_suffix(extension).map(str::to_string)).collect();
    names.sort();
    names
}

/// Judges every certificate of a folder and compares with the words beside it.
fn run(folder: &str, count: usize, outcome: impl Fn(String) -> Outcome) {
    let certificates = names(folder, ".cert");
    assert_eq!(certificates.len(), count, "certificates in {folder}/");
    assert_eq!(certificates, names(folder, ".expect"), "certificates and expectations in {folder}/");
    assert_eq!(fs::read_dir(corpus(folder)).unwrap().count(), 2 * count, "other files in {folder}/");
    let mut wrong = Vec::new();
    for name in certificates {
        let bytes = fs::read(corpus(folder).join(format!("{name}.cert"))).unwrap();
        let expected = fs::read_to_string(corpus(folder).join(format!("{name}.expect"))).unwrap();
        let found = judge(&problem(name.split('.').next().unwrap()), &bytes);
        if found != outcome(expected.trim_end_matches('\n').to_string()) {
            wrong.push(format!("{folder}/{name}.cert\n  expected {expected}  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn accepted() {
    run("accept", ACCEPTED, Outcome::Accepted);
}

#[test]
fn rejected() {
    run("reject", REJECTED, Outcome::Rejected);
}

#[test]
fn malformed() {
    run("malformed", MALFORMED, Outcome::Malformed);
}

#[test]
fn no_beginning_of_a_certificate_is_a_certificate() {
    for name in names("accept", ".cert") {
        let bytes = fs::read(corpus("accept").join(format!("{name}.cert"))).unwrap();
        for end in 0..bytes.len() {
            assert!(parse_evidence(&bytes[..end]).is_err(), "{name}: its first {end} bytes");
        }
    }
}

#[test]
fn a_changed_byte_is_judged_without_panic() {
    for name in names("accept", ".cert") {
        let bytes = fs::read(corpus("accept").join(format!("{name}.cert"))).unwrap();
        let problem = problem(name.split('.').next().unwrap());
        for at in 0..bytes.len() {
            for byte in *b"0f-/ \n\xff" {
                let mut changed = bytes.clone();
                changed[at] = byte;
                let _ = judge(&problem, &changed);
            }
        }
    }
}

#[test]
fn numbers_over_the_limits_are_malformed() {
    let text = fs::read_to_string(corpus("accept").join("kinks.proved.cert")).unwrap();
    let problem = problem("kinks");
    for (from, to, line) in [
        ("multipliers 2 1", format!("multipliers 2 {}", "f".repeat(MAX_HEX_DIGITS + 1)), "line 13"),
        ("region 0.5 1", format!("region 0.{} 1", "1".repeat(MAX_DECIMAL_CHARS)), "line 8"),
    ] {
        let Outcome::Malformed(words) = judge(&problem, text.replace(from, &to).as_bytes()) else { panic!("{from}") };
        assert!(words.starts_with(line) && words.contains("longer than the limit") && words.len() < 200, "{words}");
    }
}

#[test]
fn a_text_over_the_limit_is_malformed() {
    let bytes = vec![b'\n'; MAX_CERTIFICATE_BYTES as usize + 1];
    assert_eq!(parse_evidence(&bytes).unwrap_err().line, 0);
}

/// Denominators count together, and with the samples: as a file this would need hundreds of kilobytes.
#[test]
fn a_point_with_long_denominators_is_rejected() {
    const SAMPLES: usize = 1 << 15;
    let zeros = MAX_ERROR_BITS as usize / SAMPLES / 4 - 1;
    let kinks = problem("kinks");
    let rows = |width| vec![vec![BigRational::from_integer(1.into()); width]; SAMPLES];
    let data = Dataset::new(&rows(2), &rows(1), None).unwrap();
    let problem = Problem::new(data, kinks.network().clone(), kinks.digests().clone()).unwrap();
    let text = fs::read_to_string(corpus("accept").join("kinks.proved.cert")).unwrap();
    let text = text.replace("shape 4", &format!("shape {SAMPLES}")).replace("minimum", "minimum-nearby 0");
    let limit = "rule statement: over the limit";
    for (input, output, words) in [
        // just within the limit, so that the next condition fails
        (format!("8{}", "0".repeat(zeros)), "1 1", "rule distance"),
        (format!("10{}", "0".repeat(zeros)), "1 1", limit),
        (format!("8{}", "0".repeat(zeros)), "3 3", limit),
    ] {
        let point = format!("point 1 no-bias\ninput 0 {input} 0 0\noutput {output}");
        let Outcome::Rejected(found) = judge(&problem, text.replace("point 0 no-bias", &point).as_bytes()) else {
            panic!("{words}")
        };
        assert!(found.starts_with(&format!("point: {words}")), "{found}");
    }
}
