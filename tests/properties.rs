//! Identities of the theory and robustness of the format, as properties of random instances.

mod common;

use common::instance::{Instance, Net};
use common::linear::{Q, dot, integer};
use common::mutate::mutate;
use common::rng::Rng;
use lowpoint::kernel::certificate::{
    BiasStep, CellStep, Certificate, Component, Curvature, Direction, Escape, Header, MatrixProof, NeuronProof,
    NeuronStep, Nonnegative, Point, Radius, Region, Shape,
};
use lowpoint::kernel::check::check;
use lowpoint::kernel::claim::{Claim, Verdict};
use lowpoint::kernel::evaluation::Evaluation;
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::{Activation, Neuron};
use lowpoint::kernel::parse::parse_certificate;
use lowpoint::kernel::penalty::Penalty;
use lowpoint::kernel::problem::Digests;
use lowpoint::kernel::samples::Samples;
use lowpoint::search::emit;
use lowpoint::search::polish::Options;
use lowpoint::search::prove::{Outcome, prove_at_point};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use proptest::prelude::*;

/// rho'(z; t).
fn one_sided(instance: &Instance, z: &Q, t: &Q) -> Q {
    let below = z.is_negative() || (z.is_zero() && t.is_negative());
    t * &instance.slopes[usize::from(below)]
}

/// D_i(u) by its definition.
fn slope_form(instance: &Instance, residuals: &[Vec<Q>], w: &[Q], u: &[Q]) -> Vec<Q> {
    let change = |k: usize| one_sided(instance, &instance.preactivation(w, k), &instance.preactivation(u, k));
    let sum = |j: usize| -> Q { residuals.iter().enumerate().map(|(k, e)| &e[j] * change(k)).sum() };
    (0..instance.outputs()).map(sum).collect()
}

fn vector(rng: &mut Rng, len: usize) -> Vec<Q> {
    (0..len).map(|_| rng.rational()).collect()
}

/// A move that flips no strict sign: each u_i is shortened until w_i + u_i weakly keeps them.
fn move_within_signs(instance: &Instance, rng: &mut Rng) -> Net {
    let mut moved = instance.net.clone();
    for w in &mut moved.w {
        let u = vector(rng, w.len());
        let limit = (0..instance.rows.len()).filter_map(|k| {
            let (z, t) = (instance.preactivation(w, k), instance.preactivation(&u, k));
            (!z.is_zero() && !t.is_zero() && z.is_positive() != t.is_positive()).then(|| (z / t).abs())
        });
        let step = limit.min().unwrap_or_else(|| integer(1)) * rng.pick(&[integer(1), Q::new(1.into(), 3.into())]);
        w.iter_mut().zip(&u).for_each(|(w, u)| *w += &step * u);
    }
    for h in moved.h.iter_mut().chain(&mut moved.bias).flatten() {
        *h += rng.rational();
    }
    moved
}

fn difference(a: &[Q], b: &[Q]) -> Vec<Q> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// The right-hand side of T1.
fn increment(instance: &Instance, moved: &Net) -> Q {
    let net = &instance.net;
    let residuals = instance.residuals(net);
    let mut sum = Q::zero();
    for i in 0..net.w.len() {
        let potential = slope_form(instance, &residuals, &vec![Q::zero(); net.w[i].len()], &net.w[i]);
        let slope = slope_form(instance, &residuals, &net.w[i], &difference(&moved.w[i], &net.w[i]));
        sum += dot(&difference(&moved.h[i], &net.h[i]), &potential) + dot(&moved.h[i], &slope);
    }
    if let (Some(new), Some(old)) = (&moved.bias, &net.bias) {
        let change = difference(new, old);
        sum += residuals.iter().map(|e| dot(e, &change)).sum::<Q>();
    }
    for k in 0..instance.rows.len() {
        let change = difference(&instance.value(moved, k), &instance.value(net, k));
        sum += dot(&change, &change) * instance.weight(k) / integer(2);
    }
    sum
}

/// `a` = t `b` for one positive t, for vectors that are zero together.
fn proportional(a: &[Q], b: &[Q]) -> bool {
    let same = |i: usize, j: usize| &a[i] * &b[j] == &a[j] * &b[i];
    let sign = |i: usize| a[i].is_zero() == b[i].is_zero() && a[i].is_negative() == b[i].is_negative();
    (0..a.len()).all(|i| sign(i) && (0..i).all(|j| same(i, j)))
}

fn integers(rng: &mut Rng) -> Vec<BigInt> {
    (0..rng.below(4)).map(|_| BigInt::from(rng.range(-300, 300)) << rng.pick(&[0usize, 5, 200])).collect()
}

fn fractions(rng: &mut Rng) -> Fractions {
    Fractions::new(integers(rng), BigInt::from(rng.range(1, 99)) << rng.pick(&[0usize, 70])).unwrap()
}

fn ascending(rng: &mut Rng) -> Vec<usize> {
    (0..12).filter(|_| rng.chance(30)).collect()
}

fn matrix(rng: &mut Rng) -> MatrixProof {
    MatrixProof {
        denominator: BigInt::from(rng.range(1, 99)) << rng.pick(&[0usize, 70]),
        balance: integers(rng),
        columns: (0..rng.below(4)).map(|_| integers(rng)).collect(),
    }
}

fn cell_step(rng: &mut Rng) -> CellStep {
    match rng.below(3) {
        0 => CellStep::Split { class: rng.below(9) },
        1 => CellStep::Implied { class: rng.below(9), positive: rng.chance(50), combination: fractions(rng) },
        _ => CellStep::Leaf { path: integers(rng), matrix: matrix(rng) },
    }
}

fn nonnegative(rng: &mut Rng, outermost: bool) -> Nonnegative {
    match rng.below(if outermost { 6 } else { 5 }) {
        0 => Nonnegative::Linear,
        1 => Nonnegative::Rays,
        2 => Nonnegative::Multipliers(fractions(rng)),
        3 => Nonnegative::Matrix(matrix(rng)),
        4 => Nonnegative::Cells((0..rng.below(6)).map(|_| cell_step(rng)).collect()),
        _ => {
            let part = |rng: &mut Rng| Component {
                classes: ascending(rng),
                share: integers(rng),
                proof: nonnegative(rng, false),
            };
            Nonnegative::Components {
                denominator: BigInt::from(rng.range(1, 99)),
                parts: (0..rng.below(4)).map(|_| part(rng)).collect(),
            }
        }
    }
}

fn neuron_proof(rng: &mut Rng, outputs: usize) -> NeuronProof {
    match rng.below(7) {
        0 => NeuronProof::ZeroForm,
        1 => NeuronProof::Open,
        2 => NeuronProof::Scalar(nonnegative(rng, true)),
        3 => NeuronProof::Stationary(nonnegative(rng, true)),
        4 => {
            let forms = (0..2 * outputs).map(|_| nonnegative(rng, true)).collect();
            NeuronProof::Uniform { tau: rng.rational(), forms }
        }
        5 => NeuronProof::Escape(Escape { direction: integers(rng), step: rng.rational(), output: fractions(rng) }),
        _ => NeuronProof::Descent { input: integers(rng), output: integers(rng) },
    }
}

fn curvature(rng: &mut Rng, shape: &Shape) -> Curvature {
    let direction = Direction {
        inputs: (0..shape.neurons).map(|_| integers(rng)).collect(),
        outputs: (0..shape.neurons).map(|_| integers(rng)).collect(),
        bias: shape.output_bias.then(|| integers(rng)),
    };
    let descent = Curvature::Descent { direction, step: rng.rational() };
    rng.pick(&[Curvature::Absent, Curvature::Positive, descent])
}

fn decimal(rng: &mut Rng) -> Q {
    Q::new(rng.range(-9999, 99999).into(), BigInt::from(10).pow(rng.below(30) as u32))
}

/// Weight decay, or none.
fn penalty(rng: &mut Rng) -> Penalty {
    let mut coefficient = || if rng.chance(30) { Q::zero() } else { rng.rational().abs() };
    let [input, hidden_bias, output, output_bias] = [(); 4].map(|()| coefficient());
    if rng.chance(50) { Penalty::none() } else { Penalty { input, hidden_bias, output, output_bias } }
}

/// Any certificate of the grammar; most of them prove nothing.
fn certificate(rng: &mut Rng) -> (Claim, Certificate) {
    let shape = Shape {
        samples: rng.below(100),
        inputs: rng.below(9),
        outputs: rng.below(4),
        neurons: rng.below(9),
        hidden_bias: rng.chance(50),
        output_bias: rng.chance(50),
    };
    let activation = Activation { positive: rng.rational(), negative: rng.rational() };
    let digests = Digests { data: "0a".repeat(32), model: "9f".repeat(32) };
    let radius = |rng: &mut Rng| if rng.chance(30) { Radius::Unbounded } else { Radius::AtMost(decimal(rng)) };
    let point = Point {
        neurons: ascending(rng)
            .into_iter()
            .map(|i| (i, Neuron { input: fractions(rng), output: fractions(rng) }))
            .collect(),
        output_bias: rng.chance(50).then(|| fractions(rng)),
    };
    let certificate = Certificate {
        point,
        region: rng.chance(50).then(|| Region { input: radius(rng), output: radius(rng) }),
        bias: rng.pick(&[BiasStep::Absent, BiasStep::Balanced, BiasStep::Descent]),
        neurons: (0..rng.below(5))
            .map(|_| NeuronStep { kinks: ascending(rng), proof: neuron_proof(rng, shape.outputs) })
            .collect(),
        curvature: curvature(rng, &shape),
        header: Header { digests, shape, activation, penalty: penalty(rng) },
    };
    (rng.pick(&Verdict::ALL).claim(decimal(rng)), certificate)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_increment_identity_is_exact(seed: u64) {
        let mut rng = Rng::new(seed);
        let instance = Instance::random(&mut rng);
        let moved = move_within_signs(&instance, &mut rng);
        prop_assert_eq!(instance.loss(&moved) - instance.loss(&instance.net), increment(&instance, &moved));
    }

    /// The library's form is the definition's up to one positive factor, and D(a w + u) = a G(w) + D(u).
    #[test]
    fn slope_forms_are_affine_along_their_weights(seed: u64) {
        let mut rng = Rng::new(seed);
        let instance = Instance::random(&mut rng);
        let problem = instance.problem();
        let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
        let evaluation = Evaluation::new(problem.dataset(), &samples, problem.network().clone());
        let residuals = instance.residuals(&instance.net);
        let (mut own, mut defined) = (Vec::new(), Vec::new());
        for (i, (w, neuron)) in instance.net.w.iter().zip(problem.network().neurons()).enumerate() {
            let form = evaluation.slope_form(i);
            for _ in 0..5 {
                let u: Vec<BigInt> = w.iter().map(|_| BigInt::from(rng.range(-9, 9))).collect();
                // The form's potential belongs to the numerators of w.
                let (a, numerators) = (rng.range(-5, 5), neuron.input.numerators());
                let moved: Vec<BigInt> = numerators.iter().zip(&u).map(|(w, u)| w * a + u).collect();
                let sum: Vec<BigInt> =
                    form.potential.iter().zip(form.evaluate(&u)).map(|(g, d)| g * a + d).collect();
                prop_assert_eq!(form.evaluate(&moved), sum);
                own.extend(form.evaluate(&u).into_iter().map(Q::from_integer));
                let u: Vec<Q> = u.into_iter().map(Q::from_integer).collect();
                defined.extend(slope_form(&instance, &residuals, w, &u));
                let a = rng.rational();
                let moved: Vec<Q> = w.iter().zip(&u).map(|(w, u)| &a * w + u).collect();
                let potential = slope_form(&instance, &residuals, &vec![Q::zero(); w.len()], w);
                let sum = slope_form(&instance, &residuals, w, &u).into_iter().zip(potential).map(|(d, g)| d + &a * g);
                prop_assert_eq!(slope_form(&instance, &residuals, w, &moved), sum.collect::<Vec<_>>());
            }
        }
        prop_assert!(proportional(&own, &defined));
    }

    #[test]
    fn certificates_survive_writing_and_reading(seed: u64) {
        let (claim, certificate) = certificate(&mut Rng::new(seed));
        let text = emit::certificate(&claim, &certificate);
        let parsed = parse_certificate(text.as_bytes());
        prop_assert_eq!(parsed, Ok((claim, certificate)), "{}", text);
    }

    #[test]
    fn parsing_never_panics_on_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_certificate(&bytes);
    }

    #[test]
    fn parsing_never_panics_on_damage(seed: u64, bytes in prop::collection::vec(any::<u8>(), 0..20), at: prop::sample::Index) {
        let mut rng = Rng::new(seed);
        let (claim, certificate) = certificate(&mut rng);
        let text = emit::certificate(&claim, &certificate);
        let _ = parse_certificate(mutate(&text, &mut rng).as_bytes());
        let mut damaged = text.into_bytes();
        let at = at.index(damaged.len());
        let end = (at + bytes.len()).min(damaged.len());
        damaged.splice(at..end, bytes);
        let _ = parse_certificate(&damaged);
    }

    /// Certificates of this very problem's shape, but with steps that do not fit it.
    #[test]
    fn checking_never_panics(seed: u64) {
        let mut rng = Rng::new(seed);
        let instance = Instance::random(&mut rng);
        let problem = instance.problem();
        let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
        let Outcome::Proved(proof) = prove_at_point(&problem, &samples, &Options::default()) else { return Ok(()) };
        for _ in 0..40 {
            let mut text = proof.bytes.clone();
            for _ in 0..=rng.below(3) {
                text = mutate(&text, &mut rng);
            }
            if let Ok((claim, certificate)) = parse_certificate(text.as_bytes()) {
                let _ = check(&problem, &claim, &certificate);
            }
        }
        let (_, valid) = parse_certificate(proof.bytes.as_bytes()).unwrap();
        for _ in 0..20 {
            let (claim, mut other) = certificate(&mut rng);
            other.header = valid.header.clone();
            other.bias = valid.bias;
            other.neurons.resize(valid.neurons.len(), NeuronStep { kinks: Vec::new(), proof: NeuronProof::Open });
            other.neurons.iter_mut().zip(&valid.neurons).for_each(|(step, own)| step.kinks = own.kinks.clone());
            let _ = check(&problem, &claim, &other);
        }
    }
}
