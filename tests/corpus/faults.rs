//! One fault for each file: where it goes, which accepted certificate it starts from, and the edits.

/// One change of a certificate's text.
pub enum Edit {
    /// Replaces a text that occurs once.
    Once(&'static str, &'static str),
    /// Replaces a text wherever it occurs.
    All(&'static str, &'static str),
    /// Puts in the digests of the problem in the file's name, so that something else must reject.
    Digests,
}

use Edit::{All, Digests, Once};

/// (file, base, edits): the file's name begins with the problem it is for.
pub type Fault = (&'static str, &'static str, &'static [Edit]);

const SCALAR: &str = "scalar\nmultipliers 2 1";
const ESCAPE: &str = "escape 1\ndirection 1 1\noutput f4240 -28b0b";
const TILTED: &str = "descent\ndirection 0 2\noutput 0";
const PART: &str = "classes 3\nshare 0 0 0 -1\nmultipliers 1 1";
/// The other part over the denominator two.
const HALVES: (&str, &str) =
    ("components 2 1\nclasses 0 1 2\nshare -1 0 0 0", "components 2 2\nclasses 0 1 2\nshare -2 0 0 0");
const HALF_PART: &str = "classes 3\nshare 0 0 0 -2\nmultipliers 1 1";
const HALF_PART_WRONG: &str = "classes 3\nshare 0 0 0 -2\nmultipliers 1 2";
const SIXTEEN: &str = "kinks 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15";
const SEVENTEEN: &str = "kinks 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";
const RAYS: Edit = Once("multipliers 2 1", "rays");
const MINIMUM: Edit = Once("claim not-stationary", "claim local-minimum");
const REGION: Edit = Once("region none", "region 0.5 1");

/// Other proofs of the same claims.
pub const ACCEPTED: &[Fault] = &[
    ("kinks.smaller-region", "kinks", &[Once("region 0.5 1", "region 1/1000 0.5e-3")]),
    ("kinks.not-in-lowest-terms", "kinks", &[Once("multipliers 2 1", "multipliers 1fe ff")]),
    ("kinks.rays", "kinks", &[Once("multipliers 2 1", "rays")]),
    (
        "kinks.one-component",
        "kinks",
        &[Once("multipliers 2 1", "components 1 2\nclasses 0\nshare 0 -1\nmultipliers 2 1")],
    ),
    (
        "kinks.uniform",
        "kinks",
        &[Once(SCALAR, "uniform 1/2\nmultipliers 4 3\nmultipliers 4 1"), Once("0.5 1", "0.5 0.5")],
    ),
    ("components.over-two", "components", &[Once(HALVES.0, HALVES.1), Once(PART, HALF_PART)]),
    ("sixteen.rays", "kinks", &[Digests, Once("shape 4 2", "shape 17 17"), Once("kinks 2 3", SIXTEEN), RAYS]),
    ("kinks.unmoved-point", "kinks", &[Once("claim local-minimum", "claim local-minimum-nearby 0")]),
    (
        "dead.linear",
        "dead",
        &[Once("neuron 0 kinks\nzero-form", "neuron 0 kinks\nscalar\nlinear"), Once("unbounded", "1")],
    ),
    ("saddle.stationary", "saddle", &[Once("scalar", "stationary")]),
    ("unbalanced.open", "unbalanced", &[Once(SCALAR, "open")]),
    (
        "vector.smaller-tau",
        "vector",
        &[
            Once(
                "uniform 1\nmultipliers 1 1\nmultipliers 1 -1\nmultipliers 1 -1\nmultipliers 1 1",
                "uniform 1/2\nmultipliers 2 1\nmultipliers 2 -1\nmultipliers 2 -1\nmultipliers 2 1",
            ),
            Once("0.5 0.5", "0.5 0.25"),
        ],
    ),
];

/// Certificates that are read and not believed.
pub const REJECTED: &[Fault] = &[
    // statement
    ("kinks.samples-changed", "kinks", &[Once("shape 4 2", "shape 5 2")]),
    ("kinks.bias-invented", "kinks", &[Once("no-output-bias", "output-bias")]),
    ("kinks.slopes-changed", "kinks", &[Once("slopes 1 0", "slopes 1 1/10")]),
    ("kinks.slopes-exchanged", "kinks", &[Once("slopes 1 0", "slopes 0 1")]),
    ("kinks-swapped.other-data", "kinks", &[]),
    ("far.other-model", "kinks", &[]),
    ("saddle.other-shape", "kinks", &[]),
    ("kinks.point-for-point-claim", "kinks", &[Once("point 0 no-bias", "point 1 no-bias\ninput 0 1 1 0\noutput 1 1")]),
    ("biased.bias-for-point-claim", "biased", &[Once("point 0 no-bias", "point 0 bias\nbias-at 1 0")]),
    (
        "kinks.surplus-output-bias",
        "kinks",
        &[
            Once("claim local-minimum", "claim local-minimum-nearby 1"),
            Once("point 0 no-bias", "point 0 bias\nbias-at 1 0"),
        ],
    ),
    (
        "kinks.point-of-no-neuron",
        "kinks",
        &[
            Once("claim local-minimum", "claim local-minimum-nearby 1"),
            Once("point 0 no-bias", "point 1 no-bias\ninput 1 1 1 0\noutput 1 1"),
        ],
    ),
    (
        "saddle.point-of-other-length",
        "saddle",
        &[
            Once("claim saddle", "claim saddle-nearby 1"),
            Once("point 0 no-bias", "point 1 no-bias\ninput 1 1 1\noutput 1 1"),
        ],
    ),
    // every neuron replaced by a shorter one: (1) is not within 0 of (1, 5)
    (
        "far.point-of-shorter-neurons",
        "kinks",
        &[
            Digests,
            Once("claim local-minimum", "claim local-minimum-nearby 0"),
            Once("point 0 no-bias", "point 1 no-bias\ninput 0 1 1\noutput 1 1"),
        ],
    ),
    (
        "far.point-of-longer-outputs",
        "kinks",
        &[
            Digests,
            Once("claim local-minimum", "claim local-minimum-nearby 5"),
            Once("point 0 no-bias", "point 1 no-bias\ninput 0 1 1 0\noutput 1 1 0"),
        ],
    ),
    // the data behind the right digests
    ("kinks-swapped.other-data-same-digests", "kinks", &[Digests]),
    ("kinks-other-target.other-data-same-digests", "kinks", &[Digests]),
    ("far.other-model-same-digests", "kinks", &[Digests]),
    // distance
    ("nearby.distance-too-small", "nearby", &[Once("nearby 0.01001", "nearby 0.00999")]),
    ("nearby.distance-zero", "nearby", &[Once("nearby 0.01001", "nearby 0")]),
    ("nearby.distance-negative", "nearby", &[Once("nearby 0.01001", "nearby -0.01")]),
    (
        "biased.output-bias-too-far",
        "biased",
        &[
            Once("claim local-minimum", "claim local-minimum-nearby 0.5"),
            Once("point 0 no-bias", "point 0 bias\nbias-at 2 3"),
        ],
    ),
    // bias
    ("biased.descends", "biased", &[Once("bias balanced", "bias descent")]),
    ("biased.absent", "biased", &[Once("bias balanced", "bias absent")]),
    ("unbalanced.balanced", "unbalanced", &[Once("bias descent", "bias balanced")]),
    ("kinks.balanced", "kinks", &[Once("bias absent", "bias balanced")]),
    // kinks
    ("kinks.first-kink-missing", "kinks", &[Once("kinks 2 3", "kinks 3")]),
    ("kinks.last-kink-missing", "kinks", &[Once("kinks 2 3", "kinks 2")]),
    ("kinks.all-kinks-missing", "kinks", &[Once("kinks 2 3", "kinks")]),
    ("kinks.surplus-kink", "kinks", &[Once("kinks 2 3", "kinks 1 2 3")]),
    ("kinks.kink-of-no-sample", "kinks", &[Once("kinks 2 3", "kinks 2 3 4")]),
    // potential
    ("loose.potential", "kinks", &[Digests]),
    (
        "nearby.potential-before-scalar",
        "nearby",
        &[Once("output 1 1", "output 1 0"), Once("nearby 0.01001", "nearby 2")],
    ),
    ("loose.zero-form", "kinks", &[Digests, Once(SCALAR, "zero-form")]),
    ("asleep.escape", "saddle", &[Digests, Once("neuron 1 kinks 0 1 2 3", "neuron 1 kinks 0")]),
    // zero-form, scalar, uniform
    ("kinks.zero-form", "kinks", &[Once(SCALAR, "zero-form")]),
    ("saddle.zero-form", "saddle", &[Once(ESCAPE, "zero-form")]),
    ("saddle.scalar", "saddle", &[Once(ESCAPE, "scalar\nrays")]),
    (
        "vector.scalar",
        "vector",
        &[Once(
            "uniform 1\nmultipliers 1 1\nmultipliers 1 -1\nmultipliers 1 -1\nmultipliers 1 1",
            "scalar\nmultipliers 1 0",
        )],
    ),
    ("vector.tau-zero", "vector", &[Once("uniform 1", "uniform 0")]),
    ("vector.tau-negative", "vector", &[Once("uniform 1", "uniform -1")]),
    (
        "vector.tau-too-large",
        "vector",
        &[Once("uniform 1\nmultipliers 1 1\nmultipliers 1 -1", "uniform 8\nmultipliers 1 8\nmultipliers 1 -8")],
    ),
    (
        "vector.forms-exchanged",
        "vector",
        &[Once("uniform 1\nmultipliers 1 1\nmultipliers 1 -1", "uniform 1\nmultipliers 1 -1\nmultipliers 1 1")],
    ),
    // escape
    ("kinks.escape-with-output", "kinks", &[Once(SCALAR, "escape 1\ndirection 1 1\noutput 1 -1")]),
    ("saddle.direction-where-form-vanishes", "saddle", &[Once("direction 1 1", "direction -1 0")]),
    ("saddle.direction-zero", "saddle", &[Once("direction 1 1", "direction 0 0")]),
    ("saddle.direction-too-long", "saddle", &[Once("direction 1 1", "direction 1 1 0")]),
    ("saddle.output-too-long", "saddle", &[Once("-28b0b", "-28b0b 0")]),
    ("saddle.step-zero", "saddle", &[Once("escape 1", "escape 0")]),
    ("saddle.step-negative", "saddle", &[Once("escape 1", "escape -1")]),
    ("saddle.step-too-long", "saddle", &[Once("escape 1", "escape 100")]),
    ("saddle.step-uphill", "saddle", &[Once("-28b0b", "28b0b")]),
    ("saddle.step-nowhere", "saddle", &[Once("-28b0b", "0")]),
    // descent
    ("tilted.uphill", "tilted", &[Once("direction 0 2", "direction 0 -2")]),
    ("tilted.flat", "tilted", &[Once("direction 0 2", "direction 2 0")]),
    ("tilted.direction-too-short", "tilted", &[Once("direction 0 2", "direction 0")]),
    ("tilted.output-too-long", "tilted", &[Once("output 0", "output 0 0")]),
    (
        "kinks.descent-at-minimum",
        "kinks",
        &[
            Once("claim local-minimum", "claim not-stationary"),
            Once("region 0.5 1", "region none"),
            Once(SCALAR, "descent\ndirection 0 1\noutput 0"),
        ],
    ),
    // linear, multipliers
    ("kinks.linear", "kinks", &[Once("multipliers 2 1", "linear")]),
    ("tilted.linear", "tilted", &[MINIMUM, REGION, Once(TILTED, "scalar\nlinear")]),
    ("kinks.multiplier-changed", "kinks", &[Once("multipliers 2 1", "multipliers 2 2")]),
    ("kinks.multiplier-negated", "kinks", &[Once("multipliers 2 1", "multipliers 2 -1")]),
    ("kinks.multiplier-over-two", "kinks", &[Once("multipliers 2 1", "multipliers 4 1")]),
    // multipliers of the same form in other units: over the denominators of data and slopes, without the factor ga
    ("kinks.multiplier-of-integer-form", "kinks", &[Once("multipliers 2 1", "multipliers 1 2")]),
    ("kinks.multiplier-without-ga", "kinks", &[Once("multipliers 2 1", "multipliers 1 1")]),
    ("leaky.multiplier-of-integer-form", "leaky", &[Once("multipliers 14 9", "multipliers 1 b4")]),
    ("vector.multipliers-of-integer-h", "vector", &[Once("uniform 1\nmultipliers 1 1", "uniform 1\nmultipliers 1 2")]),
    ("kinks.multiplier-above-interval", "kinks", &[Once("multipliers 2 1", "multipliers 4 7")]),
    ("kinks.multiplier-below-interval", "kinks", &[Once("multipliers 2 1", "multipliers 4 -7")]),
    ("kinks.multiplier-missing", "kinks", &[Once("multipliers 2 1", "multipliers 2")]),
    ("kinks.multiplier-surplus", "kinks", &[Once("multipliers 2 1", "multipliers 2 1 0")]),
    ("rays.multipliers-on-concave-class", "rays", &[Once("\nrays", "\nmultipliers 1 1 0 0")]),
    // rays
    ("tilted.rays", "tilted", &[MINIMUM, REGION, Once(TILTED, "scalar\nrays")]),
    ("concave.rays", "rays", &[Digests]),
    (
        "crowd.rays",
        "kinks",
        &[
            Digests,
            Once("shape 4 2", "shape 33 7"),
            Once(
                "kinks 2 3",
                "kinks 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31",
            ),
            Once("multipliers 2 1", "rays"),
        ],
    ),
    ("seventeen.rays", "kinks", &[Digests, Once("shape 4 2", "shape 18 18"), Once("kinks 2 3", SEVENTEEN), RAYS]),
    // components
    ("components.class-missing", "components", &[Once("classes 0 1 2", "classes 0 1")]),
    ("components.class-twice", "components", &[Once("classes 3", "classes 2 3")]),
    ("components.class-unknown", "components", &[Once("classes 3", "classes 4")]),
    (
        "components.part-missing",
        "components",
        &[Once("components 2", "components 1"), Once("\nclasses 3\nshare 0 0 0 -1\nmultipliers 1 1", "")],
    ),
    (
        "components.no-parts",
        "components",
        &[
            Once("components 2 1\nclasses 0 1 2\nshare -1 0 0 0\nrays\n", "components 0 1\n"),
            Once("classes 3\nshare 0 0 0 -1\nmultipliers 1 1\n", ""),
        ],
    ),
    ("components.shares-do-not-add-up", "components", &[Once("share -1 0 0 0", "share 0 0 0 0")]),
    (
        "components.shares-over-two",
        "components",
        &[Once("components 2 1", "components 2 2"), Once("multipliers 1 1", "multipliers 2 1")],
    ),
    ("components.share-too-short", "components", &[Once("share -1 0 0 0", "share -1 0 0")]),
    ("components.share-too-long", "components", &[Once("share -1 0 0 0", "share 1 -1 0 0 0")]),
    // a multiplier that balances the share's integers, not the share
    ("components.multiplier-of-share-integers", "components", &[Once(HALVES.0, HALVES.1), Once(PART, HALF_PART_WRONG)]),
    ("components.part-unproved", "components", &[Once(PART, "classes 3\nshare 0 0 0 -1\nlinear")]),
    ("components.part-negative", "components", &[Once("share -1 0 0 0", "share -9 0 0 0")]),
    // region
    ("kinks.input-region-enlarged", "kinks", &[Once("region 0.5 1", "region 0.500001 1")]),
    ("kinks.output-region-enlarged", "kinks", &[Once("region 0.5 1", "region 0.5 1.000001")]),
    ("kinks.input-region-unbounded", "kinks", &[Once("region 0.5 1", "region unbounded 1")]),
    ("kinks.output-region-unbounded", "kinks", &[Once("region 0.5 1", "region 0.5 unbounded")]),
    ("kinks.input-region-zero", "kinks", &[Once("region 0.5 1", "region 0 1")]),
    ("kinks.output-region-negative", "kinks", &[Once("region 0.5 1", "region 0.5 -1")]),
    ("vector.output-region-enlarged", "vector", &[Once("region 0.5 0.5", "region 0.5 0.500001")]),
    // conclusion
    ("kinks.empty-proof", "kinks", &[Once("neurons 1\nneuron 0 kinks 2 3\nscalar\nmultipliers 2 1", "neurons 0")]),
    ("dead.neuron-missing", "dead", &[Once("neurons 2", "neurons 1"), Once("neuron 1 kinks\nzero-form\n", "")]),
    ("dead.neuron-surplus", "dead", &[Once("neurons 2", "neurons 3"), Once("end", "neuron 2 kinks\nzero-form\nend")]),
    ("kinks.region-missing", "kinks", &[Once("region 0.5 1", "region none")]),
    ("saddle.region-surplus", "saddle", &[REGION]),
    (
        "kinks.claims-saddle",
        "kinks",
        &[Once("claim local-minimum", "claim saddle"), Once("region 0.5 1", "region none")],
    ),
    (
        "kinks.claims-not-stationary",
        "kinks",
        &[Once("claim local-minimum", "claim not-stationary"), Once("region 0.5 1", "region none")],
    ),
    ("saddle.claims-minimum", "saddle", &[Once("claim saddle", "claim local-minimum"), REGION]),
    ("saddle.claims-not-stationary", "saddle", &[Once("claim saddle", "claim not-stationary")]),
    ("tilted.claims-minimum", "tilted", &[MINIMUM, REGION]),
    ("tilted.claims-saddle", "tilted", &[Once("claim not-stationary", "claim saddle")]),
    ("unbalanced.claims-minimum", "unbalanced", &[MINIMUM, REGION]),
    ("kinks.open", "kinks", &[Once(SCALAR, "open")]),
    ("saddle.open", "saddle", &[Once(SCALAR, "open")]),
    ("kinks.stationary", "kinks", &[Once("scalar", "stationary")]),
];

/// Texts outside the grammar.
pub const MALFORMED: &[Fault] = &[
    ("kinks.version-from-the-future", "kinks", &[Once("lowpoint-certificate 1", "lowpoint-certificate 4")]),
    ("kinks.version-missing", "kinks", &[Once("lowpoint-certificate 1", "lowpoint-certificate")]),
    ("kinks.another-file", "kinks", &[Once("lowpoint-certificate 1", "p cnf 1 1")]),
    ("kinks.claim-unknown", "kinks", &[Once("local-minimum", "global-minimum")]),
    ("kinks.distance-surplus", "kinks", &[Once("local-minimum", "local-minimum 1")]),
    ("nearby.distance-missing", "nearby", &[Once("nearby 0.01001", "nearby")]),
    ("kinks.digest-too-short", "kinks", &[Once("data 821d", "data 21d")]),
    ("kinks.digest-in-capitals", "kinks", &[Once("data 821d", "data 821D")]),
    (
        "kinks.digest-missing",
        "kinks",
        &[Once("model 239b613222eebd2d12860f8036f26a70235c4d94e5c5e5b40958295fb52bee40\n", "")],
    ),
    ("kinks.shape-too-short", "kinks", &[Once("shape 4 2 1 1", "shape 4 2 1")]),
    ("kinks.shape-unknown-word", "kinks", &[Once("no-hidden-bias", "without-hidden-bias")]),
    ("kinks.shape-giant", "kinks", &[Once("shape 4", "shape 99999999999999999999")]),
    ("kinks.number-plus", "kinks", &[Once("slopes 1 0", "slopes +1 0")]),
    ("kinks.number-leading-zero", "kinks", &[Once("slopes 1 0", "slopes 007 0")]),
    ("kinks.number-minus-zero", "kinks", &[Once("slopes 1 0", "slopes 1 -0")]),
    ("kinks.number-underscore", "kinks", &[Once("slopes 1 0", "slopes 1_0 0")]),
    ("kinks.number-nan", "kinks", &[Once("slopes 1 0", "slopes nan 0")]),
    ("kinks.number-bare-point", "kinks", &[Once("slopes 1 0", "slopes 1. 0")]),
    ("kinks.number-truncated", "kinks", &[Once("slopes 1 0", "slopes 1/ 0")]),
    ("kinks.number-not-in-lowest-terms", "kinks", &[Once("slopes 1 0", "slopes 2/2 0")]),
    ("kinks.number-over-zero", "kinks", &[Once("slopes 1 0", "slopes 1/0 0")]),
    ("kinks.exponent-giant", "kinks", &[Once("region 0.5 1", "region 0.5 1e4097")]),
    ("kinks.point-giant", "kinks", &[Once("point 0", "point 1048577")]),
    (
        "nearby.point-twice",
        "nearby",
        &[Once("point 1", "point 2"), Once("output 1 1", "output 1 1\ninput 0 1 1 0\noutput 1 1")],
    ),
    ("nearby.point-without-output", "nearby", &[Once("output 1 1\n", "")]),
    ("biased.bias-missing", "biased", &[Once("point 0 no-bias", "point 0 bias")]),
    ("kinks.region-one-radius", "kinks", &[Once("region 0.5 1", "region 0.5")]),
    ("kinks.region-three-radii", "kinks", &[Once("region 0.5 1", "region 0.5 1 1")]),
    ("kinks.bias-unknown-word", "kinks", &[Once("bias absent", "bias free")]),
    ("kinks.neurons-giant", "kinks", &[Once("neurons 1", "neurons 1048577")]),
    ("kinks.neurons-more-than-steps", "kinks", &[Once("neurons 1", "neurons 1048576")]),
    ("dead.neurons-fewer-than-steps", "dead", &[Once("neurons 2", "neurons 1")]),
    ("dead.step-twice", "dead", &[Once("neuron 1", "neuron 0")]),
    (
        "dead.steps-exchanged",
        "dead",
        &[Once("neuron 0", "neuron 2"), Once("neuron 1", "neuron 0"), Once("neuron 2", "neuron 1")],
    ),
    ("kinks.kinks-descending", "kinks", &[Once("kinks 2 3", "kinks 3 2")]),
    ("kinks.kink-twice", "kinks", &[Once("kinks 2 3", "kinks 2 2 3")]),
    ("kinks.kink-negative", "kinks", &[Once("kinks 2 3", "kinks -2 3")]),
    ("kinks.rule-unknown", "kinks", &[Once("scalar", "trust-me")]),
    ("kinks.rule-with-surplus-word", "kinks", &[Once("scalar", "scalar 1")]),
    ("vector.tau-missing", "vector", &[Once("uniform 1", "uniform")]),
    ("vector.form-missing", "vector", &[Once("multipliers 1 1\nend", "end")]),
    ("vector.form-surplus", "vector", &[Once("end", "multipliers 1 1\nend")]),
    ("kinks.hexadecimal-in-capitals", "kinks", &[Once("multipliers 2 1", "multipliers 2 A")]),
    ("kinks.hexadecimal-plus", "kinks", &[Once("multipliers 2 1", "multipliers 2 +1")]),
    ("kinks.hexadecimal-prefix", "kinks", &[Once("multipliers 2 1", "multipliers 2 0x1")]),
    ("kinks.hexadecimal-leading-zero", "kinks", &[Once("multipliers 2 1", "multipliers 2 01")]),
    ("kinks.hexadecimal-minus-zero", "kinks", &[Once("multipliers 2 1", "multipliers 2 -0")]),
    ("kinks.hexadecimal-truncated", "kinks", &[Once("multipliers 2 1", "multipliers 2 -")]),
    ("kinks.denominator-zero", "kinks", &[Once("multipliers 2 1", "multipliers 0 1")]),
    ("kinks.denominator-negative", "kinks", &[Once("multipliers 2 1", "multipliers -2 1")]),
    ("kinks.denominator-missing", "kinks", &[Once("multipliers 2 1", "multipliers")]),
    ("components.nested", "components", &[Once(PART, "classes 3\nshare 0 0 0 -1\ncomponents 0 1")]),
    ("components.count-giant", "components", &[Once("components 2", "components 65537")]),
    ("components.parts-fewer-than-count", "components", &[Once("components 2", "components 3")]),
    ("components.share-missing", "components", &[Once("share -1 0 0 0\n", "")]),
    ("components.denominator-zero", "components", &[Once("components 2 1", "components 2 0")]),
    ("components.denominator-negative", "components", &[Once("components 2 1", "components 2 -1")]),
    ("components.denominator-missing", "components", &[Once("components 2 1", "components 2")]),
    ("kinks.end-missing", "kinks", &[Once("end\n", "")]),
    ("kinks.end-without-line-feed", "kinks", &[Once("end\n", "end")]),
    ("kinks.truncated-line", "kinks", &[Once("multipliers 2 1\nend\n", "multipliers 2 ")]),
    ("kinks.text-after-end", "kinks", &[Once("end\n", "end\nend\n")]),
    ("kinks.line-feed-after-end", "kinks", &[Once("end\n", "end\n\n")]),
    ("kinks.empty-line", "kinks", &[Once("scalar\n", "\nscalar\n")]),
    ("kinks.comment", "kinks", &[Once("claim", "# found by hand\nclaim")]),
    ("kinks.two-spaces", "kinks", &[Once("slopes 1", "slopes  1")]),
    ("kinks.space-at-line-end", "kinks", &[Once("slopes 1 0", "slopes 1 0 ")]),
    ("kinks.tab", "kinks", &[Once("slopes 1 0", "slopes\t1 0")]),
    ("kinks.carriage-returns", "kinks", &[All("\n", "\r\n")]),
    ("kinks.not-ascii", "kinks", &[Once("scalar", "sc\u{e4}lar")]),
    ("kinks.byte-order-mark", "kinks", &[Once("lowpoint-certificate", "\u{feff}lowpoint-certificate")]),
    ("kinks.zero-byte", "kinks", &[Once("scalar", "scalar\0")]),
];
