//! The equations of a candidate by their definition (THEORY 5), in exact rationals at its float point.

use lowpoint::kernel::enclosure::certificate::{Live, NeuronBox, System};
use lowpoint::kernel::number::dyadic;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::samples::{Samples, primitive};
use lowpoint::search::enclose::Candidate;
use num_bigint::BigInt;
use num_rational::BigRational as Q;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// A class of kinks: its primitive direction, and each sample with its factor.
type Class = (Vec<BigInt>, Vec<(usize, Q)>);

/// How well the equations hold.
pub struct Held {
    /// The largest |sum of terms| / sum of |terms| over all equations.
    pub residual: f64,
    /// Least share of a kink's bound that the multiplier leaves.
    pub slack: f64,
    /// Least |w.x| / |x|_1 off the kinks.
    pub margin: f64,
}

/// The candidate's network, all numbers exact, and the kinks of each neuron.
struct Exact {
    w: Vec<Vec<Q>>,
    h: Vec<Vec<Q>>,
    bias: Vec<Q>,
    kinks: Vec<Vec<usize>>,
    x: Vec<Vec<Q>>,
    /// eps_kj by sample.
    eps: Vec<Vec<Q>>,
}

fn exact(values: &[f64]) -> Vec<Q> {
    values.iter().map(|v| dyadic(*v).expect("a finite number")).collect()
}

fn dot(a: &[Q], b: &[Q]) -> Q {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// |sum| / sum of sizes; zero where there is nothing.
fn relative(terms: &[Q]) -> f64 {
    let sizes: Q = terms.iter().map(Signed::abs).sum();
    let sum: Q = terms.iter().sum();
    if sizes.is_zero() { 0.0 } else { (sum.abs() / sizes).to_f64().unwrap() }
}

/// Evaluates everything; panics where signs or the form are wrong.
pub fn held(problem: &Problem, found: &Candidate) -> Held {
    let point = point(problem, found);
    let mut held = Held { residual: 0.0, slack: f64::INFINITY, margin: f64::INFINITY };
    if found.system == System::Interpolation {
        assert!(problem.penalty().is_none());
        let y = |k: usize, j: usize| problem.dataset().targets()[j].rationals().nth(k).unwrap();
        for (k, eps) in point.eps.iter().enumerate() {
            eps.iter()
                .enumerate()
                .for_each(|(j, e)| held.residual = held.residual.max(relative(&[e + y(k, j), -y(k, j)])));
        }
        let free = |n: &NeuronBox| match n {
            NeuronBox::Live(l) => l.input.midpoints.len() + l.output.midpoints.len() - l.pinned.len(),
            _ => 0,
        };
        let distinct: std::collections::BTreeSet<_> = problem.dataset().inputs().iter().collect();
        let bias = found.bias.as_ref().map_or(0, |b| b.midpoints.len());
        let unknowns = found.neurons.iter().map(free).sum::<usize>() + bias;
        assert_eq!(unknowns, distinct.len() * problem.dataset().output_count(), "as many unknowns as equations");
    }
    for (i, neuron) in found.neurons.iter().enumerate() {
        if let NeuronBox::Live(live) = neuron {
            let split = found.neurons.iter().map(|n| match n {
                NeuronBox::Split { leader, ratio } if *leader == i => dyadic(ratio * ratio).unwrap(),
                _ => Q::zero(),
            });
            let mass = split.fold(Q::one(), |sum, r| sum + r);
            neuron_held(problem, &point, (i, live), &mass, found.system, &mut held);
        }
    }
    if found.bias.is_some() && found.system == System::Stationarity {
        for (j, b) in point.bias.iter().enumerate() {
            let own = [&problem.penalty().output_bias * b];
            let terms: Vec<Q> = point.eps.iter().map(|e| e[j].clone()).chain(own).collect();
            held.residual = held.residual.max(relative(&terms));
        }
    }
    held
}

/// The parameters and residuals.
fn point(problem: &Problem, found: &Candidate) -> Exact {
    let network = problem.network();
    let samples = Samples::new(problem.dataset(), network.has_hidden_bias());
    let rows = samples.rows().iter();
    let x: Vec<Vec<Q>> =
        rows.map(|r| r.iter().map(|v| Q::new(v.clone(), samples.denominator().clone())).collect()).collect();
    let (mut w, mut h, mut kinks) = (Vec::new(), Vec::new(), Vec::new());
    for (i, neuron) in found.neurons.iter().enumerate() {
        let scaled = |ratio: f64, values: &[f64]| -> Vec<Q> {
            let ratio = dyadic(ratio).unwrap();
            exact(values).into_iter().map(|v| v * &ratio).collect()
        };
        let (mut input, mut output) =
            (vec![Q::zero(); network.weight_count()], vec![Q::zero(); network.output_count()]);
        let mut own = Vec::new();
        let (live, ratio) = match neuron {
            NeuronBox::Live(live) => (Some(live), 1.0),
            NeuronBox::Split { leader, ratio } => match &found.neurons[*leader] {
                NeuronBox::Live(live) => (Some(live), *ratio),
                other => panic!("neuron {i} follows {other:?}"),
            },
            NeuronBox::Zero | NeuronBox::Escape { .. } => (None, 1.0),
            NeuronBox::Constant { bias } => {
                *input.last_mut().unwrap() = dyadic(*bias).unwrap();
                (None, 1.0)
            }
            NeuronBox::Frozen { .. } => {
                input = network.neurons()[i].input.rationals().collect();
                output = network.neurons()[i].output.rationals().collect();
                (None, 1.0)
            }
        };
        if let Some(live) = live {
            assert!(ratio > 0.0, "neuron {i}");
            (input, output) = (scaled(ratio, &live.input.midpoints), scaled(ratio, &live.output.midpoints));
            own.clone_from(&live.kinks);
        }
        w.push(input);
        h.push(output);
        kinks.push(own);
    }
    let bias = found.bias.as_ref().map_or(vec![Q::zero(); network.output_count()], |b| exact(&b.midpoints));
    let mut point = Exact { w, h, bias, kinks, x, eps: Vec::new() };
    point.eps = residuals(problem, &point);
    point
}

fn residuals(problem: &Problem, point: &Exact) -> Vec<Vec<Q>> {
    let targets: Vec<Vec<Q>> = problem.dataset().targets().iter().map(|y| y.rationals().collect()).collect();
    let weights: Option<Vec<Q>> = problem.dataset().weights().map(|c| c.rationals().collect());
    let of = |k: usize| -> Vec<Q> {
        let mut e: Vec<Q> = point.bias.iter().zip(&targets).map(|(b, y)| b - &y[k]).collect();
        for i in 0..point.w.len() {
            if !point.kinks[i].contains(&k) {
                let z = dot(&point.w[i], &point.x[k]);
                let value = slope(problem, &z) * &z;
                e.iter_mut().zip(&point.h[i]).for_each(|(e, h)| *e += h * &value);
            }
        }
        if let Some(c) = &weights {
            e.iter_mut().for_each(|e| *e *= &c[k]);
        }
        e
    };
    (0..point.x.len()).map(of).collect()
}

fn slope(problem: &Problem, z: &Q) -> Q {
    let activation = problem.network().activation();
    if z.is_negative() { activation.negative.clone() } else { activation.positive.clone() }
}

/// One live neuron: signs, kink classes, multipliers, equations.
fn neuron_held(problem: &Problem, point: &Exact, (i, live): (usize, &Live), mass: &Q, system: System, held: &mut Held) {
    let (w, h) = (&point.w[i], &point.h[i]);
    let count = point.x.len();
    let along: Vec<Q> = (0..count).map(|k| dot(w, &point.x[k])).collect();
    for (k, z) in along.iter().enumerate().filter(|(k, _)| !live.kinks.contains(k)) {
        let share = z.abs() / point.x[k].iter().map(Signed::abs).sum::<Q>();
        held.margin = held.margin.min(share.to_f64().unwrap());
    }
    if system == System::Interpolation {
        return assert!(live.kinks.is_empty() && live.multipliers.midpoints.is_empty());
    }
    // Classes in the order of their first samples.
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let mut classes: Vec<Class> = Vec::new();
    for &k in &live.kinks {
        let (content, direction) = primitive(&samples.rows()[k]).unwrap();
        let content = Q::from_integer(content);
        match classes.iter_mut().find(|(d, _)| *d == direction) {
            Some((_, members)) => members.push((k, content)),
            None => classes.push((direction, vec![(k, content)])),
        }
    }
    let nu: Vec<Q> = exact(&live.multipliers.midpoints).iter().map(|nu| nu / mass).collect();
    assert_eq!(nu.len(), classes.len(), "one multiplier for each class of neuron {i}");
    let dot_eps = |k: usize| dot(h, &point.eps[k]);
    let slopes: Vec<Q> =
        (0..count).map(|k| if live.kinks.contains(&k) { Q::zero() } else { slope(problem, &along[k]) }).collect();
    let activation = problem.network().activation();
    let half = Q::new(1.into(), 2.into());
    let be = (&activation.positive + &activation.negative) * &half;
    let ga = (&activation.positive - &activation.negative) * &half;
    for ((_, members), nu) in classes.iter().zip(&nu) {
        let first = &members[0].1;
        let (mut e1, mut e2) = (Q::zero(), Q::zero());
        for (k, content) in members {
            let t = content / first;
            e1 += dot_eps(*k) * &t;
            e2 += dot_eps(*k) * t.abs();
            let products: Vec<Q> = w.iter().zip(&point.x[*k]).map(|(w, x)| w * x).collect();
            held.residual = held.residual.max(relative(&products));
        }
        let bound = &ga * e2;
        assert!(bound.is_positive(), "a concave kink of neuron {i}");
        held.slack = held.slack.min((Q::one() - (nu - &be * e1).abs() / bound).to_f64().unwrap());
    }
    let width = w.len();
    for a in (0..width).filter(|a| !live.pinned.contains(a)) {
        let decay = problem.penalty().of_input(a, width, problem.network().has_hidden_bias());
        let mut terms: Vec<Q> = (0..count).map(|k| &slopes[k] * dot_eps(k) * &point.x[k][a]).collect();
        terms.extend(classes.iter().zip(&nu).map(|((_, members), nu)| nu * &point.x[members[0].0][a]));
        terms.push(decay * &w[a]);
        held.residual = held.residual.max(relative(&terms));
    }
    for j in (0..h.len()).filter(|j| !live.pinned.contains(&(width + j))) {
        let mut terms: Vec<Q> = (0..count).map(|k| &slopes[k] * &point.eps[k][j] * &along[k]).collect();
        terms.push(&problem.penalty().output * &h[j]);
        held.residual = held.residual.max(relative(&terms));
    }
}
