//! The two layers of a model, from named tensors in PyTorch's naming and orientation: `0.weight` [m, d], `0.bias` [m],
//! `2.weight` [J, m], `2.bias` [J], under any prefixes.

use super::array::Array;
use super::error::{Refusal, list, quote};
use crate::kernel::linear::Fractions;
use crate::kernel::network::{Activation, Network, Neuron};
use num_rational::BigRational;
use std::collections::BTreeMap;

/// One layer: a rectangular weight, in rows, and a bias of as many numbers as there are rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    name: String,
    weight: Vec<Vec<BigRational>>,
    bias: Option<Vec<BigRational>>,
}

/// The two layers, the hidden one first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layers {
    pub(super) hidden: Layer,
    pub(super) output: Layer,
}

impl Layer {
    /// The layer with the given parts; the names are for refusals.
    pub(super) fn new(
        name: String,
        weight: Vec<Vec<BigRational>>,
        bias_name: String,
        bias: Option<Vec<BigRational>>,
    ) -> Result<Self, Refusal> {
        let columns = weight.first().map_or(0, Vec::len);
        if let Some((k, row)) = weight.iter().enumerate().find(|(_, row)| row.len() != columns) {
            let place = format!("{} row {k}", quote(&name));
            return Err(Refusal::at(place, format!("expected {columns} numbers, found {}", row.len())));
        }
        if let Some(found) = bias.as_ref().map(Vec::len).filter(|n| *n != weight.len()) {
            let expected = format!("expected {} numbers, one for each row of {}", weight.len(), quote(&name));
            return Err(Refusal::at(quote(&bias_name), format!("{expected}, found {found}")));
        }
        Ok(Self { name, weight, bias })
    }

    /// The layer's name, without `.weight`.
    #[cfg(feature = "search")]
    pub(super) fn prefix(&self) -> &str {
        self.name.strip_suffix(".weight").unwrap_or(&self.name)
    }
}

impl Layers {
    /// The kernel's network: neuron i has row i of the hidden weight, then its bias, and column i of the output weight.
    pub(super) fn into_network(self, activation: Activation) -> Result<Network, Refusal> {
        let Self { hidden, output } = self;
        let (neurons, columns) = (hidden.weight.len(), output.weight.first().map_or(0, Vec::len));
        if neurons != columns {
            let expected = format!("expected {neurons} columns, one for each row of {}", quote(&hidden.name));
            return Err(Refusal::at(quote(&output.name), format!("{expected}, found {columns}")));
        }
        let mut neurons = Vec::with_capacity(hidden.weight.len());
        for (i, row) in hidden.weight.iter().enumerate() {
            let bias = hidden.bias.as_ref().and_then(|b| b.get(i));
            let column = output.weight.iter().filter_map(|row| row.get(i));
            let input = Fractions::from_rationals(row.iter().chain(bias));
            neurons.push(Neuron { input, output: Fractions::from_rationals(column) });
        }
        let output_bias = output.bias.as_ref().map(Fractions::from_rationals);
        Network::new(activation, neurons, hidden.bias.is_some(), output_bias).map_err(|e| Refusal::new(e.to_string()))
    }
}

/// Which tensors are the layers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice<'a> {
    /// The only two weights, by the numbers in their names; other tensors are refused, but for scalars where `scalars`.
    Only { scalars: bool },
    /// The named two, with or without `.weight`; other tensors are passed over.
    Named { hidden: &'a str, output: &'a str },
}

/// Takes the two layers out of all tensors of a file.
pub(super) fn from_arrays(mut arrays: BTreeMap<String, Array>, choice: Choice<'_>) -> Result<Layers, Refusal> {
    let (hidden, output) = match choice {
        Choice::Only { scalars } => only_two(&arrays, scalars)?,
        Choice::Named { hidden, output } => (known(&arrays, hidden)?, known(&arrays, output)?),
    };
    if hidden == output {
        return Err(Refusal::new(format!("the hidden and the output layer are both {}", quote(&hidden))));
    }
    check_fit(&arrays, &hidden, &output, matches!(choice, Choice::Only { .. }))?;
    Ok(Layers { hidden: take_layer(&mut arrays, &hidden)?, output: take_layer(&mut arrays, &output)? })
}

fn weight_of(prefix: &str) -> String {
    format!("{prefix}.weight")
}

fn bias_of(prefix: &str) -> String {
    format!("{prefix}.bias")
}

/// The prefixes of all weights.
fn prefixes(arrays: &BTreeMap<String, Array>) -> Vec<&str> {
    arrays.keys().filter_map(|name| name.strip_suffix(".weight")).collect()
}

/// The prefix that a name on the command line means.
fn known(arrays: &BTreeMap<String, Array>, name: &str) -> Result<String, Refusal> {
    let prefix = name.strip_suffix(".weight").unwrap_or(name);
    if arrays.contains_key(&weight_of(prefix)) {
        return Ok(prefix.to_string());
    }
    let names = list(prefixes(arrays));
    Err(Refusal::new(format!("no tensor is named {}; the layers are {names}", quote(&weight_of(prefix)))))
}

/// The prefixes of the hidden and the output layer, where the file has no others.
fn only_two(arrays: &BTreeMap<String, Array>, scalars: bool) -> Result<(String, String), Refusal> {
    let mut layers = prefixes(arrays);
    layers.sort_by_key(|prefix| (natural_key(prefix), *prefix));
    let &[hidden, output] = layers.as_slice() else {
        let reason = "expected two tensors `*.weight`, the hidden layer's and the output's";
        return Err(match layers.len() {
            0 => Refusal::new(format!("{reason}, found none among {}", list(arrays.keys().map(String::as_str))))
                .hint("name the tensors as PyTorch does: `0.weight`, `0.bias`, `2.weight`, `2.bias`"),
            1 => Refusal::new(format!("{reason}, found only {}", list(layers.into_iter().map(weight_of).collect::<Vec<_>>().iter().map(String::as_str)))),
            n => Refusal::new(format!("{reason}, found {n}: the layers {}", list(layers)))
                .hint("lowpoint reads networks with one hidden layer; to choose two of these, use `--hidden NAME --output NAME`"),
        });
    };
    let expected = [weight_of(hidden), bias_of(hidden), weight_of(output), bias_of(output)];
    let layer_part = |name: &str| name.ends_with(".weight") || name.ends_with(".bias");
    let is_surplus = |name: &str, array: &Array| {
        !(expected.iter().any(|e| e == name) || scalars && array.shape().is_empty() && !layer_part(name))
    };
    let surplus: Vec<&str> = arrays.iter().filter(|(n, a)| is_surplus(n, a)).map(|(n, _)| n.as_str()).collect();
    if !surplus.is_empty() {
        let refusal = Refusal::new(format!("tensors that belong to neither layer: {}", list(surplus)));
        return Err(
            refusal.hint(format!("if they do not change the function, pass them over with {}", flags(hidden, output)))
        );
    }
    Ok((hidden.to_string(), output.to_string()))
}

fn flags(hidden: &str, output: &str) -> String {
    let word = |name: &str| name.chars().flat_map(char::escape_debug).collect::<String>();
    format!("`--hidden {} --output {}`", word(hidden), word(output))
}

/// Refuses weights of other shapes than [m, d] and [J, m], and names alone that decide where shapes cannot.
fn check_fit(
    arrays: &BTreeMap<String, Array>,
    hidden: &str,
    output: &str,
    ordered_by_name: bool,
) -> Result<(), Refusal> {
    let (first, second) = (float_matrix(arrays, hidden)?, float_matrix(arrays, output)?);
    let (forward, backward) = (first.1 == second.2, first.2 == second.1);
    let square = first.1 == first.2 && second.1 == second.2;
    if forward && !(square && ordered_by_name && !numbered(hidden, output)) {
        return Ok(());
    }
    let show = |(array, _, _): (&Array, usize, usize)| format!("{} {}", quote(array.name()), array.shape_text());
    let shapes = format!("{} and {}", show(first), show(second));
    let swap = format!("if {} is the hidden layer, use {}", quote(output), flags(output, hidden));
    Err(if forward {
        let reason =
            format!("the order of the layers is not clear: {shapes} fit either way and the names have no numbers");
        Refusal::new(reason).hint(format!("use {}, or {}", flags(hidden, output), flags(output, hidden)))
    } else if backward {
        let reason = format!("{shapes} fit only with {} as the hidden layer", quote(output));
        Refusal::new(reason).hint(format!("{swap}; if weights are stored as [inputs, outputs], transpose both"))
    } else {
        let reason = format!("{shapes} do not fit: expected [m, d] and [J, m] for m neurons, d inputs, J outputs");
        Refusal::new(reason).hint("PyTorch stores a weight as [outputs, inputs]")
    })
}

/// A layer's weight with its rows and columns.
fn float_matrix<'a>(arrays: &'a BTreeMap<String, Array>, prefix: &str) -> Result<(&'a Array, usize, usize), Refusal> {
    let name = weight_of(prefix);
    let array = arrays.get(&name).ok_or_else(|| Refusal::at(quote(&name), "the tensor is missing"))?;
    match array.shape() {
        &[rows, columns] => Ok((array, rows, columns)),
        _ => {
            let reason = format!("expected 2 dimensions, found shape {}", array.shape_text());
            Err(array.refuse(reason).hint("a weight is [outputs, inputs]; for one output reshape it to [1, inputs]"))
        }
    }
}

fn take_layer(arrays: &mut BTreeMap<String, Array>, prefix: &str) -> Result<Layer, Refusal> {
    let (weight_name, bias_name) = (weight_of(prefix), bias_of(prefix));
    let weight =
        arrays.remove(&weight_name).ok_or_else(|| Refusal::at(quote(&weight_name), "the tensor is missing"))?;
    let bias = arrays.remove(&bias_name);
    // Integer weights are most likely quantised, and their scales are elsewhere.
    if let Some(array) = [Some(&weight), bias.as_ref()].into_iter().flatten().find(|a| !a.is_float()) {
        return Err(array.refuse(format!("expected floats, found dtype {}", array.dtype())));
    }
    let bias = bias.map(|b| b.vector()).transpose()?;
    Layer::new(weight_name, weight.matrix()?, bias_name, bias)
}

/// A part of a name; numbers sort by value and before text.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    /// Digits without leading zeros, their count first.
    Number(usize, &'a str),
    Text(&'a str),
}

/// The name in parts, so that `fc2` comes before `fc10`.
fn natural_key(name: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let Some((part, after)) = rest.split_at_checked(end) else { break };
        let number = part.trim_start_matches('0');
        parts.push(if digits { Part::Number(number.len(), number) } else { Part::Text(part) });
        rest = after;
    }
    parts
}

/// Whether two names first differ in a number.
fn numbered(a: &str, b: &str) -> bool {
    let (a, b) = (natural_key(a), natural_key(b));
    let first = a.iter().zip(&b).find(|(a, b)| a != b);
    matches!(first, Some((Part::Number(..), Part::Number(..))))
}

#[cfg(test)]
mod tests {
    use super::super::array::Element;
    use super::*;

    #[test]
    fn names_sort_by_their_numbers() {
        let mut names = ["net.10", "net.9", "fc10", "fc2", "10", "9", "b", "a", "net.fc1", "net.fc01"];
        names.sort_by_key(|name| (natural_key(name), *name));
        assert_eq!(names, ["9", "10", "a", "b", "fc2", "fc10", "net.9", "net.10", "net.fc01", "net.fc1"]);
        assert!(numbered("net.0", "net.2") && numbered("l1.linear", "l02.out"));
        assert!(!numbered("hidden", "output") && !numbered("a1", "b2") && !numbered("a", "a1"));
    }

    fn arrays(shapes: &[(&str, &[usize])]) -> BTreeMap<String, Array> {
        let array = |name: &str, shape: &[usize]| {
            let bytes = vec![0; 8 * shape.iter().product::<usize>()];
            Array::new(name, "F64", Element::F64, shape.to_vec(), false, bytes).unwrap()
        };
        shapes.iter().map(|(name, shape)| (name.to_string(), array(name, shape))).collect()
    }

    fn refusal(shapes: &[(&str, &[usize])], choice: Choice<'_>) -> String {
        from_arrays(arrays(shapes), choice).map(drop).map_err(|r| r.in_file("f".as_ref()).to_string()).unwrap_err()
    }

    const ONLY: Choice<'_> = Choice::Only { scalars: false };

    #[test]
    fn layers_are_found_by_name() {
        let shapes: &[(&str, &[usize])] =
            &[("net.10.weight", &[1, 3]), ("net.9.weight", &[3, 2]), ("net.9.bias", &[3]), ("alpha", &[])];
        let layers = from_arrays(arrays(shapes), Choice::Only { scalars: true }).unwrap();
        assert_eq!((layers.hidden.name.as_str(), layers.output.name.as_str()), ("net.9.weight", "net.10.weight"));
        assert_eq!((layers.hidden.weight.len(), layers.hidden.bias.is_some(), layers.output.bias), (3, true, None));
        let named = Choice::Named { hidden: "b", output: "a.weight" };
        let layers = from_arrays(arrays(&[("a.weight", &[1, 3]), ("b.weight", &[3, 2]), ("c", &[5])]), named).unwrap();
        assert_eq!((layers.hidden.name.as_str(), layers.output.name.as_str()), ("b.weight", "a.weight"));
    }

    #[test]
    fn missing_and_surplus_tensors_are_refused_by_name() {
        let two = "f: expected two tensors `*.weight`, the hidden layer's and the output's";
        assert_eq!(
            refusal(&[("w", &[2, 2])], ONLY),
            format!(
                "{two}, found none among `w`\nhint: name the tensors as PyTorch does: `0.weight`, `0.bias`, \
                 `2.weight`, `2.bias`"
            )
        );
        assert_eq!(refusal(&[("0.weight", &[2, 2])], ONLY), format!("{two}, found only `0.weight`"));
        assert_eq!(
            refusal(&[("0.weight", &[2, 2]), ("2.weight", &[2, 2]), ("4.weight", &[2, 2])], ONLY),
            format!(
                "{two}, found 3: the layers `0`, `2`, `4`\nhint: lowpoint reads networks with one hidden layer; to \
                 choose two of these, use `--hidden NAME --output NAME`"
            )
        );
        let surplus = |name| {
            format!(
                "f: tensors that belong to neither layer: `{name}`\nhint: if they do not change the function, pass \
                 them over with `--hidden 0 --output 2`"
            )
        };
        let with = |name| [("0.weight", &[3, 2][..]), ("2.weight", &[1, 3]), (name, &[])];
        assert_eq!(refusal(&with("alpha"), ONLY), surplus("alpha"));
        assert_eq!(refusal(&with("3.bias"), Choice::Only { scalars: true }), surplus("3.bias"));
        let named = Choice::Named { hidden: "1", output: "2" };
        assert_eq!(refusal(&with("a"), named), "f: no tensor is named `1.weight`; the layers are `0`, `2`");
        let named = Choice::Named { hidden: "2", output: "2.weight" };
        assert_eq!(refusal(&with("a"), named), "f: the hidden and the output layer are both `2`");
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        assert_eq!(
            refusal(&[("fc.weight", &[3, 2]), ("a.weight", &[1, 3])], ONLY),
            "f: `a.weight` [1, 3] and `fc.weight` [3, 2] fit only with `fc` as the hidden layer\nhint: if `fc` is the \
             hidden layer, use `--hidden fc --output a`; if weights are stored as [inputs, outputs], transpose both"
        );
        assert_eq!(
            refusal(&[("0.weight", &[3, 2]), ("2.weight", &[1, 4])], ONLY),
            "f: `0.weight` [3, 2] and `2.weight` [1, 4] do not fit: expected [m, d] and [J, m] for m neurons, d \
             inputs, J outputs\nhint: PyTorch stores a weight as [outputs, inputs]"
        );
        assert_eq!(
            refusal(&[("head.weight", &[2, 2]), ("lin.weight", &[2, 2])], ONLY),
            "f: the order of the layers is not clear: `head.weight` [2, 2] and `lin.weight` [2, 2] fit either way and \
             the names have no numbers\nhint: use `--hidden head --output lin`, or `--hidden lin --output head`"
        );
        assert!(from_arrays(arrays(&[("0.weight", &[2, 2]), ("2.weight", &[2, 2])]), ONLY).is_ok());
        assert_eq!(
            refusal(&[("0.weight", &[3]), ("2.weight", &[1, 3])], ONLY),
            "f: `0.weight`: expected 2 dimensions, found shape [3]\n\
             hint: a weight is [outputs, inputs]; for one output reshape it to [1, inputs]"
        );
        assert_eq!(
            refusal(&[("0.weight", &[3, 2]), ("2.weight", &[1, 3]), ("2.bias", &[3])], ONLY),
            "f: `2.bias`: expected 1 numbers, one for each row of `2.weight`, found 3"
        );
        assert_eq!(
            refusal(&[("0.weight", &[3, 0]), ("2.weight", &[1, 3])], ONLY),
            "f: `0.weight`: the array is empty, its shape is [3, 0]"
        );
    }
}
