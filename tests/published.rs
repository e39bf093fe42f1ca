//! Are the published certificates still accepted, by both programs, and do they say what their READMEs say?

use assert_cmd::Command;
use std::path::{Path, PathBuf};

/// Folder, claim, and what else the acceptance must say.
const PUBLISHED: [(&str, &str, &str); 12] = [
    ("cells", "local-minimum", "the loss is 56"),
    ("diabetes", "local-minimum-nearby", "within sup-distance 0.00174 "),
    ("leaky-relu", "local-minimum", "exactly 17/16"),
    ("matrix", "local-minimum", "the loss is 68"),
    ("mixed-kinks", "local-minimum", "exactly 21/16"),
    ("parallel-kinks", "local-minimum", "exactly 8569/10368"),
    ("second-order-minimum", "local-minimum", "second order: positive definite"),
    ("second-order-saddle", "saddle", "second order: negative along a direction"),
    ("vector-output", "local-minimum", "exactly 1547/384"),
    ("wu-final", "local-minimum-nearby", "exactly 16139/231500"),
    ("wu-plateau1", "saddle-nearby", "exactly 953/10000"),
    ("wu-plateau2", "saddle-nearby", "exactly 50749/672500"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("certificates")
}

fn file(folder: &Path, stem: &str) -> PathBuf {
    let candidates = ["npz", "json", "safetensors", "csv"].map(|ext| folder.join(format!("{stem}.{ext}")));
    candidates.into_iter().find(|p| p.exists()).unwrap_or_else(|| panic!("no {stem} file in {}", folder.display()))
}

#[test]
fn every_folder_is_listed_here() {
    let mut folders: Vec<String> = std::fs::read_dir(root())
        .unwrap()
        .map(|e| e.unwrap())
        .filter(|e| e.file_type().unwrap().is_dir())
        .map(|e| e.file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, PUBLISHED.map(|p| p.0.to_string()));
}

#[test]
fn every_certificate_is_accepted_by_both_programs() {
    for (name, claim, words) in PUBLISHED {
        let folder = root().join(name);
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        assert_eq!(readme.lines().count(), 5, "{name}: a README of five lines");
        let run = |program: &str, before: &[&str]| {
            let mut command = Command::new(assert_cmd::cargo::cargo_bin(program));
            command.args(before).arg("--data").arg(file(&folder, "data")).arg("--model").arg(file(&folder, "model"));
            let output = command.arg(folder.join("certificate")).assert().success().get_output().stdout.clone();
            String::from_utf8(output).unwrap()
        };
        let told = run("lowpoint", &["check"]);
        assert!(told.starts_with(&format!("accepted: {claim}: ")), "{name}: {told}");
        assert!(told.contains(words), "{name}: {told}");
        assert_eq!(told, run("lowpoint-check", &[]), "{name}");
    }
}

#[test]
fn proving_again_writes_the_same_bytes_for_any_number_of_threads() {
    let of_points = ["cells", "matrix", "mixed-kinks", "second-order-saddle"].map(|name| (name, "point"));
    for (name, at) in of_points.into_iter().chain([("diabetes", "near"), ("wu-final", "near")]) {
        let folder = root().join(name);
        for threads in ["1", "2", "3"] {
            let directory = tempfile::tempdir().unwrap();
            let certificate = directory.path().join("again");
            let mut command = Command::new(assert_cmd::cargo::cargo_bin("lowpoint"));
            command.args(["prove", "--threads", threads, "--at", at]);
            command.arg("--data").arg(file(&folder, "data")).arg("--model").arg(file(&folder, "model"));
            command.arg("-o").arg(&certificate).assert().success();
            let (again, published) = (std::fs::read(&certificate), std::fs::read(folder.join("certificate")));
            assert!(again.unwrap() == published.unwrap(), "{name} with {threads} threads");
        }
    }
}
