//! FORM: proofs that phi(u) = p.u + sum_C kap_C |x_C.u| >= 0, on rationals.

use crate::common::linear::{Q, dot, null_space};
use crate::document::{Cell, Form, Matrix, Part, Vector};
use crate::naive::{Checked, Fail, holds};
use crate::setting::Slope;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};
use std::cell::RefCell;
use std::rc::Rc;

/// Most sets of classes that are enumerated.
const MOST_SETS: usize = 5000;

/// phi, with each class's kap and x.
#[derive(Clone, Debug)]
pub struct Phi {
    pub p: Vec<Q>,
    pub bends: Vec<(Q, Vec<Q>)>,
}

impl Phi {
    /// g.D for a slope form D.
    pub fn new(slope: &Slope, g: &[Q]) -> Self {
        let width = slope.linear[0].len();
        let p = (0..width).map(|a| slope.linear.iter().zip(g).map(|(p, g)| &p[a] * g).sum()).collect();
        let bends = slope.classes.iter().map(|c| (dot(&c.kappa, g), c.x.clone())).collect();
        Self { p, bends }
    }

    /// A positive multiple of phi(u).
    pub fn sign(&self, u: &[BigInt]) -> BigInt {
        let all: Vec<Q> = self.p.iter().chain(self.bends.iter().map(|(kappa, _)| kappa)).cloned().collect();
        let common = common(&all);
        let scaled = |v: &Q| v.numer() * (&common / v.denom());
        let along = |x: &[Q]| x.iter().zip(u).map(|(x, u)| x.numer() * u).sum::<BigInt>().abs();
        let bends = self.bends.iter().map(|(kappa, x)| scaled(kappa) * along(x));
        self.p.iter().zip(u).map(|(p, u)| scaled(p) * u).sum::<BigInt>() + bends.sum::<BigInt>()
    }

    /// The part's form.
    pub fn part(&self, part: &Part) -> Option<Self> {
        let bends = part.classes.iter().map(|c| self.bends.get(*c as usize).cloned());
        Some(Self { p: part.share.values(), bends: bends.collect::<Option<_>>()? })
    }

    fn convex(&self) -> Vec<&(Q, Vec<Q>)> {
        self.bends.iter().filter(|(kappa, _)| kappa.is_positive()).collect()
    }
}

/// sum_C factor_C x_C.
fn combination<'a>(width: usize, terms: impl Iterator<Item = (Q, &'a Vec<Q>)>) -> Vec<Q> {
    let mut sum = vec![Q::zero(); width];
    for (factor, x) in terms.filter(|(factor, _)| !factor.is_zero()) {
        sum.iter_mut().zip(x).for_each(|(s, x)| *s += &factor * x);
    }
    sum
}

fn plus(a: &[Q], b: &[Q]) -> Vec<Q> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn is_zero(v: &[Q]) -> bool {
    v.iter().all(Zero::is_zero)
}

pub fn check(phi: &Phi, form: &Form) -> Checked {
    match form {
        Form::Linear => holds(is_zero(&phi.p) && phi.bends.iter().all(|(kappa, _)| kappa.is_zero()), "linear"),
        Form::Multipliers(mu) => holds(multipliers(phi, &mu.values()), "multipliers"),
        Form::Rays => holds(rays(phi)?.iter().all(|u| !phi.sign(u).is_negative()), "rays"),
        Form::Matrix(matrix) => holds(in_cell(phi, &[], &[], matrix), "matrix"),
        Form::Cells(steps) => holds(cells(phi, steps), "cells"),
        Form::Components(parts) => components(phi, parts),
    }
}

fn multipliers(phi: &Phi, mu: &[Q]) -> bool {
    if mu.len() != phi.bends.len() {
        return false;
    }
    let terms = mu.iter().cloned().zip(phi.bends.iter().map(|(_, x)| x));
    let sum = plus(&phi.p, &combination(phi.p.len(), terms));
    mu.iter().zip(&phi.bends).all(|(mu, (kappa, _))| mu.abs() <= *kappa) && is_zero(&sum)
}

type Rays = Rc<Vec<Vec<BigInt>>>;

thread_local! {
    /// The rays that were asked for last: most changes of a certificate leave the classes as they are.
    static LAST: RefCell<(Vec<Vec<Q>>, Rays)> = RefCell::default();
}

/// Generators of the cells in which phi is linear, of both signs: phi >= 0 iff on them.
pub fn rays(phi: &Phi) -> Result<Rays, Fail> {
    let bent: Vec<Vec<Q>> = phi.bends.iter().filter(|(kappa, _)| !kappa.is_zero()).map(|(_, x)| x.clone()).collect();
    let width = phi.p.len();
    let flat = null_space(bent.clone(), width);
    let rank = width - flat.len();
    if num_integer::binomial(bent.len(), rank.saturating_sub(1)) > MOST_SETS {
        return Err(Fail::TooMuch);
    }
    let last = LAST.with_borrow(|(classes, rays)| (*classes == bent && rank > 0).then(|| rays.clone()));
    let rays = last.unwrap_or_else(|| Rc::new(all_rays(&bent, flat, rank)));
    LAST.set((bent, rays.clone()));
    Ok(rays)
}

/// What is orthogonal to all classes, and to r - 1 of them within their span.
fn all_rays(bent: &[Vec<Q>], flat: Vec<Vec<Q>>, rank: usize) -> Vec<Vec<BigInt>> {
    let mut rays = flat.clone();
    for set in if rank == 0 { Vec::new() } else { subsets(bent.len(), rank - 1) } {
        let chosen = set.iter().map(|&c| bent[c].clone()).chain(flat.iter().cloned()).collect();
        if let [u] = &null_space(chosen, bent[0].len())[..] {
            rays.push(u.clone());
        }
    }
    let whole = |u: &Vec<Q>| {
        let common = common(u);
        [common.clone(), -common].map(|by| u.iter().map(|v| (v * &by).to_integer()).collect())
    };
    rays.iter().flat_map(whole).collect()
}

/// The least common denominator.
fn common(values: &[Q]) -> BigInt {
    values.iter().fold(BigInt::one(), |m, v| m.lcm(v.denom()))
}

fn subsets(n: usize, size: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..size {
        let longer = |set: Vec<usize>| {
            let first = set.last().map_or(0, |last| last + 1);
            (first..n).map(move |next| [&set[..], &[next]].concat())
        };
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

/// A path: classes with signs.
type Path = [(usize, bool)];

fn sign(positive: bool, value: Q) -> Q {
    if positive { value } else { -value }
}

/// sum_j eta_j s_j x_j over the path; `None` unless eta is as long as the path and not negative.
fn along(phi: &Phi, path: &Path, eta: &[Q]) -> Option<Vec<Q>> {
    if eta.len() != path.len() || eta.iter().any(Signed::is_negative) {
        return None;
    }
    let terms = path.iter().zip(eta).map(|((c, s), eta)| (sign(*s, eta.clone()), &phi.bends[*c].1));
    Some(combination(phi.p.len(), terms))
}

/// The conditions of a matrix in the cell of a path.
fn in_cell(phi: &Phi, path: &Path, eta: &[Q], matrix: &Matrix) -> bool {
    let (width, convex) = (phi.p.len(), phi.convex());
    let open = phi
        .bends
        .iter()
        .enumerate()
        .filter(|(c, (kappa, _))| kappa.is_negative() && !path.iter().any(|(on, _)| on == c));
    let concave: Vec<&(Q, Vec<Q>)> = open.map(|(_, bend)| bend).collect();
    let (mu, columns) = (matrix.balance.values(), matrix.columns.iter().map(Vector::values).collect::<Vec<_>>());
    let lengths = columns.len() == concave.len() && columns.iter().chain([&mu]).all(|list| list.len() == convex.len());
    let Some(along) = along(phi, path, eta).filter(|_| lengths) else { return false };
    let row =
        |(l, (kappa, _)): (usize, &&(Q, Vec<Q>))| mu[l].abs() + columns.iter().map(|m| m[l].abs()).sum::<Q>() <= *kappa;
    let sum = |list: &[Q]| combination(width, list.iter().cloned().zip(convex.iter().map(|(_, x)| x)));
    let signed = path.iter().map(|(c, s)| (sign(*s, phi.bends[*c].0.clone()), &phi.bends[*c].1));
    let left = plus(&plus(&phi.p, &combination(width, signed)), &sum(&mu));
    let column =
        |(m, (kappa, x)): (&Vec<Q>, &&(Q, Vec<Q>))| sum(m) == x.iter().map(|x| x * kappa.abs()).collect::<Vec<_>>();
    convex.iter().enumerate().all(row) && left == along && columns.iter().zip(&concave).all(column)
}

fn cells(phi: &Phi, steps: &[Cell]) -> bool {
    let mut rest = steps.iter();
    subtree(phi, &mut rest, &mut Vec::new()) && rest.next().is_none()
}

/// Reads one subtree, by recursion as the tree is defined.
fn subtree(phi: &Phi, rest: &mut std::slice::Iter<'_, Cell>, path: &mut Vec<(usize, bool)>) -> bool {
    let fresh = |class: &u64, path: &Path| {
        let c = *class as usize;
        phi.bends.get(c).is_some_and(|(kappa, _)| kappa.is_negative()) && !path.iter().any(|(on, _)| *on == c)
    };
    match rest.next() {
        None => false,
        Some(Cell::Split(class)) => {
            fresh(class, path) && below(phi, rest, path, (*class, true)) && below(phi, rest, path, (*class, false))
        }
        Some(Cell::Implied(class, positive, eta)) => {
            let implied = |path: &Path| {
                let x = &phi.bends[*class as usize].1;
                let wanted: Vec<Q> = x.iter().map(|x| sign(*positive, x.clone())).collect();
                along(phi, path, &eta.values()).is_some_and(|sum| sum == wanted)
            };
            fresh(class, path) && implied(path) && below(phi, rest, path, (*class, *positive))
        }
        Some(Cell::Leaf(eta, matrix)) => in_cell(phi, path, &eta.values(), matrix),
    }
}

/// The subtree with one more class on the path.
fn below(
    phi: &Phi,
    rest: &mut std::slice::Iter<'_, Cell>,
    path: &mut Vec<(usize, bool)>,
    (class, positive): (u64, bool),
) -> bool {
    path.push((class as usize, positive));
    let done = subtree(phi, rest, path);
    path.pop();
    done
}

fn components(phi: &Phi, parts: &[Part]) -> Checked {
    let rule = "components";
    let mut taken = vec![false; phi.bends.len()];
    let mut sum = vec![Q::zero(); phi.p.len()];
    for part in parts {
        holds(part.share.numerators.len() == sum.len(), rule)?;
        for class in &part.classes {
            let place = taken.get_mut(*class as usize).filter(|taken| !**taken).ok_or(Fail::Rule(rule))?;
            *place = true;
        }
        sum = plus(&sum, &part.share.values());
        check(&phi.part(part).ok_or(Fail::Rule(rule))?, &part.form)?;
    }
    let covered = taken.iter().zip(&phi.bends).all(|(taken, (kappa, _))| *taken || kappa.is_zero());
    holds(covered && sum == phi.p, rule)
}
