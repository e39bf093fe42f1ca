//! Weight decay: what is added to L, 1/2 sum of coefficient times square over the parameters, exactly (THEORY 5).

use super::linear::{Fractions, dot};
use super::network::{Network, Neuron};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use std::fmt;

/// 1/2 (lw |W|^2 + lb |hidden biases|^2 + lh |h|^2 + lo |output bias|^2), in the scale of L = 1/2 sum_k c_k |e_k|^2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Penalty {
    /// lw: of the input weights, without the hidden biases.
    pub input: BigRational,
    /// lb: of the hidden biases.
    pub hidden_bias: BigRational,
    /// lh: of the output weights.
    pub output: BigRational,
    /// lo: of the output bias.
    pub output_bias: BigRational,
}

impl Penalty {
    /// No weight decay.
    pub fn none() -> Self {
        let zero = BigRational::zero;
        Self { input: zero(), hidden_bias: zero(), output: zero(), output_bias: zero() }
    }

    /// Whether nothing is added to L.
    pub fn is_none(&self) -> bool {
        self.coefficients().into_iter().all(Zero::is_zero)
    }

    /// Whether some coefficient is negative, which no rule allows.
    pub fn has_negative(&self) -> bool {
        self.coefficients().into_iter().any(Signed::is_negative)
    }

    /// lw, lb, lh, lo.
    pub fn coefficients(&self) -> [&BigRational; 4] {
        [&self.input, &self.hidden_bias, &self.output, &self.output_bias]
    }

    /// The coefficient of input coordinate `a` of `width`; the last one is the hidden bias where there is one.
    pub fn of_input(&self, a: usize, width: usize, has_hidden_bias: bool) -> &BigRational {
        if has_hidden_bias && a.saturating_add(1) == width { &self.hidden_bias } else { &self.input }
    }

    /// What is added to L at the parameters.
    pub fn value(&self, network: &Network) -> BigRational {
        let square = |v: &[BigInt], denominator: &BigInt| BigRational::new(dot(v, v), denominator * denominator);
        let mut twice = BigRational::zero();
        for neuron in network.neurons() {
            let (weights, bias) = split(&neuron.input, network.has_hidden_bias());
            twice += &self.input * square(weights, neuron.input.denominator());
            twice += &self.hidden_bias * square(bias, neuron.input.denominator());
            twice += &self.output * square(neuron.output.numerators(), neuron.output.denominator());
        }
        if let Some(bias) = network.output_bias() {
            twice += &self.output_bias * square(bias.numerators(), bias.denominator());
        }
        twice / BigRational::from_integer(2.into())
    }

    /// The whole loss at the parameters, from its part without weight decay.
    pub fn added_to(&self, loss: &BigRational, network: &Network) -> BigRational {
        if self.is_none() { loss.clone() } else { loss + self.value(network) }
    }

    /// The derivative of what is added along integer changes u and g of one neuron: lw w'.u' + lb b u_b + lh h.g.
    pub fn slope(&self, neuron: &Neuron, has_hidden_bias: bool, u: &[BigInt], g: &[BigInt]) -> BigRational {
        let (weights, bias) = split(&neuron.input, has_hidden_bias);
        let (along, along_bias) = u.split_at_checked(weights.len()).unwrap_or((u, &[]));
        let input = &self.input * dot(weights, along) + &self.hidden_bias * dot(bias, along_bias);
        let output = &self.output * dot(neuron.output.numerators(), g);
        input / neuron.input.denominator() + output / neuron.output.denominator()
    }
}

/// The numerators of the input weights, and that of the hidden bias.
fn split(input: &Fractions, has_hidden_bias: bool) -> (&[BigInt], &[BigInt]) {
    let weights = input.len().saturating_sub(usize::from(has_hidden_bias));
    input.numerators().split_at_checked(weights).unwrap_or((input.numerators(), &[]))
}

/// The formula, without the terms that are zero.
impl fmt::Display for Penalty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("none");
        }
        let names = ["input weights", "hidden biases", "output weights", "output bias"];
        let terms = self.coefficients().into_iter().zip(names).filter(|(coefficient, _)| !coefficient.is_zero());
        let terms: Vec<String> = terms.map(|(coefficient, name)| format!("{coefficient} |{name}|^2")).collect();
        write!(f, "1/2 ({})", terms.join(" + "))
    }
}
