//! `.npz`: a zip archive of `.npy` arrays, stored or deflated.

use super::array::Array;
use super::error::{Refusal, foreign, quote};
use super::npy;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::read::{ArchiveOffset, Config};
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
    let mut arrays = BTreeMap::new();
    let expanded = (bytes.len() as u64).saturating_mul(MAX_EXPANSION).max(MIN_EXPANDED_BYTES);
    let mut budget = MAX_ARCHIVE_BYTES.min(expanded);
    for index in 0..archive.len() {
        let (file, data) = read_entry(&mut archive, index, budget)?;
        budget = budget.saturating_sub(data.len() as u64);
        let name = file.strip_suffix(".npy").ok_or_else(|| {
            Refusal::at(quote(&file), "expected only .npy arrays in the archive").hint("write it with `numpy.savez`")
        })?;
        arrays.insert(name.to_string(), npy::read(name, &data)?);
    }
    Ok(arrays)
}

/// The name and the decompressed bytes of one entry: at most `budget` of them, and exactly as many as declared.
fn read_entry(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    budget: u64,
) -> Result<(String, Vec<u8>), Refusal> {
    let mut entry = archive.by_index(index).map_err(|e| damaged(&e))?;
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
    // The declared size is only a claim: no more than one byte beyond it is read.
    let mut data = Vec::new();
    let read = (&mut entry).take(declared + 1).read_to_end(&mut data);
    read.map_err(|e| refuse(format!("the array cannot be decompressed: {}", foreign(&e))).hint(WRITE_AGAIN))?;
    if data.len() as u64 != declared {
        return Err(refuse(format!("the array is not of its declared {declared} bytes")).hint(WRITE_AGAIN));
    }
    Ok((name, data))
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
