//! The kernel's equations against their definition: F and F' enclose what exact arithmetic finds.

use crate::boxes::{by_hand, two_to};
use crate::common::instance::Net;
use crate::common::linear::{Q, dot, q};
use crate::common::rng::Rng;
use crate::problems::Planted;
use crate::sweep::{kind, next};
use lowpoint::kernel::enclosure::certificate::{BoxCertificate, NeuronBox};
use lowpoint::kernel::enclosure::check::with_box;
use lowpoint::kernel::enclosure::interval::{Interval, exact};
use num_traits::{Signed, Zero};

/// Parameters, and the multipliers of each neuron's classes.
struct Place {
    net: Net,
    multipliers: Vec<Vec<Q>>,
}

/// A point of the box: the midpoints, each unknown moved by a share of its radius.
fn place(certificate: &BoxCertificate, unknowns: &mut Vec<Q>, share: &mut dyn FnMut() -> Q) -> Place {
    let mut net = Net { w: vec![], h: vec![], bias: None };
    let mut multipliers = Vec::new();
    let mut last = Vec::new();
    let mut moved = |mids: &[f64], exponent: i32, held: &dyn Fn(usize) -> bool, all: &mut Vec<Q>| -> Vec<Q> {
        let values = mids.iter().enumerate().map(|(a, mid)| match held(a) {
            true => exact(*mid).unwrap(),
            false => {
                let value = exact(*mid).unwrap() + share() * two_to(exponent);
                all.push(value.clone());
                value
            }
        });
        values.collect()
    };
    net.bias = certificate.bias.as_ref().map(|b| moved(&b.midpoints, b.exponent, &|_| false, unknowns));
    for role in &certificate.neurons {
        let NeuronBox::Live(live) = role else { unreachable!("by hand all neurons are live") };
        let width = live.input.midpoints.len();
        net.w.push(moved(&live.input.midpoints, live.input.exponent, &|a| live.pinned.contains(&a), unknowns));
        let held = |j: usize| live.pinned.contains(&(width + j));
        net.h.push(moved(&live.output.midpoints, live.output.exponent, &held, unknowns));
        let held = |c: usize| live.dependent.contains(&c);
        multipliers.push(moved(&live.multipliers.midpoints, live.multipliers.exponent, &held, &mut last));
    }
    unknowns.extend(last);
    Place { net, multipliers }
}

/// F by its definition: the derivatives of 1/2 sum c |e|^2 + decay + sum nu w.x_C for the unknowns, in their order.
fn equations(planted: &Planted, certificate: &BoxCertificate, at: &Place) -> Vec<Q> {
    let (net, penalty) = (&at.net, &planted.penalty);
    let outputs = net.h[0].len();
    let slope = |i: usize, k: usize| {
        let z = dot(&planted.net.w[i], &planted.rows[k]);
        if z.is_zero() { Q::zero() } else { planted.slopes[usize::from(z.is_negative())].clone() }
    };
    let eps = |k: usize, j: usize| -> Q {
        let start = net.bias.as_ref().map_or_else(Q::zero, |b| b[j].clone());
        let add = |(i, w): (usize, &Vec<Q>)| &net.h[i][j] * slope(i, k) * dot(w, &planted.rows[k]);
        (start + net.w.iter().enumerate().map(add).sum::<Q>() - &planted.y[k][j]) * planted.weight(k)
    };
    let count = planted.rows.len();
    let eps: Vec<Vec<Q>> = (0..count).map(|k| (0..outputs).map(|j| eps(k, j)).collect()).collect();
    let mut all = Vec::new();
    for (j, bias) in net.bias.iter().flatten().enumerate() {
        all.push(eps.iter().map(|e| e[j].clone()).sum::<Q>() + bias * &penalty.output_bias);
    }
    let mut last = Vec::new();
    for (i, (w, h)) in net.w.iter().zip(&net.h).enumerate() {
        let NeuronBox::Live(live) = &certificate.neurons[i] else { unreachable!("by hand all neurons are live") };
        let first = |c: usize| &planted.rows[planted.classes[i][c].members[0].0];
        for a in (0..w.len()).filter(|a| !live.pinned.contains(a)) {
            let along: Q = (0..count).map(|k| dot(h, &eps[k]) * slope(i, k) * &planted.rows[k][a]).sum();
            let push: Q = at.multipliers[i].iter().enumerate().map(|(c, nu)| nu * &first(c)[a]).sum();
            all.push(along + push + &w[a] * penalty.of_input(a, w.len(), planted.hidden_bias));
        }
        for j in (0..outputs).filter(|j| !live.pinned.contains(&(w.len() + j))) {
            let along: Q = (0..count).map(|k| &eps[k][j] * slope(i, k) * dot(w, &planted.rows[k])).sum();
            all.push(along + &h[j] * &penalty.output);
        }
        last.extend((0..at.multipliers[i].len()).filter(|c| !live.dependent.contains(c)).map(|c| dot(w, first(c))));
    }
    all.extend(last);
    all
}

fn ends(i: Interval) -> (Q, Q) {
    (exact(i.inf()).unwrap(), exact(i.sup()).unwrap())
}

#[test]
fn equations_and_their_derivatives_enclose_the_exact_ones() {
    let mut rng = Rng::new(4);
    let (mut tried, mut kinked) = (0, 0);
    for number in 0..60 {
        let planted = next(&mut rng, kind(number));
        let problem = planted.problem(&planted.moved(&mut rng, 1e-3));
        let certificate = by_hand(&planted, &problem, *[-10, -14, -30].get(number % 3).unwrap());
        let mut points: Vec<(Vec<Q>, Vec<Q>)> = Vec::new();
        for corner in [false, true, true] {
            let mut share = || match corner {
                false => Q::zero(),
                true => q(rng.pick(&[-4, -3, -1, 0, 2, 4]), 4),
            };
            let mut unknowns = Vec::new();
            let at = place(&certificate, &mut unknowns, &mut share);
            points.push((unknowns, equations(&planted, &certificate, &at)));
        }
        with_box(&problem, &certificate, |whole, centre| {
            let count = whole.equations.count();
            let derivative = whole.equations.derivative(whole.values, whole.field);
            let over_box = whole.equations.residual(whole.values, whole.field);
            for (unknowns, f) in &points {
                assert_eq!((unknowns.len(), f.len()), (count, count));
                for (value, i) in f.iter().zip(&over_box) {
                    let (low, high) = ends(*i);
                    assert!(low <= *value && *value <= high, "F outside its enclosure over the box");
                }
            }
            for (value, i) in points[0].1.iter().zip(&centre.residual) {
                let (low, high) = ends(*i);
                assert!(low <= *value && *value <= high, "F at the centre outside its enclosure");
            }
            for (a, b) in [(0, 1), (1, 2), (0, 2)] {
                for r in 0..count {
                    let (mut low, mut high) = (Q::zero(), Q::zero());
                    for c in 0..count {
                        let step = &points[a].0[c] - &points[b].0[c];
                        let (inf, sup) = ends(derivative.get(r, c));
                        let (x, y) = (inf * &step, sup * &step);
                        low += if step.is_negative() { y.clone() } else { x.clone() };
                        high += if step.is_negative() { x } else { y };
                    }
                    let change = &points[a].1[r] - &points[b].1[r];
                    assert!(low <= change && change <= high, "row {r} of F' misses a change of F");
                }
            }
            tried += 1;
            kinked += usize::from(planted.classes.iter().any(|c| !c.is_empty()));
            Ok(())
        })
        .unwrap_or_else(|reject| panic!("{reject}"));
    }
    eprintln!("{tried} systems, {kinked} with kinks");
    assert!(tried == 60 && kinked >= 20);
}
