//! The table as a picture: for each scenario, what ours costs as a part of what Node's costs.

use super::contender::{Client, Server};
use super::report::{Row, percent};

/// The room for names at the left, the length of Node's bar, and the room for figures at the right.
const LABELS: f64 = 350.0;
const FULL: f64 = 300.0;
const FIGURES: f64 = 220.0;

const TOP: f64 = 64.0;
/// The height of a scenario with a server, and of its bar.
const ROW: f64 = 26.0;
const BAR: f64 = 14.0;

/// Readable on white and on black.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#24292f}\
.head{font-weight:600;font-size:15px}.small{font-size:12px;fill:#57606a}\
.node{fill:#d0d7de}.salon{fill:#c2410c}.goal{stroke:#0969da;stroke-width:2}\
.floor{fill:none;stroke:#24292f;stroke-width:2}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9198a1}\
.node{fill:#3d444d}.salon{fill:#fb923c}.goal{stroke:#4493f8}.floor{stroke:#e6edf3}}";

pub(crate) fn draw(rows: &[Row]) -> String {
    let width = LABELS + FULL + FIGURES;
    let height = TOP + ROW * rows.len() as f64 + 12.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>What salon-client costs, as a part of what socket.io-client costs</title>\n\
         <style>{STYLE}</style>\n"
    );
    svg.push_str(&head());
    for (index, row) in rows.iter().enumerate() {
        let y = TOP + ROW * index as f64;
        svg.push_str(&bar(row, y));
    }
    svg.push_str("</svg>\n");
    svg
}

fn head() -> String {
    let title = text(12.0, 24.0, "head", "Processor time per message, and memory");
    let legend = "grey: socket.io-client on Node; orange: salon-client; \
        black line: the floor, an epoll loop alone; blue line: the goal";
    title + &text(12.0, 44.0, "small", legend)
}

/// Node's cost is the whole length.
fn bar(row: &Row, y: f64) -> String {
    let base = y + BAR - 2.0;
    let name = format!("{}, {}", row.scenario.name, of_server(row.server));
    let mut svg = text(12.0, base, "small", &name);
    svg += &rectangle(y, FULL, "node");
    if let Some(part) = row.part(Client::Salon) {
        svg += &rectangle(y, FULL * part.min(1.0), "salon");
    }
    if let Some(floor) = row.part(Client::Floor) {
        svg += &line(y, floor, "floor");
    }
    if let Some(goal) = row.scenario.work.goal() {
        svg += &line(y, goal, "goal");
    }
    svg + &text(LABELS + FULL + 8.0, base, "small", &figures(row))
}

fn figures(row: &Row) -> String {
    let node = row.cost(Client::Node);
    match row.part(Client::Salon) {
        Some(part) => format!("{} of {node}: {}", row.cost(Client::Salon), percent(part)),
        None => node,
    }
}

const fn of_server(server: Server) -> &'static str {
    match server {
        Server::Node => "Node's server",
        Server::Salon => "salon",
    }
}

/// Across the bar, at a part of Node's cost.
fn line(y: f64, part: f64, class: &str) -> String {
    let x = LABELS + FULL * part.min(1.0);
    let (from, to) = (y - 2.0, y + BAR + 2.0);
    format!("<path class=\"{class}\" d=\"M{x:.1} {from:.1}V{to:.1}\"/>\n")
}

fn rectangle(y: f64, width: f64, class: &str) -> String {
    format!(
        "<rect class=\"{class}\" x=\"{LABELS}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"2\"/>\n"
    )
}

/// None of our texts has a letter that XML wants written otherwise.
fn text(x: f64, y: f64, class: &str, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>\n")
}
