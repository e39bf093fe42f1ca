//! Weight decay on the command line: real checkpoints, the statement's options, and what they are refused for.

use crate::cases::{Case, Said};
use insta::assert_snapshot;
use std::path::Path;

/// A checkpoint that scikit-learn trained with weight decay.
fn checkpoint(data: &str, model: &str) -> Case {
    let case = Case::minimum();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for (from, to) in [(data, "data.npz"), (model, "net.model.npz")] {
        std::fs::copy(examples.join(from), case.path(to)).unwrap();
    }
    case
}

fn wine() -> Case {
    checkpoint("decay/wine.data.npz", "decay/wine-sklearn-a0.1-w3-s0.model.npz")
}

const FILES: &str = "--data data.npz --model net.model.npz";

/// Both checks, which say the same.
fn checked(case: &Case, options: &str) -> Said {
    let words = format!("{FILES} {options} net.cert");
    let said = case.checker(&words);
    let other = case.lowpoint(&format!("check {words}"));
    assert_eq!(said, other);
    said
}

#[test]
fn checkpoints_with_decay_go_round() {
    let diabetes = checkpoint("diabetes/diabetes.data.npz", "decay/diabetes-sklearn-a1.0-w8-s0.model.npz");
    for (case, alpha, loss) in [(&wine(), "0.1", "0.71501993368616201"), (&diabetes, "1.0", "89.172210638498297")] {
        let said = case.lowpoint(&format!("prove {FILES} --sklearn-alpha {alpha} --at point -o net.cert"));
        assert_eq!(said.code, 0, "{}", said.all());
        assert!(said.out.starts_with("not-stationary: ") && said.out.contains(&format!("is {loss}\n")), "{}", said.out);
        // The command that the report shows accepts.
        let command = said.out.lines().last().unwrap().trim().strip_prefix("lowpoint ").unwrap();
        assert!(command.contains(" --sklearn-alpha 1"), "{command}");
        assert_eq!(case.lowpoint(command).code, 0, "{command}");
        let accepted = checked(case, &format!("--sklearn-alpha {alpha}"));
        assert!(accepted.code == 0 && accepted.out.contains(loss), "{}", accepted.all());
        for other in ["", "--sklearn-alpha 0", "--sklearn-alpha 1/3", "--weight-decay 0.1"] {
            let said = checked(case, other);
            assert_eq!((said.code, said.out.as_str()), (1, "rejected\n"), "{other}");
            assert!(said.err.contains("the certificate is for another weight decay: expected "), "{}", said.err);
            assert!(said.err.contains("\nhint: give `--weight-decay`"), "{}", said.err);
        }
    }
}

#[test]
fn what_is_said_of_a_checkpoint_with_decay() {
    let case = wine();
    assert_snapshot!(case.lowpoint(&format!("prove {FILES} --sklearn-alpha 0.1 -o net.cert")).all());
    assert_snapshot!("decay_is_shown", case.lowpoint("show net.cert").all());
    assert_snapshot!("decay_is_refused", checked(&case, "--weight-decay 1/100 --decay weights").all());
    let json = case.lowpoint(&format!("check {FILES} --sklearn-alpha 0.1 --format json net.cert"));
    assert_snapshot!("decay_in_json", json.all());
    let model = case.lowpoint(&format!("show {FILES} --weight-decay 1e-2"));
    assert!(model.out.contains(" with weight decay\n"), "{}", model.out);
    assert!(
        model.out.contains("\ndecay       1/2 (89/100 |input weights|^2 + 89/100 |hidden biases|^2 + "),
        "{}",
        model.out
    );
    assert_eq!(case.lowpoint(&format!("report {FILES} --sklearn-alpha 0.1 net.cert -o net.html")).code, 0);
    assert!(case.read("net.html").contains("1/2 (1/10 |input weights|^2 + 1/10 |output weights|^2)"));
    for (certificate, kind) in
        [("net.cert", "a box certificate"), ("net.point.cert", "a certificate with weight decay")]
    {
        let compact = case.lowpoint(&format!("compact {FILES} --sklearn-alpha 0.1 {certificate} -o small.cert"));
        assert_eq!(compact.code, 2);
        assert!(compact.err.contains(&format!("{kind} has no exact system")), "{}", compact.err);
    }
}

#[test]
fn the_conventions_of_pytorch() {
    // N = 2, J = 1, w = 1, h = 1/2: L = 1/8, and Q N J/4 (w^2 + h^2) with Q = 1/10 is 1/16.
    let case = Case::not_stationary();
    for (options, penalty) in [
        ("--weight-decay 0.1", "1/10 1/10 1/10 1/10"),
        ("--weight-decay 1/10 --decay all", "1/10 1/10 1/10 1/10"),
        ("--weight-decay 1e-1 --decay weights", "1/10 0 1/10 0"),
    ] {
        let said = case.prove(&format!("--at point {options}"));
        assert!(
            said.code == 0 && said.out.contains("\nthe loss with weight decay is 0.1875 (exactly 3/16)\n"),
            "{}",
            said.all()
        );
        assert!(case.read("net.cert").contains(&format!("\npenalty {penalty}\n")));
        assert_eq!(case.check(&format!("{options} net.cert")).code, 0);
    }
    let echoed = case.prove("--at point --weight-decay 1e-1 --decay weights").out;
    assert!(echoed.contains(" --weight-decay 1/10 --decay weights net.cert"), "{echoed}");
    // No decay: the same bytes as without the option.
    assert_eq!(case.prove("--at point --weight-decay 0").code, 0);
    let zero = case.read("net.cert");
    assert_eq!(case.prove("--at point").code, 0);
    assert!(zero == case.read("net.cert") && zero.starts_with("lowpoint-certificate 1\n"));
}

#[test]
fn options_that_do_not_go_together() {
    let case = Case::minimum();
    for (options, words) in [
        ("--weight-decay -1", "expected a number of at least 0"),
        ("--sklearn-alpha -1/2", "expected a number of at least 0"),
        ("--weight-decay 2/4", "the fraction is not in lowest terms"),
        ("--weight-decay 1 --sklearn-alpha 1", "error: `--weight-decay` and `--sklearn-alpha` exclude each other\n"),
        ("--decay weights", "error: `--decay` says which parameters `--weight-decay` decays, and needs it\n"),
        ("--decay all --sklearn-alpha 1", "error: `--decay` says which parameters"),
        ("--weight-decay 1 --decay biases", "[possible values: all, weights]"),
    ] {
        let said = case.prove(options);
        assert!(said.code == 2 && said.err.contains(words), "{options}: {}", said.all());
    }
    assert_eq!(case.names(), ["data.json", "net.model.json"]);
}

#[test]
fn an_undetermined_point_has_its_decay_in_the_report() {
    // At rest, w = 0 and h = 0, no direction descends to first order.
    let case = Case::new("[['1'],['2']]", "[['1'],['1']]", "[['0']]", "[['0']]");
    assert_snapshot!(case.prove("--at point --weight-decay 0.1").all());
    let json: serde_json::Value =
        serde_json::from_str(&case.prove("--at point --weight-decay 0.1 --format json").out).unwrap();
    assert_eq!((&json["verdict"], &json["penalty"]["input_weights"]), (&"undetermined".into(), &"1/10".into()));
    assert_eq!(case.names(), ["data.json", "net.model.json"]);
}
