//! The exact stationary point of a cell with held kinks: one integer system, solved over Q (T6).
//!
//! Unknowns are the multipliers mu_ik, the output bias and u_i = |h_i| w_i, in units that make the system integral:
//!
//! ```text
//! s_i sum_k c_k slope_ik e_k x_k + sum_{k in K_i} mu_ik x_k = 0,   u_i . x_k = 0 (k in K_i),   sum_k c_k e_k = 0.
//! ```
//!
//! h does not occur, so entries stay as short as the data's. Kinks count with slope 0 here, which shifts mu only. Scalar
//! output.

use super::shorter;
use super::solve::{SolveError, guess, rank_profile_in_order, solve};
use super::threads;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::{Digits, Fractions, content};
use crate::kernel::network::{Network, Neuron};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

pub use crate::kernel::samples::Side;

/// A neuron whose input weights are unknown; its output weight is not zero.
#[derive(Debug, Clone)]
pub struct CellNeuron<'a> {
    /// Its index in the network.
    pub index: usize,
    /// The side of each sample.
    pub sides: &'a [Side],
    /// The samples that are held on its kink.
    pub kinks: Vec<usize>,
}

/// A cell: what is unknown, and on which sides the samples stay.
#[derive(Debug, Clone)]
pub struct Cell<'a> {
    /// The neurons whose input weights are unknown; all others keep what they have.
    pub neurons: Vec<CellNeuron<'a>>,
    /// Whether the output bias is unknown.
    pub bias: bool,
}

impl Cell<'_> {
    /// The network with all unknowns zero: its residuals are what the unknowns must balance.
    pub fn fixed_part(&self, network: &Network) -> Result<Network, String> {
        let zero = |n: &CellNeuron<'_>| {
            let output = network.neurons()[n.index].output.clone();
            (n.index, Neuron { input: Fractions::zeros(network.weight_count()), output })
        };
        let bias = self.bias.then(|| Fractions::zeros(1));
        network.with_changes(self.neurons.iter().map(zero), bias).map_err(|e| e.to_string())
    }
}

/// The system of a cell, in integers.
pub struct System<'a> {
    cell: &'a Cell<'a>,
    network: &'a Network,
    /// Cell neuron and sample of each held kink.
    kinks: Vec<(usize, usize)>,
    /// x_ka / unit_a in integers.
    columns: Vec<Vec<BigInt>>,
    /// The content of each column of the samples' integers; zero for a zero column.
    units: Vec<BigInt>,
    /// Slopes over their common denominator.
    slopes: [BigInt; 2],
    slope_denominator: BigInt,
    input_denominator: BigInt,
    /// c_k e_k of the fixed part, times the denominator of the sample weights.
    residuals: Fractions,
    /// c_k times their denominator.
    weights: Vec<BigInt>,
}

impl<'a> System<'a> {
    /// The system; `fixed` is the cell's fixed part ([`Cell::fixed_part`]) of the network.
    pub fn new(fixed: &Evaluation<'_>, network: &'a Network, cell: &'a Cell<'a>) -> Self {
        let samples = fixed.samples();
        let column = |a: usize| samples.rows().iter().map(move |row| &row[a]);
        let units: Vec<BigInt> = (0..samples.width()).map(|a| content(column(a), &BigInt::zero())).collect();
        let divide = |a: usize| match units[a].is_zero() {
            true => vec![BigInt::zero(); samples.count()],
            false => column(a).map(|x| x / &units[a]).collect(),
        };
        let activation = network.activation();
        let slopes = Fractions::from_rationals([&activation.positive, &activation.negative]);
        let (weights, weight_denominator) = match fixed.residuals().weights() {
            Some(c) => (c.numerators().to_vec(), c.denominator().clone()),
            None => (vec![BigInt::one(); samples.count()], BigInt::one()),
        };
        let epsilon = fixed.residuals().epsilon(0);
        let residuals = Fractions::new(epsilon.numerators().to_vec(), epsilon.denominator() / weight_denominator);
        Self {
            cell,
            network,
            kinks: cell.neurons.iter().enumerate().flat_map(|(l, n)| n.kinks.iter().map(move |&k| (l, k))).collect(),
            columns: (0..samples.width()).map(divide).collect(),
            units,
            slopes: [slopes.numerators()[0].clone(), slopes.numerators()[1].clone()],
            slope_denominator: slopes.denominator().clone(),
            input_denominator: samples.denominator().clone(),
            residuals: shorter(residuals.unwrap_or(epsilon)),
            weights,
        }
    }

    /// The network with the stationary input weights and bias; a neuron's weights share one denominator.
    ///
    /// `order` has neurons of the cell (by their place in it) with coordinates, the first preferred as determined by the
    /// system. Coordinates that it leaves free, or that are not in the order, take the value in `free`: for each cell
    /// neuron its u_i, in true units. Coordinates that no sample has keep the network's value.
    pub fn solve(&self, free: &[Vec<BigRational>], order: &[(usize, usize)]) -> Result<Network, String> {
        self.with_solution(&self.solution(solve, free, order)?)
    }

    /// The same without an exact check of the equations; see [`guess`] for `denominator`.
    pub fn guess(
        &self,
        free: &[Vec<BigRational>],
        order: &[(usize, usize)],
        denominator: Option<&BigInt>,
    ) -> Result<Network, String> {
        let solver = |a: &[Vec<BigInt>], b: &[BigInt], x: &[BigRational], o: &[usize]| guess(a, b, x, o, denominator);
        self.with_solution(&self.solution(solver, free, order)?)
    }

    /// The denominator that [`Self::guess`] can make use of.
    pub fn denominator(&self, order: &[(usize, usize)]) -> Result<BigInt, String> {
        let free = vec![Vec::new(); self.cell.neurons.len()];
        Ok(self.solution(solve, &free, order)?.denominator().clone())
    }

    fn solution(
        &self,
        solver: impl Fn(&[Vec<BigInt>], &[BigInt], &[BigRational], &[usize]) -> Result<Fractions, SolveError>,
        free: &[Vec<BigRational>],
        order: &[(usize, usize)],
    ) -> Result<Fractions, String> {
        let (rows, right) = self.equations();
        let mut values = vec![BigRational::zero(); self.unknowns()];
        for (l, u) in free.iter().enumerate() {
            for (a, u) in u.iter().enumerate() {
                let unit = BigRational::from_integer(&self.units[a] * self.residuals.denominator());
                values[self.offset(l) + a] = u * unit;
            }
        }
        let solution = solver(&rows, &right, &values, &self.column_order(order));
        solution.map_err(|e| format!("the exact system of the cell: {e}"))
    }

    /// Those coordinates of the order (as for [`Self::solve`]) that the system leaves free. Untrusted: modulo a prime.
    pub fn free_coordinates(&self, order: &[(usize, usize)]) -> Vec<(usize, usize)> {
        let (rows, _) = self.equations();
        let pivots = rank_profile_in_order(&rows, &self.column_order(order)).pivot_cols;
        order.iter().filter(|(l, a)| !pivots.contains(&(self.offset(*l) + a))).copied().collect()
    }

    /// The number of unknowns.
    pub fn unknowns(&self) -> usize {
        self.offset(self.cell.neurons.len())
    }

    /// The multipliers and the bias first, which are determined wherever they can be.
    fn column_order(&self, order: &[(usize, usize)]) -> Vec<usize> {
        (0..self.offset(0)).chain(order.iter().map(|(l, a)| self.offset(*l) + a)).collect()
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    /// Index of the first unknown of cell neuron number `l`: multipliers come first, then the bias.
    fn offset(&self, l: usize) -> usize {
        self.kinks.len() + usize::from(self.cell.bias) + l * self.width()
    }

    fn output(&self, l: usize) -> BigRational {
        let neuron = &self.network.neurons()[self.cell.neurons[l].index];
        neuron.output.rationals().next().unwrap_or_else(BigRational::zero)
    }

    fn sign(&self, l: usize) -> BigInt {
        BigInt::from(if self.output(l).is_negative() { -1 } else { 1 })
    }

    /// The system by rows, with its right-hand side.
    fn equations(&self) -> (Vec<Vec<BigInt>>, Vec<BigInt>) {
        let n = self.unknowns();
        let mut rows = vec![vec![BigInt::zero(); n]; n];
        let mut right = vec![BigInt::zero(); n];
        for (q, &(l, k)) in self.kinks.iter().enumerate() {
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

    /// sum_k c_k slope_ik slope_jk x_ka x_kb for all pairs of cell neurons: the products of the inputs are summed over the
    /// samples of each pair of sides.
    fn blocks(&self) -> Vec<(usize, usize, Vec<Vec<BigInt>>)> {
        let [p, m] = &self.slopes;
        let factors: Vec<(usize, BigInt)> =
            (0..).zip([p * p, p * m, m * m]).filter(|(_, factor)| !factor.is_zero()).collect();
        let product = |a: usize, b: usize| {
            let columns = self.columns[a].iter().zip(&self.columns[b]);
            let values: Vec<BigInt> = columns.zip(&self.weights).map(|((x, y), c)| x * y * c).collect();
            Digits::new(values.iter())
        };
        let products: Vec<Vec<Digits>> = (0..self.width()).map(|a| (0..=a).map(|b| product(a, b)).collect()).collect();
        let pairs: Vec<(usize, usize)> =
            (0..self.cell.neurons.len()).flat_map(|l| (0..=l).map(move |o| (l, o))).collect();
        threads::map(&pairs, |&(l, other)| {
            let sides = self.cell.neurons[l].sides.iter().zip(self.cell.neurons[other].sides);
            let kinds: Vec<usize> = sides.map(kind).collect();
            let chosen = |kind: usize| {
                let ones: Vec<BigInt> = kinds.iter().map(|k| BigInt::from(usize::from(*k == kind))).collect();
                Digits::new(ones.iter())
            };
            let masks: Vec<(Digits, &BigInt)> = factors.iter().map(|(kind, f)| (chosen(*kind), f)).collect();
            let entry =
                |a: usize, b: usize| masks.iter().map(|(mask, factor)| mask.dot(&products[a][b]) * *factor).sum();
            let lower: Vec<Vec<BigInt>> = (0..self.width()).map(|a| (0..=a).map(|b| entry(a, b)).collect()).collect();
            let row = |a: usize| (0..self.width()).map(|b| lower[a.max(b)][a.min(b)].clone()).collect();
            let block: Vec<Vec<BigInt>> = (0..self.width()).map(row).collect();
            (l, other, block)
        })
    }

    /// The bias's row and column and the right-hand sides. The bias unknown is in units that make its factor 1, and
    /// the residuals' denominator is taken into all unknowns.
    fn linear_terms(&self, rows: &mut [Vec<BigInt>], right: &mut [BigInt]) {
        let scale = &self.slope_denominator * &self.input_denominator;
        let sums = [Digits::new(self.weights.iter()), Digits::new(self.residuals.numerators().iter())];
        let bias = self.kinks.len();
        for (l, neuron) in self.cell.neurons.iter().enumerate() {
            let sign = self.sign(l);
            for (a, column) in self.columns.iter().enumerate() {
                let slope = |(x, side): (&BigInt, &Side)| match side {
                    Side::Plus => x * &self.slopes[0],
                    Side::Minus => x * &self.slopes[1],
                    Side::Kink => BigInt::zero(),
                };
                let sloped: Vec<BigInt> = column.iter().zip(neuron.sides).map(slope).collect();
                let sloped = Digits::new(sloped.iter());
                let at = self.offset(l) + a;
                right[at] = -(sloped.dot(&sums[1]) * &sign * &scale);
                if self.cell.bias {
                    let value = sloped.dot(&sums[0]) * &sign;
                    rows[bias][at] = value.clone();
                    rows[at][bias] = value;
                }
            }
        }
        if self.cell.bias {
            rows[bias][bias] = self.weights.iter().sum();
            right[bias] = -(self.residuals.numerators().iter().sum::<BigInt>() * &scale);
        }
    }

    /// The network with the solution's input weights and bias.
    fn with_solution(&self, solution: &Fractions) -> Result<Network, String> {
        let scale = solution.denominator() * self.residuals.denominator();
        let unit = self.units.iter().filter(|g| !g.is_zero()).fold(BigInt::one(), |acc, g| acc.lcm(g));
        let changed = self.cell.neurons.iter().enumerate().filter_map(|(l, n)| {
            let neuron = &self.network.neurons()[n.index];
            let h = self.output(l).abs();
            // w_a = U_a / (units_a scale |h|); coordinates that no sample has keep the network's value.
            let old = neuron.input.denominator();
            let denominator = &scale * &unit * h.numer() * old;
            let weight = |(a, g): (usize, &BigInt)| match g.is_zero() {
                true => &neuron.input.numerators()[a] * &scale * &unit * h.numer(),
                false => &solution.numerators()[self.offset(l) + a] * (&unit / g) * h.denom() * old,
            };
            let numerators = self.units.iter().enumerate().map(weight).collect();
            let input = shorter(Fractions::new(numerators, denominator)?);
            Some((n.index, Neuron { input, output: neuron.output.clone() }))
        });
        let bias = self.cell.bias.then(|| {
            let denominator = &scale * &self.slope_denominator * &self.input_denominator;
            Fractions::new(vec![solution.numerators()[self.kinks.len()].clone()], denominator).map(shorter)
        });
        self.network.with_changes(changed.collect::<Vec<_>>(), bias.flatten()).map_err(|e| e.to_string())
    }
}

/// Which product of slopes a sample has: both sides positive, different, both negative, or a kink.
fn kind((left, right): (&Side, &Side)) -> usize {
    match (left, right) {
        (Side::Plus, Side::Plus) => 0,
        (Side::Plus, Side::Minus) | (Side::Minus, Side::Plus) => 1,
        (Side::Minus, Side::Minus) => 2,
        _ => 3,
    }
}
