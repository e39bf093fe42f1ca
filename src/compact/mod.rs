//! Compact certificates: what an exact system gives back is left out (docs/FORMAT.md, section 8).
//!
//! Nothing is trusted here: a compact certificate is restored to a certificate in bytes, and the kernel decides those.

mod complete;
#[cfg(feature = "search")]
mod shorten;
mod template;

pub use complete::{MAX_UNKNOWNS, Restored, Unrestored, complete};
#[cfg(feature = "search")]
pub use shorten::{compact, compact_beyond};

/// The version of compact certificates that is read and written.
pub const COMPACT_VERSION: &str = "1";

/// The first word of a compact certificate.
const FIRST_WORD: &str = "lowpoint-compact";

/// Whether these are a compact certificate's bytes, by their first word.
pub fn is_compact(bytes: &[u8]) -> bool {
    bytes.strip_prefix(FIRST_WORD.as_bytes()).is_some_and(|rest| rest.starts_with(b" "))
}
