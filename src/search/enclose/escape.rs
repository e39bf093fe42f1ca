//! Neurons at zero under weight decay that are better off away from it: a direction u with |G(u)| > sqrt(lh) |u'| (T10).
//!
//! G is linear on every cell, G(u) = P u, and the ratio |P u| / |u'| grows from u to v_a = (P^T P u)_a / l_a, to the largest at
//! once where there is one output. Going there from cell to cell, from the inputs' own directions, finds local maxima of the
//! ratio; one above the bound is a witness.

use super::point::Point;
use super::surface::Surface;
use crate::exact::cell::Side;
use crate::kernel::enclosure::certificate::NeuronBox;
use crate::search::polish::kkt::{axpy, inner};

/// Most inputs that are tried as starts, spread evenly.
const MAX_STARTS: usize = 256;
/// Most steps from one start.
const MAX_STEPS: usize = 40;
/// By what share the bound must be exceeded.
const EXCESS: f64 = 1e-6;

/// Turns neurons at zero into escaping ones where a direction is found, in real coordinates.
pub fn mark(surface: &Surface, point: &Point, neurons: &mut [Option<NeuronBox>]) {
    let at_zero = |n: &Option<NeuronBox>| matches!(n, Some(NeuronBox::Zero));
    if !neurons.iter().any(at_zero) {
        return;
    }
    let Some(u) = direction(surface, point) else { return };
    let real: Vec<f64> = u.iter().zip(&surface.scales).map(|(u, s)| u / s).collect();
    let escape = NeuronBox::Escape { direction: real };
    neurons.iter_mut().filter(|n| at_zero(n)).for_each(|n| *n = Some(escape.clone()));
}

/// The direction with the largest ratio that is found, if that is over the bound.
fn direction(surface: &Surface, point: &Point) -> Option<Vec<f64>> {
    let view = surface.view(point);
    let weighted = |errors: &Vec<f64>| errors.iter().zip(&surface.rows).map(|(e, row)| row.weight * e).collect();
    let eps: Vec<Vec<f64>> = view.errors.iter().map(weighted).collect();
    let stride = surface.rays.len().div_ceil(MAX_STARTS).max(1);
    let mut best: Option<(f64, Vec<f64>)> = None;
    for ray in surface.rays.iter().step_by(stride) {
        for sign in [1.0, -1.0] {
            let (ratio, u) = climbed(surface, &eps, ray.x.iter().map(|v| sign * v).collect());
            if best.as_ref().is_none_or(|(most, _)| ratio > *most) {
                best = Some((ratio, u));
            }
        }
    }
    best.filter(|(ratio, _)| *ratio > 1.0 + EXCESS).map(|(_, u)| u)
}

/// The ratio |G(u)| / (sqrt(lh) |u'|) after going up from u, and where.
fn climbed(surface: &Surface, eps: &[Vec<f64>], mut u: Vec<f64>) -> (f64, Vec<f64>) {
    let (mut most, mut rising) = ratio(surface, eps, &u);
    for _ in 0..MAX_STEPS {
        let step = |(a, p): (usize, &f64)| match surface.input_decay[a] > 0.0 {
            true => p / surface.input_decay[a],
            false => u[a],
        };
        let next: Vec<f64> = rising.iter().enumerate().map(step).collect();
        let (found, then) = ratio(surface, eps, &next);
        if found.is_nan() || found <= most * (1.0 + 1e-12) {
            break;
        }
        (most, rising, u) = (found, then, next);
    }
    (most, u)
}

/// |G(u)| / (sqrt(lh) |u'|), and P^T P u / |P u| with G(u) = P u next to u.
fn ratio(surface: &Surface, eps: &[Vec<f64>], u: &[f64]) -> (f64, Vec<f64>) {
    let side = |x: &[f64]| if inner(x, u) > 0.0 { Side::Plus } else { Side::Minus };
    let sides: Vec<Side> = surface.rays.iter().map(|ray| side(&ray.x)).collect();
    let rows: Vec<Vec<f64>> = eps.iter().map(|eps| surface.potential(&sides, eps)).collect();
    let value: Vec<f64> = rows.iter().map(|p| inner(p, u)).collect();
    let length = inner(&value, &value).sqrt();
    let mut rising = vec![0.0; u.len()];
    rows.iter().zip(&value).for_each(|(p, v)| axpy(v / length, p, &mut rising));
    let size: f64 = u.iter().zip(&surface.input_decay).map(|(u, l)| l * u * u).sum();
    (length / (surface.decay.output * size).sqrt(), rising)
}
