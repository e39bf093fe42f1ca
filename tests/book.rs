//! The book: is every page in its table of contents, does every link lead somewhere, and has every command its page?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn text(page: &Path) -> String {
    std::fs::read_to_string(page).unwrap_or_else(|e| panic!("{}: {e}", page.display()))
}

/// The targets of a page's links, code left out.
fn links(text: &str) -> Vec<String> {
    let mut in_code = false;
    let mut found = Vec::new();
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        if in_code || line.starts_with("    ") {
            continue;
        }
        for part in line.split("](").skip(1) {
            found.extend(part.split(')').next().map(str::to_string));
        }
    }
    found
}

#[test]
fn the_table_of_contents_has_every_page_once() {
    let listed = links(&text(&docs().join("SUMMARY.md")));
    let distinct: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(distinct.len(), listed.len(), "a page is listed twice");
    let names = std::fs::read_dir(docs()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let pages: BTreeSet<String> = names.filter(|n| n.ends_with(".md") && n != "SUMMARY.md").collect();
    assert_eq!(distinct, pages);
}

#[test]
fn links_lead_somewhere() {
    let root = docs().parent().unwrap().to_path_buf();
    let mut pages: Vec<PathBuf> = std::fs::read_dir(docs()).unwrap().map(|e| e.unwrap().path()).collect();
    pages.push(root.join("README.md"));
    pages.push(root.join("scripts/README.md"));
    let mut count = 0;
    for page in pages.iter().filter(|p| p.extension().is_some_and(|e| e == "md")) {
        for link in links(&text(page)) {
            let path = link.split('#').next().unwrap();
            if !path.is_empty() && !path.starts_with("https:") {
                assert!(page.parent().unwrap().join(path).exists(), "{}: {link}", page.display());
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count} links");
}

#[cfg(feature = "search")]
#[test]
fn every_command_has_its_page() {
    let output = assert_cmd::Command::new(assert_cmd::cargo::cargo_bin("lowpoint")).arg("help").assert().success();
    let help = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"prove") && commands.len() > 4);
    let pages: Vec<String> = std::fs::read_dir(docs())
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .map(|p| text(&p))
        .collect();
    for command in commands.into_iter().filter(|c| *c != "help") {
        let titled = |page: &String| page.lines().next().is_some_and(|t| t.starts_with("# ") && t.contains(command));
        let shown = |page: &String| page.contains(&format!("$ lowpoint {command} "));
        assert!(pages.iter().any(|p| titled(p) && shown(p)), "no page has the title and an example of `{command}`");
    }
}
