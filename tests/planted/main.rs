//! Boxes against points that are known: planted stationary points, exact perturbations, the exact tier, and the floats
//! that `lowpoint polish` writes.
#![cfg(feature = "search")]

#[path = "../common/mod.rs"]
mod common;

mod attack;
mod boxes;
mod checkpoints;
mod equations;
mod groups;
mod polished;
mod problems;
mod sweep;
mod zeros;

#[test]
fn planted_minima_are_proved() {
    let tally = sweep::minima(1, 160, false);
    tally.print("planted minima");
    assert!(tally.of("tried with parallel kinks") >= 10 && tally.of("tried with kinks") >= 60);
    assert!(tally.of("proved") * 10 >= tally.of("tried") * 8, "too few are proved");
}

#[test]
#[ignore = "minutes"]
fn many_planted_minima_are_proved() {
    let tally = sweep::minima(2, 4000, false);
    tally.print("planted minima");
    assert!(tally.of("proved") * 100 >= tally.of("tried") * 95, "too few are proved");
}

#[test]
fn planted_minima_with_redundant_inputs_are_proved() {
    let tally = sweep::minima(8, 160, true);
    tally.print("planted minima with redundant inputs");
    assert_eq!(tally.of("proved with redundant input weights held"), tally.of("proved"));
    assert!(tally.of("proved") * 10 >= tally.of("tried") * 8, "too few are proved");
}

#[test]
#[ignore = "minutes"]
fn many_planted_minima_with_redundant_inputs_are_proved() {
    let tally = sweep::minima(9, 2000, true);
    tally.print("planted minima with redundant inputs");
    assert_eq!(tally.of("proved with redundant input weights held"), tally.of("proved"));
    // Rare inputs make neurons depend on each other, too, which nothing holds.
    assert!(tally.of("proved") * 10 >= tally.of("tried") * 9, "too few are proved");
}

#[test]
fn planted_points_that_are_no_minima_are_refused_with_redundant_inputs() {
    let tally = sweep::no_minima(10, 400, true);
    tally.print("planted points with redundant inputs that are no minima");
    assert!(tally.of("multiplier outside: slack") >= 50 && tally.of("concave kink: slack") >= 15);
}

#[test]
fn planted_points_that_are_no_minima_are_refused() {
    let tally = sweep::no_minima(3, 800, false);
    tally.print("planted points that are no minima");
    assert!(tally.of("multiplier outside: slack") >= 100 && tally.of("concave kink: slack") >= 30);
    assert!(tally.of("J > 1 the loss falls nearby: curvature") >= 2);
}

#[test]
fn planted_saddles_with_a_neuron_at_zero_output_are_refused() {
    let tally = sweep::asleep(7, 400);
    tally.print("planted points with h = 0");
    assert!(tally.of("signs") >= 5 && tally.of("slack") >= 100);
}
