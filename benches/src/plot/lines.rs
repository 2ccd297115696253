//! A panel with a line for each contender.

use super::scale;
use super::svg::Svg;

/// The room left of and below the axes.
const LEFT: f64 = 62.0;
const BELOW: f64 = 40.0;
const ABOVE: f64 = 28.0;
const RIGHT: f64 = 14.0;

/// What a panel shows.
#[derive(Debug)]
pub(crate) struct Panel<'a> {
    pub(crate) title: &'a str,
    /// What stands below the horizontal axis.
    pub(crate) across: &'a str,
    /// The places of the horizontal axis, evenly apart unless `positions` says otherwise.
    pub(crate) places: &'a [String],
    /// Where the places are, from 0 to 1.
    pub(crate) positions: &'a [f64],
    pub(crate) is_logarithmic: bool,
    /// A figure of the vertical axis.
    pub(crate) mark: fn(f64) -> String,
    pub(crate) lines: Vec<Line>,
}

/// One line; it may end early.
#[derive(Debug)]
pub(crate) struct Line {
    /// Of its colour.
    pub(crate) class: String,
    /// A value for each place, as far as there is one.
    pub(crate) values: Vec<Option<f64>>,
}

/// The vertical axis.
struct Axis {
    marks: Vec<f64>,
    is_logarithmic: bool,
}

impl Panel<'_> {
    /// Draws it with its upper left corner at a place.
    pub(crate) fn draw(&self, svg: &mut Svg, (x, y): (f64, f64), (width, height): (f64, f64)) {
        svg.text(x, y + 13.0, "panel", self.title);
        let axis = self.axis();
        let (left, right) = (x + LEFT, x + width - RIGHT);
        let (top, bottom) = (y + ABOVE, y + height - BELOW);
        let up = |value: f64| bottom - axis.part(value) * (bottom - top);
        for mark in &axis.marks {
            svg.line(&[(left, up(*mark)), (right, up(*mark))], "grid");
            svg.text(
                left - 6.0,
                up(*mark) + 4.0,
                "small end",
                &(self.mark)(*mark),
            );
        }
        let across = |index: usize| left + 10.0 + self.positions[index] * (right - left - 20.0);
        for (index, place) in self.places.iter().enumerate() {
            svg.text(across(index), bottom + 16.0, "small middle", place);
        }
        let middle = f64::midpoint(left, right);
        svg.text(middle, bottom + 33.0, "small middle", self.across);
        svg.line(&[(left, bottom), (right, bottom)], "axis");
        for line in &self.lines {
            let values = line.values.iter().enumerate();
            let points = values.filter_map(|(index, value)| Some((across(index), up((*value)?))));
            let points: Vec<_> = points.collect();
            svg.line(&points, &format!("line {}", line.class));
            for point in points {
                svg.dot(point, &line.class);
            }
        }
    }

    fn axis(&self) -> Axis {
        let values = || {
            self.lines
                .iter()
                .flat_map(|line| line.values.iter().flatten())
        };
        let largest = values().copied().fold(f64::MIN_POSITIVE, f64::max);
        let smallest = values().copied().fold(largest, f64::min);
        Axis {
            marks: match self.is_logarithmic {
                true => scale::logarithmic(smallest, largest),
                false => scale::linear(largest),
            },
            is_logarithmic: self.is_logarithmic,
        }
    }
}

impl Axis {
    /// Where a value is, from 0 to 1.
    fn part(&self, value: f64) -> f64 {
        let bent = |value: f64| match self.is_logarithmic {
            true => value.log10(),
            false => value,
        };
        let first = bent(self.marks[0]);
        let last = bent(self.marks[self.marks.len() - 1]);
        ((bent(value) - first) / (last - first)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(is_logarithmic: bool, values: Vec<Option<f64>>) -> Panel<'static> {
        Panel {
            title: "growth",
            across: "connections",
            places: &[],
            positions: &[0.0, 1.0],
            is_logarithmic,
            mark: scale::mark,
            lines: vec![Line {
                class: "c".into(),
                values,
            }],
        }
    }

    #[test]
    fn values_are_at_their_part_of_the_axis() {
        let axis = panel(false, vec![Some(10.0)]).axis();
        assert_eq!(
            [0.0, 5.0, 10.0].map(|value| axis.part(value)),
            [0.0, 0.5, 1.0]
        );
        let axis = panel(true, vec![Some(10.0), Some(1_000.0)]).axis();
        assert_eq!(
            [10.0, 100.0, 1e3].map(|value| axis.part(value)),
            [0.0, 0.5, 1.0]
        );
    }

    #[test]
    fn a_line_may_lack_values() {
        let mut svg = Svg::new("t", 500.0, "");
        panel(false, vec![Some(1.0), None]).draw(&mut svg, (0.0, 0.0), (300.0, 200.0));
        let file = svg.finish(200.0);
        assert_eq!(file.matches("<circle").count(), 1);
        assert!(!file.contains("NaN"), "{file}");
    }
}
