//! Certificates to bytes: the text of docs/FORMAT.md, the same for the same input.

use crate::kernel::certificate::{
    CellStep, Certificate, Curvature, Header, MatrixProof, NeuronProof, NeuronStep, Nonnegative, Radius, Region,
    RestsOn, Shape, Version,
};
use crate::kernel::claim::Claim;
use crate::kernel::linear::Fractions;
use crate::kernel::number::{format_decimal_exact, format_hex};
use num_bigint::BigInt;

/// The certificate's text; `kernel::parse` reads it back.
pub fn certificate(claim: &Claim, certificate: &Certificate) -> String {
    let version = version(certificate);
    let mut text = beginning(version, claim, &certificate.header, RestsOn::Exact);
    let point = &certificate.point;
    let with_bias = if point.output_bias.is_some() { "bias" } else { "no-bias" };
    text.line("point", [point.neurons.len().to_string(), with_bias.to_string()]);
    for (i, neuron) in &point.neurons {
        text.line("input", std::iter::once(i.to_string()).chain(fractions(&neuron.input)));
        text.line("output", fractions(&neuron.output));
    }
    if let Some(bias) = &point.output_bias {
        text.line("bias-at", fractions(bias));
    }
    text.line("region", region(certificate.region.as_ref()));
    text.line("bias", [certificate.bias.name().to_string()]);
    text.line("neurons", [certificate.neurons.len().to_string()]);
    for (i, step) in certificate.neurons.iter().enumerate() {
        let kinks = step.kinks.iter().map(ToString::to_string);
        text.line("neuron", [i.to_string(), "kinks".to_string()].into_iter().chain(kinks));
        neuron_proof(&mut text, &step.proof);
    }
    if version >= Version::Second {
        curvature(&mut text, &certificate.curvature);
    }
    text.line("end", []);
    text.0
}

/// What all certificates begin with.
pub(super) fn beginning(version: Version, claim: &Claim, header: &Header, rests_on: RestsOn) -> Text {
    let mut text = Text(String::new());
    text.line("lowpoint-certificate", [version.name().to_string()]);
    let distance = claim.verdict().is_nearby().then(|| format_decimal_exact(&claim.distance()));
    text.line("claim", [claim.verdict().name().to_string()].into_iter().chain(distance));
    text.line("data", [header.digests.data.clone()]);
    text.line("model", [header.digests.model.clone()]);
    text.line("shape", shape(&header.shape));
    text.line("slopes", [&header.activation.positive, &header.activation.negative].map(ToString::to_string));
    if version >= Version::Third {
        text.line("penalty", header.penalty.coefficients().map(ToString::to_string));
        text.line("rests-on", [rests_on.name().to_string()]);
    }
    text
}

/// The oldest version that has all the words of a certificate.
fn version(certificate: &Certificate) -> Version {
    if !certificate.header.penalty.is_none() {
        return Version::Third;
    }
    let new = |step: &NeuronStep| match &step.proof {
        NeuronProof::Scalar(form) | NeuronProof::Stationary(form) => needs_version_2(form),
        NeuronProof::Uniform { forms, .. } => forms.iter().any(needs_version_2),
        _ => false,
    };
    let first_is_enough = certificate.curvature == Curvature::Absent && !certificate.neurons.iter().any(new);
    if first_is_enough { Version::First } else { Version::Second }
}

/// Whether the proof has a rule that version 1 does not have.
fn needs_version_2(proof: &Nonnegative) -> bool {
    match proof {
        Nonnegative::Linear | Nonnegative::Multipliers(_) | Nonnegative::Rays => false,
        Nonnegative::Matrix(_) | Nonnegative::Cells(_) => true,
        Nonnegative::Components { parts, .. } => parts.iter().any(|part| needs_version_2(&part.proof)),
    }
}

/// The text under construction.
pub(super) struct Text(pub String);

impl Text {
    pub fn line(&mut self, name: &str, words: impl IntoIterator<Item = String>) {
        self.0.push_str(name);
        for word in words {
            self.0.push(' ');
            self.0.push_str(&word);
        }
        self.0.push('\n');
    }
}

fn neuron_proof(text: &mut Text, proof: &NeuronProof) {
    match proof {
        NeuronProof::ZeroForm => text.line("zero-form", []),
        NeuronProof::Open => text.line("open", []),
        NeuronProof::Scalar(proof) => {
            text.line("scalar", []);
            nonnegative(text, proof);
        }
        NeuronProof::Stationary(proof) => {
            text.line("stationary", []);
            nonnegative(text, proof);
        }
        NeuronProof::Uniform { tau, forms } => {
            text.line("uniform", [tau.to_string()]);
            forms.iter().for_each(|proof| nonnegative(text, proof));
        }
        NeuronProof::Escape(escape) => {
            text.line("escape", [escape.step.to_string()]);
            text.line("direction", integers(&escape.direction));
            text.line("output", fractions(&escape.output));
        }
        NeuronProof::Descent { input, output } => {
            text.line("descent", []);
            text.line("direction", integers(input));
            text.line("output", integers(output));
        }
    }
}

fn curvature(text: &mut Text, curvature: &Curvature) {
    let name = curvature.name().to_string();
    let Curvature::Descent { direction, step } = curvature else { return text.line("curvature", [name]) };
    text.line("curvature", [name, step.to_string()]);
    for (u, g) in direction.inputs.iter().zip(&direction.outputs) {
        text.line("direction", integers(u));
        text.line("output", integers(g));
    }
    if let Some(bias) = &direction.bias {
        text.line("bias-direction", integers(bias));
    }
}

fn nonnegative(text: &mut Text, proof: &Nonnegative) {
    match proof {
        Nonnegative::Linear => text.line("linear", []),
        Nonnegative::Rays => text.line("rays", []),
        Nonnegative::Multipliers(mu) => text.line("multipliers", fractions(mu)),
        Nonnegative::Matrix(proof) => {
            text.line("matrix", matrix_head(proof));
            matrix(text, proof);
        }
        Nonnegative::Cells(steps) => {
            text.line("cells", [steps.len().to_string()]);
            steps.iter().for_each(|step| cell_step(text, step));
        }
        Nonnegative::Components { denominator, parts } => {
            text.line("components", [parts.len().to_string(), format_hex(denominator)]);
            for part in parts {
                text.line("classes", part.classes.iter().map(ToString::to_string));
                text.line("share", integers(&part.share));
                nonnegative(text, &part.proof);
            }
        }
    }
}

fn matrix_head(proof: &MatrixProof) -> [String; 2] {
    [proof.columns.len().to_string(), format_hex(&proof.denominator)]
}

fn matrix(text: &mut Text, proof: &MatrixProof) {
    text.line("balance", integers(&proof.balance));
    proof.columns.iter().for_each(|column| text.line("column", integers(column)));
}

fn cell_step(text: &mut Text, step: &CellStep) {
    match step {
        CellStep::Split { class } => text.line("split", [class.to_string()]),
        CellStep::Implied { class, positive, combination } => {
            let sign = if *positive { "+" } else { "-" };
            text.line("implied", [class.to_string(), sign.into()].into_iter().chain(fractions(combination)));
        }
        CellStep::Leaf { path, matrix: proof } => {
            text.line("leaf", matrix_head(proof));
            text.line("path", integers(path));
            matrix(text, proof);
        }
    }
}

fn integers(values: &[BigInt]) -> impl Iterator<Item = String> + '_ {
    values.iter().map(format_hex)
}

fn fractions(values: &Fractions) -> impl Iterator<Item = String> + '_ {
    std::iter::once(format_hex(values.denominator())).chain(integers(values.numerators()))
}

fn shape(shape: &Shape) -> Vec<String> {
    let mut words: Vec<String> =
        [shape.samples, shape.inputs, shape.outputs, shape.neurons].iter().map(ToString::to_string).collect();
    let flag = |name: &str, yes: bool| if yes { name.to_string() } else { format!("no-{name}") };
    words.push(flag("hidden-bias", shape.hidden_bias));
    words.push(flag("output-bias", shape.output_bias));
    words
}

pub(super) fn region(region: Option<&Region>) -> Vec<String> {
    let radius = |r: &Radius| match r {
        Radius::Unbounded => "unbounded".to_string(),
        Radius::AtMost(r) => format_decimal_exact(r),
    };
    match region {
        None => vec!["none".to_string()],
        Some(region) => vec![radius(&region.input), radius(&region.output)],
    }
}
