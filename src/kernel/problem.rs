//! A problem: the samples and the parameters that a claim speaks of, read from the user's own files.

use super::dataset::Dataset;
use super::network::Network;
use super::penalty::Penalty;
use super::residuals::Residuals;
use num_rational::BigRational;
use std::fmt;

/// SHA-256 digests of the two files, in lower-case hexadecimal. A hint for clear refusals; no verdict rests on them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digests {
    /// Of the data file's bytes.
    pub data: String,
    /// Of the model file's bytes.
    pub model: String,
}

/// L(P) = 1/2 sum_k c_k |f(x_k) - y_k|^2 for one data set and one network of fitting shapes (THEORY 1), and the weight
/// decay that is added to it (THEORY 5).
#[derive(Debug, Clone)]
pub struct Problem {
    dataset: Dataset,
    network: Network,
    digests: Digests,
    penalty: Penalty,
}

/// The data set and the network do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// `inputs` or `outputs`.
    pub what: &'static str,
    /// How many the data set has.
    pub data: usize,
    /// How many the model has.
    pub model: usize,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the data have {} {}, the model has {}", self.data, self.what, self.model)
    }
}

/// Refuses a network of other than so many inputs and outputs.
pub fn fit(inputs: usize, outputs: usize, network: &Network) -> Result<(), Mismatch> {
    let model_inputs = network.weight_count() - usize::from(network.has_hidden_bias());
    let equal = |what, data, model| if data == model { Ok(()) } else { Err(Mismatch { what, data, model }) };
    equal("inputs", inputs, model_inputs)?;
    equal("outputs", outputs, network.output_count())
}

impl Problem {
    /// Pairs a data set with a network of as many inputs and outputs, without weight decay.
    pub fn new(dataset: Dataset, network: Network, digests: Digests) -> Result<Self, Mismatch> {
        fit(dataset.input_count(), dataset.output_count(), &network)?;
        Ok(Self { dataset, network, digests, penalty: Penalty::none() })
    }

    /// The same with this weight decay.
    pub fn with_penalty(self, penalty: Penalty) -> Self {
        Self { penalty, ..self }
    }

    /// The samples.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The parameters as the model file gives them.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The files' digests.
    pub fn digests(&self) -> &Digests {
        &self.digests
    }

    /// The loss with weight decay at the parameters, from their residuals.
    pub fn loss(&self, residuals: &Residuals) -> BigRational {
        self.penalty.added_to(residuals.loss(), &self.network)
    }

    /// The weight decay.
    pub fn penalty(&self) -> &Penalty {
        &self.penalty
    }
}
