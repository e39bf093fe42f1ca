//! Proves that a small network is a local minimum, and has the kernel check the certificate's bytes.
use lowpoint::input::{Source, load};
use lowpoint::kernel::{check::check, parse::parse_certificate, samples::Samples};
use lowpoint::search::polish::Options;
use lowpoint::search::prove::{Outcome, prove_at_point};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/certificates/leaky-relu");
    let source = Source {
        data: format!("{folder}/data.json").into(),
        model: format!("{folder}/model.json").into(),
        ..Source::default()
    };
    let problem = load(&source)?;
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let Outcome::Proved(proof) = prove_at_point(&problem, &samples, &Options::default()) else {
        return Err("not settled".into());
    };
    let (claim, certificate) = parse_certificate(proof.bytes.as_bytes())?;
    let theorem = check(&problem, &claim, &certificate)?;
    assert_eq!(theorem.claim().to_string(), "the parameters are a local minimum of the loss");
    assert_eq!(theorem.loss().to_string(), "17/16");
    Ok(())
}
