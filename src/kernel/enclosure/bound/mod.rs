//! Certified bounds at one point of parameter space, of any size (T13): the loss, the steepest one-sided slopes, and how
//! far the point is from stationary. Floats with a-priori error bounds, so that it costs little more than a gradient.
//!
//! Samples come in chunks: [`Bound::evaluate`] makes the sums of one chunk, on any thread, [`Totals::add`] adds them up in
//! the chunks' order, and [`Totals::finish`] turns them into intervals. All errors are bounded by norms (u is the unit
//! roundoff, |.| the Euclidean norm, gamma_n as in [`super::rounding`]):
//!
//! - z_ki = w_i.x_k is a product of matrices, in blocks of 64 coordinates: a product passes at most 64 roundings in its block
//!   and one for each block, and four for the factors where these are rounded rationals. The error is at most
//!   gamma |x_k||w_i|; what is no larger than that is computed exactly, so that the sign of every z_ki is the true one.
//! - rho is Lipschitz with the steeper slope s, so that f_j(x_k) is off by at most
//!   s gamma |x_k| sum_i |w_i||h_ij|, and the roundings of the second product.
//! - eps_kj = c_k (f_j(x_k) - y_kj), and t_ki = h_i.eps_k, are off by at most radii that depend on the sample alone, times |h_i|.
//! - p_i = sum_k slope_ik t_ki x_k: the radii contribute at most |(slope_ik rad t_ki)_k| |(x_ka)_k| to coordinate a, by
//!   Cauchy-Schwarz, and the product's roundings gamma |(slope_ik t_ki)_k| |(x_ka)_k|.
//!
//! With one output t_ki = eps_k, so that p_i and the kinks are those of D_i and not of h_i D_i; they are scaled at the end.

mod chunk;
mod finish;
mod form;
mod layers;
mod model;
mod totals;

pub use chunk::{Chunk, Sums};
pub use finish::{Bounds, Descent, NeuronBounds};
pub use form::Guess;
pub use model::{Beyond, Bound, nearest};
pub use totals::{MAX_KEPT_KINKS, Totals};
