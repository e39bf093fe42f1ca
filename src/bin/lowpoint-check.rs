//! The checker alone: builds with `--no-default-features`, without anything that searches.

use std::process::ExitCode;

fn main() -> ExitCode {
    lowpoint::cli::checker::run(std::env::args_os().skip(1))
}
