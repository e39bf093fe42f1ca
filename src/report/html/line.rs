//! The loss along a line through the certified point, as an increment over the certified loss.

use super::floats::dot;
use super::study::Study;

/// A direction in parameter space; what is not named stays.
#[derive(Debug, Clone, Default)]
pub struct Direction {
    /// Neurons with their u_i and g_i.
    pub neurons: Vec<(usize, Vec<f64>, Vec<f64>)>,
    /// That of the output bias; empty where it stays.
    pub bias: Vec<f64>,
}

/// The certified point with a direction.
pub struct Line<'a> {
    study: &'a Study<'a>,
    direction: &'a Direction,
    /// u_i.x_k for each moved neuron.
    moves: Vec<Vec<f64>>,
}

impl<'a> Line<'a> {
    /// Prepares the line.
    pub fn new(study: &'a Study<'a>, direction: &'a Direction) -> Self {
        let moved = |u: &[f64]| study.rows.iter().map(|row| dot(u, row)).collect();
        Self { study, direction, moves: direction.neurons.iter().map(|(_, u, _)| moved(u)).collect() }
    }

    /// L(P + t D) - L(P), from the exact residuals and the change of the outputs: no two losses are subtracted.
    pub fn increment(&self, t: f64) -> f64 {
        let (study, outputs) = (self.study, self.study.bias.len());
        let mut change = vec![0.0; outputs];
        let mut total = study.decay_of_bias(self.direction.bias.iter().map(|d| t * d));
        for (i, u, g) in &self.direction.neurons {
            total += study.decay_of_neuron(*i, u.iter().map(|u| t * u), g.iter().map(|g| t * g));
        }
        for k in 0..study.samples() {
            change.fill(0.0);
            change.iter_mut().zip(&self.direction.bias).for_each(|(f, d)| *f = t * d);
            for ((i, _, g), moves) in self.direction.neurons.iter().zip(&self.moves) {
                let (z, v) = (study.sums[*i][k], t * moves[k]);
                let (bend, after) = (self.bend(z, v), t * study.rho(z + v));
                for ((f, h), g) in change.iter_mut().zip(&study.outputs[*i]).zip(g) {
                    *f += h * bend + g * after;
                }
            }
            let weight = study.weights.as_ref().map_or(1.0, |c| c[k]);
            for (f, epsilon) in change.iter().zip(&study.epsilon) {
                total += f * epsilon[k] + 0.5 * weight * f * f;
            }
        }
        total
    }

    /// rho(z + v) - rho(z), without cancellation where the sign stays.
    fn bend(&self, z: f64, v: f64) -> f64 {
        let slope = |z: f64| if z >= 0.0 { self.study.slopes.0 } else { self.study.slopes.1 };
        match z {
            0.0 => slope(v) * v,
            _ if (z > 0.0) == (z + v > 0.0) => slope(z) * v,
            _ => slope(z + v) * (z + v) - slope(z) * z,
        }
    }

    /// Where in (-reach, reach), zero excluded, a neuron's sign changes on some sample: the loss has a kink there.
    pub fn breaks(&self, reach: f64) -> Vec<f64> {
        let moved = self.direction.neurons.iter().zip(&self.moves);
        let crossings = moved.flat_map(|((i, _, _), moves)| self.study.sums[*i].iter().zip(moves));
        let mut breaks: Vec<f64> = crossings.filter(|(z, v)| **z != 0.0 && **v != 0.0).map(|(z, v)| -z / v).collect();
        breaks.retain(|t| t.abs() < reach);
        breaks.sort_by(f64::total_cmp);
        breaks
    }

    /// Points (t, increment) for t from `from` to `to`: `count` of them evenly, 0 and the breaks next to it.
    pub fn curve(&self, from: f64, to: f64, count: usize) -> Vec<(f64, f64)> {
        let mut at: Vec<f64> = (0..count).map(|n| from + (to - from) * n as f64 / (count - 1) as f64).collect();
        let breaks = self.breaks(from.abs().max(to.abs()));
        // Thinned out evenly: a kink between two points of the curve is not seen at this size.
        let every = breaks.len().div_ceil(count).max(1);
        at.extend(breaks.into_iter().step_by(every).filter(|t| (from..=to).contains(t)));
        at.push(0.0);
        at.sort_by(f64::total_cmp);
        at.dedup();
        at.into_iter().map(|t| (t, self.increment(t))).filter(|(_, y)| y.is_finite()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::certificate::{
        BiasStep, Certificate, Curvature, Evidence, Header, NeuronProof, NeuronStep, Point, Shape,
    };
    use crate::kernel::dataset::Dataset;
    use crate::kernel::evaluation::Evaluation;
    use crate::kernel::linear::Fractions;
    use crate::kernel::network::{Activation, Network, Neuron};
    use crate::kernel::penalty::Penalty;
    use crate::kernel::problem::Digests;
    use crate::kernel::residuals::Residuals;
    use crate::kernel::samples::Samples;
    use crate::report::html::floats::float;
    use num_rational::BigRational;

    fn quarters(values: &[i64]) -> Vec<BigRational> {
        values.iter().map(|&v| BigRational::new(v.into(), 4.into())).collect()
    }

    fn network(parameters: [&[i64]; 5]) -> Network {
        let [w0, h0, w1, h1, b] = parameters.map(|p| Fractions::from_rationals(&quarters(p)));
        let neurons = vec![Neuron { input: w0, output: h0 }, Neuron { input: w1, output: h1 }];
        Network::new(Activation::leaky(BigRational::new(1.into(), 10.into())), neurons, true, Some(b)).unwrap()
    }

    fn penalty() -> Penalty {
        let [input, hidden_bias, output, output_bias] = [3, 1, 5, 2].map(|n| BigRational::from_integer(n.into()));
        Penalty { input, hidden_bias, output, output_bias }
    }

    /// The kinks of the two neurons: samples 0 and 2.
    fn open(activation: &Activation) -> Certificate {
        let shape = Shape { samples: 4, inputs: 1, outputs: 2, neurons: 2, hidden_bias: true, output_bias: true };
        let step = |k: usize| NeuronStep { kinks: vec![k], proof: NeuronProof::Open };
        Certificate {
            header: Header { digests: Digests::default(), shape, activation: activation.clone(), penalty: penalty() },
            point: Point::default(),
            region: None,
            bias: BiasStep::Balanced,
            neurons: vec![step(0), step(2)],
            curvature: Curvature::Absent,
        }
    }

    #[test]
    fn increments_are_differences_of_exact_losses() {
        let (x, y) = (
            [&[4], &[-8], &[2], &[12]].map(|r| quarters(r)),
            [&[1, 2], &[0, -9], &[5, 5], &[-3, 8]].map(|r| quarters(r)),
        );
        let dataset = Dataset::new(&x, &y, Some(&quarters(&[4, 1, 6, 3]))).unwrap();
        let samples = Samples::new(&dataset, true);
        let point = network([&[4, -4], &[3, -2], &[-8, 4], &[1, 6], &[2, -1]]);
        let certificate = Evidence::Exact(open(point.activation()));
        let study = Study::new(Evaluation::new(&dataset, &samples, point.clone()), &certificate);
        assert_eq!((study.sums[0][0], study.sums[1][2]), (0.0, 0.0));
        // One quarter of u, g and d at t = 1, as below.
        let quarter = |v: &[f64]| v.iter().map(|v| v / 4.0).collect::<Vec<f64>>();
        let direction = Direction {
            neurons: vec![
                (0, quarter(&[2.0, 1.0]), quarter(&[-1.0, 3.0])),
                (1, quarter(&[-3.0, 2.0]), quarter(&[2.0, 1.0])),
            ],
            bias: quarter(&[1.0, -2.0]),
        };
        let line = Line::new(&study, &direction);
        for t in [-7, -2, -1, 0, 1, 3, 9] {
            let moved = network([
                &[4 + 2 * t, -4 + t],
                &[3 - t, -2 + 3 * t],
                &[-8 - 3 * t, 4 + 2 * t],
                &[1 + 2 * t, 6 + t],
                &[2 + t, -1 - 2 * t],
            ]);
            let loss = |residuals: &Residuals, at: &Network| penalty().added_to(residuals.loss(), at);
            let residuals = Residuals::new(&dataset, &samples, &moved);
            let change = loss(&residuals, &moved) - loss(study.evaluation.residuals(), &point);
            let (exact, found) = (float(&change), line.increment(t as f64));
            assert!((exact - found).abs() <= 1e-12 * exact.abs(), "{t}: {exact} {found}");
        }
        let breaks = line.breaks(100.0);
        assert!(!breaks.is_empty() && breaks.iter().all(|t| *t != 0.0), "{breaks:?}");
        assert!(line.curve(-1.0, 1.0, 9).contains(&(0.0, 0.0)));
    }
}
