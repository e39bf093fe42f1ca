//! `lowpoint run`: what a suite says, writes, and how it exits.
#![cfg(feature = "search")]

#[path = "../cli/cases.rs"]
#[allow(dead_code)]
mod cases;
mod docs;
mod falls;
mod holds;
mod manifest;
mod outputs;
mod stale;
#[path = "../common/times.rs"]
mod times;
mod update;

use cases::{Case, Said};
use times::without_times;

/// A local minimum at (0, 0) with weight 1, beside a neuron that is dead; `dead` is its hidden bias.
pub fn with_dead_neuron(weight: &str, dead: &str) -> String {
    format!(r#"{{"layers": [{{"weight": [["{weight}"],["0"]], "bias": ["0","{dead}"]}}, {{"weight": [["1","1"]]}}]}}"#)
}

/// A model of one neuron for one input: its input weight and its output weight.
pub fn one_neuron(input: &str, output: &str) -> String {
    format!(r#"{{"layers": [{{"weight": [["{input}"]]}}, {{"weight": [["{output}"]]}}]}}"#)
}

/// A directory with the data and the model `net` of `Case::not_stationary`, the model `best`, which is a local minimum,
/// and this suite.
pub fn case(suite: &str) -> Case {
    let case = Case::not_stationary();
    case.write("best.json", one_neuron("1", "3/5"));
    case.write("s.toml", suite);
    case
}

/// Runs the suite `s.toml`; what it says has no times.
pub fn run(case: &Case, words: &str) -> Said {
    let said = case.lowpoint(&format!("run s.toml {words}"));
    Said { out: without_times(&said.out), ..said }
}

/// The JSON report.
pub fn json(case: &Case, words: &str) -> serde_json::Value {
    serde_json::from_str(&run(case, &format!("{words} --format json")).out).unwrap()
}
