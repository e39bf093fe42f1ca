//! The second-order model of the penalised loss on the face of a point: kinks held, pinned coordinates fixed.

use super::dense::gram;
use super::point::{Direction, Gradient, Point, View};
use super::span::Span;
use super::surface::Surface;
use crate::search::polish::kkt::{axpy, inner};

/// The directions in which a point may move: orthonormal in each neuron's input weights.
pub struct Frame {
    units: Vec<Part>,
    bias: Option<usize>,
    width: usize,
    outputs: usize,
    /// How many there are.
    pub size: usize,
}

struct Part {
    basis: Vec<Vec<f64>>,
    outputs: Vec<usize>,
    start: usize,
    mass: f64,
}

/// The vectors of a unit's kinks in its free coordinates, with -w.x_C; and the independent ones among them.
pub fn kink_span(surface: &Surface, point: &Point, i: usize) -> (Span, Vec<usize>) {
    let unit = &point.units[i];
    let mut span = Span::default();
    let independent = unit.kinks().into_iter().filter(|&r| {
        let x = &surface.rays[r].x;
        span.add(&free(unit.pinned.as_slice(), x), -inner(x, &unit.input))
    });
    let independent: Vec<usize> = independent.collect();
    (span, independent)
}

/// The vector with its pinned coordinates at zero.
pub fn free(pinned: &[usize], x: &[f64]) -> Vec<f64> {
    x.iter().enumerate().map(|(a, v)| if pinned.contains(&a) { 0.0 } else { *v }).collect()
}

impl Frame {
    /// The free directions at a point.
    pub fn new(surface: &Surface, point: &Point) -> Self {
        let width = surface.width();
        let mut size = 0;
        let mut units = Vec::with_capacity(point.units.len());
        for (i, unit) in point.units.iter().enumerate() {
            let (mut span, _) = kink_span(surface, point, i);
            for &a in unit.pinned.iter().filter(|&&a| a < width) {
                span.add(&(0..width).map(|b| f64::from(u8::from(a == b))).collect::<Vec<_>>(), 0.0);
            }
            let basis = span.complement(width);
            let outputs: Vec<usize> = (0..surface.outputs).filter(|j| unit.is_free(width + j)).collect();
            let count = basis.len() + outputs.len();
            units.push(Part { basis, outputs, start: size, mass: unit.mass() });
            size += count;
        }
        let bias = surface.has_bias.then_some(size);
        size += if surface.has_bias { surface.outputs } else { 0 };
        Self { units, bias, width, outputs: surface.outputs, size }
    }

    /// The gradient along the free directions.
    pub fn reduce(&self, gradient: &Gradient) -> Vec<f64> {
        let mut reduced = Vec::with_capacity(self.size);
        for (part, (input, output)) in self.units.iter().zip(&gradient.units) {
            reduced.extend(part.basis.iter().map(|b| part.mass * inner(b, input)));
            reduced.extend(part.outputs.iter().map(|&j| part.mass * output[j]));
        }
        if self.bias.is_some() {
            reduced.extend(&gradient.bias);
        }
        reduced
    }

    /// The coordinates of the linear form u_i -> u_i.x.
    pub fn along(&self, i: usize, x: &[f64]) -> Vec<f64> {
        let mut values = vec![0.0; self.size];
        let part = &self.units[i];
        values[part.start..].iter_mut().zip(&part.basis).for_each(|(v, b)| *v = inner(b, x));
        values
    }

    /// The coordinate of the output bias's first number; the number of coordinates where there is none.
    pub fn bias_start(&self) -> usize {
        self.bias.unwrap_or(self.size)
    }

    /// The direction with these coordinates.
    pub fn expand(&self, values: &[f64]) -> Direction {
        let mut units = Vec::with_capacity(self.units.len());
        for part in &self.units {
            let (mut input, mut output) = (vec![0.0; self.width], vec![0.0; self.outputs]);
            part.basis.iter().zip(&values[part.start..]).for_each(|(b, v)| axpy(*v, b, &mut input));
            let rest = &values[part.start + part.basis.len()..];
            part.outputs.iter().zip(rest).for_each(|(&j, v)| output[j] = *v);
            units.push((input, output));
        }
        let bias = self.bias.map_or(vec![0.0; self.outputs], |start| values[start..].to_vec());
        Direction { units, bias }
    }

    /// The derivatives of all errors along the free directions, one vector for each direction, rows times `roots`.
    pub fn columns(&self, surface: &Surface, point: &Point, view: &View, roots: &[f64]) -> Vec<Vec<f64>> {
        let n = surface.rows.len();
        let mut columns = Vec::with_capacity(self.size);
        for ((part, unit), along) in self.units.iter().zip(&point.units).zip(&view.along) {
            let fill = |value: &dyn Fn(usize) -> f64, factors: &[f64]| {
                let mut column = vec![0.0; n * self.outputs];
                for (r, (ray, side)) in surface.rays.iter().zip(&unit.sides).enumerate() {
                    let v = part.mass * value(r);
                    for &k in &ray.rows {
                        let slope = surface.slope(*side, k) * roots[k] * v;
                        if slope != 0.0 {
                            factors.iter().enumerate().for_each(|(j, h)| column[j * n + k] = slope * h);
                        }
                    }
                }
                column
            };
            for b in &part.basis {
                columns.push(fill(&|r| inner(b, &surface.rays[r].x), &unit.output));
            }
            for &j in &part.outputs {
                let unit: Vec<f64> = (0..self.outputs).map(|other| f64::from(u8::from(other == j))).collect();
                columns.push(fill(&|r| along[r], &unit));
            }
        }
        if self.bias.is_some() {
            for j in 0..self.outputs {
                let mut column = vec![0.0; n * self.outputs];
                column[j * n..(j + 1) * n].copy_from_slice(roots);
                columns.push(column);
            }
        }
        columns
    }

    /// The second derivative along the free directions: the lower triangle, by rows.
    pub fn hessian(&self, surface: &Surface, point: &Point, view: &View, gradient: &Gradient) -> Vec<Vec<f64>> {
        let roots: Vec<f64> = surface.rows.iter().map(|r| r.weight.sqrt()).collect();
        let columns = self.columns(surface, point, view, &roots);
        let mut h = gram(&columns);
        for (part, potentials) in self.units.iter().zip(&gradient.potentials) {
            for (p, b) in part.basis.iter().enumerate() {
                for (q, other) in part.basis.iter().enumerate().take(p + 1) {
                    let decay: f64 = b.iter().zip(other).zip(&surface.input_decay).map(|((b, c), l)| l * b * c).sum();
                    h[part.start + p][part.start + q] += part.mass * decay;
                }
                for (q, &j) in part.outputs.iter().enumerate() {
                    let row = part.start + part.basis.len() + q;
                    h[row][part.start + p] += part.mass * inner(&potentials[j], b);
                }
            }
            for q in 0..part.outputs.len() {
                let row = part.start + part.basis.len() + q;
                h[row][row] += part.mass * surface.decay.output;
            }
        }
        if let Some(start) = self.bias {
            (start..self.size).for_each(|p| h[p][p] += surface.decay.output_bias);
        }
        h
    }
}
