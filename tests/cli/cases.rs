//! Small exact problems in a directory of their own, and the two programs run in it.

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory with `data.json` and `net.model.json`.
pub struct Case {
    dir: TempDir,
}

/// What a program said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// All of it, for snapshots.
    pub fn all(&self) -> String {
        let section =
            |name: &str, text: &str| if text.is_empty() { String::new() } else { format!("--- {name}\n{text}") };
        format!("exit {}\n{}{}", self.code, section("out", &self.out), section("err", &self.err))
    }
}

impl Case {
    /// A problem without biases: rows of inputs, rows of targets, and for each neuron its input weights, in JSON.
    pub fn new(x: &str, y: &str, hidden: &str, output: &str) -> Self {
        let case = Self { dir: tempfile::tempdir().unwrap() };
        case.write("data.json", format!(r#"{{"x": {x}, "y": {y}}}"#).replace('\'', "\""));
        let model = format!(r#"{{"layers": [{{"weight": {hidden}}}, {{"weight": {output}}}]}}"#);
        case.write("net.model.json", model.replace('\'', "\""));
        case
    }

    /// All inputs on the kink of a zero neuron, with convex slopes: a local minimum.
    pub fn minimum() -> Self {
        Self::new("[['1'],['-1']]", "[['-1'],['-2']]", "[['0']]", "[['1']]")
    }

    /// One neuron that fits two samples badly; the best slope is 3/5.
    pub fn not_stationary() -> Self {
        Self::new("[['1'],['2']]", "[['1'],['1']]", "[['1']]", "[['1/2']]")
    }

    /// A neuron at rest that could help, beside one that fits all it can.
    pub fn saddle() -> Self {
        Self::new("[['1'],['-1']]", "[['1'],['1']]", "[['1'],['0']]", "[['1','0']]")
    }

    /// Two outputs: the neuron would turn against residuals of size 1. What that costs in the first output grows with the
    /// target there, which it meets: for a target of 1 the second order is semidefinite.
    pub fn undetermined() -> Self {
        Self::turning("1")
    }

    /// `undetermined` beside a neuron at rest, which could help: a saddle all the same.
    pub fn saddle_beside_an_open_neuron() -> Self {
        let targets = "[['1','1'],['1','-1']]";
        Self::new("[['1','1'],['1','-1']]", targets, "[['1','0'],['0','0']]", "[['1','0'],['0','0']]")
    }

    /// `undetermined` with a larger target: a minimum by the second order.
    pub fn turning_costs() -> Self {
        Self::turning("2")
    }

    /// The problem of a published certificate.
    pub fn published(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("certificates").join(name);
        let case = Self { dir: tempfile::tempdir().unwrap() };
        for (from, to) in [("data.json", "data.json"), ("model.json", "net.model.json")] {
            fs::copy(folder.join(from), case.path(to)).unwrap();
        }
        case
    }

    /// Adamovic's inequality for seven numbers, Σ_{i<j} |a_i + a_j| <= 5 Σ |a_i| + |Σ a_i|, as the slope form of two equal
    /// neurons at rest: too many rays, no matrix, and a large tree.
    pub fn many_cells() -> Self {
        const N: usize = 7;
        let row = |members: &[usize], sign: &str| {
            let entry = |i| if members.contains(&i) { format!("'{sign}1'") } else { "'0'".into() };
            format!("[{}]", (0..N).map(entry).collect::<Vec<_>>().join(","))
        };
        let pairs = (0..N).flat_map(|i| (i + 1..N).map(move |j| (vec![i, j], "1")));
        let all = (0..N).map(|i| (vec![i], "-5")).chain([((0..N).collect(), "-1")]).chain(pairs);
        let (x, y): (Vec<String>, Vec<String>) =
            all.flat_map(|(members, y)| ["", "-"].map(|sign| (row(&members, sign), format!("['{y}']")))).unzip();
        let rest = row(&[], "");
        Self::new(
            &format!("[{}]", x.join(",")),
            &format!("[{}]", y.join(",")),
            &format!("[{rest},{rest}]"),
            "[['1','1']]",
        )
    }

    fn turning(first: &str) -> Self {
        let targets = format!("[['{first}','1'],['{first}','-1']]");
        Self::new("[['1','1'],['1','-1']]", &targets, "[['1','0']]", &format!("[['{first}'],['0']]"))
    }

    /// A file of the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Reads a file as text.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names in the directory, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn run(&self, mut program: Command, words: &str) -> Said {
        // Where these tests run in a workflow, the programs must not take it for theirs.
        program.current_dir(self.dir.path()).env_remove("GITHUB_ACTIONS");
        let output = program.args(words.split_whitespace()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs `lowpoint`.
    pub fn lowpoint(&self, words: &str) -> Said {
        self.run(Command::new(assert_cmd::cargo::cargo_bin!("lowpoint")), words)
    }

    /// Runs `lowpoint-check`.
    pub fn checker(&self, words: &str) -> Said {
        self.run(Command::new(assert_cmd::cargo::cargo_bin!("lowpoint-check")), words)
    }

    /// Runs `lowpoint prove` on the directory's problem.
    pub fn prove(&self, more: &str) -> Said {
        self.lowpoint(&format!("prove --data data.json --model net.model.json {more}"))
    }

    /// Runs both checks, which must agree, on the directory's problem.
    pub fn check(&self, words: &str) -> Said {
        let words = format!("--data data.json --model net.model.json {words}");
        let said = self.lowpoint(&format!("check {words}"));
        assert_eq!(said, self.checker(&words), "lowpoint check and lowpoint-check {words}");
        said
    }
}
