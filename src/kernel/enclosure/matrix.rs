//! Interval matrices by midpoint and radius, and their products by float products.
//!
//! **The product** of A = mA +- rA and B = mB +- rB with inner size n. For all matrices in them
//!
//! |AB - mA mB| <= |mA| rB + rA (|mB| + rB),    |fl(mA mB) - mA mB| <= gamma_n |mA||mB| + n eta
//!
//! ([`super::rounding`], entry by entry and for every order of summation), so that the midpoint fl(mA mB) has the radius
//!
//! |mA| S + rA T + n eta   with S >= rB + gamma_n |mB|, T >= |mB| + rB rounded up entry by entry; where B is a point
//! matrix, R |mB| + n eta with R >= rA + gamma_n |mA|.
//!
//! These products of nonnegative matrices P Q are bounded by float products too, P Q <= (fl(P Q) + n eta) / (1 - gamma_n); or
//! without any, by (P Q)_ij <= |P_i| |Q_j| (Cauchy-Schwarz, Euclidean norms rounded up). Every n eta is left out where no
//! product can underflow, so that zeros stay zeros. (Rump, Fast and parallel interval arithmetic, BIT 1999, with bounds
//! instead of changed rounding modes.)
//!
//! A number that is not finite makes every entry that depends on it not finite: [`IntervalMatrix::is_usable`] is false then, as it is
//! after any operation on shapes that do not match.

use super::interval::{Interval, ball, midpoint_radius};
pub use super::product::{View, product};
use super::rounding::{
    add_up, float_dot, gamma, growth, largest, least_nonzero, mul_up, norm_from_square, sum_up, underflow,
};

/// All matrices A with |A - mid| <= rad, entry by entry; row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalMatrix {
    rows: usize,
    cols: usize,
    mid: Vec<f64>,
    rad: Vec<f64>,
}

/// A factor of a product: an interval matrix, or a matrix of points without radii.
#[derive(Debug, Clone, Copy)]
pub struct Factor<'a> {
    mid: View<'a>,
    rad: Option<View<'a>>,
}

impl<'a> Factor<'a> {
    /// The transpose, without a copy.
    pub fn transposed(self) -> Self {
        Self { mid: self.mid.transposed(), rad: self.rad.map(View::transposed) }
    }
}

impl<'a> From<View<'a>> for Factor<'a> {
    fn from(mid: View<'a>) -> Self {
        Self { mid, rad: None }
    }
}

/// How the radius of a product is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Radius {
    /// By one more float product, or by two if both factors have radii: nearly as tight as the entries allow.
    ByProducts,
    /// By norms of rows and columns: hardly any work, and wider by a factor up to the square root of the inner size or more.
    ByNorms,
}

/// An enclosure of all products of matrices in A and B.
pub fn multiply(a: Factor<'_>, b: Factor<'_>, radius: Radius) -> IntervalMatrix {
    let (rows, inner, cols) = (a.mid.rows(), a.mid.cols(), b.mid.cols());
    let mid = product(a.mid, b.mid);
    if inner != b.mid.rows() {
        return IntervalMatrix { rows, cols, rad: mid.clone(), mid };
    }
    let gamma = gamma(inner);
    let magnitudes = |m: View<'_>| m.values().iter().map(|v| v.abs()).collect::<Vec<f64>>();
    let widened = |f: Factor<'_>, by: f64| -> Vec<f64> {
        let wider = |m: &f64, r: f64| if *m == 0.0 { r } else { add_up(r, mul_up(by, m.abs())) };
        match f.rad {
            None => f.mid.values().iter().map(|m| wider(m, 0.0)).collect(),
            Some(rad) => f.mid.values().iter().zip(rad.values()).map(|(m, r)| wider(m, *r)).collect(),
        }
    };
    let bounds: Vec<(Vec<f64>, Vec<f64>)> = match (a.rad, b.rad) {
        (_, None) => vec![(widened(a, gamma), magnitudes(b.mid))],
        (None, Some(_)) => vec![(magnitudes(a.mid), widened(b, gamma))],
        (Some(rad), Some(_)) => {
            vec![(magnitudes(a.mid), widened(b, gamma)), (rad.values().to_vec(), widened(b, 1.0))]
        }
    };
    let lost = underflow(inner, least_nonzero(a.mid.values()), least_nonzero(b.mid.values()));
    let mut rad = vec![lost; mid.len()];
    for (p, q) in &bounds {
        let (p, q) = (a.mid.with_values(p), b.mid.with_values(q));
        match radius {
            Radius::ByProducts => add_product_up(&mut rad, p, q),
            Radius::ByNorms => add_norms_up(&mut rad, p, q),
        }
    }
    IntervalMatrix { rows, cols, mid, rad }
}

/// Adds upper bounds of the entries of P Q, both nonnegative.
fn add_product_up(to: &mut [f64], p: View<'_>, q: View<'_>) {
    let inner = p.cols();
    let (lost, growth) = (underflow(inner, least_nonzero(p.values()), least_nonzero(q.values())), growth(inner));
    let products = product(p, q);
    to.iter_mut().zip(products).for_each(|(to, value)| *to = add_up(*to, mul_up(add_up(value, lost), growth)));
}

/// Adds |P_i| |Q_j|, rows of P and columns of Q.
fn add_norms_up(to: &mut [f64], p: View<'_>, q: View<'_>) {
    let (left, right) = (row_norms(p), row_norms(q.transposed()));
    if right.is_empty() {
        return;
    }
    for (line, left) in to.chunks_mut(right.len()).zip(left) {
        line.iter_mut().zip(&right).for_each(|(to, right)| *to = add_up(*to, mul_up(left, *right)));
    }
}

/// Upper bounds of the Euclidean norms of the rows.
fn row_norms(m: View<'_>) -> Vec<f64> {
    let (as_stored, length) = m.lines();
    let mut squares = vec![0.0; m.rows()];
    for (r, line) in m.values().chunks(length.max(1)).enumerate() {
        if !as_stored {
            squares.iter_mut().zip(line).for_each(|(sum, v)| *sum += v * v);
        } else if let Some(sum) = squares.get_mut(r) {
            *sum = float_dot(line, line);
        }
    }
    let least = least_nonzero(m.values());
    squares.iter().map(|square| norm_from_square(*square, m.cols(), least)).collect()
}

impl IntervalMatrix {
    /// The matrix with these midpoints and radii, row by row; not usable if their number is wrong or a radius is negative.
    pub fn new(rows: usize, cols: usize, mid: Vec<f64>, rad: Vec<f64>) -> Self {
        let count = rows.saturating_mul(cols);
        if mid.len() == count && rad.len() == count && rad.iter().all(|r| *r >= 0.0) {
            return Self { rows, cols, mid, rad };
        }
        Self::unusable(rows, cols)
    }

    /// The matrix of these points, row by row; not usable if their number is wrong.
    pub fn from_points(rows: usize, cols: usize, mid: Vec<f64>) -> Self {
        let rad = vec![0.0; mid.len()];
        Self::new(rows, cols, mid, rad)
    }

    /// The matrix of the intervals `entry(r, c)`.
    pub fn from_fn(rows: usize, cols: usize, entry: impl Fn(usize, usize) -> Interval) -> Self {
        let entry = &entry;
        let entries = (0..rows).flat_map(|r| (0..cols).map(move |c| midpoint_radius(entry(r, c))));
        let (mid, rad) = entries.unzip();
        Self { rows, cols, mid, rad }
    }

    /// The matrix of zeros.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self::from_points(rows, cols, vec![0.0; rows.saturating_mul(cols)])
    }

    /// The unit matrix of order n.
    pub fn identity(n: usize) -> Self {
        let mut unit = Self::zeros(n, n);
        unit.mid.iter_mut().step_by(n.saturating_add(1)).for_each(|v| *v = 1.0);
        unit
    }

    fn unusable(rows: usize, cols: usize) -> Self {
        let nan = vec![f64::NAN; rows.saturating_mul(cols)];
        Self { rows, cols, mid: nan.clone(), rad: nan }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The midpoints, row by row.
    pub fn mid(&self) -> &[f64] {
        &self.mid
    }

    /// The radii, row by row.
    pub fn rad(&self) -> &[f64] {
        &self.rad
    }

    /// An interval around entry (r, c); empty outside the matrix.
    pub fn get(&self, r: usize, c: usize) -> Interval {
        let place = if c < self.cols { r.checked_mul(self.cols).and_then(|start| start.checked_add(c)) } else { None };
        let entry = place.and_then(|i| Some((self.mid.get(i)?, self.rad.get(i)?)));
        entry.map_or(Interval::EMPTY, |(mid, rad)| ball(*mid, *rad))
    }

    /// Whether every midpoint and radius is finite.
    pub fn is_usable(&self) -> bool {
        self.mid.iter().chain(&self.rad).all(|v| v.is_finite())
    }

    /// The midpoints as a float matrix.
    pub fn mid_view(&self) -> View<'_> {
        View::from_parts(self.rows, self.cols, &self.mid)
    }

    /// The matrix as a factor; without radii where they are all zero.
    pub fn factor(&self) -> Factor<'_> {
        let points = self.rad.iter().all(|r| *r == 0.0);
        let rad = View::from_parts(self.rows, self.cols, &self.rad);
        Factor { mid: self.mid_view(), rad: (!points).then_some(rad) }
    }

    /// The transpose.
    pub fn transpose(&self) -> Self {
        let turned = |values: &[f64]| -> Vec<f64> {
            let column = |c| values.iter().skip(c).step_by(self.cols).copied();
            (0..self.cols).flat_map(column).collect()
        };
        Self { rows: self.cols, cols: self.rows, mid: turned(&self.mid), rad: turned(&self.rad) }
    }

    /// An enclosure of all sums.
    pub fn add(&self, other: &Self) -> Self {
        self.combine(other, 1.0)
    }

    /// An enclosure of all differences.
    pub fn sub(&self, other: &Self) -> Self {
        self.combine(other, -1.0)
    }

    /// self + sign * other for a sign of 1 or -1, by sums of which the error is known exactly (Knuth).
    fn combine(&self, other: &Self, sign: f64) -> Self {
        if (self.rows, self.cols) != (other.rows, other.cols) {
            return Self::unusable(self.rows, self.cols);
        }
        let pairs = self.mid.iter().zip(&self.rad).zip(other.mid.iter().zip(&other.rad));
        let entry = |((a, ra), (b, rb)): ((&f64, &f64), (&f64, &f64))| {
            let b = sign * b;
            let sum = a + b;
            let from_b = sum - a;
            let error = (a - (sum - from_b)) + (b - from_b);
            (sum, add_up(add_up(*ra, *rb), error.abs()))
        };
        let (mid, rad) = pairs.map(entry).unzip();
        Self { rows: self.rows, cols: self.cols, mid, rad }
    }

    /// An enclosure of all products with matrices in `other`: two or three float products.
    pub fn mul(&self, other: &Self) -> Self {
        multiply(self.factor(), other.factor(), Radius::ByProducts)
    }

    /// An upper bound of the greatest sum of absolute values in a row (the infinity norm) of any matrix in this one;
    /// NaN or infinite if this one is not usable.
    pub fn norm(&self) -> f64 {
        largest(self.row_sums())
    }

    /// Upper bounds of the sums of absolute values in each row.
    pub fn row_sums(&self) -> Vec<f64> {
        let row = |r: usize| {
            let range = r.saturating_mul(self.cols)..r.saturating_add(1).saturating_mul(self.cols);
            let (mid, rad) = (self.mid.get(range.clone()).unwrap_or(&[]), self.rad.get(range).unwrap_or(&[]));
            sum_up(mid.iter().zip(rad).map(|(m, r)| add_up(m.abs(), *r)))
        };
        (0..self.rows).map(row).collect()
    }
}
