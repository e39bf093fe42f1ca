//! What the programs say and how they exit.
#![cfg(feature = "search")]

mod cases;
mod checks;
mod decay;
mod refusals;
mod routes;

use cases::Case;
use insta::assert_snapshot;

#[test]
fn a_local_minimum_at_the_point() {
    let case = Case::minimum();
    assert_snapshot!(case.prove("").all());
    assert_eq!(case.names(), ["data.json", "net.cert", "net.model.json"]);
    assert_snapshot!("a_local_minimum_in_json", case.prove("--at point --format json").all());
}

#[test]
fn a_point_that_is_not_stationary_has_a_minimum_nearby() {
    let case = Case::not_stationary();
    assert_snapshot!(case.prove("").all());
    assert_eq!(case.names(), ["data.json", "net.cert", "net.model.json", "net.point.cert"]);
    assert!(case.read("net.cert").contains("\nclaim local-minimum-nearby "));
    assert!(case.read("net.point.cert").contains("\nclaim not-stationary\n"));
    for name in ["net.cert", "net.point.cert"] {
        assert_eq!(case.check(name).code, 0, "{name}");
    }
}

#[test]
fn both_verdicts_in_one_json_object() {
    let said = Case::not_stationary().prove("--format json");
    assert_snapshot!(said.all());
    let object: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(object["verdict"], "local-minimum-nearby");
    assert_eq!(object["loss"]["exact"], "1/10");
    assert_eq!(object["at_point"]["verdict"], "not-stationary");
    assert_eq!(object["at_point"]["certificate"], "net.point.cert");
}

#[test]
fn the_point_alone() {
    let case = Case::not_stationary();
    assert_snapshot!(case.prove("--at point -o point.proof").all());
    assert_eq!(case.names(), ["data.json", "net.model.json", "point.proof"]);
}

#[test]
fn a_saddle_names_its_escape_neuron() {
    let case = Case::saddle();
    assert_snapshot!(case.prove("--claim saddle").all());
    assert_eq!(case.check("net.cert --claim saddle").code, 0);
}

#[test]
fn an_undetermined_point_writes_nothing() {
    let case = Case::undetermined();
    assert_snapshot!(case.prove("").all());
    assert_snapshot!("an_undetermined_point_in_json", case.prove("--format json").all());
    assert_eq!(case.names(), ["data.json", "net.model.json"]);
}

#[test]
fn a_minimum_by_the_second_order_states_no_region() {
    let case = Case::turning_costs();
    assert_snapshot!(case.prove("").all());
    assert_snapshot!("a_second_order_is_shown", case.lowpoint("show net.cert").all());
    assert_snapshot!("a_second_order_in_json", case.prove("--at point --format json").all());
    assert_eq!(case.check("net.cert").code, 0);
}

#[test]
fn a_claim_decides_the_exit_code() {
    let case = Case::not_stationary();
    assert_eq!(case.prove("--claim not-stationary").code, 0);
    let refuted = case.prove("--claim local-minimum");
    assert_eq!((refuted.code, refuted.err.as_str()), (1, "local-minimum is refuted: not-stationary is proved\n"));
    assert_eq!(case.prove("--claim local-minimum-nearby").code, 0);
    let other = case.prove("--claim saddle-nearby");
    assert_eq!((other.code, other.err.as_str()), (1, "saddle-nearby is not settled: local-minimum-nearby is proved\n"));
    let open = Case::undetermined().prove("--claim saddle");
    assert_eq!((open.code, open.err.as_str()), (1, "saddle is not settled\n"));
}

#[test]
fn a_search_that_may_not_go_far_says_so() {
    let case = Case::not_stationary();
    let said = case.prove("--at near --max-distance 1/1000");
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.out.starts_with("undetermined: "), "{}", said.out);
    let fallen_back = case.prove("--max-distance 1/1000");
    assert_eq!(fallen_back.code, 0);
    assert!(fallen_back.out.starts_with("not-stationary: "), "{}", fallen_back.out);
    assert!(fallen_back.out.contains("\nnearby: undetermined: "), "{}", fallen_back.out);
}

#[test]
fn the_printed_command_checks_the_certificate() {
    let case = Case::not_stationary();
    case.write("data.csv", "a,t,b\n1,1,0.5\n2,1,-1\n-1,0.25,3\n");
    case.write("leaky.json", r#"{"layers": [{"weight": [["1","1/3"]], "bias": ["0"]}, {"weight": [["1"]]}]}"#);
    let files = "--data data.csv --model leaky.json --target t --negative-slope 1/10";
    let said = case.lowpoint(&format!("prove {files} --at point"));
    assert_eq!(said.code, 0, "{}", said.all());
    let command = said.out.trim_end().rsplit("\n  lowpoint ").next().unwrap().to_string();
    assert_eq!(command, "check --data data.csv --model leaky.json --negative-slope 1/10 --target t leaky.cert");
    let checked = case.lowpoint(&command);
    assert_eq!(checked.code, 0, "{}", checked.all());
    let (_, arguments) = command.split_once(' ').unwrap();
    assert_eq!(case.checker(arguments), checked);
}

#[test]
fn output_does_not_depend_on_the_number_of_threads() {
    let case = Case::not_stationary();
    let one = (case.prove("--threads 1"), case.read("net.cert"));
    assert_eq!(one, (case.prove("--threads 2"), case.read("net.cert")));
}

#[test]
fn certificates_and_models_are_shown() {
    let case = Case::not_stationary();
    case.prove("");
    let hide_digests = |text: String| {
        let words = text.split(' ').map(|w| {
            let rest = w.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            if w.len() - rest.len() == 64 { format!("DIGEST{rest}") } else { w.to_string() }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!("shown_certificate", hide_digests(case.lowpoint("show net.cert").all()));
    assert_snapshot!("shown_model", hide_digests(case.lowpoint("show --model net.model.json").all()));
    assert_snapshot!(
        "shown_model_on_data",
        hide_digests(case.lowpoint("show --model net.model.json --data data.json").all())
    );
}
