//! Multipliers of held kinks, and which kinks cannot be held (T10; THEORY 2, C2).

use super::newton::{free, kink_span};
use super::point::{Gradient, Point, View};
use super::surface::Surface;
use crate::exact::cell::Side;
use crate::search::polish::kkt::{axpy, inner};

/// Most sweeps over the multipliers of dependent kinks.
const MAX_SWEEPS: usize = 3000;

/// A kink that is let go: unit, ray and the side to which it goes.
pub type Release = (usize, usize, Side);

/// A class of kinks: it is safe where |nu - centre| <= bound.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Its ray.
    pub ray: usize,
    /// nu.
    pub multiplier: f64,
    /// T be e1.
    pub centre: f64,
    /// T ga e2; convex where positive.
    pub bound: f64,
}

impl Class {
    /// How far the multiplier is outside; negative inside.
    pub fn excess(&self) -> f64 {
        (self.multiplier - self.centre).abs() - self.bound
    }

    /// The side of x_C to which the loss falls most.
    fn descending(&self) -> Side {
        if self.multiplier >= self.centre { Side::Plus } else { Side::Minus }
    }
}

/// The kinks of one unit.
pub struct Kinks {
    /// In the order of their first samples.
    pub classes: Vec<Class>,
    /// Positions in `classes` of those whose vectors depend on others.
    pub dependent: Vec<usize>,
    /// What the multipliers leave of the downhill direction: zero where the input weights are stationary.
    pub rest: Vec<f64>,
}

/// Multipliers that make a unit's input weights stationary, as far as there are any.
pub fn kinks(surface: &Surface, point: &Point, view: &View, gradient: &Gradient, i: usize) -> Kinks {
    let unit = &point.units[i];
    let (span, independent) = kink_span(surface, point, i);
    let mut classes: Vec<Class> = unit.kinks().iter().map(|&ray| class(surface, point, view, i, ray)).collect();
    let downhill: Vec<f64> = free(&unit.pinned, &gradient.units[i].0).iter().map(|g| -g * unit.mass()).collect();
    let position = |ray: usize| classes.iter().position(|c| c.ray == ray);
    let places: Vec<usize> = independent.iter().filter_map(|&ray| position(ray)).collect();
    let dependent: Vec<usize> = (0..classes.len()).filter(|c| !places.contains(c)).collect();
    if !dependent.is_empty() {
        // First as near to the centres as possible, then the independent ones take the rest exactly.
        inside_box(surface, point, i, &mut classes, &downhill);
    }
    let mut rest = downhill;
    for &c in &dependent {
        let x = free(&unit.pinned, &surface.rays[classes[c].ray].x);
        axpy(-classes[c].multiplier, &x, &mut rest);
    }
    for (&c, nu) in places.iter().zip(span.combination(&rest)) {
        classes[c].multiplier = nu;
    }
    for &c in &places {
        let x = free(&unit.pinned, &surface.rays[classes[c].ray].x);
        axpy(-classes[c].multiplier, &x, &mut rest);
    }
    Kinks { classes, dependent, rest }
}

fn class(surface: &Surface, point: &Point, view: &View, i: usize, ray: usize) -> Class {
    let unit = &point.units[i];
    let (mut first, mut second) = (0.0, 0.0);
    for &k in &surface.rays[ray].rows {
        let row = &surface.rows[k];
        let eps: f64 = unit.output.iter().zip(&view.errors).map(|(h, e)| h * row.weight * e[k]).sum();
        first += eps * row.factor;
        second += eps * row.factor.abs();
    }
    let (plus, minus) = surface.slopes;
    let centre = unit.mass() * 0.5 * (plus + minus) * first;
    Class { ray, multiplier: centre, centre, bound: unit.mass() * 0.5 * (plus - minus) * second }
}

/// Multipliers nearest to solving the equations, from the centres and inside the bounds: coordinate descent.
fn inside_box(surface: &Surface, point: &Point, i: usize, classes: &mut [Class], downhill: &[f64]) {
    let pinned = &point.units[i].pinned;
    let vectors: Vec<Vec<f64>> = classes.iter().map(|c| free(pinned, &surface.rays[c.ray].x)).collect();
    let mut rest = downhill.to_vec();
    classes.iter().zip(&vectors).for_each(|(c, x)| axpy(-c.multiplier, x, &mut rest));
    let size = inner(downhill, downhill).sqrt();
    for _ in 0..MAX_SWEEPS {
        for (class, x) in classes.iter_mut().zip(&vectors).filter(|(c, _)| c.bound > 0.0) {
            let wanted = class.multiplier + inner(x, &rest) / inner(x, x).max(f64::MIN_POSITIVE);
            // A little inside, so that rounding does not put it outside.
            let bound = class.bound * 0.999;
            let next = wanted.clamp(class.centre - bound, class.centre + bound);
            axpy(class.multiplier - next, x, &mut rest);
            class.multiplier = next;
        }
        if inner(&rest, &rest).sqrt() <= 1e-13 * size {
            break;
        }
    }
}

/// Kinks that must be let go at a minimum of the face, and to which sides: the class of a unit that is farthest
/// outside, or, where kinks depend on each other, all that the steepest descent leaves. Of all units, or of the worst
/// only; empty where all kinks may be held.
pub fn released(
    surface: &Surface,
    point: &Point,
    view: &View,
    gradient: &Gradient,
    tolerance: f64,
    all: bool,
) -> Vec<Release> {
    let tolerance = tolerance * residual_scale(surface, view);
    let mut found: Vec<(f64, Vec<Release>)> = Vec::new();
    for i in (0..point.units.len()).filter(|&i| point.units[i].sides.contains(&Side::Kink)) {
        let kinks = kinks(surface, point, view, gradient, i);
        let excess = |c: &Class| c.excess() * surface.rays[c.ray].size;
        let Some(class) = kinks.classes.iter().max_by(|a, b| excess(a).total_cmp(&excess(b))) else { continue };
        if excess(class) > tolerance {
            let leaving = match kinks.dependent.is_empty() {
                true => vec![(i, class.ray, class.descending())],
                false => left_by_descent(surface, point, i, &kinks),
            };
            found.push((excess(class), leaving));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(if all { usize::MAX } else { 1 }).flat_map(|(_, leaving)| leaving).collect()
}

/// The kinks of a unit that the steepest descent leaves.
fn left_by_descent(surface: &Surface, point: &Point, i: usize, kinks: &Kinks) -> Vec<Release> {
    let u = descent(surface, point, i, kinks);
    let along = kinks.classes.iter().map(|c| (c.ray, inner(&surface.rays[c.ray].x, &u)));
    let leaving = along.filter(|(ray, a)| a.abs() > 1e-9 * surface.rays[*ray].size);
    leaving.map(|(ray, a)| (i, ray, if a > 0.0 { Side::Plus } else { Side::Minus })).collect()
}

/// A unit direction in which a unit with dependent kinks descends: the opposite of the shortest subgradient.
fn descent(surface: &Surface, point: &Point, i: usize, found: &Kinks) -> Vec<f64> {
    let mut classes = found.classes.clone();
    let mut downhill = found.rest.clone();
    for class in &classes {
        let x = free(&point.units[i].pinned, &surface.rays[class.ray].x);
        axpy(class.multiplier, &x, &mut downhill);
    }
    classes.iter_mut().for_each(|c| c.multiplier = c.centre);
    inside_box(surface, point, i, &mut classes, &downhill);
    let mut rest = downhill;
    for class in &classes {
        let x = free(&point.units[i].pinned, &surface.rays[class.ray].x);
        axpy(-class.multiplier, &x, &mut rest);
    }
    let size = inner(&rest, &rest).sqrt().max(f64::MIN_POSITIVE);
    rest.iter().map(|v| v / size).collect()
}

/// The size of multipliers that matter: the largest weighted residual.
fn residual_scale(surface: &Surface, view: &View) -> f64 {
    let errors = view.errors.iter().flat_map(|e| e.iter().zip(&surface.rows));
    errors.map(|(e, r)| (r.weight * e).abs()).fold(0.0, f64::max)
}
