//! Boxes read back from certificates, boxes written by hand, and whether a point lies in one.

use crate::common::instance::Net;
use crate::common::linear::{Q, dot, null_space, q, reduce};
use crate::problems::Planted;
use lowpoint::kernel::certificate::{Evidence, Radius, Region};
use lowpoint::kernel::enclosure::certificate::{Block, BoxCertificate, Live, NeuronBox, System};
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::{Network, Neuron};
use lowpoint::kernel::number::dyadic;
use lowpoint::kernel::parse::parse_evidence;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::residuals::Residuals;
use lowpoint::kernel::rule::statement;
use lowpoint::kernel::samples::Samples;
use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};

/// The box of a certificate.
pub fn box_of(bytes: &str) -> BoxCertificate {
    match parse_evidence(bytes.as_bytes()).unwrap().1 {
        Evidence::Box(certificate) => certificate,
        Evidence::Exact(_) => panic!("a proof by intervals was expected"),
    }
}

pub fn two_to(exponent: i32) -> Q {
    let power = Q::from_integer(BigInt::one() << exponent.unsigned_abs());
    if exponent < 0 { power.recip() } else { power }
}

fn exact(values: &[f64]) -> Vec<Q> {
    values.iter().map(|v| dyadic(*v).unwrap()).collect()
}

/// The midpoints of a box; what it leaves as it is comes from the model.
pub fn centre(problem: &Problem, certificate: &BoxCertificate) -> Net {
    let network = problem.network();
    let mut net = net_of(network);
    for (i, role) in certificate.neurons.iter().enumerate() {
        match role {
            NeuronBox::Live(live) => {
                (net.w[i], net.h[i]) = (exact(&live.input.midpoints), exact(&live.output.midpoints))
            }
            NeuronBox::Frozen { .. } => {}
            NeuronBox::Split { leader, ratio } => {
                let NeuronBox::Live(live) = &certificate.neurons[*leader] else { panic!("a leader that is not live") };
                let times = |values: &[f64]| exact(values).iter().map(|v| v * dyadic(*ratio).unwrap()).collect();
                (net.w[i], net.h[i]) = (times(&live.input.midpoints), times(&live.output.midpoints));
            }
            NeuronBox::Zero | NeuronBox::Escape { .. } | NeuronBox::Constant { .. } => {
                net.w[i].iter_mut().chain(&mut net.h[i]).for_each(|v| *v = Q::zero());
                if let NeuronBox::Constant { bias } = role {
                    *net.w[i].last_mut().unwrap() = dyadic(*bias).unwrap();
                }
            }
        }
    }
    net.bias = certificate.bias.as_ref().map(|block| exact(&block.midpoints));
    net
}

/// A network's parameters.
pub fn net_of(network: &Network) -> Net {
    let list = |values: &Fractions| values.rationals().collect::<Vec<Q>>();
    Net {
        w: network.neurons().iter().map(|n| list(&n.input)).collect(),
        h: network.neurons().iter().map(|n| list(&n.output)).collect(),
        bias: network.output_bias().map(list),
    }
}

/// The problem's network with other parameters.
pub fn network_of(problem: &Problem, net: &Net) -> Network {
    let fractions = |v: &Vec<Q>| Fractions::from_rationals(v.iter());
    let neurons = net.w.iter().zip(&net.h).map(|(w, h)| Neuron { input: fractions(w), output: fractions(h) });
    problem.network().with_changes(neurons.enumerate(), net.bias.as_ref().map(fractions)).unwrap()
}

/// The residuals of some parameters.
pub fn residuals(problem: &Problem, network: &Network) -> Residuals {
    let samples = Samples::new(problem.dataset(), network.has_hidden_bias());
    Residuals::new(problem.dataset(), &samples, network)
}

/// The exact loss with its weight decay.
pub fn loss(problem: &Problem, net: &Net) -> Q {
    let network = network_of(problem, net);
    problem.penalty().added_to(residuals(problem, &network).loss(), &network)
}

/// The signs of all w_i.x_k, zero on kinks; `None` where some neuron is not live.
pub fn signs_of_box(problem: &Problem, certificate: &BoxCertificate) -> Option<Vec<Vec<Sign>>> {
    let network = network_of(problem, &centre(problem, certificate));
    let mut signs = residuals(problem, &network).signs().to_vec();
    for (role, signs) in certificate.neurons.iter().zip(&mut signs) {
        let NeuronBox::Live(live) = role else { return None };
        live.kinks.iter().for_each(|k| signs[*k] = Sign::NoSign);
    }
    Some(signs)
}

/// Whether the box, all of whose neurons are live, holds the point with other numbers at the coordinates that are held: where
/// (h_i, w_i) -> (h_i / s, s w_i) leads, and moves along which no sample tells the neuron's inputs apart.
pub fn holds(problem: &Problem, certificate: &BoxCertificate, point: &Net) -> Result<(), String> {
    let within = |block: &Block, held: &dyn Fn(usize) -> bool, values: &[Q], what: String| -> Result<(), String> {
        let radius = two_to(block.exponent);
        for (a, (mid, value)) in exact(&block.midpoints).iter().zip(values).enumerate() {
            let far = (mid - value).abs();
            let most = if held(a) { Q::zero() } else { radius.clone() };
            if far > most {
                let (far, most) = (far.to_f64(), most.to_f64());
                return Err(format!("{what}, coordinate {a}: {far:?} from the middle, the radius is {most:?}"));
            }
        }
        Ok(())
    };
    for (i, role) in certificate.neurons.iter().enumerate() {
        let NeuronBox::Live(live) = role else { return Err(format!("neuron {i} is not live")) };
        let (w, h) = (&point.w[i], &point.h[i]);
        let (w_carried, h_scaled) = carried(problem, live, w, h).map_err(|why| format!("neuron {i}: {why}"))?;
        within(&live.input, &|a| live.pinned.contains(&a), &w_carried, format!("w of neuron {i}"))?;
        within(&live.output, &|j| live.pinned.contains(&(w.len() + j)), &h_scaled, format!("h of neuron {i}"))?;
    }
    match (&certificate.bias, &point.bias) {
        (Some(block), Some(values)) => within(block, &|_| false, values, "output bias".into()),
        _ => Ok(()),
    }
}

/// (w, h) of a neuron with the held numbers of the box and the same values on all samples.
fn carried(problem: &Problem, live: &Live, w: &[Q], h: &[Q]) -> Result<(Vec<Q>, Vec<Q>), String> {
    let width = w.len();
    let held: Vec<usize> = live.pinned.iter().copied().filter(|c| *c < width).collect();
    let output = live.pinned.iter().find(|c| **c >= width).map(|c| c - width);
    let scale = match (output, held.first()) {
        (Some(j), _) => &h[j] / dyadic(live.output.midpoints[j]).unwrap(),
        (None, Some(&a)) => dyadic(live.input.midpoints[a]).unwrap() / &w[a],
        (None, None) => Q::one(),
    };
    if !scale.is_positive() {
        return Err("the pinned coordinate has another sign".into());
    }
    let mut carried: Vec<Q> = w.iter().map(|v| v * &scale).collect();
    let free: Vec<usize> = (0..width).filter(|a| !held.contains(a)).collect();
    let rows = active(problem, w);
    for &s in held.iter().filter(|_| output.is_some()) {
        // The last column is no pivot where it depends on the free ones.
        let columns: Vec<usize> = free.iter().copied().chain([s]).collect();
        let row = |x: &Vec<Q>| columns.iter().map(|a| x[*a].clone()).collect();
        let last = null_space(rows.iter().map(row).collect(), columns.len()).pop();
        let v = last.filter(|v| v[free.len()].is_one()).ok_or(format!("coordinate {s} is held, but not redundant"))?;
        let far = dyadic(live.input.midpoints[s]).unwrap() - &carried[s];
        columns.iter().zip(v).for_each(|(a, v)| carried[*a] += &far * v);
    }
    Ok((carried, h.iter().map(|v| v / &scale).collect()))
}

/// The inputs on which a neuron is active or on its kink.
fn active(problem: &Problem, w: &[Q]) -> Vec<Vec<Q>> {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let rational = |v: &BigInt| Q::new(v.clone(), samples.denominator().clone());
    let rows = samples.rows().iter().map(|row| row.iter().map(rational).collect::<Vec<Q>>());
    let slopes = problem.network().activation();
    let acts = |x: &Vec<Q>| match dot(w, x) {
        z if z.is_zero() => true,
        z if z.is_positive() => !slopes.positive.is_zero(),
        _ => !slopes.negative.is_zero(),
    };
    rows.filter(acts).collect()
}

/// The box of these radii around the planted point, as a prover would write it.
pub fn by_hand(planted: &Planted, problem: &Problem, exponent: i32) -> BoxCertificate {
    let block = |values: &[Q]| Block { exponent, midpoints: values.iter().map(|v| v.to_f64().unwrap()).collect() };
    let width = planted.rows[0].len();
    let live = |i: usize| {
        let classes = &planted.classes[i];
        // The gauge: the largest output weight, or input weight where the neuron is asleep.
        let (w, h) = (&planted.net.w[i], &planted.net.h[i]);
        let largest = |v: &[Q]| (0..v.len()).max_by_key(|j| v[*j].abs()).unwrap();
        let pinned = match (planted.penalty.is_none(), h.iter().all(Zero::is_zero)) {
            (false, _) => vec![],
            (true, true) => vec![largest(w)],
            (true, false) => {
                let pivots = reduce(&mut planted.active(i), width);
                (0..width).filter(|a| !pivots.contains(a)).chain([width + largest(h)]).collect()
            }
        };
        // Rows of zeros are kinks without a class.
        let kinks = (0..planted.rows.len()).filter(|k| dot(w, &planted.rows[*k]).is_zero()).collect();
        // A class depends on those before it where its column is no pivot.
        let column = |a: usize| classes.iter().map(|c| planted.rows[c.members[0].0][a].clone()).collect();
        let mut columns: Vec<Vec<Q>> = (0..width).map(column).collect();
        let pivots = reduce(&mut columns, classes.len());
        let multipliers: Vec<Q> = classes.iter().map(|c| planted.multiplier(i, c)).collect();
        NeuronBox::Live(Live {
            kinks,
            pinned,
            input: block(w),
            output: block(h),
            multipliers: block(&multipliers),
            dependent: (0..classes.len()).filter(|c| !pivots.contains(c)).collect(),
        })
    };
    let region = Region { input: Radius::AtMost(q(1, 1 << 20)), output: Radius::AtMost(q(1, 1 << 20)) };
    BoxCertificate {
        header: statement::header(problem),
        region: (planted.net.h[0].len() == 1).then_some(region),
        system: System::Stationarity,
        bias: planted.net.bias.as_deref().map(block),
        neurons: (0..planted.net.w.len()).map(live).collect(),
    }
}

/// The point of an exact certificate, or the midpoints of a box.
pub fn certified(problem: &Problem, bytes: &str) -> Net {
    match parse_evidence(bytes.as_bytes()).unwrap().1 {
        Evidence::Box(certificate) => centre(problem, &certificate),
        Evidence::Exact(certificate) => {
            let point = certificate.point;
            net_of(&problem.network().with_changes(point.neurons, point.output_bias).unwrap())
        }
    }
}
