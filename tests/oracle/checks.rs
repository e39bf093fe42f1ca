//! What is checked of a proof that the library gave, with the naive loss.

use crate::common::instance::{Instance, Net};
use crate::common::linear::{Q, integer, q};
use crate::common::mutate::mutate;
use crate::common::region::region_holds;
use crate::common::rng::Rng;
use crate::curvature;
use crate::exact::{Answer, Judged, judge};
use lowpoint::kernel::certificate::{Certificate, Curvature, Escape, NeuronProof, Radius, Region};
use lowpoint::kernel::check::check;
use lowpoint::kernel::claim::{Claim, Verdict};
use lowpoint::kernel::parse::parse_certificate;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::theorem::Theorem;
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

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
    accepted_is_true(instance, problem, judged, &claim, &certificate, rng)
}

/// What is accepted is what the oracle says too, at the point that it is about. True if it was accepted.
pub fn accepted_is_true(
    instance: &Instance,
    problem: &Problem,
    judged: &Judged,
    claim: &Claim,
    certificate: &Certificate,
    rng: &mut Rng,
) -> bool {
    let Ok(theorem) = check(problem, claim, certificate) else { return false };
    if claim.verdict().is_nearby() {
        let there = Instance { net: instance.at(&certificate.point), ..instance.clone() };
        assert!(
            there.net.distance(&instance.net) <= claim.distance(),
            "too far: {claim:?} {certificate:?}\n{instance}"
        );
        holds(&there, &judge(&there, &there.net), &theorem, rng);
    } else {
        holds(instance, judged, &theorem, rng);
    }
    true
}

/// A theorem about the instance's own point, against the oracle and the naive loss.
fn holds(instance: &Instance, judged: &Judged, theorem: &Theorem, rng: &mut Rng) {
    let verdict = theorem.claim().verdict();
    if judged.answer != Answer::SecondOrder {
        assert_eq!(answer(verdict), judged.answer, "{theorem:?}\n{instance}");
    } else {
        assert_ne!(verdict, Verdict::NotStationary, "{theorem:?}\n{instance}");
        assert!(*theorem.curvature() != Curvature::Absent, "{theorem:?}\n{instance}");
    }
    assert_eq!(theorem.loss(), &instance.loss(&instance.net), "{theorem:?}\n{instance}");
    curvature::holds(instance, judged, theorem.curvature(), rng);
    if let Some(region) = theorem.region() {
        region_holds(instance, &instance.net, judged, region, rng);
    }
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
