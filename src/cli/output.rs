//! Printing, and what ends a command early.

use super::FAILED;
use crate::input::InputError;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Why a command could not be done. Displays as the message, and on a second line `hint: …` where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    message: String,
    hint: Option<String>,
}

impl Trouble {
    /// Trouble without a known next step.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Adds the next step.
    #[cfg(feature = "search")]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "\nhint: {hint}"))
    }
}

impl From<InputError> for Trouble {
    /// The error's own words, its hint included.
    fn from(error: InputError) -> Self {
        Self::new(error.to_string())
    }
}

/// What a command ends with: its exit code, or why it could not be done.
pub type Done = Result<u8, Trouble>;

/// The process's exit code; trouble is printed first.
pub fn exit(done: Done) -> ExitCode {
    let code = done.unwrap_or_else(|trouble| {
        reason(&format!("error: {trouble}"));
        FAILED
    });
    ExitCode::from(code)
}

/// Prints lines on standard output. A reader that went away is no trouble, a full disk is.
pub fn verdict(text: &str) -> Result<(), Trouble> {
    let mut stdout = std::io::stdout().lock();
    let written =
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush());
    let trouble = |e: io::Error| Trouble::new(format!("standard output cannot be written: {}", e.kind()));
    written.or_else(unless_unread).map_err(trouble)
}

/// The error of a stream, unless its reader went away.
pub fn unless_unread(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

/// Prints a line on standard error; nothing is left to do where that fails.
pub fn reason(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
