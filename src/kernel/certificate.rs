//! A certificate as plain data: header, point, region, one step for each neuron. No logic; docs/FORMAT.md is its page.

use super::enclosure::certificate::BoxCertificate;
use super::linear::Fractions;
use super::network::{Activation, Neuron};
use super::penalty::Penalty;
use super::problem::Digests;
use num_bigint::BigInt;
use num_rational::BigRational;

/// The versions this kernel reads, the oldest first. The prover writes the oldest that has what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Local minima, saddles and descent by the first order.
    First,
    /// The second order, and the rules `matrix` and `cells`.
    Second,
    /// Weight decay.
    Third,
}

impl Version {
    /// All versions, the oldest first.
    pub const ALL: [Self; 3] = [Self::First, Self::Second, Self::Third];

    /// The word in the first line.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "1",
            Self::Second => "2",
            Self::Third => "3",
        }
    }

    /// The version of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name() == name)
    }
}

/// What a certificate's rules compute with; a version before the third rests on exact arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestsOn {
    /// Rationals: a [`Certificate`].
    Exact,
    /// Intervals with outward rounding: a box certificate.
    Intervals,
}

impl RestsOn {
    /// The name in certificates and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Intervals => "intervals",
        }
    }
}

/// A proof of either kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Exact arithmetic at a rational point.
    Exact(Certificate),
    /// Intervals over a box (T11).
    Box(BoxCertificate),
}

/// A proof at a rational point. The claim stands beside it, the problem is read from the user's own files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The statement's parts as the prover saw them: a difference is refused early and clearly.
    pub header: Header,
    /// The point where it differs from the model; empty for claims about the model's own parameters.
    pub point: Point,
    /// For local minima: where the inequality L(P') >= L(P) holds.
    pub region: Option<Region>,
    /// The judgement on sum_k eps_k.
    pub bias: BiasStep,
    /// One step for each neuron, in order.
    pub neurons: Vec<NeuronStep>,
    /// The judgement on the second order (T5).
    pub curvature: Curvature,
}

/// What the prover was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Digests of the two files.
    pub digests: Digests,
    /// Sizes.
    pub shape: Shape,
    /// The activation's slopes.
    pub activation: Activation,
    /// The weight decay.
    pub penalty: Penalty,
}

/// Sizes of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// N.
    pub samples: usize,
    /// d without the bias coordinate.
    pub inputs: usize,
    /// J.
    pub outputs: usize,
    /// m.
    pub neurons: usize,
    /// Whether the hidden layer has a bias.
    pub hidden_bias: bool,
    /// Whether the output layer has a bias.
    pub output_bias: bool,
}

/// Parameters that replace the model's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Point {
    /// Replaced neurons, ascending by index.
    pub neurons: Vec<(usize, Neuron)>,
    /// The replaced output bias.
    pub output_bias: Option<Fractions>,
}

/// Sup-norm radii of a region inside N(P) (T3), around the certified point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// For every input weight and hidden bias.
    pub input: Radius,
    /// For every output weight; the output bias is free.
    pub output: Radius,
}

/// How far parameters may move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Radius {
    /// Any distance.
    Unbounded,
    /// At most this, inclusive; positive.
    AtMost(BigRational),
}

/// The judgement on sum_k eps_k (T2); with weight decay on sum_k eps_k + lo bias (T10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BiasStep {
    /// The network has no output bias: no condition.
    Absent,
    /// It is zero.
    Balanced,
    /// It is not: moving the output bias lowers the loss.
    Descent,
}

impl BiasStep {
    /// The name in certificates and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Balanced => "balanced",
            Self::Descent => "descent",
        }
    }
}

/// The judgement on one neuron.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeuronStep {
    /// K_i: the samples on its kink, ascending.
    pub kinks: Vec<usize>,
    /// What is proved of it.
    pub proof: NeuronProof,
}

/// What a step proves of its neuron, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeuronProof {
    /// D_i = 0 identically and G(w_i) = 0: stationary and no escape neuron.
    ZeroForm,
    /// J = 1, h_i != 0, G(w_i) = 0 and h_i D_i >= 0: stationary and no escape neuron (T3).
    Scalar(Nonnegative),
    /// J > 1, h_i != 0, G(w_i) = 0 and (h_i + s tau e_j) D_i >= 0 for all j and s = +1, -1, in that order (T4).
    Uniform {
        /// tau_i > 0.
        tau: BigRational,
        /// 2 J proofs: j = 0 with s = +1, j = 0 with s = -1, j = 1 with s = +1, …
        forms: Vec<Nonnegative>,
    },
    /// h_i . D_i >= 0 and G(w_i) = 0, no more: stationary.
    Stationary(Nonnegative),
    /// h_i = 0, G(w_i) = 0 and D_i(u) != 0: not a local minimum where all is stationary (T3).
    Escape(Escape),
    /// L'(P; D) < 0 for D = (u, g) on this neuron: not stationary (T2).
    Descent {
        /// u, integers.
        input: Vec<BigInt>,
        /// g, integers.
        output: Vec<BigInt>,
    },
    /// Nothing is claimed of this neuron.
    Open,
}

/// The judgement on the second order Q (T5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Curvature {
    /// Nothing rests on it.
    Absent,
    /// Q > 0 on the critical cone: positive definite on the span of each of its pieces.
    Positive,
    /// Q < 0 along a critical direction.
    Descent {
        /// The direction.
        direction: Direction,
        /// A multiple of the direction that lowers the loss.
        step: BigRational,
    },
}

impl Curvature {
    /// The name in certificates and reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Positive => "positive",
            Self::Descent { .. } => "descent",
        }
    }
}

/// A direction for all parameters at once, in integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Direction {
    /// u_i of each neuron.
    pub inputs: Vec<Vec<BigInt>>,
    /// g_i of each neuron.
    pub outputs: Vec<Vec<BigInt>>,
    /// That of the output bias, where there is one.
    pub bias: Option<Vec<BigInt>>,
}

/// A direction out of a saddle and a step along it that lowers the loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escape {
    /// u, integers.
    pub direction: Vec<BigInt>,
    /// The step adds `step` * u to w_i …
    pub step: BigRational,
    /// … and sets h_i to this.
    pub output: Fractions,
}

/// A proof that phi(u) = p.u + sum_C kap_C |u.x_C| >= 0 for all u (THEORY 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nonnegative {
    /// C1: no class bends and p = 0.
    Linear,
    /// C2: p + sum_C mu_C x_C = 0 with |mu_C| <= kap_C; one mu for each class.
    Multipliers(Fractions),
    /// C5: the values on all rays, which the checker enumerates.
    Rays,
    /// C6: one matrix for all signs of the concave classes.
    Matrix(MatrixProof),
    /// C7: a tree over the signs of the concave classes, its steps in preorder.
    Cells(Vec<CellStep>),
    /// C4: phi is a sum of forms, each proved non-negative.
    Components {
        /// The positive denominator of all shares.
        denominator: BigInt,
        /// The parts.
        parts: Vec<Component>,
    },
}

/// C6: p + sum_l mu_l x_l = 0 and sum_l M_lk x_l = |kap_k| x_k for every concave class k, with
/// |mu_l| + sum_k |M_lk| <= kap_l for every convex class l.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixProof {
    /// The positive denominator of all numbers.
    pub denominator: BigInt,
    /// mu times the denominator, one for each convex class.
    pub balance: Vec<BigInt>,
    /// For each concave class (in a leaf: each whose sign is open) M_k times the denominator, one for each convex class.
    pub columns: Vec<Vec<BigInt>>,
}

/// A step in a tree of cells. The path to a step holds concave classes j with signs s_j: there s_j x_j.u >= 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellStep {
    /// Two subtrees follow: x_C.u >= 0, then x_C.u <= 0.
    Split {
        /// C, a concave class that is not on the path.
        class: usize,
    },
    /// s x_C = sum_j eta_j s_j x_j over the path, eta >= 0: the path implies the sign s, and one subtree follows.
    Implied {
        /// C, a concave class that is not on the path.
        class: usize,
        /// Whether s = +1.
        positive: bool,
        /// eta, one for each class of the path.
        combination: Fractions,
    },
    /// phi >= 0 in this cell: as [`MatrixProof`] for the classes that are left, with
    /// p + sum_j s_j kap_j x_j + sum_l mu_l x_l = sum_j eta_j s_j x_j, eta >= 0.
    Leaf {
        /// eta times the matrix's denominator, one for each class of the path.
        path: Vec<BigInt>,
        /// mu and M.
        matrix: MatrixProof,
    },
}

/// A part of a form: some of its classes and a share of p.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Indices of classes, ascending.
    pub classes: Vec<usize>,
    /// Its share of p, times the shares' denominator.
    pub share: Vec<BigInt>,
    /// C1 (for no classes), C2, C5, C6 or C7, for this part.
    pub proof: Nonnegative,
}
