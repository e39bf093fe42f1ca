//! Box certificates to bytes: the text of docs/FORMAT.md, section 10.

use super::emit::{Text, beginning, region};
use crate::kernel::certificate::{RestsOn, Version};
use crate::kernel::claim::Claim;
use crate::kernel::enclosure::certificate::{Block, BoxCertificate, NeuronBox, System};
use crate::kernel::enclosure::parse::format_float;

/// The certificate's text; `kernel::parse` reads it back.
pub fn certificate(claim: &Claim, certificate: &BoxCertificate) -> String {
    let mut text = beginning(Version::Third, claim, &certificate.header, RestsOn::Intervals);
    let system = match certificate.system {
        System::Stationarity => "stationarity",
        System::Interpolation => "interpolation",
    };
    text.line("system", [system.to_string()]);
    text.line("region", region(certificate.region.as_ref()));
    match &certificate.bias {
        None => text.line("bias", ["absent".to_string()]),
        Some(bias) => text.line("bias", block(bias)),
    }
    text.line("neurons", [certificate.neurons.len().to_string()]);
    for (i, role) in certificate.neurons.iter().enumerate() {
        neuron(&mut text, i, role);
    }
    text.line("end", []);
    text.0
}

fn neuron(text: &mut Text, i: usize, role: &NeuronBox) {
    let mut words = vec![i.to_string()];
    let mut add = |word: &str, numbers: Vec<String>| {
        words.push(word.to_string());
        words.extend(numbers);
    };
    match role {
        NeuronBox::Live(_) => add("live", vec![]),
        NeuronBox::Split { leader, ratio } => add("split", vec![leader.to_string(), format_float(*ratio)]),
        NeuronBox::Zero => add("zero", vec![]),
        NeuronBox::Escape { direction } => add("escape", direction.iter().map(|v| format_float(*v)).collect()),
        NeuronBox::Constant { bias } => add("constant", vec![format_float(*bias)]),
        NeuronBox::Frozen { twin: None } => add("frozen", vec![]),
        NeuronBox::Frozen { twin: Some(twin) } => add("twin", vec![twin.to_string()]),
    }
    text.line("neuron", words);
    if let NeuronBox::Live(live) = role {
        let indices = |list: &[usize]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        text.line("kinks", indices(&live.kinks));
        text.line("dependent", indices(&live.dependent));
        text.line("pinned", indices(&live.pinned));
        text.line("input", block(&live.input));
        text.line("output", block(&live.output));
        text.line("multipliers", block(&live.multipliers));
    }
}

fn block(block: &Block) -> impl Iterator<Item = String> + '_ {
    std::iter::once(block.exponent.to_string()).chain(block.midpoints.iter().map(|v| format_float(*v)))
}
