//! Looks for parameters of lower loss: random moves in floats that are kept where they help, judged exactly at the end.

use crate::boxes::{loss, net_of};
use crate::common::instance::Net;
use crate::common::linear::Q;
use crate::common::rng::Rng;
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::problem::Problem;
use num_traits::{ToPrimitive, Zero};

/// The problem in floats; parameters in one row: neuron by neuron w and h, then the output bias.
pub struct Attack<'p> {
    problem: &'p Problem,
    rows: Vec<Vec<f64>>,
    targets: Vec<Vec<f64>>,
    weights: Vec<f64>,
    slopes: [f64; 2],
    decay: Vec<f64>,
    width: usize,
    outputs: usize,
    neurons: usize,
    /// Orthonormal vectors that span the kinks of each neuron.
    kinks: Vec<Vec<Vec<f64>>>,
}

fn float(v: &Q) -> f64 {
    v.to_f64().unwrap()
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl<'p> Attack<'p> {
    /// Directions along the kinks of each neuron are tried too.
    pub fn new(problem: &'p Problem, kinks: &[Vec<usize>]) -> Self {
        let (dataset, network) = (problem.dataset(), problem.network());
        let list = |values: &Fractions| values.rationals().map(|v| float(&v)).collect::<Vec<f64>>();
        let denominator = dataset.input_denominator();
        let mut rows: Vec<Vec<f64>> = dataset
            .inputs()
            .iter()
            .map(|row| row.iter().map(|v| float(&Q::new(v.clone(), denominator.clone()))).collect())
            .collect();
        if network.has_hidden_bias() {
            rows.iter_mut().for_each(|row| row.push(1.0));
        }
        let (width, outputs, neurons) = (network.weight_count(), network.output_count(), network.neurons().len());
        let penalty = problem.penalty();
        let input = (0..width).map(|a| float(penalty.of_input(a, width, network.has_hidden_bias())));
        let own: Vec<f64> = input.chain((0..outputs).map(|_| float(&penalty.output))).collect();
        let bias = network.output_bias().map_or(0, Fractions::len);
        let decay = own.repeat(neurons).into_iter().chain(vec![float(&penalty.output_bias); bias]).collect();
        let activation = network.activation();
        Self {
            problem,
            targets: dataset.targets().iter().map(list).collect(),
            weights: dataset.weights().map_or_else(|| vec![1.0; rows.len()], list),
            slopes: [float(&activation.positive), float(&activation.negative)],
            kinks: kinks.iter().map(|kinks| orthonormal(kinks.iter().map(|k| rows[*k].clone()))).collect(),
            rows,
            decay,
            width,
            outputs,
            neurons,
        }
    }

    /// The parameters in one row.
    pub fn flat(&self, net: &Net) -> Vec<f64> {
        let neurons = net.w.iter().zip(&net.h).flat_map(|(w, h)| w.iter().chain(h));
        neurons.chain(net.bias.iter().flatten()).map(float).collect()
    }

    /// One number for each parameter: for input weights, output weights and the output bias.
    pub fn spread(&self, input: f64, output: f64, bias: f64) -> Vec<f64> {
        let own = [vec![input; self.width], vec![output; self.outputs]].concat();
        let mut all = own.repeat(self.neurons);
        all.resize(self.decay.len(), bias);
        all
    }

    /// The exact loss of floats.
    pub fn exact(&self, flat: &[f64]) -> Q {
        let mut net = net_of(self.problem.network());
        let places = net.w.iter_mut().zip(&mut net.h).flat_map(|(w, h)| w.iter_mut().chain(h));
        places.chain(net.bias.iter_mut().flatten()).zip(flat).for_each(|(v, f)| *v = Q::from_float(*f).unwrap());
        loss(self.problem, &net)
    }

    fn loss(&self, flat: &[f64]) -> f64 {
        let own = self.width + self.outputs;
        let mut total: f64 = self.decay.iter().zip(flat).map(|(l, v)| l * v * v).sum();
        for (k, row) in self.rows.iter().enumerate() {
            let mut f: Vec<f64> = flat[self.neurons * own..].to_vec();
            f.resize(self.outputs, 0.0);
            for neuron in flat.chunks(own).take(self.neurons) {
                let z = inner(row, &neuron[..self.width]);
                let activation = z * self.slopes[usize::from(z < 0.0)];
                f.iter_mut().zip(&neuron[self.width..]).for_each(|(f, h)| *f += h * activation);
            }
            total += self.weights[k] * f.iter().zip(&self.targets).map(|(f, y)| (f - y[k]).powi(2)).sum::<f64>();
        }
        total / 2.0
    }

    /// All parameters, one neuron, one neuron along its kinks, or one coordinate.
    fn direction(&self, rng: &mut Rng, reach: &[f64]) -> Vec<f64> {
        let mut direction: Vec<f64> = reach.iter().map(|r| r * (rng.range(-1000, 1000) as f64) / 1000.0).collect();
        let own = self.width + self.outputs;
        let neuron = rng.below(self.neurons);
        let kind = rng.below(5);
        let coordinate = rng.below(direction.len());
        for (c, v) in direction.iter_mut().enumerate() {
            if (kind == 1 || kind == 2) && c / own != neuron || kind == 3 && c != coordinate {
                *v = 0.0;
            }
        }
        if kind == 2 || kind == 4 {
            for (i, kinks) in self.kinks.iter().enumerate() {
                let u = &mut direction[i * own..i * own + self.width];
                for e in kinks {
                    let along = inner(u, e);
                    u.iter_mut().zip(e).for_each(|(u, e)| *u -= along * e);
                }
            }
        }
        direction
    }

    /// Exact losses at parameters within `reach` of the middle: random ones, and where a walk downhill from them ends.
    /// The least of them.
    pub fn least(&self, middle: &[f64], reach: &[f64], rng: &mut Rng, starts: usize, steps: usize) -> Q {
        let mut least: Option<Q> = None;
        let mut see = |loss: Q| {
            if least.as_ref().is_none_or(|l| loss < *l) {
                least = Some(loss);
            }
        };
        for _ in 0..starts {
            let size = rng.pick(&[1.0, 1.0, 0.3, 1e-1, 1e-2, 1e-4]);
            let start = self.direction(rng, reach);
            let mut here: Vec<f64> = middle.iter().zip(start).map(|(m, d)| m + size * d).collect();
            clamp(&mut here, middle, reach);
            see(self.exact(&here));
            let (mut low, mut step) = (self.loss(&here), size);
            for _ in 0..steps {
                let direction = self.direction(rng, reach);
                let mut next: Vec<f64> = here.iter().zip(direction).map(|(v, d)| v + step * d).collect();
                clamp(&mut next, middle, reach);
                let there = self.loss(&next);
                if there < low {
                    (here, low, step) = (next, there, (step * 2.0).min(1.0));
                } else {
                    step = if step < 1e-7 { size } else { step * 0.9 };
                }
            }
            see(self.exact(&here));
        }
        least.unwrap_or_else(Q::zero)
    }
}

/// Into the cube around the middle, a little inside it: sums round.
fn clamp(values: &mut [f64], middle: &[f64], reach: &[f64]) {
    for ((v, m), r) in values.iter_mut().zip(middle).zip(reach) {
        let r = r * (1.0 - 1e-9);
        *v = v.clamp(m - r, m + r);
    }
}

fn orthonormal(rows: impl Iterator<Item = Vec<f64>>) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for mut row in rows {
        let size = inner(&row, &row).sqrt();
        for e in &basis {
            let along = inner(&row, e);
            row.iter_mut().zip(e).for_each(|(r, e)| *r -= along * e);
        }
        let left = inner(&row, &row).sqrt();
        if left > 1e-9 * size {
            row.iter_mut().for_each(|r| *r /= left);
            basis.push(row);
        }
    }
    basis
}
