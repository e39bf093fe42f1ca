//! What an accepted certificate says, compared with the planted point by exact arithmetic of its own.

use crate::common::linear::{Q, q};
use crate::common::plant::{Plant, Role};
use num_traits::{Signed, Zero};

/// What is known of the stationary point in an honest box.
pub struct Known {
    /// The verdict that is true of it; with an empty one no certificate is true.
    pub claim: &'static str,
    /// The model is at least as far away.
    pub distance: Q,
    /// The largest radii of a region for input and output weights; zero where they are not bounded, or none is known.
    pub radii: (Q, Q),
}

impl Known {
    pub fn of(plant: &Plant) -> Self {
        let live = plant.roles.iter().any(|role| matches!(role, Role::Live { .. }));
        let moved = live || plant.instance.net.bias.is_some();
        let radii = if plant.system == "stationarity" { plant.radii() } else { (Q::zero(), Q::zero()) };
        Self { claim: plant.claim, distance: if moved { q(1, 1 << 20) } else { Q::zero() }, radii }
    }
}

/// An error where something that the certificate says is false, or where nothing shows that it is true; `base` is the
/// honest certificate.
///
/// The planted point is the zero in the box unless the change moves a number that is held, so that another point of
/// the same family is meant: then only the verdict, which is that of the planted point, and the distance are compared.
pub fn is_true(known: &Known, base: &str, text: &str) -> Result<(), String> {
    let line = |text: &str, name: &str| -> Vec<String> {
        let found = text.lines().find(|l| l.starts_with(name)).unwrap_or_default();
        found.split(' ').skip(1).map(str::to_string).collect()
    };
    let claim = line(text, "claim");
    if claim[0] != known.claim {
        return Err(format!("another verdict: {}", claim[0]));
    }
    for name in ["data", "model", "shape", "system"] {
        if line(text, name) != line(base, name) {
            return Err(format!("another {name}"));
        }
    }
    let distance = rational(&claim[1]);
    if distance < known.distance {
        return Err(format!("a distance of {distance}, but the model is {} away", known.distance));
    }
    let blocks = |text: &str| -> Vec<Vec<String>> {
        let names = ["input", "output", "multipliers", "bias"];
        let words = text.lines().map(|l| l.split(' ').map(str::to_string).collect::<Vec<_>>());
        words.filter(|words| names.contains(&words[0].as_str()) && words[1] != "absent").collect()
    };
    let held = [held(base), held(text)].concat();
    let mut moved = Vec::new();
    for (number, (old, new)) in blocks(base).iter().zip(&blocks(text)).enumerate() {
        for (at, (a, b)) in old[2..].iter().zip(&new[2..]).enumerate() {
            let apart = (float(a) - float(b)).abs();
            let within = apart < power(new[1].parse().unwrap());
            if held.contains(&(number, at)) && !apart.is_zero() {
                moved.push(number);
            } else if !within {
                moved.push(usize::MAX);
                let allowed = moved.iter().any(|n| *n != usize::MAX);
                if !allowed {
                    return Err(format!(
                        "number {at} of block {number} is not in the box: {a}, {b} within 2^{}",
                        new[1]
                    ));
                }
            }
        }
    }
    let region = line(text, "region");
    // A neuron with h = 0 is constant at any value: another point of the family, with another region.
    let constants =
        |text: &str| text.lines().filter(|l| l.contains(" constant ")).map(str::to_string).collect::<Vec<_>>();
    if region.len() == 2 && moved.is_empty() && constants(text) == constants(base) {
        for (word, largest) in region.iter().zip([&known.radii.0, &known.radii.1]) {
            let bounded = !largest.is_zero();
            if bounded && (word == "unbounded" || rational(word) > *largest) {
                return Err(format!("a radius {word}, but the largest is {largest}"));
            }
        }
    }
    Ok(())
}

/// The numbers that are held: (block, place), blocks as they follow each other.
fn held(text: &str) -> Vec<(usize, usize)> {
    let (mut block, mut found) = (0, Vec::new());
    let (mut dependent, mut pinned): (Vec<usize>, Vec<usize>) = Default::default();
    let mut width = 0;
    for words in text.lines().map(|l| l.split(' ').collect::<Vec<_>>()) {
        let numbers = || words[1..].iter().map(|w| w.parse().unwrap()).collect();
        match words[0] {
            "dependent" => dependent = numbers(),
            "pinned" => pinned = numbers(),
            "input" => {
                width = words.len() - 2;
                found.extend(pinned.iter().filter(|a| **a < width).map(|a| (block, *a)));
            }
            "output" => found.extend(pinned.iter().filter(|a| **a >= width).map(|a| (block, a - width))),
            "multipliers" => found.extend(dependent.iter().map(|class| (block, *class))),
            _ => {}
        }
        let numbers = ["input", "output", "multipliers", "bias"].contains(&words[0]) && words[1] != "absent";
        block += usize::from(numbers);
    }
    found
}

fn rational(text: &str) -> Q {
    if let Some((mantissa, exponent)) = text.split_once('e') {
        return rational(mantissa) * q(10, 1).pow(exponent.parse().unwrap());
    }
    match text.split_once('.') {
        Some((whole, digits)) => format!("{whole}{digits}").parse::<Q>().unwrap() / q(10, 1).pow(digits.len() as i32),
        None => text.parse().unwrap(),
    }
}

fn power(exponent: i32) -> Q {
    q(2, 1).pow(exponent)
}

fn float(text: &str) -> Q {
    if text == "0" {
        return Q::zero();
    }
    let (odd, exponent) = text.split_once('p').unwrap();
    q(i64::from_str_radix(odd, 16).unwrap(), 1) * power(exponent.parse().unwrap())
}
