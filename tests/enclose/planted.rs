//! Planted stationary points: found again from a network near them.

use super::common::rng::Rng;
use super::equations::held;
use super::{kinks, search};
use lowpoint::kernel::dataset::Dataset;
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::network::{Activation, Network, Neuron};
use lowpoint::kernel::number::dyadic;
use lowpoint::kernel::penalty::Penalty;
use lowpoint::kernel::problem::{Digests, Problem};
use lowpoint::search::enclose::Options;
use num_rational::BigRational as Q;

/// A point with residuals that make it stationary, and safely so on its kinks.
struct Planted {
    x: Vec<Vec<f64>>,
    y: Vec<Vec<f64>>,
    w: Vec<Vec<f64>>,
    h: Vec<Vec<f64>>,
    kinks: Vec<Vec<usize>>,
    negative: f64,
    decay: f64,
}

fn uniform(rng: &mut Rng) -> f64 {
    rng.range(-1000, 1000) as f64 / 1000.0
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn exact(values: &[f64]) -> Vec<Q> {
    values.iter().map(|v| dyadic(*v).unwrap()).collect()
}

impl Planted {
    /// No biases: `d` inputs, `m` neurons with up to `per_neuron` kinks each, `outputs` outputs.
    fn new(rng: &mut Rng, [d, m, outputs, per_neuron]: [usize; 4], negative: f64, decay: f64) -> Option<Self> {
        let integers = |rng: &mut Rng, n| (0..n).map(|_| rng.range(-4, 4) as f64).collect::<Vec<f64>>();
        let w: Vec<Vec<f64>> = (0..m).map(|_| integers(rng, d)).collect();
        let size = |w: &Vec<f64>| dot(w, w).sqrt();
        let h: Vec<Vec<f64>> = w
            .iter()
            .map(|w| {
                let h: Vec<f64> = (0..outputs).map(|_| rng.pick(&[-1.0, 1.0])).collect();
                let scale = if decay > 0.0 { size(w) / dot(&h, &h).sqrt() } else { 1.0 };
                h.iter().map(|h| h * scale).collect()
            })
            .collect();
        // Each kink is one neuron's and no multiple of another sample; all else is well off the kinks.
        let parallel = |a: &[f64], b: &[f64]| dot(a, b).powi(2) == dot(a, a) * dot(b, b);
        let mut x: Vec<Vec<f64>> = Vec::new();
        let mut kinks = vec![Vec::new(); m];
        for (i, own) in kinks.iter_mut().enumerate() {
            for _ in 0..per_neuron {
                // w_b e_a - w_a e_b is orthogonal to w.
                let (a, b) = (rng.below(d), rng.below(d));
                let mut on = vec![0.0; d];
                on[a] += w[i][b];
                on[b] -= w[i][a];
                let others = w.iter().enumerate().any(|(j, w)| j != i && dot(w, &on) == 0.0);
                if others || dot(&on, &on) == 0.0 || x.iter().any(|x| parallel(x, &on)) {
                    return None;
                }
                own.push(x.len());
                x.push(on);
            }
        }
        let count = x.len();
        for _ in 0..3 * (d + outputs) * m + 8 {
            let off = integers(rng, d);
            if w.iter().all(|w| dot(w, &off) != 0.0) && !x[..count].iter().any(|x| parallel(x, &off)) {
                x.push(off);
            }
        }
        let mut planted = Self { x, y: Vec::new(), w, h, kinks, negative, decay };
        let eps = planted.residuals(rng)?;
        let y = |k: usize| planted.outputs(k).iter().zip(&eps[k]).map(|(f, e)| f - e).collect();
        planted.y = (0..planted.x.len()).map(y).collect();
        Some(planted)
    }

    fn slope(&self, i: usize, k: usize) -> f64 {
        let z = dot(&self.w[i], &self.x[k]);
        if z > 0.0 {
            1.0
        } else if z < 0.0 {
            self.negative
        } else {
            0.0
        }
    }

    fn outputs(&self, k: usize) -> Vec<f64> {
        let mut f = vec![0.0; self.h[0].len()];
        for i in 0..self.w.len() {
            let value = self.slope(i, k) * dot(&self.w[i], &self.x[k]);
            f.iter_mut().zip(&self.h[i]).for_each(|(f, h)| *f += h * value);
        }
        f
    }

    /// Small residuals that solve all equations with multipliers well inside; they are linear in the residuals.
    fn residuals(&self, rng: &mut Rng) -> Option<Vec<Vec<f64>>> {
        let (n, outputs, d) = (self.x.len(), self.h[0].len(), self.x[0].len());
        let (be, ga) = ((1.0 + self.negative) / 2.0, (1.0 - self.negative) / 2.0);
        let size = 1e-2_f64.max(self.decay);
        let mut eps: Vec<Vec<f64>> = (0..n).map(|_| (0..outputs).map(|_| size * uniform(rng)).collect()).collect();
        let mut inside = vec![0.0; n];
        for (i, kinks) in self.kinks.iter().enumerate() {
            for &k in kinks {
                inside[k] = be + 0.8 * ga * uniform(rng);
                let grow = size * rng.range(500, 1000) as f64 / 1000.0;
                eps[k] = self.h[i].iter().map(|h| grow * h.signum()).collect();
            }
        }
        // Rows: derivatives along w_i and h_i; unknown are the residuals off the kinks.
        let free: Vec<usize> = (0..n).filter(|k| inside[*k] == 0.0).collect();
        let mut rows: Vec<(Vec<f64>, f64)> = Vec::new();
        let slope = |i: usize, k: usize| if self.kinks[i].contains(&k) { inside[k] } else { self.slope(i, k) };
        for i in 0..self.w.len() {
            for a in 0..d {
                let factor = |k: usize, j: usize| slope(i, k) * self.h[i][j] * self.x[k][a];
                rows.push(self.equation(&eps, &free, &factor, self.decay * self.w[i][a]));
            }
            for own in 0..outputs {
                let value = |k: usize| self.slope(i, k) * dot(&self.w[i], &self.x[k]);
                let factor = |k: usize, j: usize| if j == own { value(k) } else { 0.0 };
                rows.push(self.equation(&eps, &free, &factor, self.decay * self.h[i][own]));
            }
        }
        // w_i times the first equations is h_i times the second.
        let drop: Vec<usize> = (0..self.w.len()).map(|i| i * (d + outputs) + d + outputs - 1).collect();
        let rows: Vec<_> = rows.into_iter().enumerate().filter(|(r, _)| !drop.contains(r)).map(|(_, r)| r).collect();
        let change = shortest(&rows)?;
        for (at, v) in change.into_iter().enumerate() {
            eps[free[at / outputs]][at % outputs] += v;
        }
        Some(eps)
    }

    /// An equation in the free residuals: coefficients and what they must add up to.
    fn equation(
        &self,
        eps: &[Vec<f64>],
        free: &[usize],
        factor: &dyn Fn(usize, usize) -> f64,
        own: f64,
    ) -> (Vec<f64>, f64) {
        let outputs = eps[0].len();
        let all = (0..eps.len()).flat_map(|k| (0..outputs).map(move |j| (k, j)));
        let here: f64 = all.map(|(k, j)| factor(k, j) * eps[k][j]).sum::<f64>() + own;
        let of_free = free.iter().flat_map(|&k| (0..outputs).map(move |j| factor(k, j)));
        (of_free.collect(), -here)
    }

    /// The problem at a network near the point; with several outputs and no decay one weight of each neuron is kept.
    fn problem(&self, rng: &mut Rng, moved: f64) -> Problem {
        let near = |rng: &mut Rng, values: &[f64]| -> Fractions {
            let values: Vec<f64> = values.iter().map(|v| v + moved * uniform(rng)).collect();
            Fractions::from_rationals(exact(&values).iter())
        };
        let neuron =
            |rng: &mut Rng, (w, h): (&Vec<f64>, &Vec<f64>)| Neuron { input: near(rng, w), output: near(rng, h) };
        let neurons = self.w.iter().zip(&self.h).map(|n| neuron(rng, n)).collect();
        let negative = dyadic(self.negative).unwrap();
        let network = Network::new(Activation::leaky(negative), neurons, false, None).unwrap();
        let rows = |values: &[Vec<f64>]| values.iter().map(|r| exact(r)).collect::<Vec<_>>();
        let dataset = Dataset::new(&rows(&self.x), &rows(&self.y), None).unwrap();
        let [input, hidden_bias, output, output_bias] = [self.decay; 4].map(|l| dyadic(l).unwrap());
        let penalty = Penalty { input, hidden_bias, output, output_bias };
        Problem::new(dataset, network, Digests::default()).unwrap().with_penalty(penalty)
    }
}

/// The shortest solution of a few equations: A' (A A')^-1 b by elimination; `None` if they depend on each other.
fn shortest(rows: &[(Vec<f64>, f64)]) -> Option<Vec<f64>> {
    let n = rows.len();
    let mut a: Vec<Vec<f64>> =
        rows.iter().map(|(row, b)| rows.iter().map(|(other, _)| dot(row, other)).chain([*b]).collect()).collect();
    for p in 0..n {
        let best = (p..n).max_by(|&i, &j| a[i][p].abs().total_cmp(&a[j][p].abs()))?;
        a.swap(p, best);
        if a[p][p].abs() < 1e-6 {
            return None;
        }
        for i in (0..n).filter(|i| *i != p) {
            let factor = a[i][p] / a[p][p];
            (p..=n).for_each(|c| a[i][c] -= factor * a[p][c]);
        }
    }
    let mut v = vec![0.0; rows[0].0.len()];
    for (p, (row, _)) in rows.iter().enumerate() {
        v.iter_mut().zip(row).for_each(|(v, r)| *v += r * a[p][n] / a[p][p]);
    }
    Some(v)
}

/// Planted points of each kind.
const WANTED: usize = 20;

/// Finds planted points of one kind again; how many there were.
fn found_again(seed: u64, shape: [usize; 4], negative: f64, decay: f64) -> usize {
    let mut rng = Rng::new(seed);
    let mut planted_points = 0;
    for _ in 0..2000 {
        if planted_points == WANTED {
            break;
        }
        let Some(planted) = Planted::new(&mut rng, shape, negative, decay) else { continue };
        let problem = planted.problem(&mut rng, 1e-4);
        let found = search(&problem, &Options::default()).unwrap();
        let wanted: Vec<usize> = planted.kinks.iter().map(Vec::len).collect();
        assert_eq!(kinks(&found), wanted, "{shape:?} {negative} {decay}");
        let held = held(&problem, &found);
        // Residuals are a thousandth of the outputs: that many digits of theirs are rounding.
        assert!(held.residual < 1e-11, "{shape:?}: {}", held.residual);
        assert!(held.slack > 0.1, "{shape:?}: {}", held.slack);
        // The same function, up to the residuals' rounding: h w is what the scaling of a neuron leaves.
        assert!(found.seen.distance < 0.01, "{}", found.seen.distance);
        planted_points += 1;
    }
    planted_points
}

#[test]
fn planted_points_are_found_again() {
    for (seed, decay) in [(1, 0.0), (2, 1e-3), (3, 1e-2)] {
        for (shape, negative) in [([3, 2, 1, 1], 0.0), ([4, 2, 1, 2], 0.125), ([3, 1, 2, 1], 0.0), ([4, 2, 2, 1], 0.25)]
        {
            let count = found_again(seed, shape, negative, decay);
            println!("{shape:?} {negative} {decay}: {count}");
            assert_eq!(count, WANTED, "{shape:?} {negative} {decay}");
        }
    }
}
