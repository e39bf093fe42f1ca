//! Candidates for boxes: their equations hold to the last bits, on checkpoints and on planted points.

#[path = "../common/mod.rs"]
mod common;

mod equations;
mod planted;

use equations::held;
use lowpoint::input::{Source, load};
use lowpoint::kernel::enclosure::certificate::{NeuronBox, System};
use lowpoint::kernel::number::parse_rational;
use lowpoint::kernel::penalty::Penalty;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::samples::Samples;
use lowpoint::search::enclose::{Candidate, Options, candidate};
use std::path::PathBuf;

/// Searches without a limit.
fn search(problem: &Problem, options: &Options) -> Result<Candidate, String> {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    candidate(problem, &samples, options, &mut |_, _| true)
}

/// A problem of the examples, with decay lw = lh and lb = lo.
fn example(data: &str, model: &str, weights: &str, biases: &str) -> Problem {
    let file = |name: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let source = Source { data: file(data), model: file(model), ..Source::default() };
    let [input, output] = [weights; 2].map(|q| parse_rational(q).unwrap());
    let [hidden_bias, output_bias] = [biases; 2].map(|q| parse_rational(q).unwrap());
    load(&source).unwrap().with_penalty(Penalty { input, hidden_bias, output, output_bias })
}

/// Numbers of kinks of the live neurons.
fn kinks(found: &Candidate) -> Vec<usize> {
    let count = |n: &NeuronBox| if let NeuronBox::Live(live) = n { Some(live.kinks.len()) } else { None };
    found.neurons.iter().filter_map(count).collect()
}

const DIABETES: (&str, &str) = ("diabetes/diabetes.data.npz", "diabetes/diabetes-w8-s0.model.npz");
const ONE_HOT: &str = "vector/iris-onehot.data.npz";

#[test]
fn the_equations_hold_on_checkpoints() {
    let cases: [(&str, &str, &str, &str, &[usize]); 5] = [
        // Without decay: the kinks that exact polishing proves.
        (DIABETES.0, DIABETES.1, "0", "0", &[4, 4, 1, 5, 6, 7, 7, 2]),
        (ONE_HOT, "vector/iris-onehot-w4-s0.model.npz", "0", "0", &[1, 0, 1, 1]),
        ("vector/linnerud.data.npz", "vector/linnerud-w2-s1.model.npz", "0", "0", &[0, 1]),
        ("vector/linnerud.data.npz", "vector/linnerud-w2-s1.model.npz", "1/2", "1/2", &[]),
        (DIABETES.0, DIABETES.1, "1", "0", &[]),
    ];
    for (data, model, weights, biases, expected) in cases {
        let problem = example(data, model, weights, biases);
        let found = search(&problem, &Options::default()).unwrap();
        let held = held(&problem, &found);
        println!("{model} {weights} {biases}: kinks {:?} {:?}", kinks(&found), found.seen);
        assert_eq!(found.system, System::Stationarity);
        if !expected.is_empty() {
            assert_eq!(kinks(&found), expected, "{model}");
        }
        assert!(held.residual < 1e-13, "{model}: {}", held.residual);
        assert!(held.slack > 1e-6 && held.margin > 1e-9, "{model}: {} {}", held.slack, held.margin);
        assert!((held.margin / found.seen.margin - 1.0).abs() < 1e-6, "{model}");
        assert!(held.slack.is_infinite() || (held.slack - found.seen.slack).abs() < 1e-6, "{model}");
    }
}

#[test]
fn a_limit_on_the_distance_is_kept() {
    let problem = example(DIABETES.0, DIABETES.1, "0", "0");
    let options = |most| Options { max_distance: Some(most), ..Options::default() };
    assert!(search(&problem, &options(2e-3)).is_ok());
    assert_eq!(search(&problem, &options(1e-3)).unwrap_err(), "the search left the sup-distance 0.001 it was given");
}

#[test]
fn what_has_no_isolated_point_is_refused() {
    // The network fits each region's linear part: its first neuron may change without the loss.
    let problem = example(ONE_HOT, "vector/iris-onehot-w3-s0.model.npz", "0", "0");
    let said = search(&problem, &Options::default()).unwrap_err();
    assert!(said.contains("not isolated"), "{said}");
    let problem = example(DIABETES.0, DIABETES.1, "0", "1");
    let said = search(&problem, &Options::default()).unwrap_err();
    assert!(said.starts_with("only some of the parameters are decayed"), "{said}");
}

#[test]
fn the_search_can_be_stopped() {
    let problem = example(DIABETES.0, DIABETES.1, "0", "0");
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let stopped = candidate(&problem, &samples, &Options::default(), &mut |rounds, _| rounds < 2);
    assert_eq!(stopped.unwrap_err(), "stopped");
}
