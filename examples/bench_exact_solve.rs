//! Times the exact solver on one dense system: `bench_exact_solve [n | FILE] [ROUNDS | naive]`.
//!
//! FILE holds integers separated by white space: n, the n^2 entries of the matrix row by row, the n right-hand sides.
//! Each round prints n, seconds (solving only, not reading), the bits of the denominator, and the checksum
//! `sum_j (j+1) x_j mod 2^61 - 1`. With `naive`, one elimination on reduced fractions is timed instead.

use lowpoint::exact::solve::solve_square;
use lowpoint::kernel::linear::Fractions;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::{env, error::Error, fs, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let argument = env::args().nth(1).unwrap_or_else(|| "100".to_string());
    let mut numbers = match argument.parse::<usize>() {
        Ok(n) => generated(n),
        Err(_) => {
            fs::read_to_string(&argument)?.split_whitespace().map(str::parse).collect::<Result<Vec<BigInt>, _>>()?
        }
    };
    let n = numbers.first().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    if n == 0 || numbers.len() != 1 + n * n + n {
        return Err(format!("{argument}: expected n > 0, n^2 and n integers, found {}", numbers.len()).into());
    }
    let b = numbers.split_off(1 + n * n);
    let a: Vec<Vec<BigInt>> = numbers[1..].chunks(n).map(<[BigInt]>::to_vec).collect();
    let method = env::args().nth(2).unwrap_or_else(|| "1".to_string());
    for _ in 0..method.parse().unwrap_or(1) {
        let start = Instant::now();
        let x = if method == "naive" {
            Fractions::from_rationals(&naive(&a, &b))
        } else {
            solve_square(&a, &b).ok_or("the matrix is singular")?
        };
        let seconds = start.elapsed().as_secs_f64();
        println!("n {n} seconds {seconds:.6} denominator {} bits checksum {}", x.denominator().bits(), checksum(&x));
    }
    Ok(())
}

/// A system with 53-bit entries from a linear congruential generator.
fn generated(n: usize) -> Vec<BigInt> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        BigInt::from((state as i64) >> 10)
    };
    std::iter::once(BigInt::from(n)).chain((0..n * n + n).map(|_| next())).collect()
}

fn checksum(x: &Fractions) -> BigInt {
    let q: BigInt = (BigInt::one() << 61) - 1;
    let sum: BigInt = x.numerators().iter().enumerate().map(|(j, v)| v * (j + 1)).sum();
    let exponent: BigInt = q.clone() - 2;
    (sum * x.denominator().modpow(&exponent, &q)).mod_floor(&q)
}

/// Gauss-Jordan elimination on reduced fractions, for scale.
fn naive(a: &[Vec<BigInt>], b: &[BigInt]) -> Vec<BigRational> {
    let n = a.len();
    let integer = |v: &BigInt| BigRational::from_integer(v.clone());
    let mut rows: Vec<Vec<BigRational>> =
        a.iter().zip(b).map(|(row, b)| row.iter().chain([b]).map(integer).collect()).collect();
    for k in 0..n {
        if let Some(at) = (k..n).find(|&i| !rows[i][k].is_zero()) {
            rows.swap(k, at);
        }
        let inverse = rows[k][k].recip();
        let pivot: Vec<BigRational> = rows[k].iter().map(|v| v * &inverse).collect();
        for (i, row) in rows.iter_mut().enumerate() {
            let factor = row[k].clone();
            if i != k && !factor.is_zero() {
                row.iter_mut().zip(&pivot).skip(k).for_each(|(v, p)| *v -= &factor * p);
            }
        }
        rows[k] = pivot;
    }
    rows.into_iter().map(|mut row| row.remove(n)).collect()
}
