//! Files that are either whole or not there: written beside their place, then renamed.

use super::interrupt;
use super::output::Trouble;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Most names tried for a temporary file.
const MAX_NAMES: u32 = 100;

/// Writes a file whole; where that fails or is interrupted, what was at `path` before is still there.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let unwritable =
        |e: io::Error| Trouble::new(format!("{}: the file cannot be written: {}", path.display(), e.kind()));
    let mut temporary = Temporary::beside(path).map_err(unwritable)?;
    temporary.fill(bytes).and_then(|()| temporary.rename(path)).map_err(unwritable)
}

/// A file under a temporary name, removed on drop unless it was renamed.
struct Temporary {
    path: PathBuf,
    file: fs::File,
    kept: bool,
}

impl Temporary {
    /// A new file in the directory of `path`, so that the rename stays on one file system.
    fn beside(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
        for attempt in 0..MAX_NAMES {
            let path = path.with_file_name(format!(".{name}.{}-{attempt}.tmp", std::process::id()));
            match interrupt::begin(&path, || OpenOptions::new().write(true).create_new(true).open(&path)) {
                Ok(file) => return Ok(Self { path, file, kept: false }),
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
        interrupt::finish(&self.path, || fs::rename(&self.path, to))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.kept {
            let _ = interrupt::finish(&self.path, || fs::remove_file(&self.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.cert");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(dir.path()), ["a.cert"]);
    }

    #[test]
    fn nothing_is_left_where_writing_fails() {
        let dir = tempfile::tempdir().unwrap();
        let taken = dir.path().join("taken");
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join("inside"), b"").unwrap();
        assert!(write(&taken, b"text").is_err());
        assert!(write(&dir.path().join("missing/a.cert"), b"text").is_err());
        assert_eq!(names(dir.path()), ["taken"]);
    }

    #[test]
    fn an_abandoned_file_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let mut temporary = Temporary::beside(&dir.path().join("a.cert")).unwrap();
        temporary.fill(b"half").unwrap();
        assert!(names(dir.path())[0].starts_with(".a.cert."));
        drop(temporary);
        assert!(names(dir.path()).is_empty());
    }
}
