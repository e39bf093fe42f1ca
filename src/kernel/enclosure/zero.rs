//! Neurons at zero under weight decay: is |G(u)| <= |h'| |u'| for all u, in the norms of the decay (T10)?
//!
//! With |u'|^2 = sum_a l_a u_a^2 over the input coordinates (l_a their coefficients) the question is |G(u)| <= sqrt(lh) |u'|.
//! Both sides are homogeneous, so u may be taken from the surface of a cube, which is cut into boxes. A box is closed where
//!
//! * the enclosures show the inequality; or
//! * every x_k.u has one sign: G(u) = p.u there, and sum_a p_a^2 / l_a <= lh suffices (Cauchy and Schwarz), if p vanishes in the
//!   coordinates that are not decayed. It does in the hidden bias's where all signs are equal and sum eps = 0; or
//! * all of it lies in the closed cone of a live neuron i, on which x_k.u keeps the strict signs of w_i.x_k weakly: there
//!   G(u) = D_i(u), and h_i D_i(u) + w_i'.u' >= 0 with the balance lh h_i^2 = |w_i'|^2 gives
//!   -sign(h_i) G(u) <= sqrt(lh) |u'|; only the other side is left. Near w_i, where equality holds, no enclosure could
//!   decide it.

use super::data::Data;
use super::field::{Field, Side, Sides};
use super::interval::{Interval, dot, point};
use super::pattern::Values;

/// Most coordinates of u: the boxes are too many beyond.
pub const MAX_ZERO_WIDTH: usize = 4;
/// Most boxes that are looked at.
pub const MAX_ZERO_BOXES: usize = 1 << 17;

/// The live neurons' cones: sides and the sign of h_i.
struct Cone<'s> {
    sides: &'s [Side],
    positive: bool,
}

/// What of -kap |u'| <= G(u) <= kap |u'| is still to be shown on a box.
#[derive(Clone, Copy)]
struct Bounds {
    above: bool,
    below: bool,
}

/// Whether |G(u)| <= sqrt(lh) |u'| for all u; J = 1. `balanced`: sum eps = 0 is one of the equations.
pub fn is_minimum(data: &Data, sides: &Sides, whole: &Values, field: &Field, balanced: bool) -> bool {
    let width = data.input_decay.len();
    let Some(eps) = field.residuals.first().filter(|_| width <= MAX_ZERO_WIDTH) else { return false };
    let positive = |h: &[Interval]| h.first().is_some_and(|h| h.inf() > 0.0);
    let cones: Vec<Cone<'_>> =
        sides.0.iter().zip(&whole.units).map(|(s, own)| Cone { sides: s, positive: positive(&own.output) }).collect();
    let mut stack: Vec<Vec<Interval>> = (0..width).flat_map(|a| [face(width, a, 1.0), face(width, a, -1.0)]).collect();
    let mut seen = 0;
    while let Some(u) = stack.pop() {
        seen += 1;
        if seen > MAX_ZERO_BOXES {
            return false;
        }
        if !closed(data, eps, &cones, &u, balanced) {
            match halves(&u) {
                Some(both) => stack.extend(both),
                None => return false,
            }
        }
    }
    true
}

/// |G(u)| > sqrt(lh) |u'| for this u: with the neuron at zero no minimum, whatever the number of outputs, since
/// w = t u and h = -t G(u)/|G(u)| |u'|/sqrt(lh) change the loss by t^2 |u'| (|u'| - |G(u)|/sqrt(lh)) + O(t^4).
pub fn escapes(data: &Data, field: &Field, u: &[f64]) -> bool {
    let u: Vec<Interval> = u.iter().map(|v| point(*v)).collect();
    let squares = field.residuals.iter().map(|eps| potential(data, eps, &u).value.sqr());
    let size = squares.fold(point(0.0), |sum, square| sum + square).sqrt();
    size.mig() > most(data, &u).sup()
}

fn closed(data: &Data, eps: &[Interval], cones: &[Cone<'_>], u: &[Interval], balanced: bool) -> bool {
    let (most, g) = (most(data, u), potential(data, eps, u));
    let mut left = Bounds { above: g.value.sup() > most.inf(), below: g.value.inf() < -most.inf() };
    if !left.above && !left.below {
        return true;
    }
    if g.linear.as_ref().is_some_and(|p| is_short(data, p, g.one_sided && balanced)) {
        return true;
    }
    let z: Vec<Interval> = data.rows.iter().map(|row| dot(row, u)).collect();
    for cone in cones.iter().filter(|cone| holds(cone.sides, &z)) {
        // -sign(h) G <= sqrt(lh) |u'|: for h > 0 the lower bound, else the upper one.
        if cone.positive { left.below = false } else { left.above = false }
    }
    !left.above && !left.below
}

/// sum_a p_a^2 / l_a <= lh, where p vanishes in the coordinates without decay: `free` of the hidden bias.
pub fn is_short(data: &Data, p: &[Interval], free: bool) -> bool {
    let mut sum = point(0.0);
    for (p, decay) in p.iter().zip(&data.input_decay) {
        match decay.inf() > 0.0 {
            true => sum += p.sqr() / *decay,
            // Only a hidden bias is without decay.
            false if free || p.mag() == 0.0 => {}
            false => return false,
        }
    }
    sum.sup() <= data.output_decay.inf()
}

/// Whether all of the box keeps the strict signs weakly.
fn holds(sides: &[Side], z: &[Interval]) -> bool {
    sides.iter().zip(z).all(|(side, z)| match side {
        Side::Plus => z.inf() >= 0.0,
        Side::Minus => z.sup() <= 0.0,
        Side::Kink => true,
    })
}

/// G over a box of directions.
struct Potential {
    value: Interval,
    /// G(u) = p.u in the whole box, where every sign is known.
    linear: Option<Vec<Interval>>,
    /// Whether all signs are known and equal.
    one_sided: bool,
}

/// One linear form for the samples whose sign is known, a sum of hulls for the others.
fn potential(data: &Data, eps: &[Interval], u: &[Interval]) -> Potential {
    let zero = point(0.0);
    let (mut linear, mut rest) = (vec![zero; u.len()], zero);
    let mut counts = [0usize; 3];
    for (row, eps) in data.rows.iter().zip(eps) {
        let z = dot(row, u);
        let side = Side::strict(z);
        let [plus, minus, open] = &mut counts;
        match side {
            Some(side) => {
                *(if side == Side::Plus { plus } else { minus }) += 1;
                let factor = side.slope(data) * *eps;
                linear.iter_mut().zip(row).for_each(|(sum, x)| *sum += factor * *x);
            }
            None => {
                *open += 1;
                rest += *eps * (data.slopes.0 * z.max(zero) + data.slopes.1 * z.min(zero));
            }
        }
    }
    let [plus, minus, open] = counts;
    let value = rest + dot(&linear, u);
    Potential { value, linear: (open == 0).then_some(linear), one_sided: open == 0 && (plus == 0 || minus == 0) }
}

/// sqrt(lh) |u'|.
fn most(data: &Data, u: &[Interval]) -> Interval {
    let squares = u.iter().zip(&data.input_decay).fold(point(0.0), |sum, (v, decay)| sum + *decay * v.sqr());
    (data.output_decay * squares).sqrt()
}

/// The face u_a = side of the cube.
fn face(width: usize, a: usize, side: f64) -> Vec<Interval> {
    (0..width).map(|b| if b == a { point(side) } else { super::interval::ball(0.0, 1.0) }).collect()
}

/// The box cut across its longest edge; `None` where floats end.
fn halves(u: &[Interval]) -> Option<[Vec<Interval>; 2]> {
    let (a, longest) = u.iter().enumerate().max_by(|(_, x), (_, y)| x.wid().total_cmp(&y.wid()))?;
    let mid = longest.mid();
    if longest.wid() < 1e-9 {
        return None;
    }
    let part = |low: f64, high: f64| {
        let edge = Interval::try_from((low, high)).unwrap_or(Interval::EMPTY);
        u.iter().enumerate().map(|(b, v)| if b == a { edge } else { *v }).collect()
    };
    Some([part(longest.inf(), mid), part(mid, longest.sup())])
}
