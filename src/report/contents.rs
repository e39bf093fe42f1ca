//! What is in a certificate or a model, for a person. Nothing here is a verdict.

use super::neurons::align;
use super::words;
use crate::kernel::certificate::{
    BiasStep, CellStep, Certificate, Component, Curvature, Header, NeuronProof, Nonnegative, RestsOn,
};
use crate::kernel::claim::Claim;
use crate::kernel::linear::Fractions;
use crate::kernel::network::{Activation, Network};
use crate::kernel::number::{Rounding, counted, format_decimal};
use crate::kernel::penalty::Penalty;
use crate::kernel::problem::Problem;
use crate::kernel::residuals::Residuals;
use crate::kernel::samples::Samples;
use num_bigint::Sign;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// A certificate's contents; `bytes` is its text.
pub fn certificate(claim: &Claim, certificate: &Certificate, bytes: &[u8]) -> String {
    let (header, point) = (&certificate.header, &certificate.point);
    let mut lines = self::header(claim, header);
    if !header.penalty.is_none() {
        lines.push(format!("rests on    {} arithmetic", RestsOn::Exact.name()));
    }
    lines.push(match (point.neurons.len(), &point.output_bias) {
        (0, None) => "point       the model's own parameters".to_string(),
        (n, bias) => {
            let bias = if bias.is_some() { " and the output bias" } else { "" };
            let of = header.shape.neurons;
            format!(
                "point       the parameters of {n} of {of} neurons{bias}, numbers of up to {} bits",
                longest(certificate)
            )
        }
    });
    if let Some(region) = &certificate.region {
        lines.push(format!("region      {}", words::region_words(region, &header.shape)));
    }
    lines.push(format!("bias step   {}", bias_words(certificate.bias, &header.penalty)));
    lines.extend(curvature_words(&certificate.curvature).map(|words| format!("curvature   {words}")));
    lines.push(format!("size        {}", sizes(bytes)));
    lines.push(String::new());
    let mut rows = vec![["neuron", "kinks", "rule", "evidence"].map(String::from)];
    for (i, step) in certificate.neurons.iter().enumerate() {
        let (rule, evidence) = proof_words(&step.proof);
        rows.push([i.to_string(), step.kinks.len().to_string(), rule.to_string(), evidence]);
    }
    lines.push(align(&rows, 2));
    lines.join("\n")
}

/// The claim and the statement that a certificate is for, in lines.
pub fn header(claim: &Claim, header: &Header) -> Vec<String> {
    let mut lines = vec![
        format!("claims {}: {claim}", claim.verdict()),
        "this is what the certificate says; `lowpoint check` decides whether it is so".to_string(),
        String::new(),
        format!("problem     {}", header.shape),
        format!("activation  {}", activation(&header.activation)),
        format!("data file   sha256 {}", header.digests.data),
        format!("model file  sha256 {}", header.digests.model),
    ];
    if !header.penalty.is_none() {
        lines.push(format!("decay       {}", header.penalty));
    }
    lines
}

/// A model's contents.
pub fn model(network: &Network, digest: &str) -> String {
    let with = |yes: bool| if yes { "with" } else { "without" };
    let inputs = network.weight_count() - usize::from(network.has_hidden_bias());
    let hidden_bias = with(network.has_hidden_bias());
    let output_bias = with(network.output_bias().is_some());
    let [inputs, neurons, outputs] =
        [(inputs, "input"), (network.neurons().len(), "neuron"), (network.output_count(), "output")]
            .map(|(n, what)| counted(n, what));
    let mut lines = vec![
        format!("model       {inputs}, {neurons} {hidden_bias} bias, {outputs} {output_bias} bias"),
        format!("activation  {}", activation(network.activation())),
        format!("model file  sha256 {digest}"),
    ];
    if let Some(bias) = network.output_bias() {
        let values: Vec<String> = bias.rationals().map(|b| short(&b)).collect();
        lines.push(format!("output bias {}", values.join(" ")));
    }
    lines.join("\n")
}

/// The sizes of a model's weights.
pub fn weights(network: &Network) -> String {
    let mut rows = vec![["neuron", "largest input weight", "largest output weight"].map(String::from)];
    for (i, neuron) in network.neurons().iter().enumerate() {
        rows.push([i.to_string(), largest(&neuron.input), largest(&neuron.output)]);
    }
    align(&rows, 1)
}

/// What a model does on its data: the loss, and for each neuron on how many samples it is positive, zero, negative.
pub fn on_data(problem: &Problem) -> String {
    let network = problem.network();
    let samples = Samples::new(problem.dataset(), network.has_hidden_bias());
    let residuals = Residuals::new(problem.dataset(), &samples, network);
    let mut rows = vec![
        ["neuron", "positive", "kinks", "negative", "largest input weight", "largest output weight"].map(String::from),
    ];
    for (i, (neuron, signs)) in network.neurons().iter().zip(residuals.signs()).enumerate() {
        let count = |sign: Sign| signs.iter().filter(|s| **s == sign).count().to_string();
        let (plus, zero, minus) = (count(Sign::Plus), count(Sign::NoSign), count(Sign::Minus));
        rows.push([i.to_string(), plus, zero, minus, largest(&neuron.input), largest(&neuron.output)]);
    }
    let (data, loss) = (problem.dataset(), words::loss(&problem.loss(&residuals)));
    let decay = match problem.penalty().is_none() {
        true => String::new(),
        false => format!(" with weight decay\ndecay       {}", problem.penalty()),
    };
    format!(
        "data        {}, {}, {}\ndata file   sha256 {}\nloss        {loss}{decay}\n\n{}",
        counted(data.sample_count(), "sample"),
        counted(data.input_count(), "input"),
        counted(data.output_count(), "output"),
        problem.digests().data,
        align(&rows, 4)
    )
}

/// The activation's name and slopes.
pub fn activation(activation: &Activation) -> String {
    let name = if activation.negative.is_zero() && activation.positive == BigRational::from_integer(1.into()) {
        "ReLU"
    } else {
        "piecewise linear"
    };
    format!("{name}, slopes {} and {}", activation.positive, activation.negative)
}

fn bias_words(step: BiasStep, penalty: &Penalty) -> &'static str {
    match step {
        BiasStep::Absent => "no output bias",
        BiasStep::Balanced if !penalty.output_bias.is_zero() => "the residuals and weight decay add up to zero",
        BiasStep::Descent if !penalty.output_bias.is_zero() => {
            "the residuals and weight decay do not add up to zero: the output bias descends"
        }
        BiasStep::Balanced => "the residuals add up to zero",
        BiasStep::Descent => "the residuals do not add up to zero: the output bias descends",
    }
}

fn curvature_words(curvature: &Curvature) -> Option<String> {
    match curvature {
        Curvature::Absent => None,
        Curvature::Positive => Some("positive definite on the span of each piece of the critical cone".into()),
        Curvature::Descent { step, .. } => {
            Some(format!("negative along a critical direction, a step of {} that lowers the loss", short(step)))
        }
    }
}

fn proof_words(proof: &NeuronProof) -> (&'static str, String) {
    match proof {
        NeuronProof::ZeroForm => ("zero-form", "-".into()),
        NeuronProof::Scalar(one) => ("scalar", form_words(one)),
        NeuronProof::Stationary(one) => ("stationary", form_words(one)),
        NeuronProof::Uniform { tau, forms } => {
            let forms: Vec<String> = forms.iter().map(form_words).collect();
            ("uniform", format!("tau {}: {}", words::lower(tau), forms.join("; ")))
        }
        NeuronProof::Escape(escape) => ("escape", format!("a step of {} that lowers the loss", short(&escape.step))),
        NeuronProof::Descent { .. } => ("descent", "a direction of descent".into()),
        NeuronProof::Open => ("open", "-".into()),
    }
}

fn form_words(proof: &Nonnegative) -> String {
    match proof {
        Nonnegative::Linear => "linear".into(),
        Nonnegative::Multipliers(mu) => format!("multipliers of {} kink classes", mu.len()),
        Nonnegative::Rays => "rays".into(),
        Nonnegative::Matrix(proof) => format!("matrix of {} by {}", proof.balance.len(), proof.columns.len()),
        Nonnegative::Cells(steps) => {
            let leaves = steps.iter().filter(|s| matches!(s, CellStep::Leaf { .. })).count();
            format!("tree of {}", counted(leaves, "cell"))
        }
        Nonnegative::Components { parts, .. } => {
            let part = |c: &Component| format!("{} of {} classes", form_words(&c.proof), c.classes.len());
            format!("{} components ({})", parts.len(), parts.iter().map(part).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Bits of the longest integer of the point.
fn longest(certificate: &Certificate) -> u64 {
    let bits = |f: &Fractions| f.numerators().iter().chain([f.denominator()]).map(|n| n.bits()).max().unwrap_or(0);
    let point = &certificate.point;
    let neurons = point.neurons.iter().map(|(_, n)| bits(&n.input).max(bits(&n.output)));
    neurons.chain(point.output_bias.as_ref().map(bits)).max().unwrap_or(0)
}

/// Where the bytes go: up to the line `point`, up to the line `region`, and the rest.
pub fn sizes(bytes: &[u8]) -> String {
    let (mut header, mut point, mut steps) = (0, 0, 0);
    let mut place = &mut header;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b"point ") {
            place = &mut point;
        } else if line.starts_with(b"region ") {
            place = &mut steps;
        }
        *place += line.len();
    }
    format!("{} bytes: header {header}, point {point}, region and steps {steps}", bytes.len())
}

fn largest(values: &Fractions) -> String {
    // By numerators: they share a denominator, and reducing or comparing long rationals takes too long.
    let most = values.numerators().iter().map(Signed::abs).max();
    most.map_or_else(|| "-".into(), |n| short(&BigRational::new_raw(n, values.denominator().clone())))
}

fn short(value: &BigRational) -> String {
    format_decimal(value, 6, Rounding::Nearest)
}
