//! The pages in a real browser: nothing is fetched, nothing complains, nothing overflows, dark is dark.
//!
//! Chromium is driven over its debugging pipe. The test is ignored in `cargo test`; `scripts/ci-browser.sh` runs it.

use crate::cases::Case;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// A phone's width, and a desktop's.
const WIDTHS: [u32; 3] = [390, 820, 1280];

/// A running browser with one page.
struct Browser {
    process: Child,
    commands: File,
    messages: Receiver<Value>,
    events: Vec<Value>,
    session: Option<String>,
    next: u64,
    _profile: TempDir,
}

impl Browser {
    fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let [to, from] = ["to", "from"].map(|name| profile.path().join(name));
        assert!(Command::new("mkfifo").args([&to, &from]).status().unwrap().success());
        let script = "exec chromium --headless=new --no-sandbox --disable-gpu --no-first-run --user-data-dir=\"$0\" \
                      --remote-debugging-pipe about:blank 3<\"$1\" 4>\"$2\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(profile.path().join("profile")).args([&to, &from]);
        let process = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // In the shell's order: each end waits for the other.
        let commands = OpenOptions::new().write(true).open(&to).unwrap();
        let answers = BufReader::new(File::open(&from).unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            for message in answers.split(0).map_while(Result::ok) {
                let _ = sender.send(serde_json::from_slice(&message).unwrap());
            }
        });
        let events = Vec::new();
        let mut browser = Self { process, commands, messages, events, session: None, next: 0, _profile: profile };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        browser.session = Some(attached["sessionId"].as_str().unwrap().to_string());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    fn receive(&self) -> Value {
        self.messages.recv_timeout(PATIENCE).expect("an answer of chromium: is it installed?")
    }

    /// Calls a method; events that come before its answer are kept.
    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let mut message = json!({"id": self.next, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let written = self.commands.write_all(format!("{message}\0").as_bytes());
        written.expect("chromium reads commands: is it installed?");
        loop {
            let message = self.receive();
            if message["id"] == self.next {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// Opens a file and waits until it is loaded; the events since.
    fn open(&mut self, file: &Path, width: u32, scheme: &str) -> Vec<Value> {
        let size = json!({"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500});
        self.call("Emulation.setDeviceMetricsOverride", size);
        let scheme = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", scheme);
        self.events.clear();
        self.call("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        while !self.events.iter().any(|e| e["method"] == "Page.loadEventFired") {
            let message = self.receive();
            self.events.push(message);
        }
        std::mem::take(&mut self.events)
    }

    /// The value of an expression, or of the promise that it makes.
    fn evaluate(&mut self, expression: &str) -> Value {
        let what = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", what);
        assert!(result.get("exceptionDetails").is_none(), "{expression}: {result}");
        result["result"]["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sizes, colours and names, as the browser sees them.
const LOOK: &str = "(() => {
  const style = (selector, what) => getComputedStyle(document.querySelector(selector))[what];
  const charts = [...document.querySelectorAll('figure.chart > svg')];
  const text = id => document.getElementById(id).textContent.trim();
  const named = e => e.getAttribute('aria-labelledby').split(' ').every(text);
  const spill = svg => [...svg.querySelectorAll(':scope > text')].filter(t => {
    const [inner, outer] = [t.getBoundingClientRect(), svg.getBoundingClientRect()];
    return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
  }).map(t => t.textContent);
  const overlap = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  const overlaps = svg => {
    const boxes = [...svg.querySelectorAll(':scope > text')].map(t => t.getBoundingClientRect());
    return boxes.some((a, i) => boxes.some((b, j) => i < j && overlap(a, b)));
  };
  return {
    scroll: document.documentElement.scrollWidth, inner: innerWidth,
    charts: charts.length,
    small: charts.filter(c => c.getBoundingClientRect().width < 200 || c.getBoundingClientRect().height < 60).length,
    unnamed: charts.filter(c => !named(c)).length,
    spilled: charts.flatMap(spill),
    overlapping: charts.filter(overlaps).map(c => c.querySelector('title').textContent),
    page: style('body', 'backgroundColor'), card: style('section', 'backgroundColor'),
    ink: style('body', 'color'), soft: style('.note', 'color'), verdict: style('h1', 'color'),
    tick: style('svg text', 'fill'), headings: [...document.querySelectorAll('h1,h2,h3')].map(h => h.tagName).join(' ')
  };
})()";

/// Contrast of two colours `rgb(r, g, b)`, as the accessibility guidelines define it.
fn contrast(a: &Value, b: &Value) -> f64 {
    let luminance = |colour: &Value| {
        let digits = colour.as_str().unwrap().trim_start_matches("rgb(").trim_end_matches(')');
        let channels: Vec<f64> = digits.split(", ").map(|c| c.parse::<f64>().unwrap() / 255.0).collect();
        let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        0.2126 * linear(channels[0]) + 0.7152 * linear(channels[1]) + 0.0722 * linear(channels[2])
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The pages to look at.
fn pages() -> Vec<(String, Case)> {
    let own = [("saddle", Case::saddle()), ("not-stationary", Case::not_stationary())];
    let published = ["leaky-relu", "cells", "matrix", "vector-output", "second-order-minimum", "second-order-saddle"];
    let all = published.map(|name| (name, Case::published(name))).into_iter().chain(own);
    let mut all: Vec<(String, Case)> = all.map(|(name, case)| (name.to_string(), case)).collect();
    for (_, case) in &all {
        crate::page_of(case);
    }
    // Trained networks and boxes, from the files that are published.
    let others = ["diabetes", "wu-final", "wu-plateau1", "interpolation", "vector-box"];
    for name in others.into_iter().chain(["weight-decay", "weight-decay-kinks", "weight-decay-saddle"]) {
        let case = Case::minimum();
        let said = case.lowpoint(&format!("report {} -o a.html", crate::page::files_of(name)));
        assert_eq!(said.code, 0, "{}", said.all());
        all.push((name.to_string(), case));
    }
    all
}

#[test]
#[ignore = "needs chromium; scripts/ci-browser.sh runs it"]
fn pages_work_in_a_browser() {
    let mut browser = Browser::start();
    for (name, case) in pages() {
        let file = case.path("a.html");
        let mut backgrounds = Vec::new();
        for (width, scheme) in WIDTHS.into_iter().flat_map(|w| [(w, "light"), (w, "dark")]) {
            let place = format!("{name}, {width} px, {scheme}");
            let events = browser.open(&file, width, scheme);
            assert_quiet(&place, &file, &events);
            let look = browser.evaluate(LOOK);
            assert_looks_right(&place, width, &look);
            backgrounds.push(look["page"].as_str().unwrap().to_string());
        }
        assert_ne!(backgrounds[0], backgrounds[1], "{name}: dark is not light");
        let blocked = browser.evaluate(
            "new Promise(done => { \
             document.addEventListener('securitypolicyviolation', e => done(e.effectiveDirective)); \
             const image = new Image(); image.src = 'http://127.0.0.1:9/'; setTimeout(() => done('nothing'), 5000); })",
        );
        assert_eq!(blocked, "img-src", "{name}: the policy forbids the network");
    }
}

/// A page with every fault that is looked for: what is asserted above can fail.
const FAULTY: &str =
    "<!DOCTYPE html><html lang=\"en\"><head><style>body{background:rgb(250, 250, 250);color:rgb(0, 0, 0)}
svg{width:100px;height:20px}</style></head><body><h1>x</h1><section><p class=\"note\" style=\"width:900px\">x</p>
<figure class=\"chart\"><svg viewBox=\"0 0 100 20\" aria-labelledby=\"a\"><title id=\"a\"></title>
<text x=\"90\" y=\"10\">beyond</text><text x=\"91\" y=\"10\">above</text></svg></figure>
</section><img src=\"other.png\"><script>console.error('no')</script></body></html>";

#[test]
#[ignore = "needs chromium; scripts/ci-browser.sh runs it"]
fn faults_of_a_page_are_seen() {
    let case = Case::minimum();
    case.write("a.html", FAULTY);
    let mut browser = Browser::start();
    let events = browser.open(&case.path("a.html"), WIDTHS[0], "dark");
    let look = browser.evaluate(LOOK);
    assert!(look["scroll"].as_u64().unwrap() > u64::from(WIDTHS[0]), "{look}");
    assert_eq!((&look["small"], &look["unnamed"]), (&json!(1), &json!(1)), "{look}");
    assert_eq!(look["spilled"].as_array().unwrap().len(), 2, "{look}");
    assert_eq!(look["overlapping"].as_array().unwrap().len(), 1, "{look}");
    assert_eq!(look["page"], "rgb(250, 250, 250)", "dark mode does not change it");
    let said = |method: &str| events.iter().any(|e| e["method"] == method);
    assert!(said("Runtime.consoleAPICalled"));
    let asked = |e: &Value| e["params"]["request"]["url"].as_str().is_some_and(|url| url.ends_with("/other.png"));
    assert!(events.iter().any(asked));
}

/// Only the page itself was asked for, and nothing was said on the console.
fn assert_quiet(place: &str, file: &Path, events: &[Value]) {
    let own = format!("file://{}", file.display());
    for event in events {
        match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => {
                let url = event["params"]["request"]["url"].as_str().unwrap();
                assert!(url == own || url.starts_with("data:"), "{place}: a request for {url}");
            }
            "Log.entryAdded" | "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" => panic!("{place}: {event}"),
            _ => {}
        }
    }
    assert!(events.iter().any(|e| e["method"] == "Network.requestWillBeSent"), "{place}: requests are seen");
}

fn assert_looks_right(place: &str, width: u32, look: &Value) {
    assert_eq!(look["inner"], width, "{place}");
    assert!(look["scroll"].as_u64().unwrap() <= u64::from(width), "{place}: scrolls sideways: {look}");
    assert!(look["charts"].as_u64().unwrap() >= 1, "{place}: no chart");
    for fault in ["small", "unnamed"] {
        assert_eq!(look[fault], 0, "{place}: {fault} charts");
    }
    for fault in ["spilled", "overlapping"] {
        assert_eq!(look[fault], json!([]), "{place}: {fault} texts");
    }
    for (ink, paper, least) in [
        ("ink", "page", 7.0),
        ("ink", "card", 7.0),
        ("soft", "card", 4.5),
        ("tick", "card", 4.5),
        ("verdict", "card", 4.5),
    ] {
        let found = contrast(&look[ink], &look[paper]);
        assert!(found >= least, "{place}: contrast of {ink} on {paper} is {found:.2}");
    }
    let headings = look["headings"].as_str().unwrap();
    assert!(headings.starts_with("H1 H2 H3 ") && headings.matches("H1").count() == 1, "{place}: {headings}");
}
