//! What the second order says of a stationary point (T5): a minimum, a direction of descent, or why neither is proved.

use super::float::shortened;
use super::named;
use crate::kernel::certificate::{Curvature, Direction, NeuronProof, NeuronStep};
use crate::kernel::definite::positive_definite;
use crate::kernel::evaluation::Evaluation;
use crate::kernel::linear::{Echelon, content, dot};
use crate::kernel::network::Neuron;
use crate::kernel::reject::Reason;
use crate::kernel::rule::critical::Side;
use crate::kernel::rule::curvature;
use crate::kernel::second_order::{SecondOrder, Slopes, value};
use crate::kernel::slope_form::SlopeForm;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Most halvings of the step along a direction of descent.
const MAX_HALVINGS: u32 = 300;
/// Most bits between input and output weights along an escape direction.
const MAX_SHIFT: u32 = 80;
/// Largest matrix of which every null vector is looked at.
const MAX_SEARCHED: usize = 40;
/// Most classes of which pairs are tried.
const MAX_PAIRED: usize = 12;

/// What the second order decides at a point whose neurons are all proved stationary, with the escape directions that are
/// known of some; or why it does not.
pub fn second_order(
    evaluation: &Evaluation<'_>,
    steps: &[NeuronStep],
    escapes: &[(usize, Vec<BigInt>)],
) -> Result<Curvature, String> {
    let forms: Vec<SlopeForm> = (0..steps.len()).map(|i| evaluation.slope_form(i)).collect();
    if let Some(found) = escapes.iter().find_map(|(i, u)| against_slope(evaluation, &forms, *i, u)) {
        return Ok(found);
    }
    let second = curvature::form(evaluation, steps).map_err(|failure| match failure.reason {
        Reason::Limit(what) => format!("the second order is over a limit: {what}"),
        Reason::Fails { expected, found } => format!("the second order needs {expected}, found {found}"),
        other => other.to_string(),
    })?;
    // The first direction with Q <= 0 on a span, and whether Q >= 0 on that span.
    let mut weak: Option<(Direction, bool)> = None;
    for piece in 0..1 << second.open_classes() {
        let matrix = second.matrix(piece);
        let Err(z) = positive_definite(&matrix) else { continue };
        let below = negative(&matrix);
        weak.get_or_insert_with(|| (second.direction(below.as_ref().unwrap_or(&z)), below.is_none()));
        if let Some(found) = below.and_then(|z| descent_along(evaluation, &forms, &second, &z)) {
            return Ok(found);
        }
    }
    let Some((weak, semidefinite)) = weak else { return Ok(Curvature::Positive) };
    for second in faces(evaluation, &second) {
        for piece in 0..1 << second.open_classes() {
            let below = negative(&second.matrix(piece));
            if let Some(found) = below.and_then(|z| descent_along(evaluation, &forms, &second, &z)) {
                return Ok(found);
            }
        }
    }
    Err(reason(evaluation, &forms, &weak, semidefinite))
}

/// Along an escape direction u of neuron i, with output weights against D(u): always a descent where w_i = 0, since they
/// change no output to first order.
fn against_slope(evaluation: &Evaluation<'_>, forms: &[SlopeForm], i: usize, u: &[BigInt]) -> Option<Curvature> {
    let network = evaluation.network();
    let against: Vec<BigInt> = forms[i].evaluate(u).iter().map(|d| -d).collect();
    let zeros = |n: usize| vec![vec![BigInt::zero(); n]; network.neurons().len()];
    let trial = |(bits, for_input, for_output): (u64, u32, u32)| {
        let (mut inputs, mut outputs) = (zeros(network.weight_count()), zeros(network.output_count()));
        inputs[i] = u.iter().map(|v| v << for_input).collect();
        outputs[i] = shortened(&against, bits).iter().map(|v| v << for_output).collect();
        primitive(Direction { inputs, outputs, bias: network.output_bias().map(|b| vec![BigInt::zero(); b.len()]) })
    };
    let shifts = || (0..=MAX_SHIFT).step_by(4).flat_map(|shift| [(0, shift), (shift, 0)]);
    let trials = [2, 12].into_iter().flat_map(|bits| shifts().map(move |(u, g)| (bits, u, g)));
    trials.map(trial).find_map(|direction| {
        curvature::descent(evaluation, &Slopes::new(forms, &direction), &direction).ok()?;
        Some(Curvature::Descent { step: step(evaluation, &direction)?, direction })
    })
}

/// The cone's faces on which at most two classes bend, all others annihilated: there inequalities hardly hinder.
fn faces<'a>(evaluation: &'a Evaluation<'a>, second: &SecondOrder<'_>) -> Vec<SecondOrder<'a>> {
    let bending = |n: usize| second.neurons()[n].sides.iter().enumerate().filter(|(_, s)| **s != Side::Zero);
    let classes: Vec<(usize, usize)> =
        (0..second.neurons().len()).flat_map(|n| bending(n).map(move |(class, _)| (n, class))).collect();
    let face = |kept: &[(usize, usize)]| {
        let neurons = second.neurons().iter().enumerate().map(|(n, own)| {
            let side = |(class, side): (usize, &Side)| if kept.contains(&(n, class)) { *side } else { Side::Zero };
            (own.index, own.form.clone(), own.sides.iter().enumerate().map(side).collect())
        });
        SecondOrder::new(evaluation, neurons)
    };
    let mut all = Vec::new();
    if !classes.is_empty() {
        all.push(face(&[]));
    }
    all.extend(classes.iter().map(|one| face(&[*one])));
    if classes.len() <= MAX_PAIRED {
        for (place, one) in classes.iter().enumerate() {
            all.extend(classes[place + 1..].iter().map(|other| face(&[*one, *other])));
        }
    }
    all
}

/// The direction of these variables or its opposite, if it is critical and Q < 0, with a step that lowers the loss.
fn descent_along(
    evaluation: &Evaluation<'_>,
    forms: &[SlopeForm],
    second: &SecondOrder<'_>,
    z: &[BigInt],
) -> Option<Curvature> {
    let opposite: Vec<BigInt> = z.iter().map(|v| -v).collect();
    [z, &opposite].into_iter().find_map(|z| {
        let direction = primitive(second.direction(z));
        let descends = |d: &Direction| curvature::descent(evaluation, &Slopes::new(forms, d), d);
        descends(&direction).ok()?;
        // Fewer digits where that is enough; equations hold for any values of the variables.
        let short = [2, 4, 8, 16, 32].iter().map(|bits| primitive(second.direction(&shortened(z, *bits))));
        let fits = |d: &Direction| descends(d).is_ok();
        let direction = short.into_iter().find(fits).unwrap_or(direction);
        let step = step(evaluation, &direction)?;
        Some(Curvature::Descent { direction, step })
    })
}

/// An integer z with z.Mz < 0, if M is not positive semidefinite; large matrices are not searched to the end.
fn negative(matrix: &[Vec<BigInt>]) -> Option<Vec<BigInt>> {
    let mut active: Vec<usize> = (0..matrix.len()).collect();
    // Each round is one elimination, whose cost grows with the fifth power of its size.
    let rounds = if matrix.len() <= MAX_SEARCHED { matrix.len() } else { 2 };
    for _ in 0..rounds {
        let part: Vec<Vec<BigInt>> =
            active.iter().map(|&p| active.iter().map(|&q| matrix[p][q].clone()).collect()).collect();
        let z = positive_definite(&part).err()?;
        let image: Vec<BigInt> = part.iter().map(|row| dot(row, &z)).collect();
        let square = dot(&image, &image);
        let found = if dot(&z, &image).is_negative() {
            z
        } else if square.is_zero() {
            // A null vector: the form does not change along it, so one of its coordinates can be left out.
            let place = z.iter().rposition(|v| !v.is_zero())?;
            active.remove(place);
            continue;
        } else {
            // z.Mz = 0: towards -Mz it falls.
            let twice: BigInt = part.iter().zip(&image).map(|(row, e)| dot(row, &image) * e).sum();
            let factor: BigInt = twice.max(BigInt::zero()) / (&square * 2) + 1;
            z.iter().zip(&image).map(|(z, e)| z * &factor - e).collect()
        };
        let mut full = vec![BigInt::zero(); matrix.len()];
        active.iter().zip(found).for_each(|(&p, v)| full[p] = v);
        return Some(full);
    }
    None
}

fn primitive(mut direction: Direction) -> Direction {
    let Direction { inputs, outputs, bias } = &mut direction;
    let mut parts: Vec<&mut Vec<BigInt>> = inputs.iter_mut().chain(outputs).chain(bias).collect();
    let common = content(parts.iter().flat_map(|part| part.iter()), &BigInt::zero());
    if !common.is_zero() {
        parts.iter_mut().flat_map(|part| part.iter_mut()).for_each(|v| *v /= &common);
    }
    direction
}

/// The first of 1 / size, 1 / (2 size), … that lowers the loss.
fn step(evaluation: &Evaluation<'_>, direction: &Direction) -> Option<BigRational> {
    let parts = direction.inputs.iter().chain(&direction.outputs).chain(&direction.bias).flatten();
    let bits = parts.map(BigInt::bits).max()?;
    let step = |halvings: u32| BigRational::new(1.into(), BigInt::one() << (bits - 1 + u64::from(halvings)));
    (0..MAX_HALVINGS).map(step).find(|step| curvature::lowers(evaluation, direction, step).is_ok())
}

/// Why nothing is decided, where Q <= 0 along `weak`.
fn reason(evaluation: &Evaluation<'_>, forms: &[SlopeForm], weak: &Direction, semi: bool) -> String {
    let network = evaluation.network().neurons();
    let moves = |v: &Vec<BigInt>| v.iter().any(|v| !v.is_zero());
    let (u, g) = (|i: usize| moves(&weak.inputs[i]), |i: usize| moves(&weak.outputs[i]));
    let neurons: Vec<usize> = (0..network.len()).filter(|&i| u(i) || g(i)).collect();
    let names = named(&neurons).unwrap_or_else(|| "the output bias alone".to_string());
    let semidefinite = |what: String| format!("the second order is only semidefinite: it vanishes along {what}");
    let bias = weak.bias.as_ref().is_some_and(moves);
    match neurons[..] {
        [i] if !bias && !u(i) && network[i].input.is_zero() => {
            return semidefinite(format!("the output weights of neuron {i}, whose input weights are zero"));
        }
        [i] if !bias && !g(i) && network[i].output.is_zero() => {
            return semidefinite(format!("the input weights of neuron {i}, whose output weights are zero"));
        }
        [i, j] if !bias && !u(i) && !u(j) && parallel(&network[i], &network[j]) => {
            return semidefinite(format!(
                "output weights that neurons {i} and {j}, with parallel input weights, pass to each other"
            ));
        }
        _ => {}
    }
    let slope: BigInt =
        weak.inputs.iter().zip(&weak.outputs).zip(forms).map(|((u, g), f)| dot(g, &f.evaluate(u))).sum();
    if slope.is_zero() && value(evaluation, &Slopes::new(forms, weak), weak).is_zero() {
        return semidefinite(format!("a direction that changes no output to first order ({names})"));
    }
    if semi {
        return semidefinite(format!("a direction of {names}"));
    }
    format!(
        "the second order is not positive definite on the span of a critical face ({names}), and no critical direction \
         was found along which it is negative"
    )
}

fn parallel(a: &Neuron, b: &Neuron) -> bool {
    let mut span = Echelon::default();
    span.insert(a.input.numerators()) && span.contains(b.input.numerators()) && !b.input.is_zero()
}

/// The reason for every neuron that the first order leaves open.
pub fn open(steps: &[NeuronStep], reason: &str) -> Vec<(usize, String)> {
    let stationary = steps.iter().enumerate().filter(|(_, s)| matches!(s.proof, NeuronProof::Stationary(_)));
    stationary.map(|(i, _)| (i, format!("stationary, with no margin for its output weights found; {reason}"))).collect()
}
