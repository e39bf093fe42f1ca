//! What `lowpoint report` writes, and when it writes nothing.
#![cfg(feature = "search")]

mod browser;
#[allow(dead_code)] // these tests use a part
#[path = "../cli/cases.rs"]
mod cases;
mod page;
#[allow(dead_code)]
#[path = "../common/published.rs"]
mod published;

use assert_cmd::Command;
use cases::{Case, Said};
use insta::assert_snapshot;
use page::text;

/// Most bytes of a page.
const MAX_PAGE_BYTES: usize = 500_000;

const FILES: &str = "--data data.json --model net.model.json";

fn report(case: &Case, words: &str) -> Said {
    case.lowpoint(&format!("report {FILES} {words}"))
}

/// Proves at the point and reports; the page.
fn page_of(case: &Case) -> String {
    assert_eq!(case.prove("--at point -o a.cert").code, 0);
    let said = report(case, "a.cert -o a.html");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.all());
    assert!(said.out.starts_with("accepted: ") && said.out.ends_with("\nreport: a.html\n"), "{}", said.out);
    case.read("a.html")
}

#[test]
fn a_local_minimum() {
    assert_snapshot!(text(&page_of(&Case::published("leaky-relu"))));
}

#[test]
fn a_saddle() {
    assert_snapshot!(text(&page_of(&Case::saddle())));
}

#[test]
fn a_point_that_is_not_stationary() {
    assert_snapshot!(text(&page_of(&Case::not_stationary())));
}

#[test]
fn a_minimum_by_the_second_order() {
    assert_snapshot!(text(&page_of(&Case::published("second-order-minimum"))));
}

#[test]
fn a_nearby_minimum_with_its_distance_and_region() {
    let case = Case::not_stationary();
    assert_eq!(case.prove("").code, 0);
    assert_eq!(report(&case, "net.cert").code, 0);
    // By default the page has the certificate's name.
    assert_snapshot!(text(&case.read("net.html")));
}

#[test]
fn a_saddle_in_a_box() {
    let case = Case::published("weight-decay-saddle");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("certificates/weight-decay-saddle");
    case.write("a.cert", std::fs::read_to_string(folder.join("certificate")).unwrap());
    let said = report(&case, "--sklearn-alpha 1/10 a.cert -o a.html");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.all());
    assert_snapshot!(text(&case.read("a.html")));
}

/// The pictures of a box show the same slopes as those of the exact point in it.
#[test]
fn a_box_is_drawn_as_the_point_in_it() {
    let case = Case::minimum();
    let files = page::problem_of("diabetes");
    assert_eq!(case.lowpoint(&format!("prove {files} --at near --tier intervals -o box.cert")).code, 0);
    assert_eq!(case.lowpoint(&format!("report {files} box.cert -o box.html")).code, 0);
    assert_eq!(case.lowpoint(&format!("report {} -o exact.html", page::files_of("diabetes"))).code, 0);
    let slopes = |file: &str| -> Vec<String> {
        text(&case.read(file)).lines().filter(|line| line.contains("slope about")).map(str::to_string).collect()
    };
    assert_eq!(slopes("box.html"), slopes("exact.html"));
    assert_eq!(slopes("box.html").len(), 16);
    let words =
        "Drawn in floating point from the middle of the box, of which the certified point is within 5.82077e-11";
    assert!(text(&case.read("box.html")).contains(words));
}

#[test]
fn every_published_box_has_a_page_that_needs_nothing_else() {
    for (name, charts) in [
        ("interpolation", &["function", "random-wide", "margins"][..]),
        ("vector-box", &["least-1", "random-wide", "margins"]),
        ("weight-decay", &["random-near", "random-wide", "margins"]),
        ("weight-decay-kinks", &["least-0", "least-7", "random-near", "random-wide", "margins"]),
        ("weight-decay-saddle", &["function", "escape-1", "random-wide", "margins"]),
    ] {
        let case = Case::minimum();
        let said = case.lowpoint(&format!("report {} -o a.html", page::files_of(name)));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{name}: {}", said.all());
        let page = case.read("a.html");
        page::assert_self_contained(name, &page);
        assert!(page.len() < MAX_PAGE_BYTES, "{name}: {} bytes", page.len());
        for chart in charts {
            assert!(page.contains(&format!("<title id=\"{chart}-t\">")), "{name}: {chart}");
        }
    }
}

#[test]
fn its_numbers_are_those_of_the_check() {
    let case = Case::minimum();
    let files = page::files_of("diabetes");
    assert_eq!(case.lowpoint(&format!("report {files} -o a.html")).code, 0);
    let object: serde_json::Value =
        serde_json::from_str(&case.lowpoint(&format!("check --format json {files}")).out).unwrap();
    let page = text(&case.read("a.html"));
    for (number, rounding) in [
        (&object["distance"], "rounded up"),
        (&object["region"]["input_weights"], "rounded down"),
        (&object["region"]["output_weights"], "rounded down"),
        (&object["loss"]["decimal"], "the decimal is rounded to nearest"),
        (&object["model_loss"]["decimal"], "the decimal is rounded to nearest"),
        (&object["largest_parameter"], "rounded to nearest"),
    ] {
        let line = format!("\n{} {rounding}\n", number.as_str().unwrap());
        assert!(page.contains(&line), "{line}");
    }
    for neuron in object["neurons"].as_array().unwrap() {
        let (index, kinks, margin) = (&neuron["index"], &neuron["kinks"], neuron["margin"].as_str().unwrap());
        assert!(page.contains(&format!("\n{index}  {kinks}  safe  C2  {margin}  ")), "{neuron}");
    }
}

#[test]
fn every_published_kind_has_a_page_that_needs_nothing_else() {
    for name in ["cells", "matrix", "mixed-kinks", "parallel-kinks", "second-order-saddle", "vector-output"] {
        let page = page_of(&Case::published(name));
        page::assert_self_contained(name, &page);
        assert!(page.len() < MAX_PAGE_BYTES, "{name}: {} bytes", page.len());
        assert_eq!(page, page_of(&Case::published(name)), "{name}: the same bytes in another directory");
    }
}

#[test]
fn the_page_is_the_same_each_time() {
    let case = Case::not_stationary();
    assert_eq!(case.prove("").code, 0);
    let mut pages = [(); 3].map(|()| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("lowpoint"));
        command.current_dir(case.path(""));
        command.args(["report", "net.cert"]).args(FILES.split(' ')).assert().success();
        case.read("net.html")
    });
    pages.sort();
    assert_eq!(pages[0], pages[2]);
}

#[test]
fn hostile_names_stay_text() {
    let case = Case::minimum();
    let (data, model) = ("\"><b>&'\u{202e}data\n.json", "<img src=x onerror=alert(1)>.json");
    let certificate = "<!--$(id)]]>.cert";
    case.write(data, case.read("data.json"));
    case.write(model, case.read("net.model.json"));
    let lowpoint = |first: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("lowpoint"));
        command.args(first).args(["--data", data, "--model", model]).current_dir(case.path("")).assert().success();
    };
    lowpoint(&["prove", "-o", certificate]);
    lowpoint(&["report", certificate, "-o", "a.html"]);
    let page = case.read("a.html");
    page::assert_self_contained("hostile", &page);
    for tag in ["<b>", "<img", "\u{202e}", "\n.json"] {
        assert!(!page.contains(tag), "{tag}");
    }
    // The only comment-like text is the one in the file's name, escaped.
    assert!(!page.contains("<!--") && page.contains("&lt;!--$(id)]]&gt;.cert"));
    assert!(page.contains("&quot;&gt;&lt;b&gt;&amp;'\u{fffd}data\u{fffd}.json"));
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;.json"));
}

#[test]
fn what_is_refused_has_no_page() {
    let case = Case::minimum();
    assert_eq!(case.prove("-o a.cert").code, 0);
    let before = case.names();
    let text = case.read("a.cert");
    case.write("a.cert", text.replace("kinks 0 1", "kinks 0"));
    let said = report(&case, "a.cert -o a.html");
    let reason = "a.cert: neuron 0: rule kinks: expected sample 1 as the next kink, found none\n";
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (1, "", reason));
    case.write("a.cert", "certificate\n");
    let said = report(&case, "a.cert -o a.html");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.starts_with("a.cert: line 1: expected "), "{}", said.err);
    case.write("a.cert", &text);
    let said = report(&case, "a.cert -o a.html --negative-slope 1/10");
    assert!(said.code == 1 && said.err.contains("\nhint: give `--negative-slope`"), "{}", said.all());
    assert_eq!(case.names(), before, "no page, and no temporary file");
    // A page that was there before stays as it was.
    case.write("a.html", "before");
    case.write("a.cert", text.replace("kinks 0 1", "kinks 0"));
    assert_eq!(report(&case, "a.cert -o a.html").code, 1);
    assert_eq!(case.read("a.html"), "before");
}

#[test]
fn the_users_own_files_are_not_overwritten() {
    let case = Case::minimum();
    assert_eq!(case.prove("-o a.cert").code, 0);
    for (name, what) in [("data.json", "data"), ("./net.model.json", "model"), ("a.cert", "certificate")] {
        let (path, before) = (case.path(name), std::fs::read(case.path(name)).unwrap());
        let said = report(&case, &format!("a.cert -o {name}"));
        let error = format!("error: {name}: the page's file is the {what} file; it is not overwritten\n");
        assert_eq!(said.code, 2);
        assert_eq!(said.err, format!("{error}hint: choose another place with `-o HTML`\n"));
        assert_eq!(std::fs::read(path).unwrap(), before);
    }
    let said = report(&case, "a.cert -o missing/a.html");
    assert!(
        said.code == 2 && said.err.starts_with("error: missing: the directory does not exist\nhint: "),
        "{}",
        said.err
    );
}

/// 256 neurons on 3000 samples of two inputs: half of the neurons at rest, so that each has 3000 kinks.
#[test]
fn large_networks_have_short_pages() {
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let number = |n: usize, m: usize| format!("'{}'", (n * 37 % m) as i64 - (m / 2) as i64);
    let pairs = |count: usize, m: usize, rest: usize| {
        let pair = |n: usize| match n < rest {
            true => "['0','0']".to_string(),
            false => format!("[{},{}]", number(n, m), number(n * n + 1, m)),
        };
        list((0..count).map(pair).collect())
    };
    let targets = list((0..3000).map(|n| format!("[{}]", number(n, 11))).collect());
    let outputs = format!("[{}]", list((0..256).map(|n| if n < 128 { "'0'".into() } else { number(n, 7) }).collect()));
    let case = Case::new(&pairs(3000, 101, 0), &targets, &pairs(256, 13, 128), &outputs);
    let page = page_of(&case);
    // All samples lie on kinks; what is drawn of them does not grow with their number.
    assert!(page.len() < MAX_PAGE_BYTES / 2, "{} bytes", page.len());
    assert!(page.contains("All 256 neurons, one by one") && page.contains("Of the samples only some are drawn."));
}
