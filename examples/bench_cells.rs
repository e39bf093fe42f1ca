//! Time against the number of concave classes: one matrix (C6), the tree of cells with matrices, and the plain tree that
//! visits every sign that occurs (C7 alone).
//!
//! Forms: no linear part, `2 r` convex and K concave classes in r dimensions, entries in [-9, 9]; the concave ones are
//! scaled to 90 % and to 99 % of the largest factor for which phi >= 0 holds (to three digits, found by bisection with the
//! tree). Then forms that no matrix settles: the inequalities of Hlawka and Adamovic for n numbers,
//! sum_{i<j} |a_i + a_j| <= (n - 2) sum_i |a_i| + |sum_i a_i|, with K = n (n - 1) / 2 and equality at many points.
//! `cargo run --release --example bench_cells [RANK …]`

use lowpoint::kernel::certificate::{CellStep, Nonnegative};
use lowpoint::kernel::rule::nonnegative::check;
use lowpoint::kernel::slope_form::{Bend, ScalarForm};
use lowpoint::search::cells::{Limits, decide};
use lowpoint::search::nonnegative::Decision;
use num_bigint::BigInt;
use num_traits::One;
use std::time::Instant;

/// Convex classes have kappa 1000, concave ones minus `factor`.
fn form(directions: &[Vec<BigInt>], convex: usize, factor: i64) -> ScalarForm<'_> {
    let kappa = |c: usize| BigInt::from(if c < convex { 1000 } else { -factor });
    let bends = directions.iter().enumerate().map(|(c, x)| Bend { kappa: kappa(c), direction: x }).collect();
    ScalarForm { scale: BigInt::one(), linear: vec![BigInt::from(0); directions[0].len()], bends }
}

fn random_directions(rank: usize, count: usize) -> Vec<Vec<BigInt>> {
    let mut state = (rank * 1000 + count) as u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        BigInt::from((state >> 33) % 19) - 9
    };
    (0..count).map(|_| (0..rank).map(|_| next()).collect()).collect()
}

/// The largest factor, of three digits, for which phi >= 0.
fn boundary(directions: &[Vec<BigInt>], convex: usize) -> i64 {
    let holds = |factor: i64| {
        matches!(
            decide(&form(directions, convex, factor), &Limits { max_cells: 100_000, matrices: true }),
            Decision::Proved(_)
        )
    };
    let (mut low, mut high) = (0, 1_000);
    while holds(high) {
        high *= 2;
    }
    while high - low > high / 1000 + 1 {
        let middle = (low + high) / 2;
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}

/// Milliseconds and what came of it.
fn run(form: &ScalarForm<'_>, limits: Limits) -> String {
    let start = Instant::now();
    let decision = decide(form, &limits);
    let time = start.elapsed().as_secs_f64() * 1000.0;
    match decision {
        Decision::Proved(proof) => {
            check(form, &proof).expect("the kernel accepts the proof");
            let cells = match &proof {
                Nonnegative::Cells(steps) => steps.iter().filter(|s| matches!(s, CellStep::Leaf { .. })).count(),
                _ => 1,
            };
            format!("{time:.1} ({cells})")
        }
        Decision::Negative(_) => format!("{time:.1} (refuted)"),
        Decision::Undetermined(_) => format!("{time:.1} (-)"),
    }
}

/// (n - 2) sum |u_i| + |sum u_i| - sum |u_i + u_j|.
fn adamovic(n: usize) -> Vec<(i64, Vec<BigInt>)> {
    let row = |on: &dyn Fn(usize) -> bool| (0..n).map(|a| BigInt::from(i32::from(on(a)))).collect::<Vec<_>>();
    let single = (0..n).map(|i| (n as i64 - 2, row(&|a| a == i)));
    let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| (-1, row(&|a| a == i || a == j)));
    single.chain([(1, row(&|_| true))]).chain(pairs).collect()
}

fn line(rank: usize, convex: usize, concave: usize, what: &str, form: &ScalarForm<'_>) {
    let matrix = run(form, Limits { max_cells: 1, matrices: true });
    let both = run(form, Limits { max_cells: 100_000, matrices: true });
    let alone = run(form, Limits { max_cells: 100_000, matrices: false });
    println!("| {rank} | {convex} | {concave} | {what} | {matrix} | {both} | {alone} |");
}

fn main() {
    let ranks: Vec<usize> = std::env::args().skip(1).map(|a| a.parse().expect("a rank")).collect();
    let ranks = if ranks.is_empty() { vec![3, 4, 6] } else { ranks };
    println!("| r | convex | K | form | C6 alone, ms | C6 and C7, ms (cells) | C7 alone, ms (cells) |");
    println!("|---|---|---|---|---|---|---|");
    for rank in ranks {
        for concave in [2, 4, 6, 8, 10, 12, 14] {
            let convex = 2 * rank;
            let directions = random_directions(rank, convex + concave);
            let most = boundary(&directions, convex);
            for percent in [90, 99] {
                let form = form(&directions, convex, most * percent / 100);
                line(rank, convex, concave, &format!("{percent} %"), &form);
            }
        }
    }
    for n in 3..=6 {
        let classes = adamovic(n);
        let bends = classes.iter().map(|(kappa, x)| Bend { kappa: BigInt::from(*kappa), direction: x }).collect();
        let form = ScalarForm { scale: BigInt::one(), linear: vec![BigInt::from(0); n], bends };
        line(n, n + 1, n * (n - 1) / 2, "Adamovic", &form);
    }
}
