//! Box certificates of planted problems: what the kernel accepts of a changed one is true of the planted point.

use super::box_changes::{change, reworded};
use crate::boxes::{by_hand, centre, holds, loss, net_of};
use crate::common::linear::{Q, dot, q};
use crate::common::mutate::mutate;
use crate::common::plant::{Plant, collapsed, decayed, escaping, interpolating, scalar, vector};
use crate::common::rng::Rng;
use crate::problems::{Kind, Planted};
use crate::truth::{Known, is_true};
use lowpoint::kernel::certificate::{Evidence, Radius, Region};
use lowpoint::kernel::check::check_evidence;
use lowpoint::kernel::claim::Claim;
use lowpoint::kernel::enclosure::certificate::BoxCertificate;
use lowpoint::kernel::parse::parse_evidence;
use lowpoint::kernel::penalty::Penalty;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::theorem::Theorem;
use lowpoint::search::emit_box;
use num_traits::{Signed, Zero};
use std::sync::{Arc, LazyLock};

/// A planted problem, an honest box around its stationary point and changes of that, all chosen by the bytes: the first
/// is the number of those that choose the changes.
pub fn boxes(bytes: &[u8]) {
    let Some((&count, rest)) = bytes.split_first() else { return };
    let (edits, design) = rest.split_at(rest.len().min(count.into()));
    let (mut design, mut edits) = (Rng::from_bytes(design), Rng::from_bytes(edits));
    let Some(case) = case(&mut design) else { return };
    let honest = case.judge(&case.text).expect("an honest box is well-formed");
    assert_eq!(honest, !case.known.claim.is_empty(), "{}", case.text);
    let (mut claim, mut certificate) = parsed(&case.text).expect("a box");
    // From each state that is accepted on, so that several changes may add up.
    for _ in 0..=edits.below(16) {
        let (mut new_claim, mut new) = (claim.clone(), certificate.clone());
        for _ in 0..edits.pick(&[1, 1, 1, 2, 3]) {
            change(&mut new_claim, &mut new, &mut edits);
        }
        let mut text = emit_box::certificate(&new_claim, &new);
        match edits.below(8) {
            0 => text = mutate(&text, &mut edits),
            1 => text = reworded(&text, &mut edits),
            _ => {}
        }
        if case.judge(&text) == Some(true) {
            (claim, certificate) = parsed(&text).expect("a box was accepted");
        }
    }
}

/// The box in a text.
fn parsed(text: &str) -> Option<(Claim, BoxCertificate)> {
    match parse_evidence(text.as_bytes()) {
        Ok((claim, Evidence::Box(certificate))) => Some((claim, certificate)),
        _ => None,
    }
}

/// A problem, the text of an honest box for it, and what is known of the point in it.
struct Case {
    problem: Problem,
    text: String,
    known: Known,
    /// The point, if it is a random one, all of whose neurons are live.
    planted: Option<Planted>,
}

/// One of those made by hand, which have all roles, or a random one.
fn case(rng: &mut Rng) -> Option<Arc<Case>> {
    static BY_HAND: LazyLock<Vec<Arc<Case>>> = LazyLock::new(|| {
        let decayed = [[q(1, 1), q(0, 1)], [q(-1, 4), q(1, 1)], [q(1, 1), q(1, 4)]].map(decayed);
        let vectors = [vector(q(0, 1), q(1, 64)), vector(q(1, 64), q(1, 64))];
        let others = [escaping(), collapsed(), scalar(), interpolating()];
        decayed.into_iter().chain(vectors).chain(others).map(|plant| Arc::new(Case::by_hand(&plant))).collect()
    });
    if rng.chance(30) { Some(rng.pick(&BY_HAND)) } else { Case::random(rng).map(Arc::new) }
}

impl Case {
    fn by_hand(plant: &Plant) -> Self {
        let (rate, none) = (plant.alpha.clone(), Q::zero());
        let penalty = Penalty { input: rate.clone(), hidden_bias: none.clone(), output: rate, output_bias: none };
        let problem = plant.displaced().problem().with_penalty(penalty);
        Self { text: plant.text(problem.digests(), -32), known: Known::of(plant), planted: None, problem }
    }

    /// `None` where the choices do not go together, or no box around a minimum is accepted.
    fn random(rng: &mut Rng) -> Option<Self> {
        let outputs = rng.pick(&[1, 1, 2, 3]);
        let decays = rng.chance(50);
        let outside = rng.chance(10);
        let asleep = rng.chance(10) && outputs == 1 && !decays;
        let calm = rng.pick(&[48, 48, 8]);
        let kind = Kind { decays, outputs, calm, outside, asleep, redundant: false };
        let planted = (0..6).find_map(|_| Planted::random(rng, kind))?;
        let kinked = planted.classes.iter().any(|classes| !classes.is_empty());
        let is_minimum = !asleep && planted.is_convex() && !(outside && kinked);
        let problem = planted.problem(&planted.moved(rng, 1e-3));
        let (mut known, mut tried) = (Known { claim: "", distance: Q::zero(), radii: radii(&planted) }, Vec::new());
        if is_minimum {
            known.claim = "local-minimum-nearby";
        }
        let spare = rng.pick(&[q(1, 1), q(2, 1), q(2, 1)]);
        for exponent in [rng.pick(&[-16, -22, -28]), -34, -40] {
            let (distance, certificate) = honest(&planted, &problem, &known.radii, exponent);
            let claim = Claim::LocalMinimumNearby(distance * &spare);
            let accepted = check_evidence(&problem, &claim, &Evidence::Box(certificate.clone()), None).is_ok();
            tried.push((accepted, emit_box::certificate(&claim, &certificate)));
        }
        let found = tried.iter().position(|(accepted, _)| *accepted);
        let (_, text) = tried.swap_remove(found.or((!is_minimum).then_some(1))?);
        Some(Self { problem, text, known, planted: Some(planted) })
    }

    /// Whether the kernel accepts a text, `None` where it is malformed; what is accepted is true. What parses is the
    /// same after it was written and parsed again.
    fn judge(&self, text: &str) -> Option<bool> {
        let (claim, evidence) = parse_evidence(text.as_bytes()).ok()?;
        let Evidence::Box(certificate) = &evidence else { return None };
        let written = emit_box::certificate(&claim, certificate);
        let again = parse_evidence(written.as_bytes());
        assert!(again.is_ok_and(|(c, e)| c == claim && e == evidence), "{text}\n{written}");
        let theorem = check_evidence(&self.problem, &claim, &evidence, None).ok();
        if let Some(theorem) = &theorem
            && let Err(fault) = self.truth(&written, certificate, theorem)
        {
            panic!("accepted, but {fault}\n{written}of\n{}", self.text);
        }
        Some(theorem.is_some())
    }

    /// What an accepted certificate says, against the planted point.
    fn truth(&self, text: &str, certificate: &BoxCertificate, theorem: &Theorem) -> Result<(), String> {
        is_true(&self.known, &self.text, text)?;
        let (model, middle) = (net_of(self.problem.network()), centre(&self.problem, certificate));
        let far = middle.distance(&model);
        if far > theorem.claim().distance() {
            return Err(format!("its middle is {far} away"));
        }
        let Some(planted) = &self.planted else { return Ok(()) };
        holds(&self.problem, certificate, &planted.net)?;
        let (loss, facts) = (loss(&self.problem, &planted.net), theorem.enclosed().expect("a box"));
        if facts.loss_below > loss || *theorem.loss() < loss {
            return Err(format!("the loss {loss} is not between {} and {}", facts.loss_below, theorem.loss()));
        }
        Ok(())
    }
}

/// The box around the planted point, with a region a little smaller than the largest, and a distance that suffices.
fn honest(planted: &Planted, problem: &Problem, radii: &(Q, Q), exponent: i32) -> (Q, BoxCertificate) {
    let mut certificate = by_hand(planted, problem, exponent);
    let less = |radius: &Q| if radius.is_zero() { Radius::Unbounded } else { Radius::AtMost(radius * q(1023, 1024)) };
    if let Some(region) = &mut certificate.region {
        *region = Region { input: less(&radii.0), output: less(&radii.1) };
    }
    let far = centre(problem, &certificate).distance(&net_of(problem.network()));
    let reach = Q::from_float(2f64.powi(exponent)).expect("a float");
    (far + reach, certificate)
}

/// The largest radii of the region: the least |w_i.x_k|/|x_k|_1 with strict signs, and the least |h_i|.
fn radii(planted: &Planted) -> (Q, Q) {
    let share = |w: &Vec<Q>, x: &Vec<Q>| {
        let along = dot(w, x).abs();
        (!along.is_zero()).then(|| along / x.iter().map(Q::abs).sum::<Q>())
    };
    let shares = planted.net.w.iter().flat_map(|w| planted.rows.iter().filter_map(move |x| share(w, x)));
    let least = planted.net.h.iter().map(|h| h[0].abs()).min();
    (shares.min().unwrap_or_else(Q::zero), least.unwrap_or_else(Q::zero))
}
