//! Findings for a person: the verdict first, then what it means, the neurons, and where the certificate is.

use super::finding::{Finding, Findings, Polished, Proved, Unsettled};
use super::neurons;
use super::words;

/// The report of a prove run.
pub fn findings(findings: &Findings) -> String {
    let mut parts = Vec::new();
    match findings.main() {
        Some(Finding::Proved(proved)) => parts.push(proved_in_full(proved)),
        Some(Finding::Unsettled(unsettled)) => parts.push(unsettled_in_full(unsettled)),
        None => {}
    }
    if let Some(point) = findings.beside() {
        parts.push(point_in_short(point));
    }
    if let Some(nearby) = findings.fallen_back_from() {
        parts.push(with_reasons(format!("nearby: undetermined: {}", nearby.reason), nearby));
    }
    if let Some(proved) = findings.main().and_then(Finding::proved) {
        parts.push(certificates(findings, proved));
    }
    parts.join("\n\n")
}

/// The report of a polish run.
pub fn polished(found: &Findings, written: Option<&Polished>) -> String {
    let report = findings(found);
    match written {
        None => report,
        Some(polished) => format!(
            "{}: parameters in {}, within {} of the given ones\n\n{report}",
            polished.file.display(),
            polished.floats,
            words::upper_bound(&polished.distance)
        ),
    }
}

fn proved_in_full(proved: &Proved) -> String {
    let theorem = &proved.theorem;
    let table = neurons::table(theorem.neurons());
    let mut text = format!("{}\n\n{table}", words::summary(theorem));
    for reason in neurons::reasons(&proved.open) {
        text.push_str(&format!("\n{reason}"));
    }
    text
}

fn unsettled_in_full(unsettled: &Unsettled) -> String {
    let text = format!("undetermined: {}", unsettled.reason);
    let loss = words::loss(&unsettled.model_loss);
    let named = words::named(&unsettled.penalty);
    format!("{}\n{named} at the given parameters is {loss}\nno certificate was written", with_reasons(text, unsettled))
}

fn with_reasons(mut text: String, unsettled: &Unsettled) -> String {
    for reason in neurons::reasons(&unsettled.open) {
        text.push_str(&format!("\n{reason}"));
    }
    text
}

fn point_in_short(point: &Finding) -> String {
    match point {
        Finding::Unsettled(unsettled) => {
            with_reasons(format!("as given, the parameters are undetermined: {}", unsettled.reason), unsettled)
        }
        Finding::Proved(proved) => {
            let claim = proved.theorem.claim();
            let mut text = format!("as given, {claim}");
            if let Some(line) = words::bias(&proved.theorem) {
                text.push_str(&format!("\n  {line}"));
            }
            if let Some(line) = words::curvature(proved.theorem.curvature()) {
                text.push_str(&format!("\n  {line}"));
            }
            for group in neurons::named(proved.theorem.neurons()) {
                text.push_str(&format!("\n  {group}"));
            }
            text
        }
    }
}

fn certificates(findings: &Findings, main: &Proved) -> String {
    let file = |proved: &Proved| format!("{} ({} bytes)", proved.certificate.display(), proved.bytes.len());
    let mut text = format!("certificate: {}", file(main));
    if let Some(point) = findings.beside().and_then(Finding::proved) {
        text.push_str(&format!("\ncertificate for the given parameters: {}", file(point)));
    }
    let command = format!("{} {}", findings.check_command, shell_word(&main.certificate.to_string_lossy()));
    text.push_str(&format!("\ncheck it with:\n  {command}"));
    text
}

/// A word as a POSIX shell reads it back.
pub fn shell_word(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./=,:@%+".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(shell_word("data/a-1.npz"), "data/a-1.npz");
        assert_eq!(shell_word("my data"), "'my data'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
