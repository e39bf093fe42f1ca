//! Findings as one JSON object. Numbers that must stay exact are strings; keys keep the order written here.

use super::finding::{Finding, Findings, Open, Polished, Proved, Unsettled};
use super::words;
use crate::kernel::certificate::{Radius, Region};
use crate::kernel::parse::ParseError;
use crate::kernel::penalty::Penalty;
use crate::kernel::reject::Reject;
use crate::kernel::theorem::{NeuronFact, Status, Theorem};
use num_rational::BigRational;
use serde_core::ser::{Serialize, SerializeMap, Serializer};

/// The report of a prove run.
pub fn findings(findings: &Findings) -> String {
    let mut object = findings.main().map(finding).unwrap_or_default();
    if let Some(nearby) = findings.fallen_back_from() {
        object.push(("nearby", Json::Object(unsettled(nearby))));
    }
    if findings.both {
        object.push(("at_point", or_null(findings.point.as_ref().map(finding).map(Json::Object))));
    }
    print(&Json::Object(object))
}

/// The report of a polish run.
pub fn polished(findings: &Findings, written: Option<&Polished>) -> String {
    let mut object = findings.main().map(finding).unwrap_or_default();
    let polished = |polished: &Polished| {
        Json::Object(vec![
            ("file", text(polished.file.to_string_lossy())),
            ("floats", text(polished.floats)),
            ("distance", text(words::upper(&polished.distance))),
        ])
    };
    object.push(("polished", or_null(written.map(polished))));
    print(&Json::Object(object))
}

/// An accepted certificate.
pub fn accepted(theorem: &Theorem, file: &str) -> String {
    let mut object = vec![("result", text("accepted"))];
    object.extend(theorem_object(theorem, file, &[]));
    print(&Json::Object(object))
}

/// A rejected certificate.
pub fn rejected(reject: &Reject, file: &str) -> String {
    print(&Json::Object(vec![
        ("result", text("rejected")),
        ("step", text(reject.step.to_string())),
        ("rule", text(reject.rule.name())),
        ("reason", text(reject.reason.to_string())),
        ("certificate", text(file)),
    ]))
}

/// A compact certificate that the problem does not restore.
pub fn unrestored(reason: &str, file: &str) -> String {
    print(&Json::Object(vec![
        ("result", text("rejected")),
        ("step", text("restoration")),
        ("rule", text("compact")),
        ("reason", text(reason)),
        ("certificate", text(file)),
    ]))
}

/// A text that is no certificate.
pub fn malformed(error: &ParseError, file: &str) -> String {
    print(&Json::Object(vec![
        ("result", text("malformed")),
        ("line", Json::Number(error.line)),
        ("reason", text(format!("expected {}, found {}", error.expected, error.found))),
        ("certificate", text(file)),
    ]))
}

fn finding(finding: &Finding) -> Object {
    match finding {
        Finding::Proved(proved) => {
            let Proved { theorem, certificate, open, .. } = &**proved;
            theorem_object(theorem, &certificate.to_string_lossy(), open)
        }
        Finding::Unsettled(one) => unsettled(one),
    }
}

fn theorem_object(theorem: &Theorem, certificate: &str, open: &[Open]) -> Object {
    let claim = theorem.claim();
    let distance = claim.verdict().is_nearby().then(|| text(words::upper(&claim.distance())));
    let neuron = |(i, fact): (usize, &NeuronFact)| neuron(i, fact, open.iter().find(|o| o.neuron == i));
    let mut object = vec![
        ("verdict", text(claim.verdict().name())),
        ("claim", text(claim.to_string())),
        ("rests_on", text(theorem.rests_on().name())),
    ];
    object.extend(penalty(theorem.penalty()));
    object.extend([
        ("loss", loss_there(theorem)),
        ("model_loss", loss(theorem.model_loss())),
        ("distance", or_null(distance)),
        ("radius", or_null(theorem.region().map(|r| text(least_radius(r))))),
        ("region", or_null(theorem.region().map(region))),
        ("largest_parameter", text(words::size(theorem))),
        ("output_bias", text(theorem.bias().name())),
        ("second_order", text(theorem.curvature().name())),
        ("neurons", Json::List(theorem.neurons().iter().enumerate().map(neuron).collect())),
        ("certificate", text(certificate)),
    ]);
    object
}

/// The coefficients of the squares in 1/2 (…), in the scale of the loss; nothing without weight decay.
fn penalty(penalty: &Penalty) -> Option<(&'static str, Json)> {
    let names = ["input_weights", "hidden_biases", "output_weights", "output_bias"];
    let coefficient = |(name, value): (&'static str, &BigRational)| (name, text(value.to_string()));
    let coefficients = names.into_iter().zip(penalty.coefficients()).map(coefficient).collect();
    (!penalty.is_none()).then_some(("penalty", Json::Object(coefficients)))
}

fn unsettled(unsettled: &Unsettled) -> Object {
    let neuron = |open: &Open| {
        Json::Object(vec![
            ("index", Json::Number(open.neuron)),
            ("kinks", or_null(open.kinks.map(Json::Number))),
            ("status", text(Status::Undetermined.name())),
            ("route", Json::Null),
            ("margin", Json::Null),
            ("reason", text(open.reason.clone())),
        ])
    };
    let mut object = vec![("verdict", text("undetermined")), ("reason", text(unsettled.reason.clone()))];
    object.extend(penalty(&unsettled.penalty));
    object.extend([
        ("model_loss", loss(&unsettled.model_loss)),
        ("neurons", Json::List(unsettled.open.iter().map(neuron).collect())),
        ("certificate", Json::Null),
    ]);
    object
}

fn neuron(index: usize, fact: &NeuronFact, open: Option<&Open>) -> Json {
    let mut object = vec![
        ("index", Json::Number(index)),
        ("kinks", Json::Number(fact.kinks)),
        ("status", text(fact.status.name())),
        ("route", or_null(fact.route.map(|r| text(r.name())))),
        ("margin", or_null(fact.margin.as_ref().map(|m| text(words::lower(m))))),
    ];
    object.extend(open.map(|o| ("reason", text(o.reason.clone()))));
    Json::Object(object)
}

/// The loss at the certified point: bounds where the point is only known to be in a box.
fn loss_there(theorem: &Theorem) -> Json {
    match theorem.enclosed() {
        None => loss(theorem.loss()),
        Some(enclosed) => Json::Object(vec![
            ("at_least", text(words::loss_below(enclosed))),
            ("at_most", text(words::upper(theorem.loss()))),
            ("box_radius", text(words::upper_bound(&enclosed.radius))),
        ]),
    }
}

fn loss(value: &BigRational) -> Json {
    let exact = or_null(words::loss_exact(value).map(text));
    Json::Object(vec![("exact", exact), ("decimal", text(words::loss_decimal(value)))])
}

fn region(region: &Region) -> Json {
    let radius = |r| text(words::radius_text(r));
    Json::Object(vec![("input_weights", radius(&region.input)), ("output_weights", radius(&region.output))])
}

/// The smaller of both radii.
fn least_radius(region: &Region) -> String {
    match (&region.input, &region.output) {
        (Radius::AtMost(a), Radius::AtMost(b)) => words::lower(a.min(b)),
        (Radius::Unbounded, other) | (other, Radius::Unbounded) => words::radius_text(other),
    }
}

pub(super) type Object = Vec<(&'static str, Json)>;

/// A JSON value whose objects keep their order.
pub(super) enum Json {
    Null,
    Number(usize),
    Text(String),
    List(Vec<Json>),
    Object(Object),
}

pub(super) fn text(value: impl Into<String>) -> Json {
    Json::Text(value.into())
}

pub(super) fn or_null(value: Option<Json>) -> Json {
    value.unwrap_or(Json::Null)
}

pub(super) fn print(value: &Json) -> String {
    // Strings, numbers and string keys always serialise.
    serde_json::to_string(value).unwrap_or_default()
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Number(n) => serializer.serialize_u64(*n as u64),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}
