//! A model's two layers as a tensor file, the mirror of what is read: PyTorch's names and orientation.

use super::model::Layers;
use crate::kernel::linear::Fractions;
use crate::kernel::network::Network;
use crate::kernel::number::Precision;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// One tensor: its name, its shape, its numbers row by row.
struct Tensor {
    name: String,
    shape: Vec<usize>,
    values: Vec<BigRational>,
}

/// The bytes of numbers that are floats of this precision.
fn floats(values: &[BigRational], precision: Precision) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(values.len() * precision.width());
    for value in values {
        let double = value.to_f64()?;
        match precision {
            Precision::Single => bytes.extend((double as f32).to_le_bytes()),
            Precision::Double => bytes.extend(double.to_le_bytes()),
        }
    }
    Some(bytes)
}

/// The bytes of a file with that ending, `safetensors` or `npz`; `None` for another ending or a number that is no float.
/// `layers` are the names of the hidden and the output layer.
pub fn model_to_bytes(
    network: &Network,
    layers: &[String; 2],
    extension: &str,
    precision: Precision,
) -> Option<Vec<u8>> {
    let tensors = tensors(network, layers);
    match extension {
        "safetensors" => safetensors(&tensors, precision),
        "npz" => npz(&tensors, precision),
        _ => None,
    }
}

/// The names of a file's two layers, as `--hidden` and `--output` name them; PyTorch's for files without names.
pub(super) fn names(layers: &Layers) -> [String; 2] {
    let [hidden, output] = [&layers.hidden, &layers.output].map(|layer| layer.prefix());
    match (hidden, output) {
        ("layers[0]", "layers[1]") => ["0".to_string(), "2".to_string()],
        (hidden, output) => [hidden.to_string(), output.to_string()],
    }
}

fn tensors(network: &Network, [hidden, output]: &[String; 2]) -> Vec<Tensor> {
    let (neurons, outputs) = (network.neurons(), network.output_count());
    let inputs = network.weight_count() - usize::from(network.has_hidden_bias());
    let all = |values: &Fractions| values.rationals().collect::<Vec<BigRational>>();
    let rows: Vec<Vec<BigRational>> = neurons.iter().map(|n| all(&n.input)).collect();
    let columns: Vec<Vec<BigRational>> = neurons.iter().map(|n| all(&n.output)).collect();
    let mut tensors = vec![Tensor {
        name: format!("{hidden}.weight"),
        shape: vec![neurons.len(), inputs],
        values: rows.iter().flat_map(|row| row.iter().take(inputs).cloned()).collect(),
    }];
    if network.has_hidden_bias() {
        let values = rows.iter().filter_map(|row| row.last().cloned()).collect();
        tensors.push(Tensor { name: format!("{hidden}.bias"), shape: vec![neurons.len()], values });
    }
    tensors.push(Tensor {
        name: format!("{output}.weight"),
        shape: vec![outputs, neurons.len()],
        values: (0..outputs).flat_map(|j| columns.iter().filter_map(move |h| h.get(j).cloned())).collect(),
    });
    if let Some(bias) = network.output_bias() {
        tensors.push(Tensor { name: format!("{output}.bias"), shape: vec![outputs], values: all(bias) });
    }
    tensors
}

/// The length of the header, the header, the numbers.
fn safetensors(tensors: &[Tensor], precision: Precision) -> Option<Vec<u8>> {
    let dtype = if precision == Precision::Single { "F32" } else { "F64" };
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for tensor in tensors {
        let start = data.len();
        data.extend(floats(&tensor.values, precision)?);
        let entry = serde_json::json!({"dtype": dtype, "shape": tensor.shape, "data_offsets": [start, data.len()]});
        header.insert(tensor.name.clone(), entry);
    }
    let mut header = serde_json::to_string(&header).ok()?;
    // The numbers begin at a multiple of eight bytes.
    while header.len() % 8 != 0 {
        header.push(' ');
    }
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.into_bytes());
    bytes.extend(data);
    Some(bytes)
}

/// A stored archive, the same bytes each time.
fn npz(tensors: &[Tensor], precision: Precision) -> Option<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for tensor in tensors {
        archive.start_file(format!("{}.npy", tensor.name), options).ok()?;
        archive.write_all(&npy(tensor, precision)?).ok()?;
    }
    Some(archive.finish().ok()?.into_inner())
}

/// The magic, version 1.0, a header that ends at a multiple of 64 bytes, the numbers.
fn npy(tensor: &Tensor, precision: Precision) -> Option<Vec<u8>> {
    let shape: String = tensor.shape.iter().map(|n| format!("{n}, ")).collect();
    let shape = if tensor.shape.len() == 1 { shape.trim_end() } else { shape.trim_end_matches(", ") };
    let dict = format!("{{'descr': '<f{}', 'fortran_order': False, 'shape': ({shape}), }}", precision.width());
    let padding = 63 - (10 + dict.len()) % 64;
    let header = format!("{dict}{}\n", " ".repeat(padding));
    let mut bytes = super::npy::MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend(u16::try_from(header.len()).ok()?.to_le_bytes());
    bytes.extend(header.into_bytes());
    bytes.extend(floats(&tensor.values, precision)?);
    Some(bytes)
}
