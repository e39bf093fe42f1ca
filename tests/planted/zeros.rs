//! Neurons at zero under weight decay: at a minimum, escaping, or put beside a live neuron where that stays open.

use crate::boxes::{box_of, certified};
use crate::common::linear::Q;
use crate::common::rng::Rng;
use crate::problems::Planted;
use crate::sweep::{Tally, by_intervals, kind, next, no_lower};
use lowpoint::kernel::claim::Verdict;
use lowpoint::kernel::enclosure::certificate::NeuronBox;
use lowpoint::search::prove::Outcome;
use num_traits::{ToPrimitive, Zero};

/// The planted problem with inputs that are always zero in front, and a neuron at zero behind.
fn with_a_neuron_at_zero(mut planted: Planted, blank: usize) -> Planted {
    let widen = |v: &mut Vec<Q>| {
        v.splice(0..0, vec![Q::zero(); blank]);
    };
    planted.rows.iter_mut().chain(&mut planted.net.w).for_each(widen);
    planted.net.w.push(vec![Q::zero(); planted.rows[0].len()]);
    planted.net.h.push(vec![Q::zero()]);
    planted.classes.push(vec![]);
    planted
}

fn tallied(blank: usize) -> Tally {
    let (mut rng, mut tally) = (Rng::new(23), Tally::default());
    while tally.of("tried") < 60 {
        let number = 2 * rng.below(2);
        let planted = next(&mut rng, kind(number));
        // A hidden bias without decay of its own makes constant neurons of those at zero.
        if planted.net.h[0].len() > 1
            || !planted.is_convex()
            || (planted.hidden_bias && planted.penalty.hidden_bias.is_zero())
        {
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
            _ => "another",
        };
        assert_eq!(minimum, !neurons.iter().any(|n| matches!(n, NeuronBox::Escape { .. })));
        tally.see(format!("{role}{}", if minimum { ", minimum" } else { ", saddle" }));
        no_lower(&problem, &proof, &mut rng, 2, 150);
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
    let tally = tallied(0);
    assert!(tally.of("zero, minimum") >= 5 && tally.of("undetermined") <= 3);
}

#[test]
fn in_many_dimensions_they_are_put_beside_a_live_neuron() {
    let tally = tallied(4);
    assert!(tally.of("zero, minimum") == 0 && tally.of("split, minimum") >= 5 && tally.of("undetermined") <= 3);
}
