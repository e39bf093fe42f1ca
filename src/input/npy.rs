//! One `.npy` array: a short header written as a Python dictionary, then the raw entries.
//!
//! The header is read by a strict parser of exactly the form NumPy writes, not evaluated:
//! `{'descr': '<f8', 'fortran_order': False, 'shape': (442, 10), }`.
//! The format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use super::array::{Array, Element, Kind, Layout};
use super::error::{Refusal, quote};

/// Longest header of an array, in bytes; NumPy's own take some hundred.
pub const MAX_NPY_HEADER_BYTES: usize = 64 << 10;

/// Bytes before a header's text.
const MAX_PREAMBLE_BYTES: usize = 12;
/// No header ends later.
pub(super) const MAX_START_BYTES: usize = MAX_PREAMBLE_BYTES + MAX_NPY_HEADER_BYTES;

/// The first bytes of every array.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads the array `name` from the bytes of its `.npy` file.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Array, Refusal> {
    let (header, element, data) = open(name, bytes)?;
    Array::new(name, header.descr, element, header.shape, header.fortran_order, data.to_vec())
}

/// Reads the header of the array `name` from the first bytes of its `.npy` file, which is `length` bytes long; how many bytes
/// the header takes.
pub(super) fn layout(name: &str, start: &[u8], length: usize) -> Result<(Layout, usize), Refusal> {
    let (header, element, data) = open(name, start)?;
    let offset = start.len() - data.len();
    let layout = Layout::new(name, header.descr, element, header.shape, header.fortran_order, length - offset)?;
    Ok((layout, offset))
}

fn open<'a>(name: &str, bytes: &'a [u8]) -> Result<(Header<'a>, Element, &'a [u8]), Refusal> {
    let refuse = |reason: &str| Refusal::at(quote(name), reason);
    let (header, data) = split(bytes).map_err(|reason| refuse(&reason))?;
    let header = std::str::from_utf8(header).map_err(|_| refuse("the array's header is not UTF-8"))?;
    let header = parse_header(header).map_err(|reason| refuse(&reason))?;
    let element = element(header.descr).map_err(|reason| {
        let hint = "save plain numbers, as by `numpy.asarray(a, dtype=numpy.float64)`, and leave out other arrays";
        refuse(&reason).hint(hint)
    })?;
    Ok((header, element, data))
}

/// The header's text and the entries' bytes.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let truncated = || "the array's header is truncated".to_string();
    let rest = bytes.strip_prefix(MAGIC).ok_or("not a .npy array: its first bytes are not `\\x93NUMPY`")?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(truncated)?;
    let (length, rest) = match version {
        [1, 0] => rest.split_first_chunk().map(|(n, rest)| (usize::from(u16::from_le_bytes(*n)), rest)),
        [2 | 3, 0] => rest.split_first_chunk().map(|(n, rest)| (u32::from_le_bytes(*n) as usize, rest)),
        [major, minor] => return Err(format!("expected .npy version 1.0, 2.0 or 3.0, found {major}.{minor}")),
    }
    .ok_or_else(truncated)?;
    if length > MAX_NPY_HEADER_BYTES {
        return Err(format!("the array's header of {length} bytes is over the limit of {MAX_NPY_HEADER_BYTES}"));
    }
    rest.split_at_checked(length).ok_or_else(truncated)
}

struct Header<'a> {
    descr: &'a str,
    fortran_order: bool,
    shape: Vec<usize>,
}

/// Reads the three keys in any order, each once.
fn parse_header(text: &str) -> Result<Header<'_>, String> {
    let mut scan = Scanner(text);
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    let malformed = |rest: &str| format!("the array's header is malformed at {}", quote(rest));
    if !scan.eat("{") {
        return Err(malformed(scan.0));
    }
    while !scan.eat("}") {
        let key = scan.string().filter(|_| scan.eat(":"));
        let known = match key {
            Some("descr") if scan.0.trim_start().starts_with('[') => {
                return Err("structured dtypes are not supported".to_string());
            }
            Some("descr") => fill(&mut descr, scan.string()),
            Some("fortran_order") => fill(&mut fortran_order, scan.boolean()),
            Some("shape") => fill(&mut shape, scan.tuple()),
            _ => false,
        };
        let ended = scan.eat(",") || scan.0.starts_with('}');
        if !known || !ended {
            return Err(malformed(scan.0));
        }
    }
    if !scan.0.bytes().all(|b| b == b' ' || b == b'\n') {
        return Err(malformed(scan.0));
    }
    match (descr, fortran_order, shape) {
        (Some(descr), Some(fortran_order), Some(shape)) => Ok(Header { descr, fortran_order, shape }),
        _ => Err("the array's header lacks one of `descr`, `fortran_order` and `shape`".to_string()),
    }
}

/// Whether a value was found for a key that had none yet.
fn fill<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    value.is_some() && slot.is_none() && std::mem::replace(slot, value).is_none()
}

/// What is left of the header.
struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    /// Skips spaces and takes the token if it is next.
    fn eat(&mut self, token: &str) -> bool {
        self.0 = self.0.trim_start_matches(' ');
        self.0.strip_prefix(token).map(|rest| self.0 = rest).is_some()
    }

    fn string(&mut self) -> Option<&'a str> {
        let quote = if self.eat("'") { '\'' } else { self.eat("\"").then_some('"')? };
        let (text, rest) = self.0.split_once(quote)?;
        self.0 = rest;
        (!text.contains('\\')).then_some(text)
    }

    fn boolean(&mut self) -> Option<bool> {
        if self.eat("True") { Some(true) } else { self.eat("False").then_some(false) }
    }

    fn integer(&mut self) -> Option<usize> {
        self.0 = self.0.trim_start_matches(' ');
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = self.0.strip_suffix(rest)?;
        self.0 = rest;
        digits.parse().ok()
    }

    /// A tuple of integers; one alone needs its comma, as in Python.
    fn tuple(&mut self) -> Option<Vec<usize>> {
        let mut items = Vec::new();
        let mut comma = true;
        self.eat("(").then_some(())?;
        while !self.eat(")") {
            comma.then_some(())?;
            items.push(self.integer()?);
            comma = self.eat(",");
        }
        (comma || items.len() != 1).then_some(items)
    }
}

/// The entry type that a `descr` such as `<f8` names.
fn element(descr: &str) -> Result<Element, String> {
    let unsupported = || format!("dtype {} is not supported", quote(descr));
    let mut chars = descr.chars();
    let (order, code) = (chars.next(), chars.next());
    let size = chars.as_str();
    if code == Some('O') {
        return Err("an object array holds pickled Python objects, which are not supported".to_string());
    }
    let element = match (code, size) {
        (Some('f'), "2") => Element::F16,
        (Some('f'), "4") => Element::F32,
        (Some('f'), "8") => Element::F64,
        (Some('i'), "1" | "2" | "4" | "8") => integer(Kind::Signed, size).ok_or_else(unsupported)?,
        (Some('u'), "1" | "2" | "4" | "8") => integer(Kind::Unsigned, size).ok_or_else(unsupported)?,
        (Some('b'), "1") => integer(Kind::Bool, size).ok_or_else(unsupported)?,
        _ => return Err(unsupported()),
    };
    match order {
        Some('<') => Ok(element),
        Some('>') => Ok(Element { big_endian: true, ..element }),
        Some('|') if element.size == 1 => Ok(element),
        _ => Err(unsupported()),
    }
}

fn integer(kind: Kind, size: &str) -> Option<Element> {
    size.parse().ok().map(|size| Element { kind, size, big_endian: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let length = (header.len() as u16).to_le_bytes();
        [MAGIC, &[1, 0], &length, header.as_bytes(), data].concat()
    }

    fn refusal(bytes: &[u8]) -> String {
        read("a", bytes).map_err(|r| r.in_file("f".as_ref()).reason).unwrap_err()
    }

    #[test]
    fn reads_headers_in_any_key_order() {
        for header in [
            "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }     \n",
            "{\"shape\":(2,),'fortran_order':False,'descr':'<u1'}",
        ] {
            let array = read("a", &file(header, &[7, 8])).unwrap();
            assert_eq!((array.shape(), array.vector().map(|v| v[1].to_integer())), (&[2][..], Ok(8.into())));
        }
        let scalar = read("a", &file("{'descr': '>f4', 'fortran_order': True, 'shape': ()}", &[0; 4])).unwrap();
        assert_eq!(scalar.shape(), &[] as &[usize]);
    }

    #[test]
    fn wide_headers_of_later_versions_are_read() {
        let header = b"{'descr': '|b1', 'fortran_order': False, 'shape': (1, 1), }";
        for version in [2, 3] {
            let length = (header.len() as u32).to_le_bytes();
            let bytes = [MAGIC, &[version, 0], &length, header, &[1]].concat();
            assert_eq!(read("a", &bytes).unwrap().matrix().unwrap()[0][0], BigRational::from_integer(1.into()));
        }
        let long = [MAGIC, &[2, 0], &(70_000u32).to_le_bytes()].concat();
        assert_eq!(refusal(&long), "the array's header of 70000 bytes is over the limit of 65536");
    }

    #[test]
    fn malformed_headers_are_refused_at_their_place() {
        let malformed = |rest: &str| format!("the array's header is malformed at `{rest}`");
        for (header, rest) in [
            ("__import__('os')", "__import__('os')"),
            ("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", "0, 'shape': (1,)}"),
            ("{'descr': '<f8', 'descr': '<f4'}", "}"),
            ("{'descr': '<f8' 'shape': (1,)}", "'shape': (1,)}"),
            ("{'shape': (1)}", "}"),
            ("{'shape': (-1,)}", "-1,)}"),
            ("{'shape': (1,,)}", ")}"),
            ("{'shape': (10L,)}", "L,)}"),
            ("{'other': (1,)}", "(1,)}"),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': (1,)} x", " x"),
            ("{'descr': '<f8'", ""),
        ] {
            assert_eq!(refusal(&file(header, &[])), malformed(rest), "{header}");
        }
        assert_eq!(
            refusal(&file("{'descr': '<f8'}", &[])),
            "the array's header lacks one of `descr`, `fortran_order` and `shape`"
        );
        assert_eq!(refusal(b"\x93NUMPY\x01"), "the array's header is truncated");
        assert_eq!(refusal(b"\x93NUMPY\x01\x00\xff\x00{"), "the array's header is truncated");
        assert_eq!(refusal(b"\x93NUMPY\x04\x00"), "expected .npy version 1.0, 2.0 or 3.0, found 4.0");
        assert_eq!(refusal(b"PK"), "not a .npy array: its first bytes are not `\\x93NUMPY`");
    }

    #[test]
    fn only_plain_numbers_are_supported() {
        let object = "an object array holds pickled Python objects, which are not supported";
        for (descr, reason) in [
            ("'|O'", object),
            ("'O8'", "dtype `O8` is not supported"),
            ("'<c16'", "dtype `<c16` is not supported"),
            ("'<U5'", "dtype `<U5` is not supported"),
            ("'<V2'", "dtype `<V2` is not supported"),
            ("'<f16'", "dtype `<f16` is not supported"),
            ("'|f8'", "dtype `|f8` is not supported"),
            ("'f8'", "dtype `f8` is not supported"),
            ("''", "dtype `` is not supported"),
            ("[('a', '<f8')]", "structured dtypes are not supported"),
        ] {
            let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1,)}}");
            assert_eq!(refusal(&file(&header, &[0; 8])), reason, "{descr}");
        }
    }

    use num_rational::BigRational;

    proptest! {
        #[test]
        fn any_header_is_read_or_refused(header in "[{}()'\":, a-z0-9<>|]{0,60}", bytes in any::<Vec<u8>>()) {
            let _ = (read("a", &file(&header, &bytes)), read("a", &bytes));
        }
    }
}
