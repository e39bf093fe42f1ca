//! What a certificate says, as values: two texts say the same iff their documents are equal.

use crate::common::linear::Q;
use num_bigint::BigInt;

/// Numerators over one positive denominator. Equal vectors have equal quotients.
#[derive(Clone, Debug)]
pub struct Vector {
    pub numerators: Vec<BigInt>,
    pub denominator: BigInt,
}

impl Vector {
    pub fn values(&self) -> Vec<Q> {
        self.numerators.iter().map(|n| Q::new(n.clone(), self.denominator.clone())).collect()
    }
}

impl PartialEq for Vector {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.numerators.iter().zip(&other.numerators);
        self.numerators.len() == other.numerators.len()
            && pairs.all(|(a, b)| a * &other.denominator == b * &self.denominator)
    }
}

/// The version is not part of it: it says only which grammar the text is in.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub claim: String,
    /// Zero for claims without one.
    pub distance: Q,
    pub digests: [String; 2],
    /// N, d, J, m.
    pub sizes: [u64; 4],
    /// Hidden bias, output bias.
    pub biases: [bool; 2],
    pub slopes: [Q; 2],
    /// lw, lb, lh, lo; zeros before version 3.
    pub penalty: [Q; 4],
    pub point: Point,
    /// Radii of inputs and outputs, `None` for unbounded.
    pub region: Option<[Option<Q>; 2]>,
    pub bias: String,
    pub steps: Vec<Step>,
    pub curvature: Curvature,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub neurons: Vec<(u64, Vector, Vector)>,
    pub bias: Option<Vector>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub kinks: Vec<u64>,
    pub proof: Proof,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    ZeroForm,
    Open,
    Scalar(Form),
    Stationary(Form),
    Uniform(Q, Vec<Form>),
    Escape { step: Q, direction: Vec<BigInt>, output: Vector },
    Descent { direction: Vec<BigInt>, output: Vec<BigInt> },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    Linear,
    Rays,
    Multipliers(Vector),
    Matrix(Matrix),
    Cells(Vec<Cell>),
    Components(Vec<Part>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub balance: Vector,
    pub columns: Vec<Vector>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Split(u64),
    /// The class, whether its sign is +, the combination.
    Implied(u64, bool, Vector),
    /// The path's combination and the matrix.
    Leaf(Vector, Matrix),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub classes: Vec<u64>,
    pub share: Vector,
    pub form: Form,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Curvature {
    Absent,
    Positive,
    Descent { step: Q, neurons: Vec<(Vec<BigInt>, Vec<BigInt>)>, bias: Option<Vec<BigInt>> },
}

impl Document {
    pub fn is_nearby(&self) -> bool {
        self.claim.ends_with("-nearby")
    }

    /// Whether this claims what `other` claims, or less: about the same point of the same problem, within a distance that is
    /// not smaller, on a region that is not larger.
    pub fn claims_no_more_than(&self, other: &Self) -> bool {
        let radius = |own: &Option<Q>, other: &Option<Q>| match (own, other) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => own <= other,
        };
        let region = match (&self.region, &other.region) {
            (None, None) => true,
            (Some(own), Some(other)) => own.iter().zip(other).all(|(own, other)| radius(own, other)),
            _ => false,
        };
        // Of some point within a distance, instead of the parameters themselves, is less.
        let claim = self.claim == other.claim || self.claim == format!("{}-nearby", other.claim);
        claim && self.distance >= other.distance && region && self.same_problem(other) && self.point == other.point
    }

    fn same_problem(&self, other: &Self) -> bool {
        let problem = |d: &Self| (d.digests.clone(), d.sizes, d.biases, d.slopes.clone(), d.penalty.clone());
        problem(self) == problem(other)
    }

    /// Whether both have the same evidence.
    pub fn proves_as(&self, other: &Self) -> bool {
        self.bias == other.bias && self.steps == other.steps && self.curvature == other.curvature
    }
}
