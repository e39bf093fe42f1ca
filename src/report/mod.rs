//! Verdicts to text and JSON. The words come from `kernel::claim`; every printed decimal is correctly rounded, and a
//! bound is rounded to its safe side.

#[cfg(feature = "search")]
pub mod bound;
#[cfg(feature = "search")]
pub mod contents;
#[cfg(feature = "search")]
pub mod contents_box;
#[cfg(feature = "search")]
pub mod finding;
#[cfg(feature = "search")]
pub mod html;
#[cfg(feature = "search")]
pub mod json;
#[cfg(feature = "search")]
pub mod neurons;
#[cfg(feature = "search")]
pub mod suite;
#[cfg(feature = "search")]
pub mod text;
pub mod words;
