//! Scalar forms phi(u) = p.u + sum kappa |u.x| (THEORY 2) alone: every route of the search, by enumeration.

use crate::common::linear::{dot_row, independent, integer, q};
use crate::common::rng::Rng;
use crate::exact::directions;
use lowpoint::kernel::certificate::Nonnegative;
use lowpoint::kernel::rule::nonnegative::check;
use lowpoint::kernel::slope_form::{Bend, ScalarForm};
use lowpoint::search::cells::Limits;
use lowpoint::search::nonnegative::{self, Decision};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Signed;
use std::collections::BTreeMap;

/// The search as a user meets it: every route, the default limits.
pub fn by_search(form: &ScalarForm<'_>) -> Decision {
    nonnegative::decide(form, &Limits::default())
}

/// p, and kappa and x of each class.
#[derive(Debug)]
pub struct Form {
    pub linear: Vec<BigInt>,
    pub bends: Vec<(BigInt, Vec<i64>)>,
}

/// What came of a decision, after the kernel or an exact evaluation has confirmed it.
#[derive(Debug, PartialEq)]
pub enum Found {
    /// phi >= 0: the route of the proof, then those of its components.
    Proved(Vec<&'static str>),
    Negative,
    /// Neither, and why.
    Open(String),
}

impl Form {
    /// Classes in blocks of columns, mixed by shears so that components are not seen at once; p = -sum lam kappa x.
    fn random(rng: &mut Rng) -> Self {
        let blocks: Vec<usize> = rng.pick(&[vec![1], vec![2], vec![3], vec![4], vec![1, 2], vec![1, 3], vec![2, 2]]);
        let width = blocks.iter().sum::<usize>() + rng.pick(&[0, 0, 1]);
        let mut rows: Vec<Vec<i64>> = Vec::new();
        let mut start = 0;
        for size in blocks {
            for _ in 0..size + rng.below(5) {
                let mut row = vec![0; width];
                row[start..start + size].iter_mut().for_each(|v| *v = rng.range(-2, 2));
                let (row, divisor) = crate::common::design::primitive(&row);
                if divisor != 0 && !rows.contains(&row) {
                    rows.push(row);
                }
            }
            start += size;
        }
        for _ in 0..rng.below(2 * width) {
            let (from, to, factor) = (rng.below(width), rng.below(width), rng.pick(&[1, -1, 2]));
            if from != to {
                rows.iter_mut().for_each(|r| r[to] += factor * r[from]);
            }
        }
        let concave = rng.pick(&[0, 10, 25, 25]);
        let kappa = |rng: &mut Rng| if rng.chance(concave) { -rng.range(0, 2) } else { rng.range(0, 12) };
        let kappas: Vec<i64> = rows.iter().map(|_| kappa(rng)).collect();
        let lams = [q(0, 1), q(0, 1), q(1, 2), q(-1, 2), q(1, 3), q(1, 5), q(-1, 1), q(1, 1)];
        let mut lam: Vec<_> = rows.iter().map(|_| rng.pick(&lams)).collect();
        if rng.chance(10) {
            let place = rng.below(lam.len().max(1));
            lam.iter_mut().skip(place).take(1).for_each(|l| *l = q(1001, 1000));
        }
        let weights: Vec<_> = lam.iter().zip(&kappas).map(|(l, k)| -l * integer(*k)).collect();
        let p: Vec<_> = (0..width).map(|a| dot_row(&weights, &rows.iter().map(|r| r[a]).collect::<Vec<_>>())).collect();
        let common = p.iter().fold(BigInt::from(1), |m, v| m.lcm(v.denom()));
        let mut linear: Vec<BigInt> = p.iter().map(|v| v.numer() * (&common / v.denom())).collect();
        if rng.chance(5) {
            linear[rng.below(width)] += rng.pick(&[1, -1]);
        }
        Self { linear, bends: kappas.iter().map(|k| k * &common).zip(rows).collect() }
    }

    pub fn value(&self, u: &[BigInt]) -> BigInt {
        let along = |x: &[i64]| u.iter().zip(x).map(|(u, x)| u * x).sum::<BigInt>();
        let bends = self.bends.iter().map(|(kappa, x)| kappa * along(x).abs());
        self.linear.iter().zip(u).map(|(p, u)| p * u).sum::<BigInt>() + bends.sum::<BigInt>()
    }

    pub fn classes(&self) -> Vec<Vec<i64>> {
        self.bends.iter().map(|(_, x)| x.clone()).collect()
    }

    /// Whether phi >= 0 everywhere.
    pub fn nonnegative(&self) -> bool {
        directions(&self.classes(), self.linear.len()).0.iter().all(|u| !self.value(u).is_negative())
    }

    /// A decision with what the kernel makes of it; an error where the two disagree.
    pub fn decide(&self, decide: impl Fn(&ScalarForm<'_>) -> Decision) -> Result<Found, String> {
        let directions: Vec<Vec<BigInt>> =
            self.bends.iter().map(|(_, x)| x.iter().map(|v| BigInt::from(*v)).collect()).collect();
        let bends = self.bends.iter().zip(&directions);
        let bends = bends.map(|((kappa, _), x)| Bend { kappa: kappa.clone(), direction: x }).collect();
        let form = ScalarForm { scale: BigInt::from(1), linear: self.linear.clone(), bends };
        match decide(&form) {
            Decision::Proved(proof) => routes(&form, &proof).map(Found::Proved),
            Decision::Negative(u) if self.value(&u).is_negative() => Ok(Found::Negative),
            Decision::Negative(u) => Err(format!("not negative at {u:?}")),
            Decision::Undetermined(reason) => Ok(Found::Open(reason)),
        }
    }
}

/// The routes by which the kernel accepts a proof and its components.
fn routes(form: &ScalarForm<'_>, proof: &Nonnegative) -> Result<Vec<&'static str>, String> {
    let proved = check(form, proof).map_err(|failure| format!("the kernel refuses {proof:?}: {failure:?}"))?;
    let mut names = vec![proved.route.name()];
    if let Nonnegative::Components { denominator, parts } = proof {
        for part in parts {
            let bend =
                |&c: &usize| Bend { kappa: &form.bends[c].kappa * denominator, direction: form.bends[c].direction };
            let own = ScalarForm {
                scale: &form.scale * denominator,
                linear: part.share.iter().map(|v| v * &form.scale).collect(),
                bends: part.classes.iter().map(bend).collect(),
            };
            names.extend(routes(&own, &part.proof)?);
        }
    }
    Ok(names)
}

fn sweep(seeds: std::ops::Range<u64>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for seed in seeds {
        let form = Form::random(&mut Rng::new(seed));
        let expected = form.nonnegative();
        let found = form.decide(by_search).unwrap_or_else(|e| panic!("seed {seed}: {expected}: {e}\n{form:?}"));
        let route = match &found {
            Found::Proved(routes) if expected => routes[0],
            Found::Negative if !expected => "negative",
            _ => panic!("seed {seed}: {expected}, found {found:?}\n{form:?}"),
        };
        let rows = form.classes();
        let dependent = if independent(&rows).len() < rows.len() { ", dependent classes" } else { "" };
        *counts.entry(format!("{route}{dependent}")).or_default() += 1;
    }
    counts.iter().for_each(|(what, n)| println!("{n:7} form {what}"));
    counts
}

#[test]
fn decisions_on_forms_agree_with_the_oracle() {
    let counts = sweep(0..10_000);
    for route in ["C1", "C2", "C2, dependent classes", "C4, dependent classes", "C5, dependent classes", "negative"] {
        assert!(counts.get(route).is_some_and(|n| *n >= 100), "{route}: {:?}", counts.get(route));
    }
}

#[test]
#[ignore = "takes minutes"]
fn decisions_on_forms_agree_with_the_oracle_on_a_long_sweep() {
    sweep(1_000_000..1_200_000);
}

/// A convex component beside one with a concave class, where the multipliers of the whole have a denominator.
#[test]
fn multipliers_of_a_component_fit_its_share() {
    let bends = [(4, [2, 1, 0]), (4, [0, 1, 0]), (-1, [1, 0, 0]), (4, [0, 0, 1])];
    let bends = bends.map(|(kappa, x)| (BigInt::from(kappa), x.to_vec()));
    let form = Form { linear: [1, 0, 2].map(BigInt::from).to_vec(), bends: bends.to_vec() };
    assert!(form.nonnegative());
    assert!(matches!(form.decide(by_search), Ok(Found::Proved(routes)) if routes[0] == "C4"));
}
