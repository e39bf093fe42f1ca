//! The targets: each a function of bytes that panics where a property fails. They run under a fuzzer, with
//! coverage, and in the ordinary tests, on the committed inputs and changes of them.

mod box_changes;
mod boxes;
pub mod deciding;
mod reading;

/// A target: its property holds for every input, or it panics.
pub type Target = fn(&[u8]);

/// Every target by its name, which is that of its folders `corpus/` and `regressions/`.
pub const ALL: [(&str, Target); 12] = [
    ("data_npz", reading::data_npz),
    ("data_csv", reading::data_csv),
    ("data_json", reading::data_json),
    ("model_npz", reading::model_npz),
    ("model_safetensors", reading::model_safetensors),
    ("model_json", reading::model_json),
    ("certificate", reading::certificate),
    ("check", deciding::check),
    ("check_text", deciding::check_text),
    ("compact_text", deciding::compact_text),
    ("forms", deciding::forms),
    ("boxes", boxes::boxes),
];

/// Runs the target of that name.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, target) = ALL.iter().find(|(known, _)| *known == name).expect("a target's name");
    target(bytes);
}
