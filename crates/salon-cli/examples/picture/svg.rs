//! A terminal as a picture.

use std::fmt::Write as _;

use crate::screen::{Cell, Row, text};

const CHAR: f64 = 8.4;
const LINE: f64 = 20.0;
const MARGIN: f64 = 16.0;

/// The lines on a dark ground. Each run of one style stands at its own column and has its width,
/// so that any font will do.
pub(crate) fn picture(lines: &[Row], columns: usize) -> String {
    let width = CHAR * columns as f64 + 2.0 * MARGIN;
    let height = LINE * lines.len() as f64 + 2.0 * MARGIN;
    let mut svg = String::new();
    let mut write = |text: String| {
        svg.push_str(&text);
        svg.push('\n');
    };
    write(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img">"#
    ));
    write("<title>A conversation of salon connect with the demo</title>".to_owned());
    write(r##"<rect width="100%" height="100%" rx="8" fill="#0d1117"/>"##.to_owned());
    write(r##"<g font-family="ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace" font-size="14" fill="#e6edf3" style="white-space:pre">"##.to_owned());
    for (index, line) in lines.iter().enumerate() {
        let y = MARGIN + LINE * (index as f64 + 0.75);
        for run in runs(line) {
            write(element(&run, y));
        }
    }
    write("</g>".to_owned());
    write("</svg>".to_owned());
    svg
}

/// Characters of one style, side by side.
struct Run<'a> {
    column: usize,
    cells: &'a [Cell],
}

impl Run<'_> {
    /// Pictures have them only between words.
    fn without_spaces_around(self) -> Self {
        let is_space = |cell: &&Cell| cell.char == ' ';
        let before = self.cells.iter().take_while(is_space).count();
        let cells = &self.cells[before..];
        let after = cells.iter().rev().take_while(is_space).count();
        Self {
            column: self.column + before,
            cells: &cells[..cells.len() - after],
        }
    }
}

fn runs(line: &Row) -> Vec<Run<'_>> {
    let mut column = 0;
    line.chunk_by(|one, next| one.style == next.style)
        .map(|cells| {
            let run = Run { column, cells };
            column += cells.len();
            run.without_spaces_around()
        })
        .filter(|run| !run.cells.is_empty())
        .collect()
}

fn element(run: &Run<'_>, y: f64) -> String {
    let x = MARGIN + CHAR * run.column as f64;
    let width = CHAR * run.cells.len() as f64;
    let text = text(run.cells)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let mut style = String::new();
    for number in &run.cells[0].style {
        let attribute = match number {
            1 => r#" font-weight="bold""#,
            2 => r##" fill="#8b949e""##,
            31 => r##" fill="#ff7b72""##,
            32 => r##" fill="#7ee787""##,
            33 => r##" fill="#e3b341""##,
            36 => r##" fill="#79c0ff""##,
            other => panic!("a style without a colour: {other}"),
        };
        style.push_str(attribute);
    }
    let mut element = String::new();
    let _ = write!(
        element,
        r#"<text x="{x:.1}" y="{y:.1}" textLength="{width:.1}" lengthAdjust="spacingAndGlyphs"{style}>{text}</text>"#
    );
    element
}
