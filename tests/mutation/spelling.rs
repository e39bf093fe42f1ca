//! Other words in the place of one word, by its role.

use crate::roles::{Role, Token};
use crate::words::{count, hex, rational};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

type Words = Vec<(&'static str, String)>;

/// Words that replace `word`; `others` are words of the same role elsewhere in the certificate.
pub fn instead(token: &Token, word: &str, others: &[&str]) -> Words {
    let mut words = match token.role {
        Role::Word(allowed) => choices(word, allowed),
        Role::Digest => digests(word),
        Role::Count | Role::Index => counts(word),
        Role::Rational | Role::Radius => rationals(word),
        Role::Hex | Role::Denominator => integers(word),
    };
    if token.role == Role::Radius {
        words.extend(["unbounded", "none"].map(|w| ("other word", w.to_string())));
    }
    words.extend(others.iter().map(|w| ("other number", w.to_string())));
    words.extend([("empty word", String::new()), ("two words", format!("{word} {word}"))]);
    words.retain(|(_, w)| w != word);
    words.dedup_by(|a, b| a.1 == b.1);
    words
}

fn choices(word: &str, allowed: &[&str]) -> Words {
    let mut words: Words = allowed.iter().map(|w| ("other word", w.to_string())).collect();
    let foreign = ["linear", "absent", "none", "end", "3", "+", "no-bias", "descent", "column", "kinks"];
    words.extend(foreign.iter().filter(|w| !allowed.contains(w)).map(|w| ("foreign word", w.to_string())));
    let capital = word[..1].to_uppercase() + &word[1..];
    words.extend([("upper case", capital), ("foreign word", format!("{word}s"))]);
    words
}

fn digests(word: &str) -> Words {
    let other = |at: usize| if &word[at..=at] == "0" { "1" } else { "0" };
    let digit = |at: usize| format!("{}{}{}", &word[..at], other(at), &word[at + 1..]);
    let mut words: Words = [0, 31, 63].into_iter().map(|at| ("digit", digit(at))).collect();
    words.extend([
        ("upper case", word.to_uppercase()),
        ("digit dropped", word[1..].to_string()),
        ("digit repeated", format!("{word}0")),
        ("foreign digit", format!("g{}", &word[1..])),
        ("zeroed", "0".repeat(64)),
    ]);
    words
}

fn counts(word: &str) -> Words {
    let n = count(word).unwrap_or(0);
    let mut words: Words = vec![
        ("+1", n.saturating_add(1).to_string()),
        ("doubled", n.saturating_mul(2).to_string()),
        ("zeroed", "0".into()),
        ("negated", format!("-{n}")),
        ("giant", u64::MAX.to_string()),
        ("giant", format!("{}0", u64::MAX)),
        ("giant", "1048576".into()),
        ("leading zero", format!("0{n}")),
        ("plus", format!("+{n}")),
        ("foreign digit", format!("{n}.0")),
    ];
    words.extend(n.checked_sub(1).map(|less| ("-1", less.to_string())));
    words
}

fn rationals(word: &str) -> Words {
    let Some(value) = rational(word) else { return vec![("+1", "1".into())] };
    let (one, two) = (BigInt::one(), BigInt::from(2));
    let text =
        |numerator: BigInt, denominator: BigInt| num_rational::BigRational::new(numerator, denominator).to_string();
    let (n, d) = (value.numer().clone(), value.denom().clone());
    let mut words: Words = vec![
        ("+1", text(&n + &d, d.clone())),
        ("-1", text(&n - &d, d.clone())),
        ("numerator", text(&n + &one, d.clone())),
        ("numerator", text(&n - &one, d.clone())),
        ("denominator", text(n.clone(), &d + &one)),
        ("doubled", text(&n * &two, d.clone())),
        ("halved", text(n.clone(), &d * &two)),
        ("a little more", text(&n * 10_001, &d * 10_000)),
        ("a little less", text(&n * 9_999, &d * 10_000)),
        ("negated", text(-&n, d.clone())),
        ("zeroed", "0".into()),
        ("otherwise", text(n.clone(), d.clone())),
        ("not in lowest terms", format!("{}/{}", &n * &two, &d * &two)),
        ("not in lowest terms", format!("{n}/{d}")),
        ("minus zero", "-0".into()),
        ("otherwise", "-0.0".into()),
        ("plus", format!("+{word}")),
        ("leading zero", format!("0{word}")),
        ("foreign digit", format!("{word}_0")),
        ("giant", "1e4096".into()),
        ("giant", "1e4097".into()),
        ("foreign word", "nan".into()),
    ];
    if !word.contains(['/', 'e', 'E']) {
        let zeros = if word.contains('.') { "00" } else { ".00" };
        words.extend([("otherwise", format!("{word}{zeros}")), ("otherwise", format!("{word}e0"))]);
        words.extend([("otherwise", format!("{word}{zeros}E+0")), ("foreign digit", format!("{word}."))]);
    }
    words.extend(middle(word).map(|w| ("digit", w)));
    words
}

fn integers(word: &str) -> Words {
    let n = hex(word).unwrap_or_else(BigInt::zero);
    let text = |n: BigInt| n.to_str_radix(16);
    let mut words: Words = vec![
        ("+1", text(&n + 1)),
        ("-1", text(&n - 1)),
        ("negated", text(-&n)),
        ("zeroed", "0".into()),
        ("doubled", text(&n * 2)),
        ("minus zero", "-0".into()),
        ("leading zero", if n.is_negative() { format!("-0{}", &word[1..]) } else { format!("0{word}") }),
        ("plus", format!("+{word}")),
        ("upper case", word.to_uppercase()),
        ("foreign digit", format!("{word}g")),
        ("foreign digit", format!("0x{word}")),
        ("giant", text(BigInt::one() << 300)),
    ];
    words.extend(middle(word).map(|w| ("digit", w)));
    words
}

/// Another digit in the middle.
fn middle(word: &str) -> Option<String> {
    let at = word.len() / 2;
    let digit = word.as_bytes().get(at).filter(|c| c.is_ascii_digit())?;
    let other = if *digit == b'7' { '3' } else { '7' };
    Some(format!("{}{other}{}", &word[..at], &word[at + 1..]))
}
