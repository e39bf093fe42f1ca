//! Ctrl-C: the program ends at once, with a word and exit code 130, and removes the files that are not whole.

use super::output;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Exit code: interrupted, as a shell says it of a program that Ctrl-C ended.
pub const INTERRUPTED: i32 = 130;

/// Files under temporary names. Whoever makes one, or gives it its name, holds the lock; so does the end.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Ends the program on Ctrl-C; where that is ignored, as in a job without a terminal, it stays ignored.
pub fn listen() {
    let _ = ctrlc::try_set_handler(|| {
        let unfinished = lock();
        for path in unfinished.iter() {
            let _ = fs::remove_file(path);
        }
        // The spinner's line stays as it is.
        let line = if io::stderr().is_terminal() { "\n" } else { "" };
        output::reason(&format!("{line}error: interrupted"));
        std::process::exit(INTERRUPTED)
    });
}

/// Makes a file that is not whole until [`finish`] is called.
pub fn begin<T>(path: &Path, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut unfinished = lock();
    let made = make()?;
    unfinished.push(path.to_path_buf());
    Ok(made)
}

/// Renames or removes a file of [`begin`].
pub fn finish(path: &Path, end: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let mut unfinished = lock();
    end()?;
    unfinished.retain(|other| other != path);
    Ok(())
}

fn lock() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
