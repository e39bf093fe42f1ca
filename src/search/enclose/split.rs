//! Neurons at zero under weight decay whose minimality stays open, put beside a live neuron instead.
//!
//! At zero T10 asks for |G(u)| <= sqrt(lh) |u'| in all directions u, a global question. A small multiple of a live neuron,
//! which gives up as much as it adds, makes the same function with the same decay, and since no output weight is zero
//! there, stationarity is all that a local minimum takes.

use super::Candidate;
use super::point::{Point, Unit};
use super::radii::first_guess;
use super::start::Start;
use super::surface::Surface;
use crate::kernel::enclosure::certificate::NeuronBox;
use crate::kernel::enclosure::check::with_box;
use crate::kernel::enclosure::zero::MAX_ZERO_WIDTH;
use crate::kernel::problem::Problem;
use crate::kernel::reject::Rule;
use crate::search::polish::kkt::inner;

/// The least multiple: what moves a neuron that training has brought to zero hardly at all.
const LEAST_RATIO: f64 = 1.0 / (1u64 << 30) as f64;

/// Whether the candidate has neurons at zero that the kernel would not take there, and live ones to put them beside.
pub fn zeros_stay_open(problem: &Problem, candidate: &Candidate) -> bool {
    let network = problem.network();
    let has = |role: &dyn Fn(&NeuronBox) -> bool| candidate.neurons.iter().any(role);
    let both = has(&|n| matches!(n, NeuronBox::Zero)) && has(&|n| matches!(n, NeuronBox::Live(_)));
    if network.output_count() != 1 || !both || network.weight_count() > MAX_ZERO_WIDTH {
        return network.output_count() == 1 && both;
    }
    let Ok(guess) = first_guess(problem, candidate.clone()) else { return false };
    let judged = with_box(problem, &guess, |whole, _| whole.minimum(&guess.neurons));
    judged.is_err_and(|reject| reject.rule == Rule::Zero)
}

/// Puts the neurons at zero beside the nearest live ones.
pub fn put_beside(surface: &Surface, start: &Start, point: &mut Point, zeros: &[usize]) {
    // In the coordinates of the units before any of them gives something up.
    let units = point.units.clone();
    for &i in zeros {
        let Some((leader, ratio)) = nearest(surface, start, &units, i) else { continue };
        let unit = &mut point.units[leader];
        let before = unit.mass();
        unit.split.push((i, ratio));
        let factor = (before / unit.mass()).sqrt();
        unit.input.iter_mut().chain(&mut unit.output).for_each(|v| *v *= factor);
    }
}

/// The place of the unit of which a multiple is nearest to neuron i of the model, in real coordinates, and the multiple.
fn nearest(surface: &Surface, start: &Start, units: &[Unit], i: usize) -> Option<(usize, f64)> {
    let (input, output) = &start.model[i];
    let model: Vec<f64> = input.iter().chain(output).copied().collect();
    let mut best: Option<(f64, usize, f64)> = None;
    for (place, unit) in units.iter().enumerate() {
        let real = unit.input.iter().zip(&surface.scales).map(|(w, s)| w / s);
        let own: Vec<f64> = real.chain(unit.output.iter().copied()).collect();
        let ratio = (inner(&own, &model) / inner(&own, &own)).max(LEAST_RATIO);
        let far = own.iter().zip(&model).map(|(v, m)| (ratio * v - m).abs()).fold(0.0, f64::max);
        if best.is_none_or(|(least, _, _)| far < least) {
            best = Some((far, place, ratio));
        }
    }
    best.map(|(_, place, ratio)| (place, ratio))
}
