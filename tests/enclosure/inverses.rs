//! Approximate inverses, what they prove, and the contraction test.

use crate::common::rng::Rng;
use crate::{points, q};
use lowpoint::kernel::enclosure::interval::{Interval, between, point};
use lowpoint::kernel::enclosure::inverse::{approximate_inverse, defect, inverse_bound, krawczyk_radius};
use lowpoint::kernel::enclosure::matrix::IntervalMatrix;
use num_rational::BigRational;

fn one(mid: f64, rad: f64) -> IntervalMatrix {
    IntervalMatrix::new(1, 1, vec![mid], vec![rad])
}

#[test]
fn inverses_are_near() {
    let mut rng = Rng::new(1);
    for n in [1, 2, 5, 32, 33, 70, 200] {
        let a = points(&mut rng, n, n);
        let r = approximate_inverse(n, a.mid()).unwrap();
        assert!(defect(&r, &a).norm() < 1e-8, "order {n}");
    }
    assert_eq!(approximate_inverse(0, &[]), Some(vec![]));
}

/// Without exchanges of rows every pivot would be zero.
#[test]
fn rows_are_exchanged() {
    for n in [3, 50, 101] {
        let mut cycle = vec![0.0; n * n];
        (0..n).for_each(|r| cycle[r * n + (r + 7) % n] = 2.0);
        let a = IntervalMatrix::from_points(n, n, cycle);
        let r = approximate_inverse(n, a.mid()).unwrap();
        let rest = defect(&r, &a);
        assert!(rest.mid().iter().all(|v| *v == 0.0) && rest.norm() < (n + 9) as f64 * f64::EPSILON);
    }
}

#[test]
fn what_has_no_inverse_gets_none() {
    assert_eq!(approximate_inverse(2, &[1.0, 2.0, 2.0, 4.0]), None);
    assert_eq!(approximate_inverse(2, &[1.0, 2.0, 2.0]), None);
    assert_eq!(approximate_inverse(1, &[f64::NAN]), None);
    assert_eq!(approximate_inverse(1, &[5e-324]), None);
    let mut zero_column: Vec<f64> = points(&mut Rng::new(2), 80, 80).mid().to_vec();
    zero_column.iter_mut().skip(60).step_by(80).for_each(|v| *v = 0.0);
    assert_eq!(approximate_inverse(80, &zero_column), None);
}

#[test]
fn defects_contain_the_exact_ones() {
    let mut rng = Rng::new(3);
    let (r, a) = (points(&mut rng, 5, 5), points(&mut rng, 5, 5));
    let found = defect(r.mid(), &a);
    for (i, j) in (0..5).flat_map(|i| (0..5).map(move |j| (i, j))) {
        let product: BigRational = (0..5).map(|k| q(r.mid()[i * 5 + k]) * q(a.mid()[k * 5 + j])).sum();
        let value = q(if i == j { 1.0 } else { 0.0 }) - product;
        let entry = found.get(i, j);
        assert!(q(entry.inf()) <= value && value <= q(entry.sup()) && entry.wid() < 1e-14);
    }
    assert!(!defect(&[1.0], &IntervalMatrix::identity(2)).is_usable());
}

/// Inverses of [1, 3] have norms up to 1, and 1/2 / (1 - 1/2) proves that.
#[test]
fn norms_of_inverses_cover_the_whole_interval() {
    let bound = inverse_bound(&[0.5], &one(2.0, 1.0)).unwrap();
    assert!((1.0..1.0 + 1e-14).contains(&bound), "{bound}");
    assert_eq!(inverse_bound(&[0.5], &one(2.0, 2.0)), None);
    assert_eq!(inverse_bound(&[f64::NAN], &one(2.0, 1.0)), None);
    assert_eq!(inverse_bound(&[0.5, 0.5], &one(2.0, 1.0)), None);
    assert_eq!(inverse_bound(&[1.0, 0.0], &IntervalMatrix::zeros(1, 2)), None);
    // The inverse of [[1, 1], [1, 1 + e]] is [[1 + 1/e, -1/e], [-1/e, 1/e]]: 1 + 2/e.
    let e = 2f64.powi(-20);
    let a = IntervalMatrix::from_points(2, 2, vec![1.0, 1.0, 1.0, 1.0 + e]);
    let bound = inverse_bound(&approximate_inverse(2, a.mid()).unwrap(), &a).unwrap();
    let exact = 1.0 + 2.0 / e;
    assert!(exact <= bound && bound <= exact * (1.0 + 1e-8), "{bound}");
}

#[test]
fn the_contraction_test_adds_up() {
    let a = IntervalMatrix::new(2, 2, vec![-0.25, 0.5, 0.0, 0.0], vec![0.25, 0.0, 0.0, 0.0]);
    let step = [between(-1.0, 0.5), point(0.25)];
    let radii = krawczyk_radius(&a, &step, &[2.0, 4.0]);
    // 1 + 2/2 + 4/2 and 1/4, rounded up.
    assert!((4.0..4.0 + 1e-14).contains(&radii[0]) && (0.25..0.25 + 1e-15).contains(&radii[1]), "{radii:?}");
    // 1 + 2^-53 is not 1.
    assert!(krawczyk_radius(&one(0.0, 2f64.powi(-53)), &[point(1.0)], &[1.0])[0] > 1.0);
    for (step, radius) in [(Interval::EMPTY, 1.0), (Interval::ENTIRE, 1.0), (point(0.0), -1.0), (point(0.0), f64::NAN)]
    {
        let found = krawczyk_radius(&one(0.5, 0.0), &[step], &[radius])[0];
        assert!(!found.is_finite(), "{found}");
    }
    assert!(krawczyk_radius(&a, &step, &[1.0]).iter().all(|r| r.is_nan()));
    assert!(krawczyk_radius(&a, &step[..1], &[1.0, 1.0]).iter().all(|r| r.is_nan()));
}

/// z^2 = 2 near 1.5: the box is mapped into itself from a radius that reaches the root.
#[test]
fn a_root_is_found_in_a_box_that_holds_it() {
    let inside = |radius: f64| {
        let derivative = IntervalMatrix::from_fn(1, 1, |_, _| point(2.0) * between(1.5 - radius, 1.5 + radius));
        let r = [1.0 / 3.0];
        let step = point(r[0]) * (point(1.5) * point(1.5) - point(2.0));
        krawczyk_radius(&defect(&r, &derivative), &[step], &[radius])[0] < radius
    };
    assert!(inside(0.125) && !inside(0.08), "1.5 - 2^(1/2) = 0.0857...");
}
