//! `lowpoint show`: what is in a certificate or a model.

use super::YES;
use super::args::ShowArguments;
use super::files::read_certificate;
use super::output::{self, Done, Trouble};
use crate::compact::is_compact;
use crate::input;
use crate::kernel::certificate::Evidence;
use crate::kernel::parse::parse_evidence;
use crate::report::{contents, contents_box, words};
use std::path::Path;

/// Shows what the arguments name.
pub fn show(arguments: &ShowArguments) -> Done {
    let text = match (&arguments.certificate, &arguments.model) {
        (Some(path), _) => certificate(path)?,
        (None, Some(model)) => {
            let source = arguments.statement.source(arguments.data.clone().unwrap_or_default(), model.clone())?;
            if arguments.data.is_none() {
                let (network, digest) = input::load_model(&source)?;
                format!("{}\n\n{}", contents::model(&network, &digest), contents::weights(&network))
            } else {
                let problem = input::load(&source)?;
                let model = contents::model(problem.network(), &problem.digests().model);
                format!("{model}\n{}", contents::on_data(&problem))
            }
        }
        (None, None) => return Err(Trouble::new("nothing to show").hint("name a certificate, or `--model MODEL`")),
    };
    output::verdict(&text).map(|()| YES)
}

fn certificate(path: &Path) -> Result<String, Trouble> {
    let bytes = read_certificate(path)?;
    if is_compact(&bytes) {
        let trouble =
            Trouble::new(format!("{}: a compact certificate leaves out what there is to show", path.display()));
        return Err(trouble.hint("restore it with `lowpoint complete`"));
    }
    let (claim, evidence) =
        parse_evidence(&bytes).map_err(|e| Trouble::new(words::malformed(&path.display().to_string(), &e)))?;
    Ok(match &evidence {
        Evidence::Exact(certificate) => contents::certificate(&claim, certificate, &bytes),
        Evidence::Box(certificate) => contents_box::certificate(&claim, certificate, &bytes),
    })
}
