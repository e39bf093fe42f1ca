//! `lowpoint compact` and `lowpoint complete`: a certificate without what an exact system gives back, and with it again.

use super::args::RewriteArguments;
use super::checking::decide;
use super::files::read_certificate;
use super::output::{self, Done, Trouble};
use super::target::usable;
use super::{YES, atomic};
use crate::compact;
use crate::input;
use crate::kernel::number::counted;
use crate::kernel::problem::Problem;
use crate::kernel::samples::Samples;

/// Writes the compact form of an accepted certificate.
pub fn compact(arguments: &RewriteArguments) -> Done {
    rewrite(arguments, |problem, bytes| {
        let file = arguments.files.certificate.display();
        if compact::is_compact(bytes) {
            return Err(Trouble::new(format!("{file}: it is compact already")));
        }
        let text = String::from_utf8_lossy(bytes);
        compact::compact(problem, &text).map_err(|reason| Trouble::new(format!("{file}: not made compact: {reason}")))
    })
}

/// Writes the certificate that a compact one stands for.
pub fn complete(arguments: &RewriteArguments) -> Done {
    rewrite(arguments, |problem, bytes| {
        let file = arguments.files.certificate.display();
        if !compact::is_compact(bytes) {
            return Err(Trouble::new(format!("{file}: it is not compact; there is nothing to restore")));
        }
        let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
        let restored = compact::complete(problem, &samples, bytes);
        restored.map(|restored| restored.text).map_err(|reason| Trouble::new(format!("{file}: not restored: {reason}")))
    })
}

/// Checks, rewrites and writes: what is not accepted is not rewritten.
fn rewrite(arguments: &RewriteArguments, rewritten: impl Fn(&Problem, &[u8]) -> Result<String, Trouble>) -> Done {
    usable(&arguments.output, "certificate", "-o FILE", &arguments.files.own())?;
    let source = arguments.statement.source(arguments.files.data.clone(), arguments.files.model.clone())?;
    let problem = input::load(&source)?;
    let bytes = read_certificate(&arguments.files.certificate)?;
    if let Some((reason, code)) = decide(&problem, &bytes).refusal(&arguments.files.certificate.display().to_string()) {
        output::reason(&reason);
        return Ok(code);
    }
    let text = rewritten(&problem, &bytes)?;
    atomic::write(&arguments.output, text.as_bytes())?;
    let (before, after) = (counted(bytes.len(), "byte"), counted(text.len(), "byte"));
    output::verdict(&format!("{}: {after}, from {before}; both are accepted", arguments.output.display()))?;
    Ok(YES)
}
