//! The recipes for CI systems under docs/ci: do they parse, and do their commands run?

use crate::cases::Case;
use crate::{case, run};
use std::path::{Path, PathBuf};
use std::process::Command;
use yaml_rust2::{Yaml, YamlLoader};

fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci").join(name)
}

/// A directory whose suite, in `checkpoints/`, holds.
fn repository() -> Case {
    let case = case("");
    std::fs::create_dir(case.path("checkpoints")).unwrap();
    for name in ["data.json", "best.json"] {
        case.write(&format!("checkpoints/{name}"), case.read(name));
    }
    let entry =
        "[[entry]]\ndata = 'data.json'\nmodel = 'best.json'\nexpect = 'local-minimum'\ncertificate = 'best.cert'\n";
    case.write("checkpoints/suite.toml", entry);
    assert_eq!(case.lowpoint("run checkpoints/suite.toml").code, 0);
    case
}

/// All texts in a document.
fn texts(yaml: &Yaml, found: &mut Vec<String>) {
    match yaml {
        Yaml::String(text) => found.push(text.clone()),
        Yaml::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Yaml::Hash(entries) => entries.iter().for_each(|(_, value)| texts(value, found)),
        _ => {}
    }
}

#[test]
fn the_page_shows_the_suite_that_it_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suite = std::fs::read_to_string(root.join("examples/suite.toml")).unwrap();
    assert!(std::fs::read_to_string(root.join("docs/ci.md")).unwrap().contains(&format!("```toml\n{suite}```\n")));
}

#[test]
fn the_recipes_parse_and_their_commands_run() {
    for name in ["github.yml", "gitlab.yml", "pre-commit-config.yaml"] {
        let documents = YamlLoader::load_from_str(&std::fs::read_to_string(recipe(name)).unwrap()).unwrap();
        assert_eq!(documents.len(), 1, "{name}");
        let mut found = Vec::new();
        texts(&documents[0], &mut found);
        let commands: Vec<&str> = found.iter().filter_map(|text| text.strip_prefix("lowpoint ")).collect();
        assert_eq!(commands.len(), 1, "{name}");
        let case = repository();
        let said = case.lowpoint(commands[0]);
        assert_eq!(said.code, 0, "{name}: {}", said.all());
        assert_eq!(case.path("lowpoint.xml").exists(), commands[0].contains("--junit"), "{name}");
        case.write("checkpoints/best.cert", "");
        assert_eq!(case.lowpoint(commands[0]).code, 2, "{name}");
    }
}

/// Runs the script, or Python code that imports it.
fn python(case: &Case, arguments: &[&str]) -> (i32, String, String) {
    let mut program = Command::new("python3");
    program.args(arguments).current_dir(case.path("")).env("PYTHONDONTWRITEBYTECODE", "1");
    program.env("LOWPOINT", assert_cmd::cargo::cargo_bin!("lowpoint")).env("PYTHONPATH", recipe(""));
    let output = program.env_remove("GITHUB_ACTIONS").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_python_tests_say_what_the_suite_says() {
    let case = repository();
    let script = recipe("test_checkpoints.py");
    let script = script.to_str().unwrap();
    assert_eq!(python(&case, &[script]), (0, "held best\n".to_string(), String::new()));
    case.write("checkpoints/suite.toml", case.read("checkpoints/suite.toml").replace("local-minimum", "saddle"));
    let (code, _, err) = python(&case, &[script]);
    assert_eq!(code, 1);
    assert!(err.contains("AssertionError: best\n") && err.contains("proves local-minimum, not saddle"), "{err}");
    case.write("checkpoints/suite.toml", "");
    let (code, _, err) = python(&case, &[script]);
    assert!(code == 1 && err.contains("RuntimeError: error: checkpoints/suite.toml:1:1: "), "{err}");
}

/// pytest calls the hook with an object of this shape; it need not be installed for this.
#[test]
fn pytest_gets_a_test_for_each_entry() {
    let case = repository();
    let code = "\
import test_checkpoints as t
class Metafunc:
    fixturenames = ['entry']
    def parametrize(self, name, values, ids):
        print(name, ids)
        [t.test_checkpoint(value) for value in values]
t.pytest_generate_tests(Metafunc())";
    assert_eq!(python(&case, &["-c", code]), (0, "entry ['best']\n".to_string(), String::new()));
    assert_eq!(run(&case, "").code, 2, "the suite beside it is empty");
}
