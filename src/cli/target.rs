//! Where certificates go: never over the user's own files, and known to be possible before the search starts.

use super::args::ProveArguments;
use super::output::Trouble;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Endings of a model's name that its certificate does not repeat.
const MODEL_ENDINGS: [&str; 7] =
    [".model.npz", ".model.json", ".model.safetensors", ".npz", ".json", ".safetensors", ".model"];

/// The files of one run's certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The main certificate.
    pub main: PathBuf,
    /// The certificate of the given parameters, where the main one is for a point nearby.
    pub beside: PathBuf,
}

impl Target {
    /// The files that the arguments name or imply.
    pub fn new(arguments: &ProveArguments) -> Result<Self, Trouble> {
        let main = match &arguments.certificate {
            Some(path) => path.clone(),
            None => default_name(&arguments.model),
        };
        let target = Self { beside: beside(&main), main };
        let own = [("data", arguments.data.as_path()), ("model", &arguments.model)];
        for path in [&target.main, &target.beside] {
            usable(path, "certificate", "-o CERT", &own)?;
        }
        Ok(target)
    }
}

/// Refuses a place where no file can be, and the user's own files under any name. `what` is written there, `option` chooses
/// another place.
pub fn usable(path: &Path, what: &str, option: &str, own: &[(&str, &Path)]) -> Result<(), Trouble> {
    if let Ok(real) = fs::canonicalize(path) {
        let is_own = |(_, file): &&(&str, &Path)| fs::canonicalize(file).is_ok_and(|file| file == real);
        if let Some((name, _)) = own.iter().find(is_own) {
            return Err(kept(path, &format!("the {what}'s file is the {name} file"), option));
        }
    }
    writable(path, option)
}

/// Refuses what has no name, a missing directory, and what is there but no plain file.
pub fn writable(path: &Path, option: &str) -> Result<(), Trouble> {
    if path.file_name().is_none() {
        return Err(Trouble::new(format!("{}: expected the name of a file", path.display())));
    }
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !directory.is_dir() {
        let trouble = Trouble::new(format!("{}: the directory does not exist", directory.display()));
        return Err(trouble.hint(format!("create it, or choose another place with `{option}`")));
    }
    match path.exists() && !path.is_file() {
        true => Err(kept(path, "not a regular file", option)),
        false => Ok(()),
    }
}

/// Why a file is left as it is.
pub fn kept(path: &Path, what: &str, option: &str) -> Trouble {
    let trouble = Trouble::new(format!("{}: {what}; it is not overwritten", path.display()));
    trouble.hint(format!("choose another place with `{option}`"))
}

/// The model's name with `.cert`, in the current directory.
fn default_name(model: &Path) -> PathBuf {
    PathBuf::from(format!("{}.cert", stem(model)))
}

/// A model's name without folder and ending.
pub fn stem(model: &Path) -> String {
    let name = model.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = MODEL_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).filter(|s| !s.is_empty());
    stem.map(str::to_string).unwrap_or(name)
}

/// `a.cert` to `a.point.cert`.
fn beside(main: &Path) -> PathBuf {
    let is_certificate = main.extension().is_some_and(|e| e == "cert");
    let stem = if is_certificate { main.file_stem() } else { main.file_name() };
    let mut name = OsString::from(stem.unwrap_or_default());
    name.push(".point.cert");
    main.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_model() {
        for (model, certificate) in [
            ("data/wine-w2.model.npz", "wine-w2.cert"),
            ("a.safetensors", "a.cert"),
            ("a.model.json", "a.cert"),
            ("../b.json", "b.cert"),
            ("odd", "odd.cert"),
            (".npz", ".npz.cert"),
        ] {
            assert_eq!(default_name(Path::new(model)), PathBuf::from(certificate), "{model}");
        }
        assert_eq!(beside(Path::new("x/a.cert")), PathBuf::from("x/a.point.cert"));
        assert_eq!(beside(Path::new("a.proof")), PathBuf::from("a.proof.point.cert"));
    }
}
