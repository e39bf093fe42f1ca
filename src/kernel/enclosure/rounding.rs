//! Upper bounds of float results, by rounding to nearest and one step up, and a-priori bounds of sums of products.
//!
//! With u = 2^-53 and eta = 2^-1074 the result of one operation is fl(x op y) = (x op y)(1 + d) + e, |d| <= u; e = 0 for sums and
//! differences, |e| <= eta / 2 for products and fused products, and e = 0 for these too where the exact result is a
//! multiple of eta.
//!
//! **A sum of n products** a_k b_k, computed as any tree with n leaves, the products rounded or fused into a sum: a
//! product passes at most n roundings, and what was lost to underflow at one of n places at most n - 1 more, so that
//! with gamma_n = n u / (1 - n u) <= 1
//!
//! |fl(a.b) - a.b| <= gamma_n |a|.|b| + n (eta / 2) (1 + gamma_n) <= gamma_n |a|.|b| + n eta,
//!
//! and for nonnegative vectors a.b <= (fl(a.b) + n eta) / (1 - gamma_n). (Higham, Accuracy and Stability of Numerical
//! Algorithms, 3.1; Rump, Acta Numerica 2010.) Adding zeros and multiplying by one lose nothing, so the kernels of matrix
//! products, with their padding and their accumulators, compute such trees; Strassen's do not, and are not used.

/// The unit roundoff u = 2^-53.
const UNIT: f64 = f64::EPSILON / 2.0;
/// eta = 2^-1074, the least positive float.
const ETA: f64 = f64::from_bits(1);
/// 2^-969. Floats x, y are multiples of units 2^(e - 52) with |x| < 2^(e + 1); if |xy| >= 2^-970, xy is a multiple of eta,
/// and so is every sum of such products. One more power of two for the rounding of the product of least values.
const NO_UNDERFLOW: f64 = f64::from_bits((1023 - 969) << 52);

/// At least a + b; exact if a summand or the sum is zero.
pub fn add_up(a: f64, b: f64) -> f64 {
    let sum = a + b;
    if a == 0.0 || b == 0.0 || sum == 0.0 { sum } else { sum.next_up() }
}

/// At least a b; zero if a factor is zero.
pub fn mul_up(a: f64, b: f64) -> f64 {
    let product = a * b;
    if a == 0.0 || b == 0.0 { product } else { product.next_up() }
}

/// At least a / b; zero if a is zero.
pub fn div_up(a: f64, b: f64) -> f64 {
    let quotient = a / b;
    if a == 0.0 { quotient } else { quotient.next_up() }
}

/// At least the sum of the values, one after the other.
pub fn sum_up(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, add_up)
}

/// The largest value, 0 if there is none, NaN if there is one (`f64::max` would drop it).
pub fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |most: f64, v| if most.is_nan() || v <= most { most } else { v })
}

/// An upper bound of gamma_n = n u / (1 - n u); infinite from n u = 1/4.
pub fn gamma(n: usize) -> f64 {
    let share = n as f64 * UNIT;
    // 1 - share is a multiple of u: exact.
    if share < 0.25 { up(share / (1.0 - share)) } else { f64::INFINITY }
}

/// An upper bound of 1 / (1 - gamma_n), by which a computed sum of n nonnegative products may have to grow.
pub fn growth(n: usize) -> f64 {
    let gamma = gamma(n);
    if gamma < 0.5 { (1.0 / (1.0 - gamma).next_down()).next_up() } else { f64::INFINITY }
}

/// What a sum of n products loses to underflow at most, where all factors that are not zero are at least `least_a` and
/// `least_b` in absolute value: n eta, or nothing.
pub fn underflow(n: usize, least_a: f64, least_b: f64) -> f64 {
    if least_a * least_b >= NO_UNDERFLOW { 0.0 } else { n as f64 * ETA }
}

/// The least absolute value of those that are not zero; infinite if there is none.
pub fn least_nonzero(values: &[f64]) -> f64 {
    let lesser = |least: f64, v: &f64| if v.abs() < least && *v != 0.0 { v.abs() } else { least };
    let (chunks, rest) = values.as_chunks::<8>();
    let mut least = [f64::INFINITY; 8];
    for chunk in chunks {
        least.iter_mut().zip(chunk).for_each(|(least, v)| *least = lesser(*least, v));
    }
    least.iter().chain(rest).fold(f64::INFINITY, lesser)
}

/// The next float; zero stays zero, so only for results that are zero only if they are exact.
fn up(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.next_up() }
}

/// The float dot product over the common length, in eight accumulators: a sum of products as above.
pub fn float_dot(a: &[f64], b: &[f64]) -> f64 {
    let common = a.len().min(b.len());
    let (a, b) = (a.get(..common).unwrap_or(a), b.get(..common).unwrap_or(b));
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (x, y) in a.iter().zip(b) {
        sums.iter_mut().zip(x.iter().zip(y)).for_each(|(sum, (x, y))| *sum += x * y);
    }
    a_rest.iter().zip(b_rest).fold(sums.iter().sum(), |sum, (x, y)| sum + x * y)
}

/// At least the Euclidean norm.
pub fn norm_up(values: &[f64]) -> f64 {
    let least = least_nonzero(values);
    norm_from_square(float_dot(values, values), values.len(), least)
}

/// At least the Euclidean norm of n numbers, from the computed sum of their squares; `least` as in [`underflow`].
pub fn norm_from_square(square: f64, n: usize, least: f64) -> f64 {
    up(mul_up(add_up(square, underflow(n, least, least)), growth(n)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_lie_above_and_are_tight() {
        assert_eq!(gamma(0), 0.0);
        // gamma_4 = 2^-51 / (1 - 2^-51) > 2^-51.
        assert!(gamma(4) > 2f64.powi(-51) && gamma(4) < 2f64.powi(-51) * (1.0 + 1e-15));
        assert_eq!((gamma(1 << 51), gamma(usize::MAX), growth(1 << 51)), (f64::INFINITY, f64::INFINITY, f64::INFINITY));
        assert!(growth(1) > 1.0 && growth(1) < 1.0 + 1e-15);
        assert_eq!((add_up(0.5, -0.5), mul_up(0.0, 3.0), div_up(0.0, 3.0)), (0.0, 0.0, 0.0));
        assert_eq!(mul_up(1e-200, 1e-200), f64::from_bits(1));
        assert!(mul_up(0.0, f64::INFINITY).is_nan() && add_up(f64::MAX, f64::MAX).is_infinite());
        assert!(largest([1.0, f64::NAN, 2.0]).is_nan());
        assert_eq!((largest([]), largest([1.0, 3.0, 2.0])), (0.0, 3.0));
    }

    #[test]
    fn sums_take_the_common_length() {
        let numbers: Vec<f64> = (1..20).map(f64::from).collect();
        for n in 0..19 {
            let expected: f64 = (1..=n).map(|k| f64::from(k * k)).sum();
            assert_eq!(float_dot(&numbers[..n as usize], &numbers), expected);
            assert_eq!(float_dot(&numbers, &numbers[..n as usize]), expected);
        }
        for place in 0..19 {
            let mut numbers = numbers.clone();
            numbers[place] = -0.5;
            numbers[(place + 3) % 19] = 0.0;
            assert_eq!(least_nonzero(&numbers), 0.5);
        }
        assert_eq!(least_nonzero(&[0.0; 11]), f64::INFINITY);
    }

    #[test]
    fn norms_lie_above() {
        // The float sum of squares loses all of the small ones.
        let mut values = vec![1.0];
        values.extend(vec![2f64.powi(-27); 64]);
        assert!(norm_up(&values) > (1.0 + 2f64.powi(-49)).sqrt());
        assert!(norm_up(&[1e-200; 5]) >= 2.3e-200);
        assert_eq!(norm_up(&[0.0; 9]), 0.0);
        assert!(norm_up(&[f64::NAN]).is_nan() && norm_up(&[1e200]).is_infinite());
    }
}
