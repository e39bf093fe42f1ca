//! Neurons of several outputs with the same signs on all samples: free in what mixes them, with decay in what turns them.

use crate::boxes::box_of;
use crate::common::plant::{Plant, mixed, turned};
use crate::common::rng::Rng;
use crate::sweep::{by_intervals, no_lower};
use lowpoint::kernel::enclosure::certificate::NeuronBox;
use lowpoint::kernel::penalty::Penalty;
use lowpoint::search::prove::Outcome;
use num_traits::Zero;

/// How many coordinates each live neuron holds in the box that is found next to the planted point.
fn held(plant: &Plant) -> Vec<usize> {
    let (rate, none) = (plant.alpha.clone(), num_rational::BigRational::zero());
    let penalty = Penalty { input: rate.clone(), hidden_bias: none.clone(), output: rate, output_bias: none };
    let problem = plant.displaced().problem().with_penalty(penalty);
    let proof = match by_intervals(&problem) {
        Outcome::Proved(proof) => proof,
        Outcome::Undetermined(why) => panic!("{}", why.reason),
    };
    no_lower(&problem, &proof, &mut Rng::new(3), 4, 300);
    let live = |n: &NeuronBox| if let NeuronBox::Live(live) = n { Some(live.pinned.len()) } else { None };
    box_of(&proof.bytes).neurons.iter().filter_map(live).collect()
}

#[test]
fn neurons_that_can_be_mixed_hold_as_many_weights_as_they_are() {
    assert_eq!(held(&mixed()), [1, 2, 2]);
}

#[test]
fn of_neurons_that_can_be_turned_one_holds_one_coordinate() {
    let mut held = held(&turned());
    held.sort_unstable();
    assert_eq!(held, [0, 0, 1]);
}
