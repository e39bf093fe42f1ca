//! Input coordinates that samples do not tell from others: columns of zeros, one-hot columns, or fewer samples than inputs.
//!
//! Which columns of a set of rays depend on the others is a guess in floats; the kernel decides it in integers.

use super::span::Span;
use super::surface::{Ray, Surface};
use crate::search::polish::kkt::{axpy, inner};

/// The columns, ascending, that are combinations of the others on these rays, but for those that are `held` already: as many
/// as are too many. Those that stay are far from dependent, and the hidden bias's is one of them.
pub fn redundant<'a>(
    surface: &Surface,
    rays: impl IntoIterator<Item = &'a Ray>,
    held: &[usize],
    hidden_bias: bool,
) -> Vec<usize> {
    let rays: Vec<&Ray> = rays.into_iter().collect();
    let occurs = |a: &usize| rays.iter().any(|ray| ray.x[*a] != 0.0);
    let free = (0..surface.width()).filter(|a| !held.contains(a));
    let (columns, mut found): (Vec<usize>, Vec<usize>) = free.partition(occurs);
    let mut span = Span::default();
    for ray in rays {
        if span.rank() == columns.len() {
            return found;
        }
        span.add(&columns.iter().map(|&a| ray.x[a]).collect::<Vec<f64>>(), 0.0);
    }
    if span.rank() < columns.len() {
        let first = columns.last().filter(|a| hidden_bias && **a + 1 == surface.width());
        let kept = independent(&span, columns.len(), first.map(|_| columns.len() - 1));
        found.extend((0..columns.len()).filter(|c| !kept.contains(c)).map(|c| columns[c]));
        found.sort_unstable();
    }
    found
}

/// As many columns as the rank that are far from dependent: `first`, then the longest that is left each time.
fn independent(span: &Span, width: usize, first: Option<usize>) -> Vec<usize> {
    let mut left: Vec<Vec<f64>> = (0..width).map(|c| span.column(c)).collect();
    let mut kept: Vec<usize> = Vec::new();
    while kept.len() < span.rank() {
        let size = |c: &usize| inner(&left[*c], &left[*c]);
        let rest = (0..width).filter(|c| !kept.contains(c));
        let longest = || rest.max_by(|a, b| size(a).total_cmp(&size(b)));
        let Some(next) = first.filter(|_| kept.is_empty()).or_else(longest) else { break };
        let length = size(&next).sqrt();
        let direction: Vec<f64> = left[next].iter().map(|v| v / length.max(f64::MIN_POSITIVE)).collect();
        left.iter_mut().for_each(|column| {
            let along = inner(&direction, column);
            axpy(-along, &direction, column);
        });
        kept.push(next);
    }
    kept
}
