//! The region of a local minimum, attacked with the naive loss.

use super::exact::Judged;
use super::instance::{Instance, Net};
use super::linear::{Q, integer, q};
use super::rng::Rng;
use lowpoint::kernel::certificate::{Radius, Region};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

/// No parameters of the region have a lower loss: exact random moves, many of them to the region's boundary.
pub fn region_holds(instance: &Instance, net: &Net, judged: &Judged, region: &Region, rng: &mut Rng) {
    let here = instance.loss(net);
    for _ in 0..20 {
        let moved = move_within(net, judged, region, rng);
        let there = instance.loss(&moved);
        assert!(there >= here, "a lower loss inside {region:?} at {moved:?}\n{instance}");
    }
}

fn move_within(net: &Net, judged: &Judged, region: &Region, rng: &mut Rng) -> Net {
    let radius = |r: &Radius, rng: &mut Rng| match r {
        Radius::Unbounded => rng.pick(&[q(1, 8), q(1, 1), q(20, 1)]),
        Radius::AtMost(r) => r * rng.pick(&[q(1, 1), q(1, 1), q(1, 3), q(1, 64)]),
    };
    let (input, output) = (radius(&region.input, rng), radius(&region.output, rng));
    let quarter = |rng: &mut Rng| q(rng.pick(&[-4, -4, -3, -1, 0, 0, 1, 2, 4, 4]), 4);
    let mut moved = net.clone();
    for (i, generators) in judged.neurons.iter().enumerate() {
        if rng.chance(50) && !generators.directions.is_empty() {
            let u = unit(&rng.pick(&generators.directions));
            moved.w[i].iter_mut().zip(u).for_each(|(w, u)| *w += u * &input);
        } else if rng.chance(60) {
            moved.w[i].iter_mut().for_each(|w| *w += quarter(rng) * &input);
        }
        if rng.chance(70) {
            moved.h[i].iter_mut().for_each(|h| *h += quarter(rng) * &output);
        }
    }
    if let Some(bias) = moved.bias.as_mut().filter(|_| rng.chance(50)) {
        bias.iter_mut().for_each(|b| *b += quarter(rng) * integer(3));
    }
    moved
}

/// The direction with largest entry 1.
fn unit(u: &[BigInt]) -> Vec<Q> {
    let size = u.iter().map(Signed::abs).max().filter(|s| !s.is_zero()).unwrap_or_else(BigInt::one);
    u.iter().map(|v| Q::new(v.clone(), size.clone())).collect()
}
