//! Random exact instances with points of every kind, and the naive arithmetic that tests compare the library with.
//!
//! Nothing here shares code with the library: it only builds a `Problem` from an `Instance`.
#![allow(dead_code)] // each test binary uses a part

pub mod counts;
pub mod curvature;
pub mod design;
pub mod exact;
pub mod instance;
pub mod linear;
pub mod mutate;
pub mod plant;
pub mod region;
pub mod rng;
pub mod second;
