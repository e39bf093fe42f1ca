//! Products of float matrices: ordinary ones, in which each entry is a sum of products as in [`super::rounding`], in
//! an order that nobody promises. Dense and row-major; a transposed operand costs no copy.
//!
//! The order differs between machines, so that nothing computed here may end up in a certificate.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use std::thread;

/// Products with more multiplications than this are shared out over threads.
const THREADS_FROM: usize = 50_000_000;

/// A dense float matrix that is stored elsewhere, maybe transposed.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// As stored.
    rows: usize,
    cols: usize,
    values: &'a [f64],
    transposed: bool,
}

impl<'a> View<'a> {
    /// The matrix with these entries, row by row; `None` if their number is not rows * cols.
    pub fn new(rows: usize, cols: usize, values: &'a [f64]) -> Option<Self> {
        let fits = rows.checked_mul(cols) == Some(values.len());
        fits.then_some(Self { rows, cols, values, transposed: false })
    }

    /// The transpose.
    pub fn transposed(self) -> Self {
        Self { transposed: !self.transposed, ..self }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        if self.transposed { self.cols } else { self.rows }
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        if self.transposed { self.rows } else { self.cols }
    }

    /// The entries, in the order in which they are stored.
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// As [`Self::new`]; a product with it is all NaN if the number of entries is wrong.
    pub(super) fn from_parts(rows: usize, cols: usize, values: &'a [f64]) -> Self {
        Self { rows, cols, values, transposed: false }
    }

    /// A matrix of this one's shape and layout, whose entries are stored elsewhere.
    pub(super) fn with_values<'b>(&self, values: &'b [f64]) -> View<'b> {
        View { rows: self.rows, cols: self.cols, values, transposed: self.transposed }
    }

    /// Whether `values` holds rows of this matrix, not columns, and how long they are.
    pub(super) fn lines(&self) -> (bool, usize) {
        (!self.transposed, self.cols)
    }

    fn array(&self) -> Option<ArrayView2<'a, f64>> {
        let stored = ArrayView2::from_shape((self.rows, self.cols), self.values).ok()?;
        Some(if self.transposed { stored.reversed_axes() } else { stored })
    }
}

/// The float product A B, row-major; all NaN if the shapes do not match.
pub fn product(a: View<'_>, b: View<'_>) -> Vec<f64> {
    let (rows, cols) = (a.rows(), b.cols());
    let mut out = vec![0.0; rows.saturating_mul(cols)];
    if let (Some(a), Some(b), Ok(c)) = (a.array(), b.array(), ArrayViewMut2::from_shape((rows, cols), &mut out))
        && accumulate(1.0, a, b, 0.0, c)
    {
        return out;
    }
    out.fill(f64::NAN);
    out
}

/// C := alpha A B + beta C, on threads where that is much work; false if the shapes do not match or a thread was refused.
#[must_use]
pub(super) fn accumulate(
    alpha: f64,
    a: ArrayView2<'_, f64>,
    b: ArrayView2<'_, f64>,
    beta: f64,
    mut c: ArrayViewMut2<'_, f64>,
) -> bool {
    let (rows, inner, cols) = (a.nrows(), a.ncols(), b.ncols());
    if b.nrows() != inner || c.dim() != (rows, cols) {
        return false;
    }
    if beta == 0.0 {
        // Whatever was there.
        c.fill(0.0);
    }
    if rows == 0 || inner == 0 || cols == 0 {
        c.map_inplace(|v| *v *= beta);
        return true;
    }
    let work = rows.saturating_mul(inner).saturating_mul(cols);
    let threads = if work < THREADS_FROM { 1 } else { thread::available_parallelism().map_or(1, |n| n.get()) };
    let chunk = rows.div_ceil(threads).max(1);
    if chunk >= rows {
        general_mat_mul(alpha, &a, &b, beta, &mut c);
        return true;
    }
    thread::scope(|scope| {
        let mut all = true;
        for (a, mut c) in a.axis_chunks_iter(Axis(0), chunk).zip(c.axis_chunks_iter_mut(Axis(0), chunk)) {
            let part = move || general_mat_mul(alpha, &a, &b, beta, &mut c);
            all &= thread::Builder::new().spawn_scoped(scope, part).is_ok();
        }
        all
    })
}
