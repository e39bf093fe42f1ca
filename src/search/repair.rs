//! From the floats of a cell's linear program to an exact matrix: rounding, then exact solving of the equations.
//!
//! Where the program leaves room, every list of numbers is mended alone: numbers of a basis are solved for, the others
//! keep short values. Where rows are full (phi vanishes somewhere), the numbers of one list take up what the others
//! leave in these rows.

use super::linprog::Relaxed;
use crate::exact::shorter;
use crate::exact::solve::solve;
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
    let accepted = |lists: Vec<Fractions>| {
        let proof = proof(cell, &lists)?;
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

/// The balance followed by the path's numbers, then the columns: over one denominator, in true units.
fn proof(cell: &Cell<'_>, lists: &[Fractions]) -> Option<LeafProof> {
    let common = lists.iter().fold(BigInt::one(), |m, f| m.lcm(f.denominator()));
    let over = |f: &Fractions| -> Vec<BigInt> {
        let factor = &common / f.denominator();
        f.numerators().iter().map(|n| n * &factor).collect()
    };
    let all = Fractions::new(lists.iter().flat_map(over).collect(), &common * &cell.form.scale)?;
    let all = shorter(all);
    let (balance, rest) = all.numerators().split_at(cell.convex.len());
    let (path, columns) = rest.split_at(cell.path.len());
    let columns = columns.chunks(cell.convex.len().max(1)).map(<[BigInt]>::to_vec).collect();
    Some((path.to_vec(), MatrixProof { denominator: all.denominator().clone(), balance: balance.to_vec(), columns }))
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
    fn alone(&self) -> Option<Vec<Fractions>> {
        (0..=self.cell.open.len()).map(|block| self.list(block, &[])).collect()
    }

    /// All lists but one alone; that one takes what is left of the full rows.
    fn by_one_list(&self) -> Option<Vec<Fractions>> {
        let all: Vec<&Vec<f64>> = self.relaxed.lists().collect();
        let least = |list: &Vec<f64>| self.full.iter().map(|&l| list[l].abs()).fold(f64::INFINITY, f64::min);
        let last = (0..all.len()).max_by(|&a, &b| least(all[a]).total_cmp(&least(all[b])).then(b.cmp(&a)))?;
        let others = (0..all.len()).filter(|&block| block != last);
        let mut lists: Vec<Fractions> = others.map(|block| self.list(block, &[])).collect::<Option<_>>()?;
        let left = |&l: &usize| {
            let kappa = BigRational::from_integer(self.cell.form.bends[self.cell.convex[l]].kappa.clone());
            let value = |f: &Fractions| BigRational::new(f.numerators()[l].abs(), f.denominator().clone());
            let rest = lists.iter().fold(kappa, |sum, f| sum - value(f));
            (l, if all[last][l] < 0.0 { -rest } else { rest })
        };
        let fixed: Vec<(usize, BigRational)> = self.full.iter().map(left).collect();
        lists.insert(last, self.list(last, &fixed)?);
        Some(lists)
    }

    /// The right-hand side of a list's equations in integer units. The balance, with its path's numbers:
    /// sum mu x - sum eta s x = -p - sum_j s_j kap_j x_j; the column of class k: sum M x = |kap_k| x_k.
    fn right(&self, block: usize) -> Vec<BigInt> {
        let Cell { form, open, path, .. } = *self.cell;
        match block.checked_sub(1) {
            Some(k) => {
                let (size, bend) = (form.bends[open[k]].kappa.abs(), &form.bends[open[k]]);
                bend.direction.iter().map(|x| x * &size).collect()
            }
            None => {
                let bent = |side: &HalfSpace, a: usize| {
                    let bend = &form.bends[side.class];
                    side.signed(&bend.kappa * &bend.direction[a])
                };
                let entry = |(a, p): (usize, &BigInt)| -(p + path.iter().map(|side| bent(side, a)).sum::<BigInt>());
                form.linear.iter().enumerate().map(entry).collect()
            }
        }
    }

    /// Coordinate `a` of the classes that a list's numbers belong to.
    fn row(&self, block: usize, a: usize) -> Vec<BigInt> {
        let Cell { form, convex, path, .. } = *self.cell;
        let path = if block == 0 { path } else { &[] };
        let numbers = convex.iter().map(|&c| form.bends[c].direction[a].clone());
        numbers.chain(path.iter().map(|side| -side.signed(form.bends[side.class].direction[a].clone()))).collect()
    }

    /// Solves one list's equations exactly; `fixed` and numbers that are zero in full rows are no pivots.
    fn list(&self, block: usize, fixed: &[(usize, BigRational)]) -> Option<Fractions> {
        let Cell { form, convex, path, .. } = *self.cell;
        let path = if block == 0 { path } else { &[] };
        let floats = self.relaxed.lists().nth(block)?;
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
        let rows: Vec<Vec<BigInt>> = (0..form.linear.len()).map(|a| self.row(block, a)).collect();
        solve(&rows, &self.right(block), &free, &order).ok().map(shorter)
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

    /// All equations and all full rows in one system. The balance's numbers come first, then the path's.
    fn whole(&self) -> Option<Vec<Fractions>> {
        let Cell { form, convex, open, path } = *self.cell;
        let (width, first) = (convex.len(), convex.len() + path.len());
        let (equations, unknowns) = ((open.len() + 1) * form.linear.len(), first + open.len() * width);
        if (equations + self.full.len()).max(unknowns) > MAX_WHOLE {
            return None;
        }
        let start = |block: usize| if block == 0 { 0 } else { first + (block - 1) * width };
        let lists = self.relaxed.lists().enumerate();
        let floats: Vec<f64> = lists
            .flat_map(|(b, list)| list.iter().chain(if b == 0 { &self.relaxed.path[..] } else { &[] }))
            .copied()
            .collect();
        // The convex class of an unknown by its place, or its place in the path.
        let place = |v: usize| if v < first { v } else { (v - first) % width };
        let is_full = |v: usize| place(v) >= width || self.full.contains(&place(v));
        let zero = |v: usize| is_full(v) && floats[v].abs() < FULL;
        let class = |v: usize| place(v).checked_sub(width).map_or_else(|| convex[place(v)], |j| path[j].class);
        let value = |v: usize| if zero(v) { BigRational::zero() } else { self.rounded(floats[v], class(v)) };
        let free: Vec<BigRational> = (0..unknowns).map(value).collect();
        let mut order: Vec<usize> = (0..unknowns).filter(|&v| !zero(v)).collect();
        let room = |v: usize| if is_full(v) { floats[v].abs() } else { self.room(place(v)) };
        order.sort_by(|&a, &b| room(b).total_cmp(&room(a)).then(a.cmp(&b)));
        let (mut rows, mut right) = (Vec::new(), Vec::new());
        for block in 0..=open.len() {
            for a in 0..form.linear.len() {
                let mut row = vec![BigInt::zero(); unknowns];
                row.iter_mut().skip(start(block)).zip(self.row(block, a)).for_each(|(slot, x)| *slot = x);
                rows.push(row);
            }
            right.extend(self.right(block));
        }
        for &l in &self.full {
            let mut row = vec![BigInt::zero(); unknowns];
            let used = (0..=open.len()).map(|block| start(block) + l).filter(|&v| !zero(v));
            used.for_each(|v| row[v] = if floats[v] < 0.0 { -BigInt::one() } else { BigInt::one() });
            rows.push(row);
            right.push(form.bends[convex[l]].kappa.clone());
        }
        let solution = solve(&rows, &right, &free, &order).ok().map(shorter)?;
        let part = |block: usize| {
            let numerators = solution.numerators()[start(block)..start(block + 1)].to_vec();
            Fractions::new(numerators, solution.denominator().clone())
        };
        (0..=open.len()).map(part).collect()
    }
}
