//! The sums of one chunk of samples, with bounds of their errors.

use super::super::interval::{ball, point};
use super::super::rounding::{add_up, gamma, growth, mul_up, norm_up, sum_up};
use super::form::{Kink, Rest};
use super::layers::{Errors, Hidden, Inputs, ROUNDED_FACTORS, Sides, Slopes, UNDERFLOW, add_product};
use super::model::{Beyond, Bound, nearest};
use crate::kernel::dataset::Dataset;
use crate::kernel::linear::Fractions;
use inari::Interval;
use ndarray::ArrayView2;
use num_bigint::Sign;
use std::sync::Arc;

/// Coordinates of one block of the product that makes z: few roundings within a block, few blocks.
const BLOCK: usize = 64;

/// Some samples, in rows, in the order of the data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chunk {
    /// The index of the first sample.
    pub first: usize,
    /// x_k, [n, d] without the coordinate of a hidden bias.
    pub inputs: Vec<f64>,
    /// y_k, [n, J].
    pub targets: Vec<f64>,
    /// c_k >= 0; `None` where all are 1.
    pub weights: Option<Vec<f64>>,
}

impl Chunk {
    /// At most `count` samples of a data set from `first` on, rounded.
    pub fn of(dataset: &Dataset, first: usize, count: usize) -> Result<Self, Beyond> {
        let rows = dataset.inputs().iter().skip(first).take(count);
        let inputs = rows.flatten().map(|v| nearest(v, dataset.input_denominator())).collect::<Result<_, _>>()?;
        let last = dataset.sample_count().min(first.saturating_add(count));
        let entry = |values: &Fractions, k: usize| {
            values.numerators().get(k).map_or(Err(Beyond), |v| nearest(v, values.denominator()))
        };
        let targets = (first..last).flat_map(|k| dataset.targets().iter().map(move |y| entry(y, k)));
        let weights = dataset.weights().map(|c| (first..last).map(|k| entry(c, k)).collect());
        Ok(Self { first, inputs, targets: targets.collect::<Result<_, _>>()?, weights: weights.transpose()? })
    }
}

/// What one chunk adds to the sums.
#[derive(Debug)]
pub struct Sums {
    /// n.
    pub(super) count: usize,
    /// 2 L.
    pub(super) squares: Interval,
    /// sum_k eps_k.
    pub(super) residuals: Vec<Interval>,
    /// G(w_i), [m, J].
    pub(super) potential: Vec<Interval>,
    /// p_i, [m, d].
    pub(super) linear: Vec<f64>,
    /// |p_ia - linear_ia| <= row_i column_a.
    pub(super) row_radii: Vec<f64>,
    /// See [`Self::row_radii`].
    pub(super) column_radii: Vec<f64>,
    /// Samples with w_i.x_k = 0, for each neuron.
    pub(super) kink_counts: Vec<usize>,
    /// The kinks of neurons with w_i != 0.
    pub(super) kinks: Vec<Kink>,
    /// Those of neurons with w_i = 0, which are all samples.
    pub(super) rests: Vec<(usize, Rest)>,
}

impl Bound<'_> {
    /// The sums of one chunk; `None` if its lengths do not fit the network, or z is beyond the doubles.
    pub fn evaluate(&self, chunk: &Chunk) -> Option<Sums> {
        let inputs = Inputs::new(self, chunk)?;
        let (width, neurons) = (self.width(), self.neurons());
        let mut z = vec![0.0; inputs.count * neurons];
        let weights = ArrayView2::from_shape((neurons, width), &self.input).ok()?;
        let rows = ArrayView2::from_shape((inputs.count, width), &inputs.rows).ok()?;
        add_product(&mut z, rows, weights.t(), BLOCK)?;
        if !z.iter().all(|z| z.is_finite()) {
            return None;
        }
        let roundings = gamma(BLOCK.min(width) + width.div_ceil(BLOCK) + ROUNDED_FACTORS);
        // |z_ki - w_i.x_k| <= reach_k |w_i| + underflow.
        let reach: Vec<f64> = inputs.row_norms.iter().map(|x| mul_up(roundings, *x)).collect();
        let lost = (width + 1) as f64 * UNDERFLOW;
        let kinks = self.settle(chunk, &inputs, &mut z, &reach, lost);
        let hidden = Hidden::new(self, &z);
        let errors = Errors::new(self, chunk, &hidden, &reach, lost)?;
        let sides = Sides::new(self, &errors)?;
        let slopes = Slopes::new(self, &inputs, &z, &sides);
        let mut linear = vec![0.0; neurons * width];
        let sloped = ArrayView2::from_shape((inputs.count, neurons), &slopes.values).ok()?;
        add_product(&mut linear, sloped.t(), rows, inputs.count)?;
        let (potential, residuals) = self.potential(&hidden, &errors, &slopes, &reach, lost, inputs.count)?;
        let row_radii = slopes.row_radii(self, inputs.count);
        let mut kink_counts = vec![0; neurons];
        for row in z.chunks_exact(neurons.max(1)) {
            row.iter().zip(&mut kink_counts).for_each(|(z, count)| *count += usize::from(*z == 0.0));
        }
        let (kinks, rests) = self.bends(chunk.first, &inputs, &sides, &kinks);
        let (count, column_radii) = (inputs.count, inputs.column_norms);
        let squares = errors.squares;
        Some(Sums { count, squares, residuals, potential, linear, row_radii, column_radii, kink_counts, kinks, rests })
    }

    /// Gives every z its true sign, zero included; the kinks with w_i != 0 and x_k != 0. What changes stays within its radius.
    fn settle(&self, chunk: &Chunk, inputs: &Inputs, z: &mut [f64], reach: &[f64], lost: f64) -> Vec<(usize, usize)> {
        let mut kinks = Vec::new();
        let rows = inputs.rows.chunks_exact(self.width().max(1));
        for (k, ((z, reach), row)) in z.chunks_exact_mut(self.neurons().max(1)).zip(reach).zip(rows).enumerate() {
            let is_open = |z: f64, norm: f64| {
                let radius = growth(4) * (reach * norm + lost);
                z.abs() <= radius || radius.is_nan()
            };
            if !z.iter().zip(&self.input_norms).fold(false, |any, (z, norm)| any | is_open(*z, *norm)) {
                continue;
            }
            for (i, (z, norm)) in z.iter_mut().zip(&self.input_norms).enumerate() {
                if !is_open(*z, *norm) {
                    continue;
                }
                let settled =
                    if *norm == 0.0 || *reach == 0.0 { Sign::NoSign } else { self.exact_sign(chunk, k, row, i) };
                *z = match settled {
                    Sign::Plus => z.abs().max(f64::MIN_POSITIVE),
                    Sign::Minus => -z.abs().max(f64::MIN_POSITIVE),
                    Sign::NoSign => 0.0,
                };
                if settled == Sign::NoSign && *norm != 0.0 && *reach != 0.0 {
                    kinks.push((k, i));
                }
            }
        }
        kinks
    }

    /// G(w_i) and sum_k eps_k.
    fn potential(
        &self,
        hidden: &Hidden,
        errors: &Errors,
        slopes: &Slopes,
        reach: &[f64],
        lost: f64,
        count: usize,
    ) -> Option<(Vec<Interval>, Vec<Interval>)> {
        let (neurons, outputs) = (self.neurons(), self.outputs());
        let values = ArrayView2::from_shape((count, neurons), &hidden.values).ok()?;
        let epsilon = ArrayView2::from_shape((count, outputs), &errors.epsilon).ok()?;
        let mut products = vec![0.0; neurons * outputs];
        add_product(&mut products, values.t(), epsilon, count)?;
        // |eps| <= |its float| + radius, in all that follows.
        let column =
            |values: &[f64], j: usize| -> Vec<f64> { values.iter().skip(j).step_by(outputs).copied().collect() };
        let mut totals = Vec::new();
        let mut residuals = Vec::new();
        for j in 0..outputs {
            let (epsilon, radii) = (column(&errors.epsilon, j), column(&errors.radii, j));
            let most: Vec<f64> = epsilon.iter().zip(&radii).map(|(e, r)| add_up(e.abs(), *r)).collect();
            let moved = sum_up(most.iter().zip(reach).map(|(e, r)| mul_up(*e, *r)));
            totals.push((norm_up(&most), norm_up(&radii), moved, mul_up(lost, sum_up(most.iter().copied()))));
            residuals.push(epsilon.iter().zip(&radii).fold(point(0.0), |sum, (e, r)| sum + ball(*e, *r)));
        }
        let roundings = gamma(count + ROUNDED_FACTORS);
        let rows = products.chunks_exact(outputs.max(1)).zip(&hidden.column_norms);
        let rows = rows.zip(self.input_norms.iter().zip(&slopes.steepest));
        let mut potential = Vec::with_capacity(products.len());
        for ((row, norm), (input, steepest)) in rows {
            for (value, (most, radius, moved, least)) in row.iter().zip(&totals) {
                if *input == 0.0 || *steepest == 0.0 {
                    potential.push(point(0.0));
                    continue;
                }
                let rounded = add_up(mul_up(mul_up(roundings, *norm), *most), count as f64 * UNDERFLOW);
                let inherited =
                    add_up(mul_up(*norm, *radius), mul_up(*steepest, add_up(mul_up(*input, *moved), *least)));
                potential.push(ball(*value, add_up(rounded, inherited)));
            }
        }
        Some((potential, residuals))
    }

    /// kap_ki with their inputs, for neurons with w_i != 0, and sums of them for those with w_i = 0.
    fn bends(
        &self,
        first: usize,
        inputs: &Inputs,
        sides: &Sides,
        kinks: &[(usize, usize)],
    ) -> (Vec<Kink>, Vec<(usize, Rest)>) {
        let width = self.width().max(1);
        let rows: Vec<&[f64]> = inputs.rows.chunks_exact(width).collect();
        let kappa = |k: usize, i: usize| {
            let place = if self.outputs() == 1 { k } else { k * self.neurons() + i };
            let side = sides.values.get(place).copied().unwrap_or(f64::NAN);
            let radius = mul_up(sides.radii.get(k).copied().unwrap_or(f64::NAN), self.factor_norm(i));
            let bend = ball(self.bend, self.bend.abs() * f64::EPSILON);
            bend * ball(side, radius)
        };
        let mut found: Vec<Kink> = Vec::new();
        for &(k, i) in kinks {
            let Some(row) = rows.get(k) else { continue };
            let shared = found.last().filter(|last| last.sample == first + k).map(|last| Arc::clone(&last.row));
            let row = shared.unwrap_or_else(|| Arc::from(*row));
            found.push(Kink { neuron: i, sample: first + k, kappa: kappa(k, i), row });
        }
        let mut rests = Vec::new();
        for (i, _) in self.input_norms.iter().enumerate().filter(|(_, norm)| **norm == 0.0) {
            let mut rest = Rest::default();
            rows.iter().enumerate().for_each(|(k, row)| rest.add(kappa(k, i), row));
            rests.push((i, rest));
        }
        (found, rests)
    }

    fn factor_norm(&self, i: usize) -> f64 {
        self.factor_norms.get(i).copied().unwrap_or(f64::NAN)
    }
}
