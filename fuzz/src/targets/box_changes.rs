//! Changes of the fields of a box certificate, chosen by a generator.

use crate::common::linear::q;
use crate::common::rng::Rng;
use lowpoint::kernel::certificate::{Radius, Region};
use lowpoint::kernel::claim::{Claim, Verdict};
use lowpoint::kernel::enclosure::certificate::{Block, BoxCertificate, Live, NeuronBox, System};

/// Changes one field. Numbers stay finite, and what is changed may be written, if not always read again.
pub fn change(claim: &mut Claim, certificate: &mut BoxCertificate, rng: &mut Rng) {
    match rng.below(12) {
        0..=2 => number(certificate, rng),
        3 => exponents(certificate, rng),
        4 | 5 => lists(certificate, rng),
        6 => role(certificate, rng),
        7 | 8 => self::claim(claim, rng),
        9 | 10 => region(certificate, rng),
        _ => match rng.below(3) {
            0 if certificate.system == System::Interpolation => certificate.system = System::Stationarity,
            0 => certificate.system = System::Interpolation,
            1 => certificate.bias = None,
            _ => drop(certificate.neurons.pop()),
        },
    }
}

/// One word of the statement's lines exchanged.
pub fn reworded(text: &str, rng: &mut Rng) -> String {
    let mut lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
    // Version, claim, digests, shape, slopes, penalty, rests-on.
    let line = rng.below(8.min(lines.len()));
    let words = ["0", "1", "2", "3", "1/64", "1/32", "1/16", "1/8", "-1", "hidden-bias", "no-hidden-bias", "exact"];
    let other = lines[rng.below(lines.len())].last().copied().unwrap_or("");
    if let Some(place) = lines[line].len().checked_sub(1).map(|n| rng.range(0, n as i64) as usize) {
        lines[line][place] = if rng.chance(30) { other } else { rng.pick(&words) };
    }
    lines.iter().map(|words| words.join(" ") + "\n").collect()
}

/// All midpoints: the output bias, then w_i, h_i and the multipliers of live neurons.
fn blocks(certificate: &mut BoxCertificate) -> Vec<&mut Block> {
    let of_neuron = |neuron| match neuron {
        &mut NeuronBox::Live(Live { ref mut input, ref mut output, ref mut multipliers, .. }) => {
            vec![input, output, multipliers]
        }
        _ => vec![],
    };
    let neurons = certificate.neurons.iter_mut().flat_map(of_neuron);
    certificate.bias.iter_mut().chain(neurons).collect()
}

/// A midpoint by units in the last place, by a power of two, by about its radius, or another number in its place.
fn number(certificate: &mut BoxCertificate, rng: &mut Rng) {
    let mut blocks = blocks(certificate);
    blocks.retain(|block| !block.midpoints.is_empty());
    if blocks.is_empty() {
        return;
    }
    let (from, to) = (rng.below(blocks.len()), rng.below(blocks.len()));
    let other = rng.pick(&blocks[from].midpoints);
    let block = &mut *blocks[to];
    let place = rng.below(block.midpoints.len());
    let value = block.midpoints[place];
    let new = match rng.below(7) {
        0 => f64::from_bits(value.to_bits().wrapping_add_signed(rng.range(-40, 40))),
        1 => value * 2f64.powi(rng.range(-3, 3) as i32),
        2 | 3 => value + rng.pick(&[1.0, -1.0]) * 2f64.powi(block.exponent + rng.range(-4, 3) as i32),
        4 => -value,
        5 => other,
        _ => rng.pick(&[0.0, 1.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1.0 + f64::EPSILON]),
    };
    if new.is_finite() {
        block.midpoints[place] = new;
    }
}

/// One radius or all of them.
fn exponents(certificate: &mut BoxCertificate, rng: &mut Rng) {
    let mut blocks = blocks(certificate);
    if blocks.is_empty() {
        return;
    }
    let step = rng.pick(&[-1, 1, -3, 3, -8, 8, -20, 20, -200, 300, -1000, 1200]);
    let one = rng.below(blocks.len());
    let all = rng.chance(40);
    for (_, block) in blocks.iter_mut().enumerate().filter(|(n, _)| all || *n == one) {
        block.exponent = (block.exponent + step).clamp(-9999, 9999);
    }
}

/// A neuron, if there is one.
fn any<'c>(certificate: &'c mut BoxCertificate, rng: &mut Rng) -> Option<&'c mut NeuronBox> {
    let count = certificate.neurons.len();
    (count > 0).then(|| &mut certificate.neurons[rng.below(count)])
}

/// An index more or less among kinks, with a multiplier or without, held coordinates or held classes.
fn lists(certificate: &mut BoxCertificate, rng: &mut Rng) {
    let Some(NeuronBox::Live(live)) = any(certificate, rng) else { return };
    let kind = rng.below(5);
    let list = match kind {
        0..=2 => &mut live.kinks,
        3 => &mut live.pinned,
        _ => &mut live.dependent,
    };
    let size = rng.below(24);
    let index = rng.below(size + 1);
    let multipliers = &mut live.multipliers.midpoints;
    match list.binary_search(&index) {
        Err(place) => {
            list.insert(place, index);
            if kind < 2 {
                let value = rng.pick(&[0.0, 0.125, -0.125, 1e-6]);
                multipliers.insert(place.min(multipliers.len()), value);
            }
        }
        Ok(place) => {
            list.remove(place);
            if kind < 2 && place < multipliers.len() {
                multipliers.remove(place);
            }
        }
    }
    if rng.chance(20) && !list.is_empty() {
        list.remove(rng.below(list.len()));
        if kind == 0 {
            multipliers.pop();
        }
    }
}

/// Another role, or what another neuron has.
fn role(certificate: &mut BoxCertificate, rng: &mut Rng) {
    let count = certificate.neurons.len();
    if count == 0 {
        return;
    }
    let (leader, donor) = (rng.below(count + 1), rng.below(count));
    let width = match &certificate.neurons[donor] {
        NeuronBox::Live(live) => live.input.midpoints.len(),
        NeuronBox::Escape { direction } => direction.len(),
        _ => 3,
    };
    let float = |rng: &mut Rng| rng.pick(&[1.0, -1.0, 0.5, -0.5, 2.0, 0.25]);
    let new = match rng.below(8) {
        0 => NeuronBox::Zero,
        1 => NeuronBox::Escape { direction: (0..width).map(|_| float(rng)).collect() },
        2 => NeuronBox::Constant { bias: float(rng) },
        3 => NeuronBox::Split { leader, ratio: float(rng) },
        4 => NeuronBox::Frozen { twin: None },
        5 => NeuronBox::Frozen { twin: Some(leader) },
        _ => certificate.neurons[donor].clone(),
    };
    certificate.neurons[rng.below(count)] = new;
}

fn claim(claim: &mut Claim, rng: &mut Rng) {
    let factor = rng.pick(&[q(1, 4), q(1, 2), q(1023, 1024), q(2, 1), q(1 << 40, 1), q(0, 1), q(-1, 1)]);
    let verdict = match rng.below(3) {
        0 => rng.pick(&Verdict::ALL),
        _ => claim.verdict(),
    };
    *claim = verdict.claim(claim.distance() * factor);
}

fn region(certificate: &mut BoxCertificate, rng: &mut Rng) {
    let own = |rng: &mut Rng| match rng.below(4) {
        0 => Radius::Unbounded,
        n => Radius::AtMost(q(1, 1 << (10 * n))),
    };
    let Some(region) = &mut certificate.region else {
        certificate.region = Some(Region { input: own(rng), output: own(rng) });
        return;
    };
    let radius = if rng.chance(50) { &mut region.input } else { &mut region.output };
    match (rng.below(8), &mut *radius) {
        (0, _) => certificate.region = None,
        (1, _) => *radius = own(rng),
        (_, Radius::AtMost(r)) => {
            *r *= rng.pick(&[q(1025, 1023), q(1024, 1023), q(3, 1), q(1, 2), q(0, 1), q(-1, 1)]);
        }
        _ => *radius = own(rng),
    }
}
