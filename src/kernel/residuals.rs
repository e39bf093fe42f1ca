//! Residuals, activation signs and the loss (without weight decay) at one point of parameter space (THEORY 1).

use super::dataset::Dataset;
use super::linear::{Digits, Fractions};
use super::network::Network;
use super::samples::Samples;
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Losses of more bits are left unreduced: nobody reads them as a fraction, and the greatest common divisor is slow.
const MAX_REDUCED_BITS: u64 = 8192;

/// What the parameters make of the samples, exactly: the sign of every w_i.x_k, every error and the loss.
#[derive(Debug, Clone)]
pub struct Residuals {
    signs: Vec<Vec<Sign>>,
    errors: Vec<Vec<BigInt>>,
    error_denominator: BigInt,
    weights: Option<Fractions>,
    loss: BigRational,
    margins: Vec<Option<BigRational>>,
}

impl Residuals {
    /// Runs the network on the samples, in integer dot products. Cost: N m d digit products.
    pub fn new(dataset: &Dataset, samples: &Samples, network: &Network) -> Self {
        let coefficients = OutputCoefficients::new(network, samples.denominator());
        let outputs = network.output_count();
        let mut sums: Vec<Vec<BigInt>> = coefficients.bias.iter().map(|b| vec![b.clone(); samples.count()]).collect();
        sums.resize(outputs, vec![BigInt::zero(); samples.count()]);
        let mut signs = Vec::with_capacity(network.neurons().len());
        let mut margins = Vec::with_capacity(network.neurons().len());
        let norms: Vec<BigInt> = samples.rows().iter().map(|row| row.iter().map(Signed::abs).sum()).collect();
        for (neuron, slopes) in network.neurons().iter().zip(&coefficients.neurons) {
            let weights = Digits::new(neuron.input.numerators().iter());
            let mut row_signs = Vec::with_capacity(samples.count());
            let mut least = LeastRatio::default();
            for (k, (row, norm)) in samples.row_digits().iter().zip(&norms).enumerate() {
                let z = row.dot(&weights);
                row_signs.push(z.sign());
                least.see(&z, norm);
                for (sum, (positive, negative)) in sums.iter_mut().zip(slopes) {
                    let factor = if z.sign() == Sign::Plus { positive } else { negative };
                    if let (false, Some(slot)) = (factor.is_zero() || z.is_zero(), sum.get_mut(k)) {
                        *slot += factor * &z;
                    }
                }
            }
            signs.push(row_signs);
            // Rows and their norms share the samples' denominator; only the neuron's own remains.
            margins.push(least.0.map(|(z, norm)| BigRational::new_raw(z, norm * neuron.input.denominator())));
        }
        let (errors, error_denominator) = subtract_targets(dataset, sums, coefficients.denominator);
        let weights = dataset.weights().cloned();
        let loss = loss(&errors, &error_denominator, weights.as_ref());
        Self { signs, errors, error_denominator, weights, loss, margins }
    }

    /// Signs of w_i.x_k for all samples, for each neuron.
    pub fn signs(&self) -> &[Vec<Sign>] {
        &self.signs
    }

    /// L at this point, without weight decay.
    pub fn loss(&self) -> &BigRational {
        &self.loss
    }

    /// eps_k = c_k e_k of one output for all samples; the denominator is the same for all outputs.
    pub fn epsilon(&self, output: usize) -> Fractions {
        let errors = self.errors.get(output).map_or(&[][..], Vec::as_slice);
        let (numerators, denominator) = match &self.weights {
            Some(c) => (
                errors.iter().zip(c.numerators()).map(|(e, c)| e * c).collect(),
                c.denominator() * &self.error_denominator,
            ),
            None => (errors.to_vec(), self.error_denominator.clone()),
        };
        Fractions::new(numerators, denominator).unwrap_or_else(|| Fractions::zeros(errors.len()))
    }

    /// The sample weights c_k; `None` where all are 1.
    pub fn weights(&self) -> Option<&Fractions> {
        self.weights.as_ref()
    }

    /// sum_k c_k a_k^2.
    pub fn weighted_square(&self, a: &Fractions) -> BigRational {
        loss(&[a.numerators().to_vec()], a.denominator(), self.weights.as_ref()) * BigRational::from_integer(2.into())
    }

    /// The loss after adding `change[k] * step[j]` to output j on every sample k.
    pub fn loss_after(&self, change: &Fractions, step: &Fractions) -> BigRational {
        let stretch = change.denominator() * step.denominator();
        let add = |(row, s): (&Vec<BigInt>, &BigInt)| {
            let factor = s * &self.error_denominator;
            row.iter().zip(change.numerators()).map(|(e, c)| e * &stretch + c * &factor).collect()
        };
        let errors: Vec<Vec<BigInt>> = self.errors.iter().zip(step.numerators()).map(add).collect();
        loss(&errors, &(&self.error_denominator * &stretch), self.weights.as_ref())
    }

    /// min |w_i.x_k| / |x_k|_1 over the samples with w_i.x_k != 0, for each neuron: how far in sup-norm w_i may move
    /// with every strict sign weakly kept (T3). `None` where there is no such sample.
    pub fn margins(&self) -> &[Option<BigRational>] {
        &self.margins
    }
}

/// The least |z| / |x|_1 seen so far, compared in integers.
#[derive(Default)]
struct LeastRatio(Option<(BigInt, BigInt)>);

impl LeastRatio {
    fn see(&mut self, z: &BigInt, norm: &BigInt) {
        let smaller = match &self.0 {
            None => true,
            // Bit lengths settle all but the close cases.
            Some((best, best_norm)) => {
                z.bits() + best_norm.bits() <= best.bits() + norm.bits() + 1 && z.abs() * best_norm < best * norm
            }
        };
        if smaller && !z.is_zero() {
            self.0 = Some((z.abs(), norm.clone()));
        }
    }
}

/// h_ij a+- / (den_i den_x) for all i, j as integers over one denominator, so that outputs add up in integers.
struct OutputCoefficients {
    /// For each neuron and output the factors of z > 0 and z < 0.
    neurons: Vec<Vec<(BigInt, BigInt)>>,
    bias: Vec<BigInt>,
    denominator: BigInt,
}

impl OutputCoefficients {
    fn new(network: &Network, input_denominator: &BigInt) -> Self {
        let activation = network.activation();
        let mut all: Vec<BigRational> = Vec::new();
        for neuron in network.neurons() {
            for h in neuron.output.rationals() {
                let unit = divided(&h, neuron.input.denominator(), input_denominator);
                let times = |slope: &BigRational| match slope.is_zero() {
                    true => BigRational::zero(),
                    false => BigRational::new_raw(unit.numer() * slope.numer(), unit.denom() * slope.denom()),
                };
                all.push(times(&activation.positive));
                all.push(times(&activation.negative));
            }
        }
        let neuron_values = all.len();
        all.extend(network.output_bias().into_iter().flat_map(|b| b.rationals()));
        let scaled = Fractions::from_rationals(all.iter());
        let (units, bias) = scaled.numerators().split_at(neuron_values);
        let pairs: Vec<(BigInt, BigInt)> =
            units.chunks(2).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone()))).collect();
        Self {
            neurons: pairs.chunks(network.output_count()).map(<[_]>::to_vec).collect(),
            bias: bias.to_vec(),
            denominator: scaled.denominator().clone(),
        }
    }
}

/// h / (a b) with the short factors of h cancelled; a can be very long, and a full reduction is not needed.
fn divided(h: &BigRational, a: &BigInt, b: &BigInt) -> BigRational {
    if h.is_zero() {
        return BigRational::zero();
    }
    let common = h.numer().gcd(&(a % h.numer()));
    BigRational::new_raw(h.numer() / &common, a / &common * b * h.denom())
}

/// f - y over one common denominator for all outputs.
fn subtract_targets(dataset: &Dataset, outputs: Vec<Vec<BigInt>>, denominator: BigInt) -> (Vec<Vec<BigInt>>, BigInt) {
    let common = dataset.targets().iter().fold(denominator.clone(), |acc, y| acc.lcm(y.denominator()));
    let stretch = &common / &denominator;
    let difference = |(row, y): (Vec<BigInt>, &Fractions)| {
        let factor = &common / y.denominator();
        row.into_iter().zip(y.numerators()).map(|(f, y)| f * &stretch - y * &factor).collect()
    };
    let errors = outputs.into_iter().zip(dataset.targets()).map(difference).collect();
    (errors, common)
}

/// 1/2 sum_k c_k |e_k|^2 with e_k = errors / denominator.
fn loss(errors: &[Vec<BigInt>], denominator: &BigInt, weights: Option<&Fractions>) -> BigRational {
    let mut total = BigInt::zero();
    for row in errors {
        match weights {
            Some(c) => total += row.iter().zip(c.numerators()).map(|(e, c)| e * e * c).sum::<BigInt>(),
            None => total += row.iter().map(|e| e * e).sum::<BigInt>(),
        }
    }
    let weight_denominator = weights.map_or(BigInt::one(), |c| c.denominator().clone());
    let denominator: BigInt = denominator * denominator * weight_denominator * 2;
    match total.bits() + denominator.bits() {
        0..=MAX_REDUCED_BITS => BigRational::new(total, denominator),
        _ => BigRational::new_raw(total, denominator),
    }
}
