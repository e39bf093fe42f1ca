//! Do certified bounds contain what exact arithmetic gives, at points of every kind, and does T13 withstand attack?
#![cfg(feature = "search")]

#[path = "../common/mod.rs"]
mod common;
mod exact;
mod files;
#[allow(dead_code)] // the input tests use the rest
#[path = "../input/files.rs"]
mod writers;

use common::instance::Instance;
use common::linear::{Q, q};
use common::rng::Rng;
use exact::Point;
use inari::Interval;
use lowpoint::kernel::dataset::Dataset;
use lowpoint::kernel::enclosure::bound::{Bound, Bounds, Chunk, Totals};
use lowpoint::kernel::network::Network;
use lowpoint::kernel::number::dyadic;
use lowpoint::kernel::penalty::Penalty;
use lowpoint::search::multipliers::least_residual;
use num_traits::{Signed, Zero};

/// The bounds of a problem, in chunks of `rows` samples; the chunks' floats are taken for the samples where `exact`.
fn bounds(dataset: &Dataset, network: &Network, penalty: &Penalty, rows: usize, exact: bool) -> Bounds {
    let bound = Bound::new(network, (!exact).then_some(dataset)).unwrap();
    let mut totals = Totals::new(&bound);
    for first in (0..dataset.sample_count()).step_by(rows) {
        totals.add(bound.evaluate(&Chunk::of(dataset, first, rows).unwrap()).unwrap());
    }
    totals.finish(&bound, penalty, &least_residual).unwrap()
}

/// Whether all samples are doubles.
fn is_dyadic(instance: &Instance) -> bool {
    let power = |v: &Q| v.denom().trailing_zeros().unwrap() + 1 == v.denom().bits();
    q(1, instance.q).denom().trailing_zeros().unwrap() + 1 == q(1, instance.q).denom().bits()
        && instance.y.iter().flatten().chain(instance.c.iter().flatten()).all(power)
}

fn rational(v: f64) -> Q {
    dyadic(v).unwrap()
}

fn contains(i: Interval, value: &Q) -> bool {
    rational(i.inf()) <= *value && *value <= rational(i.sup())
}

/// Weight decay in two of three cases.
fn penalty(rng: &mut Rng) -> Penalty {
    if rng.chance(33) {
        return Penalty::none();
    }
    let mut rate = || q(rng.range(0, 4), rng.pick(&[1, 3, 10]));
    Penalty { input: rate(), hidden_bias: rate(), output: rate(), output_bias: rate() }
}

fn assert_contains(instance: &Instance, penalty: &Penalty, found: &Bounds, rng: &mut Rng) {
    let point = Point::new(instance, penalty);
    assert!(contains(found.loss, &point.loss), "{instance}\n{:?} {}", found.loss, point.loss);
    if let Some(slope) = found.bias_slope {
        let exact: Q = point.bias().iter().map(Signed::abs).sum();
        assert!(contains(slope, &-exact), "{instance}");
    }
    for (i, neuron) in found.neurons.iter().enumerate() {
        assert_eq!(neuron.kinks, point.z[i].iter().filter(|z| z.is_zero()).count(), "{instance}");
        let potential = point.potential(i);
        let exact: Q = potential.iter().map(Signed::abs).sum();
        assert!(contains(neuron.output_slope, &-exact), "{instance}\n{neuron:?}");
        let square: Q = potential.iter().map(|g| g * g).sum();
        let [lower, upper] = [neuron.potential.inf(), neuron.potential.sup()].map(|v| rational(v) * rational(v));
        assert!(lower <= square && square <= upper, "{instance}");
        let (lower, residual) = (rational(neuron.input_slope.inf()), rational(neuron.residual));
        let mut least = Q::zero();
        for u in exact::cube(rng, instance.width()) {
            let slope = point.slope(i, &u);
            assert!(lower <= slope, "{instance}\nneuron {i} {u:?}: {slope} below {lower}");
            // slope >= -residual |u|.
            let square: Q = u.iter().map(|u| u * u).sum();
            assert!(!slope.is_negative() || &slope * &slope <= &residual * &residual * square, "{instance}");
            least = least.min(slope);
        }
        // Without kinks the least value is at a corner, and all corners were visited.
        if neuron.kinks == 0 && instance.width() <= 4 {
            assert!(contains(neuron.input_slope, &least), "{instance}\n{neuron:?} {least}");
        }
    }
}

#[test]
fn bounds_contain_the_exact_values() {
    let mut rng = Rng::new(5);
    let (mut kinks, mut wide, mut doubles) = (0, 0, 0);
    for round in 0..400 {
        let instance = Instance::random(&mut rng);
        let (problem, penalty) = (instance.problem(), penalty(&mut rng));
        for exact in [false, true] {
            if exact && !is_dyadic(&instance) {
                continue;
            }
            let found = bounds(problem.dataset(), problem.network(), &penalty, 1 + round % 4, exact);
            assert_contains(&instance, &penalty, &found, &mut rng);
            kinks += found.neurons.iter().map(|n| n.kinks).sum::<usize>();
            wide += usize::from(!found.loss.is_singleton());
            doubles += usize::from(exact);
        }
    }
    assert!(kinks > 500 && wide > 200 && doubles > 50, "{kinks} kinks, {wide} wide, {doubles} of doubles");
}

#[test]
fn no_step_that_keeps_the_signs_lowers_the_loss_by_more() {
    let mut rng = Rng::new(7);
    let mut attacks = 0;
    for _ in 0..400 {
        let instance = Instance::random(&mut rng);
        if instance.outputs() > 1 {
            continue;
        }
        let (problem, penalty) = (instance.problem(), penalty(&mut rng));
        let found = bounds(problem.dataset(), problem.network(), &penalty, 3, false);
        let descent = found.descent.unwrap();
        let point = Point::new(&instance, &penalty);
        for scale in [1, 10, 1000] {
            let (net, t) = exact::moved(&mut rng, &instance, &q(1, scale));
            if !exact::keeps_signs(&instance, &net) {
                continue;
            }
            let fall = &point.loss - Point::at(&instance, &net, &penalty).loss;
            let most = rational(descent.linear) * &t + rational(descent.quadratic) * &t * &t;
            assert!(fall <= most, "{instance}\nfalls by {fall}, at most {most}");
            attacks += usize::from(fall.is_positive());
        }
    }
    assert!(attacks > 100, "{attacks} steps that lower the loss");
}

/// w.x is small beside |w||x|, so that the float product is off by far more than its own last place.
#[test]
fn cancellation_is_within_the_bounds() {
    let mut rng = Rng::new(11);
    let mut off = 0;
    for _ in 0..40 {
        let mut real = || (rng.next() >> 11) as f64 / (1u64 << 53) as f64 + 0.5;
        let (x, mut w) = ([real(), real(), real()], [real(), real(), 0.0]);
        w[2] = -(w[0] * x[0] + w[1] * x[1]) / x[2] * (1.0 - 1e-9);
        let exact = |v: &[f64]| v.iter().map(|v| rational(*v)).collect::<Vec<_>>();
        let dataset = Dataset::new(&[exact(&x)], &[vec![q(0, 1)]], None).unwrap();
        let network = exact::single(exact(&w));
        let found = bounds(&dataset, &network, &Penalty::none(), 1, true);
        let z: Q = exact(&w).iter().zip(exact(&x)).map(|(w, x)| w * x).sum();
        let loss = &z * &z / q(2, 1);
        assert!(contains(found.loss, &loss), "{x:?} {w:?} {:?} {loss}", found.loss);
        // The bounds of the output layer alone, some units of the float loss, would not contain it.
        let float = rational(w[0] * x[0] + w[1] * x[1] + w[2] * x[2]);
        let float = &float * &float / q(2, 1);
        off += usize::from((&float - &loss).abs() > &loss * rational(1e-12));
    }
    assert!(off > 20, "{off} float losses are far off");
}
