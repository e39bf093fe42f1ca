//! `lowpoint` proves what a trained ReLU network's parameters are: a local minimum of the loss, a saddle, or not even
//! stationary.

pub mod cli;
pub mod input;
pub mod kernel;
pub mod report;
#[cfg(feature = "search")]
pub mod search;
