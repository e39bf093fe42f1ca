//! Weight decay: its arithmetic against the definition, and what is proved and refused with it.
#![cfg(feature = "search")]

mod common;

use common::instance::{Instance, Net};
use common::linear::{Q, integer, q};
use common::rng::Rng;
use lowpoint::kernel::certificate::{BiasStep, Certificate, Direction, NeuronProof};
use lowpoint::kernel::check::check;
use lowpoint::kernel::claim::{Claim, Verdict};
use lowpoint::kernel::parse::parse_certificate;
use lowpoint::kernel::penalty::Penalty;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::reject::{Place, Reason, Rule};
use lowpoint::kernel::samples::Samples;
use lowpoint::search::emit;
use lowpoint::search::polish::{Options, Tier};
use lowpoint::search::prove::{Outcome, Proof, prove_at_point, prove_nearby};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use proptest::prelude::*;

/// Coefficients of which some are zero, but not all.
fn penalty(rng: &mut Rng) -> Penalty {
    let mut coefficient = || if rng.chance(35) { Q::zero() } else { q(1 + rng.range(0, 40), 1 + rng.range(0, 12)) };
    let [input, hidden_bias, output, output_bias] = [(); 4].map(|()| coefficient());
    let penalty = Penalty { input, hidden_bias, output, output_bias };
    if penalty.is_none() { Penalty { output: q(1, 7), ..penalty } } else { penalty }
}

/// The penalty at some parameters, by its definition.
fn added(instance: &Instance, penalty: &Penalty, net: &Net) -> Q {
    let mut twice = Q::zero();
    for w in &net.w {
        for (a, value) in w.iter().enumerate() {
            let is_bias = instance.hidden_bias && a == w.len() - 1;
            twice += value * value * if is_bias { &penalty.hidden_bias } else { &penalty.input };
        }
    }
    twice += net.h.iter().flatten().map(|h| h * h * &penalty.output).sum::<Q>();
    twice += net.bias.iter().flatten().map(|b| b * b * &penalty.output_bias).sum::<Q>();
    twice / integer(2)
}

fn loss(instance: &Instance, penalty: &Penalty, net: &Net) -> Q {
    instance.loss(net) + added(instance, penalty, net)
}

/// Some short step along the direction lowers the whole loss.
fn falls(instance: &Instance, penalty: &Penalty, direction: &Direction) -> bool {
    let here = loss(instance, penalty, &instance.net);
    (0..200).any(|halvings| {
        let mut net = instance.net.clone();
        net.step(direction, &Q::new(1.into(), BigInt::from(1) << halvings));
        loss(instance, penalty, &net) < here
    })
}

/// The direction that moves one neuron.
fn of_neuron(net: &Net, i: usize, input: &[BigInt], output: &[BigInt]) -> Direction {
    let zeros = |rows: &[Vec<Q>]| -> Vec<Vec<BigInt>> { rows.iter().map(|r| vec![BigInt::zero(); r.len()]).collect() };
    let (mut inputs, mut outputs) = (zeros(&net.w), zeros(&net.h));
    (inputs[i], outputs[i]) = (input.to_vec(), output.to_vec());
    Direction { inputs, outputs, bias: net.bias.as_ref().map(|b| vec![BigInt::zero(); b.len()]) }
}

fn at_point(problem: &Problem) -> Outcome {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    prove_at_point(problem, &samples, &Options::default())
}

fn proved(problem: &Problem) -> Proof {
    match at_point(problem) {
        Outcome::Proved(proof) => *proof,
        Outcome::Undetermined(why) => panic!("{}: {:?}", why.reason, why.open),
    }
}

/// One neuron w = 1, h = 3/5 at the best slope for two samples: stationary without weight decay.
fn best_slope() -> Instance {
    Instance {
        rows: vec![vec![1], vec![2]],
        q: 1,
        hidden_bias: false,
        slopes: [integer(1), integer(0)],
        c: None,
        y: vec![vec![integer(1)], vec![integer(1)]],
        net: Net { w: vec![vec![integer(1)]], h: vec![vec![q(3, 5)]], bias: None },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_penalty_is_the_sum_of_squares(seed: u64) {
        let mut rng = Rng::new(seed);
        let instance = Instance::random(&mut rng);
        let penalty = penalty(&mut rng);
        prop_assert_eq!(penalty.value(instance.problem().network()), added(&instance, &penalty, &instance.net));
    }

    /// Every direction of a certificate lowers the whole loss, and the kernel accepts exactly this problem's certificate.
    #[test]
    fn what_is_proved_descends_and_is_accepted(seed: u64) {
        let mut rng = Rng::new(seed);
        let instance = Instance::random(&mut rng);
        let penalty = penalty(&mut rng);
        let problem = instance.problem().with_penalty(penalty.clone());
        let Outcome::Proved(proof) = at_point(&problem) else { return Ok(()) };
        let (claim, certificate) = parse_certificate(proof.bytes.as_bytes()).unwrap();
        let theorem = check(&problem, &claim, &certificate).unwrap();
        prop_assert_eq!(theorem.claim(), &Claim::NotStationary);
        prop_assert_eq!(theorem.loss(), &loss(&instance, &penalty, &instance.net));
        prop_assert_eq!(theorem.penalty(), &penalty);
        prop_assert!(proof.bytes.starts_with("lowpoint-certificate 3\n"));
        for (i, step) in certificate.neurons.iter().enumerate() {
            if let NeuronProof::Descent { input, output } = &step.proof {
                prop_assert!(falls(&instance, &penalty, &of_neuron(&instance.net, i, input, output)), "neuron {}", i);
            }
        }
        if certificate.bias == BiasStep::Descent {
            let sides = (0..instance.outputs()).flat_map(|j| [(j, 1), (j, -1)]);
            let mut moves = sides.map(|(j, sign)| {
                let still = of_neuron(&instance.net, 0, &vec![BigInt::zero(); instance.width()], &vec![BigInt::zero(); instance.outputs()]);
                let mut bias = still.bias.clone().unwrap();
                bias[j] = sign.into();
                Direction { bias: Some(bias), ..still }
            });
            prop_assert!(moves.any(|direction| falls(&instance, &penalty, &direction)), "the output bias");
        }
        // The same bytes are refused where the decay is another one, or none.
        let other = Penalty { output: &penalty.output + q(1, 1000), ..penalty };
        for wrong in [other, Penalty::none()] {
            let reject = check(&instance.problem().with_penalty(wrong), &claim, &certificate).unwrap_err();
            prop_assert!(matches!(reject.reason, Reason::Differs { what: "weight decay", .. }), "{}", reject);
            prop_assert_eq!(reject.step, Place::Header);
        }
    }

    /// A direction turned round does not descend along a line on which the loss is smooth.
    #[test]
    fn opposite_directions_are_refused(seed: u64) {
        let mut rng = Rng::new(seed);
        let instance = Instance::random(&mut rng);
        let problem = instance.problem().with_penalty(penalty(&mut rng));
        let Outcome::Proved(proof) = at_point(&problem) else { return Ok(()) };
        let (claim, certificate) = parse_certificate(proof.bytes.as_bytes()).unwrap();
        for i in 0..certificate.neurons.len() {
            let mut turned = certificate.clone();
            let NeuronProof::Descent { input, output } = &mut turned.neurons[i].proof else { continue };
            if input.iter().any(|u| !u.is_zero()) {
                continue;
            }
            output.iter_mut().for_each(|g| *g = -&*g);
            let reject = check(&problem, &claim, &turned).unwrap_err();
            prop_assert_eq!((reject.step, reject.rule), (Place::Neuron(i), Rule::Descent));
        }
    }
}

#[test]
fn decayed_input_weights_descend_where_output_weights_do_not() {
    let instance = best_slope();
    let penalty = Penalty { input: q(1, 100), ..Penalty::none() };
    let proof = proved(&instance.problem().with_penalty(penalty));
    assert!(proof.bytes.contains("\npenalty 1/100 0 0 0\nrests-on exact\n"), "{}", proof.bytes);
    let (_, certificate) = parse_certificate(proof.bytes.as_bytes()).unwrap();
    let NeuronProof::Descent { input, output } = &certificate.neurons[0].proof else { panic!("{}", proof.bytes) };
    assert!(input[0].is_negative() && output[0].is_zero(), "{}", proof.bytes);
}

#[test]
fn kinks_bend_the_slope_both_ways() {
    // w = 0 and h = 1 with all samples on the kink: phi(u) = h D(u) = eps (|u| + |2u|) / 2 + …, concave where eps < 0.
    let mut instance = best_slope();
    instance.net = Net { w: vec![vec![integer(0)]], h: vec![vec![integer(1)]], bias: None };
    instance.rows = vec![vec![1], vec![-2]];
    let problem = instance.problem().with_penalty(Penalty { input: integer(1), ..Penalty::none() });
    let proof = proved(&problem);
    let (_, certificate) = parse_certificate(proof.bytes.as_bytes()).unwrap();
    assert_eq!(certificate.neurons[0].kinks, [0, 1]);
    assert!(matches!(&certificate.neurons[0].proof, NeuronProof::Descent { output, .. } if output[0].is_zero()));
}

#[test]
fn a_point_at_rest_is_undetermined_with_a_reason() {
    let mut instance = best_slope();
    instance.net = Net { w: vec![vec![integer(0)]], h: vec![vec![integer(0)]], bias: None };
    let all = Penalty { input: integer(1), hidden_bias: integer(1), output: integer(1), output_bias: integer(1) };
    let problem = instance.problem().with_penalty(all);
    let Outcome::Undetermined(why) = at_point(&problem) else { panic!("proved") };
    assert!(why.reason.contains("irrational in general; look near it"), "{}", why.reason);
    assert_eq!(why.open.len(), 1);
    let samples = Samples::new(problem.dataset(), false);
    let exact = Options { tier: Tier::Exact, ..Options::default() };
    let nearby = prove_nearby(&problem, &samples, &exact, &mut |_, _| true);
    assert!(matches!(nearby, Outcome::Undetermined(why) if why.reason.contains("irrational")));
}

/// A certificate of a local minimum without weight decay, made out to be one of the problem with it.
fn made_out(penalty: &Penalty) -> (Problem, Claim, Certificate) {
    let instance = best_slope();
    let (claim, mut certificate) = parse_certificate(proved(&instance.problem()).bytes.as_bytes()).unwrap();
    assert_eq!(claim, Claim::LocalMinimum);
    certificate.header.penalty = penalty.clone();
    (instance.problem().with_penalty(penalty.clone()), claim, certificate)
}

#[test]
fn exact_rules_only_refute() {
    let (problem, claim, mut certificate) = made_out(&Penalty { output: q(1, 9), ..Penalty::none() });
    let told = |claim: &Claim, certificate: &Certificate, words: &str| {
        let reject = check(&problem, claim, certificate).unwrap_err();
        assert_eq!((reject.step, reject.rule), (Place::Conclusion, Rule::Conclusion), "{reject}");
        assert!(reject.to_string().contains(words), "{reject}");
    };
    told(
        &claim,
        &certificate,
        "expected with weight decay, not-stationary where it rests on exact, found local-minimum",
    );
    for verdict in Verdict::ALL.into_iter().filter(|v| *v != Verdict::NotStationary) {
        told(&verdict.claim(integer(1)), &certificate, verdict.name());
    }
    certificate.region = None;
    told(&Claim::NotStationary, &certificate, "descent or open for every neuron, found another step for neuron 0");
    certificate.neurons[0].proof = NeuronProof::Open;
    told(&Claim::NotStationary, &certificate, "a direction of descent");
    certificate.neurons[0].proof = NeuronProof::Descent { input: vec![0.into()], output: vec![(-1).into()] };
    assert!(check(&problem, &Claim::NotStationary, &certificate).is_ok());
}

#[test]
fn negative_coefficients_are_refused() {
    let (problem, claim, certificate) = made_out(&Penalty { output: q(-1, 9), ..Penalty::none() });
    let reject = check(&problem, &claim, &certificate).unwrap_err();
    assert_eq!((reject.step, reject.rule), (Place::Header, Rule::Statement));
    assert!(reject.to_string().contains("coefficients of at least 0"), "{reject}");
    let malformed = parse_certificate(emit::certificate(&claim, &certificate).as_bytes()).unwrap_err();
    assert_eq!((malformed.line, malformed.expected.as_str()), (7, "coefficients of at least 0"));
}

#[test]
fn zeros_are_no_weight_decay() {
    let problem = best_slope().problem();
    let without = proved(&problem).bytes;
    assert!(without.starts_with("lowpoint-certificate 1\n"));
    assert_eq!(without, proved(&problem.clone().with_penalty(Penalty::none())).bytes);
    // Written in version 3 it says the same; a box certificate has another grammar.
    let third = without
        .replace("certificate 1", "certificate 3")
        .replace("slopes 1 0\n", "slopes 1 0\npenalty 0 0 0 0\nrests-on exact\n");
    let third = third.replace("\nend\n", "\ncurvature absent\nend\n");
    let (claim, certificate) = parse_certificate(third.as_bytes()).unwrap();
    assert!(check(&problem, &claim, &certificate).is_ok());
    let error = parse_certificate(third.replace("on exact", "on intervals").as_bytes()).unwrap_err();
    assert_eq!((error.line, error.expected.as_str()), (9, "`system`"));
}
