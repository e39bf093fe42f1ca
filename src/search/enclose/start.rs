//! Where the search starts: the model's parameters, which of them move, and which neurons take part.

use super::descent::{hold_dependent, return_to_kinks};
use super::point::{Point, Unit};
use super::redundant::redundant;
use super::simplify::Simplify;
use super::surface::{Ray, Surface};
use crate::exact::cell::Side;
use crate::kernel::network::Neuron;
use crate::kernel::problem::Problem;
use crate::search::float::entries;
use crate::search::polish::is_tiny;
use crate::search::polish::kkt::inner;
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;

/// |w.x| / (|w| |x|) below which a sample is first taken to be on the kink.
const NEAR_KINK: f64 = 1e-6;

/// The start of a search.
#[derive(Debug, Clone)]
pub struct Start {
    /// The neurons that take part, at the model's parameters.
    pub point: Point,
    /// Neurons at zero.
    pub simplify: Simplify,
    /// Neurons that stay as they are: on no sample active.
    pub frozen: Vec<usize>,
    /// Input coordinates that stay as they are without decay: on all samples a combination of others. Ascending.
    pub redundant: Vec<usize>,
    /// (w_i, h_i) of the model, in real coordinates.
    pub model: Vec<(Vec<f64>, Vec<f64>)>,
    /// The model's output bias; zeros where there is none.
    pub bias: Vec<f64>,
}

/// Prepares the start, with the neurons at zero whose weights are all below `zero_below`; the reason where this penalty and network have no system of equations here.
pub fn start(problem: &Problem, surface: &Surface, zero_below: Option<&BigRational>) -> Result<Start, String> {
    let (network, decay) = (problem.network(), &surface.decay);
    let decays = decay.input > 0.0 && decay.output > 0.0;
    if !decays && !decay.is_none() {
        return Err(
            "only some of the parameters are decayed: either both the input and the output weights must be, or none"
                .into(),
        );
    }
    let both = |n: &Neuron| (entries(&n.input).collect::<Vec<f64>>(), entries(&n.output).collect::<Vec<f64>>());
    let neurons: Vec<_> = network.neurons().iter().map(both).collect();
    let bias: Vec<f64> = network.output_bias().map_or(vec![0.0; surface.outputs], |b| entries(b).collect());
    let redundant = if decays { vec![] } else { redundant(surface, &surface.rays, &[], network.has_hidden_bias()) };
    let mut start = Start {
        point: Point { units: Vec::new(), bias: bias.clone() },
        simplify: Simplify { decays, gone: Vec::new() },
        frozen: Vec::new(),
        redundant,
        model: neurons,
        bias,
    };
    for (index, (input, output)) in start.model.iter().enumerate() {
        let tiny = zero_below.is_some_and(|below| is_tiny(&network.neurons()[index], below));
        if tiny && decays {
            start.simplify.gone.push((index, 0.0));
            continue;
        }
        let scaled: Vec<f64> = input.iter().zip(&surface.scales).map(|(w, s)| w * s).collect();
        let sides = sides(surface, &network.neurons()[index], &scaled, problem);
        if !decays && surface.is_dead(&sides) {
            start.frozen.push(index);
            continue;
        }
        let mut unit =
            Unit { index, input: scaled, output: output.clone(), sides, pinned: Vec::new(), split: Vec::new() };
        if !decays {
            if tiny || unit.output.iter().all(|h| *h == 0.0) || unit.input.iter().all(|w| *w == 0.0) {
                let is = if tiny { "was set to zero, since it is small" } else { "is zero" };
                return Err(format!("neuron {index} {is}, but active: without decay it has no equations of its own"));
            }
            unit.pinned.clone_from(&start.redundant);
            unit.pinned.push(gauge(surface, &unit));
        }
        start.point.units.push(guessed_kinks(surface, unit));
    }
    Ok(start)
}

/// The unit with the samples on its kink that training has all but brought there: a guess that saves rounds.
fn guessed_kinks(surface: &Surface, unit: Unit) -> Unit {
    let size = inner(&unit.input, &unit.input).sqrt();
    let mut near: Vec<(f64, usize)> = Vec::new();
    for (r, (ray, side)) in surface.rays.iter().zip(&unit.sides).enumerate() {
        let z = inner(&ray.x, &unit.input).abs() / (size * ray.size);
        if *side != Side::Kink && z < NEAR_KINK {
            near.push((z, r));
        }
    }
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut moved = unit.clone();
    near.iter().for_each(|(_, r)| moved.sides[*r] = Side::Kink);
    let mut point = Point { units: vec![moved], bias: Vec::new() };
    return_to_kinks(surface, &mut point);
    hold_dependent(surface, &mut point, 0);
    let moved = point.units.swap_remove(0);
    let far = moved.input.iter().zip(&unit.input).any(|(a, b)| (a - b).abs() > NEAR_KINK.sqrt() * size);
    let stays = |(ray, (new, old)): (&Ray, (&Side, &Side))| {
        let z = inner(&ray.x, &moved.input);
        *new == Side::Kink || (*old == Side::Plus && z > 0.0) || (*old == Side::Minus && z < 0.0)
    };
    let kept = surface.rays.iter().zip(moved.sides.iter().zip(&unit.sides)).all(stays);
    if far || !kept { unit } else { moved }
}

/// The coordinate that is held so that (s w, h / s) is no freedom: the largest output weight where there is one output or
/// other input weights are held, which may depend on it, else the largest input weight.
pub fn gauge(surface: &Surface, unit: &Unit) -> usize {
    let largest = |of: &[f64]| (0..of.len()).max_by(|&a, &b| of[a].abs().total_cmp(&of[b].abs())).unwrap_or(0);
    match surface.outputs == 1 || !unit.pinned.is_empty() {
        true => surface.width() + largest(&unit.output),
        false => largest(&unit.input),
    }
}

/// The side of each ray; exact where the float says nothing.
fn sides(surface: &Surface, neuron: &Neuron, scaled: &[f64], problem: &Problem) -> Vec<Side> {
    let size = inner(scaled, scaled).sqrt();
    let side = |ray: &Ray| {
        let z = inner(&ray.x, scaled);
        if z.abs() > 1e-12 * size * ray.size {
            return if z > 0.0 { Side::Plus } else { Side::Minus };
        }
        let row = &problem.dataset().inputs()[ray.samples[0]];
        let weights = neuron.input.numerators();
        let mut exact: BigInt = row.iter().zip(weights).map(|(x, w)| x * w).sum();
        if let Some(bias) = weights.get(row.len()) {
            exact += bias * problem.dataset().input_denominator();
        }
        match exact.sign() {
            Sign::Plus => Side::Plus,
            Sign::Minus => Side::Minus,
            Sign::NoSign => Side::Kink,
        }
    };
    surface.rays.iter().map(side).collect()
}

impl Start {
    /// The sup-distance of a point's neurons to the model, in real coordinates.
    pub fn distance(&self, surface: &Surface, point: &Point) -> f64 {
        let mut most: f64 = 0.0;
        let mut see = |a: f64, b: f64| most = most.max((a - b).abs());
        for unit in &point.units {
            for (j, ratio) in std::iter::once((unit.index, 1.0)).chain(unit.split.iter().copied()) {
                let (input, output) = &self.model[j];
                let real = unit.input.iter().zip(&surface.scales).map(|(w, s)| ratio * w / s);
                real.zip(input).for_each(|(w, m)| see(w, *m));
                unit.output.iter().zip(output).for_each(|(h, m)| see(ratio * h, *m));
            }
        }
        point.bias.iter().zip(&self.bias).for_each(|(a, b)| see(*a, *b));
        most
    }
}
