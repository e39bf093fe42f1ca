//! Enclosures: proofs that a stationary point exists in a box, with every operation rounded outward (THEORY 6).
//!
//! From below: [`rounding`] (upper bounds of float results) · [`interval`] (scalars) · [`product`] (float matrix products,
//! trusted up to an a-priori bound) · [`matrix`] (interval matrices) · [`inverse`] and [`eigenvalue`] (float
//! decompositions, which nothing trusts, and what they prove) · [`bound`] (the loss and slopes at one point, of any size).
#![allow(clippy::float_arithmetic)]

pub mod bound;
pub mod certificate;
pub mod check;
pub mod conclude;
pub mod data;
pub mod eigenvalue;
pub mod field;
pub mod interval;
pub mod inverse;
pub mod matrix;
pub mod middle;
pub mod parse;
pub mod pattern;
mod pins;
pub mod product;
pub mod redundant;
pub mod rounding;
pub mod system;
pub mod zero;
