//! Dependent classes of both signs: scalar forms for any decider.

use crate::common::linear::independent;
use crate::common::rng::Rng;
use crate::forms::{Form, Found, by_search};
use crate::mixed_forms::{Kind, form};
use crate::mixed_instances::mixed;
use crate::{Counts, at_point};
use lowpoint::kernel::slope_form::ScalarForm;
use lowpoint::search::cells::{self, Limits};
use lowpoint::search::nonnegative::Decision;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::ops::Range;

/// Gives forms to a decider and compares with the oracle; a complete decider must settle every one.
fn sweep_forms(seeds: Range<u64>, decide: impl Fn(&ScalarForm<'_>) -> Decision, complete: bool) -> Counts {
    let mut counts = Counts::default();
    for seed in seeds {
        let (kinds, form) = form(&mut Rng::new(seed));
        let expected = form.nonnegative();
        if kinds.iter().all(|k| k.nonnegative().is_some()) {
            let planted = kinds.iter().all(|k| k.nonnegative() == Some(true));
            assert_eq!(expected, planted, "seed {seed}: the oracle contradicts {kinds:?}\n{form:?}");
        }
        let found = form.decide(&decide).unwrap_or_else(|e| panic!("seed {seed}: {expected}: {e}\n{form:?}"));
        let name = if kinds.len() == 1 { format!("{:?}", kinds[0]) } else { "two parts".into() };
        counts.add(format!("form {name}: {}", if expected { "phi >= 0" } else { "phi < 0" }));
        match &found {
            Found::Proved(routes) if expected => {
                counts.add(format!("route {}", routes[0]));
                routes[1..].iter().for_each(|r| counts.add(format!("route {} of a component", r)));
            }
            Found::Negative if !expected => counts.add("route negative"),
            Found::Open(_) if !complete => counts.add(format!("open {name}: phi >= 0 is {expected}")),
            _ => panic!("seed {seed}: phi >= 0 is {expected}, found {found:?}\n{form:?}"),
        }
        let any = |wanted: fn(&BigInt) -> bool| form.bends.iter().any(|(kappa, _)| wanted(kappa));
        let rank = independent(&form.classes()).len();
        if any(Signed::is_positive) && any(Signed::is_negative) && form.bends.len() > rank {
            counts.add(format!("mixed and dependent, rank {rank}"));
        }
        counts.add(format!("with {:2} classes", form.bends.len()));
    }
    counts.print();
    counts
}

fn assert_forms(counts: &Counts, least: usize) {
    for kind in Kind::ALL {
        for (nonnegative, name) in [(true, "phi >= 0"), (false, "phi < 0")] {
            if kind.nonnegative().is_none_or(|planted| planted == nonnegative) {
                let name = format!("form {kind:?}: {name}");
                assert!(counts.of(&name) >= least, "only {} of `{name}`", counts.of(&name));
            }
        }
    }
}

#[test]
fn mixed_forms_agree_with_the_oracle() {
    assert_forms(&sweep_forms(0..5000, by_search, true), 80);
}

#[test]
#[ignore = "takes minutes"]
fn mixed_forms_agree_with_the_oracle_on_a_long_sweep() {
    assert_forms(&sweep_forms(1_000_000..1_040_000, by_search, true), 800);
}

/// Matrices and cells alone, without rays or components.
fn by_cells(max_cells: usize, matrices: bool) -> impl Fn(&ScalarForm<'_>) -> Decision {
    move |form| cells::decide(form, &Limits { max_cells, matrices })
}

#[test]
fn cells_agree_with_the_oracle() {
    assert!(sweep_forms(0..1500, by_cells(100_000, true), true).of("route C7") >= 20);
    assert!(sweep_forms(1500..3000, by_cells(100_000, false), true).of("route C7") >= 800);
}

#[test]
fn a_matrix_leaves_some_forms_open() {
    let counts = sweep_forms(3000..4500, by_cells(1, true), false);
    assert!(counts.of("route C6") >= 800 && counts.of("open") >= 20);
    // Hlawka's inequality: |a+b| + |a+c| + |b+c| <= |a| + |b| + |c| + |a+b+c|.
    let convex = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]].map(|x| (BigInt::from(1), x.to_vec()));
    let concave = [[1, 1, 0], [1, 0, 1], [0, 1, 1]].map(|x| (BigInt::from(-1), x.to_vec()));
    let hlawka = Form { linear: vec![BigInt::zero(); 3], bends: convex.into_iter().chain(concave).collect() };
    assert!(matches!(hlawka.decide(by_cells(1, true)), Ok(Found::Open(_))));
    assert!(matches!(hlawka.decide(by_cells(100, true)), Ok(Found::Proved(routes)) if routes == ["C7"]));
}

#[test]
#[ignore = "takes minutes"]
fn cells_agree_with_the_oracle_on_a_long_sweep() {
    sweep_forms(2_000_000..2_020_000, by_cells(100_000, true), true);
    sweep_forms(3_000_000..3_010_000, by_cells(100_000, false), true);
}

/// Mixed forms in whole networks: the verdict, the region, the witnesses and damaged certificates.
fn sweep_instances(seeds: Range<u64>) -> Counts {
    let mut counts = Counts::default();
    for seed in seeds {
        let mut rng = Rng::new(seed);
        let instance = mixed(&mut rng);
        let asleep = instance.net.w.iter().filter(|w| w.iter().all(Zero::is_zero)).count();
        counts.add(format!("instances with {asleep} of {} neurons at w = 0", instance.net.w.len()));
        at_point(&instance, seed, &mut rng, &mut counts);
    }
    counts.print();
    counts
}

fn assert_instances(counts: &Counts, least: usize) {
    for outputs in 1..=3 {
        for answer in ["NotStationary", "Saddle", "LocalMinimum"] {
            let name = format!("J = {outputs}: {answer}");
            assert!(counts.of(&name) >= least, "only {} of `{name}`", counts.of(&name));
        }
    }
}

#[test]
fn mixed_instances_agree_with_the_oracle() {
    assert_instances(&sweep_instances(0..800), 5);
}

#[test]
#[ignore = "takes minutes"]
fn mixed_instances_agree_with_the_oracle_on_a_long_sweep() {
    assert_instances(&sweep_instances(1_000_000..1_010_000), 60);
}
