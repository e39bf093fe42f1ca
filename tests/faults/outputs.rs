//! Places that cannot be written: full, read-only, missing, not a file, or written by two at once.

use crate::cases::Case;
use crate::{PROBLEM, is_temporary, left, refused, sh};

/// Runs the script where it may mount file systems of its own, or not at all: only root can, in a name space.
fn with_mounts(case: &Case, script: &str) -> Option<crate::cases::Said> {
    if sh(case, "unshare -m sh -c 'mkdir -p disk && mount -t tmpfs none disk'").code != 0 {
        println!("skipped: file systems cannot be mounted here");
        return None;
    }
    Some(sh(case, &format!("exec unshare -m sh -c '{script}'")))
}

#[test]
fn a_full_disk_leaves_nothing() {
    let case = Case::minimum();
    let script = "mount -t tmpfs -o size=8k none disk && (cat /dev/zero > disk/all 2> /dev/null;
        \"$LOWPOINT\" prove --data data.json --model net.model.json -o disk/a.cert; code=$?; ls -A disk >&2; exit $code)";
    let Some(said) = with_mounts(&case, script) else { return };
    refused(&said, "error: disk/a.cert: the file cannot be written: no storage space\nall\n");
}

#[test]
fn a_read_only_disk() {
    let case = Case::minimum();
    let script =
        "mount -t tmpfs -o ro none disk && \"$LOWPOINT\" prove --data data.json --model net.model.json -o disk/a.cert";
    let Some(said) = with_mounts(&case, script) else { return };
    refused(&said, "error: disk/a.cert: the file cannot be written: read-only filesystem or storage medium\n");
}

#[test]
fn a_limit_on_the_size_of_files() {
    let case = Case::minimum();
    let said = sh(&case, &format!("trap '' XFSZ; ulimit -f 0; exec \"$LOWPOINT\" prove {PROBLEM} -o a.cert"));
    refused(&said, "error: a.cert: the file cannot be written: file too large\n");
    assert_eq!(left(&case), [""; 0]);
    // Without the trap the limit's signal ends the program at once; a temporary file may stay, by its name.
    let said = sh(&case, &format!("ulimit -c 0; ulimit -f 0; \"$LOWPOINT\" prove {PROBLEM} -o a.cert"));
    assert!(said.code > 128, "{}", said.all());
    assert!(left(&case).iter().all(|name| is_temporary(name, "a.cert")), "{:?}", left(&case));
}

#[test]
fn standard_output_that_is_full() {
    let case = Case::minimum();
    let said = sh(&case, &format!("exec \"$LOWPOINT\" prove {PROBLEM} -o a.cert > /dev/full"));
    refused(&said, "error: standard output cannot be written: no storage space\n");
    // What was proved is there, and whole.
    assert_eq!(left(&case), ["a.cert"]);
    assert_eq!(case.check("a.cert").code, 0);
    let said = sh(&case, &format!("exec \"$CHECK\" {PROBLEM} a.cert > /dev/full"));
    refused(&said, "error: standard output cannot be written: no storage space\n");
}

#[test]
fn places_that_are_no_files() {
    let case = Case::minimum();
    std::fs::create_dir(case.path("sub")).unwrap();
    for (place, message) in [
        ("data.json/a.cert", "error: data.json: the directory does not exist\nhint: "),
        ("no/a.cert", "error: no: the directory does not exist\nhint: "),
        ("/proc/a.cert", "error: /proc/a.cert: the file cannot be written: "),
        ("/dev/full", "error: /dev/full: not a regular file; it is not overwritten\nhint: "),
        ("/dev/null", "error: /dev/null: not a regular file; it is not overwritten\nhint: "),
        ("sub", "error: sub: not a regular file; it is not overwritten\nhint: "),
        ("sub/..", "error: sub/..: expected the name of a file\n"),
        ("/", "error: /: expected the name of a file\n"),
    ] {
        refused(&sh(&case, &format!("exec \"$LOWPOINT\" prove {PROBLEM} -o {place}")), message);
        assert_eq!(left(&case), ["sub"], "{place}");
    }
}

#[test]
fn a_name_that_is_too_long() {
    let case = Case::minimum();
    let long = "a".repeat(300);
    let said = sh(&case, &format!("exec \"$LOWPOINT\" prove {PROBLEM} -o {long}"));
    refused(&said, &format!("error: {long}: the file cannot be written: invalid filename\n"));
    assert_eq!(left(&case), [""; 0]);
}

/// A link that leads nowhere, or to itself, is a name like any other: the certificate takes its place.
#[test]
fn links_without_an_end_are_replaced() {
    let case = Case::minimum();
    for target in ["missing/file", "a.cert"] {
        std::os::unix::fs::symlink(target, case.path("a.cert")).unwrap();
        let said = sh(&case, &format!("exec \"$LOWPOINT\" prove {PROBLEM} -o a.cert"));
        assert_eq!(said.code, 0, "{}", said.all());
        assert_eq!(left(&case), ["a.cert"]);
        assert_eq!(case.check("a.cert").code, 0);
        std::fs::remove_file(case.path("a.cert")).unwrap();
    }
}

#[test]
fn two_at_once_leave_one_whole_certificate() {
    let case = Case::not_stationary();
    for _ in 0..10 {
        let script = format!(
            "for n in 1 2 3 4; do (\"$LOWPOINT\" prove {PROBLEM} -o a.cert > /dev/null || echo failed >&2) & done; wait"
        );
        let said = sh(&case, &script);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        assert_eq!(left(&case), ["a.cert", "a.point.cert"]);
        assert_eq!((case.check("a.cert").code, case.check("a.point.cert").code), (0, 0));
    }
}

/// Of different problems one certificate stays; the other program says that its own is not the one on disk, or was first.
#[test]
fn two_problems_for_one_certificate() {
    let (case, other) = (Case::minimum(), Case::saddle());
    case.write("data2.json", other.read("data.json"));
    case.write("net2.json", other.read("net.model.json"));
    let prove = |more: &str| format!("(\"$LOWPOINT\" prove {more} -o a.cert > /dev/null; echo $?) & ");
    for _ in 0..10 {
        let script = [prove(PROBLEM), prove("--data data2.json --model net2.json"), "wait".into()].concat();
        let said = sh(&case, &script);
        assert!(["0\n0\n", "0\n2\n", "2\n0\n"].contains(&said.out.as_str()), "{}", said.all());
        let other = case.checker("--data data2.json --model net2.json a.cert").code;
        assert_eq!(case.check("a.cert").code + other, 1, "one of them is accepted, for the other it is rejected");
    }
}

/// A certificate of an earlier run that this one does not replace is named.
#[test]
fn certificates_of_earlier_runs_are_named() {
    let case = Case::not_stationary();
    assert_eq!(case.prove("").err, "");
    let note = |name: &str| format!("note: {name} is from an earlier run; this run did not write it\n");
    assert_eq!(case.prove("--at near").err, note("net.point.cert"));
    assert_eq!(case.prove("--at point").err, note("net.point.cert"));
    let undetermined = Case::undetermined();
    for name in ["data.json", "net.model.json"] {
        case.write(name, undetermined.read(name));
    }
    assert_eq!(case.prove("").err, note("net.cert") + &note("net.point.cert"));
    assert_eq!(left(&case), ["net.cert", "net.point.cert"]);
}
