//! The last Newton steps, with residuals in twice the precision: the point solves its equations to the last bits.

use super::compensated::{Pair, dot};
use super::dense::Factor;
use super::descent::return_to_kinks;
use super::newton::Frame;
use super::point::{Gradient, Point};
use super::surface::Surface;
use crate::exact::cell::Side;

/// Most steps.
const MAX_STEPS: usize = 20;

/// Newton's method until the residual falls no more: the largest of the equations' residuals, relative to the largest
/// sum of terms. The reason where the equations are singular.
pub fn refine(surface: &Surface, point: &mut Point) -> Result<f64, String> {
    let (mut gradient, mut residual) = measured(surface, point);
    for _ in 0..MAX_STEPS {
        let frame = Frame::new(surface, point);
        let view = surface.view(point);
        let h = frame.hessian(surface, point, &view, &gradient);
        let Some(factor) = Factor::new(&h, 0.0) else {
            return Err(
                "the second derivative on the face is not definite: stationary points are not isolated, or this is \
                        no minimum"
                    .into(),
            );
        };
        let step = frame.expand(&factor.solve(&frame.reduce(&gradient)));
        let mut next = point.clone();
        next.step(-1.0, &step);
        return_to_kinks(surface, &mut next);
        let (next_gradient, next_residual) = measured(surface, &next);
        if next_residual >= 0.5 * residual {
            if next_residual < residual {
                (*point, residual) = (next, next_residual);
            }
            break;
        }
        (*point, gradient, residual) = (next, next_gradient, next_residual);
    }
    Ok(residual)
}

/// The gradient, with the residual along the free directions.
fn measured(surface: &Surface, point: &Point) -> (Gradient, f64) {
    let (gradient, scale) = precise_gradient(surface, point);
    let reduced = Frame::new(surface, point).reduce(&gradient);
    let largest = reduced.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    (gradient, largest / scale.max(f64::MIN_POSITIVE))
}

/// The gradient at a point in twice the precision, rounded at the end; and the largest sum of its terms' sizes.
pub fn precise_gradient(surface: &Surface, point: &Point) -> (Gradient, f64) {
    let decay = &surface.decay;
    let mut eps = precise_errors(surface, point);
    eps.iter_mut().for_each(|e| e.iter_mut().zip(&surface.rows).for_each(|(e, r)| *e = e.times(r.weight)));
    let mut scale: f64 = 0.0;
    let bias = (0..surface.outputs).map(|j| {
        let own = Pair::product(decay.output_bias, point.bias[j]);
        scale = scale.max(eps[j].iter().map(|e| e.0.abs()).sum());
        if surface.has_bias { eps[j].iter().fold(own, |sum, e| sum.plus(*e)).float() } else { 0.0 }
    });
    let bias = bias.collect();
    let (mut units, mut potentials) = (Vec::new(), Vec::new());
    for unit in &point.units {
        let potential: Vec<Vec<Pair>> = eps.iter().map(|e| precise_potential(surface, &unit.sides, e)).collect();
        let mut input: Vec<Pair> =
            unit.input.iter().zip(&surface.input_decay).map(|(w, l)| Pair::product(*w, *l)).collect();
        for (h, p) in unit.output.iter().zip(&potential) {
            input.iter_mut().zip(p).for_each(|(i, p)| *i = i.plus(p.times(*h)));
        }
        let output = |(h, p): (&f64, &Vec<Pair>)| {
            let own = Pair::product(*h, decay.output);
            p.iter().zip(&unit.input).fold(own, |sum, (p, w)| sum.plus(p.times(*w))).float()
        };
        let output = unit.output.iter().zip(&potential).map(output).collect();
        units.push((input.into_iter().map(Pair::float).collect(), output));
        potentials.push(potential.into_iter().map(|p| p.into_iter().map(Pair::float).collect()).collect());
    }
    (Gradient { units, potentials, bias }, scale)
}

/// f - y of each output and row in twice the precision.
pub fn precise_errors(surface: &Surface, point: &Point) -> Vec<Vec<Pair>> {
    let error = |j: usize, k: usize| Pair(point.bias[j], 0.0).plus(Pair(-surface.rows[k].target[j], 0.0));
    let mut errors: Vec<Vec<Pair>> =
        (0..surface.outputs).map(|j| (0..surface.rows.len()).map(|k| error(j, k)).collect()).collect();
    for unit in &point.units {
        let mass = unit.mass();
        for (ray, side) in surface.rays.iter().zip(&unit.sides).filter(|(_, s)| **s != Side::Kink) {
            let z = dot(&ray.x, &unit.input).times(mass);
            for &k in &ray.rows {
                let value = z.times(surface.slope(*side, k));
                errors.iter_mut().zip(&unit.output).for_each(|(e, h)| e[k] = e[k].plus(value.times(*h)));
            }
        }
    }
    errors
}

fn precise_potential(surface: &Surface, sides: &[Side], eps: &[Pair]) -> Vec<Pair> {
    let mut sum = vec![Pair::default(); surface.width()];
    for (ray, side) in surface.rays.iter().zip(sides).filter(|(_, s)| **s != Side::Kink) {
        let factor = ray.rows.iter().fold(Pair::default(), |f, &k| f.plus(eps[k].times(surface.slope(*side, k))));
        if factor.0 != 0.0 {
            sum.iter_mut().zip(&ray.x).for_each(|(s, x)| *s = s.plus(factor.times(*x)));
        }
    }
    sum
}
