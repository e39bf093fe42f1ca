//! The arguments of `lowpoint-check`, read by hand so that the checker needs no argument library.

use super::checking::{self, LOSSES, Request};
use super::output::{self, Done};
use super::{FAILED, YES};
use crate::input::{Decay, Decayed, Source, parse_rate};
use crate::kernel::claim::Verdict;
use crate::kernel::number::parse_rational;
use num_rational::BigRational;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// What `--help` prints.
const USAGE: &str = "\
usage: lowpoint-check --data DATA --model MODEL CERT [options]

accepts or rejects a certificate for the given data and model, in exact arithmetic

  --data DATA           the samples: .npz, .csv or exact .json
  --model MODEL         the parameters: .safetensors, .npz or exact .json
  --claim CLAIM         the verdict that the certificate must prove
  --negative-slope Q    the activation's slope for negative arguments
  --loss LOSS           the loss of a sample: squared, the default and only one
  --weight-decay Q      PyTorch's weight_decay, with the mean squared error
  --decay WHICH         what `--weight-decay` decays: all, the default, or weights
  --sklearn-alpha Q     the alpha of scikit-learn's MLPRegressor
  --target NAME         a csv column that is a target (may be repeated)
  --hidden NAME         the hidden layer's name in a tensor file
  --output NAME         the output layer's name in a tensor file
  --help, --version     print this, or the version

exit code: 0 accepted, 1 rejected or another claim, 2 malformed or unreadable";

/// What the arguments ask for.
#[derive(Debug)]
enum Asked {
    Help,
    Version,
    Check(Box<Request>),
}

/// Runs the checker; `args` leaves out the program's name.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    #[cfg(feature = "search")]
    if let Err(trouble) = super::threads::set_one_thread() {
        return output::exit(Err(trouble));
    }
    match parse(args) {
        Ok(asked) => output::exit(answer(asked)),
        Err(message) => {
            output::reason(&format!("error: {message}\nhint: `lowpoint-check --help` lists the arguments"));
            FAILED.into()
        }
    }
}

fn answer(asked: Asked) -> Done {
    match asked {
        Asked::Help => output::verdict(USAGE).map(|()| YES),
        Asked::Version => output::verdict(concat!("lowpoint-check ", env!("CARGO_PKG_VERSION"))).map(|()| YES),
        Asked::Check(request) => checking::run(&request, false),
    }
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Asked, String> {
    let mut args = Words { args, attached: None };
    let (mut source, mut data, mut model) = (Source::default(), None, None);
    let (mut certificate, mut claim, mut loss, mut plain) = (None, None, None, false);
    let (mut weight_decay, mut decayed, mut sklearn_alpha) = (None, None, None);
    while let Some(word) = args.word(plain) {
        let Some(name) = word.to_str().filter(|w| w.starts_with('-') && *w != "-" && !plain) else {
            once(&mut certificate, PathBuf::from(word), "the certificate")?;
            continue;
        };
        match name {
            "--" => plain = true,
            "-h" | "--help" => return Ok(Asked::Help),
            "-V" | "--version" => return Ok(Asked::Version),
            "--data" => once(&mut data, PathBuf::from(args.value(name)?), name)?,
            "--model" => once(&mut model, PathBuf::from(args.value(name)?), name)?,
            "--target" => source.targets.push(args.text(name)?),
            "--hidden" => once(&mut source.hidden, args.text(name)?, name)?,
            "--output" => once(&mut source.output, args.text(name)?, name)?,
            "--claim" => {
                let text = args.text(name)?;
                let verdict = Verdict::from_name(&text).ok_or_else(|| format!("`--claim`: no such claim: `{text}`"))?;
                once(&mut claim, verdict, name)?;
            }
            "--negative-slope" => {
                let text = args.text(name)?;
                let slope = parse_rational(&text).map_err(|e| format!("`--negative-slope` `{text}`: {e}"))?;
                once(&mut source.negative_slope, slope, name)?;
            }
            "--weight-decay" => once(&mut weight_decay, args.rate(name)?, name)?,
            "--sklearn-alpha" => once(&mut sklearn_alpha, args.rate(name)?, name)?,
            "--decay" => {
                let text = args.text(name)?;
                let which =
                    Decayed::from_name(&text).ok_or_else(|| format!("`--decay`: all or weights, not `{text}`"))?;
                once(&mut decayed, which, name)?;
            }
            "--loss" => {
                let text = args.text(name)?;
                if !LOSSES.contains(&text.as_str()) {
                    return Err(format!("`--loss`: no such loss: `{text}`"));
                }
                once(&mut loss, text, name)?;
            }
            _ => return Err(format!("unexpected argument `{name}`")),
        }
        if args.attached.is_some() {
            return Err(format!("`{name}` takes no value"));
        }
    }
    let missing = |what: &str| format!("{what} is missing");
    source.data = data.ok_or_else(|| missing("`--data DATA`"))?;
    source.model = model.ok_or_else(|| missing("`--model MODEL`"))?;
    let certificate = certificate.ok_or_else(|| missing("the certificate"))?;
    source.decay = Decay::new(weight_decay, decayed, sklearn_alpha)?;
    Ok(Asked::Check(Box::new(Request { source, certificate, claim })))
}

/// Sets what may be given once.
fn once<T>(slot: &mut Option<T>, value: T, name: &str) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("{name} is given twice")),
    }
}

/// The arguments that are left; `attached` is the value of `--name=value` until it is taken.
struct Words<I> {
    args: I,
    attached: Option<String>,
}

impl<I: Iterator<Item = OsString>> Words<I> {
    /// The next argument, an option without its attached value; `plain` arguments are no options.
    fn word(&mut self, plain: bool) -> Option<OsString> {
        let word = self.args.next()?;
        match word.to_str().filter(|w| w.starts_with("--") && !plain).and_then(|w| w.split_once('=')) {
            None => Some(word),
            Some((name, value)) => {
                self.attached = Some(value.to_string());
                Some(name.into())
            }
        }
    }

    fn value(&mut self, name: &str) -> Result<OsString, String> {
        let attached = self.attached.take().map(OsString::from);
        attached.or_else(|| self.args.next()).ok_or_else(|| format!("`{name}` needs a value"))
    }

    fn rate(&mut self, name: &str) -> Result<BigRational, String> {
        let text = self.text(name)?;
        parse_rate(&text).map_err(|e| format!("`{name}` `{text}`: {e}"))
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        self.value(name)?.into_string().map_err(|_| format!("`{name}` needs a value that is text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, String> {
        match parse(line.split_whitespace().map(OsString::from))? {
            Asked::Check(request) => Ok(*request),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn options_come_in_any_order_and_with_either_sign() {
        let request = parsed("--model=m.npz c.cert --target a --data d.csv --target=b --negative-slope -1/2").unwrap();
        assert_eq!(request.certificate, PathBuf::from("c.cert"));
        assert_eq!(request.source.model, PathBuf::from("m.npz"));
        assert_eq!(request.source.targets, ["a", "b"]);
        assert_eq!(request.source.negative_slope, parse_rational("-1/2").ok());
        assert_eq!(parsed("--data d --model m -- --odd=name").unwrap().certificate, PathBuf::from("--odd=name"));
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (line, message) in [
            ("", "`--data DATA` is missing"),
            ("--data d c", "`--model MODEL` is missing"),
            ("--data d --model m", "the certificate is missing"),
            ("--data", "`--data` needs a value"),
            ("--data d --data e", "--data is given twice"),
            ("a b", "the certificate is given twice"),
            ("--format json", "unexpected argument `--format`"),
            ("--help=1", "Help"),
            ("--loss hinge", "`--loss`: no such loss: `hinge`"),
            ("--loss squared --loss squared", "--loss is given twice"),
            ("--claim best", "`--claim`: no such claim: `best`"),
            ("--weight-decay -1", "`--weight-decay` `-1`: expected a number of at least 0"),
            ("--decay biases", "`--decay`: all or weights, not `biases`"),
            (
                "--data d --model m c --decay weights",
                "`--decay` says which parameters `--weight-decay` decays, and needs it",
            ),
            (
                "--data d --model m c --weight-decay 1 --sklearn-alpha 1",
                "`--weight-decay` and `--sklearn-alpha` exclude each other",
            ),
            ("--negative-slope 2/4", "`--negative-slope` `2/4`: the fraction is not in lowest terms"),
        ] {
            assert_eq!(parsed(line).unwrap_err(), message, "{line}");
        }
    }
}
