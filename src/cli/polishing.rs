//! `lowpoint polish`: the floats nearest to a proved point near the parameters, with the certificate for these floats.

use super::args::PolishArguments;
use super::options::Statement;
use super::output::{self, Done, Trouble};
use super::progress::Progress;
use super::proving::{finding, kept, write_certificate};
use super::target::usable;
use super::{NO, YES, atomic};
use crate::input;
use crate::kernel::number::Precision;
use crate::kernel::problem::Problem;
use crate::kernel::samples::Samples;
use crate::report::finding::{Finding, Findings, Polished};
use crate::report::{json, text};
use crate::search::nearby::{self, Nearby, distance};
use crate::search::prove::Outcome;
use num_traits::{One, Zero};
use std::path::Path;

/// Searches, proves what the nearest floats are, and writes them with their certificate; nothing is written where nothing
/// is proved.
pub fn polish(arguments: &PolishArguments) -> Done {
    let (path, extension) = (&arguments.polished, ending(&arguments.polished)?);
    let certificate = path.with_extension("cert");
    let own = [("data", arguments.data.as_path()), ("model", &arguments.model)];
    usable(path, "polished model", "-o MODEL", &own)?;
    usable(&certificate, "certificate", "-o MODEL", &own)?;
    let source = arguments.statement.source(arguments.data.clone(), arguments.model.clone())?;
    let options = arguments.search.options();
    let mut progress = Progress::start();
    progress.phase("reading the data and the model");
    let problem = input::load(&source)?;
    let layers = input::layer_names(&source)?;
    let statement = statement(&arguments.statement, &problem, &layers)?;
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    progress.phase("polishing");
    let found = nearby::find(&problem, &samples, &options, &mut |round, loss| {
        progress.detail(|| format!("polishing: round {round}, loss about {loss:.6e}"));
        true
    });
    let (outcome, polished) = match found {
        Err(undetermined) => (Outcome::Undetermined(undetermined), None),
        Ok(found) => {
            progress.phase("proving what the nearest floats are");
            let bytes = floats(&problem, &found, &layers, extension, arguments.precision.into())?;
            // What is proved is proved of the very bytes.
            let source = statement.source(arguments.data.clone(), path.clone())?;
            let near = input::with_model(&problem, &source, &bytes)?;
            let moved = distance(problem.network(), near.network());
            match options.max_distance.filter(|most| nearby::beyond(&moved, *most)) {
                Some(most) => (nearby::too_far(most), None),
                None => (found.certify(&near, &options), Some((bytes, moved))),
            }
        }
    };
    let finding = finding(&problem, outcome, &certificate, false);
    progress.phase("writing the polished parameters");
    let written = match (&finding, polished) {
        (Finding::Proved(proved), Some((bytes, moved))) => {
            atomic::write(path, &bytes)?;
            write_certificate(&certificate, &proved.bytes)?;
            Some(Polished { file: path.clone(), floats: Precision::from(arguments.precision).name(), distance: moved })
        }
        _ => None,
    };
    drop(progress);
    if written.is_none() {
        [path, &certificate].into_iter().for_each(|path| kept(path));
    }
    let check_command = statement.check_command(&arguments.data, path);
    let findings = Findings { point: None, nearby: Some(finding), both: false, check_command };
    let report = match arguments.format.is_json() {
        true => json::polished(&findings, written.as_ref()),
        false => text::polished(&findings, written.as_ref()),
    };
    output::verdict(&report)?;
    Ok(if written.is_some() { YES } else { NO })
}

/// The bytes of the nearest floats' file.
fn floats(
    problem: &Problem,
    found: &Nearby<'_>,
    layers: &[String; 2],
    extension: &str,
    precision: Precision,
) -> Result<Vec<u8>, Trouble> {
    let nearest = found.nearest(problem.network(), precision).map_err(Trouble::new)?;
    let bytes = input::model_to_bytes(&nearest, layers, extension, precision);
    bytes.ok_or_else(|| Trouble::new("the polished parameters cannot be written as floats"))
}

/// The format that the file's name asks for.
fn ending(path: &Path) -> Result<&'static str, Trouble> {
    let found = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    ["safetensors", "npz"].into_iter().find(|known| *known == found).ok_or_else(|| {
        let reason = format!("{}: expected a name that ends in `.safetensors` or `.npz`", path.display());
        Trouble::new(reason).hint("these are the formats that hold floats and are read again")
    })
}

/// The statement of the polished file: a tensor file does not say the activation.
fn statement(given: &Statement, problem: &Problem, layers: &[String; 2]) -> Result<Statement, Trouble> {
    let activation = problem.network().activation();
    if !activation.positive.is_one() {
        let reason = format!("the activation has slope {} for positive arguments", activation.positive);
        return Err(Trouble::new(reason).hint("a tensor file cannot say so; scale the output weights by it"));
    }
    let negative_slope = (!activation.negative.is_zero()).then(|| activation.negative.clone());
    let named = given.hidden.is_some();
    let [hidden, output] = layers.clone().map(|name| named.then_some(name));
    Ok(Statement { negative_slope, hidden, output, ..given.clone() })
}
