//! Descent to a point that is stationary in floats: Newton's method on the faces of the penalised loss.
//!
//! Kinks are held as constraints. A step follows the loss through as many cells as it keeps falling; the sample that
//! stops it becomes a kink. At a minimum of a face the kink whose multiplier is farthest outside is let go. The loss
//! falls in every round that moves.

use super::dense::Factor;
use super::kinks::released;
use super::line::follow;
use super::newton::{Frame, kink_span};
use super::point::{Direction, Gradient, Point, View};
use super::simplify::Simplify;
use super::span::Span;
use super::surface::Surface;
use crate::exact::cell::Side;
use crate::search::polish::kkt::{axpy, inner};

/// Most rounds.
const MAX_ROUNDS: usize = 20_000;
/// Gain of a step, relative to the loss, below which a face counts as minimised.
const FACE_TOLERANCE: f64 = 1e-10;
/// Gain at which nothing more is to be had.
const LAST_TOLERANCE: f64 = 1e-26;
/// Excess of a multiplier, relative to the largest residual, that releases its kink.
const MULTIPLIER_TOLERANCE: f64 = 1e-9;
/// First and least shift of a Hessian, relative to its largest diagonal entry.
const LEAST_SHIFT: f64 = 1e-13;
/// Largest shift for the sake of short steps.
const MOST_SHIFT: f64 = 1.0;
/// Longest step, in Newton steps.
const LONGEST: f64 = 4.0;
/// Most rounds in a row without a decrease.
const MAX_IDLE: usize = 200;
/// Most of these after which kinks of several neurons are still let go at once.
const MAX_IDLE_AT_ONCE: usize = 20;
/// Most rounds at a minimised face.
const MAX_LAST: usize = 30;

/// How a descent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At a stationary point.
    Stationary,
    /// At a loss of zero.
    Zero,
}

/// A descent in progress.
pub struct Descent<'a> {
    surface: &'a Surface,
    /// Where it is.
    pub point: Point,
    /// Neurons that left the system.
    pub simplify: Simplify,
    shift: f64,
    /// Rounds so far.
    pub rounds: usize,
}

impl<'a> Descent<'a> {
    /// Starts at a point.
    pub fn new(surface: &'a Surface, point: Point, simplify: Simplify) -> Self {
        Self { surface, point, simplify, shift: LEAST_SHIFT, rounds: 0 }
    }

    /// Runs to a stationary point; `go_on(rounds, loss, point)` may stop it.
    pub fn run(&mut self, go_on: &mut dyn FnMut(usize, f64, &Point) -> bool) -> Result<End, String> {
        let (mut idle, mut last, mut least) = (0, 0, f64::INFINITY);
        self.simplify.start(self.surface, &mut self.point);
        while self.rounds < MAX_ROUNDS {
            self.rounds += 1;
            let view = self.surface.view(&self.point);
            if !view.loss.is_finite() {
                return Err("the numbers leave the range of the float search; rescale the data".into());
            }
            if !go_on(self.rounds, view.loss, &self.point) {
                return Err("stopped".into());
            }
            if !self.simplify.decays && view.loss <= self.surface.negligible_loss() {
                return Ok(End::Zero);
            }
            idle = if view.loss < least * (1.0 - 1e-13) { 0 } else { idle + 1 };
            least = least.min(view.loss);
            if idle > MAX_IDLE + 2 * self.held() {
                return Err(format!("the search makes no progress any more (loss {:.6e})", view.loss));
            }
            if self.simplify.small(self.surface, &mut self.point, &view, false) {
                continue;
            }
            let gradient = self.surface.gradient(&self.point, &view);
            let (direction, gain, needed) = self.newton(&view, &gradient)?;
            let minimised = gain <= FACE_TOLERANCE * view.loss;
            if minimised {
                if self.shift > LEAST_SHIFT && !needed {
                    self.shift = (self.shift / 100.0).max(LEAST_SHIFT);
                    continue;
                }
                if self.simplify.small(self.surface, &mut self.point, &view, true) {
                    continue;
                }
                let all = idle < MAX_IDLE_AT_ONCE;
                let released = released(self.surface, &self.point, &view, &gradient, MULTIPLIER_TOLERANCE, all);
                if !released.is_empty() {
                    released.into_iter().for_each(|(i, ray, side)| self.point.units[i].sides[ray] = side);
                    last = 0;
                    continue;
                }
                last += 1;
                if gain <= LAST_TOLERANCE * view.loss || last > MAX_LAST {
                    return Ok(End::Stationary);
                }
                if self.stays(&direction) {
                    self.point.step(1.0, &direction);
                    return_to_kinks(self.surface, &mut self.point);
                    continue;
                }
            }
            let (point, length) = follow(self.surface, &self.point, &view, &direction, LONGEST);
            self.point = point;
            return_to_kinks(self.surface, &mut self.point);
            if !minimised {
                self.damp(length);
            }
        }
        Err(format!("the search was still moving after {MAX_ROUNDS} rounds"))
    }

    fn held(&self) -> usize {
        self.point.units.iter().map(|u| u.kinks().len()).sum()
    }

    /// Steps that kinks cut short are made shorter, where the model holds, and long ones longer.
    fn damp(&mut self, length: f64) {
        if length < 0.1 {
            self.shift = (self.shift * 10.0).min(MOST_SHIFT);
        } else if length >= 0.5 {
            self.shift = (self.shift / 10.0).max(LEAST_SHIFT);
        }
    }

    /// The damped Newton step of the face, half the decrease it promises, and whether the Hessian needed more damping
    /// to be definite.
    fn newton(&mut self, view: &View, gradient: &Gradient) -> Result<(Direction, f64, bool), String> {
        let frame = Frame::new(self.surface, &self.point);
        let g = frame.reduce(gradient);
        let h = frame.hessian(self.surface, &self.point, view, gradient);
        let largest = (0..frame.size).map(|p| h[p][p]).fold(f64::MIN_POSITIVE, f64::max);
        let mut needed = false;
        loop {
            if let Some(factor) = Factor::new(&h, self.shift * largest) {
                let d: Vec<f64> = factor.solve(&g).iter().map(|v| -v).collect();
                let gain = -0.5 * inner(&g, &d);
                return Ok((frame.expand(&d), gain, needed));
            }
            needed = true;
            self.shift *= 10.0;
            if !self.shift.is_finite() {
                return Err("the second derivatives leave the range of floats".into());
            }
        }
    }

    /// Whether a whole step changes no side.
    fn stays(&self, direction: &Direction) -> bool {
        let mut next = self.point.clone();
        next.step(1.0, direction);
        next.units.iter().all(|unit| self.surface.has_signs(&unit.input, &unit.sides))
    }
}

/// Rounding moves held samples off their kinks; this moves the input weights back, as little as possible.
pub fn return_to_kinks(surface: &Surface, point: &mut Point) {
    for i in 0..point.units.len() {
        if point.units[i].sides.contains(&Side::Kink) {
            let (span, _) = kink_span(surface, point, i);
            let back = span.shortest(surface.width());
            axpy(1.0, &back, &mut point.units[i].input);
        }
    }
}

/// Rays that depend on those held are on the kink with them.
pub fn hold_dependent(surface: &Surface, point: &mut Point, i: usize) {
    let unit = &mut point.units[i];
    let mut span = Span::default();
    unit.kinks().into_iter().for_each(|r| {
        span.add(&surface.rays[r].x, 0.0);
    });
    for (ray, side) in surface.rays.iter().zip(&mut unit.sides) {
        if *side != Side::Kink && span.contains(&ray.x) {
            *side = Side::Kink;
        }
    }
}
