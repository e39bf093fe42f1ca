//! The penalised loss along a line in all parameters: in each cell a polynomial of degree four, followed from cell to
//! cell to its first minimum.

use super::descent::hold_dependent;
use super::newton::free;
use super::point::{Direction, Point, View};
use super::span::Span;
use super::surface::{Row, Surface};
use crate::exact::cell::Side;
use crate::search::polish::kkt::{axpy, inner};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Rates of w.x_C below this, relative to the sizes of both, do not decide a side.
const RATE_TOLERANCE: f64 = 1e-13;

/// The errors of all rows as a + b t + c t^2, and the loss as a polynomial in t.
struct Piece<'a> {
    surface: &'a Surface,
    /// For each output and row.
    errors: Vec<Vec<[f64; 3]>>,
    loss: [f64; 5],
}

impl Piece<'_> {
    /// Adds `sign` times the loss of a row.
    fn count(&mut self, j: usize, k: usize, sign: f64) {
        let [a, b, c] = self.errors[j][k];
        let half = 0.5 * sign * self.surface.rows[k].weight;
        let terms = [a * a, 2.0 * a * b, b * b + 2.0 * a * c, 2.0 * b * c, c * c];
        self.loss.iter_mut().zip(terms).for_each(|(l, t)| *l += half * t);
    }

    fn derivative(&self, t: f64) -> f64 {
        let l = &self.loss;
        l[1] + t * (2.0 * l[2] + t * (3.0 * l[3] + t * 4.0 * l[4]))
    }

    /// The first point of (from, to) where the derivative, negative at `from`, reaches zero.
    fn minimum(&self, from: f64, to: f64) -> Option<f64> {
        let [_, _, l2, l3, l4] = self.loss;
        // Between the zeros of the second derivative the first is monotone.
        let mut stops: Vec<f64> =
            zeros(2.0 * l2, 6.0 * l3, 12.0 * l4).into_iter().filter(|t| from < *t && *t < to).collect();
        stops.push(to);
        let mut low = from;
        for stop in stops {
            if self.derivative(stop) >= 0.0 {
                return Some(self.bisect(low, stop));
            }
            low = stop;
        }
        None
    }

    fn bisect(&self, mut low: f64, mut high: f64) -> f64 {
        loop {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                return high;
            }
            if self.derivative(middle) >= 0.0 {
                high = middle;
            } else {
                low = middle;
            }
        }
    }
}

/// The real zeros of a + b t + c t^2, ascending.
fn zeros(a: f64, b: f64, c: f64) -> Vec<f64> {
    let discriminant = b * b - 4.0 * a * c;
    if discriminant.is_nan() || discriminant < 0.0 {
        return Vec::new();
    }
    let q = -0.5 * (b + discriminant.sqrt().copysign(b));
    let mut found: Vec<f64> = [a / q, q / c].into_iter().filter(|t| t.is_finite()).collect();
    found.sort_by(f64::total_cmp);
    found
}

/// A unit on its way: w = base + t direction, w.x_C = along + t rate.
struct Moving {
    base: Vec<f64>,
    direction: Vec<f64>,
    along: Vec<f64>,
    rates: Vec<f64>,
    /// Counts the bends, so that events before the last one are known.
    bends: usize,
}

/// A ray of a unit that reaches its kink.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Event {
    at: f64,
    unit: usize,
    ray: usize,
    bends: usize,
}

impl Eq for Event {}

impl Ord for Event {
    /// The earliest is the greatest, as the heap wants it.
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at).then((other.unit, other.ray).cmp(&(self.unit, self.ray)))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A walk in progress.
struct Walk<'a> {
    surface: &'a Surface,
    direction: &'a Direction,
    /// Where it started; its sides change on the way.
    point: Point,
    moving: Vec<Moving>,
    piece: Piece<'a>,
    events: BinaryHeap<Event>,
}

/// Follows the loss from a point along a direction, at most to `limit`, as long as it falls: across kinks behind which
/// it goes on falling, and along those behind which it would rise, which are held from there on. Where that ends, and how far
/// along it is.
pub fn follow(surface: &Surface, point: &Point, view: &View, direction: &Direction, limit: f64) -> (Point, f64) {
    let mut walk = Walk::new(surface, point, view, direction);
    let length = walk.run(limit);
    (walk.end(length), length)
}

impl<'a> Walk<'a> {
    fn new(surface: &'a Surface, point: &Point, view: &View, direction: &'a Direction) -> Self {
        let errors = (0..surface.outputs).map(|j| {
            let error = |row: &Row| [point.bias[j] - row.target[j], direction.bias[j], 0.0];
            surface.rows.iter().map(error).collect()
        });
        let units = point.units.iter().zip(&direction.units).zip(&view.along);
        let moving = units.map(|((unit, (input, _)), along)| Moving {
            base: unit.input.clone(),
            direction: input.clone(),
            along: along.clone(),
            rates: surface.rays.iter().map(|ray| inner(&ray.x, input)).collect(),
            bends: 0,
        });
        let moving = moving.collect();
        let piece = Piece { surface, errors: errors.collect(), loss: [0.0; 5] };
        let point = point.clone();
        let mut walk = Self { surface, direction, point, moving, piece, events: BinaryHeap::new() };
        for i in 0..walk.moving.len() {
            walk.count_unit(i, 1.0);
            walk.plan(i, 0.0);
        }
        walk.recount();
        walk
    }

    /// Adds `sign` times what a unit contributes to the errors.
    fn count_unit(&mut self, i: usize, sign: f64) {
        let (unit, moving, output) = (&self.point.units[i], &self.moving[i], &self.direction.units[i].1);
        let mass = sign * unit.mass();
        for (r, (ray, side)) in self.surface.rays.iter().zip(&unit.sides).enumerate() {
            let (z, rate) = (moving.along[r], moving.rates[r]);
            for &k in ray.rows.iter().filter(|_| *side != Side::Kink) {
                let slope = mass * self.surface.slope(*side, k);
                add_to(&mut self.piece.errors, k, slope, (&unit.output, output), (z, rate));
            }
        }
    }

    /// The loss's polynomial from the errors and the penalty.
    fn recount(&mut self) {
        self.piece.loss = self.penalty();
        for j in 0..self.surface.outputs {
            (0..self.surface.rows.len()).for_each(|k| self.piece.count(j, k, 1.0));
        }
    }

    /// The penalty as a polynomial.
    fn penalty(&self) -> [f64; 5] {
        let (surface, mut loss) = (self.surface, [0.0; 5]);
        let mut add = |decay: f64, z: f64, d: f64| {
            loss[0] += 0.5 * decay * z * z;
            loss[1] += decay * z * d;
            loss[2] += 0.5 * decay * d * d;
        };
        for ((unit, moving), (_, output)) in self.point.units.iter().zip(&self.moving).zip(&self.direction.units) {
            let mass = unit.mass();
            let input = moving.base.iter().zip(&moving.direction).zip(&surface.input_decay);
            input.for_each(|((w, d), l)| add(mass * l, *w, *d));
            unit.output.iter().zip(output).for_each(|(h, d)| add(mass * surface.decay.output, *h, *d));
        }
        self.point.bias.iter().zip(&self.direction.bias).for_each(|(b, d)| add(surface.decay.output_bias, *b, *d));
        loss
    }

    /// The events of a unit from `now` on.
    fn plan(&mut self, i: usize, now: f64) {
        let (unit, moving) = (&self.point.units[i], &self.moving[i]);
        let size = inner(&moving.direction, &moving.direction).sqrt();
        for (ray, side) in unit.sides.iter().enumerate() {
            let rate = moving.rates[ray];
            let leaving = match side {
                Side::Plus => rate < 0.0,
                Side::Minus => rate > 0.0,
                Side::Kink => false,
            };
            if leaving && rate.abs() > RATE_TOLERANCE * size * self.surface.rays[ray].size {
                let at = (-moving.along[ray] / rate).max(now);
                self.events.push(Event { at, unit: i, ray, bends: moving.bends });
            }
        }
    }

    /// Walks; how far it came.
    fn run(&mut self, limit: f64) -> f64 {
        let mut now = 0.0;
        if self.piece.derivative(now) >= 0.0 {
            return now;
        }
        while let Some(event) = self.events.pop().filter(|event| event.at <= limit) {
            if event.bends < self.moving[event.unit].bends {
                continue;
            }
            if let Some(minimum) = self.piece.minimum(now, event.at) {
                return minimum;
            }
            now = event.at;
            self.cross(event);
            if self.piece.derivative(now) >= 0.0 {
                self.bend(event);
                if self.piece.derivative(now) >= 0.0 {
                    return now;
                }
            }
        }
        self.piece.minimum(now, limit).unwrap_or(limit)
    }

    /// Goes to the other side of a kink.
    fn cross(&mut self, Event { unit: i, ray, .. }: Event) {
        let (moving, output) = (&self.moving[i], &self.direction.units[i].1);
        let unit = &mut self.point.units[i];
        let (side, other) = (unit.sides[ray], opposite(unit.sides[ray]));
        for &k in &self.surface.rays[ray].rows {
            (0..self.surface.outputs).for_each(|j| self.piece.count(j, k, -1.0));
            let change = unit.mass() * (self.surface.slope(other, k) - self.surface.slope(side, k));
            let moves = (moving.along[ray], moving.rates[ray]);
            add_to(&mut self.piece.errors, k, change, (&unit.output, output), moves);
            (0..self.surface.outputs).for_each(|j| self.piece.count(j, k, 1.0));
        }
        unit.sides[ray] = other;
    }

    /// Holds the kink, with those that depend on it, and goes on along it.
    fn bend(&mut self, Event { at, unit: i, ray, .. }: Event) {
        self.count_unit(i, -1.0);
        self.point.units[i].sides[ray] = Side::Kink;
        hold_dependent(self.surface, &mut self.point, i);
        let (unit, moving) = (&self.point.units[i], &mut self.moving[i]);
        let mut direction = moving.direction.clone();
        let mut span = Span::default();
        for r in unit.kinks() {
            let x = free(&unit.pinned, &self.surface.rays[r].x);
            span.add(&x, -inner(&x, &direction));
        }
        axpy(1.0, &span.shortest(direction.len()), &mut direction);
        // The same point at `at`, with the new direction.
        axpy(at, &moving.direction, &mut moving.base);
        axpy(-at, &direction, &mut moving.base);
        moving.direction = direction;
        for (r, ray) in self.surface.rays.iter().enumerate() {
            let rate = inner(&ray.x, &moving.direction);
            moving.along[r] += at * (moving.rates[r] - rate);
            moving.rates[r] = rate;
        }
        moving.bends += 1;
        self.count_unit(i, 1.0);
        self.recount();
        self.plan(i, at);
    }

    /// The point at the end.
    fn end(mut self, length: f64) -> Point {
        for ((unit, moving), (_, output)) in self.point.units.iter_mut().zip(self.moving).zip(&self.direction.units) {
            unit.input = moving.base;
            axpy(length, &moving.direction, &mut unit.input);
            axpy(length, output, &mut unit.output);
        }
        axpy(length, &self.direction.bias, &mut self.point.bias);
        self.point
    }
}

/// Adds slope (h + t dh)(z + t rate) to the errors of row k.
fn add_to(errors: &mut [Vec<[f64; 3]>], k: usize, slope: f64, (h, dh): (&[f64], &[f64]), (z, rate): (f64, f64)) {
    if slope == 0.0 {
        return;
    }
    for ((e, h), dh) in errors.iter_mut().zip(h).zip(dh) {
        e[k][0] += slope * h * z;
        e[k][1] += slope * (h * rate + dh * z);
        e[k][2] += slope * dh * rate;
    }
}

/// The other side of the kink.
fn opposite(side: Side) -> Side {
    match side {
        Side::Plus => Side::Minus,
        Side::Minus => Side::Plus,
        Side::Kink => Side::Kink,
    }
}
