//! Data and models as exact JSON: every number is a string of the kernel's grammar, such as `"-0.6"` or `"3/7"`.
//!
//! A bare JSON number is refused: most programs read and write it as a float, and then it is not the number in the file.

use super::error::{Refusal, quote};
use super::json::{self, Json};
use super::model::{Layer, Layers};
use super::samples::Samples;
use crate::kernel::dataset::MAX_SAMPLES;
use crate::kernel::network::Activation;
use crate::kernel::number::parse_rational;
use num_rational::BigRational;

/// Reads `{"x": [["-1", "1"], …], "y": [["0.28"], …], "weights": ["1", …]}`; rows of one number may be written flat.
pub(super) fn read_data(bytes: &[u8]) -> Result<Samples, Refusal> {
    let mut map = json::parse(bytes)?.object("the data", &["x", "y", "weights"])?;
    let mut required = |key: &str| {
        let missing = || Refusal::new(format!("the key {} is missing", quote(key)));
        map.remove(key).ok_or_else(missing).and_then(|value| rows(value, key))
    };
    let (x, y) = (required("x")?, required("y")?);
    let weights = map.remove("weights").map(|value| numbers(value, "`weights`")).transpose()?;
    Ok(Samples { x, y, weights })
}

/// Reads `{"activation": {"positive_slope": "1", "negative_slope": "0"}, "layers": [{"weight": [[…]], "bias": […]}, {…}]}`.
///
/// `activation` may be missing, and `bias` may be missing or null.
pub(super) fn read_model(bytes: &[u8]) -> Result<(Layers, Option<Activation>), Refusal> {
    let mut map = json::parse(bytes)?.object("the model", &["activation", "layers"])?;
    let activation = map.remove("activation").map(read_activation).transpose()?;
    let layers = map.remove("layers").ok_or_else(|| Refusal::new("the key `layers` is missing"))?.list("`layers`")?;
    let count = layers.len();
    let [hidden, output]: [Json; 2] = layers.try_into().map_err(|_| {
        Refusal::at("`layers`", format!("expected 2 layers, the hidden one and the output, found {count}"))
    })?;
    let layers = Layers { hidden: read_layer(hidden, "layers[0]")?, output: read_layer(output, "layers[1]")? };
    Ok((layers, activation))
}

fn read_activation(value: Json) -> Result<Activation, Refusal> {
    let mut map = value.object("`activation`", &["positive_slope", "negative_slope"])?;
    let mut slope = |key: &str| {
        let place = format!("`activation` {}", quote(key));
        map.remove(key)
            .ok_or_else(|| Refusal::at(&place, "the key is missing"))
            .and_then(|v| number(v, || place.clone()))
    };
    Ok(Activation { positive: slope("positive_slope")?, negative: slope("negative_slope")? })
}

fn read_layer(value: Json, name: &str) -> Result<Layer, Refusal> {
    let mut map = value.object(&quote(name), &["weight", "bias"])?;
    let weight_name = format!("{name}.weight");
    let missing = || Refusal::at(quote(&weight_name), "the key is missing");
    let items = map.remove("weight").ok_or_else(missing)?.list(&quote(&weight_name))?;
    let row = |(k, item)| numbers(item, &format!("{} row {k}", quote(&weight_name)));
    let weight: Vec<Vec<BigRational>> = items.into_iter().enumerate().map(row).collect::<Result<_, _>>()?;
    let bias_name = format!("{name}.bias");
    let bias = match map.remove("bias") {
        None | Some(Json::Null) => None,
        Some(value) => Some(numbers(value, &quote(&bias_name))?),
    };
    Layer::new(weight_name, weight, bias_name, bias)
}

/// A list of rows, each a list of numbers; or a flat list of numbers, each a row of its own.
fn rows(value: Json, key: &str) -> Result<Vec<Vec<BigRational>>, Refusal> {
    let items = value.list(&quote(key))?;
    if items.len() > MAX_SAMPLES {
        let reason = format!("{} rows are more than the limit of {MAX_SAMPLES}", items.len());
        return Err(Refusal::at(quote(key), reason));
    }
    let flat = !matches!(items.first(), Some(Json::List(_)));
    let row = |(k, item)| {
        let place = || format!("{} row {k}", quote(key));
        if flat { number(item, place).map(|n| vec![n]) } else { numbers(item, &place()) }
    };
    items.into_iter().enumerate().map(row).collect()
}

fn numbers(value: Json, place: &str) -> Result<Vec<BigRational>, Refusal> {
    let items = value.list(place)?.into_iter().enumerate();
    items.map(|(k, item)| number(item, || format!("{place} item {k}"))).collect()
}

fn number(value: Json, place: impl Fn() -> String) -> Result<BigRational, Refusal> {
    match value {
        Json::Text(text) => {
            parse_rational(&text).map_err(|e| Refusal::at(place(), format!("{e}; found {}", quote(&text))))
        }
        Json::Number(_) => Err(Refusal::at(place(), "expected a number in quotes, found a bare number")
            .hint("write \"0.1\" instead of 0.1: a bare JSON number passes through floats and would not be exact")),
        other => Err(Refusal::at(place(), format!("expected a number in quotes, found {}", other.kind()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data_refusal(text: &str) -> String {
        read_data(text.as_bytes()).map(drop).map_err(|r| r.in_file("f".as_ref()).to_string()).unwrap_err()
    }

    fn model_refusal(text: &str) -> String {
        read_model(text.as_bytes()).map(drop).map_err(|r| r.in_file("f".as_ref()).to_string()).unwrap_err()
    }

    #[test]
    fn flat_and_nested_columns_are_the_same() {
        let nested = read_data(br#"{"x": [["1/3"], ["-0.5"]], "y": [["1"], ["2"]], "weights": ["1", "0"]}"#).unwrap();
        let flat = read_data(br#"{"x": ["1/3", "-0.5"], "y": ["1", "2"], "weights": ["1", "0"]}"#).unwrap();
        assert_eq!(nested, flat);
        assert_eq!(nested.x[0][0], BigRational::new(1.into(), 3.into()));
    }

    #[test]
    fn what_is_not_exact_data_is_refused_at_its_place() {
        for (text, message) in [
            (
                r#"{"x": [["1", 0.1]], "y": ["1"]}"#,
                "`x` row 0 item 1: expected a number in quotes, found a bare number\nhint: write \"0.1\" instead of \
                 0.1: a bare JSON number passes through floats and would not be exact",
            ),
            (
                r#"{"x": [["1"], ["+7"]], "y": ["1"]}"#,
                "`x` row 1 item 0: not a number: expected an integer, a fraction p/q or a decimal such as -0.25 or \
                 1e-3; found `+7`",
            ),
            (r#"{"x": [["1"], "1"], "y": ["1"]}"#, "`x` row 1: expected a list, found a string"),
            (r#"{"x": ["1", ["1"]], "y": ["1"]}"#, "`x` row 1: expected a number in quotes, found a list"),
            (r#"{"x": "1", "y": ["1"]}"#, "`x`: expected a list, found a string"),
            (r#"{"x": [["1"]], "Y": ["1"]}"#, "the data: unknown key `Y`; expected `x`, `y`, `weights`"),
            (r#"{"x": [["1"]]}"#, "the key `y` is missing"),
            (r#"[]"#, "the data: expected an object, found a list"),
            (
                r#"{"x": ["1"], "y": ["1"], "weights": [["1"]]}"#,
                "`weights` item 0: expected a number in quotes, found a list",
            ),
            (r#"{"x": ["1"], "y": ["1"], "weights": null}"#, "`weights`: expected a list, found null"),
        ] {
            assert_eq!(data_refusal(text), format!("f: {message}"), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_exact_model_is_refused_at_its_place() {
        let layer = r#"{"weight": [["1"]], "bias": null}"#;
        for (text, message) in [
            (r#"{}"#.to_string(), "the key `layers` is missing"),
            (
                format!(r#"{{"layers": [{layer}]}}"#),
                "`layers`: expected 2 layers, the hidden one and the output, found 1",
            ),
            (format!(r#"{{"layers": [{layer}, {{}}]}}"#), "`layers[1].weight`: the key is missing"),
            (
                format!(r#"{{"layers": [{{"weight": [["1", "2"], ["1"]]}}, {layer}]}}"#),
                "`layers[0].weight` row 1: expected 2 numbers, found 1",
            ),
            (
                format!(r#"{{"layers": [{{"weight": [["1"]], "bias": ["1", "2"]}}, {layer}]}}"#),
                "`layers[0].bias`: expected 1 numbers, one for each row of `layers[0].weight`, found 2",
            ),
            (
                format!(r#"{{"layers": [{layer}, {layer}], "activation": {{"positive_slope": "1"}}}}"#),
                "`activation` `negative_slope`: the key is missing",
            ),
            (
                format!(r#"{{"layers": [{layer}, {layer}], "activation": "relu"}}"#),
                "`activation`: expected an object, found a string",
            ),
        ] {
            assert_eq!(model_refusal(&text), format!("f: {message}"), "{text}");
        }
    }
}
