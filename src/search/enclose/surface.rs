//! The penalised loss in floats, in all parameters at once, with the data prepared for it.
//!
//! Columns are divided by powers of two near their sizes, so nothing is rounded between scaled and real parameters.
//! Samples with equal inputs are one row; rows with parallel inputs lie on one ray and change sides together.

use crate::exact::cell::Side;
use crate::kernel::problem::Problem;
use crate::kernel::samples::Samples;
use crate::search::float::{entries, ratio};
use crate::search::polish::kkt::inner;
use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};
use std::collections::HashMap;

/// Inputs t x_C, as one row: samples with equal inputs.
#[derive(Debug, Clone)]
pub struct Row {
    /// t, relative to the ray's input vector.
    pub factor: f64,
    /// Sum of the sample weights.
    pub weight: f64,
    /// Weighted mean targets, J of them.
    pub target: Vec<f64>,
}

/// Rows with parallel inputs.
#[derive(Debug, Clone)]
pub struct Ray {
    /// x_C: the inputs of its first sample, columns scaled.
    pub x: Vec<f64>,
    /// |x_C|, scaled.
    pub size: f64,
    /// Its rows.
    pub rows: Vec<usize>,
    /// Its samples, ascending.
    pub samples: Vec<usize>,
}

/// The coefficients of the penalty (THEORY 5).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Decay {
    /// lw.
    pub input: f64,
    /// lb.
    pub hidden_bias: f64,
    /// lh.
    pub output: f64,
    /// lo.
    pub output_bias: f64,
}

impl Decay {
    /// Whether nothing is decayed.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Data, activation and decay in floats.
#[derive(Debug, Clone)]
pub struct Surface {
    /// Distinct inputs that are not zero, or one row of zeros (on no ray).
    pub rows: Vec<Row>,
    /// Distinct directions, in the order of their first samples.
    pub rays: Vec<Ray>,
    /// What each column was divided by: powers of two.
    pub scales: Vec<f64>,
    /// Slopes a+ and a-.
    pub slopes: (f64, f64),
    /// Whether there is an output bias.
    pub has_bias: bool,
    /// J.
    pub outputs: usize,
    /// Decay of each input coordinate, in scaled coordinates.
    pub input_decay: Vec<f64>,
    /// The decay in real coordinates.
    pub decay: Decay,
}

impl Surface {
    /// Prepares the data of a problem.
    pub fn new(problem: &Problem, samples: &Samples) -> Self {
        let [input, hidden_bias, output, output_bias] =
            problem.penalty().coefficients().map(|c| c.to_f64().unwrap_or(0.0));
        let decay = Decay { input, hidden_bias, output, output_bias };
        let (dataset, network) = (problem.dataset(), problem.network());
        let targets: Vec<Vec<f64>> = dataset.targets().iter().map(|y| entries(y).collect()).collect();
        let weights: Option<Vec<f64>> = dataset.weights().map(|c| entries(c).collect());
        let weight = |k: usize| weights.as_ref().map_or(1.0, |w| w[k]);
        let (rays, distinct) = arranged(samples);
        let row = |(factor, ks): &(f64, Vec<usize>)| {
            let total: f64 = ks.iter().map(|&k| weight(k)).sum();
            let mean = |y: &Vec<f64>| {
                let shift = y[ks[0]];
                shift + ks.iter().map(|&k| weight(k) * (y[k] - shift)).sum::<f64>() / total.max(f64::MIN_POSITIVE)
            };
            Row { factor: *factor, weight: total, target: targets.iter().map(mean).collect() }
        };
        let rows: Vec<Row> = distinct.iter().map(row).collect();
        let scales = scales(samples);
        let ray = |rows: Vec<usize>| {
            let mut members: Vec<usize> = rows.iter().flat_map(|&r| distinct[r].1.iter().copied()).collect();
            members.sort_unstable();
            let real = samples.rows()[members[0]].iter().map(|v| ratio(v, samples.denominator()));
            let x: Vec<f64> = real.zip(&scales).map(|(v, s)| v / s).collect();
            Ray { size: x.iter().map(|v| v * v).sum::<f64>().sqrt(), x, rows, samples: members }
        };
        let last = scales.len() - usize::from(network.has_hidden_bias());
        let per_column = |(a, s): (usize, &f64)| (if a < last { decay.input } else { decay.hidden_bias }) / (s * s);
        let activation = network.activation();
        Self {
            rays: rays.into_iter().map(ray).collect(),
            rows,
            input_decay: scales.iter().enumerate().map(per_column).collect(),
            scales,
            slopes: (activation.positive.to_f64().unwrap_or(0.0), activation.negative.to_f64().unwrap_or(0.0)),
            has_bias: network.output_bias().is_some(),
            outputs: dataset.output_count(),
            decay,
        }
    }

    /// Number of input coordinates of a neuron, the hidden bias included.
    pub fn width(&self) -> usize {
        self.scales.len()
    }

    /// A loss that is zero up to rounding.
    pub fn negligible_loss(&self) -> f64 {
        let square = |r: &Row| r.weight * r.target.iter().map(|y| y * y).sum::<f64>();
        1e-22 * self.rows.iter().map(square).sum::<f64>()
    }

    /// d f / d(h w.x_C) at a row of a ray: its slope times t, for the ray's side. Zero on the kink.
    pub fn slope(&self, side: Side, row: usize) -> f64 {
        let factor = self.rows[row].factor;
        match (side, factor > 0.0) {
            (Side::Kink, _) => 0.0,
            (Side::Plus, true) | (Side::Minus, false) => self.slopes.0 * factor,
            (Side::Plus, false) | (Side::Minus, true) => self.slopes.1 * factor,
        }
    }

    /// Whether w.x_C has the sign of every side but the kinks'.
    pub fn has_signs(&self, input: &[f64], sides: &[Side]) -> bool {
        self.rays.iter().zip(sides).all(|(ray, side)| match side {
            Side::Plus => inner(&ray.x, input) > 0.0,
            Side::Minus => inner(&ray.x, input) < 0.0,
            Side::Kink => true,
        })
    }

    /// Whether a neuron with these sides has the value zero on all rows.
    pub fn is_dead(&self, sides: &[Side]) -> bool {
        self.rays.iter().zip(sides).all(|(ray, side)| ray.rows.iter().all(|&k| self.slope(*side, k) == 0.0))
    }
}

type Rays = Vec<Vec<usize>>;

/// Rows by ray, and the rows as (t, samples), t relative to the first sample of the ray.
fn arranged(samples: &Samples) -> (Rays, Vec<(f64, Vec<usize>)>) {
    let mut ray_of: HashMap<Vec<BigInt>, (usize, BigInt)> = HashMap::new();
    let mut row_of: HashMap<&Vec<BigInt>, usize> = HashMap::new();
    let mut rays: Rays = Vec::new();
    let mut rows: Vec<(f64, Vec<usize>)> = Vec::new();
    for (k, inputs) in samples.rows().iter().enumerate() {
        if let Some(&row) = row_of.get(inputs) {
            rows[row].1.push(k);
            continue;
        }
        row_of.insert(inputs, rows.len());
        let factor = match samples.primitive(k) {
            None => 0.0,
            Some((content, direction)) => {
                let count = rays.len();
                let (ray, first) = ray_of.entry(direction).or_insert_with(|| (count, content.clone()));
                if *ray == count {
                    rays.push(Vec::new());
                }
                rays[*ray].push(rows.len());
                signed_ratio(&content, first)
            }
        };
        rows.push((factor, vec![k]));
    }
    (rays, rows)
}

fn signed_ratio(a: &BigInt, b: &BigInt) -> f64 {
    if a.is_zero() { 0.0 } else { ratio(a, b) }
}

/// Powers of two near the root mean square of each column.
fn scales(samples: &Samples) -> Vec<f64> {
    let scale = |a: usize| {
        let square: f64 = samples.rows().iter().map(|r| ratio(&r[a], samples.denominator()).powi(2)).sum();
        let rms = (square / samples.count() as f64).sqrt();
        if rms > 0.0 && rms.is_finite() { rms.log2().round().exp2() } else { 1.0 }
    };
    (0..samples.width()).map(scale).collect()
}
