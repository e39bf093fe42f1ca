//! Reads the user's files. The trusted part before the kernel: small, and exact.
//!
//! Data come as `.npz`, `.csv` or exact `.json`, models as `.safetensors`, `.npz` or exact `.json`. A float is the
//! rational its bits denote, a decimal is the rational it spells; nothing is rounded on the way to a [`Problem`].
//! Anything that could be read in two ways is refused.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable,
        clippy::todo,
        clippy::float_arithmetic
    )
)]

mod array;
mod decay;
mod error;
mod exact_json;
mod file;
mod json;
mod model;
mod npy;
mod npz;
mod safetensors;
mod samples;
mod stream;
mod table;
#[cfg(feature = "search")]
mod write;

pub use array::MAX_NUMBERS;
pub use decay::{Decay, Decayed, parse_rate};
pub use error::InputError;
pub use file::read_file;
pub use npy::MAX_NPY_HEADER_BYTES;
pub use npz::{MAX_ARCHIVE_BYTES, MAX_ARRAY_BYTES, MAX_EXPANSION, MAX_MEMBERS, MIN_EXPANDED_BYTES};
pub use safetensors::MAX_SAFETENSORS_HEADER_BYTES;
pub use stream::SampleFile;
#[cfg(feature = "search")]
pub use write::model_to_bytes;

use crate::kernel::dataset::Dataset;
use crate::kernel::network::{Activation, Network};
use crate::kernel::penalty::Penalty;
use crate::kernel::problem::{Digests, Mismatch, Problem, fit};
use error::{Refusal, quote};
use model::{Choice, Layers};
use num_rational::BigRational;
use num_traits::Zero;
use samples::Samples;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Longest file, in bytes.
pub const MAX_FILE_BYTES: u64 = 2 << 30;
/// Longest file of text, csv or JSON, in bytes; parsed, it takes many times its size.
pub const MAX_TEXT_BYTES: u64 = 256 << 20;

/// The user's files, and how to read what they leave open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The samples: `.npz`, `.csv` or `.json`.
    pub data: PathBuf,
    /// The parameters: `.safetensors`, `.npz` or `.json`.
    pub model: PathBuf,
    /// The columns of a csv file that are targets; all others are inputs.
    pub targets: Vec<String>,
    /// The hidden layer's name in a tensor file, with or without `.weight`; only together with `output`.
    pub hidden: Option<String>,
    /// The output layer's name in a tensor file; only together with `hidden`.
    pub output: Option<String>,
    /// The slope of the activation for negative arguments; ReLU where neither this nor the file says otherwise.
    pub negative_slope: Option<BigRational>,
    /// The weight decay of the training.
    pub decay: Decay,
}

/// Reads the data and the model and pairs them, with the weight decay.
pub fn load(source: &Source) -> Result<Problem, InputError> {
    let (dataset, data) = load_data(source)?;
    let (network, model) = load_model(source)?;
    pair(source, dataset, network, Digests { data, model })
}

/// Pairs data and a model of fitting shapes, with the weight decay of the source.
fn pair(source: &Source, dataset: Dataset, network: Network, digests: Digests) -> Result<Problem, InputError> {
    let penalty = source.decay.penalty(dataset.sample_count(), dataset.output_count());
    let problem = Problem::new(dataset, network, digests);
    problem.map(|problem| problem.with_penalty(penalty)).map_err(|mismatch| mismatched(source, &mismatch))
}

/// The refusal of a data set and a network that do not fit.
fn mismatched(source: &Source, mismatch: &Mismatch) -> InputError {
    InputError {
        file: format!("{} and {}", source.data.display(), source.model.display()),
        place: None,
        reason: mismatch.to_string(),
        hint: Some(match mismatch.what {
            "outputs" => "the outputs are the columns of `y`, or of a csv file those named by `--target NAME`".into(),
            _ => {
                "is this model for these data? `x` is [samples, inputs]; if the model's layers were taken in the wrong \
                  order, use `--hidden NAME --output NAME`"
                    .into()
            }
        }),
    }
}

/// Opens the data for reading in chunks, reads the model, and pairs them, with the weight decay.
pub fn load_in_chunks(source: &Source) -> Result<(SampleFile, Network, Penalty), InputError> {
    let samples = SampleFile::open(source)?;
    let (network, _) = load_model(source)?;
    let [count, inputs, outputs] = samples.counts();
    fit(inputs, outputs, &network).map_err(|mismatch| mismatched(source, &mismatch))?;
    Ok((samples, network, source.decay.penalty(count, outputs)))
}

/// Reads the model alone, with the SHA-256 digest of its file.
pub fn load_model(source: &Source) -> Result<(Network, String), InputError> {
    let bytes = read_file(&source.model, limit(&source.model))?;
    model_from_bytes(source, &bytes)
}

/// Reads the data alone, with the SHA-256 digest of their file.
pub fn load_data(source: &Source) -> Result<(Dataset, String), InputError> {
    let bytes = read_file(&source.data, limit(&source.data))?;
    data_from_bytes(source, &bytes)
}

/// The problem with another model, whose file `source` names, from that file's bytes.
#[cfg(feature = "search")]
pub fn with_model(problem: &Problem, source: &Source, bytes: &[u8]) -> Result<Problem, InputError> {
    let (network, model) = model_from_bytes(source, bytes)?;
    pair(source, problem.dataset().clone(), network, Digests { data: problem.digests().data.clone(), model })
}

/// The model whose file `source` names, from that file's bytes, with the SHA-256 digest of these very bytes.
pub fn model_from_bytes(source: &Source, bytes: &[u8]) -> Result<(Network, String), InputError> {
    let network = parse_model(source, bytes).map_err(|r| r.in_file(&source.model))?;
    Ok((network, digest(bytes)))
}

/// The data whose file `source` names, from that file's bytes, with the SHA-256 digest of these very bytes.
pub fn data_from_bytes(source: &Source, bytes: &[u8]) -> Result<(Dataset, String), InputError> {
    let dataset = parse_data(source, bytes).and_then(Samples::into_dataset).map_err(|r| r.in_file(&source.data))?;
    Ok((dataset, digest(bytes)))
}

fn parse_data(source: &Source, bytes: &[u8]) -> Result<Samples, Refusal> {
    let extension = extension(&source.data);
    if extension != "csv" {
        require_no_targets(source)?;
    }
    match extension.as_str() {
        "npz" => samples::from_arrays(npz::read(bytes)?),
        "csv" => table::read(bytes, &source.targets),
        "json" => exact_json::read_data(bytes),
        _ => Err(unknown_extension(&extension, "`.npz`, `.csv` or `.json`")),
    }
}

fn require_no_targets(source: &Source) -> Result<(), Refusal> {
    match source.targets.is_empty() {
        true => Ok(()),
        false => Err(Refusal::new("`--target` names columns of a csv file; in other files the targets are `y`")),
    }
}

/// The names of the model's hidden and output layer, as `--hidden` and `--output` name them; PyTorch's where the file has none.
#[cfg(feature = "search")]
pub fn layer_names(source: &Source) -> Result<[String; 2], InputError> {
    let bytes = read_file(&source.model, limit(&source.model))?;
    let (layers, _) = parse_layers(source, &bytes).map_err(|r| r.in_file(&source.model))?;
    Ok(write::names(&layers))
}

fn parse_model(source: &Source, bytes: &[u8]) -> Result<Network, Refusal> {
    let (layers, activation) = parse_layers(source, bytes)?;
    layers.into_network(choose_activation(activation, source.negative_slope.clone())?)
}

/// The two layers, and the activation where the file says it.
fn parse_layers(source: &Source, bytes: &[u8]) -> Result<(Layers, Option<Activation>), Refusal> {
    let extension = extension(&source.model);
    let choice = match (&source.hidden, &source.output) {
        (Some(hidden), Some(output)) => Choice::Named { hidden, output },
        (None, None) => Choice::Only { scalars: extension == "npz" },
        _ => return Err(Refusal::new("`--hidden` and `--output` are only used together")),
    };
    Ok(match extension.as_str() {
        "safetensors" => (model::from_arrays(safetensors::read(bytes)?, choice)?, None),
        "npz" => (model::from_arrays(npz::read(bytes)?, choice)?, None),
        "json" if matches!(choice, Choice::Named { .. }) => {
            return Err(Refusal::new(
                "`--hidden` and `--output` name tensors; the layers of a JSON model have an order",
            ));
        }
        "json" => exact_json::read_model(bytes)?,
        _ => return Err(unknown_extension(&extension, "`.safetensors`, `.npz` or `.json`")),
    })
}

/// The activation of the file and that of the command line, which agree where there are both.
fn choose_activation(in_file: Option<Activation>, negative_slope: Option<BigRational>) -> Result<Activation, Refusal> {
    match (in_file, negative_slope.map(Activation::leaky)) {
        (Some(file), Some(asked)) if file != asked => {
            let slopes = |a: &Activation| format!("slopes {} and {}", a.positive, a.negative);
            let reason = format!("the file says {}, `--negative-slope` says {}", slopes(&file), slopes(&asked));
            Err(Refusal::at("`activation`", reason).hint("leave out `--negative-slope`, or change the file"))
        }
        (Some(activation), _) | (None, Some(activation)) => Ok(activation),
        (None, None) => Ok(Activation::leaky(BigRational::zero())),
    }
}

/// Longest file of that name: what is no file of arrays is taken for text.
fn limit(path: &Path) -> u64 {
    match extension(path).as_str() {
        "npz" | "safetensors" => MAX_FILE_BYTES,
        _ => MAX_TEXT_BYTES,
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn extension(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn unknown_extension(extension: &str, known: &str) -> Refusal {
    let found = if extension.is_empty() { "none".to_string() } else { quote(&format!(".{extension}")) };
    let refusal = Refusal::new(format!("expected the file name extension {known}, found {found}"));
    match extension {
        "pt" | "pth" | "pkl" | "ckpt" => refusal.hint(
            "pickles run code when loaded and are not read; in Python, \
             `safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")` writes a file that is",
        ),
        "npy" => refusal.hint("save named arrays, for example `numpy.savez(\"data.npz\", x=x, y=y)`"),
        _ => refusal.hint(format!("the known formats are {known}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn activations_of_file_and_command_line_agree() {
        let slope = |p: i32, q: i32| BigRational::new(p.into(), q.into());
        let leaky = Activation::leaky(slope(1, 10));
        assert_eq!(choose_activation(None, None), Ok(Activation::leaky(slope(0, 1))));
        assert_eq!(choose_activation(None, Some(slope(1, 10))), Ok(leaky.clone()));
        assert_eq!(choose_activation(Some(leaky.clone()), Some(slope(1, 10))), Ok(leaky.clone()));
        let refusal =
            choose_activation(Some(leaky), Some(slope(0, 1))).map_err(|r| r.in_file("f".as_ref()).to_string());
        assert_eq!(
            refusal.unwrap_err(),
            "f: `activation`: the file says slopes 1 and 1/10, `--negative-slope` says slopes 1 and 0\nhint: leave \
             out `--negative-slope`, or change the file"
        );
    }

    #[test]
    fn digests_are_lower_case_hexadecimal() {
        assert_eq!(digest(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), targets in any::<Option<String>>()) {
            for extension in ["npz", "csv", "json", "safetensors", "x"] {
                let path = PathBuf::from(format!("f.{extension}"));
                let targets = targets.clone().filter(|_| extension == "csv").into_iter().collect();
                let source = Source { data: path.clone(), model: path, targets, ..Source::default() };
                let _ = (parse_data(&source, &bytes), parse_model(&source, &bytes));
            }
        }
    }
}
