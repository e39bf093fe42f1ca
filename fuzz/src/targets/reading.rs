//! Parsers: any bytes are read or refused, and what is read is the same after it was written and read again.

use lowpoint::input::{Source, data_from_bytes, model_from_bytes};
use lowpoint::kernel::certificate::Evidence;
use lowpoint::kernel::dataset::Dataset;
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::Network;
use lowpoint::kernel::number::MAX_DECIMAL_CHARS;
use lowpoint::kernel::parse::parse_evidence;
use lowpoint::search::{emit, emit_box};
use num_rational::BigRational;

/// Lines with numbers of the decimal grammar.
const DECIMAL_LINES: [&str; 6] = ["claim", "slopes", "region", "uniform", "escape", "curvature"];

pub fn data_npz(bytes: &[u8]) {
    data("npz", bytes);
}

pub fn data_csv(bytes: &[u8]) {
    data("csv", bytes);
}

pub fn data_json(bytes: &[u8]) {
    data("json", bytes);
}

pub fn model_npz(bytes: &[u8]) {
    model("npz", bytes);
}

pub fn model_safetensors(bytes: &[u8]) {
    // Two readers of one format: what this library accepts, the format's own crate accepts.
    if model("safetensors", bytes) {
        assert!(safetensors::SafeTensors::deserialize(bytes).is_ok(), "read, but not by the format's own crate");
    }
}

pub fn model_json(bytes: &[u8]) {
    model("json", bytes);
}

/// The text that is written for a certificate reads as that certificate, if no number became longer than the limit:
/// 83…3e4000 is written in full.
pub fn certificate(bytes: &[u8]) {
    match parse_evidence(bytes) {
        Ok((claim, Evidence::Box(certificate))) => {
            let text = emit_box::certificate(&claim, &certificate);
            assert_eq!(parse_evidence(text.as_bytes()), Ok((claim, Evidence::Box(certificate))), "{text}");
        }
        Ok((claim, Evidence::Exact(certificate))) => {
            let text = emit::certificate(&claim, &certificate);
            let decimal = |l: &&str| DECIMAL_LINES.iter().any(|name| l.starts_with(name));
            if text.lines().filter(decimal).flat_map(|l| l.split(' ')).any(|word| word.len() > MAX_DECIMAL_CHARS) {
                return;
            }
            assert_eq!(parse_evidence(text.as_bytes()), Ok((claim, Evidence::Exact(certificate))), "{text}");
        }
        Err(error) => assert!(error.to_string().len() < 500, "{error}"),
    }
}

fn data(extension: &str, bytes: &[u8]) {
    let source = |extension: &str, targets: &[&str]| Source {
        data: format!("d.{extension}").into(),
        targets: targets.iter().map(ToString::to_string).collect(),
        ..Source::default()
    };
    match data_from_bytes(&source(extension, if extension == "csv" { &["y"] } else { &[] }), bytes) {
        Ok((dataset, _)) => {
            let Some(text) = data_text(&dataset) else { return };
            let again = data_from_bytes(&source("json", &[]), text.as_bytes());
            assert_eq!(again.map(|(dataset, _)| dataset), Ok(dataset), "{text}");
        }
        Err(error) => plain(&error.to_string(), "d."),
    }
}

fn model(extension: &str, bytes: &[u8]) -> bool {
    let source = |extension: &str| Source { model: format!("m.{extension}").into(), ..Source::default() };
    // Named layers take another path through the tensors.
    if extension != "json" {
        let named = |name: &str| Some(name.to_string());
        let choice = Source { hidden: named("0"), output: named("2"), ..source(extension) };
        if let Err(error) = model_from_bytes(&choice, bytes) {
            plain(&error.to_string(), "m.");
        }
    }
    match model_from_bytes(&source(extension), bytes) {
        Ok((network, _)) => {
            if let Some(text) = model_text(&network) {
                let again = model_from_bytes(&source("json"), text.as_bytes());
                assert_eq!(again.map(|(network, _)| network), Ok(network), "{text}");
            }
            true
        }
        Err(error) => {
            plain(&error.to_string(), "m.");
            false
        }
    }
}

/// A refusal names the file, is of bounded length and shows no control characters of the file.
fn plain(message: &str, file: &str) {
    assert!(message.starts_with(file), "{message}");
    assert!(message.len() < 2000, "{message}");
    assert!(!message.chars().any(|c| c.is_control() && c != '\n'), "{message:?}");
}

/// A list of lists of quoted numbers; `None` where one is longer than the grammar's limit.
fn rows<'a>(rows: impl Iterator<Item = &'a Fractions>) -> Option<String> {
    let rows: Option<Vec<String>> = rows.map(|row| list(row.rationals())).collect();
    Some(format!("[{}]", rows?.join(", ")))
}

fn list(values: impl Iterator<Item = BigRational>) -> Option<String> {
    let quoted = |value: BigRational| Some(value.to_string()).filter(|t| t.len() <= MAX_DECIMAL_CHARS);
    let words: Option<Vec<String>> = values.map(|v| quoted(v).map(|text| format!("\"{text}\""))).collect();
    Some(format!("[{}]", words?.join(", ")))
}

fn data_text(dataset: &Dataset) -> Option<String> {
    let input = |row: &Vec<_>| Fractions::new(row.clone(), dataset.input_denominator().clone());
    let inputs: Option<Vec<Fractions>> = dataset.inputs().iter().map(input).collect();
    // The kernel keeps the targets of one output together, the file those of one sample.
    let targets: Vec<Vec<BigRational>> = dataset.targets().iter().map(|t| t.rationals().collect()).collect();
    let target = |k: usize| list(targets.iter().map(|t| t[k].clone()));
    let y: Option<Vec<String>> = (0..dataset.sample_count()).map(target).collect();
    let (x, y) = (rows(inputs?.iter())?, format!("[{}]", y?.join(", ")));
    let weights = match dataset.weights() {
        Some(weights) => format!(", \"weights\": {}", list(weights.rationals())?),
        None => String::new(),
    };
    Some(format!("{{\"x\": {x}, \"y\": {y}{weights}}}"))
}

fn model_text(network: &Network) -> Option<String> {
    let slopes = network.activation();
    let inputs: Vec<Vec<BigRational>> = network.neurons().iter().map(|n| n.input.rationals().collect()).collect();
    let outputs: Vec<Vec<BigRational>> = network.neurons().iter().map(|n| n.output.rationals().collect()).collect();
    let width = inputs.first()?.len() - usize::from(network.has_hidden_bias());
    let lists = |lists: Vec<Vec<BigRational>>| -> Option<String> {
        let lists: Option<Vec<String>> = lists.into_iter().map(|values| list(values.into_iter())).collect();
        Some(format!("[{}]", lists?.join(", ")))
    };
    let column = |j: usize| outputs.iter().map(|h| h[j].clone()).collect();
    let weight = lists(inputs.iter().map(|w| w[..width].to_vec()).collect())?;
    let bias = match network.has_hidden_bias() {
        true => list(inputs.iter().map(|w| w[width].clone()))?,
        false => "null".to_string(),
    };
    let output = lists((0..network.output_count()).map(column).collect())?;
    let output_bias = network.output_bias().map_or(Some("null".to_string()), |b| list(b.rationals()))?;
    let slopes = format!(
        "{{\"positive_slope\": {}, \"negative_slope\": {}}}",
        list([slopes.positive.clone()].into_iter())?.trim_matches(['[', ']']),
        list([slopes.negative.clone()].into_iter())?.trim_matches(['[', ']']),
    );
    Some(format!(
        "{{\"activation\": {slopes}, \"layers\": [{{\"weight\": {weight}, \"bias\": {bias}}}, \
         {{\"weight\": {output}, \"bias\": {output_bias}}}]}}"
    ))
}
