//! Certificates with one token changed.

use super::rng::Rng;

/// The text with one token, line or number replaced, removed or repeated.
pub fn mutate(text: &str, rng: &mut Rng) -> String {
    let mut lines: Vec<Vec<String>> = text.lines().map(|l| l.split(' ').map(ToString::to_string).collect()).collect();
    let l = rng.below(lines.len());
    let donor = &lines[rng.below(lines.len())];
    let donor = rng.pick(donor);
    let t = rng.below(lines[l].len());
    let words = [
        "0",
        "-0",
        "1",
        "-1",
        "2",
        "-2",
        "ffffffffffffffffffffffff",
        "-80000000000000000000",
        "99999999",
        "18446744073709551615",
        "1/3",
        "1e-9",
        "unbounded",
        "none",
        "linear",
        "rays",
        "zero-form",
        "open",
        "scalar",
        "stationary",
        "escape",
        "descent",
        "balanced",
        "absent",
        "saddle",
        "local-minimum",
        "not-stationary",
        "matrix",
        "cells",
        "split",
        "implied",
        "leaf",
        "path",
        "balance",
        "column",
        "curvature",
        "positive",
        "+",
        "-",
        "",
    ];
    match rng.below(8) {
        0 => {
            lines.remove(l);
        }
        1 => lines.insert(l, lines[l].clone()),
        2 => {
            lines[l].remove(t);
        }
        3 => {
            let word = lines[l][t].clone();
            lines[l].insert(t, word);
        }
        4 => lines[l][t] = donor,
        5 => {
            let other = rng.below(lines.len());
            lines.swap(l, other);
        }
        _ => lines[l][t] = rng.pick(&words).to_string(),
    }
    lines.iter().map(|l| l.join(" ") + "\n").collect()
}
