//! How often each thing happened in a sweep.

use std::collections::BTreeMap;

#[derive(Default)]
pub struct Counts(BTreeMap<String, usize>);

impl Counts {
    pub fn add(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    /// The sum over all names that start so.
    pub fn of(&self, start: &str) -> usize {
        self.0.iter().filter(|(name, _)| name.starts_with(start)).map(|(_, n)| n).sum()
    }

    pub fn print(&self) {
        self.0.iter().for_each(|(what, n)| println!("{n:7} {what}"));
    }
}
