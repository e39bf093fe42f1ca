//! The second order (T5): points that the first order leaves open, with several outputs.
#![cfg(feature = "search")]

#[path = "common/mod.rs"]
mod common;

use common::instance::{Instance, Net};
use common::linear::{Q, dot, integer, q};
use common::rng::Rng;
use lowpoint::kernel::certificate::{BiasStep, Certificate, Curvature, Direction, NeuronProof, NeuronStep, Point};
use lowpoint::kernel::check::check;
use lowpoint::kernel::claim::Claim;
use lowpoint::kernel::evaluation::Evaluation;
use lowpoint::kernel::parse::parse_certificate;
use lowpoint::kernel::rule::bounds::MAX_ERROR_BITS;
use lowpoint::kernel::rule::critical::Side;
use lowpoint::kernel::rule::statement::header;
use lowpoint::kernel::samples::Samples;
use lowpoint::kernel::second_order::{SecondOrder, Slopes, value};
use lowpoint::kernel::slope_form::SlopeForm;
use lowpoint::kernel::theorem::Theorem;
use lowpoint::search::polish::Options;
use lowpoint::search::prove::{Outcome, prove_at_point};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::collections::BTreeMap;

/// Integer samples and parameters, ReLU, no weights, no biases.
fn instance(rows: &[&[i64]], y: &[&[i64]], w: &[&[i64]], h: &[&[i64]]) -> Instance {
    let integers =
        |rows: &[&[i64]]| -> Vec<Vec<Q>> { rows.iter().map(|r| r.iter().map(|v| integer(*v)).collect()).collect() };
    Instance {
        rows: rows.iter().map(|r| r.to_vec()).collect(),
        q: 1,
        hidden_bias: false,
        slopes: [q(1, 1), q(0, 1)],
        c: None,
        y: integers(y),
        net: Net { w: integers(w), h: integers(h), bias: None },
    }
}

fn outcome(instance: &Instance) -> Outcome {
    let problem = instance.problem();
    prove_at_point(&problem, &Samples::new(problem.dataset(), problem.network().has_hidden_bias()), &Options::default())
}

fn proved(instance: &Instance) -> (Theorem, Certificate) {
    match outcome(instance) {
        Outcome::Proved(proof) => {
            assert!(proof.open.is_empty(), "{:?}", proof.open);
            assert!(proof.bytes.starts_with("lowpoint-certificate 2\n"), "{}", proof.bytes);
            (proof.theorem, parse_certificate(proof.bytes.as_bytes()).unwrap().1)
        }
        Outcome::Undetermined(why) => panic!("{why:?}\n{instance}"),
    }
}

fn minimum(instance: &Instance) -> Certificate {
    let (theorem, certificate) = proved(instance);
    assert_eq!((theorem.claim(), theorem.curvature()), (&Claim::LocalMinimum, &Curvature::Positive));
    assert!(theorem.region().is_none());
    certificate
}

/// The witness lowers the loss, and so do all small multiples of it.
fn saddle(instance: &Instance) -> Certificate {
    let (theorem, certificate) = proved(instance);
    assert_eq!(theorem.claim(), &Claim::Saddle);
    let Curvature::Descent { direction, step } = theorem.curvature() else { panic!("{:?}", theorem.curvature()) };
    for halvings in [0, 4, 12, 30] {
        let mut net = instance.net.clone();
        net.step(direction, &(step / integer(1 << halvings)));
        assert!(instance.loss(&net) < instance.loss(&instance.net), "{halvings} halvings\n{instance}");
    }
    certificate
}

fn undetermined(instance: &Instance, words: &str) {
    let Outcome::Undetermined(why) = outcome(instance) else { panic!("proved\n{instance}") };
    let reasons: Vec<&String> = why.open.iter().map(|(_, reason)| reason).collect();
    assert!(!reasons.is_empty() && reasons.iter().all(|r| r.contains(words)), "{why:?}");
}

/// Q(z) by its definition, for changes u, g, d.
fn naive(instance: &Instance, z: &Direction) -> Q {
    let rational = |v: &[BigInt]| -> Vec<Q> { v.iter().map(|v| Q::from_integer(v.clone())).collect() };
    let (net, outputs) = (&instance.net, instance.outputs());
    let residuals = instance.residuals(net);
    let mut sum = Q::zero();
    for (k, residual) in residuals.iter().enumerate() {
        let mut change = z.bias.as_ref().map_or_else(|| vec![Q::zero(); outputs], |d| rational(d));
        for i in 0..net.w.len() {
            let (z_k, t) = (instance.preactivation(&net.w[i], k), instance.preactivation(&rational(&z.inputs[i]), k));
            let below = if z_k.is_zero() { t.is_negative() } else { z_k.is_negative() };
            let slope = &t * &instance.slopes[usize::from(below)];
            let g = rational(&z.outputs[i]);
            sum += dot(&g, residual) * &slope;
            let activation = instance.rho(z_k);
            for j in 0..outputs {
                change[j] += &g[j] * &activation + &net.h[i][j] * &slope;
            }
        }
        sum += dot(&change, &change) * instance.weight(k) / integer(2);
    }
    sum
}

/// The kernel's value along a direction and its matrices on the pieces are positive multiples of Q, on instances of
/// every kind; whether a point is stationary does not matter.
#[test]
fn the_form_is_the_second_order() {
    let (mut negative, mut positive) = (0, 0);
    for seed in 0..400 {
        let mut rng = Rng::new(seed);
        let instance = Instance::random(&mut rng);
        let problem = instance.problem();
        let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
        let evaluation = Evaluation::new(problem.dataset(), &samples, problem.network().clone());
        let forms: Vec<SlopeForm> = (0..instance.net.w.len()).map(|i| evaluation.slope_form(i)).collect();
        let side = |rng: &mut Rng| rng.pick(&[Side::Free, Side::Free, Side::Zero, Side::Positive, Side::Negative]);
        let sides: Vec<Vec<Side>> = forms.iter().map(|f| f.classes.iter().map(|_| side(&mut rng)).collect()).collect();
        let parts = forms.iter().cloned().zip(sides.clone()).enumerate().map(|(i, (form, sides))| (i, form, sides));
        let second = SecondOrder::new(&evaluation, parts);
        if second.open_classes() > 8 {
            continue;
        }
        let mut factors = BTreeMap::new();
        for _ in 0..12 {
            let values: Vec<BigInt> = (0..second.variable_count()).map(|_| rng.range(-3, 3).into()).collect();
            let direction = second.direction(&values);
            let exact = naive(&instance, &direction);
            let along = value(&evaluation, &Slopes::new(&forms, &direction), &direction);
            assert_eq!(along.sign(), exact.numer().sign(), "seed {seed}\n{instance}");
            let Some(piece) = piece(&second, &direction) else { continue };
            let matrix = second.matrix(piece);
            let times: Vec<BigInt> = matrix.iter().map(|row| integer_dot(row, &values)).collect();
            let found = Q::from_integer(integer_dot(&times, &values));
            assert_eq!(found.is_zero(), exact.is_zero(), "seed {seed}\n{instance}");
            if !exact.is_zero() {
                let factor = found / &exact;
                assert!(factor.is_positive(), "seed {seed}\n{instance}");
                assert_eq!(factors.entry(piece).or_insert_with(|| factor.clone()), &factor, "seed {seed}\n{instance}");
                *if exact.is_negative() { &mut negative } else { &mut positive } += 1;
            }
        }
    }
    assert!(negative > 50 && positive > 500, "{negative} negative, {positive} positive");
}

fn integer_dot(a: &[BigInt], b: &[BigInt]) -> BigInt {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The piece of a direction whose signs fit the sides; bits of open classes that it annihilates are zero.
fn piece(second: &SecondOrder<'_>, direction: &Direction) -> Option<usize> {
    let (mut piece, mut bit) = (0, 0);
    for own in second.neurons() {
        let along: Vec<BigInt> =
            own.form.classes.iter().map(|c| integer_dot(&c.direction, &direction.inputs[own.index])).collect();
        for (side, along) in own.sides.iter().zip(&along) {
            match side {
                Side::Zero if !along.is_zero() => panic!("the basis is not in the span"),
                Side::Positive if along.is_negative() => return None,
                Side::Negative if along.is_positive() => return None,
                _ => {}
            }
        }
        for class in own.open() {
            piece |= usize::from(along[class].is_negative()) << bit;
            bit += 1;
        }
    }
    Some(piece)
}

const PAIR: [&[i64]; 2] = [&[1, 1], &[1, -1]];

/// T5's own examples: the residuals are (0, -1), (0, 1); h turns against them at a cost, or for free.
fn example(h: i64) -> Instance {
    instance(&PAIR, &[&[h, 1], &[h, -1]], &[&[1, 0]], &[&[h, 0]])
}

#[test]
fn the_theory_s_examples() {
    let lower = example(2);
    assert_eq!(lower.loss(&lower.net), integer(1));
    minimum(&lower);

    let y: [&[i64]; 2] = [&[1, 2], &[1, -2]];
    let upper = instance(&PAIR, &y, &[&[1, 0]], &[&[1, 0]]);
    assert_eq!(upper.loss(&upper.net), integer(4));
    saddle(&upper);
    // L = 4 - 2 t^2 + t^4 along u = t (0, 1), g = (0, t)
    let half = Net { w: vec![vec![q(1, 1), q(1, 2)]], h: vec![vec![q(1, 1), q(1, 2)]], bias: None };
    assert_eq!(upper.loss(&half), q(4, 1) - q(2, 4) + q(1, 16));
}

/// The border between them: Q = u^2 h^2 + g^2 - 2 u g with h = 1 is semidefinite.
#[test]
fn the_border_case_is_undetermined() {
    undetermined(&example(1), "semidefinite");
}

#[test]
fn biases_weights_and_slopes() {
    // The hidden bias as a coordinate that is one: the same rows, turned.
    let mut biased = instance(&[&[1, 1], &[-1, 1]], &[&[2, 1], &[2, -1]], &[&[0, 1]], &[&[2, 0]]);
    biased.hidden_bias = true;
    minimum(&biased);
    // An output bias that balances; the neuron is alone in its outputs.
    let mut output = instance(&[&[1, 1], &[1, -1], &[-1, 0]], &[&[3, 1], &[3, -1], &[1, 0]], &[&[1, 0]], &[&[2, 0]]);
    output.net.bias = Some(vec![q(1, 1), q(0, 1)]);
    minimum(&output);
    // Weights that count both samples twice change nothing; a leaky neuron on its negative side is one.
    let mut weighted = example(2);
    weighted.c = Some(vec![q(2, 1), q(2, 1)]);
    minimum(&weighted);
    let mut leaky = instance(&[&[-1, -1], &[-1, 1]], &[&[-2, 1], &[-2, -1]], &[&[1, 0]], &[&[8, 0]]);
    leaky.slopes = [q(1, 1), q(1, 4)];
    minimum(&leaky);
    // h = 1 with residuals twice as large, on inputs over three and with fractional weights of the neuron.
    let mut scaled = instance(&PAIR, &[&[1, 2], &[1, -2]], &[&[3, 0]], &[&[1, 0]]);
    scaled.q = 3;
    saddle(&scaled);
}

#[test]
fn dead_neurons_are_left_out_and_sleeping_ones_are_not() {
    let mut dead = instance(&PAIR, &[&[2, 1], &[2, -1]], &[&[1, 0], &[-1, 0]], &[&[2, 0], &[5, 7]]);
    minimum(&dead);
    // A living neuron without residuals of its own, h = 0.
    dead.net.w[1] = vec![q(1, 1), q(2, 1)];
    dead.net.h[1] = vec![q(0, 1), q(0, 1)];
    assert!(matches!(outcome(&dead), Outcome::Proved(_)), "an escape neuron with h = 0");
    // w = 0: every sample is its kink, and its output weights cost nothing.
    let zero = instance(&PAIR, &[&[2, 1], &[2, -1]], &[&[1, 0], &[0, 0]], &[&[2, 0], &[1, 0]]);
    saddle(&zero);
    // Two parallel neurons with residuals of their own: one goes where the other's weights go back.
    saddle(&instance(&PAIR, &[&[4, 1], &[4, -1]], &[&[1, 0], &[2, 0]], &[&[2, 0], &[1, 0]]));
}

/// Parallel neurons without residuals of their own share their work in many ways, beside a neuron like T5's example.
#[test]
fn shared_work_is_undetermined() {
    let rows: [&[i64]; 6] = [&[1, 1, -1], &[1, -1, -1], &[0, 0, 1], &[1, 0, 9], &[0, 1, 9], &[1, 0, -3]];
    let y: [&[i64]; 6] = [&[2, 1], &[2, -1], &[3, 0], &[29, 0], &[27, 0], &[2, 0]];
    let twins = instance(&rows, &y, &[&[1, 0, 0], &[0, 0, 1], &[0, 0, 2]], &[&[2, 0], &[1, 0], &[1, 0]]);
    undetermined(&twins, "neurons 1 and 2, with parallel input weights");
    // One of them does nothing at all: its input weights are free.
    let mut sleeping = twins.clone();
    sleeping.net.w.truncate(2);
    sleeping.net.h = vec![vec![q(2, 1), q(0, 1)], vec![q(0, 1), q(0, 1)]];
    for (k, y) in [[2, 1], [2, -1], [0, 0], [2, 0], [0, 0], [2, 0]].iter().enumerate() {
        sleeping.y[k] = y.iter().map(|v| integer(*v)).collect();
    }
    undetermined(&sleeping, "the input weights of neuron 1, whose output weights are zero");
}

#[test]
fn three_outputs() {
    minimum(&instance(&PAIR, &[&[2, 1, 0], &[2, -1, 0]], &[&[1, 0]], &[&[2, 0, 0]]));
    minimum(&instance(&PAIR, &[&[3, 1, 1], &[3, -1, -1]], &[&[1, 0]], &[&[3, 0, 0]]));
    saddle(&instance(&PAIR, &[&[1, 1, 1], &[1, -1, -1]], &[&[1, 0]], &[&[1, 0, 0]]));
}

/// One class of kinks x_C = (0, 1) with kap = (kap_0, kap_1) and p = (p_0, p_1) in that direction: with h = (2, 0), the
/// class is free where kap_0 = 0 (then p_0 = 0), tight where |p_0| = kap_0, else annihilated.
fn kinky(kink_residual: [i64; 2], slope: [i64; 2], h: i64) -> Instance {
    // x = (1, 1), (1, -1) with residuals (s, -s), so that G(w) = 0 and p = 2 s; x = (0, 2) with residual e: kap = e.
    let y = |f: i64, e: i64| f - e;
    let rows: [&[i64]; 3] = [&[1, 1], &[1, -1], &[0, 2]];
    let [s0, s1] = slope;
    let [e0, e1] = kink_residual;
    instance(&rows, &[&[y(h, s0), y(0, s1)], &[y(h, -s0), y(0, -s1)], &[y(0, e0), y(0, e1)]], &[&[1, 0]], &[&[h, 0]])
}

#[test]
fn kinks() {
    // A kink that is strictly convex is annihilated, and nothing is left to escape along.
    let Outcome::Proved(first_order) = outcome(&kinky([2, 0], [-1, 1], 2)) else { panic!() };
    assert_eq!(first_order.theorem.curvature(), &Curvature::Absent);
    // Free class: D(u) = (0, 2 s u + 2 e max(u, 0)), h = 2, f changes by h u on both samples and 2 h u on the kink.
    let free = minimum(&kinky([0, 0], [0, 1], 2));
    assert!(matches!(free.neurons[0].proof, NeuronProof::Stationary(_)));
    minimum(&kinky([0, 1], [0, 0], 2));
    minimum(&kinky([0, 1], [0, 1], 3));
    saddle(&kinky([0, 3], [0, 1], 1));
    // A large residual on one side only.
    saddle(&kinky([0, 9], [0, 0], 1));
    // Tight class: D_0(u) = 2 s u + 2 e max(u, 0) with e = 2, s = -2 vanishes for u > 0; D_1 does not.
    let tight = minimum(&kinky([2, 1], [-2, 0], 3));
    assert!(matches!(tight.neurons[0].proof, NeuronProof::Stationary(_)));
    saddle(&kinky([2, 9], [-2, 0], 1));
}

#[test]
fn claims_need_their_curvature() {
    let (instance, problem) = (example(2), example(2).problem());
    let certificate = minimum(&instance);
    let refused = |claim: Claim, curvature: Curvature| {
        let reject = check(&problem, &claim, &Certificate { curvature, ..certificate.clone() }).unwrap_err();
        assert_eq!(reject.rule.name(), "conclusion", "{reject}");
    };
    refused(Claim::Saddle, Curvature::Positive);
    refused(Claim::NotStationary, Curvature::Positive);
    refused(Claim::LocalMinimum, Curvature::Absent);
    let flat = saddle(&instance_of_saddle()).curvature;
    refused(Claim::LocalMinimum, flat);
}

fn instance_of_saddle() -> Instance {
    instance(&PAIR, &[&[1, 2], &[1, -2]], &[&[1, 0]], &[&[1, 0]])
}

/// Over the limits a certificate is rejected before the work is done.
#[test]
fn limits() {
    let over = |instance: &Instance, curvature: Curvature, claim: Claim, words: &str| {
        let problem = instance.problem();
        let zero = || NeuronStep { kinks: Vec::new(), proof: NeuronProof::ZeroForm };
        let certificate = Certificate {
            header: header(&problem),
            point: Point::default(),
            region: None,
            bias: if instance.net.bias.is_some() { BiasStep::Balanced } else { BiasStep::Absent },
            neurons: instance.net.w.iter().map(|_| zero()).collect(),
            curvature,
        };
        let reject = check(&problem, &claim, &certificate).unwrap_err().to_string();
        assert!(reject.starts_with("curvature: rule curvature: over the limit") && reject.contains(words), "{reject}");
    };
    // The count stops where it is over the limit.
    for neurons in [86, 500] {
        let many = i64::try_from(neurons).unwrap();
        let mut wide = instance(&PAIR, &[&[many, 0], &[many, 0]], &[&[1, 0]], &[&[1, 0]]);
        wide.net = Net { w: vec![wide.net.w[0].clone(); neurons], h: vec![wide.net.h[0].clone(); neurons], bias: None };
        over(&wide, Curvature::Positive, Claim::LocalMinimum, "258 variables, at most 256");
    }
    // Of the output bias alone: the neuron is dead.
    let zeros: &[i64] = &[0; 257];
    let mut biases = instance(&[&[1, 0], &[2, 1]], &[zeros, zeros], &[&[-1, 0]], &[zeros]);
    biases.net.bias = Some(vec![Q::zero(); 257]);
    over(&biases, Curvature::Positive, Claim::LocalMinimum, "257 variables, at most 256");

    const SAMPLES: usize = 1 << 15;
    let mut tall = instance(&PAIR, &[&[1, 0], &[1, 0]], &[&[1, 0]], &[&[1, 0]]);
    (tall.rows, tall.y) = (vec![tall.rows[0].clone(); SAMPLES], vec![tall.y[0].clone(); SAMPLES]);
    let bits = MAX_ERROR_BITS / SAMPLES as u64 / 2;
    let long = vec![BigInt::from(0), BigInt::from(1) << (bits - 2)];
    let direction = Direction { inputs: vec![long.clone()], outputs: vec![long], bias: None };
    over(&tall, Curvature::Descent { direction, step: integer(1) }, Claim::Saddle, &format!("{} bits", bits + 1));

    // Three variables; h = 0 and zero residuals, so that only w is long.
    let most = MAX_ERROR_BITS / SAMPLES as u64;
    tall.y = vec![vec![Q::zero(), Q::zero()]; SAMPLES];
    tall.net.h = vec![vec![Q::zero(), Q::zero()]];
    tall.net.w = vec![vec![Q::from_integer(BigInt::from(1) << (most / 3)), Q::zero()]];
    over(&tall, Curvature::Positive, Claim::LocalMinimum, &format!("{} bits for each sample", 3 * (most / 3 + 1)));
}
