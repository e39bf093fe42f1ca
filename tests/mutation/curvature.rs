//! The rule *curvature* of docs/FORMAT.md on rationals: Q by its definition.

use crate::common::linear::{Q, dot, integer, null_space};
use crate::document::{Curvature, Document, Form, Matrix, Proof, Vector};
use crate::forms::{self, Phi};
use crate::naive::{Checked, Fail, holds, rationals, shifted};
use crate::setting::{Local, primitive};
use num_traits::{One, Signed, Zero};

const RULE: &str = "curvature";
/// Most open classes and variables that are looked at here.
const MOST: (usize, usize) = (7, 40);

/// Whether x_C.u >= 0 and whether x_C.u <= 0 are conditions where phi vanishes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Side {
    above: bool,
    below: bool,
}

const NONE: Side = Side { above: false, below: false };
const ZERO: Side = Side { above: true, below: true };

/// A direction: u_i, g_i, d.
struct Change {
    u: Vec<Vec<Q>>,
    g: Vec<Vec<Q>>,
    d: Vec<Q>,
}

pub fn check(local: &Local, document: &Document) -> Checked {
    match &document.curvature {
        Curvature::Absent => Ok(()),
        Curvature::Positive => positive(local, document),
        Curvature::Descent { step, neurons, bias } => {
            let net = &local.net;
            let lengths = neurons.len() == net.w.len()
                && neurons
                    .iter()
                    .zip(&net.w)
                    .zip(&net.h)
                    .all(|(((u, g), w), h)| u.len() == w.len() && g.len() == h.len())
                && bias.as_ref().map(Vec::len) == net.bias.as_ref().map(Vec::len);
            holds(lengths, RULE)?;
            let (u, g) = neurons.iter().map(|(u, g)| (rationals(u), rationals(g))).unzip();
            let z = Change { u, g, d: bias.as_ref().map_or_else(Vec::new, |d| rationals(d)) };
            let critical = |i: usize| dot(&net.h[i], &local.slope(i, &z.u[i])).is_zero();
            holds((0..net.w.len()).all(critical) && second_order(local, &z).is_negative(), RULE)?;
            let mut moved = net.clone();
            let add = |to: &mut Vec<Q>, by: &[Q]| to.iter_mut().zip(by).for_each(|(v, b)| *v += step * b);
            moved.w.iter_mut().zip(&z.u).for_each(|(w, u)| add(w, u));
            moved.h.iter_mut().zip(&z.g).for_each(|(h, g)| add(h, g));
            moved.bias.iter_mut().for_each(|b| add(b, &z.d));
            holds(step.is_positive() && local.setting.loss(&moved) < local.loss, RULE)
        }
    }
}

/// Q(z), sample by sample.
fn second_order(local: &Local, z: &Change) -> Q {
    let (net, setting) = (&local.net, &local.setting);
    let mut sum: Q = (0..net.w.len()).map(|i| dot(&z.g[i], &local.slope(i, &z.u[i]))).sum();
    for (k, x) in setting.rows.iter().enumerate() {
        for j in 0..setting.outputs() {
            let mut change = z.d.get(j).cloned().unwrap_or_else(Q::zero);
            for i in 0..net.w.len() {
                change += &z.g[i][j] * setting.rho(&local.z[i][k]);
                change += &net.h[i][j] * local.derivative(i, k, &dot(&z.u[i], x));
            }
            sum += &change * &change * &setting.c[k] / integer(2);
        }
    }
    sum
}

fn positive(local: &Local, document: &Document) -> Checked {
    let setting = &local.setting;
    let dead =
        |i: usize| local.z[i].iter().all(|z| !z.is_zero() && setting.slopes[usize::from(z.is_negative())].is_zero());
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut signs: Vec<Vec<bool>> = local.slopes.iter().map(|s| vec![true; s.classes.len()]).collect();
    let mut variables: Vec<Change> = Vec::new();
    for i in (0..local.net.w.len()).filter(|i| !dead(*i)) {
        let sides = sides(local, i, &document.steps[i].proof)?;
        let basis = span(local, i, &sides);
        for (c, side) in sides.iter().enumerate() {
            let flat = basis.iter().all(|u| dot(u, &local.slopes[i].classes[c].x).is_zero());
            signs[i][c] = !side.below;
            if *side == NONE && !flat {
                open.push((i, c));
            }
        }
        for u in basis {
            let mut change = still(local);
            change.u[i] = u;
            variables.push(change);
        }
        for j in 0..setting.outputs() {
            let mut change = still(local);
            change.g[i][j] = Q::one();
            variables.push(change);
        }
    }
    for j in 0..local.net.bias.as_ref().map_or(0, Vec::len) {
        let mut change = still(local);
        change.d[j] = Q::one();
        variables.push(change);
    }
    if open.len() > MOST.0 || variables.len() > MOST.1 {
        return Err(Fail::TooMuch);
    }
    for piece in 0..1_usize << open.len() {
        for (b, (i, c)) in open.iter().enumerate() {
            signs[*i][*c] = piece >> b & 1 == 0;
        }
        holds(is_definite(matrix(local, &variables, &signs)), RULE)?;
    }
    Ok(())
}

fn still(local: &Local) -> Change {
    let net = &local.net;
    let zeros = |v: &Vec<Q>| vec![Q::zero(); v.len()];
    Change {
        u: net.w.iter().map(zeros).collect(),
        g: net.h.iter().map(zeros).collect(),
        d: net.bias.as_ref().map_or_else(Vec::new, zeros),
    }
}

/// All u with x_C.u = 0 where that is the condition, and u = 0 at the first coordinate where w_i != 0.
fn span(local: &Local, i: usize, sides: &[Side]) -> Vec<Vec<Q>> {
    let w = &local.net.w[i];
    let classes = local.slopes[i].classes.iter().zip(sides).filter(|(_, side)| **side == ZERO);
    let mut equations: Vec<Vec<Q>> = classes.map(|(class, _)| class.x.clone()).collect();
    if let Some(first) = w.iter().position(|v| !v.is_zero()) {
        let mut row = vec![Q::zero(); w.len()];
        row[first] = Q::one();
        equations.push(row);
    }
    null_space(equations, w.len())
}

/// The symmetric matrix of Q on a piece, where every x_C.u has one sign.
fn matrix(local: &Local, variables: &[Change], signs: &[Vec<bool>]) -> Vec<Vec<Q>> {
    let setting = &local.setting;
    // The slope of neuron i at sample k on this piece.
    let slope = |i: usize, k: usize| {
        let z = &local.z[i][k];
        let below = match z.is_zero() {
            false => z.is_negative(),
            true => primitive(&setting.rows[k]).is_some_and(|(t, x)| {
                let c = local.slopes[i].classes.iter().position(|c| c.x == x).unwrap();
                t.is_positive() != signs[i][c]
            }),
        };
        &setting.slopes[usize::from(below)]
    };
    let (samples, neurons) = (0..setting.rows.len(), 0..local.net.w.len());
    let mut changes: Vec<Vec<Vec<Q>>> = Vec::new();
    let mut linear: Vec<Vec<Vec<Q>>> = Vec::new();
    for z in variables {
        let mut slopes = vec![vec![Q::zero(); setting.outputs()]; local.net.w.len()];
        let mut change = vec![z.d.clone(); setting.rows.len()];
        for k in samples.clone() {
            change[k].resize(setting.outputs(), Q::zero());
            for i in neurons.clone() {
                let t = dot(&z.u[i], &setting.rows[k]) * slope(i, k);
                let own = setting.rho(&local.z[i][k]);
                for j in 0..setting.outputs() {
                    change[k][j] += &z.g[i][j] * &own + &local.net.h[i][j] * &t;
                    slopes[i][j] += &local.eps[k][j] * &t;
                }
            }
        }
        changes.push(change);
        linear.push(slopes);
    }
    let entry = |a: usize, b: usize| -> Q {
        let square = samples.clone().map(|k| dot(&changes[a][k], &changes[b][k]) * &setting.c[k]).sum::<Q>();
        let crossed =
            |g: usize, u: usize| -> Q { neurons.clone().map(|i| dot(&variables[g].g[i], &linear[u][i])).sum() };
        square + crossed(a, b) + crossed(b, a)
    };
    (0..variables.len()).map(|a| (0..variables.len()).map(|b| entry(a, b)).collect()).collect()
}

/// By elimination: every pivot is positive.
fn is_definite(mut matrix: Vec<Vec<Q>>) -> bool {
    for a in 0..matrix.len() {
        let top = matrix[a].clone();
        if !top[a].is_positive() {
            return false;
        }
        for row in &mut matrix[a + 1..] {
            let factor = &row[a] / &top[a];
            row.iter_mut().zip(&top).for_each(|(v, t)| *v -= &factor * t);
        }
    }
    true
}

/// The conditions where h_i.D_i vanishes.
fn sides(local: &Local, i: usize, proof: &Proof) -> Result<Vec<Side>, Fail> {
    let (slope, h) = (&local.slopes[i], &local.net.h[i]);
    let mut all = vec![NONE; slope.classes.len()];
    let shifted = match proof {
        Proof::ZeroForm => Vec::new(),
        Proof::Scalar(form) | Proof::Stationary(form) => vec![(h.clone(), form)],
        Proof::Uniform(tau, forms) => shifted(h, tau).into_iter().zip(forms).collect(),
        _ => return Err(Fail::Rule(RULE)),
    };
    for (g, form) in shifted {
        for (side, more) in all.iter_mut().zip(vanishing(&Phi::new(slope, &g), form)?) {
            *side = Side { above: side.above | more.above, below: side.below | more.below };
        }
    }
    Ok(all)
}

fn vanishing(phi: &Phi, form: &Form) -> Result<Vec<Side>, Fail> {
    match form {
        Form::Linear => Ok(vec![NONE; phi.bends.len()]),
        Form::Multipliers(mu) => {
            Ok(phi.bends.iter().zip(mu.values()).map(|((kappa, _), mu)| row(kappa, &mu)).collect())
        }
        Form::Matrix(matrix) => Ok(by_matrix(phi, matrix)),
        Form::Rays => {
            let rays = forms::rays(phi)?;
            let vanish: Vec<Vec<Q>> = rays.iter().filter(|u| phi.sign(u).is_zero()).map(|u| rationals(u)).collect();
            let side = |(kappa, x): &(Q, Vec<Q>)| {
                let seen = |sign: fn(&Q) -> bool| vanish.iter().any(|u| sign(&dot(x, u)));
                let (above, below) = (seen(Signed::is_positive), seen(Signed::is_negative));
                if kappa.is_zero() { NONE } else { Side { above: !below, below: !above } }
            };
            Ok(phi.bends.iter().map(side).collect())
        }
        Form::Cells(_) => Err(Fail::Rule(RULE)),
        Form::Components(parts) => {
            let mut all = vec![NONE; phi.bends.len()];
            for part in parts {
                let own = phi.part(part).ok_or(Fail::Rule(RULE))?;
                for (class, side) in part.classes.iter().zip(vanishing(&own, &part.form)?) {
                    all[*class as usize] = side;
                }
            }
            Ok(all)
        }
    }
}

/// Where room |v| - mu v = 0, with room >= |mu|.
fn row(room: &Q, mu: &Q) -> Side {
    match mu.abs() == *room {
        false => ZERO,
        true => Side { above: mu.is_positive(), below: mu.is_negative() },
    }
}

fn by_matrix(phi: &Phi, matrix: &Matrix) -> Vec<Side> {
    let columns: Vec<Vec<Q>> = matrix.columns.iter().map(Vector::values).collect();
    let convex = phi.bends.iter().filter(|(kappa, _)| kappa.is_positive());
    let used = |l: usize| columns.iter().map(|m| m[l].abs()).sum::<Q>();
    let rows =
        convex.zip(matrix.balance.values()).enumerate().map(|(l, ((kappa, _), mu))| row(&(kappa - used(l)), &mu));
    let rows: Vec<Side> = rows.collect();
    let column = |m: &Vec<Q>| match m.iter().zip(&rows).all(|(m, row)| m.is_zero() || *row == ZERO) {
        true => ZERO,
        false => NONE,
    };
    let (mut own, mut concave) = (rows.iter().copied(), columns.iter().map(column));
    let side = |(kappa, _): &(Q, Vec<Q>)| match kappa {
        kappa if kappa.is_positive() => own.next().unwrap(),
        kappa if kappa.is_negative() => concave.next().unwrap(),
        _ => NONE,
    };
    phi.bends.iter().map(side).collect()
}
