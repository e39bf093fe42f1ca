//! Neurons at zero under weight decay whose minimality stays open, put beside a live neuron instead.
//!
//! At zero T10 asks for |G(u)| <= sqrt(lh) |u'| in all directions u, a global question. A small multiple of a live neuron,
//! which gives up as much as it adds, makes the same function with the same decay, and since no output weight is zero
//! there, stationarity is all that a local minimum takes. With several outputs the second order (T5) must besides be definite
//! but for turning the two into each other, so one coordinate is held for that.

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

/// Whether the candidate has neurons at zero, or constant ones, that the kernel would not take there.
pub fn zeros_stay_open(problem: &Problem, candidate: &Candidate) -> bool {
    let (network, has) = (problem.network(), |role: &dyn Fn(&NeuronBox) -> bool| candidate.neurons.iter().any(role));
    let zeros = has(&|n| matches!(n, NeuronBox::Zero));
    if network.output_count() > 1 {
        let escapes = has(&|n| matches!(n, NeuronBox::Escape { .. }));
        return zeros || (!escapes && has(&|n| matches!(n, NeuronBox::Constant { .. })));
    }
    if !zeros || network.weight_count() > MAX_ZERO_WIDTH {
        return zeros;
    }
    let Ok(guess) = first_guess(problem, candidate.clone()) else { return false };
    let judged = with_box(problem, &guess, |whole, _| whole.minimum(&guess.neurons));
    judged.is_err_and(|reject| reject.rule == Rule::Zero)
}

/// Puts neurons that are gone beside the nearest live ones, if there are any: those at zero, and with several outputs those
/// that are constant but not zero on the samples. Those that are left.
pub fn put_beside(surface: &Surface, start: &Start, point: &mut Point, gone: &[(usize, f64)]) -> Vec<(usize, f64)> {
    // In the coordinates of the units before any of them gives something up.
    let units = point.units.clone();
    let mut left = Vec::new();
    for &(i, bias) in gone {
        let slope = if bias > 0.0 { surface.slopes.0 } else { surface.slopes.1 };
        let rests = bias != 0.0 && (surface.outputs == 1 || slope == 0.0);
        match nearest(surface, start, &units, i) {
            Some((leader, ratio)) if !rests => {
                let unit = &mut point.units[leader];
                let before = unit.mass();
                unit.split.push((i, ratio));
                let factor = (before / unit.mass()).sqrt();
                unit.input.iter_mut().chain(&mut unit.output).for_each(|v| *v *= factor);
            }
            _ => left.push((i, bias)),
        }
    }
    left
}

/// Makes units of all neurons that were multiples, each with a coordinate held in which its unit is large.
pub fn as_units(surface: &Surface, point: &mut Point) {
    for place in 0..point.units.len() {
        let unit = &mut point.units[place];
        let parts = std::mem::take(&mut unit.split);
        let unit = unit.clone();
        // A hidden bias without decay may be held for another reason.
        let turns = |c: &usize| surface.input_decay.get(*c).is_none_or(|decay| *decay > 0.0);
        let size = |c: &usize| unit.input.iter().chain(&unit.output).nth(*c).map_or(0.0, |v| v.abs());
        let all = 0..unit.input.len() + unit.output.len();
        let held = all.filter(turns).max_by(|a, b| size(a).total_cmp(&size(b))).unwrap_or(0);
        for (index, ratio) in parts {
            let times = |values: &[f64]| values.iter().map(|v| ratio * v).collect();
            let (input, output) = (times(&unit.input), times(&unit.output));
            point.units.push(Unit { index, input, output, pinned: vec![held], ..unit.clone() });
        }
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
