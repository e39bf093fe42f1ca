//! Texts without the times in them, which differ from run to run.

/// Leaves out the last column of a table of seconds, and the values of `"milliseconds":` and ` time=`.
pub fn without_times(text: &str) -> String {
    let seconds = |word: &str| word.split_once('.').is_some_and(|(a, b)| is_number(a) && is_number(b) && b.len() == 2);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let line = match line.rsplit_once(' ') {
            Some((rest, word)) if line.starts_with("  ") && (word == "seconds" || seconds(word)) => rest.trim_end(),
            _ => line,
        };
        let line = blank(line, "\"milliseconds\":", |c| !c.is_ascii_digit());
        lines.push(blank(&line, " time=\"", |c| c == '"'));
    }
    lines.join("\n")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The text with `0` for what stands between `start` and the next end.
fn blank(text: &str, start: &str, end: impl Fn(char) -> bool + Copy) -> String {
    let mut parts = text.split(start);
    let mut blanked = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let rest = part.find(end).map_or("", |at| &part[at..]);
        blanked.push_str(&format!("{start}0{rest}"));
    }
    blanked
}
