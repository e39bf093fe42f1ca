//! The command line's grammar.

use super::checking::{LOSSES, Request};
use super::output::Trouble;
use crate::input::{Decay, Decayed, Source, parse_rate};
use crate::kernel::claim::Verdict;
use crate::kernel::number::parse_rational;
use crate::report::text::shell_word;
use crate::search::cells::MAX_CELLS;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use num_rational::BigRational;
use num_traits::Signed;
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
            Self::Run(arguments) => arguments.threads,
            Self::Bound(arguments) => arguments.threads,
            _ => None,
        }
    }
}

/// How to read what the files leave open; `check` needs what `prove` was given.
#[derive(Debug, Clone, Args)]
pub struct Statement {
    /// The activation's slope for negative arguments, such as 1/100 (default: the model file's, else 0)
    #[arg(long, value_name = "Q", value_parser = rational, allow_hyphen_values = true)]
    pub negative_slope: Option<BigRational>,
    /// The loss of a sample, as a function of its error
    #[arg(long, default_value = LOSSES[0], value_parser = LOSSES)]
    pub loss: String,
    /// PyTorch's weight_decay, with the mean squared error: adds Q/2 times the squares of the parameters
    #[arg(long, value_name = "Q", value_parser = parse_rate, allow_hyphen_values = true)]
    pub weight_decay: Option<BigRational>,
    /// The parameters that `--weight-decay` decays (default: all)
    #[arg(long, value_name = "WHICH", value_parser = decayed())]
    pub decay: Option<Decayed>,
    /// The alpha of scikit-learn's MLPRegressor: decays the weights, not the biases
    #[arg(long, value_name = "Q", value_parser = parse_rate, allow_hyphen_values = true)]
    pub sklearn_alpha: Option<BigRational>,
    /// A csv column that is a target; all others are inputs (may be repeated)
    #[arg(long = "target", value_name = "NAME")]
    pub targets: Vec<String>,
    /// The hidden layer's name in a tensor file
    #[arg(long, value_name = "NAME", requires = "output")]
    pub hidden: Option<String>,
    /// The output layer's name in a tensor file
    #[arg(long, value_name = "NAME", requires = "hidden")]
    pub output: Option<String>,
}

impl Statement {
    /// The source of these options and files.
    pub fn source(&self, data: PathBuf, model: PathBuf) -> Result<Source, Trouble> {
        let decay = Decay::new(self.weight_decay.clone(), self.decay, self.sklearn_alpha.clone());
        Ok(Source {
            data,
            model,
            targets: self.targets.clone(),
            hidden: self.hidden.clone(),
            output: self.output.clone(),
            negative_slope: self.negative_slope.clone(),
            decay: decay.map_err(Trouble::new)?,
        })
    }

    /// The command that checks a certificate of this statement, without the certificate's name.
    pub fn check_command(&self, data: &Path, model: &Path) -> String {
        let mut command = vec!["lowpoint check".to_string()];
        let mut add = |option: &str, value: &str| command.push(format!("{option} {}", shell_word(value)));
        add("--data", &data.to_string_lossy());
        add("--model", &model.to_string_lossy());
        if let Some(slope) = &self.negative_slope {
            add("--negative-slope", &slope.to_string());
        }
        if let Some(rate) = &self.weight_decay {
            add("--weight-decay", &rate.to_string());
        }
        if let Some(decayed) = self.decay {
            add("--decay", decayed.name());
        }
        if let Some(alpha) = &self.sklearn_alpha {
            add("--sklearn-alpha", &alpha.to_string());
        }
        self.targets.iter().for_each(|name| add("--target", name));
        if let (Some(hidden), Some(output)) = (&self.hidden, &self.output) {
            add("--hidden", hidden);
            add("--output", output);
        }
        command.join(" ")
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
    /// Before polishing, set neurons to zero whose weights are all below this in absolute value
    #[arg(long, value_name = "T", value_parser = positive, allow_hyphen_values = true)]
    pub zero_below: Option<BigRational>,
    /// Give up beyond this sup-distance from the given parameters
    #[arg(long, value_name = "R", value_parser = positive, allow_hyphen_values = true)]
    pub max_distance: Option<BigRational>,
    /// Most cells to examine where kinks of mixed curvature depend on each other; beyond, the neuron stays undetermined
    #[arg(long, value_name = "N", default_value_t = MAX_CELLS, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_cells: u32,
    /// Threads of the search (default: one for each processor); the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// What `prove` judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum At {
    /// The given parameters.
    Point,
    /// The stationary point that polishing reaches.
    Near,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person.
    Text,
    /// One object.
    Json,
}

impl Format {
    /// Whether it is JSON.
    pub fn is_json(self) -> bool {
        self == Self::Json
    }
}

fn claims() -> impl TypedValueParser<Value = Verdict> {
    PossibleValuesParser::new(Verdict::ALL.map(Verdict::name))
        .try_map(|name| Verdict::from_name(&name).ok_or("no such claim"))
}

fn decayed() -> impl TypedValueParser<Value = Decayed> {
    PossibleValuesParser::new(Decayed::ALL.map(Decayed::name))
        .try_map(|name| Decayed::from_name(&name).ok_or("no such parameters"))
}

pub fn rational(text: &str) -> Result<BigRational, String> {
    parse_rational(text).map_err(|e| e.to_string())
}

pub fn positive(text: &str) -> Result<BigRational, String> {
    rational(text).and_then(|q| if q.is_positive() { Ok(q) } else { Err("expected a positive number".into()) })
}
