//! What one point is: every neuron judged alone, in parallel, then the second order where it is needed, and one verdict
//! (T2, T3, T4, T5).

use super::cells::Limits;
use super::float;
use super::margin::{Margin, margin};
use super::nonnegative::{Decision, decide};
use super::second_order::{open as left_open, second_order};
use crate::kernel::certificate::{
    BiasStep, Certificate, Curvature, Escape, NeuronProof, NeuronStep, Point, Radius, Region,
};
use crate::kernel::claim::Verdict;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::{Fractions, dot};
use crate::kernel::network::Neuron;
use crate::kernel::number::{Rounding, format_decimal, parse_rational};
use crate::kernel::penalty::Penalty;
use crate::kernel::problem::Problem;
use crate::kernel::rule::{bounds, escape, statement};
use crate::kernel::slope_form::SlopeForm;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use rayon::prelude::*;

/// The judgement on a point, before the kernel has seen it.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The verdict about the point itself; `None` where it is open.
    pub verdict: Option<Verdict>,
    /// One step for each neuron.
    pub steps: Vec<NeuronStep>,
    /// The step on the output bias.
    pub bias: BiasStep,
    /// What the second order says, where the verdict needs it.
    pub curvature: Curvature,
    /// Why steps are open: neuron and reason.
    pub open: Vec<(usize, String)>,
}

/// Judges the point of an evaluation, without weight decay.
pub fn classify(evaluation: &Evaluation<'_>, limits: &Limits) -> Judgement {
    let judged: Vec<(Vec<usize>, Judged)> =
        (0..evaluation.network().neurons().len()).into_par_iter().map(|i| judge(evaluation, i, limits)).collect();
    let bias = evaluation.bias_step(&Penalty::none());
    let mut open = Vec::new();
    let mut escapes = Vec::new();
    let mut steps = Vec::with_capacity(judged.len());
    for (i, (kinks, judged)) in judged.into_iter().enumerate() {
        open.extend(judged.reason.map(|r| (i, r)));
        escapes.extend(judged.escapes.into_iter().map(|u| (i, u)));
        steps.push(NeuronStep { kinks, proof: judged.proof });
    }
    let first_order = verdict(bias, &steps);
    if first_order.is_some() || steps.iter().any(|s| s.proof == NeuronProof::Open) {
        return Judgement { verdict: first_order, steps, bias, curvature: Curvature::Absent, open };
    }
    let (verdict, curvature, open) = match second_order(evaluation, &steps, &escapes) {
        Ok(curvature @ Curvature::Descent { .. }) => (Some(Verdict::Saddle), curvature, Vec::new()),
        Ok(curvature) => (Some(Verdict::LocalMinimum), curvature, Vec::new()),
        Err(reason) => (None, Curvature::Absent, left_open(&steps, &reason)),
    };
    Judgement { verdict, steps, bias, curvature, open }
}

/// What follows from the first order.
fn verdict(bias: BiasStep, steps: &[NeuronStep]) -> Option<Verdict> {
    let any = |wanted: fn(&NeuronProof) -> bool| steps.iter().any(|s| wanted(&s.proof));
    if bias == BiasStep::Descent || any(|p| matches!(p, NeuronProof::Descent { .. })) {
        return Some(Verdict::NotStationary);
    }
    if any(|p| matches!(p, NeuronProof::Open)) {
        return None;
    }
    if any(|p| matches!(p, NeuronProof::Escape(_))) {
        return Some(Verdict::Saddle);
    }
    (!any(|p| matches!(p, NeuronProof::Stationary(_)))).then_some(Verdict::LocalMinimum)
}

impl Judgement {
    /// The certificate of this judgement for a problem; `point` as it differs from the model.
    pub fn certificate(&self, problem: &Problem, evaluation: &Evaluation<'_>, point: Point) -> Certificate {
        let by_first_order = self.curvature == Curvature::Absent;
        let region = (self.verdict == Some(Verdict::LocalMinimum) && by_first_order).then(|| {
            let largest = bounds::largest_region(evaluation.network(), evaluation.residuals(), &self.steps);
            Region { input: short_radius(&largest.input), output: short_radius(&largest.output) }
        });
        let header = statement::header(problem);
        let curvature = self.curvature.clone();
        Certificate { header, point, region, bias: self.bias, neurons: self.steps.clone(), curvature }
    }
}

/// The radius rounded down to six digits.
fn short_radius(radius: &Radius) -> Radius {
    match radius {
        Radius::Unbounded => Radius::Unbounded,
        Radius::AtMost(r) => {
            let short = parse_rational(&format_decimal(r, 6, Rounding::Down));
            Radius::AtMost(short.unwrap_or_else(|_| r.clone()))
        }
    }
}

/// What was found of one neuron.
struct Judged {
    proof: NeuronProof,
    /// Why it is not settled.
    reason: Option<String>,
    /// Directions u with h.D(u) = 0 and D(u) != 0, where the first order leaves the neuron open.
    escapes: Vec<Vec<BigInt>>,
}

impl From<NeuronProof> for Judged {
    fn from(proof: NeuronProof) -> Self {
        Self { proof, reason: None, escapes: Vec::new() }
    }
}

impl Judged {
    fn open(proof: NeuronProof, reason: impl Into<String>) -> Self {
        Self { proof, reason: Some(reason.into()), escapes: Vec::new() }
    }
}

/// The step of one neuron: a settled proof, or the most that could be proved.
fn judge(evaluation: &Evaluation<'_>, i: usize, limits: &Limits) -> (Vec<usize>, Judged) {
    let form = evaluation.slope_form(i);
    let judged = prove(evaluation, &evaluation.network().neurons()[i], &form, limits);
    (form.kinks, judged)
}

fn prove(evaluation: &Evaluation<'_>, neuron: &Neuron, form: &SlopeForm, limits: &Limits) -> Judged {
    if !form.potential.iter().all(Zero::is_zero) {
        let minus: Vec<BigInt> = form.potential.iter().map(|g| -g).collect();
        let zero = vec![BigInt::zero(); neuron.input.len()];
        return NeuronProof::Descent { input: zero, output: float::shortened(&minus, 24) }.into();
    }
    if form.is_zero() {
        return NeuronProof::ZeroForm.into();
    }
    if neuron.output.is_zero() {
        return match escape_step(evaluation, neuron, form) {
            Some(escape) => NeuronProof::Escape(escape).into(),
            None => Judged::open(NeuronProof::Open, "an escape neuron, but no step that lowers the loss was found"),
        };
    }
    let proof = match decide(&form.combine(&neuron.output), limits) {
        Decision::Proved(proof) => proof,
        Decision::Negative(u) => {
            let output = vec![BigInt::zero(); neuron.output.len()];
            return NeuronProof::Descent { input: u, output }.into();
        }
        Decision::Undetermined(reason) => return Judged::open(NeuronProof::Open, reason),
    };
    if neuron.output.len() == 1 {
        return NeuronProof::Scalar(proof).into();
    }
    match margin(neuron, form, &proof, limits) {
        Margin::Uniform(proof) => proof.into(),
        Margin::Escape(escapes) => {
            let reason = "stationary, with no margin for its output weights: an escape neuron with h != 0";
            Judged { escapes, ..Judged::open(NeuronProof::Stationary(proof), reason) }
        }
        Margin::Unknown => {
            let reason =
                "stationary, with no margin for its output weights found: it may be an escape neuron with h != 0";
            Judged::open(NeuronProof::Stationary(proof), reason)
        }
    }
}

/// T3: a direction u with D_i(u) != 0 and a step along it that lowers the loss.
fn escape_step(evaluation: &Evaluation<'_>, neuron: &Neuron, form: &SlopeForm) -> Option<Escape> {
    escape_directions(form).filter(|u| !form.evaluate(u).iter().all(Zero::is_zero)).find_map(|direction| {
        let size = direction.iter().map(Signed::abs).max()?;
        let margin = largest_step(evaluation, neuron, &direction).unwrap_or_else(BigRational::one);
        let mut step = BigRational::new(1.into(), size);
        while step > margin {
            step /= BigRational::from_integer(2.into());
        }
        let trial = Escape { direction, step, output: Fractions::zeros(neuron.output.len()) };
        let output = best_output(evaluation, neuron, &trial)?;
        let escape = Escape { output, ..trial };
        escape::check(evaluation, neuron, form, &escape).is_ok().then_some(escape)
    })
}

/// Candidates: each linear part and its opposite, the kinks' own directions, then vectors of small integers.
fn escape_directions(form: &SlopeForm) -> impl Iterator<Item = Vec<BigInt>> + '_ {
    let signs = |v: &Vec<BigInt>| [float::shortened(v, 12), v.iter().map(|x| -x).collect()];
    let shorten = |v: Vec<BigInt>| float::shortened(&v, 12);
    let linear = form.linear.iter().flat_map(signs);
    let classes = form.classes.iter().flat_map(move |c| signs(&c.direction));
    let width = form.linear.first().map_or(0, Vec::len);
    let mut state: u64 = 1;
    let small = (0..1000).map(move |_| {
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            BigInt::from((state >> 33) % 19) - 9
        };
        (0..width).map(|_| next()).collect()
    });
    linear.chain(classes).map(shorten).chain(small)
}

/// The first t > 0 at which some w_i.x_k != 0 changes sign along the direction; `None` if none does.
fn largest_step(evaluation: &Evaluation<'_>, neuron: &Neuron, u: &[BigInt]) -> Option<BigRational> {
    let first = |row: &Vec<BigInt>| {
        let (z, rate) = (dot(row, neuron.input.numerators()), dot(row, u));
        (!z.is_zero() && z.is_positive() == rate.is_negative() && !rate.is_zero())
            .then(|| BigRational::new(z.abs(), rate.abs() * neuron.input.denominator()))
    };
    evaluation.samples().rows().iter().filter_map(first).min()
}

/// The output weights that are best after a step of a neuron with h_i = 0, to six digits: -sum_k eps_k a_k over
/// sum_k c_k a_k^2 for its activations a. `None` where these all vanish.
pub fn best_output(evaluation: &Evaluation<'_>, neuron: &Neuron, escape: &Escape) -> Option<Fractions> {
    let activations = escape::moved_activations(evaluation, neuron, escape);
    let residuals = evaluation.residuals();
    let square = residuals.weighted_square(&activations);
    if square.is_zero() {
        return None;
    }
    let best = |j: usize| {
        let eps = residuals.epsilon(j);
        let slope = dot(eps.numerators(), activations.numerators());
        -BigRational::new(slope, eps.denominator() * activations.denominator()) / &square
    };
    let best: Vec<BigRational> = (0..neuron.output.len()).map(best).collect();
    let short = |h: &BigRational| parse_rational(&format_decimal(h, 6, Rounding::Nearest)).ok();
    let short: Vec<BigRational> = best.iter().map(short).collect::<Option<_>>()?;
    Some(Fractions::from_rationals(short.iter()))
}
