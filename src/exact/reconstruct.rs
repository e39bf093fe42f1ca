//! From residues to numbers: integers from their digits in base p, and fractions from residues (Lehmer's Euclid).

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Zero};

/// Digits of one base, composed and split by divide and conquer.
pub struct Radix {
    /// `squares[i]` is p^(2^i).
    squares: Vec<BigUint>,
}

impl Radix {
    /// Base `p`, for numbers of up to `digits` digits.
    pub fn new(p: u64, digits: usize) -> Self {
        let mut radix = Self { squares: vec![BigUint::from(p)] };
        radix.grow(digits);
        radix
    }

    /// Makes room for numbers of up to `digits` digits.
    pub fn grow(&mut self, digits: usize) {
        while 1 << self.squares.len() < digits {
            let last = &self.squares[self.squares.len() - 1];
            self.squares.push(last * last);
        }
    }

    /// p^k; quick for k up to the number of digits there is room for.
    pub fn power(&self, k: usize) -> BigUint {
        let top = self.squares.len() - 1;
        let start = num_traits::pow(self.squares[top].clone(), k >> top);
        let factors = self.squares[..top].iter().enumerate().filter(|(i, _)| k >> i & 1 == 1);
        factors.fold(start, |acc, (_, f)| acc * f)
    }

    /// `sum_i digits[i] p^i` for digits below 2^61.
    pub fn compose(&self, digits: &[u64]) -> BigUint {
        let base = self.squares[0].iter_u64_digits().next().map_or(0, u128::from);
        // Two digits of at most 61 bits make a number of two words.
        let pair = |d: &[u64]| u128::from(d[0]) + base * u128::from(d.get(1).copied().unwrap_or(0));
        climb(digits.chunks(2).map(|d| pair(d).into()).collect(), &self.squares[1..])
    }

    /// `sum_i digits[i] p^i` for digits that may exceed the base.
    pub fn compose_wide(&self, digits: impl Iterator<Item = u128>) -> BigUint {
        climb(digits.map(BigUint::from).collect(), &self.squares)
    }

    /// The digits of `value`, least significant first; as many as it needs, up to the room there is.
    pub fn split(&self, value: &BigUint) -> Vec<u64> {
        let mut level = vec![value.clone()];
        for square in self.squares.iter().rev() {
            level = level
                .iter()
                .flat_map(|v| {
                    if v < square {
                        [v.clone(), BigUint::zero()]
                    } else {
                        let (high, low) = v.div_rem(square);
                        [low, high]
                    }
                })
                .collect();
        }
        let mut digits: Vec<u64> = level.iter().map(|v| v.iter_u64_digits().next().unwrap_or(0)).collect();
        digits.truncate(digits.iter().rposition(|&d| d != 0).map_or(0, |last| last + 1));
        digits
    }
}

/// `sum_i level[i] q^i`, where `squares` are q, q^2, q^4, ...
fn climb(mut level: Vec<BigUint>, squares: &[BigUint]) -> BigUint {
    for square in squares {
        let mut pairs = level.into_iter();
        let mut next = Vec::with_capacity(pairs.len().div_ceil(2));
        while let Some(low) = pairs.next() {
            next.push(match pairs.next() {
                Some(high) => high * square + low,
                None => low,
            });
        }
        level = next;
    }
    level.pop().unwrap_or_default()
}

/// The fraction n / d with d x = n mod m that Euclid's algorithm meets first with n of at most `bits` bits, d > 0.
///
/// If there is a fraction in lowest terms with |n| < 2^bits and 2^(bits + 1) d <= m, it is this one.
pub fn rational(x: &BigUint, m: &BigUint, bits: u64) -> (BigInt, BigUint) {
    let mut state = Euclid { r: [m.clone(), x.clone()], t: [BigUint::zero(), BigUint::one()], odd: false };
    while state.r[1].bits() > bits {
        if !(state.r[0].bits() >= bits + WINDOW && state.word_steps()) {
            state.step();
        }
    }
    let [_, n] = state.r;
    let [_, d] = state.t;
    (BigInt::from_biguint(if state.odd { Sign::Minus } else { Sign::Plus }, n), d)
}

/// Leading bits that are simulated in words.
const WINDOW: u64 = 62;

/// Two successive remainders and their cofactors: `r[1] = (-1)^odd t[1] x mod m`, magnitudes only.
struct Euclid {
    r: [BigUint; 2],
    t: [BigUint; 2],
    odd: bool,
}

impl Euclid {
    /// One division.
    fn step(&mut self) {
        let (q, rest) = self.r[0].div_rem(&self.r[1]);
        let t = &self.t[0] + q * &self.t[1];
        self.r.swap(0, 1);
        self.t.swap(0, 1);
        self.r[1] = rest;
        self.t[1] = t;
        self.odd = !self.odd;
    }

    /// Several divisions at once, simulated on the leading bits (Lehmer; Knuth, TAOCP 2, 4.5.2, algorithm L).
    /// The remainders stay above 2^(bits of r[0] - WINDOW). False if not even one division is certain.
    fn word_steps(&mut self) -> bool {
        let shift = self.r[0].bits() - WINDOW;
        let top = |x: &BigUint| (x >> shift).iter_u64_digits().next().unwrap_or(0) as i64;
        let (mut u, mut v) = (top(&self.r[0]), top(&self.r[1]));
        // r[0]' = a r[0] + b r[1], r[1]' = c r[0] + d r[1].
        let (mut a, mut b, mut c, mut d) = (1i64, 0i64, 0i64, 1i64);
        let mut odd = false;
        while v + c > 0 && v + d > 0 {
            let q = (u + a) / (v + c);
            let rest = u - q * v;
            if q != (u + b) / (v + d) || rest < 1 << 32 {
                break;
            }
            (a, c) = (c, a - q * c);
            (b, d) = (d, b - q * d);
            (u, v) = (v, rest);
            odd = !odd;
        }
        if b == 0 {
            return false;
        }
        let [a, b, c, d] = [a, b, c, d].map(i64::unsigned_abs);
        let combine = |minus: bool, x: u64, y: u64| {
            let (x, y) = (&self.r[0] * x, &self.r[1] * y);
            if minus { y - x } else { x - y }
        };
        // Signs alternate: after an even number of divisions a, d >= 0 >= b, c.
        self.r = [combine(odd, a, b), combine(!odd, c, d)];
        self.t = [&self.t[0] * a + &self.t[1] * b, &self.t[0] * c + &self.t[1] * d];
        self.odd ^= odd;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn big(words: std::ops::Range<usize>) -> impl Strategy<Value = BigUint> {
        proptest::collection::vec(any::<u32>(), words).prop_map(BigUint::new)
    }

    proptest! {
        #[test]
        fn digits_compose_what_they_split(value in big(0..80)) {
            let radix = Radix::new((1 << 61) - 31, value.bits().div_ceil(60) as usize);
            let digits = radix.split(&value);
            prop_assert!(digits.iter().all(|&d| d < (1 << 61) - 31));
            prop_assert_eq!(radix.compose(&digits), value.clone());
            prop_assert_eq!(radix.compose_wide(digits.iter().map(|&d| d.into())), value);
            prop_assert_eq!(radix.power(digits.len()), num_traits::pow(radix.squares[0].clone(), digits.len()));
        }

        #[test]
        fn fractions_come_back(n in big(0..40), d in big(1..40), negative in any::<bool>(), slack in 0u64..70) {
            let d = d | BigUint::one();
            let gcd = n.gcd(&d);
            let (n, d) = (n / &gcd, d / &gcd);
            let signed = BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, n.clone());
            // A power of two is prime to the odd denominator.
            let m = BigUint::one() << (n.bits() + d.bits() + slack + 1);
            let wide = BigInt::from(m.clone());
            let inverse = BigInt::from(d.clone()).extended_gcd(&wide).x;
            let x = (&signed * inverse).mod_floor(&wide).magnitude().clone();
            prop_assert_eq!(rational(&x, &m, n.bits()), (signed, d));
        }

        #[test]
        fn word_steps_are_divisions(m in big(2..30), x in big(2..30), bits in 0u64..500) {
            let (m, x) = (&m + &x + 1u32, x);
            let mut slow = Euclid { r: [m.clone(), x.clone()], t: [BigUint::zero(), BigUint::one()], odd: false };
            while slow.r[1].bits() > bits {
                slow.step();
            }
            let (n, d) = rational(&x, &m, bits);
            prop_assert_eq!((n.magnitude(), &d, n.sign() == Sign::Minus), (&slow.r[1], &slow.t[1], slow.odd && !slow.r[1].is_zero()));
        }
    }
}
