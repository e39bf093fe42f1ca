//! Approximate inverses in floats, which nothing trusts, and what they prove about interval matrices: T11's contraction
//! and norms of exact inverses.

use super::interval::{Interval, is_usable, magnitude};
use super::matrix::{Factor, IntervalMatrix, Radius, multiply};
use super::product::{View, accumulate};
use super::rounding::{add_up, div_up, largest, mul_up, sum_up};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

/// Blocks up to this order are treated row by row; larger ones are halved, so that matrix products do nearly all of the work.
const NARROW: usize = 32;

/// An approximate inverse of an n x n matrix (row-major) by blocked elimination with partial pivoting, in about 2 n^3
/// flops. `None` if the entries are not n^2 finite numbers, a pivot is zero, or something overflows.
///
/// With P A = L U, X L = U^-1 gives the inverse X P, by the order of steps that keeps X P A - I small (Higham, Accuracy and
/// Stability of Numerical Algorithms, 14.3, method B).
pub fn approximate_inverse(n: usize, a: &[f64]) -> Option<Vec<f64>> {
    let mut factors = ArrayView2::from_shape((n, n), a).ok()?.to_owned();
    let order = factorize(factors.view_mut())?;
    let upper = |(r, c): (usize, usize)| factors.get((r, c)).copied().filter(|_| c >= r).unwrap_or(0.0);
    let mut inverse = Array2::from_shape_fn((n, n), upper);
    invert_upper(inverse.view_mut())?;
    solve_lower(factors.view(), inverse.view_mut())?;
    drop(factors);
    // Row r of P A is row order[r] of A: column r of X is column order[r] of X P.
    let mut places = vec![0; n];
    for (r, place) in order.into_iter().enumerate() {
        *places.get_mut(place)? = r;
    }
    let rows = inverse.as_slice()?.chunks(n.max(1));
    let out: Option<Vec<f64>> = rows.flat_map(|row| places.iter().map(|&place| row.get(place).copied())).collect();
    out.filter(|out| out.iter().all(|v| v.is_finite()))
}

/// P A = L U in place of A, m x w with m >= w; row r of P A is row `order[r]` of A.
fn factorize(a: ArrayViewMut2<'_, f64>) -> Option<Vec<usize>> {
    let half = a.ncols() / 2;
    if a.ncols() <= NARROW {
        return factorize_narrow(a);
    }
    let (mut left, mut right) = a.split_at(Axis(1), half);
    let mut order = factorize(left.view_mut())?;
    gather(&mut right, &order)?;
    let (l_top, mut l_bottom) = left.split_at(Axis(0), half);
    let (mut top, mut bottom) = right.split_at(Axis(0), half);
    divide_by_lower(l_top.view(), top.view_mut())?;
    accumulate(-1.0, l_bottom.view(), top.view(), 1.0, bottom.view_mut()).then_some(())?;
    let below = factorize(bottom)?;
    gather(&mut l_bottom, &below)?;
    let rest = order.split_off(half);
    for place in below {
        order.push(*rest.get(place)?);
    }
    Some(order)
}

/// [`factorize`] column by column, on a copy whose rows lie side by side.
fn factorize_narrow(mut a: ArrayViewMut2<'_, f64>) -> Option<Vec<usize>> {
    let mut rows: Vec<(usize, Vec<f64>)> = a.outer_iter().map(|row| row.to_vec()).enumerate().collect();
    for column in 0..a.ncols() {
        let size = |r: &usize| rows.get(*r).and_then(|(_, row)| row.get(column)).map_or(0.0, |v| v.abs());
        let pivot = (column..a.nrows()).max_by(|x, y| size(x).total_cmp(&size(y)))?;
        rows.swap(column, pivot);
        let (top, below) = rows.get_mut(column..)?.split_first_mut()?;
        let (diagonal, right) = top.1.get(column..)?.split_first()?;
        if *diagonal == 0.0 || !diagonal.is_finite() {
            return None;
        }
        for (_, row) in below {
            let (factor, rest) = row.get_mut(column..)?.split_first_mut()?;
            *factor /= diagonal;
            subtract(rest, *factor, right);
        }
    }
    a.iter_mut().zip(rows.iter().flat_map(|(_, row)| row)).for_each(|(to, v)| *to = *v);
    Some(rows.into_iter().map(|(place, _)| place).collect())
}

/// to -= factor * from.
fn subtract(to: &mut [f64], factor: f64, from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, v)| *to -= factor * v);
}

/// Row r becomes what was row `order[r]`.
fn gather(a: &mut ArrayViewMut2<'_, f64>, order: &[usize]) -> Option<()> {
    let copy = a.to_owned();
    let rows: Vec<_> = copy.outer_iter().collect();
    for (mut row, place) in a.outer_iter_mut().zip(order) {
        row.assign(rows.get(*place)?);
    }
    Some(())
}

/// B := L^-1 B for a unit lower triangular L, of which only what lies below the diagonal is read.
fn divide_by_lower(l: ArrayView2<'_, f64>, mut b: ArrayViewMut2<'_, f64>) -> Option<()> {
    if l.nrows() <= NARROW {
        let mut rows: Vec<_> = b.outer_iter_mut().collect();
        for (r, factors) in l.outer_iter().enumerate() {
            let (done, rest) = rows.split_at_mut_checked(r)?;
            let row = rest.first_mut()?.as_slice_mut()?;
            for (factor, above) in factors.iter().zip(done) {
                subtract(row, *factor, above.as_slice()?);
            }
        }
        return Some(());
    }
    let half = l.nrows() / 2;
    let (l_top, l_bottom) = l.split_at(Axis(0), half);
    let (l_left, l_right) = l_bottom.split_at(Axis(1), half);
    let (mut top, mut bottom) = b.split_at(Axis(0), half);
    divide_by_lower(l_top.split_at(Axis(1), half).0, top.view_mut())?;
    accumulate(-1.0, l_left, top.view(), 1.0, bottom.view_mut()).then_some(())?;
    divide_by_lower(l_right, bottom)
}

/// U := U^-1 for an upper triangular U with zeros below the diagonal: V U = I row by row.
fn invert_upper(mut u: ArrayViewMut2<'_, f64>) -> Option<()> {
    let n = u.nrows();
    if n <= NARROW {
        let rows: Vec<Vec<f64>> = u.outer_iter().map(|row| row.to_vec()).collect();
        for (r, mut row) in u.outer_iter_mut().enumerate() {
            let row = row.as_slice_mut()?;
            row.fill(0.0);
            *row.get_mut(r)? = 1.0;
            for (c, other) in rows.iter().enumerate().skip(r) {
                let (value, rest) = row.get_mut(c..)?.split_first_mut()?;
                let (diagonal, right) = other.get(c..)?.split_first()?;
                *value /= diagonal;
                subtract(rest, *value, right);
            }
        }
        return Some(());
    }
    let (top, bottom) = u.split_at(Axis(0), n / 2);
    let (mut first, mut corner) = top.split_at(Axis(1), n / 2);
    let mut last = bottom.split_at(Axis(1), n / 2).1;
    invert_upper(first.view_mut())?;
    invert_upper(last.view_mut())?;
    let mut half = Array2::zeros(corner.raw_dim());
    accumulate(-1.0, first.view(), corner.view(), 0.0, half.view_mut()).then_some(())?;
    accumulate(1.0, half.view(), last.view(), 0.0, corner.view_mut()).then_some(())
}

/// X := X L^-1 for a unit lower triangular L, of which only what lies below the diagonal is read.
fn solve_lower(l: ArrayView2<'_, f64>, mut x: ArrayViewMut2<'_, f64>) -> Option<()> {
    if l.nrows() <= NARROW {
        let rows: Vec<Vec<f64>> = l.outer_iter().map(|row| row.to_vec()).collect();
        for mut row in x.outer_iter_mut() {
            let row = row.as_slice_mut()?;
            for (c, factors) in rows.iter().enumerate().rev() {
                let (left, rest) = row.split_at_mut_checked(c)?;
                subtract(left, *rest.first()?, factors);
            }
        }
        return Some(());
    }
    let half = l.nrows() / 2;
    let (l_top, l_bottom) = l.split_at(Axis(0), half);
    let (l_left, l_right) = l_bottom.split_at(Axis(1), half);
    let (mut left, mut right) = x.split_at(Axis(1), half);
    solve_lower(l_right, right.view_mut())?;
    accumulate(-1.0, right.view(), l_left, 1.0, left.view_mut()).then_some(())?;
    solve_lower(l_top.split_at(Axis(1), half).0, left)
}

/// An enclosure of I - R A for the float matrix R (row-major, of A's shape transposed) and all matrices in A; not usable if
/// the shapes do not match.
pub fn defect(r: &[f64], a: &IntervalMatrix) -> IntervalMatrix {
    let points = View::from_parts(a.cols(), a.rows(), r);
    let product = multiply(Factor::from(points), a.factor(), Radius::ByProducts);
    IntervalMatrix::identity(a.cols()).sub(&product)
}

/// An upper bound of the infinity norm of the inverses of all matrices in A, all regular; `None` if R does not prove that.
///
/// ||A^-1|| <= ||R|| / (1 - ||I - R A||) for the float matrix R, if ||I - R A|| < 1 (Neumann).
pub fn inverse_bound(r: &[f64], a: &IntervalMatrix) -> Option<f64> {
    let n = a.rows();
    if a.cols() != n || r.len() != n.checked_mul(n)? {
        return None;
    }
    let room = (1.0 - defect(r, a).norm()).next_down();
    let norm = largest(r.chunks(n.max(1)).map(|row| sum_up(row.iter().map(|v| v.abs()))));
    let bound = div_up(norm, room);
    (room > 0.0 && bound.is_finite()).then_some(bound)
}

/// Upper bounds of |R F(z0)|_i + sum_j |I - R A|_ij r_j for the Krawczyk operator over the box |z - z0| <= r (T11): it
/// maps the box into its interior iff each is below r_i.
///
/// `defect` encloses I - R F'(Z), `step` encloses R F(z0), `radii` are r. NaN or infinite where something is not usable
/// or lengths differ.
pub fn krawczyk_radius(defect: &IntervalMatrix, step: &[Interval], radii: &[f64]) -> Vec<f64> {
    let n = defect.rows();
    if defect.cols() != n || step.len() != n || radii.len() != n || radii.iter().any(|r| *r < 0.0) {
        return vec![f64::NAN; n];
    }
    let row = |((mid, rad), step): ((&[f64], &[f64]), &Interval)| {
        let start = if is_usable(*step) { magnitude(*step) } else { f64::NAN };
        let terms = mid.iter().zip(rad).zip(radii).map(|((m, r), radius)| mul_up(add_up(m.abs(), *r), *radius));
        add_up(start, sum_up(terms))
    };
    let lines = defect.mid().chunks(n.max(1)).zip(defect.rad().chunks(n.max(1)));
    lines.zip(step).map(row).collect()
}
