//! The slope form D_i of one neuron and its potential G(w_i) (THEORY 1 and 2), in integers.

use super::linear::{Digits, Fractions, dot};
use super::network::{Activation, Network};
use super::residuals::Residuals;
use super::samples::Samples;
use num_bigint::{BigInt, Sign};
use num_traits::{Signed, Zero};
use std::collections::BTreeMap;

/// The residuals of each output times the slope of each side, in digit planes, shared by all neurons.
#[derive(Debug, Clone)]
pub struct SlopedResiduals {
    residuals: Vec<Vec<BigInt>>,
    /// For each output: the planes for w.x > 0, w.x < 0 and w.x = 0.
    sides: Vec<[Digits; 3]>,
    slope_difference: BigInt,
    /// Twice the slopes' common denominator times that of the residuals.
    scale: BigInt,
}

impl SlopedResiduals {
    /// Multiplies the residuals with twice the slopes a+, a- and be, over the slopes' common denominator.
    pub fn new(residuals: &Residuals, activation: &Activation, output_count: usize) -> Self {
        let positive = activation.positive.numer() * activation.negative.denom();
        let negative = activation.negative.numer() * activation.positive.denom();
        let times = |eps: &[BigInt], factor: &BigInt| {
            let scaled: Vec<BigInt> = eps.iter().map(|e| e * factor).collect();
            Digits::new(scaled.iter())
        };
        let denominator = activation.positive.denom() * activation.negative.denom();
        let scale = denominator * 2 * residuals.epsilon(0).denominator();
        let residuals: Vec<Vec<BigInt>> =
            (0..output_count).map(|j| residuals.epsilon(j).numerators().to_vec()).collect();
        let (twice_positive, twice_negative, sum) = (&positive * 2, &negative * 2, &positive + &negative);
        let side = |eps: &Vec<BigInt>| [times(eps, &twice_positive), times(eps, &twice_negative), times(eps, &sum)];
        let sides = residuals.iter().map(side).collect();
        Self { sides, slope_difference: positive - negative, scale, residuals }
    }
}

/// Kinks of one neuron whose inputs are parallel: x_k = t_k x_C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KinkClass {
    /// x_C, a primitive integer vector.
    pub direction: Vec<BigInt>,
    /// kap_C of each output times the form's scale, length J.
    pub kappa: Vec<BigInt>,
}

/// scale * D_i(u) = linear . u + sum_C kappa_C |u . x_C| for each output, all in integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlopeForm {
    /// The samples with w_i.x_k = 0, ascending.
    pub kinks: Vec<usize>,
    /// The positive factor that makes the form integral, the same for all neurons.
    pub scale: BigInt,
    /// For each output the vector p of THEORY 2 times the scale, length d.
    pub linear: Vec<Vec<BigInt>>,
    /// The classes of parallel kinks, by their first sample. Kinks with x_k = 0 never bend and are left out.
    pub classes: Vec<KinkClass>,
    /// G(w_i) of each output times the scale and the denominator of w_i.
    pub potential: Vec<BigInt>,
}

impl SlopeForm {
    /// The slope form of neuron `i`. Cost: J N d digit products.
    pub fn new(
        samples: &Samples,
        residuals: &Residuals,
        sloped: &SlopedResiduals,
        network: &Network,
        i: usize,
    ) -> Self {
        let signs = residuals.signs().get(i).map_or(&[][..], Vec::as_slice);
        let side = |k: usize| match signs.get(k) {
            Some(Sign::Plus) => 0,
            Some(Sign::Minus) => 1,
            _ => 2,
        };
        let linear: Vec<Vec<BigInt>> = sloped
            .sides
            .iter()
            .map(|sides| {
                let [positive, negative, kink] = sides;
                let chosen = Digits::select(&[positive, negative, kink], side);
                samples.column_digits().iter().map(|column| chosen.dot(column)).collect()
            })
            .collect();
        let kinks: Vec<usize> = (0..samples.count()).filter(|&k| side(k) == 2).collect();
        let classes = kink_classes(samples, sloped, &kinks);
        // The kinks' part of p is orthogonal to w, so G(w) = p . w exactly.
        let weights = network.neurons().get(i).map_or(&[][..], |n| n.input.numerators());
        let potential = linear.iter().map(|p| dot(p, weights)).collect();
        let scale = &sloped.scale * samples.denominator();
        Self { kinks, scale, linear, classes, potential }
    }

    /// scale * D_i(u) of each output, for an integer direction u of length d.
    pub fn evaluate(&self, u: &[BigInt]) -> Vec<BigInt> {
        let mut values: Vec<BigInt> = self.linear.iter().map(|p| dot(p, u)).collect();
        for class in &self.classes {
            let bend = dot(&class.direction, u).abs();
            if !bend.is_zero() {
                values.iter_mut().zip(&class.kappa).for_each(|(v, kappa)| *v += kappa * &bend);
            }
        }
        values
    }

    /// Whether D_i = 0 identically: p = 0 and every kap_C = 0 for every output (functions |u.x_C| of non-parallel
    /// x_C are linearly independent, THEORY 2).
    pub fn is_zero(&self) -> bool {
        self.linear.iter().flatten().all(Zero::is_zero)
            && self.classes.iter().all(|c| c.kappa.iter().all(Zero::is_zero))
    }

    /// The scalar form phi = h . D_i for a vector h of length J; one kappa for each class, zeros kept.
    pub fn combine(&self, h: &Fractions) -> ScalarForm<'_> {
        let (scale, h) = (&self.scale * h.denominator(), h.numerators());
        let width = self.linear.first().map_or(0, Vec::len);
        let mut linear = vec![BigInt::zero(); width];
        for (p, c) in self.linear.iter().zip(h).filter(|(_, c)| !c.is_zero()) {
            linear.iter_mut().zip(p).for_each(|(sum, v)| *sum += v * c);
        }
        let bends = self.classes.iter().map(|class| Bend { kappa: dot(&class.kappa, h), direction: &class.direction });
        ScalarForm { scale, linear, bends: bends.collect() }
    }
}

/// One term kappa |u . direction| of a scalar form.
#[derive(Debug, Clone)]
pub struct Bend<'a> {
    /// scale * kap_C: positive is convex, negative concave.
    pub kappa: BigInt,
    /// x_C.
    pub direction: &'a [BigInt],
}

/// scale * phi(u) = linear . u + sum_C kappa_C |u . x_C| (THEORY 2), all in integers.
#[derive(Debug, Clone)]
pub struct ScalarForm<'a> {
    /// Positive.
    pub scale: BigInt,
    /// scale * p.
    pub linear: Vec<BigInt>,
    /// The classes, in the order of [`SlopeForm::classes`].
    pub bends: Vec<Bend<'a>>,
}

impl<'a> ScalarForm<'a> {
    /// The form of some classes with the share `share / denominator` of p; classes out of range are left out.
    pub fn part(&self, classes: &[usize], share: &[BigInt], denominator: &BigInt) -> ScalarForm<'a> {
        let bend = |b: &Bend<'a>| Bend { kappa: &b.kappa * denominator, direction: b.direction };
        ScalarForm {
            scale: &self.scale * denominator,
            linear: share.iter().map(|v| v * &self.scale).collect(),
            bends: classes.iter().filter_map(|&c| self.bends.get(c)).map(bend).collect(),
        }
    }

    /// scale * phi(u).
    pub fn value(&self, u: &[BigInt]) -> BigInt {
        let bends = self.bends.iter().filter(|b| !b.kappa.is_zero());
        dot(&self.linear, u) + bends.map(|b| &b.kappa * dot(b.direction, u).abs()).sum::<BigInt>()
    }
}

fn kink_classes(samples: &Samples, sloped: &SlopedResiduals, kinks: &[usize]) -> Vec<KinkClass> {
    let mut places: BTreeMap<Vec<BigInt>, usize> = BTreeMap::new();
    let mut classes: Vec<KinkClass> = Vec::new();
    for &k in kinks {
        let Some((factor, direction)) = samples.primitive(k) else { continue };
        let weight = factor.abs() * &sloped.slope_difference;
        let place = *places.entry(direction).or_insert_with_key(|direction| {
            let kappa = vec![BigInt::zero(); sloped.residuals.len()];
            classes.push(KinkClass { direction: direction.clone(), kappa });
            classes.len() - 1
        });
        let Some(class) = classes.get_mut(place) else { continue };
        for (kappa, eps) in class.kappa.iter_mut().zip(&sloped.residuals) {
            *kappa += eps.get(k).map_or_else(BigInt::zero, |e| e * &weight);
        }
    }
    classes
}
