//! Certified bounds in words and as JSON. Every number is rounded away from what it encloses.

use super::json::{Json, Object, or_null, print, text as string};
use super::neurons::align;
use crate::kernel::enclosure::bound::{Bounds, NeuronBounds};
use crate::kernel::number::{Rounding, counted, dyadic, format_decimal};
use inari::Interval;

/// Most neurons with a row of their own.
const MAX_ROWS: usize = 20;
/// Significant digits of a bound.
const DIGITS: u32 = 6;

/// The bounds for a person.
pub fn text(bounds: &Bounds, [samples, inputs, outputs]: [usize; 3]) -> String {
    let [samples, inputs, outputs] =
        [(samples, "sample"), (inputs, "input"), (outputs, "output")].map(|(n, what)| counted(n, what));
    let neurons = counted(bounds.neurons.len(), "neuron");
    let mut lines = vec![
        format!("bounds at the given parameters, on {samples}, {inputs}, {outputs}, {neurons}"),
        format!("the loss is {}", range(bounds.loss)),
        "to first order, changing each of these by at most t lowers it by up to t times".to_string(),
    ];
    let mut rows: Vec<[String; 2]> = vec![["all parameters".into(), range(-bounds.slope)]];
    let place = |what: &str, i: usize| format!("{what} of neuron {i}");
    if let Some((i, slope)) = steepest(bounds, |n| n.input_slope) {
        rows.push([place("the input weights", i), format!("{}, the steepest", range(-slope))]);
    }
    if let Some((i, slope)) = steepest(bounds, |n| n.output_slope) {
        rows.push([place("the output weights", i), format!("{}, the steepest", range(-slope))]);
    }
    rows.extend(bounds.bias_slope.map(|slope| ["the output bias".to_string(), range(-slope)]));
    lines.push(align(&rows, 0));
    if let Some(descent) = bounds.descent {
        let (linear, quadratic) = (upper(descent.linear), upper(descent.quadratic));
        lines.push(format!(
            "changing all parameters by at most t lowers the loss by at most {linear} t + {quadratic} t^2, as long as no \
             sample crosses a kink and no output weight changes sign"
        ));
    }
    lines.push("rests on interval arithmetic".to_string());
    lines.push(String::new());
    lines.push(table(&bounds.neurons));
    lines.join("\n")
}

/// The steepest neurons, with how fast the loss falls along their weights.
fn table(neurons: &[NeuronBounds]) -> String {
    let mut order: Vec<(usize, &NeuronBounds)> = neurons.iter().enumerate().collect();
    if neurons.len() > MAX_ROWS {
        let least = |n: &NeuronBounds| n.input_slope.inf().min(n.output_slope.inf());
        order.sort_by(|(i, a), (j, b)| least(a).total_cmp(&least(b)).then(i.cmp(j)));
        order.truncate(MAX_ROWS);
    }
    let mut rows = vec![["neuron", "kinks", "input weights", "output weights", "residual"].map(String::from)];
    for (i, n) in order {
        let residual = format!("<= {}", upper(n.residual));
        rows.push([i.to_string(), n.kinks.to_string(), range(-n.input_slope), range(-n.output_slope), residual]);
    }
    let mut table = align(&rows, 2);
    if neurons.len() > MAX_ROWS {
        table.push_str(&format!("\n  {} more, none of them steeper", neurons.len() - MAX_ROWS));
    }
    table
}

/// The bounds as one JSON object: slopes are negative where the loss falls.
pub fn json(bounds: &Bounds, [samples, inputs, outputs]: [usize; 3]) -> String {
    let neuron = |(i, n): (usize, &NeuronBounds)| {
        Json::Object(vec![
            ("index", Json::Number(i)),
            ("kinks", Json::Number(n.kinks)),
            ("input_slope", interval(n.input_slope)),
            ("output_slope", interval(n.output_slope)),
            ("potential", interval(n.potential)),
            ("residual", string(upper(n.residual))),
        ])
    };
    let worst = |slope: fn(&NeuronBounds) -> Interval| {
        or_null(steepest(bounds, slope).map(|(i, slope)| {
            let mut object: Object = vec![("neuron", Json::Number(i))];
            object.extend(ends(slope));
            Json::Object(object)
        }))
    };
    let descent = bounds
        .descent
        .map(|d| Json::Object(vec![("linear", string(upper(d.linear))), ("quadratic", string(upper(d.quadratic)))]));
    print(&Json::Object(vec![
        ("result", string("bounds")),
        ("rests_on", string("intervals")),
        ("samples", Json::Number(samples)),
        ("inputs", Json::Number(inputs)),
        ("outputs", Json::Number(outputs)),
        ("loss", interval(bounds.loss)),
        ("slope", interval(bounds.slope)),
        ("steepest_input", worst(|n| n.input_slope)),
        ("steepest_output", worst(|n| n.output_slope)),
        ("output_bias", or_null(bounds.bias_slope.map(interval))),
        ("descent", or_null(descent)),
        ("neurons", Json::List(bounds.neurons.iter().enumerate().map(neuron).collect())),
    ]))
}

/// The neuron along whose weights the loss may fall fastest; the first of several.
fn steepest(bounds: &Bounds, slope: impl Fn(&NeuronBounds) -> Interval) -> Option<(usize, Interval)> {
    let all = bounds.neurons.iter().map(slope).enumerate();
    all.reduce(|least, one| if one.1.inf() < least.1.inf() { one } else { least })
}

fn interval(i: Interval) -> Json {
    Json::Object(ends(i))
}

fn ends(i: Interval) -> Object {
    vec![("lower", string(lower(i.inf()))), ("upper", string(upper(i.sup())))]
}

/// Both ends in words.
fn range(i: Interval) -> String {
    let (lower, upper) = (lower(i.inf()), upper(i.sup()));
    if lower == upper { lower } else { format!("{lower} to {upper}") }
}

fn lower(v: f64) -> String {
    rounded(v, Rounding::Down)
}

fn upper(v: f64) -> String {
    rounded(v, Rounding::Up)
}

/// A finite float as a decimal on that side of it.
fn rounded(v: f64, rounding: Rounding) -> String {
    dyadic(v).map_or_else(|| v.to_string(), |value| format_decimal(&value, DIGITS, rounding))
}
