//! What a network makes of one chunk, layer by layer, in floats: values, and norms or radii for the error bounds.

use super::super::interval::{ball, midpoint_radius, point};
use super::super::rounding::{add_up, gamma, growth, mul_up, norm_from_square, norm_up};
use super::chunk::Chunk;
use super::model::{Bound, LEAST_NORM, raised};
use inari::Interval;
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, Axis};

/// Roundings by which the floats of a chunk and a network may differ from the exact numbers, for two factors.
pub(super) const ROUNDED_FACTORS: usize = 4;
/// The least normal float: more than underflow takes in many operations.
pub(super) const UNDERFLOW: f64 = f64::MIN_POSITIVE;

/// The inputs with the coordinate of the bias, and their norms.
pub(super) struct Inputs {
    /// x_k, [n, d].
    pub(super) rows: Vec<f64>,
    /// n.
    pub(super) count: usize,
    /// At least |x_k|.
    pub(super) row_norms: Vec<f64>,
    /// At least |(x_ka)_k|, and 2^-500 unless it is zero.
    pub(super) column_norms: Vec<f64>,
}

impl Inputs {
    /// Appends the bias; `None` unless the lengths fit.
    pub(super) fn new(bound: &Bound<'_>, chunk: &Chunk) -> Option<Self> {
        let width = bound.width();
        let own = width - usize::from(bound.network.has_hidden_bias());
        let count = chunk.inputs.len() / own.max(1);
        let weights_fit = chunk.weights.as_ref().is_none_or(|c| c.len() == count);
        if chunk.inputs.len() != count * own || chunk.targets.len() != count * bound.outputs() || !weights_fit {
            return None;
        }
        let mut rows = Vec::with_capacity(count * width);
        let mut columns = ColumnNorms::new(width);
        let mut row_norms = Vec::with_capacity(count);
        for row in chunk.inputs.chunks_exact(own.max(1)) {
            let start = rows.len();
            rows.extend_from_slice(row);
            rows.resize(start + width, 1.0);
            let row = rows.get(start..).unwrap_or_default();
            columns.add(row);
            row_norms.push(bound.wider(norm_up(row)));
        }
        let column_norms = columns.norms().into_iter().map(|norm| raised(bound.wider(norm))).collect();
        Some(Self { rows, count, row_norms, column_norms })
    }
}

/// rho(w_i.x_k) with z as it is: of the true sign.
pub(super) struct Hidden {
    /// [n, m].
    pub(super) values: Vec<f64>,
    /// At least |(rho_ki)_i|, for each sample.
    row_norms: Vec<f64>,
    /// At least |(rho_ki)_k|, for each neuron.
    pub(super) column_norms: Vec<f64>,
}

impl Hidden {
    /// Applies the activation.
    pub(super) fn new(bound: &Bound<'_>, z: &[f64]) -> Self {
        let neurons = bound.neurons().max(1);
        let mut values = z.to_vec();
        let mut columns = ColumnNorms::new(neurons);
        let mut row_norms = Vec::with_capacity(z.len() / neurons);
        for row in values.chunks_exact_mut(neurons) {
            row.iter_mut().for_each(|z| *z *= slope(bound.slopes, *z));
            columns.add(row);
            row_norms.push(norm_up(row));
        }
        // The norms of the floats, and of what they are roundings of.
        let column_norms = columns.norms().into_iter().map(|norm| mul_up(norm, growth(ROUNDED_FACTORS))).collect();
        Self { values, row_norms, column_norms }
    }
}

/// eps_k with radii.
pub(super) struct Errors {
    /// [n, J].
    pub(super) epsilon: Vec<f64>,
    /// [n, J].
    pub(super) radii: Vec<f64>,
    /// sum_k c_k |e_k|^2.
    pub(super) squares: Interval,
}

impl Errors {
    /// Runs the output layer. z is off by at most `reach` |w_i| + `lost`.
    pub(super) fn new(bound: &Bound<'_>, chunk: &Chunk, hidden: &Hidden, reach: &[f64], lost: f64) -> Option<Self> {
        let (neurons, outputs, count) = (bound.neurons(), bound.outputs(), reach.len());
        let values = ArrayView2::from_shape((count, neurons), &hidden.values).ok()?;
        let weights = ArrayView2::from_shape((neurons, outputs), &bound.output).ok()?;
        let mut f: Vec<f64> = bound.output_bias.iter().copied().cycle().take(count * outputs).collect();
        add_product(&mut f, values, weights, neurons)?;
        let roundings = gamma(neurons + 2 * ROUNDED_FACTORS);
        let ones = vec![1.0; count];
        let weights = chunk.weights.as_ref().unwrap_or(&ones);
        let rows = f.chunks_exact(outputs).zip(chunk.targets.chunks_exact(outputs));
        let rows = rows.zip(hidden.row_norms.iter().zip(reach).zip(weights));
        let (mut epsilon, mut radii) = (Vec::with_capacity(f.len()), Vec::with_capacity(f.len()));
        let mut squares = point(0.0);
        for ((f, y), ((norm, reach), weight)) in rows {
            let weight_radius = if bound.is_rounded() { weight * f64::EPSILON } else { 0.0 };
            let sizes = bound.column_norms.iter().zip(&bound.column_sums).zip(&bound.reach);
            for (((f, y), bias), ((column, sum), inputs)) in f.iter().zip(y).zip(&bound.output_bias).zip(sizes) {
                let rounded = mul_up(roundings, add_up(mul_up(*norm, *column), bias.abs()));
                let moved = mul_up(bound.steepest, add_up(mul_up(*reach, *inputs), mul_up(lost, *sum)));
                let radius = add_up(add_up(rounded, moved), neurons as f64 * UNDERFLOW);
                let target = ball(*y, if bound.is_rounded() { y.abs() * f64::EPSILON } else { 0.0 });
                let error = ball(*f, radius) - target;
                let weight = ball(*weight, weight_radius);
                squares += weight * error.sqr();
                let (mid, rad) = midpoint_radius(weight * error);
                epsilon.push(mid);
                radii.push(rad);
            }
        }
        Some(Self { epsilon, radii, squares })
    }
}

/// t_ki = h_i.eps_k, or eps_k where there is one output, off by at most q_k |h_i|.
pub(super) struct Sides {
    /// [n, m], or [n] where there is one output.
    pub(super) values: Vec<f64>,
    /// q_k.
    pub(super) radii: Vec<f64>,
}

impl Sides {
    /// Combines the outputs' residuals.
    pub(super) fn new(bound: &Bound<'_>, errors: &Errors) -> Option<Self> {
        let (neurons, outputs) = (bound.neurons(), bound.outputs());
        if outputs == 1 {
            return Some(Self { values: errors.epsilon.clone(), radii: errors.radii.clone() });
        }
        let count = errors.epsilon.len() / outputs;
        let epsilon = ArrayView2::from_shape((count, outputs), &errors.epsilon).ok()?;
        let weights = ArrayView2::from_shape((neurons, outputs), &bound.output).ok()?;
        let mut values = vec![0.0; count * neurons];
        add_product(&mut values, epsilon, weights.t(), outputs)?;
        let roundings = gamma(outputs + ROUNDED_FACTORS);
        let rows = errors.epsilon.chunks_exact(outputs).zip(errors.radii.chunks_exact(outputs));
        let lost = outputs as f64 * LEAST_NORM;
        let radius = |(e, r): (&[f64], &[f64])| add_up(add_up(mul_up(roundings, norm_up(e)), norm_up(r)), lost);
        Some(Self { values, radii: rows.map(radius).collect() })
    }
}

/// slope_ik t_ki, and what bounds the products with the inputs.
pub(super) struct Slopes {
    /// [n, m]; zero where x_k is zero.
    pub(super) values: Vec<f64>,
    /// At least |slope_ik| for all samples, for each neuron.
    pub(super) steepest: Vec<f64>,
    value_norms: Vec<f64>,
    radius_norms: Vec<f64>,
}

impl Slopes {
    /// Takes the slope of the side of each z; be at kinks.
    pub(super) fn new(bound: &Bound<'_>, inputs: &Inputs, z: &[f64], sides: &Sides) -> Self {
        let neurons = bound.neurons().max(1);
        let mut values = z.to_vec();
        let (mut norms, mut radius_norms) = (ColumnNorms::new(neurons), ColumnNorms::new(neurons));
        let (mut steepest, mut radii) = (vec![0.0; neurons], vec![0.0; neurons]);
        let per_sample = if bound.outputs() == 1 { 1 } else { neurons };
        let samples = inputs.row_norms.iter().zip(&sides.radii).zip(sides.values.chunks_exact(per_sample));
        for (row, ((norm, radius), sides)) in values.chunks_exact_mut(neurons).zip(samples) {
            if *norm == 0.0 {
                row.fill(0.0);
                continue;
            }
            for ((value, most), own) in row.iter_mut().zip(&mut steepest).zip(&mut radii) {
                let slope = slope(bound.slopes, *value);
                if slope.abs() > *most {
                    *most = slope.abs();
                }
                *value = slope;
                *own = slope * radius;
            }
            match sides {
                [one] => row.iter_mut().for_each(|value| *value *= one),
                _ => row.iter_mut().zip(sides).for_each(|(value, side)| *value *= side),
            }
            norms.add(row);
            radius_norms.add(&radii);
        }
        let steepest = steepest.into_iter().map(|s| mul_up(s, growth(ROUNDED_FACTORS))).collect();
        Self { values, steepest, value_norms: norms.norms(), radius_norms: radius_norms.norms() }
    }

    /// For each neuron what bounds the error of p_ia, for a unit of the norm of column a.
    pub(super) fn row_radii(&self, bound: &Bound<'_>, count: usize) -> Vec<f64> {
        let roundings = gamma(count + 2 * ROUNDED_FACTORS);
        let parts = self.value_norms.iter().zip(&self.radius_norms).zip(&bound.factor_norms);
        let radius = |((value, radius), factor): ((&f64, &f64), &f64)| {
            let inherited = mul_up(mul_up(*radius, growth(ROUNDED_FACTORS)), *factor);
            let lost = if *value == 0.0 { 0.0 } else { count as f64 * LEAST_NORM };
            add_up(add_up(mul_up(roundings, *value), inherited), lost)
        };
        parts.map(radius).collect()
    }
}

/// Sums of squares of the columns of a matrix that comes row by row.
struct ColumnNorms {
    squares: Vec<f64>,
    largest: Vec<f64>,
    count: usize,
}

impl ColumnNorms {
    fn new(width: usize) -> Self {
        Self { squares: vec![0.0; width], largest: vec![0.0; width], count: 0 }
    }

    fn add(&mut self, row: &[f64]) {
        for ((square, largest), v) in self.squares.iter_mut().zip(&mut self.largest).zip(row) {
            *square += v * v;
            if v.abs() > *largest {
                *largest = v.abs();
            }
        }
        self.count += 1;
    }

    /// At least the norms of the columns; zero for columns of zeros.
    fn norms(&self) -> Vec<f64> {
        let norm = |(square, largest): (&f64, &f64)| match *largest == 0.0 && !square.is_nan() {
            true => 0.0,
            false => norm_from_square(*square, self.count, 0.0),
        };
        self.squares.iter().zip(&self.largest).map(norm).collect()
    }
}

/// The slope on the side of z.
fn slope([positive, negative, kink]: [f64; 3], z: f64) -> f64 {
    if z > 0.0 {
        positive
    } else if z < 0.0 {
        negative
    } else {
        kink
    }
}

/// Adds lhs rhs to `out`, in blocks of `block` of the inner index; `None` unless the shapes fit. A product passes at most
/// `block` roundings in its block and one for each block.
pub(super) fn add_product(
    out: &mut [f64],
    lhs: ArrayView2<'_, f64>,
    rhs: ArrayView2<'_, f64>,
    block: usize,
) -> Option<()> {
    let mut out = ArrayViewMut2::from_shape((lhs.nrows(), rhs.ncols()), out).ok()?;
    if lhs.ncols() != rhs.nrows() || block == 0 {
        return None;
    }
    let blocks = lhs.axis_chunks_iter(Axis(1), block).zip(rhs.axis_chunks_iter(Axis(0), block));
    blocks.for_each(|(lhs, rhs)| general_mat_mul(1.0, &lhs, &rhs, 1.0, &mut out));
    Some(())
}
