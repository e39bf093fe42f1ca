//! What is refused, and in which words.

use crate::files::{MODEL_JSON, Tensor, array, data_and_model, doubles, model_npz, npy, npz, safetensors};
use lowpoint::input::{InputError, Source, load, load_model};
use lowpoint::kernel::number::parse_rational;
use std::path::Path;

fn words(dir: &Path, error: InputError) -> String {
    error.to_string().replace(&format!("{}/", dir.display()), "")
}

fn data_refusal(name: &str, bytes: &[u8]) -> String {
    let (dir, source) = data_and_model((name, bytes), ("m.npz", &model_npz()));
    words(dir.path(), load(&source).unwrap_err())
}

fn model_refusal(name: &str, bytes: &[u8]) -> String {
    let (dir, source) = data_and_model(("d", b""), (name, bytes));
    words(dir.path(), load_model(&source).unwrap_err())
}

const WRITE_AGAIN: &str = "\nhint: the file is truncated or damaged; write it again";
const PLAIN: &str = "\nhint: save plain numbers, as by `numpy.asarray(a, dtype=numpy.float64)`, and leave out \
                     other arrays";

fn good_x() -> Vec<u8> {
    array(&[2, 2], &[1.0, 2.0, 3.0, 4.0])
}

fn good_y() -> Vec<u8> {
    array(&[2], &[0.5, -0.5])
}

fn refuses_data(arrays: &[(&str, Vec<u8>)], message: &str) {
    assert_eq!(data_refusal("d.npz", &npz(arrays)), format!("d.npz: {message}"));
}

#[test]
fn numbers_that_are_not_finite_are_refused_at_their_place() {
    let last = array(&[2, 2], &[1.0, 2.0, 3.0, f64::NAN]);
    refuses_data(&[("x", last), ("y", good_y())], "`x` row 1, column 1: expected a finite number, found nan");
    let by_columns = npy("<f8", true, &[2, 2], &doubles(&[1.0, 2.0, f64::INFINITY, 4.0]));
    let message = "`x` row 0, column 1: expected a finite number, found an infinity";
    refuses_data(&[("x", by_columns), ("y", good_y())], message);
    let y = array(&[2], &[0.5, f64::NAN]);
    refuses_data(&[("x", good_x()), ("y", y)], "`y` row 1: expected a finite number, found nan");
}

#[test]
fn data_arrays_of_other_shapes_are_refused() {
    let x = |x: Vec<u8>, message: &str| refuses_data(&[("x", x), ("y", good_y())], message);
    x(array(&[2, 2, 1], &[0.0; 4]), "`x`: expected 1 or 2 dimensions, found shape [2, 2, 1]");
    x(array(&[0, 2], &[]), "`x`: the array is empty, its shape is [0, 2]");
    let short = format!("`x`: expected 32 bytes for shape [2, 2] of <f8, found 24{WRITE_AGAIN}");
    x(array(&[2, 2], &[0.0; 3]), &short);
    let huge = "`x`: shape [1099511627776, 1099511627776] has more than the limit of 67108864 numbers";
    x(array(&[1 << 40, 1 << 40], &[]), huge);
    let y = array(&[3], &[0.0; 3]);
    refuses_data(&[("x", good_x()), ("y", y)], "`y`: expected 2 rows, one for each row of `x`, found 3");
    let weights = |weights: Vec<u8>, message: &str| {
        refuses_data(&[("x", good_x()), ("y", good_y()), ("weights", weights)], message);
    };
    weights(array(&[2], &[1.0, -1.0]), "`weights` row 1 is negative; sample weights are at least 0");
    weights(array(&[2, 1], &[1.0, 1.0]), "`weights`: expected 1 dimension, found shape [2, 1]");
}

#[test]
fn missing_surplus_and_foreign_arrays_are_refused_by_name() {
    refuses_data(
        &[("x", good_x()), ("y", good_y()), ("weight", good_y())],
        "expected the arrays `x`, `y` and optionally `weights`, found also `weight`\nhint: save the arrays of this \
         problem alone",
    );
    refuses_data(
        &[("x", good_x()), ("X", good_x()), ("y", good_y())],
        "there are both `x` and `X`; expected one of them",
    );
    refuses_data(
        &[("arr_0", good_x()), ("y", good_y())],
        "the array `x` is missing; other arrays: `arr_0`, `y`\nhint: save the data with \
         `numpy.savez(\"data.npz\", x=x, y=y)`",
    );
    let pickled = npy("|O", false, &[2], b"\x80\x04");
    let message = format!("`x`: an object array holds pickled Python objects, which are not supported{PLAIN}");
    refuses_data(&[("x", pickled), ("y", good_y())], &message);
    let complex = npy("<c8", false, &[1], &[0; 8]);
    refuses_data(&[("x", complex), ("y", good_y())], &format!("`x`: dtype `<c8` is not supported{PLAIN}"));
}

#[test]
fn files_of_other_kinds_are_refused_with_the_next_step() {
    for extension in ["pt", "pth", "pkl"] {
        let expected = "m.EXT: expected the file name extension `.safetensors`, `.npz` or `.json`, found `.EXT`\n\
                        hint: pickles run code when loaded and are not read; in Python, `safetensors.torch.save_file(\
                        model.state_dict(), \"model.safetensors\")` writes a file that is";
        assert_eq!(model_refusal(&format!("m.{extension}"), b"PK"), expected.replace("EXT", extension));
    }
    let known = "hint: the known formats are `.npz`, `.csv` or `.json`";
    let expected = "expected the file name extension `.npz`, `.csv` or `.json`, found";
    assert_eq!(data_refusal("d.txt", b""), format!("d.txt: {expected} `.txt`\n{known}"));
    assert_eq!(data_refusal("d", b""), format!("d: {expected} none\n{known}"));
    let started = data_refusal("d.npz", b"");
    assert!(started.starts_with("d.npz: not a readable .npz archive: "), "{started}");
    assert!(started.ends_with(WRITE_AGAIN), "{started}");
}

#[test]
fn a_source_that_does_not_fit_its_files_is_refused() {
    let (dir, source) = data_and_model(("d.csv", b"a,t\n1,2\n"), ("m.json", MODEL_JSON.as_bytes()));
    let data = |source: Source| words(dir.path(), load(&source).unwrap_err());
    let model = |source: Source| words(dir.path(), load_model(&source).unwrap_err());
    assert_eq!(
        data(source.clone()),
        "d.csv: expected the name of at least one target column; the columns are `a`, `t`\nhint: name each target \
         column with `--target NAME`"
    );
    let absent = Source { data: dir.path().join("absent.npz"), ..source.clone() };
    assert_eq!(data(absent), "absent.npz: the file cannot be read: entity not found");
    let json = Source { data: dir.path().join("m.json"), targets: vec!["y".to_string()], ..source.clone() };
    assert_eq!(data(json), "m.json: `--target` names columns of a csv file; in other files the targets are `y`");
    let name = || Some("0".to_string());
    assert_eq!(
        model(Source { hidden: name(), ..source.clone() }),
        "m.json: `--hidden` and `--output` are only used together"
    );
    assert_eq!(
        model(Source { hidden: name(), output: name(), ..source.clone() }),
        "m.json: `--hidden` and `--output` name tensors; the layers of a JSON model have an order"
    );
    assert_eq!(
        model(Source { negative_slope: parse_rational("1").ok(), ..source }),
        "m.json: the activation's two slopes are equal; the network would be linear in its inputs"
    );
}

#[test]
fn empty_data_are_refused() {
    let (dir, mut source) = data_and_model(("d.csv", b"a,t\n"), ("m.npz", &model_npz()));
    source.targets = vec!["t".to_string()];
    assert_eq!(words(dir.path(), load(&source).unwrap_err()), "d.csv: the data set has no samples");
    assert_eq!(data_refusal("d.json", br#"{"x": [], "y": []}"#), "d.json: the data set has no samples");
    assert_eq!(data_refusal("d.json", br#"{"x": [[]], "y": ["1"]}"#), "d.json: the data set has no inputs");
    assert_eq!(
        data_refusal("d.json", br#"{"x": [["1"], []], "y": ["1"]}"#),
        "d.json: `x` row 1: expected 1 numbers, found 0"
    );
}

#[test]
fn models_are_refused_by_tensor_and_place() {
    let refuses = |tensors: &[Tensor<'_>], message: &str| {
        assert_eq!(model_refusal("m.safetensors", &safetensors(tensors)), format!("m.safetensors: {message}"));
    };
    let hidden = |last: f64| ("0.weight", "F64", &[2usize, 2][..], doubles(&[1.0, 2.0, 3.0, last]));
    let output = || ("2.weight", "F64", &[1usize, 2][..], doubles(&[1.0, 1.0]));
    let infinite = "`0.weight` row 1, column 1: expected a finite number, found an infinity";
    refuses(&[hidden(f64::NEG_INFINITY), output()], infinite);
    let alone = "expected two tensors `*.weight`, the hidden layer's and the output's, found only `0.weight`";
    refuses(&[hidden(4.0)], alone);
    let long = "`0.bias`: expected 2 numbers, one for each row of `0.weight`, found 3";
    refuses(&[hidden(4.0), output(), ("0.bias", "F64", &[3], doubles(&[0.0; 3]))], long);
    refuses(
        &[hidden(4.0), output(), ("1.scale", "F64", &[2], doubles(&[0.0; 2]))],
        "tensors that belong to neither layer: `1.scale`\nhint: if they do not change the function, pass them over with \
         `--hidden 0 --output 2`",
    );
    let quantised = |dtype| [("0.weight", dtype, &[2, 2][..], vec![1, 2, 3, 4]), output()];
    refuses(&quantised("I8"), "`0.weight`: expected floats, found dtype I8");
    refuses(
        &quantised("F8_E4M3"),
        "`0.weight`: dtype `F8_E4M3` is not supported\nhint: save the parameters as F64, F32, F16 or BF16",
    );
    let whole = safetensors(&[hidden(4.0), output()]);
    assert_eq!(
        model_refusal("m.safetensors", &whole[..whole.len() - 1]),
        format!(
            "m.safetensors: `2.weight`: its bytes 32 to 48 do not follow the tensor before them within the \
             file{WRITE_AGAIN}"
        )
    );
}

#[test]
fn json_models_are_refused_at_their_place() {
    assert_eq!(
        model_refusal("m.json", MODEL_JSON.replace("\"1/2\"", "0.5").as_bytes()),
        "m.json: `layers[0].weight` row 0 item 1: expected a number in quotes, found a bare number\nhint: write \"0.1\" \
         instead of 0.1: a bare JSON number passes through floats and would not be exact"
    );
    assert_eq!(
        model_refusal("m.json", MODEL_JSON.replace(r#"["-1", "4"]"#, r#"["-1"]"#).as_bytes()),
        "m.json: `layers[1].weight`: expected 2 columns, one for each row of `layers[0].weight`, found 1"
    );
}

#[test]
fn data_and_model_that_do_not_fit_are_refused_together() {
    let data = npz(&[("x", array(&[1, 3], &[1.0, 2.0, 3.0])), ("y", array(&[1], &[1.0]))]);
    assert_eq!(
        data_refusal("d.npz", &data),
        "d.npz and m.npz: the data have 3 inputs, the model has 2\nhint: is this model for these data? `x` is [samples, \
         inputs]; if the model's layers were taken in the wrong order, use `--hidden NAME --output NAME`"
    );
    let data = npz(&[("x", array(&[1, 2], &[1.0, 2.0])), ("y", array(&[1, 2], &[1.0, 2.0]))]);
    assert_eq!(
        data_refusal("d.npz", &data),
        "d.npz and m.npz: the data have 2 outputs, the model has 1\nhint: the outputs are the columns of `y`, or of a \
         csv file those named by `--target NAME`"
    );
}
