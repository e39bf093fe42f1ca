//! Intervals of reals between floats, rounded outward by `inari` (IEEE 1788), and how exact numbers enter them.

use super::rounding::{add_up, float_dot, gamma, growth, least_nonzero, mul_up, underflow};
pub use crate::kernel::number::dyadic as exact;
pub use inari::Interval;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

/// The interval [v, v]; empty if v is not finite.
pub fn point(v: f64) -> Interval {
    between(v, v)
}

/// The interval [lower, upper]; empty where that is not one.
pub fn between(lower: f64, upper: f64) -> Interval {
    Interval::try_from((lower, upper)).unwrap_or(Interval::EMPTY)
}

/// An interval around [mid - rad, mid + rad]; empty if rad is negative or one is NaN, unbounded if rad is infinite.
pub fn ball(mid: f64, rad: f64) -> Interval {
    point(mid) + between(-rad, rad)
}

/// The tightest interval around a rational.
pub fn enclose(value: &BigRational) -> Interval {
    enclose_ratio(value.numer(), value.denom())
}

/// The tightest interval around numerator / denominator; unbounded beyond the largest float, empty for a denominator of 0.
pub fn enclose_ratio(numerator: &BigInt, denominator: &BigInt) -> Interval {
    if denominator.is_zero() {
        return Interval::EMPTY;
    }
    let negative = numerator.is_negative() != denominator.is_negative();
    let magnitude = enclose_positive(numerator.abs(), denominator.abs());
    if negative { -magnitude } else { magnitude }
}

/// p / q for p >= 0, q > 0: rounded down to 53 bits or to a multiple of 2^-1074, and one unit above that if not exact.
fn enclose_positive(p: BigInt, q: BigInt) -> Interval {
    // 2^(shift + 52) < p / q < 2^(shift + 54) unless the value is subnormal.
    let shift = i64::try_from(p.bits()).unwrap_or(i64::MAX).saturating_sub_unsigned(q.bits()).saturating_sub(53);
    let shift = shift.max(-1074);
    let distance = shift.unsigned_abs();
    let (quotient, rest) = if shift < 0 { (p << distance).div_rem(&q) } else { p.div_rem(&(q << distance)) };
    let odd = quotient.bits() > 53 && quotient.is_odd();
    let wide = i64::from(quotient.bits() > 53);
    let Some(lower) = (quotient >> wide).to_u64() else { return Interval::EMPTY };
    let upper = lower + u64::from(odd || !rest.is_zero());
    // An infinite lower end is one that is above the largest float.
    between(scaled(lower, shift + wide).min(f64::MAX), scaled(upper, shift + wide))
}

/// value * 2^exponent for value <= 2^53 and exponent >= -1074: exact, or infinite.
fn scaled(value: u64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-1074, 2046) as i32;
    // The first product is normal, the second a float.
    value as f64 * power_of_two(exponent / 2) * power_of_two(exponent - exponent / 2)
}

/// 2^exponent for |exponent| <= 1023 but -1023.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(u64::from(exponent.saturating_add(1023).unsigned_abs()) << 52)
}

/// Whether the interval is bounded and not empty: anything else is refused wherever it turns up.
pub fn is_usable(i: Interval) -> bool {
    i.is_common_interval()
}

/// The largest absolute value; NaN if the interval is empty.
pub fn magnitude(i: Interval) -> f64 {
    i.mag()
}

/// A midpoint and a radius such that [mid - rad, mid + rad] contains the interval; not finite if the interval is not usable.
pub fn midpoint_radius(i: Interval) -> (f64, f64) {
    (i.mid(), i.rad())
}

/// `sum_k a_k b_k`; empty if the lengths differ.
pub fn dot(a: &[Interval], b: &[Interval]) -> Interval {
    if a.len() != b.len() {
        return Interval::EMPTY;
    }
    a.iter().zip(b).fold(point(0.0), |sum, (x, y)| sum + x * y)
}

/// `sum_k a_k b_k` for floats, by one float sum and its a-priori bound: many times as fast as [`dot`], not as tight.
pub fn dot_points(a: &[f64], b: &[f64]) -> Interval {
    if a.len() != b.len() {
        return Interval::EMPTY;
    }
    let n = a.len();
    let magnitudes: (Vec<f64>, Vec<f64>) = a.iter().zip(b).map(|(x, y)| (x.abs(), y.abs())).unzip();
    let lost = underflow(n, least_nonzero(a), least_nonzero(b));
    let most = mul_up(add_up(float_dot(&magnitudes.0, &magnitudes.1), lost), growth(n));
    ball(float_dot(a, b), add_up(mul_up(gamma(n), most), lost))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(i: f64) -> BigRational {
        exact(i).unwrap()
    }

    /// Whether `i` is the tightest interval around `value`.
    fn is_tightest(value: &BigRational, i: Interval) -> bool {
        let (lower, upper) = (rational(i.inf()), rational(i.sup()));
        lower <= *value
            && *value <= upper
            && (lower == upper || i.inf().next_up() == i.sup() && lower != *value && upper != *value)
    }

    #[test]
    fn rationals_beyond_the_floats() {
        let power = |e: u32| BigInt::from(1) << e;
        let largest: BigInt = (power(53) - 1) << 971u32;
        let tiny = f64::from_bits(1);
        let cases: [(BigInt, BigInt, f64, f64); 9] = [
            (BigInt::zero(), BigInt::from(-3), 0.0, 0.0),
            (power(1024), power(0), f64::MAX, f64::INFINITY),
            (power(90000), power(3), f64::MAX, f64::INFINITY),
            (largest.clone(), power(0), f64::MAX, f64::MAX),
            (&largest * 2 + 1, power(1), f64::MAX, f64::INFINITY),
            (power(0), power(1074), tiny, tiny),
            (power(0), power(1075), 0.0, tiny),
            (-power(0), power(90000), -tiny, 0.0),
            (power(1022) - 1, power(2044), f64::MIN_POSITIVE - tiny, f64::MIN_POSITIVE),
        ];
        for (p, q, lower, upper) in cases {
            assert_eq!(enclose_ratio(&p, &q), between(lower, upper), "{p}/{q}");
        }
        assert!(enclose_ratio(&power(0), &BigInt::zero()).is_empty());
        assert!(!is_usable(enclose_ratio(&power(1024), &power(0))));
    }

    #[test]
    fn what_is_no_interval_is_not_usable() {
        for bad in
            [point(f64::NAN), point(f64::INFINITY), ball(1.0, -1.0), ball(f64::NAN, 1.0), ball(0.0, f64::INFINITY)]
        {
            assert!(!is_usable(bad));
            let (mid, rad) = midpoint_radius(bad);
            assert!(!(mid.is_finite() && rad.is_finite()));
        }
        assert!(is_usable(ball(1.0, 0.5)) && ball(1.0, 0.5) == between(0.5, 1.5));
        assert!(dot(&[point(1.0)], &[]).is_empty() && dot_points(&[1.0], &[]).is_empty());
    }

    proptest! {
        #[test]
        fn enclosures_are_the_tightest(p in any::<i128>(), q in 1..i128::MAX, shift in -1300i64..1300) {
            let value = BigRational::new(p.into(), q.into());
            let power = BigRational::from_integer(BigInt::from(1) << shift.unsigned_abs());
            let value = if shift < 0 { value / power } else { value * power };
            let i = enclose(&value);
            prop_assert!(i.sup().is_infinite() || i.inf().is_infinite() || is_tightest(&value, i), "{value} {i:?}");
            let most = rational(f64::MAX);
            prop_assert_eq!(is_usable(i), value.abs() <= most);
        }

        #[test]
        fn floats_are_points(bits in any::<u64>()) {
            let v = f64::from_bits(bits);
            prop_assume!(v.is_finite());
            prop_assert_eq!(enclose(&rational(v)), point(v));
        }

        #[test]
        fn balls_contain_their_intervals(a in any::<f64>(), b in any::<f64>()) {
            let i = between(a.min(b), a.max(b));
            let (mid, rad) = midpoint_radius(i);
            prop_assume!(rad.is_finite());
            prop_assert!(rational(mid) - rational(rad) <= rational(i.inf()));
            prop_assert!(rational(mid) + rational(rad) >= rational(i.sup()));
            prop_assert!(i.subset(ball(mid, rad)));
        }

        #[test]
        fn dot_products_contain_the_exact_one(pairs in proptest::collection::vec((any::<f32>(), any::<f32>()), 0..40), scale in 0i32..3) {
            let scale = [1.0, 1e-150, 1e-170][scale as usize];
            let finite = |v: f32| if v.is_finite() { f64::from(v) * scale } else { 0.1 };
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().map(|p| (finite(p.0), finite(p.1))).unzip();
            let value: BigRational = a.iter().zip(&b).map(|(x, y)| rational(*x) * rational(*y)).sum();
            let points = |v: &[f64]| v.iter().map(|&v| point(v)).collect::<Vec<_>>();
            for i in [dot(&points(&a), &points(&b)), dot_points(&a, &b)] {
                prop_assert!(rational(i.inf()) <= value && value <= rational(i.sup()));
            }
        }
    }
}
