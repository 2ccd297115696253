//! Pictures of the report: SVG whose colours are those of the page.

use std::fmt::Write as _;

use super::{grouped, millis};
use crate::bench::tally::{Latencies, Second};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 240.0;
/// Room for the axes.
const LEFT: f64 = 64.0;
const BOTTOM: f64 = 34.0;
const TOP: f64 = 12.0;
const RIGHT: f64 = 12.0;

/// Bars of the histogram for each time that the latency doubles.
const BARS_PER_DOUBLING: f64 = 4.0;

/// Points of a line at most: more would not be seen.
const MAX_POINTS: usize = 300;

/// A picture that is being drawn, with a scale for each axis from 0 to 1.
struct Canvas(String);

impl Canvas {
    fn new(title: &str) -> Self {
        Self(format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">"
        ))
    }

    fn x(part: f64) -> f64 {
        LEFT + part * (WIDTH - LEFT - RIGHT)
    }

    fn y(part: f64) -> f64 {
        HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP)
    }

    /// Lines across, with what they stand for.
    fn levels(&mut self, most: f64, label: impl Fn(f64) -> String) {
        for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let (y, right) = (Self::y(part), WIDTH - RIGHT);
            let text = label(part * most);
            let _ = write!(
                self.0,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
                LEFT - 6.0,
                y + 4.0
            );
        }
    }

    fn below(&mut self, part: f64, text: &str) {
        let (x, y) = (Self::x(part), HEIGHT - BOTTOM + 18.0);
        let _ = write!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{text}</text>"
        );
    }

    fn bar(&mut self, from: f64, to: f64, height: f64, title: &str) {
        let (x, y) = (Self::x(from), Self::y(height));
        let (width, height) = ((Self::x(to) - x - 1.0).max(1.0), Self::y(0.0) - y);
        let _ = write!(
            self.0,
            "<rect class=\"bar\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\"><title>{title}</title></rect>"
        );
    }

    fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let points = points.iter().fold(String::new(), |mut all, (x, y)| {
            let _ = write!(all, "{:.1},{:.1} ", Self::x(*x), Self::y(*y));
            all
        });
        let _ = write!(
            self.0,
            "<polyline class=\"{class}\" points=\"{}\"/>",
            points.trim_end()
        );
    }

    fn mark(&mut self, part: f64, text: &str) {
        let (x, top, bottom) = (Self::x(part), Self::y(1.0), Self::y(0.0));
        let _ = write!(
            self.0,
            "<line class=\"mark\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top:.1}\" y2=\"{bottom:.1}\"/>\
             <text class=\"marked\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
            x + 3.0,
            top + 10.0
        );
    }

    fn end(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}

/// How many took how long; each step to the right is as many times longer as the one before.
pub(super) fn histogram(latencies: &Latencies) -> String {
    let bar_of = |micros: u64| ((micros.max(1) as f64).log2() * BARS_PER_DOUBLING).floor();
    let (first, last) = (bar_of(latencies.min()), bar_of(latencies.max()) + 1.0);
    let starts = (first as u64..=last as u64).map(|bar| (bar as f64 / BARS_PER_DOUBLING).exp2());
    let starts: Vec<f64> = starts.collect();
    let counts = starts.windows(2).map(|pair| {
        // Where a bar is narrower than a microsecond nothing may fall into it.
        let (from, to) = (pair[0].ceil() as u64, pair[1].ceil() as u64);
        match to > from {
            true => latencies.count_between(from, to - 1),
            false => 0,
        }
    });
    let counts: Vec<u64> = counts.collect();
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let mut canvas = Canvas::new("Latencies");
    canvas.levels(most as f64, |count| grouped(count.round() as u64));
    let bars = counts.len().max(1) as f64;
    for (index, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let title = format!(
            "{} to {}: {}",
            millis(starts[index] as u64),
            millis(starts[index + 1] as u64),
            grouped(*count)
        );
        let (from, height) = (index as f64 / bars, *count as f64 / most as f64);
        canvas.bar(from, (index + 1) as f64 / bars, height, &title);
    }
    for step in 0..=5 {
        let part = f64::from(step) / 5.0;
        let micros = ((first + part * (last - first)) / BARS_PER_DOUBLING).exp2();
        canvas.below(part * 0.96 + 0.02, &millis(micros as u64));
    }
    for (name, quantile) in [("p50", 0.5), ("p99", 0.99)] {
        let micros = latencies.value_at_quantile(quantile).max(1) as f64;
        let part = (micros.log2() * BARS_PER_DOUBLING - first) / (last - first);
        canvas.mark(part.clamp(0.0, 1.0), name);
    }
    canvas.end()
}

/// What was delivered, and what failed, second by second.
pub(super) fn throughput(seconds: &[Second]) -> String {
    let delivered = thin(seconds, |second| second.delivered as f64);
    let failed = thin(seconds, |second| second.failed as f64);
    let most = delivered.iter().chain(&failed).copied().fold(1.0, f64::max);
    let mut canvas = Canvas::new("Throughput");
    canvas.levels(most, |count| grouped(count.round() as u64));
    canvas.line("delivered", &points(&delivered, most));
    if failed.iter().any(|count| *count > 0.0) {
        canvas.line("failed", &points(&failed, most));
    }
    seconds_below(&mut canvas, seconds.len());
    canvas.end()
}

/// The slowest of each second.
pub(super) fn slowest(seconds: &[Second]) -> String {
    let slowest = thin(seconds, |second| second.slowest as f64);
    let most = slowest.iter().copied().fold(1.0, f64::max);
    let mut canvas = Canvas::new("Slowest");
    canvas.levels(most, |micros| millis(micros as u64));
    canvas.line("slowest", &points(&slowest, most));
    seconds_below(&mut canvas, seconds.len());
    canvas.end()
}

/// Means of neighbours, where there are more than can be seen.
fn thin(seconds: &[Second], value: impl Fn(&Second) -> f64) -> Vec<f64> {
    let each = seconds.len().div_ceil(MAX_POINTS).max(1);
    let chunks = seconds.chunks(each);
    let mean = |chunk: &[Second]| chunk.iter().map(&value).sum::<f64>() / chunk.len() as f64;
    chunks.map(mean).collect()
}

fn points(values: &[f64], most: f64) -> Vec<(f64, f64)> {
    let last = values.len().saturating_sub(1).max(1) as f64;
    let at = |(index, value): (usize, &f64)| (index as f64 / last, value / most);
    values.iter().enumerate().map(at).collect()
}

fn seconds_below(canvas: &mut Canvas, count: usize) {
    let last = count.saturating_sub(1).max(1);
    let labels = last.min(5);
    for step in 0..=labels {
        let second = step * last / labels;
        let part = second as f64 / last as f64;
        canvas.below(part * 0.96 + 0.02, &format!("{second} s"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::tally::latencies;

    #[test]
    fn every_latency_is_in_one_bar() {
        let mut all = latencies();
        for micros in [1, 2, 3, 5, 90, 100, 1_000, 65_536, 3_000_000] {
            all.saturating_record(micros);
        }
        let svg = histogram(&all);
        let of = svg.matches("class=\"bar\"").count();
        let counts = svg.split("<title>").skip(1).map(|rest| {
            let title = rest.split("</title>").next().unwrap();
            title.rsplit(": ").next().unwrap().parse::<u64>().unwrap()
        });
        let sum: u64 = counts.sum();
        assert!((7..=9).contains(&of) && sum == 9, "{of} bars with {sum}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing_and_little_of_much() {
        for svg in [histogram(&latencies()), throughput(&[]), slowest(&[])] {
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        let day = vec![Second::default(); 24 * 3_600];
        assert!(throughput(&day).len() < 20_000);
    }
}
