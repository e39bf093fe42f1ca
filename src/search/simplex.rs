//! A small exact simplex method: the last resort where a linear program in floats could not be made exact.
//!
//! Phase one of the revised method: a basis of artificial variables to begin with, and pivots that make their sum
//! least. With B the matrix of the basis and q = |det B|, only the integers q B^-1 and q B^-1 b are kept: a pivot's
//! division by the q before is exact (Edmonds), so there are no fractions to reduce and numbers stay as short as
//! determinants. Artificial variables that leave never return; one that stays at zero marks a redundant equation.

use crate::kernel::linear::{Fractions, content, dot};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// The answer about `A x = b` with `x >= 0`; exactly checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feasibility {
    /// A basic x >= 0 with A x = b.
    Solution(Fractions),
    /// Integers y, without common factor, with y A >= 0 in every column and y b < 0: there is no solution.
    Farkas(Vec<BigInt>),
    /// The pivots ran out, or a column is not as long as the right-hand side.
    Undecided,
}

/// Degenerate pivots in a row before the entering column is the first that helps instead of the one that helps most.
/// The latter (Dantzig's rule) is faster but can cycle; the former (Bland's rule) cannot.
const PATIENCE: usize = 8;

/// Whether `A x = b` has a solution `x >= 0`: n columns of m integers, m integers on the right.
pub fn feasible(columns: &[Vec<BigInt>], right: &[BigInt], max_pivots: usize) -> Feasibility {
    run(columns, right, max_pivots, PATIENCE)
}

fn run(columns: &[Vec<BigInt>], right: &[BigInt], max_pivots: usize, patience: usize) -> Feasibility {
    if columns.iter().any(|column| column.len() != right.len()) {
        return Feasibility::Undecided;
    }
    let mut tableau = Tableau::new(columns, right);
    let mut degenerate = 0;
    for _ in 0..=max_pivots {
        if tableau.infeasibility().is_zero() {
            return checked_solution(columns, right, tableau.solution());
        }
        let Some(entering) = tableau.entering(degenerate >= patience) else {
            return checked_farkas(columns, right, tableau.farkas());
        };
        match tableau.pivot(entering) {
            Some(Step::Degenerate) => degenerate += 1,
            Some(Step::Progress) => degenerate = 0,
            None => break,
        }
    }
    Feasibility::Undecided
}

fn checked_solution(columns: &[Vec<BigInt>], right: &[BigInt], x: Option<Fractions>) -> Feasibility {
    let Some(x) = x else { return Feasibility::Undecided };
    let mut left = vec![BigInt::zero(); right.len()];
    for (column, value) in columns.iter().zip(x.numerators()).filter(|(_, value)| !value.is_zero()) {
        left.iter_mut().zip(column).for_each(|(sum, a)| *sum += a * value);
    }
    let equal = left.iter().zip(right).all(|(l, b)| *l == b * x.denominator());
    match equal && !x.numerators().iter().any(Signed::is_negative) {
        true => Feasibility::Solution(x),
        false => Feasibility::Undecided,
    }
}

fn checked_farkas(columns: &[Vec<BigInt>], right: &[BigInt], y: Vec<BigInt>) -> Feasibility {
    match dot(&y, right).is_negative() && !columns.iter().any(|column| dot(&y, column).is_negative()) {
        true => Feasibility::Farkas(y),
        false => Feasibility::Undecided,
    }
}

/// Whether a pivot lowered the sum of the artificial variables.
enum Step {
    Progress,
    Degenerate,
}

/// One basis of the extended system, with m artificial columns that carry the signs of b.
struct Tableau<'a> {
    columns: &'a [Vec<BigInt>],
    /// m rows of q B^-1, each followed by its entry of q B^-1 b; last the sum of the artificial variables' rows, which
    /// is q y for the multipliers y of the basis.
    rows: Vec<Vec<BigInt>>,
    /// q > 0.
    denominator: BigInt,
    /// The variable of each row: the artificial ones are 0..m, the column j is m + j.
    basis: Vec<usize>,
}

impl<'a> Tableau<'a> {
    fn new(columns: &'a [Vec<BigInt>], right: &[BigInt]) -> Self {
        let m = right.len();
        let mut rows = vec![vec![BigInt::zero(); m + 1]; m + 1];
        for (i, b) in right.iter().enumerate() {
            let sign = if b.is_negative() { -BigInt::one() } else { BigInt::one() };
            for row in [i, m] {
                rows[row][i] = sign.clone();
                rows[row][m] += b.abs();
            }
        }
        Self { columns, rows, denominator: BigInt::one(), basis: (0..m).collect() }
    }

    /// q times the sum of the artificial variables.
    fn infeasibility(&self) -> &BigInt {
        let m = self.basis.len();
        &self.rows[m][m]
    }

    /// A column with y A > 0, which lowers the sum: the first, or the one where y A is largest.
    fn entering(&self, first: bool) -> Option<usize> {
        let multipliers = &self.rows[self.basis.len()];
        let mut best: Option<(usize, BigInt)> = None;
        for (j, column) in self.columns.iter().enumerate() {
            let gain = dot(multipliers, column);
            if gain.is_positive() && best.as_ref().is_none_or(|(_, most)| gain > *most) {
                if first {
                    return Some(j);
                }
                best = Some((j, gain));
            }
        }
        best.map(|(j, _)| j)
    }

    /// Brings a column into the basis. `None` if the sum had no lower bound, which cannot be.
    fn pivot(&mut self, entering: usize) -> Option<Step> {
        let m = self.basis.len();
        let column = &self.columns[entering];
        let alpha: Vec<BigInt> = self.rows.iter().map(|row| dot(row, column)).collect();
        // The least ratio of value to alpha; of equal ratios the first variable, so artificial ones leave first.
        let ratio = |&a: &usize, &b: &usize| -> Ordering {
            let values = (&self.rows[a][m] * &alpha[b]).cmp(&(&self.rows[b][m] * &alpha[a]));
            values.then(self.basis[a].cmp(&self.basis[b]))
        };
        let leaving = (0..m).filter(|&i| alpha[i].is_positive()).min_by(ratio)?;
        let pivot_row = self.rows[leaving].clone();
        for (i, row) in self.rows.iter_mut().enumerate().filter(|(i, _)| *i != leaving) {
            if alpha[i].is_zero() && alpha[leaving] == self.denominator {
                continue;
            }
            for (v, p) in row.iter_mut().zip(&pivot_row).filter(|(v, p)| !v.is_zero() || !p.is_zero()) {
                *v = (&*v * &alpha[leaving] - &alpha[i] * p) / &self.denominator;
            }
        }
        self.denominator = alpha[leaving].clone();
        self.basis[leaving] = m + entering;
        Some(if pivot_row[m].is_zero() { Step::Degenerate } else { Step::Progress })
    }

    /// The values of the columns' variables.
    fn solution(&self) -> Option<Fractions> {
        let m = self.basis.len();
        let mut x = vec![BigInt::zero(); self.columns.len()];
        for (row, variable) in self.rows.iter().zip(&self.basis).filter(|(_, variable)| **variable >= m) {
            x[variable - m] = row[m].clone();
        }
        Fractions::new(x, self.denominator.clone()).map(Fractions::reduced)
    }

    /// -y: where no column has y A > 0, y b is the sum of the artificial variables, which is positive.
    fn farkas(&self) -> Vec<BigInt> {
        let m = self.basis.len();
        let multipliers = &self.rows[m][..m];
        let common = content(multipliers.iter(), &BigInt::zero());
        multipliers.iter().map(|y| -y / &common).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::solve::solve;
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn integers(values: &[i64]) -> Vec<BigInt> {
        values.iter().map(|&v| v.into()).collect()
    }

    /// The columns of a matrix that is written by rows.
    fn columns(rows: &[Vec<i64>]) -> Vec<Vec<BigInt>> {
        let width = rows.first().map_or(0, Vec::len);
        (0..width).map(|j| rows.iter().map(|row| row[j].into()).collect()).collect()
    }

    /// By both pivot rules; the answers are checked again, in another way.
    fn is_feasible(columns: &[Vec<BigInt>], right: &[BigInt]) -> bool {
        let answers = [0, PATIENCE].map(|patience| match run(columns, right, 10_000, patience) {
            Feasibility::Solution(x) => {
                assert_eq!(x.len(), columns.len());
                assert!(x.numerators().iter().all(|v| *v >= BigInt::zero()));
                for (i, b) in right.iter().enumerate() {
                    let left: BigInt = columns.iter().zip(x.numerators()).map(|(column, v)| &column[i] * v).sum();
                    assert_eq!(left, b * x.denominator());
                }
                true
            }
            Feasibility::Farkas(y) => {
                let product = |column: &[BigInt]| y.iter().zip(column).map(|(y, v)| y * v).sum::<BigInt>();
                assert_eq!(y.len(), right.len());
                assert!(columns.iter().all(|column| product(column) >= BigInt::zero()));
                assert!(product(right) < BigInt::zero());
                false
            }
            Feasibility::Undecided => panic!("undecided"),
        });
        assert_eq!(answers[0], answers[1]);
        answers[0]
    }

    /// A feasible system has a solution on independent columns: all subsets are tried.
    fn by_enumeration(columns: &[Vec<BigInt>], right: &[BigInt]) -> bool {
        let rows: Vec<Vec<BigInt>> =
            (0..right.len()).map(|i| columns.iter().map(|column| column[i].clone()).collect()).collect();
        let zeros = vec![BigRational::zero(); columns.len()];
        (0..1usize << columns.len()).any(|subset| {
            let chosen: Vec<usize> = (0..columns.len()).filter(|j| subset >> j & 1 == 1).collect();
            let solution = solve(&rows, right, &zeros, &chosen);
            solution.is_ok_and(|x| !x.numerators().iter().any(Signed::is_negative))
        })
    }

    #[test]
    fn degenerate_systems_are_decided() {
        type Case<'a> = (&'a [Vec<i64>], &'a [i64], bool);
        let cases: [Case<'_>; 9] = [
            (&[], &[], true),
            (&[vec![]], &[0], true),
            (&[vec![], vec![]], &[0, -2], false),
            (&[vec![0, 0]], &[0], true),
            (&[vec![0, 0], vec![1, 0]], &[1, 1], false),
            (&[vec![1, 2], vec![2, 4], vec![-1, -2]], &[3, 6, -3], true),
            (&[vec![1, 2], vec![1, 2]], &[3, 4], false),
            (&[vec![1, -1], vec![-1, 1]], &[0, 0], true),
            (&[vec![1, 1], vec![1, -1]], &[1, 2], false),
        ];
        for (rows, right, expected) in cases {
            assert_eq!(is_feasible(&columns(rows), &integers(right)), expected, "{rows:?} {right:?}");
        }
        assert_eq!(feasible(&[integers(&[1])], &[], 10), Feasibility::Undecided);
        assert_eq!(feasible(&[integers(&[1])], &integers(&[1]), 0), Feasibility::Undecided);
    }

    #[test]
    fn examples_that_cycle_or_walk_long_end() {
        // Beale: 3 a - 80 b + 2 c - 24 d is at most 5.
        let beale = columns(&[
            vec![1, -32, -4, 36, 4, 0, 0, 0],
            vec![1, -24, -1, 6, 0, 2, 0, 0],
            vec![0, 0, 1, 0, 0, 0, 1, 0],
            vec![3, -80, 2, -24, 0, 0, 0, -1],
        ]);
        assert!(is_feasible(&beale, &integers(&[0, 0, 1, 5])));
        assert!(!is_feasible(&beale, &integers(&[0, 0, 1, 6])));
        // Klee and Minty: the sum of 2^(n-j) x_j is at most 5^n.
        let n = 8;
        let row = |i: usize| -> Vec<i64> {
            let entry = |j: usize| if j < i { 2 << (i - j) } else { i64::from(j == i) };
            (0..n).map(entry).chain((0..=n).map(|s| i64::from(s == i))).collect()
        };
        let mut rows: Vec<Vec<i64>> = (0..n).map(row).collect();
        rows.push((0..n).map(|j| 1 << (n - 1 - j)).chain((0..=n).map(|s| -i64::from(s == n))).collect());
        let mut right: Vec<i64> = (1..=n as u32).map(|i| 5i64.pow(i)).collect();
        for (excess, expected) in [(0, true), (1, false)] {
            right.truncate(n);
            right.push(5i64.pow(n as u32) + excess);
            assert_eq!(is_feasible(&columns(&rows), &integers(&right)), expected);
        }
    }

    /// A fixed sequence of numbers in -1000..=1000.
    fn noise(k: usize) -> i64 {
        let z = (k as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((z ^ (z >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33) as i64 % 2001 - 1000
    }

    #[test]
    fn systems_of_moderate_size_are_decided() {
        let (m, n) = (20, 60);
        let mut a: Vec<Vec<i64>> = (0..m).map(|i| (0..n).map(|j| noise(i * n + j)).collect()).collect();
        let planted: Vec<i64> = (0..n).map(|j| noise(9000 + j).max(0)).collect();
        let times = |a: &[Vec<i64>]| a.iter().map(|row| row.iter().zip(&planted).map(|(a, x)| a * x).sum()).collect();
        let right: Vec<i64> = times(&a);
        assert!(is_feasible(&columns(&a), &integers(&right)));
        // The last row becomes minus the sum of the others, up to something that is never negative.
        for j in 0..n {
            a[m - 1][j] = noise(5000 + j).abs() - a[..m - 1].iter().map(|row| row[j]).sum::<i64>();
        }
        let mut right: Vec<i64> = times(&a);
        right[m - 1] = -1 - right[..m - 1].iter().sum::<i64>();
        assert!(!is_feasible(&columns(&a), &integers(&right)));
    }

    fn system() -> impl Strategy<Value = (Vec<Vec<BigInt>>, Vec<BigInt>)> {
        let vector = |len| proptest::collection::vec((-3i64..4).prop_map(BigInt::from), len);
        (0..6usize, 0..6usize).prop_flat_map(move |(m, n)| (proptest::collection::vec(vector(m), n), vector(m)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn answers_agree_with_enumeration((columns, right) in system(), weights in proptest::array::uniform5(0i64..3)) {
            prop_assert_eq!(is_feasible(&columns, &right), by_enumeration(&columns, &right));
            // A right-hand side in the cone, mostly on its boundary.
            let entry = |i| columns.iter().zip(weights).map(|(column, w): (&Vec<BigInt>, i64)| &column[i] * w).sum();
            let inside: Vec<BigInt> = (0..right.len()).map(entry).collect();
            prop_assert!(is_feasible(&columns, &inside));
        }
    }
}
