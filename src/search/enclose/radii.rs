//! From a candidate to a box certificate: radii that Krawczyk's test should accept, the region, the distance.
//!
//! Everything here is a guess; the kernel decides.

use super::Candidate;
use crate::kernel::certificate::{Radius, Region};
use crate::kernel::claim::Claim;
use crate::kernel::enclosure::certificate::{Block, BoxCertificate, NeuronBox, System};
use crate::kernel::enclosure::check::{farthest, image, largest_region, with_box};
use crate::kernel::number::{Rounding, format_decimal, parse_rational};
use crate::kernel::problem::Problem;
use crate::kernel::rule::statement;
use num_rational::BigRational;

/// Radii are at least this many times the step that Krawczyk's operator takes from the midpoint.
const ROOM: f64 = 2.0;
/// A step from a point that solves the equations to the last bits is below this share of the block's largest number.
const LARGEST_STEP: f64 = 1e-2;
/// No radius is below two to this power times the largest number of its block.
const LEAST_RELATIVE: i32 = -46;
/// No radius is below two to this power.
const LEAST: i32 = -600;

/// A box certificate with radii that suffice in floats for the midpoint's own error, without region.
pub fn first_guess(problem: &Problem, candidate: Candidate) -> Result<BoxCertificate, String> {
    let mut certificate = BoxCertificate {
        header: statement::header(problem),
        region: None,
        system: candidate.system,
        bias: candidate.bias,
        neurons: candidate.neurons,
    };
    blocks(&mut certificate).for_each(|block| block.exponent = least(block));
    let steps = with_box(problem, &certificate, |whole, centre| {
        let step = image(whole, centre)?.step;
        let most = |places: &[Option<usize>]| places.iter().flatten().map(|c| step[*c]).fold(0.0, f64::max);
        let pattern = whole.equations.pattern;
        let bias = pattern.bias.map(|block| step[..block.midpoints.len()].iter().copied().fold(0.0, f64::max));
        let units = pattern.units.iter().map(|unit| [&unit.input, &unit.output, &unit.multipliers].map(|p| most(p)));
        Ok(bias.into_iter().chain(units.flatten()).collect::<Vec<f64>>())
    });
    let steps = steps.map_err(|reject| reject.to_string())?;
    for (block, step) in blocks(&mut certificate).zip(steps) {
        let size = block.midpoints.iter().fold(1e-3, |most: f64, v| most.max(v.abs()));
        if step.is_nan() || step >= LARGEST_STEP * size {
            return Err("its equations are nearly singular: stationary points next to it are hardly isolated".into());
        }
        block.exponent = block.exponent.max(coarse(exponent(ROOM * step)));
    }
    Ok(certificate)
}

/// The certificate with all radii times two to that power.
pub fn widened(mut certificate: BoxCertificate, power: i32) -> BoxCertificate {
    blocks(&mut certificate).for_each(|block| block.exponent += power);
    certificate
}

/// The claim with its distance and the certificate with its region, which must be sound for the radii.
pub fn finished(problem: &Problem, mut certificate: BoxCertificate) -> Result<(Claim, BoxCertificate), String> {
    let escapes = certificate.neurons.iter().any(|n| matches!(n, NeuronBox::Escape { .. }));
    let sized = problem.network().output_count() == 1 || certificate.system == System::Interpolation;
    if sized && !escapes {
        let largest = with_box(problem, &certificate, |whole, _| Ok(largest_region(problem, &certificate, whole)));
        let largest = largest.map_err(|reject| reject.to_string())?;
        certificate.region = Some(Region { input: short(largest.input), output: short(largest.output) });
    }
    let distance = farthest(problem, &certificate).ok_or("the candidate has other shapes than the model")?;
    let distance = rounded(&distance, Rounding::Up);
    let claim = if escapes { Claim::SaddleNearby(distance) } else { Claim::LocalMinimumNearby(distance) };
    Ok((claim, certificate))
}

/// The blocks of unknowns, in the order of the unknowns' kinds: bias, then input, output and multipliers of each neuron.
fn blocks(certificate: &mut BoxCertificate) -> impl Iterator<Item = &mut Block> {
    let live =
        certificate.neurons.iter_mut().filter_map(|n| if let NeuronBox::Live(live) = n { Some(live) } else { None });
    certificate.bias.iter_mut().chain(live.flat_map(|l| [&mut l.input, &mut l.output, &mut l.multipliers]))
}

fn least(block: &Block) -> i32 {
    let size = block.midpoints.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    (exponent(size) + LEAST_RELATIVE).max(LEAST)
}

/// The next even number: steps come from float products, whose last bits are not the same on all machines.
fn coarse(exponent: i32) -> i32 {
    exponent + exponent.rem_euclid(2)
}

/// The least e with value <= 2^e, from the bits.
fn exponent(value: f64) -> i32 {
    match value > 0.0 {
        true => ((value.to_bits() >> 52) & 0x7ff) as i32 - 1023 + 1,
        false => LEAST,
    }
}

fn short(radius: Radius) -> Radius {
    match radius {
        Radius::AtMost(r) => Radius::AtMost(rounded(&r, Rounding::Down)),
        Radius::Unbounded => Radius::Unbounded,
    }
}

/// Four significant digits.
fn rounded(value: &BigRational, rounding: Rounding) -> BigRational {
    parse_rational(&format_decimal(value, 4, rounding)).unwrap_or_else(|_| value.clone())
}
