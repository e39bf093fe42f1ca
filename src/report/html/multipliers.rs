//! The kink multipliers of the proofs in their intervals: mu_C / kap_C lies in [-1, 1].

use super::axis::Axis;
use super::chart::Chart;
use super::floats::ratio;
use super::study::Study;
use crate::kernel::certificate::{MatrixProof, NeuronProof, Nonnegative};
use crate::kernel::number::counted;
use crate::kernel::rule::neuron::shifted_outputs;
use crate::kernel::slope_form::ScalarForm;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

/// Most rows of the chart.
const MAX_ROWS: usize = 40;
/// Most dots in one row.
const MAX_DOTS: usize = 200;

/// A row: the shares of one form's convex classes.
struct Row {
    name: String,
    /// mu / kap, and what a matrix adds to it on both sides.
    shares: Vec<(f64, f64)>,
}

/// Rows, and the forms that have none.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    /// Forms proved by rays or a tree of cells: no multipliers to draw.
    without: usize,
}

/// The chart, and a sentence on what it leaves out; no chart without multipliers.
pub fn chart(study: &Study<'_>) -> (Option<Chart>, Option<String>) {
    let mut all = Rows::default();
    for (i, proof) in (0..study.neurons()).filter_map(|i| Some((i, study.proof(i)?))) {
        all.add_neuron(study, i, proof);
    }
    let without = (all.without > 0).then(|| {
        format!("Proofs by rays or by a tree of cells have no multipliers to draw: {}.", counted(all.without, "form"))
    });
    let Rows { mut rows, .. } = all;
    if rows.is_empty() {
        return (None, without);
    }
    let could = rows.len();
    let worst = |row: &Row| row.shares.iter().map(|(share, more)| share.abs() + more).fold(0.0, f64::max);
    let mut order: Vec<usize> = (0..could).collect();
    order.sort_by(|&a, &b| worst(&rows[b]).total_cmp(&worst(&rows[a])));
    order.truncate(MAX_ROWS);
    order.sort_unstable();
    let mut index = 0;
    rows.retain(|_| {
        index += 1;
        order.binary_search(&(index - 1)).is_ok()
    });
    (Some(draw(&rows, could)), without)
}

fn draw(rows: &[Row], could: usize) -> Chart {
    let high = rows.len() as f64;
    let x = Axis::between(-1.08, 1.08, "multiplier / its bound: at ±1 nothing is to spare");
    let mut chart =
        Chart::new("multipliers", "Kink multipliers in their intervals", x, Axis::between(high - 0.4, -0.6, "neuron"));
    chart.set_height((76.0 + 16.0 * high).max(120.0));
    chart.set_rows(rows.iter().enumerate().map(|(n, row)| (n as f64, row.name.clone())).collect());
    chart.boxes(
        "area room",
        &rows.iter().enumerate().map(|(n, _)| (-1.0, n as f64 - 0.3, 1.0, n as f64 + 0.3)).collect::<Vec<_>>(),
    );
    let mut thinned = 0;
    for (n, row) in rows.iter().enumerate() {
        let y = n as f64;
        let every = row.shares.len().div_ceil(MAX_DOTS).max(1);
        thinned = thinned.max(every);
        let shown = || row.shares.iter().step_by(every);
        for (share, more) in shown().filter(|(_, more)| *more > 0.0) {
            chart.line("line c2", &[(share - more, y), (share + more, y)]);
        }
        let dots: Vec<(f64, f64)> = shown().map(|(share, _)| (*share, y)).collect();
        chart.dots("dot c1", &dots, 3.0, &format!("neuron {}", row.name));
    }
    chart.explain("dot c1", "one class of parallel kinks");
    if rows.iter().flat_map(|r| &r.shares).any(|(_, more)| *more > 0.0) {
        chart.explain("line c2", "what the concave kinks take of it (C6)");
    }
    if could > rows.len() {
        chart.note(format!("The {} tightest of {could} rows.", rows.len()));
    }
    if thinned > 1 {
        chart.note(format!("In long rows every {thinned}th class only."));
    }
    let tightest = rows.iter().flat_map(|r| &r.shares).map(|(share, more)| share.abs() + more).fold(0.0, f64::max);
    chart.describe(format!(
        "One row for each proof; every dot lies between -1 and 1, the outermost at about {}.",
        super::axis::about(tightest)
    ));
    chart
}

impl Rows {
    fn add_neuron(&mut self, study: &Study<'_>, i: usize, proof: &NeuronProof) {
        let network = study.evaluation.network();
        let Some(neuron) = network.neurons().get(i) else { return };
        match proof {
            NeuronProof::Scalar(one) | NeuronProof::Stationary(one) => {
                let form = study.evaluation.slope_form(i);
                self.add(i.to_string(), &form.combine(&neuron.output), one);
            }
            NeuronProof::Uniform { tau, forms } => {
                let form = study.evaluation.slope_form(i);
                for (n, (shifted, one)) in shifted_outputs(&neuron.output, tau).iter().zip(forms).enumerate() {
                    let sign = if n % 2 == 0 { '+' } else { '−' };
                    self.add(format!("{i}, {sign}e{}", n / 2), &form.combine(shifted), one);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, name: String, form: &ScalarForm<'_>, proof: &Nonnegative) {
        let mut shares = Vec::new();
        self.without += collect(form, proof, &mut shares);
        if !shares.is_empty() {
            self.rows.push(Row { name, shares });
        }
    }
}

/// Adds the shares of a form's convex classes; how many of its parts have none.
fn collect(form: &ScalarForm<'_>, proof: &Nonnegative, shares: &mut Vec<(f64, f64)>) -> usize {
    match proof {
        Nonnegative::Linear => 0,
        Nonnegative::Multipliers(mu) => {
            let bends = form.bends.iter().zip(mu.numerators()).filter(|(bend, _)| !bend.kappa.is_zero());
            shares.extend(bends.map(|(bend, mu_c)| (share(mu_c, mu.denominator(), form, &bend.kappa), 0.0)));
            0
        }
        Nonnegative::Matrix(matrix) => {
            by_matrix(form, matrix, shares);
            0
        }
        Nonnegative::Rays | Nonnegative::Cells(_) => 1,
        Nonnegative::Components { denominator, parts } => {
            let part = |p: &crate::kernel::certificate::Component, shares: &mut Vec<(f64, f64)>| {
                collect(&form.part(&p.classes, &p.share, denominator), &p.proof, shares)
            };
            parts.iter().map(|p| part(p, shares)).sum()
        }
    }
}

/// mu_l / kap_l, and sum_k |M_lk| / kap_l on both sides of it.
fn by_matrix(form: &ScalarForm<'_>, matrix: &MatrixProof, shares: &mut Vec<(f64, f64)>) {
    let convex = form.bends.iter().filter(|bend| bend.kappa.is_positive());
    for (l, (bend, mu)) in convex.zip(&matrix.balance).enumerate() {
        let taken: BigInt = matrix.columns.iter().filter_map(|column| column.get(l)).map(Signed::abs).sum();
        let of = |value: &BigInt| share(value, &matrix.denominator, form, &bend.kappa);
        shares.push((of(mu), of(&taken)));
    }
}

/// (value / denominator) / (kappa / scale).
fn share(value: &BigInt, denominator: &BigInt, form: &ScalarForm<'_>, kappa: &BigInt) -> f64 {
    ratio(&(value * &form.scale), &(denominator * kappa))
}
