//! The check of a box certificate: the pattern, the inclusion, and what follows over the whole box (T11).

use super::certificate::{BoxCertificate, NeuronBox, System};
use super::conclude::{Centre, Whole};
use super::data::Data;
use super::field::{Field, Side, Sides, unit_of};
use super::interval::{Interval, exact, is_usable};
use super::inverse::{approximate_inverse, defect, krawczyk_radius};
use super::matrix::IntervalMatrix;
use super::pattern::{Extent, Pattern, power, source};
use super::system::Equations;
use crate::kernel::certificate::{BiasStep, Curvature, Radius, Region};
use crate::kernel::claim::{Claim, Verdict};
use crate::kernel::linear::{Fractions, compare};
use crate::kernel::problem::Problem;
use crate::kernel::reject::{Place, Reason, Reject, Rule};
use crate::kernel::residuals::Residuals;
use crate::kernel::rule::{Failure, bounds, statement};
use crate::kernel::samples::Samples;
use crate::kernel::theorem::{Enclosed, NeuronFact, Route, Status, Theorem};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use std::collections::BTreeSet;

/// Checks that the box holds exactly one zero of its pattern's equations, and that this point is what the claim says.
pub fn check(problem: &Problem, claim: &Claim, certificate: &BoxCertificate) -> Result<Theorem, Reject> {
    let at = |step: Place| move |failure: Failure| Reject { step, rule: failure.rule, reason: failure.reason };
    statement::check(problem, &certificate.header).map_err(at(Place::Header))?;
    let most = claim.distance();
    if !farthest(problem, certificate).is_some_and(|r| compare(&r, &most).is_le()) {
        let expected = format!("every parameter within {most} of the model's");
        return Err(at(Place::Point)(Failure::new(Rule::Distance, expected, "one that may be farther away")));
    }
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    with_box(problem, certificate, |whole, centre| {
        // What needs no matrix first: most refusals are cheap.
        let slacks = match certificate.system {
            System::Stationarity => whole.stationary(&samples, &certificate.neurons)?,
            System::Interpolation => vec![None; whole.equations.pattern.units.len()],
        };
        includes(whole, centre)?;
        conclude(claim, certificate, whole)?;
        if let Some(region) = &certificate.region {
            let largest = largest_region(problem, certificate, whole);
            bounds::region(region, &largest).map_err(at(Place::Region))?;
        }
        let loss = whole.loss(certificate.system, centre);
        let (Some(low), Some(high)) = (exact(loss.inf().max(0.0)), exact(loss.sup())) else {
            return Err(refusal(Rule::Signs, "a loss in the range of floats", "one beyond it"));
        };
        let model_loss = problem.loss(&Residuals::new(problem.dataset(), &samples, problem.network()));
        Ok(Theorem {
            claim: claim.clone(),
            shape: certificate.header.shape.clone(),
            penalty: problem.penalty().clone(),
            loss: high,
            model_loss,
            model_size: problem.network().sup_norm(),
            bias: if problem.network().output_bias().is_some() { BiasStep::Balanced } else { BiasStep::Absent },
            region: certificate.region.clone(),
            neurons: facts(certificate, whole, &slacks),
            curvature: Curvature::Absent,
            enclosed: Some(Enclosed { loss_below: low, radius: largest_radius(whole) }),
        })
    })
}

/// Pairs the certificate with the problem, decides the sides over the box, and hands on the whole box and F at its centre.
pub fn with_box<T>(
    problem: &Problem,
    certificate: &BoxCertificate,
    then: impl FnOnce(&Whole<'_, '_, '_>, &Centre) -> Result<T, Reject>,
) -> Result<T, Reject> {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let pattern = Pattern::new(problem, &samples, certificate)?;
    let beyond = || refusal(Rule::Signs, "data in the range of floats", "a number beyond it");
    let data = Data::new(problem, &samples).ok_or_else(beyond)?;
    let outputs = problem.network().output_count();
    let (centre, whole) = (pattern.values(outputs, Extent::Centre), pattern.values(outputs, Extent::Box));
    let sides = Sides::new(problem, &data, &pattern, certificate.system, &certificate.neurons, &whole)?;
    let distinct = distinct(problem, &samples);
    let equations =
        Equations { data: &data, pattern: &pattern, sides: &sides, system: certificate.system, distinct: &distinct };
    let field = Field::new(&data, &pattern, &sides, &whole)?;
    let at_centre = Field::new(&data, &pattern, &sides, &centre)?;
    let residual = equations.residual(&centre, &at_centre);
    let centre = Centre { values: centre, field: at_centre, residual, radii: pattern.radii(outputs) };
    then(&Whole { equations: &equations, values: &whole, field: &field }, &centre)
}

/// What Krawczyk's operator makes of a box: for each unknown how far the image may reach from the midpoint, and how much
/// of that the midpoint itself moves.
pub struct Image {
    /// |R F(z0)| + |I - R F'(Z)| r.
    pub reach: Vec<f64>,
    /// |R F(z0)|.
    pub step: Vec<f64>,
}

/// The image of a box.
pub fn image(whole: &Whole<'_, '_, '_>, centre: &Centre) -> Result<Image, Reject> {
    let n = whole.equations.pattern.unknowns;
    if whole.equations.count() != n {
        let expected = format!("as many equations as unknowns, {n}");
        return Err(refusal(Rule::Pattern, &expected, &whole.equations.count().to_string()));
    }
    let derivative = whole.equations.derivative(whole.values, whole.field);
    if !derivative.is_usable() || !centre.residual.iter().all(|v| is_usable(*v)) {
        return Err(refusal(Rule::Krawczyk, "equations in the range of floats", "a number beyond it"));
    }
    let Some(inverse) = approximate_inverse(n, derivative.mid()) else {
        return Err(refusal(Rule::Krawczyk, "a derivative with an inverse", "a singular one, in floats"));
    };
    let defect = defect(&inverse, &derivative);
    drop(derivative);
    let column = IntervalMatrix::from_fn(n, 1, |r, _| centre.residual.get(r).copied().unwrap_or(Interval::EMPTY));
    let step = IntervalMatrix::from_points(n, n, inverse).mul(&column);
    let step: Vec<Interval> = (0..n).map(|r| step.get(r, 0)).collect();
    let reach = krawczyk_radius(&defect, &step, &centre.radii);
    Ok(Image { reach, step: step.iter().map(|v| v.mag()).collect() })
}

/// Krawczyk's test: the image of the box lies in its interior, so F has exactly one zero there.
fn includes(whole: &Whole<'_, '_, '_>, centre: &Centre) -> Result<(), Reject> {
    let image = image(whole, centre)?;
    let inside = |(reach, radius): (&f64, &f64)| reach < radius;
    match image.reach.iter().zip(&centre.radii).position(|pair| !inside(pair)) {
        None if image.reach.len() == centre.radii.len() => Ok(()),
        None => Err(refusal(Rule::Krawczyk, "an image of the box", "none")),
        Some(unknown) => {
            let of = |values: &[f64]| values.get(unknown).copied().unwrap_or(f64::NAN);
            let expected = format!("the image of the box inside it: unknown {unknown} within {:e}", of(&centre.radii));
            Err(refusal(Rule::Krawczyk, &expected, &format!("within {:e}", of(&image.reach))))
        }
    }
}

/// Which role and verdict go together, and the rules that decide it.
fn conclude(claim: &Claim, certificate: &BoxCertificate, whole: &Whole<'_, '_, '_>) -> Result<(), Reject> {
    let verdict = claim.verdict();
    let minimum = verdict == Verdict::LocalMinimumNearby;
    if !minimum && verdict != Verdict::SaddleNearby {
        let expected = "a claim about some point nearby: a box holds a point that is not known exactly";
        return Err(refusal(Rule::Conclusion, expected, verdict.name()));
    }
    let sized = certificate.header.shape.outputs == 1 || certificate.system == System::Interpolation;
    if (minimum && sized) != certificate.region.is_some() {
        let found = if certificate.region.is_some() { "one" } else { "none" };
        let expected = "a region for a local minimum with one output or no loss, and only there";
        return Err(refusal(Rule::Conclusion, expected, found));
    }
    match (minimum, certificate.system) {
        (true, System::Interpolation) => Ok(()),
        (true, System::Stationarity) => whole.minimum(&certificate.neurons),
        (false, System::Stationarity) => whole.saddle(&certificate.neurons),
        (false, System::Interpolation) => Err(refusal(Rule::Conclusion, "a loss that is not zero", "a loss of zero")),
    }
}

/// Where the minimum's inequality holds; everywhere for a loss of zero.
pub fn largest_region(problem: &Problem, certificate: &BoxCertificate, whole: &Whole<'_, '_, '_>) -> Region {
    if certificate.system == System::Interpolation {
        return Region { input: Radius::Unbounded, output: Radius::Unbounded };
    }
    let (input, output) = whole.margins(problem.network(), &certificate.neurons);
    let radius = |r: f64| exact(r).map_or(Radius::Unbounded, Radius::AtMost);
    Region { input: radius(input), output: radius(output) }
}

/// The farthest that a parameter in the box may be from the model's, exactly; `None` where shapes differ.
pub fn farthest(problem: &Problem, certificate: &BoxCertificate) -> Option<BigRational> {
    let network = problem.network();
    let mut most = BigRational::zero();
    let mut see = |model: &BigRational, mid: f64, radius: f64, ratio: &BigRational| -> Option<()> {
        let reached = (exact(mid)? * ratio - model).abs() + exact(radius)? * ratio;
        if compare(&reached, &most).is_gt() {
            most = reached;
        }
        Some(())
    };
    let one = BigRational::from_integer(1.into());
    for (i, own) in network.neurons().iter().enumerate() {
        let model = || entries(&own.input).chain(entries(&own.output));
        match certificate.neurons.get(i)? {
            NeuronBox::Frozen { .. } => {}
            NeuronBox::Zero | NeuronBox::Escape { .. } => {
                model().try_for_each(|value| see(&value, 0.0, 0.0, &one))?;
            }
            NeuronBox::Constant { bias } => {
                let place = own.input.len().checked_sub(1)?;
                let at = |c: usize| if c == place { *bias } else { 0.0 };
                model().enumerate().try_for_each(|(c, value)| see(&value, at(c), 0.0, &one))?;
            }
            NeuronBox::Live(_) | NeuronBox::Split { .. } => {
                let (live, ratio) = source(&certificate.neurons, i)?;
                let ratio = exact(ratio)?;
                let width = own.input.len();
                for (c, value) in model().enumerate() {
                    let (block, place) = if c < width { (&live.input, c) } else { (&live.output, c - width) };
                    let radius = if live.pinned.contains(&c) { 0.0 } else { power(block.exponent) };
                    see(&value, *block.midpoints.get(place)?, radius, &ratio)?;
                }
            }
        }
    }
    if let (Some(block), Some(model)) = (&certificate.bias, network.output_bias()) {
        for (mid, value) in block.midpoints.iter().zip(entries(model)) {
            see(&value, *mid, power(block.exponent), &one)?;
        }
    }
    Some(most)
}

/// The largest radius of the parameters that are unknown.
fn largest_radius(whole: &Whole<'_, '_, '_>) -> BigRational {
    let pattern = whole.equations.pattern;
    let of_units = pattern.units.iter().flat_map(|unit| [unit.live.input.exponent, unit.live.output.exponent]);
    let largest = pattern.bias.map(|block| block.exponent).into_iter().chain(of_units).max();
    largest.and_then(|e| exact(power(e))).unwrap_or_else(BigRational::zero)
}

/// The entries without a common factor taken out: nobody reads them.
fn entries(values: &Fractions) -> impl Iterator<Item = BigRational> + '_ {
    values.numerators().iter().map(|n| BigRational::new_raw(n.clone(), values.denominator().clone()))
}

/// The samples without those that repeat an earlier one, inputs and targets.
fn distinct(problem: &Problem, samples: &Samples) -> Vec<usize> {
    let targets = problem.dataset().targets();
    let mut seen: BTreeSet<(&Vec<BigInt>, Vec<&BigInt>)> = BTreeSet::new();
    let row = |k: usize| Some((samples.rows().get(k)?, targets.iter().filter_map(|y| y.numerators().get(k)).collect()));
    (0..samples.count()).filter(|k| row(*k).is_some_and(|row| seen.insert(row))).collect()
}

/// What was proved of each neuron.
fn facts(certificate: &BoxCertificate, whole: &Whole<'_, '_, '_>, slacks: &[Option<f64>]) -> Vec<NeuronFact> {
    let Equations { data, pattern, sides, .. } = whole.equations;
    let all = data.rows.len();
    let fact = |kinks, status, margin: Option<f64>| NeuronFact {
        kinks,
        status,
        route: Some(Route::Box),
        margin: margin.and_then(exact),
    };
    let neuron = |(i, role): (usize, &NeuronBox)| match role {
        NeuronBox::Live(_) | NeuronBox::Split { .. } => {
            let leader = if let NeuronBox::Split { leader, .. } = role { *leader } else { i };
            let found = unit_of(pattern, leader);
            let kinks = found.map_or(0, |(_, unit)| unit.live.kinks.len());
            let flat = |(place, _): (usize, _)| {
                let own = sides.0.get(place)?;
                Some(own.iter().all(|side| *side != Side::Kink && side.slope(data).mag() == 0.0))
            };
            let status = if found.and_then(flat) == Some(true) { Status::Dead } else { Status::Safe };
            fact(kinks, status, found.and_then(|(place, _)| *slacks.get(place)?))
        }
        NeuronBox::Zero => fact(all, Status::Zero, None),
        NeuronBox::Escape { .. } => fact(all, Status::Escape, None),
        NeuronBox::Constant { .. } => fact(0, Status::Zero, None),
        NeuronBox::Frozen { twin: None } => fact(0, Status::Dead, None),
        NeuronBox::Frozen { twin: Some(_) } => fact(0, Status::Safe, None),
    };
    certificate.neurons.iter().enumerate().map(neuron).collect()
}

fn refusal(rule: Rule, expected: &str, found: &str) -> Reject {
    Reject { step: Place::Conclusion, rule, reason: Reason::fails(expected, found) }
}
