//! A small generator of pseudo-random numbers (SplitMix64): the same seed gives the same instances everywhere.

use super::linear::Q;

pub struct Rng {
    state: u64,
    bytes: std::vec::IntoIter<u8>,
}

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self { state: seed, bytes: Vec::new().into_iter() }
    }

    /// One byte for each choice while there are any: to a fuzzer a changed byte is a changed choice.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { state: 0, bytes: Vec::from(bytes).into_iter() }
    }

    pub fn next(&mut self) -> u64 {
        if let Some(byte) = self.bytes.next() {
            return byte.into();
        }
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// An integer in lo..=hi.
    pub fn range(&mut self, lo: i64, hi: i64) -> i64 {
        lo + self.below((hi - lo + 1) as usize) as i64
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// A fraction with small numerator and denominator.
    pub fn rational(&mut self) -> Q {
        Q::new(self.range(-6, 6).into(), self.pick(&[1, 1, 2, 3, 4]).into())
    }
}
