//! Exact parameters of a network with one hidden layer. Shapes are checked once, here.

use super::linear::{Fractions, compare};
use super::number::counted;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::fmt;

/// Most neurons of the hidden layer.
pub const MAX_NEURONS: usize = 1 << 20;

/// The activation rho(z) = `positive` * z for z >= 0 and `negative` * z for z < 0 (THEORY 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// The slope a+ on the positive side.
    pub positive: BigRational,
    /// The slope a- on the negative side.
    pub negative: BigRational,
}

impl Activation {
    /// The activation with the given slope for z < 0 and slope 1 for z >= 0; slope 0 is ReLU.
    pub fn leaky(negative: BigRational) -> Self {
        Self { positive: BigRational::one(), negative }
    }
}

/// One hidden neuron.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neuron {
    /// w_i: the input weights, and last the hidden bias where the network has one.
    pub input: Fractions,
    /// h_i: the output weights, length J.
    pub output: Fractions,
}

/// Parameters of f(x) = bias + sum_i h_i rho(w_i . x).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    activation: Activation,
    neurons: Vec<Neuron>,
    hidden_bias: bool,
    output_bias: Option<Fractions>,
    output_count: usize,
}

/// Why parameters are not a network.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are named for what the message says
pub enum NetworkError {
    /// Both slopes are equal: the network would be linear.
    EqualSlopes,
    /// There is no neuron, or no input or output.
    Empty(&'static str),
    /// More neurons than [`MAX_NEURONS`].
    TooMany(usize),
    /// A part has another length than expected; `neuron` is the row of the hidden layer.
    Shape { what: &'static str, neuron: usize, expected: usize, found: usize },
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EqualSlopes => {
                f.write_str("the activation's two slopes are equal; the network would be linear in its inputs")
            }
            Self::Empty(what) => write!(f, "the network has no {what}"),
            Self::TooMany(n) => write!(f, "{n} hidden neurons are more than the limit of {MAX_NEURONS}"),
            Self::Shape { what, neuron, expected, found } => {
                write!(f, "{what} of neuron {neuron}: expected {}, found {found}", counted(*expected, "number"))
            }
        }
    }
}

impl Network {
    /// Builds a network; `hidden_bias` says that the last input weight of every neuron is its bias.
    pub fn new(
        activation: Activation,
        neurons: Vec<Neuron>,
        hidden_bias: bool,
        output_bias: Option<Fractions>,
    ) -> Result<Self, NetworkError> {
        if activation.positive == activation.negative {
            return Err(NetworkError::EqualSlopes);
        }
        if neurons.len() > MAX_NEURONS {
            return Err(NetworkError::TooMany(neurons.len()));
        }
        let Some(first) = neurons.first() else { return Err(NetworkError::Empty("hidden neurons")) };
        let (inputs, outputs) = (first.input.len(), first.output.len());
        if inputs <= usize::from(hidden_bias) {
            return Err(NetworkError::Empty("inputs"));
        }
        if outputs == 0 {
            return Err(NetworkError::Empty("outputs"));
        }
        let shape = |what, neuron, expected, found| match expected == found {
            true => Ok(()),
            false => Err(NetworkError::Shape { what, neuron, expected, found }),
        };
        for (i, n) in neurons.iter().enumerate() {
            shape("input weights", i, inputs, n.input.len())?;
            shape("output weights", i, outputs, n.output.len())?;
        }
        if let Some(b) = &output_bias {
            shape("output bias", 0, outputs, b.len())?;
        }
        Ok(Self { activation, neurons, hidden_bias, output_bias, output_count: outputs })
    }

    /// The activation.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// The hidden neurons, m of them.
    pub fn neurons(&self) -> &[Neuron] {
        &self.neurons
    }

    /// Whether the last coordinate of every `Neuron::input` is a hidden bias.
    pub fn has_hidden_bias(&self) -> bool {
        self.hidden_bias
    }

    /// The output bias, length J, where the network has one.
    pub fn output_bias(&self) -> Option<&Fractions> {
        self.output_bias.as_ref()
    }

    /// J, the number of outputs.
    pub fn output_count(&self) -> usize {
        self.output_count
    }

    /// Length of every `Neuron::input`: the inputs, plus one with a hidden bias.
    pub fn weight_count(&self) -> usize {
        self.neurons.first().map_or(0, |n| n.input.len())
    }

    /// The largest parameter in absolute value.
    pub fn sup_norm(&self) -> BigRational {
        let parts = self.neurons.iter().flat_map(|n| [&n.input, &n.output]).chain(&self.output_bias);
        let largest = |part: &Fractions| {
            let numerator = part.numerators().iter().map(Signed::abs).max()?;
            Some(BigRational::new_raw(numerator, part.denominator().clone()))
        };
        let greater = |a: BigRational, b: BigRational| if compare(&a, &b).is_lt() { b } else { a };
        parts.filter_map(largest).reduce(greater).unwrap_or_else(BigRational::zero)
    }

    /// The network with some neurons and the output bias replaced by others of this network's lengths.
    pub fn with_changes(
        &self,
        changed: impl IntoIterator<Item = (usize, Neuron)>,
        output_bias: Option<Fractions>,
    ) -> Result<Self, NetworkError> {
        let mut neurons = self.neurons.clone();
        let shape = |what, neuron, expected, found| match expected == found {
            true => Ok(()),
            false => Err(NetworkError::Shape { what, neuron, expected, found }),
        };
        for (i, neuron) in changed {
            shape("input weights", i, self.weight_count(), neuron.input.len())?;
            shape("output weights", i, self.output_count, neuron.output.len())?;
            if let Some(slot) = neurons.get_mut(i) {
                *slot = neuron;
            }
        }
        Self::new(self.activation.clone(), neurons, self.hidden_bias, output_bias.or_else(|| self.output_bias.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_checked() {
        let neuron = |d, j| Neuron { input: Fractions::zeros(d), output: Fractions::zeros(j) };
        let relu = || Activation::leaky(BigRational::zero());
        let build = |neurons, bias| Network::new(relu(), neurons, true, bias);
        assert_eq!(
            Network::new(Activation::leaky(BigRational::one()), vec![neuron(2, 1)], true, None),
            Err(NetworkError::EqualSlopes)
        );
        assert_eq!(build(vec![], None), Err(NetworkError::Empty("hidden neurons")));
        assert_eq!(build(vec![neuron(1, 1)], None), Err(NetworkError::Empty("inputs")));
        let found = |what, neuron, expected, found| Err(NetworkError::Shape { what, neuron, expected, found });
        assert_eq!(build(vec![neuron(2, 1), neuron(3, 1)], None), found("input weights", 1, 2, 3));
        assert_eq!(build(vec![neuron(2, 1)], Some(Fractions::zeros(2))), found("output bias", 0, 1, 2));
        assert!(build(vec![neuron(2, 1), neuron(2, 1)], Some(Fractions::zeros(1))).is_ok());
        // Replacing every neuron does not replace the shape.
        let network = build(vec![neuron(2, 1)], None).unwrap();
        assert_eq!(network.with_changes([(0, neuron(3, 1))], None), found("input weights", 0, 2, 3));
        assert_eq!(network.with_changes([(0, neuron(2, 2))], None), found("output weights", 0, 1, 2));
    }
}
