//! Reading a page: its text, and what it may not contain.

use crate::published::published;

/// Elements whose end is the end of a line.
const LINES: [&str; 15] = [
    "p",
    "h1",
    "h2",
    "h3",
    "li",
    "dd",
    "dt",
    "tr",
    "figcaption",
    "title",
    "desc",
    "pre",
    "summary",
    "footer",
    "figure",
];

/// The page's text, with a line for each block, cells two spaces apart and the style sheet left out.
pub fn text(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let body = format!("{before}{}", rest.split_once("</style>").unwrap().1);
    let mut text = String::new();
    for piece in body.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').unwrap_or_else(|| panic!("a tag without end: {piece}"));
        match tag.strip_prefix('/') {
            Some(name) if LINES.contains(&name) => text.push('\n'),
            Some("td" | "th" | "text") => text.push_str("  "),
            _ => {}
        }
        text.push_str(after);
    }
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    plain.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The data and the model of a published certificate, with their weight decay, as arguments.
pub fn problem_of(name: &str) -> String {
    let published = published().into_iter().find(|p| p.name == name);
    published.unwrap_or_else(|| panic!("{name} is not published")).arguments().join(" ")
}

/// All files of a published certificate, as arguments.
pub fn files_of(name: &str) -> String {
    let certificate = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("certificates").join(name);
    format!("{} {}", problem_of(name), certificate.join("certificate").display())
}

/// No script, nothing from elsewhere, every tag closed, every id once, and the policy in place.
pub fn assert_self_contained(name: &str, page: &str) {
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"), "{name}");
    let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ";
    assert!(page.contains(policy), "{name}");
    for word in ["<script", "javascript:", "http:", "https:", "//", "@import", "src=\"", "<link rel=\"stylesheet"] {
        assert!(!page.contains(word), "{name}: {word}");
    }
    assert_eq!(page.matches("url(").count(), page.matches("url(#").count(), "{name}");
    for wrong in ["NaN", "\"inf", " inf", "<title></title>", "<desc></desc>"] {
        assert!(!page.contains(wrong), "{name}: {wrong}");
    }
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{name}: an id twice");
    assert_balanced(name, page);
}

fn assert_balanced(name: &str, page: &str) {
    let mut open = Vec::new();
    for piece in page.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap();
        let word = tag.split(' ').next().unwrap();
        match word.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "{name}"),
            None if ["!DOCTYPE", "meta", "link"].contains(&word) => {}
            None => open.push(word),
        }
    }
    assert!(open.is_empty(), "{name}: {open:?}");
}
