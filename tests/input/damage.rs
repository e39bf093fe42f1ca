//! Damaged files are read or refused, never a panic.

use crate::files::{MODEL_JSON, array, data_npz, doubles, model_npz, safetensors, zip_by};
use lowpoint::input::{Source, load, load_model};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use zip::CompressionMethod;

/// Valid files of every format, by extension: data or models.
fn specimens() -> Vec<(&'static str, Vec<u8>)> {
    let tensors = [
        ("0.weight", "F64", &[2usize, 2][..], doubles(&[1.0, 0.5, -2.0, 0.1])),
        ("2.weight", "F64", &[1, 2], doubles(&[1.0, 2.0])),
    ];
    let arrays = [("x", array(&[2, 2], &[1.0; 4])), ("y", array(&[2], &[0.5; 2]))];
    vec![
        ("npz", data_npz()),
        ("npz", zip_by(&arrays, CompressionMethod::Deflated)),
        ("npz", model_npz()),
        ("safetensors", safetensors(&tensors)),
        ("json", MODEL_JSON.as_bytes().to_vec()),
        ("json", br#"{"x": [["0.1", "2"], ["-1e-2", "7"]], "y": ["1/3", "0.30"]}"#.to_vec()),
        ("csv", b"a,t,b\n0.1,1/3,2\n-1e-2,0.30,7\n".to_vec()),
    ]
}

/// Reads the bytes as data and as a model, and says whether either was accepted.
fn accepted(dir: &Path, extension: &str, bytes: &[u8]) -> bool {
    let path = dir.join(format!("f.{extension}"));
    let good = dir.join("good.npz");
    fs::write(&path, bytes).unwrap();
    fs::write(&good, model_npz()).unwrap();
    let targets = if extension == "csv" { vec!["t".to_string()] } else { vec![] };
    let source = Source { data: path.clone(), model: good, targets, ..Source::default() };
    let as_data = load(&source).is_ok();
    load_model(&Source { model: path, ..source }).is_ok() || as_data
}

#[test]
fn whole_files_are_accepted_and_truncated_ones_refused() {
    let dir = TempDir::new().unwrap();
    for (extension, bytes) in specimens() {
        assert!(accepted(dir.path(), extension, &bytes), "{extension}");
        // A table that ends early can be another table; all other formats know their end.
        for length in (0..bytes.len()).filter(|_| extension != "csv") {
            assert!(!accepted(dir.path(), extension, &bytes[..length]), "{extension} cut to {length} bytes");
        }
    }
}

proptest! {
    #[test]
    fn files_with_flipped_bits_are_read_or_refused(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..6),
    ) {
        let dir = TempDir::new().unwrap();
        for (extension, mut bytes) in specimens() {
            for (place, bit) in &flips {
                let place = place.index(bytes.len());
                bytes[place] ^= 1 << bit;
            }
            accepted(dir.path(), extension, &bytes);
        }
    }

    #[test]
    fn random_files_are_read_or_refused(bytes in any::<Vec<u8>>()) {
        let dir = TempDir::new().unwrap();
        for extension in ["npz", "csv", "json", "safetensors"] {
            accepted(dir.path(), extension, &bytes);
        }
    }
}
