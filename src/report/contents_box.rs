//! What is in a box certificate, for a person. Nothing here is a verdict.

use super::contents::{header, sizes};
use super::neurons::align;
use super::words;
use crate::kernel::claim::Claim;
use crate::kernel::enclosure::certificate::{BoxCertificate, NeuronBox, System};
use crate::kernel::number::counted;

/// A box certificate's contents; `bytes` is its text.
pub fn certificate(claim: &Claim, certificate: &BoxCertificate, bytes: &[u8]) -> String {
    let mut lines = header(claim, &certificate.header);
    lines.push("rests on    intervals".to_string());
    lines.push(match certificate.system {
        System::Stationarity => {
            "equations   stationarity of the pattern, with a multiplier for each class of kinks".to_string()
        }
        System::Interpolation => "equations   all samples are met: a loss of zero".to_string(),
    });
    if let Some(bias) = &certificate.bias {
        lines.push(format!("output bias {} within 2^{}", counted(bias.midpoints.len(), "number"), bias.exponent));
    }
    if let Some(region) = &certificate.region {
        lines.push(format!("region      {}", words::region_words(region, &certificate.header.shape)));
    }
    lines.push(format!("size        {}", sizes(bytes)));
    lines.push(String::new());
    let mut rows = vec![["neuron", "kinks", "role", "radii of inputs, outputs, multipliers", "held"].map(String::from)];
    for (i, role) in certificate.neurons.iter().enumerate() {
        let (kinks, name, radii, held) = neuron(role);
        rows.push([i.to_string(), kinks, name, radii, held]);
    }
    lines.push(align(&rows, 2));
    lines.join("\n")
}

/// Kinks, role, radii, what is held.
fn neuron(role: &NeuronBox) -> (String, String, String, String) {
    let plain = |name: &str| ("-".to_string(), name.to_string(), "-".to_string(), "-".to_string());
    match role {
        NeuronBox::Live(live) => {
            let multipliers = match live.multipliers.midpoints.len() {
                0 => "-".to_string(),
                _ => format!("2^{}", live.multipliers.exponent),
            };
            let radii = format!("2^{}, 2^{}, {multipliers}", live.input.exponent, live.output.exponent);
            let held = match (live.pinned.len(), live.dependent.len()) {
                (0, 0) => "-".to_string(),
                (pinned, 0) => counted(pinned, "coordinate"),
                (pinned, dependent) => {
                    format!("{}, {}", counted(pinned, "coordinate"), counted(dependent, "multiplier"))
                }
            };
            (live.kinks.len().to_string(), "live".to_string(), radii, held)
        }
        NeuronBox::Split { leader, .. } => plain(&format!("split off neuron {leader}")),
        NeuronBox::Zero => plain("zero"),
        NeuronBox::Escape { .. } => plain("zero, escapes"),
        NeuronBox::Constant { .. } => plain("constant"),
        NeuronBox::Frozen { twin: None } => plain("as in the model, not active"),
        NeuronBox::Frozen { twin: Some(twin) } => plain(&format!("as in the model, with the signs of neuron {twin}")),
    }
}
