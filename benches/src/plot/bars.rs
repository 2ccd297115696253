//! A panel with a bar for each contender.

use super::scale::number;
use super::svg::Svg;

/// The room for names, and for figures.
const LABELS: f64 = 112.0;
const FIGURES: f64 = 96.0;

const HEAD: f64 = 24.0;
const ROW: f64 = 19.0;
const BAR: f64 = 12.0;

/// A bar this much longer than the one before it in length is cut, so that the others can be seen.
const FAR: f64 = 3.0;

/// What one bar shows.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: &'static str,
    /// Of its colour.
    pub(crate) class: &'static str,
    pub(crate) value: f64,
    /// What is said behind the figure.
    pub(crate) note: String,
    /// Whether it is the one that the picture is about.
    pub(crate) is_ours: bool,
}

/// The height of a panel with so many bars.
pub(crate) fn height(bars: usize) -> f64 {
    HEAD + ROW * bars as f64 + 16.0
}

/// Draws a panel with its upper left corner at a place.
pub(crate) fn draw(svg: &mut Svg, (x, y): (f64, f64), width: f64, title: &str, bars: &[Bar]) {
    svg.text(x, y + 13.0, "panel", title);
    let longest = longest(bars);
    let full = width - LABELS - FIGURES;
    for (index, bar) in bars.iter().enumerate() {
        let top = y + HEAD + ROW * index as f64;
        let base = top + BAR - 2.0;
        let class = if bar.is_ours { "bold" } else { "small" };
        svg.text(x + LABELS - 8.0, base, &format!("{class} end"), bar.name);
        let length = (bar.value / longest).min(1.0) * full;
        let left = x + LABELS;
        svg.rectangle((left, top), (length.max(1.0), BAR), bar.class);
        if bar.value > longest {
            svg.rectangle((left + full - 14.0, top - 1.0), (4.0, BAR + 2.0), "cut");
        }
        let figure = format!("{} {}", number(bar.value), bar.note);
        svg.text(left + length + 6.0, base, class, figure.trim_end());
    }
}

/// What the longest bar stands for: the largest value that is not far beyond all others.
fn longest(bars: &[Bar]) -> f64 {
    let mut values: Vec<f64> = bars.iter().map(|bar| bar.value).collect();
    values.sort_by(f64::total_cmp);
    let mut longest = f64::MIN_POSITIVE;
    for (index, value) in values.iter().enumerate() {
        // Half of them are always whole.
        if index * 2 > values.len() && *value > longest * FAR {
            return longest * 1.2;
        }
        longest = longest.max(*value);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(values: &[f64]) -> Vec<Bar> {
        let bar = |value: &f64| Bar {
            name: "x",
            class: "c",
            value: *value,
            note: String::new(),
            is_ours: false,
        };
        values.iter().map(bar).collect()
    }

    #[test]
    fn only_what_is_far_beyond_is_cut() {
        assert_eq!(longest(&bars(&[8.0, 17.0, 43.0])), 43.0);
        assert_eq!(longest(&bars(&[8.0, 10.0, 20.0, 224.0])), 24.0);
        assert!(longest(&bars(&[0.0])) > 0.0);
    }

    #[test]
    fn a_panel_has_a_bar_and_a_figure_for_each() {
        let mut svg = Svg::new("t", 500.0, "");
        draw(
            &mut svg,
            (0.0, 0.0),
            400.0,
            "echo",
            &bars(&[1.0, 2.0, 3.0, 90.0]),
        );
        let file = svg.finish(height(4));
        assert_eq!(file.matches(r#"<rect class="c""#).count(), 4);
        assert_eq!(file.matches(r#"<rect class="cut""#).count(), 1);
        assert!(file.contains(">90</text>"));
    }
}
