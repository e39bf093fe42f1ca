//! What could not be done: exit 2, a message that names the file and the next step, nothing written.

use crate::cases::{Case, Said};
use std::io::{Cursor, Write};

/// The run was refused with this message, and wrote nothing.
fn refused(case: &Case, said: &Said, message: &str) {
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (2, "", message));
    assert_eq!(case.names(), ["data.json", "net.model.json"]);
}

#[test]
fn a_missing_file() {
    let case = Case::minimum();
    let said = case.lowpoint("prove --data no.json --model net.model.json");
    refused(&case, &said, "error: no.json: the file cannot be read: entity not found\n");
}

#[test]
fn not_a_number_in_an_archive() {
    let case = Case::minimum();
    let array = |values: &[f64]| {
        let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}, 1), }}", values.len());
        let header = format!("{header:<117}\n");
        let values: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &values].concat()
    };
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, values) in [("x.npy", [1.0, 2.0]), ("y.npy", [0.5, f64::NAN])] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(&array(&values)).unwrap();
    }
    case.write("data.npz", archive.finish().unwrap().into_inner());
    let said = case.lowpoint("prove --data data.npz --model net.model.json");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.starts_with("error: data.npz: `y`"), "{}", said.err);
    assert!(said.err.to_lowercase().contains("nan"), "{}", said.err);
    assert_eq!(case.names(), ["data.json", "data.npz", "net.model.json"]);
}

#[test]
fn a_certificate_without_a_directory() {
    let case = Case::minimum();
    let hint = "hint: create it, or choose another place with `-o CERT`\n";
    refused(&case, &case.prove("-o no/a.cert"), &format!("error: no: the directory does not exist\n{hint}"));
}

#[test]
fn a_certificate_over_the_users_own_files() {
    let case = Case::minimum();
    let before = (case.read("data.json"), case.read("net.model.json"));
    for (name, what) in [("./net.model.json", "model"), ("data.json", "data")] {
        let message = format!("error: {name}: the certificate's file is the {what} file; it is not overwritten\n");
        let hint = "hint: choose another place with `-o CERT`\n";
        refused(&case, &case.prove(&format!("-o {name}")), &(message + hint));
    }
    assert_eq!(before, (case.read("data.json"), case.read("net.model.json")));
}

#[test]
fn a_certificate_that_is_no_plain_file() {
    let case = Case::minimum();
    std::fs::create_dir(case.path("sub")).unwrap();
    let said = case.prove("-o sub");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.starts_with("error: sub: not a regular file"), "{}", said.err);
}

#[test]
fn an_option_without_use() {
    let case = Case::minimum();
    let said = case.prove("--at point --claim saddle-nearby");
    let message = "error: the claim saddle-nearby does not go with the given `--at`\n";
    refused(&case, &said, &format!("{message}hint: use `--at near`, or leave it out\n"));
    let said = case.prove("--at point --zero-below 1/100");
    let message = "error: `--zero-below` and `--max-distance` are for a search near the given parameters\n";
    refused(&case, &said, &format!("{message}hint: use `--at near`\n"));
}

#[test]
fn usage() {
    let case = Case::minimum();
    for words in [
        "",
        "prove",
        "prove --data data.json --model net.model.json --claim best",
        "prove --data data.json --model net.model.json --negative-slope 2/4",
        "prove --data data.json --model net.model.json --zero-below -1",
        "prove --data data.json --model net.model.json --threads 0",
        "prove --data data.json --model net.model.json --hidden a",
        "check --data data.json --model net.model.json",
        "show",
        "show a.cert --model net.model.json",
        "show --data data.json",
    ] {
        let said = case.lowpoint(words);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{words}");
        assert!(!said.err.is_empty(), "{words}");
    }
    for words in ["--help", "--version", "prove --help"] {
        let said = case.lowpoint(words);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{words}");
    }
}
