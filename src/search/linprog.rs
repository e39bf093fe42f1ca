//! Linear programs in floats, through good_lp. Their answers are only guesses, and a solver's status is never believed.
//!
//! Clarabel, an interior-point method, solves them; with the feature `highs`, HiGHS those on which it gives up.
//!
//! One program serves C2, C6 and the cells of C7: with mu_l = kap_l b_l, M_lk = kap_l B_lk and eta_j = |kap_j| e_j,
//! minimise t subject to the equations of rule `matrix` and |b_l| + sum_k |B_lk| <= t in every row. It always has a
//! solution where the convex classes span; t <= 1 proves phi >= 0 on the cell. Its multipliers are directions u in
//! which phi is likely to be negative where t > 1.

use super::float;
use crate::kernel::rule::matrix::HalfSpace;
use crate::kernel::slope_form::ScalarForm;
use good_lp::variable::UnsolvedProblem;
use good_lp::{
    DualValues, Expression, Solution, SolutionWithDual, SolverModel, Variable, constraint, variable, variables,
};
use num_bigint::BigInt;

/// A form in floats: every coordinate and class is scaled to unit size, the largest |kappa| is 1.
pub struct Floats {
    linear: Vec<f64>,
    /// kappa and x of each class.
    bends: Vec<(f64, Vec<f64>)>,
    columns: Vec<f64>,
}

/// A solution of the program of one cell.
#[derive(Debug, Clone)]
pub struct Relaxed {
    /// t.
    pub share: f64,
    /// b, one for each convex class.
    pub balance: Vec<f64>,
    /// B_k for each concave class whose sign is open, one for each convex class.
    pub columns: Vec<Vec<f64>>,
    /// e, one for each class of the path.
    pub path: Vec<f64>,
    /// The multipliers of the equations: u of p, then of each open concave class; up to signs. In the form's coordinates.
    pub directions: Vec<Vec<f64>>,
}

impl Floats {
    /// The form in floats.
    pub fn new(form: &ScalarForm<'_>) -> Self {
        let size = |x: &[BigInt]| x.iter().map(BigInt::bits).max().unwrap_or(0);
        let sizes = form.bends.iter().filter(|b| b.kappa.bits() > 0).map(|b| b.kappa.bits() + size(b.direction));
        let bits = sizes.chain(form.linear.iter().map(BigInt::bits)).max().unwrap_or(0);
        let mut linear: Vec<f64> = form.linear.iter().map(|p| float::scaled_by(p, bits)).collect();
        let bend = |(kappa, x): (&BigInt, &[BigInt])| {
            let own = size(x);
            let row: Vec<f64> = x.iter().map(|v| float::scaled_by(v, own)).collect();
            (float::scaled_by(kappa, bits.saturating_sub(own)), row)
        };
        let mut bends: Vec<(f64, Vec<f64>)> = form.bends.iter().map(|b| bend((&b.kappa, b.direction))).collect();
        let column = |a: usize| {
            let largest = bends.iter().map(|(_, x)| x[a].abs()).fold(0.0, f64::max);
            if largest > 0.0 { largest } else { 1.0 }
        };
        let columns: Vec<f64> = (0..linear.len()).map(column).collect();
        for (a, size) in columns.iter().enumerate() {
            linear[a] /= size;
            bends.iter_mut().for_each(|(_, x)| x[a] /= size);
        }
        let largest = bends.iter().map(|b| b.0.abs()).fold(f64::MIN_POSITIVE, f64::max);
        linear.iter_mut().for_each(|p| *p /= largest);
        bends.iter_mut().for_each(|b| b.0 /= largest);
        Self { linear, bends, columns }
    }

    /// phi(u) as a share of the sum of its terms' sizes, for a direction in the form's coordinates.
    pub fn relative(&self, u: &[f64]) -> f64 {
        let slope: f64 = self.linear.iter().zip(u).zip(&self.columns).map(|((p, u), c)| p * (u * c)).sum();
        let bends = || (0..self.bends.len()).map(|c| self.bend(c, u));
        let (value, size) = bends().fold((slope, slope.abs()), |(v, s), (sign, b)| (v + sign * b, s + b));
        if size > 0.0 { value / size } else { 0.0 }
    }

    /// The sign of kap_C and |kap_C x_C.u|, for a direction in the form's coordinates.
    pub fn bend(&self, class: usize, u: &[f64]) -> (f64, f64) {
        let along = self.bends[class].0.abs() * self.along(class, u).abs();
        (self.bends[class].0.signum(), along)
    }

    /// x_C.u up to a positive factor of the class, for a direction in the form's coordinates.
    pub fn along(&self, class: usize, u: &[f64]) -> f64 {
        self.bends[class].1.iter().zip(u).zip(&self.columns).map(|((x, u), c)| x * (u * c)).sum()
    }

    /// Solves the program of one cell; `None` if the solver finds nothing.
    pub fn relax(&self, convex: &[usize], open: &[usize], path: &[HalfSpace]) -> Option<Relaxed> {
        let path: Vec<(usize, f64)> = path.iter().map(|s| (s.class, if s.positive { 1.0 } else { -1.0 })).collect();
        let mut vars = variables!();
        let share = vars.add(variable().min(0.0));
        // Each number as a difference of two that are not negative: their sum bounds its size.
        let mut list = || -> Vec<(Variable, Variable)> {
            convex.iter().map(|_| (vars.add(variable().min(0.0)), vars.add(variable().min(0.0)))).collect()
        };
        let lists: Vec<Vec<(Variable, Variable)>> = (0..=open.len()).map(|_| list()).collect();
        let eta: Vec<Variable> = path.iter().map(|_| vars.add(variable().min(0.0))).collect();
        let mut equations: Vec<(Expression, f64, f64)> = Vec::new();
        for (block, numbers) in lists.iter().enumerate() {
            for a in 0..self.linear.len() {
                let entry = |c: &usize| self.bends[*c].0 * self.bends[*c].1[a];
                let mut terms: Vec<(Variable, f64)> = Vec::new();
                for (&(plus, minus), c) in numbers.iter().zip(convex) {
                    terms.extend([(plus, entry(c)), (minus, -entry(c))]);
                }
                let right = match block.checked_sub(1) {
                    None => {
                        terms.extend(eta.iter().zip(&path).map(|(&e, (c, s))| (e, s * entry(c))));
                        -self.linear[a] - path.iter().map(|(c, s)| s * entry(c)).sum::<f64>()
                    }
                    Some(k) => -entry(&open[k]),
                };
                let size = terms.iter().map(|t| t.1.abs()).fold(right.abs(), f64::max);
                if size > 0.0 {
                    let left = terms.iter().filter(|t| t.1 != 0.0).map(|&(v, f)| v * (f / size)).sum();
                    equations.push((left, right / size, size));
                } else {
                    equations.push((Expression::default(), 0.0, 1.0));
                }
            }
        }
        let rows = (0..convex.len()).map(|l| lists.iter().map(|n| n[l].0 + n[l].1).sum::<Expression>() - share);
        let rows: Vec<Expression> = rows.collect();
        let (values, duals) = solve(|| vars.clone().minimise(share), &equations, &rows)?;
        let difference = |&(plus, minus): &(Variable, Variable)| values.value(plus) - values.value(minus);
        let numbers = |list: &Vec<(Variable, Variable)>| -> Vec<f64> { list.iter().map(difference).collect() };
        let mut lists: Vec<Vec<f64>> = lists.iter().map(numbers).collect();
        let unscale = |block: &[f64]| -> Vec<f64> { block.iter().zip(&self.columns).map(|(u, c)| u / c).collect() };
        let relaxed = Relaxed {
            share: values.value(share),
            balance: lists.remove(0),
            columns: lists,
            path: eta.iter().map(|&e| values.value(e)).collect(),
            directions: duals.chunks(self.linear.len().max(1)).map(unscale).collect(),
        };
        relaxed.is_finite().then_some(relaxed)
    }
}

impl Relaxed {
    fn is_finite(&self) -> bool {
        let lists = self.columns.iter().chain(&self.directions).chain([&self.balance, &self.path]);
        self.share.is_finite() && lists.flatten().all(|v| v.is_finite())
    }
}

/// Equations (left, right, the factor they were divided by) and rows <= 0; with the equations' multipliers.
fn solve(
    problem: impl Fn() -> UnsolvedProblem,
    equations: &[(Expression, f64, f64)],
    rows: &[Expression],
) -> Option<(Box<dyn Solution>, Vec<f64>)> {
    let solved = solve_with(problem().using(good_lp::clarabel), equations, rows);
    #[cfg(feature = "highs")]
    let solved = solved.or_else(|| {
        // Interior points, as Clarabel's: at a vertex most numbers are zero, and little can be repaired.
        let model = problem().using(good_lp::highs).set_option("solver", "ipm").set_option("run_crossover", "off");
        solve_with(model, equations, rows)
    });
    solved
}

fn solve_with<M>(
    mut model: M,
    equations: &[(Expression, f64, f64)],
    rows: &[Expression],
) -> Option<(Box<dyn Solution>, Vec<f64>)>
where
    M: SolverModel,
    M::Solution: for<'a> SolutionWithDual<'a> + 'static,
{
    let names: Vec<_> =
        equations.iter().map(|(left, right, _)| model.add_constraint(constraint!(left.clone() == *right))).collect();
    for row in rows {
        model.add_constraint(constraint!(row.clone() <= 0.0));
    }
    let mut solution = model.solve().ok()?;
    let duals = {
        let dual = solution.compute_dual();
        names.into_iter().zip(equations).map(|(name, (_, _, size))| dual.dual(name) / size).collect()
    };
    Some((Box::new(solution), duals))
}
