//! Where a neuron's slope form is least: the directions in which the loss rises least to first order.
//!
//! For u in a candidate set, each of largest entry 1, the slope of the loss along u is phi(u) = h_i . D_i(u). The set:
//! the rays of the kink classes' arrangement where these are few (for independent classes: the directions that move one
//! class and no other), the classes' inputs (evenly thinned out where they are many), and the coordinates; both signs.

use super::floats::{dot, largest};
use super::study::Study;
use crate::kernel::certificate::NeuronProof;
use num_rational::BigRational;

/// Most sets of classes of which rays are taken.
const MAX_SETS: usize = 2000;
/// Most inputs of kinks that are tried.
const MAX_INPUTS: usize = 200;
/// Below this share of its length a vector is taken for dependent.
const DEPENDENT: f64 = 1e-9;

/// phi of one neuron in floats.
pub struct Slopes {
    /// The neuron.
    pub neuron: usize,
    /// p.
    linear: Vec<f64>,
    /// kap_C and x_C, the latter with largest entry 1.
    bends: Vec<(f64, Vec<f64>)>,
}

/// A direction with its slope.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// u, largest entry 1.
    pub direction: Vec<f64>,
    /// phi(u).
    pub slope: f64,
    /// phi(-u).
    pub back: f64,
    /// What it is.
    pub name: String,
}

impl Candidate {
    fn is_parallel_to(&self, other: &Self) -> bool {
        is_parallel(&self.direction, &other.direction)
    }
}

/// Whether vectors of largest entry 1 are the same up to the sign.
fn is_parallel(a: &[f64], b: &[f64]) -> bool {
    let pairs = || a.iter().zip(b);
    pairs().all(|(a, b)| (a - b).abs() < DEPENDENT) || pairs().all(|(a, b)| (a + b).abs() < DEPENDENT)
}

impl Slopes {
    /// Of a neuron that was proved stationary and has kinks.
    pub fn new(study: &Study<'_>, i: usize) -> Option<Self> {
        if study.kinks.get(i)?.is_empty() {
            return None;
        }
        if study.exact().is_none() {
            return Some(Self::in_box(study, i));
        }
        let proof = study.proof(i)?;
        if !matches!(proof, NeuronProof::Scalar(_) | NeuronProof::Uniform { .. } | NeuronProof::Stationary(_)) {
            return None;
        }
        let form = study.evaluation.slope_form(i);
        let phi = form.combine(&study.evaluation.network().neurons().get(i)?.output);
        let to_float = |n: &num_bigint::BigInt, d: &num_bigint::BigInt| super::floats::ratio(n, d);
        let bends = phi.bends.iter().filter_map(|bend| {
            let most = bend.direction.iter().map(|v| v.magnitude()).max()?.clone().into();
            let kappa = super::floats::float(&BigRational::new_raw(&bend.kappa * &most, phi.scale.clone()));
            Some((kappa, bend.direction.iter().map(|v| to_float(v, &most)).collect()))
        });
        let bends = bends.collect();
        let linear = phi.linear.iter().map(|v| to_float(v, &phi.scale)).collect();
        Some(Self { neuron: i, linear, bends })
    }

    /// At the middle of a box, where kinks are those that the certificate states; with the derivative of the decay.
    fn in_box(study: &Study<'_>, i: usize) -> Self {
        let (above, below) = study.slopes;
        let mut linear: Vec<f64> = study.decay_of_inputs().zip(&study.inputs[i]).map(|(l, w)| l * w).collect();
        let mut bends: Vec<(f64, Vec<f64>)> = Vec::new();
        for (k, x) in study.rows.iter().enumerate() {
            let along: f64 = study.outputs[i].iter().zip(&study.epsilon).map(|(h, eps)| h * eps[k]).sum();
            let is_kink = study.kinks[i].binary_search(&k).is_ok();
            let slope = match study.sums[i][k] {
                _ if is_kink => (above + below) / 2.0,
                z if z > 0.0 => above,
                _ => below,
            };
            linear.iter_mut().zip(x).for_each(|(p, x)| *p += slope * along * x);
            let most = largest(x);
            if is_kink && most > 0.0 {
                let (kappa, x) = ((above - below) / 2.0 * along * most, x.iter().map(|v| v / most).collect::<Vec<_>>());
                match bends.iter_mut().find(|(_, other)| is_parallel(other, &x)) {
                    Some((sum, _)) => *sum += kappa,
                    None => bends.push((kappa, x)),
                }
            }
        }
        Self { neuron: i, linear, bends }
    }

    /// phi(u).
    fn value(&self, u: &[f64]) -> f64 {
        let (linear, bends) = (dot(&self.linear, u), self.bends.iter().map(|(kappa, x)| kappa * dot(x, u).abs()));
        let (sum, size) = bends.fold((linear, linear.abs()), |(sum, size), term| (sum + term, size + term.abs()));
        // What rounding leaves of zero is zero.
        if sum.abs() < DEPENDENT * size { 0.0 } else { sum }
    }

    /// The candidates of least slope that bend, at most `count`; of a direction and its opposite only the lesser.
    pub fn least(&self, count: usize) -> Vec<Candidate> {
        let every = self.bends.len().div_ceil(MAX_INPUTS).max(1);
        let inputs =
            self.bends.iter().step_by(every).map(|(_, x)| (x.clone(), "along the input of a kink".to_string()));
        let width = self.linear.len();
        let coordinates = (0..width).map(|a| {
            let mut u = vec![0.0; width];
            u[a] = 1.0;
            (u, format!("along input weight {a}"))
        });
        let all = self.rays().into_iter().chain(inputs).chain(coordinates);
        let mut found: Vec<Candidate> = all.filter_map(|(u, name)| self.candidate(&u, name)).collect();
        found.sort_by(|a, b| a.slope.total_cmp(&b.slope));
        let mut least: Vec<Candidate> = Vec::new();
        for candidate in found {
            if least.len() < count && !least.iter().any(|other| other.is_parallel_to(&candidate)) {
                least.push(candidate);
            }
        }
        least
    }

    /// A direction with its slope; `None` where it turns at no kink.
    fn candidate(&self, u: &[f64], name: String) -> Option<Candidate> {
        let length = largest(u);
        let u: Vec<f64> = u.iter().map(|v| v / length).collect();
        if !self.bends.iter().any(|(_, x)| dot(x, &u).abs() > DEPENDENT) {
            return None;
        }
        let opposite: Vec<f64> = u.iter().map(|v| -v).collect();
        let (slope, back) = (self.value(&u), self.value(&opposite));
        Some(match back < slope {
            true => Candidate { direction: opposite, slope: back, back: slope, name },
            false => Candidate { direction: u, slope, back, name },
        })
    }

    /// Directions in the classes' span that are orthogonal to as many independent classes as possible.
    fn rays(&self) -> Vec<(Vec<f64>, String)> {
        let vectors: Vec<&[f64]> = self.bends.iter().map(|(_, x)| x.as_slice()).collect();
        let rank = orthonormal(&vectors).len();
        if rank == 0 || combinations(vectors.len(), rank - 1).is_none_or(|sets| sets > MAX_SETS) {
            return Vec::new();
        }
        let name = match rank == vectors.len() {
            true => "turning at one kink alone",
            false => "a ray of the kinks' arrangement",
        };
        let mut rays = Vec::new();
        for set in subsets(vectors.len(), rank - 1) {
            let chosen: Vec<&[f64]> = set.iter().map(|&c| vectors[c]).collect();
            let basis = orthonormal(&chosen);
            let rest = (basis.len() == rank - 1).then(|| vectors.iter().find_map(|x| remainder(x, &basis)));
            rays.extend(rest.flatten().map(|u| (u, name.to_string())));
        }
        rays
    }
}

/// The part of `x` that is orthogonal to the basis; `None` where it is too small to be told from nothing.
fn remainder(x: &[f64], basis: &[Vec<f64>]) -> Option<Vec<f64>> {
    let mut rest = x.to_vec();
    // Twice: the first pass leaves rounding errors of the size of x.
    for b in basis.iter().chain(basis) {
        let part = dot(&rest, b);
        rest.iter_mut().zip(b).for_each(|(r, b)| *r -= part * b);
    }
    (dot(&rest, &rest) > DEPENDENT * DEPENDENT * dot(x, x)).then_some(rest)
}

fn orthonormal(vectors: &[&[f64]]) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for x in vectors {
        if let Some(mut rest) = remainder(x, &basis) {
            let length = dot(&rest, &rest).sqrt();
            rest.iter_mut().for_each(|r| *r /= length);
            basis.push(rest);
        }
    }
    basis
}

/// n over k, where it is no overflow.
fn combinations(n: usize, k: usize) -> Option<usize> {
    (0..k).try_fold(1usize, |c, a| c.checked_mul(n - a).map(|c| c / (a + 1)))
}

/// The subsets of 0..n of k members, in order.
fn subsets(n: usize, k: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..k {
        let grow = |set: Vec<usize>| {
            let next = set.last().map_or(0, |last| last + 1);
            (next..n).map(move |c| set.iter().copied().chain([c]).collect::<Vec<_>>())
        };
        all = all.into_iter().flat_map(grow).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// |u1| + |u2| - |u1 + u2| / 2 as a form.
    fn mixed() -> Slopes {
        let bends = vec![(1.0, vec![1.0, 0.0]), (1.0, vec![0.0, 1.0]), (-0.5, vec![1.0, 1.0])];
        Slopes { neuron: 0, linear: vec![0.0, 0.0], bends }
    }

    #[test]
    fn the_least_slope_is_on_a_ray() {
        let found = mixed().least(9);
        assert_eq!(found[0].direction.iter().map(|v| v.abs()).collect::<Vec<_>>(), [0.0, 1.0]);
        assert_eq!((found[0].slope, found[0].back), (0.5, 0.5));
        assert_eq!(found.last().unwrap().slope, 2.0);
        assert_eq!(found.len(), 4, "two axes and two diagonals, each once: {found:?}");
        assert_eq!(mixed().least(2).len(), 2);
    }

    #[test]
    fn subsets_are_counted_rightly() {
        assert_eq!(subsets(5, 2).len(), combinations(5, 2).unwrap());
        assert_eq!(subsets(4, 0), [Vec::<usize>::new()]);
        assert_eq!(combinations(usize::MAX, 2), None);
    }
}
