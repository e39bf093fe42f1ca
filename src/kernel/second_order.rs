//! The second order of the loss (T5): Q(z) = sum_i g_i.D_i(u_i) + 1/2 sum_k c_k |df_k|^2 for z = (u, g, d) with
//! df_k = d + sum_i (g_i rho(w_i.x_k) + h_i rho'(w_i.x_k ; u_i.x_k)), in integers.
//!
//! With w_i = W_i / om_i, h_i = H_i / eta_i, x_k = X_k / xi, c_k = C_k / ga and slopes A / al, the scaled variables
//! u_i = eta_i u_i', g_i = om_i g_i', d = d' / (al xi) make al xi df_k an integer combination:
//!
//! al xi df_k = d' + sum_i (g_i' A W_i.X_k + H_i A X_k.u_i') .

use super::certificate::Direction;
use super::evaluation::Evaluation;
use super::linear::{Digits, Echelon, Fractions, content, dot};
use super::network::{Network, Neuron};
use super::rule::critical::Side;
use super::samples::primitive;
use super::slope_form::SlopeForm;
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// The variables of one neuron.
#[derive(Debug, Clone)]
pub struct Variables {
    /// The neuron.
    pub index: usize,
    /// Its slope form.
    pub form: SlopeForm,
    /// What is known of the sign of x_C.u on each class.
    pub sides: Vec<Side>,
    /// A basis of all u with x_C.u = 0 on the classes that say so, and u = 0 at the first nonzero coordinate of w.
    pub basis: Vec<Vec<BigInt>>,
    /// Whether x_C vanishes on the span of the basis, for each class.
    flat: Vec<bool>,
}

/// Q on the pieces of a cone: on each every x_C.u keeps one sign, so that Q is a quadratic form.
#[derive(Debug)]
pub struct SecondOrder<'a> {
    evaluation: &'a Evaluation<'a>,
    neurons: Vec<Variables>,
}

/// One variable: what it adds to al xi df_k is `column[k] * output`.
struct Variable {
    column: Vec<BigInt>,
    output: Vec<BigInt>,
}

impl<'a> SecondOrder<'a> {
    /// The form in the variables of some neurons, each with its slope form and the sides of its classes, and of the
    /// output bias.
    pub fn new(evaluation: &'a Evaluation<'a>, neurons: impl Iterator<Item = (usize, SlopeForm, Vec<Side>)>) -> Self {
        let mut all = Self { evaluation, neurons: Vec::new() };
        for (index, form, sides) in neurons {
            let _ = all.add(index, form, sides, usize::MAX);
        }
        all
    }

    /// Adds the variables of one neuron, unless there are more than `most` then: their number.
    pub fn add(&mut self, index: usize, form: SlopeForm, sides: Vec<Side>, most: usize) -> Result<(), usize> {
        let Some(neuron) = self.evaluation.network().neurons().get(index) else { return Ok(()) };
        let equations = equations(neuron, &form, &sides);
        let dimension = neuron.input.len().saturating_sub(equations.rank());
        let count = self.variable_count().saturating_add(neuron.output.len()).saturating_add(dimension);
        if count > most {
            return Err(count);
        }
        self.neurons.push(Variables::new(neuron, index, form, sides, &equations));
        Ok(())
    }

    /// The neurons whose weights are variables.
    pub fn neurons(&self) -> &[Variables] {
        &self.neurons
    }

    /// The classes whose sign is open: there are two pieces for each, times all others.
    pub fn open_classes(&self) -> usize {
        self.neurons.iter().map(|n| n.open().count()).sum()
    }

    /// How many variables the form has.
    pub fn variable_count(&self) -> usize {
        let network = self.evaluation.network();
        let bias = network.output_bias().map_or(0, Fractions::len);
        bias + self.neurons.iter().map(|n| network.output_count() + n.basis.len()).sum::<usize>()
    }

    /// A positive multiple of the symmetric matrix of Q on the piece: bit b of `piece` is 1 where the open class b, in
    /// order, is negative. Variables: d', then g_i' and the coordinates of u_i' in the basis of each neuron.
    pub fn matrix(&self, piece: usize) -> Vec<Vec<BigInt>> {
        let (samples, network) = (self.evaluation.samples(), self.evaluation.network());
        let weights = self.evaluation.residuals().weights();
        let signs = self.signs(piece);
        let variables = self.variables(&signs);
        let weighted: Vec<Digits> = variables.iter().map(|v| weighted(&v.column, weights)).collect();
        let plain: Vec<Digits> = variables.iter().map(|v| Digits::new(v.column.iter())).collect();
        let scale = self.neurons.first().map_or_else(BigInt::one, |n| n.form.scale.clone());
        let entry = |(p, q): (usize, usize)| -> BigInt {
            let (Some(a), Some(b), Some(x), Some(y)) =
                (variables.get(p), variables.get(q), plain.get(p), weighted.get(q))
            else {
                return BigInt::zero();
            };
            let outputs = dot(&a.output, &b.output);
            if outputs.is_zero() { outputs } else { x.dot(y) * outputs * &scale }
        };
        let n = variables.len();
        let mut matrix: Vec<Vec<BigInt>> =
            (0..n).map(|p| (0..n).map(|q| if q < p { BigInt::zero() } else { entry((p, q)) }).collect()).collect();
        // Twice g.D, times the same factors.
        let factor = num_traits::pow(slopes(network).denominator() * samples.denominator(), 2)
            * weights.map_or_else(BigInt::one, |c| c.denominator().clone());
        let outputs = network.output_count();
        let mut place = network.output_bias().map_or(0, Fractions::len);
        for (own, signs) in self.neurons.iter().zip(&signs) {
            let unit = network.neurons().get(own.index).map_or_else(BigInt::one, denominators) * &factor;
            for (j, slope) in own.slopes(signs).iter().enumerate() {
                for (b, vector) in own.basis.iter().enumerate() {
                    if let Some(slot) = matrix.get_mut(place + j).and_then(|r| r.get_mut(place + outputs + b)) {
                        *slot += &unit * dot(slope, vector);
                    }
                }
            }
            place += outputs + own.basis.len();
        }
        symmetric(matrix)
    }

    /// The direction with these values of the variables, up to a positive factor.
    pub fn direction(&self, values: &[BigInt]) -> Direction {
        let network = self.evaluation.network();
        let scale = slopes(network).denominator() * self.evaluation.samples().denominator();
        let mut rest = values.iter();
        let mut take = |n: usize| -> Vec<BigInt> { rest.by_ref().take(n).cloned().collect() };
        let bias = network.output_bias().map(|b| take(b.len()));
        let mut inputs = vec![vec![BigInt::zero(); network.weight_count()]; network.neurons().len()];
        let mut outputs = vec![vec![BigInt::zero(); network.output_count()]; network.neurons().len()];
        for own in &self.neurons {
            let (Some(neuron), Some(u), Some(g)) =
                (network.neurons().get(own.index), inputs.get_mut(own.index), outputs.get_mut(own.index))
            else {
                continue;
            };
            *g = take(g.len()).iter().map(|v| v * neuron.input.denominator() * &scale).collect();
            for (value, vector) in take(own.basis.len()).iter().zip(&own.basis) {
                let factor = value * neuron.output.denominator() * &scale;
                u.iter_mut().zip(vector).for_each(|(u, v)| *u += &factor * v);
            }
        }
        Direction { inputs, outputs, bias }
    }

    /// For each neuron and class whether x_C.u is negative on the piece.
    fn signs(&self, piece: usize) -> Vec<Vec<bool>> {
        let mut rest = piece;
        let mut next = || {
            let bit = rest & 1 == 1;
            rest >>= 1;
            bit
        };
        let mut sign = |side: Side, flat: bool| match side {
            Side::Negative => true,
            Side::Free if !flat => next(),
            _ => false,
        };
        self.neurons.iter().map(|n| n.sides.iter().zip(&n.flat).map(|(s, f)| sign(*s, *f)).collect()).collect()
    }

    fn variables(&self, signs: &[Vec<bool>]) -> Vec<Variable> {
        let (samples, network) = (self.evaluation.samples(), self.evaluation.network());
        let outputs = network.output_count();
        let unit = |j: usize| (0..outputs).map(|o| BigInt::from(u8::from(o == j))).collect();
        let mut all = Vec::new();
        for j in 0..network.output_bias().map_or(0, Fractions::len) {
            all.push(Variable { column: vec![BigInt::one(); samples.count()], output: unit(j) });
        }
        for (own, signs) in self.neurons.iter().zip(signs) {
            let Some(neuron) = network.neurons().get(own.index) else { continue };
            let slopes = own.sample_slopes(self.evaluation, signs);
            let column = |v: &[BigInt]| -> Vec<BigInt> {
                let digits = Digits::new(v.iter());
                samples.row_digits().iter().zip(&slopes).map(|(x, slope)| x.dot(&digits) * slope).collect()
            };
            let activations = column(neuron.input.numerators());
            all.extend((0..outputs).map(|j| Variable { column: activations.clone(), output: unit(j) }));
            let moved =
                own.basis.iter().map(|v| Variable { column: column(v), output: neuron.output.numerators().to_vec() });
            all.extend(moved);
        }
        all
    }
}

impl Variables {
    fn new(neuron: &Neuron, index: usize, form: SlopeForm, sides: Vec<Side>, equations: &Echelon) -> Self {
        let basis = equations.null_space(neuron.input.len());
        let flat = form.classes.iter().map(|c| basis.iter().all(|v| dot(&c.direction, v).is_zero())).collect();
        Self { index, form, sides, basis, flat }
    }

    /// The classes whose sign is open.
    pub fn open(&self) -> impl Iterator<Item = usize> + '_ {
        let open = self.sides.iter().zip(&self.flat).enumerate();
        open.filter(|(_, (side, flat))| **side == Side::Free && !**flat).map(|(class, _)| class)
    }

    /// The form's scale times the vector of D_i in each output, on the piece of these signs.
    fn slopes(&self, signs: &[bool]) -> Vec<Vec<BigInt>> {
        let mut slopes = self.form.linear.clone();
        for (class, negative) in self.form.classes.iter().zip(signs) {
            for (slope, kappa) in slopes.iter_mut().zip(&class.kappa).filter(|(_, kappa)| !kappa.is_zero()) {
                let kappa = if *negative { -kappa } else { kappa.clone() };
                slope.iter_mut().zip(&class.direction).for_each(|(s, x)| *s += &kappa * x);
            }
        }
        slopes
    }

    /// The slope of every sample on the piece, over the slopes' common denominator.
    fn sample_slopes(&self, evaluation: &Evaluation<'_>, signs: &[bool]) -> Vec<BigInt> {
        let slopes = slopes(evaluation.network());
        let [above, below] = slopes.numerators() else { return Vec::new() };
        let places: BTreeMap<&[BigInt], bool> =
            self.form.classes.iter().zip(signs).map(|(c, negative)| (c.direction.as_slice(), *negative)).collect();
        let own = evaluation.residuals().signs().get(self.index).map_or(&[][..], Vec::as_slice);
        let is_below = |(sign, row): (&Sign, &Vec<BigInt>)| match sign {
            Sign::Plus => false,
            Sign::Minus => true,
            // x_k = t x_C; where there is no class, x_k = 0 and its slope does not matter.
            Sign::NoSign => primitive(row)
                .is_some_and(|(t, x)| places.get(x.as_slice()).is_some_and(|negative| t.is_negative() != *negative)),
        };
        own.iter().zip(evaluation.samples().rows()).map(|s| if is_below(s) { below } else { above }.clone()).collect()
    }
}

/// What holds of u: x_C.u = 0 on the classes that say so, and u = 0 at the first nonzero coordinate of w.
fn equations(neuron: &Neuron, form: &SlopeForm, sides: &[Side]) -> Echelon {
    let mut equations = Echelon::default();
    if let Some(pivot) = neuron.input.numerators().iter().position(|w| !w.is_zero()) {
        let unit: Vec<BigInt> = (0..neuron.input.len()).map(|a| BigInt::from(u8::from(a == pivot))).collect();
        equations.insert(&unit);
    }
    for (class, _) in form.classes.iter().zip(sides).filter(|(_, side)| **side == Side::Zero) {
        equations.insert(&class.direction);
    }
    equations
}

/// Both slopes over one denominator.
fn slopes(network: &Network) -> Fractions {
    let activation = network.activation();
    Fractions::from_rationals([&activation.positive, &activation.negative])
}

fn denominators(neuron: &Neuron) -> BigInt {
    neuron.input.denominator() * neuron.output.denominator()
}

/// C_k column_k.
fn weighted(column: &[BigInt], weights: Option<&Fractions>) -> Digits {
    match weights {
        None => Digits::new(column.iter()),
        Some(c) => {
            let product: Vec<BigInt> = column.iter().zip(c.numerators()).map(|(v, c)| v * c).collect();
            Digits::new(product.iter())
        }
    }
}

/// The upper triangle copied below the diagonal, without the common factor.
fn symmetric(mut upper: Vec<Vec<BigInt>>) -> Vec<Vec<BigInt>> {
    let common = content(upper.iter().flatten(), &BigInt::zero());
    if common.is_zero() {
        return upper;
    }
    upper.iter_mut().flatten().for_each(|v| *v /= &common);
    let full = |p: usize| -> Vec<BigInt> {
        let below = upper.iter().take(p).filter_map(|row| row.get(p));
        below.chain(upper.get(p).into_iter().flat_map(|row| row.iter().skip(p))).cloned().collect()
    };
    (0..upper.len()).map(full).collect()
}

/// D_i(u_i) of every neuron along a direction, in each output.
#[derive(Debug)]
pub struct Slopes {
    /// Times the forms' scale.
    pub values: Vec<Vec<BigInt>>,
    scale: BigInt,
}

impl Slopes {
    /// Evaluates the forms of all neurons, one after the other: a form is as large as the samples.
    pub fn new(forms: impl IntoIterator<Item = impl Borrow<SlopeForm>>, direction: &Direction) -> Self {
        let mut scale = BigInt::one();
        let value = |(form, u): (_, &Vec<BigInt>)| {
            let form: &SlopeForm = Borrow::borrow(&form);
            scale.clone_from(&form.scale);
            form.evaluate(u)
        };
        let values = forms.into_iter().zip(&direction.inputs).map(value).collect();
        Self { values, scale }
    }
}

/// A positive multiple of Q along a direction, from its slopes.
pub fn value(evaluation: &Evaluation<'_>, own: &Slopes, direction: &Direction) -> BigInt {
    let (samples, network) = (evaluation.samples(), evaluation.network());
    let common =
        network.neurons().iter().fold(BigInt::one(), |m, n| m.lcm(n.input.denominator()).lcm(n.output.denominator()));
    let slopes = slopes(network);
    let [above, below] = slopes.numerators() else { return BigInt::zero() };
    // common al xi df_k of each output
    let unit = slopes.denominator() * samples.denominator() * &common;
    let constant = |j: usize| direction.bias.as_ref().and_then(|b| b.get(j)).map_or_else(BigInt::zero, |d| d * &unit);
    let mut change: Vec<Vec<BigInt>> =
        (0..network.output_count()).map(|j| vec![constant(j); samples.count()]).collect();
    let mut slope = BigInt::zero();
    let parts = network.neurons().iter().zip(&own.values).zip(direction.inputs.iter().zip(&direction.outputs));
    for ((neuron, values), (u, g)) in parts {
        slope += dot(g, values);
        let (w, own) = (Digits::new(neuron.input.numerators().iter()), Digits::new(u.iter()));
        let (by_input, by_output) = (&common / neuron.input.denominator(), &common / neuron.output.denominator());
        for (k, row) in samples.row_digits().iter().enumerate() {
            let (z, t) = (row.dot(&w), row.dot(&own));
            let side = if z.is_zero() { t.is_negative() } else { z.is_negative() };
            let a = if side { below } else { above };
            let (z, t) = (z * a * &by_input, t * a * &by_output);
            for ((column, g), h) in change.iter_mut().zip(g).zip(neuron.output.numerators()) {
                if let Some(slot) = column.get_mut(k) {
                    *slot += g * &z + h * &t;
                }
            }
        }
    }
    let weights = evaluation.residuals().weights();
    let square: BigInt = change.iter().map(|c| Digits::new(c.iter()).dot(&weighted(c, weights))).sum();
    let weight = weights.map_or_else(BigInt::one, |c| c.denominator().clone());
    slope * 2 * num_traits::pow(unit, 2) * weight + square * &own.scale
}

/// The network at `step` times the direction; `None` if the lengths do not fit.
pub fn moved(network: &Network, direction: &Direction, step: &BigRational) -> Option<Network> {
    let add = |values: &Fractions, change: &[BigInt]| {
        let factor = step.numer() * values.denominator();
        let sum = values.numerators().iter().zip(change).map(|(v, c)| v * step.denom() + c * &factor).collect();
        Fractions::new(sum, values.denominator() * step.denom())
    };
    let parts = network.neurons().iter().zip(direction.inputs.iter().zip(&direction.outputs)).enumerate();
    let neurons =
        parts.map(|(i, (n, (u, g)))| Some((i, Neuron { input: add(&n.input, u)?, output: add(&n.output, g)? })));
    let neurons: Vec<(usize, Neuron)> = neurons.collect::<Option<_>>()?;
    let bias = match (network.output_bias(), &direction.bias) {
        (Some(bias), Some(change)) => Some(add(bias, change)?),
        _ => None,
    };
    network.with_changes(neurons, bias).ok()
}
