//! docs/FORMAT.md: its example is accepted as it stands on the page, and its limits are the code's.

use lowpoint::compact::MAX_UNKNOWNS;
use lowpoint::input::{self, Source, load};
use lowpoint::kernel::certificate::Version;
use lowpoint::kernel::check::check;
use lowpoint::kernel::claim::Claim;
use lowpoint::kernel::dataset::MAX_SAMPLES;
use lowpoint::kernel::enclosure::bound::MAX_KEPT_KINKS;
use lowpoint::kernel::enclosure::pattern::{MAX_BOX_ENTRIES, MAX_BOX_UNKNOWNS};
use lowpoint::kernel::enclosure::zero::{MAX_ZERO_BOXES, MAX_ZERO_WIDTH};
use lowpoint::kernel::network::MAX_NEURONS;
use lowpoint::kernel::number::{MAX_DECIMAL_CHARS, MAX_EXPONENT, MAX_HEX_DIGITS};
use lowpoint::kernel::parse::{MAX_CERTIFICATE_BYTES, MAX_CERTIFICATE_WORDS, MAX_COMPONENTS, parse_certificate};
use lowpoint::kernel::rule::bounds::MAX_ERROR_BITS;
use lowpoint::kernel::rule::curvature::{MAX_CURVATURE_PIECES, MAX_CURVATURE_VARIABLES};
use lowpoint::kernel::rule::rays::{MAX_RAY_RANK, MAX_RAY_SETS};
use lowpoint::search::cells::MAX_CELLS;
use lowpoint::search::convex_exact::MAX_PIVOTS;
use lowpoint::search::nearby::MAX_EXACT_PARAMETERS;
use lowpoint::search::polish::MAX_ROUNDS;
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

fn power(value: u64) -> String {
    assert!(value.is_power_of_two());
    format!("2^{}", value.ilog2())
}

#[test]
fn the_page_has_the_limits_and_the_version() {
    for (value, constant) in [
        (power(MAX_CERTIFICATE_BYTES), "MAX_CERTIFICATE_BYTES"),
        (power(MAX_CERTIFICATE_WORDS as u64), "MAX_CERTIFICATE_WORDS"),
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
    let [first, second, third] = Version::ALL.map(Version::name);
    assert!(page().starts_with(&format!("# Certificates, formats {first}, {second} and {third}\n")));
}

/// Every row of docs/limits.md that names a constant, and no constant without its row.
#[test]
fn the_page_of_limits_has_the_constants() {
    let limits = [
        ("MAX_FILE_BYTES", power(input::MAX_FILE_BYTES)),
        ("MAX_TEXT_BYTES", power(input::MAX_TEXT_BYTES)),
        ("MAX_MEMBERS", input::MAX_MEMBERS.to_string()),
        ("MAX_ARRAY_BYTES", power(input::MAX_ARRAY_BYTES)),
        ("MAX_ARCHIVE_BYTES", power(input::MAX_ARCHIVE_BYTES)),
        ("MAX_EXPANSION", input::MAX_EXPANSION.to_string()),
        ("MIN_EXPANDED_BYTES", power(input::MIN_EXPANDED_BYTES)),
        ("MAX_NUMBERS", power(input::MAX_NUMBERS as u64)),
        ("MAX_NPY_HEADER_BYTES", power(input::MAX_NPY_HEADER_BYTES as u64)),
        ("MAX_SAFETENSORS_HEADER_BYTES", power(input::MAX_SAFETENSORS_HEADER_BYTES)),
        ("MAX_SAMPLES", power(MAX_SAMPLES as u64)),
        ("MAX_NEURONS", power(MAX_NEURONS as u64)),
        ("MAX_DECIMAL_CHARS", MAX_DECIMAL_CHARS.to_string()),
        ("MAX_EXPONENT", MAX_EXPONENT.to_string()),
        ("MAX_CERTIFICATE_BYTES", power(MAX_CERTIFICATE_BYTES)),
        ("MAX_CERTIFICATE_WORDS", power(MAX_CERTIFICATE_WORDS as u64)),
        ("MAX_HEX_DIGITS", power(MAX_HEX_DIGITS as u64)),
        ("MAX_COMPONENTS", power(MAX_COMPONENTS as u64)),
        ("MAX_RAY_RANK", MAX_RAY_RANK.to_string()),
        ("MAX_RAY_SETS", MAX_RAY_SETS.to_string()),
        ("MAX_CURVATURE_PIECES", MAX_CURVATURE_PIECES.to_string()),
        ("MAX_CURVATURE_VARIABLES", MAX_CURVATURE_VARIABLES.to_string()),
        ("MAX_ERROR_BITS", power(MAX_ERROR_BITS)),
        ("MAX_UNKNOWNS", MAX_UNKNOWNS.to_string()),
        ("MAX_BOX_UNKNOWNS", MAX_BOX_UNKNOWNS.to_string()),
        ("MAX_BOX_ENTRIES", power(MAX_BOX_ENTRIES as u64)),
        ("MAX_ZERO_WIDTH", MAX_ZERO_WIDTH.to_string()),
        ("MAX_ZERO_BOXES", power(MAX_ZERO_BOXES as u64)),
        ("MAX_EXACT_PARAMETERS", MAX_EXACT_PARAMETERS.to_string()),
        ("MAX_CELLS", MAX_CELLS.to_string()),
        ("MAX_ROUNDS", MAX_ROUNDS.to_string()),
        ("MAX_PIVOTS", MAX_PIVOTS.to_string()),
        ("MAX_KEPT_KINKS", MAX_KEPT_KINKS.to_string()),
    ];
    let page = fs::read_to_string(docs("limits.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|') && line.contains("| `M")).collect();
    assert_eq!(rows.len(), limits.len(), "{rows:#?}");
    for (constant, value) in limits {
        let end = format!("| {value} | `{constant}` |");
        assert!(rows.iter().any(|row| row.ends_with(&end)), "{end}");
    }
}
