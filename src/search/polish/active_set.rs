//! Descent to a point that is stationary in floats: an active-set method on the cells of the loss (T6).
//!
//! In a cell, with the kinks K_i held, the loss is a convex quadratic. Each round solves for its minimum, follows the
//! loss in that direction through as many cells as it keeps falling, and holds the kink that stops it. At a minimum
//! the kink whose multiplier lies farthest outside its interval is released to the side that descends. The loss falls
//! in every round that moves; rounds are bounded.

use super::kkt::{KktInverse, axpy, inner};
use super::landscape::{Landscape, State};
use super::line::{Direction, Step, opposite, search};
use crate::exact::cell::Side;

/// Most rounds of one search.
pub const MAX_ROUNDS: usize = 100_000;
/// First and least proximal weight, relative to the largest diagonal entry of M: it keeps M definite and unneeded
/// moves out.
const FIRST_PROXIMAL: f64 = 1e-7;
const LEAST_PROXIMAL: f64 = 1e-13;
/// Most rounds at a minimised face that only follow flat directions.
const MAX_SLOW_ROUNDS: usize = 8;
/// Most rounds in a row without a decrease: dependent kinks may be released and held in turn; exact judgement of the
/// point, with all its kinks at once, then tells how to go on.
const MAX_IDLE_ROUNDS: usize = 100;
/// Most times that the proximal weight is raised to make M definite.
const MAX_SHIFTS: usize = 30;
/// Rounds between two fresh inverses.
const REBUILD_EVERY: usize = 300;
/// Relative excess of a multiplier that releases its kink; smaller ones are left to the exact judgement.
const MULTIPLIER_TOLERANCE: f64 = 1e-7;
/// Relative decrease of the loss below which a face counts as minimised.
const FACE_TOLERANCE: f64 = 1e-13;

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Stationary to rounding, as far as floats tell.
    Stationary,
    /// Out of rounds.
    Rounds,
    /// Stopped by the caller.
    Stopped,
    /// The numbers left the range of floats.
    OutOfRange,
}

/// An active-set search in progress.
pub struct ActiveSet<'a> {
    landscape: &'a Landscape,
    state: State,
    inverse: KktInverse,
    /// The kinks held as constraints, in the inverse's order; the other kinks depend on them.
    constraints: Vec<(usize, usize)>,
    bases: Vec<Basis>,
    scale: f64,
    level: f64,
    proximal: f64,
    since_rebuild: usize,
    /// Rounds so far.
    pub rounds: usize,
}

impl<'a> ActiveSet<'a> {
    /// Starts at a state.
    pub fn new(landscape: &'a Landscape, state: State) -> Self {
        let scale = landscape.targets.iter().zip(&landscape.weights).map(|(y, c)| c * y * y).sum::<f64>();
        let mut this = Self {
            landscape,
            state,
            inverse: KktInverse::default(),
            constraints: Vec::new(),
            bases: Vec::new(),
            scale: scale.max(f64::MIN_POSITIVE),
            level: FIRST_PROXIMAL,
            proximal: 0.0,
            since_rebuild: 0,
            rounds: 0,
        };
        this.rebuild();
        this
    }

    /// The state reached.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The cell reached, for all samples: sides of each moving neuron, and the held kinks, which are independent.
    pub fn cell(&self, samples: usize) -> (Vec<Vec<Side>>, Vec<(usize, usize)>) {
        let mut row_of = vec![0; samples];
        for (row, members) in self.landscape.members.iter().enumerate() {
            members.iter().for_each(|&k| row_of[k] = row);
        }
        let sides = self.state.sides.iter().map(|sides| row_of.iter().map(|&row| sides[row]).collect()).collect();
        let kinks = self.constraints.iter().map(|&(i, row)| (i, self.landscape.members[row][0])).collect();
        (sides, kinks)
    }

    /// Goes on from another state.
    pub fn restart(&mut self, state: State) {
        self.state = state;
        self.constraints.clear();
        self.rebuild();
    }

    /// Follows the loss along a direction, as far as it falls and at most to `limit`; whether that changed anything.
    pub fn follow(&mut self, direction: &Direction, limit: f64) -> bool {
        let before = self.landscape.loss(&self.state);
        let step = search(self.landscape, &self.state, direction, limit);
        self.take(direction, &step);
        self.landscape.loss(&self.state) < before || !step.crossed.is_empty() || step.blocked.is_some()
    }

    /// Gives the samples on the kink of neuron i the sides to which u points.
    pub fn leave_kinks(&mut self, i: usize, u: &[f64]) {
        let size = inner(u, u).sqrt();
        let side = |k: usize| {
            let x = &self.landscape.rows[k];
            let along = inner(u, x);
            let noise = 1e-9 * size * inner(x, x).sqrt();
            match self.state.sides[i][k] == Side::Kink && along.abs() > noise {
                true if along > 0.0 => Side::Plus,
                true => Side::Minus,
                false => self.state.sides[i][k],
            }
        };
        let sides: Vec<Side> = (0..self.landscape.rows.len()).map(side).collect();
        self.state.sides[i] = sides;
        self.constraints.clear();
        self.rebuild();
    }

    /// Runs to the end; `go_on(rounds, loss)` may stop it.
    pub fn run(&mut self, go_on: &mut dyn FnMut(usize, &State) -> bool) -> End {
        let (mut idle, mut slow, mut least) = (0, 0, f64::INFINITY);
        while self.rounds < MAX_ROUNDS {
            self.rounds += 1;
            if !go_on(self.rounds, &self.state) {
                return End::Stopped;
            }
            if self.since_rebuild > REBUILD_EVERY {
                self.rebuild();
            }
            self.since_rebuild += 1;
            let before = self.landscape.loss(&self.state);
            idle = if before < least * (1.0 - FACE_TOLERANCE) { 0 } else { idle + 1 };
            least = least.min(before);
            if before <= self.negligible_loss() || idle > MAX_IDLE_ROUNDS + 2 * self.constraints.len() {
                return End::Stationary;
            }
            if !before.is_finite() {
                return End::OutOfRange;
            }
            let gradient = self.landscape.gradient(&self.state);
            let (d, mu) = self.solve(&gradient);
            let gain = -0.5 * inner(&gradient, &d);
            if gain <= FACE_TOLERANCE * before {
                if let Some(j) = self.violated(&mu) {
                    self.release(j, mu[j]);
                    continue;
                }
                if self.is_small(&d) || slow > MAX_SLOW_ROUNDS {
                    return End::Stationary;
                }
                // Flat directions are left: a smaller proximal weight takes longer steps along them.
                slow += 1;
                self.level = (self.level / 10.0).max(LEAST_PROXIMAL);
                self.rebuild();
            }
            let direction = Direction::new(self.landscape, &d);
            let step = search(self.landscape, &self.state, &direction, 1e6);
            self.take(&direction, &step);
        }
        End::Rounds
    }

    /// A loss that is zero up to rounding: the samples are interpolated.
    pub fn negligible_loss(&self) -> f64 {
        1e-24 * self.scale
    }

    /// Whether a step changes nothing that matters.
    fn is_small(&self, d: &[f64]) -> bool {
        let position = self.state.position.neurons.iter().flatten().chain([&self.state.position.bias]);
        let size = position.fold(0.0f64, |m, v| m.max(v.abs()));
        d.iter().all(|d| d.abs() <= 1e-9 * size)
    }

    /// The proximal Newton step of the face, with its multipliers; a fresh inverse where the updated one has drifted.
    fn solve(&mut self, gradient: &[f64]) -> (Vec<f64>, Vec<f64>) {
        if let Some(solution) = self.refined(gradient) {
            return solution;
        }
        for _ in 0..6 {
            self.rebuild();
            if let Some(solution) = self.refined(gradient) {
                return solution;
            }
            self.level *= 10.0;
        }
        (gradient.iter().map(|g| -g).collect(), vec![0.0; self.constraints.len()])
    }

    /// Solves with the inverse and refines with the true residual; `None` if that does not become small.
    fn refined(&self, gradient: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
        let mut top: Vec<f64> = gradient.iter().map(|g| -g).collect();
        // Rounding moves held samples off their kinks; the direction brings them back.
        let mut bottom: Vec<f64> = self.constraints.iter().map(|&(i, k)| -self.state.preactivations[i][k]).collect();
        let size = top.iter().chain(&bottom).fold(0.0f64, |m, v| m.max(v.abs()));
        let (mut d, mut mu) = (vec![0.0; top.len()], vec![0.0; bottom.len()]);
        for _ in 0..6 {
            let (dd, dmu) = self.inverse.solve(&top, &bottom);
            axpy(1.0, &dd, &mut d);
            axpy(1.0, &dmu, &mut mu);
            (top, bottom) = self.residual(gradient, &d, &mu);
            let left = top.iter().chain(&bottom).fold(0.0f64, |m, v| m.max(v.abs()));
            if left <= 1e-10 * size {
                return Some((d, mu));
            }
        }
        None
    }

    /// What the face's equations M d + E' mu = -g, E d = -z still miss.
    fn residual(&self, gradient: &[f64], d: &[f64], mu: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let width = self.landscape.width();
        let mut top: Vec<f64> = gradient.iter().zip(d).map(|(g, d)| -g - self.proximal * d).collect();
        self.landscape.subtract_curvature(&self.state.sides, d, &mut top);
        let mut bottom = Vec::with_capacity(mu.len());
        for (&(i, k), mu) in self.constraints.iter().zip(mu) {
            let (x, part) = (&self.landscape.rows[k], i * width..(i + 1) * width);
            axpy(-mu, x, &mut top[part.clone()]);
            bottom.push(-self.state.preactivations[i][k] - inner(x, &d[part]));
        }
        (top, bottom)
    }

    /// The constraint whose multiplier lies farthest outside [-kappa, kappa]. Where kinks of a neuron depend on each
    /// other, single multipliers decide nothing: it is left to the exact judgement, with all its kinks at once.
    fn violated(&self, mu: &[f64]) -> Option<usize> {
        let excess = |j: usize| {
            let (i, k) = self.constraints[j];
            mu[j].abs() - self.landscape.kappa(&self.state, i, k)
        };
        let scale =
            self.state.errors.iter().zip(&self.landscape.weights).map(|(e, c)| (c * e).abs()).fold(0.0, f64::max);
        let held = |i: usize| self.constraints.iter().filter(|c| c.0 == i).count();
        let kinks = |i: usize| self.state.sides[i].iter().filter(|s| **s == Side::Kink).count();
        let independent: Vec<bool> = (0..self.bases.len()).map(|i| held(i) == kinks(i)).collect();
        let worst = (0..mu.len())
            .filter(|&j| independent[self.constraints[j].0])
            .max_by(|&a, &b| excess(a).total_cmp(&excess(b)))?;
        (excess(worst) > MULTIPLIER_TOLERANCE * scale).then_some(worst)
    }

    /// Lets constraint j go to the side on which phi = kappa |u.x| - mu u.x is negative.
    fn release(&mut self, j: usize, mu: f64) {
        let (i, k) = self.constraints[j];
        self.inverse.drop_constraint(j);
        self.constraints.remove(j);
        let side = if mu >= 0.0 { Side::Plus } else { Side::Minus };
        self.change_sides(&[(i, k, side)]);
        self.bases[i] = self.basis(i);
    }

    /// Moves along the direction and changes sides and constraints as the step says.
    fn take(&mut self, direction: &Direction, step: &Step) {
        for (u, d) in self.state.position.neurons.iter_mut().zip(&direction.neurons) {
            axpy(step.length, d, u);
        }
        self.state.position.bias += step.length * direction.bias;
        let crossing = |&(i, k): &(usize, usize)| (i, k, opposite(self.state.sides[i][k]));
        let mut changes: Vec<(usize, usize, Side)> = step.crossed.iter().map(crossing).collect();
        changes.extend(&step.left);
        changes.extend(step.blocked.map(|(i, k)| (i, k, Side::Kink)));
        self.change_sides(&changes);
        if let Some((i, k)) = step.blocked {
            self.hold(i, k);
            // Samples that depend on those held are on the kink with them.
            let rows = 0..self.landscape.rows.len();
            let implied = rows.filter(|&row| {
                self.state.sides[i][row] != Side::Kink && self.bases[i].spans(&self.landscape.rows[row])
            });
            let implied: Vec<(usize, usize, Side)> = implied.map(|row| (i, row, Side::Kink)).collect();
            self.change_sides(&implied);
        }
        let sides = std::mem::take(&mut self.state.sides);
        self.state = self.landscape.state(self.state.position.clone(), sides);
    }

    /// Changes sides, and M by the rows' outer products; rebuilds where that is cheaper or more accurate.
    fn change_sides(&mut self, changes: &[(usize, usize, Side)]) {
        let mut rows: Vec<usize> = changes.iter().map(|c| c.1).collect();
        rows.sort_unstable();
        rows.dedup();
        let before: Vec<Vec<f64>> =
            rows.iter().map(|&k| self.landscape.output_gradient(&self.state.sides, k)).collect();
        for &(i, k, side) in changes {
            self.state.sides[i][k] = side;
        }
        if rows.len() * 3 > self.landscape.unknowns() {
            return self.rebuild();
        }
        for (&k, old) in rows.iter().zip(&before) {
            let new = self.landscape.output_gradient(&self.state.sides, k);
            let c = self.landscape.weights[k];
            if !(self.inverse.update(c, &new) && self.inverse.update(-c, old)) {
                return self.rebuild();
            }
        }
    }

    /// Holds a kink as a constraint, unless it depends on those of its neuron.
    fn hold(&mut self, i: usize, k: usize) {
        if self.constraints.contains(&(i, k)) {
            return;
        }
        let x = &self.landscape.rows[k];
        if self.bases[i].add(x) && self.inverse.add_constraint(i * self.landscape.width(), x) {
            self.constraints.push((i, k));
        }
    }

    /// A fresh inverse from the sides.
    fn rebuild(&mut self) {
        self.since_rebuild = 0;
        let n = self.landscape.unknowns();
        let mut m = vec![vec![0.0; n]; n];
        for (k, c) in self.landscape.weights.iter().enumerate() {
            let a = self.landscape.output_gradient(&self.state.sides, k);
            let used: Vec<usize> = (0..n).filter(|&r| a[r] != 0.0).collect();
            let (Some(first), Some(last)) = (used.first(), used.last()) else { continue };
            for &r in &used {
                axpy(c * a[r], &a[*first..=*last], &mut m[r][*first..=*last]);
            }
        }
        let largest = (0..n).map(|r| m[r][r]).fold(1e-100, f64::max);
        self.proximal = self.level * largest;
        let definite = (0..MAX_SHIFTS).find_map(|_| {
            let mut shifted = m.clone();
            (0..n).for_each(|r| shifted[r][r] += self.proximal);
            self.proximal *= 10.0;
            KktInverse::new(shifted)
        });
        self.proximal /= 10.0;
        // Without an inverse every direction is zero, and the search ends.
        self.inverse = definite.unwrap_or_else(|| KktInverse::zero(n));
        let kinks: Vec<(usize, usize)> = (0..self.state.sides.len())
            .flat_map(|i| (0..self.landscape.rows.len()).map(move |k| (i, k)))
            .filter(|&(i, k)| self.state.sides[i][k] == Side::Kink)
            .collect();
        let old = std::mem::take(&mut self.constraints);
        self.bases = vec![Basis::default(); self.landscape.neurons.len()];
        for (i, k) in old.into_iter().filter(|c| kinks.contains(c)).chain(kinks.iter().copied()) {
            self.hold(i, k);
        }
    }

    fn basis(&self, i: usize) -> Basis {
        let mut basis = Basis::default();
        for &(_, k) in self.constraints.iter().filter(|c| c.0 == i) {
            basis.add(&self.landscape.rows[k]);
        }
        basis
    }
}

/// An orthonormal basis of the rows held by one neuron.
#[derive(Debug, Clone, Default)]
struct Basis(Vec<Vec<f64>>);

impl Basis {
    /// Whether a row depends on those added, up to rounding.
    fn spans(&self, x: &[f64]) -> bool {
        !self.0.is_empty() && !self.clone().add(x)
    }

    /// Adds a row; false if it depends on the others up to rounding.
    fn add(&mut self, x: &[f64]) -> bool {
        let size = inner(x, x).sqrt();
        let mut rest = x.to_vec();
        for _ in 0..2 {
            for b in &self.0 {
                let along = inner(b, &rest);
                axpy(-along, b, &mut rest);
            }
        }
        let left = inner(&rest, &rest).sqrt();
        if left.is_nan() || left <= 1e-7 * size {
            return false;
        }
        rest.iter_mut().for_each(|v| *v /= left);
        self.0.push(rest);
        true
    }
}
