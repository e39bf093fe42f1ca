//! Certificates of random instances, proved here and now: all claims, one to three outputs, all versions.

use crate::common::instance::{Instance, Net};
use crate::common::linear::{Q, integer};
use crate::common::rng::Rng;
use crate::common::second::Case;
use lowpoint::input::{Decay, Decayed, Source, load};
use lowpoint::kernel::samples::Samples;
use lowpoint::search::polish::Options;
use lowpoint::search::prove::{Outcome, prove_at_point, prove_nearby};
use num_traits::Zero;
use std::collections::BTreeMap;
use std::path::Path;

/// How many random instances, from which seed on: of any kind, of several outputs (few have a second order), and of one
/// neuron with many kinks of both signs.
#[derive(Clone, Copy)]
pub struct Fresh {
    pub seed: u64,
    pub scalar: u64,
    pub vector: u64,
    pub mixed: u64,
}

impl Fresh {
    /// The certificates that the prover finds, at the points and near them.
    pub fn proofs(self, directory: &Path) -> Vec<Case> {
        let any = |seed| random(&mut Rng::new(seed));
        let scalar = (self.seed..self.seed + self.scalar).map(any);
        let from = self.seed + self.scalar;
        let vector = (from..from + self.vector).map(any).filter(|instance| instance.outputs() > 1);
        let mixed = (self.seed..self.seed + self.mixed).map(|seed| mixed(&mut Rng::new(seed)));
        let mut cases = Vec::new();
        for (number, instance) in scalar.chain(vector).chain(mixed).enumerate() {
            let source = instance.write(directory, &number.to_string());
            let source = Source { decay: decay(number), ..source };
            cases.extend(prove(&source).into_iter().map(|certificate| Case { source: source.clone(), certificate }));
        }
        cases
    }
}

/// Weight decay for one instance in eight, in each convention.
fn decay(number: usize) -> Decay {
    let rate = || Q::new(1.into(), (1 + number % 11).into());
    match number % 24 {
        0 => Decay::Torch { rate: rate(), decayed: Decayed::All },
        8 => Decay::Torch { rate: rate(), decayed: Decayed::Weights },
        16 => Decay::Sklearn { alpha: rate() },
        _ => Decay::None,
    }
}

fn random(rng: &mut Rng) -> Instance {
    let mut instance = Instance::random(rng);
    match instance.outputs() {
        2 if rng.chance(70) => shrink(&mut instance),
        2 if rng.chance(70) => add_output(&mut instance, rng),
        _ => {}
    }
    instance
}

fn prove(source: &Source) -> Vec<Vec<u8>> {
    let problem = load(source).unwrap();
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let options = Options::default();
    let mut outcomes = vec![prove_at_point(&problem, &samples, &options)];
    if problem.dataset().output_count() == 1 {
        outcomes.push(prove_nearby(&problem, &samples, &options, &mut |_, _| true));
    }
    let proved = outcomes.into_iter().filter_map(|outcome| match outcome {
        Outcome::Proved(proof) => Some(proof.bytes.into_bytes()),
        Outcome::Undetermined(_) => None,
    });
    proved.collect()
}

/// Smaller residuals: a stationary point stays one, and more often it is a minimum.
fn shrink(instance: &mut Instance) {
    for k in 0..instance.rows.len() {
        let value = instance.value(&instance.net, k);
        for (y, value) in instance.y[k].iter_mut().zip(value) {
            *y = (&*y - &value) / integer(1000) + value;
        }
    }
}

/// One neuron at w = 0 with the form sum_l (kap_l |v_l| - mu_l v_l) - sum_k |sum_l M_lk v_l|, which a matrix proves; or
/// with Adamovic's form, which needs cells, in other coordinates.
fn mixed(rng: &mut Rng) -> Instance {
    const WIDTH: usize = 5;
    let mut classes: Vec<(Vec<i64>, i64, i64)> = Vec::new();
    let unit = |a: usize| (0..WIDTH).map(|b| i64::from(a == b)).collect::<Vec<i64>>();
    if rng.chance(50) {
        let random = |rng: &mut Rng, size: i64| (0..WIDTH).map(|_| rng.range(-size, size)).collect::<Vec<i64>>();
        let (mut convex, concave) = ((0..WIDTH).map(unit).collect::<Vec<_>>(), 6 + rng.below(3));
        convex.extend((0..3).map(|_| random(rng, 2)));
        let matrix: Vec<Vec<i64>> = (0..concave).map(|_| convex.iter().map(|_| rng.range(-1, 1)).collect()).collect();
        for (l, x) in convex.iter().enumerate() {
            let mu = rng.range(-2, 2);
            let kap = mu.abs() + matrix.iter().map(|column| column[l].abs()).sum::<i64>() + rng.range(0, 1);
            classes.push((x.clone(), kap, mu));
        }
        for column in &matrix {
            let entry = |a: usize| column.iter().zip(&convex).map(|(m, x)| m * x[a]).sum();
            classes.push(((0..WIDTH).map(entry).collect(), -1, 0));
        }
    } else {
        classes.extend((0..WIDTH).map(|a| (unit(a), 3, 0)));
        classes.push((vec![1; WIDTH], 1, 0));
        for a in 0..WIDTH {
            classes.extend((a + 1..WIDTH).map(|b| (unit(a).iter().zip(unit(b)).map(|(a, b)| a + b).collect(), -1, 0)));
        }
        for _ in 0..4 {
            let (a, b) = (rng.below(WIDTH), rng.below(WIDTH));
            classes.iter_mut().filter(|_| a != b).for_each(|(x, _, _)| x[a] += x[b]);
        }
    }
    // x and -x with the residuals kap - mu and kap + mu give kap |v| - mu v.
    let samples =
        classes.iter().flat_map(|(x, kap, mu)| [(x.clone(), kap - mu), (x.iter().map(|v| -v).collect(), kap + mu)]);
    let (rows, residuals): (Vec<Vec<i64>>, Vec<i64>) = samples.unzip();
    let y = residuals.iter().map(|eps| vec![integer(-eps)]).collect();
    let net = Net { w: vec![vec![integer(0); WIDTH]], h: vec![vec![integer(1)]], bias: None };
    Instance { rows, q: 1, hidden_bias: false, slopes: [integer(1), integer(0)], c: None, y, net }
}

/// A third output without residuals, or with those of the first.
fn add_output(instance: &mut Instance, rng: &mut Rng) {
    let before: Vec<Vec<Q>> = (0..instance.rows.len()).map(|k| instance.value(&instance.net, k)).collect();
    let copied = rng.chance(30);
    let next = |h: &[Q], rng: &mut Rng| match (copied, h.iter().all(Zero::is_zero)) {
        (true, _) => h[0].clone(),
        (_, true) => Q::zero(),
        _ => rng.rational(),
    };
    for h in &mut instance.net.h {
        let value = next(h, rng);
        h.push(value);
    }
    if let Some(bias) = &mut instance.net.bias {
        let value = next(bias, rng);
        bias.push(value);
    }
    for (k, before) in before.iter().enumerate() {
        let residual = if copied { &before[0] - &instance.y[k][0] } else { Q::zero() };
        let value = instance.value(&instance.net, k)[2].clone();
        instance.y[k].push(value - residual);
    }
}

/// Are all kinds of proofs among these?
pub fn assert_all_kinds(cases: &[Case]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        let text = String::from_utf8(case.certificate.clone()).unwrap();
        let line = |n: usize| text.lines().nth(n).unwrap().split(' ').collect::<Vec<_>>();
        *counts.entry(format!("version {}", line(0)[1])).or_default() += 1;
        *counts.entry(line(1)[1].to_string()).or_default() += 1;
        *counts.entry(format!("J = {}", line(4)[3])).or_default() += 1;
        for step in text.lines().map(|l| l.split(' ').next().unwrap()) {
            if STEPS.contains(&step) {
                *counts.entry(step.to_string()).or_default() += 1;
            }
        }
        let curvature = text.lines().find_map(|l| l.strip_prefix("curvature ")).unwrap_or("none");
        *counts.entry(format!("curvature {}", curvature.split(' ').next().unwrap())).or_default() += 1;
    }
    counts.iter().for_each(|(what, n)| println!("{n:6} {what}"));
    let needed =
        ["version 1", "version 2", "version 3", "J = 1", "J = 2", "J = 3", "curvature positive", "curvature descent"];
    let claims = ["local-minimum", "saddle", "not-stationary", "local-minimum-nearby", "saddle-nearby"];
    for what in needed.iter().chain(&claims).chain(&STEPS) {
        assert!(counts.get(*what).is_some_and(|n| *n >= 3), "too few of {what}: {counts:?}");
    }
}

const STEPS: [&str; 12] = [
    "zero-form",
    "scalar",
    "uniform",
    "stationary",
    "escape",
    "descent",
    "linear",
    "multipliers",
    "components",
    "rays",
    "matrix",
    "cells",
];
