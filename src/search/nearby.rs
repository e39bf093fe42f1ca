//! Stationary points near a model: an exact one, or one in a box; and the floats nearest to it.

use super::polish::{Options, Polished, Progress, Tier, polish};
use super::prove::{Outcome, Proof, Refusal, Undetermined, finish, settle, undetermined};
use super::{emit, emit_box, enclose, float};
use crate::kernel::certificate::Point;
use crate::kernel::claim::{Claim, Verdict};
use crate::kernel::enclosure::certificate::BoxCertificate;
use crate::kernel::enclosure::middle::middle;
use crate::kernel::linear::{Fractions, compare};
use crate::kernel::network::{Network, Neuron};
use crate::kernel::number::{Precision, Rounding, dyadic, format_decimal, parse_rational};
use crate::kernel::problem::Problem;
use crate::kernel::reject::Rule;
use crate::kernel::rule::{bounds, statement};
use crate::kernel::samples::Samples;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

/// By which powers of two the radii of a box grow, one attempt after the other.
const WIDENINGS: [i32; 7] = [0, 1, 2, 4, 6, 10, 14];
/// Most unknown parameters of an exact point where the tier is left to us: beyond, its coordinates take megabytes.
pub const MAX_EXACT_PARAMETERS: usize = 400;

/// A stationary point near a model.
pub enum Nearby<'a> {
    /// A rational point.
    Exact(Box<Polished<'a>>),
    /// A box that holds one, with its smallest radii.
    InBox(Box<BoxCertificate>),
}

/// Searches: for an exact point where there is one in general, else for a box.
pub fn find<'a>(
    problem: &'a Problem,
    samples: &'a Samples,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Nearby<'a>, Undetermined> {
    let failed = |reason: String| Undetermined { reason, open: Vec::new() };
    let network = problem.network();
    let rational = problem.penalty().is_none() && network.output_count() == 1;
    let parameters = network.neurons().len() * network.weight_count() + 1;
    let exact = match options.tier {
        Tier::Exact => true,
        Tier::Intervals => false,
        Tier::Auto => rational && parameters <= MAX_EXACT_PARAMETERS,
    };
    if exact && !problem.penalty().is_none() {
        return Err(failed(
            "with weight decay stationary points are irrational in general: only boxes hold them".into(),
        ));
    }
    if exact {
        let polished = polish(problem, samples, options, progress).map_err(failed)?;
        return Ok(Nearby::Exact(Box::new(polished)));
    }
    let of_search = enclose::Options { zero_below: options.zero_below.clone(), max_distance: options.max_distance };
    let candidate = enclose::candidate(problem, samples, &of_search, progress).map_err(failed)?;
    let guess = enclose::first_guess(problem, candidate);
    let guess = guess.map_err(|reason| failed(format!("a float stationary point was found, but {reason}")))?;
    Ok(Nearby::InBox(Box::new(guess)))
}

impl Nearby<'_> {
    /// What the point is, for a problem whose parameters are near it: the one that was searched, or one whose parameters
    /// are [`Self::nearest`].
    pub fn certify(&self, problem: &Problem, options: &Options) -> Outcome {
        let outcome = match self {
            Self::Exact(polished) => certify_exact(problem, polished),
            Self::InBox(guess) => certify_box(problem, guess),
        };
        match (&outcome, options.max_distance) {
            (Outcome::Proved(proof), Some(most)) if beyond(&proof.theorem.claim().distance(), most) => too_far(most),
            _ => outcome,
        }
    }

    /// The parameters in floats that are nearest to the point; `model` has what the point leaves as it is.
    pub fn nearest(&self, model: &Network, precision: Precision) -> Result<Network, String> {
        let point = match self {
            Self::Exact(polished) => polished.evaluation.network().clone(),
            Self::InBox(guess) => middle(model, guess).ok_or("a midpoint that is no number")?,
        };
        let round = |values: &Fractions| -> Result<Fractions, String> {
            let rounded = values.rationals().map(|v| nearest(&v, precision)).collect::<Option<Vec<BigRational>>>();
            let rounded = rounded.ok_or_else(|| format!("a parameter is beyond the range of {}", precision.name()))?;
            Ok(Fractions::from_rationals(rounded.iter()))
        };
        let mut neurons = Vec::new();
        for (i, neuron) in point.neurons().iter().enumerate() {
            neurons.push((i, Neuron { input: round(&neuron.input)?, output: round(&neuron.output)? }));
        }
        let bias = point.output_bias().map(round).transpose()?;
        point.with_changes(neurons, bias).map_err(|e| e.to_string())
    }
}

/// The nearest float, ties to any; `None` beyond the range.
fn nearest(value: &BigRational, precision: Precision) -> Option<BigRational> {
    let close = value.to_f64()?;
    let around: [f64; 3] = match precision {
        Precision::Double => [close.next_down(), close, close.next_up()],
        Precision::Single => {
            let close = close as f32;
            [close.next_down(), close, close.next_up()].map(f64::from)
        }
    };
    let far = |candidate: &BigRational| (candidate - value).abs();
    around.into_iter().filter_map(dyadic).reduce(|a, b| if compare(&far(&b), &far(&a)).is_lt() { b } else { a })
}

/// Whether a distance is over the one that is given as a float.
pub fn beyond(distance: &BigRational, most: f64) -> bool {
    distance.to_f64().is_some_and(|d| d > most)
}

/// What is said of a point beyond the distance that was given.
pub fn too_far(most: f64) -> Outcome {
    let reason = format!("the nearest stationary point that was found lies beyond the sup-distance {most}");
    Outcome::Undetermined(Undetermined { reason, open: Vec::new() })
}

fn certify_exact(problem: &Problem, polished: &Polished<'_>) -> Outcome {
    let network = polished.evaluation.network();
    let distance = distance(problem.network(), network);
    let claim = match polished.judgement.verdict {
        Some(Verdict::LocalMinimum) => Claim::LocalMinimumNearby(distance),
        Some(Verdict::Saddle) => Claim::SaddleNearby(distance),
        _ => return undetermined(polished.judgement.clone()),
    };
    let point = difference(problem.network(), network);
    let certificate = polished.judgement.certificate(problem, &polished.evaluation, point);
    finish(problem, &emit::certificate(&claim, &certificate), polished.judgement.open.clone())
}

/// The box with the first radii that the kernel accepts.
fn certify_box(problem: &Problem, guess: &BoxCertificate) -> Outcome {
    let failed = |reason: String| {
        let reason = format!("a float stationary point was found, but {reason}");
        Outcome::Undetermined(Undetermined { reason, open: Vec::new() })
    };
    let guess = BoxCertificate { header: statement::header(problem), ..guess.clone() };
    let mut last = String::new();
    for widening in WIDENINGS {
        let (claim, certificate) = match enclose::finished(problem, enclose::widened(guess.clone(), widening)) {
            Ok(finished) => finished,
            Err(reason) => return failed(reason),
        };
        let bytes = emit_box::certificate(&claim, &certificate);
        match settle(problem, &bytes) {
            Ok(theorem) => return Outcome::Proved(Box::new(Proof { theorem, bytes, open: Vec::new() })),
            Err(Refusal::Rejected(reject)) if reject.rule == Rule::Krawczyk => last = reject.to_string(),
            Err(refusal) => return failed(refusal.to_string()),
        }
    }
    failed(format!("no box around it: {last}"))
}

/// The parts of `point` that differ from the model.
fn difference(model: &Network, point: &Network) -> Point {
    let changed = model.neurons().iter().zip(point.neurons()).enumerate();
    let neurons = changed.filter(|(_, (old, new))| old != new).map(|(i, (_, new))| (i, new.clone())).collect();
    let output_bias = point.output_bias().filter(|b| Some(*b) != model.output_bias()).cloned();
    Point { neurons, output_bias }
}

/// A short upper bound on the sup-distance of two networks of one shape.
pub fn distance(model: &Network, point: &Network) -> BigRational {
    let far = |(a, b): (&Fractions, &Fractions)| {
        let (da, db) = (a.denominator(), b.denominator());
        let product = da * db;
        let entry = |(x, y): (&BigInt, &BigInt)| float::ratio(&(x * db - y * da).abs(), &product);
        a.numerators().iter().zip(b.numerators()).map(entry).fold(0.0, f64::max)
    };
    let neurons = model.neurons().iter().zip(point.neurons());
    let weights = neurons.flat_map(|(old, new)| [(&old.input, &new.input), (&old.output, &new.output)]);
    let biases = model.output_bias().into_iter().zip(point.output_bias());
    let most = weights.chain(biases).filter(|(old, new)| old != new).map(far).fold(0.0, f64::max);
    let mut bound = float::exact(most);
    // The floats chose the largest entry; the bound is made exact by the kernel's own rule.
    loop {
        let short = parse_rational(&format_decimal(&bound, 4, Rounding::Up)).unwrap_or_else(|_| bound.clone());
        if bounds::distance(model, point, &short).is_ok() {
            return short;
        }
        bound = short * BigRational::new(1001.into(), 1000.into()) + float::exact(f64::MIN_POSITIVE);
    }
}
