//! Jobs side by side: as many at a time as there are threads, each from start to end in one thread.
//!
//! Not rayon's own iterators: a thread that waits for a search would take up another job meanwhile, and the time of the
//! second would be counted as that of the first. The searches inside share rayon's pool.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Stack of a worker, that of a main thread.
const STACK_BYTES: usize = 8 << 20;

/// The results of `work` on 0, 1, … in this order, however they were shared out.
pub fn each<T: Send>(count: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(count));
    let serve = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                return;
            }
            let result = work(i);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((i, result));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(count) {
            // With fewer threads than asked for the others do the work.
            let _ = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, serve);
        }
        serve();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order() {
        let slow_first = |i: usize| {
            thread::sleep(std::time::Duration::from_millis(if i == 0 { 30 } else { 0 }));
            i * i
        };
        for threads in [1, 4, 100] {
            assert_eq!(each(20, threads, slow_first), (0..20).map(|i| i * i).collect::<Vec<_>>());
        }
        assert!(each(0, 4, |i| i).is_empty());
    }
}
