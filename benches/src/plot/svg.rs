//! Texts, rectangles and lines.

use std::fmt::Write;

/// The classes that all pictures use; a picture adds its own. Nothing is painted behind, so each is
/// readable on white and on black.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#24292f}\
.head{font-weight:600;font-size:15px}.panel{font-weight:600}\
.small{font-size:12px;fill:#57606a}.bold{font-size:12px;font-weight:600}\
.end{text-anchor:end}.middle{text-anchor:middle}\
.axis{stroke:#8c959f;fill:none}.grid{stroke:#8c959f;stroke-opacity:.3;fill:none}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9198a1}}";

/// A picture that is being drawn.
#[derive(Debug)]
pub(crate) struct Svg {
    width: f64,
    title: String,
    style: String,
    body: String,
}

impl Svg {
    pub(crate) fn new(title: &str, width: f64, style: &str) -> Self {
        Self {
            width,
            title: escaped(title),
            style: format!("{STYLE}{style}"),
            body: String::new(),
        }
    }

    /// Text whose base line begins at a place; the class may be several.
    pub(crate) fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        let text = escaped(text);
        let _ = writeln!(
            self.body,
            r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{text}</text>"#
        );
    }

    /// A rectangle with its upper left corner at a place.
    pub(crate) fn rectangle(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        class: &str,
    ) {
        let _ = writeln!(
            self.body,
            r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="2"/>"#
        );
    }

    /// A line from point to point.
    pub(crate) fn line(&mut self, points: &[(f64, f64)], class: &str) {
        let mut path = String::new();
        for (index, (x, y)) in points.iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{x:.1} {y:.1}");
        }
        let _ = writeln!(self.body, r#"<path class="{class}" d="{path}"/>"#);
    }

    /// A dot.
    pub(crate) fn dot(&mut self, (x, y): (f64, f64), class: &str) {
        let _ = writeln!(
            self.body,
            r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="3"/>"#
        );
    }

    /// The whole file, of this height.
    pub(crate) fn finish(self, height: f64) -> String {
        let Self {
            width,
            title,
            style,
            body,
        } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\">\n\
             <title>{title}</title>\n<style>{style}</style>\n{body}</svg>\n"
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_be_taken_for_marks() {
        let mut svg = Svg::new("a < b", 10.0, "");
        svg.text(0.0, 0.0, "small", "c & d");
        let file = svg.finish(10.0);
        assert!(file.contains("<title>a &lt; b</title>"));
        assert!(file.contains(">c &amp; d</text>"));
    }
}
