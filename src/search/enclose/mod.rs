//! From a checkpoint to a candidate for a box (T11): an activation pattern with kinks, and a float point that solves
//! the pattern's equations to the last bits. Untrusted, and the same on every machine: plain sums, in a fixed order.

mod compensated;
mod dense;
mod descent;
mod escape;
mod finish;
mod freedom;
mod interpolate;
mod kinks;
mod line;
mod newton;
mod point;
mod radii;
mod redundant;
mod refine;
mod simplify;
mod span;
mod split;
mod start;
mod surface;

use crate::kernel::enclosure::certificate::{Block, NeuronBox, System};
use crate::kernel::problem::Problem;
use crate::kernel::samples::Samples;
use descent::{Descent, End};
use finish::Zeros;
use num_rational::BigRational;
use point::Point;
use start::Start;
use surface::Surface;

pub use radii::{finished, first_guess, widened};

/// A loss at the model below this many times the negligible is brought to zero at once.
const NEARLY_ZERO: f64 = 1e14;

/// What the search may do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Neurons whose weights are all below this in absolute value are set to zero first.
    pub zero_below: Option<BigRational>,
    /// Give up beyond this sup-distance.
    pub max_distance: Option<f64>,
}

/// A pattern and a point that solves its equations as well as floats can; all exponents are 0, to be chosen.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The equations.
    pub system: System,
    /// The output bias, where there is one.
    pub bias: Option<Block>,
    /// One for each neuron, in order.
    pub neurons: Vec<NeuronBox>,
    /// What the search saw: for messages and choices, not to be believed.
    pub seen: Seen,
}

/// Facts about a candidate, in floats.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Rounds of the search.
    pub rounds: usize,
    /// Sup-distance to the model.
    pub distance: f64,
    /// The penalised loss, but for the spread of targets inside equal inputs.
    pub loss: f64,
    /// Least |w.x| / |x|_1 of live neurons over the samples not on a kink; infinite where there is none.
    pub margin: f64,
    /// Least share of a kink's bound that its multiplier leaves; infinite where there is no kink.
    pub slack: f64,
    /// Largest residual of the equations, relative to its terms.
    pub residual: f64,
}

/// Told of the progress: rounds so far and the loss; false stops the search.
pub type Progress<'p> = &'p mut dyn FnMut(usize, f64) -> bool;

/// Searches for a stationary point near the problem's parameters; the reason where none was found.
pub fn candidate(
    problem: &Problem,
    samples: &Samples,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Candidate, String> {
    let surface = Surface::new(problem, samples);
    let start = start::start(problem, &surface, options.zero_below.as_ref())?;
    if let Some(found) = interpolated(problem, &surface, &start, &start.point, 0, NEARLY_ZERO) {
        return found;
    }
    let mut descent = Descent::new(&surface, start.point.clone(), start.simplify.clone());
    let mut too_far = false;
    let ended = descent.run(&mut |rounds, loss, point| {
        too_far = options.max_distance.is_some_and(|most| start.distance(&surface, point) > most);
        progress(rounds, loss) && !too_far
    });
    let left = || format!("the search left the sup-distance {} it was given", options.max_distance.unwrap_or(0.0));
    if too_far {
        return Err(left());
    }
    let found = match ended? {
        End::Stationary => {
            let finish = |zeros| finish::stationary(problem, &surface, &start, &descent, zeros);
            let mut found = finish(Zeros::AtZero)?;
            if split::zeros_stay_open(problem, &found) {
                found = finish(Zeros::BesideOthers)?;
            }
            Ok(resting_rows(samples, found))
        }
        End::Zero => interpolated(problem, &surface, &start, &descent.point, descent.rounds, f64::INFINITY)
            .unwrap_or_else(|| {
                Err("the loss is zero, but there are too few parameters to interpolate all samples".into())
            }),
    }?;
    if options.max_distance.is_some_and(|most| found.seen.distance > most) {
        return Err(left());
    }
    Ok(found)
}

/// Rows of zeros are on every neuron's kink; the search, to which they are constants, leaves them out.
fn resting_rows(samples: &Samples, mut found: Candidate) -> Candidate {
    let resting: Vec<usize> = (0..samples.count()).filter(|k| samples.primitive(*k).is_none()).collect();
    for role in &mut found.neurons {
        if let NeuronBox::Live(live) = role {
            live.kinks.extend(&resting);
            live.kinks.sort_unstable();
        }
    }
    found
}

/// The candidate for a loss of zero next to a point, where the loss is below `most` times the negligible and there are
/// enough parameters.
fn interpolated(
    problem: &Problem,
    surface: &Surface,
    start: &Start,
    point: &Point,
    rounds: usize,
    most: f64,
) -> Option<Result<Candidate, String>> {
    let unknowns = point.units.len() * (surface.width() + surface.outputs);
    let enough = unknowns + point.bias.len() >= surface.rows.len() * surface.outputs;
    let low = surface.view(point).loss <= most * surface.negligible_loss();
    if start.simplify.decays || !enough || !low {
        return None;
    }
    match interpolate::interpolate(surface, point) {
        Ok((point, residual)) => Some(finish::interpolation(problem, surface, start, &point, rounds, residual)),
        Err(_) if most.is_finite() => None,
        Err(reason) => Some(Err(reason)),
    }
}
