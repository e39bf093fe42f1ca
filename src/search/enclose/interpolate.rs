//! A point of loss zero next to a given one: f(x_k) = y_k for all samples, with more unknowns than equations.
//!
//! Shortest Newton steps in all coordinates find it; then as many coordinates as there are equations stay unknown,
//! chosen so that the equations are well conditioned in them, and the others are pinned.

use super::compensated::Pair;
use super::dense::Factor;
use super::newton::Frame;
use super::point::Point;
use super::refine::precise_errors;
use super::surface::Surface;
use crate::exact::cell::Side;
use crate::search::polish::kkt::{axpy, inner};
use rayon::prelude::*;

/// Most Newton steps.
const MAX_STEPS: usize = 30;
/// Relative error of the outputs at which steps end.
const TOLERANCE: f64 = 1e-13;
/// How far samples are pushed off kinks, relative to |w| |x|; a quarter of it each time that fails.
const FIRST_PUSH: f64 = 1e-3;
/// Most pushes.
const MAX_PUSHES: usize = 8;

/// A sample to be moved off its kink: unit, ray and the wanted w.x_C.
type Target = (usize, usize, f64);

/// A point near `point` with errors zero, no kinks and all but N J coordinates pinned; the reason where there is none.
pub fn interpolate(surface: &Surface, point: &Point) -> Result<(Point, f64), String> {
    let mut start = point.clone();
    start.units.iter_mut().for_each(|unit| unit.pinned.clear());
    let mut push = FIRST_PUSH;
    for _ in 0..MAX_PUSHES {
        let (mut pushed, targets) = off_kinks(surface, &start, push);
        if solve(surface, &mut pushed, &targets) {
            return pinned(surface, pushed);
        }
        push /= 4.0;
        if targets.is_empty() {
            break;
        }
    }
    Err("the samples can nearly be interpolated, but not with the signs of a point near the model".into())
}

/// All kinks on the positive side, with where they should be.
fn off_kinks(surface: &Surface, point: &Point, push: f64) -> (Point, Vec<Target>) {
    let mut point = point.clone();
    let mut targets = Vec::new();
    for (i, unit) in point.units.iter_mut().enumerate() {
        let size = inner(&unit.input, &unit.input).sqrt();
        for r in unit.kinks() {
            unit.sides[r] = Side::Plus;
            targets.push((i, r, push * size * surface.rays[r].size));
        }
    }
    (point, targets)
}

/// Shortest Newton steps; whether they end at errors zero with all signs right.
fn solve(surface: &Surface, point: &mut Point, targets: &[Target]) -> bool {
    let ones = vec![1.0; surface.rows.len()];
    let scale = surface.rows.iter().flat_map(|r| &r.target).fold(0.0f64, |m, y| m.max(y.abs()));
    for _ in 0..MAX_STEPS {
        let mut errors: Vec<f64> = precise_errors(surface, point).into_iter().flatten().map(Pair::float).collect();
        let largest = errors.iter().fold(0.0f64, |m, e| m.max(e.abs()));
        let short = |&(i, r, wanted): &Target| inner(&surface.rays[r].x, &point.units[i].input) - wanted;
        errors.extend(targets.iter().map(short));
        if largest <= TOLERANCE * scale && targets.iter().all(|t| short(t).abs() <= 0.5 * t.2) {
            return point.units.iter().all(|u| surface.has_signs(&u.input, &u.sides));
        }
        let frame = Frame::new(surface, point);
        let view = surface.view(point);
        let columns = frame.columns(surface, point, &view, &ones);
        let mut rows: Vec<Vec<f64>> =
            (0..surface.rows.len() * surface.outputs).map(|k| columns.iter().map(|c| c[k]).collect()).collect();
        rows.extend(targets.iter().map(|&(i, r, _)| frame.along(i, &surface.rays[r].x)));
        let product = |p: usize| (0..=p).map(|q| inner(&rows[p], &rows[q])).collect();
        let gram: Vec<Vec<f64>> = (0..rows.len()).into_par_iter().map(product).collect();
        let Some(factor) = Factor::new(&gram, 0.0) else { return false };
        let mut step = vec![0.0; frame.size];
        rows.iter().zip(factor.solve(&errors)).for_each(|(row, v)| axpy(-v, row, &mut step));
        point.step(1.0, &frame.expand(&step));
    }
    false
}

/// Pins all but as many coordinates as there are equations, and solves for those to the last bits; with the largest
/// error that is left, relative to the targets.
fn pinned(surface: &Surface, mut point: Point) -> Result<(Point, f64), String> {
    let ones = vec![1.0; surface.rows.len()];
    let scale = surface.rows.iter().flat_map(|r| &r.target).fold(f64::MIN_POSITIVE, |m, y| m.max(y.abs()));
    let frame = Frame::new(surface, &point);
    let columns = frame.columns(surface, &point, &surface.view(&point), &ones);
    let chosen = independent(&columns, surface.rows.len() * surface.outputs, frame.bias_start())
        .ok_or("the outputs on the samples do not depend on the parameters independently")?;
    let width = surface.width() + surface.outputs;
    for (i, unit) in point.units.iter_mut().enumerate() {
        unit.pinned = (0..width).filter(|a| chosen.binary_search(&(i * width + a)).is_err()).collect();
    }
    let error =
        |point: &Point| -> Vec<f64> { precise_errors(surface, point).into_iter().flatten().map(Pair::float).collect() };
    let largest = |errors: &[f64]| errors.iter().fold(0.0f64, |m, e| m.max(e.abs())) / scale;
    let mut errors = error(&point);
    for _ in 0..5 {
        let columns = frame.columns(surface, &point, &surface.view(&point), &ones);
        let matrix = (0..errors.len()).map(|k| chosen.iter().map(|&c| columns[c][k]).collect()).collect();
        let Some(values) = solved(matrix, &errors) else { break };
        let mut step = vec![0.0; frame.size];
        chosen.iter().zip(values).for_each(|(&c, v)| step[c] = -v);
        let mut next = point.clone();
        next.step(1.0, &frame.expand(&step));
        let next_errors = error(&next);
        if largest(&next_errors) >= largest(&errors) {
            break;
        }
        (point, errors) = (next, next_errors);
    }
    Ok((point, largest(&errors)))
}

/// As many columns as `count`, ascending, that are far from dependent: those from `first` on, then the longest that is
/// left each time, orthogonalised (QR with column pivoting).
fn independent(columns: &[Vec<f64>], count: usize, first: usize) -> Option<Vec<usize>> {
    let mut left = columns.to_vec();
    let mut squares: Vec<f64> = left.iter().map(|c| inner(c, c)).collect();
    let largest = squares.iter().copied().fold(0.0, f64::max);
    let mut chosen: Vec<usize> = Vec::new();
    while chosen.len() < count {
        let forced = first + chosen.len();
        let longest = || (0..left.len()).max_by(|&a, &b| squares[a].total_cmp(&squares[b]));
        let next = if forced < left.len() { Some(forced) } else { longest() }?;
        if squares[next].is_nan() || squares[next] <= 1e-22 * largest {
            return None;
        }
        let size = squares[next].sqrt();
        let q: Vec<f64> = left[next].iter().map(|v| v / size).collect();
        let rest = left.par_iter_mut().zip(&mut squares).enumerate();
        rest.filter(|(_, (_, square))| **square > 0.0).for_each(|(c, (column, square))| {
            let along = inner(&q, column);
            axpy(-along, &q, column);
            *square = if c == next { f64::NEG_INFINITY } else { inner(column, column).max(0.0) };
        });
        chosen.push(next);
    }
    chosen.sort_unstable();
    Some(chosen)
}

/// Solves a square system by elimination with row exchanges; `None` if it is singular.
fn solved(mut a: Vec<Vec<f64>>, rhs: &[f64]) -> Option<Vec<f64>> {
    let n = a.len();
    a.iter_mut().zip(rhs).for_each(|(row, r)| row.push(*r));
    for p in 0..n {
        let best = (p..n).max_by(|&i, &j| a[i][p].abs().total_cmp(&a[j][p].abs()))?;
        a.swap(p, best);
        if a[p][p] == 0.0 || a[p][p].is_nan() {
            return None;
        }
        let (above, below) = a.split_at_mut(p + 1);
        let base = &above[p];
        below.iter_mut().for_each(|row| {
            let factor = row[p] / base[p];
            if factor != 0.0 {
                axpy(-factor, &base[p..], &mut row[p..]);
            }
        });
    }
    let mut v = vec![0.0; n];
    for p in (0..n).rev() {
        v[p] = (a[p][n] - inner(&a[p][p + 1..n], &v[p + 1..])) / a[p][p];
    }
    Some(v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn square_systems_are_solved() {
        let a = vec![vec![0.0, 2.0, 1.0], vec![1.0, 1.0, 0.0], vec![2.0, 0.0, 3.0]];
        assert_eq!(solved(a, &[7.0, 3.0, 11.0]), Some(vec![1.0, 2.0, 3.0]));
        assert_eq!(solved(vec![vec![1.0, 2.0], vec![2.0, 4.0]], &[1.0, 2.0]), None);
    }

    #[test]
    fn the_columns_chosen_are_independent_and_keep_the_forced_ones() {
        let columns = [vec![1.0, 0.0], vec![2.0, 0.0], vec![3.0, 0.1], vec![1.0, 1.0]];
        assert_eq!(independent(&columns, 2, 3), Some(vec![2, 3]));
        assert_eq!(independent(&columns[..2], 2, 2), None);
    }
}
