//! Files, written by hand: byte for byte what NumPy and PyTorch write, or deliberately not.

use lowpoint::input::Source;
use std::fs;
use std::io::{Cursor, Write};
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// One `.npy` file.
pub fn npy(descr: &str, fortran: bool, shape: &[usize], data: &[u8]) -> Vec<u8> {
    let sizes: String = shape.iter().map(|n| format!("{n}, ")).collect();
    let fortran = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({}), }}", sizes.trim_end());
    let header = format!("{header:<117}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// Doubles as bytes.
pub fn doubles(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// A `.npy` file of doubles, in rows.
pub fn array(shape: &[usize], values: &[f64]) -> Vec<u8> {
    npy("<f8", false, shape, &doubles(values))
}

/// A `.npz` file of stored arrays.
pub fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    zip_by(arrays, CompressionMethod::Stored)
}

/// A `.npz` file.
pub fn zip_by(arrays: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(format!("{name}.npy"), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// One tensor: name, dtype, shape, bytes.
pub type Tensor<'a> = (&'a str, &'a str, &'a [usize], Vec<u8>);

/// A `.safetensors` file.
pub fn safetensors(tensors: &[Tensor<'_>]) -> Vec<u8> {
    let mut entries = vec![r#""__metadata__":{"format":"pt"}"#.to_string()];
    let mut data = Vec::new();
    for (name, dtype, shape, bytes) in tensors {
        let (start, stop) = (data.len(), data.len() + bytes.len());
        entries.push(format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{stop}]}}"#));
        data.extend_from_slice(bytes);
    }
    let header = format!("{{{}}}", entries.join(","));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

/// A model of two inputs, two neurons and one output.
pub fn model_npz() -> Vec<u8> {
    npz(&[
        ("0.weight", array(&[2, 2], &[1.0, 0.5, -2.0, 0.1])),
        ("0.bias", array(&[2], &[0.25, 3.0])),
        ("2.weight", array(&[1, 2], &[-1.0, 4.0])),
        ("2.bias", array(&[1], &[7.0])),
    ])
}

/// The model of [`model_npz`] in exact JSON.
pub const MODEL_JSON: &str = r#"{"layers": [
    {"weight": [["1", "1/2"], ["-2", "3602879701896397/36028797018963968"]], "bias": ["0.25", "3"]},
    {"weight": [["-1", "4"]], "bias": ["7"]}]}"#;

/// Data for that model.
pub fn data_npz() -> Vec<u8> {
    npz(&[("x", array(&[2, 2], &[1.0, 2.0, 3.0, 4.0])), ("y", array(&[2], &[0.5, -0.5]))])
}

/// A directory with two files, and a source that names them.
pub fn data_and_model(data: (&str, &[u8]), model: (&str, &[u8])) -> (TempDir, Source) {
    let dir = TempDir::new().unwrap();
    let write = |(name, bytes): (&str, &[u8])| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let source = Source { data: write(data), model: write(model), ..Source::default() };
    (dir, source)
}
