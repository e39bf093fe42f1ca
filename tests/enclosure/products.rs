//! Products, sums and differences of interval matrices.

use crate::common::rng::Rng;
use crate::{points, q, uniform};
use lowpoint::kernel::enclosure::interval::{between, point};
use lowpoint::kernel::enclosure::matrix::{Factor, IntervalMatrix, Radius, View, multiply, product};
use num_rational::BigRational;
use num_traits::{Signed, Zero};

const U: f64 = f64::EPSILON / 2.0;

/// An interval matrix with entries of the kind: everyday points, everyday intervals, wild scales, subnormals, with zeros.
fn random(rng: &mut Rng, rows: usize, cols: usize, kind: usize) -> IntervalMatrix {
    let mut entry = |_| {
        let scale = match kind {
            2 => 2f64.powi(rng.range(-500, 500) as i32),
            3 => 2f64.powi(rng.range(-1074, -1000) as i32),
            4 => [0.0, 1.0][rng.below(2)],
            _ => 1.0,
        };
        let rad = match kind {
            0 => 0.0,
            _ => scale * [0.0, 1e-20, 1e-10, 0.5][rng.below(4)] * uniform(rng).abs(),
        };
        (scale * uniform(rng), rad)
    };
    let (mid, rad) = (0..rows * cols).map(&mut entry).unzip();
    IntervalMatrix::new(rows, cols, mid, rad)
}

/// The ends of entry (r, c): exactly mid -+ rad.
fn ends(m: &IntervalMatrix, r: usize, c: usize) -> [BigRational; 2] {
    let (mid, rad) = (q(m.mid()[r * m.cols() + c]), q(m.rad()[r * m.cols() + c]));
    [&mid - &rad, mid + rad]
}

/// The exact hull of entry (r, c) of all products: every factor occurs once in it.
fn hull(a: &IntervalMatrix, b: &IntervalMatrix, r: usize, c: usize) -> [BigRational; 2] {
    let mut hull = [BigRational::zero(), BigRational::zero()];
    for k in 0..a.cols() {
        let (x, y) = (ends(a, r, k), ends(b, k, c));
        let mut vertices: Vec<BigRational> = x.iter().flat_map(|x| y.iter().map(move |y| x * y)).collect();
        vertices.sort();
        hull[0] += &vertices[0];
        hull[1] += &vertices[3];
    }
    hull
}

/// What the radius may be: the formula in real numbers with twice gamma, some units of underflow for each term, and a little.
fn allowed(a: &IntervalMatrix, b: &IntervalMatrix, r: usize, c: usize) -> BigRational {
    let n = a.cols();
    let mut sum = BigRational::zero();
    for k in 0..n {
        let (i, j) = (r * n + k, k * b.cols() + c);
        let [x, dx, y, dy] = [a.mid()[i].abs(), a.rad()[i], b.mid()[j].abs(), b.rad()[j]].map(q);
        sum += &x * &dy + &dx * (&y + &dy) + &x * &y * q(2.0 * n as f64 * U);
        sum += (&x + &dx + &y + &dy + q(1.0)) * q(f64::from_bits(8));
    }
    sum * q(1.0 + 4.0 * (n + 9) as f64 * U)
}

fn assert_contains(c: &IntervalMatrix, r: usize, k: usize, hull: &[BigRational; 2]) {
    let [lower, upper] = ends(c, r, k);
    assert!(lower <= hull[0] && hull[1] <= upper, "{lower} {upper} {hull:?}");
}

fn check_product(a: &IntervalMatrix, b: &IntervalMatrix) {
    let c = a.mul(b);
    assert!(c.is_usable());
    let by_norms = multiply(a.factor(), b.factor(), Radius::ByNorms);
    assert_eq!(by_norms.mid(), c.mid());
    for r in 0..c.rows() {
        for k in 0..c.cols() {
            let hull = hull(a, b, r, k);
            assert_contains(&c, r, k, &hull);
            let rad = q(c.rad()[r * c.cols() + k]);
            let most = allowed(a, b, r, k);
            assert!(rad <= most, "{a:?} {b:?} {:?}", num_traits::ToPrimitive::to_f64(&(rad / most)));
            if by_norms.is_usable() {
                assert_contains(&by_norms, r, k, &hull);
            }
        }
    }
}

#[test]
fn products_contain_every_product_and_are_tight() {
    let mut rng = Rng::new(1);
    for (rows, inner, cols) in [(1, 1, 1), (3, 7, 2), (9, 2, 17), (2, 300, 2), (3, 0, 2)] {
        for kinds in 0..25 {
            let a = random(&mut rng, rows, inner, kinds / 5);
            let b = random(&mut rng, inner, cols, kinds % 5);
            check_product(&a, &b);
        }
    }
}

#[test]
fn rounding_of_the_midpoint_counts() {
    let a = IntervalMatrix::from_points(1, 1, vec![0.1]);
    assert!(a.mul(&a).rad()[0] > 0.0);
    check_product(&a, &a);
    // 1 + 2^-53 + ... : nothing of it in the midpoint, in order; all other orders are covered too.
    let mut values = vec![2f64.powi(-53); 1025];
    values[0] = 1.0;
    let ones = IntervalMatrix::from_points(1025, 1, vec![1.0; 1025]);
    check_product(&IntervalMatrix::from_points(1, 1025, values), &ones);
}

#[test]
fn underflow_counts_and_zeros_stay_zeros() {
    let tiny = IntervalMatrix::from_points(1, 2, vec![1e-200, 0.0]);
    let c = tiny.transpose().mul(&tiny);
    assert_eq!(c.mid(), [0.0; 4]);
    assert!(c.rad()[0] > 0.0, "1e-400 is not zero");
    check_product(&tiny.transpose(), &tiny);
    // Three hundred products of 0.6 units, each of which becomes one unit.
    let (x, y) = (vec![2f64.powi(-537); 300], vec![1.2 * 2f64.powi(-538); 300]);
    check_product(&IntervalMatrix::from_points(1, 300, x), &IntervalMatrix::from_points(300, 1, y));
    // In a radius.
    let radius = IntervalMatrix::new(1, 1, vec![0.0], vec![1e-200]);
    check_product(&IntervalMatrix::from_points(1, 1, vec![1e-200]), &radius);
    check_product(&radius, &IntervalMatrix::from_points(1, 1, vec![1e-200]));
    check_product(&radius, &radius);
    let zero = IntervalMatrix::zeros(2, 2);
    assert_eq!(zero.mul(&points(&mut Rng::new(2), 2, 2)), zero);
    assert_eq!(multiply(zero.factor(), zero.factor(), Radius::ByNorms), zero);
}

#[test]
fn rounding_of_the_radius_counts() {
    // The radii sum to 1 + 2^-53 and more, which floats round to 1; gamma times zero adds nothing.
    let ones = IntervalMatrix::from_points(1, 2, vec![1.0, 1.0]);
    let radii = IntervalMatrix::new(2, 1, vec![0.0, 0.0], vec![1.0, 2f64.powi(-53)]);
    check_product(&ones, &radii);
    check_product(&radii.transpose(), &ones.transpose());
    // A thousand summands that get lost one by one.
    let mut many = vec![2f64.powi(-53); 1025];
    many[0] = 1.0;
    let ones = IntervalMatrix::from_points(1, 1025, vec![1.0; 1025]);
    check_product(&ones, &IntervalMatrix::new(1025, 1, vec![0.0; 1025], many));
    // rB + |mB| rounds too.
    let wide = IntervalMatrix::new(1, 1, vec![2f64.powi(-53)], vec![1.0]);
    check_product(&IntervalMatrix::new(1, 1, vec![0.0], vec![1.0]), &wide);
}

#[test]
fn threads_and_views_change_nothing_that_matters() {
    let mut rng = Rng::new(3);
    let (a, b) = (points(&mut rng, 801, 300), points(&mut rng, 300, 211));
    let c = a.mul(&b);
    for (r, k) in [(0, 0), (400, 100), (401, 7), (800, 210)] {
        assert_contains(&c, r, k, &hull(&a, &b, r, k));
    }
    let (a, b) = (random(&mut rng, 4, 5, 1), random(&mut rng, 6, 5, 1));
    let turned = multiply(a.factor(), b.factor().transposed(), Radius::ByProducts);
    assert_eq!(turned, a.mul(&b.transpose()));
    assert_eq!(turned.mid(), product(a.mid_view(), b.mid_view().transposed()));
    let by_norms = multiply(a.factor(), b.factor().transposed(), Radius::ByNorms);
    let copied = b.transpose();
    for (x, y) in by_norms.rad().iter().zip(multiply(a.factor(), copied.factor(), Radius::ByNorms).rad()) {
        assert!((x - y).abs() <= 1e-12 * x);
    }
}

/// Norms cost no product: |AB - fl(AB)| <= gamma |A_i||B_j|.
#[test]
fn the_bound_by_norms_is_gamma_times_the_norms() {
    let mut rng = Rng::new(4);
    let (x, w) = (points(&mut rng, 3, 50), points(&mut rng, 2, 50));
    let z = multiply(x.factor(), Factor::from(w.mid_view().transposed()), Radius::ByNorms);
    let norm = |m: &IntervalMatrix, r: usize| m.mid()[r * 50..][..50].iter().map(|v| v * v).sum::<f64>().sqrt();
    for r in 0..3 {
        for c in 0..2 {
            let expected = 50.0 * U * norm(&x, r) * norm(&w, c);
            let rad = z.rad()[r * 2 + c];
            assert!(expected <= rad && rad <= expected * (1.0 + 1e-12), "{rad} {expected}");
        }
    }
}

#[test]
fn what_is_not_finite_is_not_usable() {
    let one = |v: f64| IntervalMatrix::from_points(1, 1, vec![v]);
    for bad in [one(1e200).mul(&one(1e200)), one(f64::NAN).mul(&one(0.0)), one(f64::INFINITY).mul(&one(0.0))] {
        assert!(!bad.is_usable() && !lowpoint::kernel::enclosure::interval::is_usable(bad.get(0, 0)));
    }
    let wide = IntervalMatrix::from_fn(1, 1, |_, _| between(0.0, f64::INFINITY));
    for radius in [Radius::ByProducts, Radius::ByNorms] {
        assert!(!multiply(wide.factor(), one(0.0).factor(), radius).is_usable());
        assert!(!multiply(one(0.0).factor(), wide.factor(), radius).is_usable());
    }
    assert!(!one(f64::MAX).add(&one(f64::MAX)).is_usable());
    assert!(!one(1.0).add(&IntervalMatrix::zeros(1, 2)).is_usable());
    assert!(!one(1.0).mul(&IntervalMatrix::zeros(2, 1)).is_usable());
    assert!(!IntervalMatrix::from_points(1, 2, vec![0.0]).is_usable());
    assert!(!IntervalMatrix::new(1, 1, vec![0.0], vec![-1.0]).is_usable());
    assert!(!IntervalMatrix::new(1, 1, vec![0.0], vec![f64::NAN]).is_usable());
    assert!(View::new(2, 2, &[0.0; 3]).is_none());
    assert!(one(1.0).norm() == 1.0 && one(f64::NAN).norm().is_nan());
}

#[test]
fn sums_and_norms_contain_the_exact_ones() {
    let mut rng = Rng::new(5);
    for kind in 0..5 {
        let (a, b) = (random(&mut rng, 4, 3, kind), random(&mut rng, 4, 3, 2));
        let (sum, difference) = (a.add(&b), a.sub(&b));
        for (r, c) in (0..4).flat_map(|r| (0..3).map(move |c| (r, c))) {
            let ([a0, a1], [b0, b1]) = (ends(&a, r, c), ends(&b, r, c));
            assert_contains(&sum, r, c, &[&a0 + &b0, &a1 + &b1]);
            assert_contains(&difference, r, c, &[a0 - b1, a1 - b0]);
        }
        let sums = a.row_sums();
        for (r, bound) in sums.iter().enumerate() {
            let sum: BigRational = (0..3).map(|c| ends(&a, r, c).map(|v| v.abs()).into_iter().max().unwrap()).sum();
            assert!(sum <= q(*bound) && q(*bound) <= sum * q(1.0 + 1e-15) + q(f64::from_bits(9)));
        }
        assert_eq!(a.norm(), sums.into_iter().fold(0.0, f64::max));
    }
    let exact = IntervalMatrix::identity(2).sub(&IntervalMatrix::from_points(2, 2, vec![0.75, 0.5, 0.5, 1.25]));
    assert_eq!(exact, IntervalMatrix::from_points(2, 2, vec![0.25, -0.5, -0.5, -0.25]));
    assert_eq!(exact.get(0, 1), point(-0.5));
    assert!(exact.get(0, 2).is_empty() && exact.get(2, 0).is_empty());
}
