//! Which files are read, to which exact numbers; and with which words all others are refused.

mod damage;
mod files;
mod refusals;

use files::{array, data_and_model, doubles, model_npz, npy, npz, safetensors, zip_by};
use lowpoint::input::{Source, load, load_model};
use lowpoint::kernel::network::Network;
use lowpoint::kernel::number::parse_rational;
use num_rational::BigRational;
use proptest::prelude::*;
use zip::CompressionMethod;

fn network(name: &str, bytes: &[u8]) -> Network {
    let (_dir, source) = data_and_model(("d", b""), (name, bytes));
    load_model(&source).unwrap().0
}

/// x and y of a data file, as text, in rows.
fn read_back(name: &str, bytes: &[u8]) -> String {
    let (_dir, mut source) = data_and_model((name, bytes), ("m.npz", &model_npz()));
    if name.ends_with("csv") {
        source.targets = vec!["t".to_string()];
    }
    let problem = load(&source).unwrap();
    let data = problem.dataset();
    let scale = |n: &num_bigint::BigInt| BigRational::new(n.clone(), data.input_denominator().clone()).to_string();
    let x: Vec<String> = data.inputs().iter().map(|r| r.iter().map(scale).collect::<Vec<_>>().join(" ")).collect();
    let y: Vec<String> = data.targets()[0].rationals().map(|r| r.to_string()).collect();
    format!("{} | {}", x.join(", "), y.join(" "))
}

#[test]
fn every_number_format_and_order_gives_the_same_numbers() {
    let x = [1i8, 2, 3, 4];
    let columns = [1i8, 3, 2, 4];
    let halves = [0x3c00u16, 0x4000, 0x4200, 0x4400];
    let y = array(&[2, 1], &[0.5, -0.5]);
    let same = |descr: &str, fortran: bool, bytes: Vec<u8>| {
        let file = npz(&[("X", npy(descr, fortran, &[2, 2], &bytes)), ("Y", y.clone())]);
        assert_eq!(read_back("d.npz", &file), "1 2, 3 4 | 1/2 -1/2", "{descr} {fortran}");
    };
    macro_rules! both_ends {
        ($code:literal, $type:ty) => {
            same(concat!("<", $code), false, x.iter().flat_map(|v| (*v as $type).to_le_bytes()).collect());
            same(concat!(">", $code), false, x.iter().flat_map(|v| (*v as $type).to_be_bytes()).collect());
            same(concat!(">", $code), true, columns.iter().flat_map(|v| (*v as $type).to_be_bytes()).collect());
        };
    }
    both_ends!("f4", f32);
    both_ends!("f8", f64);
    both_ends!("i2", i16);
    both_ends!("i4", i32);
    both_ends!("i8", i64);
    both_ends!("u2", u16);
    both_ends!("u4", u32);
    both_ends!("u8", u64);
    same("|i1", false, vec![1, 2, 3, 4]);
    same("|u1", true, vec![1, 3, 2, 4]);
    same("<f2", false, halves.iter().flat_map(|v| v.to_le_bytes()).collect());
    same(">f2", false, halves.iter().flat_map(|v| v.to_be_bytes()).collect());
    let bools = npz(&[("x", npy("|b1", false, &[2, 2], &[0, 1, 1, 0])), ("y", array(&[2], &[0.5, -0.5]))]);
    assert_eq!(read_back("d.npz", &bools), "0 1, 1 0 | 1/2 -1/2");
}

#[test]
fn csv_and_json_are_read_exactly() {
    assert_eq!(read_back("d.csv", b"a,t,b\n0.1,1/3,2\n-1e-2,0.30,7\n"), "1/10 2, -1/100 7 | 1/3 3/10");
    let json = br#"{"x": [["0.1", "2"], ["-1e-2", "7"]], "y": ["1/3", "0.30"]}"#;
    assert_eq!(read_back("d.json", json), "1/10 2, -1/100 7 | 1/3 3/10");
}

#[test]
fn arrays_of_one_dimension_are_columns_and_weights_are_kept() {
    let model = npz(&[("0.weight", array(&[1, 1], &[1.0])), ("2.weight", array(&[1, 1], &[1.0]))]);
    let column = array(&[3], &[1.0, 2.0, 3.0]);
    let weights = npy("|b1", false, &[3], &[1, 0, 1]);
    let data = npz(&[("x", column.clone()), ("y", column), ("weights", weights)]);
    let (_dir, source) = data_and_model(("d.npz", &data), ("m.npz", &model));
    let problem = load(&source).unwrap();
    let data = problem.dataset();
    assert_eq!((data.sample_count(), data.input_count(), data.output_count()), (3, 1, 1));
    let weights: Vec<String> = data.weights().unwrap().rationals().map(|r| r.to_string()).collect();
    assert_eq!(weights, ["1", "0", "1"]);
    assert_eq!(problem.digests().data.len(), 64);
    assert_eq!(problem.digests().model, load_model(&source).unwrap().1);
}

#[test]
fn the_same_model_is_read_from_every_format() {
    let expected = network("m.npz", &model_npz());
    assert!(expected.has_hidden_bias() && expected.activation().negative == BigRational::from_integer(0.into()));
    let first: Vec<String> = expected.neurons()[0].input.rationals().map(|r| r.to_string()).collect();
    assert_eq!(first, ["1", "1/2", "1/4"]);
    let second: Vec<String> = expected.neurons()[1].output.rationals().map(|r| r.to_string()).collect();
    assert_eq!(second, ["4"]);
    let tensors = safetensors(&[
        ("net.fc10.bias", "F32", &[1], 7f32.to_le_bytes().to_vec()),
        ("net.fc10.weight", "BF16", &[1, 2], vec![0x80, 0xbf, 0x80, 0x40]),
        ("net.fc9.weight", "F64", &[2, 2], doubles(&[1.0, 0.5, -2.0, 0.1])),
        ("net.fc9.bias", "F16", &[2], vec![0x00, 0x34, 0x00, 0x42]),
    ]);
    assert_eq!(network("m.safetensors", &tensors), expected);
    assert_eq!(network("m.json", files::MODEL_JSON.as_bytes()), expected);
    let deflated = zip_by(
        &[
            ("2.weight", array(&[1, 2], &[-1.0, 4.0])),
            ("2.bias", array(&[1], &[7.0])),
            ("alpha", array(&[], &[1.0])),
            ("0.weight", npy("<f8", true, &[2, 2], &doubles(&[1.0, -2.0, 0.5, 0.1]))),
            ("0.bias", array(&[2], &[0.25, 3.0])),
        ],
        CompressionMethod::Deflated,
    );
    assert_eq!(network("M.NPZ", &deflated), expected);
}

#[test]
fn layers_and_slope_can_be_chosen() {
    let tensors = safetensors(&[
        ("a.weight", "F64", &[1, 2], doubles(&[-1.0, 4.0])),
        ("b.weight", "F64", &[2, 2], doubles(&[1.0, 0.5, -2.0, 0.1])),
        ("steps", "I64", &[], 5i64.to_le_bytes().to_vec()),
    ]);
    let (_dir, source) = data_and_model(("d", b""), ("m.safetensors", &tensors));
    let source = Source {
        hidden: Some("b".to_string()),
        output: Some("a.weight".to_string()),
        negative_slope: parse_rational("0.01").ok(),
        ..source
    };
    let (network, _) = load_model(&source).unwrap();
    assert_eq!((network.neurons().len(), network.weight_count(), network.has_hidden_bias()), (2, 2, false));
    assert_eq!(network.activation().negative.to_string(), "1/100");
}

#[test]
fn a_json_model_says_its_own_slopes() {
    let activation = r#"{"activation": {"positive_slope": "2", "negative_slope": "-1/3"}, "#;
    let network = network("m.json", files::MODEL_JSON.replacen('{', activation, 1).as_bytes());
    assert_eq!(network.activation().positive.to_string(), "2");
    assert_eq!(network.activation().negative.to_string(), "-1/3");
}

proptest! {
    #[test]
    fn doubles_arrive_bit_for_bit(
        values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL, 1..8),
    ) {
        let data = npz(&[("x", array(&[values.len(), 1], &values)), ("y", array(&[values.len()], &values))]);
        let model = npz(&[("0.weight", array(&[1, 1], &[1.0])), ("2.weight", array(&[1, 1], &[1.0]))]);
        let (_dir, source) = data_and_model(("d.npz", &data), ("m.npz", &model));
        let problem = load(&source).unwrap();
        let expected: Vec<BigRational> = values.iter().filter_map(|v| BigRational::from_float(*v)).collect();
        prop_assert_eq!(problem.dataset().targets()[0].rationals().collect::<Vec<_>>(), expected);
    }
}
