//! The pattern of a box certificate: which numbers are unknown, which are held, which samples are kinks.
//!
//! Here the certificate's plain data meet the problem's shapes. Whether the pattern is that of the box's points is
//! decided in `field`, whether the equations have a zero in `krawczyk`.

use super::certificate::{Block, BoxCertificate, Live, NeuronBox, System};
use super::data::parameters;
use super::interval::{Interval, ball, enclose, point};
use crate::kernel::linear::Echelon;
use crate::kernel::network::Network;
use crate::kernel::number::counted;
use crate::kernel::problem::Problem;
use crate::kernel::reject::{Place, Reason, Reject, Rule};
use crate::kernel::samples::Samples;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use std::collections::BTreeMap;

/// Most unknowns of a system: its matrices take 8 bytes times the square of this, six times over.
pub const MAX_BOX_UNKNOWNS: usize = 8192;
/// Most entries of the derivatives of all outputs in all unknown parameters: they take 64 bytes each.
pub const MAX_BOX_ENTRIES: usize = 1 << 26;
/// Smallest exponent of a radius, that of the least normal float.
pub const MIN_RADIUS_EXPONENT: i32 = -1022;
/// Largest exponent of a radius.
pub const MAX_RADIUS_EXPONENT: i32 = 256;

/// A certificate's pattern with its unknowns numbered: output bias, then neuron by neuron w_i and h_i, then all multipliers.
#[derive(Debug, Clone)]
pub struct Pattern<'a> {
    /// The certificate's output bias.
    pub bias: Option<&'a Block>,
    /// The live neurons.
    pub units: Vec<Unit<'a>>,
    /// Neurons that add constants to the outputs: those with a live twin.
    pub twins: Vec<Twin>,
    /// How many unknowns are parameters.
    pub parameters: usize,
    /// How many unknowns there are.
    pub unknowns: usize,
}

/// A live neuron.
#[derive(Debug, Clone)]
pub struct Unit<'a> {
    /// Its index.
    pub neuron: usize,
    /// Its numbers.
    pub live: &'a Live,
    /// T_i = 1 + the sum of the squared ratios of the neurons that were split off it.
    pub share: Interval,
    /// The classes of its kinks.
    pub classes: Vec<Class>,
    /// The unknown of each coordinate of w_i, if it is not pinned.
    pub input: Vec<Option<usize>>,
    /// The unknown of each coordinate of h_i.
    pub output: Vec<Option<usize>>,
    /// The unknown of each class's multiplier, if it is not held.
    pub multipliers: Vec<Option<usize>>,
}

/// Kinks with parallel inputs.
#[derive(Debug, Clone)]
pub struct Class {
    /// The first sample; x_C is its input.
    pub first: usize,
    /// Each sample k with t_k, x_k = t_k x_C.
    pub members: Vec<(usize, Interval)>,
}

/// A neuron that stays as the model has it, with the signs of a live one.
#[derive(Debug, Clone)]
pub struct Twin {
    /// Its index.
    pub neuron: usize,
    /// The index of the live neuron.
    pub twin: usize,
    /// w_i.
    pub input: Vec<Interval>,
    /// h_i, J = 1.
    pub output: Interval,
}

/// Which numbers a block stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The midpoints.
    Centre,
    /// The box.
    Box,
}

/// Numbers for all parameters and multipliers of the system.
#[derive(Debug, Clone)]
pub struct Values {
    /// The output bias, J numbers; zeros where there is none.
    pub bias: Vec<Interval>,
    /// One for each unit.
    pub units: Vec<UnitValues>,
}

/// Numbers for one unit.
#[derive(Debug, Clone)]
pub struct UnitValues {
    /// w_i.
    pub input: Vec<Interval>,
    /// h_i.
    pub output: Vec<Interval>,
    /// nu_C of each class.
    pub multipliers: Vec<Interval>,
}

impl<'a> Pattern<'a> {
    /// Pairs the certificate with the problem; a refusal names what does not fit.
    pub fn new(problem: &Problem, samples: &Samples, certificate: &'a BoxCertificate) -> Result<Self, Reject> {
        let network = problem.network();
        let refuse = |place, expected: String, found: String| Err(refusal(place, expected, found));
        if certificate.neurons.len() != network.neurons().len() {
            let expected = format!("{}, one for each neuron", counted(network.neurons().len(), "step"));
            return refuse(Place::Conclusion, expected, certificate.neurons.len().to_string());
        }
        if certificate.bias.is_some() != network.output_bias().is_some() {
            return refuse(Place::Bias, "an output bias as the model has it".into(), "another".into());
        }
        let penalty = problem.penalty();
        let fits = match certificate.system {
            System::Stationarity => penalty.input.is_zero() == penalty.output.is_zero(),
            System::Interpolation => penalty.is_none(),
        };
        if !fits || (penalty.output.is_zero() && !penalty.is_none()) {
            let expected = "no weight decay, or decay on input and output weights for stationarity";
            return refuse(Place::Conclusion, expected.into(), "another".into());
        }
        let mut next = 0;
        let outputs = network.output_count();
        if let Some(bias) = &certificate.bias {
            block(bias, outputs, "numbers for the output bias").map_err(|e| refusal(Place::Bias, e.0, e.1))?;
            next += outputs;
        }
        let mut pattern =
            Self { bias: certificate.bias.as_ref(), units: vec![], twins: vec![], parameters: 0, unknowns: 0 };
        for (i, neuron) in certificate.neurons.iter().enumerate() {
            let place = |e: Mismatch| refusal(Place::Neuron(i), e.0, e.1);
            role(problem, certificate, i, neuron).map_err(place)?;
            if let NeuronBox::Live(live) = neuron {
                let unit = unit(network, samples, certificate.system, i, live, &mut next).map_err(place)?;
                pattern.units.push(Unit { share: share(certificate, i), ..unit });
            }
            if let (NeuronBox::Frozen { twin: Some(j) }, Some(own)) = (neuron, network.neurons().get(i)) {
                let output = parameters(&own.output).first().copied().unwrap_or(Interval::EMPTY);
                pattern.twins.push(Twin { neuron: i, twin: *j, input: parameters(&own.input), output });
            }
        }
        pattern.parameters = next;
        for unit in &mut pattern.units {
            number(&mut unit.multipliers, &unit.live.dependent, &mut next);
        }
        pattern.unknowns = next;
        let entries = samples.count().saturating_mul(outputs).saturating_mul(pattern.parameters);
        let limits = [
            (next, MAX_BOX_UNKNOWNS, "unknowns of the system"),
            (entries, MAX_BOX_ENTRIES, "derivatives of outputs in unknown parameters"),
        ];
        match limits.into_iter().find(|(found, most, _)| found > most) {
            None => Ok(pattern),
            Some((found, most, what)) => {
                let reason = Reason::Limit(format!("{found} {what}, of at most {most}"));
                Err(Reject { step: Place::Conclusion, rule: Rule::Pattern, reason })
            }
        }
    }

    /// The midpoints, or the whole box; what is pinned is at its midpoint in both.
    pub fn values(&self, outputs: usize, extent: Extent) -> Values {
        let unit = |u: &Unit<'_>| UnitValues {
            input: numbers(&u.live.input, &u.input, extent),
            output: numbers(&u.live.output, &u.output, extent),
            multipliers: numbers(&u.live.multipliers, &u.multipliers, extent),
        };
        let bias = match self.bias {
            Some(block) => numbers(block, &vec![Some(0); outputs], extent),
            None => vec![point(0.0); outputs],
        };
        Values { bias, units: self.units.iter().map(unit).collect() }
    }

    /// The radius of each unknown.
    pub fn radii(&self, outputs: usize) -> Vec<f64> {
        let mut radii = vec![0.0; self.unknowns];
        let mut set = |places: &[Option<usize>], exponent: i32| {
            for &place in places.iter().flatten() {
                radii.get_mut(place).into_iter().for_each(|slot| *slot = power(exponent));
            }
        };
        if let Some(bias) = self.bias {
            let all: Vec<Option<usize>> = (0..outputs).map(Some).collect();
            set(&all, bias.exponent);
        }
        for unit in &self.units {
            set(&unit.input, unit.live.input.exponent);
            set(&unit.output, unit.live.output.exponent);
            set(&unit.multipliers, unit.live.multipliers.exponent);
        }
        radii
    }
}

fn finite(values: &[f64], expected: usize) -> bool {
    values.len() == expected && values.iter().all(|v| v.is_finite())
}

/// Two to a power within the limits.
pub fn power(exponent: i32) -> f64 {
    f64::from_bits(((exponent.clamp(MIN_RADIUS_EXPONENT, MAX_RADIUS_EXPONENT) + 1023) as u64) << 52)
}

/// What was expected and what was found.
type Mismatch = (String, String);

fn refusal(step: Place, expected: String, found: String) -> Reject {
    Reject { step, rule: Rule::Pattern, reason: Reason::fails(expected, found) }
}

/// The numbers of a block: at the midpoints where nothing is unknown.
fn numbers(block: &Block, unknown: &[Option<usize>], extent: Extent) -> Vec<Interval> {
    let number = |(mid, unknown): (&f64, &Option<usize>)| match (extent, unknown) {
        (Extent::Box, Some(_)) => ball(*mid, power(block.exponent)),
        _ => point(*mid),
    };
    block.midpoints.iter().zip(unknown).map(number).collect()
}

/// A block has `expected` finite numbers and a radius in range.
fn block(block: &Block, expected: usize, what: &str) -> Result<(), Mismatch> {
    if !finite(&block.midpoints, expected) {
        return Err((format!("{expected} finite {what}"), counted(block.midpoints.len(), "number")));
    }
    if !(MIN_RADIUS_EXPONENT..=MAX_RADIUS_EXPONENT).contains(&block.exponent) {
        let expected = format!("a radius between 2^{MIN_RADIUS_EXPONENT} and 2^{MAX_RADIUS_EXPONENT}");
        return Err((expected, format!("2^{}", block.exponent)));
    }
    Ok(())
}

/// Whether the neuron may have this role: splits, zero and constant neurons need decay, frozen ones have none.
fn role(problem: &Problem, certificate: &BoxCertificate, i: usize, neuron: &NeuronBox) -> Result<(), Mismatch> {
    let (network, penalty) = (problem.network(), problem.penalty());
    let scalar = network.output_count() == 1;
    let decays = !penalty.input.is_zero() && !penalty.output.is_zero() && certificate.system == System::Stationarity;
    let live = |j: usize| j != i && matches!(certificate.neurons.get(j), Some(NeuronBox::Live(_)));
    let fail = |expected: &str, found: &str| Err((expected.to_string(), found.to_string()));
    match neuron {
        NeuronBox::Live(_) => Ok(()),
        NeuronBox::Split { leader, ratio } => match (decays && scalar, live(*leader), *ratio > 0.0) {
            (false, _, _) => fail("weight decay and one output", "a neuron that was split"),
            (_, false, _) => fail("a live neuron that this one was split off", &format!("neuron {leader}")),
            (_, _, false) => fail("a positive ratio", &ratio.to_string()),
            _ if ratio.is_finite() => Ok(()),
            _ => fail("a finite ratio", &ratio.to_string()),
        },
        NeuronBox::Escape { direction } if decays && finite(direction, network.weight_count()) => Ok(()),
        NeuronBox::Escape { .. } => fail("weight decay, and a finite direction for all input weights", "another"),
        NeuronBox::Zero if decays => Ok(()),
        NeuronBox::Zero => fail("weight decay on input and output weights", "a zero neuron"),
        NeuronBox::Constant { bias } => {
            match decays && network.has_hidden_bias() && penalty.hidden_bias.is_zero() && bias.is_finite() {
                true if *bias != 0.0 => Ok(()),
                _ => fail("weight decay, and a hidden bias without it that is not zero", "a constant neuron"),
            }
        }
        NeuronBox::Frozen { .. } if !penalty.is_none() => fail("no weight decay", "a frozen neuron"),
        NeuronBox::Frozen { twin: None } => Ok(()),
        NeuronBox::Frozen { twin: Some(j) } => match scalar && live(*j) {
            true => Ok(()),
            false => fail("one output, and a live twin", &format!("neuron {j}")),
        },
    }
}

/// T_i of the live neuron i.
fn share(certificate: &BoxCertificate, i: usize) -> Interval {
    let ratio = |n: &NeuronBox| match n {
        NeuronBox::Split { leader, ratio } if *leader == i => Some(point(*ratio).sqr()),
        _ => None,
    };
    certificate.neurons.iter().filter_map(ratio).fold(point(1.0), |sum, square| sum + square)
}

/// Numbers a live neuron's unknowns; the multipliers' numbers come last, when all parameters have theirs.
fn unit<'a>(
    network: &Network,
    samples: &Samples,
    system: System,
    neuron: usize,
    live: &'a Live,
    next: &mut usize,
) -> Result<Unit<'a>, Mismatch> {
    let (width, outputs) = (network.weight_count(), network.output_count());
    block(&live.input, width, "input weights")?;
    block(&live.output, outputs, "output weights")?;
    if let Some(c) = live.pinned.iter().find(|c| **c >= width + outputs) {
        return Err((format!("pinned coordinates below {}", width + outputs), c.to_string()));
    }
    if let Some(k) = live.kinks.iter().find(|k| **k >= samples.count()) {
        return Err((format!("kinks below {}", samples.count()), format!("sample {k}")));
    }
    if system == System::Interpolation && !live.kinks.is_empty() {
        return Err(("no kinks where all samples are met".into(), counted(live.kinks.len(), "kink")));
    }
    let (classes, directions) = classes(samples, &live.kinks);
    block(&live.multipliers, classes.len(), "multipliers, one for each class of kinks")?;
    if let Some(c) = live.dependent.iter().find(|c| **c >= classes.len()) {
        return Err((format!("classes below {}", classes.len()), format!("class {c}")));
    }
    if !spanned(&directions, &live.dependent) {
        return Err(("dependent classes in the span of the others".into(), "one outside it".into()));
    }
    let mut input = vec![None; width];
    let mut output = vec![None; outputs];
    number(&mut input, &live.pinned, next);
    let of_output: Vec<usize> = live.pinned.iter().filter_map(|c| c.checked_sub(width)).collect();
    number(&mut output, &of_output, next);
    let multipliers = vec![None; classes.len()];
    Ok(Unit { neuron, live, share: point(1.0), classes, input, output, multipliers })
}

/// Gives the next numbers to all places that are not held.
fn number(places: &mut [Option<usize>], held: &[usize], next: &mut usize) {
    for (_, slot) in places.iter_mut().enumerate().filter(|(place, _)| !held.contains(place)) {
        *slot = Some(*next);
        *next += 1;
    }
}

/// The kinks by direction, in the order of their first samples, with the primitive vectors; those with x_k = 0 never bend.
fn classes(samples: &Samples, kinks: &[usize]) -> (Vec<Class>, Vec<Vec<BigInt>>) {
    let mut places: BTreeMap<Vec<BigInt>, usize> = BTreeMap::new();
    let mut found: Vec<(Class, BigInt)> = Vec::new();
    let mut directions = Vec::new();
    for &k in kinks {
        let Some((factor, direction)) = samples.primitive(k) else { continue };
        let place = *places.entry(direction).or_insert_with_key(|direction| {
            directions.push(direction.clone());
            found.push((Class { first: k, members: Vec::new() }, factor.clone()));
            found.len() - 1
        });
        if let Some((class, unit)) = found.get_mut(place) {
            let ratio = BigRational::new(factor, unit.clone());
            class.members.push((k, enclose(&ratio)));
        }
    }
    (found.into_iter().map(|(class, _)| class).collect(), directions)
}

/// Whether every dependent direction lies in the span of the others, exactly.
fn spanned(directions: &[Vec<BigInt>], dependent: &[usize]) -> bool {
    if dependent.is_empty() {
        return true;
    }
    let mut span = Echelon::default();
    let (held, free): (Vec<_>, Vec<_>) = directions.iter().enumerate().partition(|(c, _)| dependent.contains(c));
    free.iter().for_each(|(_, direction)| {
        span.insert(direction);
    });
    held.iter().all(|(_, direction)| span.contains(direction))
}

/// The certified values of neuron i, as multiples of a live neuron's: that neuron and the ratio, where it has any.
pub fn source(neurons: &[NeuronBox], i: usize) -> Option<(&Live, f64)> {
    match neurons.get(i)? {
        NeuronBox::Live(live) => Some((live, 1.0)),
        NeuronBox::Split { leader, ratio } => match neurons.get(*leader)? {
            NeuronBox::Live(live) => Some((live, *ratio)),
            _ => None,
        },
        _ => None,
    }
}
