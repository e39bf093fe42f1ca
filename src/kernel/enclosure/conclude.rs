//! What the one zero in the box is: from strict signs and strict multipliers to a local minimum (T3, T5, T6, T10).
//!
//! * One output, no decay (T3, T6): every live neuron has h_i != 0.
//! * One output, decay (T10): stationarity alone, with h_i != 0; neurons at zero by `zero`.
//! * Several outputs (T5): with strict multipliers the critical cone is the space w_i.x_C = 0, on which the second order is the
//!   Lagrangian's Hessian H. If H + s E^T E is positive definite for some s >= 0, E the kinks' equations, H is positive
//!   definite on that space, and the zero is a strict local minimum up to what `pins` allow for. (T4 would ask for D_i = 0 on that space;
//!   where the system has a regular derivative, that case is contained in this one.)

use super::certificate::{NeuronBox, System};
use super::data::{Data, parameters};
use super::field::{Field, Side, Sides, unit_of};
use super::interval::{Interval, ball, dot, is_usable, point};
use super::pattern::{Pattern, Unit, UnitValues, Values};
use super::system::Equations;
use super::zero;
use crate::kernel::network::Network;
use crate::kernel::reject::{Place, Reason, Reject, Rule};
use crate::kernel::samples::Samples;

/// The numbers at the centre of the box.
pub struct Centre {
    /// All parameters and multipliers.
    pub values: Values,
    /// What they make of the samples.
    pub field: Field,
    /// F there.
    pub residual: Vec<Interval>,
    /// The radius of each unknown.
    pub radii: Vec<f64>,
}

/// The numbers of the whole box.
pub struct Whole<'w, 'e, 'a> {
    /// The equations.
    pub equations: &'w Equations<'e, 'a>,
    /// All parameters and multipliers.
    pub values: &'w Values,
    /// What they make of the samples.
    pub field: &'w Field,
}

impl Whole<'_, '_, '_> {
    pub(super) fn data(&self) -> &Data {
        self.equations.data
    }

    pub(super) fn pattern(&self) -> &Pattern<'_> {
        self.equations.pattern
    }

    pub(super) fn sides(&self) -> &Sides {
        self.equations.sides
    }

    pub(super) fn decays(&self) -> bool {
        self.data().output_decay.inf() > 0.0
    }

    /// sum eps = 0 is one of the equations.
    pub(super) fn balanced(&self) -> bool {
        self.pattern().bias.is_some() && self.data().bias_decay.mag() == 0.0
    }

    /// Everything that makes the zero stationary, and the least slack of each unit's multipliers, 1 - |lam_C|.
    pub fn stationary(&self, samples: &Samples, neurons: &[NeuronBox]) -> Result<Vec<Option<f64>>, Reject> {
        let mut slacks = Vec::new();
        for (i, role) in neurons.iter().enumerate() {
            if matches!(role, NeuronBox::Constant { bias } if !self.constant_holds(*bias)) {
                return Err(at_zero(i));
            }
        }
        self.pinned(samples)?;
        for (unit, own) in self.pattern().units.iter().zip(&self.values.units) {
            slacks.push(self.slack(unit, own)?);
        }
        Ok(slacks)
    }

    /// The neuron is active on no sample: all its derivatives vanish.
    pub(super) fn is_dead(&self, sides: &[Side]) -> bool {
        sides.iter().all(|side| *side != Side::Kink && side.slope(self.data()).mag() == 0.0)
    }

    /// |nu_C - T be sum h.eps_k t_k| < T ga sum h.eps_k |t_k| for every class, strictly over the box.
    fn slack(&self, unit: &Unit<'_>, own: &UnitValues) -> Result<Option<f64>, Reject> {
        let residuals = self.field.weighted(&own.output);
        let (mean, bend) = (self.data().mean_slope() * unit.share, self.data().half_bend() * unit.share);
        let mut least: Option<f64> = None;
        for (class, nu) in unit.classes.iter().zip(&own.multipliers) {
            let (mut along, mut size) = (point(0.0), point(0.0));
            for (k, t) in &class.members {
                let eps = residuals.get(*k).copied().unwrap_or(Interval::EMPTY);
                along += eps * *t;
                size += eps * t.abs();
            }
            let (distance, room) = ((*nu - mean * along).abs(), bend * size);
            if !is_usable(distance) || !is_usable(room) || room.inf() <= 0.0 {
                let expected = format!("a kink at sample {} that bends upward in the whole box", class.first);
                return Err(refusal(
                    unit.neuron,
                    Rule::Slack,
                    expected,
                    format!("kap from {} to {}", room.inf(), room.sup()),
                ));
            }
            let slack = (point(1.0) - distance / room).inf();
            if slack.is_nan() || slack <= 0.0 {
                let expected = format!("a multiplier inside its interval at the kink of sample {}", class.first);
                return Err(refusal(unit.neuron, Rule::Slack, expected, format!("a slack of {slack}")));
            }
            least = Some(least.map_or(slack, |before| before.min(slack)));
        }
        Ok(least)
    }

    /// The zero is a local minimum.
    pub fn minimum(&self, neurons: &[NeuronBox]) -> Result<(), Reject> {
        let scalar = self.values.bias.len() == 1;
        let units = self.pattern().units.iter().zip(&self.values.units).zip(&self.sides().0);
        for ((unit, own), sides) in units.filter(|_| scalar) {
            if !own.output.iter().all(|h| is_strict(*h)) && !self.is_dead(sides) {
                return Err(refusal(
                    unit.neuron,
                    Rule::Signs,
                    "an output weight of one strict sign",
                    "zero in the box".into(),
                ));
            }
        }
        let zeros = neurons.iter().position(|n| matches!(n, NeuronBox::Zero | NeuronBox::Escape { .. }));
        if let Some(i) = zeros {
            let escapes = neurons.iter().any(|n| matches!(n, NeuronBox::Escape { .. }));
            let shown = || zero::is_minimum(self.data(), self.sides(), self.values, self.field, self.balanced());
            if !scalar || escapes || !shown() {
                return Err(at_zero(i));
            }
        }
        if scalar { Ok(()) } else { self.definite() }
    }

    /// Some neuron at zero has a direction u with |G(u)| > sqrt(lh) |u'|: the zero is no local minimum.
    pub fn saddle(&self, neurons: &[NeuronBox]) -> Result<(), Reject> {
        let mut found = false;
        for (i, role) in neurons.iter().enumerate() {
            let NeuronBox::Escape { direction } = role else { continue };
            if !zero::escapes(self.data(), self.field, direction) {
                let reason = Reason::fails("|G(u)| > sqrt(lh) |u'| in the whole box", "not shown");
                return Err(Reject { step: Place::Neuron(i), rule: Rule::Escape, reason });
            }
            found = true;
        }
        if found {
            return Ok(());
        }
        let reason = Reason::fails("a neuron at zero that escapes", "none");
        Err(Reject { step: Place::Conclusion, rule: Rule::Conclusion, reason })
    }

    /// A neuron with h = 0, w' = 0 and this hidden bias: G(u) = s sum eps x.u near it, s the slope of the bias's side.
    fn constant_holds(&self, bias: f64) -> bool {
        let side = if bias > 0.0 { Side::Plus } else { Side::Minus };
        // With several outputs its output weights would be coupled to the others' second order.
        if self.values.bias.len() > 1 && side.slope(self.data()).mag() != 0.0 {
            return false;
        }
        let sides = vec![side; self.data().rows.len()];
        let mut forms = self.field.residuals.iter().map(|eps| self.equations.sloped_sum(eps, &sides));
        forms.all(|form| zero::is_short(self.data(), &form, self.balanced()))
    }

    /// H + s E^T E is positive definite over the box for one of a few s.
    fn definite(&self) -> Result<(), Reject> {
        let size = self.pattern().parameters;
        for power in [0, 2, 4, 6, 8] {
            let mut entries = self.equations.hessian(self.values, self.field);
            let scale = point(self.values_scale() * 10f64.powi(power));
            for unit in &self.pattern().units {
                self.add_squares(unit, scale, &mut entries);
            }
            if super::eigenvalue::least_eigenvalue(&entries.into_block(size)).is_some_and(|least| least > 0.0) {
                return Ok(());
            }
        }
        let reason = Reason::fails("a second order that is positive definite on the critical space", "not shown");
        Err(Reject { step: Place::Curvature, rule: Rule::Curvature, reason })
    }

    /// A size for s that fits the data: one over the largest square of an input.
    fn values_scale(&self) -> f64 {
        let largest = self.data().rows.iter().flatten().map(|x| x.mag()).fold(1.0, f64::max);
        1.0 / (largest * largest)
    }

    /// Adds s x_C x_C^T for every class of a unit.
    fn add_squares(&self, unit: &Unit<'_>, scale: Interval, entries: &mut super::system::Entries) {
        for class in &unit.classes {
            let Some(row) = self.data().rows.get(class.first) else { continue };
            let own = || unit.input.iter().zip(row).filter_map(|(place, x)| Some(((*place)?, *x)));
            for (a, x) in own() {
                own().for_each(|(b, y)| entries.add(a, b, scale * (x * y)));
            }
        }
    }

    /// The loss with its decay at the zero: that at the centre, and at most the derivatives over the box times the radii more.
    pub fn loss(&self, system: System, centre: &Centre) -> Interval {
        if system == System::Interpolation {
            return point(0.0);
        }
        let slopes = self.equations.loss_derivative(self.values, self.field);
        let change = slopes.iter().zip(&centre.radii).fold(point(0.0), |sum, (g, r)| sum + *g * ball(0.0, *r));
        self.loss_at(&centre.values, &centre.field) + change
    }

    fn loss_at(&self, values: &Values, field: &Field) -> Interval {
        let data = self.data();
        let mut twice = point(0.0);
        for errors in &field.errors {
            twice = errors.iter().zip(&data.weights).fold(twice, |sum, (e, c)| sum + *c * e.sqr());
        }
        for (unit, own) in self.pattern().units.iter().zip(&values.units) {
            let inputs = own.input.iter().zip(&data.input_decay).map(|(w, l)| *l * w.sqr());
            let outputs = own.output.iter().map(|h| data.output_decay * h.sqr());
            twice += unit.share * inputs.chain(outputs).fold(point(0.0), |sum, v| sum + v);
        }
        twice = values.bias.iter().fold(twice, |sum, b| sum + data.bias_decay * b.sqr());
        twice / point(2.0)
    }

    /// How far input and output weights may move (T3, T10): the least |w_i.x_k| / |x_k|_1 and the least |h_i|.
    pub fn margins(&self, network: &Network, neurons: &[NeuronBox]) -> (f64, f64) {
        let (mut input, mut output) = (f64::INFINITY, f64::INFINITY);
        let norms: Vec<Interval> =
            self.data().rows.iter().map(|row| row.iter().fold(point(0.0), |sum, x| sum + x.abs())).collect();
        let mut see = |z: Interval, k: usize| {
            let norm = norms.get(k).copied().unwrap_or(Interval::EMPTY);
            let margin = z.abs() / norm;
            // What is no number proves no region.
            input = input.min(if is_usable(margin) { margin.inf() } else { 0.0 });
        };
        for (i, (role, model)) in neurons.iter().zip(network.neurons()).enumerate() {
            match role {
                NeuronBox::Live(_) | NeuronBox::Split { .. } => {
                    let (leader, ratio) = match role {
                        NeuronBox::Split { leader, ratio } => (*leader, point(*ratio)),
                        _ => (i, point(1.0)),
                    };
                    let Some((place, _)) = unit_of(self.pattern(), leader) else { continue };
                    let own = self.field.preactivations.get(place).zip(self.sides().0.get(place));
                    for (k, (z, side)) in own.into_iter().flat_map(|(z, s)| z.iter().zip(s)).enumerate() {
                        if *side != Side::Kink {
                            see(ratio * *z, k);
                        }
                    }
                    let h = self.values.units.get(place).and_then(|own| own.output.first());
                    output =
                        output.min(h.map(|h| (ratio * *h).abs()).filter(|h| is_usable(*h)).map_or(0.0, |h| h.inf()));
                }
                NeuronBox::Constant { bias } => (0..norms.len()).for_each(|k| see(point(*bias), k)),
                NeuronBox::Frozen { .. } => {
                    let w = parameters(&model.input);
                    self.data().rows.iter().enumerate().for_each(|(k, row)| see(dot(row, &w), k));
                }
                NeuronBox::Zero | NeuronBox::Escape { .. } => {}
            }
        }
        (input, output)
    }
}

pub(super) fn is_strict(value: Interval) -> bool {
    value.mig() > 0.0
}

fn at_zero(neuron: usize) -> Reject {
    let reason = Reason::fails("|G(u)| <= sqrt(lh) |u'| for a neuron at zero, for all u", "not shown");
    Reject { step: Place::Neuron(neuron), rule: Rule::Zero, reason }
}

pub(super) fn refusal(neuron: usize, rule: Rule, expected: impl Into<String>, found: String) -> Reject {
    Reject { step: Place::Neuron(neuron), rule, reason: Reason::fails(expected, found) }
}
