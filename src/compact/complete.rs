//! Restores a compact certificate for a problem: one exact system for the point, one for each neuron's multipliers.

use super::template::{Gap, Pins, Template};
use crate::exact::cell::{Cell, CellNeuron, Side, System};
use crate::exact::multipliers::multipliers;
use crate::exact::threads;
use crate::kernel::certificate::Certificate;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::Fractions;
use crate::kernel::lines::ParseError;
use crate::kernel::network::{Network, Neuron};
use crate::kernel::number::format_hex;
use crate::kernel::parse::parse_certificate;
use crate::kernel::problem::Problem;
use crate::kernel::rule::{bounds, statement};
use crate::kernel::samples::Samples;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Most unknowns of the system that restores a point.
pub const MAX_UNKNOWNS: usize = 4096;

/// Why a compact certificate was not restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unrestored {
    /// The text is outside the grammar.
    Malformed(ParseError),
    /// The problem does not give back what was left out.
    Unsolvable(String),
}

impl fmt::Display for Unrestored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::Unsolvable(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Unrestored {}

/// A certificate that was restored.
pub struct Restored<'a> {
    /// Its text, for the kernel to read and check.
    pub text: String,
    /// The evaluation of its point, where it was needed.
    pub evaluation: Option<Evaluation<'a>>,
}

/// Restores a certificate; `samples` are the problem's. Where its statement is not about this problem, the gaps are
/// filled with vectors of no entries: the kernel refuses the header, whatever follows.
pub fn complete<'a>(problem: &'a Problem, samples: &'a Samples, bytes: &[u8]) -> Result<Restored<'a>, Unrestored> {
    let template = Template::parse(bytes).map_err(Unrestored::Malformed)?;
    let none = Fractions::zeros(0);
    let hollow = template.fill(|gap| line(gap, &none));
    let certificate = match parse_certificate(hollow.as_bytes()) {
        Ok((_, certificate)) => certificate,
        Err(e) => return Err(Unrestored::Malformed(ParseError { line: template.origin(e.line), ..e })),
    };
    if statement::check(problem, &certificate.header).is_err() {
        return Ok(Restored { text: hollow, evaluation: None });
    }
    restored(problem, samples, &template, &certificate).map_err(Unrestored::Unsolvable)
}

/// A gap's line with its numbers.
fn line(gap: &Gap, values: &Fractions) -> String {
    let mut line = match gap {
        Gap::Input(solved) => format!("input {}", solved.neuron),
        Gap::Output(_) => "output".to_string(),
        Gap::Bias => "bias-at".to_string(),
        Gap::Multipliers { .. } => "multipliers".to_string(),
    };
    for value in std::iter::once(values.denominator()).chain(values.numerators()) {
        line.push(' ');
        line.push_str(&format_hex(value));
    }
    line
}

fn restored<'a>(
    problem: &'a Problem,
    samples: &'a Samples,
    template: &Template<'_>,
    hollow: &Certificate,
) -> Result<Restored<'a>, String> {
    let network = point(problem, samples, template, hollow)?;
    let wanted: Vec<(usize, &Pins)> = template.gaps().filter_map(multipliers_of).collect();
    let evaluation = (!wanted.is_empty()).then(|| Evaluation::new(problem.dataset(), samples, network.clone()));
    let found = match &evaluation {
        None => Vec::new(),
        Some(evaluation) => threads::map(&wanted, |(i, pins)| neuron_multipliers(evaluation, *i, pins)),
    };
    let places = wanted.iter().map(|(i, _)| *i);
    let multipliers: BTreeMap<usize, Fractions> =
        places.zip(found).map(|(i, mu)| Ok((i, mu?))).collect::<Result<_, String>>()?;
    let none = Fractions::zeros(0);
    let neuron = |i: &usize| network.neurons().get(*i);
    let text = template.fill(|gap| {
        let values = match gap {
            Gap::Input(solved) => neuron(&solved.neuron).map(|n| &n.input),
            Gap::Output(i) => neuron(i).map(|n| &n.output),
            Gap::Bias => network.output_bias(),
            Gap::Multipliers { neuron, .. } => multipliers.get(neuron),
        };
        line(gap, values.unwrap_or(&none))
    });
    Ok(Restored { text, evaluation })
}

fn multipliers_of(gap: &Gap) -> Option<(usize, &Pins)> {
    if let Gap::Multipliers { neuron, pins } = gap { Some((*neuron, pins)) } else { None }
}

/// The point: the model with what the certificate replaces, and its gaps solved for.
fn point(
    problem: &Problem,
    samples: &Samples,
    template: &Template<'_>,
    hollow: &Certificate,
) -> Result<Network, String> {
    let base = base(problem.network(), template, hollow)?;
    // The kernel's own limit on a point, before anything is computed with long numbers of a stranger.
    let within = |network: &Network| bounds::size(network, samples.count()).map_err(|f| f.reason.to_string());
    within(&base)?;
    let mut sides = Vec::new();
    let mut free = Vec::new();
    let mut pinned = BTreeSet::new();
    let solved = template.gaps().filter_map(|gap| if let Gap::Input(solved) = gap { Some(solved) } else { None });
    for (place, solved) in solved.enumerate() {
        let i = solved.neuron;
        let kinks = hollow.neurons.get(i).map(|step| step.kinks.as_slice());
        let kinks =
            kinks.ok_or_else(|| format!("the certificate has no step for neuron {i}, whose weights are left out"))?;
        let h = base.neurons().get(i).and_then(|n| n.output.rationals().next()).filter(|h| !h.is_zero());
        let h = h.ok_or_else(|| format!("neuron {i} has no output weight, so no equation gives its input weights"))?;
        sides.push((i, all_sides(&solved.positive, kinks, samples.count())?, kinks.to_vec()));
        let mut u = vec![BigRational::zero(); samples.width()];
        for (&a, w) in solved.pins.places.iter().zip(solved.pins.values.rationals()) {
            *u.get_mut(a).ok_or_else(|| format!("neuron {i} has no input weight {a}"))? = w * h.abs();
            pinned.insert((place, a));
        }
        free.push(u);
    }
    let bias = template.gaps().any(|gap| matches!(gap, Gap::Bias));
    if sides.is_empty() && !bias {
        return Ok(base);
    }
    if base.output_count() != 1 {
        return Err("points of several outputs are not solved for".into());
    }
    let unknown = sides.iter().map(|(i, sides, kinks)| CellNeuron { index: *i, sides, kinks: kinks.clone() });
    let cell = Cell { neurons: unknown.collect(), bias };
    let fixed = Evaluation::new(problem.dataset(), samples, cell.fixed_part(&base)?);
    let system = System::new(&fixed, &base, &cell);
    if system.unknowns() > MAX_UNKNOWNS {
        return Err(format!("{} unknowns are over the limit of {MAX_UNKNOWNS}", system.unknowns()));
    }
    // Pinned values of many neurons are brought over one denominator.
    let pins = template.gaps().filter_map(|gap| if let Gap::Input(solved) = gap { Some(&solved.pins) } else { None });
    let bits: u64 = pins.map(|pins| pins.values.denominator().bits()).sum();
    if bits.saturating_mul(system.unknowns() as u64) > bounds::MAX_ERROR_BITS {
        return Err(format!(
            "the pinned values' denominators of {bits} bits are too long for {} unknowns",
            system.unknowns()
        ));
    }
    let all = (0..free.len()).flat_map(|l| (0..samples.width()).map(move |a| (l, a)));
    let order: Vec<(usize, usize)> = all.filter(|place| !pinned.contains(place)).collect();
    let network = system.guess(&free, &order, template.denominator.as_ref())?;
    within(&network).map(|()| network)
}

/// The model with what the certificate gives in full; gaps keep the model's values.
fn base(model: &Network, template: &Template<'_>, hollow: &Certificate) -> Result<Network, String> {
    let (mut no_input, mut no_output) = (BTreeSet::new(), BTreeSet::new());
    for gap in template.gaps() {
        match gap {
            Gap::Input(solved) => no_input.insert(solved.neuron),
            Gap::Output(i) => no_output.insert(*i),
            _ => false,
        };
    }
    let changed = hollow.point.neurons.iter().map(|(i, given)| {
        let own = model.neurons().get(*i).ok_or_else(|| format!("the model has no neuron {i}"))?;
        let input = if no_input.contains(i) { own.input.clone() } else { given.input.clone() };
        let output = if no_output.contains(i) { own.output.clone() } else { given.output.clone() };
        Ok((*i, Neuron { input, output }))
    });
    let bias = hollow.point.output_bias.clone().filter(|b| !b.is_empty());
    model.with_changes(changed.collect::<Result<Vec<_>, String>>()?, bias).map_err(|e| e.to_string())
}

/// The side of each sample: on the kink, or by its bit.
pub(super) fn all_sides(positive: &BigInt, kinks: &[usize], samples: usize) -> Result<Vec<Side>, String> {
    if positive.bits() > samples as u64 {
        return Err(format!("{} sides are given for {samples} samples", positive.bits()));
    }
    let side = |k: usize| if positive.bit(k as u64) { Side::Plus } else { Side::Minus };
    let mut sides: Vec<Side> = (0..samples).map(side).collect();
    for &k in kinks {
        *sides.get_mut(k).ok_or_else(|| format!("there is no sample {k}"))? = Side::Kink;
    }
    Ok(sides)
}

/// The multipliers of a neuron's form h_i D_i.
fn neuron_multipliers(evaluation: &Evaluation<'_>, i: usize, pins: &Pins) -> Result<Fractions, String> {
    let neuron = evaluation.network().neurons().get(i).ok_or_else(|| format!("the model has no neuron {i}"))?;
    let slopes = evaluation.slope_form(i);
    let form = slopes.combine(&neuron.output);
    let classes: Vec<usize> = (0..form.bends.len()).collect();
    let mut free = vec![BigRational::zero(); classes.len()];
    for (&c, mu) in pins.places.iter().zip(pins.values.rationals()) {
        let slot = free.get_mut(c).ok_or_else(|| format!("neuron {i} has no class {c} of kinks"))?;
        *slot = mu * BigRational::from_integer(form.scale.clone());
    }
    let order: Vec<usize> = classes.iter().copied().filter(|c| !pins.places.contains(c)).collect();
    multipliers(&form, &classes, &free, &order)
        .ok_or_else(|| format!("neuron {i}: no multipliers on its kinks balance its slopes"))
}
