//! One point of parameter space, evaluated on the samples: what every rule refers to.

use super::certificate::BiasStep;
use super::dataset::Dataset;
use super::network::Network;
use super::penalty::Penalty;
use super::residuals::Residuals;
use super::samples::Samples;
use super::slope_form::{SlopeForm, SlopedResiduals};
use num_bigint::BigInt;
use num_traits::Zero;

/// Residuals, signs and slope forms of a network on a data set, derived exactly from both.
#[derive(Debug, Clone)]
pub struct Evaluation<'a> {
    dataset: &'a Dataset,
    samples: &'a Samples,
    network: Network,
    residuals: Residuals,
    sloped: SlopedResiduals,
}

impl<'a> Evaluation<'a> {
    /// Evaluates the network; `samples` must be the data set's, with the network's bias coordinate.
    pub fn new(dataset: &'a Dataset, samples: &'a Samples, network: Network) -> Self {
        let residuals = Residuals::new(dataset, samples, &network);
        let sloped = SlopedResiduals::new(&residuals, network.activation(), network.output_count());
        Self { dataset, samples, network, residuals, sloped }
    }

    /// Whether this is the evaluation of that network on that data: all it holds follows from these.
    pub fn is_of(&self, dataset: &Dataset, samples: &Samples, network: &Network) -> bool {
        let same_rows = self.samples.rows() == samples.rows() && self.samples.denominator() == samples.denominator();
        self.dataset == dataset && same_rows && self.network == *network
    }

    /// The samples as they were given.
    pub fn dataset(&self) -> &Dataset {
        self.dataset
    }

    /// The inputs as the network sees them.
    pub fn samples(&self) -> &Samples {
        self.samples
    }

    /// The parameters.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Residuals, signs, loss.
    pub fn residuals(&self) -> &Residuals {
        &self.residuals
    }

    /// What holds of sum_k eps_k (T2), with weight decay of sum_k eps_k + lo bias (T10).
    pub fn bias_step(&self, penalty: &Penalty) -> BiasStep {
        let Some(bias) = self.network.output_bias() else { return BiasStep::Absent };
        let decay = &penalty.output_bias;
        let balanced = |(j, b): (usize, &BigInt)| {
            let eps = self.residuals.epsilon(j);
            let sum: BigInt = eps.numerators().iter().sum();
            (sum * decay.denom() * bias.denominator() + decay.numer() * b * eps.denominator()).is_zero()
        };
        match bias.numerators().iter().enumerate().all(balanced) {
            true => BiasStep::Balanced,
            false => BiasStep::Descent,
        }
    }

    /// The slope form of neuron `i`.
    pub fn slope_form(&self, i: usize) -> SlopeForm {
        SlopeForm::new(self.samples, &self.residuals, &self.sloped, &self.network, i)
    }
}
