//! From the floats of a cell's linear program to an exact matrix: rounding, then exact solving of the equations.
//!
//! Where the program leaves room, every list of numbers is mended alone: numbers of a basis are solved for, the others
//! keep short values. Where rows are full (phi vanishes somewhere), the numbers of one list take up what the others
//! leave in these rows.

use super::exact_solve::solve;
use super::float;
use super::linprog::Relaxed;
use crate::kernel::certificate::MatrixProof;
use crate::kernel::linear::Fractions;
use crate::kernel::reject::Rule;
use crate::kernel::rule::matrix::{HalfSpace, in_cell};
use crate::kernel::slope_form::ScalarForm;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// A row whose share is nearer to 1 than this is taken to be full, a smaller number in it to be zero.
const FULL: f64 = 1e-6;
/// Equations and unknowns of the largest system that is solved as a whole.
const MAX_WHOLE: usize = 400;
/// Bits of rounded numbers, relative to kappa: short ones first.
const GRIDS: [i32; 3] = [8, 20, 40];

/// A cell of a form: classes by their roles.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// The form.
    pub form: &'a ScalarForm<'a>,
    /// Classes with kappa > 0.
    pub convex: &'a [usize],
    /// Classes with kappa < 0 whose sign is open.
    pub open: &'a [usize],
    /// The other concave classes, with their signs.
    pub path: &'a [HalfSpace],
}

/// eta times the matrix's denominator, and the matrix: what a leaf shows.
pub type LeafProof = (Vec<BigInt>, MatrixProof);

/// An exact proof near the floats that the kernel's rule accepts.
pub fn exact(cell: &Cell<'_>, relaxed: &Relaxed) -> Option<LeafProof> {
    if relaxed.share > 1.0 + FULL {
        return None;
    }
    let accepted = |lists: Lists| {
        let proof = lists.proof();
        in_cell(cell.form, cell.path, &proof.0, &proof.1, Rule::Cells).is_ok().then_some(proof)
    };
    if relaxed.share < 1.0 - 1e-9 {
        let found = GRIDS.iter().find_map(|&bits| accepted(Repair { cell, relaxed, bits, full: Vec::new() }.alone()?));
        if found.is_some() {
            return found;
        }
    }
    let full = full_rows(relaxed);
    GRIDS.iter().find_map(|&bits| {
        let repair = Repair { cell, relaxed, bits, full: full.clone() };
        repair.by_one_list().and_then(accepted).or_else(|| repair.whole().and_then(accepted))
    })
}

fn full_rows(relaxed: &Relaxed) -> Vec<usize> {
    let sum = |l: usize| relaxed.lists().map(|list| list[l].abs()).sum::<f64>();
    (0..relaxed.balance.len()).filter(|&l| sum(l) > 1.0 - FULL).collect()
}

impl Relaxed {
    /// The balance, then the columns.
    fn lists(&self) -> impl Iterator<Item = &Vec<f64>> {
        [&self.balance].into_iter().chain(&self.columns)
    }
}

/// The lists in the form's integer units (times `scale`), each with its own denominator.
struct Lists {
    scale: BigInt,
    /// The balance, then the columns.
    rows: Vec<Fractions>,
    path: Fractions,
}

impl Lists {
    /// In true units, over one denominator.
    fn proof(self) -> LeafProof {
        let parts = || self.rows.iter().chain([&self.path]);
        let common = parts().fold(BigInt::one(), |m, f| m.lcm(f.denominator()));
        let over = |f: &Fractions| -> Vec<BigInt> {
            let factor = &common / f.denominator();
            f.numerators().iter().map(|n| n * &factor).collect()
        };
        let denominator = &common * &self.scale;
        let all: Vec<BigInt> = parts().flat_map(over).collect();
        let all = Fractions::new(all, denominator).map(float::shorter);
        let (mut rest, denominator) = match &all {
            Some(all) => (all.numerators(), all.denominator().clone()),
            None => (&[][..], BigInt::one()),
        };
        let mut take = |n: usize| {
            let (head, tail) = rest.split_at(n.min(rest.len()));
            rest = tail;
            head.to_vec()
        };
        let mut rows: Vec<Vec<BigInt>> = self.rows.iter().map(|f| take(f.len())).collect();
        let path = take(self.path.len());
        (path, MatrixProof { denominator, balance: rows.remove(0), columns: rows })
    }
}

/// One attempt.
struct Repair<'a> {
    cell: &'a Cell<'a>,
    relaxed: &'a Relaxed,
    bits: i32,
    /// Rows that are full.
    full: Vec<usize>,
}

impl Repair<'_> {
    /// Every list alone.
    fn alone(&self) -> Option<Lists> {
        let mut rows = Vec::new();
        let (first, path) = self.balance(&[])?;
        rows.push(first);
        for k in 0..self.cell.open.len() {
            rows.push(self.column(k, &[])?);
        }
        Some(Lists { scale: self.cell.form.scale.clone(), rows, path })
    }

    /// All lists but one alone; that one takes what is left of the full rows.
    fn by_one_list(&self) -> Option<Lists> {
        let all: Vec<&Vec<f64>> = self.relaxed.lists().collect();
        let least = |list: &Vec<f64>| self.full.iter().map(|&l| list[l].abs()).fold(f64::INFINITY, f64::min);
        let last = (0..all.len()).max_by(|&a, &b| least(all[a]).total_cmp(&least(all[b])).then(b.cmp(&a)))?;
        let mut rows: Vec<Option<Fractions>> = vec![None; all.len()];
        let mut path = Fractions::zeros(self.cell.path.len());
        for block in (0..all.len()).filter(|&b| b != last) {
            rows[block] = Some(match block.checked_sub(1) {
                None => {
                    let (balance, eta) = self.balance(&[])?;
                    path = eta;
                    balance
                }
                Some(k) => self.column(k, &[])?,
            });
        }
        let left = |&l: &usize| {
            let kappa = BigRational::from_integer(self.cell.form.bends[self.cell.convex[l]].kappa.clone());
            let value = |f: &Fractions| BigRational::new(f.numerators()[l].abs(), f.denominator().clone());
            let rest = rows.iter().flatten().fold(kappa, |sum, f| sum - value(f));
            (l, if all[last][l] < 0.0 { -rest } else { rest })
        };
        let fixed: Vec<(usize, BigRational)> = self.full.iter().map(left).collect();
        rows[last] = Some(match last.checked_sub(1) {
            None => {
                let (balance, eta) = self.balance(&fixed)?;
                path = eta;
                balance
            }
            Some(k) => self.column(k, &fixed)?,
        });
        Some(Lists { scale: self.cell.form.scale.clone(), rows: rows.into_iter().collect::<Option<_>>()?, path })
    }

    /// b and e in integer units: p + sum_j s_j kap_j x_j + sum mu x - sum eta s x = 0.
    fn balance(&self, fixed: &[(usize, BigRational)]) -> Option<(Fractions, Fractions)> {
        let form = self.cell.form;
        let entry = |a: usize| {
            let bent = self.cell.path.iter().map(|side| {
                let bend = &form.bends[side.class];
                side.signed(&bend.kappa * &bend.direction[a])
            });
            -(&form.linear[a] + bent.sum::<BigInt>())
        };
        let right: Vec<BigInt> = (0..form.linear.len()).map(entry).collect();
        let all = self.list(&self.relaxed.balance, &right, fixed, true)?;
        let (balance, path) = all.numerators().split_at(self.cell.convex.len());
        let part = |values: &[BigInt]| Fractions::new(values.to_vec(), all.denominator().clone());
        Some((part(balance)?, part(path)?))
    }

    /// B_k in integer units: sum M x = |kap_k| x_k.
    fn column(&self, k: usize, fixed: &[(usize, BigRational)]) -> Option<Fractions> {
        let bend = &self.cell.form.bends[self.cell.open[k]];
        let size = bend.kappa.abs();
        let right: Vec<BigInt> = bend.direction.iter().map(|x| x * &size).collect();
        self.list(&self.relaxed.columns[k], &right, fixed, false)
    }

    /// Solves one list's equations exactly; `fixed` and numbers that are zero in full rows are no pivots.
    fn list(
        &self,
        floats: &[f64],
        right: &[BigInt],
        fixed: &[(usize, BigRational)],
        with_path: bool,
    ) -> Option<Fractions> {
        let Cell { form, convex, path, .. } = *self.cell;
        let path = if with_path { path } else { &[] };
        let mut free: Vec<BigRational> = floats.iter().zip(convex).map(|(v, &c)| self.rounded(*v, c)).collect();
        free.extend(path.iter().zip(&self.relaxed.path).map(|(side, e)| self.rounded(*e, side.class)));
        fixed.iter().for_each(|(l, value)| free[*l] = value.clone());
        let is_fixed = |l: usize| fixed.iter().any(|(f, _)| *f == l);
        // A number next to zero in a full row is zero; so is one of the path.
        let zero = |l: usize| match l.checked_sub(convex.len()) {
            None => self.full.contains(&l) && floats[l].abs() < FULL,
            Some(j) => self.relaxed.path[j] < FULL,
        };
        (0..free.len()).filter(|&l| zero(l) && !is_fixed(l)).for_each(|l| free[l] = BigRational::zero());
        let mut order: Vec<usize> = (0..free.len()).filter(|&l| !is_fixed(l) && !zero(l)).collect();
        let room = |l: usize| match l.checked_sub(convex.len()) {
            None => self.room(l),
            Some(j) => self.relaxed.path[j].min(1.0),
        };
        order.sort_by(|&a, &b| room(b).total_cmp(&room(a)).then(a.cmp(&b)));
        let row = |a: usize| -> Vec<BigInt> {
            let numbers = convex.iter().map(|&c| form.bends[c].direction[a].clone());
            numbers.chain(path.iter().map(|side| -side.signed(form.bends[side.class].direction[a].clone()))).collect()
        };
        let rows: Vec<Vec<BigInt>> = (0..form.linear.len()).map(row).collect();
        solve(&rows, right, &free, &order).ok().map(float::shorter)
    }

    /// How far the numbers of a row may move: rows with room take any sign, in full rows every sign must stay. The same
    /// for all lists, so that they are solved on one basis and share its denominator.
    fn room(&self, l: usize) -> f64 {
        let sizes = || self.relaxed.lists().map(|list| list[l].abs());
        match self.full.contains(&l) {
            true => sizes().filter(|v| *v >= FULL).fold(1.0, f64::min),
            false => 2.0 - sizes().sum::<f64>(),
        }
    }

    /// `share` of |kappa| in integer units, rounded: short where kappa is long.
    fn rounded(&self, share: f64, class: usize) -> BigRational {
        let kappa = self.cell.form.bends[class].kappa.abs();
        let full_share = self.full.is_empty() && (share.abs() - 1.0).abs() < FULL;
        let share = if full_share { share.signum() } else { share };
        let grid = f64::from(self.bits).exp2();
        let steps = BigInt::from((share * grid).round() as i128);
        let cut = kappa.bits().saturating_sub(self.bits as u64 + 4);
        BigRational::new(((kappa >> cut) * steps) << cut, BigInt::one() << self.bits)
    }

    /// All equations and all full rows in one system.
    fn whole(&self) -> Option<Lists> {
        let Cell { form, convex, open, path } = *self.cell;
        let (width, height) = (convex.len(), form.linear.len());
        let blocks = open.len() + 1;
        if (blocks * height + self.full.len()).max(blocks * width + path.len()) > MAX_WHOLE {
            return None;
        }
        let unknowns = blocks * width + path.len();
        let floats: Vec<f64> = self.relaxed.lists().flatten().chain(&self.relaxed.path).copied().collect();
        let class = |v: usize| if v < blocks * width { convex[v % width] } else { path[v - blocks * width].class };
        let is_full = |v: usize| v >= blocks * width || self.full.contains(&(v % width));
        let zero = |v: usize| is_full(v) && floats[v].abs() < FULL;
        let value = |v: usize| if zero(v) { BigRational::zero() } else { self.rounded(floats[v], class(v)) };
        let free: Vec<BigRational> = (0..unknowns).map(value).collect();
        let mut order: Vec<usize> = (0..unknowns).filter(|&v| !zero(v)).collect();
        let room = |v: usize| if is_full(v) { floats[v].abs() } else { self.room(v % width) };
        order.sort_by(|&a, &b| room(b).total_cmp(&room(a)).then(a.cmp(&b)));
        let (mut rows, mut right) = (Vec::new(), Vec::new());
        for block in 0..blocks {
            for a in 0..height {
                let mut row = vec![BigInt::zero(); unknowns];
                convex
                    .iter()
                    .enumerate()
                    .for_each(|(l, &c)| row[block * width + l] = form.bends[c].direction[a].clone());
                let mut sum = BigInt::zero();
                match block.checked_sub(1) {
                    None => {
                        sum -= &form.linear[a];
                        for (j, side) in path.iter().enumerate() {
                            let bend = &form.bends[side.class];
                            row[blocks * width + j] = -side.signed(bend.direction[a].clone());
                            sum -= side.signed(&bend.kappa * &bend.direction[a]);
                        }
                    }
                    Some(k) => sum += form.bends[open[k]].kappa.abs() * &form.bends[open[k]].direction[a],
                }
                rows.push(row);
                right.push(sum);
            }
        }
        for &l in &self.full {
            let mut row = vec![BigInt::zero(); unknowns];
            let used = (0..blocks).map(|block| block * width + l).filter(|&v| !zero(v));
            used.for_each(|v| row[v] = if floats[v] < 0.0 { -BigInt::one() } else { BigInt::one() });
            rows.push(row);
            right.push(form.bends[convex[l]].kappa.clone());
        }
        let solution = solve(&rows, &right, &free, &order).ok().map(float::shorter)?;
        let part = |from: usize, to: usize| {
            Fractions::new(solution.numerators()[from..to].to_vec(), solution.denominator().clone())
        };
        let rows: Option<Vec<Fractions>> = (0..blocks).map(|b| part(b * width, (b + 1) * width)).collect();
        Some(Lists { scale: form.scale.clone(), rows: rows?, path: part(blocks * width, unknowns)? })
    }
}
