//! Why a changed certificate may still be accepted.

use crate::common::curvature;
use crate::common::exact::{Answer, judge};
use crate::common::instance::Net;
use crate::common::region::region_holds;
use crate::common::rng::Rng;
use crate::document::Document;
use crate::naive::{Verdict, point};
use crate::setting::Setting;
use lowpoint::kernel::theorem::Theorem;
use num_traits::Zero;

/// The reasons, in the order in which they are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The same values, written otherwise.
    Same,
    /// The same evidence for less: a larger distance, a smaller region.
    Less,
    /// Other evidence, verified here, for the same or less.
    OtherProof,
    /// Another statement that the oracle finds true.
    OtherTruth,
}

pub fn explain(
    setting: &Setting,
    before: &Document,
    after: &Document,
    naive: &Verdict,
    theorem: &Theorem,
) -> Result<Why, String> {
    if after == before {
        return Ok(Why::Same);
    }
    if after.claims_no_more_than(before) && after.proves_as(before) {
        return Ok(Why::Less);
    }
    // Only the distance is smaller: no more than that is to be verified, also where numbers are long.
    let as_far = Document { distance: before.distance.clone(), ..after.clone() };
    if as_far == *before && point(setting, after).is_ok() {
        return Ok(Why::OtherTruth);
    }
    if *naive != Verdict::Accepted {
        return Err(format!("the naive evaluation says {naive:?}"));
    }
    let (Ok(old), Ok(new)) = (point(setting, before), point(setting, after)) else {
        return Err("no point".into());
    };
    let pointless = |d: &Document| Document { point: before.point.clone(), ..d.clone() };
    if old == new && pointless(after).claims_no_more_than(before) && after.bias == before.bias {
        return Ok(if after.proves_as(before) { Why::Less } else { Why::OtherProof });
    }
    is_true(setting, after, new, theorem).map(|()| Why::OtherTruth)
}

/// The statement by enumeration, and attacked with exact moves.
fn is_true(setting: &Setting, document: &Document, net: Net, theorem: &Theorem) -> Result<(), String> {
    if setting.penalty.iter().any(|l| !l.is_zero()) {
        return Err("the oracle knows no weight decay".into());
    }
    let Some(mut instance) = setting.instance() else { return Err("too long for the oracle".into()) };
    instance.net = net;
    let judged = judge(&instance, &instance.net);
    let wanted = match document.claim.trim_end_matches("-nearby") {
        "local-minimum" => Answer::LocalMinimum,
        "saddle" => Answer::Saddle,
        _ => Answer::NotStationary,
    };
    // What the first order leaves open is decided by the second, attacked below.
    let open = judged.answer == Answer::SecondOrder && theorem.curvature().name() != "absent";
    if judged.answer != wanted && !open {
        return Err(format!("the oracle says {:?}", judged.answer));
    }
    let mut rng = Rng::new(1);
    curvature::holds(&instance, &judged, theorem.curvature(), &mut rng);
    if let Some(region) = theorem.region() {
        region_holds(&instance, &instance.net, &judged, region, &mut rng);
    }
    Ok(())
}
