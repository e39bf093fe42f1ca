//! Loops over independent items: on several threads in the prover, on one in the checker-only build.

#[cfg(feature = "search")]
use rayon::prelude::*;

/// Word multiplications below which a loop over rows stays on one thread.
#[cfg(feature = "search")]
const PARALLEL_WORK: usize = 1 << 17;

/// Calls `f(i, row i)` for every row of `row_len` entries of `out`; on several threads where `rows * work` word
/// multiplications are worth it. The result does not depend on the number of threads: rows are independent.
#[cfg(feature = "search")]
pub fn for_each_row<T: Send>(out: &mut [T], row_len: usize, work: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    let rows = out.len() / row_len.max(1);
    if rows.saturating_mul(work) < PARALLEL_WORK || rayon::current_num_threads() < 2 {
        out.chunks_mut(row_len.max(1)).enumerate().for_each(|(i, row)| f(i, row));
    } else {
        let least = rows.div_ceil(2 * rayon::current_num_threads());
        out.par_chunks_mut(row_len.max(1)).with_min_len(least).enumerate().for_each(|(i, row)| f(i, row));
    }
}

/// Calls `f(i, row i)` for every row of `row_len` entries of `out`.
#[cfg(not(feature = "search"))]
pub fn for_each_row<T>(out: &mut [T], row_len: usize, _work: usize, f: impl Fn(usize, &mut [T])) {
    out.chunks_mut(row_len.max(1)).enumerate().for_each(|(i, row)| f(i, row));
}

/// `f` of every item, in order.
pub fn map<A: Sync, B: Send>(items: &[A], f: impl Fn(&A) -> B + Sync + Send) -> Vec<B> {
    #[cfg(feature = "search")]
    return items.par_iter().map(f).collect();
    #[cfg(not(feature = "search"))]
    items.iter().map(f).collect()
}
