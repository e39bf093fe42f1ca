//! `lowpoint bound`: the data in chunks, several at a time, to certified bounds. The result does not depend on the threads:
//! chunks are of one size, each is one thread's work, and their sums are added in the data's order.

use super::YES;
use super::args::BoundArguments;
use super::output::{self, Done, Trouble};
use super::progress::Progress;
use crate::input::{self, SampleFile};
use crate::kernel::enclosure::bound::{Beyond, Bound, Bounds, Chunk, Totals};
use crate::kernel::network::Network;
use crate::kernel::penalty::Penalty;
use crate::report::bound as report;
use crate::search::multipliers::least_residual;
use rayon::prelude::*;

/// Samples of one chunk.
const CHUNK: usize = 1024;

/// Reads the files and prints the bounds.
pub fn bound(arguments: &BoundArguments) -> Done {
    let source = arguments.statement.source(arguments.data.clone(), arguments.model.clone())?;
    let mut progress = Progress::start();
    progress.phase("reading the files");
    let (samples, network, penalty) = input::load_in_chunks(&source)?;
    let found = bounds(&samples, &network, &penalty, &mut progress)?;
    drop(progress);
    let text = match arguments.format.is_json() {
        true => report::json(&found, samples.counts()),
        false => report::text(&found, samples.counts()),
    };
    output::verdict(&text).map(|()| YES)
}

/// The bounds at the network's parameters.
fn bounds(
    samples: &SampleFile,
    network: &Network,
    penalty: &Penalty,
    progress: &mut Progress,
) -> Result<Bounds, Trouble> {
    let beyond = |beyond: Beyond| Trouble::new(beyond.to_string());
    let bound = Bound::new(network, samples.rounded()).map_err(beyond)?;
    let mut totals = Totals::new(&bound);
    let mut batch: Vec<Chunk> = Vec::new();
    let [count, ..] = samples.counts();
    samples.for_each(CHUNK, |chunk| -> Result<(), Trouble> {
        batch.push(chunk);
        if batch.len() < rayon::current_num_threads() {
            return Ok(());
        }
        add(&bound, &mut totals, &mut batch).map_err(beyond)?;
        progress.detail(|| format!("{} of {count} samples", totals.samples()));
        Ok(())
    })?;
    add(&bound, &mut totals, &mut batch).map_err(beyond)?;
    progress.phase("bounding the neurons' slopes");
    totals.finish(&bound, penalty, &least_residual).map_err(beyond)
}

/// Evaluates the chunks, each on a thread, and adds them in order.
fn add(bound: &Bound<'_>, totals: &mut Totals, batch: &mut Vec<Chunk>) -> Result<(), Beyond> {
    let sums: Vec<_> = batch.par_iter().map(|chunk| bound.evaluate(chunk)).collect();
    batch.clear();
    sums.into_iter().try_for_each(|sums| sums.map(|sums| totals.add(sums)).ok_or(Beyond))
}
