//! A problem in intervals: data, slopes and the coefficients of weight decay, each rounded outward.

use super::interval::{Interval, enclose, enclose_ratio, is_usable, point};
use crate::kernel::linear::Fractions;
use crate::kernel::problem::Problem;
use crate::kernel::samples::Samples;

/// The problem's numbers. A float of the user's files is a point, any other rational an interval of one unit in the last place.
#[derive(Debug, Clone)]
pub struct Data {
    /// x_k, with the bias coordinate where there is one: N rows.
    pub rows: Vec<Vec<Interval>>,
    /// y_k: J vectors of length N.
    pub targets: Vec<Vec<Interval>>,
    /// c_k.
    pub weights: Vec<Interval>,
    /// a+ and a-.
    pub slopes: (Interval, Interval),
    /// Whether the last coordinate of every row is the hidden bias's.
    pub hidden_bias: bool,
    /// The coefficient of weight decay of each input coordinate.
    pub input_decay: Vec<Interval>,
    /// That of the output weights.
    pub output_decay: Interval,
    /// That of the output bias.
    pub bias_decay: Interval,
}

impl Data {
    /// Encloses the problem; `None` where a number is beyond the range of floats.
    pub fn new(problem: &Problem, samples: &Samples) -> Option<Self> {
        let dataset = problem.dataset();
        let row = |row: &Vec<_>| row.iter().map(|v| enclose_ratio(v, samples.denominator())).collect();
        let activation = problem.network().activation();
        let penalty = problem.penalty();
        let hidden_bias = problem.network().has_hidden_bias();
        let inputs = samples.width() - usize::from(hidden_bias && samples.width() > 0);
        let decay = |a: usize| enclose(if a < inputs { &penalty.input } else { &penalty.hidden_bias });
        let data = Self {
            rows: samples.rows().iter().map(row).collect(),
            targets: dataset.targets().iter().map(parameters).collect(),
            weights: dataset.weights().map_or_else(|| vec![point(1.0); samples.count()], parameters),
            slopes: (enclose(&activation.positive), enclose(&activation.negative)),
            hidden_bias,
            input_decay: (0..samples.width()).map(decay).collect(),
            output_decay: enclose(&penalty.output),
            bias_decay: enclose(&penalty.output_bias),
        };
        let usable = data.all().all(is_usable);
        usable.then_some(data)
    }

    /// (a+ + a-) / 2.
    pub fn mean_slope(&self) -> Interval {
        (self.slopes.0 + self.slopes.1) / point(2.0)
    }

    /// (a+ - a-) / 2.
    pub fn half_bend(&self) -> Interval {
        (self.slopes.0 - self.slopes.1) / point(2.0)
    }

    fn all(&self) -> impl Iterator<Item = Interval> + '_ {
        let lists = self.rows.iter().chain(&self.targets).chain([&self.weights, &self.input_decay]);
        let single = [self.slopes.0, self.slopes.1, self.output_decay, self.bias_decay];
        lists.flatten().copied().chain(single)
    }
}

/// A vector of rationals, entry by entry.
pub fn parameters(values: &Fractions) -> Vec<Interval> {
    values.numerators().iter().map(|n| enclose_ratio(n, values.denominator())).collect()
}
