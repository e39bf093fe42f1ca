//! A retrained checkpoint, or edited data, under the old certificate.

use crate::cases::Case;
use crate::{json, run, with_dead_neuron};
use insta::assert_snapshot;

const SUITE: &str =
    "[[entry]]\ndata = 'data.json'\nmodel = 'net.model.json'\nexpect = 'local-minimum'\ncertificate = 'net.cert'\n";

/// A local minimum with its certificate.
fn proved() -> Case {
    let case = Case::minimum();
    case.write("net.model.json", with_dead_neuron("0", "-1"));
    case.write("s.toml", SUITE);
    assert_eq!(run(&case, "").code, 0);
    case
}

/// The run leaves the certificate as it is.
fn falls(case: &Case) -> String {
    let before = case.read("net.cert");
    let said = run(case, "");
    assert_eq!((said.code, case.read("net.cert")), (1, before), "{}", said.all());
    said.all()
}

#[test]
fn a_weight_that_the_proof_does_not_rest_on() {
    let case = proved();
    case.write("net.model.json", with_dead_neuron("0", "-2"));
    assert_snapshot!(falls(&case));
    let stale = &json(&case, "")["entries"][0]["stale"];
    assert_eq!(stale["proof_holds"], "local-minimum: the parameters are a local minimum of the loss");
    assert_eq!(stale["differences"][0]["what"], "model file");
    // Both digests are those that the certificates name.
    let named = |case: &Case| case.read("net.cert").lines().nth(3).unwrap().replace("model ", "");
    assert_eq!(stale["differences"][0]["certificate"], named(&case));
    assert_eq!(case.prove("-o net.cert").code, 0);
    assert_eq!(stale["differences"][0]["file"], named(&case));
}

#[test]
fn a_weight_that_the_proof_rests_on() {
    let case = proved();
    case.write("net.model.json", with_dead_neuron("1/2", "-1"));
    assert_snapshot!(falls(&case));
    let stale = &json(&case, "")["entries"][0]["stale"];
    assert!(stale["proof_fails"].as_str().unwrap().starts_with("neuron 0: rule kinks: "), "{stale}");
    assert!(stale["proof_holds"].is_null());
}

#[test]
fn data_in_another_spelling_and_a_retrained_model() {
    let case = proved();
    case.write("data.json", case.read("data.json").replace(": ", ":  "));
    case.write("net.model.json", with_dead_neuron("0", "-3"));
    assert_snapshot!(falls(&case));
}

#[test]
fn another_target_at_the_same_point() {
    let case = proved();
    case.write("data.json", case.read("data.json").replace("\"-2\"", "\"2\""));
    let said = falls(&case);
    assert!(said.contains("the proof fails of the files as they are now, at neuron 0: rule "), "{said}");
}
