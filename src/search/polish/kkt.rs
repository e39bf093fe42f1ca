//! The inverse of the matrix [M E'; E 0] of an equality-constrained least-squares problem, updated by rank one.
//!
//! A pivot of the active-set search changes one constraint or a few samples' slopes. Each is a symmetric rank-one
//! change of the inverse, O((n + q)^2), instead of a factorisation, O((n + q)^3). Rounding errors build up, so the
//! search rebuilds the inverse now and then; nothing rests on its accuracy.

/// The inverse for n unknowns and the q constraints added so far, dense and symmetric, by rows.
#[derive(Debug, Clone, Default)]
pub struct KktInverse {
    unknowns: usize,
    rows: Vec<Vec<f64>>,
}

impl KktInverse {
    /// A stand-in where M has no inverse: every solution is zero.
    pub fn zero(unknowns: usize) -> Self {
        Self { unknowns, rows: vec![vec![0.0; unknowns]; unknowns] }
    }

    /// Inverts a symmetric positive definite M, by rows; `None` if a pivot is not positive.
    pub fn new(mut m: Vec<Vec<f64>>) -> Option<Self> {
        let n = m.len();
        // Gauss-Jordan in place, without exchanges: M is positive definite.
        for p in 0..n {
            let pivot = m[p][p];
            if pivot.is_nan() || pivot <= 0.0 {
                return None;
            }
            let mut base = std::mem::take(&mut m[p]);
            base.iter_mut().for_each(|v| *v /= pivot);
            base[p] = 1.0 / pivot;
            for (_, row) in m.iter_mut().enumerate().filter(|(r, _)| *r != p) {
                let factor = row[p];
                if factor != 0.0 {
                    row[p] = 0.0;
                    axpy(-factor, &base, row);
                }
            }
            m[p] = base;
        }
        Some(Self { unknowns: n, rows: m })
    }

    /// Solves [M E'; E 0] (d, mu) = (top, bottom).
    pub fn solve(&self, top: &[f64], bottom: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let rhs: Vec<f64> = top.iter().chain(bottom).copied().collect();
        let mut solution: Vec<f64> = self.rows.iter().map(|row| inner(row, &rhs)).collect();
        let multipliers = solution.split_off(self.unknowns);
        (solution, multipliers)
    }

    /// Adds the constraint e . d = 0, where e is `part` from `offset` on and zero elsewhere; it becomes the last.
    /// False, and nothing changed, if it depends on the others numerically.
    pub fn add_constraint(&mut self, offset: usize, part: &[f64]) -> bool {
        let mut v = self.times_block(offset, part);
        let s = inner(&v[offset..offset + part.len()], part);
        if !(s > 0.0 && (1.0 / s).is_finite()) {
            return false;
        }
        self.rank_one(-1.0 / s, &v);
        v.iter_mut().for_each(|x| *x /= s);
        for (row, x) in self.rows.iter_mut().zip(&v) {
            row.push(*x);
        }
        v.push(-1.0 / s);
        self.rows.push(v);
        true
    }

    /// Removes constraint `j`; the later ones move up by one.
    pub fn drop_constraint(&mut self, j: usize) {
        let index = self.unknowns + j;
        let mut v = self.rows.remove(index);
        let corner = v.remove(index);
        for row in &mut self.rows {
            row.remove(index);
        }
        self.rank_one(-1.0 / corner, &v);
    }

    /// Adds sigma a a' to M; false, and nothing changed, if that is numerically singular.
    pub fn update(&mut self, sigma: f64, a: &[f64]) -> bool {
        let v: Vec<f64> = self.rows.iter().map(|row| inner(&row[..a.len()], a)).collect();
        let denominator = 1.0 + sigma * inner(&v[..a.len()], a);
        if denominator.is_nan() || denominator < 1e-9 {
            return false;
        }
        self.rank_one(-sigma / denominator, &v);
        true
    }

    fn times_block(&self, offset: usize, part: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| inner(&row[offset..offset + part.len()], part)).collect()
    }

    fn rank_one(&mut self, alpha: f64, v: &[f64]) {
        for (row, x) in self.rows.iter_mut().zip(v) {
            axpy(alpha * x, v, row);
        }
    }
}

/// sum_i a_i b_i.
pub fn inner(a: &[f64], b: &[f64]) -> f64 {
    // Four independent sums, so that the compiler can keep the processor's lanes busy.
    let mut sums = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let tail: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a4.zip(b4) {
        for lane in 0..4 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f64>() + tail
}

/// y += alpha x.
pub fn axpy(alpha: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += alpha * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn residual(kkt: &KktInverse, m: &[Vec<f64>], e: &[Vec<f64>]) -> f64 {
        let top: Vec<f64> = (0..m.len()).map(|i| 1.0 + i as f64).collect();
        let bottom: Vec<f64> = (0..e.len()).map(|i| 2.0 - i as f64).collect();
        let (d, mu) = kkt.solve(&top, &bottom);
        let mut worst: f64 = 0.0;
        for (i, row) in m.iter().enumerate() {
            let back: f64 = e.iter().zip(&mu).map(|(row, mu)| row[i] * mu).sum();
            worst = worst.max((inner(row, &d) + back - top[i]).abs());
        }
        for (row, b) in e.iter().zip(&bottom) {
            worst = worst.max((inner(row, &d) - b).abs());
        }
        worst
    }

    #[test]
    fn updates_keep_the_inverse() {
        let mut m = vec![vec![4.0, 1.0, 0.0], vec![1.0, 3.0, 1.0], vec![0.0, 1.0, 5.0]];
        let mut kkt = KktInverse::new(m.clone()).unwrap();
        assert!(residual(&kkt, &m, &[]) < 1e-12);
        let (e, f) = (vec![0.0, 1.0, 2.0], vec![1.0, -1.0, 0.0]);
        assert!(kkt.add_constraint(1, &[1.0, 2.0]) && kkt.add_constraint(0, &[1.0, -1.0]));
        assert!(residual(&kkt, &m, &[e.clone(), f.clone()]) < 1e-12);
        let a = [1.0, 2.0, -1.0];
        assert!(kkt.update(0.5, &a));
        for i in 0..3 {
            for j in 0..3 {
                m[i][j] += 0.5 * a[i] * a[j];
            }
        }
        assert!(residual(&kkt, &m, &[e, f.clone()]) < 1e-12);
        kkt.drop_constraint(0);
        assert!(residual(&kkt, &m, &[f]) < 1e-12);
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        assert!(KktInverse::new(vec![vec![1.0, 2.0], vec![2.0, 1.0]]).is_none());
    }
}
