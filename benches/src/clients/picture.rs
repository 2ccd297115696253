//! The table as a picture: for each scenario, what ours costs as a part of what Node's costs.

use super::contender::{Client, Server};
use super::report::{Row, percent};
use crate::documents::Picture;
use crate::plot::svg::Svg;

/// The room for names at the left, the length of Node's bar, and the room for figures at the right.
const LABELS: f64 = 350.0;
const FULL: f64 = 300.0;
const FIGURES: f64 = 220.0;

const TOP: f64 = 64.0;
/// The height of a scenario with a server, and of its bar.
const ROW: f64 = 26.0;
const BAR: f64 = 14.0;

const STYLE: &str = "\
.node{fill:#d0d7de}.salon{fill:#c2410c}.goal{stroke:#0969da;stroke-width:2}\
.floor{fill:none;stroke:#24292f;stroke-width:2}\
@media(prefers-color-scheme:dark){.node{fill:#3d444d}.salon{fill:#fb923c}.goal{stroke:#4493f8}\
.floor{stroke:#e6edf3}}";

pub(crate) fn draw(rows: &[Row]) -> Picture {
    let about = "What salon-client costs, as a part of what socket.io-client costs";
    let mut svg = Svg::new(about, LABELS + FULL + FIGURES, STYLE);
    svg.text(12.0, 24.0, "head", "Processor time per message, and memory");
    let legend = "grey: socket.io-client on Node; orange: salon-client; \
        black line: the floor, an epoll loop alone; blue line: the goal";
    svg.text(12.0, 44.0, "small", legend);
    for (index, row) in rows.iter().enumerate() {
        bar(&mut svg, row, TOP + ROW * index as f64);
    }
    Picture {
        name: "performance-client.svg",
        about,
        file: svg.finish(TOP + ROW * rows.len() as f64 + 12.0),
    }
}

/// Node's cost is the whole length.
fn bar(svg: &mut Svg, row: &Row, y: f64) {
    let base = y + BAR - 2.0;
    let name = format!("{}, {}", row.scenario.name, of_server(row.server));
    svg.text(12.0, base, "small", &name);
    svg.rectangle((LABELS, y), (FULL, BAR), "node");
    if let Some(part) = row.part(Client::Salon) {
        svg.rectangle((LABELS, y), (FULL * part.min(1.0), BAR), "salon");
    }
    if let Some(floor) = row.part(Client::Floor) {
        mark(svg, y, floor, "floor");
    }
    if let Some(goal) = row.scenario.work.goal() {
        mark(svg, y, goal, "goal");
    }
    svg.text(LABELS + FULL + 8.0, base, "small", &figures(row));
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

/// A line across the bar, at a part of Node's cost.
fn mark(svg: &mut Svg, y: f64, part: f64, class: &str) {
    let x = LABELS + FULL * part.min(1.0);
    svg.line(&[(x, y - 2.0), (x, y + BAR + 2.0)], class);
}
