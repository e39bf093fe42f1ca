//! Programs that are stopped: Ctrl-C, kill, readers that go away, threads that cannot be had.

use crate::cases::Case;
use crate::{PROBLEM, is_temporary, left, refused, sh};
use std::time::{Duration, Instant};

/// Starts a proof in the background with signals as a terminal sends them, ends it with a signal after some time, and
/// says how it ended.
fn stopped(prove: &str, seconds: f64, signal: &str) -> String {
    // A shell's background jobs ignore Ctrl-C, and so do their programs, unless they are told not to.
    let start = "if env --default-signal=INT true 2> /dev/null; then go='env --default-signal=INT'; fi";
    format!("{start}; $go \"$LOWPOINT\" prove {prove} & sleep {seconds}; kill -{signal} $! 2> /dev/null; wait $!")
}

#[test]
fn ctrl_c_in_a_long_proof() {
    let case = Case::many_cells();
    let start = Instant::now();
    let said = sh(&case, &stopped(&format!("{PROBLEM} --max-cells 4000000000"), 0.5, "INT"));
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (130, "", "error: interrupted\n"));
    assert!(start.elapsed() < Duration::from_secs(10), "it takes {:?} to stop", start.elapsed());
    assert_eq!(left(&case), [""; 0]);
}

#[test]
fn ctrl_c_while_waiting_for_a_file() {
    let case = Case::minimum();
    let said =
        sh(&case, &format!("mkfifo pipe.json; {}", stopped("--data pipe.json --model net.model.json", 0.3, "INT")));
    assert_eq!((said.code, said.err.as_str()), (130, "error: interrupted\n"), "{}", said.all());
    assert_eq!(left(&case), ["pipe.json"]);
}

/// At any moment, the writing included: the certificate is whole or not there, and no other file is.
#[test]
fn ctrl_c_at_any_moment() {
    let mut interrupted = 0;
    for step in 0..40 {
        let case = Case::not_stationary();
        let said = sh(&case, &stopped(PROBLEM, f64::from(step) / 2000.0, "INT"));
        assert!([0, 130].contains(&said.code), "{}", said.all());
        interrupted += usize::from(said.code == 130);
        whole(&case, &[]);
    }
    println!("interrupted {interrupted} of 40");
}

/// What nothing can answer: no partial certificate either, but a temporary file may stay, by its name.
#[test]
fn a_kill_leaves_no_partial_certificate() {
    for step in 0..40 {
        let case = Case::not_stationary();
        let said = sh(&case, &stopped(PROBLEM, f64::from(step) / 2000.0, "KILL"));
        assert!([0, 137].contains(&said.code), "{}", said.all());
        let temporary: Vec<String> = left(&case)
            .into_iter()
            .filter(|name| ["net.cert", "net.point.cert"].iter().any(|of| is_temporary(name, of)))
            .collect();
        whole(&case, &temporary);
    }
}

/// Nothing is left but whole certificates and the names given.
fn whole(case: &Case, more: &[String]) {
    for name in left(case).iter().filter(|name| !more.contains(name)) {
        assert!(["net.cert", "net.point.cert"].contains(&name.as_str()), "{name} is left");
        assert_eq!(case.check(name).code, 0, "{name}");
    }
}

#[test]
fn readers_that_go_away() {
    let case = Case::many_cells();
    sh(&case, &format!("\"$LOWPOINT\" prove {PROBLEM} --max-cells 1"));
    for command in [
        "show --model net.model.json --data data.json",
        "prove --data data.json --model net.model.json --max-cells 1",
        "--help",
        "prove --help",
    ] {
        let said = sh(&case, &format!("(\"$LOWPOINT\" {command}; echo $? >&2) | true"));
        assert!(["0\n", "1\n"].contains(&said.err.as_str()), "{command}: {}", said.all());
        let said = sh(&case, &format!("(\"$LOWPOINT\" {command}; echo $? >&2) | head -n 1"));
        assert!(["0\n", "1\n"].contains(&said.err.as_str()), "{command}: {}", said.all());
        assert!(said.out.lines().count() == 1, "{command}: {}", said.all());
    }
}

#[test]
fn streams_that_are_closed() {
    let case = Case::minimum();
    assert_eq!(sh(&case, &format!("exec \"$LOWPOINT\" prove {PROBLEM} >&-")).code, 0);
    assert_eq!(case.check("net.cert").code, 0);
    assert_eq!(sh(&case, &format!("exec \"$CHECK\" {PROBLEM} net.cert >&- 2>&- <&-")).code, 0);
    assert_eq!(sh(&case, "exec \"$LOWPOINT\" prove --data no.json --model net.model.json 2>&-").code, 2);
    assert_eq!(sh(&case, "exec \"$LOWPOINT\" prove --data no.json --model net.model.json 2> /dev/full").code, 2);
    assert_eq!(sh(&case, "exec \"$CHECK\" 2>&-").code, 2);
}

/// Every command takes one thread for each processor, whatever other programs' settings say.
#[test]
fn many_threads() {
    let case = Case::minimum();
    let said = sh(&case, &format!("RAYON_NUM_THREADS=1000000 exec \"$LOWPOINT\" prove {PROBLEM}"));
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for check in ["\"$LOWPOINT\" check", "\"$CHECK\""] {
        let said = sh(&case, &format!("RAYON_NUM_THREADS=1000000 exec {check} {PROBLEM} net.cert"));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{check}");
    }
    let said = sh(&case, &format!("exec \"$LOWPOINT\" prove {PROBLEM} --threads 1025"));
    refused(&said, "error: invalid value '1025' for '--threads <N>': 1025 is not in 1..=1024");
    // Not even one stack fits into the address space.
    let said = sh(
        &case,
        &format!("ulimit -v 2000000; RUST_MIN_STACK=8000000000 exec \"$LOWPOINT\" prove {PROBLEM} --threads 8"),
    );
    refused(&said, "error: `--threads 8`: the threads cannot be started: ");
}
