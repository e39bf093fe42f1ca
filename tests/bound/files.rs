//! Are data read in chunks as they are read whole, and what does the command print?

use super::writers::{array, data_and_model, doubles, model_npz, npy, npz, zip_by};
use lowpoint::input::{InputError, SampleFile, Source, load, load_data};
use lowpoint::kernel::enclosure::bound::Chunk;
use lowpoint::kernel::number::dyadic;
use std::path::Path;
use zip::CompressionMethod;

/// All chunks of `count` rows.
fn chunks(source: &Source, count: usize) -> Result<Vec<Chunk>, InputError> {
    let mut all = Vec::new();
    SampleFile::open(source)?.for_each(count, |chunk| -> Result<(), InputError> {
        all.push(chunk);
        Ok(())
    })?;
    Ok(all)
}

/// Asserts that the chunks hold the numbers that the whole reader gives.
fn assert_same(name: &str, data: &[u8]) {
    let (_dir, source) = data_and_model((name, data), ("m.npz", &model_npz()));
    let (dataset, _) = load_data(&source).unwrap();
    for count in [1, 2, 100] {
        let chunks = chunks(&source, count).unwrap();
        let firsts: Vec<usize> = chunks.iter().map(|c| c.first).collect();
        assert_eq!(firsts, (0..dataset.sample_count()).step_by(count).collect::<Vec<_>>());
        let exact = |v: &[f64]| v.iter().map(|v| dyadic(*v).unwrap()).collect::<Vec<_>>();
        let whole =
            |v: &num_bigint::BigInt| num_rational::BigRational::new(v.clone(), dataset.input_denominator().clone());
        let inputs: Vec<_> = dataset.inputs().iter().flatten().map(whole).collect();
        assert_eq!(chunks.iter().flat_map(|c| exact(&c.inputs)).collect::<Vec<_>>(), inputs);
        let columns: Vec<Vec<_>> = dataset.targets().iter().map(|y| y.rationals().collect()).collect();
        let targets = (0..dataset.sample_count()).flat_map(|k| columns.iter().map(move |y| y[k].clone()));
        assert_eq!(chunks.iter().flat_map(|c| exact(&c.targets)).collect::<Vec<_>>(), targets.collect::<Vec<_>>());
        let weights = dataset.weights().map(|c| c.rationals().collect::<Vec<_>>());
        let found = chunks.iter().map(|c| c.weights.as_deref().map(exact));
        assert_eq!(found.collect::<Option<Vec<_>>>().map(|c| c.concat()), weights);
    }
}

#[test]
fn chunks_hold_the_numbers_of_the_file() {
    let y = array(&[3], &[0.5, -0.5, 0.1]);
    let bytes = |values: [i8; 6]| values.map(|v| v as u8).to_vec();
    let x = [1i8, -2, 3, 4, 5, 6];
    let halves: [u16; 6] = [0x3c00, 0xc000, 0x0001, 0x8000, 0x7bff, 0x3555];
    let singles = [0.1f32, -2.0, f32::MIN_POSITIVE / 2.0, 4.0, 5.0, 6.0];
    let cases = [
        npy("<f8", false, &[3, 2], &doubles(&[0.1, -2.0, 5e-324, 4.0, 5.0, 1e300])),
        npy("<f8", true, &[3, 2], &doubles(&[0.1, -2.0, 3.0, 4.0, 5.0, 6.0])),
        npy(">f8", false, &[3, 2], &[0.1f64, -2.0, 3.0, 4.0, 5.0, 6.0].map(f64::to_be_bytes).concat()),
        npy("<f4", false, &[3, 2], &singles.map(f32::to_le_bytes).concat()),
        npy(">f4", true, &[3, 2], &singles.map(f32::to_be_bytes).concat()),
        npy("<f2", false, &[3, 2], &halves.map(u16::to_le_bytes).concat()),
        npy("|i1", false, &[3, 2], &bytes(x)),
        npy("|u1", true, &[3, 2], &bytes(x)),
        npy(">i8", false, &[3, 2], &x.map(|v| (i64::from(v) << 40).to_be_bytes()).concat()),
        npy("<u8", false, &[3, 2], &[u64::MAX << 11; 6].map(u64::to_le_bytes).concat()),
        npy("|b1", false, &[3, 2], &[0, 1, 1, 0, 1, 0]),
    ];
    for x in cases {
        assert_same("d.npz", &npz(&[("x", x.clone()), ("y", y.clone())]));
        let weights = array(&[3], &[1.0, 0.0, 2.5]);
        let both = npy("<f8", true, &[3, 2], &doubles(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
        let all = [("weights", weights), ("X", x), ("Y", both)];
        assert_same("d.npz", &zip_by(&all, CompressionMethod::Deflated));
    }
    assert_same("d.json", br#"{"x": [["0.5", "3"], ["-2", "1/4"]], "y": ["1", "2"], "weights": ["1", "2"]}"#);
}

/// Arrays, and how their refusal begins.
type Case = (Vec<(&'static str, Vec<u8>)>, &'static str);

/// What both readers say of a data file.
fn refusals(data: &[u8]) -> [String; 2] {
    let (dir, source) = data_and_model(("d.npz", data), ("m.npz", &model_npz()));
    let words = |error: InputError| error.to_string().replace(&format!("{}/", Path::display(dir.path())), "");
    [words(load(&source).unwrap_err()), words(chunks(&source, 2).unwrap_err())]
}

#[test]
fn bad_files_are_refused_in_the_same_words() {
    let x = || array(&[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let y = || array(&[3], &[0.5, -0.5, 1.0]);
    let not_finite = |v: f64, fortran| npy("<f8", fortran, &[3, 2], &doubles(&[1.0, 2.0, 3.0, 4.0, v, 6.0]));
    let cases: [Case; 10] = [
        (
            vec![("x", not_finite(f64::NAN, false)), ("y", y())],
            "`x` row 2, column 0: expected a finite number, found nan",
        ),
        (
            vec![("x", not_finite(f64::INFINITY, true)), ("y", y())],
            "`x` row 1, column 1: expected a finite number, found an inf",
        ),
        (vec![("x", x()), ("y", array(&[3], &[0.5, f64::NAN, 1.0]))], "`y` row 1: expected a finite number, found nan"),
        (vec![("x", x()), ("y", array(&[2], &[0.5, -0.5]))], "`y`: expected 3 rows, one for each row of `x`, found 2"),
        (vec![("x", x()), ("y", y()), ("weights", array(&[3], &[1.0, 1.0, -1.0]))], "`weights` row 2 is negative"),
        (vec![("x", x()), ("y", y()), ("weights", array(&[3, 1], &[1.0; 3]))], "`weights`: expected 1 dimension"),
        (
            vec![("x", array(&[3, 2], &[1.0; 5])), ("y", y())],
            "`x`: expected 48 bytes for shape [3, 2] of <f8, found 40",
        ),
        (
            vec![("x", array(&[1, 3, 2], &[1.0; 6])), ("y", y())],
            "`x`: expected 1 or 2 dimensions, found shape [1, 3, 2]",
        ),
        (
            vec![("x", x()), ("y", y()), ("weight", y())],
            "expected the arrays `x`, `y` and optionally `weights`, found also",
        ),
        (
            vec![("x", npy("<f4", false, &[3, 2], &[f32::NAN; 6].map(f32::to_le_bytes).concat())), ("y", y())],
            "`x` row 0, column 0",
        ),
    ];
    for (arrays, start) in cases {
        let [whole, chunked] = refusals(&npz(&arrays));
        assert_eq!(whole, chunked);
        assert!(chunked.starts_with(&format!("d.npz: {start}")), "{chunked}");
    }
    // A file whose bytes were lost or changed on the way, stored and compressed.
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let good = zip_by(&[("x", x()), ("y", y())], method);
        assert!(refusals(&good[..good.len() - 40])[1].contains("not a readable .npz archive"));
        let mut changed = good.clone();
        changed[200] ^= 1;
        // In which words depends on what is noticed first where the bytes are compressed.
        let [whole, chunked] = refusals(&changed);
        if method == CompressionMethod::Stored {
            assert_eq!(whole, chunked);
            assert!(chunked.contains("`x.npy`: the array cannot be decompressed: invalid checksum"), "{chunked}");
        }
    }
    // The only number that certificates take and bounds do not.
    let [count, long] =
        [3i64, (1 << 53) + 1].map(|v| npy("<i8", false, &[3, 2], &[v; 6].map(i64::to_le_bytes).concat()));
    assert_same("d.npz", &npz(&[("x", count), ("y", y())]));
    let (_dir, source) = data_and_model(("d.npz", &npz(&[("x", long), ("y", y())])), ("m.npz", &model_npz()));
    assert!(load(&source).is_ok());
    let error = chunks(&source, 2).unwrap_err().to_string();
    assert!(
        error.ends_with("`x` row 0, column 0: expected a number that is a double, found 9007199254740993"),
        "{error}"
    );
}

fn run(arguments: &str) -> String {
    let mut command = assert_cmd::Command::new(assert_cmd::cargo::cargo_bin("lowpoint"));
    command.arg("bound").args(arguments.split(' ')).current_dir(env!("CARGO_MANIFEST_DIR"));
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

#[test]
fn bounds_of_real_checkpoints() {
    let diabetes = "--data examples/diabetes/diabetes.data.npz --model examples/diabetes/diabetes-w8-s0.model.npz";
    let iris = "--data examples/vector/iris-onehot.data.npz --model examples/vector/iris-onehot-w4-s0.model.npz \
                --weight-decay 1/1000";
    let wu = "--data examples/wu-exp1/wu-exp1.data.json --model examples/wu-exp1/wu-exp1-final.model.npz";
    insta::assert_snapshot!("one_output", run(diabetes));
    insta::assert_snapshot!("one_output_in_json", run(&format!("{diabetes} --format json")));
    insta::assert_snapshot!("many_outputs", run(iris));
    insta::assert_snapshot!("many_outputs_in_json", run(&format!("{iris} --format json")));
    insta::assert_snapshot!("with_decay", run(&format!("{diabetes} --weight-decay 1/100")));
    // Fifty neurons: the steepest twenty.
    let report = run(wu);
    assert!(report.ends_with("  30 more, none of them steeper\n"), "{report}");
    assert_eq!(report.lines().filter(|line| line.ends_with(char::is_numeric) && line.contains("<=")).count(), 20);
}

#[test]
fn threads_do_not_change_the_bounds() {
    let mut rng = super::Rng::new(3);
    let mut values = |len: usize| -> Vec<f64> { (0..len).map(|_| rng.next() as i64 as f64 / 1e18).collect() };
    let data = npz(&[("x", array(&[5000, 2], &values(10_000))), ("y", array(&[5000], &values(5000)))]);
    let (_dir, source) = data_and_model(("d.npz", &data), ("m.npz", &model_npz()));
    let files = format!("--data {} --model {} --format json", source.data.display(), source.model.display());
    let one = run(&format!("{files} --threads 1"));
    assert!(one.contains(r#""samples":5000"#), "{one}");
    assert_eq!(one, run(&format!("{files} --threads 3")));
}
