//! `.npz`: a zip archive of `.npy` arrays, stored or deflated.

use super::array::Array;
use super::error::{Refusal, foreign, quote};
use super::npy;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::read::{ArchiveOffset, Config, ZipFile};
use zip::{CompressionMethod, ZipArchive};

/// Most arrays of an archive.
pub const MAX_MEMBERS: usize = 4096;
/// Most bytes of one array after decompression.
pub const MAX_ARRAY_BYTES: u64 = 1 << 30;
/// Most bytes of all arrays of an archive after decompression.
pub const MAX_ARCHIVE_BYTES: u64 = 2 << 30;

/// An archive may take this much after decompression, however short it is …
pub const MIN_EXPANDED_BYTES: u64 = 4 << 20;
/// … else at most this many times its own length: numbers that compress better are not data but a trap for memory.
pub const MAX_EXPANSION: u64 = 200;

/// Reads every array of the archive, by name without `.npy`.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Array>, Refusal> {
    let mut archive = open(bytes)?;
    let mut arrays = BTreeMap::new();
    let mut budget = budget(bytes);
    for index in 0..archive.len() {
        let mut entry = open_entry(&mut archive, index, budget)?;
        let data = entry.read_to_end()?;
        budget = budget.saturating_sub(data.len() as u64);
        let name = array_name(&entry.name)?;
        arrays.insert(name.to_string(), npy::read(name, &data)?);
    }
    Ok(arrays)
}

/// An archive of arrays whose contents agree with its list.
pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Opens an archive that can be read in one way only.
pub(super) fn open(bytes: &[u8]) -> Result<Archive<'_>, Refusal> {
    if bytes.starts_with(npy::MAGIC) {
        let hint = "save named arrays, for example `numpy.savez(\"data.npz\", x=x, y=y)`";
        return Err(Refusal::new("expected a .npz archive, found a single .npy array").hint(hint));
    }
    // An archive starts at the first byte and its two lists of contents agree; everything else is read differently
    // by different readers.
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let mut archive = ZipArchive::with_config(config, Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    archive.validate_header_consistency().map_err(|e| damaged(&e))?;
    if archive.len() > MAX_MEMBERS {
        return Err(Refusal::new(format!("{} arrays are more than the limit of {MAX_MEMBERS}", archive.len())));
    }
    Ok(archive)
}

/// The bytes that an archive may take after decompression.
pub(super) fn budget(bytes: &[u8]) -> u64 {
    MAX_ARCHIVE_BYTES.min((bytes.len() as u64).saturating_mul(MAX_EXPANSION).max(MIN_EXPANDED_BYTES))
}

/// The name of an array, from that of its file.
pub(super) fn array_name(file: &str) -> Result<&str, Refusal> {
    file.strip_suffix(".npy").ok_or_else(|| {
        Refusal::at(quote(file), "expected only .npy arrays in the archive").hint("write it with `numpy.savez`")
    })
}

/// One file of the archive, to be read from its beginning.
pub(super) struct Entry<'a, 'b> {
    /// With its ending.
    pub(super) name: String,
    /// Its length after decompression. Only a claim: [`Self::read_to_end`] and [`Self::end`] hold it to that.
    pub(super) declared: u64,
    reader: ZipFile<'a, Cursor<&'b [u8]>>,
}

/// Opens one entry, of at most `budget` bytes.
pub(super) fn open_entry<'a, 'b>(
    archive: &'a mut Archive<'b>,
    index: usize,
    budget: u64,
) -> Result<Entry<'a, 'b>, Refusal> {
    let entry = archive.by_index(index).map_err(|e| damaged(&e))?;
    let name = entry.name().map_err(|e| damaged(&e))?.into_owned();
    let refuse = |reason: String| Refusal::at(quote(&name), reason);
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        let reason = format!("compression by {} is not supported", entry.compression());
        return Err(refuse(reason).hint("write it with `numpy.savez` or `numpy.savez_compressed`"));
    }
    let declared = entry.size();
    let limit = budget.min(MAX_ARRAY_BYTES);
    if declared > limit {
        let reason = format!("the array's {declared} bytes are over the limit of {limit}");
        let hint = format!("no more than {MAX_EXPANSION} times the file's length is read; do not compress the arrays");
        return Err(refuse(reason).hint(hint));
    }
    Ok(Entry { name, declared, reader: entry })
}

impl Entry<'_, '_> {
    /// All bytes: no more than one beyond the declared length is read.
    fn read_to_end(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut data = Vec::new();
        self.read(self.declared + 1, &mut data)?;
        if data.len() as u64 == self.declared { Ok(data) } else { Err(self.other_length()) }
    }

    /// Appends the next bytes, fewer than `most` only at the end.
    pub(super) fn read(&mut self, most: u64, data: &mut Vec<u8>) -> Result<(), Refusal> {
        let read = (&mut self.reader).take(most).read_to_end(data);
        read.map(drop).map_err(|e| self.refuse(format!("the array cannot be decompressed: {}", foreign(&e))))
    }

    /// Refuses an entry that goes on.
    pub(super) fn end(&mut self) -> Result<(), Refusal> {
        let mut beyond = Vec::new();
        self.read(1, &mut beyond)?;
        if beyond.is_empty() { Ok(()) } else { Err(self.other_length()) }
    }

    /// Refuses an entry that is longer or shorter than declared.
    pub(super) fn other_length(&self) -> Refusal {
        self.refuse(format!("the array is not of its declared {} bytes", self.declared))
    }

    fn refuse(&self, reason: String) -> Refusal {
        Refusal::at(quote(&self.name), reason).hint(WRITE_AGAIN)
    }
}

const WRITE_AGAIN: &str = "the file is truncated or damaged; write it again";

fn damaged(error: &zip::result::ZipError) -> Refusal {
    Refusal::new(format!("not a readable .npz archive: {}", foreign(error))).hint(WRITE_AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    const ARRAY: &[u8] = b"\x93NUMPY\x01\x00\x35\x00{'descr': '|u1', 'fortran_order': False, 'shape': ()}\x05";

    fn archive(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, data) in entries {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(data).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn message(bytes: &[u8]) -> String {
        read(bytes).map_err(|r| r.in_file("f".as_ref()).to_string()).unwrap_err()
    }

    #[test]
    fn stored_and_deflated_arrays_are_the_same() {
        let stored = read(&archive(&[("a.b.npy", ARRAY)], CompressionMethod::Stored)).unwrap();
        let deflated = read(&archive(&[("a.b.npy", ARRAY)], CompressionMethod::Deflated)).unwrap();
        assert_eq!(stored, deflated);
        assert_eq!(stored.keys().collect::<Vec<_>>(), ["a.b"]);
    }

    #[test]
    fn what_is_not_an_archive_of_arrays_is_refused() {
        assert_eq!(
            message(ARRAY),
            "f: expected a .npz archive, found a single .npy array\n\
             hint: save named arrays, for example `numpy.savez(\"data.npz\", x=x, y=y)`"
        );
        assert_eq!(
            message(&archive(&[("notes.txt", b"hello")], CompressionMethod::Stored)),
            "f: `notes.txt`: expected only .npy arrays in the archive\nhint: write it with `numpy.savez`"
        );
        for bytes in [&b""[..], b"hello", b"PK\x05\x06"] {
            assert!(message(bytes).starts_with("f: not a readable .npz archive: "), "{}", message(bytes));
        }
    }

    #[test]
    fn an_archive_with_two_readings_is_refused() {
        let mut twice = archive(&[("x.npy", ARRAY), ("z.npy", ARRAY)], CompressionMethod::Stored);
        let at = |bytes: &[u8]| bytes.windows(5).position(|w| w == b"z.npy").unwrap();
        for _ in 0..2 {
            let z = at(&twice);
            twice[z] = b'x';
        }
        assert!(message(&twice).starts_with("f: not a readable .npz archive: "), "{}", message(&twice));
    }

    #[test]
    fn false_sizes_are_refused() {
        let good = archive(&[("x.npy", &[0; 5000])], CompressionMethod::Deflated);
        for declared in [10u32, 4999, 5001, 3 << 30] {
            let mut bytes = good.clone();
            // Both headers, local and central, give the size.
            let places: Vec<usize> =
                (0..bytes.len() - 4).filter(|&k| bytes[k..k + 4] == 5000u32.to_le_bytes()).collect();
            assert_eq!(places.len(), 2);
            for place in places {
                bytes[place..place + 4].copy_from_slice(&declared.to_le_bytes());
            }
            let expected = match declared {
                10 | 4999 | 5001 => "f: `x.npy`: the array ",
                _ => "f: `x.npy`: the array's 3221225472 bytes are over the limit of 4194304",
            };
            assert!(message(&bytes).starts_with(expected), "{}", message(&bytes));
        }
    }
}
