//! Which coordinates a live neuron may hold: those whose equations follow from the others, and to whose held values every
//! point nearby can be carried without a change of the loss.
//!
//! * A neuron with equal sides on all samples: its hidden bias, if neither this nor the output bias is decayed. Its
//!   equation is h_i times that of the output bias.
//! * Without decay: input weights that are `redundant` where the neuron is active; all of a neuron that is active nowhere.
//! * Without decay, one gauge, not zero: sum_a w_ia F_a = sum_j h_ij F_j where w_i.x_C = 0, since (h_i/s, s w_i) changes
//!   nothing.
//! * Without decay, r neurons with the same sides, kinks included: r input coordinates c, the same in all of them, if the
//!   matrix of their w_tc is regular. W -> G W, H -> G^-T H changes nothing where all satisfy w_t.x_C = 0, so that
//!   sum_a F_ta w_sa = sum_j F_sj h_tj for all s and t, and sum_c F_tc w_sc = 0 is left.
//! * With decay only rotations of such a group change nothing: one coordinate c of a neuron t, if a neuron s of its group that
//!   has none of these pins is not zero there. From sum_a (F_ta z_sa - F_sa z_ta) = 0, z = (w, h), each times the root of its
//!   share, F_tc z_sc = 0 is left.
//!
//! Where F is the gradient of the Lagrangian Q on w.x_C = 0, the loss nearby is at least Q at the projection to w.x_C = 0, as
//! multipliers are strict (T5); there Q has these symmetries.

use super::conclude::{Whole, is_strict, refusal};
use super::field::Side;
use super::interval::Interval;
use super::inverse::{approximate_inverse, inverse_bound};
use super::matrix::IntervalMatrix;
use super::redundant::outside_span;
use crate::kernel::reject::{Reject, Rule};
use crate::kernel::samples::Samples;
use num_bigint::BigInt;

impl Whole<'_, '_, '_> {
    /// Every held coordinate is one of the above.
    pub fn pinned(&self, samples: &Samples) -> Result<(), Reject> {
        let places = 0..self.pattern().units.len();
        let left: Vec<Vec<usize>> = places.clone().map(|place| self.unexplained(samples, place)).collect();
        for place in places {
            let pins = left.get(place).map_or(&[][..], Vec::as_slice);
            let holds = pins.is_empty()
                || match self.decays() {
                    true => pins.iter().all(|c| pins.len() == 1 && self.turns(place, *c, &left)),
                    false => self.is_gauge(place, pins) || self.mixes(place, &left),
                };
            if !holds {
                return Err(self.too_many(place, pins));
            }
        }
        Ok(())
    }

    /// The pins of a unit but for its hidden bias, where the output bias gives its equation, and redundant ones.
    fn unexplained(&self, samples: &Samples, place: usize) -> Vec<usize> {
        let (Some(unit), Some(sides)) = (self.pattern().units.get(place), self.sides().0.get(place)) else {
            return Vec::new();
        };
        let width = unit.input.len();
        if !self.decays() && self.is_dead(sides) {
            return Vec::new();
        }
        let all_equal = sides.first().is_some_and(|first| *first != Side::Kink && sides.iter().all(|s| s == first));
        let hidden_bias = self.data().hidden_bias.then(|| width.saturating_sub(1));
        let decayed = |c: usize| self.data().input_decay.get(c).is_none_or(|decay| decay.mag() != 0.0);
        let by_bias = |c: usize| Some(c) == hidden_bias && !decayed(c) && all_equal && self.balanced();
        let mut pins: Vec<usize> = unit.live.pinned.iter().copied().filter(|c| !by_bias(*c)).collect();
        if self.decays() || self.is_gauge(place, &pins) {
            return pins;
        }
        let spanning: Vec<usize> = (0..width).filter(|c| !pins.contains(c)).collect();
        let held: Vec<usize> = pins.iter().copied().filter(|c| *c < width).collect();
        let active = sides.iter().zip(samples.rows());
        let active = active.filter(|(side, _)| **side == Side::Kink || side.slope(self.data()).mag() != 0.0);
        let rows: Vec<&Vec<BigInt>> = active.map(|(_, row)| row).collect();
        let outside = outside_span(&rows, &spanning, &held);
        pins.retain(|c| *c >= width || outside.contains(c));
        pins
    }

    /// At most one coordinate, not zero over the box.
    fn is_gauge(&self, place: usize, pins: &[usize]) -> bool {
        pins.len() <= 1 && pins.iter().all(|c| is_strict(self.coordinate(place, *c)))
    }

    /// A coordinate of (w_i, h_i) over the box.
    fn coordinate(&self, place: usize, c: usize) -> Interval {
        let own = self.values.units.get(place).and_then(|own| own.input.iter().chain(&own.output).nth(c));
        own.copied().unwrap_or(Interval::EMPTY)
    }

    /// The units with the sides of this one, itself included.
    fn group(&self, place: usize) -> Vec<usize> {
        let sides = &self.sides().0;
        (0..sides.len()).filter(|other| sides.get(*other) == sides.get(place)).collect()
    }

    /// Coordinate c is given by a rotation with a neuron of the group that has no such pin.
    fn turns(&self, place: usize, c: usize, left: &[Vec<usize>]) -> bool {
        let is_free = |other: &usize| left.get(*other).is_some_and(Vec::is_empty);
        self.group(place).iter().filter(|other| is_free(other)).any(|other| is_strict(self.coordinate(*other, c)))
    }

    /// The group holds as many input coordinates as it has neurons, all the same, and a regular matrix of weights in them.
    fn mixes(&self, place: usize, left: &[Vec<usize>]) -> bool {
        let group = self.group(place);
        let (Some(pins), Some(unit)) = (left.get(place), self.pattern().units.get(place)) else { return false };
        let same = group.iter().all(|other| left.get(*other) == Some(pins));
        if !same || pins.len() != group.len() || pins.iter().any(|c| *c >= unit.input.len()) {
            return false;
        }
        let entry = |t: usize, c: usize| match (group.get(t), pins.get(c)) {
            (Some(t), Some(c)) => self.coordinate(*t, *c),
            _ => Interval::EMPTY,
        };
        let weights = IntervalMatrix::from_fn(group.len(), group.len(), entry);
        let inverse = approximate_inverse(group.len(), weights.mid());
        weights.is_usable() && inverse.is_some_and(|inverse| inverse_bound(&inverse, &weights).is_some())
    }

    fn too_many(&self, place: usize, pins: &[usize]) -> Reject {
        let expected = match self.decays() {
            true => {
                "under weight decay at most one pinned coordinate, where another neuron with the same sides has none and is \
                 not zero, besides a hidden bias as without decay"
            }
            false => {
                "at most one pinned coordinate, not zero, or r input weights in each of r neurons with the same sides, \
                 besides redundant input weights, and the hidden bias where it has one side and no kinks"
            }
        };
        let width = self.data().input_decay.len();
        let name = |c: &usize| if *c < width { format!("w_{c}") } else { format!("h_{}", c.saturating_sub(width)) };
        let names = pins.iter().take(4).map(name).collect::<Vec<_>>().join(", ");
        let found = match (pins.len(), self.decays()) {
            (1, true) => names,
            (1, false) => format!("{names}, which is zero"),
            (several, _) => format!("{several}: {names}"),
        };
        refusal(self.pattern().units.get(place).map_or(0, |u| u.neuron), Rule::Pattern, expected, found)
    }
}
