//! Sums and products in pairs of floats: twice the precision, for the residuals of the last Newton steps.

/// The number `0` + `1`, where `1` is at most half a unit in the last place of `0`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pair(pub f64, pub f64);

impl Pair {
    /// The product of two floats, exactly.
    pub fn product(a: f64, b: f64) -> Self {
        let p = a * b;
        Self(p, a.mul_add(b, -p))
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Self {
        let (sum, error) = two_sum(self.0, other.0);
        let low = error + self.1 + other.1;
        let high = sum + low;
        Self(high, low - (high - sum))
    }

    /// The product with a float.
    pub fn times(self, factor: f64) -> Self {
        let Self(high, low) = Self::product(self.0, factor);
        Self(high, self.1.mul_add(factor, low)).normal()
    }

    /// The nearest float.
    pub fn float(self) -> f64 {
        self.0 + self.1
    }

    fn normal(self) -> Self {
        let high = self.0 + self.1;
        Self(high, self.1 - (high - self.0))
    }
}

fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// sum a_i b_i in twice the precision.
pub fn dot(a: &[f64], b: &[f64]) -> Pair {
    a.iter().zip(b).fold(Pair::default(), |sum, (a, b)| sum.plus(Pair::product(*a, *b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_floats_cancel_is_kept() {
        let (a, b) = ([1e16, 1.0, -1e16], [1.0, 1.0, 1.0]);
        assert_eq!(dot(&a, &b).float(), 1.0);
        let third = 1.0 / 3.0;
        // 3 (1/3 rounded) - 1 is one rounding error of 1/3, three times.
        assert_eq!(Pair(third, 0.0).times(3.0).plus(Pair(-1.0, 0.0)).float(), -(0.5f64.powi(54)));
    }
}
