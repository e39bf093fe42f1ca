//! What other programs read: JUnit's XML, JSON, annotations; and what a signal leaves.

use crate::cases::Case;
use crate::times::without_times;
use crate::{case, run};
use insta::assert_snapshot;
use quick_xml::events::{BytesStart, Event};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One entry that holds, one that falls, one that fails; the names try the escapes.
fn mixed() -> Case {
    case(
        r#"
[defaults]
data = "data.json"
[[entry]]
model = "best.json"
expect = "local-minimum"
[[entry]]
name = "100%, <b>: \"q\" & 'p'"
model = "best.json"
expect = "saddle"
[[entry]]
name = "gone"
model = "]]>.json"
expect = "saddle"
"#,
    )
}

#[test]
fn junit_reads_as_xml() {
    let case = mixed();
    assert_eq!(run(&case, "--junit report.xml").code, 2);
    let text = case.read("report.xml");
    assert_snapshot!("junit", without_times(&text));
    let mut reader = quick_xml::Reader::from_str(&text);
    let value = |start: &BytesStart, key: &str| {
        let found = start.attributes().map(Result::unwrap).find(|a| a.key.as_ref() == key);
        found.map(|a| a.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned())
    };
    let (mut tests, mut marks, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) | Event::Empty(e) => match e.name().as_ref() {
                "testcase" => {
                    assert!(value(&e, "time").unwrap().parse::<f64>().unwrap() >= 0.0);
                    tests.push(value(&e, "name").unwrap());
                }
                "failure" | "error" => {
                    let kind = e.name().as_ref().to_string();
                    marks.push((kind, value(&e, "message").unwrap()));
                }
                "testsuite" => counts = ["tests", "failures", "errors"].map(|key| value(&e, key).unwrap()).to_vec(),
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(tests, ["best", "100%, <b>: \"q\" & 'p'", "gone"]);
    assert_eq!(counts, ["3", "1", "1"]);
    let message = |text: &str| text.to_string();
    assert_eq!(
        marks,
        [
            ("failure".to_string(), message("saddle is refuted: local-minimum is proved")),
            ("error".to_string(), message("]]>.json: the file cannot be read: entity not found")),
        ]
    );
}

#[test]
fn junit_never_overwrites_what_the_suite_uses() {
    let case =
        case("[[entry]]\ndata = 'data.json'\nmodel = 'best.json'\nexpect = 'local-minimum'\ncertificate = 'c'\n");
    for name in ["s.toml", "./data.json", "best.json", "c"] {
        let said = run(&case, &format!("--junit {name}"));
        let message = format!("error: {name}: the suite uses this file; it is not overwritten\n");
        assert_eq!((said.code, said.err), (2, message + "hint: choose another place with `--junit FILE`\n"));
    }
    let said = run(&case, "--junit no/report.xml");
    let message =
        "error: no: the directory does not exist\nhint: create it, or choose another place with `--junit FILE`\n";
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (2, "", message));
    assert!(!case.path("c").exists(), "nothing is run");
}

#[test]
fn the_report_in_json() {
    let said = run(&mixed(), "--format json");
    assert_snapshot!("json", said.all());
    assert!(serde_json::from_str::<serde_json::Value>(&said.out).is_ok());
}

/// Runs with GitHub's variables, from the folder above the suite's.
fn in_a_workflow(case: &Case, words: &[&str]) -> (String, String) {
    let mut program = Command::new(assert_cmd::cargo::cargo_bin!("lowpoint"));
    let folder = case.path("");
    let name = folder.file_name().unwrap().to_str().unwrap();
    program.arg("run").arg(folder.join("s.toml")).args(words).current_dir("/");
    let output =
        program.env("GITHUB_ACTIONS", "true").env("GITHUB_WORKSPACE", folder.parent().unwrap()).output().unwrap();
    let text = |bytes| {
        without_times(&String::from_utf8(bytes).unwrap())
            .replace(folder.to_str().unwrap(), "FOLDER/")
            .replace(name, "NAME")
    };
    (text(output.stdout), text(output.stderr))
}

#[test]
fn annotations_stand_beside_the_entries() {
    let case = mixed();
    let (out, err) = in_a_workflow(&case, &[]);
    assert_snapshot!("annotations", out);
    assert_eq!(err, "");
    assert!(!run(&case, "").out.contains("::error"), "only in a workflow");
    let (out, err) = in_a_workflow(&case, &["--format", "json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{out}");
    assert_eq!(err.matches("::error file=NAME/s.toml,line=").count(), 2, "{err}");
    case.write("s.toml", "[[entry]]\nnaem = 1\n");
    let (out, err) = in_a_workflow(&case, &[]);
    let message = "2:1: unknown key `naem` in an entry%0Ahint: the nearest known one is `name`\n";
    let start = "::error file=NAME/s.toml,title=the suite could not be run::FOLDER/s.toml:";
    assert_eq!((out.as_str(), err.split_once("error: ").unwrap().0), ("", &*format!("{start}{message}")));
}

#[test]
#[cfg(unix)]
fn a_signal_leaves_whole_files_only() {
    let case = Case::many_cells();
    case.write("quick.json", case.read("net.model.json").replace("\"1\",\"1\"", "\"0\",\"1\""));
    let entry = |model: &str, more: &str| {
        format!(
            "[[entry]]\ndata = 'data.json'\nmodel = '{model}'\nexpect = 'saddle'\n\
             certificate = '{model}.cert'\n{more}\n"
        )
    };
    case.write(
        "s.toml",
        entry("quick.json", "")
            + &entry("net.model.json", "max-cells = 1000000000\nexpect = 'local-minimum'").replacen(
                "expect = 'saddle'\n",
                "",
                1,
            ),
    );
    let mut program = Command::new(assert_cmd::cargo::cargo_bin!("lowpoint"));
    program.args(["run", "s.toml", "--threads", "1", "--junit", "report.xml"]).current_dir(case.path(""));
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !case.path("quick.json.cert").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "the first entry is done");
        assert!(child.try_wait().unwrap().is_none(), "the second entry takes long");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(output.stdout, b"");
    let said = "error: interrupted\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), said);
    assert_eq!(case.names(), ["data.json", "net.model.json", "quick.json", "quick.json.cert", "s.toml"]);
}
