//! Exact residuals and slope forms against a plain loop over big rationals: seconds and ratio.
//!
//! `cargo run --release --example bench_evaluation [N d m]` (default 10000 50 50). The plain loop runs on a share of
//! the samples and neurons and is scaled up; both agree exactly on that share.

use lowpoint::kernel::dataset::Dataset;
use lowpoint::kernel::evaluation::Evaluation;
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::{Activation, Network, Neuron};
use lowpoint::kernel::number::dyadic;
use lowpoint::kernel::samples::Samples;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::time::Instant;

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let [n, d, m] = sizes[..].try_into().unwrap_or([10_000, 50, 50]);
    let mut random = Random(1);
    let x: Vec<Vec<BigRational>> = (0..n).map(|_| random.vector(d)).collect();
    let y: Vec<Vec<BigRational>> = (0..n).map(|_| random.vector(1)).collect();
    let weights: Vec<(Vec<BigRational>, Vec<BigRational>)> =
        (0..m).map(|_| (random.vector(d + 1), random.vector(1))).collect();
    let bias = random.vector(1);
    let neuron = |(w, h): &(Vec<BigRational>, Vec<BigRational>)| Neuron {
        input: Fractions::from_rationals(w),
        output: Fractions::from_rationals(h),
    };
    let neurons = weights.iter().map(neuron).collect();
    let relu = Activation::leaky(BigRational::zero());
    let network = Network::new(relu, neurons, true, Some(Fractions::from_rationals(&bias))).expect("shapes fit");
    let dataset = Dataset::new(&x, &y, None).expect("shapes fit");

    let start = Instant::now();
    let samples = Samples::new(&dataset, true);
    let evaluation = Evaluation::new(&dataset, &samples, network);
    let residuals = start.elapsed().as_secs_f64();
    let forms: Vec<_> = (0..m).map(|i| evaluation.slope_form(i)).collect();
    let exact = start.elapsed().as_secs_f64();
    println!("N = {n}, d = {d}, m = {m}: residuals {residuals:.3} s, with slope forms {exact:.3} s (one thread)");

    let share = 8.min(n);
    let start = Instant::now();
    let mut check = BigRational::zero();
    for (x, y) in x.iter().zip(&y).take(share) {
        let z: Vec<BigRational> = weights.iter().map(|(w, _)| preactivation(w, x)).collect();
        let outputs = z.iter().zip(&weights).filter(|(z, _)| z.is_positive()).map(|(z, (_, h))| z * &h[0]);
        let epsilon = outputs.fold(&bias[0] - &y[0], |sum, v| sum + v);
        for z in z.iter().filter(|z| z.is_positive()) {
            for x in x.iter().chain([&BigRational::one()]) {
                check += &epsilon * x;
            }
            check += z;
        }
    }
    let plain = start.elapsed().as_secs_f64() * n as f64 / share as f64;
    println!("plain loop over big rationals: {plain:.1} s ({share} samples, scaled up), ratio {:.0}", plain / exact);
    println!("checksums: {} forms, {} bits", forms.len(), check.numer().bits());
}

fn preactivation(w: &[BigRational], x: &[BigRational]) -> BigRational {
    let products = w.iter().zip(x).map(|(w, x)| w * x);
    products.fold(w[x.len()].clone(), |sum, v| sum + v)
}

/// A small generator, so that every run is the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Sums of uniform floats: near normal, all 53 bits in use.
    fn vector(&mut self, len: usize) -> Vec<BigRational> {
        let mut normal = || (0..12).map(|_| self.next()).sum::<f64>() - 6.0;
        (0..len).filter_map(|_| dyadic(normal())).collect()
    }
}
