//! With decay: neurons that vanish, and neurons that are multiples of each other.
//!
//! Both only where the penalised loss does not rise.

use super::point::{Point, Unit, View};
use super::surface::Surface;
use crate::exact::cell::Side;
use crate::search::polish::kkt::{axpy, inner};

/// Shares of the largest |h||w| below which a neuron may vanish at any time, and at a minimised face.
const SMALL: [f64; 2] = [1e-5, 3e-2];
/// 1 - cosine below which neurons of several outputs count as multiples.
const PARALLEL: f64 = 1e-8;
/// Relative rise of the loss that is rounding.
const ROUNDING: f64 = 1e-14;

/// Neurons that left the system.
#[derive(Debug, Clone, Default)]
pub struct Simplify {
    /// Whether there is decay on input and output weights.
    pub decays: bool,
    /// Neurons at zero, with their hidden biases: not zero only where these are not decayed.
    pub gone: Vec<(usize, f64)>,
}

impl Simplify {
    /// Neurons that are active on no sample decay to nothing.
    pub fn start(&mut self, surface: &Surface, point: &mut Point) {
        if !self.decays {
            return;
        }
        for i in (0..point.units.len()).rev() {
            let unit = &point.units[i];
            if surface.is_dead(&unit.sides) || strength(surface, unit) == 0.0 {
                self.remove(surface, point, i);
            }
        }
    }

    /// Takes small neurons out and merges those with the same sides; whether anything changed.
    pub fn small(&mut self, surface: &Surface, point: &mut Point, view: &View, minimised: bool) -> bool {
        if !self.decays {
            return false;
        }
        let strengths: Vec<f64> = point.units.iter().map(|u| strength(surface, u)).collect();
        let largest = strengths.iter().copied().fold(0.0, f64::max);
        let small = SMALL[usize::from(minimised)] * largest;
        let mut candidates: Vec<usize> = (0..strengths.len()).filter(|&i| strengths[i] <= small).collect();
        candidates.sort_by(|&a, &b| strengths[a].total_cmp(&strengths[b]).then(a.cmp(&b)));
        for i in candidates {
            let mut without = point.clone();
            without.units.remove(i);
            if surface.view(&without).loss <= view.loss * (1.0 + ROUNDING) {
                self.remove(surface, point, i);
                return true;
            }
        }
        minimised && merge(surface, point, view.loss)
    }

    fn remove(&mut self, surface: &Surface, point: &mut Point, i: usize) {
        let unit = point.units.remove(i);
        let free_bias = surface.input_decay.last().is_some_and(|l| *l == 0.0);
        let bias = |w: &[f64]| match (free_bias, w.last(), surface.scales.last()) {
            (true, Some(b), Some(s)) => b / s,
            _ => 0.0,
        };
        let own = bias(&unit.input);
        self.gone.push((unit.index, own));
        self.gone.extend(unit.split.iter().map(|(j, r)| (*j, r * own)));
    }
}

/// |h| times the norm of the decayed input weights, for all of a unit's neurons.
fn strength(surface: &Surface, unit: &Unit) -> f64 {
    let decayed: f64 = unit.input.iter().zip(&surface.input_decay).map(|(w, l)| l * w * w).sum();
    unit.mass() * (inner(&unit.output, &unit.output) * decayed).sqrt()
}

/// Merges one pair of neurons with the same sides: in one cell the decay makes those of a single output multiples, and
/// of several outputs only those that are nearly so.
fn merge(surface: &Surface, point: &mut Point, loss: f64) -> bool {
    for i in 0..point.units.len() {
        for j in i + 1..point.units.len() {
            let (a, b) = (&point.units[i], &point.units[j]);
            if a.sides != b.sides || !alike(surface, a, b) || a.sides.iter().all(|s| *s == Side::Kink) {
                continue;
            }
            let mut merged = point.clone();
            let (first, second) = if strength(surface, a) >= strength(surface, b) { (a, b) } else { (b, a) };
            merged.units[i] = joined(surface, first, second);
            merged.units.remove(j);
            if surface.view(&merged).loss <= loss * (1.0 + ROUNDING) {
                *point = merged;
                return true;
            }
        }
    }
    false
}

/// Whether one may be a multiple of the other.
fn alike(surface: &Surface, a: &Unit, b: &Unit) -> bool {
    let cosine = |a: &[f64], b: &[f64]| inner(a, b) / (inner(a, a) * inner(b, b)).sqrt();
    match surface.outputs {
        1 => a.output[0] * b.output[0] > 0.0,
        _ => cosine(&a.output, &b.output).min(cosine(&a.input, &b.input)) > 1.0 - PARALLEL,
    }
}

/// The leader with the other as a multiple of it: the same function in the cell, balanced.
fn joined(surface: &Surface, leader: &Unit, other: &Unit) -> Unit {
    let ratio = (strength(surface, other) / other.mass() / (strength(surface, leader) / leader.mass())).sqrt();
    let mut unit = leader.clone();
    unit.split.push((other.index, ratio));
    unit.split.extend(other.split.iter().map(|(j, r)| (*j, r * ratio)));
    let size = inner(&leader.output, &leader.output).sqrt();
    let mut sum: Vec<f64> = vec![0.0; surface.width()];
    for part in [leader, other] {
        let share = inner(&part.output, &leader.output) / size;
        axpy(part.mass() * share / unit.mass(), &part.input, &mut sum);
    }
    let decayed: f64 = sum.iter().zip(&surface.input_decay).map(|(w, l)| l * w * w).sum();
    let balanced = (decayed / surface.decay.output).sqrt().sqrt();
    unit.input = sum.iter().map(|v| v / balanced).collect();
    unit.output = leader.output.iter().map(|h| h / size * balanced).collect();
    unit
}
