//! Neurons at zero under weight decay: at a minimum, escaping, or put beside a live neuron where that stays open.

use crate::boxes::{box_of, certified, loss};
use crate::common::instance::Net;
use crate::common::linear::{Q, dot, q};
use crate::common::rng::Rng;
use crate::problems::Planted;
use crate::sweep::{Tally, by_intervals, kind, next, no_lower};
use lowpoint::kernel::claim::Verdict;
use lowpoint::kernel::enclosure::certificate::NeuronBox;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::samples::Samples;
use lowpoint::search::polish::{Options, Tier};
use lowpoint::search::prove::{Outcome, prove_nearby};
use num_traits::{ToPrimitive, Zero};

/// The planted problem with inputs that are always zero in front, and a neuron at zero behind.
fn with_a_neuron_at_zero(mut planted: Planted, blank: usize) -> Planted {
    let widen = |v: &mut Vec<Q>| {
        v.splice(0..0, vec![Q::zero(); blank]);
    };
    planted.rows.iter_mut().chain(&mut planted.net.w).for_each(widen);
    planted.net.w.push(vec![Q::zero(); planted.rows[0].len()]);
    planted.net.h.push(vec![Q::zero(); planted.net.h[0].len()]);
    planted.classes.push(vec![]);
    planted
}

/// The loss falls below `bound` where the last neuron is turned on along u: w = t u, h = -t s G(u).
fn falls(planted: &Planted, problem: &Problem, middle: &Net, u: &[f64], bound: &Q) -> bool {
    let u: Vec<Q> = u.iter().map(|v| Q::from_float(*v).unwrap()).collect();
    let there = Planted { net: middle.clone(), ..planted.clone() };
    let mut g = vec![0.0; middle.h[0].len()];
    for (k, x) in planted.rows.iter().enumerate() {
        let along = (planted.activation(dot(&u, x)) * planted.weight(k)).to_f64().unwrap();
        let errors = there.value(k).into_iter().zip(&planted.y[k]).map(|(f, y)| (f - y).to_f64().unwrap());
        g.iter_mut().zip(errors).for_each(|(g, e)| *g += along * e);
    }
    let size = |v: f64| v * v;
    let decayed = |(a, u): (usize, &Q)| {
        let decay = planted.penalty.of_input(a, planted.rows[0].len(), planted.hidden_bias);
        decay.to_f64().unwrap() * size(u.to_f64().unwrap())
    };
    let norm = u.iter().enumerate().map(decayed).sum::<f64>().sqrt();
    let length = g.iter().map(|g| size(*g)).sum::<f64>().sqrt();
    let share = norm / length / planted.penalty.output.to_f64().unwrap().sqrt();
    (4..14).any(|power| {
        let t = q(1, 1 << power) / Q::from_float(norm).unwrap();
        let mut net = middle.clone();
        *net.w.last_mut().unwrap() = u.iter().map(|u| u * &t).collect();
        *net.h.last_mut().unwrap() = g.iter().map(|g| -Q::from_float(g * share).unwrap() * &t).collect();
        loss(problem, &net) < *bound
    })
}

fn tallied(blank: usize, kinds: [usize; 2]) -> Tally {
    let (mut rng, mut tally) = (Rng::new(23), Tally::default());
    while tally.of("tried") < 60 {
        let number = rng.pick(&kinds);
        let planted = next(&mut rng, kind(number));
        // A hidden bias without decay of its own makes constant neurons of those at zero.
        let free_bias = planted.hidden_bias && planted.penalty.hidden_bias.is_zero();
        if !planted.is_convex() || free_bias {
            continue;
        }
        tally.see("tried");
        let planted = with_a_neuron_at_zero(planted, blank);
        let problem = planted.problem(&planted.moved(&mut rng, 1e-4));
        let Outcome::Proved(proof) = by_intervals(&problem) else {
            tally.see("undetermined");
            continue;
        };
        let minimum = proof.theorem.claim().verdict() == Verdict::LocalMinimumNearby;
        let neurons = box_of(&proof.bytes).neurons;
        let role = match neurons.last().unwrap() {
            NeuronBox::Zero => "zero",
            NeuronBox::Escape { .. } => "escape",
            NeuronBox::Split { .. } => "split",
            NeuronBox::Live(live) if live.pinned.len() == 1 => "live, one held",
            _ => "another",
        };
        assert_eq!(minimum, !neurons.iter().any(|n| matches!(n, NeuronBox::Escape { .. })));
        tally.see(format!("{role}{}", if minimum { ", minimum" } else { ", saddle" }));
        no_lower(&problem, &proof, &mut rng, 2, 150);
        if let NeuronBox::Escape { direction } = neurons.last().unwrap() {
            let middle = certified(&problem, &proof.bytes);
            assert!(falls(&planted, &problem, &middle, direction, &proof.theorem.enclosed().unwrap().loss_below));
        }
        if let (true, NeuronBox::Split { leader, ratio }) = (minimum, neurons.last().unwrap()) {
            // Next to where the model has it, and as large as its leader makes it.
            let net = certified(&problem, &proof.bytes);
            let (own, output) = (net.h.last().unwrap()[0].to_f64().unwrap(), net.h[*leader][0].to_f64().unwrap());
            assert!(own != 0.0 && own.abs() < 1e-3 && (own / output / ratio - 1.0).abs() < 1e-12, "{own} {output}");
        }
    }
    tally.print(&format!("neurons at zero, {blank} more inputs"));
    tally
}

#[test]
fn in_few_dimensions_they_stay_at_zero_where_that_is_shown() {
    let tally = tallied(0, [0, 2]);
    assert!(tally.of("zero, minimum") >= 5 && tally.of("undetermined") <= 3);
}

#[test]
fn in_many_dimensions_they_are_put_beside_a_live_neuron() {
    let tally = tallied(4, [0, 2]);
    assert!(tally.of("zero, minimum") == 0 && tally.of("split, minimum") >= 5 && tally.of("undetermined") <= 3);
}

#[test]
fn with_several_outputs_they_are_put_beside_a_live_neuron_and_one_coordinate_is_held() {
    let tally = tallied(1, [4, 6]);
    assert!(tally.of("live, one held, minimum") >= 8 && tally.of("escape, saddle") >= 20);
}

/// The search itself would let the neuron grow where that lowers the loss.
#[test]
fn small_neurons_are_set_to_zero_first_where_that_is_asked_for() {
    let (mut rng, mut tally) = (Rng::new(29), Tally::default());
    while tally.of("tried") < 40 {
        let number = rng.pick(&[0, 2, 4]);
        let planted = next(&mut rng, kind(number));
        let free_bias = planted.hidden_bias && planted.penalty.hidden_bias.is_zero();
        if !planted.is_convex() || free_bias {
            continue;
        }
        tally.see("tried");
        let planted = with_a_neuron_at_zero(planted, 0);
        let problem = planted.problem(&planted.moved(&mut rng, 1e-2));
        let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
        let options = Options { zero_below: Some(q(1, 50)), tier: Tier::Intervals, ..Options::default() };
        let Outcome::Proved(proof) = prove_nearby(&problem, &samples, &options, &mut |_, _| true) else {
            tally.see("undetermined");
            continue;
        };
        let neurons = box_of(&proof.bytes).neurons;
        match neurons.last().unwrap() {
            NeuronBox::Zero | NeuronBox::Escape { .. } => tally.see("at zero"),
            NeuronBox::Split { ratio, .. } if *ratio < 0.05 => tally.see("beside another"),
            NeuronBox::Live(live) if live.output.midpoints.iter().all(|h| h.abs() < 0.05) => {
                tally.see("beside another")
            }
            role => panic!("{role:?}"),
        }
    }
    tally.print("small neurons");
    assert!(tally.of("at zero") >= 20 && tally.of("undetermined") <= 4);
}
