//! Times interval products against the plain float product of the same size: `bench_interval_product [N]`.
//!
//! Prints ratios to the float product, the approximate inverse's time in units of 2 n^3 flops at its speed, and
//! for a small size the ratio of a triple loop of scalar intervals to the interval product.

use lowpoint::kernel::enclosure::interval::{Interval, dot};
use lowpoint::kernel::enclosure::inverse::approximate_inverse;
use lowpoint::kernel::enclosure::matrix::{IntervalMatrix, Radius, multiply, product};
use std::hint::black_box;
use std::{env, time::Instant};

fn main() {
    let largest = env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1000);
    for n in [100, 300, 1000, 2000, 3000, 5000].into_iter().filter(|n| *n <= largest) {
        let (points, wide) = (matrix(n, 0.0), matrix(n, 1e-9));
        let float = seconds(n, || product(points.mid_view(), points.mid_view()));
        let speed = 2.0 * (n as f64).powi(3) / float / 1e9;
        let ratio = |a: &IntervalMatrix, b: &IntervalMatrix, radius: Radius| {
            seconds(n, || multiply(a.factor(), b.factor(), radius)) / float
        };
        println!(
            "n {n}: float product {speed:.1} Gflop/s; times that: points {:.2}, points by norms {:.2}, interval and points {:.2}, \
             intervals {:.2}, approximate inverse {:.2}",
            ratio(&points, &points, Radius::ByProducts),
            ratio(&points, &points, Radius::ByNorms),
            ratio(&wide, &points, Radius::ByProducts),
            ratio(&wide, &wide, Radius::ByProducts),
            seconds(n, || approximate_inverse(n, points.mid())) / float,
        );
    }
    let n = 100;
    let wide = matrix(n, 1e-9);
    let rows: Vec<Vec<Interval>> = (0..n).map(|r| (0..n).map(|c| wide.get(r, c)).collect()).collect();
    let columns: Vec<Vec<Interval>> = (0..n).map(|c| (0..n).map(|r| wide.get(r, c)).collect()).collect();
    let scalar = seconds(n, || -> Vec<Interval> {
        rows.iter().flat_map(|row| columns.iter().map(move |column| dot(row, column))).collect()
    });
    println!("n {n}: scalar intervals take {:.1} times the interval product", scalar / seconds(n, || wide.mul(&wide)));
}

/// A matrix of numbers in [-0.5, 0.5] with these radii.
fn matrix(n: usize, rad: f64) -> IntervalMatrix {
    let mid = (1..=n * n).map(|k| (k as f64 * 0.618_033_988_749_895).fract() - 0.5).collect();
    IntervalMatrix::new(n, n, mid, vec![rad; n * n])
}

/// The least time of some runs.
fn seconds<T>(n: usize, work: impl Fn() -> T) -> f64 {
    let once = || {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64()
    };
    let runs = if n < 1000 { 20 } else { 3 };
    (0..runs).map(|_| once()).fold(f64::INFINITY, f64::min)
}
