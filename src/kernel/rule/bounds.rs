//! Rules `distance` and `region`: rational bounds on exact quantities.

use super::Failure;
use crate::kernel::certificate::{NeuronProof, NeuronStep, Radius, Region};
use crate::kernel::linear::{Fractions, compare, lesser};
use crate::kernel::network::Network;
use crate::kernel::number::counted;
use crate::kernel::reject::{Reason, Rule};
use crate::kernel::residuals::Residuals;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Largest size, in bits, of the errors of all samples and outputs at one point: 1 GiB, a tenth of what a check holds.
pub const MAX_ERROR_BITS: u64 = 1 << 33;

/// Most bits of one error where there are so many samples and outputs.
pub fn error_bits(samples: usize, outputs: usize) -> u64 {
    MAX_ERROR_BITS / (samples as u64).max(1) / (outputs as u64).max(1)
}

/// Bits of the longest numerator or of the denominator.
pub fn longest(values: &Fractions) -> u64 {
    values.numerators().iter().chain([values.denominator()]).map(BigInt::bits).max().unwrap_or(0)
}

/// The point's denominators are short enough for the samples: otherwise a few long numbers fill the memory.
pub fn size(network: &Network, samples: usize) -> Result<(), Failure> {
    let limit = error_bits(samples, network.output_count());
    let mut common = BigInt::one();
    let parts = network.neurons().iter().flat_map(|n| [&n.input, &n.output]).chain(network.output_bias());
    for part in parts {
        let denominator = part.denominator();
        if !(&common % denominator).is_zero() {
            common *= denominator / denominator.gcd(&(&common % denominator));
        }
        if common.bits() > limit {
            let what =
                format!("denominators of the point with more than {limit} bits for {}", counted(samples, "sample"));
            return Err(Failure { rule: Rule::Statement, reason: Reason::Limit(what) });
        }
    }
    Ok(())
}

/// Every parameter of `point` is within `distance` of the model's, in sup-norm.
pub fn distance(model: &Network, point: &Network, distance: &BigRational) -> Result<(), Failure> {
    for (i, (old, new)) in model.neurons().iter().zip(point.neurons()).enumerate() {
        if !within(&old.input, &new.input, distance) || !within(&old.output, &new.output, distance) {
            return Err(Failure::new(
                Rule::Distance,
                format!("every parameter within {distance} of the model's"),
                format!("a weight of neuron {i} that is farther away"),
            ));
        }
    }
    match (model.output_bias(), point.output_bias()) {
        (Some(old), Some(new)) if !within(old, new, distance) => Err(Failure::new(
            Rule::Distance,
            format!("every parameter within {distance} of the model's"),
            "an output bias that is farther away",
        )),
        _ => Ok(()),
    }
}

/// |a - b| <= distance in every entry, in integers.
fn within(a: &Fractions, b: &Fractions, distance: &BigRational) -> bool {
    let bound = distance.numer() * a.denominator() * b.denominator();
    let (stretch_a, stretch_b) = (b.denominator() * distance.denom(), a.denominator() * distance.denom());
    let close = |(x, y): (&BigInt, &BigInt)| (x * &stretch_a - y * &stretch_b).abs() <= bound;
    a.numerators().iter().zip(b.numerators()).all(close)
}

/// The largest region that the steps prove (T3, T4): input weights weakly keep every strict sign of w_i.x_k, output
/// weights of `scalar` neurons weakly keep their sign, those of `uniform` neurons move by at most tau in 1-norm.
pub fn largest_region(network: &Network, residuals: &Residuals, steps: &[NeuronStep]) -> Region {
    let input = residuals.margins().iter().flatten().cloned().reduce(lesser);
    let mut output: Option<BigRational> = None;
    for (neuron, step) in network.neurons().iter().zip(steps) {
        let bound = match &step.proof {
            NeuronProof::Scalar(_) => neuron.output.rationals().next().map(|h| h.abs()),
            NeuronProof::Uniform { tau, .. } => Some(tau / BigRational::from_integer(neuron.output.len().into())),
            _ => None,
        };
        output = match (output, bound) {
            (Some(a), Some(b)) => Some(lesser(a, b)),
            (a, b) => a.or(b),
        };
    }
    let radius = |r: Option<BigRational>| r.map_or(Radius::Unbounded, Radius::AtMost);
    Region { input: radius(input), output: radius(output) }
}

/// The stated region lies inside the largest one.
pub fn region(stated: &Region, largest: &Region) -> Result<(), Failure> {
    for (name, stated, largest) in
        [("input weights", &stated.input, &largest.input), ("output weights", &stated.output, &largest.output)]
    {
        let inside = match (stated, largest) {
            (Radius::AtMost(r), _) if !r.is_positive() || r.is_zero() => false,
            (_, Radius::Unbounded) => true,
            (Radius::Unbounded, Radius::AtMost(_)) => false,
            (Radius::AtMost(r), Radius::AtMost(most)) => compare(r, most).is_le(),
        };
        if !inside {
            let expected = format!("a positive radius for the {name} within the proved one");
            let found = match stated {
                Radius::Unbounded => "unbounded".to_string(),
                Radius::AtMost(r) => r.to_string(),
            };
            return Err(Failure::new(Rule::Region, expected, found));
        }
    }
    Ok(())
}
