//! An axis: its range, its ticks and how their numbers are written.

/// So many powers of ten have ticks between them.
const SHORT_DECADES: f64 = 2.5;

/// A range of values, linear or logarithmic, and what is on it.
#[derive(Debug, Clone)]
pub struct Axis {
    /// The least value (its logarithm to base 10 on a logarithmic axis).
    low: f64,
    /// The largest value.
    high: f64,
    logarithmic: bool,
    /// What is on the axis, with its unit.
    pub label: String,
}

impl Axis {
    /// A linear axis over the values, with a little room on both sides.
    pub fn over(values: impl IntoIterator<Item = f64>, label: impl Into<String>) -> Self {
        let (low, high) = range(values);
        let room = if high > low { 0.04 * (high - low) } else { 0.5 * low.abs().max(1e-300) };
        Self { low: low - room, high: high + room, logarithmic: false, label: label.into() }
    }

    /// A linear axis with these ends.
    pub fn between(low: f64, high: f64, label: impl Into<String>) -> Self {
        Self { low, high, logarithmic: false, label: label.into() }
    }

    /// A logarithmic axis over positive values, with a little room on both sides.
    pub fn powers(values: impl IntoIterator<Item = f64>, label: impl Into<String>) -> Self {
        let (low, high) = range(values.into_iter().map(f64::log10));
        let room = (0.04 * (high - low)).max(if high > low { 0.04 } else { 0.4 });
        Self { low: low - room, high: high + room, logarithmic: true, label: label.into() }
    }

    /// Where a value lies between the ends, from 0 to 1; outside of it, beyond.
    pub fn place(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.log10() } else { value };
        (value - self.low) / (self.high - self.low)
    }

    /// The ticks with their texts: about `most`, not many more.
    pub fn ticks(&self, most: u32) -> Vec<(f64, String)> {
        let step = nice((self.high - self.low) / f64::from(most));
        if self.logarithmic {
            if self.high - self.low < SHORT_DECADES {
                return self.between_powers();
            }
            let step = step.max(1.0).round();
            return multiples(self.low, self.high, step).map(|n| (10f64.powf(n), power(n))).collect();
        }
        let exponent = exponent(self.low.abs().max(self.high.abs()));
        multiples(self.low, self.high, step).map(|v| (v, number(v, step, exponent))).collect()
    }

    /// 1, 2 and 5 times powers of ten.
    fn between_powers(&self) -> Vec<(f64, String)> {
        let powers = self.low.floor() as i32..=self.high.floor() as i32;
        let ticks = powers.flat_map(|n| [1.0, 2.0, 5.0].map(|lead| lead * 10f64.powi(n)));
        let inside = ticks.filter(|v| (self.low..=self.high).contains(&v.log10()));
        inside.map(|v| (v, about(v))).collect()
    }
}

fn range(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|v| v.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (v.min(a), v.max(b)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

/// The least of 1, 2, 5 times a power of ten that is not below.
fn nice(step: f64) -> f64 {
    let unit = 10f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0].map(|n| n * unit).into_iter().find(|s| *s >= step * 0.999).unwrap_or(10.0 * unit)
}

fn multiples(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    (0..=(last - first).clamp(0.0, 20.0) as usize).map(move |n| (first + n as f64) * step)
}

/// The power of ten that all ticks share; 0 where plain decimals are short.
fn exponent(largest: f64) -> i32 {
    let own = largest.log10().floor() as i32;
    if (-3..5).contains(&own) { 0 } else { own }
}

fn number(value: f64, step: f64, exponent: i32) -> String {
    let unit = 10f64.powi(exponent);
    let decimals = (exponent - step.log10().floor() as i32).clamp(0, 12) as usize;
    let text = minus(format!("{:.decimals$}", value / unit));
    match exponent {
        _ if value == 0.0 => "0".to_string(),
        0 => text,
        n => minus(format!("{text}e{n}")),
    }
}

fn power(n: f64) -> String {
    match n as i32 {
        n @ 0..=3 => format!("{}", 10i32.pow(n as u32)),
        n @ -3..=-1 => format!("{}", 10f64.powi(n)),
        n => minus(format!("1e{n}")),
    }
}

/// A float in a caption, to three digits.
pub fn about(value: f64) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let own = value.abs().log10().floor() as i32;
    let decimals = (2 - own).clamp(0, 12) as usize;
    let text = match own {
        -4..=5 => {
            let text = format!("{value:.decimals$}");
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
        }
        _ => format!("{value:.2e}"),
    };
    minus(text)
}

fn minus(text: String) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis) -> Vec<String> {
        axis.ticks(6).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_and_short() {
        assert_eq!(texts(&Axis::between(-1.0, 1.0, "")), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
        assert_eq!(
            texts(&Axis::between(0.0, 3e-12, "")),
            ["0", "0.5e−12", "1.0e−12", "1.5e−12", "2.0e−12", "2.5e−12", "3.0e−12"]
        );
        assert_eq!(texts(&Axis::between(0.0, 40.0, "")), ["0", "10", "20", "30", "40"]);
        assert_eq!(texts(&Axis::powers([0.5, 2.0], "")), ["0.5", "1", "2"]);
        assert_eq!(texts(&Axis::powers([1.0, 1e4], "")), ["1", "10", "100", "1000", "1e4"]);
    }

    #[test]
    fn empty_and_constant_ranges_have_a_size() {
        for axis in [Axis::over([], ""), Axis::over([3.0, 3.0], ""), Axis::over([0.0], ""), Axis::powers([2.0], "")] {
            assert!(axis.low < axis.high, "{axis:?}");
        }
    }

    #[test]
    fn captions_round_to_three_digits() {
        assert_eq!(
            ["0", "0.0123", "−1.5", "12346", "1.23e−9"].map(String::from),
            [0.0, 0.012345, -1.5, 12345.6, 1.2345e-9].map(about)
        );
    }
}
