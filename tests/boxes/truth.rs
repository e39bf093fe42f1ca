//! What an accepted certificate says, compared with the planted point by exact arithmetic of its own.

use crate::common::linear::{Q, q};
use crate::common::plant::{Plant, Role};
use num_traits::{Signed, Zero};

/// An error where something that the certificate says is false, or where nothing shows that it is true.
///
/// The planted point is the zero in the box unless the change moves a number that is held, so that another point of
/// the same family is meant: then only the verdict, which is that of the planted point, and the distance are compared.
pub fn is_true(plant: &Plant, base: &str, text: &str) -> Result<(), String> {
    let line = |text: &str, name: &str| -> Vec<String> {
        let found = text.lines().find(|l| l.starts_with(name)).unwrap_or_default();
        found.split(' ').skip(1).map(str::to_string).collect()
    };
    let claim = line(text, "claim");
    if claim[0] != plant.claim {
        return Err(format!("another verdict: {}", claim[0]));
    }
    for name in ["data", "model", "shape", "system"] {
        if line(text, name) != line(base, name) {
            return Err(format!("another {name}"));
        }
    }
    let distance = rational(&claim[1]);
    let live = plant.roles.iter().any(|role| matches!(role, Role::Live { .. })) || plant.instance.net.bias.is_some();
    if live && distance < q(1, 1 << 20) {
        return Err(format!("a distance of {distance}, but the model is 2^-20 away"));
    }
    let blocks = |text: &str| -> Vec<Vec<String>> {
        let names = ["input", "output", "multipliers", "bias"];
        let words = text.lines().map(|l| l.split(' ').map(str::to_string).collect::<Vec<_>>());
        words.filter(|words| names.contains(&words[0].as_str()) && words[1] != "absent").collect()
    };
    let held = held(base);
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
    if region.len() == 2 && plant.system == "stationarity" && moved.is_empty() {
        let (inputs, outputs) = plant.radii();
        for (word, largest) in region.iter().zip([inputs, outputs]) {
            let bounded = !largest.is_zero();
            if bounded && (word == "unbounded" || rational(word) > largest) {
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
    if text.contains('.') {
        return q((text.parse::<f64>().unwrap() * 1000.0) as i64, 1000); // 1.5, the only decimal
    }
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let (mantissa, exponent): (Q, i32) = (mantissa.parse().unwrap(), exponent.parse().unwrap());
            mantissa * q(10, 1).pow(exponent)
        }
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
