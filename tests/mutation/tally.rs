//! What became of the mutants, in a table.

use crate::explain::Why;
use std::collections::BTreeMap;

/// What the kernel made of a mutant.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Malformed,
    Rejected,
    Accepted(Why),
}

#[derive(Default)]
pub struct Tally(BTreeMap<String, [usize; 6]>);

impl Tally {
    pub fn add(&mut self, row: &str, outcome: &Outcome) {
        let column = match outcome {
            Outcome::Malformed => 0,
            Outcome::Rejected => 1,
            Outcome::Accepted(why) => 2 + *why as usize,
        };
        self.0.entry(row.to_string()).or_default()[column] += 1;
    }

    pub fn tried(&self, row: &str) -> usize {
        self.0.get(row).map_or(0, |counts| counts.iter().sum())
    }

    /// The sum of a column over all rows.
    pub fn column(&self, column: usize) -> usize {
        self.0.values().map(|counts| counts[column]).sum()
    }

    pub fn print(&self, title: &str) {
        println!(
            "\n| {title} | tried | malformed | rejected | (a) same | (b) less | (c) other proof | (d) other truth |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        let line = |name: &str, counts: &[usize]| {
            let cells: Vec<String> = counts.iter().map(ToString::to_string).collect();
            println!("| {name} | {} | {} |", counts.iter().sum::<usize>(), cells.join(" | "));
        };
        self.0.iter().for_each(|(name, counts)| line(name, counts));
        let sums: Vec<usize> = (0..6).map(|column| self.column(column)).collect();
        line("all", &sums);
    }
}
