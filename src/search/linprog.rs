//! Linear programs in floats, through good_lp with the pure-Rust solver microlp. Their answers are only guesses.

use good_lp::{Expression, Solution, SolverModel, Variable, constraint, microlp, variable, variables};

/// A form p.u + sum kappa |u.x| with all kappa > 0, scaled to floats.
pub struct ConvexForm<'a> {
    /// p.
    pub linear: &'a [f64],
    /// kappa and x of each class.
    pub bends: &'a [(f64, Vec<f64>)],
}

/// lam in [-t, t]^C with p + sum kappa lam x = 0 and t least; `None` if the solver finds none.
pub fn multipliers(form: &ConvexForm<'_>) -> Option<Vec<f64>> {
    let mut vars = variables!();
    let bound = vars.add(variable().min(0.0));
    let lam: Vec<Variable> = form.bends.iter().map(|_| vars.add(variable().min(-1e6).max(1e6))).collect();
    let mut model = vars.minimise(bound).using(microlp);
    for &l in &lam {
        model = model.with(constraint!(l <= bound)).with(constraint!(-l <= bound));
    }
    for (a, p) in form.linear.iter().enumerate() {
        let size = form.bends.iter().map(|(kappa, x)| (kappa * x[a]).abs()).fold(p.abs(), f64::max);
        if size == 0.0 {
            continue;
        }
        let terms = lam.iter().zip(form.bends).map(|(&l, (kappa, x))| l * (kappa * x[a] / size));
        model = model.with(constraint!(terms.sum::<Expression>() == -p / size));
    }
    let solution = model.solve().ok()?;
    let values: Vec<f64> = lam.iter().map(|&l| solution.value(l)).collect();
    values.iter().all(|v| v.is_finite()).then_some(values)
}

/// A direction in [-1, 1]^d that makes the form least.
pub fn direction(form: &ConvexForm<'_>) -> Option<Vec<f64>> {
    let mut vars = variables!();
    let u: Vec<Variable> = form.linear.iter().map(|_| vars.add(variable().min(-1.0).max(1.0))).collect();
    let heights: Vec<Variable> = form.bends.iter().map(|_| vars.add(variable().min(0.0))).collect();
    let slope: Expression = u.iter().zip(form.linear).map(|(&u, p)| u * *p).sum();
    let bends: Expression = heights.iter().zip(form.bends).map(|(&s, (kappa, _))| s * *kappa).sum();
    let mut model = vars.minimise(slope + bends).using(microlp);
    for (&s, (_, x)) in heights.iter().zip(form.bends) {
        let along = || u.iter().zip(x).filter(|(_, x)| **x != 0.0).map(|(&u, x)| u * *x).sum::<Expression>();
        model = model.with(constraint!(along() <= s)).with(constraint!(-along() <= s));
    }
    let solution = model.solve().ok()?;
    let values: Vec<f64> = u.iter().map(|&u| solution.value(u)).collect();
    values.iter().all(|v| v.is_finite()).then_some(values)
}
