//! The command line `lowpoint`: prove, check, show.

use std::process::ExitCode;

fn main() -> ExitCode {
    lowpoint::cli::run(std::env::args_os())
}
