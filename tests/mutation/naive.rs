//! The rules of docs/FORMAT.md, section 4, on rationals and straight from the definitions: what the kernel must say.

use crate::common::instance::Net;
use crate::common::linear::{Q, dot};
use crate::curvature;
use crate::document::{Curvature, Document, Proof, Step};
use crate::forms::{self, Phi};
use crate::setting::{Local, Setting, Slope};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::rc::Rc;

/// What a certificate is.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Accepted,
    /// The place and the rule that fails there.
    Rejected(String, &'static str),
    /// More work than a naive evaluation should do.
    Unknown,
}

/// Why a rule is not satisfied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fail {
    Rule(&'static str),
    TooMuch,
}

pub type Checked = Result<(), Fail>;

pub fn holds(condition: bool, rule: &'static str) -> Checked {
    if condition { Ok(()) } else { Err(Fail::Rule(rule)) }
}

/// Judges a document; `local` is asked for everything that follows from the point.
pub fn judge(setting: &Setting, document: &Document, local: impl FnOnce(&Net) -> Option<Rc<Local>>) -> Verdict {
    let at = |place: &str, checked: Checked| match checked {
        Ok(()) => Ok(()),
        Err(Fail::Rule(rule)) => Err(Verdict::Rejected(place.to_string(), rule)),
        Err(Fail::TooMuch) => Err(Verdict::Unknown),
    };
    let all = || -> Result<(), Verdict> {
        at("header", statement(setting, document))?;
        at("conclusion", refutes(setting, document))?;
        let net = match point(setting, document) {
            Ok(net) => net,
            Err(fail) => return at("point", Err(fail)),
        };
        let local = &*local(&net).ok_or(Verdict::Unknown)?;
        at("bias", bias(local, &document.bias))?;
        at("conclusion", holds(document.steps.len() == net.w.len(), "conclusion"))?;
        for (i, own) in document.steps.iter().enumerate() {
            at(&format!("neuron {i}"), step(local, i, own))?;
        }
        at("conclusion", conclusion(document))?;
        at("curvature", curvature::check(local, document))?;
        at("region", region(local, document))
    };
    match all() {
        Ok(()) => Verdict::Accepted,
        Err(verdict) => verdict,
    }
}

fn statement(setting: &Setting, document: &Document) -> Checked {
    let same = document.sizes == setting.sizes()
        && document.biases == [setting.hidden_bias, setting.model.bias.is_some()]
        && document.slopes == setting.slopes
        && document.penalty == setting.penalty
        && document.digests == setting.digests;
    holds(same, "statement")
}

/// With weight decay only directions of descent are exact.
fn refutes(setting: &Setting, document: &Document) -> Checked {
    let only = document.steps.iter().all(|s| matches!(s.proof, Proof::Open | Proof::Descent { .. }));
    let decays = setting.penalty.iter().any(|l| !l.is_zero());
    holds(!decays || (document.claim == "not-stationary" && only), "conclusion")
}

/// The parameters that the claim is about.
pub fn point(setting: &Setting, document: &Document) -> Result<Net, Fail> {
    let (model, point) = (&setting.model, &document.point);
    if !document.is_nearby() {
        holds(point.neurons.is_empty() && point.bias.is_none(), "statement")?;
        return Ok(model.clone());
    }
    let mut net = model.clone();
    for (i, input, output) in &point.neurons {
        let i = *i as usize;
        holds(i < net.w.len(), "statement")?;
        let (input, output) = (input.values(), output.values());
        holds(input.len() == net.w[i].len() && output.len() == net.h[i].len(), "statement")?;
        (net.w[i], net.h[i]) = (input, output);
    }
    if let Some(bias) = &point.bias {
        let bias = bias.values();
        holds(net.bias.as_ref().is_some_and(|b| b.len() == bias.len()), "statement")?;
        net.bias = Some(bias);
    }
    holds(!document.distance.is_negative() && net.distance(model) <= document.distance, "distance")?;
    Ok(net)
}

fn bias(local: &Local, stated: &str) -> Checked {
    let actual = match (&local.net.bias, local.bias_sums().iter().all(Zero::is_zero)) {
        (None, _) => "absent",
        (Some(_), true) => "balanced",
        (Some(_), false) => "descent",
    };
    holds(stated == actual, "bias")
}

fn step(local: &Local, i: usize, step: &Step) -> Checked {
    let slope = &local.slopes[i];
    let (w, h) = (&local.net.w[i], &local.net.h[i]);
    holds(step.kinks.iter().map(|k| *k as usize).eq(slope.kinks.iter().copied()), "kinks")?;
    if !matches!(step.proof, Proof::Open | Proof::Descent { .. }) {
        holds(slope.linear.iter().all(|p| dot(p, w).is_zero()), "potential")?;
    }
    match &step.proof {
        Proof::Open => Ok(()),
        Proof::ZeroForm => holds(slope.is_zero(), "zero-form"),
        Proof::Scalar(form) => {
            holds(h.len() == 1 && !h[0].is_zero(), "scalar")?;
            forms::check(&Phi::new(slope, h), form)
        }
        Proof::Stationary(form) => forms::check(&Phi::new(slope, h), form),
        Proof::Uniform(tau, proofs) => {
            holds(tau.is_positive(), "uniform")?;
            let shifted = shifted(h, tau);
            holds(proofs.len() == shifted.len(), "uniform")?;
            shifted.iter().zip(proofs).try_for_each(|(g, form)| forms::check(&Phi::new(slope, g), form))
        }
        Proof::Escape { step, direction, output } => {
            let lengths = direction.len() == w.len() && output.numerators.len() == h.len();
            holds(h.iter().all(Zero::is_zero) && lengths, "escape")?;
            let u = rationals(direction);
            let moves = !local.slope(i, &u).iter().all(Zero::is_zero) && step.is_positive();
            holds(moves, "escape")?;
            let mut net = local.net.clone();
            net.w[i].iter_mut().zip(&u).for_each(|(w, u)| *w += step * u);
            net.h[i] = output.values();
            holds(local.setting.loss(&net) < local.loss, "escape")
        }
        Proof::Descent { direction, output } => {
            holds(direction.len() == w.len() && output.len() == h.len(), "descent")?;
            let (u, g) = (rationals(direction), rationals(output));
            let derivative = dot(&g, &local.potential(i)) + dot(h, &local.slope(i, &u)) + local.decay(i, &u, &g);
            holds(derivative.is_negative(), "descent")
        }
    }
}

pub fn rationals(integers: &[BigInt]) -> Vec<Q> {
    integers.iter().map(|v| Q::from_integer(v.clone())).collect()
}

/// h + tau e_0, h - tau e_0, h + tau e_1, …
pub fn shifted(h: &[Q], tau: &Q) -> Vec<Vec<Q>> {
    let shift = |j: usize, by: Q| -> Vec<Q> {
        let mut shifted = h.to_vec();
        shifted[j] += by;
        shifted
    };
    (0..h.len()).flat_map(|j| [shift(j, tau.clone()), shift(j, -tau)]).collect()
}

fn conclusion(document: &Document) -> Checked {
    let is = |wanted: fn(&Proof) -> bool| document.steps.iter().filter(|s| wanted(&s.proof)).count();
    let all = document.steps.len();
    let safe = is(|p| matches!(p, Proof::ZeroForm | Proof::Scalar(_) | Proof::Uniform(..)));
    let stationary = is(|p| matches!(p, Proof::Stationary(_)));
    let escape = is(|p| matches!(p, Proof::Escape { .. }));
    let descent = is(|p| matches!(p, Proof::Descent { .. }));
    let has_region = document.region.is_some();
    let balanced = document.bias != "descent";
    let fits = match (document.claim.trim_end_matches("-nearby"), &document.curvature) {
        ("local-minimum", Curvature::Absent) => balanced && has_region && safe == all,
        ("local-minimum", Curvature::Positive) => balanced && !has_region && safe + stationary == all,
        ("saddle", Curvature::Absent) => balanced && !has_region && safe + stationary + escape == all && escape > 0,
        ("saddle", Curvature::Descent { .. }) => balanced && !has_region && safe + stationary + escape == all,
        ("not-stationary", Curvature::Absent) => !has_region && (!balanced || descent > 0),
        _ => false,
    };
    holds(fits, "conclusion")
}

fn region(local: &Local, document: &Document) -> Checked {
    let Some(stated) = &document.region else { return Ok(()) };
    let within = |(stated, most): (&Option<Q>, &Option<Q>)| match (stated, most) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(r), most) => r.is_positive() && most.as_ref().is_none_or(|most| r <= most),
    };
    holds(stated.iter().zip(&largest_region(local, document)).all(within), "region")
}

/// The largest radii that the steps prove, `None` for unbounded.
pub fn largest_region(local: &Local, document: &Document) -> [Option<Q>; 2] {
    let setting = &local.setting;
    let mut inputs: Option<Q> = None;
    for (x, k) in setting.rows.iter().zip(0..) {
        let size: Q = x.iter().map(Signed::abs).sum();
        for z in local.z.iter().map(|z| z[k].abs()).filter(|z| !z.is_zero()) {
            inputs = least(inputs, z / &size);
        }
    }
    let mut outputs: Option<Q> = None;
    for (h, step) in local.net.h.iter().zip(&document.steps) {
        match &step.proof {
            Proof::Scalar(_) => outputs = least(outputs, h[0].abs()),
            Proof::Uniform(tau, _) => outputs = least(outputs, tau / Q::from_integer(h.len().into())),
            _ => {}
        }
    }
    [inputs, outputs]
}

fn least(before: Option<Q>, value: Q) -> Option<Q> {
    Some(match before {
        Some(before) => before.min(value),
        None => value,
    })
}

impl Slope {
    /// D_i = 0 identically.
    pub fn is_zero(&self) -> bool {
        self.linear.iter().flatten().all(Zero::is_zero)
            && self.classes.iter().all(|c| c.kappa.iter().all(Zero::is_zero))
    }
}
