//! The sums of all chunks, added up in the order in which they come.

use super::super::interval::point;
use super::super::rounding::{add_up, mul_up};
use super::chunk::Sums;
use super::form::{Kink, Rest};
use super::model::Bound;
use inari::Interval;

/// Most kinks of one neuron whose inputs are kept; of the others only norms.
pub const MAX_KEPT_KINKS: usize = 4096;

/// The sums so far.
#[derive(Debug)]
pub struct Totals {
    /// Samples so far.
    pub(super) samples: usize,
    /// 2 L.
    pub(super) squares: Interval,
    /// sum_k eps_k.
    pub(super) residuals: Vec<Interval>,
    /// G(w_i), [m, J].
    pub(super) potential: Vec<Interval>,
    /// p_i, [m, d].
    pub(super) linear: Vec<f64>,
    /// |p_ia - linear_ia| <= this.
    pub(super) linear_radii: Vec<f64>,
    /// For each neuron.
    pub(super) kink_counts: Vec<usize>,
    /// For each neuron those with inputs.
    pub(super) kinks: Vec<Vec<Kink>>,
    /// For each neuron those without.
    pub(super) rests: Vec<Rest>,
}

impl Totals {
    /// No samples.
    pub fn new(bound: &Bound<'_>) -> Self {
        let (neurons, outputs, width) = (bound.neurons(), bound.outputs(), bound.width());
        Self {
            samples: 0,
            squares: point(0.0),
            residuals: vec![point(0.0); outputs],
            potential: vec![point(0.0); neurons * outputs],
            linear: vec![0.0; neurons * width],
            linear_radii: vec![0.0; neurons * width],
            kink_counts: vec![0; neurons],
            kinks: vec![Vec::new(); neurons],
            rests: vec![Rest::default(); neurons],
        }
    }

    /// Samples so far.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Adds the sums of the next chunk.
    pub fn add(&mut self, sums: Sums) {
        self.samples += sums.count;
        self.squares += sums.squares;
        self.residuals.iter_mut().zip(&sums.residuals).for_each(|(total, one)| *total += *one);
        self.potential.iter_mut().zip(&sums.potential).for_each(|(total, one)| *total += *one);
        self.kink_counts.iter_mut().zip(&sums.kink_counts).for_each(|(total, one)| *total += one);
        let width = sums.column_radii.len().max(1);
        let rows = self.linear.chunks_exact_mut(width).zip(self.linear_radii.chunks_exact_mut(width));
        let sums_rows = sums.linear.chunks_exact(width).zip(&sums.row_radii);
        for ((totals, radii), (row, row_radius)) in rows.zip(sums_rows) {
            let entries = totals.iter_mut().zip(radii).zip(row.iter().zip(&sums.column_radii));
            for ((total, radius), (one, column_radius)) in entries {
                *total += one;
                // The product of radii, and the rounding of this sum.
                let rounding = mul_up(total.abs(), f64::EPSILON);
                *radius = add_up(*radius, add_up(mul_up(*row_radius, *column_radius), rounding));
            }
        }
        for kink in sums.kinks {
            let Some((kept, rest)) = self.kinks.get_mut(kink.neuron).zip(self.rests.get_mut(kink.neuron)) else {
                continue;
            };
            match kept.len() < MAX_KEPT_KINKS {
                true => kept.push(kink),
                false => rest.add(kink.kappa, &kink.row),
            }
        }
        for (i, rest) in sums.rests {
            if let Some(total) = self.rests.get_mut(i) {
                *total = total.plus(rest);
            }
        }
    }
}
