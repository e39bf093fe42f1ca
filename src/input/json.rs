//! JSON as a tree, more strictly than usual: a key that is given twice is refused, not overwritten.

use super::error::{Refusal, foreign, quote};
use serde_core::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

/// A JSON value. Numbers keep only what a file's header needs; exact numbers are written as strings.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool,
    /// A bare number, with its value if it is a natural number below 2^64.
    Number(Option<u64>),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

/// Reads one JSON value and nothing after it.
pub(super) fn parse(bytes: &[u8]) -> Result<Json, Refusal> {
    serde_json::from_slice(bytes).map_err(|e| Refusal::new(format!("not readable JSON: {}", foreign(&e))))
}

impl Json {
    /// What messages call the value.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a bool",
            Self::Number(_) => "a bare number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// The object's entries; refused if this is no object or has keys other than the given ones.
    pub(super) fn object(self, place: &str, keys: &[&str]) -> Result<BTreeMap<String, Self>, Refusal> {
        let Self::Object(map) = self else {
            return Err(Refusal::at(place, format!("expected an object, found {}", self.kind())));
        };
        match map.keys().find(|k| !keys.contains(&k.as_str())) {
            Some(key) => {
                let known = super::error::list(keys.iter().copied());
                Err(Refusal::at(place, format!("unknown key {}; expected {known}", quote(key))))
            }
            None => Ok(map),
        }
    }

    /// The list's items.
    pub(super) fn list(self, place: &str) -> Result<Vec<Self>, Refusal> {
        match self {
            Self::List(items) => Ok(items),
            other => Err(Refusal::at(place, format!("expected a list, found {}", other.kind()))),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Bool)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(Some(value)))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Number(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number(None))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = entries.next_key::<String>()? {
            match map.entry(key) {
                Entry::Occupied(slot) => {
                    return Err(A::Error::custom(format_args!("the key {} is given twice", quote(slot.key()))));
                }
                Entry::Vacant(slot) => slot.insert(entries.next_value()?),
            };
        }
        Ok(Json::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(text.as_bytes()).map_err(|r| r.in_file("f".as_ref()).reason).unwrap_err()
    }

    #[test]
    fn every_kind_of_value_is_kept() {
        let Json::List(items) = parse(br#"[null, true, 7, -7, 0.5, "a", [], {"k": 1}]"#).unwrap() else { panic!() };
        let kinds: Vec<_> = items.iter().map(Json::kind).collect();
        assert_eq!(
            kinds.join(", "),
            "null, a bool, a bare number, a bare number, a bare number, a string, a list, an object"
        );
        assert_eq!(items[2], Json::Number(Some(7)));
    }

    #[test]
    fn a_second_value_of_a_key_is_refused() {
        assert_eq!(
            refusal(r#"{"x": {"a": 1, "\u0061": 2}}"#),
            "not readable JSON: the key `a` is given twice at line 1 column 23"
        );
    }

    #[test]
    fn malformed_text_is_refused_where_it_stands() {
        assert_eq!(refusal("{\n"), "not readable JSON: EOF while parsing an object at line 2 column 0");
        assert_eq!(refusal("[1] 2"), "not readable JSON: trailing characters at line 1 column 5");
        assert_eq!(refusal("[NaN]"), "not readable JSON: expected value at line 1 column 2");
        assert!(refusal(&"[".repeat(100_000)).starts_with("not readable JSON: recursion limit exceeded"));
    }
}
