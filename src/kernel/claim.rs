//! What can be claimed of a problem, and the words a reader sees.

use super::number::{Rounding, format_decimal};
use num_rational::BigRational;
use num_traits::Zero;
use std::fmt;

/// The closed list of claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The parameters are a local minimum of L (T3, T4).
    LocalMinimum,
    /// The parameters are stationary and not a local minimum of L (T3).
    Saddle,
    /// Some direction at the parameters has a negative derivative of L (T2).
    NotStationary,
    /// Some point within the sup-distance is a local minimum of L.
    LocalMinimumNearby(BigRational),
    /// Some point within the sup-distance is a saddle of L.
    SaddleNearby(BigRational),
}

/// A claim without its numbers: what a user asks for and a verdict says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// See [`Claim::LocalMinimum`].
    LocalMinimum,
    /// See [`Claim::Saddle`].
    Saddle,
    /// See [`Claim::NotStationary`].
    NotStationary,
    /// See [`Claim::LocalMinimumNearby`].
    LocalMinimumNearby,
    /// See [`Claim::SaddleNearby`].
    SaddleNearby,
}

impl Verdict {
    /// All verdicts, in the order of the documentation.
    pub const ALL: [Self; 5] =
        [Self::LocalMinimum, Self::Saddle, Self::NotStationary, Self::LocalMinimumNearby, Self::SaddleNearby];

    /// The name used on the command line, in reports and in certificates.
    pub fn name(self) -> &'static str {
        match self {
            Self::LocalMinimum => "local-minimum",
            Self::Saddle => "saddle",
            Self::NotStationary => "not-stationary",
            Self::LocalMinimumNearby => "local-minimum-nearby",
            Self::SaddleNearby => "saddle-nearby",
        }
    }

    /// The verdict of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.name() == name)
    }

    /// Whether it speaks of a point near the parameters instead of the parameters themselves.
    pub fn is_nearby(self) -> bool {
        matches!(self, Self::LocalMinimumNearby | Self::SaddleNearby)
    }

    /// The claim with this verdict; `distance` is used by the nearby ones.
    pub fn claim(self, distance: BigRational) -> Claim {
        match self {
            Self::LocalMinimum => Claim::LocalMinimum,
            Self::Saddle => Claim::Saddle,
            Self::NotStationary => Claim::NotStationary,
            Self::LocalMinimumNearby => Claim::LocalMinimumNearby(distance),
            Self::SaddleNearby => Claim::SaddleNearby(distance),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Claim {
    /// The claim without its numbers.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::LocalMinimum => Verdict::LocalMinimum,
            Self::Saddle => Verdict::Saddle,
            Self::NotStationary => Verdict::NotStationary,
            Self::LocalMinimumNearby(_) => Verdict::LocalMinimumNearby,
            Self::SaddleNearby(_) => Verdict::SaddleNearby,
        }
    }

    /// The sup-distance of a nearby claim; zero for the others.
    pub fn distance(&self) -> BigRational {
        match self {
            Self::LocalMinimumNearby(r) | Self::SaddleNearby(r) => r.clone(),
            _ => BigRational::zero(),
        }
    }
}

/// The claim in words; a distance is printed as an upper bound.
impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let near = |f: &mut fmt::Formatter<'_>, r: &BigRational, what: &str| {
            let r = format_decimal(r, 6, Rounding::Up);
            write!(f, "some point within sup-distance {r} of the parameters is {what}")
        };
        match self {
            Self::LocalMinimum => f.write_str("the parameters are a local minimum of the loss"),
            Self::Saddle => f.write_str("the parameters are stationary but not a local minimum of the loss"),
            Self::NotStationary => f.write_str("the parameters are not stationary: the loss falls in some direction"),
            Self::LocalMinimumNearby(r) => near(f, r, "a local minimum of the loss"),
            Self::SaddleNearby(r) => near(f, r, "stationary but not a local minimum of the loss"),
        }
    }
}
