//! Neurons at zero under weight decay that are better off away from it: a direction u with |G(u)| > sqrt(lh) |u'| (T10).
//!
//! G is linear on every cell, G(u) = p.u, and among all u the ratio |p.u| / |u'| is largest at u_a = p_a / l_a. Going there
//! from cell to cell, from the inputs' own directions, finds local maxima of the ratio; one above the bound is a witness.

use super::point::Point;
use super::surface::Surface;
use crate::exact::cell::Side;
use crate::kernel::enclosure::certificate::NeuronBox;
use crate::search::polish::kkt::inner;

/// Most inputs that are tried as starts, spread evenly.
const MAX_STARTS: usize = 256;
/// Most steps from one start.
const MAX_STEPS: usize = 40;
/// By what share the bound must be exceeded.
const EXCESS: f64 = 1e-6;

/// Turns neurons at zero into escaping ones where a direction is found, in real coordinates. One output.
pub fn mark(surface: &Surface, point: &Point, neurons: &mut [Option<NeuronBox>]) {
    let at_zero = |n: &Option<NeuronBox>| matches!(n, Some(NeuronBox::Zero));
    if surface.outputs != 1 || !neurons.iter().any(at_zero) {
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
    let eps: Vec<f64> = view.errors[0].iter().zip(&surface.rows).map(|(e, row)| row.weight * e).collect();
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
fn climbed(surface: &Surface, eps: &[f64], mut u: Vec<f64>) -> (f64, Vec<f64>) {
    let mut most = ratio(surface, eps, &u).0;
    for _ in 0..MAX_STEPS {
        let p = ratio(surface, eps, &u).1;
        let sign = inner(&p, &u).signum();
        let step = |(a, p): (usize, &f64)| match surface.input_decay[a] > 0.0 {
            true => sign * p / surface.input_decay[a],
            false => u[a],
        };
        let next: Vec<f64> = p.iter().enumerate().map(step).collect();
        let (found, _) = ratio(surface, eps, &next);
        if found.is_nan() || found <= most * (1.0 + 1e-12) {
            break;
        }
        (most, u) = (found, next);
    }
    (most, u)
}

/// |G(u)| / (sqrt(lh) |u'|), and p with G(u) = p.u next to u.
fn ratio(surface: &Surface, eps: &[f64], u: &[f64]) -> (f64, Vec<f64>) {
    let side = |x: &[f64]| if inner(x, u) > 0.0 { Side::Plus } else { Side::Minus };
    let sides: Vec<Side> = surface.rays.iter().map(|ray| side(&ray.x)).collect();
    let p = surface.potential(&sides, eps);
    let size: f64 = u.iter().zip(&surface.input_decay).map(|(u, l)| l * u * u).sum();
    (inner(&p, u).abs() / (surface.decay.output * size).sqrt(), p)
}
