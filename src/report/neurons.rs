//! Neurons as a short table: row by row while they are few, grouped where they are many.

use super::finding::Open;
use super::words;
use crate::kernel::theorem::{NeuronFact, Status};
use num_rational::BigRational;
use std::collections::BTreeMap;

/// Most neurons with a row of their own.
const MAX_ROWS: usize = 20;

/// Rows of cells, the first of them names; so many first columns are numbers.
pub struct Table {
    /// The rows.
    pub rows: Vec<[String; 5]>,
    /// Columns of numbers.
    pub numbers: usize,
}

/// The table of all neurons.
pub fn table(facts: &[NeuronFact]) -> String {
    let Table { rows, numbers } = summary(facts);
    align(&rows, numbers)
}

/// The table of all neurons, in cells: a row for each, or for each group where there are many.
pub fn summary(facts: &[NeuronFact]) -> Table {
    match facts.len() <= MAX_ROWS {
        true => Table { rows: single_rows(facts), numbers: 2 },
        false => Table { rows: grouped_rows(facts), numbers: 1 },
    }
}

fn single_rows(facts: &[NeuronFact]) -> Vec<[String; 5]> {
    let mut rows = vec![["neuron", "kinks", "status", "route", "margin"].map(String::from)];
    for (i, fact) in facts.iter().enumerate() {
        let status = fact.status.name().to_string();
        rows.push([i.to_string(), fact.kinks.to_string(), status, route(fact), margin(fact.margin.as_ref())]);
    }
    rows
}

/// Safe neurons in one row for each route, counted; all others named, by status, route and number of kinks.
fn grouped_rows(facts: &[NeuronFact]) -> Vec<[String; 5]> {
    let mut groups: BTreeMap<(bool, &str, String, Option<usize>), Vec<usize>> = BTreeMap::new();
    for (i, fact) in facts.iter().enumerate() {
        let safe = fact.status == Status::Safe;
        let kinks = (!safe).then_some(fact.kinks);
        groups.entry((safe, fact.status.name(), route(fact), kinks)).or_default().push(i);
    }
    let mut rows = vec![["kinks", "status", "route", "margin", "neurons"].map(String::from)];
    for ((safe, status, route, _), members) in groups {
        let of_group = || members.iter().filter_map(|&i| facts.get(i));
        let (least, most) = (of_group().map(|f| f.kinks).min(), of_group().map(|f| f.kinks).max());
        let margin = margin(of_group().filter_map(|f| f.margin.as_ref()).min());
        let kinks = match (least, most) {
            (Some(a), Some(b)) if a != b => format!("{a}-{b}"),
            (a, _) => a.unwrap_or(0).to_string(),
        };
        let names = if safe { format!("{} neurons", members.len()) } else { ranges(&members) };
        rows.push([kinks, status.to_string(), route, margin, names]);
    }
    rows
}

/// The neurons that are not safe, by status: `escape: neurons 3, 5-7`.
pub fn named(facts: &[NeuronFact]) -> Vec<String> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, fact) in facts.iter().enumerate().filter(|(_, f)| f.status != Status::Safe) {
        groups.entry(fact.status.name()).or_default().push(i);
    }
    groups.into_iter().map(|(status, members)| format!("{status}: {}", neurons(&members))).collect()
}

/// Why neurons are open, equal reasons together.
pub fn reasons(open: &[Open]) -> Vec<String> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for one in open {
        groups.entry(&one.reason).or_default().push(one.neuron);
    }
    let mut groups: Vec<(Vec<usize>, &str)> = groups.into_iter().map(|(reason, members)| (members, reason)).collect();
    groups.sort();
    groups.into_iter().map(|(members, reason)| format!("{}: {reason}", neurons(&members))).collect()
}

fn neurons(members: &[usize]) -> String {
    format!("neuron{} {}", if members.len() == 1 { "" } else { "s" }, ranges(members))
}

/// Ascending indices as `0, 3-7, 9`.
pub fn ranges(members: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &i in members {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == i => *last = i,
            _ => runs.push((i, i)),
        }
    }
    let run = |(a, b): (usize, usize)| match b - a {
        0 => a.to_string(),
        1 => format!("{a}, {b}"),
        _ => format!("{a}-{b}"),
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join(", ")
}

/// The name of the rule, where there is one.
pub fn route(fact: &NeuronFact) -> String {
    fact.route.map_or("-", |r| r.name()).to_string()
}

/// A margin as a lower bound.
pub fn margin(value: Option<&BigRational>) -> String {
    value.map_or_else(|| "-".to_string(), words::lower)
}

/// Columns of equal width, two spaces apart; the first `numbers` of them to the right.
pub fn align<const N: usize>(rows: &[[String; N]], numbers: usize) -> String {
    let mut widths = [0; N];
    for row in rows {
        widths.iter_mut().zip(row).for_each(|(w, cell)| *w = (*w).max(cell.chars().count()));
    }
    let line = |row: &[String; N]| {
        let cell = |(a, (text, width)): (usize, (&String, &usize))| match a < numbers {
            true => format!("{text:>width$}"),
            false => format!("{text:<width$}"),
        };
        let cells: Vec<String> = row.iter().zip(&widths).enumerate().map(cell).collect();
        format!("  {}", cells.join("  ")).trim_end().to_string()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::theorem::Route;

    fn fact(kinks: usize, status: Status, route: Option<Route>) -> NeuronFact {
        let margin = (status == Status::Safe).then(|| BigRational::new(1.into(), 3.into()));
        NeuronFact { kinks, status, route, margin }
    }

    #[test]
    fn many_neurons_are_grouped_and_the_special_ones_named() {
        let mut facts: Vec<NeuronFact> = (0..30).map(|i| fact(i % 4, Status::Safe, Some(Route::C2))).collect();
        for i in [3, 4, 5, 9] {
            facts[i] = fact(5, Status::Escape, None);
        }
        facts[12] = fact(0, Status::Dead, Some(Route::ZeroForm));
        facts[20] = fact(2, Status::Stationary, Some(Route::C5));
        insta::assert_snapshot!(format!("|\n{}", table(&facts)), @r"
        |
          kinks  status      route      margin    neurons
              0  dead        zero-form  -         12
              5  escape      -          -         3-5, 9
              2  stationary  C5         -         20
            0-3  safe        C2         0.333333  24 neurons
        ");
        assert_eq!(named(&facts), ["dead: neuron 12", "escape: neurons 3-5, 9", "stationary: neuron 20"]);
    }

    #[test]
    fn equal_reasons_stand_together() {
        let open = |neuron, reason: &str| Open { neuron, kinks: None, reason: reason.into() };
        let reasons = reasons(&[open(1, "b"), open(2, "a"), open(4, "b"), open(5, "b")]);
        assert_eq!(reasons, ["neurons 1, 4, 5: b", "neuron 2: a"]);
    }
}
