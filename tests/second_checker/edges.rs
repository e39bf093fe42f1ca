//! Edges of the grammar and of the limits, and what the corpus lacks.

use crate::common::instance::{Instance, Net};
use crate::common::linear::integer;
use crate::common::second::{Case, second_checker};
use crate::{agree, case, corpus, root};
use lowpoint::input::load;

/// What the grammar's numbers and limits admit, and what other readers of numbers would admit too.
#[test]
fn both_read_the_same_numbers() {
    let example = root().join("docs/format-example");
    let good = case(example.join("data.json"), example.join("model.json"), &example.join("certificate.txt"));
    let text = String::from_utf8(good.certificate.clone()).unwrap();
    let mut cases = Vec::new();
    let mut replaced = |from: &str, to: &str| {
        assert!(text.contains(from));
        cases.push(Case { certificate: text.replace(from, to).into_bytes(), ..good.clone() });
    };
    let long = |digits: usize| "1".repeat(digits);
    for radius in [
        "0.50",
        "5e-1",
        "5E-01",
        "50e-2",
        "0.5e+0",
        "1/2",
        "2/4",
        "0/1",
        "1/1",
        "-1/-2",
        "1/+2",
        "+1/2",
        "01/2",
        "1/02",
        "-0",
        "-0.0",
        "-0e1",
        ".5",
        "0.",
        "0.5e",
        "0x1",
        "inf",
        "nan",
        "1_0",
        "٣",
        "1e-4096",
        "1e-4097",
        "1e4096",
        "0.5e0000000000001",
        "0",
        "unbounded",
        &format!("0.4{}", long(4093)),
        &format!("0.4{}", long(4094)),
        &format!("1/{}", long(4094)),
        &format!("1/{}", long(4095)),
        &format!("{}e4096", long(4000)),
    ] {
        replaced("region 0.5 ", &format!("region {radius} "));
    }
    let digits = |n: usize| "0".repeat(n);
    for mu in [
        "4 2",
        "6 3",
        "-2 -1",
        "2 +1",
        "2 1 ",
        "2  1",
        "2\t1",
        "2 1\r",
        "2 1\u{b}",
        "2 1\u{c}",
        "2 1\u{1c}",
        "2 1\u{85}",
        "2 A",
        "2 0x1",
        "2 01",
        "2 1_",
        "0 0",
        "2",
        "",
        &format!("2{0} 1{0}", digits((1 << 17) - 1)),
        &format!("2{0} 1{0}", digits(1 << 17)),
        &format!("2{0} -1{0}", digits((1 << 17) - 1)),
    ] {
        replaced("multipliers 2 1", &format!("multipliers {mu}"));
    }
    for shape in [
        "4 2 1 1048577",
        "16777217 2 1 1",
        "4 2 1 18446744073709551615",
        "4 2 1 18446744073709551616",
        "4 2 18446744073709551615 1",
    ] {
        replaced("shape 4 2 1 1", &format!("shape {shape}"));
    }
    for point in [
        "1048576 bias",
        "1048577 bias",
        "1 no-bias\ninput 1048576 1 1 0\noutput 1 1",
        "1 no-bias\ninput 1048577 1 1 0\noutput 1 1",
    ] {
        replaced("point 0 no-bias", &format!("point {point}"));
    }
    for steps in ["0", "2", "1048576", "1048577"] {
        replaced("neurons 1", &format!("neurons {steps}"));
    }
    for slopes in ["1.0 0", "1 -0.0", "1e0 0e5", "2/2 0"] {
        replaced("slopes 1 0", &format!("slopes {slopes}"));
    }
    for form in [
        "components 0 1",
        "components 65536 1",
        "components 65537 1",
        "components 1 2\nclasses 0\nshare 0 -1\nmultipliers 2 1",
    ] {
        replaced("multipliers 2 1", form);
    }
    let counts = agree(&cases, |n| format!("change {n}"));
    let of = |kind: &str| counts.iter().filter(|(k, _)| k.starts_with(kind)).map(|(_, n)| n).sum::<usize>();
    assert!(of("accepted") >= 12 && of("rejected") >= 12 && of("malformed") >= 40, "{counts:?}");
}

/// Long numbers are limited by the samples: here 2^15 of them leave 2^18 binary digits.
#[test]
fn both_have_the_same_limits_on_long_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let one = |v: i64| vec![integer(v)];
    let net = Net { w: vec![one(0)], h: vec![one(0)], bias: None };
    // The first sample only: the others, at zero, just count.
    let (mut rows, mut y) = (vec![vec![0]; 1 << 15], vec![one(0); 1 << 15]);
    (rows[0], y[0]) = (vec![1], one(1));
    let slopes = [integer(1), integer(0)];
    let source = Instance { rows, q: 1, hidden_bias: false, slopes, c: None, y, net }.write(directory.path(), "many");
    let digests = load(&source).unwrap().digests().clone();
    let kinks: Vec<String> = (0..1 << 15).map(|k: u32| k.to_string()).collect();
    let text = |claim: &str, point: &str, step: &str| {
        let (data, model, kinks) = (&digests.data, &digests.model, kinks.join(" "));
        format!(
            "lowpoint-certificate 1\nclaim {claim}\ndata {data}\nmodel {model}\nshape 32768 1 1 1 no-hidden-bias \
             no-output-bias\nslopes 1 0\npoint {point}\nregion none\nbias absent\nneurons 1\nneuron 0 kinks {kinks}\n\
             {step}\nend\n"
        )
    };
    // 2^exponent in hexadecimal digits.
    let power = |exponent: usize| format!("{}{}", 1 << (exponent % 4), "0".repeat(exponent / 4));
    let escape = |u, q| format!("escape 1\ndirection {}\noutput {} 1", power(u), power(q));
    let point = |q| format!("1 no-bias\ninput 0 {} 1\noutput 1 0", power(q));
    let texts = [
        ("accepted", "saddle", text("saddle", "0 no-bias", &escape(131_070, 131_071))),
        ("rejected", "escape", text("saddle", "0 no-bias", &escape(131_070, 131_072))),
        ("rejected", "distance", text("saddle-nearby 0", &point(262_143), "open")),
        ("rejected", "statement", text("saddle-nearby 0", &point(262_144), "open")),
    ];
    let case = |text: &String| Case { source: source.clone(), certificate: text.clone().into_bytes() };
    let cases: Vec<Case> = texts.iter().map(|(_, _, text)| case(text)).collect();
    agree(&cases, |n| format!("{} {}", texts[n].0, texts[n].1));
    let found = second_checker(&cases).into_iter().map(|second| (second.kind, second.rule));
    assert!(found.eq(texts.iter().map(|(kind, rule, _)| (kind.to_string(), rule.to_string()))));
}

/// What no file of the corpus has: cells where the second order needs critical sides, an output bias of another length.
#[test]
fn both_refuse_what_is_not_in_the_corpus() {
    let (names, cases) = corpus(&["accept"]);
    let changed = |name: &str, changes: &[(&str, &str)]| {
        let case = &cases[names.iter().position(|n| n == name).unwrap()];
        let mut text = String::from_utf8(case.certificate.clone()).unwrap();
        for (from, to) in changes {
            assert!(text.contains(from), "{name} has no {from}");
            text = text.replace(from, to);
        }
        Case { certificate: text.into_bytes(), ..case.clone() }
    };
    let leaf = "cells 1\nleaf 0 1\npath\nbalance\n";
    let nearby =
        [("claim local-minimum", "claim local-minimum-nearby 9"), ("point 0 no-bias", "point 0 bias\nbias-at 1 0 0")];
    let refused = [
        changed("accept/turning.proved.cert", &[("linear\n", leaf)]),
        changed("accept/turning.proved.cert", &[("linear\n", &format!("components 1 1\nclasses\nshare 0 0\n{leaf}"))]),
        changed("accept/biased.proved.cert", &nearby),
    ];
    let counts = agree(&refused, |n| format!("change {n}"));
    let expected = [("rejected curvature curvature", 2), ("rejected point statement", 1)];
    assert_eq!(counts, expected.map(|(what, n)| (what.to_string(), n)).into());
}
