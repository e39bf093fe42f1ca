//! `lowpoint check` and `lowpoint-check`: each of these runs both, and they must say the same.

use crate::cases::{Case, Said};
use insta::assert_snapshot;

/// A local minimum with its certificate.
fn proved() -> Case {
    let case = Case::minimum();
    assert_eq!(case.prove("-o a.cert").code, 0);
    case
}

fn parts(said: &Said) -> (i32, &str, &str) {
    (said.code, said.out.as_str(), said.err.as_str())
}

#[test]
fn an_accepted_certificate() {
    assert_snapshot!(proved().check("a.cert").all());
}

#[test]
fn another_claim_than_the_one_asked_for() {
    let case = proved();
    assert_eq!(case.check("a.cert --claim local-minimum").code, 0);
    let said = case.check("a.cert --claim saddle");
    assert_eq!((said.code, said.err.as_str()), (1, "a.cert: the certificate proves local-minimum, not saddle\n"));
}

#[test]
fn a_certificate_for_other_data_or_options() {
    let case = proved();
    let other = Case::not_stationary();
    case.write("data.json", other.read("data.json"));
    let said = case.check("a.cert");
    assert_eq!((said.code, said.out.as_str()), (1, "rejected\n"));
    assert!(said.err.starts_with("a.cert: header: rule statement: the certificate is for another data file: "));
    assert!(said.err.ends_with("\nhint: the file was changed, or the certificate is for another one\n"));
    let said = case.check("a.cert --negative-slope 1/10");
    assert_eq!((said.code, said.out.as_str()), (1, "rejected\n"));
    assert!(said.err.ends_with("\nhint: give `--negative-slope` as it was given to `prove`\n"), "{}", said.err);
}

#[test]
fn a_text_that_is_no_certificate() {
    let case = proved();
    case.write("b.cert", "lowpoint-certificate 4\n");
    assert_eq!(
        parts(&case.check("b.cert")),
        (
            2,
            "malformed\n",
            "b.cert: line 1: expected version 1, 2 or 3, the ones this program reads, found `lowpoint-certificate 4`\n"
        )
    );
    case.write("c.cert", "");
    assert_eq!(case.check("c.cert").code, 2);
    case.write("d.cert", case.read("a.cert").trim_end());
    assert_eq!(case.check("d.cert").code, 2);
}

#[test]
fn a_changed_step() {
    let case = proved();
    let text = case.read("a.cert");
    case.write("a.cert", text.replace("kinks 0 1", "kinks 0"));
    let said = case.check("a.cert");
    assert_eq!(
        parts(&said),
        (1, "rejected\n", "a.cert: neuron 0: rule kinks: expected sample 1 as the next kink, found none\n")
    );
    case.write("a.cert", text.replace("claim local-minimum", "claim saddle"));
    assert_eq!(case.check("a.cert").code, 1);
}

#[test]
fn files_that_are_missing_or_damaged() {
    let case = proved();
    assert_eq!(
        parts(&case.check("missing.cert")),
        (2, "", "error: missing.cert: the file cannot be read: entity not found\n")
    );
    case.write("net.model.json", "{");
    let said = case.check("a.cert");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.starts_with("error: net.model.json: "), "{}", said.err);
}

#[test]
fn answers_in_json() {
    let case = proved();
    let check =
        |name: &str| case.lowpoint(&format!("check --data data.json --model net.model.json --format json {name}"));
    assert_snapshot!("accepted_in_json", check("a.cert").all());
    case.write("b.cert", "certificate");
    assert_snapshot!("malformed_in_json", check("b.cert").all());
    case.write("c.cert", case.read("a.cert").replace("kinks 0 1", "kinks 0"));
    assert_snapshot!("rejected_in_json", check("c.cert").all());
}

#[test]
fn the_checker_names_wrong_arguments() {
    let case = proved();
    let hint = "hint: `lowpoint-check --help` lists the arguments\n";
    let said = case.checker("--data data.json a.cert");
    assert_eq!(parts(&said), (2, "", &*format!("error: `--model MODEL` is missing\n{hint}")));
    let said = case.checker("--data data.json --model net.model.json a.cert b.cert");
    assert_eq!(parts(&said), (2, "", &*format!("error: the certificate is given twice\n{hint}")));
    let said = case.checker("--help");
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.starts_with("usage: lowpoint-check --data DATA --model MODEL CERT"));
}
