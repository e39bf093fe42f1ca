//! The bytes of a file, once, and no more of them than a limit.

use super::error::{InputError, Refusal};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a file, whatever the file system says of its length. What is said already is not read where it is too much.
pub fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    read(path, limit).map_err(|r| r.in_file(path))
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    let short = || io::ErrorKind::OutOfMemory.into();
    let unreadable = |e: io::Error| Refusal::new(format!("the file cannot be read: {}", e.kind()));
    let file = File::open(path).map_err(unreadable)?;
    let stated = file.metadata().map_err(unreadable)?.len();
    let mut bytes = Vec::new();
    if stated <= limit {
        // No growing by doubling, and no abort where memory is short.
        bytes.try_reserve_exact(usize::try_from(stated).unwrap_or(usize::MAX)).map_err(|_| unreadable(short()))?;
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    if stated > limit || bytes.len() as u64 > limit {
        return Err(Refusal::new(format!("the file is longer than the limit of {limit} bytes")));
    }
    Ok(bytes)
}
