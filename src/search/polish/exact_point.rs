//! The exact stationary point of a cell with held kinks: one integer system, solved over Q (T6).
//!
//! Unknowns are the multipliers mu_ik, the bias and u_i = |h_i| w_i, all in units that make the system integral:
//!
//! ```text
//! s_i sum_k c_k slope_ik eps_k x_k + sum_{k in K_i} mu_ik x_k = 0,   u_i . x_k = 0 (k in K_i),   sum_k c_k eps_k = 0.
//! ```
//!
//! h does not occur, so entries stay as short as the data's. Kinks count with slope 0 here, which shifts mu only.

use super::landscape::{Landscape, Side, float};
use crate::kernel::dataset::Dataset;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::{Digits, Fractions, content};
use crate::kernel::network::{Network, Neuron};
use crate::search::exact_solve::solve;
use crate::search::float::shorter;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use rayon::prelude::*;

/// A cell: sides of every sample for every moving neuron, and independent kinks.
pub struct Cell<'a> {
    /// For each moving neuron the side of each sample.
    pub sides: &'a [Vec<Side>],
    /// Moving neuron and sample of each held kink; independent for each neuron.
    pub kinks: &'a [(usize, usize)],
}

impl Cell<'_> {
    /// Whether neuron i has slope 0 on every sample and no kinks: it does not act on the loss.
    pub fn is_flat(&self, landscape: &Landscape, i: usize) -> bool {
        self.sides[i].iter().all(|side| *side != Side::Kink && landscape.slope(*side) == 0.0)
    }
}

/// The system's constants in integers.
struct System<'a> {
    landscape: &'a Landscape,
    cell: &'a Cell<'a>,
    /// Moving neurons that take part: the others have slope 0 everywhere and no kinks.
    live: Vec<usize>,
    /// x_ka / unit_a in integers.
    columns: Vec<Vec<BigInt>>,
    /// The content of each column of the samples' integers; zero for a zero column.
    units: Vec<BigInt>,
    /// Slopes over their common denominator.
    slopes: [BigInt; 2],
    slope_denominator: BigInt,
    input_denominator: BigInt,
    target: Fractions,
    weights: Vec<BigInt>,
}

/// The exact stationary point of the cell. Unknowns that the system leaves free take the value of `free`: for each
/// moving neuron its u_i, in true units.
pub fn solve_cell(
    dataset: &Dataset,
    evaluation: &Evaluation<'_>,
    landscape: &Landscape,
    cell: &Cell<'_>,
    free: &[Vec<BigRational>],
) -> Result<Network, String> {
    let system = System::new(dataset, evaluation, landscape, cell);
    let (rows, right) = system.equations();
    let (values, order) = system.free_values(free);
    let solution = solve(&rows, &right, &values, &order).map_err(|e| format!("the exact system of the cell: {e}"))?;
    system.network(evaluation.network(), &solution, free)
}

impl<'a> System<'a> {
    fn new(dataset: &Dataset, evaluation: &Evaluation<'_>, landscape: &'a Landscape, cell: &'a Cell<'a>) -> Self {
        let samples = evaluation.samples();
        let column = |a: usize| samples.rows().iter().map(move |row| &row[a]);
        let units: Vec<BigInt> = (0..samples.width()).map(|a| content(column(a), &BigInt::zero())).collect();
        let divide = |a: usize| match units[a].is_zero() {
            true => vec![BigInt::zero(); samples.count()],
            false => column(a).map(|x| x / &units[a]).collect(),
        };
        let activation = evaluation.network().activation();
        let slopes = Fractions::from_rationals([&activation.positive, &activation.negative]);
        let live = (0..landscape.neurons.len()).filter(|&i| !cell.is_flat(landscape, i)).collect();
        Self {
            landscape,
            cell,
            live,
            columns: (0..samples.width()).map(divide).collect(),
            units,
            slopes: [slopes.numerators()[0].clone(), slopes.numerators()[1].clone()],
            slope_denominator: slopes.denominator().clone(),
            input_denominator: samples.denominator().clone(),
            target: dataset.targets()[0].clone(),
            weights: match dataset.weights() {
                Some(c) => c.numerators().to_vec(),
                None => vec![BigInt::one(); samples.count()],
            },
        }
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    /// Index of the first unknown of live neuron number `l`: multipliers come first, then the bias.
    fn offset(&self, l: usize) -> usize {
        self.cell.kinks.len() + usize::from(self.landscape.has_bias) + l * self.width()
    }

    fn unknowns(&self) -> usize {
        self.offset(self.live.len())
    }

    fn sign(&self, l: usize) -> BigInt {
        BigInt::from(self.landscape.neurons[self.live[l]].sign as i64)
    }

    /// The system by rows, with its right-hand side.
    fn equations(&self) -> (Vec<Vec<BigInt>>, Vec<BigInt>) {
        let n = self.unknowns();
        let mut rows = vec![vec![BigInt::zero(); n]; n];
        let mut right = vec![BigInt::zero(); n];
        let kinks = self.cell.kinks;
        for (q, &(i, k)) in kinks.iter().enumerate() {
            let Some(l) = self.live.iter().position(|&j| j == i) else { continue };
            for (a, column) in self.columns.iter().enumerate() {
                rows[q][self.offset(l) + a] = column[k].clone();
                rows[self.offset(l) + a][q] = column[k].clone();
            }
        }
        for (l, other, block) in self.blocks() {
            let sign = self.sign(l) * self.sign(other);
            for (a, row) in block.into_iter().enumerate() {
                for (b, value) in row.into_iter().enumerate() {
                    let value = value * &sign;
                    rows[self.offset(other) + b][self.offset(l) + a] = value.clone();
                    rows[self.offset(l) + a][self.offset(other) + b] = value;
                }
            }
        }
        self.linear_terms(&mut rows, &mut right);
        (rows, right)
    }

    /// sum_k c_k slope_ik slope_jk x_ka x_kb for all pairs of live neurons.
    fn blocks(&self) -> Vec<(usize, usize, Vec<Vec<BigInt>>)> {
        let [p, m] = &self.slopes;
        let products = [p * p, p * m, m * m];
        let digits = |factor: &BigInt, column: &Vec<BigInt>| {
            let scaled: Vec<BigInt> = column.iter().zip(&self.weights).map(|(x, c)| x * c * factor).collect();
            Digits::new(scaled.iter())
        };
        let plain: Vec<Digits> = self.columns.iter().map(|c| Digits::new(c.iter())).collect();
        let sloped: Vec<Vec<Digits>> =
            self.columns.iter().map(|c| products.iter().map(|f| digits(f, c)).collect()).collect();
        let pairs: Vec<(usize, usize)> = (0..self.live.len()).flat_map(|l| (0..=l).map(move |o| (l, o))).collect();
        let block = |&(l, other): &(usize, usize)| {
            let (left, right) = (&self.cell.sides[self.live[l]], &self.cell.sides[self.live[other]]);
            let pick = |k: usize| match (left[k], right[k]) {
                (Side::Plus, Side::Plus) => 0,
                (Side::Plus, Side::Minus) | (Side::Minus, Side::Plus) => 1,
                (Side::Minus, Side::Minus) => 2,
                _ => 3,
            };
            let row = |choices: &Vec<Digits>| {
                let chosen = Digits::select(&choices.iter().collect::<Vec<_>>(), pick);
                plain.iter().map(|column| chosen.dot(column)).collect()
            };
            (l, other, sloped.iter().map(row).collect())
        };
        pairs.par_iter().map(block).collect()
    }

    /// The bias's row and column and the right-hand sides. The bias unknown is in units that make its factor 1, and
    /// the targets' denominator is taken into all unknowns.
    fn linear_terms(&self, rows: &mut [Vec<BigInt>], right: &mut [BigInt]) {
        let scale = &self.slope_denominator * &self.input_denominator;
        let weighted: Vec<BigInt> = self.target.numerators().iter().zip(&self.weights).map(|(y, c)| y * c).collect();
        let sums = [Digits::new(self.weights.iter()), Digits::new(weighted.iter())];
        let bias = self.cell.kinks.len();
        for l in 0..self.live.len() {
            let sides = &self.cell.sides[self.live[l]];
            let sign = self.sign(l);
            for (a, column) in self.columns.iter().enumerate() {
                let slope = |(x, side): (&BigInt, &Side)| match side {
                    Side::Plus => x * &self.slopes[0],
                    Side::Minus => x * &self.slopes[1],
                    Side::Kink => BigInt::zero(),
                };
                let sloped: Vec<BigInt> = column.iter().zip(sides).map(slope).collect();
                let sloped = Digits::new(sloped.iter());
                let at = self.offset(l) + a;
                right[at] = sloped.dot(&sums[1]) * &sign * &scale;
                if self.landscape.has_bias {
                    let value = sloped.dot(&sums[0]) * &sign;
                    rows[bias][at] = value.clone();
                    rows[at][bias] = value;
                }
            }
        }
        if self.landscape.has_bias {
            rows[bias][bias] = self.weights.iter().sum();
            right[bias] = weighted.iter().sum::<BigInt>() * &scale;
        }
    }

    /// Values for unknowns that turn out free, and the order in which unknowns are preferred as determined: the
    /// multipliers and the bias, then the neurons with the largest effect, so that tiny neurons stay where they are.
    fn free_values(&self, free: &[Vec<BigRational>]) -> (Vec<BigRational>, Vec<usize>) {
        let mut values = vec![BigRational::zero(); self.unknowns()];
        let mut effects = Vec::new();
        for (l, &i) in self.live.iter().enumerate() {
            for (a, u) in free[i].iter().enumerate() {
                let unit = BigRational::from_integer(&self.units[a] * self.target.denominator());
                values[self.offset(l) + a] = u * unit;
                let effect = self.landscape.neurons[i].size * self.landscape.scales[a];
                effects.push((effect, self.offset(l) + a));
            }
        }
        effects.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        (values, (0..self.offset(0)).chain(effects.into_iter().map(|e| e.1)).collect())
    }

    /// The network with the solution's input weights and bias; a neuron's weights share one denominator.
    fn network(&self, model: &Network, solution: &Fractions, free: &[Vec<BigRational>]) -> Result<Network, String> {
        let scale = solution.denominator() * self.target.denominator();
        let unit = self.units.iter().filter(|g| !g.is_zero()).fold(BigInt::one(), |acc, g| acc.lcm(g));
        let still = (0..self.landscape.neurons.len()).filter(|i| !self.live.contains(i)).filter_map(|i| {
            let index = self.landscape.neurons[i].index;
            let neuron = &model.neurons()[index];
            let h = neuron.output.rationals().next()?.abs();
            let weights: Vec<BigRational> = free[i].iter().map(|u| u / &h).collect();
            Some((index, Neuron { input: Fractions::from_rationals(&weights), output: neuron.output.clone() }))
        });
        let changed = self.live.iter().enumerate().filter_map(|(l, &i)| {
            let index = self.landscape.neurons[i].index;
            let neuron = &model.neurons()[index];
            let h = neuron.output.rationals().next()?.abs();
            // w_a = U_a / (units_a scale |h|); coordinates that no sample has keep the model's value.
            let old = neuron.input.denominator();
            let denominator = &scale * &unit * h.numer() * old;
            let weight = |(a, g): (usize, &BigInt)| match g.is_zero() {
                true => &neuron.input.numerators()[a] * &scale * &unit * h.numer(),
                false => &solution.numerators()[self.offset(l) + a] * (&unit / g) * h.denom() * old,
            };
            let numerators = self.units.iter().enumerate().map(weight).collect();
            let input = shorter(Fractions::new(numerators, denominator)?);
            Some((index, Neuron { input, output: neuron.output.clone() }))
        });
        let bias = self.landscape.has_bias.then(|| {
            let denominator = &scale * &self.slope_denominator * &self.input_denominator;
            Fractions::new(vec![solution.numerators()[self.cell.kinks.len()].clone()], denominator).map(shorter)
        });
        model.with_changes(changed.chain(still).collect::<Vec<_>>(), bias.flatten()).map_err(|e| e.to_string())
    }
}

/// The float position as exact values in true units, the model's own where the search did not move a coordinate.
pub fn free_from_position(
    evaluation: &Evaluation<'_>,
    landscape: &Landscape,
    position: &[Vec<f64>],
) -> Vec<Vec<BigRational>> {
    let model = free_from_model(evaluation, landscape);
    let near = |(exact, (value, scale)): (BigRational, (&f64, &f64))| {
        let value = value / scale;
        match (value - float(&exact)).abs() <= 1e-9 * value.abs() {
            true => exact,
            false => crate::search::float::exact(value),
        }
    };
    model
        .into_iter()
        .zip(position)
        .map(|(u, p)| u.into_iter().zip(p.iter().zip(&landscape.scales)).map(near).collect())
        .collect()
}

/// The model's u_i = |h_i| w_i.
pub fn free_from_model(evaluation: &Evaluation<'_>, landscape: &Landscape) -> Vec<Vec<BigRational>> {
    let product = |index: usize| {
        let neuron = &evaluation.network().neurons()[index];
        let h = neuron.output.rationals().next().unwrap_or_else(BigRational::zero).abs();
        neuron.input.rationals().map(|w| w * &h).collect()
    };
    landscape.neurons.iter().map(|m| product(m.index)).collect()
}
