//! Products and factors of dense matrices in floats: every entry is a plain sum in one order, whatever the number of
//! threads.

use crate::search::polish::kkt::{axpy, inner};
use rayon::prelude::*;

/// Relative size of a pivot below which a matrix counts as not definite.
const PIVOT_TOLERANCE: f64 = 1e-14;
/// Columns that are factored together: they stay in the cache while the rows below go by.
const PANEL: usize = 64;
/// Rows and columns of a tile of products: as many sums as the processor has room for.
const TALL: usize = 4;
const WIDE: usize = 8;

/// Vectors side by side in groups, so that one number of each lies next to those of the others.
struct Packed(Vec<Vec<[f64; WIDE]>>);

impl Packed {
    /// The first `length` numbers of each vector.
    fn new(vectors: &[Vec<f64>], length: usize) -> Self {
        let group = |group: &[Vec<f64>]| {
            let mut rows = vec![[0.0; WIDE]; length];
            for (j, vector) in group.iter().enumerate() {
                rows.iter_mut().zip(vector).for_each(|(row, v)| row[j] = *v);
            }
            rows
        };
        Self(vectors.chunks(WIDE).map(group).collect())
    }

    /// Shows the inner products of up to TALL vectors with the first `most` packed ones: (which, packed one, product).
    fn products(&self, a: &[&[f64]], most: usize, see: &mut dyn FnMut(usize, usize, f64)) {
        for (g, group) in self.0.iter().take(most.div_ceil(WIDE)).enumerate() {
            let mut show = |i: usize, row: &[f64; WIDE]| {
                row.iter().enumerate().for_each(|(j, product)| see(i, g * WIDE + j, *product));
            };
            match a {
                [a, b, c, d] => tile([a, b, c, d], group).iter().enumerate().for_each(|(i, row)| show(i, row)),
                few => few.iter().enumerate().for_each(|(i, a)| show(i, &row(a, group))),
            }
        }
    }
}

/// The inner products of four vectors with those of a group, summed from the first number to the last. On its own, since
/// the compiler keeps the sums in wide registers only so.
#[inline(never)]
fn tile(a: [&[f64]; TALL], group: &[[f64; WIDE]]) -> [[f64; WIDE]; TALL] {
    let [a, b, c, d] = a.map(|v| &v[..group.len()]);
    let mut sums = [[0.0; WIDE]; TALL];
    for (t, numbers) in group.iter().enumerate() {
        let [p, q, r, s] = sums;
        sums = [add(p, a[t], numbers), add(q, b[t], numbers), add(r, c[t], numbers), add(s, d[t], numbers)];
    }
    sums
}

/// As `tile`, for one vector.
#[inline(never)]
fn row(a: &[f64], group: &[[f64; WIDE]]) -> [f64; WIDE] {
    a.iter().zip(group).fold([0.0; WIDE], |sums, (x, numbers)| add(sums, *x, numbers))
}

#[inline(always)]
fn add(sums: [f64; WIDE], x: f64, numbers: &[f64; WIDE]) -> [f64; WIDE] {
    let mut next = sums;
    for lane in 0..WIDE {
        next[lane] = sums[lane] + x * numbers[lane];
    }
    next
}

/// The inner products of all vectors of one length with each other: the lower triangle, by rows.
pub fn gram(vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let packed = Packed::new(vectors, vectors.first().map_or(0, Vec::len));
    let rows = |(chunk, a): (usize, &[Vec<f64>])| -> Vec<Vec<f64>> {
        let first = chunk * TALL;
        let mut rows: Vec<Vec<f64>> = (0..a.len()).map(|i| vec![0.0; first + i + 1]).collect();
        let a: Vec<&[f64]> = a.iter().map(Vec::as_slice).collect();
        packed.products(&a, first + a.len(), &mut |i, q, product| {
            rows[i].get_mut(q).into_iter().for_each(|slot| *slot = product);
        });
        rows
    };
    vectors.par_chunks(TALL).enumerate().flat_map_iter(rows).collect()
}

/// L with L L' = H + shift: lower triangle by rows.
pub struct Factor(Vec<Vec<f64>>);

impl Factor {
    /// Factors H + shift, H by rows of its lower triangle; `None` if that is not positive definite.
    pub fn new(hessian: &[Vec<f64>], shift: f64) -> Option<Self> {
        let mut l = hessian.to_vec();
        l.iter_mut().enumerate().for_each(|(p, row)| row[p] += shift);
        for start in (0..l.len()).step_by(PANEL) {
            let end = l.len().min(start + PANEL);
            let (above, below) = l.split_at_mut(end);
            let left = Packed::new(&above[start..], start);
            let panel = &mut above[start..];
            panel.par_chunks_mut(TALL).for_each(|rows| subtract(rows, &left, start));
            factor(panel, start, hessian, shift)?;
            let panel: &[Vec<f64>] = panel;
            below.par_chunks_mut(TALL).for_each(|rows| {
                subtract(rows, &left, start);
                rows.iter_mut().for_each(|row| solve_row(row, panel, start));
            });
        }
        Some(Self(l))
    }

    /// Solves (H + shift) v = rhs.
    pub fn solve(&self, rhs: &[f64]) -> Vec<f64> {
        let mut v = rhs.to_vec();
        for (p, row) in self.0.iter().enumerate() {
            v[p] = (v[p] - inner(&row[..p], &v[..p])) / row[p];
        }
        for (p, row) in self.0.iter().enumerate().rev() {
            v[p] /= row[p];
            let value = v[p];
            axpy(-value, &row[..p], &mut v[..p]);
        }
        v
    }
}

/// Takes what the columns before the panel, `left` of its rows, explain from up to TALL rows' entries in the panel.
fn subtract(rows: &mut [Vec<f64>], left: &Packed, start: usize) {
    let (before, mut panel): (Vec<&[f64]>, Vec<&mut [f64]>) = rows
        .iter_mut()
        .map(|row| {
            let (before, panel) = row.split_at_mut(start);
            (&*before, panel)
        })
        .unzip();
    left.products(&before, PANEL, &mut |i, q, product| {
        // The panel's own rows end on the diagonal.
        panel[i].get_mut(q).into_iter().for_each(|slot| *slot -= product);
    });
}

/// Factors the panel's own square.
fn factor(panel: &mut [Vec<f64>], start: usize, hessian: &[Vec<f64>], shift: f64) -> Option<()> {
    for p in 0..panel.len() {
        let (above, rest) = panel.split_at_mut(p);
        let row = &mut rest[0];
        solve_row(row, above, start);
        let at = start + p;
        let pivot = row[at] - inner(&row[start..at], &row[start..at]);
        if pivot.is_nan() || pivot <= PIVOT_TOLERANCE * (hessian[at][at] + shift) {
            return None;
        }
        row[at] = pivot.sqrt();
    }
    Some(())
}

/// The row's entries in the columns of the panel's rows, which are done.
fn solve_row(row: &mut [f64], panel: &[Vec<f64>], start: usize) {
    for (q, above) in panel.iter().enumerate() {
        let at = start + q;
        row[at] = (row[at] - inner(&row[start..at], &above[start..at])) / above[at];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix of numbers between -1 and 1, by a generator without a crate.
    fn vectors(count: usize, length: usize) -> Vec<Vec<f64>> {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        };
        (0..count).map(|_| (0..length).map(|_| next()).collect()).collect()
    }

    #[test]
    fn gram_matrices_are_those_of_single_products() {
        for (count, length) in [(1, 1), (2, 3), (7, 9), (13, 40), (66, 17)] {
            let v = vectors(count, length);
            let g = gram(&v);
            assert_eq!(g.len(), count);
            for (p, row) in g.iter().enumerate() {
                let plain = |q: usize| v[p].iter().zip(&v[q]).fold(0.0, |sum, (x, y)| sum + x * y);
                assert_eq!(*row, (0..=p).map(plain).collect::<Vec<f64>>(), "{count} {length} {p}");
            }
        }
    }

    #[test]
    fn factors_solve_and_refuse() {
        for size in [1, 2, 5, PANEL - 1, PANEL, PANEL + 1, 2 * PANEL + 3] {
            let mut h = gram(&vectors(size, size + 5));
            let solution: Vec<f64> = (0..size).map(|p| 1.0 + p as f64).collect();
            let at = |p: usize, q: usize| if q <= p { h[p][q] } else { h[q][p] };
            let shifted = |p: usize, q: usize| at(p, q) + if p == q { 0.5 } else { 0.0 };
            let rhs: Vec<f64> = (0..size).map(|p| (0..size).map(|q| shifted(p, q) * solution[q]).sum()).collect();
            let found = Factor::new(&h, 0.5).unwrap().solve(&rhs);
            let worst = found.iter().zip(&solution).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-9 * size as f64, "{size}: {worst}");
            let last = size - 1;
            h[last][last] = -1.0;
            assert!(Factor::new(&h, 0.5).is_none(), "{size}");
        }
    }
}
