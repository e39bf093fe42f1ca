//! A certificate with one change, and the choice of the changes that are tried.

use crate::bases::Base;
use crate::common::rng::Rng;
use std::collections::BTreeMap;

/// What is changed.
#[derive(Clone, Debug)]
pub enum Edit {
    /// This word of this line becomes another.
    Word(usize, usize, String),
    /// Each of these ranges of lines, ascending, becomes other lines.
    Lines(Vec<(usize, usize, Vec<String>)>),
    /// The whole text.
    Bytes(Vec<u8>),
}

#[derive(Clone, Debug)]
pub struct Mutant {
    pub kind: &'static str,
    /// From 0.
    pub line: usize,
    /// The rule or line that is changed: a row of the table.
    pub label: String,
    /// The neuron to whose step the line belongs.
    pub neuron: Option<usize>,
    pub edit: Edit,
}

impl Mutant {
    /// Whether nothing changes outside the lines `start..end`.
    pub fn is_within(&self, (start, end): (usize, usize)) -> bool {
        match &self.edit {
            Edit::Word(line, ..) => (start..end).contains(line),
            Edit::Lines(parts) => parts.iter().all(|(a, b, _)| start <= *a && *b <= end),
            Edit::Bytes(_) => false,
        }
    }

    pub fn bytes(&self, lines: &[&str]) -> Vec<u8> {
        let mut text = String::new();
        let mut push = |line: &str| {
            text.push_str(line);
            text.push('\n');
        };
        match &self.edit {
            Edit::Bytes(bytes) => return bytes.clone(),
            Edit::Word(at, word, to) => {
                for (place, line) in lines.iter().enumerate() {
                    let mut words: Vec<&str> = line.split(' ').collect();
                    if place == *at {
                        words[*word] = to;
                    }
                    push(&words.join(" "));
                }
            }
            Edit::Lines(parts) => {
                let mut next = 0;
                for (start, end, with) in parts {
                    lines[next..*start].iter().for_each(|line| push(line));
                    with.iter().for_each(|line| push(line));
                    next = *end;
                }
                lines[next..].iter().for_each(|line| push(line));
            }
        }
        text.into_bytes()
    }

    /// For people: what was changed where.
    pub fn describe(&self, base: &Base) -> String {
        let short = |text: &str| text.chars().take(100).collect::<String>();
        let old = base.lines().get(self.line).map_or("", |line| line).to_string();
        let new = match &self.edit {
            Edit::Word(_, word, to) => format!("word {word} of it `{}`", short(to)),
            Edit::Lines(parts) => {
                parts.iter().map(|(a, b, l)| format!("{a}..{b}: `{}`", short(&l.join("|")))).collect()
            }
            Edit::Bytes(_) => String::new(),
        };
        let place = format!("{}, line {} ({}): `{}`", base.name, self.line + 1, self.label, short(&old));
        format!("{place}\n    {}: {new}", self.kind)
    }
}

/// Changes that no grammar of words and lines survives, wherever they are made.
const NOISE: &[&str] = &[
    "carriage return",
    "comment",
    "empty line",
    "empty word",
    "foreign byte",
    "foreign digit",
    "foreign word",
    "leading zero",
    "line dropped",
    "line repeated",
    "minus zero",
    "plus",
    "space",
    "tab",
    "truncated",
    "two words",
    "upper case",
];

/// At most `most` of them, in their order: of every rule and kind one, then a second, and so on; noise is noise in any rule.
pub fn sample(mutants: Vec<Mutant>, most: usize, rng: &mut Rng) -> Vec<Mutant> {
    let mut order: Vec<usize> = (0..mutants.len()).collect();
    for last in (1..order.len()).rev() {
        order.swap(last, rng.below(last + 1));
    }
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, usize)> = Vec::new();
    for at in order {
        let Mutant { kind, label, .. } = &mutants[at];
        let rank = seen.entry((if NOISE.contains(kind) { "" } else { label }, kind)).or_default();
        *rank += 1;
        ranked.push((*rank, at));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.truncate(most);
    let mut keep: Vec<usize> = ranked.into_iter().map(|(_, at)| at).collect();
    keep.sort_unstable();
    let mut all: Vec<Option<Mutant>> = mutants.into_iter().map(Some).collect();
    keep.into_iter().filter_map(|at| all[at].take()).collect()
}
