//! The verdicts on mixed dependent kinks (C6, C7) and by the second order (T5), in words.

use crate::cases::Case;
use insta::assert_snapshot;

/// What `prove` says of a published problem's point; the certificate must be accepted by both programs.
fn proved(name: &str) -> (Case, String) {
    let case = Case::published(name);
    let said = case.prove("--at point");
    assert_eq!((said.code, case.check("net.cert").code), (0, 0), "{name}");
    let text = said.all();
    (case, text)
}

/// The last line of `show`: the only neuron.
fn shown(case: &Case) -> String {
    case.lowpoint("show net.cert").out.trim_end().rsplit('\n').next().unwrap().to_string()
}

#[test]
fn a_matrix_and_cells() {
    let (case, text) = proved("matrix");
    assert_snapshot!("a_matrix", text);
    assert_eq!(shown(&case), "       0     32  scalar  matrix of 12 by 4");
    let (case, text) = proved("cells");
    assert_snapshot!("cells", text);
    assert_eq!(shown(&case), "       0     32  scalar  tree of 30 cells");
}

#[test]
fn a_saddle_by_the_second_order() {
    let (case, text) = proved("second-order-saddle");
    assert_snapshot!(text);
    assert_snapshot!("a_saddle_by_the_second_order_in_json", case.prove("--at point --format json").all());
}

#[test]
fn a_saddle_needs_no_margin_of_its_other_neurons() {
    assert_snapshot!(Case::saddle_beside_an_open_neuron().prove("--at point").all());
}

#[test]
fn trees_that_outgrow_their_limit_are_undetermined() {
    let case = Case::many_cells();
    assert_snapshot!("no_matrix", case.prove("--at point --max-cells 1").all());
    assert_snapshot!("some_cells", case.prove("--at point --max-cells 80").all());
    assert_snapshot!("some_cells_in_json", case.prove("--at point --max-cells 2 --format json").all());
    assert_snapshot!("no_cells_nearby", case.prove("--at near --max-cells 2").all());
}
