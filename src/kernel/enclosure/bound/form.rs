//! One scalar form phi(u) = p.u + sum_k kap_k |u.x_k| in intervals (THEORY 2), and bounds of it.

use super::super::interval::{ball, between, point};
use super::super::rounding::{add_up, mul_up, norm_up, sum_up};
use inari::Interval;
use num_bigint::BigInt;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Guesses lam in [-1, 1] for kinks (kap, x), such that p + sum kap lam x is small. Nothing rests on what it says.
pub type Guess<'a> = &'a dyn Fn(&[f64], &[(f64, &[f64])]) -> Vec<f64>;

/// A sample on a neuron's kink.
#[derive(Debug, Clone)]
pub(super) struct Kink {
    /// i.
    pub(super) neuron: usize,
    /// k, in the data.
    pub(super) sample: usize,
    /// kap_ik.
    pub(super) kappa: Interval,
    /// x_k, in floats.
    pub(super) row: Arc<[f64]>,
}

/// Kinks without their inputs: sums of |kap_k||x_k|, convex and concave ones apart.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rest {
    convex: Size,
    concave: Size,
}

/// A sum of norms.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// Of |x|_1: what a form may change over |u|_inf <= 1.
    cube: f64,
    /// Of |x|: what it may change over |u| <= 1.
    ball: f64,
}

impl Size {
    fn plus(self, other: Self) -> Self {
        Self { cube: add_up(self.cube, other.cube), ball: add_up(self.ball, other.ball) }
    }

    fn times(self, factor: f64) -> Self {
        Self { cube: mul_up(self.cube, factor), ball: mul_up(self.ball, factor) }
    }

    /// Of one vector.
    fn of(row: &[f64]) -> Self {
        Self { cube: sum_up(row.iter().map(|v| v.abs())), ball: norm_up(row) }
    }
}

impl Rest {
    /// One more kink.
    pub(super) fn add(&mut self, kappa: Interval, row: &[f64]) {
        // The inputs may be roundings.
        let size = Size::of(row).times(1.0 + 2.0 * f64::EPSILON);
        let (up, down) = (positive(kappa.sup()), positive(-kappa.inf()));
        self.convex = self.convex.plus(size.times(up));
        self.concave = self.concave.plus(size.times(down));
    }

    /// The kinks of both.
    pub(super) fn plus(self, other: Self) -> Self {
        Self { convex: self.convex.plus(other.convex), concave: self.concave.plus(other.concave) }
    }

    fn times(self, factor: Interval) -> Self {
        let most = factor.mag();
        let Self { convex, concave } =
            if factor.sup() <= 0.0 { Self { convex: self.concave, concave: self.convex } } else { self };
        Self { convex: convex.times(most), concave: concave.times(most) }
    }
}

/// max(v, 0), NaN if it is NaN.
fn positive(v: f64) -> f64 {
    if v <= 0.0 { 0.0 } else { v }
}

/// What is known of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormBounds {
    /// Contains min phi(u) over |u|_inf <= 1.
    pub(super) cube: Interval,
    /// phi(u) >= -residual |u| for all u.
    pub(super) residual: f64,
}

/// phi.
#[derive(Debug, Clone)]
pub(super) struct Form {
    linear: Vec<Interval>,
    kinks: Vec<(Interval, Vec<Interval>)>,
    rest: Rest,
}

impl Form {
    /// Merges kinks of equal inputs, which `exact` gives for a sample and its floats; `rounded` says that these are roundings.
    pub(super) fn new(
        linear: Vec<Interval>,
        kinks: &[Kink],
        rest: Rest,
        exact: impl Fn(usize, &[f64]) -> Vec<BigInt>,
        rounded: bool,
    ) -> Self {
        let mut places: BTreeMap<Vec<BigInt>, usize> = BTreeMap::new();
        let mut merged: Vec<(Interval, Vec<Interval>)> = Vec::new();
        for kink in kinks {
            let place = *places.entry(exact(kink.sample, &kink.row)).or_insert(merged.len());
            match merged.get_mut(place) {
                Some((kappa, _)) => *kappa += kink.kappa,
                None => {
                    let entry = |v: &f64| ball(*v, if rounded { v.abs() * f64::EPSILON } else { 0.0 });
                    merged.push((kink.kappa, kink.row.iter().map(entry).collect()));
                }
            }
        }
        Self { linear, kinks: merged, rest }
    }

    /// factor phi + shift.u; the factor is of one sign.
    pub(super) fn scaled(&self, factor: Interval, shift: Option<Vec<Interval>>) -> Self {
        let mut linear: Vec<Interval> = self.linear.iter().map(|p| *p * factor).collect();
        shift.into_iter().flatten().zip(&mut linear).for_each(|(s, p)| *p += s);
        let kinks = self.kinks.iter().map(|(kappa, row)| (*kappa * factor, row.clone())).collect();
        Self { linear, kinks, rest: self.rest.times(factor) }
    }

    /// |phi(u)| <= this for all |u|_inf <= 1.
    pub(super) fn size(&self) -> f64 {
        let kinks = self.kinks.iter().map(|(kappa, row)| mul_up(kappa.mag(), l1(row).sup()));
        let rest = add_up(self.rest.convex.cube, self.rest.concave.cube);
        add_up(add_up(l1(&self.linear).sup(), sum_up(kinks)), rest)
    }

    /// The bounds by the multipliers that are guessed, and by zeros.
    ///
    /// kap |u.x| >= kap lam u.x for kap >= 0 and |lam| <= 1; for others kap |u.x| >= -|kap||u||x|. Above, the value at the
    /// corners of the cube against the linear parts.
    pub(super) fn bounds(&self, guess: Guess<'_>) -> FormBounds {
        let is_convex = |(kappa, _): &&(Interval, Vec<Interval>)| kappa.inf() >= 0.0;
        let convex: Vec<_> = self.kinks.iter().filter(is_convex).collect();
        let mut concave = self.rest.concave;
        for (kappa, row) in self.kinks.iter().filter(|kink| !is_convex(kink)) {
            let size = Size { cube: l1(row).sup(), ball: l2(row).sup() };
            concave = concave.plus(size.times(-kappa.inf()));
        }
        let with = self.with_multipliers(&convex, guess);
        let candidates = [&self.linear, &with];
        let least = |norm: fn(&[Interval]) -> Interval| {
            candidates.iter().map(|r| norm(r).sup()).fold(f64::INFINITY, |least, v| if v < least { v } else { least })
        };
        let lower = -add_up(least(l1), concave.cube);
        let upper = candidates.iter().map(|r| self.at(&corner(r)).sup()).fold(0.0, f64::min);
        let cube = between(lower, upper);
        FormBounds { cube, residual: add_up(least(l2), concave.ball) }
    }

    /// p + sum kap lam x over convex kinks.
    fn with_multipliers(&self, convex: &[&(Interval, Vec<Interval>)], guess: Guess<'_>) -> Vec<Interval> {
        if convex.is_empty() {
            return self.linear.clone();
        }
        let mids = |row: &[Interval]| -> Vec<f64> { row.iter().map(|v| v.mid()).collect() };
        let rows: Vec<(f64, Vec<f64>)> = convex.iter().map(|(kappa, row)| (kappa.mid(), mids(row))).collect();
        let kinks: Vec<(f64, &[f64])> = rows.iter().map(|(kappa, row)| (*kappa, row.as_slice())).collect();
        let multipliers = guess(&mids(&self.linear), &kinks);
        let mut r = self.linear.clone();
        for ((kappa, row), lam) in convex.iter().zip(multipliers) {
            let lam = if lam.is_nan() { 0.0 } else { lam.clamp(-1.0, 1.0) };
            r.iter_mut().zip(row).for_each(|(r, x)| *r += *kappa * point(lam) * *x);
        }
        r
    }

    /// phi(u); above where kinks have no inputs.
    fn at(&self, u: &[f64]) -> Interval {
        let dot = |row: &[Interval]| row.iter().zip(u).fold(point(0.0), |sum, (v, u)| sum + *v * point(*u));
        let kinks = self.kinks.iter().fold(dot(&self.linear), |sum, (kappa, row)| sum + *kappa * dot(row).abs());
        kinks + point(self.rest.convex.cube)
    }
}

/// The corner of the cube against a vector.
fn corner(r: &[Interval]) -> Vec<f64> {
    r.iter().map(|v| if v.mid() > 0.0 { -1.0 } else { 1.0 }).collect()
}

/// |v|_1.
pub(super) fn l1(v: &[Interval]) -> Interval {
    v.iter().fold(point(0.0), |sum, v| sum + v.abs())
}

/// |v|.
pub(super) fn l2(v: &[Interval]) -> Interval {
    v.iter().fold(point(0.0), |sum, v| sum + v.sqr()).sqrt()
}
