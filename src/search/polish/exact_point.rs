//! From the cell that the float search reached to its exact stationary point (T6).

use super::landscape::{Landscape, float};
use crate::exact::cell::{Cell, CellNeuron, Side, System};
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::Fractions;
use crate::kernel::network::{Network, Neuron};
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// The cell that the search reached.
pub struct Reached<'a> {
    /// For each moving neuron the side of each sample.
    pub sides: &'a [Vec<Side>],
    /// Moving neuron and sample of each held kink; independent for each neuron.
    pub kinks: &'a [(usize, usize)],
}

impl Reached<'_> {
    /// Whether neuron i has slope 0 on every sample and no kinks: it does not act on the loss.
    pub fn is_flat(&self, landscape: &Landscape, i: usize) -> bool {
        self.sides[i].iter().all(|side| *side != Side::Kink && landscape.slope(*side) == 0.0)
    }

    /// The exact stationary point of the cell; `fixed` is the network with all moving neurons at zero. Unknowns that
    /// the system leaves free take the value of `free`: for each moving neuron its u_i, in true units.
    pub fn solve(
        &self,
        network: &Network,
        fixed: &Evaluation<'_>,
        landscape: &Landscape,
        free: &[Vec<BigRational>],
    ) -> Result<Network, String> {
        let (still, live): (Vec<usize>, Vec<usize>) =
            (0..landscape.neurons.len()).partition(|&i| self.is_flat(landscape, i));
        let neuron = |&i: &usize| CellNeuron {
            index: landscape.neurons[i].index,
            sides: &self.sides[i],
            kinks: self.kinks.iter().filter(|(j, _)| *j == i).map(|(_, k)| *k).collect(),
        };
        let cell = Cell { neurons: live.iter().map(neuron).collect(), bias: landscape.has_bias };
        let u: Vec<Vec<BigRational>> = live.iter().map(|&i| free[i].clone()).collect();
        let point = System::new(fixed, network, &cell).solve(&u, &by_effect(landscape, &live))?;
        let still = still.into_iter().filter_map(|i| {
            let index = landscape.neurons[i].index;
            let output = network.neurons()[index].output.clone();
            let h = output.rationals().next()?.abs();
            let weights: Vec<BigRational> = free[i].iter().map(|u| u / &h).collect();
            Some((index, Neuron { input: Fractions::from_rationals(&weights), output }))
        });
        point.with_changes(still.collect::<Vec<_>>(), None).map_err(|e| e.to_string())
    }
}

/// The live neurons' coordinates, those with the largest effect first, so that tiny neurons stay where they are.
fn by_effect(landscape: &Landscape, live: &[usize]) -> Vec<(usize, usize)> {
    let effect = |&(l, a): &(usize, usize)| landscape.neurons[live[l]].size * landscape.scales[a];
    let mut order: Vec<(usize, usize)> =
        (0..live.len()).flat_map(|l| (0..landscape.width()).map(move |a| (l, a))).collect();
    order.sort_by(|x, y| effect(y).total_cmp(&effect(x)).then(x.cmp(y)));
    order
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
