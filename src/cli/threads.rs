//! How many threads the exact systems and the search share.

use super::output::Trouble;
use clap::builder::RangedU64ValueParser;
use std::thread::available_parallelism;

/// What `--threads` takes. Every thread maps a stack and a signal stack, and a thread that gets none of the latter ends
/// the program, so a number that no machine gains from is refused before any is started.
pub fn count() -> RangedU64ValueParser<u16> {
    RangedU64ValueParser::new().range(1..=1024)
}

/// As many threads as asked for, else as there are processors: never as another program's setting says.
pub fn set_threads(threads: Option<u16>) -> Result<(), Trouble> {
    let count = threads.map(usize::from).or_else(|| available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build_global();
    pool.map_err(|e| {
        let trouble = Trouble::new(format!("`--threads {count}`: the threads cannot be started: {e}"));
        trouble.hint("use `--threads 1`")
    })
}

/// The current thread alone, as in the build without the prover.
pub fn set_one_thread() -> Result<(), Trouble> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    pool.map_err(|e| Trouble::new(format!("the program's own thread cannot be used: {e}")))
}
