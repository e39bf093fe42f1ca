//! Reading certificates, never more of them than the limit.

use super::output::Trouble;
use crate::input::read_file;
use crate::kernel::parse::MAX_CERTIFICATE_BYTES;
use std::path::Path;

/// The certificate's bytes.
pub fn read_certificate(path: &Path) -> Result<Vec<u8>, Trouble> {
    Ok(read_file(path, MAX_CERTIFICATE_BYTES)?)
}
