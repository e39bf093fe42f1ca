//! The second checker, `scripts/lowpoint_check.py`, on many cases: one `python3` runs them all.

use super::instance::Instance;
use super::linear::Q;
use lowpoint::input::{Decay, Source};
use serde_json::{Value, json};
use std::io::{BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One certificate for the files and options of a source.
#[derive(Clone, Debug)]
pub struct Case {
    pub source: Source,
    pub certificate: Vec<u8>,
}

/// What the second checker says of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondOutcome {
    /// `accepted`, `rejected`, `malformed`, `unreadable`: the data or the model, or `not checked`.
    pub kind: String,
    /// Of a rejection as in `Reject`: `header`, `point`, `neuron 3`, …; of a malformed text `line 12`.
    pub place: String,
    /// Of a rejection the rule, of an accepted certificate the claim's name.
    pub rule: String,
    /// In words.
    pub text: String,
}

/// The outcomes, in the order of the cases. Cases of the same files should follow each other: they are read once.
pub fn second_checker(cases: &[Case]) -> Vec<SecondOutcome> {
    let mut file = tempfile::tempfile().unwrap();
    let mut input = BufWriter::new(&mut file);
    for case in cases {
        writeln!(input, "{}", line(case)).unwrap();
    }
    input.flush().unwrap();
    drop(input);
    file.rewind().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/second_checker/batch.py");
    // Box certificates need an interpreter that has python-flint; without it they are `not checked`.
    let interpreter = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let mut python = Command::new(interpreter);
    let output = python.arg(script).stdin(Stdio::from(file)).stderr(Stdio::inherit()).output();
    let output = output.unwrap_or_else(|e| {
        panic!("python3 (3.9 or later; or the one that PYTHON names), which runs the second checker: {e}")
    });
    let text = String::from_utf8(output.stdout).unwrap();
    let outcomes: Vec<SecondOutcome> = text.lines().map(outcome).collect();
    let failed = cases.get(outcomes.len()).map(|case| String::from_utf8_lossy(&case.certificate).into_owned());
    assert!(
        output.status.success() && failed.is_none(),
        "the second checker failed on\n{}",
        failed.unwrap_or_default()
    );
    outcomes
}

fn line(case: &Case) -> Value {
    let Source { data, model, hidden, output, negative_slope, targets, decay } = &case.source;
    let mut options = json!({ "targets": targets, "hidden": hidden, "output": output });
    if let Some(slope) = negative_slope {
        options["negative_slope"] = slope.to_string().into();
    }
    match decay {
        Decay::None => {}
        Decay::Torch { rate, decayed } => {
            options["weight_decay"] = rate.to_string().into();
            options["decay"] = decayed.name().into();
        }
        Decay::Sklearn { alpha } => options["sklearn_alpha"] = alpha.to_string().into(),
    }
    // One character for each byte.
    let certificate: String = case.certificate.iter().copied().map(char::from).collect();
    json!({ "data": data, "model": model, "certificate": certificate, "options": options })
}

fn outcome(line: &str) -> SecondOutcome {
    let value: Value = serde_json::from_str(line).unwrap();
    let field = |name: &str| value[name].as_str().unwrap().to_string();
    SecondOutcome { kind: field("kind"), place: field("place"), rule: field("rule"), text: field("text") }
}

impl Instance {
    /// Writes the instance to exact .json files `NAME.data.json` and `NAME.model.json` in a directory.
    pub fn write(&self, directory: &Path, name: &str) -> Source {
        let file = |kind: &str, value: Value| -> PathBuf {
            let path = directory.join(format!("{name}.{kind}.json"));
            std::fs::write(&path, value.to_string()).unwrap();
            path
        };
        let inputs = self.width() - usize::from(self.hidden_bias);
        let row = |row: &Vec<i64>| row[..inputs].iter().map(|v| Q::new((*v).into(), self.q.into())).collect::<Vec<_>>();
        let mut data = json!({ "x": rows(self.rows.iter().map(row)), "y": rows(self.y.iter().cloned()) });
        if let Some(c) = &self.c {
            data["weights"] = texts(c);
        }
        let net = &self.net;
        let hidden_bias = self.hidden_bias.then(|| net.w.iter().map(|w| w[inputs].clone()).collect::<Vec<_>>());
        let output = (0..self.outputs()).map(|j| net.h.iter().map(|h| h[j].clone()).collect());
        let layer = |weight: Value, bias: Option<Value>| json!({ "weight": weight, "bias": bias });
        let hidden = layer(rows(net.w.iter().map(|w| w[..inputs].to_vec())), hidden_bias.map(|b| texts(&b)));
        let output = layer(rows(output), net.bias.as_ref().map(|b| texts(b)));
        let [positive, negative] = self.slopes.each_ref().map(ToString::to_string);
        let model = json!({
            "activation": { "positive_slope": positive, "negative_slope": negative },
            "layers": [hidden, output],
        });
        Source { data: file("data", data), model: file("model", model), ..Source::default() }
    }
}

fn texts(values: &[Q]) -> Value {
    values.iter().map(ToString::to_string).collect()
}

fn rows(rows: impl Iterator<Item = Vec<Q>>) -> Value {
    rows.map(|row| texts(&row)).collect()
}
