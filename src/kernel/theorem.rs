//! What the kernel accepted. Only `check` makes one.

use super::certificate::{BiasStep, Curvature, Region, RestsOn, Shape};
use super::claim::Claim;
use super::penalty::Penalty;
use num_rational::BigRational;

/// An accepted claim with the facts that were checked on the way. There is no public constructor.
#[derive(Debug, Clone)]
pub struct Theorem {
    pub(super) claim: Claim,
    pub(super) shape: Shape,
    pub(super) penalty: Penalty,
    pub(super) loss: BigRational,
    pub(super) model_loss: BigRational,
    pub(super) model_size: BigRational,
    pub(super) bias: BiasStep,
    pub(super) region: Option<Region>,
    pub(super) neurons: Vec<NeuronFact>,
    pub(super) curvature: Curvature,
    pub(super) enclosed: Option<Enclosed>,
}

/// What is known of a point that is proved to exist in a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosed {
    /// L there is at least this.
    pub loss_below: BigRational,
    /// The largest radius of the box among the parameters.
    pub radius: BigRational,
}

/// What was proved of one neuron.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeuronFact {
    /// Number of samples on its kink.
    pub kinks: usize,
    /// The judgement.
    pub status: Status,
    /// How it was reached.
    pub route: Option<Route>,
    /// For `multipliers`, `matrix` and `cells`: the least share of a convex class that is left over, 1 - |lam_C| for C2.
    pub margin: Option<BigRational>,
}

/// The judgement on one neuron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Stationary and no escape neuron.
    Safe,
    /// Safe, and its activation is zero on every sample near the point.
    Dead,
    /// Safe, and at zero because of weight decay.
    Zero,
    /// Stationary; whether it is an escape neuron is not claimed.
    Stationary,
    /// h_i = 0 and D_i is not zero identically.
    Escape,
    /// The loss falls in a direction of this neuron's weights.
    NotStationary,
    /// Nothing is claimed.
    Undetermined,
}

impl Status {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Dead => "dead",
            Self::Zero => "zero",
            Self::Stationary => "stationary",
            Self::Escape => "escape",
            Self::NotStationary => "not-stationary",
            Self::Undetermined => "undetermined",
        }
    }
}

/// The rule that settled a slope form (THEORY 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// D_i = 0 identically.
    ZeroForm,
    /// No kinks.
    C1,
    /// Convex kinks with multipliers.
    C2,
    /// Components.
    C4,
    /// Rays.
    C5,
    /// A matrix for all signs of the concave kinks.
    C6,
    /// Cells.
    C7,
    /// A box.
    Box,
}

impl Route {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::ZeroForm => "zero-form",
            Self::C1 => "C1",
            Self::C2 => "C2",
            Self::C4 => "C4",
            Self::C5 => "C5",
            Self::C6 => "C6",
            Self::C7 => "C7",
            Self::Box => "box",
        }
    }
}

impl Theorem {
    /// What is proved.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// Sizes of the problem.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The weight decay.
    pub fn penalty(&self) -> &Penalty {
        &self.penalty
    }

    /// What the verdict rests on.
    pub fn rests_on(&self) -> RestsOn {
        if self.enclosed.is_some() { RestsOn::Intervals } else { RestsOn::Exact }
    }

    /// For a point that is proved to exist in a box: what is known of it.
    pub fn enclosed(&self) -> Option<&Enclosed> {
        self.enclosed.as_ref()
    }

    /// L with weight decay at the certified point.
    /// For a point that is proved to exist in a box, an upper bound.
    pub fn loss(&self) -> &BigRational {
        &self.loss
    }

    /// The largest of the model's own parameters, in absolute value: what a distance is to be compared with.
    pub fn model_size(&self) -> &BigRational {
        &self.model_size
    }

    /// What holds of the derivative along the output bias, sum_k eps_k without weight decay.
    pub fn bias(&self) -> BiasStep {
        self.bias
    }

    /// L with weight decay at the model's own parameters.
    pub fn model_loss(&self) -> &BigRational {
        &self.model_loss
    }

    /// What holds of the second order, where the verdict rests on it.
    pub fn curvature(&self) -> &Curvature {
        &self.curvature
    }

    /// Where a local minimum's inequality holds; `None` for one by the second order, which states no size.
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// One fact for each neuron.
    pub fn neurons(&self) -> &[NeuronFact] {
        &self.neurons
    }
}
