//! Options that several commands share: the statement, the search, the report.

use super::checking::LOSSES;
use super::output::Trouble;
use crate::input::{Decay, Decayed, Source, parse_rate};
use crate::kernel::number::{Precision, parse_rational};
use crate::report::text::shell_word;
use crate::search::cells::{Limits, MAX_CELLS};
use crate::search::polish;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use std::path::{Path, PathBuf};

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

/// How a search near the parameters goes.
#[derive(Debug, Clone, Args)]
pub struct SearchArguments {
    /// Before polishing, set neurons to zero whose weights are all below this in absolute value
    #[arg(long, value_name = "T", value_parser = positive, allow_hyphen_values = true)]
    pub zero_below: Option<BigRational>,
    /// Give up beyond this sup-distance from the given parameters
    #[arg(long, value_name = "R", value_parser = positive, allow_hyphen_values = true)]
    pub max_distance: Option<BigRational>,
    /// Most cells to examine where kinks of mixed curvature depend on each other; beyond, the neuron stays undetermined
    #[arg(long, value_name = "N", default_value_t = MAX_CELLS, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_cells: u32,
    /// Which kind of point is looked for near the parameters
    #[arg(long, default_value = "auto", value_name = "KIND")]
    pub tier: Tier,
}

impl SearchArguments {
    /// The options of a search.
    pub fn options(&self) -> polish::Options {
        polish::Options {
            zero_below: self.zero_below.clone(),
            max_distance: self.max_distance.as_ref().map(|r| r.to_f64().unwrap_or(f64::INFINITY)),
            limits: Limits { max_cells: self.max_cells as usize, ..Limits::default() },
            tier: self.tier.into(),
        }
    }
}

/// Floats of a tensor file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Floats {
    /// IEEE binary32, PyTorch's default.
    Float32,
    /// IEEE binary64.
    Float64,
}

impl From<Floats> for Precision {
    fn from(floats: Floats) -> Self {
        match floats {
            Floats::Float32 => Self::Single,
            Floats::Float64 => Self::Double,
        }
    }
}

/// What `prove` judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum At {
    /// The given parameters.
    Point,
    /// The stationary point that polishing reaches.
    Near,
}

/// The kind of a point near the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tier {
    /// An exact point where stationary points are rational and few numbers suffice, else a box.
    Auto,
    /// An exact rational point.
    Exact,
    /// A box that holds exactly one.
    Intervals,
}

impl From<Tier> for polish::Tier {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Auto => Self::Auto,
            Tier::Exact => Self::Exact,
            Tier::Intervals => Self::Intervals,
        }
    }
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
