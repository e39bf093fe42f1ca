//! Entries that fall, and entries that could not be done.

use crate::cases::Case;
use crate::{case, json, run};
use insta::assert_snapshot;

fn entry(name: &str, model: &str, expect: &str, more: &str) -> String {
    format!("[[entry]]\nname = '{name}'\ndata = 'data.json'\nmodel = '{model}'\nexpect = '{expect}'\n{more}\n\n")
}

fn prepared(entries: &[String]) -> Case {
    let case = case(&entries.concat());
    assert_eq!(case.prove("-o near.cert").code, 0);
    case
}

#[test]
fn every_reason_to_fall() {
    let net = "net.model.json";
    let case = prepared(&[
        entry("other-verdict", net, "saddle-nearby", "certificate = 'near.cert'"),
        entry("other-kind", net, "not-stationary", "certificate = 'near-2.cert'"),
        entry("refuted", net, "local-minimum", ""),
        entry("not-settled", net, "saddle-nearby", ""),
        entry("too-far-checked", net, "local-minimum-nearby", "certificate = 'near-3.cert'\nmax-distance = 1e-3"),
        entry("too-far-searched", net, "local-minimum-nearby", "max-distance = '1/1000'"),
        entry("tampered", net, "local-minimum-nearby", "certificate = 'tampered.cert'"),
        entry("missing", "best.json", "local-minimum", "certificate = 'missing.cert'"),
        entry("missing-folder", "best.json", "local-minimum", "certificate = 'no/a.cert'"),
        entry("settled-after-all", net, "undetermined", ""),
        entry("other-slope", net, "local-minimum-nearby", "negative-slope = 0.5\ncertificate = 'near-4.cert'"),
        entry("holds", "best.json", "local-minimum", ""),
    ]);
    let near = case.read("near.cert");
    (2..=4).for_each(|i| case.write(&format!("near-{i}.cert"), &near));
    let text = near.lines().map(|l| if l.starts_with("region ") { "region 70 70" } else { l });
    case.write("tampered.cert", text.map(|l| format!("{l}\n")).collect::<String>());
    let before = case.names();
    let said = run(&case, "--locked");
    assert_snapshot!(said.all());
    assert_eq!(said.code, 1);
    assert_eq!(case.names(), before, "nothing is written");
    let report = json(&case, "--locked");
    assert_eq!((&report["held"], &report["fell"]), (&1.into(), &11.into()));
}

#[test]
fn nothing_is_kept_of_an_entry_that_falls() {
    let case = case(&entry("a", "net.model.json", "saddle", "certificate = 'a.cert'"));
    assert_eq!(run(&case, "").code, 1);
    assert!(!case.path("a.cert").exists());
}

#[test]
fn what_is_undetermined_falls_with_its_reasons() {
    let case = Case::undetermined();
    case.write("s.toml", entry("open", "net.model.json", "local-minimum", "certificate = 'a.cert'"));
    let said = run(&case, "");
    assert_snapshot!(said.all());
    assert_eq!((said.code, case.path("a.cert").exists()), (1, false));
}

#[test]
fn what_could_not_be_done() {
    let case = prepared(&[
        entry("no-data", "net.model.json", "saddle", "").replace("data.json", "no.json"),
        entry("no-model", "no.json", "saddle", "certificate = 'near.cert'"),
        entry("damaged", "damaged.json", "saddle", ""),
        entry("malformed", "net.model.json", "saddle", "certificate = 'malformed.cert'"),
        entry("folder", "net.model.json", "saddle", "certificate = 'sub'"),
        entry("no-folder", "net.model.json", "not-stationary", "certificate = 'no/a.cert'"),
        entry("falls", "net.model.json", "saddle", ""),
        entry("holds", "best.json", "local-minimum", ""),
    ]);
    case.write("damaged.json", "{");
    case.write("malformed.cert", "lowpoint-certificate 1\nclaim\n");
    std::fs::create_dir(case.path("sub")).unwrap();
    let said = run(&case, "");
    assert_snapshot!(said.all());
    assert_eq!(said.code, 2, "what could not be done outweighs what fell");
}

#[test]
fn defaults_do_not_lend_models_or_names() {
    let case = case("[defaults]\ndata = 'data.json'\nexpect = 'saddle'\nmodel = 'net.model.json'\n");
    let said = run(&case, "");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.starts_with("error: s.toml:4:1: unknown key `model` in the defaults\n"), "{}", said.err);
}

#[test]
fn distances_are_compared_exactly() {
    let suite =
        entry("exact", "net.model.json", "local-minimum-nearby", "max-distance = 0.25\ncertificate = 'near.cert'");
    let case = prepared(std::slice::from_ref(&suite));
    // No float is between these two.
    let within = |bound: &str| {
        case.write("near.cert", case.read("near.cert").replace("nearby 0.2001", "nearby 0.25"));
        case.write("s.toml", suite.replace("0.25", bound));
        run(&case, "").code
    };
    assert_eq!((within("0.25"), within("0.2499999999999999999999999999")), (0, 1));
}
