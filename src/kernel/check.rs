//! The one function that turns a certificate into a theorem, or refuses it.

use super::certificate::{BiasStep, Certificate, Curvature, Evidence, NeuronProof, NeuronStep};
use super::claim::{Claim, Verdict};
use super::enclosure;
use super::evaluation::Evaluation;
use super::network::Network;
use super::number::counted;
use super::penalty::Penalty;
use super::problem::Problem;
use super::reject::{Place, Reject, Rule};
use super::residuals::Residuals;
use super::rule::{Failure, bounds, curvature, escape, neuron, statement};
use super::samples::Samples;
use super::theorem::{NeuronFact, Status, Theorem};
use num_bigint::Sign;
use num_traits::{Signed, Zero};

/// Checks a proof of either kind; an evaluation that was made before saves making it again where the proof is exact.
pub fn check_evidence(
    problem: &Problem,
    claim: &Claim,
    evidence: &Evidence,
    known: Option<&Evaluation<'_>>,
) -> Result<Theorem, Reject> {
    match evidence {
        Evidence::Exact(certificate) => check_knowing(problem, claim, certificate, known),
        Evidence::Box(certificate) => enclosure::check::check(problem, claim, certificate),
    }
}

/// Checks that the certificate proves the claim about the problem.
///
/// Residuals, signs, kinks and slope forms are derived here from the problem; the certificate supplies only the point
/// of a nearby claim and the evidence of each step. Everything is exact.
pub fn check(problem: &Problem, claim: &Claim, certificate: &Certificate) -> Result<Theorem, Reject> {
    check_knowing(problem, claim, certificate, None)
}

/// The same; an evaluation that was made before saves making it again, if it is that of the certified point.
pub fn check_knowing(
    problem: &Problem,
    claim: &Claim,
    certificate: &Certificate,
    known: Option<&Evaluation<'_>>,
) -> Result<Theorem, Reject> {
    let at = |step: Place| move |failure: Failure| Reject { step, rule: failure.rule, reason: failure.reason };
    statement::check(problem, &certificate.header).map_err(at(Place::Header))?;
    let penalty = problem.penalty();
    if !penalty.is_none() {
        exact_with_decay(claim, certificate).map_err(at(Place::Conclusion))?;
    }
    let network = point(problem, claim, certificate).map_err(at(Place::Point))?;
    let samples = Samples::new(problem.dataset(), network.has_hidden_bias());
    let made;
    let evaluation = match known.filter(|known| known.is_of(problem.dataset(), &samples, &network)) {
        Some(known) => known,
        None => {
            made = Evaluation::new(problem.dataset(), &samples, network);
            &made
        }
    };
    let loss = penalty.added_to(evaluation.residuals().loss(), evaluation.network());
    let model_loss = match claim.verdict().is_nearby() {
        true => problem.loss(&Residuals::new(problem.dataset(), &samples, problem.network())),
        false => loss.clone(),
    };
    bias(evaluation, penalty, certificate.bias).map_err(at(Place::Bias))?;
    let expected = evaluation.network().neurons().len();
    if certificate.neurons.len() != expected {
        let found = certificate.neurons.len().to_string();
        let failure =
            Failure::new(Rule::Conclusion, format!("{}, one for each neuron", counted(expected, "step")), found);
        return Err(at(Place::Conclusion)(failure));
    }
    let mut facts = Vec::with_capacity(expected);
    for (i, step) in certificate.neurons.iter().enumerate() {
        facts.push(neuron_step(evaluation, penalty, i, step).map_err(at(Place::Neuron(i)))?);
    }
    conclude(claim, certificate).map_err(at(Place::Conclusion))?;
    curvature::check(evaluation, &certificate.neurons, &certificate.curvature).map_err(at(Place::Curvature))?;
    if let Some(region) = &certificate.region {
        let largest = bounds::largest_region(evaluation.network(), evaluation.residuals(), &certificate.neurons);
        bounds::region(region, &largest).map_err(at(Place::Region))?;
    }
    Ok(Theorem {
        claim: claim.clone(),
        shape: certificate.header.shape.clone(),
        penalty: penalty.clone(),
        loss,
        model_loss,
        model_size: problem.network().sup_norm(),
        bias: certificate.bias,
        region: certificate.region.clone(),
        neurons: facts,
        curvature: certificate.curvature.clone(),
        enclosed: None,
    })
}

/// The network that the claim is about, within the claimed distance of the model.
fn point(problem: &Problem, claim: &Claim, certificate: &Certificate) -> Result<Network, Failure> {
    let model = problem.network();
    let changes = &certificate.point;
    if !claim.verdict().is_nearby() {
        if !changes.neurons.is_empty() || changes.output_bias.is_some() {
            let found = "parameters that replace them";
            return Err(Failure::new(Rule::Statement, "a claim about the model's own parameters", found));
        }
        return Ok(model.clone());
    }
    if changes.output_bias.is_some() && model.output_bias().is_none() {
        return Err(Failure::new(Rule::Statement, "no output bias, as in the model", "an output bias"));
    }
    if let Some((i, _)) = changes.neurons.iter().find(|(i, _)| *i >= model.neurons().len()) {
        let expected = format!("neurons below {}", model.neurons().len());
        return Err(Failure::new(Rule::Statement, expected, format!("neuron {i}")));
    }
    let network = model
        .with_changes(changes.neurons.iter().cloned(), changes.output_bias.clone())
        .map_err(|e| Failure::new(Rule::Statement, "parameters of the model's shapes", e.to_string()))?;
    if claim.distance().is_negative() {
        return Err(Failure::new(Rule::Distance, "a distance of at least 0", claim.distance().to_string()));
    }
    bounds::size(&network, problem.dataset().sample_count())?;
    bounds::distance(model, &network, &claim.distance())?;
    Ok(network)
}

/// The step on the output bias: sum_k eps_k, if the network has one (T2), with weight decay sum_k eps_k + lo bias.
fn bias(evaluation: &Evaluation<'_>, penalty: &Penalty, step: BiasStep) -> Result<(), Failure> {
    let actual = evaluation.bias_step(penalty);
    if step == actual {
        return Ok(());
    }
    let words = |step| match step {
        BiasStep::Absent => "no output bias",
        BiasStep::Balanced if penalty.output_bias.is_zero() => "residuals that add up to zero",
        BiasStep::Descent if penalty.output_bias.is_zero() => "residuals that do not add up to zero",
        BiasStep::Balanced => "residuals and weight decay that add up to zero",
        BiasStep::Descent => "residuals and weight decay that do not add up to zero",
    };
    Err(Failure::new(Rule::Bias, words(step), words(actual)))
}

/// The step on neuron `i`, rule by rule.
fn neuron_step(
    evaluation: &Evaluation<'_>,
    penalty: &Penalty,
    i: usize,
    step: &NeuronStep,
) -> Result<NeuronFact, Failure> {
    let network = evaluation.network();
    let (Some(signs), Some(own)) = (evaluation.residuals().signs().get(i), network.neurons().get(i)) else {
        return Err(Failure::new(Rule::Conclusion, "a neuron of the network", format!("neuron {i}")));
    };
    kinks(signs, &step.kinks)?;
    let count = step.kinks.len();
    if step.proof == NeuronProof::Open {
        return Ok(NeuronFact { kinks: count, status: Status::Undetermined, route: None, margin: None });
    }
    let form = evaluation.slope_form(i);
    let (status, proved) = match &step.proof {
        NeuronProof::ZeroForm => (Status::Safe, Some(neuron::zero_form(&form)?)),
        NeuronProof::Scalar(proof) => (Status::Safe, Some(neuron::scalar(&form, &own.output, proof)?)),
        NeuronProof::Uniform { tau, forms } => (Status::Safe, Some(neuron::uniform(&form, &own.output, tau, forms)?)),
        NeuronProof::Stationary(proof) => (Status::Stationary, Some(neuron::stationary(&form, &own.output, proof)?)),
        NeuronProof::Escape(escape) => {
            escape::check(evaluation, own, &form, escape)?;
            (Status::Escape, None)
        }
        NeuronProof::Descent { input, output } => {
            neuron::descent(&form, own, (penalty, network.has_hidden_bias()), input, output)?;
            (Status::NotStationary, None)
        }
        NeuronProof::Open => (Status::Undetermined, None),
    };
    let status =
        if status == Status::Safe && neuron::is_dead(network.activation(), signs) { Status::Dead } else { status };
    let (route, margin) = proved.map_or((None, None), |p| (Some(p.route), p.margin));
    Ok(NeuronFact { kinks: count, status, route, margin })
}

/// The stated kink set is the actual one.
fn kinks(signs: &[Sign], stated: &[usize]) -> Result<(), Failure> {
    let actual = signs.iter().enumerate().filter(|(_, s)| **s == Sign::NoSign).map(|(k, _)| k);
    let mut rest = stated.iter();
    for k in actual {
        match rest.next() {
            Some(&found) if found == k => {}
            found => {
                let found = found.map_or("none".to_string(), |s| format!("sample {s}"));
                return Err(Failure::new(Rule::Kinks, format!("sample {k} as the next kink"), found));
            }
        }
    }
    match rest.next() {
        None => Ok(()),
        Some(k) => Err(Failure::new(Rule::Kinks, "no further kink", format!("sample {k}"))),
    }
}

/// With weight decay the exact rules only refute: balance is quadratic, so a stationary point is irrational in general
/// (T10), and the rules on the others are those of box certificates.
fn exact_with_decay(claim: &Claim, certificate: &Certificate) -> Result<(), Failure> {
    let fail = |expected: &str, found: String| Err(Failure::new(Rule::Conclusion, expected, found));
    if claim.verdict() != Verdict::NotStationary {
        return fail("with weight decay, not-stationary where it rests on exact", claim.verdict().to_string());
    }
    let allowed = |p: &NeuronProof| matches!(p, NeuronProof::Descent { .. } | NeuronProof::Open);
    match certificate.neurons.iter().position(|s| !allowed(&s.proof)) {
        None => Ok(()),
        Some(i) => fail("with weight decay, descent or open for every neuron", format!("another step for neuron {i}")),
    }
}

/// Which steps each claim needs (T2, T3, T4, T5).
fn conclude(claim: &Claim, certificate: &Certificate) -> Result<(), Failure> {
    let fail = |expected: &str, found: String| Err(Failure::new(Rule::Conclusion, expected, found));
    let verdict = claim.verdict();
    let minimum = matches!(verdict, Verdict::LocalMinimum | Verdict::LocalMinimumNearby);
    let curvature = &certificate.curvature;
    let fits = match curvature {
        Curvature::Absent => true,
        Curvature::Positive => minimum,
        Curvature::Descent { .. } => !minimum && verdict != Verdict::NotStationary,
    };
    if !fits {
        return fail("no second order, or one that the claim needs", curvature.name().into());
    }
    let by_curvature = *curvature != Curvature::Absent;
    if (minimum && !by_curvature) != certificate.region.is_some() {
        let found = if certificate.region.is_some() { "one" } else { "none" };
        return match by_curvature {
            false => fail("a region for a local minimum, and only there", found.into()),
            true => fail("no region by the second order, which states no size", found.into()),
        };
    }
    let has = |wanted: fn(&NeuronProof) -> bool| certificate.neurons.iter().any(|s| wanted(&s.proof));
    if verdict == Verdict::NotStationary {
        let found = certificate.bias == BiasStep::Descent || has(|p| matches!(p, NeuronProof::Descent { .. }));
        return if found { Ok(()) } else { fail("a direction of descent", "none".into()) };
    }
    if certificate.bias == BiasStep::Descent {
        return fail("residuals that add up to zero", "an output bias that descends".into());
    }
    let allowed = |p: &NeuronProof| match p {
        NeuronProof::ZeroForm | NeuronProof::Scalar(_) | NeuronProof::Uniform { .. } => true,
        NeuronProof::Stationary(_) => !minimum || by_curvature,
        NeuronProof::Escape(_) => !minimum,
        NeuronProof::Descent { .. } | NeuronProof::Open => false,
    };
    if let Some(i) = certificate.neurons.iter().position(|s| !allowed(&s.proof)) {
        let what = match (minimum, by_curvature) {
            (true, false) => "a safe step for every neuron",
            _ => "a stationary step for every neuron",
        };
        return fail(what, format!("another step for neuron {i}"));
    }
    if !minimum && !by_curvature && !has(|p| matches!(p, NeuronProof::Escape(_))) {
        return fail("an escape neuron", "none".into());
    }
    Ok(())
}
