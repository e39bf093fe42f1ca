//! Rule `statement`: the certificate speaks of the user's own files and options.
//!
//! Soundness does not rest on it: every rule works on the user's problem. It buys an early and clear refusal.

use super::Failure;
use crate::kernel::certificate::{Header, Shape};
use crate::kernel::number::counted;
use crate::kernel::problem::Problem;
use crate::kernel::reject::{Reason, Rule};

/// The header that a certificate for this problem has.
pub fn header(problem: &Problem) -> Header {
    let network = problem.network();
    let shape = Shape {
        samples: problem.dataset().sample_count(),
        inputs: problem.dataset().input_count(),
        outputs: network.output_count(),
        neurons: network.neurons().len(),
        hidden_bias: network.has_hidden_bias(),
        output_bias: network.output_bias().is_some(),
    };
    Header {
        digests: problem.digests().clone(),
        shape,
        activation: network.activation().clone(),
        penalty: problem.penalty().clone(),
    }
}

/// Compares the header part by part, sizes first.
pub fn check(problem: &Problem, found: &Header) -> Result<(), Failure> {
    let expected = header(problem);
    let slopes = |h: &Header| format!("slopes {} and {}", h.activation.positive, h.activation.negative);
    let parts = [
        ("shape", expected.shape.to_string(), found.shape.to_string()),
        ("activation", slopes(&expected), slopes(found)),
        ("weight decay", expected.penalty.to_string(), found.penalty.to_string()),
        ("data file", expected.digests.data.clone(), found.digests.data.clone()),
        ("model file", expected.digests.model.clone(), found.digests.model.clone()),
    ];
    for (what, expected, found) in parts {
        if expected != found {
            return Err(Failure { rule: Rule::Statement, reason: Reason::Differs { what, expected, found } });
        }
    }
    // The files and options give none that is negative; a problem that was built in another way may have one.
    match expected.penalty.has_negative() {
        false => Ok(()),
        true => Err(Failure::new(Rule::Statement, "coefficients of at least 0", expected.penalty.to_string())),
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let yes = |b: bool| if b { "with" } else { "without" };
        write!(
            f,
            "{}, {}, {}, {} {} hidden bias, {} output bias",
            counted(self.samples, "sample"),
            counted(self.inputs, "input"),
            counted(self.outputs, "output"),
            counted(self.neurons, "neuron"),
            yes(self.hidden_bias),
            yes(self.output_bias)
        )
    }
}
