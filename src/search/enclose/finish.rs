//! From the end of the search to a candidate: what is still free gets pinned, the point is refined and written down.

use super::descent::Descent;
use super::escape;
use super::freedom;
use super::kinks::{Class, Kinks, kinks};
use super::point::{Point, Unit};
use super::refine::{precise_gradient, refine};
use super::split::{as_units, put_beside};
use super::start::Start;
use super::surface::Surface;
use super::{Candidate, Seen};
use crate::exact::cell::Side;
use crate::kernel::enclosure::certificate::{Block, Live, NeuronBox, System};
use crate::kernel::problem::Problem;
use crate::search::polish::kkt::inner;

/// Where neurons go that weight decay has driven to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zeros {
    /// To zero.
    AtZero,
    /// Beside live neurons, as small multiples of them.
    BesideOthers,
}

/// The candidate for a stationary point at the end of a search.
pub fn stationary(
    problem: &Problem,
    surface: &Surface,
    start: &Start,
    descent: &Descent<'_>,
    zeros: Zeros,
) -> Result<Candidate, String> {
    let mut point = descent.point.clone();
    let mut gone = descent.simplify.gone.clone();
    if zeros == Zeros::BesideOthers {
        gone = put_beside(surface, start, &mut point, &gone);
    }
    if surface.outputs > 1 {
        as_units(surface, &mut point);
    }
    let frozen = freedom::pin(problem, surface, start, &mut point);
    let residual = refine(surface, &mut point)?;
    settled(surface, &point)?;
    let view = surface.view(&point);
    let (gradient, _) = precise_gradient(surface, &point);
    let mut neurons: Vec<Option<NeuronBox>> = vec![None; problem.network().neurons().len()];
    let mut slack = f64::INFINITY;
    for i in 0..point.units.len() {
        let found = kinks(surface, &point, &view, &gradient, i);
        slack = found.classes.iter().map(Class::share).fold(slack, f64::min);
        let unit = &point.units[i];
        neurons[unit.index] = Some(NeuronBox::Live(live(surface, unit, &found)));
        for &(j, ratio) in &unit.split {
            neurons[j] = Some(NeuronBox::Split { leader: unit.index, ratio });
        }
    }
    let mut distance = start.distance(surface, &point);
    for &(i, bias) in &gone {
        neurons[i] = Some(if bias == 0.0 { NeuronBox::Zero } else { NeuronBox::Constant { bias } });
        distance = distance.max(start.distance_from_zero(problem, i, bias));
    }
    escape::mark(surface, &point, &mut neurons);
    start.frozen.iter().for_each(|&i| neurons[i] = Some(NeuronBox::Frozen { twin: None }));
    frozen.iter().for_each(|&(i, twin)| neurons[i] = Some(NeuronBox::Frozen { twin: Some(twin) }));
    let rounds = descent.rounds;
    let seen = Seen { rounds, distance, loss: view.loss, margin: margin(surface, &point), slack, residual };
    written(surface, System::Stationarity, &point, neurons, seen)
}

/// The candidate for a loss of zero.
pub fn interpolation(
    problem: &Problem,
    surface: &Surface,
    start: &Start,
    point: &Point,
    rounds: usize,
    residual: f64,
) -> Result<Candidate, String> {
    settled(surface, point)?;
    let mut neurons: Vec<Option<NeuronBox>> = vec![None; problem.network().neurons().len()];
    let none = Kinks { classes: Vec::new(), dependent: Vec::new(), rest: Vec::new() };
    point.units.iter().for_each(|u| neurons[u.index] = Some(NeuronBox::Live(live(surface, u, &none))));
    start.frozen.iter().for_each(|&i| neurons[i] = Some(NeuronBox::Frozen { twin: None }));
    let seen = Seen {
        rounds,
        distance: start.distance(surface, point),
        loss: surface.view(point).loss,
        margin: margin(surface, point),
        slack: f64::INFINITY,
        residual,
    };
    written(surface, System::Interpolation, point, neurons, seen)
}

fn written(
    surface: &Surface,
    system: System,
    point: &Point,
    neurons: Vec<Option<NeuronBox>>,
    seen: Seen,
) -> Result<Candidate, String> {
    let neurons = neurons.into_iter().enumerate();
    let neurons = neurons.map(|(i, n)| n.ok_or_else(|| format!("neuron {i} was lost by the search")));
    let bias = surface.has_bias.then(|| Block { exponent: 0, midpoints: point.bias.clone() });
    Ok(Candidate { system, bias, neurons: neurons.collect::<Result<_, _>>()?, seen })
}

/// The signs are still those of the pattern, and multipliers are inside.
fn settled(surface: &Surface, point: &Point) -> Result<(), String> {
    match point.units.iter().find(|unit| !surface.has_signs(&unit.input, &unit.sides)) {
        None => Ok(()),
        Some(unit) => {
            Err(format!("a sample lies too near the kink of neuron {} for floats to tell its side", unit.index))
        }
    }
}

fn live(surface: &Surface, unit: &Unit, found: &Kinks) -> Live {
    let mut samples: Vec<usize> = unit.kinks().iter().flat_map(|&r| surface.rays[r].samples.iter().copied()).collect();
    samples.sort_unstable();
    let block = |midpoints: Vec<f64>| Block { exponent: 0, midpoints };
    Live {
        kinks: samples,
        pinned: unit.pinned.clone(),
        input: block(unit.input.iter().zip(&surface.scales).map(|(w, s)| w / s).collect()),
        output: block(unit.output.clone()),
        multipliers: block(found.classes.iter().map(|c| c.multiplier).collect()),
        dependent: found.dependent.clone(),
    }
}

/// Least |w.x| / |x|_1 off the kinks, in real coordinates.
fn margin(surface: &Surface, point: &Point) -> f64 {
    let mut least = f64::INFINITY;
    for unit in &point.units {
        for (ray, _) in surface.rays.iter().zip(&unit.sides).filter(|(_, s)| **s != Side::Kink) {
            let size: f64 = ray.x.iter().zip(&surface.scales).map(|(x, s)| (x * s).abs()).sum();
            least = least.min(inner(&ray.x, &unit.input).abs() / size);
        }
    }
    least
}

impl Class {
    /// The share of the bound that the multiplier leaves.
    fn share(&self) -> f64 {
        -self.excess() / self.bound.abs().max(f64::MIN_POSITIVE)
    }
}

impl Start {
    /// How far a neuron moves to be zero but for its hidden bias.
    fn distance_from_zero(&self, problem: &Problem, i: usize, bias: f64) -> f64 {
        let (input, output) = &self.model[i];
        let last = input.len() - 1;
        let moved = |(a, w): (usize, &f64)| match a == last && problem.network().has_hidden_bias() {
            true => (w - bias).abs(),
            false => w.abs(),
        };
        let input = input.iter().enumerate().map(moved);
        input.chain(output.iter().map(|h| h.abs())).fold(0.0, f64::max)
    }
}
