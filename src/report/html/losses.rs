//! The loss along lines through the certified point: where it rises least, where it falls, and at random.

use super::axis::{Axis, about};
use super::chart::Chart;
use super::floats::{entries, float, largest, ratio};
use super::line::{Direction, Line};
use super::slopes::{Candidate, Slopes};
use super::study::Study;
use crate::kernel::certificate::{BiasStep, Curvature, NeuronProof, Radius, Region};
use crate::report::neurons::ranges;
use num_bigint::BigInt;
use num_rational::BigRational;

/// Most neurons of which lines are drawn.
const MAX_NEURONS: usize = 12;
/// Points of a curve, besides its kinks.
const POINTS: usize = 81;
/// Most marks of sign changes under a curve.
const MAX_MARKS: usize = 80;
/// The colours of a chart with several curves.
pub const CURVES: [&str; 4] = ["line c1", "line c2", "line c3", "line c4"];

/// Most halvings of a line's length.
const MAX_HALVINGS: u32 = 60;

/// A region without end has no scale.
const UNBOUNDED: Region = Region { input: Radius::Unbounded, output: Radius::Unbounded };
const RISE: &str = "loss − certified loss";

/// The charts, and what was left out.
pub struct Losses {
    /// In the order of the page.
    pub charts: Vec<Chart>,
    /// How many neurons have a line, and how many could.
    pub shown: (usize, usize),
}

/// All charts of lines.
pub fn charts(study: &Study<'_>) -> Losses {
    let mut charts: Vec<Chart> = bias(study).into_iter().chain(curvature(study)).collect();
    let falling = |i: &usize| {
        study.escape(*i).is_some()
            || matches!(study.proof(*i), Some(NeuronProof::Escape(_) | NeuronProof::Descent { .. }))
    };
    let falls: Vec<usize> = (0..study.neurons()).filter(falling).collect();
    let falls = alike(study, falls);
    charts.extend(falls.iter().take(MAX_NEURONS).filter_map(|group| fall(study, group)));
    let mut slopes: Vec<(usize, Vec<Candidate>)> = (0..study.neurons())
        .filter_map(|i| Slopes::new(study, i))
        .map(|s| (s.neuron, s.least(2)))
        .filter(|(_, candidates)| !candidates.is_empty())
        .collect();
    let members = |groups: &[Vec<usize>]| groups.iter().map(Vec::len).sum::<usize>();
    let could = members(&falls) + slopes.len();
    // The least slopes first, then shown in the neurons' order.
    slopes.sort_by(|a, b| a.1[0].slope.total_cmp(&b.1[0].slope).then(a.0.cmp(&b.0)));
    slopes.truncate(MAX_NEURONS.saturating_sub(falls.len()));
    slopes.sort_by_key(|(i, _)| *i);
    let shown = members(&falls[..falls.len().min(MAX_NEURONS)]) + slopes.len();
    charts.extend(slopes.iter().map(|(i, candidates)| least(study, *i, candidates)));
    Losses { charts, shown: (shown, could) }
}

/// The input radius of the region, where there is one.
fn radius(study: &Study<'_>) -> Option<f64> {
    study.region().map(|region| bounded(&region.input).unwrap_or(f64::INFINITY))
}

fn bounded(radius: &Radius) -> Option<f64> {
    match radius {
        Radius::Unbounded => None,
        Radius::AtMost(r) => Some(float(r)),
    }
}

/// The two directions of least slope of a neuron.
fn least(study: &Study<'_>, i: usize, candidates: &[Candidate]) -> Chart {
    let directions: Vec<Direction> = candidates
        .iter()
        .map(|c| Direction { neurons: vec![(i, c.direction.clone(), vec![0.0; study.bias.len()])], bias: Vec::new() })
        .collect();
    let lines: Vec<Line<'_>> = directions.iter().map(|d| Line::new(study, d)).collect();
    let wide = 0.5 * Some(largest(&study.inputs[i])).filter(|w| *w > 0.0).unwrap_or_else(|| study.size());
    let bowls = lines.iter().zip(candidates).map(|(line, c)| knee(line, c.slope.max(c.back), wide));
    let reach = bowls.fold(0.0, f64::max).max(1.5 * radius(study).unwrap_or(0.0)).min(wide);
    let curves: Vec<Vec<(f64, f64)>> = lines.iter().map(|line| line.curve(-reach, reach, POINTS)).collect();
    let x = Axis::between(-reach, reach, "t = largest change of an input weight");
    let shown = if same(&curves) { 1 } else { curves.len() };
    let heights = curves.iter().flatten().map(|p| p.1).chain([0.0]);
    let mut chart = Chart::new(
        format!("least-{i}"),
        format!("Neuron {i}: where the loss rises least"),
        x,
        Axis::over(heights, RISE),
    );
    shade(study, &mut chart, reach);
    let alike = if shown < curves.len() { "; another direction has the same curve" } else { "" };
    for ((curve, class), c) in curves.iter().zip(CURVES).zip(candidates).take(shown) {
        chart.line(class, curve);
        let (right, left) = (about(c.slope), about(-c.back));
        let slopes = format!("slope about {right} for t\u{a0}>\u{a0}0, {left} for t\u{a0}<\u{a0}0");
        chart.explain(class, format!("{}: {slopes}{alike}", c.name));
    }
    marks(&mut chart, &lines, reach);
    chart.dots("dot here", &[(0.0, 0.0)], 3.5, "the certified point");
    chart.describe(format!(
        "Curves of the loss through the certified point at t = 0; the one that rises least has slope {} to the right.",
        about(candidates[0].slope)
    ));
    chart
}

/// Whether two curves cannot be told apart.
fn same(curves: &[Vec<(f64, f64)>]) -> bool {
    let [a, b] = curves else { return false };
    let size = largest(a.iter().map(|(_, y)| y));
    a.len() == b.len() && a.iter().zip(b).all(|((_, y), (_, z))| (y - z).abs() <= 1e-9 * size)
}

/// How far to look so that both a kink of this slope and the parabola above it are seen; `wide` without a kink.
fn knee(line: &Line<'_>, slope: f64, wide: f64) -> f64 {
    if slope <= 0.0 {
        return wide;
    }
    let mut reach = wide;
    for _ in 0..MAX_HALVINGS {
        if line.increment(reach).max(line.increment(-reach)) <= 1.7 * slope * reach {
            return reach;
        }
        reach /= 2.0;
    }
    wide
}

/// The region, shaded where it is wide enough to be seen.
fn shade(study: &Study<'_>, chart: &mut Chart, reach: f64) {
    if let Some(r) = radius(study) {
        chart.band("area safe", -r.min(reach), r.min(reach));
        let seen = if r > reach / 200.0 { "" } else { " (very narrow here)" };
        chart.explain("area safe", format!("the proved region for input weights{seen}"));
    }
}

fn marks(chart: &mut Chart, lines: &[Line<'_>], reach: f64) {
    let mut at: Vec<f64> = lines.iter().flat_map(|line| line.breaks(reach)).collect();
    if at.is_empty() {
        return;
    }
    at.sort_by(f64::total_cmp);
    let every = at.len().div_ceil(MAX_MARKS);
    let thinned = if every > 1 { format!(" (every {every}th)") } else { String::new() };
    let at: Vec<f64> = at.into_iter().step_by(every).collect();
    chart.marks("mark", &at);
    chart.explain("mark", format!("another sample crosses a kink{thinned}"));
}

/// Neurons of equal weights with equal steps together: their charts are the same.
fn alike(study: &Study<'_>, neurons: Vec<usize>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let network = study.evaluation.network().neurons();
    let proof = |i| (study.proof(i), study.escape(i));
    for i in neurons {
        let equal = |j: usize| network[i] == network[j] && proof(i) == proof(j);
        // Only the charts that are drawn are compared with.
        match groups.iter_mut().take(MAX_NEURONS).find(|group| equal(group[0])) {
            Some(group) => group.push(i),
            None => groups.push(vec![i]),
        }
    }
    groups
}

/// The step of the certificate by which each of some equal neurons lowers the loss.
fn fall(study: &Study<'_>, group: &[usize]) -> Option<Chart> {
    let i = *group.first()?;
    let who = match group.len() {
        1 => format!("Neuron {i}"),
        _ => format!("Each of the neurons {}", ranges(group)),
    };
    if let Some(u) = study.escape(i) {
        let direction = Direction { neurons: vec![(i, u.to_vec(), vec![study.escaping_output(u)])], bias: Vec::new() };
        let reach = bottom(&Line::new(study, &direction), study.size());
        let title = format!("{who}: a way out of the saddle");
        return Some(falling(study, format!("escape-{i}"), title, &direction, reach, WAY));
    }
    match study.proof(i)? {
        NeuronProof::Escape(escape) => {
            let input = times(&escape.direction, &escape.step);
            let output = entries(&escape.output);
            let direction = Direction { neurons: vec![(i, input, output)], bias: Vec::new() };
            let title = format!("{who}: a step to a lower loss");
            Some(falling(study, format!("escape-{i}"), title, &direction, 1.0, STEP))
        }
        NeuronProof::Descent { input, output } => {
            let most = input.iter().chain(output).map(BigInt::magnitude).max()?.clone();
            let unit = BigRational::new_raw(1.into(), most.into());
            let (input, output) = (times(input, &unit), times(output, &unit));
            let direction = Direction { neurons: vec![(i, input, output)], bias: Vec::new() };
            let reach = bottom(&Line::new(study, &direction), study.size());
            let title = format!("{who}: the loss falls");
            Some(falling(study, format!("descent-{i}"), title, &direction, reach, MOVE))
        }
        _ => None,
    }
}

const STEP: &str = "share of the certificate's step";
const WAY: &str = "t: the input weights are t u, for the certificate's u";
const MOVE: &str = "t = largest change of a parameter";

/// The output bias against the sum of the residuals.
fn bias(study: &Study<'_>) -> Option<Chart> {
    if study.exact()?.bias != BiasStep::Descent {
        return None;
    }
    let sums: Vec<f64> = study.bias_gradient().iter().map(|slope| -slope).collect();
    let length = Some(largest(&sums)).filter(|l| *l > 0.0)?;
    let direction = Direction { neurons: Vec::new(), bias: sums.iter().map(|s| s / length).collect() };
    let reach = bottom(&Line::new(study, &direction), study.size());
    Some(falling(study, "bias".into(), "Output bias: the loss falls".into(), &direction, reach, MOVE))
}

/// The direction in which the second order is negative.
fn curvature(study: &Study<'_>) -> Option<Chart> {
    let Curvature::Descent { direction, step } = &study.exact()?.curvature else { return None };
    let scaled = |values: &[BigInt]| times(values, step);
    let parts = direction.inputs.iter().zip(&direction.outputs).enumerate();
    let neurons = parts.map(|(i, (u, g))| (i, scaled(u), scaled(g))).collect();
    let direction = Direction { neurons, bias: direction.bias.as_deref().map(scaled).unwrap_or_default() };
    let title = "All neurons: a way out of the saddle, by the second order".to_string();
    Some(falling(study, "curvature".into(), title, &direction, 1.0, STEP))
}

/// A curve that starts at the point and falls, to twice the step.
fn falling(study: &Study<'_>, id: String, title: String, direction: &Direction, step: f64, x: &str) -> Chart {
    let line = Line::new(study, direction);
    let (from, to) = (-0.5 * step, 1.8 * step);
    let curve = line.curve(from, to, POINTS);
    let y = Axis::over(curve.iter().map(|p| p.1).chain([0.0]), RISE);
    let mut chart = Chart::new(id, title, Axis::between(from, to, x), y);
    chart.level("zero", 0.0);
    chart.line(CURVES[0], &curve);
    chart.dots("dot here", &[(0.0, 0.0)], 3.5, "the certified point");
    let lower = line.increment(step);
    chart.dots("dot low", &[(step, lower)], 3.5, "a lower loss");
    chart.explain("dot here", "the certified point");
    let what = if x == STEP { "the certificate's step" } else { "a lower loss" };
    chart.explain("dot low", format!("{what}: loss changed by about {}", about(lower)));
    chart.describe(format!(
        "The loss along the direction; at {} it has changed by about {}.",
        about(step),
        about(lower)
    ));
    chart
}

/// How far the loss falls along a line, to a factor of two, where it starts to rise or has fallen `most` far.
fn bottom(line: &Line<'_>, most: f64) -> f64 {
    let mut reach = most;
    while reach > most * 1e-12 && (line.increment(reach) >= 0.0 || line.increment(reach / 2.0) < line.increment(reach))
    {
        reach /= 2.0;
    }
    reach
}

/// The integers times a factor.
fn times(values: &[BigInt], factor: &BigRational) -> Vec<f64> {
    values.iter().map(|v| ratio(&(v * factor.numer()), factor.denom())).collect()
}

/// Random directions: a small generator (SplitMix64) with a fixed seed.
struct Random(u64);

impl Random {
    /// Evenly from -1 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / (u64::MAX as f64 / 2.0) - 1.0
    }

    fn entries(&mut self, count: usize, size: f64) -> Vec<f64> {
        (0..count).map(|_| size * self.next()).collect()
    }
}

/// All parameters moved at once, in a few random directions.
pub fn random(study: &Study<'_>) -> Vec<Chart> {
    let size = study.size();
    let mut charts = Vec::new();
    if let Some(Region { input, output }) = study.region().filter(|r| **r != UNBOUNDED) {
        let free = |r: &Radius| bounded(r).unwrap_or(size);
        let title = "Random directions, at the scale of the proved region";
        let x = Axis::between(-2.0, 2.0, "t; at 1 the region ends");
        let mut chart = several(study, "random-near", title, x, (free(input), free(output), free(output)));
        if [input, output].contains(&&Radius::Unbounded) {
            chart.note("Of weights that may move by any distance, t = 1 is a change by up to the largest parameter.");
        }
        charts.push(chart);
    }
    let title = "Random directions, at the scale of the parameters";
    let x = Axis::between(-2.0, 2.0, format!("t; at 1 parameters move by up to {}", about(size / 4.0)));
    charts.push(several(study, "random-wide", title, x, (size / 4.0, size / 4.0, size / 4.0)));
    charts
}

fn several(study: &Study<'_>, id: &str, title: &str, x: Axis, sizes: (f64, f64, f64)) -> Chart {
    let mut random = Random(2026);
    let outputs = study.bias.len();
    let points = (100_000_000 / (8 * study.samples() * study.neurons() * outputs).max(1)).clamp(9, POINTS);
    let has_bias = study.evaluation.network().output_bias().is_some();
    let mut directions = Vec::new();
    for _ in CURVES {
        let neurons = (0..study.neurons())
            .map(|i| (i, random.entries(study.inputs[i].len(), sizes.0), random.entries(outputs, sizes.1)))
            .collect();
        let bias = if has_bias { random.entries(outputs, sizes.2) } else { Vec::new() };
        directions.push(Direction { neurons, bias });
    }
    // Evenly spaced only: with all neurons moving, the kinks are too many to be seen.
    let curves = directions.iter().map(|direction| {
        let line = Line::new(study, direction);
        let at = (0..points).map(|n| 4.0 * n as f64 / (points - 1) as f64 - 2.0);
        at.map(|t| (t, line.increment(t))).filter(|p| p.1.is_finite()).collect::<Vec<_>>()
    });
    let curves: Vec<Vec<(f64, f64)>> = curves.collect();
    let y = Axis::over(curves.iter().flatten().map(|p| p.1).chain([0.0]), RISE);
    let mut chart = Chart::new(id, title, x, y);
    if id == "random-near" {
        chart.band("area safe", -1.0, 1.0);
        chart.explain("area safe", "the proved region");
    }
    chart.level("zero", 0.0);
    for (curve, class) in curves.iter().zip(CURVES) {
        chart.line(class, curve);
    }
    chart.dots("dot here", &[(0.0, 0.0)], 3.5, "the certified point");
    let least = curves.iter().flatten().map(|p| p.1).fold(0.0, f64::min);
    chart.describe(format!(
        "Four curves of the loss through the certified point; the least change is about {}.",
        about(least)
    ));
    chart
}
