//! Faults of a suite's file: exit 2, with line, column and next step; nothing is run or written.

use crate::{case, run};

/// Two lines that every entry here has.
const FILES: &str = "data = 'data.json'\nmodel = 'best.json'\n";

fn refused(suite: &str, message: &str) {
    let case = case(suite);
    let before = case.names();
    let said = run(&case, "");
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (2, "", &*format!("error: {message}\n")), "{suite}");
    assert_eq!(case.names(), before);
}

/// An entry that holds, with one line more.
fn entry(line: &str) -> String {
    format!("[[entry]]\n{FILES}expect = 'local-minimum'\n{line}\n")
}

#[test]
fn a_suite_that_proves_nothing() {
    let hint = "hint: add a table `[[entry]]` with `data`, `model` and `expect`";
    for suite in ["", "# nothing\n", "[defaults]\ndata = 'data.json'\n", "entry = []\n"] {
        let place = if suite.starts_with("entry") { "1:9" } else { "1:1" };
        refused(suite, &format!("s.toml:{place}: the suite has no entry, and proves nothing\n{hint}"));
    }
}

#[test]
fn no_toml() {
    refused("[[entry]\n", "s.toml:1:9: unclosed array table, expected `]`");
    refused("[[entry]]\nname = 'a'\nname = 'b'\n", "s.toml:3:1: duplicate key");
    refused(
        "[entry]\nname = 'a'\n",
        "s.toml:1:1: `entry`: expected tables `[[entry]]`\nhint: write the brackets twice",
    );
    refused("defaults = 1\n", "s.toml:1:12: `defaults`: expected a table `[defaults]`");
}

#[test]
fn unknown_keys_name_the_nearest_one() {
    let nearest = |key: &str| format!("\nhint: the nearest known one is `{key}`");
    refused(&entry("expct = 1"), &format!("s.toml:5:1: unknown key `expct` in an entry{}", nearest("expect")));
    refused(
        &entry("  max_distance = 1"),
        &format!("s.toml:5:3: unknown key `max_distance` in an entry{}", nearest("max-distance")),
    );
    refused("[[entries]]\n", &format!("s.toml:1:3: unknown key `entries` in a suite{}", nearest("entry")));
    refused(
        &format!("[defaults]\nname = 'a'\n{}", entry("")),
        &format!("s.toml:2:1: unknown key `name` in the defaults{}", nearest("data")),
    );
}

#[test]
fn keys_that_are_missing() {
    let without = |key: &str| entry("").lines().filter(|l| !l.starts_with(key)).collect::<Vec<_>>().join("\n");
    for (key, example) in [("data", "net.data.npz"), ("model", "net.model.npz"), ("expect", "local-minimum-nearby")] {
        let hint = format!("hint: add a line such as `{key} = \"{example}\"`");
        refused(&without(key), &format!("s.toml:1:1: the entry has no `{key}`\n{hint}"));
    }
}

#[test]
fn values_of_another_kind() {
    for (line, message) in [
        ("name = 1", "5:8: `name`: expected a string, found an integer"),
        ("name = ''", "5:8: `name`: expected a text without control characters, found \"\""),
        (r#"name = "a\u001b""#, r#"5:8: `name`: expected a text without control characters, found "a\u{1b}""#),
        ("name = ['a']", "5:8: `name`: expected a string, found an array"),
        ("max-cells = 0", "5:13: `max-cells`: expected a number from 1 to 4294967295, found 0"),
        ("max-cells = '5'", "5:13: `max-cells`: expected an integer, found a string"),
        ("targets = [1]", "5:11: `targets`: expected a list of strings, found an array"),
        ("negative-slope = '2/4'", "5:18: `negative-slope` `2/4`: the fraction is not in lowest terms"),
        (
            "negative-slope = true",
            "5:18: `negative-slope`: expected a number, or a fraction as a string, found a boolean",
        ),
        ("loss = 'hinge'", "5:8: `loss` `hinge`: expected one of squared"),
        ("weight-decay = -1", "5:16: `weight-decay` `-1`: expected a number of at least 0"),
        ("sklearn-alpha = '-1/2'", "5:17: `sklearn-alpha` `-1/2`: expected a number of at least 0"),
        ("decay = 'biases'", "5:9: `decay` `biases`: expected all or weights"),
        ("decay = 'all'", "5:9: `decay` says which parameters `weight-decay` decays, and needs it"),
        ("weight-decay = 1\nsklearn-alpha = 1", "5:16: `weight-decay` and `sklearn-alpha` exclude each other"),
        ("at = 'here'", "5:6: `at` `here`: expected `point` or `near`"),
        ("hidden = '0'", "5:10: `hidden` and `output` are only used together"),
        ("output = '0'", "5:10: `hidden` and `output` are only used together"),
    ] {
        refused(&entry(line), &format!("s.toml:{message}"));
    }
    for (line, start) in [
        ("negative-slope = inf", "5:18: `negative-slope` `inf`: "),
        ("negative-slope = 1_0", "5:18: `negative-slope` `1_0`: "),
    ] {
        let said = run(&case(&entry(line)), "");
        assert!(said.code == 2 && said.err.starts_with(&format!("error: s.toml:{start}")), "{}", said.all());
    }
}

#[test]
fn verdicts_are_a_closed_list() {
    refused(
        &entry("").replace("local-minimum", "local-minima"),
        "s.toml:4:10: `expect` `local-minima`: no such verdict; the nearest of local-minimum, saddle, not-stationary, \
         local-minimum-nearby, saddle-nearby, undetermined is `local-minimum`",
    );
}

#[test]
fn options_without_use() {
    let near = "hint: leave it out, or expect a verdict that ends in `-nearby`";
    for key in ["zero-below", "max-distance"] {
        let message = format!("`{key}` is for a search near the parameters, and local-minimum is not");
        let column = key.len() + 4;
        refused(&entry(&format!("{key} = 0.1")), &format!("s.toml:5:{column}: {message}\n{near}"));
        let negative = format!("s.toml:5:{column}: `{key}` `-1`: expected a positive number");
        refused(&entry(&format!("{key} = -1")), &negative);
        // A default is for those entries that have a use for it.
        let said = run(&case(&format!("[defaults]\n{key} = 0.1\n{}", entry(""))), "");
        assert_eq!(said.code, 0, "{}", said.all());
    }
    refused(
        &entry("at = 'near'"),
        "s.toml:5:6: `at` does not go with the expectation local-minimum\n\
         hint: leave out `at`: the expectation decides",
    );
    refused(
        &entry("certificate = 'a'").replace("local-minimum", "undetermined"),
        "s.toml:5:15: `certificate`: there is none of an entry that is undetermined",
    );
}

#[test]
fn patterns() {
    let pattern = |model: &str, more: &str| entry(more).replace("best.json", model);
    refused(
        &pattern("no-*.json", ""),
        "s.toml:3:9: `model` `no-*.json`: no file matches the pattern\nhint: paths are relative to the suite's file",
    );
    let hint = "hint: `{model}` stands for the model's name";
    let message = "expected `{model}` in it, since `model` is a pattern";
    refused(&pattern("best*", "certificate = 'a'"), &format!("s.toml:5:15: `certificate`: {message}\n{hint}"));
    refused(&pattern("best*", "name = 'a'"), &format!("s.toml:5:8: `name`: {message}\n{hint}"));
    let said = run(&case(&pattern("[best.json", "")), "");
    assert!(said.err.starts_with("error: s.toml:3:9: `model` `[best.json`: the pattern: "), "{}", said.err);
}

#[test]
fn two_entries_of_one_name() {
    let hint = "hint: give each entry a `name` of its own";
    refused(
        &format!("{}{}", entry(""), entry("")),
        &format!("s.toml:6:1: the name `best` is that of the entry in line 1\n{hint}"),
    );
    let named = entry("name = 'best'");
    refused(
        &format!("{}{named}", entry("")),
        &format!("s.toml:10:8: the name `best` is that of the entry in line 1\n{hint}"),
    );
}

#[test]
fn certificates_on_top_of_other_files() {
    let hint = "hint: give each entry a certificate of its own";
    let two = format!("{}{}", entry("certificate = 'a.cert'"), entry("name = 'b'\ncertificate = './a.cert'"));
    refused(&two, &format!("s.toml:11:15: `certificate`: ./a.cert of `b` is also the certificate of `best`\n{hint}"));
    for (path, what) in
        [("data.json", "the data of `best`"), ("./best.json", "the model of `best`"), ("s.toml", "the suite")]
    {
        let message = format!("s.toml:5:15: `certificate`: {path} of `best` is also {what}\n{hint}");
        refused(&entry(&format!("certificate = '{path}'")), &message);
    }
}

#[test]
fn files_that_are_no_suite() {
    let case = case("");
    assert_eq!(case.lowpoint("run no.toml").err, "error: no.toml: the file cannot be read: entity not found\n");
    case.write("s.toml", b"\xff");
    assert_eq!(run(&case, "").err, "error: s.toml: byte 0 is not UTF-8\n");
    case.write("s.toml", "#".repeat((1 << 20) + 1));
    assert_eq!(run(&case, "").err, "error: s.toml: the file is longer than the limit of 1048576 bytes\n");
    assert_eq!(case.lowpoint("run s.toml --locked --update").code, 2);
}
