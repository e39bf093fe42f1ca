//! The square system F(z) = 0 of a pattern and its derivative (T11).
//!
//! `stationarity`: F is the gradient of the Lagrangian
//!
//! ```text
//! 1/2 sum_k c_k |f(x_k) - y_k|^2 + decay + sum_i sum_C nu_iC w_i.x_C
//! ```
//!
//! in all unknowns, so F' is symmetric. With A the derivatives of f in the unknown parameters, its upper left block is
//! A^T diag(c) A, the bilinear terms T_i sum_k s_ik eps_kj x_ka at (w_ia, h_ij), and decay on the diagonal.
//! `interpolation`: F_kj = f_j(x_k) - y_kj on all samples but repeated ones, and F' = A.

use super::certificate::System;
use super::data::Data;
use super::field::{Field, Side, Sides};
use super::interval::{Interval, point};
use super::matrix::IntervalMatrix;
use super::pattern::{Pattern, Unit, UnitValues, Values};

/// The equations of one pattern.
pub struct Equations<'e, 'a> {
    /// The problem.
    pub data: &'e Data,
    /// The unknowns.
    pub pattern: &'e Pattern<'a>,
    /// The sides in the box.
    pub sides: &'e Sides,
    /// Which equations.
    pub system: System,
    /// Samples with an equation of their own where all are met.
    pub distinct: &'e [usize],
}

impl Equations<'_, '_> {
    /// Whether there are as many equations as unknowns.
    pub fn count(&self) -> usize {
        match self.system {
            System::Stationarity => self.pattern.unknowns,
            System::Interpolation => self.distinct.len() * self.data.targets.len(),
        }
    }

    /// F at the given numbers.
    pub fn residual(&self, values: &Values, field: &Field) -> Vec<Interval> {
        match self.system {
            System::Interpolation => {
                let at = |row: &Vec<Interval>, k: &usize| row.get(*k).copied().unwrap_or(Interval::EMPTY);
                field.errors.iter().flat_map(|row| self.distinct.iter().map(move |k| at(row, k))).collect()
            }
            System::Stationarity => self.gradient(values, field),
        }
    }

    /// F' over the given numbers.
    pub fn derivative(&self, values: &Values, field: &Field) -> IntervalMatrix {
        let (samples, outputs) = (self.data.rows.len(), self.data.targets.len());
        match self.system {
            System::Interpolation => {
                let rows: Vec<usize> =
                    (0..outputs).flat_map(|j| self.distinct.iter().map(move |k| j * samples + k)).collect();
                let jacobian = self.jacobian(values, field);
                IntervalMatrix::from_fn(rows.len(), self.pattern.parameters, |r, c| {
                    rows.get(r).map_or(Interval::EMPTY, |r| jacobian.get(*r, c))
                })
            }
            System::Stationarity => {
                let mut entries = self.hessian(values, field);
                for unit in &self.pattern.units {
                    self.constraints(unit, &mut |class, a, x| {
                        entries.set(class, a, x);
                        entries.set(a, class, x);
                    });
                }
                entries.into_matrix()
            }
        }
    }

    /// The upper left block of F', with room for all unknowns.
    pub fn hessian(&self, values: &Values, field: &Field) -> Entries {
        let n = self.pattern.unknowns;
        let jacobian = self.jacobian(values, field);
        let samples = self.data.rows.len();
        let weighted = IntervalMatrix::from_fn(jacobian.rows(), jacobian.cols(), |r, c| {
            let weight = self.data.weights.get(r % samples).copied().unwrap_or(Interval::EMPTY);
            jacobian.get(r, c) * weight
        });
        let gram = jacobian.transpose().mul(&weighted);
        let mut entries = Entries::zeros(n);
        // The product's rounding is not symmetric; one half encloses both.
        for r in 0..gram.rows() {
            for c in 0..=r {
                entries.set(r, c, gram.get(r, c));
                entries.set(c, r, gram.get(r, c));
            }
        }
        if self.pattern.bias.is_some() {
            (0..self.data.targets.len()).for_each(|j| entries.add(j, j, self.data.bias_decay));
        }
        for (unit, sides) in self.pattern.units.iter().zip(&self.sides.0) {
            for (place, decay) in unit.input.iter().zip(&self.data.input_decay) {
                place.iter().for_each(|a| entries.add(*a, *a, unit.share * *decay));
            }
            for (place, residuals) in unit.output.iter().zip(&field.residuals) {
                let Some(j) = *place else { continue };
                entries.add(j, j, unit.share * self.data.output_decay);
                let sums = self.sloped_sum(residuals, sides);
                for (a, sum) in unit.input.iter().zip(sums).filter_map(|(a, sum)| Some(((*a)?, sum))) {
                    entries.add(a, j, unit.share * sum);
                    entries.add(j, a, unit.share * sum);
                }
            }
        }
        entries
    }

    /// Each equation w_i.x_C = 0 of a unit: the unknown of its multiplier, the unknown coordinate, x_Ca.
    pub fn constraints(&self, unit: &Unit<'_>, see: &mut dyn FnMut(usize, usize, Interval)) {
        for (class, place) in unit.classes.iter().zip(&unit.multipliers) {
            let (Some(place), Some(row)) = (place, self.data.rows.get(class.first)) else { continue };
            for (a, x) in unit.input.iter().zip(row) {
                a.iter().for_each(|a| see(*place, *a, *x));
            }
        }
    }

    /// sum_k s_ik v_k x_k.
    pub fn sloped_sum(&self, v: &[Interval], sides: &[Side]) -> Vec<Interval> {
        let mut sums = vec![point(0.0); self.data.input_decay.len()];
        for ((row, v), side) in self.data.rows.iter().zip(v).zip(sides) {
            let factor = side.slope(self.data) * *v;
            if factor.mag() != 0.0 {
                sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += factor * *x);
            }
        }
        sums
    }

    /// The derivatives of the loss with its decay on the pattern, without the multipliers' part: for each unknown, zero for
    /// the multipliers themselves.
    pub fn loss_derivative(&self, values: &Values, field: &Field) -> Vec<Interval> {
        let mut free = values.clone();
        free.units.iter_mut().for_each(|own| own.multipliers.fill(point(0.0)));
        let mut slopes = self.gradient(&free, field);
        slopes.iter_mut().skip(self.pattern.parameters).for_each(|slope| *slope = point(0.0));
        slopes
    }

    fn gradient(&self, values: &Values, field: &Field) -> Vec<Interval> {
        let mut f = vec![point(0.0); self.pattern.unknowns];
        let mut set = |place: Option<usize>, value: Interval| {
            if let Some(slot) = place.and_then(|p| f.get_mut(p)) {
                *slot = value;
            }
        };
        if self.pattern.bias.is_some() {
            for (j, (residuals, bias)) in field.residuals.iter().zip(&values.bias).enumerate() {
                let sum = residuals.iter().fold(point(0.0), |sum, eps| sum + *eps);
                set(Some(j), sum + self.data.bias_decay * *bias);
            }
        }
        let units = self.pattern.units.iter().zip(&values.units).zip(&self.sides.0).zip(&field.preactivations);
        for (((unit, own), sides), z) in units {
            let along = self.sloped_sum(&field.weighted(&own.output), sides);
            let push = self.multiplier_sum(unit, own);
            let inputs =
                unit.input.iter().zip(along.iter().zip(push)).zip(own.input.iter().zip(&self.data.input_decay));
            for ((place, (g, push)), (w, decay)) in inputs {
                set(*place, unit.share * (*g + *decay * *w) + push);
            }
            for ((place, h), residuals) in unit.output.iter().zip(&own.output).zip(&field.residuals) {
                let terms = residuals.iter().zip(z).zip(sides).filter(|(_, side)| **side != Side::Kink);
                let potential = terms.fold(point(0.0), |sum, ((eps, z), side)| sum + *eps * side.slope(self.data) * *z);
                set(*place, unit.share * (potential + self.data.output_decay * *h));
            }
            for (class, place) in unit.classes.iter().zip(&unit.multipliers) {
                set(*place, z.get(class.first).copied().unwrap_or(Interval::EMPTY));
            }
        }
        f
    }

    /// sum_C nu_C x_C of a unit.
    fn multiplier_sum(&self, unit: &Unit<'_>, own: &UnitValues) -> Vec<Interval> {
        let mut sums = vec![point(0.0); own.input.len()];
        for (class, nu) in unit.classes.iter().zip(&own.multipliers) {
            let row = self.data.rows.get(class.first).map_or(&[][..], Vec::as_slice);
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += *nu * *x);
        }
        sums
    }

    /// A: one row for each output and sample, one column for each unknown parameter.
    fn jacobian(&self, values: &Values, field: &Field) -> IntervalMatrix {
        let (samples, outputs, width) = (self.data.rows.len(), self.data.targets.len(), self.pattern.parameters);
        let mut entries = vec![point(0.0); samples * outputs * width];
        let mut set = |j: usize, k: usize, place: Option<usize>, value: Interval| {
            let slot = place.and_then(|c| entries.get_mut((j * samples + k) * width + c));
            slot.into_iter().for_each(|slot| *slot = value);
        };
        for j in (0..outputs).filter(|_| self.pattern.bias.is_some()) {
            (0..samples).for_each(|k| set(j, k, Some(j), point(1.0)));
        }
        let units = self.pattern.units.iter().zip(&values.units).zip(&self.sides.0).zip(&field.preactivations);
        for (((unit, own), sides), z) in units {
            for (k, ((side, z), row)) in sides.iter().zip(z).zip(&self.data.rows).enumerate() {
                if *side == Side::Kink {
                    continue;
                }
                let slope = unit.share * side.slope(self.data);
                for (j, (h, place)) in own.output.iter().zip(&unit.output).enumerate() {
                    set(j, k, *place, slope * *z);
                    let factor = slope * *h;
                    unit.input.iter().zip(row).for_each(|(a, x)| set(j, k, *a, factor * *x));
                }
            }
        }
        IntervalMatrix::from_fn(samples * outputs, width, |r, c| {
            entries.get(r * width + c).copied().unwrap_or(Interval::EMPTY)
        })
    }
}

/// A square matrix under construction.
pub struct Entries {
    size: usize,
    values: Vec<Interval>,
}

impl Entries {
    fn zeros(size: usize) -> Self {
        Self { size, values: vec![point(0.0); size * size] }
    }

    /// Replaces an entry.
    pub fn set(&mut self, r: usize, c: usize, value: Interval) {
        self.values.get_mut(r * self.size + c).into_iter().for_each(|slot| *slot = value);
    }

    /// Adds to an entry.
    pub fn add(&mut self, r: usize, c: usize, value: Interval) {
        self.values.get_mut(r * self.size + c).into_iter().for_each(|slot| *slot += value);
    }

    /// An entry.
    pub fn get(&self, r: usize, c: usize) -> Interval {
        self.values.get(r * self.size + c).copied().unwrap_or(Interval::EMPTY)
    }

    /// The matrix.
    pub fn into_matrix(self) -> IntervalMatrix {
        IntervalMatrix::from_fn(self.size, self.size, |r, c| self.get(r, c))
    }

    /// The upper left block of that size.
    pub fn into_block(self, size: usize) -> IntervalMatrix {
        IntervalMatrix::from_fn(size, size, |r, c| self.get(r, c))
    }
}
