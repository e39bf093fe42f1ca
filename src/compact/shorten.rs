//! From a certificate to a compact one: long numbers that an exact system gives back are left out.

use super::complete::{MAX_UNKNOWNS, all_sides, complete};
use super::{COMPACT_VERSION, FIRST_WORD};
use crate::exact::cell::{Cell, CellNeuron, System};
use crate::exact::solve::rank_profile_in_order;
use crate::kernel::certificate::{Certificate, Evidence, NeuronProof, Nonnegative};
use crate::kernel::check::check;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::Fractions;
use crate::kernel::network::{Network, Neuron};
use crate::kernel::number::format_hex;
use crate::kernel::parse::{parse_certificate, parse_evidence};
use crate::kernel::problem::Problem;
use crate::kernel::samples::Samples;
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::Zero;
use std::collections::BTreeMap;

/// Lines up to this many characters stay as they are.
const SHORT_LINE: usize = 160;

/// The compact form of an accepted certificate's text. It has been restored again and accepted by the kernel; the reason
/// where that failed.
pub fn compact(problem: &Problem, text: &str) -> Result<String, String> {
    compact_beyond(problem, text, SHORT_LINE)
}

/// The same, where lines of up to `short` characters stay as they are.
pub fn compact_beyond(problem: &Problem, text: &str, short: usize) -> Result<String, String> {
    let Evidence::Exact(certificate) = parse_evidence(text.as_bytes()).map_err(|e| e.to_string())?.1 else {
        return Err("a box certificate has no exact system, and nothing to leave out".into());
    };
    if !certificate.header.penalty.is_none() {
        return Err("a certificate with weight decay has no exact system, and nothing to leave out".into());
    }
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let point = &certificate.point;
    let network = problem.network().with_changes(point.neurons.clone(), point.output_bias.clone());
    let evaluation = Evaluation::new(problem.dataset(), &samples, network.map_err(|e| e.to_string())?);
    let compact = shortened(problem, text, &certificate, &evaluation, short)?;
    let restored = complete(problem, &samples, compact.as_bytes()).map_err(|e| e.to_string())?;
    let (claim, restored) = parse_certificate(restored.text.as_bytes()).map_err(|e| e.to_string())?;
    // Claim and region are copied lines: what is accepted is the same statement.
    check(problem, &claim, &restored).map_err(|e| format!("what is restored is not accepted: {e}"))?;
    Ok(compact)
}

fn shortened(
    problem: &Problem,
    text: &str,
    certificate: &Certificate,
    evaluation: &Evaluation<'_>,
    short: usize,
) -> Result<String, String> {
    let mut lines = text.lines();
    let version = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let mut compact = format!("{FIRST_WORD} {COMPACT_VERSION} {version}\n");
    let Inputs { lines: inputs, denominator } = input_lines(problem, certificate, evaluation, short)?;
    if let Some(denominator) = denominator {
        compact.push_str(&format!("denominator {}\n", format_hex(&denominator)));
    }
    let (mut in_point, mut neuron, mut before) = (true, 0, "");
    for line in lines {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        if matches!(name, "input" | "neuron") {
            neuron = words.next().and_then(|i| i.parse().ok()).unwrap_or(0);
        }
        let long = line.len() > short;
        let own = problem.network().neurons().get(neuron);
        let replaced = || evaluation.network().neurons().get(neuron);
        let shorter = match name {
            "input" if in_point => inputs.get(&neuron).cloned(),
            "output" if in_point && own.map(|n| &n.output) == replaced().map(|n| &n.output) => {
                Some("output model".into())
            }
            "bias-at" if !inputs.is_empty() => Some("bias-at solved".to_string()),
            "multipliers" if before == "scalar" && long => multipliers_line(certificate, evaluation, neuron),
            _ => None,
        };
        compact.push_str(shorter.as_deref().unwrap_or(line));
        compact.push('\n');
        in_point &= name != "region";
        before = name;
    }
    Ok(compact)
}

/// What stands for input weights.
#[derive(Default)]
struct Inputs {
    /// Two lines for each neuron.
    lines: BTreeMap<usize, String>,
    /// The denominator of the solution, where nothing is pinned.
    denominator: Option<BigInt>,
}

/// The two lines that stand for each neuron's input weights, where those are long and the cell gives them back.
fn input_lines(
    problem: &Problem,
    certificate: &Certificate,
    evaluation: &Evaluation<'_>,
    short: usize,
) -> Result<Inputs, String> {
    let network = evaluation.network();
    let mut neurons = Vec::new();
    for (i, neuron) in &certificate.point.neurons {
        if network.output_count() != 1 || neuron.output.is_zero() || text_length(&neuron.input) <= short {
            continue;
        }
        let (Some(step), Some(signs)) = (certificate.neurons.get(*i), evaluation.residuals().signs().get(*i)) else {
            continue;
        };
        let mut positive = BigInt::zero();
        (0..).zip(signs).filter(|(_, s)| **s == Sign::Plus).for_each(|(k, _)| positive.set_bit(k, true));
        let sides = all_sides(&positive, &step.kinks, signs.len())?;
        neurons.push((*i, positive, sides, step.kinks.clone()));
    }
    let cell = Cell {
        neurons: neurons
            .iter()
            .map(|(i, _, sides, kinks)| CellNeuron { index: *i, sides, kinks: kinks.clone() })
            .collect(),
        bias: certificate.point.output_bias.is_some(),
    };
    if neurons.is_empty() {
        return Ok(Inputs::default());
    }
    let fixed = Evaluation::new(problem.dataset(), evaluation.samples(), cell.fixed_part(network)?);
    let system = System::new(&fixed, network, &cell);
    if system.unknowns() > MAX_UNKNOWNS {
        return Err(format!("its system has {} unknowns, over the limit of {MAX_UNKNOWNS}", system.unknowns()));
    }
    let order = longest_first(problem.network(), network, &cell);
    let pinned = system.free_coordinates(&order);
    let denominator = pinned.is_empty().then(|| system.denominator(&order)).transpose()?;
    let lines = neurons.iter().enumerate().map(|(l, (i, positive, ..))| {
        let mut places: Vec<usize> = pinned.iter().filter(|(at, _)| *at == l).map(|(_, a)| *a).collect();
        places.sort_unstable();
        let line = format!("input {i} solved {}{}", format_hex(positive), pins(&places, &network.neurons()[*i].input));
        (*i, line)
    });
    Ok(Inputs { lines: lines.collect(), denominator })
}

/// The cell's coordinates, those with the longest numbers first: what stays free should be short. The model's own
/// values come last.
fn longest_first(model: &Network, point: &Network, cell: &Cell<'_>) -> Vec<(usize, usize)> {
    let mut sized = Vec::new();
    for (l, neuron) in cell.neurons.iter().enumerate() {
        let values = |n: &Neuron| n.input.rationals().collect::<Vec<_>>();
        let (old, new) = (values(&model.neurons()[neuron.index]), values(&point.neurons()[neuron.index]));
        for (a, (old, new)) in old.iter().zip(&new).enumerate() {
            sized.push((if old == new { 0 } else { new.denom().bits() + new.numer().bits() }, (l, a)));
        }
    }
    sized.sort_by(|x, y| y.0.cmp(&x.0).then(x.1.cmp(&y.1)));
    sized.into_iter().map(|(_, place)| place).collect()
}

/// The two lines that stand for the multipliers of a neuron; those outside a basis of the classes stay.
fn multipliers_line(certificate: &Certificate, evaluation: &Evaluation<'_>, i: usize) -> Option<String> {
    let NeuronProof::Scalar(Nonnegative::Multipliers(mu)) = &certificate.neurons.get(i)?.proof else { return None };
    let form = evaluation.slope_form(i);
    let row = |a: usize| form.classes.iter().map(|class| class.direction[a].clone()).collect();
    let rows: Vec<Vec<BigInt>> = (0..evaluation.samples().width()).map(row).collect();
    let size: Vec<u64> = mu.rationals().map(|m| m.numer().bits() + m.denom().bits()).collect();
    let mut order: Vec<usize> = (0..form.classes.len()).collect();
    order.sort_by_key(|&c| std::cmp::Reverse(size[c]));
    let basis = rank_profile_in_order(&rows, &order).pivot_cols;
    let places: Vec<usize> = (0..form.classes.len()).filter(|c| !basis.contains(c)).collect();
    Some(format!("multipliers solved{}", pins(&places, mu)))
}

/// The places to the end of the line, and their values on the next.
fn pins(places: &[usize], values: &Fractions) -> String {
    let given: Vec<BigRational> = places
        .iter()
        .map(|&a| BigRational::new(values.numerators()[a].clone(), values.denominator().clone()))
        .collect();
    let given = Fractions::from_rationals(&given);
    let places: String = places.iter().map(|a| format!(" {a}")).collect();
    let numbers = std::iter::once(given.denominator()).chain(given.numerators());
    let numbers: String = numbers.map(|v| format!(" {}", format_hex(v))).collect();
    format!("{places}\npinned{numbers}")
}

/// About how many characters the vector takes.
fn text_length(values: &Fractions) -> usize {
    let numbers = std::iter::once(values.denominator()).chain(values.numerators());
    numbers.map(|v| v.bits() as usize / 4 + 2).sum()
}
