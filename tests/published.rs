//! Are the published certificates still accepted, by both programs, and do they say what their READMEs say?

#![cfg(feature = "search")]

#[path = "common/published.rs"]
mod published;

use assert_cmd::Command;
use published::{Published, published};
use std::path::Path;

/// Folder, claim, and what else the acceptance must say.
const PUBLISHED: [(&str, &str, &str); 17] = [
    ("cells", "local-minimum", "the loss is 56"),
    ("diabetes", "local-minimum-nearby", "within sup-distance 0.00174 "),
    ("interpolation", "local-minimum-nearby", "the loss there is between 0 and 0,"),
    ("leaky-relu", "local-minimum", "exactly 17/16"),
    ("matrix", "local-minimum", "the loss is 68"),
    ("mixed-kinks", "local-minimum", "exactly 21/16"),
    ("parallel-kinks", "local-minimum", "exactly 8569/10368"),
    ("second-order-minimum", "local-minimum", "second order: positive definite"),
    ("second-order-saddle", "saddle", "second order: negative along a direction"),
    ("vector-box", "local-minimum-nearby", "of radius at most 5.68435e-14, holds exactly one solution"),
    ("vector-output", "local-minimum", "exactly 1547/384"),
    ("weight-decay", "local-minimum-nearby", "the loss with weight decay there is between 0.714991449669"),
    ("weight-decay-kinks", "local-minimum-nearby", "weight decay is 1/2 (1 |input weights|^2 + 1 |output weights|^2)"),
    ("weight-decay-saddle", "saddle-nearby", "exactly 1413/512"),
    ("wu-final", "local-minimum-nearby", "exactly 16139/231500"),
    ("wu-plateau1", "saddle-nearby", "exactly 953/10000"),
    ("wu-plateau2", "saddle-nearby", "exactly 50749/672500"),
];

#[test]
fn every_folder_is_listed_here_and_in_the_suite() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("certificates");
    let mut folders: Vec<String> = std::fs::read_dir(root)
        .unwrap()
        .map(|e| e.unwrap())
        .filter(|e| e.file_type().unwrap().is_dir())
        .map(|e| e.file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, PUBLISHED.map(|p| p.0.to_string()));
    assert_eq!(folders, published().into_iter().map(|p| p.name).collect::<Vec<_>>());
}

fn program(name: &str) -> Command {
    Command::new(assert_cmd::cargo::cargo_bin(name))
}

#[test]
fn every_certificate_is_accepted_by_both_programs() {
    for (published, (name, claim, words)) in published().iter().zip(PUBLISHED) {
        let readme = std::fs::read_to_string(published.certificate.with_file_name("README.md")).unwrap();
        assert_eq!(readme.lines().count(), 5, "{name}: a README of five lines");
        let run = |mut command: Command| {
            command.args(published.arguments()).arg(&published.certificate);
            String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
        };
        let mut check = program("lowpoint");
        check.arg("check");
        let told = run(check);
        assert!(told.starts_with(&format!("accepted: {claim}: ")), "{name}: {told}");
        assert!(told.contains(words), "{name}: {told}");
        assert_eq!(told, run(program("lowpoint-check")), "{name}");
    }
}

#[test]
fn proving_again_writes_the_same_bytes_for_any_number_of_threads() {
    let of_points = ["cells", "matrix", "mixed-kinks", "second-order-saddle"];
    let near = |p: &Published| p.is_box() || ["diabetes", "wu-final"].contains(&p.name.as_str());
    let mut proved = 0;
    for published in published() {
        let name = published.name.as_str();
        let at = match (of_points.contains(&name), near(&published)) {
            (true, _) => "point",
            (_, true) => "near",
            _ => continue,
        };
        proved += 1;
        for threads in ["1", "2", "3"] {
            let directory = tempfile::tempdir().unwrap();
            let certificate = directory.path().join("again");
            let mut command = program("lowpoint");
            command.args(["prove", "--threads", threads, "--at", at]).args(published.arguments());
            command.arg("-o").arg(&certificate).assert().success();
            let again = std::fs::read_to_string(&certificate).unwrap();
            assert!(again == published.text(), "{name} with {threads} threads");
        }
    }
    assert_eq!(proved, 11);
}
