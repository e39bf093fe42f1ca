//! From sums to bounds: weight decay added, forms bounded, and T13 put together.

use super::super::interval::{ball, between, enclose, enclose_ratio, is_usable, point};
use super::super::rounding::{add_up, div_up, sum_up};
use super::form::{Form, Guess, l1, l2};
use super::model::{Beyond, Bound};
use super::totals::Totals;
use crate::kernel::network::Neuron;
use crate::kernel::penalty::Penalty;
use inari::Interval;
use num_traits::Zero;

/// What is certain of one point.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// L, weight decay included.
    pub loss: Interval,
    /// One for each neuron.
    pub neurons: Vec<NeuronBounds>,
    /// The steepest slope along the output bias, each of its entries changed by at most 1: -|sum_k eps_k|_1 without decay.
    pub bias_slope: Option<Interval>,
    /// The steepest slope of all: the least L'(P; D) over the directions that change no parameter by more than 1.
    pub slope: Interval,
    /// T13 over all parameters, where there is one output.
    pub descent: Option<Descent>,
}

/// What is certain of one neuron.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeuronBounds {
    /// Samples with w_i.x_k = 0, exactly counted.
    pub kinks: usize,
    /// The steepest slope along w_i: the least L'(P; u) over |u|_inf <= 1.
    pub input_slope: Interval,
    /// The steepest slope along h_i: the least L'(P; g) over |g|_inf <= 1, which is -|G(w_i)|_1 without decay.
    pub output_slope: Interval,
    /// |G(w_i)| (with decay, |G(w_i) + lh h_i|): L'(P; g) >= -potential |g|, with equality for one g.
    pub potential: Interval,
    /// At least |r_i| of T13: L'(P; u) >= -residual |u| for all u.
    pub residual: f64,
    /// L falls by at most this times |u|_inf |g|_inf more when h_i changes by g while w_i changes by u. One output only.
    coupling: f64,
}

/// While no w_i.x_k and no h_i changes its strict sign, moving all parameters by at most t lowers L by at most
/// `linear` t + `quadratic` t^2 (T13 over the cube).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Descent {
    /// Per unit of t.
    pub linear: f64,
    /// Per unit of t^2.
    pub quadratic: f64,
}

impl Totals {
    /// The bounds; `guess` proposes multipliers, and nothing rests on it.
    pub fn finish(&self, bound: &Bound<'_>, penalty: &Penalty, guess: Guess<'_>) -> Result<Bounds, Beyond> {
        let network = bound.network;
        let neurons = network.neurons().iter().enumerate();
        let neurons: Vec<NeuronBounds> =
            neurons.map(|(i, neuron)| self.neuron(bound, penalty, i, neuron, guess)).collect();
        let bias_slope = network.output_bias().map(|bias| {
            let decayed = bias.rationals().map(|b| enclose(&(b * &penalty.output_bias)));
            let total: Vec<Interval> = self.residuals.iter().zip(decayed).map(|(sum, decay)| *sum + decay).collect();
            -l1(&total)
        });
        let decay = if penalty.is_none() { point(0.0) } else { enclose(&penalty.value(network)) };
        // A sum of squares is never negative, whatever the floats say.
        let nonnegative = between(0.0, f64::INFINITY);
        let loss = (self.squares * point(0.5)).intersection(nonnegative) + decay;
        // The directions of the neurons and of the bias are chosen apart.
        let parts = neurons.iter().flat_map(|n| [n.input_slope, n.output_slope]).chain(bias_slope);
        let slope = parts.fold(point(0.0), |sum, part| sum + part);
        let quadratic = sum_up(neurons.iter().map(|n| n.coupling));
        let descent = (bound.outputs() == 1).then(|| Descent { linear: -slope.inf(), quadratic });
        let bounds = Bounds { loss, neurons, bias_slope, slope, descent };
        if bounds.is_usable() { Ok(bounds) } else { Err(Beyond) }
    }

    fn neuron(
        &self,
        bound: &Bound<'_>,
        penalty: &Penalty,
        i: usize,
        neuron: &Neuron,
        guess: Guess<'_>,
    ) -> NeuronBounds {
        let (width, outputs) = (bound.width(), bound.outputs());
        let row = |values: &[f64]| values.get(i * width..(i + 1) * width).map(<[f64]>::to_vec).unwrap_or_default();
        let linear: Vec<Interval> =
            row(&self.linear).into_iter().zip(row(&self.linear_radii)).map(|(mid, rad)| ball(mid, rad)).collect();
        let kinks = self.kinks.get(i).map_or(&[][..], Vec::as_slice);
        let rest = self.rests.get(i).copied().unwrap_or_default();
        let form = Form::new(linear, kinks, rest, |sample, row| bound.exact_row(sample, row), bound.is_rounded());
        // With one output the form is that of D_i: h_i D_i is its multiple.
        let factor = match neuron.output.numerators() {
            [one] => enclose_ratio(one, neuron.output.denominator()),
            _ => point(1.0),
        };
        let decay = decay_of_input(bound, penalty, neuron);
        let decay_size = decay.as_ref().map_or(0.0, |decay| l1(decay).sup());
        let found = form.scaled(factor, decay).bounds(guess);
        // D_i(u) >= -(what h_i D_i falls by + the decay's own slope) / |h_i|; where h_i = 0 D_i counts in both directions.
        let coupling = match factor == point(0.0) {
            true => form.size(),
            false => div_up(add_up(-found.cube.inf(), decay_size), factor.mig()),
        };
        let potential = self.potential.get(i * outputs..(i + 1) * outputs).unwrap_or_default();
        let decayed = neuron.output.rationals().map(|h| enclose(&(h * &penalty.output)));
        let potential: Vec<Interval> = potential.iter().zip(decayed).map(|(g, decay)| *g + decay).collect();
        NeuronBounds {
            kinks: self.kink_counts.get(i).copied().unwrap_or(0),
            input_slope: found.cube,
            output_slope: -l1(&potential),
            potential: l2(&potential),
            residual: found.residual,
            coupling: if outputs == 1 { coupling } else { 0.0 },
        }
    }
}

/// The derivative of the weight decay along w_i; `None` where there is none.
fn decay_of_input(bound: &Bound<'_>, penalty: &Penalty, neuron: &Neuron) -> Option<Vec<Interval>> {
    if penalty.input.is_zero() && penalty.hidden_bias.is_zero() {
        return None;
    }
    let network = bound.network;
    let coefficient = |a: usize| penalty.of_input(a, network.weight_count(), network.has_hidden_bias());
    Some(neuron.input.rationals().enumerate().map(|(a, w)| enclose(&(w * coefficient(a)))).collect())
}

impl Bounds {
    /// Whether every bound is finite.
    fn is_usable(&self) -> bool {
        let neuron = |n: &NeuronBounds| {
            [n.input_slope, n.output_slope, n.potential].into_iter().all(is_usable)
                && n.residual.is_finite()
                && n.coupling.is_finite()
        };
        is_usable(self.loss)
            && is_usable(self.slope)
            && self.neurons.iter().all(neuron)
            && self.bias_slope.is_none_or(is_usable)
            && self.descent.is_none_or(|d| d.linear.is_finite() && d.quadratic.is_finite())
    }
}
