//! Lower bounds of the least eigenvalue of symmetric interval matrices: a float Cholesky decomposition, which nothing
//! trusts, and an enclosure of what it leaves over (Rump, Verification of positive definiteness, BIT 2006, with the
//! residual computed instead of bounded beforehand).

use super::matrix::{Factor, IntervalMatrix, Radius, multiply};
use super::product::{View, accumulate};
use super::rounding::float_dot;
use ndarray::{ArrayView2, ArrayViewMut2, Axis};

/// Blocks up to this order are treated row by row; larger ones are halved, so that matrix products do nearly all of the work.
const NARROW: usize = 32;
/// Steps of inverse iteration for a first guess of the least eigenvalue.
const STEPS: usize = 12;
/// Parts of that guess, which is rather too large, that are tried as shifts, until one leaves a definite matrix.
const SHARES: [f64; 7] = [0.99, 0.95, 0.8, 0.5, 0.2, 0.05, 0.01];

/// A positive lower bound of all eigenvalues of all symmetric matrices in `a`; `None` if `a`'s midpoints or radii are not
/// symmetric or none is found. Infinite for order 0.
///
/// For any L and s, with A = L L^T + s I + E: lambda_min(A) >= s - ||E||, and the infinity norm bounds that of the symmetric E.
pub fn least_eigenvalue(a: &IntervalMatrix) -> Option<f64> {
    let n = a.rows();
    if n == 0 && a.cols() == 0 {
        return Some(f64::INFINITY);
    }
    if !a.is_usable() || *a != a.transpose() {
        return None;
    }
    let guess = guess(n, &cholesky(n, a.mid(), 0.0)?)?;
    let attempts = SHARES.iter().map(|share| share * guess);
    let (shift, lower) = attempts.filter_map(|s| Some((s, cholesky(n, a.mid(), s)?))).next()?;
    let lower = Factor::from(View::from_parts(n, n, &lower));
    let mut scaled = vec![0.0; n.checked_mul(n)?];
    scaled.iter_mut().step_by(n.saturating_add(1)).for_each(|v| *v = shift);
    let rest = a.sub(&IntervalMatrix::from_points(n, n, scaled));
    let rest = rest.sub(&multiply(lower, lower.transposed(), Radius::ByProducts));
    let bound = (shift - rest.norm()).next_down();
    (bound > 0.0 && bound.is_finite()).then_some(bound)
}

/// The lower triangular L with L L^T near A - s I, zeros above the diagonal; only A's lower half is read. `None` if it breaks down.
fn cholesky(n: usize, a: &[f64], shift: f64) -> Option<Vec<f64>> {
    let mut lower = a.to_vec();
    lower.iter_mut().step_by(n.saturating_add(1)).for_each(|v| *v -= shift);
    decompose(ArrayViewMut2::from_shape((n, n), &mut lower).ok()?)?;
    for (r, row) in lower.chunks_mut(n).enumerate() {
        row.iter_mut().skip(r.saturating_add(1)).for_each(|v| *v = 0.0);
    }
    Some(lower)
}

/// A := L with A = L L^T, on and below the diagonal.
fn decompose(mut a: ArrayViewMut2<'_, f64>) -> Option<()> {
    let half = a.nrows() / 2;
    if a.nrows() <= NARROW {
        let mut done: Vec<Vec<f64>> = Vec::with_capacity(a.nrows());
        for (r, mut row) in a.outer_iter_mut().enumerate() {
            let row = row.as_slice_mut()?;
            divide_row(row, &done)?;
            let (left, rest) = row.split_at_mut_checked(r)?;
            let diagonal = rest.first_mut()?;
            *diagonal -= float_dot(left, left);
            if diagonal.is_nan() || *diagonal <= 0.0 {
                return None;
            }
            *diagonal = diagonal.sqrt();
            done.push(row.get(..=r)?.to_vec());
        }
        return Some(());
    }
    let (top, bottom) = a.split_at(Axis(0), half);
    let mut first = top.split_at(Axis(1), half).0;
    let (mut left, mut last) = bottom.split_at(Axis(1), half);
    decompose(first.view_mut())?;
    divide_by_transpose(first.view(), left.view_mut())?;
    accumulate(-1.0, left.view(), left.view().reversed_axes(), 1.0, last.view_mut()).then_some(())?;
    decompose(last)
}

/// X := X L^-T for a lower triangular L.
fn divide_by_transpose(l: ArrayView2<'_, f64>, mut x: ArrayViewMut2<'_, f64>) -> Option<()> {
    let half = l.nrows() / 2;
    if l.nrows() <= NARROW {
        let rows: Option<Vec<Vec<f64>>> =
            l.outer_iter().enumerate().map(|(r, row)| Some(row.as_slice()?.get(..=r)?.to_vec())).collect();
        let rows = rows?;
        return x.outer_iter_mut().try_for_each(|mut row| divide_row(row.as_slice_mut()?, &rows));
    }
    let (top, bottom) = l.split_at(Axis(0), half);
    let (corner, last) = bottom.split_at(Axis(1), half);
    let (mut left, mut right) = x.split_at(Axis(1), half);
    divide_by_transpose(top.split_at(Axis(1), half).0, left.view_mut())?;
    accumulate(-1.0, left.view(), corner.reversed_axes(), 1.0, right.view_mut()).then_some(())?;
    divide_by_transpose(last, right)
}

/// The first entries x of a row become the solution of x L^T = row, for the rows of L up to the diagonal.
fn divide_row(row: &mut [f64], lower: &[Vec<f64>]) -> Option<()> {
    for (c, line) in lower.iter().enumerate() {
        let (left, rest) = row.split_at_mut_checked(c)?;
        let value = rest.first_mut()?;
        *value = (*value - float_dot(left, line)) / line.last()?;
    }
    Some(())
}

/// About the least eigenvalue of L L^T, or more than that, by inverse iteration.
fn guess(n: usize, lower: &[f64]) -> Option<f64> {
    // Any vector that is not likely to be orthogonal to the eigenvector.
    let mut v: Vec<f64> = (1..=n).map(|k| (k as f64 * 0.618_033_988_749_895).fract() - 0.5).collect();
    let mut least = f64::NAN;
    for _ in 0..STEPS {
        let length = float_dot(&v, &v).sqrt();
        v.iter_mut().for_each(|v| *v /= length);
        for (r, row) in lower.chunks(n).enumerate() {
            let (left, rest) = v.split_at_mut_checked(r)?;
            let value = rest.first_mut()?;
            *value = (*value - float_dot(left, row)) / row.get(r)?;
        }
        for (r, row) in lower.chunks(n).enumerate().rev() {
            let (left, rest) = v.split_at_mut_checked(r)?;
            let value = rest.first_mut()?;
            *value /= row.get(r)?;
            left.iter_mut().zip(row).for_each(|(v, l)| *v -= *value * l);
        }
        least = 1.0 / float_dot(&v, &v).sqrt();
    }
    (least > 0.0 && least.is_finite()).then_some(least)
}
