//! Guesses multipliers in [-1, 1] of convex kinks that make a neuron's residual small (T13), in floats.

/// Rounds over all kinks.
const ROUNDS: usize = 50;
/// Rounds end when no multiplier moves by more.
const SETTLED: f64 = 1e-12;

/// lam in [-1, 1] with p + sum_C kap_C lam_C x_C small, for kinks (kap_C, x_C): the best in each coordinate in turn, again
/// and again.
pub fn least_residual(linear: &[f64], kinks: &[(f64, &[f64])]) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let squares: Vec<f64> = kinks.iter().map(|(kappa, x)| kappa * kappa * dot(x, x)).collect();
    let mut residual = linear.to_vec();
    let mut multipliers = vec![0.0; kinks.len()];
    for _ in 0..ROUNDS {
        let mut moved = 0.0f64;
        for (((kappa, x), square), multiplier) in kinks.iter().zip(&squares).zip(&mut multipliers) {
            if *square == 0.0 {
                continue;
            }
            let best: f64 = (*multiplier - kappa * dot(&residual, x) / square).clamp(-1.0, 1.0);
            let step = best - *multiplier;
            residual.iter_mut().zip(*x).for_each(|(r, x)| *r += kappa * step * x);
            *multiplier = best;
            moved = moved.max(step.abs());
        }
        if moved <= SETTLED {
            break;
        }
    }
    multipliers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_multipliers_can_cancel_is_cancelled() {
        // 2 (1, 0) lam_0 + (1, 1) lam_1 = (1, -1/2) has a solution in the box, (4, 0) has none.
        let kinks: [(f64, &[f64]); 2] = [(2.0, &[1.0, 0.0]), (1.0, &[1.0, 1.0])];
        let found = least_residual(&[-1.0, 0.5], &kinks);
        assert!((found[0] - 0.75).abs() < 1e-6 && (found[1] + 0.5).abs() < 1e-6, "{found:?}");
        assert_eq!(least_residual(&[-4.0, 0.0], &kinks[..1]), [1.0]);
        assert_eq!(least_residual(&[1.0], &[(0.0, &[1.0])]), [0.0]);
    }
}
