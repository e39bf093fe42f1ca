//! What is checked of a proof that the library gave, with the naive loss.

use crate::common::instance::{Instance, Net};
use crate::common::linear::{Q, integer, q};
use crate::common::mutate::mutate;
use crate::common::rng::Rng;
use crate::curvature;
use crate::exact::{Answer, Judged};
use lowpoint::kernel::certificate::{Certificate, Curvature, Escape, NeuronProof, Radius, Region};
use lowpoint::kernel::check::check;
use lowpoint::kernel::claim::{Claim, Verdict};
use lowpoint::kernel::parse::parse_certificate;
use lowpoint::kernel::problem::Problem;
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

/// No parameters of the region have a lower loss: exact random moves, many of them to the region's boundary.
pub fn region_holds(instance: &Instance, net: &Net, judged: &Judged, region: &Region, rng: &mut Rng) {
    let here = instance.loss(net);
    for _ in 0..20 {
        let moved = move_within(net, judged, region, rng);
        let there = instance.loss(&moved);
        assert!(there >= here, "a lower loss inside {region:?} at {moved:?}\n{instance}");
    }
}

fn move_within(net: &Net, judged: &Judged, region: &Region, rng: &mut Rng) -> Net {
    let radius = |r: &Radius, rng: &mut Rng| match r {
        Radius::Unbounded => rng.pick(&[q(1, 8), q(1, 1), q(20, 1)]),
        Radius::AtMost(r) => r * rng.pick(&[q(1, 1), q(1, 1), q(1, 3), q(1, 64)]),
    };
    let (input, output) = (radius(&region.input, rng), radius(&region.output, rng));
    let quarter = |rng: &mut Rng| q(rng.pick(&[-4, -4, -3, -1, 0, 0, 1, 2, 4, 4]), 4);
    let mut moved = net.clone();
    for (i, generators) in judged.neurons.iter().enumerate() {
        if rng.chance(50) && !generators.directions.is_empty() {
            let u = unit(&rng.pick(&generators.directions));
            moved.w[i].iter_mut().zip(u).for_each(|(w, u)| *w += u * &input);
        } else if rng.chance(60) {
            moved.w[i].iter_mut().for_each(|w| *w += quarter(rng) * &input);
        }
        if rng.chance(70) {
            moved.h[i].iter_mut().for_each(|h| *h += quarter(rng) * &output);
        }
    }
    if let Some(bias) = moved.bias.as_mut().filter(|_| rng.chance(50)) {
        bias.iter_mut().for_each(|b| *b += quarter(rng) * integer(3));
    }
    moved
}

/// The direction with largest entry 1.
fn unit(u: &[BigInt]) -> Vec<Q> {
    let size = u.iter().map(Signed::abs).max().filter(|s| !s.is_zero()).unwrap_or_else(BigInt::one);
    u.iter().map(|v| Q::new(v.clone(), size.clone())).collect()
}

/// Regions a little beyond the largest one, and claims that the steps do not carry, are refused.
pub fn relabelled(problem: &Problem, claim: &Claim, certificate: &Certificate) {
    let refused = |claim: &Claim, certificate: &Certificate| {
        assert!(check(problem, claim, certificate).is_err(), "accepted as {claim:?}: {certificate:?}");
    };
    let unbounded = Region { input: Radius::Unbounded, output: Radius::Unbounded };
    let tiny = Region { input: Radius::AtMost(q(1, 1 << 40)), output: Radius::AtMost(q(1, 1 << 40)) };
    let own = claim.verdict();
    let same = |v: Verdict| v == own || v.is_nearby() && v.name().starts_with(own.name());
    for verdict in Verdict::ALL.into_iter().filter(|v| !same(*v)) {
        for region in [None, Some(unbounded.clone()), Some(tiny.clone()), certificate.region.clone()] {
            let relabelled = Certificate { region, ..certificate.clone() };
            refused(&verdict.claim(Q::zero()), &Certificate { curvature: Curvature::Positive, ..relabelled.clone() });
            refused(&verdict.claim(Q::zero()), &relabelled);
        }
    }
    let Some(region) = &certificate.region else { return };
    refused(claim, &Certificate { region: None, ..certificate.clone() });
    let larger = |r: &Q| Radius::AtMost(r * q(10_001, 10_000));
    if let Radius::AtMost(r) = &region.input {
        for input in [larger(r), Radius::Unbounded, Radius::AtMost(Q::zero()), Radius::AtMost(-r)] {
            refused(claim, &Certificate { region: Some(Region { input, ..region.clone() }), ..certificate.clone() });
        }
    }
    if let Radius::AtMost(r) = &region.output {
        for output in [larger(r), Radius::Unbounded, Radius::AtMost(Q::zero())] {
            refused(claim, &Certificate { region: Some(Region { output, ..region.clone() }), ..certificate.clone() });
        }
    }
}

/// A certificate with damage is refused, or proves what the oracle says too. True if it was accepted.
pub fn mutated(instance: &Instance, problem: &Problem, judged: &Judged, bytes: &str, rng: &mut Rng) -> bool {
    let text = mutate(bytes, rng);
    let Ok((claim, certificate)) = parse_certificate(text.as_bytes()) else { return false };
    let Ok(theorem) = check(problem, &claim, &certificate) else { return false };
    if !claim.verdict().is_nearby() {
        if judged.answer != Answer::SecondOrder {
            assert_eq!(answer(claim.verdict()), judged.answer, "{text}\n{instance}");
        }
        curvature::holds(instance, judged, theorem.curvature(), rng);
        if let Some(region) = theorem.region() {
            region_holds(instance, &instance.net, judged, region, rng);
        }
    }
    true
}

pub fn answer(verdict: Verdict) -> Answer {
    match verdict {
        Verdict::LocalMinimum | Verdict::LocalMinimumNearby => Answer::LocalMinimum,
        Verdict::Saddle | Verdict::SaddleNearby => Answer::Saddle,
        Verdict::NotStationary => Answer::NotStationary,
    }
}

/// Small steps along each stated direction of descent lower the loss.
pub fn descents_descend(instance: &Instance, certificate: &Certificate) {
    let here = instance.loss(&instance.net);
    for (i, step) in certificate.neurons.iter().enumerate() {
        let NeuronProof::Descent { input, output } = &step.proof else { continue };
        let size = input.iter().chain(output).map(Signed::abs).max().unwrap();
        lowers(instance, &here, Q::new(BigInt::one(), size), |net, t| {
            net.w[i].iter_mut().zip(input).for_each(|(w, u)| *w += t * u);
            net.h[i].iter_mut().zip(output).for_each(|(h, g)| *h += t * g);
        });
    }
    if certificate.bias == lowpoint::kernel::certificate::BiasStep::Descent {
        let residuals = instance.residuals(&instance.net);
        lowers(instance, &here, Q::one(), |net, t| {
            for (j, bias) in net.bias.iter_mut().flatten().enumerate() {
                *bias -= t * residuals.iter().map(|e| e[j].clone()).sum::<Q>();
            }
        });
    }
}

/// Some step t, halved at most 60 times, lowers the loss.
fn lowers(instance: &Instance, here: &Q, mut t: Q, step: impl Fn(&mut Net, &Q)) {
    for _ in 0..=60 {
        let mut net = instance.net.clone();
        step(&mut net, &t);
        if instance.loss(&net) < *here {
            return;
        }
        t /= integer(2);
    }
    panic!("no step along the direction lowers the loss\n{instance}");
}

/// The stated escape lowers the loss, and so do steps along it near the point (T3).
pub fn escapes_escape(instance: &Instance, certificate: &Certificate) {
    let here = instance.loss(&instance.net);
    let residuals = instance.residuals(&instance.net);
    for (i, step) in certificate.neurons.iter().enumerate() {
        let NeuronProof::Escape(Escape { direction, step, output }) = &step.proof else { continue };
        let mut net = instance.net.clone();
        net.w[i].iter_mut().zip(direction).for_each(|(w, u)| *w += step * u);
        net.h[i] = output.rationals().collect();
        assert!(instance.loss(&net) < here, "the escape does not lower the loss\n{instance}");
        lowers(instance, &here, step / integer(1 << 20), |net, t| {
            net.w[i].iter_mut().zip(direction).for_each(|(w, u)| *w += t * u);
            let activation = |k: usize| instance.rho(instance.preactivation(&net.w[i], k));
            let activations: Vec<Q> = (0..instance.rows.len()).map(activation).collect();
            let square: Q = activations.iter().enumerate().map(|(k, a)| a * a * instance.weight(k)).sum();
            if square.is_zero() {
                return;
            }
            // t D = sum eps_k a_k; h = -s D with s = min(t, t / A) and A = square / t^2 gives less loss for small t.
            let s = t.clone().min(t * t * t / &square);
            for (j, h) in net.h[i].iter_mut().enumerate() {
                *h = -(&s / t) * residuals.iter().zip(&activations).map(|(e, a)| &e[j] * a).sum::<Q>();
            }
        });
    }
}
