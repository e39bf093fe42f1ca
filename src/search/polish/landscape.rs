//! The loss of a scalar network in floats, along the parameters that polishing moves.
//!
//! With the output weights held fixed and u_i = |h_i| w_i, the network is f(x) = bias + sum_i s_i rho(u_i . x) with
//! s_i = sign h_i: no h is left in the search (T6). Columns are scaled to unit size. Nothing here is exact.

use super::kkt::{axpy, inner};
use super::line::Direction;
use super::side;
use crate::exact::cell::Side;
use crate::kernel::dataset::Dataset;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::network::{Network, Neuron};
use crate::kernel::samples::Samples;
use crate::search::float::{entries, ratio};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use std::collections::HashMap;

/// The data in floats: distinct input rows, scaled columns, merged targets.
#[derive(Debug, Clone)]
pub struct Landscape {
    /// Distinct rows with scaled columns.
    pub rows: Vec<Vec<f64>>,
    /// For each distinct row, the samples that have it.
    pub members: Vec<Vec<usize>>,
    /// Weighted mean target of each row's samples.
    pub targets: Vec<f64>,
    /// Sum of the sample weights of each row.
    pub weights: Vec<f64>,
    /// What each column was divided by.
    pub scales: Vec<f64>,
    /// Whether there is an output bias.
    pub has_bias: bool,
    /// Slopes a+ and a-.
    pub slopes: (f64, f64),
    /// The neurons that move: h_i != 0.
    pub neurons: Vec<Moving>,
}

/// A neuron with h_i != 0.
#[derive(Debug, Clone)]
pub struct Moving {
    /// Its index in the network.
    pub index: usize,
    /// s_i, the sign of h_i.
    pub sign: f64,
    /// |h_i|.
    pub size: f64,
}

/// The moving parameters: u_i in scaled coordinates, and the bias.
#[derive(Debug, Clone)]
pub struct Position {
    /// u_i times the column scales, for each moving neuron.
    pub neurons: Vec<Vec<f64>>,
    /// The output bias; 0 where there is none.
    pub bias: f64,
}

/// A point of the search with its sides and errors.
#[derive(Debug, Clone)]
pub struct State {
    /// The parameters.
    pub position: Position,
    /// For each moving neuron the side of each row.
    pub sides: Vec<Vec<Side>>,
    /// u_i . x for each moving neuron and row.
    pub preactivations: Vec<Vec<f64>>,
    /// f - y for each row.
    pub errors: Vec<f64>,
}

impl Landscape {
    /// The landscape around the evaluated parameters, with the state at them. Scalar output.
    pub fn new(evaluation: &Evaluation<'_>, dataset: &Dataset) -> (Self, State) {
        let network = evaluation.network();
        let (rows, members) = distinct_rows(evaluation.samples());
        let (rows, scales) = scaled(&rows, evaluation.samples().denominator());
        let targets: Vec<f64> = dataset.targets().iter().flat_map(entries).collect();
        let weights: Option<Vec<f64>> = dataset.weights().map(|c| entries(c).collect());
        let weight = |k: usize| weights.as_ref().map_or(1.0, |w| w[k]);
        let total = |ks: &Vec<usize>| ks.iter().map(|&k| weight(k)).sum::<f64>();
        let mean = |ks: &Vec<usize>| {
            let sum: f64 = ks.iter().map(|&k| weight(k) * targets[k]).sum();
            sum / total(ks).max(f64::MIN_POSITIVE)
        };
        let moving = |(index, n): (usize, &Neuron)| {
            let h = n.output.rationals().next().filter(|h| !h.is_zero())?;
            Some(Moving { index, sign: if h.is_negative() { -1.0 } else { 1.0 }, size: float(&h.abs()) })
        };
        let activation = network.activation();
        let landscape = Self {
            targets: members.iter().map(mean).collect(),
            weights: members.iter().map(total).collect(),
            scales,
            has_bias: network.output_bias().is_some(),
            slopes: (float(&activation.positive), float(&activation.negative)),
            neurons: network.neurons().iter().enumerate().filter_map(moving).collect(),
            rows,
            members,
        };
        let state = landscape.state(landscape.position(network), landscape.sides(evaluation));
        (landscape, state)
    }

    /// The moving parameters of a network.
    pub fn position(&self, network: &Network) -> Position {
        let scaled = |m: &Moving| {
            let weights = entries(&network.neurons()[m.index].input);
            weights.zip(&self.scales).map(|(w, s)| w * m.size * s).collect()
        };
        Position {
            neurons: self.neurons.iter().map(scaled).collect(),
            bias: network.output_bias().and_then(|b| entries(b).next()).unwrap_or(0.0),
        }
    }

    /// The exact sides of each moving neuron's rows.
    pub fn sides(&self, evaluation: &Evaluation<'_>) -> Vec<Vec<Side>> {
        let signs = evaluation.residuals().signs();
        self.neurons.iter().map(|m| self.members.iter().map(|ks| side(signs[m.index][ks[0]])).collect()).collect()
    }

    /// The direction that moves the input weights of one moving neuron along an integer vector.
    pub fn direction(&self, i: usize, u: &[BigInt]) -> Direction {
        let mut neurons = vec![vec![0.0; self.width()]; self.neurons.len()];
        neurons[i] = crate::search::float::scaled(u).iter().zip(&self.scales).map(|(u, s)| u * s).collect();
        // For h < 0 the neuron is s rho(u.x) with u = |h| w, so directions of w and u agree.
        Direction { neurons, bias: 0.0 }
    }

    /// The sup-distance of two positions in the network's own parameters.
    pub fn distance(&self, a: &Position, b: &Position) -> f64 {
        let mut most = (a.bias - b.bias).abs();
        for ((x, y), m) in a.neurons.iter().zip(&b.neurons).zip(&self.neurons) {
            for ((x, y), s) in x.iter().zip(y).zip(&self.scales) {
                most = most.max((x - y).abs() / (s * m.size));
            }
        }
        most
    }

    /// Number of coordinates of a row.
    pub fn width(&self) -> usize {
        self.scales.len()
    }

    /// Number of moving parameters: all u_i, then the bias.
    pub fn unknowns(&self) -> usize {
        self.neurons.len() * self.width() + usize::from(self.has_bias)
    }

    /// The slope of a side; kinks count with the mean slope, as in the vector p of THEORY 2.
    pub fn slope(&self, side: Side) -> f64 {
        match side {
            Side::Plus => self.slopes.0,
            Side::Minus => self.slopes.1,
            Side::Kink => (self.slopes.0 + self.slopes.1) / 2.0,
        }
    }

    /// Recomputes preactivations and errors at a position with given sides.
    pub fn state(&self, position: Position, sides: Vec<Vec<Side>>) -> State {
        let z = |u: &Vec<f64>| self.rows.iter().map(|x| inner(u, x)).collect();
        let preactivations: Vec<Vec<f64>> = position.neurons.iter().map(z).collect();
        let mut errors: Vec<f64> = self.targets.iter().map(|y| position.bias - y).collect();
        for ((m, z), sides) in self.neurons.iter().zip(&preactivations).zip(&sides) {
            for ((e, z), side) in errors.iter_mut().zip(z).zip(sides) {
                if *side != Side::Kink {
                    *e += m.sign * self.slope(*side) * z;
                }
            }
        }
        State { position, sides, preactivations, errors }
    }

    /// 1/2 sum c e^2 without the spread of targets inside equal rows.
    pub fn loss(&self, state: &State) -> f64 {
        0.5 * state.errors.iter().zip(&self.weights).map(|(e, c)| c * e * e).sum::<f64>()
    }

    /// The gradient of the cell's quadratic, in the order of the unknowns.
    pub fn gradient(&self, state: &State) -> Vec<f64> {
        let mut gradient = vec![0.0; self.unknowns()];
        let eps: Vec<f64> = state.errors.iter().zip(&self.weights).map(|(e, c)| c * e).collect();
        let width = self.width();
        for (i, (m, sides)) in self.neurons.iter().zip(&state.sides).enumerate() {
            let part = &mut gradient[i * width..(i + 1) * width];
            for ((x, side), eps) in self.rows.iter().zip(sides).zip(&eps) {
                let factor = m.sign * self.slope(*side) * eps;
                if factor != 0.0 {
                    axpy(factor, x, part);
                }
            }
        }
        if self.has_bias {
            gradient[self.neurons.len() * width] = eps.iter().sum();
        }
        gradient
    }

    /// The derivative of f at row k in the moving parameters; kinks contribute nothing, since they are held.
    pub fn output_gradient(&self, sides: &[Vec<Side>], k: usize) -> Vec<f64> {
        let mut a = vec![0.0; self.unknowns()];
        let width = self.width();
        for (i, (m, sides)) in self.neurons.iter().zip(sides).enumerate() {
            let slope = if sides[k] == Side::Kink { 0.0 } else { m.sign * self.slope(sides[k]) };
            if slope != 0.0 {
                axpy(slope, &self.rows[k], &mut a[i * width..(i + 1) * width]);
            }
        }
        if self.has_bias {
            a[self.neurons.len() * width] = 1.0;
        }
        a
    }

    /// Subtracts sum_k c_k a_k (a_k . d) from `out`, where a_k are the output gradients: the cell's Hessian times d.
    pub fn subtract_curvature(&self, sides: &[Vec<Side>], d: &[f64], out: &mut [f64]) {
        let width = self.width();
        let bias = self.neurons.len() * width;
        let slope = |i: usize, k: usize| match sides[i][k] {
            Side::Kink => 0.0,
            side => self.neurons[i].sign * self.slope(side),
        };
        for (k, (x, c)) in self.rows.iter().zip(&self.weights).enumerate() {
            let mut along = if self.has_bias { d[bias] } else { 0.0 };
            for i in 0..self.neurons.len() {
                let slope = slope(i, k);
                if slope != 0.0 {
                    along += slope * inner(x, &d[i * width..(i + 1) * width]);
                }
            }
            let factor = -c * along;
            for i in 0..self.neurons.len() {
                let slope = slope(i, k);
                if slope != 0.0 {
                    axpy(factor * slope, x, &mut out[i * width..(i + 1) * width]);
                }
            }
            if self.has_bias {
                out[bias] += factor;
            }
        }
    }

    /// kap of a kink: convex where positive (THEORY 2), in the scale of the gradient.
    pub fn kappa(&self, state: &State, i: usize, k: usize) -> f64 {
        let ga = (self.slopes.0 - self.slopes.1) / 2.0;
        ga * self.neurons[i].sign * self.weights[k] * state.errors[k]
    }
}

/// The nearest float, infinities avoided by dividing in integers first.
pub fn float(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

fn distinct_rows(samples: &Samples) -> (Vec<&Vec<BigInt>>, Vec<Vec<usize>>) {
    let mut places: HashMap<&Vec<BigInt>, usize> = HashMap::new();
    let mut rows = Vec::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (k, row) in samples.rows().iter().enumerate() {
        let place = *places.entry(row).or_insert_with(|| {
            rows.push(row);
            members.push(Vec::new());
            members.len() - 1
        });
        members[place].push(k);
    }
    (rows, members)
}

/// Floats of the rows with every column divided by its root mean square, and those.
fn scaled(rows: &[&Vec<BigInt>], denominator: &BigInt) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut floats: Vec<Vec<f64>> = rows.iter().map(|r| r.iter().map(|v| ratio(v, denominator)).collect()).collect();
    let width = floats.first().map_or(0, Vec::len);
    let scale = |a: usize| {
        let square: f64 = floats.iter().map(|r| r[a] * r[a]).sum();
        let rms = (square / floats.len() as f64).sqrt();
        if rms > 0.0 { rms } else { 1.0 }
    };
    let scales: Vec<f64> = (0..width).map(scale).collect();
    for row in &mut floats {
        row.iter_mut().zip(&scales).for_each(|(v, s)| *v /= s);
    }
    (floats, scales)
}
