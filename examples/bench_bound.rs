//! Certified bounds against the float gradient: seconds, their ratio, the relative width of the bounds, and memory.
//!
//! `cargo run --release --example bench_bound [N d m J bits threads]` (default 60000 784 128 1 64 2). The data are random
//! doubles, or floats where `bits` is 32; both computations read the same chunks in memory, and the gradient is one of
//! doubles in either case: of the loss, of all weights and of all biases, with the same matrix products, on as many threads.

use lowpoint::kernel::enclosure::bound::{Bound, Chunk, Totals};
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::{Activation, Network, Neuron};
use lowpoint::kernel::number::dyadic;
use lowpoint::kernel::penalty::Penalty;
use lowpoint::search::multipliers::least_residual;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use num_rational::BigRational;
use num_traits::Zero;
use rayon::prelude::*;
use std::time::Instant;

const CHUNK: usize = 1024;

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let [n, d, m, j, bits, threads] = sizes[..].try_into().unwrap_or([60_000, 784, 128, 1, 64, 2]);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().expect("threads start");
    let mut random = Random(1);
    let round = |v: f64| if bits == 32 { f64::from(v as f32) } else { v };
    let mut vector =
        |len: usize, scale: f64| -> Vec<f64> { (0..len).map(|_| round(scale * random.normal())).collect() };
    let scale = 1.0 / (d as f64).sqrt();
    let (w, b) = (vector(m * d, scale), vector(m, scale));
    let (h, bias) = (vector(m * j, 1.0 / (m as f64).sqrt()), vector(j, 1.0));
    let chunks: Vec<Chunk> = (0..n)
        .step_by(CHUNK)
        .map(|first| {
            let count = CHUNK.min(n - first);
            Chunk { first, inputs: vector(count * d, 1.0), targets: vector(count * j, 1.0), weights: None }
        })
        .collect();
    let weights = Weights {
        w: Array2::from_shape_vec((m, d), w.clone()).expect("shapes fit"),
        b: Array1::from_vec(b.clone()),
        h: Array2::from_shape_vec((m, j), h.clone()).expect("shapes fit"),
        bias: Array1::from_vec(bias.clone()),
    };
    println!("N = {n}, d = {d}, m = {m}, J = {j}, {bits} bits, {threads} threads; data {} MB", n * d * 8 / 1_000_000);
    let network = network(&w, &b, &h, &bias, [d, m, j]);

    let mut gradient_seconds = f64::INFINITY;
    let mut loss = 0.0;
    let mut bound_seconds = f64::INFINITY;
    let mut found = None;
    for _ in 0..3 {
        let start = Instant::now();
        let mut total: Option<Gradient> = None;
        for batch in chunks.chunks(threads) {
            let all: Vec<Gradient> = batch.par_iter().map(|chunk| weights.gradient(chunk)).collect();
            for one in all {
                total = Some(match total {
                    Some(sum) => (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2, sum.3 + one.3, sum.4 + one.4),
                    None => one,
                });
            }
        }
        loss = total.map_or(f64::NAN, |total| total.0);
        gradient_seconds = gradient_seconds.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let bound = Bound::new(&network, None).expect("all numbers are doubles");
        let mut totals = Totals::new(&bound);
        for batch in chunks.chunks(threads) {
            let sums: Vec<_> = batch.par_iter().map(|chunk| bound.evaluate(chunk)).collect();
            sums.into_iter().flatten().for_each(|sums| totals.add(sums));
        }
        found = Some(totals.finish(&bound, &Penalty::none(), &least_residual).expect("sums are doubles"));
        bound_seconds = bound_seconds.min(start.elapsed().as_secs_f64());
    }
    let found = found.expect("bounds");
    println!(
        "float gradient {gradient_seconds:.2} s, bounds {bound_seconds:.2} s, ratio {:.2}",
        bound_seconds / gradient_seconds
    );
    println!("loss {loss:.15e} in [{:.15e}, {:.15e}]", found.loss.inf(), found.loss.sup());
    let width = |i: inari::Interval| i.wid() / i.mag();
    let worst = |f: fn(&lowpoint::kernel::enclosure::bound::NeuronBounds) -> inari::Interval| {
        found.neurons.iter().map(|n| width(f(n))).fold(0.0, f64::max)
    };
    let (inputs, outputs) = (worst(|n| n.input_slope), worst(|n| n.output_slope));
    println!(
        "relative widths: loss {:.1e}, slopes along w_i {inputs:.1e}, along h_i {outputs:.1e} (worst neuron)",
        width(found.loss)
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter(|line| line.starts_with("VmHWM"))
        .for_each(|line| println!("{line} (with the data in memory)"));
}

struct Weights {
    w: Array2<f64>,
    b: Array1<f64>,
    h: Array2<f64>,
    bias: Array1<f64>,
}

type Gradient = (f64, Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>);

impl Weights {
    /// The loss and its derivatives along w, b, h and the bias.
    fn gradient(&self, chunk: &Chunk) -> Gradient {
        let (m, d) = self.w.dim();
        let j = self.h.ncols();
        let n = chunk.inputs.len() / d;
        let x = ArrayView2::from_shape((n, d), &chunk.inputs).expect("shapes fit");
        let mut z = Array2::zeros((n, m));
        general_mat_mul(1.0, &x, &self.w.t(), 0.0, &mut z);
        z += &self.b;
        let rho = z.mapv(|z: f64| z.max(0.0));
        let mut e = Array2::zeros((n, j));
        general_mat_mul(1.0, &rho, &self.h, 0.0, &mut e);
        e += &self.bias;
        e -= &ArrayView2::from_shape((n, j), &chunk.targets).expect("shapes fit");
        let loss = 0.5 * e.iter().map(|e| e * e).sum::<f64>();
        let mut dh = Array2::zeros((m, j));
        general_mat_mul(1.0, &rho.t(), &e, 0.0, &mut dh);
        let mut dz = Array2::zeros((n, m));
        general_mat_mul(1.0, &e, &self.h.t(), 0.0, &mut dz);
        dz.zip_mut_with(&z, |dz, z| *dz = if *z > 0.0 { *dz } else { 0.0 });
        let mut dw = Array2::zeros((m, d));
        general_mat_mul(1.0, &dz.t(), &x, 0.0, &mut dw);
        (loss, dw, dz.sum_axis(Axis(0)), dh, e.sum_axis(Axis(0)))
    }
}

fn network(w: &[f64], b: &[f64], h: &[f64], bias: &[f64], [d, m, j]: [usize; 3]) -> Network {
    let exact = |v: &[f64]| -> Vec<BigRational> { v.iter().filter_map(|v| dyadic(*v)).collect() };
    let neuron = |i: usize| Neuron {
        input: Fractions::from_rationals(&exact(&[&w[i * d..(i + 1) * d], &b[i..i + 1]].concat())),
        output: Fractions::from_rationals(&exact(&h[i * j..(i + 1) * j])),
    };
    let relu = Activation::leaky(BigRational::zero());
    let bias = Fractions::from_rationals(&exact(bias));
    Network::new(relu, (0..m).map(neuron).collect(), true, Some(bias)).expect("shapes fit")
}

/// A small generator, so that every run is the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Near normal.
    fn normal(&mut self) -> f64 {
        (0..4).map(|_| self.next() - 0.5).sum::<f64>() * 1.7
    }
}
