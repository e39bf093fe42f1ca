//! A box as plain data: the pattern of a stationary point, the box that holds one, its multipliers. No logic;
//! docs/FORMAT.md is the page.

use crate::kernel::certificate::{Header, Region};

/// A proof by T11: the pattern's equations have exactly one zero in the box, and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxCertificate {
    /// The statement's parts as the prover saw them.
    pub header: Header,
    /// For local minima by T3 and T10: where the inequality L(P') >= L(P) holds.
    pub region: Option<Region>,
    /// The equations.
    pub system: System,
    /// The output bias, J numbers, where there is one.
    pub bias: Option<Block>,
    /// One for each neuron, in order.
    pub neurons: Vec<NeuronBox>,
}

/// Which equations the zero solves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// The derivatives of the Lagrangian in all coordinates that are not pinned, and w_i.x_C = 0 for the kinks.
    Stationarity,
    /// f(x_k) = y_k for all samples: a loss of zero.
    Interpolation,
}

/// Some of the unknowns: z_a lies within 2^`exponent` of `midpoints[a]`, strictly inside.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The radius is two to this power.
    pub exponent: i32,
    /// The centre.
    pub midpoints: Vec<f64>,
}

/// What is known of one neuron.
#[derive(Debug, Clone, PartialEq)]
pub enum NeuronBox {
    /// h_i != 0 and w_i != 0, both unknown.
    Live(Live),
    /// w_i = ratio w_j and h_i = ratio h_j for a live neuron j, ratio > 0 (with decay: a neuron that was split).
    Split {
        /// j.
        leader: usize,
        /// The ratio.
        ratio: f64,
    },
    /// w_i = 0 and h_i = 0 (with decay).
    Zero,
    /// As `Zero`, and |G(u)| > sqrt(lh) |u'| in this direction u: no minimum.
    Escape {
        /// u.
        direction: Vec<f64>,
    },
    /// h_i = 0 and w_i = 0 but for the hidden bias, which is not decayed and has this value, not zero (with decay).
    Constant {
        /// The hidden bias.
        bias: f64,
    },
    /// As in the model; on no sample active, or with the same signs on all samples as the live neuron `twin` (no decay).
    Frozen {
        /// The live neuron with the same signs.
        twin: Option<usize>,
    },
}

/// A neuron in the system of equations.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// K_i: the samples on its kink, ascending. Those with parallel inputs x_k = t_k x_C are one class, by the first of them.
    pub kinks: Vec<usize>,
    /// Coordinates that are held at their midpoints, ascending: input weights first (the hidden bias last of them), then
    /// the output weights.
    pub pinned: Vec<usize>,
    /// w_i.
    pub input: Block,
    /// h_i.
    pub output: Block,
    /// nu_C, one for each class of kinks, in units of L's derivative along w_i per unit of w_i.x_C.
    pub multipliers: Block,
    /// Classes whose x_C depends linearly on those of the other classes, ascending: their multipliers are held.
    pub dependent: Vec<usize>,
}
