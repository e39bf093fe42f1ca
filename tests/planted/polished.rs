//! `lowpoint polish`: what it writes is read again, is nearest to what is proved, and its certificate is accepted.

use crate::boxes::{certified, net_of};
use crate::common::instance::Net;
use crate::common::linear::{Q, q};
use assert_cmd::Command;
use lowpoint::input::{Decay, Source, load};
use lowpoint::kernel::parse::parse_evidence;
use num_traits::{Signed, ToPrimitive};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory with copies of a checkpoint's files.
struct Desk {
    dir: TempDir,
    options: &'static str,
    alpha: Option<Q>,
}

const DIABETES: &str = "examples/diabetes/diabetes.data.npz";
const MODEL: &str = "examples/diabetes/diabetes-w8-s0.model.npz";

impl Desk {
    fn new(data: &str, model: &str, options: &'static str, alpha: Option<Q>) -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap(), options, alpha };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::copy(root.join(data), desk.path("data.npz")).unwrap();
        fs::copy(root.join(model), desk.path("net.npz")).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The exit code, what was said, what was complained of.
    fn run(&self, program: &str, words: &str) -> (i32, String, String) {
        let mut command = match program {
            "lowpoint" => Command::new(assert_cmd::cargo::cargo_bin!("lowpoint")),
            _ => Command::new(assert_cmd::cargo::cargo_bin!("lowpoint-check")),
        };
        let output = command.current_dir(self.dir.path()).args(words.split_whitespace()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn polish(&self, words: &str) -> (i32, String, String) {
        self.run("lowpoint", &format!("polish --data data.npz --model net.npz {} {words}", self.options))
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Polishes, and judges the two files.
    fn round_trip(&self, polished: &str, precision: &str) {
        let (code, out, err) = self.polish(&format!("-o {polished} --precision {precision}"));
        assert_eq!(code, 0, "{out}{err}");
        let certificate = Path::new(polished).with_extension("cert");
        let words = format!("--data data.npz --model {polished} {} {}", self.options, certificate.display());
        for (program, command) in [("lowpoint", "check "), ("lowpoint-check", "")] {
            let (code, out, err) = self.run(program, &format!("{command}{words}"));
            assert_eq!(code, 0, "{program} {words}: {out}{err}");
        }
        let bytes = fs::read_to_string(self.path(&certificate.to_string_lossy())).unwrap();
        let decay = self.alpha.clone().map_or(Decay::None, |alpha| Decay::Sklearn { alpha });
        let source = Source { data: self.path("data.npz"), model: self.path(polished), decay, ..Source::default() };
        let problem = load(&source).unwrap();
        let (claim, _) = parse_evidence(bytes.as_bytes()).unwrap();
        let most = if precision == "float64" { q(1, 1_000_000_000) } else { q(1, 10_000) };
        assert!(claim.distance() < most, "{polished}: the distance is {:?}", claim.distance().to_f64());
        let (floats, point) = (net_of(problem.network()), certified(&problem, &bytes));
        for (float, value) in flat(&floats).zip(flat(&point)) {
            assert!(
                is_nearest(float, value, precision),
                "{polished}: {float} is not the {precision} nearest to {value}"
            );
        }
    }
}

fn flat(net: &Net) -> impl Iterator<Item = &Q> {
    net.w.iter().chain(&net.h).chain(&net.bias).flatten()
}

fn is_nearest(float: &Q, value: &Q, precision: &str) -> bool {
    let neighbours = match (precision, float.to_f64().unwrap()) {
        ("float64", f) => [f.next_down(), f, f.next_up()],
        (_, f) => {
            assert_eq!(f64::from(f as f32), f);
            [f64::from((f as f32).next_down()), f, f64::from((f as f32).next_up())]
        }
    };
    let far = |f: f64| (Q::from_float(f).unwrap() - value).abs();
    Q::from_float(neighbours[1]).unwrap() == *float && neighbours.iter().all(|f| far(neighbours[1]) <= far(*f))
}

#[test]
fn polished_files_are_read_again_and_their_certificates_accepted() {
    let decay = "examples/decay/";
    let wine = (format!("{decay}wine.data.npz"), format!("{decay}wine-sklearn-a0.1-w3-s0.model.npz"));
    let diabetes = (DIABETES.to_string(), format!("{decay}diabetes-sklearn-a1.0-w8-s0.model.npz"));
    let vector = "examples/vector/";
    let linnerud = (format!("{vector}linnerud.data.npz"), format!("{vector}linnerud-w2-s1.model.npz"));
    let exact = (DIABETES.to_string(), MODEL.to_string());
    for ((data, model), options, alpha) in [
        (wine, "--sklearn-alpha 1/10", Some(q(1, 10))),
        (diabetes, "--sklearn-alpha 1", Some(q(1, 1))),
        (linnerud, "", None),
        (exact, "", None),
    ] {
        let desk = Desk::new(&data, &model, options, alpha);
        desk.round_trip("p.safetensors", "float64");
        desk.round_trip("q.npz", "float64");
        desk.round_trip("r.safetensors", "float32");
        let written = ["data.npz", "net.npz", "p.cert", "p.safetensors", "q.cert", "q.npz", "r.cert", "r.safetensors"];
        assert_eq!(desk.names(), written);
    }
}

#[test]
fn names_of_layers_are_kept() {
    let desk = Desk::new(DIABETES, MODEL, "", None);
    assert_eq!(desk.polish("-o p.safetensors").0, 0);
    let (code, out, _) = desk.run("lowpoint", "show --model net.npz");
    assert_eq!(code, 0);
    // The same under other names, as a file that holds more layers: both must be named.
    let bytes = fs::read(desk.path("p.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let renamed = |name: &str| name.replace("0.", "encoder.").replace("2.", "head.out.");
    let views: Vec<_> = tensors.tensors().into_iter().map(|(name, view)| (renamed(&name), view)).collect();
    let mut names: Vec<String> = views.iter().map(|(name, _)| name.clone()).collect();
    names.sort();
    assert!(names.contains(&"encoder.weight".to_string()), "{names:?} {out}");
    fs::write(desk.path("other.safetensors"), safetensors::serialize(views, None).unwrap()).unwrap();
    let named = "--data data.npz --model other.safetensors --hidden encoder --output head.out";
    let (code, out, err) = desk.run("lowpoint", &format!("polish {named} -o kept.safetensors"));
    assert_eq!(code, 0, "{out}{err}");
    let bytes = fs::read(desk.path("kept.safetensors")).unwrap();
    let mut kept: Vec<String> =
        safetensors::SafeTensors::deserialize(&bytes).unwrap().names().iter().map(ToString::to_string).collect();
    kept.sort();
    assert_eq!(kept, names);
    assert!(out.contains("--hidden encoder --output head.out"), "{out}");
}

#[test]
fn bad_destinations_are_refused_and_nothing_is_written() {
    let desk = Desk::new(DIABETES, MODEL, "", None);
    for (words, complaint) in [
        ("-o p.pt", "`.safetensors` or `.npz`"),
        ("-o p", "`.safetensors` or `.npz`"),
        ("-o net.npz", "net.npz"),
        ("-o data.npz", "data.npz"),
        ("-o missing/p.npz", "missing"),
        ("-o p.npz --precision float16", "float16"),
        ("", "-o"),
    ] {
        let before = fs::read(desk.path("net.npz")).unwrap();
        let (code, out, err) = desk.polish(words);
        assert!(code == 2 && out.is_empty() && err.contains(complaint), "{words}: exit {code}\n{out}{err}");
        assert_eq!(desk.names(), ["data.npz", "net.npz"], "{words}");
        assert_eq!(before, fs::read(desk.path("net.npz")).unwrap(), "{words}");
    }
}

#[test]
fn what_stays_undetermined_writes_nothing() {
    let desk = Desk::new(DIABETES, MODEL, "", None);
    for words in ["--max-distance 1/1000000", "--sklearn-alpha 1 --tier exact"] {
        let (code, out, err) = desk.polish(&format!("-o p.safetensors {words}"));
        assert!(code == 1 && out.starts_with("undetermined: "), "{words}: exit {code}\n{out}{err}");
        assert_eq!(desk.names(), ["data.npz", "net.npz"], "{words}");
    }
    assert_eq!(desk.polish("-o p.safetensors --max-distance 1").0, 0);
}
