//! Finds. Untrusted: nothing here is believed until `kernel::check` accepts the bytes that were written.

pub mod cells;
pub mod classify;
mod convex;
pub mod convex_exact;
mod direction;
pub mod emit;
pub mod exact_solve;
pub mod float;
mod lifting;
mod linprog;
mod margin;
pub mod modular;
pub mod nonnegative;
mod planes;
pub mod polish;
pub mod prove;
mod reconstruct;
mod repair;
mod second_order;
pub mod simplex;

use rayon::prelude::*;

/// Word multiplications below which a loop over rows stays on one thread.
const PARALLEL_WORK: usize = 1 << 17;

/// Calls `f(i, row i)` for every row of `row_len` entries of `out`; on several threads where `rows * work` word
/// multiplications are worth it. The result does not depend on the number of threads: rows are independent.
fn for_each_row<T: Send>(out: &mut [T], row_len: usize, work: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    let rows = out.len() / row_len.max(1);
    if rows.saturating_mul(work) < PARALLEL_WORK || rayon::current_num_threads() < 2 {
        out.chunks_mut(row_len.max(1)).enumerate().for_each(|(i, row)| f(i, row));
    } else {
        let least = rows.div_ceil(2 * rayon::current_num_threads());
        out.par_chunks_mut(row_len.max(1)).with_min_len(least).enumerate().for_each(|(i, row)| f(i, row));
    }
}

/// Neurons by their indices, for a sentence; `None` where there are none.
fn named(neurons: &[usize]) -> Option<String> {
    match neurons {
        [] => None,
        [i] => Some(format!("neuron {i}")),
        more => Some(format!("neurons {}", more.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
    }
}
