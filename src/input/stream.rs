//! Samples as floats, in chunks, for problems whose exact numbers would not fit into memory.
//!
//! An archive's arrays are decoded while it is read, and nothing but the file's own bytes is held whole; arrays in columns
//! are, as floats. A number that is no double is refused. Text files hold rationals: they are read as for certificates,
//! and rounded.

use super::array::{Element, Kind, Layout};
use super::error::{InputError, Refusal};
use super::npz::{self, Archive, Entry};
use super::samples::{Named, by_name};
use super::{Source, data_from_bytes, extension, limit, npy, read_file, require_no_targets};
use crate::kernel::dataset::{Dataset, DatasetError};
use crate::kernel::enclosure::bound::{Chunk, nearest};
use crate::kernel::number::dyadic_from_bits;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A data file that is read in chunks.
#[derive(Debug)]
pub struct SampleFile {
    path: PathBuf,
    contents: Contents,
}

#[derive(Debug)]
enum Contents {
    /// x is read again for each pass.
    Archive { bytes: Vec<u8>, x: Member, y: Table, weights: Option<Vec<f64>> },
    /// Rationals.
    Exact(Box<Dataset>),
}

/// An array of an archive, not yet read.
#[derive(Debug)]
struct Member {
    index: usize,
    layout: Layout,
    /// Bytes of the header.
    offset: usize,
}

/// An array that was read, row by row.
#[derive(Debug)]
struct Table {
    columns: usize,
    values: Vec<f64>,
}

impl SampleFile {
    /// Opens the data file that `source` names, and checks everything but the numbers of x.
    pub fn open(source: &Source) -> Result<Self, InputError> {
        let path = source.data.clone();
        let bytes = read_file(&path, limit(&path))?;
        let contents = match extension(&path).as_str() {
            "npz" => require_no_targets(source).and_then(|()| archive(bytes)).map_err(|r| r.in_file(&path))?,
            _ => Contents::Exact(Box::new(data_from_bytes(source, &bytes)?.0)),
        };
        Ok(Self { path, contents })
    }

    /// The samples of which the chunks' floats are roundings; `None` where the floats are the samples.
    pub fn rounded(&self) -> Option<&Dataset> {
        match &self.contents {
            Contents::Archive { .. } => None,
            Contents::Exact(dataset) => Some(dataset),
        }
    }

    /// N, d and J.
    pub fn counts(&self) -> [usize; 3] {
        match &self.contents {
            Contents::Archive { x, y, .. } => {
                let (samples, inputs) = x.layout.table().unwrap_or_default();
                [samples, inputs, y.columns]
            }
            Contents::Exact(dataset) => [dataset.sample_count(), dataset.input_count(), dataset.output_count()],
        }
    }

    /// Reads the samples in chunks of `count`, in order, until `each` refuses one.
    pub fn for_each<E: From<InputError>>(
        &self,
        count: usize,
        mut each: impl FnMut(Chunk) -> Result<(), E>,
    ) -> Result<(), E> {
        let refuse = |refusal: Refusal| E::from(refusal.in_file(&self.path));
        match &self.contents {
            Contents::Exact(dataset) => {
                for first in (0..dataset.sample_count()).step_by(count.max(1)) {
                    each(Chunk::of(dataset, first, count).map_err(|beyond| refuse(Refusal::new(beyond.to_string())))?)?;
                }
                Ok(())
            }
            Contents::Archive { bytes, x, y, weights } => {
                let [_, inputs, outputs] = self.counts();
                let mut archive = npz::open(bytes).map_err(refuse)?;
                let mut first = 0;
                let rows = |inputs: Vec<f64>, len: usize| {
                    let targets = y.values.get(first * outputs..(first + len) * outputs).unwrap_or_default().to_vec();
                    let weights = weights.as_ref().map(|c| c.get(first..first + len).unwrap_or_default().to_vec());
                    first += len;
                    each(Chunk { first: first - len, inputs, targets, weights })
                };
                x.for_each_rows(&mut archive, inputs, count, &self.path, rows)
            }
        }
    }
}

/// Lists the arrays, and reads all but x.
fn archive(bytes: Vec<u8>) -> Result<Contents, Refusal> {
    let mut archive = npz::open(&bytes)?;
    let mut members = BTreeMap::new();
    let mut budget = npz::budget(&bytes);
    for index in 0..archive.len() {
        let mut entry = npz::open_entry(&mut archive, index, budget)?;
        budget = budget.saturating_sub(entry.declared);
        let mut start = Vec::new();
        entry.read(entry.declared.min(npy::MAX_START_BYTES as u64), &mut start)?;
        let name = npz::array_name(&entry.name)?;
        let declared = usize::try_from(entry.declared).unwrap_or(usize::MAX);
        let (layout, offset) = npy::layout(name, &start, declared)?;
        members.insert(name.to_string(), Member { index, layout, offset });
    }
    let Named { x, y, weights } = by_name(members)?;
    let weights = match weights {
        Some(member) => Some((member.layout.vector()?, member.values(&mut archive)?)),
        None => None,
    };
    let (samples, _) = x.layout.table()?;
    let (rows, columns) = y.layout.table()?;
    let count = |what, found| match found == samples {
        true => Ok(()),
        false => Err(Refusal::new(DatasetError::Count { what, expected: samples, found }.to_string())),
    };
    count("y", rows)?;
    let y = Table { columns, values: y.rows(&mut archive)? };
    if let Some((len, values)) = &weights {
        count("weights", *len)?;
        if let Some(row) = values.iter().position(|c| *c < 0.0) {
            return Err(Refusal::new(DatasetError::NegativeWeight { row }.to_string()));
        }
    }
    drop(archive);
    Ok(Contents::Archive { bytes, x, y, weights: weights.map(|(_, values)| values) })
}

impl Member {
    /// The entries as they are stored.
    fn values(&self, archive: &mut Archive<'_>) -> Result<Vec<f64>, Refusal> {
        let mut entry = self.entries(archive)?;
        let mut values = Vec::new();
        self.decode(&mut entry, usize::MAX, 0, &mut values)?;
        entry.end().map(|()| values)
    }

    /// The entries, row by row.
    fn rows(&self, archive: &mut Archive<'_>) -> Result<Vec<f64>, Refusal> {
        let values = self.values(archive)?;
        if !self.layout.is_column_major() {
            return Ok(values);
        }
        let (rows, columns) = self.layout.table()?;
        let row = |k: usize| values.iter().skip(k).step_by(rows.max(1)).take(columns).copied();
        Ok((0..rows).flat_map(row).collect())
    }

    /// Reads `count` rows at a time.
    fn for_each_rows<E: From<InputError>>(
        &self,
        archive: &mut Archive<'_>,
        columns: usize,
        count: usize,
        path: &Path,
        mut each: impl FnMut(Vec<f64>, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let refuse = |refusal: Refusal| E::from(refusal.in_file(path));
        let columns = columns.max(1);
        let most = count.max(1).saturating_mul(columns);
        if self.layout.is_column_major() {
            let values = self.rows(archive).map_err(refuse)?;
            return values.chunks(most).try_for_each(|rows| each(rows.to_vec(), rows.len() / columns));
        }
        let mut entry = self.entries(archive).map_err(refuse)?;
        let total = self.layout.table().map(|(rows, columns)| rows * columns).map_err(refuse)?;
        let mut done = 0;
        while done < total {
            let mut values = Vec::new();
            self.decode(&mut entry, most.min(total - done), done, &mut values).map_err(refuse)?;
            if values.len() != most.min(total - done) {
                return Err(refuse(entry.other_length()));
            }
            done += values.len();
            let rows = values.len() / columns;
            each(values, rows)?;
        }
        entry.end().map_err(refuse)
    }

    /// The array's file after its header.
    fn entries<'a, 'b>(&self, archive: &'a mut Archive<'b>) -> Result<Entry<'a, 'b>, Refusal> {
        let mut entry = npz::open_entry(archive, self.index, u64::MAX)?;
        entry.read(self.offset as u64, &mut Vec::new())?;
        Ok(entry)
    }

    /// Appends the next entries, at most `count`; `first` is the index of the first of them.
    fn decode(
        &self,
        entry: &mut Entry<'_, '_>,
        count: usize,
        first: usize,
        values: &mut Vec<f64>,
    ) -> Result<(), Refusal> {
        let element = self.layout.element();
        let left = usize::try_from(entry.declared).unwrap_or(usize::MAX) - self.offset;
        let mut bytes = Vec::new();
        entry.read(count.saturating_mul(element.size).min(left) as u64, &mut bytes)?;
        let found = bytes.chunks_exact(element.size);
        values.reserve_exact(found.len());
        match (element.kind, element.size, element.big_endian) {
            // The common ones at full speed; the others, and all that is refused, one by one.
            (Kind::Float { .. }, 8, false) => {
                values.extend(bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)));
            }
            (Kind::Float { mantissa_bits: 23, .. }, 4, false) => {
                values.extend(bytes.as_chunks().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))));
            }
            _ => {
                for (k, bytes) in found.enumerate() {
                    values.push(float(element, bytes).map_err(|reason| self.layout.refuse_entry(first + k, reason))?);
                }
            }
        }
        match values.iter().position(|v| !v.is_finite()) {
            Some(k) => {
                let found = if values.get(k).is_some_and(|v| v.is_nan()) { "nan" } else { "an infinity" };
                Err(self.layout.refuse_entry(first + k, format!("expected a finite number, found {found}")))
            }
            None => Ok(()),
        }
    }
}

/// The double that is the number of one entry.
fn float(element: Element, bytes: &[u8]) -> Result<f64, String> {
    let bits = element.bits(bytes);
    let reason = |found: &str| format!("expected a finite number, found {found}");
    match element.kind {
        Kind::Float { exponent_bits, mantissa_bits } => match (exponent_bits, mantissa_bits) {
            (11, _) => Ok(f64::from_bits(bits)),
            (_, 23) => Ok(f64::from(f32::from_bits(bits as u32))),
            _ => match dyadic_from_bits(bits, exponent_bits, mantissa_bits) {
                Some(value) => nearest(value.numer(), value.denom()).map_err(|beyond| beyond.to_string()),
                None if bits & ((1 << mantissa_bits) - 1) != 0 => Err(reason("nan")),
                None => Err(reason("an infinity")),
            },
        },
        Kind::Bool if bits > 1 => Err(reason("a bool byte that is neither 0 nor 1")),
        Kind::Bool | Kind::Unsigned => whole(i128::from(bits)),
        Kind::Signed => whole(i128::from(element.signed(bits))),
    }
}

/// An integer that is a double.
fn whole(value: i128) -> Result<f64, String> {
    let float = value as f64;
    let is_it = float as i128 == value;
    if is_it { Ok(float) } else { Err(format!("expected a number that is a double, found {value}")) }
}
