//! Changes of a box certificate: every word, line and list.

/// One change, and the rules of which one must refuse it; none where several may.
pub struct Edit {
    pub label: String,
    pub text: String,
    pub expected: &'static [&'static str],
}

type Lines = Vec<Vec<String>>;

struct Edits {
    lines: Lines,
    all: Vec<Edit>,
}

/// All changes; `others` are certificates whose lines are tried too.
pub fn edits(text: &str, others: &[&str]) -> Vec<Edit> {
    let lines: Lines = text.lines().map(|l| l.split(' ').map(str::to_string).collect()).collect();
    let mut edits = Edits { lines, all: Vec::new() };
    edits.words();
    edits.lists();
    edits.whole_lines(others);
    edits.choices();
    edits.roles();
    edits.all
}

impl Edits {
    fn add(&mut self, label: String, expected: &'static [&'static str], change: impl FnOnce(&mut Lines)) {
        let mut lines = self.lines.clone();
        change(&mut lines);
        let text = lines.iter().map(|words| words.join(" ") + "\n").collect();
        self.all.push(Edit { label, text, expected });
    }

    /// The lines with these names, as (place, words).
    fn named(&self, names: &[&str]) -> Vec<(usize, Vec<String>)> {
        let is = |(_, words): &(usize, Vec<String>)| names.contains(&words[0].as_str());
        self.lines.clone().into_iter().enumerate().filter(is).collect()
    }

    /// Every word: left out, doubled, spelled in other ways; numbers moved.
    fn words(&mut self) {
        for (n, words) in self.lines.clone().into_iter().enumerate() {
            for (at, word) in words.iter().enumerate() {
                let label = |what: &str| format!("line {}, word {at} `{word}`: {what}", n + 1);
                self.add(label("left out"), &[], |l| drop(l[n].remove(at)));
                self.add(label("twice"), &[], |l| l[n].insert(at, word.clone()));
                for other in
                    ["", "-0", "1.5", "x", "-1", "0", "1", "2", "7", "1p0", "-3p-1", "99", "99999999999999999999"]
                {
                    self.add(label(&format!("now `{other}`")), &[], |l| l[n][at] = other.to_string());
                }
                let (odd, power) = word.split_once('p').unwrap_or_default();
                if let (Ok(odd), Ok(power)) = (i64::from_str_radix(odd, 16), power.parse()) {
                    self.float(n, at, odd, power);
                }
            }
        }
        for (n, words) in self.named(&["input", "output", "multipliers", "bias"]) {
            let Ok(exponent) = words[1].parse::<i32>() else { continue };
            for other in [1, -1, 2, -4, 4, -12, 12, 20, 31, -20, -200, 300]
                .map(|d| exponent + d)
                .into_iter()
                .chain([-1022, -1023, 256, 257, -9999, 9999, 10000])
            {
                self.add(format!("line {}: exponent {other}", n + 1), &[], |l| l[n][1] = other.to_string());
            }
        }
        // All boxes wider or narrower at once.
        for d in [-40, -20, -10, -2, 2, 4, 8, 16, 24, 32] {
            let blocks = self.named(&["input", "output", "multipliers", "bias"]);
            self.add(format!("all exponents by {d}"), &[], |l| {
                for (n, words) in blocks {
                    if let Ok(exponent) = words[1].parse::<i32>() {
                        l[n][1] = (exponent + d).to_string();
                    }
                }
            });
        }
    }

    /// A midpoint: its sign, its last digit, its exponent, and shifts by about the radius.
    fn float(&mut self, n: usize, at: usize, value: i64, power: i32) {
        let text = |value: i128, power: i32| {
            let zeros = value.trailing_zeros().min(120) as i32;
            let (value, power) = (value >> zeros, power + zeros);
            let sign = if value < 0 { "-" } else { "" };
            format!("{sign}{:x}p{power}", value.unsigned_abs())
        };
        let odd = text(value.into(), 0).trim_end_matches("p0").to_string();
        let label = |what: String| format!("line {}, midpoint {at} {odd}p{power}: {what}", n + 1);
        let mut put = |what: &str, word: String| self.add(label(what.to_string()), &[], |l| l[n][at] = word);
        put("other sign", text(-i128::from(value), power));
        put("other power", format!("{odd}p{}", power + 1));
        put("other power", format!("{odd}p{}", power - 1));
        put("even", format!("{}2p{power}", odd));
        put("upper case", format!("{odd}P{power}"));
        put("power 0", format!("{odd}p-0"));
        put("largest power", format!("{odd}p1024"));
        for shift in [-36, -34, -33, -32, -31, -28, -20, -12, -8, -4, 0, 3] {
            for sign in [1, -1] {
                // value 2^power + sign 2^shift over the smaller power.
                let low = power.min(shift);
                let sum = (i128::from(value) << (power - low).min(60)) + (sign << (shift - low).min(60));
                if sum != 0 && power - low <= 60 && shift - low <= 60 {
                    put(&format!("shifted by {sign} 2^{shift}"), text(sum, low));
                }
            }
        }
    }

    /// Lists of indices: each number left out, moved, one more; all of them gone.
    fn lists(&mut self) {
        for (n, words) in self.named(&["kinks", "dependent", "pinned"]) {
            let line = n + 1;
            for at in 1..words.len() {
                self.add(format!("line {line}: {} without {}", words[0], words[at]), &[], |l| drop(l[n].remove(at)));
            }
            for new in 0..25_usize {
                let mut list: Vec<usize> = words[1..].iter().map(|w| w.parse().unwrap()).collect();
                list.push(new);
                list.sort_unstable();
                list.dedup();
                let list: Vec<String> = list.iter().map(ToString::to_string).collect();
                self.add(format!("line {line}: {} with {new}", words[0]), &[], |l| {
                    l[n].truncate(1);
                    l[n].extend(list);
                });
                let only = new.to_string();
                self.add(format!("line {line}: {} only {new}", words[0]), &[], |l| {
                    l[n].truncate(1);
                    l[n].push(only);
                });
            }
            self.add(format!("line {line}: {} empty", words[0]), &[], |l| l[n].truncate(1));
        }
        // A kink with its multiplier, in order or not.
        let kinks = self.named(&["kinks"]);
        let multipliers = self.named(&["multipliers"]);
        for ((n, words), (m, _)) in kinks.iter().zip(&multipliers) {
            for k in 0..25_usize {
                let mut list: Vec<usize> = words[1..].iter().map(|w| w.parse().unwrap()).collect();
                if list.contains(&k) {
                    continue;
                }
                list.push(k);
                list.sort_unstable();
                let list: Vec<String> = list.iter().map(ToString::to_string).collect();
                for value in ["0", "1p-3"] {
                    let list = list.clone();
                    self.add(format!("line {}: kink {k} with multiplier {value}", n + 1), &[], |l| {
                        l[*n].truncate(1);
                        l[*n].extend(list);
                        l[*m].push(value.to_string());
                    });
                }
            }
        }
    }

    /// Lines left out, doubled, exchanged, and those of other certificates in their place.
    fn whole_lines(&mut self, others: &[&str]) {
        let count = self.lines.len();
        for n in 0..count {
            self.add(format!("line {} left out", n + 1), &[], |l| drop(l.remove(n)));
            self.add(format!("line {} twice", n + 1), &[], |l| l.insert(n, l[n].clone()));
            if n + 1 < count {
                self.add(format!("lines {} and {} exchanged", n + 1, n + 2), &[], |l| l.swap(n, n + 1));
            }
            self.add(format!("cut before line {}", n + 1), &[], |l| l.truncate(n));
        }
        for other in others {
            let theirs: Lines = other.lines().map(|l| l.split(' ').map(str::to_string).collect()).collect();
            for (n, words) in self.lines.clone().into_iter().enumerate() {
                for line in theirs.iter().filter(|line| line[0] == words[0]) {
                    self.add(format!("line {} now `{}`", n + 1, line.join(" ")), &[], |l| l[n] = line.clone());
                }
            }
        }
    }

    /// The words of the head: claims, systems, distances, regions, decay.
    fn choices(&mut self) {
        let head = |n: &str| -> &'static [&'static str] {
            match n {
                "penalty" | "data" | "model" | "slopes" => &["statement"],
                _ => &[],
            }
        };
        for (name, values) in [
            (
                "claim",
                &[
                    "local-minimum-nearby 1",
                    "local-minimum-nearby 1e-6",
                    "local-minimum-nearby 1/1048576",
                    "local-minimum-nearby 0",
                    "local-minimum-nearby -1",
                    "saddle-nearby 1",
                    "saddle-nearby 1/524288",
                    "local-minimum",
                    "saddle",
                    "not-stationary",
                ][..],
            ),
            ("system", &["stationarity", "interpolation"]),
            (
                "region",
                &[
                    "none",
                    "unbounded unbounded",
                    "1e-9 1e-9",
                    "1e-9 unbounded",
                    "unbounded 1e-9",
                    "0 1e-9",
                    "1e-9 0",
                    "-1 1",
                    "9 1e-9",
                    "1e-9 90",
                ],
            ),
            ("penalty", &["0 0 0 0", "1 0 1 0", "1 1 1 1", "1/64 0 1/64 1", "3 0 3 0"]),
            ("slopes", &["1 0", "1 1/100", "2 0", "0 1"]),
            ("rests-on", &["exact"]),
            ("lowpoint-certificate", &["1", "2", "4"]),
            ("bias", &["absent", "balanced"]),
        ] {
            for (n, _) in self.named(&[name]) {
                for value in values.iter() {
                    self.add(format!("line {} now `{name} {value}`", n + 1), head(name), |l| {
                        l[n] = [name].into_iter().chain(value.split(' ')).map(str::to_string).collect();
                    });
                }
            }
        }
        for (n, words) in self.named(&["region"]).into_iter().filter(|(_, words)| words.len() == 3) {
            for at in [1, 2] {
                for factor in ["3", "1025/1023", "1024/1023", "1023/1024", "1/2"] {
                    let scaled = scaled(&words[at], factor);
                    self.add(format!("region, radius {at} times {factor}"), &[], |l| l[n][at] = scaled);
                }
            }
        }
    }

    /// Each role in each neuron's place, and neurons exchanged.
    fn roles(&mut self) {
        let starts: Vec<usize> = self.named(&["neuron"]).into_iter().map(|(n, _)| n).collect();
        let end = self.lines.len() - 1;
        let ends: Vec<usize> = starts.iter().skip(1).copied().chain([end]).collect();
        let width = self.named(&["input"]).first().map_or(3, |(_, words)| words.len() - 2);
        let direction = format!("escape{}", " 1p-1".repeat(width));
        for (i, (start, end)) in starts.iter().copied().zip(ends.iter().copied()).enumerate() {
            for role in [
                "zero",
                "frozen",
                "twin 0",
                "twin 1",
                "twin 4",
                "twin 9",
                "split 0 1p1",
                "split 0 1p0",
                "split 1 1p1",
                "split 4 1p0",
                "split 0 -1p0",
                "split 0 0",
                "split 9 1p0",
                "constant 1p1",
                "constant 1p0",
                "constant -1p0",
                "constant 0",
                "escape",
                &direction,
                "live",
            ] {
                self.add(format!("neuron {i} now `{role}`"), &[], |l| {
                    let line = format!("neuron {i} {role}").split(' ').map(str::to_string).collect();
                    l.splice(start..end, [line]);
                });
            }
            for (j, (from, to)) in starts.iter().copied().zip(ends.iter().copied()).enumerate() {
                self.add(format!("neuron {i} as neuron {j}"), &[], |l| {
                    let mut lines = l[from..to].to_vec();
                    lines[0][1] = i.to_string();
                    l.splice(start..end, lines);
                });
            }
        }
    }
}

/// A rational times another, as text; `unbounded` stays.
fn scaled(text: &str, factor: &str) -> String {
    use num_rational::BigRational;
    match (text.parse::<BigRational>(), factor.parse::<BigRational>()) {
        (Ok(a), Ok(b)) => (a * b).to_string(),
        _ => text.to_string(),
    }
}
