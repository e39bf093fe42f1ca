//! Compact certificates: do they come back as they were, do they say no more than the certificate did, and what is
//! refused?
#![cfg(feature = "search")]

mod common;
#[path = "common/published.rs"]
mod published;

use common::rng::Rng;
use lowpoint::cli::checking::{Answer, decide};
use lowpoint::compact::{MAX_UNKNOWNS, Unrestored, compact, compact_beyond, complete};
use lowpoint::input::load;
use lowpoint::kernel::check::{check, check_knowing};
use lowpoint::kernel::dataset::Dataset;
use lowpoint::kernel::evaluation::Evaluation;
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::{Activation, Network, Neuron};
use lowpoint::kernel::number::dyadic;
use lowpoint::kernel::parse::parse_certificate;
use lowpoint::kernel::problem::{Digests, Problem};
use lowpoint::kernel::samples::Samples;
use lowpoint::search::polish::Options;
use lowpoint::search::prove::{Outcome, prove_at_point, prove_nearby};
use num_rational::BigRational;
use published::published;

fn diabetes() -> (Problem, String, String) {
    let published = published().into_iter().find(|p| p.name == "diabetes").unwrap();
    let (problem, text) = (load(&published.source).unwrap(), published.text());
    let short = compact(&problem, &text).unwrap();
    (problem, text, short)
}

fn restored(problem: &Problem, text: &str) -> Result<String, Unrestored> {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    complete(problem, &samples, text.as_bytes()).map(|restored| restored.text)
}

fn accepted(problem: &Problem, text: &str) -> bool {
    matches!(decide(problem, text.as_bytes()), Answer::Accepted(..))
}

#[test]
fn published_certificates_come_back_to_the_byte() {
    for published in published() {
        let (problem, text, name) = (load(&published.source).unwrap(), published.text(), &published.name);
        if published.is_box() {
            let refused = compact(&problem, &text).unwrap_err().to_string();
            assert_eq!(refused, "a box certificate has no exact system, and nothing to leave out", "{name}");
            continue;
        }
        let short = compact(&problem, &text).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(restored(&problem, &short).unwrap() == text, "{name}");
        assert!(accepted(&problem, &short), "{name}");
        // What has no long numbers differs in the first line alone.
        assert!(short.len() < text.len().max(20_000), "{name}: {} of {}", short.len(), text.len());
    }
    let (_, text, short) = diabetes();
    assert!(text.len() > 300_000 && short.len() < 6_000, "{} of {}", short.len(), text.len());
}

/// A random network with long numbers: biases, sample weights, slopes and repeated rows come and go.
fn random_problem(rng: &mut Rng, n: usize, output_bias: bool) -> Problem {
    let mut number = |scale: f64| dyadic((rng.below(1 << 20) as f64 / f64::from(1 << 19) - 1.0) * scale).unwrap();
    let (d, m) = (2, 3);
    let mut x: Vec<Vec<BigRational>> = (0..n).map(|_| (0..d).map(|_| number(1.0)).collect()).collect();
    for k in 0..4 {
        x[k + 4] = x[k].clone();
    }
    let y: Vec<Vec<BigRational>> = (0..n).map(|_| vec![number(2.0)]).collect();
    let weights: Vec<BigRational> = (0..n).map(|k| BigRational::new((k as i64 % 3 + 1).into(), 2.into())).collect();
    let neurons = (0..m)
        .map(|_| Neuron {
            input: Fractions::from_rationals(&(0..=d).map(|_| number(1.0)).collect::<Vec<_>>()),
            output: Fractions::from_rationals(&[number(1.0)]),
        })
        .collect();
    let bias = output_bias.then(|| Fractions::from_rationals(&[number(1.0)]));
    let weighted = rng.below(2) == 0;
    let slope = BigRational::new([0, 1, -1][rng.below(3)].into(), 4.into());
    let dataset = Dataset::new(&x, &y, weighted.then_some(&weights)).unwrap();
    let network = Network::new(Activation::leaky(slope), neurons, true, bias).unwrap();
    Problem::new(dataset, network, Digests { data: "0".repeat(64), model: "1".repeat(64) }).unwrap()
}

#[test]
fn random_minima_come_back() {
    let (mut proved, mut shorter, mut pinned) = (0, 0, 0);
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let problem = random_problem(&mut rng, 24, seed % 2 == 0);
        let samples = Samples::new(problem.dataset(), true);
        let Outcome::Proved(proof) = prove_nearby(&problem, &samples, &Options::default(), &mut |_, _| true) else {
            continue;
        };
        proved += 1;
        // With nothing kept, however short, the same.
        let least = compact_beyond(&problem, &proof.bytes, 0).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert!(accepted(&problem, &least), "seed {seed}");
        let short = compact(&problem, &proof.bytes).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert!(accepted(&problem, &short), "seed {seed}");
        assert_eq!(short, compact(&problem, &restored(&problem, &short).unwrap()).unwrap(), "seed {seed}");
        shorter += usize::from(2 * short.len() < proof.bytes.len());
        pinned += usize::from(short.lines().any(|line| line.starts_with("pinned ") && line != "pinned 1"));
    }
    assert!(proved > 40 && shorter > 20 && pinned > 0, "{proved} proved, {shorter} shorter, {pinned} pinned");
}

#[test]
fn the_denominator_is_a_hint_that_changes_nothing() {
    let (problem, text, short) = diabetes();
    let given = short.lines().nth(1).unwrap().strip_prefix("denominator ").unwrap().to_string();
    for other in ["1".to_string(), "ffff".to_string(), format!("{given}0"), given.replacen('1', "2", 1)] {
        let hinted = with_line(&short, "denominator", |_| format!("denominator {other}"));
        assert!(restored(&problem, &hinted).unwrap() == text, "{} digits", other.len());
    }
    assert!(restored(&problem, &short.replacen(&format!("denominator {given}\n"), "", 1)).unwrap() == text);
}

#[test]
fn an_evaluation_of_something_else_is_not_used() {
    let (problem, text, _) = diabetes();
    let (claim, certificate) = parse_certificate(text.as_bytes()).unwrap();
    let samples = Samples::new(problem.dataset(), true);
    let theorem = check(&problem, &claim, &certificate).unwrap();
    let point = &certificate.point;
    let point = problem.network().with_changes(point.neurons.clone(), point.output_bias.clone()).unwrap();
    // The model's own parameters; the point with one target changed; the point with the hidden bias left out of the rows.
    let y: Vec<Vec<BigRational>> = (0..442).map(|k| vec![BigRational::from_integer(k.into())]).collect();
    let x: Vec<Vec<BigRational>> = (0..442).map(|k| vec![BigRational::from_integer((k % 7).into()); 10]).collect();
    let other = Dataset::new(&x, &y, None).unwrap();
    let short = Samples::new(problem.dataset(), false);
    for known in [
        Evaluation::new(problem.dataset(), &samples, problem.network().clone()),
        Evaluation::new(&other, &samples, point.clone()),
        Evaluation::new(problem.dataset(), &short, point),
    ] {
        let again = check_knowing(&problem, &claim, &certificate, Some(&known)).unwrap();
        assert_eq!((again.loss(), again.neurons()), (theorem.loss(), theorem.neurons()));
    }
}

#[test]
fn another_data_file_is_named_before_anything_is_solved() {
    let (problem, _, short) = diabetes();
    let other = Digests { data: "0".repeat(64), ..problem.digests().clone() };
    let other = Problem::new(problem.dataset().clone(), problem.network().clone(), other).unwrap();
    match decide(&other, short.as_bytes()) {
        Answer::Rejected(reject) => assert!(reject.to_string().contains("for another data file"), "{reject}"),
        answer => panic!("{answer:?}"),
    }
}

/// The text with one line changed.
fn with_line(text: &str, starts: &str, change: impl Fn(&str) -> String) -> String {
    let at = text.lines().position(|line| line.starts_with(starts)).unwrap();
    let lines = text.lines().enumerate().map(|(i, line)| if i == at { change(line) } else { line.to_string() });
    lines.map(|line| line + "\n").collect()
}

#[test]
fn a_sample_on_the_wrong_side_gives_no_proof() {
    let (problem, _, short) = diabetes();
    for digit in [3, 17, 60] {
        let flipped = with_line(&short, "input 2 solved ", |line| {
            let mut bytes = line.as_bytes().to_vec();
            let at = "input 2 solved ".len() + digit;
            bytes[at] = if bytes[at] == b'7' { b'5' } else { b'7' };
            String::from_utf8(bytes).unwrap()
        });
        assert!(flipped != short);
        // The system then has another solution, at which this neuron's slopes do not balance.
        match decide(&problem, flipped.as_bytes()) {
            Answer::Unrestored(reason) => assert!(reason.contains("no multipliers on its kinks"), "{reason}"),
            answer => panic!("digit {digit}: {answer:?}"),
        }
    }
}

#[test]
fn refusals_say_what_is_wrong() {
    let (problem, text, short) = diabetes();
    let said = |text: &str| match decide(&problem, text.as_bytes()) {
        Answer::Unrestored(reason) => reason,
        Answer::Malformed(error) => error.to_string(),
        Answer::Rejected(reject) => reject.to_string(),
        Answer::Accepted(theorem, _) => panic!("accepted: {:?}", theorem.claim()),
    };
    let many = "f".repeat(200);
    for (starts, line, expected) in [
        ("lowpoint-compact", "lowpoint-compact 2 1", "line 1: expected version 1 of compact certificates"),
        ("lowpoint-compact", "lowpoint-compact 1 3", "line 1: expected the version of a certificate: 1 or 2"),
        ("denominator", "denominator 0", "line 2: expected a positive denominator"),
        ("input 0", &format!("input 0 solved {many}"), "800 sides are given for 442 samples"),
        ("input 0", "input 0 solved -1", "line 9: expected the samples with w.x > 0 as the bits of a natural number"),
        ("input 0", "input 0 solved 5 1 1", "line 9: expected indices in ascending order"),
        ("input 0", "input 0 solved 5 1", "line 10: expected 1 pinned values, one for each place, found 0"),
        ("pinned", "pinned 0", "line 10: expected a positive denominator"),
        ("output model", "output model 1", "line 11: expected the end of the line"),
        ("output model", "output 1", "output weights of neuron 0: expected 1 number, found 0"),
        ("output model", "output 1 0", "neuron 0 has no output weight, so no equation gives its input weights"),
        ("region", "region 1", "line 34: expected a radius or unbounded"),
        ("neuron 0", "neuron 0 kinks 65 230 364 500", "there is no sample 500"),
        ("neuron 0", "neuron 1 kinks 65 230 364 378", "line 37: expected the step of neuron 0"),
        ("neuron 0", "neuron 0 kinks 65 230 364", "neuron 0: no multipliers on its kinks balance its slopes"),
        ("claim", "claim local-minimum-nearby 0.0017", "point: rule distance"),
        ("claim", "claim saddle-nearby 0.00174", "conclusion: rule conclusion: expected a region for a local minimum"),
    ] {
        let found = said(&with_line(&short, starts, |_| line.to_string()));
        assert!(found.contains(expected), "{line}:\n{found}");
    }
    let twice = short.replacen("pinned 1\n", "pinned 1\npinned 1\n", 1);
    assert!(said(&twice).contains("line 11: expected `output`"), "{}", said(&twice));
    assert!(said(&short.replacen("bias-at solved\n", "bias-at 1\n", 1)).contains("output bias"));
    // Only the first line makes it compact.
    let disguised = with_line(&short, "lowpoint-compact", |_| "lowpoint-certificate 1".into());
    assert!(said(&disguised).starts_with("line 2: expected `claim`"), "{}", said(&disguised));
    let plain = with_line(&text, "lowpoint-certificate", |_| "lowpoint-compact 1 1".into());
    assert!(accepted(&problem, &plain), "a certificate without gaps");
}

#[test]
fn systems_over_the_limit_are_refused_before_they_are_built() {
    let n = 1500;
    let problem = random_problem(&mut Rng::new(1), n, true);
    let samples = Samples::new(problem.dataset(), true);
    let Outcome::Proved(proof) = prove_at_point(&problem, &samples, &Options::default()) else { panic!() };
    let solved: String = (0..3).map(|i| format!("\ninput {i} solved 0\npinned 1\noutput model")).collect();
    let mut text = with_line(&proof.bytes, "lowpoint-certificate", |_| "lowpoint-compact 1 1".into());
    text = with_line(&text, "point 0 no-bias", |_| format!("point 3 no-bias{solved}"));
    let all: String = (0..n).map(|k| format!(" {k}")).collect();
    for i in 0..3 {
        text = with_line(&text, &format!("neuron {i} kinks"), |_| format!("neuron {i} kinks{all}"));
    }
    let refused = restored(&problem, &text);
    let expected = format!("{} unknowns are over the limit of {MAX_UNKNOWNS}", 3 * n + 9);
    assert_eq!(refused, Err(Unrestored::Unsolvable(expected)));
}

#[test]
fn long_numbers_of_a_stranger_are_refused_before_they_are_computed_with() {
    // 2^15 samples leave 2^18 binary digits for the point's denominators.
    let n = 1 << 15;
    let problem = random_problem(&mut Rng::new(1), n, true);
    let samples = Samples::new(problem.dataset(), true);
    let Outcome::Proved(proof) = prove_at_point(&problem, &samples, &Options::default()) else { panic!() };
    let long = format!("input 0 1{} 1 1 1", "0".repeat(1 << 16));
    let mut text = with_line(&proof.bytes, "lowpoint-certificate", |_| "lowpoint-compact 1 1".into());
    text = with_line(&text, "claim", |_| "claim local-minimum-nearby 10".into());
    let point = format!("point 2 no-bias\n{long}\noutput model\ninput 1 solved 0\npinned 1\noutput model");
    text = with_line(&text, "point 0 no-bias", |_| point.clone());
    match restored(&problem, &text) {
        Err(Unrestored::Unsolvable(reason)) => {
            assert!(reason.contains("denominators of the point with more than 262144 bits"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}
