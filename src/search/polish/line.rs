//! The loss along a line: piecewise quadratic, followed from piece to piece to its first minimum.

use super::kkt::inner;
use super::landscape::{Landscape, State};
use crate::exact::cell::Side;

/// Where a line search ends.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// How far along the direction.
    pub length: f64,
    /// Neurons and rows that changed sides on the way.
    pub crossed: Vec<(usize, usize)>,
    /// Neurons and rows that left their kink, and to which side: kinks that depend on others are not held by them.
    pub left: Vec<(usize, usize, Side)>,
    /// The neuron and row whose kink stops the descent, if one does.
    pub blocked: Option<(usize, usize)>,
}

/// A direction in the moving parameters.
#[derive(Debug, Clone)]
pub struct Direction {
    /// For each moving neuron.
    pub neurons: Vec<Vec<f64>>,
    /// For the bias.
    pub bias: f64,
}

impl Direction {
    /// Splits the unknowns' vector.
    pub fn new(landscape: &Landscape, values: &[f64]) -> Self {
        let width = landscape.width();
        let neurons: Vec<Vec<f64>> =
            values.chunks(width.max(1)).take(landscape.neurons.len()).map(<[f64]>::to_vec).collect();
        Self { neurons, bias: if landscape.has_bias { values[values.len() - 1] } else { 0.0 } }
    }
}

/// The piece of the loss between two breakpoints: for each row e = offset + rate t; derivative = slope + curvature t.
struct Piece<'a> {
    weights: &'a [f64],
    offsets: Vec<f64>,
    rates: Vec<f64>,
    slope: f64,
    curvature: f64,
}

impl Piece<'_> {
    /// Changes the rate of row k by `change` at the point t, where e is continuous.
    fn bend(&mut self, k: usize, change: f64, t: f64) {
        let (c, rate) = (self.weights[k], self.rates[k]);
        self.slope -= c * self.offsets[k] * rate;
        self.curvature -= c * rate * rate;
        let (new_rate, new_offset) = (rate + change, self.offsets[k] - change * t);
        self.rates[k] = new_rate;
        self.offsets[k] = new_offset;
        self.slope += c * new_offset * new_rate;
        self.curvature += c * new_rate * new_rate;
    }

    fn derivative(&self, t: f64) -> f64 {
        self.slope + self.curvature * t
    }
}

/// Follows the loss from the state along the direction to the first point where it stops falling, at most to `limit`.
pub fn search(landscape: &Landscape, state: &State, direction: &Direction, limit: f64) -> Step {
    let mut rates = vec![direction.bias; landscape.rows.len()];
    let mut breakpoints: Vec<(f64, usize, usize, f64)> = Vec::new();
    let mut step = Step::default();
    for (i, d) in direction.neurons.iter().enumerate() {
        let size = inner(d, d).sqrt();
        if size == 0.0 {
            continue;
        }
        let sign = landscape.neurons[i].sign;
        for (k, x) in landscape.rows.iter().enumerate() {
            let side = state.sides[i][k];
            let r = inner(d, x);
            if side == Side::Kink {
                if r.abs() > 1e-7 * size * inner(x, x).sqrt() {
                    let side = if r > 0.0 { Side::Plus } else { Side::Minus };
                    rates[k] += sign * landscape.slope(side) * r;
                    step.left.push((i, k, side));
                }
                continue;
            }
            rates[k] += sign * landscape.slope(side) * r;
            let leaving = if side == Side::Plus { r < 0.0 } else { r > 0.0 };
            // Rates below rounding noise do not decide a side.
            if leaving && r.abs() > 1e-13 * size * inner(x, x).sqrt() {
                let t = (-state.preactivations[i][k] / r).max(0.0);
                if t <= limit {
                    breakpoints.push((t, i, k, r));
                }
            }
        }
    }
    breakpoints.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let weights = &landscape.weights;
    let sum = |f: &dyn Fn(usize) -> f64| (0..rates.len()).map(f).sum::<f64>();
    let slope = sum(&|k| weights[k] * state.errors[k] * rates[k]);
    let curvature = sum(&|k| weights[k] * rates[k] * rates[k]);
    let mut piece = Piece { weights, offsets: state.errors.clone(), rates, slope, curvature };
    for (t, i, k, r) in breakpoints {
        let minimum = -piece.slope / piece.curvature;
        if minimum <= t {
            step.length = minimum.max(step.length);
            return step;
        }
        let side = state.sides[i][k];
        let change = landscape.neurons[i].sign * (landscape.slope(opposite(side)) - landscape.slope(side)) * r;
        piece.bend(k, change, t);
        step.length = t;
        if piece.derivative(t) >= 0.0 {
            step.blocked = Some((i, k));
            return step;
        }
        step.crossed.push((i, k));
    }
    let minimum = -piece.slope / piece.curvature;
    step.length = if minimum.is_finite() { minimum.clamp(step.length, limit) } else { step.length };
    step
}

/// The other side of the kink.
pub fn opposite(side: Side) -> Side {
    match side {
        Side::Plus => Side::Minus,
        Side::Minus => Side::Plus,
        Side::Kink => Side::Kink,
    }
}
