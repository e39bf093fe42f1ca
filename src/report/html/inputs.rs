//! The data and the network where few inputs vary: the function of one, or the kinks over two.

use super::axis::Axis;
use super::chart::Chart;
use super::losses::CURVES;
use super::study::Study;
use crate::kernel::number::counted;

/// Most samples on kinks, most others and most knots that are drawn.
const MAX_SAMPLES: usize = 600;
/// Cells of the shading in each direction.
const GRID: usize = 28;
/// The dots that go with [`CURVES`].
const DOTS: [&str; 4] = ["dot c1", "dot c2", "dot c3", "dot c4"];
/// Most kink lines that are drawn.
const MAX_LINES: usize = 256;
/// Share of the data's range that is shown on each side of it.
const ROOM: f64 = 0.12;

/// The chart for one or two inputs that vary, if there are no more.
pub fn chart(study: &Study<'_>) -> Option<Chart> {
    let inputs = study.evaluation.dataset().input_count();
    let varies = |a: &usize| study.rows.iter().any(|row| row[*a] != study.rows[0][*a]);
    match *(0..inputs).filter(varies).collect::<Vec<_>>() {
        [a] => Some(function(study, a)),
        [a, b] => Some(plane(study, a, b)),
        _ => None,
    }
}

/// The ends of an input's range, with room.
fn ends(study: &Study<'_>, a: usize) -> (f64, f64) {
    let values = || study.rows.iter().map(|row| row[a]);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    (low - ROOM * (high - low), high + ROOM * (high - low))
}

/// The samples to draw: those on a kink and the others.
struct Chosen {
    on: Vec<usize>,
    off: Vec<usize>,
    /// How many are on a kink, and whether all samples are drawn.
    kinks: usize,
    all: bool,
}

impl Chosen {
    fn new(study: &Study<'_>) -> Self {
        let kinks = study.on_kinks();
        let (on, off): (Vec<usize>, Vec<usize>) = (0..study.samples()).partition(|&k| kinks[k]);
        let all = on.len().max(off.len()) <= MAX_SAMPLES;
        Self { kinks: on.len(), all, on: thinned(on), off: thinned(off) }
    }

    fn note(&self, chart: &mut Chart) {
        if !self.all {
            chart.note("Of the samples only some are drawn.");
        }
    }
}

/// At most as many as are drawn, evenly.
fn thinned<T>(items: Vec<T>) -> Vec<T> {
    let every = items.len().div_ceil(MAX_SAMPLES).max(1);
    items.into_iter().step_by(every).collect()
}

fn label(study: &Study<'_>, a: usize) -> String {
    if study.evaluation.dataset().input_count() == 1 { "x".into() } else { format!("input {a}") }
}

/// f over the one input that varies, with the data and the knots.
fn function(study: &Study<'_>, a: usize) -> Chart {
    let (low, high) = ends(study, a);
    let at = |x: f64| {
        let mut row = study.rows[0].clone();
        row[a] = x;
        row
    };
    let sum_at = |i: usize, x: f64| super::floats::dot(&study.inputs[i], &at(x));
    // w.x is affine in x: its zero from two values. A neuron that does not depend on x has no knot.
    let knots = (0..study.neurons()).filter_map(|i| {
        let (s, t) = (sum_at(i, low), sum_at(i, high));
        let moves = study.inputs[i][a] != 0.0 && study.outputs[i].iter().any(|h| *h != 0.0);
        moves.then(|| low + (high - low) * s / (s - t)).filter(|x| (low..=high).contains(x))
    });
    let mut knots: Vec<f64> = knots.collect();
    knots.sort_by(f64::total_cmp);
    knots.dedup();
    let (knot_count, knots) = (knots.len(), thinned(knots));
    let mut ends: Vec<f64> = knots.iter().copied().chain([low, high]).collect();
    ends.sort_by(f64::total_cmp);
    let outputs = study.bias.len().min(CURVES.len());
    let values: Vec<Vec<f64>> = ends.iter().map(|x| study.function(&at(*x))).collect();
    let chosen = Chosen::new(study);
    let targets: Vec<Vec<f64>> = study.evaluation.dataset().targets().iter().map(super::floats::entries).collect();
    let heights = values.iter().flatten().chain(targets.iter().flatten()).copied();
    let name = label(study, a);
    let mut chart = Chart::new(
        "function",
        "The function, the data and the knots",
        Axis::between(low, high, name),
        Axis::over(heights, "f(x) and targets"),
    );
    for j in 0..outputs {
        let points: Vec<(f64, f64)> = ends.iter().zip(&values).map(|(x, f)| (*x, f[j])).collect();
        chart.line(CURVES[j], &points);
        let which = if study.bias.len() == 1 { String::new() } else { format!(", output {j}") };
        chart.explain(CURVES[j], format!("f(x){which}"));
        let at_knots: Vec<(f64, f64)> = points.iter().filter(|p| knots.contains(&p.0)).copied().collect();
        chart.dots("dot knot", &at_knots, 2.6, "knot");
    }
    let single = study.bias.len() == 1;
    for (targets, class) in targets.iter().zip(DOTS).take(outputs) {
        let dots: Vec<(f64, f64)> =
            chosen.on.iter().chain(&chosen.off).map(|&k| (study.rows[k][a], targets[k])).collect();
        chart.dots(if single { "dot sample" } else { class }, &dots, 3.2, "sample");
    }
    let colours = if single { "" } else { ", in the colours of the outputs" };
    chart.explain("dot sample", format!("samples (x, y){colours}"));
    if !knots.is_empty() {
        chart.explain("dot knot", "knots, where w.x = 0 for a neuron that is switched on");
    }
    chosen.note(&mut chart);
    chart.describe(format!(
        "A piecewise linear curve with {} in this range, over {} samples.",
        counted(knot_count, "knot"),
        study.samples()
    ));
    chart
}

/// The samples over two inputs, the lines w.x = 0 and the first output.
fn plane(study: &Study<'_>, a: usize, b: usize) -> Chart {
    let ((left, right), (low, high)) = (ends(study, a), ends(study, b));
    let x = Axis::between(left, right, label(study, a));
    let mut chart = Chart::new(
        "plane",
        "The samples and the kink lines over the inputs",
        x,
        Axis::between(low, high, label(study, b)),
    );
    chart.set_height(330.0);
    shade(study, (a, b), ((left, right), (low, high)), &mut chart);
    let mut lines = 0;
    for i in (0..study.neurons()).take(MAX_LINES) {
        let idle = study.outputs[i].iter().all(|h| *h == 0.0);
        if let Some([from, to]) = kink_line(study, i, (a, b), ((left, right), (low, high))) {
            chart.line(if idle { "line kink idle" } else { "line kink" }, &[from, to]);
            lines += 1;
        }
    }
    let chosen = Chosen::new(study);
    let place = |k: &usize| (study.rows[*k][a], study.rows[*k][b]);
    chart.dots("dot sample", &chosen.off.iter().map(place).collect::<Vec<_>>(), 3.2, "sample");
    chart.dots("dot low", &chosen.on.iter().map(place).collect::<Vec<_>>(), 4.2, "sample on a kink");
    if lines > 0 {
        chart.explain("line kink", "where w.x = 0 for a neuron");
    }
    chart.explain("dot sample", "samples");
    if !chosen.on.is_empty() {
        chart.explain("dot low", "samples on a kink");
    }
    chosen.note(&mut chart);
    if study.neurons() > MAX_LINES {
        chart.note(format!("The lines of the first {MAX_LINES} neurons only."));
    }
    chart.describe(format!(
        "{} samples, {} of them on a kink, and {}.",
        study.samples(),
        chosen.kinks,
        counted(lines, "kink line")
    ));
    chart
}

type Pair = (f64, f64);

/// The segment of w.x = 0 in a box of two inputs, the others as in the first sample.
fn kink_line(study: &Study<'_>, i: usize, (a, b): (usize, usize), (across, up): (Pair, Pair)) -> Option<[Pair; 2]> {
    let sum = |x: f64, y: f64| {
        let mut row = study.rows[0].clone();
        (row[a], row[b]) = (x, y);
        super::floats::dot(&study.inputs[i], &row)
    };
    let corners = [(across.0, up.0), (across.1, up.0), (across.1, up.1), (across.0, up.1)];
    let mut points: Vec<Pair> = Vec::new();
    for (n, from) in corners.iter().enumerate() {
        let to = corners[(n + 1) % 4];
        let (s, t) = (sum(from.0, from.1), sum(to.0, to.1));
        if (s > 0.0) != (t > 0.0) {
            let share = s / (s - t);
            points.push((from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1)));
        }
    }
    <[Pair; 2]>::try_from(points).ok()
}

/// The first output on a grid, in five shades.
fn shade(study: &Study<'_>, (a, b): (usize, usize), (across, up): (Pair, Pair), chart: &mut Chart) {
    const SHADES: [&str; 5] = ["area f0", "area f1", "area f2", "area f3", "area f4"];
    let cell = ((across.1 - across.0) / GRID as f64, (up.1 - up.0) / GRID as f64);
    let mut values = Vec::new();
    for n in 0..GRID * GRID {
        let (x, y) = (across.0 + (n % GRID) as f64 * cell.0, up.0 + (n / GRID) as f64 * cell.1);
        let mut row = study.rows[0].clone();
        (row[a], row[b]) = (x + cell.0 / 2.0, y + cell.1 / 2.0);
        values.push((study.function(&row)[0], (x, y, x + cell.0, y + cell.1)));
    }
    let low = values.iter().map(|v| v.0).fold(f64::INFINITY, f64::min);
    let high = values.iter().map(|v| v.0).fold(f64::NEG_INFINITY, f64::max);
    if low >= high || !(high - low).is_finite() {
        return;
    }
    for (n, class) in SHADES.iter().enumerate() {
        let of = |f: f64| ((5.0 * (f - low) / (high - low)) as usize).min(4);
        let cells: Vec<_> = values.iter().filter(|v| of(v.0) == n).map(|v| v.1).collect();
        chart.boxes(class, &cells);
    }
    let which = if study.bias.len() == 1 { "f" } else { "the first output" };
    let about = super::axis::about;
    chart.explain(SHADES[0], format!("{which} from {} …", about(low)));
    chart.explain(SHADES[4], format!("… to {}", about(high)));
}
