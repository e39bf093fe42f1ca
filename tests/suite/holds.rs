//! Suites that hold.

use crate::cases::Case;
use crate::{case, json, one_neuron, run};
use insta::assert_snapshot;
use std::path::Path;

const TWO: &str = r#"
[defaults]
data = "data.json"
certificate = "{model}.cert"

[[entry]]
model = "best.json"
expect = "local-minimum"

[[entry]]
name = "near"
model = "net.model.json"
expect = "local-minimum-nearby"
max-distance = 0.25
"#;

#[test]
fn missing_certificates_are_produced_and_then_checked() {
    let case = case(TWO);
    assert_snapshot!("produced", run(&case, "").all());
    assert_eq!(case.names(), ["best.cert", "best.json", "data.json", "net.cert", "net.model.json", "s.toml"]);
    let made = case.read("net.cert");
    let again = run(&case, "--locked");
    assert_eq!((again.code, again.out.matches(" checked").count()), (0, 2), "{}", again.all());
    assert_eq!(case.prove("--claim local-minimum-nearby -o other.cert").code, 0);
    assert_eq!(made, case.read("other.cert"), "run and prove make the same certificate");
    assert_eq!(case.check("net.cert").code, 0);
}

#[test]
fn without_a_place_nothing_is_written() {
    let case = case(&TWO.replace("certificate = ", "# "));
    let said = run(&case, "--locked");
    assert_eq!((said.code, said.out.matches(" not kept").count()), (0, 2), "{}", said.all());
    assert_eq!(case.names(), ["best.json", "data.json", "net.model.json", "s.toml"]);
}

#[test]
fn undetermined_may_be_what_is_expected() {
    let case = Case::undetermined();
    case.write("s.toml", "[[entry]]\ndata = 'data.json'\nmodel = 'net.model.json'\nexpect = 'undetermined'\n");
    let said = run(&case, "");
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("net    held    undetermined  undetermined"), "{}", said.out);
}

#[test]
fn options_are_those_of_prove() {
    let case = case(
        "entry = [{ data = 'data.csv', model = 'leaky.json', targets = ['t'], negative-slope = '1/10', \
         loss = 'squared', max-cells = 5, at = 'point', expect = 'not-stationary', certificate = 'leaky.cert' }]\n",
    );
    case.write("data.csv", "a,t,b\n1,1,0.5\n2,1,-1\n-1,0.25,3\n");
    case.write("leaky.json", r#"{"layers": [{"weight": [["1","1/3"]], "bias": ["0"]}, {"weight": [["1"]]}]}"#);
    assert_eq!(run(&case, "").code, 0);
    let check = "check --data data.csv --model leaky.json --negative-slope 1/10 --target t leaky.cert";
    assert_eq!(case.lowpoint(check).code, 0);
    assert_eq!(json(&case, "")["entries"][0]["evidence"], "checked");
}

#[test]
fn a_pattern_is_an_entry_for_each_model_in_order() {
    let case = case(
        "[[entry]]\nname = 'run-{model}'\ndata = 'data.json'\nmodel = 'models/[a-z]*.json'\nexpect = 'local-minimum'\n\
         certificate = 'models/{model}.cert'\n",
    );
    std::fs::create_dir(case.path("models")).unwrap();
    let names: Vec<String> = (0..60).map(|i| format!("m{i:02}")).collect();
    for (i, name) in names.iter().enumerate().rev() {
        // Scaled copies of `best` compute one function.
        let scale = 3 * i + 1;
        case.write(&format!("models/{name}.json"), one_neuron(&scale.to_string(), &format!("3/{}", 5 * scale)));
    }
    case.write("models/.hidden.json", "no model");
    case.write("models/0.json", "no model");
    let report = json(&case, "--threads 4");
    let found: Vec<&str> = report["entries"].as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap()).collect();
    assert_eq!(found, names.iter().map(|name| format!("run-{name}")).collect::<Vec<_>>());
    assert_eq!((&report["held"], &report["fell"], &report["errors"]), (&60.into(), &0.into(), &0.into()));
    let files = std::fs::read_dir(case.path("models")).unwrap().count();
    assert_eq!(files, 2 * 60 + 2, "models, certificates, and nothing else");
}

#[test]
fn output_and_certificates_do_not_depend_on_threads() {
    let outcome = |threads: &str| {
        let case = case(TWO);
        case.write(
            "s.toml",
            format!("{TWO}\n[[entry]]\nname = 'wrong'\nmodel = 'best.json'\nexpect = 'saddle'\ncertificate = 'w'\n"),
        );
        let said = run(&case, &format!("--threads {threads}"));
        (said, case.read("best.cert"), case.read("net.cert"), case.names())
    };
    let one = outcome("1");
    assert_eq!(one.0.code, 1);
    assert_eq!(one, outcome("4"));
}

#[test]
fn selected_entries_run_alone() {
    let case = case(TWO);
    let report = json(&case, "near");
    assert_eq!((report["entries"].as_array().unwrap().len(), &report["held"]), (1, &1.into()));
    assert!(!case.path("best.cert").exists());
    let said = run(&case, "near bst");
    let message = "error: the suite has no entry `bst`\nhint: the nearest name is `best`\n";
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (2, "", message));
}

#[test]
fn the_published_certificates_are_a_suite_that_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<String> = std::fs::read_dir(root.join("certificates"))
        .unwrap()
        .map(Result::unwrap)
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().into_string().unwrap())
        .collect();
    folders.sort();
    let suite = root.join("certificates/suite.toml");
    let said = Case::minimum().lowpoint(&format!("run {} --locked --format json", suite.display()));
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.all());
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let entries = report["entries"].as_array().unwrap();
    assert!(entries.iter().all(|e| e["evidence"] == "checked"), "{}", said.out);
    assert_eq!(entries.iter().map(|e| e["name"].as_str().unwrap()).collect::<Vec<_>>(), folders);
}

#[test]
fn weight_decay_is_part_of_an_entry() {
    let entry = |more: &str| format!("[[entry]]\nmodel = 'net.model.json'\nexpect = 'not-stationary'\n{more}\n");
    let suite = format!(
        "[defaults]\ndata = 'data.json'\nsklearn-alpha = 0.5\n{}{}",
        entry("name = 'alpha'\ncertificate = 'alpha.cert'"),
        // What an entry says itself replaces the other convention.
        entry("name = 'torch'\ncertificate = 'torch.cert'\nweight-decay = '1/10'\ndecay = 'weights'"),
    );
    let case = case(&suite);
    let said = run(&case, "");
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(case.read("alpha.cert").contains("\npenalty 1/2 0 1/2 0\n"));
    assert!(case.read("torch.cert").contains("\npenalty 1/10 0 1/10 0\n"));
    assert_eq!(run(&case, "--locked").code, 0);
    assert_eq!(case.check("--weight-decay 0.1 --decay weights torch.cert").code, 0);
    // With another decay the certificate does not hold.
    case.write("s.toml", suite.replace("0.5", "0.25"));
    let fell = run(&case, "--locked alpha");
    assert!(fell.code == 1 && fell.all().contains("another weight decay"), "{}", fell.all());
}
