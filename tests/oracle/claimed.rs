//! Local minima by the second order (T5), claimed of any stationary point, its first order proved by a route of our
//! choice: what the kernel accepts is a minimum.

use crate::common::instance::Instance;
use crate::common::rng::Rng;
use crate::exact::{Answer, judge};
use crate::forms::by_search;
use crate::mixed_instances::mixed;
use crate::{Counts, curvature};
use lowpoint::kernel::certificate::{Certificate, Curvature, NeuronProof, NeuronStep, Nonnegative, Point};
use lowpoint::kernel::check::check;
use lowpoint::kernel::claim::Claim;
use lowpoint::kernel::evaluation::Evaluation;
use lowpoint::kernel::problem::Problem;
use lowpoint::kernel::rule::statement::header;
use lowpoint::kernel::samples::Samples;
use lowpoint::kernel::theorem::Theorem;
use lowpoint::search::cells::{self, Limits};
use lowpoint::search::nonnegative::Decision;

/// The claim's certificate, if the first order is found.
pub fn certificate(problem: &Problem, rng: &mut Rng) -> Option<Certificate> {
    let samples = Samples::new(problem.dataset(), problem.network().has_hidden_bias());
    let evaluation = Evaluation::new(problem.dataset(), &samples, problem.network().clone());
    let mut neurons = Vec::new();
    for (i, neuron) in problem.network().neurons().iter().enumerate() {
        let form = evaluation.slope_form(i);
        let scalar = form.combine(&neuron.output);
        let limits = rng.pick(&[None, Some((1, true)), Some((500, true)), Some((500, false))]);
        let decision = match limits {
            None => by_search(&scalar),
            Some((max_cells, matrices)) if !scalar.bends.is_empty() => {
                cells::decide(&scalar, &Limits { max_cells, matrices })
            }
            Some(_) => return None,
        };
        let proof = match decision {
            _ if form.is_zero() => NeuronProof::ZeroForm,
            Decision::Proved(_) if rng.chance(30) => NeuronProof::Stationary(Nonnegative::Rays),
            Decision::Proved(proof) => NeuronProof::Stationary(proof),
            _ => return None,
        };
        neurons.push(NeuronStep { kinks: form.kinks, proof });
    }
    Some(Certificate {
        header: header(problem),
        point: Point::default(),
        region: None,
        bias: evaluation.bias_step(problem.penalty()),
        neurons,
        curvature: Curvature::Positive,
    })
}

/// What the kernel makes of it.
fn claimed_minimum(instance: &Instance, rng: &mut Rng) -> Option<Theorem> {
    let problem = instance.problem();
    check(&problem, &Claim::LocalMinimum, &certificate(&problem, rng)?).ok()
}

fn sweep(seeds: std::ops::Range<u64>) -> Counts {
    let mut counts = Counts::default();
    for seed in seeds {
        let mut rng = Rng::new(seed);
        let mut instance = if rng.chance(80) { Instance::random(&mut rng) } else { mixed(&mut rng) };
        for divisor in [1, 30] {
            curvature::shrink(&mut instance, divisor);
            let judged = judge(&instance, &instance.net);
            if judged.answer == Answer::NotStationary {
                break;
            }
            for _ in 0..3 {
                let name = format!("J = {}, {:?}", instance.outputs(), judged.answer);
                let Some(theorem) = claimed_minimum(&instance, &mut rng) else {
                    counts.add(format!("{name}: refused"));
                    continue;
                };
                counts.add(format!("{name}: accepted"));
                assert_ne!(judged.answer, Answer::Saddle, "seed {seed}\n{instance}");
                theorem.neurons().iter().for_each(|n| counts.add(format!("route {:?}", n.route)));
                curvature::holds(&instance, &judged, theorem.curvature(), &mut rng);
            }
        }
    }
    counts.print();
    counts
}

#[test]
fn minima_by_the_second_order_are_minima() {
    let counts = sweep(0..1000);
    for what in ["J = 1, LocalMinimum: accepted", "J = 2, LocalMinimum: accepted", "J = 2, SecondOrder: accepted"] {
        assert!(counts.of(what) >= 2, "only {} of `{what}`", counts.of(what));
    }
}

#[test]
#[ignore = "takes minutes"]
fn minima_by_the_second_order_are_minima_on_a_long_sweep() {
    sweep(1_000_000..1_005_000);
}
