//! Files that ask for much memory: the programs run with little address space, in which what they take must fit.

use crate::cases::{Case, Said};
use crate::{PROBLEM, refused, sh};
use std::fs::File;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A check with at most so many MiB of address space, and in bounded time.
fn within(case: &Case, mib: u64, words: &str) -> Said {
    let start = Instant::now();
    let said = sh(case, &format!("ulimit -v {}; exec \"$CHECK\" {words}", mib << 10));
    assert!(start.elapsed() < Duration::from_secs(300), "{words} takes {:?}", start.elapsed());
    said
}

fn zeros(case: &Case, name: &str, length: u64) {
    File::create(case.path(name)).unwrap().set_len(length).unwrap();
}

#[test]
fn a_gigabyte_of_zeros() {
    let case = Case::minimum();
    case.prove("");
    for name in ["zeros.json", "zeros.csv", "zeros.npz", "zeros.safetensors", "zeros.cert"] {
        zeros(&case, name, 1 << 30);
    }
    let long = "the file is longer than the limit of 268435456 bytes\n";
    for (words, message) in [
        (format!("{PROBLEM} zeros.cert"), format!("error: zeros.cert: {long}")),
        ("--data zeros.json --model net.model.json net.cert".into(), format!("error: zeros.json: {long}")),
        ("--data data.json --model zeros.json net.cert".into(), format!("error: zeros.json: {long}")),
        ("--data zeros.csv --model net.model.json net.cert --target y".into(), format!("error: zeros.csv: {long}")),
    ] {
        refused(&within(&case, 100, &words), &message);
    }
    let archive = "error: zeros.npz: not a readable .npz archive: ";
    refused(&within(&case, 1200, "--data zeros.npz --model net.model.json net.cert"), archive);
    refused(&within(&case, 1200, "--data data.json --model zeros.npz net.cert"), archive);
    let tensors = "error: zeros.safetensors: not readable JSON: ";
    refused(&within(&case, 1200, "--data data.json --model zeros.safetensors net.cert"), tensors);
    // More address space than there is: said so, not ended by it.
    let short = "error: zeros.npz: the file cannot be read: out of memory\n";
    refused(&within(&case, 500, "--data zeros.npz --model net.model.json net.cert"), short);
    zeros(&case, "zeros.npz", (2 << 30) + 1);
    let long = "error: zeros.npz: the file is longer than the limit of 2147483648 bytes\n";
    refused(&within(&case, 100, "--data zeros.npz --model net.model.json net.cert"), long);
}

/// An archive of arrays of zeros: `bytes` of each, as `numpy` writes them.
fn archive(arrays: &[(String, usize)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in arrays {
        let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({bytes}, 1), }}");
        writer.start_file(format!("{name}.npy"), deflated).unwrap();
        writer.write_all(b"\x93NUMPY\x01\x00\x75\x00").unwrap();
        writer.write_all(format!("{header:<116}\n").as_bytes()).unwrap();
        writer.write_all(&vec![0; *bytes]).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_archive_that_expands_beyond_all_data() {
    let case = Case::minimum();
    case.prove("");
    case.write("bomb.npz", archive(&[("x".into(), 64 << 20), ("y".into(), 64 << 20)]));
    let length = case.path("bomb.npz").metadata().unwrap().len();
    let message = format!(
        "error: bomb.npz: `x.npy`: the array's 67108991 bytes are over the limit of {}\n\
         hint: no more than 200 times the file's length is read; do not compress the arrays\n",
        200 * length
    );
    refused(&within(&case, 100, "--data bomb.npz --model net.model.json net.cert"), &message);
    let many: Vec<_> = (0..2000).map(|n| (format!("a{n}"), 1 << 20)).collect();
    case.write("many.npz", archive(&many));
    let said = within(&case, 1000, "--data many.npz --model net.model.json net.cert");
    refused(&said, "error: many.npz: `a");
    assert!(said.err.contains("bytes are over the limit of"), "{}", said.all());
    // Small data of one number compress as well, and are read.
    case.write("small.npz", archive(&[("x".into(), 10_000), ("y".into(), 10_000)]));
    let said = within(&case, 100, "--data small.npz --model net.model.json net.cert");
    assert_eq!((said.code, said.out.as_str()), (1, "rejected\n"), "{}", said.all());
}

/// Numbers of one digit: the text of most memory for its length.
#[test]
fn a_certificate_of_many_words() {
    let case = Case::minimum();
    case.prove("");
    let text = case.read("net.cert");
    let (head, tail) = text.split_once("multipliers ").unwrap();
    let (line, tail) = tail.split_once('\n').unwrap();
    assert!(!line.is_empty());
    let with = |numbers: usize| format!("{head}multipliers 1{}\n{tail}", " 1".repeat(numbers));
    case.write("many.cert", with(1 << 20));
    let said = within(&case, 200, &format!("{PROBLEM} many.cert"));
    assert_eq!((said.code, said.out.as_str()), (1, "rejected\n"), "{}", said.all());
    case.write("many.cert", with(1 << 25));
    let said = within(&case, 200, &format!("{PROBLEM} many.cert"));
    assert_eq!((said.code, said.out.as_str()), (2, "malformed\n"), "{}", said.all());
    assert!(said.err.contains("at most 33554432 words"), "{}", said.all());
}

/// As many words as there may be.
#[test]
#[ignore = "takes 2.5 GB"]
fn a_certificate_of_most_words() {
    let case = Case::minimum();
    case.prove("");
    let text = case.read("net.cert");
    let (head, tail) = text.split_once("multipliers ").unwrap();
    let (_, tail) = tail.split_once('\n').unwrap();
    let numbers = (1 << 25) - text.split([' ', '\n']).count();
    case.write("most.cert", format!("{head}multipliers 1{}\n{tail}", " 1".repeat(numbers)));
    let said = within(&case, 2600, &format!("{PROBLEM} most.cert"));
    assert_eq!((said.code, said.out.as_str()), (1, "rejected\n"), "{}", said.all());
}
