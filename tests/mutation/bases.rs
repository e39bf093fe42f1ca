//! The certificates that are changed: the published ones, the corpus, the example of the format page, and fresh proofs.

use crate::common::instance::Instance;
use crate::common::rng::Rng;
use crate::published::published;
use lowpoint::input::{Decay, Decayed, Source, load};
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::samples::Samples;
use lowpoint::search::polish::{Options, Tier};
use lowpoint::search::prove::{Outcome, prove_at_point, prove_nearby};
use num_rational::BigRational;
use std::fs;
use std::path::{Path, PathBuf};

pub struct Base {
    pub name: String,
    pub source: Source,
    pub problem: Problem,
    pub text: String,
    /// How many mutants are tried.
    pub budget: usize,
}

impl Base {
    pub fn lines(&self) -> Vec<&str> {
        self.text.lines().collect()
    }

    fn new(name: String, source: Source, text: String, budget: usize) -> Self {
        let problem = load(&source).unwrap_or_else(|e| panic!("{name}: {e}"));
        Self { name, source, problem, text, budget }
    }
}

fn source(data: PathBuf, model: PathBuf) -> Source {
    Source { data, model, ..Source::default() }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn of_publication(root: &Path) -> Vec<Base> {
    let mut all = Vec::new();
    // The changes of boxes are in tests/boxes.
    for published in published().into_iter().filter(|p| !p.is_box()) {
        let text = published.text();
        // Long numbers, or many neurons: each check takes longer.
        let budget = match text.len() {
            100_000.. => 120,
            2000.. => 300,
            _ => 700,
        };
        all.push(Base::new(published.name, published.source, text, budget));
    }
    let folder = root.join("docs/format-example");
    let text = fs::read_to_string(folder.join("certificate.txt")).unwrap();
    let json = |stem: &str| folder.join(format!("{stem}.json"));
    all.push(Base::new("format-example".into(), source(json("data"), json("model")), text, 900));
    all
}

fn corpus(root: &Path) -> Vec<Base> {
    let folder = root.join("tests/corpus");
    let mut all = Vec::new();
    for path in sorted(&folder.join("accept")).into_iter().filter(|p| p.extension().is_some_and(|e| e == "cert")) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_string();
        let problem = name.split('.').next().unwrap().to_string();
        let json = |kind: &str| folder.join("problems").join(format!("{problem}.{kind}.json"));
        let text = fs::read_to_string(&path).unwrap();
        if text.contains("rests-on intervals") {
            continue;
        }
        let rare = ["implied", "components", "open", "bias-direction"].iter().any(|word| text.contains(word));
        let budget = if rare { 600 } else { 260 };
        all.push(Base::new(name, source(json("data"), json("model")), text, budget));
    }
    all
}

/// Proofs of random instances, written into `folder`: some of the points themselves, some of points near by.
fn fresh(folder: &Path) -> Vec<Base> {
    let mut all: Vec<Base> = Vec::new();
    let (mut near, mut decayed) = (0, 0);
    let exact = Options { tier: Tier::Exact, ..Options::default() };
    for seed in 0..400 {
        let instance = Instance::random(&mut Rng::new(seed));
        let mut source = instance.write(folder, &format!("fresh-{seed}"));
        if seed % 4 == 2 && decayed < 24 {
            source.decay = decay(seed / 4);
        }
        let problem = load(&source).unwrap();
        let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
        let outcome = match seed % 4 {
            0 if near < 12 => prove_nearby(&problem, &samples, &exact, &mut |_, _| true),
            1 if all.len() - near - decayed < 36 => prove_at_point(&problem, &samples, &Options::default()),
            2 if decayed < 24 => prove_at_point(&problem, &samples, &Options::default()),
            _ => continue,
        };
        let Outcome::Proved(proof) = outcome else { continue };
        if proof.bytes.len() < 4000 {
            near += usize::from(seed % 4 == 0);
            decayed += usize::from(seed % 4 == 2);
            all.push(Base { name: format!("fresh-{seed}"), source, problem, text: proof.bytes, budget: 160 });
        }
    }
    all
}

/// Weight decay in each convention.
fn decay(number: u64) -> Decay {
    let rate = BigRational::new(1.into(), (number + 1).into());
    match number % 3 {
        0 => Decay::Torch { rate, decayed: Decayed::All },
        1 => Decay::Torch { rate, decayed: Decayed::Weights },
        _ => Decay::Sklearn { alpha: rate },
    }
}

/// All of them; files that must be written go to `folder`.
pub fn bases(folder: &Path) -> Vec<Base> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    [of_publication(root), corpus(root), fresh(folder)].into_iter().flatten().collect()
}
