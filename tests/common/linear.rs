//! Schoolbook linear algebra on rationals.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

pub type Q = BigRational;

pub fn q(numerator: i64, denominator: i64) -> Q {
    Q::new(numerator.into(), denominator.into())
}

pub fn integer(value: i64) -> Q {
    Q::from_integer(value.into())
}

pub fn dot(a: &[Q], b: &[Q]) -> Q {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// w . row for an integer row.
pub fn dot_row(w: &[Q], row: &[i64]) -> Q {
    w.iter().zip(row).filter(|(_, x)| **x != 0).map(|(w, x)| w * BigInt::from(*x)).sum()
}

/// A basis of { v : row . v = 0 for all rows }, by Gauss and Jordan.
pub fn null_space(mut rows: Vec<Vec<Q>>, width: usize) -> Vec<Vec<Q>> {
    let pivots = reduce(&mut rows, width);
    let free = (0..width).filter(|c| !pivots.contains(c));
    free.map(|c| {
        let mut v = vec![Q::zero(); width];
        v[c] = integer(1);
        for (row, &pivot) in rows.iter().zip(&pivots) {
            v[pivot] = -row[c].clone();
        }
        v
    })
    .collect()
}

/// The indices of the first rows that are independent.
pub fn independent(rows: &[Vec<i64>]) -> Vec<usize> {
    // Independent rows are the pivot columns of the transpose.
    let width = rows.first().map_or(0, Vec::len);
    let mut transpose: Vec<Vec<Q>> = (0..width).map(|a| rows.iter().map(|r| integer(r[a])).collect()).collect();
    reduce(&mut transpose, rows.len())
}

/// Brings rows to reduced echelon form; the pivot column of each row that is left.
pub fn reduce(rows: &mut Vec<Vec<Q>>, width: usize) -> Vec<usize> {
    let mut pivots = Vec::new();
    for column in 0..width {
        let done = pivots.len();
        let Some(found) = (done..rows.len()).find(|&r| !rows[r][column].is_zero()) else { continue };
        rows.swap(done, found);
        let lead = rows[done][column].clone();
        rows[done].iter_mut().for_each(|v| *v /= &lead);
        let top = rows[done].clone();
        for (r, row) in rows.iter_mut().enumerate() {
            if r != done && !row[column].is_zero() {
                let factor = row[column].clone();
                for (v, t) in row.iter_mut().zip(&top).filter(|(_, t)| !t.is_zero()) {
                    *v -= &factor * t;
                }
            }
        }
        pivots.push(column);
    }
    rows.truncate(pivots.len());
    pivots
}
