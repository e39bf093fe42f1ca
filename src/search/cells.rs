//! Forms with concave classes: one matrix (C6), else a tree over the signs of the concave classes (C7).
//!
//! phi is the least of the convex forms phi_s that replace each concave kap_C |u.x_C| by s_C kap_C u.x_C, so phi >= 0
//! iff phi_s >= 0 for every sign vector s that occurs. A node of the tree fixes some signs; the program of its cell closes
//! it by a matrix for the signs that are open, or shows where phi is negative, or says which class to split. Nodes are
//! examined in rounds of a fixed size, so that the tree does not depend on the number of threads.

use super::float;
use super::linprog::{Floats, Relaxed};
use super::nonnegative::Decision;
use super::repair::{self, Cell, LeafProof};
use super::simplex::{Feasibility, feasible};
use super::{convex_exact, direction};
use crate::exact::solve::{rank_profile, separating_vector, solve};
use crate::kernel::certificate::{CellStep, MatrixProof, Nonnegative};
use crate::kernel::linear::Fractions;
use crate::kernel::rule::matrix::HalfSpace;
use crate::kernel::slope_form::{Bend, ScalarForm};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use rayon::prelude::*;

/// Most cells that are examined for one form unless another limit is asked for.
pub const MAX_CELLS: u32 = 4096;
/// Cells that are examined in one round.
const ROUND: usize = 16;
/// Most numbers of a matrix: larger linear programs take minutes.
const MAX_MATRIX: usize = 100_000;
/// Pivots of the exact simplex that asks whether a path implies a sign.
const IMPLIED_PIVOTS: usize = 500;

/// How far the tree may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most cells that are examined, inner nodes included. With 1, only the matrix of the whole space is tried (C6).
    pub max_cells: usize,
    /// Whether a cell may be closed by a matrix while signs are open; without, every sign that occurs is visited.
    pub matrices: bool,
}

impl Default for Limits {
    /// [`MAX_CELLS`] cells, with matrices.
    fn default() -> Self {
        Self { max_cells: MAX_CELLS as usize, matrices: true }
    }
}

/// Decides a form whose classes with kappa != 0 have p in their span. Every `Negative` has been evaluated exactly.
pub fn decide(form: &ScalarForm<'_>, limits: &Limits) -> Decision {
    let directions: Vec<Vec<BigInt>> = form.bends.iter().map(|b| b.direction.to_vec()).collect();
    let active: Vec<Vec<BigInt>> =
        form.bends.iter().filter(|b| !b.kappa.is_zero()).map(|b| b.direction.to_vec()).collect();
    // Coordinates on which the classes have full rank: enough for every equation, and a u on them can be filled up.
    let mut columns = rank_profile(&active, form.linear.len()).pivot_cols;
    columns.sort_unstable();
    let restrict = |x: &[BigInt]| -> Vec<BigInt> { columns.iter().map(|&a| x[a].clone()).collect() };
    let restricted: Vec<Vec<BigInt>> = directions.iter().map(|x| restrict(x)).collect();
    let small = ScalarForm {
        scale: form.scale.clone(),
        linear: restrict(&form.linear),
        bends: form.bends.iter().zip(&restricted).map(|(b, x)| Bend { kappa: b.kappa.clone(), direction: x }).collect(),
    };
    match Tree::new(&small).grow(limits) {
        Decision::Negative(u) => {
            let mut full = vec![BigInt::zero(); form.linear.len()];
            columns.iter().zip(u).for_each(|(&a, v)| full[a] = v);
            match form.value(&full).is_negative() {
                true => Decision::Negative(full),
                false => Decision::Undetermined("p is not in the span of the kinks".into()),
            }
        }
        other => other,
    }
}

struct Tree<'a> {
    form: &'a ScalarForm<'a>,
    floats: Floats,
    convex: Vec<usize>,
    concave: Vec<usize>,
    nodes: Vec<Node>,
}

struct Node {
    path: Vec<HalfSpace>,
    /// The places in the path that come from splits: they imply the others.
    walls: Vec<usize>,
    step: Step,
}

/// What is known of a cell.
enum Step {
    Unknown,
    Leaf(LeafProof),
    /// The subtrees for x_C.u >= 0 and <= 0.
    Split(usize, [usize; 2]),
    Implied(HalfSpace, Fractions, usize),
}

/// What an examination finds.
enum Finding {
    Closed(LeafProof),
    Negative(Vec<BigInt>),
    /// Split this class; the likelier side first.
    Split(HalfSpace),
    Implied(HalfSpace, Fractions),
    Stuck,
}

impl<'a> Tree<'a> {
    fn new(form: &'a ScalarForm<'a>) -> Self {
        let classes = |wanted: fn(&BigInt) -> bool| -> Vec<usize> {
            (0..form.bends.len()).filter(|&c| wanted(&form.bends[c].kappa)).collect()
        };
        let nodes = vec![Node { path: Vec::new(), walls: Vec::new(), step: Step::Unknown }];
        let (convex, concave) = (classes(Signed::is_positive), classes(Signed::is_negative));
        Self { form, floats: Floats::new(form), convex, concave, nodes }
    }

    fn grow(mut self, limits: &Limits) -> Decision {
        if let Some(u) = self.outside().or_else(|| self.likely()) {
            return Decision::Negative(u);
        }
        let (mut stack, mut examined, mut closed, mut stuck) = (vec![0usize], 0usize, 0usize, 0usize);
        while !stack.is_empty() && examined < limits.max_cells {
            let count = ROUND.min(stack.len()).min(limits.max_cells - examined);
            let round: Vec<usize> = stack.split_off(stack.len() - count).into_iter().rev().collect();
            examined += count;
            let examine = |&node: &usize| self.examine(&self.nodes[node], limits);
            let findings: Vec<Finding> = round.par_iter().map(examine).collect();
            let mut next: Vec<usize> = Vec::new();
            for (node, finding) in round.into_iter().zip(findings) {
                match finding {
                    Finding::Negative(u) => return Decision::Negative(u),
                    Finding::Closed(proof) => {
                        closed += 1;
                        self.nodes[node].step = Step::Leaf(proof);
                    }
                    Finding::Stuck => stuck += 1,
                    Finding::Split(side) => next.extend(self.split(node, side)),
                    Finding::Implied(side, combination) => {
                        let child = self.child(node, side, false);
                        self.nodes[node].step = Step::Implied(side, combination, child);
                        next.push(child);
                    }
                }
            }
            stack.extend(next.into_iter().rev());
        }
        if stack.is_empty() && stuck == 0 {
            return Decision::Proved(self.proof());
        }
        let open = stack.len();
        let known = closed + stuck + open;
        Decision::Undetermined(match (limits.max_cells, stuck) {
            (1, _) => "no matrix (C6) settles the kinks".into(),
            (most, 0) => format!("{closed} of {known} cells closed, the limit of {most} examined cells is reached"),
            _ => format!("{closed} of {known} cells closed, {stuck} could not be decided exactly"),
        })
    }

    /// A concave class outside the span of the convex ones descends on both sides or on one.
    fn outside(&self) -> Option<Vec<BigInt>> {
        let convex: Vec<Vec<BigInt>> = self.convex.iter().map(|&c| self.form.bends[c].direction.to_vec()).collect();
        let span = rank_profile(&convex, self.form.linear.len()).rank();
        if span == self.form.linear.len() {
            return None;
        }
        let signs = |u: Vec<BigInt>| [u.iter().map(|v| -v).collect(), u];
        let vectors = self.concave.iter().filter_map(|&c| separating_vector(&convex, self.form.bends[c].direction));
        vectors.flat_map(signs).find(|u| self.form.value(u).is_negative())
    }

    /// A negative direction among the classes' own, or in the cell of the one where phi is least: far cheaper than a
    /// matrix of many classes.
    fn likely(&self) -> Option<Vec<BigInt>> {
        let width = self.form.linear.len();
        let unit = |a: usize| (0..width).map(move |b| if a == b { 1.0 } else { 0.0 }).collect();
        let classes = self.form.bends.iter().map(|b| float::scaled(b.direction));
        let all: Vec<Vec<f64>> =
            classes.chain([float::scaled(&self.form.linear)]).chain((0..width).map(unit)).collect();
        direction::negative(self.form, &self.floats, &all).or_else(|| {
            let best = direction::least(&self.floats, &all)?;
            let side = |&class: &usize| HalfSpace { class, positive: self.floats.along(class, &best) >= 0.0 };
            let path: Vec<HalfSpace> = self.concave.iter().map(side).collect();
            let relaxed = self.floats.relax(&self.convex, &[], &path)?;
            direction::negative(self.form, &self.floats, &relaxed.directions)
        })
    }

    fn examine(&self, node: &Node, limits: &Limits) -> Finding {
        let path = &node.path[..];
        let open: Vec<usize> =
            self.concave.iter().copied().filter(|c| path.iter().all(|side| side.class != *c)).collect();
        let cell = Cell { form: self.form, convex: &self.convex, open: &open, path };
        let entries = self.convex.len() * (open.len() + 1);
        let solvable = open.is_empty() || (limits.matrices && entries <= MAX_MATRIX);
        if let Some(relaxed) = solvable.then(|| self.floats.relax(&self.convex, &open, path)).flatten() {
            if let Some(proof) = repair::exact(&cell, &relaxed) {
                return Finding::Closed(proof);
            }
            if let Some(u) = direction::negative(self.form, &self.floats, &relaxed.directions) {
                return Finding::Negative(u);
            }
            if let Some(side) = self.choose(&open, &relaxed) {
                return self.branch(node, side);
            }
        }
        match open.first() {
            Some(&class) => self.branch(node, HalfSpace { class, positive: true }),
            None => self.last_resort(path),
        }
    }

    /// The class whose term the program overstates most, and the side on which phi is likely to be less.
    fn choose(&self, open: &[usize], relaxed: &Relaxed) -> Option<HalfSpace> {
        let (own, rest) = relaxed.directions.split_first()?;
        let gap =
            |(&class, u): (&usize, &Vec<f64>)| (class, self.floats.bend(class, u).1 - self.floats.bend(class, own).1);
        let (class, _) = open.iter().zip(rest).map(gap).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let best = direction::least(&self.floats, &relaxed.directions)?;
        Some(HalfSpace { class, positive: self.floats.along(class, &best) >= 0.0 })
    }

    /// Splits, unless the path implies the sign.
    fn branch(&self, node: &Node, side: HalfSpace) -> Finding {
        match self.implied(node, side.class) {
            Some((side, combination)) => Finding::Implied(side, combination),
            None => Finding::Split(side),
        }
    }

    /// s and eta >= 0 with s x_C = sum_j eta_j s_j x_j over the path, where the walls imply a sign.
    fn implied(&self, node: &Node, class: usize) -> Option<(HalfSpace, Fractions)> {
        let signed =
            |side: HalfSpace, x: &[BigInt]| -> Vec<BigInt> { x.iter().map(|v| side.signed(v.clone())).collect() };
        let wall = |&j: &usize| signed(node.path[j], self.form.bends[node.path[j].class].direction);
        let walls: Vec<Vec<BigInt>> = node.walls.iter().map(wall).collect();
        let target = self.form.bends[class].direction;
        let rows: Vec<Vec<BigInt>> = (0..target.len()).map(|a| walls.iter().map(|x| x[a].clone()).collect()).collect();
        let order: Vec<usize> = (0..walls.len()).collect();
        // Outside the walls' span both signs occur; so they do where independent walls have both signs.
        let only = solve(&rows, target, &vec![BigRational::zero(); walls.len()], &order).ok()?;
        let has = |sign: fn(&BigInt) -> bool| only.numerators().iter().any(sign);
        let (negative, positive) = (has(Signed::is_negative), has(Signed::is_positive));
        let (side, eta) = if negative && positive {
            if rank_profile(&walls, target.len()).rank() == walls.len() {
                return None;
            }
            [true, false].into_iter().find_map(|positive| {
                let side = HalfSpace { class, positive };
                match feasible(&walls, &signed(side, target), IMPLIED_PIVOTS) {
                    Feasibility::Solution(eta) => Some((side, eta)),
                    _ => None,
                }
            })?
        } else {
            let sizes = only.numerators().iter().map(Signed::abs).collect();
            (HalfSpace { class, positive }, Fractions::new(sizes, only.denominator().clone())?)
        };
        let mut combination = vec![BigInt::zero(); node.path.len()];
        node.walls.iter().zip(eta.numerators()).for_each(|(&j, value)| combination[j] = value.clone());
        Some((side, Fractions::new(combination, eta.denominator().clone())?))
    }

    /// A cell with all signs fixed is a convex form: exact simplex.
    fn last_resort(&self, path: &[HalfSpace]) -> Finding {
        let mut linear = self.form.linear.clone();
        for side in path {
            let bend = &self.form.bends[side.class];
            linear.iter_mut().zip(bend.direction).for_each(|(p, x)| *p += side.signed(x * &bend.kappa));
        }
        let bends = self.convex.iter().map(|&c| self.form.bends[c].clone()).collect();
        let form = ScalarForm { scale: self.form.scale.clone(), linear, bends };
        let all: Vec<usize> = (0..form.bends.len()).collect();
        match convex_exact::decide(&form, &all, convex_exact::MAX_PIVOTS) {
            Decision::Proved(Nonnegative::Multipliers(mu)) => {
                let matrix = MatrixProof {
                    denominator: mu.denominator().clone(),
                    balance: mu.numerators().to_vec(),
                    columns: Vec::new(),
                };
                Finding::Closed((vec![BigInt::zero(); path.len()], matrix))
            }
            // phi is at most the convex form of any signs.
            Decision::Negative(u) if self.form.value(&u).is_negative() => Finding::Negative(u),
            _ => Finding::Stuck,
        }
    }

    fn child(&mut self, node: usize, side: HalfSpace, is_wall: bool) -> usize {
        let (mut path, mut walls) = (self.nodes[node].path.clone(), self.nodes[node].walls.clone());
        walls.extend(is_wall.then_some(path.len()));
        path.push(side);
        self.nodes.push(Node { path, walls, step: Step::Unknown });
        self.nodes.len() - 1
    }

    /// The children of a split, the likelier first.
    fn split(&mut self, node: usize, likelier: HalfSpace) -> [usize; 2] {
        let first = self.child(node, likelier, true);
        let second = self.child(node, HalfSpace { positive: !likelier.positive, ..likelier }, true);
        let children = if likelier.positive { [first, second] } else { [second, first] };
        self.nodes[node].step = Step::Split(likelier.class, children);
        [first, second]
    }

    /// The steps in preorder; a closed root is a matrix for the whole space.
    fn proof(mut self) -> Nonnegative {
        let (mut steps, mut stack) = (Vec::new(), vec![0usize]);
        while let Some(node) = stack.pop() {
            steps.push(match std::mem::replace(&mut self.nodes[node].step, Step::Unknown) {
                Step::Leaf((path, matrix)) => CellStep::Leaf { path, matrix },
                Step::Split(class, [positive, negative]) => {
                    stack.extend([negative, positive]);
                    CellStep::Split { class }
                }
                Step::Implied(side, combination, child) => {
                    stack.push(child);
                    CellStep::Implied { class: side.class, positive: side.positive, combination }
                }
                Step::Unknown => continue,
            });
        }
        match steps.pop() {
            Some(CellStep::Leaf { matrix, .. }) if steps.is_empty() => Nonnegative::Matrix(matrix),
            last => {
                steps.extend(last);
                Nonnegative::Cells(steps)
            }
        }
    }
}
