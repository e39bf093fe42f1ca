//! `lowpoint report`: the check, and then a page of what was proved. What is refused has no page.

use super::args::ReportArguments;
use super::checking::{Answer, decide};
use super::files::read_certificate;
use super::output::{self, Done};
use super::target::usable;
use super::{NO, YES, atomic};
use crate::input;
use crate::report::html::{self, Subject};
use crate::report::text::shell_word;
use std::path::{Path, PathBuf};

/// Checks the certificate and writes the page.
pub fn report(arguments: &ReportArguments) -> Done {
    let path = arguments.page.clone().unwrap_or_else(|| default_name(&arguments.files.certificate));
    let [data, model] = arguments.files.own();
    let own = [data, model, ("certificate", &arguments.files.certificate)];
    usable(&path, "page", "-o HTML", &own)?;
    let problem =
        input::load(&arguments.statement.source(arguments.files.data.clone(), arguments.files.model.clone())?)?;
    let bytes = read_certificate(&arguments.files.certificate)?;
    let file = arguments.files.certificate.display().to_string();
    let answer = decide(&problem, &bytes);
    if let Some((reason, code)) = answer.refusal(&file) {
        output::reason(&reason);
        return Ok(code);
    }
    let Answer::Accepted(theorem, evidence) = answer else { return Ok(NO) };
    let check = arguments.statement.check_command(&arguments.files.data, &arguments.files.model);
    let page = html::page(&Subject {
        problem: &problem,
        theorem: &theorem,
        evidence: &evidence,
        data_file: &arguments.files.data.display().to_string(),
        model_file: &arguments.files.model.display().to_string(),
        certificate_file: &file,
        check_command: &format!("{check} {}", shell_word(&file)),
    });
    atomic::write(&path, page.as_bytes())?;
    let claim = theorem.claim();
    output::verdict(&format!("accepted: {}: {claim}\nreport: {}", claim.verdict(), path.display()))?;
    Ok(YES)
}

/// The certificate's name with `.html`, in the current directory.
fn default_name(certificate: &Path) -> PathBuf {
    let stem = match certificate.extension() {
        Some(end) if end == "cert" => certificate.file_stem(),
        _ => certificate.file_name(),
    };
    PathBuf::from(format!("{}.html", stem.unwrap_or_default().to_string_lossy()))
}
