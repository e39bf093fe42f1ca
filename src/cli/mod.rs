//! Arguments, files, progress, exit codes: the only file access (besides `input`) and printing in the library.
//!
//! Verdicts go to standard output, reasons and errors to standard error.

#[cfg(feature = "search")]
mod args;
#[cfg(feature = "search")]
mod atomic;
#[cfg(feature = "search")]
mod bounding;
pub mod checker;
pub mod checking;
mod files;
#[cfg(feature = "search")]
mod interrupt;
#[cfg(feature = "search")]
mod options;
mod output;
#[cfg(feature = "search")]
mod polishing;
#[cfg(feature = "search")]
mod progress;
#[cfg(feature = "search")]
mod proving;
#[cfg(feature = "search")]
mod reporting;
#[cfg(feature = "search")]
mod rewriting;
#[cfg(feature = "search")]
mod showing;
#[cfg(feature = "search")]
mod suite;
#[cfg(feature = "search")]
mod target;
#[cfg(feature = "search")]
mod threads;

/// Exit code: proved, or accepted.
pub const YES: u8 = 0;
/// Exit code: refuted, not settled, or rejected.
pub const NO: u8 = 1;
/// Exit code: it could not be done (usage, files, malformed input, a limit).
pub const FAILED: u8 = 2;

/// Runs the command line `lowpoint`; `args` starts with the program's name.
#[cfg(feature = "search")]
pub fn run(args: impl IntoIterator<Item = std::ffi::OsString>) -> std::process::ExitCode {
    use args::{Arguments, Command};
    use clap::Parser;

    interrupt::listen();
    let command = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments.command,
        Err(usage) => {
            // Help and version are no errors: clap knows the stream and the code of each.
            let code = u8::try_from(usage.exit_code()).unwrap_or(FAILED);
            let printed = usage.print().or_else(output::unless_unread);
            return if printed.is_ok() { code.into() } else { FAILED.into() };
        }
    };
    let done = threads::set_threads(command.threads()).and_then(|()| match command {
        Command::Prove(arguments) => proving::prove(&arguments),
        Command::Polish(arguments) => polishing::polish(&arguments),
        Command::Bound(arguments) => bounding::bound(&arguments),
        Command::Check(arguments) => checking::run(&arguments.request()?, arguments.format.is_json()),
        Command::Compact(arguments) => rewriting::compact(&arguments),
        Command::Complete(arguments) => rewriting::complete(&arguments),
        Command::Report(arguments) => reporting::report(&arguments),
        Command::Show(arguments) => showing::show(&arguments),
        Command::Run(arguments) => suite::run(&arguments),
    });
    output::exit(done)
}
