//! How near the samples that are off a neuron's kink are to it: what the region's radius rests on.

use super::axis::Axis;
use super::chart::Chart;
use super::floats::float;
use super::study::Study;
use crate::kernel::certificate::Radius;

/// Most points of the curve.
const MAX_POINTS: usize = 160;

/// The number of pairs of a neuron and a sample with |w.x|/|x|_1 up to r, over r. `None` without any.
pub fn chart(study: &Study<'_>) -> Option<Chart> {
    let norms: Vec<f64> = study.rows.iter().map(|row| row.iter().map(|v| v.abs()).sum()).collect();
    let pairs = study.sums.iter().flat_map(|sums| sums.iter().zip(&norms));
    let mut margins: Vec<f64> = pairs.filter(|(z, _)| **z != 0.0).map(|(z, norm)| z.abs() / norm).collect();
    margins.retain(|r| r.is_finite());
    margins.sort_by(f64::total_cmp);
    let (first, last) = (*margins.first()?, *margins.last()?);
    let radius = match study.region().map(|region| &region.input) {
        Some(Radius::AtMost(r)) => Some(float(r)),
        _ => None,
    };
    let count = margins.len() as f64;
    let x = Axis::powers([first, last].into_iter().chain(radius), "r, the distance of a kink (logarithmic)");
    let mut chart = Chart::new(
        "margins",
        "Samples off the kinks: how near they are",
        x,
        Axis::powers([1.0, count], "pairs of a neuron and a sample within r"),
    );
    if let Some(r) = radius {
        chart.band("area safe", first.min(r) * 1e-9, r);
        chart.explain("area safe", "within the proved region's radius: none");
    }
    chart.line(super::losses::CURVES[0], &steps(&margins));
    chart.dots("dot low", &[(first, 1.0)], 3.5, "the nearest");
    chart.explain("dot low", "the nearest sample off a kink");
    chart.describe(format!(
        "A rising curve on logarithmic axes: how many of the {} pairs off a kink could change sign if input weights \
         moved by up to r.",
        margins.len()
    ));
    Some(chart)
}

/// A staircase through (margin, rank), thinned out evenly in the logarithm of the rank.
fn steps(margins: &[f64]) -> Vec<(f64, f64)> {
    let count = margins.len();
    let ranks = (0..=MAX_POINTS).map(|n| (count as f64).powf(n as f64 / MAX_POINTS as f64).round() as usize);
    let mut ranks: Vec<usize> = if count <= MAX_POINTS { (1..=count).collect() } else { ranks.collect() };
    ranks.dedup();
    let mut points: Vec<(f64, f64)> = Vec::new();
    for rank in ranks.into_iter().filter(|rank| (1..=count).contains(rank)) {
        let at = margins[rank - 1];
        if let Some((_, before)) = points.last().copied() {
            points.push((at, before));
        }
        points.push((at, rank as f64));
    }
    points
}

/// The least of these margins of each neuron, as the kernel derives it, as a lower bound; none in a box, whose middle
/// is not the point.
pub fn of_neuron(study: &Study<'_>, i: usize) -> String {
    if study.exact().is_none() {
        return "-".to_string();
    }
    let least = study.evaluation.residuals().margins().get(i).and_then(Option::as_ref);
    least.map_or_else(|| "-".to_string(), crate::report::words::lower)
}
