//! `.safetensors`: the length of a JSON header (8 bytes, little endian), the header, then the tensors' bytes.
//!
//! The format: <https://github.com/huggingface/safetensors#format>. Read here and not by its crate, which keeps the last
//! of two tensors of one name and would bring a dozen crates into the checker; a test compares the two.

use super::array::{Array, Element, Kind};
use super::error::{Refusal, quote};
use super::json::{self, Json};
use std::collections::BTreeMap;

/// Longest header, in bytes; that of a network with one hidden layer takes some hundred.
pub const MAX_SAFETENSORS_HEADER_BYTES: u64 = 1 << 20;

/// Reads every tensor of the file.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Array>, Refusal> {
    let (header, data) = split(bytes)?;
    let Json::Object(map) = json::parse(header).map_err(|e| e.hint(NOT_SAFETENSORS))? else {
        return Err(Refusal::new("the header is not a JSON object").hint(NOT_SAFETENSORS));
    };
    let mut tensors = Vec::new();
    for (name, value) in map.into_iter().filter(|(name, _)| name != "__metadata__") {
        let (place, keys) = (quote(&name), ["dtype", "shape", "data_offsets"]);
        let entry = entry(value.object(&place, &keys)?)
            .ok_or_else(|| Refusal::at(&place, "expected `dtype`, `shape` and `data_offsets` of their types"))?;
        tensors.push((name, entry));
    }
    // The tensors' bytes fill the file without gap and without overlap, as the format demands.
    tensors.sort_by_key(|(_, entry)| entry.offsets);
    let mut arrays = BTreeMap::new();
    let mut end = 0;
    for (name, entry) in tensors {
        let (start, stop) = entry.offsets;
        let part = data.get(start..stop).filter(|_| start == end).ok_or_else(|| {
            let reason = format!("its bytes {start} to {stop} do not follow the tensor before them within the file");
            Refusal::at(quote(&name), reason).hint(WRITE_AGAIN)
        })?;
        end = stop;
        let element = element(&entry.dtype).ok_or_else(|| {
            let reason = format!("dtype {} is not supported", quote(&entry.dtype));
            Refusal::at(quote(&name), reason).hint("save the parameters as F64, F32, F16 or BF16")
        })?;
        let array = Array::new(&name, &entry.dtype, element, entry.shape, false, part.to_vec())?;
        arrays.insert(name, array);
    }
    if end != data.len() {
        let reason = format!("expected {end} bytes of tensors, found {}", data.len());
        return Err(Refusal::new(reason).hint(WRITE_AGAIN));
    }
    Ok(arrays)
}

const NOT_SAFETENSORS: &str =
    "in Python, `safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")` writes one";
const WRITE_AGAIN: &str = "the file is truncated or damaged; write it again";

/// The header and the tensors' bytes.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), Refusal> {
    let truncated = || Refusal::new("the header is truncated").hint(WRITE_AGAIN);
    let (length, rest) = bytes.split_first_chunk().ok_or_else(truncated)?;
    let length = u64::from_le_bytes(*length);
    if length > MAX_SAFETENSORS_HEADER_BYTES {
        let reason = format!("the header of {length} bytes is over the limit of {MAX_SAFETENSORS_HEADER_BYTES}");
        return Err(Refusal::new(reason).hint(NOT_SAFETENSORS));
    }
    rest.split_at_checked(length as usize).ok_or_else(truncated)
}

struct Entry {
    dtype: String,
    shape: Vec<usize>,
    offsets: (usize, usize),
}

fn entry(mut map: BTreeMap<String, Json>) -> Option<Entry> {
    let Json::Text(dtype) = map.remove("dtype")? else { return None };
    let shape = sizes(map.remove("shape")?)?;
    let &[start, stop] = sizes(map.remove("data_offsets")?)?.as_slice() else { return None };
    Some(Entry { dtype, shape, offsets: (start, stop) })
}

fn sizes(value: Json) -> Option<Vec<usize>> {
    let Json::List(items) = value else { return None };
    let size = |item| if let Json::Number(Some(n)) = item { usize::try_from(n).ok() } else { None };
    items.into_iter().map(size).collect()
}

/// The entry type of a dtype, if it is one that is read.
fn element(dtype: &str) -> Option<Element> {
    let integer = |kind, size| Element { kind, size, big_endian: false };
    Some(match dtype {
        "F16" => Element::F16,
        "BF16" => Element::BF16,
        "F32" => Element::F32,
        "F64" => Element::F64,
        "I8" => integer(Kind::Signed, 1),
        "I16" => integer(Kind::Signed, 2),
        "I32" => integer(Kind::Signed, 4),
        "I64" => integer(Kind::Signed, 8),
        "U8" => integer(Kind::Unsigned, 1),
        "U16" => integer(Kind::Unsigned, 2),
        "U32" => integer(Kind::Unsigned, 4),
        "U64" => integer(Kind::Unsigned, 8),
        "BOOL" => integer(Kind::Bool, 1),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::safetensors::tensor::{Dtype, SafeTensors, TensorView};
    use proptest::prelude::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
    }

    fn refusal(bytes: &[u8]) -> String {
        read(bytes).map_err(|r| r.in_file("f".as_ref()).to_string()).unwrap_err()
    }

    fn first_line(bytes: &[u8]) -> String {
        refusal(bytes).lines().next().unwrap_or_default().to_string()
    }

    #[test]
    fn reads_what_the_formats_own_crate_writes() {
        let a = [1.5f32, -2.0].map(f32::to_le_bytes).concat();
        let b = 3i64.to_le_bytes();
        let views = [
            ("a", TensorView::new(Dtype::F32, vec![1, 2], &a).unwrap()),
            ("b", TensorView::new(Dtype::I64, vec![], &b).unwrap()),
        ];
        let bytes = ::safetensors::serialize(views, None).unwrap();
        let arrays = read(&bytes).unwrap();
        assert_eq!(arrays.keys().collect::<Vec<_>>(), ["a", "b"]);
        let row = arrays["a"].matrix().unwrap().concat();
        assert_eq!(row.iter().map(|v| v.to_string()).collect::<Vec<_>>(), ["3/2", "-2"]);
        assert_eq!(arrays["b"].shape(), &[] as &[usize]);
    }

    #[test]
    fn malformed_files_are_refused() {
        let tensor = |offsets: &str| format!(r#"{{"dtype": "U8", "shape": [2], "data_offsets": {offsets}}}"#);
        let one = |offsets: &str| format!(r#"{{"a": {}}}"#, tensor(offsets));
        assert_eq!(first_line(b"PK"), "f: the header is truncated");
        assert_eq!(first_line(&[9, 0, 0, 0, 0, 0, 0, 0, b'{']), "f: the header is truncated");
        assert_eq!(
            refusal(&[0xff; 9]),
            "f: the header of 18446744073709551615 bytes is over the limit of 1048576\nhint: in Python, \
             `safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")` writes one"
        );
        assert_eq!(first_line(&file("[]", &[])), "f: the header is not a JSON object");
        assert_eq!(first_line(&file("{", &[])), "f: not readable JSON: EOF while parsing an object at line 1 column 1");
        assert_eq!(
            first_line(&file(&format!(r#"{{"a": {0}, "a": {0}}}"#, tensor("[0, 2]")), &[0; 2])),
            "f: not readable JSON: the key `a` is given twice at line 1 column 64"
        );
        assert_eq!(
            first_line(&file(r#"{"a": {"dtype": "U8", "shape": [2], "offsets": [0, 2]}}"#, &[0; 2])),
            "f: `a`: unknown key `offsets`; expected `dtype`, `shape`, `data_offsets`"
        );
        for entry in [r#"{}"#, r#"{"dtype": "U8", "shape": [-2], "data_offsets": [0, 2]}"#, &tensor("[0]")] {
            let found = first_line(&file(&format!(r#"{{"a": {entry}}}"#), &[0; 2]));
            assert_eq!(found, "f: `a`: expected `dtype`, `shape` and `data_offsets` of their types");
        }
        for (offsets, what) in [("[0, 3]", "0 to 3"), ("[1, 2]", "1 to 2"), ("[2, 0]", "2 to 0")] {
            let found = first_line(&file(&one(offsets), &[0; 2]));
            assert_eq!(found, format!("f: `a`: its bytes {what} do not follow the tensor before them within the file"));
        }
        assert_eq!(first_line(&file(&one("[0, 2]"), &[0; 3])), "f: expected 2 bytes of tensors, found 3");
        assert_eq!(first_line(&file(&one("[0, 1]"), &[0; 1])), "f: `a`: expected 2 bytes for shape [2] of U8, found 1");
    }

    proptest! {
        #[test]
        fn accepts_nothing_that_the_formats_own_crate_refuses(at in 0usize..200, byte in any::<u8>(), keep in 0usize..200) {
            let mut bytes = file(
                r#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"F16","shape":[1,1],"data_offsets":[2,4]}}"#,
                &[1, 2, 3, 4],
            );
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            bytes.truncate(bytes.len().min(keep.max(100)));
            if read(&bytes).is_ok() {
                prop_assert!(SafeTensors::deserialize(&bytes).is_ok());
            }
        }
    }
}
