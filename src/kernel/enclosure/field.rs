//! What the numbers of a box make of the samples: the side of every w_i.x_k, the errors, the residuals.
//!
//! On the pattern the network is the polynomial f(x_k) = bias + sum_i T_i h_i s_ik w_i.x_k, where s_ik is the slope of the
//! side and 0 on kinks: there w_i.x_k = 0 is an equation of the system.

use super::certificate::{NeuronBox, System};
use super::data::{Data, parameters};
use super::interval::{Interval, dot, is_usable, point};
use super::pattern::{Pattern, Twin, Unit, Values};
use crate::kernel::problem::Problem;
use crate::kernel::reject::{Place, Reason, Reject, Rule};

pub use crate::kernel::samples::Side;

/// The sides of all units' samples, the same in the whole box; twins have those of their live neurons.
#[derive(Debug, Clone)]
pub struct Sides(pub Vec<Vec<Side>>);

/// The samples seen through some numbers of the box.
#[derive(Debug, Clone)]
pub struct Field {
    /// w_i.x_k of each unit.
    pub preactivations: Vec<Vec<Interval>>,
    /// f(x_k) - y_k: J vectors of length N.
    pub errors: Vec<Vec<Interval>>,
    /// eps_k = c_k (f(x_k) - y_k).
    pub residuals: Vec<Vec<Interval>>,
}

impl Side {
    /// The activation's slope, 0 on kinks.
    pub fn slope(self, data: &Data) -> Interval {
        match self {
            Self::Plus => data.slopes.0,
            Self::Minus => data.slopes.1,
            Self::Kink => point(0.0),
        }
    }

    /// The strict side of an interval.
    pub fn strict(z: Interval) -> Option<Self> {
        match (z.inf() > 0.0, z.sup() < 0.0) {
            (true, _) => Some(Self::Plus),
            (_, true) => Some(Self::Minus),
            _ => None,
        }
    }
}

impl Sides {
    /// Decides the sides over the box. Every w_i.x_k that is no stated kink must have a strict sign.
    pub fn new(
        problem: &Problem,
        data: &Data,
        pattern: &Pattern<'_>,
        system: System,
        neurons: &[NeuronBox],
        whole: &Values,
    ) -> Result<Self, Reject> {
        let mut all = Vec::with_capacity(pattern.units.len());
        for (unit, values) in pattern.units.iter().zip(&whole.units) {
            // A neuron that is held at w = 0 adds nothing to f; only where the loss is zero may its kinks be passed over.
            let rests = system == System::Interpolation && values.input.iter().all(|w| w.mag() == 0.0);
            let mut kinks = unit.live.kinks.iter().peekable();
            let mut sides = Vec::with_capacity(data.rows.len());
            for (k, row) in data.rows.iter().enumerate() {
                let is_kink = kinks.next_if(|kink| **kink == k).is_some() || rests;
                sides.push(if is_kink { Side::Kink } else { strict(unit.neuron, k, dot(row, &values.input))? });
            }
            all.push(sides);
        }
        let sides = Self(all);
        for twin in &pattern.twins {
            sides.same(data, pattern, twin)?;
        }
        for (i, (own, _)) in problem
            .network()
            .neurons()
            .iter()
            .zip(neurons)
            .enumerate()
            .filter(|(_, (_, role))| matches!(role, NeuronBox::Frozen { twin: None }))
        {
            rests(data, i, &parameters(&own.input))?;
        }
        Ok(sides)
    }

    /// The twin has the sides of its live neuron, which has no kinks.
    fn same(&self, data: &Data, pattern: &Pattern<'_>, twin: &Twin) -> Result<(), Reject> {
        let of_live = pattern.units.iter().zip(&self.0).find(|(unit, _)| unit.neuron == twin.twin).map(|(_, s)| s);
        for (k, (row, side)) in data.rows.iter().zip(of_live.into_iter().flatten()).enumerate() {
            if strict(twin.neuron, k, dot(row, &twin.input))? != *side {
                let expected = format!("the side of its twin, neuron {}, on sample {k}", twin.twin);
                return Err(refusal(twin.neuron, expected, "another".into()));
            }
        }
        Ok(())
    }
}

impl Field {
    /// Runs the pattern's network on the samples; a refusal where a number leaves the range of floats.
    pub fn new(data: &Data, pattern: &Pattern<'_>, sides: &Sides, values: &Values) -> Result<Self, Reject> {
        let mut errors: Vec<Vec<Interval>> = data.targets.clone();
        for (row, bias) in errors.iter_mut().zip(&values.bias) {
            row.iter_mut().for_each(|y| *y = *bias - *y);
        }
        let mut preactivations = Vec::with_capacity(pattern.units.len());
        for ((unit, own), sides) in pattern.units.iter().zip(&values.units).zip(&sides.0) {
            let z: Vec<Interval> = data.rows.iter().map(|row| dot(row, &own.input)).collect();
            for (row, h) in errors.iter_mut().zip(&own.output) {
                add_output(data, row, unit.share * *h, &z, sides);
            }
            preactivations.push(z);
        }
        for twin in &pattern.twins {
            let of_live = pattern.units.iter().zip(&sides.0).find(|(unit, _)| unit.neuron == twin.twin);
            let z: Vec<Interval> = data.rows.iter().map(|row| dot(row, &twin.input)).collect();
            if let (Some((_, sides)), Some(row)) = (of_live, errors.first_mut()) {
                add_output(data, row, twin.output, &z, sides);
            }
        }
        let weighted = |row: &Vec<Interval>| row.iter().zip(&data.weights).map(|(e, c)| *e * *c).collect();
        let residuals: Vec<Vec<Interval>> = errors.iter().map(weighted).collect();
        match residuals.iter().flatten().all(|v| is_usable(*v)) {
            true => Ok(Self { preactivations, errors, residuals }),
            false => Err(Reject {
                step: Place::Conclusion,
                rule: Rule::Signs,
                reason: Reason::fails("residuals within the range of floats", "one beyond it"),
            }),
        }
    }

    /// h_i.eps_k for all samples.
    pub fn weighted(&self, output: &[Interval]) -> Vec<Interval> {
        let mut sums = vec![point(0.0); self.residuals.first().map_or(0, Vec::len)];
        for (row, h) in self.residuals.iter().zip(output) {
            sums.iter_mut().zip(row).for_each(|(sum, eps)| *sum += *h * *eps);
        }
        sums
    }
}

/// Adds h s_k z_k to one output's errors.
fn add_output(data: &Data, row: &mut [Interval], h: Interval, z: &[Interval], sides: &[Side]) {
    for ((e, z), side) in row.iter_mut().zip(z).zip(sides) {
        if *side != Side::Kink {
            *e += h * side.slope(data) * *z;
        }
    }
}

fn strict(neuron: usize, k: usize, z: Interval) -> Result<Side, Reject> {
    Side::strict(z).ok_or_else(|| {
        let expected = format!("w.x of one strict sign in the whole box on sample {k}, which is no stated kink");
        refusal(neuron, expected, format!("values from {} to {}", z.inf(), z.sup()))
    })
}

/// The neuron is on no sample active.
fn rests(data: &Data, neuron: usize, input: &[Interval]) -> Result<(), Reject> {
    for (k, row) in data.rows.iter().enumerate() {
        let slope = strict(neuron, k, dot(row, input))?.slope(data);
        if slope.mag() != 0.0 {
            return Err(refusal(
                neuron,
                "a neuron that is active on no sample".into(),
                format!("active on sample {k}"),
            ));
        }
    }
    Ok(())
}

fn refusal(neuron: usize, expected: String, found: String) -> Reject {
    Reject { step: Place::Neuron(neuron), rule: Rule::Signs, reason: Reason::fails(expected, found) }
}

/// The unit of a live neuron.
pub fn unit_of<'p, 'a>(pattern: &'p Pattern<'a>, neuron: usize) -> Option<(usize, &'p Unit<'a>)> {
    pattern.units.iter().enumerate().find(|(_, unit)| unit.neuron == neuron)
}
