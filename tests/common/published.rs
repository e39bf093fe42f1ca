//! The published certificates with their problems, as `certificates/suite.toml` says: one entry for each folder.

use lowpoint::input::{Decay, Source, parse_rate};
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item};

pub struct Published {
    /// The folder's name.
    pub name: String,
    pub source: Source,
    pub certificate: PathBuf,
}

impl Published {
    pub fn text(&self) -> String {
        std::fs::read_to_string(&self.certificate).unwrap()
    }

    /// Whether it is a box certificate.
    pub fn is_box(&self) -> bool {
        self.text().contains("\nrests-on intervals\n")
    }

    /// The statement's options on the command line.
    #[allow(dead_code)] // not all tests run the programs
    pub fn arguments(&self) -> Vec<String> {
        let text = |path: &Path| path.to_str().unwrap().to_string();
        let mut all = vec!["--data".into(), text(&self.source.data), "--model".into(), text(&self.source.model)];
        if let Decay::Sklearn { alpha } = &self.source.decay {
            all.extend(["--sklearn-alpha".into(), alpha.to_string()]);
        }
        all
    }
}

/// All of them, in the order of their names.
pub fn published() -> Vec<Published> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("certificates");
    let suite: DocumentMut = std::fs::read_to_string(root.join("suite.toml")).unwrap().parse().unwrap();
    let mut all: Vec<Published> = suite["entry"]
        .as_array_of_tables()
        .unwrap()
        .iter()
        .map(|entry| {
            let word = |key: &str| entry[key].as_str().unwrap_or_else(|| panic!("{key}: no text")).to_string();
            // As it is spelt, without the quotes of a fraction.
            let alpha = |item: &Item| parse_rate(item.to_string().trim().trim_matches('"')).unwrap();
            let decay = entry.get("sklearn-alpha").map_or(Decay::None, |item| Decay::Sklearn { alpha: alpha(item) });
            let (data, model) = (root.join(word("data")), root.join(word("model")));
            let source = Source { data, model, decay, ..Source::default() };
            Published { name: word("name"), source, certificate: root.join(word("certificate")) }
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}
