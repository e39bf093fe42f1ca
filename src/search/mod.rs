//! Finds. Untrusted: nothing here is believed until `kernel::check` accepts the bytes that were written.

pub mod cells;
pub mod classify;
mod convex;
pub mod convex_exact;
pub mod decay;
mod direction;
pub mod emit;
pub mod emit_box;
pub mod enclose;
pub mod float;
mod linprog;
mod margin;
pub mod multipliers;
pub mod nearby;
pub mod nonnegative;
pub mod polish;
pub mod prove;
mod repair;
mod second_order;
pub mod simplex;

/// Neurons by their indices, for a sentence; `None` where there are none.
fn named(neurons: &[usize]) -> Option<String> {
    match neurons {
        [] => None,
        [i] => Some(format!("neuron {i}")),
        more => Some(format!("neurons {}", more.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
    }
}
