//! `lowpoint` proves what a trained ReLU network's parameters are: a local minimum of the loss, a saddle, or not even
//! stationary. The proof is a certificate that [`kernel::check`] accepts or rejects; nothing else makes a
//! [`kernel::theorem::Theorem`].
//!
//! Data flows one way: files → [`input`] → [`kernel::problem::Problem`] → `search` → certificate → bytes →
//! [`kernel::parse`] → [`kernel::check`] → theorem → [`report`]. What finds a proof is never trusted; what decides
//! uses exact integers and rationals only.
//!
#![cfg_attr(feature = "search", doc = concat!("```\n", include_str!("../examples/front_page.rs"), "```"))]
//!
//! A claim that does not hold has no certificate: for these samples the same parameters are proved *not* stationary
//! once a target is moved, and the certificate above is refused.

pub mod cli;
pub mod compact;
pub mod exact;
pub mod input;
pub mod kernel;
pub mod report;
#[cfg(feature = "search")]
pub mod search;
