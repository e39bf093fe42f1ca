//! Box certificates: planted ones, and one fault for each rule of section 10 of docs/FORMAT.md.

use super::common::linear::{integer, q};
use super::common::plant::{Plant, decayed, escaping, mixed, redundant, redundant_vector, scalar, turned, vector};
use super::faults::{
    Edit::{All, Once},
    Fault,
};

/// The planted point of a problem.
pub fn plant(name: &str) -> Plant {
    match name {
        "box-decayed" => decayed([integer(1), integer(0)]),
        "box-escaping-decayed" => escaping(),
        "box-mixed" => mixed(),
        "box-redundant" => redundant(),
        "box-redundant-vector" => redundant_vector(),
        "box-scalar" => scalar(),
        "box-turned-decayed" => turned(),
        "box-turning" => vector(integer(0), integer(512)),
        "box-vector" => vector(integer(0), q(1, 64)),
        _ => panic!("no planted point {name}"),
    }
}

/// All are at minima, or at the saddle that they claim.
pub const PLANTED: [&str; 8] = [
    "box-decayed",
    "box-escaping-decayed",
    "box-mixed",
    "box-redundant",
    "box-redundant-vector",
    "box-scalar",
    "box-turned-decayed",
    "box-vector",
];

pub const ACCEPTED: &[Fault] = &[
    (
        "box-decayed.constant-on-the-other-side",
        "box-decayed",
        &[Once("constant 1p1", "constant -1p1"), Once(FAR.0, "9")],
    ),
    ("box-redundant.gauge-of-inputs", "box-redundant", &[Once("pinned 2 3 5", "pinned 1 2 3")]),
    ("box-redundant.other-choice", "box-redundant", &[Once("pinned 2 3 5", "pinned 0 2 5")]),
    ("box-redundant.hidden-bias-of-two-sides", "box-redundant", &[Once("pinned 2 3 5", "pinned 2 4 5")]),
    ("box-scalar.smaller-region", "box-scalar", &[Once("region 1023/8192 1023/1024", "region 1e-3 1e-3")]),
    ("box-scalar.wider-box", "box-scalar", &[Once("input -32 3p0 -1p0 1p-1", "input -28 3p0 -1p0 1p-1")]),
    ("box-vector.shifted-midpoint", "box-vector", &[Once("-3p0 7p-1", "-3p0 e000000001p-38")]),
    ("box-escaping-decayed.longer-direction", "box-escaping-decayed", &[Once("1p-2 3p-2 -1p-2", "1p0 3p0 -1p0")]),
];

pub const REJECTED: &[Fault] = &[
    ("box-mixed.gauge-of-one", "box-mixed", &[Once(MIXED, "pinned 0\ninput -32 41p-3")]),
    ("box-mixed.other-weights", "box-mixed", &[Once(MIXED, "pinned 0 2\ninput -32 41p-3")]),
    ("box-mixed.three", "box-mixed", &[Once(MIXED, "pinned 0 1 2\ninput -32 41p-3")]),
    ("box-mixed.proportional", "box-mixed", &[All("pinned 0 1\n", "pinned 1 2\n")]),
    ("box-turned-decayed.both", "box-turned-decayed", &[Once("pinned\ninput -32 3p0", "pinned 0\ninput -32 3p0")]),
    ("box-turned-decayed.two", "box-turned-decayed", &[Once("pinned 0", "pinned 0 1")]),
    ("box-turned-decayed.where-the-other-is-zero", "box-turned-decayed", &[Once("pinned 0", "pinned 2")]),
    ("box-turned-decayed.nothing", "box-turned-decayed", &[Once("pinned 0", "pinned")]),
    ("box-redundant.not-redundant", "box-redundant", &[Once("pinned 2 3 5", "pinned 1 2 5")]),
    ("box-redundant.one-too-many", "box-redundant", &[Once("pinned 2 3 5", "pinned 0 2 3 5")]),
    ("box-redundant.zero-column-left", "box-redundant", &[Once("pinned 2 3 5", "pinned 3 5")]),
    ("box-redundant.spanned-with-the-gauge", "box-redundant", &[Once("pinned 1 2 3 4", "pinned 0 2 3 4")]),
    ("box-redundant-vector.not-redundant", "box-redundant-vector", &[Once("pinned 2 3 5", "pinned 1 2 5")]),
    ("box-redundant-vector.two-outputs", "box-redundant-vector", &[Once("pinned 2 3 5", "pinned 2 3 5 6")]),
    ("box-redundant-vector.spanned-with-the-gauge", "box-redundant-vector", &[Once("pinned 2 3 5", "pinned 0 2 3")]),
    ("box-scalar.claim-of-the-model", "box-scalar", &[Once("-nearby 1/524288", "")]),
    ("box-scalar.distance-too-small", "box-scalar", &[Once("1/524288", "1/1048576")]),
    ("box-scalar.neuron-missing", "box-scalar", &[Once("neurons 5", "neurons 3"), Once(SCALAR_END, "end\n")]),
    ("box-scalar.region-missing", "box-scalar", &[Once("region 1023/8192 1023/1024", "region none")]),
    ("box-scalar.region-too-large", "box-scalar", &[Once("1023/8192", "1/8")]),
    ("box-scalar.region-unbounded", "box-scalar", &[Once("1023/8192 1023/1024", "1023/8192 unbounded")]),
    ("box-scalar.pinned-at-zero", "box-scalar", &[Once("pinned 1\n", "pinned 0\n")]),
    ("box-scalar.pinned-bias-of-two-sides", "box-scalar", &[Once("pinned 3\n", "pinned 2 3\n")]),
    ("box-scalar.pinned-twice", "box-scalar", &[Once("pinned 0 2\n", "pinned 0 1\n")]),
    ("box-scalar.nothing-pinned", "box-scalar", &[Once("pinned 1\n", "pinned\n")]),
    ("box-scalar.kink-missing", "box-scalar", &[Once("kinks 0 1", "kinks 0"), Once(" 1p1 1p0\n", " 1p1\n")]),
    ("box-scalar.kinks-out-of-range", "box-scalar", &[Once("kinks 0 1", "kinks 0 24")]),
    ("box-scalar.twin-of-two-sides", "box-scalar", &[Once("twin 1", "twin 4")]),
    ("box-scalar.twin-for-frozen", "box-scalar", &[Once("frozen", "twin 1")]),
    ("box-scalar.frozen-but-active", "box-scalar", &[Once("twin 1", "frozen")]),
    (
        "box-scalar.box-with-sign-change",
        "box-scalar",
        &[Once("input -32 0 1p0 1p0", "input -2 0 1p0 1p0"), Once(FAR.0, FAR.1)],
    ),
    ("box-scalar.zero-outside", "box-scalar", &[Once("output -32 1p1", "output -36 1000000001p-35")]),
    ("box-scalar.multiplier-at-its-bound", "box-scalar", &[Once(" 1p1 1p0\n", " 1p2 1p0\n")]),
    ("box-scalar.dependent-but-independent", "box-scalar", &[Once("kinks 0 1\ndependent", "kinks 0 1\ndependent 1")]),
    ("box-scalar.interpolation", "box-scalar", &[Once("stationarity", "interpolation")]),
    ("box-scalar.saddle", "box-scalar", &[Once("local-minimum", "saddle"), Once("1023/8192 1023/1024", "none")]),
    ("box-vector.region", "box-vector", &[Once("region none", "region 1e-9 1e-9")]),
    ("box-turning.second-order", "box-turning", &[]),
    ("box-vector.twin", "box-vector", &[Once("frozen", "twin 1")]),
    ("box-decayed.split-of-another", "box-decayed", &[Once("split 0 1p1", "split 4 1p1"), Once(FAR.0, "9")]),
    ("box-decayed.split-negative", "box-decayed", &[Once("split 0 1p1", "split 0 -1p1"), Once(FAR.0, "99")]),
    ("box-decayed.all-dependent", "box-decayed", &[Once("dependent 2", "dependent 0 1 2")]),
    ("box-decayed.pinned", "box-decayed", &[Once("dependent 2\npinned", "dependent 2\npinned 0")]),
    ("box-decayed.constant-as-zero", "box-decayed", &[Once("constant -1p0", "zero"), Once(FAR.0, "9")]),
    ("box-decayed.kink-bends-down", "box-decayed", &[Once("multipliers -32 33p-1", "multipliers -32 33p0")]),
    ("box-escaping-decayed.direction-up", "box-escaping-decayed", &[Once("1p-2 3p-2 -1p-2", "0 0 0")]),
    ("box-escaping-decayed.direction-short", "box-escaping-decayed", &[Once("1p-2 3p-2 -1p-2", "1p-2 3p-2")]),
    ("box-escaping-decayed.zero", "box-escaping-decayed", &[Once("escape 1p-2 3p-2 -1p-2", "zero")]),
    (
        "box-escaping-decayed.minimum",
        "box-escaping-decayed",
        &[Once("saddle", "local-minimum"), Once("none", "1e-9 1e-9")],
    ),
];

const MIXED: &str = "pinned 0 1\ninput -32 41p-3";
const FAR: (&str, &str) = ("1/524288", "9");
const SCALAR_END: &str = "neuron 3 frozen\nneuron 4 live\nkinks\ndependent\npinned 3\ninput -32 3p0 -1p0 1p-1\noutput -32 -1p1\nmultipliers -32\nend\n";

pub const MALFORMED: &[Fault] = &[
    ("box-scalar.float-even", "box-scalar", &[Once("1p1 1p0\n", "2p0 1p0\n")]),
    ("box-scalar.float-leading-zero", "box-scalar", &[Once("1p1 1p0\n", "01p1 1p0\n")]),
    ("box-scalar.float-54-bits", "box-scalar", &[Once("1p1 1p0\n", "20000000000001p1 1p0\n")]),
    ("box-scalar.float-too-small", "box-scalar", &[Once("1p1 1p0\n", "1p-1075 1p0\n")]),
    ("box-scalar.float-infinite", "box-scalar", &[Once("1p1 1p0\n", "1p1024 1p0\n")]),
    ("box-scalar.float-decimal", "box-scalar", &[Once("1p1 1p0\n", "2.0 1p0\n")]),
    ("box-scalar.float-negative-zero", "box-scalar", &[Once("1p1 1p0\n", "-0 1p0\n")]),
    ("box-scalar.exponent-missing", "box-scalar", &[Once("bias -32 1p0", "bias")]),
    ("box-scalar.exponent-five-digits", "box-scalar", &[Once("bias -32", "bias -10000")]),
    ("box-scalar.exponent-leading-zero", "box-scalar", &[Once("bias -32", "bias -032")]),
    ("box-scalar.exponent-fraction", "box-scalar", &[Once("bias -32", "bias -3.2")]),
    ("box-scalar.role-unknown", "box-scalar", &[Once("frozen", "asleep")]),
    ("box-scalar.role-with-more", "box-scalar", &[Once("frozen", "frozen 1")]),
    ("box-scalar.kinks-descending", "box-scalar", &[Once("kinks 0 1", "kinks 1 0")]),
    ("box-scalar.pinned-missing", "box-scalar", &[Once("pinned 3\n", "")]),
    ("box-scalar.system-unknown", "box-scalar", &[Once("stationarity", "stationary")]),
    ("box-scalar.exact-with-a-system", "box-scalar", &[Once("intervals", "exact")]),
    ("box-scalar.second-version", "box-scalar", &[Once("certificate 3", "certificate 2")]),
    ("box-scalar.end-missing", "box-scalar", &[Once("\nend\n", "\n")]),
];
