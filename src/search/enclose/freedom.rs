//! What the equations of a pattern leave free without decay: changes of the parameters that do not change the function.
//!
//! Such coordinates are pinned, or neurons held as they are, so that the rest is an isolated zero.

use super::point::{Point, Unit};
use super::redundant::redundant;
use super::start::{Start, gauge};
use super::surface::{Ray, Surface};
use crate::exact::cell::Side;
use crate::kernel::problem::Problem;
use crate::search::polish::kkt::axpy;

/// Pins what is free; the neurons that were taken out, to be held as in the model, each with its twin.
pub fn pin(problem: &Problem, surface: &Surface, start: &Start, point: &mut Point) -> Vec<(usize, usize)> {
    let last = surface.width() - 1;
    let biases = surface.has_bias && problem.network().has_hidden_bias();
    let shares = biases && surface.input_decay[last] == 0.0 && surface.decay.output_bias == 0.0;
    let linear = |unit: &Unit| {
        let first = unit.sides.first();
        shares && unit.sides.iter().all(|s| Some(s) == first && *s != Side::Kink)
    };
    let mut frozen = Vec::new();
    if !start.simplify.decays {
        if surface.outputs == 1 {
            while let Some((twin, of)) = freeze_a_twin(surface, start, point) {
                frozen.push((twin, of));
            }
        } else if start.redundant.is_empty() {
            groups(point)
                .into_iter()
                .for_each(|group| pin_group(surface, point, &group, linear(&point.units[group[0]])));
        }
    }
    let width = surface.width() + surface.outputs;
    for unit in &mut point.units {
        if !start.simplify.decays {
            hold_redundant(surface, &start.redundant, problem.network().has_hidden_bias(), unit);
        }
        // A neuron that is linear on all samples shares its hidden bias with the output bias.
        if linear(unit) && unit.is_free(last) {
            unit.pinned.push(last);
            unit.pinned.sort_unstable();
        }
        // A neuron that died on the way has no part in the function any more.
        if !start.simplify.decays && surface.is_dead(&unit.sides) {
            unit.pinned = (0..width).collect();
        }
    }
    frozen
}

/// Holds the input weights that depend on others where the neuron is active; `known` do so on all samples.
fn hold_redundant(surface: &Surface, known: &[usize], hidden_bias: bool, unit: &mut Unit) {
    let acts = |(ray, side): &(&Ray, &Side)| {
        **side == Side::Kink || ray.rows.iter().any(|&row| surface.slope(**side, row) != 0.0)
    };
    let active = surface.rays.iter().zip(&unit.sides).filter(acts).map(|(ray, _)| ray);
    let found = redundant(surface, active, known, hidden_bias);
    if found.is_empty() {
        return;
    }
    unit.pinned = known.iter().copied().chain(found).collect();
    unit.pinned.sort_unstable();
    unit.pinned.push(gauge(surface, unit));
}

/// Units with the same sides.
fn groups(point: &Point) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (i, unit) in point.units.iter().enumerate() {
        match groups.iter_mut().find(|g| point.units[g[0]].sides == unit.sides) {
            Some(group) => group.push(i),
            None => groups.push(vec![i]),
        }
    }
    groups
}

/// A group of r neurons is free in the r x r matrices G: W -> G W, H -> H G^-1. As many input coordinates are pinned
/// for all of them, such that the square part of W is far from singular.
fn pin_group(surface: &Surface, point: &mut Point, group: &[usize], linear: bool) {
    if group.len() == 1 && !linear {
        return;
    }
    let columns = surface.width() - usize::from(linear);
    let mut rows: Vec<Vec<f64>> = group.iter().map(|&i| point.units[i].input.clone()).collect();
    let mut chosen: Vec<usize> = Vec::new();
    for p in 0..rows.len() {
        let free = (0..columns).filter(|a| !chosen.contains(a));
        let places = free.flat_map(|a| (p..rows.len()).map(move |r| (r, a)));
        let Some((r, a)) = places.max_by(|x, y| rows[x.0][x.1].abs().total_cmp(&rows[y.0][y.1].abs())) else { return };
        if rows[r][a] == 0.0 {
            return;
        }
        rows.swap(p, r);
        let (above, below) = rows.split_at_mut(p + 1);
        below.iter_mut().for_each(|row| {
            let factor = row[a] / above[p][a];
            axpy(-factor, &above[p], row);
        });
        chosen.push(a);
    }
    chosen.sort_unstable();
    group.iter().for_each(|&i| point.units[i].pinned.clone_from(&chosen));
}

/// Of two neurons with the same sides and no kinks one goes back to the model's parameters, and the other takes the
/// difference over. The neuron taken out and its twin.
fn freeze_a_twin(surface: &Surface, start: &Start, point: &mut Point) -> Option<(usize, usize)> {
    let groups = groups(point).into_iter().filter(|g| g.len() > 1 && point.units[g[0]].kinks().is_empty());
    for group in groups {
        for &i in &group {
            for &j in group.iter().filter(|&&j| j != i && !surface.is_dead(&point.units[i].sides)) {
                let (leader, other) = (&point.units[i], &point.units[j]);
                let (input, output) = &start.model[other.index];
                let back: Vec<f64> = input.iter().zip(&surface.scales).map(|(w, s)| w * s).collect();
                let mut moved = leader.clone();
                axpy(other.output[0] / leader.output[0], &other.input, &mut moved.input);
                axpy(-output[0] / leader.output[0], &back, &mut moved.input);
                if surface.has_signs(&back, &other.sides) && surface.has_signs(&moved.input, &leader.sides) {
                    let found = (other.index, leader.index);
                    point.units[i] = moved;
                    point.units.remove(j);
                    return Some(found);
                }
            }
        }
    }
    None
}
