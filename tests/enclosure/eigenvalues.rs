//! Least eigenvalues: never more than the truth, and not much less.

use crate::common::rng::Rng;
use crate::{points, q};
use lowpoint::kernel::definite::positive_definite;
use lowpoint::kernel::enclosure::eigenvalue::least_eigenvalue;
use lowpoint::kernel::enclosure::matrix::IntervalMatrix;
use lowpoint::kernel::linear::Fractions;
use num_rational::BigRational;

/// Whether the midpoints minus `shift` on the diagonal are positive definite, exactly.
fn definite_minus(a: &IntervalMatrix, shift: f64) -> bool {
    let n = a.rows();
    let entry = |i: usize| q(a.mid()[i]) - if i.is_multiple_of(n + 1) { q(shift) } else { q(0.0) };
    let entries: Vec<BigRational> = (0..n * n).map(entry).collect();
    let integers = Fractions::from_rationals(&entries);
    let rows: Vec<Vec<_>> = integers.numerators().chunks(n).map(<[_]>::to_vec).collect();
    positive_definite(&rows).is_ok()
}

/// Floats near B^T B / n for a random B with `rows` rows, plus `shift` on the diagonal; symmetric.
fn gram(rng: &mut Rng, n: usize, rows: usize, shift: f64) -> IntervalMatrix {
    let b = points(rng, rows, n);
    let entry = |r: usize, c: usize| (0..rows).map(|k| b.mid()[k * n + r] * b.mid()[k * n + c]).sum::<f64>();
    let entries = (0..n * n).map(|i| entry(i / n, i % n) + if i / n == i % n { shift } else { 0.0 });
    IntervalMatrix::from_points(n, n, entries.collect())
}

#[test]
fn bounds_lie_below_the_exact_least_eigenvalue_and_near_it() {
    let mut rng = Rng::new(1);
    for n in [1, 2, 6, 20, 40] {
        for (rows, shift) in [(2 * n, 0.0), (n, 0.0), (n / 2, 1e-3), (n / 2, 1e-9)] {
            let a = gram(&mut rng, n, rows, shift);
            let Some(bound) = least_eigenvalue(&a) else {
                assert!(!definite_minus(&a, 1e-11), "order {n}, {rows} rows, {shift}: nothing found");
                continue;
            };
            assert!(definite_minus(&a, bound.next_down()), "order {n}: {bound} is too much");
            assert!(!definite_minus(&a, 3.0 * bound), "order {n}: {bound} is hardly anything");
        }
    }
    // All blocks of the decomposition.
    assert!(least_eigenvalue(&gram(&mut rng, 150, 20, 0.5)).is_some_and(|b| b > 0.4 && b <= 0.5 + 1e-9));
}

#[test]
fn near_singular_matrices() {
    let pair = |off: f64| IntervalMatrix::from_points(2, 2, vec![1.0, off, off, 1.0]);
    let gap = 2f64.powi(-20);
    let bound = least_eigenvalue(&pair(1.0 - gap)).unwrap();
    assert!(0.9 * gap < bound && bound <= gap, "{bound}");
    for off in [1.0, 1.0f64.next_up(), 1.0f64.next_down(), 1.0 + 1e-10, 2.0] {
        assert_eq!(least_eigenvalue(&pair(off)), None, "{off}");
    }
    assert_eq!(least_eigenvalue(&IntervalMatrix::from_points(1, 1, vec![-1.0])), None);
}

#[test]
fn radii_count() {
    let disturbed = |rad: f64| IntervalMatrix::new(2, 2, vec![1.0, 0.0, 0.0, 1.0], vec![rad; 4]);
    let bound = least_eigenvalue(&disturbed(0.25)).unwrap();
    assert!(0.45 < bound && bound <= 0.5, "{bound}");
    assert_eq!(least_eigenvalue(&disturbed(0.5)), None);
    assert_eq!(least_eigenvalue(&disturbed(f64::INFINITY)), None);
}

#[test]
fn only_symmetric_matrices() {
    let two = |mid: [f64; 4], rad: [f64; 4]| IntervalMatrix::new(2, 2, mid.into(), rad.into());
    assert_eq!(least_eigenvalue(&two([1.0, 0.1, 0.2, 1.0], [0.0; 4])), None);
    assert_eq!(least_eigenvalue(&two([1.0, 0.0, 0.0, 1.0], [0.0, 0.1, 0.0, 0.0])), None);
    assert_eq!(least_eigenvalue(&IntervalMatrix::zeros(1, 2)), None);
    assert_eq!(least_eigenvalue(&two([f64::NAN, 0.0, 0.0, 1.0], [0.0; 4])), None);
    assert_eq!(least_eigenvalue(&IntervalMatrix::zeros(0, 0)), Some(f64::INFINITY));
}
