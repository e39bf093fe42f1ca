//! Reading certificates, never more of them than the limit.

use super::output::Trouble;
use crate::kernel::parse::MAX_CERTIFICATE_BYTES;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The certificate's bytes, whatever the file system says of its length.
pub fn read_certificate(path: &Path) -> Result<Vec<u8>, Trouble> {
    let unreadable =
        |e: std::io::Error| Trouble::new(format!("{}: the file cannot be read: {}", path.display(), e.kind()));
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_CERTIFICATE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_CERTIFICATE_BYTES {
        let message = format!("{}: the file is longer than the limit of {MAX_CERTIFICATE_BYTES} bytes", path.display());
        return Err(Trouble::new(message));
    }
    Ok(bytes)
}
