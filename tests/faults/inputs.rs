//! Files that are not what they should be: empty, endless, looping, secret, changing.

use crate::cases::{Case, Said};
use crate::{PROBLEM, left, refused, sh};
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

/// Each of the three files of a check in turn, as `name`, by both programs.
fn in_each_place(case: &Case, name: &str) -> Vec<Said> {
    let mut all = Vec::new();
    for words in [
        format!("--data {name} --model net.model.json net.cert"),
        format!("--data data.json --model {name} net.cert"),
        format!("{PROBLEM} {name}"),
    ] {
        all.push(case.checker(&words));
        assert_eq!(Some(&case.lowpoint(&format!("check {words}"))), all.last(), "{words}");
    }
    all
}

#[test]
fn files_that_hold_nothing() {
    let case = Case::minimum();
    case.prove("");
    case.write("empty.json", "");
    symlink("/dev/null", case.path("null.json")).unwrap();
    for name in ["empty.json", "null.json"] {
        let [data, model, certificate] = &in_each_place(&case, name)[..] else { panic!() };
        for said in [data, model] {
            refused(said, &format!("error: {name}: not readable JSON: EOF while parsing a value"));
        }
        assert_eq!((certificate.code, certificate.out.as_str()), (2, "malformed\n"));
        let message = "line 1: expected a line that ends with a line feed, found the end of the file\n";
        assert_eq!(certificate.err, format!("{name}: {message}"));
    }
    for (name, words, reason) in [
        ("empty.csv", "--data empty.csv --model net.model.json --target y", "the file is empty\n"),
        ("empty.npz", "--data empty.npz --model net.model.json", "not a readable .npz archive: "),
        ("empty.npz", "--data data.json --model empty.npz", "not a readable .npz archive: "),
        ("empty.safetensors", "--data data.json --model empty.safetensors", "the header is truncated\nhint: "),
    ] {
        case.write(name, "");
        refused(&case.checker(&format!("{words} net.cert")), &format!("error: {name}: {reason}"));
    }
}

#[test]
fn names_that_lead_to_no_file() {
    let case = Case::minimum();
    case.prove("");
    symlink("loop.json", case.path("loop.json")).unwrap();
    symlink("gone", case.path("nowhere.json")).unwrap();
    fs::create_dir(case.path("directory.json")).unwrap();
    for (name, reason) in [
        ("loop.json", ": the file cannot be read: "),
        ("nowhere.json", ": the file cannot be read: entity not found\n"),
        ("directory.json", ": the file cannot be read: is a directory\n"),
        ("data.json/data.json", ": the file cannot be read: not a directory\n"),
    ] {
        in_each_place(&case, name).iter().for_each(|said| refused(said, &format!("error: {name}{reason}")));
    }
}

#[test]
fn a_file_that_may_not_be_read() {
    let case = Case::minimum();
    case.prove("");
    case.write("secret.json", case.read("data.json"));
    fs::set_permissions(case.path("secret.json"), Permissions::from_mode(0o000)).unwrap();
    if fs::read(case.path("secret.json")).is_ok() {
        return println!("skipped: this user may read every file");
    }
    let reason = "error: secret.json: the file cannot be read: permission denied\n";
    in_each_place(&case, "secret.json").iter().for_each(|said| refused(said, reason));
}

#[test]
fn names_that_are_not_text() {
    let case = Case::minimum();
    for (name, of) in [(&b"d\xff.json"[..], "data.json"), (b"m\xfe.json", "net.model.json")] {
        fs::write(case.path("").join(std::ffi::OsStr::from_bytes(name)), case.read(of)).unwrap();
    }
    let files = "--data \"$(printf 'd\\377.json')\" --model \"$(printf 'm\\376.json')\"";
    let said = sh(&case, &format!("exec \"$LOWPOINT\" prove {files} -o \"$(printf 'c\\375.cert')\""));
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.all());
    assert!(said.out.contains("\ncertificate: c\u{fffd}.cert ("), "{}", said.all());
    for program in ["\"$CHECK\"", "\"$LOWPOINT\" check"] {
        let said = sh(&case, &format!("exec {program} {files} \"$(printf 'c\\375.cert')\""));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.all());
    }
    let said = sh(&case, &format!("exec \"$CHECK\" {files} \"$(printf 'gone\\375.cert')\""));
    refused(&said, "error: gone\u{fffd}.cert: the file cannot be read: entity not found\n");
}

/// A pipe gives its bytes once: what is parsed and what is digested are the same bytes, or this would fail or wait for ever.
#[test]
fn each_file_is_read_once() {
    let case = Case::minimum();
    case.prove("");
    let pipes = "mkfifo d.json m.json c.cert; cat data.json > d.json & cat net.model.json > m.json & ";
    let said = sh(&case, &format!("{pipes} exec \"$LOWPOINT\" prove --data d.json --model m.json -o b.cert"));
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(case.read("b.cert"), case.read("net.cert"));
    let pipes = "cat data.json > d.json & cat net.model.json > m.json & cat net.cert > c.cert & ";
    let said = sh(&case, &format!("{pipes} exec \"$CHECK\" --data d.json --model m.json c.cert"));
    assert_eq!(said.code, 0, "{}", said.all());
}

/// A data file that is replaced, cut and written anew all the time: what is proved is of one of its states, whole.
#[test]
fn a_file_that_changes_meanwhile() {
    let case = Case::minimum();
    case.write("other.json", case.read("data.json").replace("\"-1\"", "\"-3\""));
    let writer = "(while [ ! -e stop ]; do cat other.json > d.json; : > d.json; cat data.json > d.json; cp data.json e; \
        mv e d.json; done) & ";
    let prove = "\"$LOWPOINT\" prove --at point --data d.json --model net.model.json -o $n.cert > $n.out 2> $n.err";
    let script = format!("cp data.json d.json; {writer} for n in $(seq 40); do {prove}; done; : > stop; wait");
    assert_eq!(sh(&case, &script).code, 0);
    let accepted =
        |name: &str, data: &str| case.checker(&format!("--data {data} --model net.model.json {name}")).code == 0;
    for number in 1..=40 {
        let (certificate, said) = (format!("{number}.cert"), case.read(&format!("{number}.err")));
        if case.path(&certificate).exists() {
            assert!(accepted(&certificate, "data.json") || accepted(&certificate, "other.json"), "{certificate}");
        } else {
            assert!(said.starts_with("error: d.json: "), "{said}");
        }
    }
    assert!(left(&case).iter().all(|name| !name.ends_with(".tmp")));
}

#[test]
fn endless_files() {
    let case = Case::minimum();
    case.prove("");
    symlink("/dev/zero", case.path("zero.json")).unwrap();
    let limited = |words: &str| sh(&case, &format!("ulimit -v 1500000; exec \"$CHECK\" {words}"));
    for words in [
        "--data zero.json --model net.model.json net.cert".to_string(),
        "--data data.json --model zero.json net.cert".to_string(),
        format!("{PROBLEM} zero.json"),
    ] {
        refused(&limited(&words), "error: zero.json: the file is longer than the limit of 268435456 bytes\n");
    }
}
