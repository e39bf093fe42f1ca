//! Changes that know what a certificate means: other claims, versions, points, regions and witnesses, many of them valid.

use crate::common::instance::Net;
use crate::common::linear::{Q, integer, null_space, q};
use crate::common::rng::Rng;
use crate::document::{Document, Form, Proof};
use crate::forms::Phi;
use crate::mutant::Edit;
use crate::naive::{largest_region, rationals, shifted};
use crate::setting::Local;
use crate::structure::Changes;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

/// A line of numerators over their least common denominator.
pub fn fractions(values: &[Q]) -> (String, String) {
    let common = values.iter().fold(BigInt::one(), |m, v| m.lcm(v.denom()));
    (common.to_str_radix(16), numerators(values, &common))
}

/// Each after a space.
fn numerators(values: &[Q], common: &BigInt) -> String {
    let one = |v: &Q| format!(" {}", (v.numer() * (common / v.denom())).to_str_radix(16));
    values.iter().map(one).collect()
}

fn over(name: &str, values: &[Q]) -> String {
    let (denominator, numerators) = fractions(values);
    format!("{name} {denominator}{numerators}")
}

impl Changes<'_> {
    fn find(&self, name: &str) -> usize {
        self.lines.iter().position(|l| l.split(' ').next() == Some(name)).unwrap_or(0)
    }

    /// Replaces these lines, which are given by their names, and adds `curvature` before the end.
    fn rewrite(&mut self, kind: &'static str, lines: &[(&str, &str)], curvature: Option<&str>) {
        let mut text = String::new();
        for line in &self.lines {
            let name = line.split(' ').next().unwrap();
            match (lines.iter().find(|(n, _)| *n == name), curvature) {
                (Some((_, with)), _) => text.push_str(&format!("{with}\n")),
                (None, Some(with)) if *line == "end" => text.push_str(&format!("{with}end\n")),
                _ => text.push_str(&format!("{line}\n")),
            }
        }
        let at = self.find(lines[0].0);
        self.push(kind, at, Edit::Bytes(text.into_bytes()));
    }

    fn version(&self) -> u8 {
        self.lines[0].split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_default()
    }

    /// Other weight decay, or some, in version 3.
    pub fn decays(&mut self) {
        let slopes = self.lines[self.find("slopes")].to_string();
        let curvature = (self.version() == 1).then_some("curvature absent\n");
        let penalties = ["0 0 0 0", "0.0 0 0e9 0", "1 0 1 0", "1/7 1/7 1/7 1/7", "-1 0 1 0", "0 0 0", "0 0 0 0 0"];
        for penalty in penalties {
            for rests_on in ["exact", "intervals", "floats"] {
                let (penalty, rests_on) = (format!("penalty {penalty}"), format!("rests-on {rests_on}"));
                let slopes = format!("{slopes}\n{penalty}\n{rests_on}");
                let lines: &[(&str, &str)] = match self.version() {
                    3 => &[("penalty", &penalty), ("rests-on", &rests_on)],
                    _ => &[("slopes", &slopes), ("lowpoint-certificate", "lowpoint-certificate 3")],
                };
                self.rewrite("weight decay rewritten", lines, curvature);
            }
        }
    }

    pub fn claims_and_versions(&mut self) {
        let versions: &[(&str, Option<&str>)] = match self.version() {
            3 => &[("3", None), ("2", None)],
            2 => &[("3", None), ("2", None), ("1", None)],
            _ => &[
                ("1", None),
                ("2", Some("curvature absent\n")),
                ("2", Some("curvature positive\n")),
                ("1", Some("curvature absent\n")),
            ],
        };
        for claim in crate::reader::CLAIMS {
            let distances: &[&str] = if claim.ends_with("-nearby") { &[" 0", " 1", " 1e9", " -1"] } else { &[""] };
            for distance in distances {
                for region in [None, Some("region none"), Some("region unbounded unbounded"), Some("region 1e-9 1e-9")]
                {
                    for (version, curvature) in versions {
                        let (first, claim) =
                            (format!("lowpoint-certificate {version}"), format!("claim {claim}{distance}"));
                        let mut lines = vec![("claim", &claim[..]), ("lowpoint-certificate", &first)];
                        lines.extend(region.map(|r| ("region", r)));
                        self.rewrite("claim rewritten", &lines, *curvature);
                    }
                }
            }
        }
        for (version, curvature) in versions {
            let first = format!("lowpoint-certificate {version}");
            self.rewrite("version rewritten", &[("lowpoint-certificate", &first)], *curvature);
            if self.version() >= 2 {
                for line in ["curvature absent", "curvature positive", "curvature absent\ncurvature absent"] {
                    self.rewrite("curvature rewritten", &[("curvature", line), ("lowpoint-certificate", &first)], None);
                }
            }
        }
    }

    /// The same point with every neuron written out, and points beside it.
    pub fn points(&mut self, net: &Net, document: &Document, rng: &mut Rng) {
        let point = self.find("point");
        let claim = match document.is_nearby() {
            true => self.lines[1].to_string(),
            false => format!("claim {}-nearby 1", document.claim),
        };
        let head = |net: &Net, some: &[usize]| -> String {
            let bias = net.bias.as_ref().map(|b| over("bias-at", b));
            let mut lines = vec![format!("point {} {}", some.len(), if bias.is_some() { "bias" } else { "no-bias" })];
            for &i in some {
                let (denominator, numbers) = fractions(&net.w[i]);
                lines.extend([format!("input {i} {denominator}{numbers}"), over("output", &net.h[i])]);
            }
            lines.extend(bias);
            lines.join("\n")
        };
        let all: Vec<usize> = (0..net.w.len()).collect();
        let end = self.find("region");
        let mut written: Vec<(&str, String)> = vec![("point written out", head(net, &all))];
        let one = rng.below(all.len());
        written.push(("point written out", head(net, &[one])));
        for by in [q(1, 1), q(-1, 3), q(1, 1 << 20)] {
            let (mut moved, mut scaled, mut other) = (net.clone(), net.clone(), net.clone());
            moved.w[one][0] += &by;
            other.h[one][0] += &by;
            // The same function, and other loss directions.
            let factor = Q::one() + by.abs();
            scaled.w[one].iter_mut().for_each(|w| *w *= &factor);
            scaled.h[one].iter_mut().for_each(|h| *h /= &factor);
            let mut biased = net.clone();
            biased.bias.iter_mut().flatten().for_each(|b| *b += &by);
            written.extend([&moved, &scaled, &other, &biased].map(|n| ("point moved", head(n, &all))));
        }
        for (kind, lines) in written {
            let mut parts = vec![(1, 2, vec![claim.clone()]), (point, end, vec![lines])];
            self.push(
                if kind == "point moved" { kind } else { "point written out" },
                point,
                Edit::Lines(parts.clone()),
            );
            parts.remove(0);
            self.push("point under another claim", point, Edit::Lines(parts));
        }
    }

    /// Radii at the bound, and a little beyond.
    pub fn regions(&mut self, local: &Local, document: &Document) {
        if document.region.is_none() {
            return;
        }
        let at = self.find("region");
        let [inputs, outputs] = largest_region(local, document);
        let text = |r: &Option<Q>| r.as_ref().map_or("unbounded".to_string(), ToString::to_string);
        let more = |r: &Option<Q>| r.as_ref().map(|r| r * q(1_000_001, 1_000_000));
        for (kind, input, output) in [
            ("largest region", inputs.clone(), outputs.clone()),
            ("region a little larger", more(&inputs), outputs.clone()),
            ("region a little larger", inputs.clone(), more(&outputs)),
            ("regions exchanged", outputs.clone(), inputs.clone()),
        ] {
            let line = format!("region {} {}", text(&input), text(&output));
            self.push(kind, at, Edit::Lines(vec![(at, at + 1, vec![line])]));
        }
    }

    pub fn witnesses(&mut self, local: &Local, document: &Document, rng: &mut Rng) {
        for (i, &(start, end)) in self.read.steps.clone().iter().enumerate() {
            let (slope, h) = (&local.slopes[i], &local.net.h[i]);
            let body = |lines: Vec<String>| Edit::Lines(vec![(start + 1, end, lines)]);
            match &document.steps[i].proof {
                Proof::Scalar(form) | Proof::Stationary(form) => {
                    let name = self.lines[start + 1].to_string();
                    let phi = Phi::new(slope, h);
                    for (kind, lines) in other_forms(&phi, form, rng) {
                        self.push(kind, start + 2, body([vec![name.clone()], lines].concat()));
                    }
                    self.by_uniform(start, end, h, form);
                }
                Proof::Uniform(tau, forms) => {
                    let own = |f: &Form| matches!(f, Form::Multipliers(_) | Form::Rays | Form::Linear);
                    if forms.iter().all(own) && end - start == 2 + forms.len() {
                        for (at, (g, form)) in shifted(h, tau).iter().zip(forms).enumerate() {
                            for (kind, lines) in other_forms(&Phi::new(slope, g), form, rng) {
                                let place = start + 2 + at;
                                self.push(kind, place, Edit::Lines(vec![(place, place + 1, lines)]));
                            }
                        }
                    }
                    let rays = vec!["rays".to_string(); forms.len()];
                    for factor in [q(1, 2), q(1, 1), q(2, 1), q(1, 1000)] {
                        let head = vec![format!("uniform {}", tau * factor)];
                        self.push("other tau, by rays", start + 1, body([head, rays.clone()].concat()));
                    }
                }
                Proof::Escape { step, direction, output } => {
                    for (t, u, g) in [
                        (q(1, 2), 1, q(1, 1)),
                        (q(1, 2), 2, q(1, 1)),
                        (q(1, 1), 1, q(1, 2)),
                        (q(1, 1), -1, q(1, 1)),
                        (q(1, 4), 1, q(1, 4)),
                        (q(1, 1), 1, q(-1, 1)),
                        (q(1, 1), 1, q(0, 1)),
                        (q(-1, 1), -1, q(1, 1)),
                        (q(1 << 20, 1), 1, q(1, 1 << 20)),
                        (q(1, 1), 0, q(1, 1)),
                    ] {
                        let u: Vec<BigInt> = direction.iter().map(|v| v * u).collect();
                        let g: Vec<Q> = output.values().iter().map(|v| v * &g).collect();
                        let direction = format!("direction{}", numerators(&rationals(&u), &BigInt::one()));
                        let lines = vec![format!("escape {}", step * t), direction, over("output", &g)];
                        self.push("other escape", start + 1, body(lines));
                    }
                }
                _ => {}
            }
            for _ in 0..3 {
                let mut some = |n: usize| {
                    (0..n).map(|_| format!(" {}", rng.pick(&["0", "1", "-1", "2", "-7"]))).collect::<String>()
                };
                let (u, g) = (some(local.net.w[i].len()), some(h.len()));
                let lines = vec!["descent".into(), format!("direction{u}"), format!("output{g}")];
                self.push("other descent", start + 1, body(lines));
            }
        }
    }

    /// h changed by tau both ways along itself: multipliers of h.D scale with it.
    fn by_uniform(&mut self, start: usize, end: usize, h: &[Q], form: &Form) {
        let [h] = h else { return };
        for part in [q(1, 2), q(1, 1), q(3, 2), q(1, 1000)] {
            let tau = h.abs() * &part;
            let way = if h.is_negative() { -part } else { part };
            let line = |factor: Q| match form {
                Form::Multipliers(mu) => {
                    over("multipliers", &mu.values().iter().map(|m| m * &factor).collect::<Vec<_>>())
                }
                Form::Linear => "linear".into(),
                _ => "rays".into(),
            };
            let lines = vec![format!("uniform {tau}"), line(Q::one() + &way), line(Q::one() - &way)];
            self.push("by uniform", start + 1, Edit::Lines(vec![(start + 1, end, lines)]));
        }
    }
}

type Lines = Vec<(&'static str, Vec<String>)>;

/// Lines that may prove the same form, most of them by another rule.
fn other_forms(phi: &Phi, form: &Form, rng: &mut Rng) -> Lines {
    let mut all: Lines = vec![("other form", vec!["rays".into()]), ("other form", vec!["linear".into()])];
    let classes: Vec<usize> = (0..phi.bends.len()).collect();
    let indices = |of: &[usize]| of.iter().map(|c| format!(" {c}")).collect::<String>();
    let zeros = vec![Q::zero(); phi.p.len()];
    // Parts with their classes, shares and forms.
    let components = |parts: &[(Vec<usize>, Vec<Q>, String)]| {
        let shares: Vec<Q> = parts.iter().flat_map(|(_, share, _)| share.clone()).collect();
        let (denominator, _) = fractions(&shares);
        let common = BigInt::parse_bytes(denominator.as_bytes(), 16).unwrap();
        let mut lines = vec![format!("components {} {denominator}", parts.len())];
        for (of, share, form) in parts {
            lines.push(format!("classes{}", indices(of)));
            lines.push(format!("share{}", numerators(share, &common)));
            lines.push(form.clone());
        }
        lines
    };
    let whole = (classes.clone(), phi.p.clone(), "rays".to_string());
    let none = |share: &Vec<Q>| (Vec::new(), share.clone(), "linear".to_string());
    all.push(("one part", components(std::slice::from_ref(&whole))));
    all.push(("no parts", components(&[])));
    all.push(("an empty part", components(&[whole.clone(), none(&zeros)])));
    all.push(("parts that overlap", components(&[whole.clone(), (classes.clone(), zeros.clone(), "rays".into())])));
    all.push(("a part twice", components(&[whole.clone(), whole.clone()])));
    if !classes.is_empty() {
        let (first, rest) = classes.split_at(1);
        all.push(("a class in no part", components(&[(rest.to_vec(), phi.p.clone(), "rays".into())])));
        let halves = [(first.to_vec(), phi.p.clone()), (rest.to_vec(), zeros.clone())];
        all.push(("two parts", components(&halves.map(|(c, share)| (c, share, "rays".into())))));
    }
    if let Form::Multipliers(mu) = form {
        let mu = mu.values();
        let share = |c: usize| phi.bends[c].1.iter().map(|x| -(x * &mu[c])).collect::<Vec<_>>();
        let parts: Vec<_> = classes
            .iter()
            .filter(|c| **c < mu.len())
            .map(|&c| (vec![c], share(c), over("multipliers", &mu[c..=c])))
            .collect();
        all.push(("a part for each class", components(&parts)));
        by_matrix(phi, &mu, &mut all);
        for shift in relations(phi, rng) {
            let moved: Vec<Q> = mu.iter().zip(&shift).map(|(m, s)| m + s).collect();
            all.push(("other multipliers", vec![over("multipliers", &moved)]));
        }
    }
    all
}

/// The multipliers of convex classes as a matrix, and as a tree of one cell.
fn by_matrix(phi: &Phi, mu: &[Q], all: &mut Lines) {
    let convex = phi.bends.iter().zip(mu).filter(|((kappa, _), _)| kappa.is_positive());
    let balance: Vec<Q> = convex.map(|(_, m)| m.clone()).collect();
    let (denominator, numbers) = fractions(&balance);
    let balance = format!("balance{numbers}");
    all.push(("by a matrix", vec![format!("matrix 0 {denominator}"), balance.clone()]));
    let leaf = vec!["cells 1".into(), format!("leaf 0 {denominator}"), "path".into(), balance.clone()];
    all.push(("by a cell", leaf));
    all.push(("by a cell", vec!["cells 0".into()]));
}

/// Changes of the multipliers that keep the equation: a little, and so much that one reaches the other end of its interval.
fn relations(phi: &Phi, rng: &mut Rng) -> Vec<Vec<Q>> {
    let row = |a: usize| phi.bends.iter().map(|(_, x)| x[a].clone()).collect();
    let basis = null_space((0..phi.p.len()).map(row).collect(), phi.bends.len());
    let mut all = Vec::new();
    for relation in basis.iter().take(3) {
        let c = rng.below(relation.len());
        let size =
            if relation[c].is_zero() { integer(1) } else { phi.bends[c].0.abs() * integer(2) / relation[c].abs() };
        for by in [q(1, 1000), q(-1, 1000), q(1, 7), size.clone(), -size] {
            all.push(relation.iter().map(|r| r * &by).collect());
        }
    }
    all
}
