//! Decides. The trusted part: everything a verdict rests on, and nothing that searches.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable,
        clippy::todo,
        clippy::float_arithmetic
    )
)]

pub mod certificate;
pub mod check;
pub mod claim;
pub mod dataset;
pub mod definite;
pub mod enclosure;
pub mod evaluation;
pub mod linear;
pub mod lines;
pub mod network;
pub mod number;
pub mod parse;
pub mod penalty;
pub mod problem;
pub mod reject;
pub mod residuals;
pub mod rule;
pub mod samples;
pub mod second_order;
pub mod slope_form;
pub mod theorem;
