//! docs/FORMAT.md: its example is accepted as it stands on the page, and its limits are the code's.

use lowpoint::input::{Source, load};
use lowpoint::kernel::certificate::FORMAT_VERSIONS;
use lowpoint::kernel::check::check;
use lowpoint::kernel::claim::Claim;
use lowpoint::kernel::dataset::MAX_SAMPLES;
use lowpoint::kernel::network::MAX_NEURONS;
use lowpoint::kernel::number::{MAX_DECIMAL_CHARS, MAX_EXPONENT, MAX_HEX_DIGITS};
use lowpoint::kernel::parse::{MAX_CERTIFICATE_BYTES, MAX_COMPONENTS, parse_certificate};
use lowpoint::kernel::rule::bounds::MAX_ERROR_BITS;
use lowpoint::kernel::rule::curvature::{MAX_CURVATURE_PIECES, MAX_CURVATURE_VARIABLES};
use lowpoint::kernel::rule::rays::{MAX_RAY_RANK, MAX_RAY_SETS};
use num_rational::BigRational;
use std::fs;
use std::path::{Path, PathBuf};

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn page() -> String {
    fs::read_to_string(docs("FORMAT.md")).unwrap()
}

#[test]
fn the_example_is_accepted() {
    let file = |name: &str| docs("format-example").join(name);
    let source = Source { data: file("data.json"), model: file("model.json"), ..Source::default() };
    let problem = load(&source).unwrap_or_else(|e| panic!("{e}"));
    let (claim, certificate) = parse_certificate(&fs::read(file("certificate.txt")).unwrap()).unwrap();
    let theorem = check(&problem, &claim, &certificate).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(theorem.claim(), &Claim::LocalMinimum);
    assert_eq!(theorem.loss(), &BigRational::new(25.into(), 8.into()));
    assert_eq!(theorem.neurons()[0].margin, Some(BigRational::new(2.into(), 3.into())));
}

#[test]
fn the_page_shows_the_example_s_files() {
    for (name, language) in [("data.json", "json"), ("model.json", "json"), ("certificate.txt", "text")] {
        let text = fs::read_to_string(docs("format-example").join(name)).unwrap();
        assert!(page().contains(&format!("```{language}\n{text}```\n")), "{name}");
    }
}

#[test]
fn the_page_has_the_limits_and_the_version() {
    let power = |value: u64| {
        assert!(value.is_power_of_two());
        format!("2^{}", value.ilog2())
    };
    for (value, constant) in [
        (power(MAX_CERTIFICATE_BYTES), "MAX_CERTIFICATE_BYTES"),
        (MAX_DECIMAL_CHARS.to_string(), "MAX_DECIMAL_CHARS"),
        (MAX_EXPONENT.to_string(), "MAX_EXPONENT"),
        (power(MAX_HEX_DIGITS as u64), "MAX_HEX_DIGITS"),
        (MAX_NEURONS.to_string(), "MAX_NEURONS"),
        (MAX_SAMPLES.to_string(), "MAX_SAMPLES"),
        (MAX_COMPONENTS.to_string(), "MAX_COMPONENTS"),
        (MAX_RAY_RANK.to_string(), "MAX_RAY_RANK"),
        (MAX_RAY_SETS.to_string(), "MAX_RAY_SETS"),
        (power(MAX_ERROR_BITS), "MAX_ERROR_BITS"),
        (MAX_CURVATURE_PIECES.to_string(), "MAX_CURVATURE_PIECES"),
        (MAX_CURVATURE_VARIABLES.to_string(), "MAX_CURVATURE_VARIABLES"),
    ] {
        assert!(page().contains(&format!("| {value} | `{constant}` |")), "{constant} = {value}");
    }
    assert!(page().contains(&format!("floor(floor({}/N)/J)", power(MAX_ERROR_BITS))));
    let [first, second] = FORMAT_VERSIONS;
    assert!(page().starts_with(&format!("# Certificates, formats {first} and {second}\n")));
}
