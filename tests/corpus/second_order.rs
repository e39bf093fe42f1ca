//! Faults of the second order (format 2): `turning` is a minimum by it, the others are saddles.

use super::faults::Edit::{Digests, Once};
use super::faults::{Edit, Fault};

const DESCENT: &str = "curvature descent 1/2\ndirection 0 1\noutput 0 2";
const SECOND: Edit = Once("lowpoint-certificate 1", "lowpoint-certificate 2");
const NO_CURVATURE: Edit = Once("end\n", "curvature absent\nend\n");
const CURVATURE: Edit = Once("end\n", "curvature positive\nend\n");
const NO_REGION: Edit = Once("region 0.5 1", "region none");
const THIRTEEN: &str = "kinks 2 3 4 5 6 7 8 9 10 11 12 13 14";

/// Other proofs of the same claims.
pub const ACCEPTED: &[Fault] = &[
    ("kinks.second-version", "kinks", &[SECOND, NO_CURVATURE]),
    ("kinks.second-order", "kinks", &[SECOND, NO_REGION, CURVATURE]),
    ("turning.unmoved-point", "turning", &[Once("claim local-minimum", "claim local-minimum-nearby 0")]),
    ("turning-saddle.half-step", "turning-saddle", &[Once("descent 1/2", "descent 1/4")]),
    (
        "turning-saddle.longer-direction",
        "turning-saddle",
        &[Once(DESCENT, "curvature descent 1/20\ndirection 0 a\noutput 0 14")],
    ),
    ("turning-saddle.unmoved-point", "turning-saddle", &[Once("claim saddle", "claim saddle-nearby 0")]),
];

/// Certificates that are read and not believed.
pub const REJECTED: &[Fault] = &[
    // positive
    (
        "turning-saddle.positive",
        "turning-saddle",
        &[Once("claim saddle", "claim local-minimum"), Once(DESCENT, "curvature positive")],
    ),
    ("turning-saddle.positive-of-another", "turning", &[Digests]),
    ("turning-pieces.positive", "turning", &[Digests, Once("shape 2 2", "shape 15 3"), Once("kinks", THIRTEEN)]),
    // descent
    ("turning-kinks.not-critical", "turning-kinks", &[Once("direction 0 1", "direction 0 -1")]),
    ("turning-saddle.uphill", "turning-saddle", &[Once("output 0 2", "output 0 -2")]),
    (
        "turning-saddle.direction-zero",
        "turning-saddle",
        &[Once(DESCENT, "curvature descent 1\ndirection 0 0\noutput 0 0")],
    ),
    ("turning-saddle.descent-step-zero", "turning-saddle", &[Once("descent 1/2", "descent 0")]),
    ("turning-saddle.descent-step-negative", "turning-saddle", &[Once("descent 1/2", "descent -1/2")]),
    ("turning-saddle.descent-step-too-long", "turning-saddle", &[Once("descent 1/2", "descent 2")]),
    ("turning-saddle.descent-direction-too-long", "turning-saddle", &[Once("direction 0 1", "direction 0 1 0")]),
    ("turning-saddle.descent-output-too-short", "turning-saddle", &[Once("output 0 2", "output 0")]),
    ("turning-biased.bias-direction-too-short", "turning-biased", &[Once("bias-direction 0 -4", "bias-direction 0")]),
    ("turning-biased.bias-direction-uphill", "turning-biased", &[Once("bias-direction 0 -4", "bias-direction 0 4")]),
    // conclusion
    ("turning.region-surplus", "turning", &[Once("region none", "region 0.5 0.5")]),
    ("turning.curvature-absent", "turning", &[Once("curvature positive", "curvature absent")]),
    (
        "turning.curvature-absent-with-region",
        "turning",
        &[Once("region none", "region 0.5 0.5"), Once("curvature positive", "curvature absent")],
    ),
    ("turning.claims-saddle", "turning", &[Once("claim local-minimum", "claim saddle")]),
    ("turning.claims-not-stationary", "turning", &[Once("claim local-minimum", "claim not-stationary")]),
    ("turning.open", "turning", &[Once("stationary\nlinear", "open")]),
    ("turning-saddle.claims-minimum", "turning-saddle", &[Once("claim saddle", "claim local-minimum")]),
    ("turning-saddle.curvature-absent", "turning-saddle", &[Once(DESCENT, "curvature absent")]),
    ("turning-saddle.open", "turning-saddle", &[Once("stationary\nlinear", "open")]),
    ("tilted.second-order", "tilted", &[SECOND, CURVATURE]),
];

/// Texts outside the grammar.
pub const MALFORMED: &[Fault] = &[
    ("kinks.second-version-without-curvature", "kinks", &[SECOND]),
    ("kinks.first-version-with-curvature", "kinks", &[NO_CURVATURE]),
    ("turning.first-version", "turning", &[Once("lowpoint-certificate 2", "lowpoint-certificate 1")]),
    ("turning.curvature-missing", "turning", &[Once("curvature positive\n", "")]),
    ("turning.curvature-unknown-word", "turning", &[Once("curvature positive", "curvature semidefinite")]),
    ("turning.curvature-surplus-word", "turning", &[Once("curvature positive", "curvature positive 1")]),
    ("turning-saddle.curvature-step-missing", "turning-saddle", &[Once("descent 1/2", "descent")]),
    ("turning-saddle.curvature-direction-missing", "turning-saddle", &[Once("direction 0 1\noutput 0 2\n", "")]),
    ("turning-saddle.curvature-output-missing", "turning-saddle", &[Once("output 0 2\n", "")]),
    (
        "turning-saddle.curvature-direction-surplus",
        "turning-saddle",
        &[Once("output 0 2\n", "output 0 2\ndirection 0 1\noutput 0 2\n")],
    ),
    (
        "turning-saddle.bias-direction-surplus",
        "turning-saddle",
        &[Once("output 0 2\n", "output 0 2\nbias-direction 0 0\n")],
    ),
    ("turning-biased.bias-direction-missing", "turning-biased", &[Once("bias-direction 0 -4\n", "")]),
];
