//! T4 for one neuron of several outputs: a margin tau, or a direction that shows there is none.

use super::cells::Limits;
use super::nonnegative::{Decision, decide};
use crate::kernel::certificate::{NeuronProof, Nonnegative};
use crate::kernel::linear::{Echelon, dot};
use crate::kernel::network::Neuron;
use crate::kernel::rule::critical::{self, Side};
use crate::kernel::rule::neuron::shifted_outputs;
use crate::kernel::slope_form::SlopeForm;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Most halvings of tau.
const MAX_HALVINGS: u32 = 40;
/// Margins that stay undetermined before the search gives up: each may have cost a whole tree of cells.
const MAX_UNDETERMINED: usize = 3;

/// What is known of the output weights around a stationary neuron's.
pub enum Margin {
    /// A margin, with its proofs.
    Uniform(NeuronProof),
    /// Directions u with h.D(u) = 0 and D(u) != 0: an escape neuron.
    Escape(Vec<Vec<BigInt>>),
    /// Neither was found.
    Unknown,
}

/// The largest power of two below |h| for which all 2 J shifted forms are proved non-negative; `proof` is that of h.D >= 0.
pub fn margin(neuron: &Neuron, form: &SlopeForm, proof: &Nonnegative, limits: &Limits) -> Margin {
    let mut found = critical_directions(neuron, form, proof);
    found.retain(|u| escapes(neuron, form, u));
    if !found.is_empty() {
        return Margin::Escape(found);
    }
    let Some(largest) = neuron.output.rationals().map(|h| h.abs()).max() else { return Margin::Unknown };
    let two = BigRational::from_integer(2.into());
    let mut tau = BigRational::one();
    while tau > largest {
        tau /= &two;
    }
    while &tau * &two <= largest {
        tau *= &two;
    }
    let mut undetermined = 0;
    for _ in 0..MAX_HALVINGS {
        let mut forms = Vec::new();
        for shifted in shifted_outputs(&neuron.output, &tau) {
            match decide(&form.combine(&shifted), limits) {
                Decision::Proved(proof) => forms.push(proof),
                Decision::Negative(u) if escapes(neuron, form, &u) => return Margin::Escape(vec![u]),
                Decision::Negative(_) => break,
                Decision::Undetermined(_) => {
                    undetermined += 1;
                    break;
                }
            }
        }
        if forms.len() == 2 * neuron.output.len() {
            return Margin::Uniform(NeuronProof::Uniform { tau, forms });
        }
        if undetermined == MAX_UNDETERMINED {
            break;
        }
        tau /= &two;
    }
    Margin::Unknown
}

fn escapes(neuron: &Neuron, form: &SlopeForm, u: &[BigInt]) -> bool {
    let slope = form.evaluate(u);
    !slope.iter().all(Zero::is_zero) && dot(&slope, neuron.output.numerators()).is_zero()
}

/// Directions that are critical, or likely to be: those that annihilate the classes that must vanish, and all classes.
fn critical_directions(neuron: &Neuron, form: &SlopeForm, proof: &Nonnegative) -> Vec<Vec<BigInt>> {
    let step = NeuronProof::Stationary(proof.clone());
    let Ok(sides) = critical::sides(form, &neuron.output, &step) else { return Vec::new() };
    let span = |zero: &dyn Fn(Side) -> bool| {
        let mut equations = Echelon::default();
        for (class, _) in form.classes.iter().zip(&sides).filter(|(_, side)| zero(**side)) {
            equations.insert(&class.direction);
        }
        equations.null_space(neuron.input.len())
    };
    let all = span(&|side| side == Side::Zero).into_iter().chain(span(&|_| true));
    let opposite = |u: &Vec<BigInt>| u.iter().map(|v| -v).collect();
    all.flat_map(|u| [opposite(&u), u].into_iter().rev()).collect()
}
