//! Weight decay as training libraries take it, in the scale of L = 1/2 sum_k c_k |e_k|^2.

use crate::kernel::number::parse_rational;
use crate::kernel::penalty::Penalty;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// The weight decay that a model was trained with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Decay {
    /// None.
    #[default]
    None,
    /// PyTorch's `weight_decay` beside `MSELoss`, the mean over samples and outputs: the loss
    /// 1/(N J) sum_k c_k |e_k|^2 + rate/2 |theta|^2.
    Torch {
        /// The optimiser's `weight_decay`.
        rate: BigRational,
        /// The decayed parameters.
        decayed: Decayed,
    },
    /// scikit-learn's `MLPRegressor`: the loss 1/(2N) sum_k c_k |e_k|^2 + alpha/(2N) (|W|^2 + |h|^2).
    Sklearn {
        /// The regressor's `alpha`.
        alpha: BigRational,
    },
}

/// Which parameters PyTorch's optimiser decays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Decayed {
    /// All, as it does unless told otherwise.
    #[default]
    All,
    /// The weights, not the biases.
    Weights,
}

impl Decayed {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::All, Self::Weights];

    /// The value of `--decay`.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Weights => "weights",
        }
    }

    /// The choice of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decayed| decayed.name() == name)
    }
}

impl Decay {
    /// The decay of the options `--weight-decay`, `--decay` and `--sklearn-alpha`.
    pub fn new(
        weight_decay: Option<BigRational>,
        decayed: Option<Decayed>,
        sklearn_alpha: Option<BigRational>,
    ) -> Result<Self, &'static str> {
        match (weight_decay, decayed, sklearn_alpha) {
            (Some(_), _, Some(_)) => Err("`--weight-decay` and `--sklearn-alpha` exclude each other"),
            (None, Some(_), _) => Err("`--decay` says which parameters `--weight-decay` decays, and needs it"),
            (Some(rate), decayed, None) => Ok(Self::Torch { rate, decayed: decayed.unwrap_or_default() }),
            (None, None, Some(alpha)) => Ok(Self::Sklearn { alpha }),
            (None, None, None) => Ok(Self::None),
        }
    }

    /// The penalty in the scale of L, for N samples and J outputs.
    ///
    /// L is N J/2 times PyTorch's loss, so that rate/2 becomes N J rate/4 = 1/2 (N J rate/2), and N times scikit-learn's.
    pub fn penalty(&self, samples: usize, outputs: usize) -> Penalty {
        let zero = BigRational::zero;
        match self {
            Self::None => Penalty::none(),
            Self::Torch { rate, decayed } => {
                let scale = BigRational::new(BigInt::from(samples) * BigInt::from(outputs), 2.into());
                let weights = rate * scale;
                let biases = if *decayed == Decayed::All { weights.clone() } else { zero() };
                Penalty { input: weights.clone(), hidden_bias: biases.clone(), output: weights, output_bias: biases }
            }
            Self::Sklearn { alpha } => {
                Penalty { input: alpha.clone(), hidden_bias: zero(), output: alpha.clone(), output_bias: zero() }
            }
        }
    }
}

/// Reads a rate of decay: a number of at least 0.
pub fn parse_rate(text: &str) -> Result<BigRational, String> {
    match parse_rational(text).map_err(|e| e.to_string())? {
        rate if rate.is_negative() => Err("expected a number of at least 0".into()),
        rate => Ok(rate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rational(p: i64, q: i64) -> BigRational {
        BigRational::new(p.into(), q.into())
    }

    #[test]
    fn libraries_losses_are_brought_to_the_scale_of_l() {
        let rate = rational(1, 100);
        // N = 7, J = 3: L is 21/2 times the mean.
        let all = Decay::new(Some(rate.clone()), None, None).unwrap().penalty(7, 3);
        let coefficient = rational(21, 200);
        assert_eq!(all.coefficients(), [&coefficient; 4]);
        let weights = Decay::new(Some(rate.clone()), Some(Decayed::Weights), None).unwrap().penalty(7, 3);
        let zero = rational(0, 1);
        assert_eq!(weights.coefficients(), [&coefficient, &zero, &coefficient, &zero]);
        let sklearn = Decay::new(None, None, Some(rate.clone())).unwrap().penalty(7, 3);
        assert_eq!(sklearn.coefficients(), [&rate, &zero, &rate, &zero]);
        assert!(Decay::new(Some(zero), None, None).unwrap().penalty(7, 3).is_none());
    }

    #[test]
    fn options_exclude_and_need_each_other() {
        let one = || Some(rational(1, 1));
        assert!(Decay::new(one(), None, one()).unwrap_err().contains("exclude each other"));
        assert!(Decay::new(None, Some(Decayed::All), None).unwrap_err().contains("needs it"));
        assert!(Decay::new(None, Some(Decayed::All), one()).unwrap_err().contains("needs it"));
        assert_eq!(Decay::new(None, None, None), Ok(Decay::None));
    }

    #[test]
    fn rates_are_not_negative() {
        assert_eq!(parse_rate("1e-4"), Ok(rational(1, 10000)));
        assert_eq!(parse_rate("1/100"), parse_rate("0.01"));
        assert_eq!(parse_rate("-0.0"), Ok(rational(0, 1)));
        assert_eq!(parse_rate("-1/100").unwrap_err(), "expected a number of at least 0");
        assert!(parse_rate("2/4").unwrap_err().contains("lowest terms"));
    }
}
