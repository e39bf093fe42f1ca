//! Real checkpoints: attacks on the regions that are stated, and the exact tier against the boxes.

use crate::boxes::{box_of, certified, holds, loss, network_of, residuals, signs_of_box};
use crate::common::linear::Q;
use crate::common::rng::Rng;
use crate::problems::Kind;
use crate::sweep::{Tally, kind, next, no_lower};
use lowpoint::input::{Decay, Source, load};
use lowpoint::kernel::claim::Verdict;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::samples::Samples;
use lowpoint::search::polish::{Options, Tier};
use lowpoint::search::prove::{Outcome, Proof, prove_nearby};
use num_traits::{One, ToPrimitive};
use std::path::Path;

fn checkpoint(data: &str, model: &str, decay: Decay) -> Problem {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    load(&Source { data: root.join(data), model: root.join(model), decay, ..Source::default() }).unwrap()
}

fn sklearn(numerator: i64, denominator: i64) -> Decay {
    Decay::Sklearn { alpha: crate::common::linear::q(numerator, denominator) }
}

fn prove(problem: &Problem, tier: Tier) -> Result<Proof, String> {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let options = Options { tier, ..Options::default() };
    match prove_nearby(problem, &samples, &options, &mut |_, _| true) {
        Outcome::Proved(proof) => Ok(*proof),
        Outcome::Undetermined(why) => Err(why.reason),
    }
}

fn attacked(data: &str, model: &str, decay: Decay, steps: usize) {
    let problem = checkpoint(data, model, decay);
    let proof = prove(&problem, Tier::Intervals).unwrap();
    assert_eq!(proof.theorem.claim().verdict(), Verdict::LocalMinimumNearby, "{model}");
    no_lower(&problem, &proof, &mut Rng::new(5), 12, steps);
}

const DIABETES: &str = "examples/diabetes/diabetes.data.npz";
const WINE: &str = "examples/decay/wine.data.npz";

#[test]
fn no_lower_loss_in_the_region_of_diabetes_with_decay() {
    attacked(DIABETES, "examples/decay/diabetes-sklearn-a1.0-w8-s0.model.npz", Decay::Sklearn { alpha: Q::one() }, 400);
}

#[test]
fn no_lower_loss_in_the_region_of_diabetes() {
    attacked(DIABETES, "examples/diabetes/diabetes-w8-s0.model.npz", Decay::None, 400);
}

#[test]
fn no_lower_loss_in_the_region_of_wine_with_decay() {
    attacked(WINE, "examples/decay/wine-sklearn-a0.1-w3-s0.model.npz", sklearn(1, 10), 600);
}

#[test]
fn no_lower_loss_next_to_linnerud() {
    attacked("examples/vector/linnerud.data.npz", "examples/vector/linnerud-w2-s1.model.npz", Decay::None, 800);
}

#[test]
fn no_lower_loss_next_to_iris_with_three_outputs() {
    attacked("examples/vector/iris-onehot.data.npz", "examples/vector/iris-onehot-w4-s0.model.npz", Decay::None, 800);
}

/// Both tiers on one problem: the same verdict, and the exact point in the box, unless they went to different points.
fn agree(problem: &Problem, name: &str, tally: &mut Tally) {
    let (exact, boxed) = (prove(problem, Tier::Exact), prove(problem, Tier::Intervals));
    let (exact, boxed) = match (exact, boxed) {
        (Ok(exact), Ok(boxed)) => (exact, boxed),
        (exact, boxed) => {
            let said =
                |of: Result<Proof, String>| of.map_or_else(|why| why, |p| p.theorem.claim().verdict().name().into());
            tally.see(format!("{name}: exact tier: {}; interval tier: {}", said(exact), said(boxed)));
            return;
        }
    };
    let certificate = box_of(&boxed.bytes);
    let point = certified(problem, &exact.bytes);
    let at = loss(problem, &point);
    assert_eq!(at, *exact.theorem.loss());
    let signs = residuals(problem, &network_of(problem, &point)).signs().to_vec();
    if signs_of_box(problem, &certificate).as_ref() != Some(&signs) {
        let above = (boxed.theorem.loss() - &at).to_f64();
        tally.see(format!("{name}: another pattern, the box's loss is higher by {above:?}"));
        return;
    }
    assert_eq!(exact.theorem.claim().verdict(), boxed.theorem.claim().verdict(), "{name}");
    holds(problem, &certificate, &point)
        .unwrap_or_else(|why| panic!("{name}: the exact point is not in the box: {why}"));
    assert!(boxed.theorem.enclosed().unwrap().loss_below <= at && at <= *boxed.theorem.loss(), "{name}");
    tally.see(format!("{name}: the exact point is in the box"));
}

#[test]
fn both_tiers_agree_on_checkpoints() {
    let mut tally = Tally::default();
    for (name, data, model) in [
        ("diabetes-w8", DIABETES, "examples/diabetes/diabetes-w8-s0.model.npz"),
        ("wine-w2", WINE, "tests/planted/data/wine-w2-s0.model.npz"),
        ("iris-w3", "tests/planted/data/iris.data.npz", "tests/planted/data/iris-w3-s0.model.npz"),
    ] {
        agree(&checkpoint(data, model, Decay::None), name, &mut tally);
    }
    tally.print("both tiers on checkpoints");
    for name in ["diabetes-w8", "wine-w2"] {
        assert_eq!(tally.of(&format!("{name}: the exact point is in the box")), 1);
    }
}

#[test]
fn both_tiers_agree_on_small_problems() {
    let (mut rng, mut tally) = (Rng::new(6), Tally::default());
    for _ in 0..60 {
        let planted = next(&mut rng, Kind { decays: false, outputs: 1, calm: 24, ..kind(1) });
        agree(&planted.problem(&planted.moved(&mut rng, 1e-3)), "small", &mut tally);
    }
    tally.print("both tiers on small problems");
    assert!(tally.of("small: the exact point is in the box") >= 40);
}
