//! An accepted certificate as one HTML page: no script, no network, the same bytes each time.
//!
//! Numbers in the text are the theorem's, rounded to the side that they say. Plots are drawn from floats and prove
//! nothing.

mod axis;
mod chart;
mod floats;
mod inputs;
mod line;
mod losses;
mod margins;
mod multipliers;
mod slopes;
mod study;
mod style;
mod verdict;

use super::neurons::{self, Table};
use super::words;
use crate::kernel::certificate::Evidence;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::number::counted;
use crate::kernel::problem::Problem;
use crate::kernel::samples::Samples;
use crate::kernel::theorem::Theorem;
use chart::Chart;
use maud::{DOCTYPE, Markup, html};
use study::{Study, drawn};

/// Most neurons with a row of their own in the long table.
const MAX_ROWS: usize = 1024;

/// What forbids the page everything but its own style.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// What the charts of random directions show.
const RANDOM: &str = "All parameters at once, along four directions from a fixed seed.";

/// What a page is about.
pub struct Subject<'a> {
    /// The statement.
    pub problem: &'a Problem,
    /// What the kernel made of the certificate.
    pub theorem: &'a Theorem,
    /// The proof that it accepted.
    pub evidence: &'a Evidence,
    /// The data file's name, as the user gave it.
    pub data_file: &'a str,
    /// The model file's name.
    pub model_file: &'a str,
    /// The certificate file's name.
    pub certificate_file: &'a str,
    /// The command that checks it.
    pub check_command: &'a str,
}

/// The page.
pub fn page(subject: &Subject<'_>) -> String {
    let samples = Samples::new(subject.problem.dataset(), subject.problem.network().has_hidden_bias());
    let evaluation = Evaluation::new(subject.problem.dataset(), &samples, drawn(subject.problem, subject.evidence));
    let study = Study::new(evaluation, subject.evidence);
    let verdict = subject.theorem.claim().verdict();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (verdict.name()) " · " (visible(subject.certificate_file)) }
                style { (maud::PreEscaped(style::STYLE)) }
            }
            body {
                main {
                    (verdict::head(subject))
                    (verdict::numbers(subject))
                    (table(subject, &study))
                    (plots(subject.theorem, &study))
                    (verdict::statement(subject))
                }
                footer { "Written by lowpoint " (env!("CARGO_PKG_VERSION")) "." }
            }
        }
    };
    page.into_string()
}

/// A text from outside the program, without control characters: they could hide or turn round what stands beside them.
fn visible(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if hidden(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The neurons: in groups where they are many, and then one by one behind a fold.
fn table(subject: &Subject<'_>, study: &Study<'_>) -> Markup {
    let facts = subject.theorem.neurons();
    let Table { rows, numbers } = neurons::summary(facts);
    let single = numbers == 2;
    let head = |cells: &[&str]| html! { thead { tr { @for cell in cells { th scope="col" { (cell) } } } } };
    let long = ["neuron", "kinks", "status", "route", "margin", "nearest other sample"];
    html! {
        section aria-labelledby="neurons" {
            h2 id="neurons" { "Neurons" }
            @if !single {
                div class="scroll" tabindex="0" role="region" aria-label="Neurons in groups" {
                    table {
                        @if let Some(header) = rows.first() { (head(&header.each_ref().map(String::as_str))) }
                        tbody { @for row in rows.iter().skip(1) { tr { @for cell in row { td { (cell) } } } } }
                    }
                }
            }
            (folded(!single, &format!("All {}, one by one", counted(facts.len(), "neuron")), html! {
                div class="scroll tall" tabindex="0" role="region" aria-label="Neurons one by one" {
                    table {
                        (head(&long))
                        tbody {
                            @for (i, fact) in facts.iter().enumerate().take(MAX_ROWS) {
                                tr class=(fact.status.name()) {
                                    td { (i) } td { (fact.kinks) } td { (fact.status.name()) }
                                    td { (neurons::route(fact)) } td { (neurons::margin(fact.margin.as_ref())) }
                                    td { (margins::of_neuron(study, i)) }
                                }
                            }
                        }
                    }
                }
                @if facts.len() > MAX_ROWS { p class="note" { "The first " (MAX_ROWS) " neurons only." } }
            }))
            p class="note" { em { "Kinks" } ": samples with w_i·x_k = 0. "
                em { "Route" } ": the rule of the proof (C1 to C7, or a box). "
                em { "Margin" } ": the least share of a kink's slope that the proof leaves over, rounded down; with 0 \
                    nothing is to spare. "
                em { "Nearest other sample" } ": the least |w_i·x_k| / |x_k|₁ over the samples that are not kinks, \
                    rounded down." }
        }
    }
}

fn folded(fold: bool, summary: &str, inside: Markup) -> Markup {
    match fold {
        true => html! { details { summary { (summary) } (inside) } },
        false => inside,
    }
}

/// The plots, and what they are.
fn plots(theorem: &Theorem, study: &Study<'_>) -> Markup {
    let losses = losses::charts(study);
    let (multipliers, without) = multipliers::chart(study);
    let (shown, could) = losses.shown;
    let group = |title: &str, note: Option<String>, charts: Vec<Chart>| {
        html! {
            @if !charts.is_empty() || note.is_some() {
                h3 { (title) }
                @if let Some(note) = note { p class="note" { (note) } }
                div class="charts" { @for chart in &charts { (chart.markup()) } }
            }
        }
    };
    let left_over = margins::chart(study).into_iter().chain(multipliers).collect();
    let source = theorem.enclosed().map_or_else(
        || "the exact numbers".to_string(),
        |enclosed| {
            let radius = words::upper_bound(&enclosed.radius);
            format!("the middle of the box, of which the certified point is within {radius} in every parameter")
        },
    );
    let note = (shown < could)
        .then(|| format!("{shown} of {could} neurons: those whose loss falls, then those of the least slope."));
    html! {
        section aria-labelledby="plots" {
            h2 id="plots" { "Pictures" }
            p class="note" { "Drawn in floating point from " (source) ": they illustrate, they prove nothing. \
                Losses are shown as the difference from the certified point's." }
            (group("Data and network", None, inputs::chart(study).into_iter().collect()))
            (group("The loss in the directions that matter most", note, losses.charts))
            (group("The loss in random directions", Some(RANDOM.into()), losses::random(study)))
            (group("What the proof leaves over", without, left_over))
        }
    }
}
