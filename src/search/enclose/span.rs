//! Orthonormal bases of small spans, with what they say of solutions.

use crate::search::polish::kkt::{axpy, inner};

/// Relative size below which what is left of a vector counts as nothing.
const RANK_TOLERANCE: f64 = 1e-9;

/// The span of vectors x_C with numbers r_C: equations x_C . u = r_C.
#[derive(Debug, Clone, Default)]
pub struct Span {
    basis: Vec<Vec<f64>>,
    values: Vec<f64>,
    /// For each independent vector its coordinates in the basis: upper triangular.
    coordinates: Vec<Vec<f64>>,
}

impl Span {
    /// Adds a vector with its number; false if it depends on those before, which changes nothing.
    pub fn add(&mut self, x: &[f64], value: f64) -> bool {
        let size = inner(x, x).sqrt();
        let (mut rest, mut value) = (x.to_vec(), value);
        let mut coordinates = vec![0.0; self.basis.len()];
        for _ in 0..2 {
            for ((q, v), c) in self.basis.iter().zip(&self.values).zip(&mut coordinates) {
                let along = inner(q, &rest);
                axpy(-along, q, &mut rest);
                value -= along * v;
                *c += along;
            }
        }
        let left = inner(&rest, &rest).sqrt();
        if left.is_nan() || left <= RANK_TOLERANCE * size {
            return false;
        }
        rest.iter_mut().for_each(|v| *v /= left);
        coordinates.push(left);
        self.basis.push(rest);
        self.values.push(value / left);
        self.coordinates.push(coordinates);
        true
    }

    /// The dimension of the span.
    pub fn rank(&self) -> usize {
        self.basis.len()
    }

    /// Entry `a` of each vector of the orthonormal basis.
    pub fn column(&self, a: usize) -> Vec<f64> {
        self.basis.iter().map(|q| q[a]).collect()
    }

    /// Whether x lies in the span.
    pub fn contains(&self, x: &[f64]) -> bool {
        !self.clone().add(x, 0.0)
    }

    /// The shortest u with x_C . u = r_C.
    pub fn shortest(&self, width: usize) -> Vec<f64> {
        let mut u = vec![0.0; width];
        self.basis.iter().zip(&self.values).for_each(|(q, v)| axpy(*v, q, &mut u));
        u
    }

    /// nu for the independent vectors such that sum nu_C x_C is as near to `target` as possible.
    pub fn combination(&self, target: &[f64]) -> Vec<f64> {
        let mut nu: Vec<f64> = self.basis.iter().map(|q| inner(q, target)).collect();
        for c in (0..nu.len()).rev() {
            nu[c] /= self.coordinates[c][c];
            for row in 0..c {
                nu[row] -= self.coordinates[c][row] * nu[c];
            }
        }
        nu
    }

    /// An orthonormal basis of all vectors orthogonal to the span.
    pub fn complement(&self, width: usize) -> Vec<Vec<f64>> {
        let unit = |a: usize| (0..width).map(|b| f64::from(u8::from(a == b))).collect::<Vec<f64>>();
        if self.basis.is_empty() {
            return (0..width).map(unit).collect();
        }
        // What is left of each unit vector: the largest next.
        let mut left: Vec<f64> =
            (0..width).map(|a| 1.0 - self.basis.iter().map(|q| q[a] * q[a]).sum::<f64>()).collect();
        let mut found: Vec<Vec<f64>> = Vec::new();
        while self.basis.len() + found.len() < width {
            let Some(a) = (0..width).max_by(|&a, &b| left[a].total_cmp(&left[b])) else { break };
            let mut rest = unit(a);
            for _ in 0..2 {
                for q in self.basis.iter().chain(&found) {
                    let along = inner(q, &rest);
                    axpy(-along, q, &mut rest);
                }
            }
            let size = inner(&rest, &rest).sqrt();
            rest.iter_mut().for_each(|v| *v /= size);
            left.iter_mut().zip(&rest).for_each(|(l, q)| *l -= q * q);
            left[a] = f64::NEG_INFINITY;
            found.push(rest);
        }
        found
    }
}
