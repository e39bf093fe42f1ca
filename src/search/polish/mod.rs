//! From a checkpoint to an exact stationary point near it (T6).
//!
//! A float search finds the cell and the kinks; the point itself is then the solution of one exact linear system, and
//! is judged exactly. Where the exact point contradicts the cell that floats suggested, the search goes on from it.

mod active_set;
mod exact_point;
pub mod kkt;
mod landscape;
mod line;

pub use active_set::MAX_ROUNDS;

use super::cells::Limits;
use super::classify::{Judgement, best_output, classify};
use super::named;
use crate::exact::cell::Side;
use crate::kernel::certificate::{BiasStep, Escape, NeuronProof, NeuronStep};
use crate::kernel::claim::Verdict;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::{Fractions, compare};
use crate::kernel::network::{Network, Neuron};
use crate::kernel::problem::Problem;
use crate::kernel::samples::Samples;
use active_set::{ActiveSet, End};
use exact_point::{Reached, free_from_model, free_from_position};
use landscape::{Landscape, Position, State, float};
use line::Direction;
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;

/// Most exact solutions of one polish.
const MAX_SOLUTIONS: usize = 200;

/// What the search may do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Neurons whose |h_i| and |w_i| are all below this are set to zero first.
    pub zero_below: Option<BigRational>,
    /// Give up beyond this sup-distance.
    pub max_distance: Option<f64>,
    /// How far trees of cells may grow.
    pub limits: Limits,
    /// What kind of point is looked for.
    pub tier: Tier,
}

/// What kind of stationary point is looked for near the parameters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tier {
    /// An exact one where stationary points are rational and its coordinates short enough, else a box.
    #[default]
    Auto,
    /// An exact one.
    Exact,
    /// A box that holds one.
    Intervals,
}

/// An exact point that polishing reached, with its judgement.
pub struct Polished<'a> {
    /// The point, evaluated.
    pub evaluation: Evaluation<'a>,
    /// What it is: a local minimum or a saddle.
    pub judgement: Judgement,
}

/// Told of the progress: rounds so far and the loss in floats; false stops the search.
pub type Progress<'p> = &'p mut dyn FnMut(usize, f64) -> bool;

/// Polishes the problem's parameters; the reason where no stationary point was reached. Scalar output only.
pub fn polish<'a>(
    problem: &'a Problem,
    samples: &'a Samples,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Polished<'a>, String> {
    if problem.network().output_count() != 1 {
        return Err("polishing needs a scalar output: stationary points of vector outputs are irrational in general, \
                    which exact coordinates cannot express"
            .into());
    }
    let mut start = zeroed(problem.network(), options.zero_below.as_ref())?;
    // A neuron with h = 0 and G(w) != 0 is no part of a stationary point: it is woken, and the search starts again.
    for _ in 0..=problem.network().neurons().len() {
        let mut session = Session::new(problem, samples, start.clone(), options, &mut *progress)?;
        let polished = session.run()?;
        match asleep(&polished) {
            Some(i) => start = woken(&start, &polished, i)?,
            None => return Ok(polished),
        }
    }
    Err("neurons with zero output weight kept having a potential that is not zero".into())
}

/// The network with its tiny neurons set to zero.
fn zeroed(network: &Network, below: Option<&BigRational>) -> Result<Network, String> {
    let Some(below) = below else { return Ok(network.clone()) };
    let zero = |n: &Neuron| Neuron { input: Fractions::zeros(n.input.len()), output: Fractions::zeros(n.output.len()) };
    let changed: Vec<(usize, Neuron)> =
        network.neurons().iter().enumerate().filter(|(_, n)| is_tiny(n, below)).map(|(i, n)| (i, zero(n))).collect();
    network.with_changes(changed, None).map_err(|e| e.to_string())
}

/// Whether all weights of a neuron are below a bound in absolute value.
pub fn is_tiny(neuron: &Neuron, below: &BigRational) -> bool {
    neuron.input.rationals().chain(neuron.output.rationals()).all(|v| v.abs() < *below)
}

/// The network with all input weights and the output bias at zero.
fn at_rest(network: &Network) -> Result<Network, String> {
    let rest = |n: &Neuron| Neuron { input: Fractions::zeros(n.input.len()), output: n.output.clone() };
    let neurons = network.neurons().iter().map(rest).enumerate();
    let bias = network.output_bias().map(|b| Fractions::zeros(b.len()));
    network.with_changes(neurons, bias).map_err(|e| e.to_string())
}

/// A neuron with h = 0 whose potential is not zero.
fn asleep(polished: &Polished<'_>) -> Option<usize> {
    let neurons = polished.evaluation.network().neurons().iter().zip(&polished.judgement.steps);
    neurons.enumerate().find_map(|(i, (neuron, step))| {
        let descends = matches!(&step.proof, NeuronProof::Descent { output, .. } if !output.iter().all(Zero::is_zero));
        (descends && neuron.output.is_zero()).then_some(i)
    })
}

/// The network with the output weight of neuron i that is best where the search ended: it lowers the loss there.
fn woken(network: &Network, polished: &Polished<'_>, i: usize) -> Result<Network, String> {
    let neuron = &polished.evaluation.network().neurons()[i];
    let stay = Escape {
        direction: vec![BigInt::zero(); neuron.input.len()],
        step: BigRational::one(),
        output: neuron.output.clone(),
    };
    let output = best_output(&polished.evaluation, neuron, &stay).ok_or("a sleeping neuron without activations")?;
    let input = network.neurons()[i].input.clone();
    network.with_changes([(i, Neuron { input, output })], None).map_err(|e| e.to_string())
}

/// One search from one starting network.
struct Session<'a, 's, 'p> {
    problem: &'a Problem,
    samples: &'a Samples,
    options: &'s Options,
    progress: Progress<'p>,
    start: Evaluation<'a>,
    /// The start with all moving neurons and the output bias at zero.
    fixed: Evaluation<'a>,
    landscape: Landscape,
    state: State,
    flips: BTreeMap<(usize, usize), usize>,
}

impl<'a, 's, 'p> Session<'a, 's, 'p> {
    fn new(
        problem: &'a Problem,
        samples: &'a Samples,
        start: Network,
        options: &'s Options,
        progress: Progress<'p>,
    ) -> Result<Self, String> {
        let dataset = problem.dataset();
        let fixed = Evaluation::new(dataset, samples, at_rest(&start)?);
        let start = Evaluation::new(dataset, samples, start);
        let (landscape, state) = Landscape::new(&start, dataset);
        Ok(Self { problem, samples, options, progress, start, fixed, landscape, state, flips: BTreeMap::new() })
    }

    fn run(&mut self) -> Result<Polished<'a>, String> {
        let landscape = self.landscape.clone();
        let mut search = ActiveSet::new(&landscape, self.state.clone());
        let mut last = "no exact solution was tried".to_string();
        for _ in 0..MAX_SOLUTIONS {
            self.descend(&mut search)?;
            let candidate = match self.exact(&search) {
                Ok(Ok(polished)) => return Ok(polished),
                Ok(Err(candidate)) => candidate,
                Err(reason) => return Err(reason),
            };
            last = candidate.reason.clone();
            if !self.go_on_from(&mut search, candidate) {
                break;
            }
        }
        Err(format!("polishing solved cell after cell exactly and found no point that it could prove: {last}"))
    }

    /// The float search to its end.
    fn descend(&mut self, search: &mut ActiveSet<'_>) -> Result<(), String> {
        let (landscape, options, progress) = (&self.landscape, self.options, &mut self.progress);
        let start = &self.state.position;
        let mut too_far = false;
        let end = search.run(&mut |rounds, state| {
            too_far = options.max_distance.is_some_and(|most| landscape.distance(start, &state.position) > most);
            progress(rounds, landscape.loss(state)) && !too_far
        });
        match end {
            End::Stationary => Ok(()),
            End::Rounds => Err(format!(
                "the active-set search was still moving after {} rounds (loss {:.6e})",
                search.rounds,
                landscape.loss(search.state())
            )),
            End::Stopped if too_far => {
                Err(format!("the search left the sup-distance {} it was given", options.max_distance.unwrap_or(0.0)))
            }
            End::Stopped => Err("stopped".into()),
            End::OutOfRange => Err("the numbers leave the range of the float search; rescale the data".into()),
        }
    }

    /// Solves the reached cell exactly and judges the solution: with free unknowns as in the model, then as reached.
    fn exact(&self, search: &ActiveSet<'_>) -> Result<Result<Polished<'a>, Candidate<'a>>, String> {
        let (sides, kinks) = search.cell(self.samples.count());
        let cell = Reached { sides: &sides, kinks: &kinks };
        let reached = &search.state().position.neurons;
        let reached = free_from_position(&self.start, &self.landscape, reached);
        let mut unmoved = free_from_model(&self.start, &self.landscape);
        // Neurons that died on the way are no part of the system: they stay where they were reached.
        for (i, u) in unmoved.iter_mut().enumerate().filter(|(i, _)| cell.is_flat(&self.landscape, *i)) {
            u.clone_from(&reached[i]);
        }
        let choices = [unmoved, reached];
        let mut best: Option<Candidate<'a>> = None;
        for free in &choices {
            let network = cell.solve(self.start.network(), &self.fixed, &self.landscape, free)?;
            let evaluation = Evaluation::new(self.problem.dataset(), self.samples, network);
            let judgement = classify(&evaluation, &self.options.limits);
            let polished = Polished { evaluation, judgement };
            let stationary = matches!(polished.judgement.verdict, Some(Verdict::LocalMinimum | Verdict::Saddle));
            let start = self.start.residuals().loss();
            let fell = compare(polished.evaluation.residuals().loss(), start).is_le();
            if (stationary && fell) || asleep(&polished).is_some() {
                return Ok(Ok(polished));
            }
            let reason = match stationary {
                true => "the stationary point that was reached has a higher loss than the start".into(),
                false => reason(&polished.judgement),
            };
            let loss = float(polished.evaluation.residuals().loss());
            if best.as_ref().is_none_or(|b| loss < b.loss) {
                best = Some(Candidate { polished, reason, loss });
            }
        }
        best.map(Err).ok_or_else(|| "no exact solution".to_string())
    }

    /// Counts the samples whose exact side is not the float one; those that keep changing go on the kink.
    fn settle(&mut self, exact: &mut [Vec<Side>], float: &[Vec<Side>]) {
        for (i, (exact, float)) in exact.iter_mut().zip(float).enumerate() {
            for (k, (exact, float)) in exact.iter_mut().zip(float).enumerate().filter(|(_, (e, f))| e != f) {
                let flips = self.flips.entry((i, k)).or_insert(0);
                *flips += 1;
                if *flips > MAX_FLIPS && *float != Side::Kink {
                    *exact = Side::Kink;
                }
            }
        }
    }

    /// Sets the float search on from an exact candidate; false if that leads nowhere new.
    fn go_on_from(&mut self, search: &mut ActiveSet<'_>, candidate: Candidate<'a>) -> bool {
        let evaluation = &candidate.polished.evaluation;
        let mut sides = self.landscape.sides(evaluation);
        self.settle(&mut sides, &search.state().sides);
        let position = self.landscape.position(evaluation.network());
        let here = self.landscape.loss(search.state());
        let there = self.landscape.state(position, sides);
        if self.landscape.loss(&there) > here * (1.0 + 1e-9) + search.negligible_loss() {
            // The exact minimum of the face lies beyond its cell: follow the loss towards it.
            let direction = between(&search.state().position, &there.position);
            if search.follow(&direction, 1.0) {
                return true;
            }
        }
        let same = there.sides == search.state().sides;
        // A sample that lies exactly on its kink contradicts no side.
        let float = search.state().sides.iter().flatten();
        let agree = there.sides.iter().flatten().zip(float).all(|(e, f)| e == f || *e == Side::Kink);
        search.restart(there);
        let step = candidate.polished.judgement.steps.iter().enumerate().find_map(|(i, step)| match &step.proof {
            NeuronProof::Descent { input, .. } if !input.iter().all(Zero::is_zero) => Some((i, input)),
            _ => None,
        });
        // The signs agree and the point is not stationary: an exact direction of descent leads out of its kinks.
        match step.filter(|_| agree) {
            Some((index, u)) => {
                let Some(i) = self.landscape.neurons.iter().position(|m| m.index == index) else { return false };
                let direction = self.landscape.direction(i, u);
                search.leave_kinks(i, &direction.neurons[i]);
                search.follow(&direction, 1e6);
                // Even a decrease below rounding counts: the samples have left the kinks on their descending sides.
                true
            }
            None => !same,
        }
    }
}

/// Times that a sample may contradict its float side before it is held on the kink.
const MAX_FLIPS: usize = 2;

/// An exact point that is not stationary, or could not be judged.
struct Candidate<'a> {
    polished: Polished<'a>,
    reason: String,
    loss: f64,
}

fn reason(judgement: &Judgement) -> String {
    if let (None, Some((i, reason))) = (judgement.verdict, judgement.open.first()) {
        return format!("at the last one, neuron {i} is not settled: {reason}");
    }
    let descends = |(_, step): &(usize, &NeuronStep)| matches!(step.proof, NeuronProof::Descent { .. });
    let neurons: Vec<usize> = judgement.steps.iter().enumerate().filter(descends).map(|(i, _)| i).collect();
    let bias = (judgement.bias == BiasStep::Descent).then(|| "the output bias".to_string());
    let along: Vec<String> = named(&neurons).into_iter().chain(bias).collect();
    format!("at the last one, the loss still falls along {}", along.join(" and "))
}

fn between(from: &Position, to: &Position) -> Direction {
    let difference = |(a, b): (&Vec<f64>, &Vec<f64>)| b.iter().zip(a).map(|(b, a)| b - a).collect();
    Direction { neurons: from.neurons.iter().zip(&to.neurons).map(difference).collect(), bias: to.bias - from.bias }
}

/// The side of an exact sign.
fn side(sign: Sign) -> Side {
    match sign {
        Sign::Plus => Side::Plus,
        Sign::Minus => Side::Minus,
        Sign::NoSign => Side::Kink,
    }
}
