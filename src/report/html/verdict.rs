//! The verdict and the statement in words: what was proved, of what, and what that does not say.

use super::{Subject, visible};
use crate::kernel::certificate::{Radius, RestsOn};
use crate::kernel::claim::Verdict;
use crate::kernel::linear::compare;
use crate::kernel::number::{counted, parse_rational};
use crate::kernel::theorem::Theorem;
use crate::report::{contents, words};
use maud::{Markup, html};
use num_rational::BigRational;

/// The head of the page: the verdict, its claim and what it means.
pub fn head(subject: &Subject<'_>) -> Markup {
    let theorem = subject.theorem;
    let verdict = theorem.claim().verdict();
    let (mut says, not) = meaning(verdict);
    if theorem.enclosed().is_some() {
        says[0] = IN_BOX;
    }
    html! {
        header class=(format!("verdict {}", tone(verdict))) {
            p class="kicker" { "lowpoint · certificate accepted" }
            h1 { (verdict.name()) }
            p class="claim" { (theorem.claim().to_string()) }
            @for line in words::bias(theorem).into_iter().chain(words::curvature(theorem.curvature())) { p { (line) } }
        }
        section aria-labelledby="meaning" {
            h2 id="meaning" { "What this means" }
            div class="columns" {
                div {
                    h3 { "It says" }
                    ul { @for line in says { li { (line) } } }
                }
                div {
                    h3 { "It does not say" }
                    ul { @for line in not { li { (line) } } }
                }
            }
            p { "It rests on " (words::rests_on(theorem)) ": the certificate was checked against the two files named \
                below, " (how(theorem)) ". Nothing on this page takes part in that." }
        }
    }
}

/// The first thing that a verdict says whose point is in a box.
const IN_BOX: &str = "The certificate's box holds exactly one point that solves the equations of its activation pattern, \
                      and this point is what the verdict says.";

/// How the certificate was checked.
fn how(theorem: &Theorem) -> &'static str {
    match theorem.rests_on() {
        RestsOn::Exact => "over the rationals, with no tolerance and no rounding",
        RestsOn::Intervals => {
            "with every rounding outward, so that what holds of the intervals holds of the exact numbers"
        }
    }
}

fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::LocalMinimum | Verdict::LocalMinimumNearby => "good",
        Verdict::Saddle | Verdict::SaddleNearby => "fair",
        Verdict::NotStationary => "poor",
    }
}

/// What a verdict says and what it does not.
fn meaning(verdict: Verdict) -> ([&'static str; 2], [&'static str; 3]) {
    const NOT_GLOBAL: &str = "Whether another point has a lower loss: nothing here compares with other minima.";
    const NOT_FLOATS: &str =
        "Anything about generalisation, or about the network as run in floating point: the loss is the exact one.";
    match verdict {
        Verdict::LocalMinimum => (
            [
                "No point in a neighbourhood of the given parameters has a lower loss; the region below is one, where \
                 it is stated.",
                "Every number of the two files was read as the rational that it is.",
            ],
            [NOT_GLOBAL, "That the minimum is strict: other points may have the same loss.", NOT_FLOATS],
        ),
        Verdict::LocalMinimumNearby => (
            [
                "The certificate holds an exact point, and no point in a neighbourhood of it has a lower loss.",
                "No parameter of that point differs from the given one by more than the distance below.",
            ],
            [
                "That the given parameters are themselves a minimum, or that training would end in this point.",
                NOT_GLOBAL,
                NOT_FLOATS,
            ],
        ),
        Verdict::Saddle => (
            [
                "No direction at the given parameters has a negative one-sided derivative of the loss.",
                "Yet there are points as close as you like with a lower loss; a step to one is in the certificate.",
            ],
            [NOT_GLOBAL, "How hard it is for training to leave this point.", NOT_FLOATS],
        ),
        Verdict::SaddleNearby => (
            [
                "The certificate holds an exact stationary point that is no local minimum; a step to a lower loss is \
                 in it.",
                "No parameter of that point differs from the given one by more than the distance below.",
            ],
            [
                "That the given parameters are themselves stationary.",
                "How hard it is for training to leave this point.",
                NOT_FLOATS,
            ],
        ),
        Verdict::NotStationary => (
            [
                "The loss falls in some direction at the given parameters; the direction is in the certificate.",
                "In particular they are no local minimum.",
            ],
            ["How far they are from one, or whether one lies nearby.", NOT_GLOBAL, NOT_FLOATS],
        ),
    }
}

/// The numbers that were proved, each with the way it is rounded.
pub fn numbers(subject: &Subject<'_>) -> Markup {
    let theorem = subject.theorem;
    let nearby = theorem.claim().verdict().is_nearby();
    let radius = |radius: &Radius| match radius {
        Radius::Unbounded => ("any distance".to_string(), ""),
        Radius::AtMost(_) => (words::radius_text(radius), "rounded down"),
    };
    let inputs = if theorem.shape().hidden_bias { "input weights and hidden biases" } else { "input weights" };
    html! {
        section aria-labelledby="numbers" {
            h2 id="numbers" { "What was proved, in numbers" }
            dl class="facts" {
                @if nearby {
                    @if let Some(enclosed) = theorem.enclosed() {
                        (fact("loss at the certified point, at least", &words::loss_below(enclosed), "rounded down"))
                        (fact("loss at the certified point, at most", &words::upper(theorem.loss()), "rounded up"))
                        (fact("radius of the box", &words::upper_bound(&enclosed.radius), "rounded up"))
                    } @else {
                        (loss("loss at the certified point", theorem.loss()))
                    }
                    (loss("loss at the given parameters", theorem.model_loss()))
                    @let distance = words::upper(&theorem.claim().distance());
                    (fact("distance: no parameter differs by more than", &distance, "rounded up"))
                } @else {
                    (loss("loss", theorem.loss()))
                }
                (fact("largest given parameter", &words::size(theorem), "rounded to nearest"))
                @if let Some(region) = theorem.region() {
                    @let (input, rounding) = radius(&region.input);
                    (fact(&format!("region: {inputs} may move by"), &input, rounding))
                    @let (output, rounding) = radius(&region.output);
                    (fact("region: output weights may move by", &output, rounding))
                    @if theorem.shape().output_bias {
                        (fact("region: the output bias may move by", "any distance", ""))
                    }
                }
            }
            @if theorem.region().is_some() {
                p class="note" { "All of these at once: within the region no point has a lower loss than the certified \
                    one. Distances are in sup-norm, the largest change of any parameter." }
            }
        }
    }
}

/// A loss, and whether its decimal is all of it.
fn loss(name: &str, value: &BigRational) -> Markup {
    let whole = parse_rational(&words::loss_decimal(value)).is_ok_and(|decimal| compare(&decimal, value).is_eq());
    fact(name, &words::loss(value), if whole { "exactly" } else { "the decimal is rounded to nearest" })
}

fn fact(name: &str, value: &str, rounding: &str) -> Markup {
    html! {
        div {
            dt { (name) }
            dd { span class="number" { (value) } @if !rounding.is_empty() { " " small { (rounding) } } }
        }
    }
}

/// What the claim is about: files, shape, activation, loss.
pub fn statement(subject: &Subject<'_>) -> Markup {
    let shape = subject.theorem.shape();
    let network = subject.problem.network();
    let digests = subject.problem.digests();
    let weighted = if subject.problem.dataset().weights().is_some() { "c_k of the data file" } else { "all c_k = 1" };
    let penalty = subject.problem.penalty();
    let loss =
        if penalty.is_none() { "L = ½ Σ_k c_k |f(x_k) − y_k|²" } else { "L = ½ Σ_k c_k |f(x_k) − y_k|² + R" };
    let bias = if shape.output_bias { "b + " } else { "" };
    let hidden = if shape.hidden_bias { "; x_k ends with a 1 for the hidden bias" } else { "" };
    let sizes = [
        (shape.samples, "sample"),
        (shape.inputs, "input"),
        (shape.neurons, "hidden neuron"),
        (shape.outputs, "output"),
    ]
    .map(|(n, what)| counted(n, what))
    .join(", ");
    html! {
        section aria-labelledby="statement" {
            h2 id="statement" { "What it is about" }
            dl class="facts wide" {
                (fact("loss", loss, weighted))
                @if !penalty.is_none() {
                    (fact("weight decay R", &penalty.to_string(), ""))
                }
                (fact("network", &format!("f(x) = {bias}Σ_i h_i ρ(w_i·x){hidden}"), ""))
                (fact("activation ρ", &contents::activation(network.activation()), ""))
                (fact("sizes", &sizes, ""))
                (file("data", subject.data_file, Some(&digests.data)))
                (file("model", subject.model_file, Some(&digests.model)))
                (file("certificate", subject.certificate_file, None))
            }
            p { "Check it again:" }
            pre tabindex="0" { code { (visible(subject.check_command)) } }
        }
    }
}

fn file(what: &str, name: &str, digest: Option<&str>) -> Markup {
    html! {
        div {
            dt { (what) }
            dd {
                bdi class="number" { (visible(name)) }
                @if let Some(digest) = digest { " " small class="digest" { "sha256 " (digest) } }
            }
        }
    }
}
