//! `--update`: what is proved becomes what is expected, and nothing else does.

use crate::cases::Case;
use crate::{case, json, one_neuron, run, with_dead_neuron};
use insta::assert_snapshot;

const SUITE: &str = "\
# What we rely on.
[defaults]
expect = \"local-minimum\" # of most
data = 'data.json'

[[entry]] # the trained one
model = \"net.model.json\"
expect   =  'saddle-nearby'   # hoped for
certificate = 'net.cert'

[[entry]]
name = \"point\"
model = 'net.model.json'

[[entry]]
model = 'best.json' # holds already
";

#[test]
fn expectations_are_rewritten_and_the_rest_stays() {
    let case = case(SUITE);
    assert_eq!(run(&case, "").code, 1);
    let said = run(&case, "--update");
    assert_snapshot!("before_and_after", format!("{}--- s.toml\n{}", said.all(), case.read("s.toml")));
    assert_eq!(run(&case, "--locked").code, 0);
    let after = (case.names(), case.read("s.toml"), case.read("net.cert"));
    let again = run(&case, "--update");
    assert!(!again.out.contains("update:"), "{}", again.out);
    assert_eq!(after, (case.names(), case.read("s.toml"), case.read("net.cert")));
}

#[test]
fn the_change_stands_in_the_report() {
    let case = case(&SUITE.replace('\n', "\r\n"));
    let entries = json(&case, "--update")["entries"].clone();
    assert_eq!(
        (&entries[0]["expected_before"], &entries[0]["expected"]),
        (&"saddle-nearby".into(), &"local-minimum-nearby".into())
    );
    assert_eq!((&entries[0]["evidence"], &entries[0]["result"]), (&"produced".into(), &"held".into()));
    assert_eq!(entries[2]["expected_before"], serde_json::Value::Null);
    assert_eq!(case.read("s.toml").matches('\n').count(), case.read("s.toml").matches("\r\n").count());
}

#[test]
fn a_certificate_for_an_older_checkpoint_is_replaced() {
    let case = Case::minimum();
    case.write("net.model.json", with_dead_neuron("0", "-1"));
    case.write(
        "s.toml",
        "[[entry]]\ndata = 'data.json'\nmodel = 'net.model.json'\nexpect = 'local-minimum'\ncertificate = 'c'\n",
    );
    assert_eq!(run(&case, "").code, 0);
    let (suite, old) = (case.read("s.toml"), case.read("c"));
    case.write("net.model.json", with_dead_neuron("0", "-2"));
    assert_eq!(run(&case, "").code, 1);
    let said = run(&case, "--update");
    assert_eq!(
        (said.code, said.out.lines().next()),
        (0, Some("update: net: certificate c replaced")),
        "{}",
        said.all()
    );
    assert_eq!(case.check("c").code, 0);
    assert_ne!(case.read("c"), old);
    assert_eq!(case.read("s.toml"), suite);
}

#[test]
fn inline_tables_are_rewritten_too() {
    let case = case("entry = [{ data = 'data.json', model = 'best.json', expect = 'saddle' }] # one\n");
    assert_eq!(run(&case, "--update").code, 0);
    let expected = "entry = [{ data = 'data.json', model = 'best.json', expect = \"local-minimum\" }] # one\n";
    assert_eq!(case.read("s.toml"), expected);
}

/// The run falls or fails with this code, and the directory stays as it is.
fn left(case: &Case, words: &str, code: i32) {
    let before: Vec<(String, String)> = case.names().into_iter().map(|name| (name.clone(), case.read(&name))).collect();
    let said = run(case, &format!("{words} --update"));
    assert_eq!(said.code, code, "{}", said.all());
    let after: Vec<(String, String)> = case.names().into_iter().map(|name| (name.clone(), case.read(&name))).collect();
    assert_eq!(before, after, "{}", said.all());
    assert!(code == 2 || said.out.contains("left as it is: "), "{}", said.out);
}

#[test]
fn what_is_not_proved_is_never_written() {
    let entry = |more: &str| format!("[[entry]]\ndata = 'data.json'\nmodel = 'net.model.json'\n{more}\n");
    let open = Case::undetermined();
    open.write("s.toml", entry("expect = 'local-minimum'\ncertificate = 'c'"));
    left(&open, "", 1);
    let far = case(&entry("expect = 'saddle-nearby'\nmax-distance = 0.001"));
    left(&far, "", 1);
    let checked = case(&entry("expect = 'saddle-nearby'\nmax-distance = 0.001\ncertificate = 'c'"));
    assert_eq!(checked.prove("-o c").code, 0);
    left(&checked, "", 1);
}

#[test]
fn what_could_not_be_done_is_no_pass() {
    let entry =
        "[[entry]]\ndata = 'data.json'\nmodel = 'net.model.json'\nexpect = 'not-stationary'\ncertificate = 'c'\n";
    let malformed = case(entry);
    malformed.write("c", "my notes\n");
    left(&malformed, "", 2);
    let missing = case(&entry.replace("data.json", "no.json"));
    left(&missing, "", 2);
    let twice = case(&format!("{entry}at = 'point'\nexpect = 'saddle'\n"));
    left(&twice, "", 2);
}

#[test]
fn an_entry_of_many_models_changes_as_a_whole() {
    let suite = "[[entry]]\ndata = 'data.json'\nmodel = 'm*.json'\nexpect = 'saddle'\ncertificate = '{model}.cert'\n";
    let case = case(suite);
    case.write("m1.json", one_neuron("1", "3/5"));
    case.write("m2.json", one_neuron("1", "1/2"));
    left(&case, "", 1);
    case.write("m2.json", one_neuron("3", "1/5"));
    left(&case, "m1", 1);
    let said = run(&case, "--update");
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(case.read("s.toml"), suite.replace("'saddle'", "\"local-minimum\""));
    assert!(case.path("m1.cert").exists() && case.path("m2.cert").exists());
}
