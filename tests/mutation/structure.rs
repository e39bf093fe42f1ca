//! Changes of lists, lines, steps and whole certificates.

use crate::bases::Base;
use crate::common::rng::Rng;
use crate::mutant::{Edit, Mutant};
use crate::roles::{Annotated, List, Role, Token};
use crate::spelling::instead;
use crate::words::hex;
use num_bigint::BigInt;

/// Lines of steps that need no numbers.
const JUDGEMENTS: &[&str] = &[
    "open",
    "zero-form",
    "scalar|rays",
    "scalar|linear",
    "stationary|rays",
    "stationary|linear",
    "scalar|multipliers 1",
];

/// All changes of a base that do not ask what it means.
pub struct Changes<'a> {
    pub base: &'a Base,
    pub lines: Vec<&'a str>,
    pub read: &'a Annotated,
    pub all: Vec<Mutant>,
}

impl Changes<'_> {
    fn label(&self, line: usize) -> (String, Option<usize>) {
        let token = self.read.tokens.iter().find(|t| t.line == line);
        token.map_or_else(|| ("end".into(), None), |t| (t.label.clone(), t.neuron))
    }

    pub fn push(&mut self, kind: &'static str, line: usize, edit: Edit) {
        let (label, neuron) = self.label(line);
        self.all.push(Mutant { kind, line, label, neuron, edit });
    }

    /// One line becomes these.
    fn line(&mut self, kind: &'static str, line: usize, with: Vec<String>) {
        self.push(kind, line, Edit::Lines(vec![(line, line + 1, with)]));
    }

    fn text(&mut self, kind: &'static str, line: usize, bytes: Vec<u8>) {
        self.push(kind, line, Edit::Bytes(bytes));
    }

    fn words(&self, line: usize) -> Vec<&str> {
        self.lines[line].split(' ').collect()
    }

    /// Every word becomes others.
    pub fn every_word(&mut self, rng: &mut Rng) {
        for token in self.read.tokens.clone() {
            let same: Vec<&Token> = self.read.tokens.iter().filter(|t| t.role == token.role).collect();
            let is_number = !matches!(token.role, Role::Word(_));
            let others: Vec<&str> = (0..if is_number { 3 } else { 0 })
                .map(|_| rng.pick(&same))
                .map(|t| self.words(t.line)[t.word])
                .collect();
            for (kind, to) in instead(&token, self.words(token.line)[token.word], &others) {
                self.push(kind, token.line, Edit::Word(token.line, token.word, to));
            }
        }
    }

    pub fn every_list(&mut self, rng: &mut Rng) {
        for list in self.read.lists.clone() {
            self.list(&list, rng);
            if list.is_over {
                self.scaled(&list);
            }
        }
    }

    fn list(&mut self, list: &List, rng: &mut Rng) {
        let words: Vec<String> = self.words(list.line).iter().map(ToString::to_string).collect();
        let (head, items) = words.split_at(list.start);
        let line = |items: &[String]| [head, items].concat().join(" ");
        for at in 0..items.len() {
            let without = [&items[..at], &items[at + 1..]].concat();
            self.line("element dropped", list.line, vec![line(&without)]);
            let mut repeated = items.to_vec();
            repeated.insert(at, items[at].clone());
            self.line("element repeated", list.line, vec![line(&repeated)]);
            if at + 1 < items.len() && items[at] != items[at + 1] {
                let mut swapped = items.to_vec();
                swapped.swap(at, at + 1);
                self.line("elements swapped", list.line, vec![line(&swapped)]);
            }
            let to = rng.pick(&self.read.lists);
            if to.line != list.line {
                let longer = format!("{} {}", self.lines[to.line], items[at]);
                let mut parts =
                    vec![(list.line, list.line + 1, vec![line(&without)]), (to.line, to.line + 1, vec![longer])];
                parts.sort_by_key(|p| p.0);
                self.push("element moved", list.line, Edit::Lines(parts));
            }
        }
        if !items.is_empty() {
            self.line("list emptied", list.line, vec![line(&[])]);
        }
        let mut reversed = items.to_vec();
        reversed.reverse();
        if reversed != items {
            self.line("list reversed", list.line, vec![line(&reversed)]);
        }
    }

    /// Numerators and denominator scaled alike, or only the numerators.
    fn scaled(&mut self, list: &List) {
        let words: Vec<String> = self.words(list.line).iter().map(ToString::to_string).collect();
        for (kind, from, factor) in [
            ("vector scaled", list.start - 1, 2),
            ("vector scaled", list.start - 1, 7),
            ("list scaled", list.start, 2),
            ("list scaled", list.start, -1),
            ("vector scaled", list.start - 1, -1),
        ] {
            let scale = |w: &String| hex(w).map_or_else(|| w.clone(), |v| BigInt::to_str_radix(&(v * factor), 16));
            let scaled: Vec<String> = words[from..].iter().map(scale).collect();
            self.line(kind, list.line, vec![[&words[..from], &scaled[..]].concat().join(" ")]);
        }
    }

    pub fn every_line(&mut self) {
        for at in 0..self.lines.len() {
            let line = self.lines[at].to_string();
            let next = self.lines.get(at + 1).map(|l| (*l).to_string());
            self.line("line dropped", at, Vec::new());
            self.line("line repeated", at, vec![line.clone(), line.clone()]);
            if let Some(next) = next {
                self.push("lines swapped", at, Edit::Lines(vec![(at, at + 2, vec![next, line.clone()])]));
            }
            self.line("tab", at, vec![line.replacen(' ', "\t", 1)]);
            self.line("space", at, vec![format!("{line} ")]);
            self.line("space", at, vec![format!(" {line}")]);
            self.line("space", at, vec![line.replacen(' ', "  ", 1)]);
            self.line("carriage return", at, vec![format!("{line}\r")]);
            self.line("empty line", at, vec![line.clone(), String::new()]);
            self.line("comment", at, vec![format!("{line} # 1")]);
            self.line("foreign byte", at, vec![format!("{line}\u{b2}")]);
            let before: String = self.lines[..at].iter().map(|l| format!("{l}\n")).collect();
            self.text("truncated", at, before.clone().into_bytes());
            let half = &line[..line.len() / 2];
            self.text("truncated", at, format!("{before}{half}\n").into_bytes());
        }
        let (text, last) = (&self.base.text, self.lines.len() - 1);
        for after in ["\n", " ", "end\n", "0", "\0", "curvature absent\n"] {
            self.text("appended", last, format!("{text}{after}").into_bytes());
        }
        for before in ["\n", " ", "\u{feff}", "lowpoint-certificate 1\n"] {
            self.text("prepended", 0, format!("{before}{text}").into_bytes());
        }
        self.text("line ends", 0, text.replace('\n', "\r\n").into_bytes());
        self.text("line ends", 0, text.replace('\n', "\r").into_bytes());
        self.text("line ends", last, text.trim_end().as_bytes().to_vec());
        self.text("twice", 0, text.repeat(2).into_bytes());
        self.text("upper case", 0, text.to_uppercase().into_bytes());
    }

    /// The lines of a step, for neuron `i`.
    fn step_for(&self, (start, end): (usize, usize), i: usize) -> Vec<String> {
        let mut lines: Vec<String> = self.lines[start..end].iter().map(ToString::to_string).collect();
        lines[0] = renumbered(&lines[0], i);
        lines
    }

    /// Steps of `donors` too, and judgements without evidence.
    pub fn every_step(&mut self, donors: &[Vec<String>], rng: &mut Rng) {
        let steps = self.read.steps.clone();
        let Some(header) = self.lines.iter().position(|l| l.starts_with("neurons ")) else { return };
        let count = |n: usize| (header, header + 1, vec![format!("neurons {n}")]);
        for (i, &(start, end)) in steps.iter().enumerate() {
            let own = self.step_for((start, end), i);
            self.push("step dropped", start, Edit::Lines(vec![(start, end, Vec::new())]));
            self.push("step dropped", start, Edit::Lines(vec![count(steps.len() - 1), (start, end, Vec::new())]));
            let repeated = [own.clone(), self.step_for((start, end), i + 1)].concat();
            self.push("step repeated", start, Edit::Lines(vec![(start, end, repeated.clone())]));
            self.push("step repeated", start, Edit::Lines(vec![count(steps.len() + 1), (start, end, repeated)]));
            let other = rng.below(steps.len());
            if other != i && own != self.step_for(steps[other], i) {
                let (a, b) = (i.min(other), i.max(other));
                let crossed = |to: usize, from: usize| (steps[to].0, steps[to].1, self.step_for(steps[from], to));
                self.push("steps exchanged", start, Edit::Lines(vec![crossed(a, b), crossed(b, a)]));
                // The judgement of another neuron for the own kinks.
                let body = self.step_for(steps[other], i)[1..].to_vec();
                self.push("step of another neuron", start, Edit::Lines(vec![(start + 1, end, body)]));
            }
            for _ in 0..if donors.is_empty() { 0 } else { 4 } {
                let donor = rng.pick(donors);
                let foreign = [vec![renumbered(&donor[0], i)], donor[1..].to_vec()].concat();
                self.push("step of another certificate", start, Edit::Lines(vec![(start, end, foreign)]));
                self.push(
                    "step of another certificate",
                    start,
                    Edit::Lines(vec![(start + 1, end, donor[1..].to_vec())]),
                );
            }
            for judgement in JUDGEMENTS.iter().filter(|_| !donors.is_empty()) {
                let body: Vec<String> = judgement.split('|').map(Into::into).collect();
                self.push("other judgement", start, Edit::Lines(vec![(start + 1, end, body)]));
            }
        }
    }

    /// Another certificate as it is, or with the digests or the header of this one.
    pub fn other_certificates(&mut self, others: &[&str], rng: &mut Rng) {
        for _ in 0..6 {
            let mut lines: Vec<&str> = rng.pick(others).lines().collect();
            for (kind, taken) in [
                ("another certificate", 0..0),
                ("another certificate, own digests", 2..4),
                ("another certificate, own header", 4..6),
            ] {
                lines[taken.clone()].copy_from_slice(&self.lines[taken]);
                let text: String = lines.iter().map(|l| format!("{l}\n")).collect();
                self.text(kind, 2, text.into_bytes());
            }
        }
    }
}

fn renumbered(line: &str, i: usize) -> String {
    let mut words: Vec<String> = line.split(' ').map(Into::into).collect();
    words[1] = i.to_string();
    words.join(" ")
}
