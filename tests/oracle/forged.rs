//! Proofs that no search found: matrices and trees of cells with changed numbers, cut and grafted trees, forms that
//! changed under their proof. Whatever the kernel accepts is >= 0, and vanishes only where the read-off sides say.

use crate::Counts;
use crate::common::linear::{integer, null_space};
use crate::common::rng::Rng;
use crate::exact::directions;
use crate::forms::{Form, by_search};
use crate::mixed_forms::form;
use lowpoint::kernel::certificate::{CellStep, Component, MatrixProof, NeuronProof, Nonnegative};
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::rule::critical::{Side, sides};
use lowpoint::kernel::rule::nonnegative;
use lowpoint::kernel::slope_form::{KinkClass, SlopeForm};
use lowpoint::search::cells::{self, Limits};
use lowpoint::search::nonnegative::Decision;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

/// The form of a neuron with one output and h = 1.
fn slope_form(form: &Form) -> SlopeForm {
    let class = |(kappa, x): &(BigInt, Vec<i64>)| KinkClass {
        direction: x.iter().map(|v| BigInt::from(*v)).collect(),
        kappa: vec![kappa.clone()],
    };
    SlopeForm {
        kinks: Vec::new(),
        scale: BigInt::one(),
        linear: vec![form.linear.clone()],
        classes: form.bends.iter().map(class).collect(),
        potential: vec![BigInt::zero()],
    }
}

/// A form of few classes and small numbers, so that a proof by chance is not hopeless.
fn tiny(rng: &mut Rng) -> Form {
    let width = rng.pick(&[1, 2, 2, 2, 3]);
    let mut bends: Vec<(BigInt, Vec<i64>)> = Vec::new();
    for _ in 0..=rng.below(5) {
        let x: Vec<i64> = (0..width).map(|_| rng.range(-1, 1)).collect();
        let (x, divisor) = crate::common::design::primitive(&x);
        if divisor != 0 && bends.iter().all(|(_, y)| *y != x) {
            bends.push((BigInt::from(rng.range(-2, 4)), x));
        }
    }
    Form { linear: (0..width).map(|_| BigInt::from(rng.pick(&[0, 0, 1, -1, 2]))).collect(), bends }
}

/// A matrix with numbers by chance for the whole space.
fn by_chance(form: &Form, rng: &mut Rng) -> Nonnegative {
    let count = |wanted: fn(&BigInt) -> bool| form.bends.iter().filter(|(kappa, _)| wanted(kappa)).count();
    let rows = count(Signed::is_positive);
    let list = |rng: &mut Rng| (0..rows).map(|_| BigInt::from(rng.range(-2, 2))).collect();
    let columns = (0..count(Signed::is_negative)).map(|_| list(rng)).collect();
    Nonnegative::Matrix(MatrixProof { denominator: BigInt::one(), balance: list(rng), columns })
}

/// A proof by one of the routes, if phi >= 0.
fn found(form: &Form, rng: &mut Rng) -> Option<Nonnegative> {
    let slopes = slope_form(form);
    let scalar = slopes.combine(&Fractions::integers(vec![BigInt::one()]));
    let limits = rng.pick(&[(1, true), (1000, true), (1000, false), (1000, false)]);
    let decision = match rng.below(5) {
        0 => by_search(&scalar),
        _ => cells::decide(&scalar, &Limits { max_cells: limits.0, matrices: limits.1 }),
    };
    match decision {
        Decision::Proved(proof) => Some(proof),
        _ => None,
    }
}

fn matrices(proof: &mut Nonnegative) -> Vec<&mut MatrixProof> {
    match proof {
        Nonnegative::Matrix(matrix) => vec![matrix],
        Nonnegative::Cells(steps) => steps.iter_mut().filter_map(leaf).collect(),
        Nonnegative::Components { parts, .. } => parts.iter_mut().flat_map(|p| matrices(&mut p.proof)).collect(),
        _ => Vec::new(),
    }
}

fn leaf(step: &mut CellStep) -> Option<&mut MatrixProof> {
    match step {
        CellStep::Leaf { matrix, .. } => Some(matrix),
        _ => None,
    }
}

/// The form times a matrix's denominator, so that its numbers are integers, and rows without room to spare.
fn tighten(form: &mut Form, proof: &mut Nonnegative, rng: &mut Rng) {
    let all = matrices(proof);
    let [first, ..] = &all[..] else { return };
    let (factor, rows) = (first.denominator.clone(), first.balance.len());
    if all.iter().any(|m| m.denominator != factor) || rng.chance(30) {
        return;
    }
    let used = |m: &MatrixProof, row: usize| -> BigInt {
        m.columns.iter().chain([&m.balance]).filter_map(|list| list.get(row)).map(Signed::abs).sum()
    };
    let most: Vec<BigInt> = (0..rows).map(|row| all.iter().map(|m| used(m, row)).max().unwrap()).collect();
    all.into_iter().for_each(|m| m.denominator = BigInt::one());
    form.linear.iter_mut().for_each(|v| *v *= &factor);
    form.bends.iter_mut().for_each(|(kappa, _)| *kappa *= &factor);
    let convex = form.bends.iter_mut().filter(|(kappa, _)| kappa.is_positive());
    for ((kappa, _), most) in convex.zip(most).filter(|(_, most)| most.is_positive()) {
        if rng.chance(70) {
            *kappa = most - rng.pick(&[0, 0, 0, 0, 0, 1]);
        }
    }
}

/// Changes the form: a little, so that an honest proof may be one no more.
fn disturb(form: &mut Form, rng: &mut Rng) {
    let class = rng.below(form.bends.len());
    let kappa = &mut form.bends[class].0;
    match rng.below(6) {
        0 => *kappa += 1,
        1 => *kappa -= 1,
        2 => *kappa = BigInt::zero(),
        3 => *kappa = -&*kappa,
        4 => {
            let place = rng.below(form.linear.len());
            form.linear[place] += rng.pick(&[1, -1]);
        }
        _ => form.linear.iter_mut().for_each(|v| *v = -&*v),
    }
}

/// Changes numbers of a matrix: by chance, or along a relation of the convex classes, which keeps its equations.
fn disturb_matrix(form: &Form, matrix: &mut MatrixProof, rng: &mut Rng) {
    let step = BigInt::from(rng.pick(&[1, -1, 2]));
    let lists = matrix.columns.len() + 1;
    let MatrixProof { denominator, balance, columns } = matrix;
    match rng.below(8) {
        0 => *denominator += step,
        1 if lists > 1 => {
            columns.remove(rng.below(lists - 1));
        }
        2 if lists > 2 => columns.swap(0, rng.below(lists - 1)),
        3..6 => {
            let convex: Vec<&Vec<i64>> =
                form.bends.iter().filter(|(kappa, _)| kappa.is_positive()).map(|(_, x)| x).collect();
            let row = |a: usize| convex.iter().map(|x| integer(x[a])).collect();
            let relations = null_space((0..form.linear.len()).map(row).collect(), convex.len());
            if relations.is_empty() {
                return;
            }
            let relation = rng.pick(&relations);
            let common = relation.iter().fold(BigInt::one(), |m, v| m.lcm(v.denom()));
            let list = columns.iter_mut().chain([balance]).nth(rng.below(lists)).unwrap();
            list.iter_mut().zip(relation).for_each(|(m, v)| *m += v.numer() * (&common / v.denom()) * &step);
        }
        _ => {
            let list = columns.iter_mut().chain([balance]).nth(rng.below(lists)).unwrap();
            let place = rng.below(list.len().max(1));
            list.iter_mut().skip(place).take(1).for_each(|m| *m = if step.is_one() { -&*m } else { &*m + &step });
        }
    }
}

/// One past the subtree that starts at a step.
fn end(steps: &[CellStep], start: usize) -> usize {
    let mut open = 1;
    let mut place = start;
    while open > 0 && place < steps.len() {
        match steps[place] {
            CellStep::Split { .. } => open += 1,
            CellStep::Implied { .. } => {}
            CellStep::Leaf { .. } => open -= 1,
        }
        place += 1;
    }
    place
}

/// Cuts, grafts, and changes of one step.
fn disturb_tree(form: &Form, steps: &mut Vec<CellStep>, rng: &mut Rng) {
    let place = rng.below(steps.len());
    let (stop, class) = (end(steps, place), rng.below(form.bends.len()));
    let numbers = |n: usize, rng: &mut Rng| -> Vec<BigInt> {
        (0..n).map(|_| BigInt::from(rng.pick(&[0, 0, 1, 1, 2, -1]))).collect()
    };
    match (rng.below(8), &mut steps[place]) {
        // The two halves of a split change places, or one of them stands for both.
        (kind @ 0..4, CellStep::Split { class }) => {
            let (class, middle) = (*class, end(steps, place + 1));
            let (first, second) = (steps[place + 1..middle].to_vec(), steps[middle..stop].to_vec());
            let combination = Fractions::integers(numbers(rng.below(3), rng));
            let new = match kind {
                0 => [vec![CellStep::Split { class }], second, first].concat(),
                1 => [vec![CellStep::Split { class }], first.clone(), first].concat(),
                2 => second,
                _ => [vec![CellStep::Implied { class, positive: rng.chance(50), combination }], first].concat(),
            };
            steps.splice(place..stop, new);
        }
        (0..2, CellStep::Implied { positive, .. }) => *positive = !*positive,
        (2..4, CellStep::Implied { combination, .. }) => {
            *combination = Fractions::integers(numbers(combination.len(), rng))
        }
        (4, CellStep::Split { class: own } | CellStep::Implied { class: own, .. }) => *own = class,
        (0..3, CellStep::Leaf { path, .. }) => *path = numbers(path.len(), rng),
        (5, _) => {
            steps.remove(place);
        }
        (6, _) => {
            let other = rng.below(steps.len());
            let graft = steps[other..end(steps, other)].to_vec();
            steps.splice(place..stop, graft);
        }
        (7, _) => {
            steps.insert(
                place,
                CellStep::Implied {
                    class,
                    positive: rng.chance(50),
                    combination: Fractions::integers(numbers(rng.below(3), rng)),
                },
            );
        }
        _ => {
            let own = steps[place..stop].to_vec();
            steps.splice(place..stop, [vec![CellStep::Split { class }], own.clone(), own].concat());
        }
    }
}

fn disturb_proof(form: &Form, proof: &mut Nonnegative, rng: &mut Rng) {
    match proof {
        Nonnegative::Cells(steps) if !steps.is_empty() && rng.chance(60) => disturb_tree(form, steps, rng),
        Nonnegative::Matrix(matrix) if rng.chance(15) => {
            *proof = Nonnegative::Cells(vec![CellStep::Leaf { path: Vec::new(), matrix: matrix.clone() }]);
        }
        Nonnegative::Components { parts, .. } if !parts.is_empty() && rng.chance(30) => {
            let place = rng.below(parts.len());
            let length = parts[place].share.len();
            parts[place].share[rng.below(length)] += rng.pick(&[1, -1]);
        }
        Nonnegative::Matrix(_) | Nonnegative::Cells(_) if rng.chance(10) => {
            let part = Component {
                classes: (0..form.bends.len()).collect(),
                share: form.linear.clone(),
                proof: proof.clone(),
            };
            *proof = Nonnegative::Components { denominator: BigInt::one(), parts: vec![part] };
        }
        _ => {
            let mut all = matrices(proof);
            if !all.is_empty() {
                let place = rng.below(all.len());
                disturb_matrix(form, all[place], rng);
            }
        }
    }
}

/// What the kernel accepts is true, by the oracle; and so is where it says that the form vanishes.
fn judge(form: &Form, proof: &Nonnegative, generators: &[Vec<BigInt>], counts: &mut Counts) {
    let slopes = slope_form(form);
    let one = Fractions::integers(vec![BigInt::one()]);
    let Ok(proved) = nonnegative::check(&slopes.combine(&one), proof) else { return counts.add("refused") };
    counts.add(format!("accepted {}", proved.route.name()));
    for u in generators {
        assert!(!form.value(u).is_negative(), "phi < 0 at {u:?}\n{form:?}\n{proof:?}");
    }
    let Ok(sides) = sides(&slopes, &one, &NeuronProof::Stationary(proof.clone())) else {
        return counts.add("accepted, without sides");
    };
    sides.iter().for_each(|side| counts.add(format!("side {side:?} by {}", proved.route.name())));
    for u in generators.iter().filter(|u| form.value(u).is_zero()) {
        for ((_, x), side) in form.bends.iter().zip(&sides) {
            let along: BigInt = u.iter().zip(x).map(|(u, x)| u * x).sum();
            let fits = match side {
                Side::Zero => along.is_zero(),
                Side::Positive => !along.is_negative(),
                Side::Negative => !along.is_positive(),
                Side::Free => true,
            };
            assert!(fits, "{side:?} on {x:?}, but phi = 0 at {u:?}\n{form:?}\n{proof:?}");
        }
    }
}

/// Proofs of one form, honest and forged.
pub fn forge(rng: &mut Rng, counts: &mut Counts) {
    let mut form = if rng.chance(60) { form(rng).1 } else { tiny(rng) };
    if form.bends.is_empty() {
        return;
    }
    let mut proof = match found(&form, rng) {
        Some(proof) if rng.chance(90) => proof,
        _ => by_chance(&form, rng),
    };
    tighten(&mut form, &mut proof, rng);
    let generators = directions(&form.classes(), form.linear.len()).0;
    judge(&form, &proof, &generators, counts);
    for _ in 0..20 {
        let (mut linear, mut bends) = (form.linear.clone(), form.bends.clone());
        std::mem::swap(&mut linear, &mut form.linear);
        std::mem::swap(&mut bends, &mut form.bends);
        let mut forged = proof.clone();
        if rng.chance(25) {
            disturb(&mut form, rng);
        }
        for _ in 0..rng.below(3) {
            disturb_proof(&form, &mut forged, rng);
        }
        if forged == proof && form.bends == bends && form.linear == linear {
            continue;
        }
        judge(&form, &forged, &generators, counts);
        (form.linear, form.bends) = (linear, bends);
    }
}

fn sweep(seeds: std::ops::Range<u64>) -> Counts {
    let mut counts = Counts::default();
    seeds.for_each(|seed| forge(&mut Rng::new(seed), &mut counts));
    counts.print();
    counts
}

#[test]
fn forged_proofs_state_truths_or_are_refused() {
    let counts = sweep(0..3000);
    for (what, least) in
        [("refused", 10_000), ("accepted C6", 1000), ("accepted C7", 500), ("side Positive by C6", 100)]
    {
        assert!(counts.of(what) >= least, "only {} of `{what}`", counts.of(what));
    }
}

#[test]
#[ignore = "takes minutes"]
fn forged_proofs_state_truths_or_are_refused_on_a_long_sweep() {
    sweep(1_000_000..1_060_000);
}
