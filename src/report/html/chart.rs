//! A chart as inline SVG: frame, axes, layers, a legend, and the same in words.

use super::axis::Axis;
use maud::{Markup, html};

const WIDTH: f64 = 360.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 40.0;

/// A chart that layers are added to.
pub struct Chart {
    id: String,
    title: String,
    /// What is to be seen, for those who do not see it.
    description: String,
    x: Axis,
    y: Axis,
    height: f64,
    /// Texts at the left in place of ticks.
    rows: Option<Vec<(f64, String)>>,
    layers: Vec<Markup>,
    legend: Vec<(&'static str, String)>,
    notes: Vec<String>,
}

impl Chart {
    /// An empty chart.
    pub fn new(id: impl Into<String>, title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            description: String::new(),
            x,
            y,
            height: 240.0,
            rows: None,
            layers: Vec::new(),
            legend: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Says in words what is to be seen.
    pub fn describe(&mut self, text: impl Into<String>) {
        self.description = text.into();
    }

    /// Sets the height, in units of which the width has 360.
    pub fn set_height(&mut self, height: f64) {
        self.height = height;
    }

    /// Replaces the ticks of the vertical axis.
    pub fn set_rows(&mut self, rows: Vec<(f64, String)>) {
        self.rows = Some(rows);
    }

    /// Adds a line below the chart.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Adds an entry of the legend: a class of the style sheet, and what has it.
    pub fn explain(&mut self, class: &'static str, text: impl Into<String>) {
        self.legend.push((class, text.into()));
    }

    fn px(&self, x: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * self.x.place(x).clamp(-1.0, 2.0)
    }

    fn py(&self, y: f64) -> f64 {
        let bottom = self.height - BOTTOM;
        bottom - (bottom - TOP) * self.y.place(y).clamp(-1.0, 2.0)
    }

    /// A line through points.
    pub fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let path = self.path(points);
        self.layers.push(html! { path class=(class) d=(path) {} });
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::new();
        for (n, (x, y)) in points.iter().enumerate() {
            path.push_str(if n == 0 { "M" } else { "L" });
            path.push_str(&format!("{} {}", short(self.px(*x)), short(self.py(*y))));
        }
        path
    }

    /// Dots of a radius in pixels, as one path; `title` is shown under a pointer.
    pub fn dots(&mut self, class: &str, points: &[(f64, f64)], radius: f64, title: &str) {
        if points.is_empty() {
            return;
        }
        let r = short(radius);
        let path: String = points
            .iter()
            .map(|(x, y)| {
                let (x, y) = (short(self.px(*x) - radius), short(self.py(*y)));
                let twice = short(2.0 * radius);
                format!("M{x} {y}a{r} {r} 0 1 0 {twice} 0a{r} {r} 0 1 0 -{twice} 0")
            })
            .collect();
        self.layers.push(html! { path class=(class) d=(path) { title { (title) } } });
    }

    /// Boxes with corners (x0, y0) and (x1, y1), as one path.
    pub fn boxes(&mut self, class: &str, boxes: &[(f64, f64, f64, f64)]) {
        let path: String = boxes
            .iter()
            .map(|(x0, y0, x1, y1)| {
                let (a, b, c, d) = (self.px(*x0), self.py(*y0), self.px(*x1), self.py(*y1));
                format!("M{} {}H{}V{}H{}z", short(a), short(b), short(c), short(d), short(a))
            })
            .collect();
        self.layers.push(html! { path class=(class) d=(path) {} });
    }

    /// A vertical band over the whole height.
    pub fn band(&mut self, class: &str, from: f64, to: f64) {
        let (bottom, top) = (self.height - BOTTOM, TOP);
        let (a, b) = (self.px(from).max(LEFT), self.px(to).min(WIDTH - RIGHT));
        let wide = short((b - a).max(1.0));
        self.layers.push(
            html! { rect class=(class) x=(short(a)) y=(short(top)) width=(wide) height=(short(bottom - top)) {} },
        );
    }

    /// A horizontal line over the whole width.
    pub fn level(&mut self, class: &str, y: f64) {
        let y = short(self.py(y));
        self.layers.push(html! { path class=(class) d=(format!("M{} {y}H{}", short(LEFT), short(WIDTH - RIGHT))) {} });
    }

    /// Short marks on the horizontal axis.
    pub fn marks(&mut self, class: &str, at: &[f64]) {
        let bottom = self.height - BOTTOM;
        let path: String = at.iter().map(|x| format!("M{} {}v-6", short(self.px(*x)), short(bottom))).collect();
        self.layers.push(html! { path class=(class) d=(path) {} });
    }

    fn axes(&self) -> Markup {
        let (bottom, right) = (self.height - BOTTOM, WIDTH - RIGHT);
        let ticks = |axis: &Axis, most: u32| {
            let (ticks, (low, high)) = (axis.ticks(most), (-0.001, 1.001));
            ticks.into_iter().filter(move |(v, _)| (low..=high).contains(&axis.place(*v))).collect::<Vec<_>>()
        };
        let across = ticks(&self.x, 5);
        let up = self.rows.clone().unwrap_or_else(|| ticks(&self.y, 7));
        let grid: String =
            (across.iter().map(|(v, _)| format!("M{} {}V{}", short(self.px(*v)), short(TOP), short(bottom))))
                .chain(up.iter().map(|(v, _)| format!("M{} {}H{}", short(LEFT), short(self.py(*v)), short(right))))
                .collect();
        html! {
            path class="grid" d=(grid) {}
            @for (v, text) in &across {
                text class="tick" x=(short(self.px(*v))) y=(short(bottom + 14.0)) text-anchor="middle" { (text) }
            }
            @for (v, text) in &up {
                text class="tick" x=(short(LEFT - 5.0)) y=(short(self.py(*v) + 3.5)) text-anchor="end" { (text) }
            }
            text class="axis" x=(short((LEFT + right) / 2.0)) y=(short(self.height - 8.0)) text-anchor="middle" {
                (self.x.label)
            }
            text class="axis" x="4" y="14" { (self.y.label) }
        }
    }

    /// The figure.
    pub fn markup(&self) -> Markup {
        let (title, text) = (format!("{}-t", self.id), format!("{}-d", self.id));
        let names = format!("{title} {text}");
        let clip = format!("{}-c", self.id);
        let (bottom, right) = (self.height - BOTTOM, WIDTH - RIGHT);
        html! {
            figure class="chart" {
                figcaption { (self.title) }
                svg viewBox=(format!("0 0 {WIDTH} {}", self.height)) role="img" aria-labelledby=(names) {
                    title id=(title) { (self.title) }
                    desc id=(text) { (self.description) }
                    clipPath id=(clip) {
                        rect x=(LEFT) y=(TOP) width=(right - LEFT) height=(bottom - TOP) {}
                    }
                    (self.axes())
                    g clip-path=(format!("url(#{clip})")) {
                        @for layer in &self.layers { (layer) }
                    }
                    path class="frame" d=(format!("M{LEFT} {TOP}V{bottom}H{right}")) {}
                }
                @if !self.legend.is_empty() {
                    ul class="legend" {
                        @for (class, text) in &self.legend {
                            li { (swatch(class)) (text) }
                        }
                    }
                }
                @for note in &self.notes { p class="note" { (note) } }
            }
        }
    }
}

/// A line, a dot or an area of a class, by the class's first word.
fn swatch(class: &str) -> Markup {
    let path = match class.split(' ').next() {
        Some("dot") => "M6 5a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
        Some("area") => "M1 0H17V10H1z",
        _ => "M1 5H17",
    };
    html! { svg class="swatch" viewBox="0 0 18 10" aria-hidden="true" { path class=(class) d=(path) {} } }
}

/// A pixel coordinate to a tenth.
fn short(value: f64) -> String {
    // Adding zero turns -0 into 0.
    ((value * 10.0).round() / 10.0 + 0.0).to_string()
}
