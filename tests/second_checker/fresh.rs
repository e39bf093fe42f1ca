//! Certificates of random instances, proved here and now: all claims, one to three outputs, both versions.

use crate::common::instance::Instance;
use crate::common::linear::Q;
use crate::common::rng::Rng;
use crate::common::second::Case;
use lowpoint::input::{Source, load};
use lowpoint::kernel::samples::Samples;
use lowpoint::search::polish::Options;
use lowpoint::search::prove::{Outcome, prove_at_point, prove_nearby};
use num_traits::Zero;
use std::collections::BTreeMap;
use std::path::Path;

/// The certificates that the prover finds for the instances of some seeds, at the point and near it; of the later seeds
/// only those with several outputs, because few of these have a second order.
pub fn fresh(directory: &Path, scalar: u64, all: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for seed in 0..all {
        let mut rng = Rng::new(seed);
        let mut instance = Instance::random(&mut rng);
        match instance.outputs() {
            1 if seed >= scalar => continue,
            2 if rng.chance(70) => shrink(&mut instance),
            2 if rng.chance(70) => add_output(&mut instance, &mut rng),
            _ => {}
        }
        let source = instance.write(directory, &format!("{seed:04}"));
        cases.extend(prove(&source).into_iter().map(|certificate| Case { source: source.clone(), certificate }));
    }
    cases
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
            *y = (&*y - &value) / Q::from_integer(1000.into()) + value;
        }
    }
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
pub fn kinds(cases: &[Case]) {
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
    let needed = ["version 1", "version 2", "J = 1", "J = 2", "J = 3", "curvature positive", "curvature descent"];
    let claims = ["local-minimum", "saddle", "not-stationary", "local-minimum-nearby", "saddle-nearby"];
    for what in needed.iter().chain(&claims).chain(&STEPS[..9]) {
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
