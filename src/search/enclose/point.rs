//! A point of the search: parameters with sides, and what follows from them.

use super::surface::{Ray, Surface};
use crate::exact::cell::Side;
use crate::search::polish::kkt::{axpy, inner};

/// A neuron with w_i != 0 and h_i != 0, together with those that are multiples of it.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its index in the network.
    pub index: usize,
    /// w_i in scaled coordinates.
    pub input: Vec<f64>,
    /// h_i.
    pub output: Vec<f64>,
    /// The side of each ray; on the kink it is held there.
    pub sides: Vec<Side>,
    /// Coordinates that do not move, ascending: inputs, then outputs.
    pub pinned: Vec<usize>,
    /// Neurons w_j = ratio w_i, h_j = ratio h_i.
    pub split: Vec<(usize, f64)>,
}

impl Unit {
    /// 1 + the sum of the squared ratios: how often the neuron counts in f and in the penalty.
    pub fn mass(&self) -> f64 {
        1.0 + self.split.iter().map(|(_, r)| r * r).sum::<f64>()
    }

    /// Whether coordinate `a` moves.
    pub fn is_free(&self, a: usize) -> bool {
        !self.pinned.contains(&a)
    }

    /// The rays on the kink.
    pub fn kinks(&self) -> Vec<usize> {
        (0..self.sides.len()).filter(|&r| self.sides[r] == Side::Kink).collect()
    }
}

/// Parameters with sides.
#[derive(Debug, Clone)]
pub struct Point {
    /// The neurons that take part.
    pub units: Vec<Unit>,
    /// The output bias, J numbers; zeros where there is none.
    pub bias: Vec<f64>,
}

impl Point {
    /// Moves along a direction.
    pub fn step(&mut self, length: f64, direction: &Direction) {
        for (unit, (input, output)) in self.units.iter_mut().zip(&direction.units) {
            axpy(length, input, &mut unit.input);
            axpy(length, output, &mut unit.output);
        }
        axpy(length, &direction.bias, &mut self.bias);
    }
}

/// A change of all parameters of a point.
#[derive(Debug, Clone)]
pub struct Direction {
    /// Changes of (w_i, h_i) of each unit.
    pub units: Vec<(Vec<f64>, Vec<f64>)>,
    /// Change of the output bias.
    pub bias: Vec<f64>,
}

/// What follows from a point.
#[derive(Debug, Clone)]
pub struct View {
    /// w_i.x_C of each unit and ray; zero on the kink.
    pub along: Vec<Vec<f64>>,
    /// f - y of each output and row.
    pub errors: Vec<Vec<f64>>,
    /// The penalised loss, without the spread of targets inside equal rows.
    pub loss: f64,
}

/// The derivative of the loss, kinks held.
pub struct Gradient {
    /// Of (w_i, h_i), divided by the unit's mass.
    pub units: Vec<(Vec<f64>, Vec<f64>)>,
    /// P_ij = sum_k eps_kj slope_ik x_k of each unit and output.
    pub potentials: Vec<Vec<Vec<f64>>>,
    /// Of the output bias.
    pub bias: Vec<f64>,
}

impl Surface {
    /// Evaluates a point.
    pub fn view(&self, point: &Point) -> View {
        let mut errors: Vec<Vec<f64>> =
            (0..self.outputs).map(|j| self.rows.iter().map(|r| point.bias[j] - r.target[j]).collect()).collect();
        let mut along = Vec::with_capacity(point.units.len());
        let d = &self.decay;
        let mut penalty = d.output_bias * inner(&point.bias, &point.bias);
        for unit in &point.units {
            let mass = unit.mass();
            let value = |(ray, side): (&Ray, &Side)| match side {
                Side::Kink => 0.0,
                _ => inner(&ray.x, &unit.input),
            };
            let z: Vec<f64> = self.rays.iter().zip(&unit.sides).map(value).collect();
            for (ray, (z, side)) in self.rays.iter().zip(z.iter().zip(&unit.sides)) {
                for &k in &ray.rows {
                    let value = mass * self.slope(*side, k) * z;
                    if value != 0.0 {
                        errors.iter_mut().zip(&unit.output).for_each(|(e, h)| e[k] += h * value);
                    }
                }
            }
            let decayed: f64 = unit.input.iter().zip(&self.input_decay).map(|(w, l)| l * w * w).sum();
            penalty += mass * (decayed + d.output * inner(&unit.output, &unit.output));
            along.push(z);
        }
        let squares = errors.iter().map(|e| e.iter().zip(&self.rows).map(|(e, r)| r.weight * e * e).sum::<f64>());
        let loss = 0.5 * (squares.sum::<f64>() + penalty);
        View { along, errors, loss }
    }

    /// The gradient at a point.
    pub fn gradient(&self, point: &Point, view: &View) -> Gradient {
        let eps: Vec<Vec<f64>> =
            view.errors.iter().map(|e| e.iter().zip(&self.rows).map(|(e, r)| r.weight * e).collect()).collect();
        let sum = |(eps, b): (&Vec<f64>, &f64)| eps.iter().sum::<f64>() + self.decay.output_bias * b;
        let bias = match self.has_bias {
            true => eps.iter().zip(&point.bias).map(sum).collect(),
            false => vec![0.0; self.outputs],
        };
        let mut units = Vec::with_capacity(point.units.len());
        let mut potentials = Vec::with_capacity(point.units.len());
        for unit in &point.units {
            let potential: Vec<Vec<f64>> = eps.iter().map(|eps| self.potential(&unit.sides, eps)).collect();
            let mut input: Vec<f64> = unit.input.iter().zip(&self.input_decay).map(|(w, l)| l * w).collect();
            unit.output.iter().zip(&potential).for_each(|(h, p)| axpy(*h, p, &mut input));
            let output = unit.output.iter().zip(&potential);
            let output = output.map(|(h, p)| inner(p, &unit.input) + self.decay.output * h).collect();
            units.push((input, output));
            potentials.push(potential);
        }
        Gradient { units, potentials, bias }
    }

    /// sum_k eps_k slope_k x_k over the rows that are not on the kink.
    pub fn potential(&self, sides: &[Side], eps: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.width()];
        for (ray, side) in self.rays.iter().zip(sides) {
            let factor: f64 = ray.rows.iter().map(|&k| self.slope(*side, k) * eps[k]).sum();
            if factor != 0.0 {
                axpy(factor, &ray.x, &mut sum);
            }
        }
        sum
    }
}
