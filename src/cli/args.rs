//! The command line's grammar.

use super::checking::Request;
use super::options::{At, Floats, Format, SearchArguments, Statement};
use super::output::Trouble;
use crate::kernel::claim::Verdict;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};

/// Proves what a trained ReLU network's parameters are, and checks such proofs.
#[derive(Debug, Parser)]
#[command(
    name = "lowpoint",
    version,
    after_help = "exit code: 0 proved, accepted or held, 1 refuted, not settled, rejected or fell, 2 could not be done, \
                  130 interrupted"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prove what the parameters are, or what lies near them, and write a certificate
    Prove(ProveArguments),
    /// Write the floats nearest to a proved point near the parameters, with its certificate
    Polish(PolishArguments),
    /// Enclose the loss and its steepest slopes at the parameters, for a checkpoint of any size
    Bound(BoundArguments),
    /// Accept or reject a certificate for the given data and model
    Check(CheckArguments),
    /// Leave out of a certificate what the data and the model give back
    Compact(RewriteArguments),
    /// Restore what a compact certificate leaves out
    Complete(RewriteArguments),
    /// Check a certificate and draw an HTML page of what it proves
    Report(ReportArguments),
    /// Show what is in a certificate or a model
    Show(ShowArguments),
    /// Hold a suite of checkpoints to what is expected of them
    Run(RunArguments),
}

impl Command {
    /// The threads that are asked for.
    pub fn threads(&self) -> Option<u16> {
        match self {
            Self::Prove(arguments) => arguments.threads,
            Self::Polish(arguments) => arguments.threads,
            Self::Run(arguments) => arguments.threads,
            Self::Bound(arguments) => arguments.threads,
            _ => None,
        }
    }
}

/// Arguments of `prove`.
#[derive(Debug, Args)]
pub struct ProveArguments {
    /// The samples: .npz, .csv or exact .json
    #[arg(long)]
    pub data: PathBuf,
    /// The parameters: .safetensors, .npz or exact .json
    #[arg(long)]
    pub model: PathBuf,
    /// Judge only the given point, or only what lies near it (default: both, the second if the first is no minimum)
    #[arg(long)]
    pub at: Option<At>,
    /// The verdict to be proved: exit code 0 if it is, 1 if it is refuted or not settled
    #[arg(long, value_parser = claims())]
    pub claim: Option<Verdict>,
    /// The form of the report
    #[arg(long, default_value = "text")]
    pub format: Format,
    /// The certificate's file (default: the model's name with .cert, in the current directory)
    #[arg(short = 'o', value_name = "CERT")]
    pub certificate: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub statement: Statement,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub search: SearchArguments,
    /// Threads of the search (default: one for each processor); the result does not depend on it
    #[arg(long, value_name = "N", value_parser = super::threads::count())]
    pub threads: Option<u16>,
}

/// Arguments of `bound`.
#[derive(Debug, Args)]
pub struct BoundArguments {
    /// The samples: .npz, .csv or exact .json
    #[arg(long)]
    pub data: PathBuf,
    /// The parameters: .safetensors, .npz or exact .json
    #[arg(long)]
    pub model: PathBuf,
    /// The form of the report
    #[arg(long, default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub statement: Statement,
    /// Threads (default: one for each processor); the result does not depend on it
    #[arg(long, value_name = "N", value_parser = super::threads::count())]
    pub threads: Option<u16>,
}

/// Arguments of `polish`.
#[derive(Debug, Args)]
pub struct PolishArguments {
    /// The samples: .npz, .csv or exact .json
    #[arg(long)]
    pub data: PathBuf,
    /// The parameters: .safetensors, .npz or exact .json
    #[arg(long)]
    pub model: PathBuf,
    /// The polished parameters' file, .safetensors or .npz; the certificate goes beside it, with the ending .cert
    #[arg(short = 'o', value_name = "MODEL")]
    pub polished: PathBuf,
    /// The floats of the polished parameters
    #[arg(long, default_value = "float64", value_name = "FLOATS")]
    pub precision: Floats,
    /// The form of the report
    #[arg(long, default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub statement: Statement,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub search: SearchArguments,
    /// Threads of the search (default: one for each processor); the result does not depend on it
    #[arg(long, value_name = "N", value_parser = super::threads::count())]
    pub threads: Option<u16>,
}

/// A certificate and what it speaks of.
#[derive(Debug, Args)]
pub struct CertifiedFiles {
    /// The samples: .npz, .csv or exact .json
    #[arg(long)]
    pub data: PathBuf,
    /// The parameters: .safetensors, .npz or exact .json
    #[arg(long)]
    pub model: PathBuf,
    /// The certificate
    #[arg(value_name = "CERT")]
    pub certificate: PathBuf,
}

impl CertifiedFiles {
    /// The data and the model, named, as files that are not to be overwritten.
    pub fn own(&self) -> [(&'static str, &Path); 2] {
        [("data", &self.data), ("model", &self.model)]
    }
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: CertifiedFiles,
    /// The verdict that the certificate must prove: exit code 1 if it proves another
    #[arg(long, value_parser = claims())]
    pub claim: Option<Verdict>,
    /// The form of the report
    #[arg(long, default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub statement: Statement,
}

impl CheckArguments {
    /// What is to be checked.
    pub fn request(&self) -> Result<Request, Trouble> {
        let source = self.statement.source(self.files.data.clone(), self.files.model.clone())?;
        Ok(Request { source, certificate: self.files.certificate.clone(), claim: self.claim })
    }
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: CertifiedFiles,
    /// The page's file (default: the certificate's name with .html, in the current directory)
    #[arg(short = 'o', value_name = "HTML")]
    pub page: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub statement: Statement,
}

/// Arguments of `compact` and `complete`.
#[derive(Debug, Args)]
pub struct RewriteArguments {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: CertifiedFiles,
    /// The file to write
    #[arg(short = 'o', value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub statement: Statement,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("shown").required(true).args(["certificate", "model"]))]
pub struct ShowArguments {
    /// The certificate to show
    #[arg(value_name = "CERT", conflicts_with = "data")]
    pub certificate: Option<PathBuf>,
    /// The model to show
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// The samples on which to show the model
    #[arg(long, requires = "model")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub statement: Statement,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The suite: entries with data, model, expectation and certificate, in TOML
    #[arg(value_name = "SUITE.toml")]
    pub suite: PathBuf,
    /// Run only the entries of these names
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Write no certificate: a missing one makes its entry fall
    #[arg(long, conflicts_with = "update")]
    pub locked: bool,
    /// Write what was proved: expectations into the suite, new certificates over rejected ones; shows the change
    #[arg(long)]
    pub update: bool,
    /// The form of the report
    #[arg(long, default_value = "text")]
    pub format: Format,
    /// Also write a report in JUnit's XML, which CI systems read
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Entries at a time, and threads of their searches (default: one for each processor); no verdict depends on it
    #[arg(long, value_name = "N", value_parser = super::threads::count())]
    pub threads: Option<u16>,
}

fn claims() -> impl TypedValueParser<Value = Verdict> {
    PossibleValuesParser::new(Verdict::ALL.map(Verdict::name))
        .try_map(|name| Verdict::from_name(&name).ok_or("no such claim"))
}
