//! Planted stationary points: what the search proves near them, and what the kernel makes of boxes around them.

use crate::attack::Attack;
use crate::boxes::{box_of, by_hand, holds, loss, network_of, residuals, signs_of_box};
use crate::common::linear::{Q, q};
use crate::common::rng::Rng;
use crate::problems::{Kind, Planted};
use lowpoint::kernel::certificate::{Evidence, Radius};
use lowpoint::kernel::check::check_evidence;
use lowpoint::kernel::claim::{Claim, Verdict};
use lowpoint::kernel::enclosure::certificate::NeuronBox;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::reject::{Reject, Rule};
use lowpoint::kernel::samples::Samples;
use lowpoint::kernel::theorem::Theorem;
use lowpoint::search::polish::{Options, Tier};
use lowpoint::search::prove::{Outcome, Proof, prove_nearby};
use num_traits::ToPrimitive;
use std::collections::BTreeMap;

/// How often what happened.
#[derive(Default)]
pub struct Tally(pub BTreeMap<String, usize>);

impl Tally {
    pub fn see(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    pub fn of(&self, what: &str) -> usize {
        self.0.get(what).copied().unwrap_or(0)
    }

    pub fn print(&self, title: &str) {
        eprintln!("{title}");
        self.0.iter().for_each(|(what, n)| eprintln!("{n:6} {what}"));
    }
}

/// A kind of problem, in turn.
pub fn kind(number: usize) -> Kind {
    Kind {
        decays: number.is_multiple_of(2),
        outputs: [1, 1, 2, 3][number / 2 % 4],
        calm: 48,
        outside: false,
        asleep: false,
        redundant: false,
    }
}

/// A kind of problem, in turn; none with decay where inputs depend on others.
fn of_kind(number: usize, redundant: bool) -> Kind {
    let kind = kind(number);
    Kind { redundant, decays: kind.decays && !redundant, ..kind }
}

/// The next planted problem of a kind with no row of zeros.
pub fn next(rng: &mut Rng, kind: Kind) -> Planted {
    loop {
        if let Some(planted) = Planted::random(rng, kind) {
            return planted;
        }
    }
}

/// The search for a box.
pub fn by_intervals(problem: &Problem) -> Outcome {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let options = Options { tier: Tier::Intervals, ..Options::default() };
    prove_nearby(problem, &samples, &options, &mut |_, _| true)
}

/// The kernel on the box by hand, with the largest radii that it does not refuse.
fn judged(planted: &Planted, problem: &Problem) -> Result<Theorem, Reject> {
    let claim = Claim::LocalMinimumNearby(q(1, 1));
    let check = |exponent| check_evidence(problem, &claim, &Evidence::Box(by_hand(planted, problem, exponent)), None);
    let mut last = check(-16);
    for exponent in [-22, -28, -34, -40] {
        if last.is_err() {
            last = check(exponent);
        }
    }
    last
}

/// The box of the planted pattern holds the planted point.
fn judge_proof(planted: &Planted, problem: &Problem, proof: &Proof, tally: &mut Tally, name: &str) {
    let certificate = box_of(&proof.bytes);
    let here = residuals(problem, &network_of(problem, &planted.net)).signs().to_vec();
    if signs_of_box(problem, &certificate).as_ref() != Some(&here) {
        tally.see(format!("{name}: another pattern"));
        return;
    }
    let (there, facts) = (loss(problem, &planted.net), proof.theorem.enclosed().unwrap());
    if let Err(why) = holds(problem, &certificate, &planted.net) {
        // With several outputs a pattern may have more stationary points; the search leaves one only for a lower loss.
        let lower = planted.net.h[0].len() > 1 && *proof.theorem.loss() < there;
        assert!(lower, "a box of the planted pattern without the planted point: {why}\n{}", proof.bytes);
        tally.see(format!("{name}: another point of the pattern, of lower loss"));
        return;
    }
    assert!(facts.loss_below <= there && there <= *proof.theorem.loss(), "the loss {there} is not between the bounds");
    assert_eq!(proof.theorem.claim().verdict(), Verdict::LocalMinimumNearby);
    tally.see(format!("{name}: holds the planted point"));
}

/// Planted minima: the search proves them, and no box contradicts them. With inputs that depend on others, on request.
pub fn minima(seed: u64, count: usize, redundant: bool) -> Tally {
    let (mut rng, mut tally) = (Rng::new(seed), Tally::default());
    let mut number = 0;
    while tally.of("tried") < count {
        number += 1;
        let kind = of_kind(number, redundant);
        let planted = next(&mut rng, kind);
        if !planted.is_convex() {
            tally.see("passed over: a concave kink");
            continue;
        }
        tally.see("tried");
        let name = format!("J = {}{}", kind.outputs, if kind.decays { " with decay" } else { "" });
        tally.see(format!("{name}: tried"));
        if planted.classes.iter().flatten().any(|c| c.members.len() > 1) {
            tally.see("tried with parallel kinks");
        }
        if planted.classes.iter().any(|c| !c.is_empty()) {
            tally.see("tried with kinks");
        }
        let problem = planted.problem(&planted.moved(&mut rng, 1e-3));
        match judged(&planted, &problem) {
            Ok(theorem) => {
                tally.see("by hand: accepted");
                assert!(theorem.enclosed().unwrap().loss_below <= loss(&problem, &planted.net));
            }
            Err(reject) => {
                let rule = reject.rule;
                assert!(matches!(rule, Rule::Krawczyk | Rule::Curvature), "{reject}");
                assert!(kind.outputs > 1 || rule == Rule::Krawczyk, "{reject}");
                tally.see(format!("by hand: {} ({name})", rule.name()));
            }
        }
        match by_intervals(&problem) {
            Outcome::Proved(proof) => {
                tally.see("proved");
                let of_one = |role: &NeuronBox| matches!(role, NeuronBox::Live(live) if live.pinned.len() > 1);
                if box_of(&proof.bytes).neurons.iter().any(of_one) {
                    tally.see("proved with redundant input weights held");
                }
                judge_proof(&planted, &problem, &proof, &mut tally, &name);
                no_lower(&problem, &proof, &mut rng, 2, 150);
            }
            Outcome::Undetermined(why) => {
                let reason: String = why.reason.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
                tally.see(format!("undetermined ({name}): {}", reason.chars().take(150).collect::<String>()));
            }
        }
    }
    tally
}

/// Nothing in the stated region, or close by where none is stated, has a lower loss than the theorem's bound.
pub fn no_lower(problem: &Problem, proof: &Proof, rng: &mut Rng, starts: usize, steps: usize) {
    if proof.theorem.claim().verdict() != Verdict::LocalMinimumNearby {
        return;
    }
    let certificate = box_of(&proof.bytes);
    let middle = crate::boxes::centre(problem, &certificate);
    let of_role = |role: &NeuronBox| if let NeuronBox::Live(live) = role { live.kinks.clone() } else { vec![] };
    let kinks: Vec<Vec<usize>> = certificate.neurons.iter().map(of_role).collect();
    let attack = Attack::new(problem, &kinks);
    let facts = proof.theorem.enclosed().unwrap();
    let inside = |radius: &Radius| match radius {
        Radius::Unbounded => 10.0,
        Radius::AtMost(r) => (r - &facts.radius).to_f64().unwrap() * (1.0 - 1e-9),
    };
    let reach = match proof.theorem.region() {
        Some(region) => attack.spread(inside(&region.input), inside(&region.output), 1.0),
        // A neuron that was put beside another is small, and so is what is next to it.
        None => {
            let small = |w: &Vec<Q>| w.iter().map(|v| v.to_f64().unwrap().abs()).fold(0.0, f64::max);
            let size = middle.w.iter().map(small).filter(|size| *size > 0.0).fold(1.0, f64::min);
            let reach = (1e-3 * size).min(1e-5);
            attack.spread(reach, reach, reach)
        }
    };
    assert!(reach.iter().all(|r| *r > 0.0), "the box is larger than the region");
    let least = attack.least(&attack.flat(&middle), &reach, rng, starts, steps);
    let gap = (&least - &facts.loss_below).to_f64();
    assert!(least >= facts.loss_below, "a loss that is lower by {gap:?}\n{}", proof.bytes);
}

/// Planted points that are no minima: a multiplier outside its interval, a concave kink, a direction of falling loss.
pub fn no_minima(seed: u64, count: usize, redundant: bool) -> Tally {
    let (mut rng, mut tally) = (Rng::new(seed), Tally::default());
    for number in 0..count {
        let outside = number % 4 == 0;
        let calm = if outside { 48 } else { rng.pick(&[1, 2, 4, 8]) };
        let planted = next(&mut rng, Kind { calm, outside, ..of_kind(number / 4, redundant) });
        let problem = planted.problem(&planted.moved(&mut rng, 1e-3));
        let kinked = planted.classes.iter().any(|c| !c.is_empty());
        let verdict = judged(&planted, &problem);
        let word = verdict.as_ref().map_or_else(|r| r.rule.name(), |_| "accepted");
        if kinked && (outside || !planted.is_convex()) {
            let what = if outside { "multiplier outside" } else { "concave kink" };
            tally.see(format!("{what}: {word}"));
            assert_eq!(verdict.map(drop).unwrap_err().rule, Rule::Slack);
            continue;
        }
        let kinks: Vec<Vec<usize>> = planted
            .classes
            .iter()
            .map(|c| c.iter().flat_map(|c| c.members.iter().map(|(k, _)| *k)).collect())
            .collect();
        let attack = Attack::new(&problem, &kinks);
        // Within the region where one is stated, else close by.
        let within = |radius: &Radius| match radius {
            Radius::AtMost(r) => r.to_f64().unwrap_or(0.0).min(1e-2) * 0.999,
            Radius::Unbounded => 1e-2,
        };
        let region = verdict.as_ref().ok().and_then(|theorem| theorem.region());
        let (input, output) = region.map_or((1e-4, 1e-4), |r| (within(&r.input), within(&r.output)));
        let reach = attack.spread(input, output, if region.is_some() { 1e-2 } else { 1e-4 });
        let here: Q = loss(&problem, &planted.net);
        let falls = attack.least(&attack.flat(&planted.net), &reach, &mut rng, 4, 300) < &here - q(1, 1 << 46);
        tally.see(format!(
            "J {} {}: {word}",
            if planted.net.h[0].len() == 1 { "= 1" } else { "> 1" },
            if falls { "the loss falls nearby" } else { "nothing lower was found" }
        ));
        assert!(!falls || verdict.is_err(), "accepted, but the loss falls nearby: number {number}, {kinks:?}");
    }
    tally
}

/// Planted points with a neuron at h = 0 whose slope form is not zero: saddles by T3.
pub fn asleep(seed: u64, count: usize) -> Tally {
    let (mut rng, mut tally) = (Rng::new(seed), Tally::default());
    for number in 0..count {
        let planted = next(&mut rng, Kind { asleep: true, ..kind([1, 3][number % 2]) });
        let problem = planted.problem(&planted.moved(&mut rng, 1e-3));
        let refused = judged(&planted, &problem).map(drop).unwrap_err().rule;
        let expected = if planted.is_convex() { Rule::Signs } else { Rule::Slack };
        // The system may be singular on top of it.
        assert!(refused == expected || refused == Rule::Krawczyk, "{} instead of {}", refused.name(), expected.name());
        tally.see(refused.name());
    }
    tally
}
