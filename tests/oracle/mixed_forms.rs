//! Random scalar forms with dependent classes of both signs, most of them on the boundary of phi >= 0 or close to it.

use crate::common::design::primitive;
use crate::common::linear::{Q, independent, integer, q};
use crate::common::rng::Rng;
use crate::exact::directions;
use crate::forms::Form;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

/// Most classes of a form.
const MOST_CLASSES: usize = 12;

/// How a form was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Each concave class is a combination of convex ones that have room to spare: phi >= 0 (C6).
    Slack,
    /// The same with equality at a vector: phi >= 0 and phi(u) = 0.
    Tight,
    /// A tight form with a little less convexity: phi(u) < 0.
    Loose,
    /// As concave as phi >= 0 allows, whether C6 can show it or not.
    Boundary,
    /// A thousandth less concave than that.
    Inside,
    /// A thousandth more concave than that.
    Outside,
    /// Left to chance.
    Plain,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Slack, Self::Tight, Self::Loose, Self::Boundary, Self::Inside, Self::Outside, Self::Plain];

    /// Whether phi >= 0, where the kind says so.
    pub fn nonnegative(self) -> Option<bool> {
        match self {
            Self::Slack | Self::Tight | Self::Boundary | Self::Inside => Some(true),
            Self::Loose | Self::Outside => Some(false),
            Self::Plain => None,
        }
    }
}

/// A form and its kinds: one, or two for a sum of two forms in variables of their own.
pub fn form(rng: &mut Rng) -> (Vec<Kind>, Form) {
    let kinds = if rng.chance(25) { vec![kind(rng), kind(rng)] } else { vec![kind(rng)] };
    let mut sum = Sum::new(0);
    for &kind in &kinds {
        let rank = if kinds.len() == 2 { 2 } else { rng.pick(&[2, 2, 3, 3, 3, 4]) };
        sum.beside(&part(kind, rank, MOST_CLASSES / kinds.len(), rng));
    }
    if rng.chance(25) {
        sum.widen();
    }
    sum.shear(rng);
    (kinds, sum.integral())
}

fn kind(rng: &mut Rng) -> Kind {
    use Kind::{Boundary, Inside, Loose, Outside, Plain, Slack, Tight};
    rng.pick(&[Slack, Slack, Tight, Tight, Loose, Boundary, Boundary, Boundary, Inside, Inside, Outside, Plain])
}

/// A form of one kind with at most `most` classes.
fn part(kind: Kind, rank: usize, most: usize, rng: &mut Rng) -> Sum {
    loop {
        let sum = match kind {
            Kind::Slack => planted(rank, false, rng),
            Kind::Tight => planted(rank, true, rng),
            Kind::Loose => loose(rank, rng),
            Kind::Boundary => boundary(rank, q(0, 1), rng),
            Kind::Inside => boundary(rank, q(-1, 1000), rng),
            Kind::Outside => boundary(rank, q(1, 1000), rng),
            Kind::Plain => Some((plain(rank, rng), Vec::new())),
        };
        match sum {
            Some((sum, _)) if sum.bends.len() <= most && sum.bends.iter().any(|(kappa, _)| !kappa.is_zero()) => {
                return sum;
            }
            _ => {}
        }
    }
}

/// Concave y_k = sum_l lam_kl x_l and convex x_l with kap_l >= sum_k |lam_kl|. Tight: with equality and one sign for
/// all lam_kl x_l.u of a k, so that phi vanishes at u, which comes second.
fn planted(rank: usize, tight: bool, rng: &mut Rng) -> Option<(Sum, Vec<i64>)> {
    let count = rank + rng.below(4);
    let convex = classes(rank, count, rng);
    let u: Vec<i64> = (0..rank).map(|_| rng.range(-3, 3)).collect();
    let along = |x: &[i64]| x.iter().zip(&u).map(|(x, u)| x * u).sum::<i64>();
    let mut sum = Sum::new(rank);
    for _ in 0..1 + rng.below(4) {
        let (weight, side) = (rng.pick(&[q(1, 1), q(1, 1), q(1, 2), q(2, 3), q(3, 1)]), rng.pick(&[1, -1]));
        let mut y = vec![0; rank];
        for _ in 0..1 + rng.below(3) {
            let (x, size) = (rng.pick(&convex), rng.pick(&[1, 1, 2, 3]));
            let sign = if tight && along(&x) != 0 { side * along(&x).signum() } else { rng.pick(&[1, -1]) };
            y.iter_mut().zip(&x).for_each(|(y, x)| *y += sign * size * x);
            sum.bend(&(&weight * integer(size)), &x);
        }
        sum.bend(&-weight, &y);
    }
    for x in &convex {
        if rng.chance(30) {
            let size = rng.pick(&[q(1, 1), q(1, 2), q(2, 1)]);
            let sign = if tight && along(x) != 0 { -along(x).signum() } else { rng.pick(&[1, -1]) };
            sum.tilt(&(&size * integer(sign)), x);
            sum.bend(&size, x);
        }
        if (!tight || along(x) == 0) && rng.chance(60) {
            sum.bend(&rng.pick(&[q(1, 7), q(1, 2), q(1, 1)]), x);
        }
    }
    Some((sum, u))
}

/// A tight form whose convex classes, or one of them, lose a thousandth.
fn loose(rank: usize, rng: &mut Rng) -> Option<(Sum, Vec<i64>)> {
    let (mut sum, u) = planted(rank, true, rng)?;
    let bent = |x: &[i64]| x.iter().zip(&u).map(|(x, u)| x * u).sum::<i64>() != 0;
    let hit = (0..sum.bends.len()).filter(|&c| sum.bends[c].0.is_positive() && bent(&sum.bends[c].1));
    let hit: Vec<usize> = hit.collect();
    let hit = if rng.chance(50) { hit } else { hit.into_iter().take(1).collect() };
    hit.iter().for_each(|&c| sum.bends[c].0 *= q(999, 1000));
    (!hit.is_empty()).then_some((sum, u))
}

/// A form that phi >= 0 just allows, with `excess` times as much concavity beyond that, or less if it is negative.
fn boundary(rank: usize, excess: Q, rng: &mut Rng) -> Option<(Sum, Vec<i64>)> {
    let sum = if rng.chance(30) { scaled(rank, &excess, rng) } else { extreme(rank, &excess, rng) };
    sum.map(|sum| (sum, Vec::new()))
}

/// Convex classes, and concave ones scaled to what they may be at most: the least value of (p.u + convex part) /
/// concave part over the generators of all cells.
fn scaled(rank: usize, excess: &Q, rng: &mut Rng) -> Option<Sum> {
    let all = classes(rank, rank + 2 + rng.below(7), rng);
    let (convex, concave) = all.split_at((rank + 1 + rng.below(3)).min(all.len()));
    let mut sum = convex_form(rank, convex, rng);
    let mut below = Sum::new(rank);
    concave.iter().for_each(|x| below.bend(&integer(rng.range(1, 3)), x));
    let least = directions(&all, rank).0.into_iter().filter_map(|u| {
        let concave = below.value(&u);
        concave.is_positive().then(|| sum.value(&u) / concave)
    });
    let least = least.min().filter(Signed::is_positive)? * (Q::one() + excess);
    below.bends.iter().for_each(|(kappa, x)| sum.bend(&(-kappa * &least), x));
    Some(sum)
}

/// Curvatures lowered in turn, the last few as far as phi >= 0 allows: phi vanishes on a ray for each of these, which
/// leaves C6 little room, or none.
fn extreme(rank: usize, excess: &Q, rng: &mut Rng) -> Option<Sum> {
    let mut sum = match !(3..=4).contains(&rank) || rng.chance(40) {
        true => convex_form(rank, &classes(rank, rank + 2 + rng.below(7), rng), rng),
        false => classic(rank, rng),
    };
    let all: Vec<Vec<i64>> = sum.bends.iter().map(|(_, x)| x.clone()).collect();
    let rays = directions(&all, rank).0;
    let mut values: Vec<Q> = rays.iter().map(|u| sum.value(u)).collect();
    let along = |x: &[i64]| rays.iter().map(|u| u.iter().zip(x).map(|(u, x)| u * x).sum::<BigInt>().abs()).collect();
    let bent: Vec<Vec<BigInt>> = all.iter().map(|x| along(x)).collect();
    let room = |c: usize, values: &[Q]| -> Q {
        let pairs = values.iter().zip(&bent[c]).filter(|(_, bend)| !bend.is_zero());
        pairs.map(|(value, bend)| value / bend).min().unwrap_or_else(Q::zero)
    };
    let full = rng.range(2, 5) as usize;
    for turn in 0..all.len() + full {
        let c = rng.below(all.len());
        let mut lower = room(c, &values);
        if turn < all.len() {
            lower = (lower * rng.pick(&[q(1, 2), q(1, 1), q(3, 2)])).floor() / integer(2);
        }
        sum.bend(&-lower.clone(), &all[c]);
        values.iter_mut().zip(&bent[c]).for_each(|(value, bend)| *value -= &lower * bend);
    }
    // No room is left for a class that was lowered fully; all others gain by a loss of concavity.
    let bends = match excess.is_positive() {
        true => vec![(0..all.len()).find(|&c| room(c, &values).is_zero() && !sum.bends[c].0.is_zero())?],
        false => (0..all.len()).collect(),
    };
    bends.iter().for_each(|&c| {
        let change = sum.bends[c].0.abs() * excess;
        sum.bends[c].0 -= change;
    });
    Some(sum)
}

/// Convex classes with p = sum lam kap x, where |lam| <= 1, in half of the cases.
fn convex_form(rank: usize, classes: &[Vec<i64>], rng: &mut Rng) -> Sum {
    let mut sum = Sum::new(rank);
    let tilted = rng.chance(50);
    for x in classes {
        let kappa = rng.range(1, 5);
        sum.bend(&integer(kappa), x);
        if tilted {
            sum.tilt(&(integer(kappa) * rng.pick(&[q(0, 1), q(1, 2), q(-1, 2), q(1, 4), q(-2, 3), q(1, 1)])), x);
        }
    }
    sum
}

/// Inequalities of the real line that C6 cannot show. Rank 3: |a + b| + |a + c| + |b + c| <= |a| + |b| + |c| +
/// |a + b + c| (Hlawka). Rank 4: sum b_i b_j |u_i - u_j| <= 0 over the pairs of five points, for integers b with sum 0
/// or 1 or -1 (negative type, hypermetric; Deza and Laurent 1997).
fn classic(rank: usize, rng: &mut Rng) -> Sum {
    let mut sum = Sum::new(rank);
    let terms: Vec<(i64, Vec<i64>)> = if rank == 3 {
        let signed = |bits: i64| -> Vec<i64> { (0..3).map(|a| bits >> a & 1).collect() };
        (1..8).map(|bits: i64| (if bits.count_ones() == 2 { -1 } else { 1 }, signed(bits))).collect()
    } else {
        let b = rng.pick(&[[1, 1, 1, -1, -1], [1, 1, 1, -1, -2], [1, 1, -1, -1, -1], [2, 1, 1, -1, -2]]);
        // The last point is 0, the others are the coordinates.
        let entry = |a, i, j| i64::from(a == i) - i64::from(a == j);
        let pairs = (0..rank + 1).flat_map(|j| (0..j).map(move |i| (i, j)));
        pairs.map(|(i, j)| (-b[i] * b[j], (0..rank).map(|a| entry(a, i, j)).collect())).collect()
    };
    for (kappa, x) in terms {
        // -|x.u| is at most x.u.
        match kappa < 0 && rng.chance(10) {
            true => sum.tilt(&integer(kappa), &x),
            false => sum.bend(&integer(kappa), &x),
        }
        if rng.chance(5) {
            sum.bend(&q(1, 2), &x);
        }
    }
    sum
}

/// Any curvatures, and p = sum lam |kap| x.
fn plain(rank: usize, rng: &mut Rng) -> Sum {
    let count = rank + 1 + rng.below(6);
    let mut sum = Sum::new(rank);
    let lams = [q(0, 1), q(0, 1), q(1, 2), q(-1, 3), q(1, 5), q(-1, 1), q(1001, 1000)];
    for x in classes(rank, count, rng) {
        let kappa = if rng.chance(25) { -rng.range(0, 2) } else { rng.range(0, 9) };
        sum.bend(&integer(kappa), &x);
        sum.tilt(&(rng.pick(&lams) * integer(kappa.abs())), &x);
    }
    sum
}

/// At most `count` primitive vectors, no two parallel; many of them sums and differences of others.
fn classes(width: usize, count: usize, rng: &mut Rng) -> Vec<Vec<i64>> {
    let mut rows: Vec<Vec<i64>> = Vec::new();
    for _ in 0..4 * count {
        let row: Vec<i64> = match rows.len() >= 2 && rng.chance(40) {
            true => {
                let (a, b, sign) = (rng.pick(&rows), rng.pick(&rows), rng.pick(&[1, -1, 2]));
                a.iter().zip(&b).map(|(a, b)| a + sign * b).collect()
            }
            false => (0..width).map(|_| rng.range(-2, 2)).collect(),
        };
        let (row, divisor) = primitive(&row);
        if divisor != 0 && rows.len() < count && !rows.contains(&row) {
            rows.push(row);
        }
    }
    // All attempts may have been zero.
    if rows.is_empty() {
        rows.push((0..width).map(|a| i64::from(a == 0)).collect());
    }
    rows
}

/// A form in rationals. Parallel classes are merged.
struct Sum {
    linear: Vec<Q>,
    bends: Vec<(Q, Vec<i64>)>,
}

impl Sum {
    fn new(width: usize) -> Self {
        Self { linear: vec![Q::zero(); width], bends: Vec::new() }
    }

    /// Adds kappa |u.x|.
    fn bend(&mut self, kappa: &Q, x: &[i64]) {
        let (row, divisor) = primitive(x);
        let kappa = kappa * integer(divisor.abs());
        match self.bends.iter_mut().find(|(_, other)| *other == row) {
            Some((sum, _)) => *sum += kappa,
            None if divisor != 0 => self.bends.push((kappa, row)),
            None => {}
        }
    }

    /// Adds mu x.u.
    fn tilt(&mut self, mu: &Q, x: &[i64]) {
        self.linear.iter_mut().zip(x).for_each(|(p, x)| *p += mu * integer(*x));
    }

    fn value(&self, u: &[BigInt]) -> Q {
        let along = |x: &[i64]| u.iter().zip(x).map(|(u, x)| u * x).sum::<BigInt>();
        let bends = self.bends.iter().map(|(kappa, x)| kappa * along(x).abs());
        self.linear.iter().zip(u).map(|(p, u)| p * u).sum::<Q>() + bends.sum::<Q>()
    }

    /// Adds a form in further variables.
    fn beside(&mut self, other: &Self) {
        let (before, after) = (self.linear.len(), other.linear.len());
        self.bends.iter_mut().for_each(|(_, x)| x.extend(vec![0; after]));
        self.bends.extend(other.bends.iter().map(|(kappa, x)| (kappa.clone(), [vec![0; before], x.clone()].concat())));
        self.linear.extend(other.linear.iter().cloned());
    }

    /// Adds a variable of which nothing depends.
    fn widen(&mut self) {
        self.beside(&Self::new(1));
    }

    /// Other coordinates and another order, so that what was planted is not seen at once.
    fn shear(&mut self, rng: &mut Rng) {
        let width = self.linear.len();
        for _ in 0..rng.below(width + 1) {
            let (from, to, factor) = (rng.below(width), rng.below(width), rng.pick(&[1, -1, 2]));
            if from != to {
                self.bends.iter_mut().for_each(|(_, x)| x[to] += factor * x[from]);
                let moved = &self.linear[from] * integer(factor);
                self.linear[to] += moved;
            }
        }
        for last in (1..self.bends.len()).rev() {
            self.bends.swap(last, rng.below(last + 1));
        }
        // Back to the sign of a primitive vector.
        self.bends.iter_mut().for_each(|(_, x)| *x = primitive(x).0);
    }

    /// The form times a positive integer. A p outside the span of the classes that bend would decide alone: it goes.
    fn integral(mut self) -> Form {
        let bent = self.bends.iter().filter(|(kappa, _)| !kappa.is_zero());
        let mut rows: Vec<Vec<i64>> = bent.map(|(_, x)| x.clone()).collect();
        let rank = independent(&rows).len();
        let whole = self.linear.iter().fold(BigInt::one(), |m, p| m.lcm(p.denom()));
        let linear = self.linear.iter().map(|p| i64::try_from(p.numer() * (&whole / p.denom())).unwrap());
        rows.push(linear.collect());
        if independent(&rows).len() > rank {
            self.linear.fill(Q::zero());
        }
        let all = self.linear.iter().chain(self.bends.iter().map(|(kappa, _)| kappa));
        let common = all.fold(BigInt::one(), |m, v| m.lcm(v.denom()));
        let scaled = |v: &Q| v.numer() * (&common / v.denom());
        Form {
            linear: self.linear.iter().map(scaled).collect(),
            bends: self.bends.iter().map(|(kappa, x)| (scaled(kappa), x.clone())).collect(),
        }
    }
}
