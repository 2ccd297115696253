//! The pictures of the report.

use super::contenders::{ALL, SALON};
use super::report::Report;
use crate::documents::Picture;
use crate::figures::Figures;
use crate::latency::PERCENTILES;
use crate::plot::bars::{self, Bar};
use crate::plot::lines::{Line, Panel};
use crate::plot::scale::{self, number};
use crate::plot::svg::Svg;
use crate::samples::Row;

const WIDTH: f64 = 900.0;
const MARGIN: f64 = 12.0;
/// Where the first panel begins, below the head and what it says.
const TOP: f64 = 60.0;
const GAP: f64 = 24.0;
const LINES_HEIGHT: f64 = 300.0;

/// A colour for each of [`ALL`], on light and on dark pages.
const STYLE: &str = "\
.c0{fill:#8c959f;stroke:#8c959f}.c1{fill:#c2410c;stroke:#c2410c}.c2{fill:#0550ae;stroke:#0550ae}\
.c3{fill:#54aeff;stroke:#54aeff}.c4{fill:#8250df;stroke:#8250df}.c5{fill:#1a7f37;stroke:#1a7f37}\
.c6{fill:#bf3989;stroke:#bf3989}.c7{fill:#9a6700;stroke:#9a6700}\
rect{stroke:none!important}.line{fill:none!important;stroke-width:2}.line.c1{stroke-width:3.5}\
.line.c0{stroke-dasharray:5 4}.cut{fill:#fff}\
@media(prefers-color-scheme:dark){.cut{fill:#0d1117}.c1{fill:#fb923c;stroke:#fb923c}\
.c2{fill:#388bfd;stroke:#388bfd}.c3{fill:#a5d6ff;stroke:#a5d6ff}.c4{fill:#ab7df8;stroke:#ab7df8}\
.c5{fill:#3fb950;stroke:#3fb950}.c6{fill:#f778ba;stroke:#f778ba}.c7{fill:#d29922;stroke:#d29922}}";

const CLASSES: [&str; ALL.len()] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];

const COSTS: &[&str] = &[
    "echo, 100 connections",
    "echo, 1,000 connections",
    "echo, 100 connections, 16 in flight",
    "broadcast to 1,000",
    "broadcast to 10,000",
    "broadcast to 1,000, 8 in a burst",
    "rooms of 10, 10,000 connections",
    "binary echo of 64 KiB",
    "echo of a string of 100 KiB",
    "polling echo, 100 clients",
    "connect, 10,000 times",
    "ping of an idle session",
];

const RATES: &[&str] = &[
    "echo, 100 connections",
    "echo, 100 connections, 16 in flight",
    "broadcast to 1,000",
    "broadcast to 1,000, 8 in a burst",
    "binary echo of 1 KiB",
    "polling echo, 100 clients",
];

const MEMORIES: &[&str] = &[
    "memory of an idle session",
    "memory of an idle session, 1,000",
];

const LATENCIES: [&str; 2] = [
    "echo, 2,000 a second",
    "broadcast to a room of 100, 100 a second, 15,000 idle",
];

/// With how many connections something is measured, and what it is called then.
type Growth = &'static [(f64, &'static str)];

const CONNECTING: Growth = &[
    (1_000.0, "connect, 1,000 times"),
    (5_000.0, "connect, 5,000 times"),
    (10_000.0, "connect, 10,000 times"),
    (15_000.0, "connect, 15,000 times"),
];

const REMEMBERING: Growth = &[
    (1_000.0, "memory of an idle session, 1,000"),
    (5_000.0, "memory of an idle session, 5,000"),
    (10_000.0, "memory of an idle session"),
    (15_000.0, "memory of an idle session, 15,000"),
];

const BROADCASTING: Growth = &[
    (1_000.0, "broadcast to 1,000"),
    (5_000.0, "broadcast to 5,000"),
    (10_000.0, "broadcast to 10,000"),
    (15_000.0, "broadcast to 15,000"),
];

/// What bars show: a figure, and how many times salon's it is.
#[derive(Clone, Copy)]
struct Shown {
    value: fn(&Figures) -> Option<f64>,
    ratio: fn(&Figures, &Figures) -> Option<f64>,
}

const COST: Shown = Shown {
    value: Figures::median,
    ratio: Figures::ratio,
};

const MEMORY: Shown = Shown {
    value: |figures| Some(figures.median()? / 1_024.0),
    ratio: Figures::ratio,
};

const RATE: Shown = Shown {
    value: |figures| figures.median_of(|speed| speed.per_second / 1e3),
    ratio: Figures::speed_ratio,
};

/// All pictures of which something was measured, with their file names.
#[must_use]
pub fn draw(report: &Report) -> Vec<Picture> {
    let (costs, rates) = (
        "Processor time of the server per message, in µs",
        "Thousands of messages in a second",
    );
    let (memories, waits) = (
        "Memory of the server per idle session, in KiB",
        "Within which time so many of a hundred messages came",
    );
    let grown = "What one more connection costs, with 1,000 to 15,000 of them";
    let drawn = [
        (
            "peers-cpu.svg",
            costs,
            bar_panels(report, COSTS, costs, COST),
        ),
        (
            "peers-throughput.svg",
            rates,
            bar_panels(report, RATES, rates, RATE),
        ),
        (
            "peers-memory.svg",
            memories,
            bar_panels(report, MEMORIES, memories, MEMORY),
        ),
        ("peers-latency.svg", waits, latencies(report, waits)),
        ("peers-growth.svg", grown, growths(report, grown)),
    ];
    let pictures = drawn.into_iter().filter_map(|(name, about, file)| {
        let file = file?;
        Some(Picture { name, about, file })
    });
    pictures.collect()
}

/// A panel for each scenario, two in a row.
fn bar_panels(
    report: &Report,
    scenarios: &[&'static str],
    title: &str,
    shown: Shown,
) -> Option<String> {
    let panels = scenarios
        .iter()
        .map(|name| (*name, bars_of(report, name, shown)));
    let panels: Vec<_> = panels.filter(|(_, bars)| !bars.is_empty()).collect();
    let most = panels.iter().map(|(_, bars)| bars.len()).max()?;
    let (width, height) = (half_width(), bars::height(most));
    let mut svg = head(
        title,
        "in brackets: how many times salon's; a bar with a gap is cut short",
    );
    for (index, (name, bars)) in panels.iter().enumerate() {
        let x = MARGIN + (width + GAP) * (index % 2) as f64;
        let y = TOP + height * (index / 2) as f64;
        bars::draw(&mut svg, (x, y), width, name, bars);
    }
    Some(svg.finish(TOP + height * panels.len().div_ceil(2) as f64))
}

fn bars_of(report: &Report, name: &'static str, shown: Shown) -> Vec<Bar> {
    let row = Row::new(name);
    let ours = report.samples.of(SALON, row);
    let bar = |name: &'static str| {
        let figures = report.samples.of(name, row);
        let ratio = (shown.ratio)(&figures, &ours).filter(|_| name != SALON);
        Some(Bar {
            name,
            class: CLASSES[place(name)],
            value: (shown.value)(&figures)?,
            note: ratio.map_or_else(String::new, |ratio| format!("({} ×)", number(ratio))),
            is_ours: name == SALON,
        })
    };
    report.measured().filter_map(bar).collect()
}

fn latencies(report: &Report, title: &str) -> Option<String> {
    let places = PERCENTILES.map(|percentile| match percentile {
        100.0 => "all".to_owned(),
        _ => percentile.to_string(),
    });
    let positions: Vec<_> = (0..places.len()).map(|index| index as f64).collect();
    let positions: Vec<_> = positions
        .iter()
        .map(|one| one / (places.len() - 1) as f64)
        .collect();
    let panels = LATENCIES.map(|name| {
        let value = |figures: &Figures| PERCENTILES.map(|part| figures.latency(part)).to_vec();
        Panel {
            title: name,
            across: "of a hundred",
            places: &places,
            positions: &positions,
            is_logarithmic: true,
            mark: scale::time,
            lines: lines(report, |contender| {
                value(&report.samples.of(contender, Row::new(name)))
            }),
        }
    });
    line_panels(report, title, &panels)
}

fn growths(report: &Report, title: &str) -> Option<String> {
    let places = CONNECTING.iter().map(|(count, _)| scale::mark(*count));
    let places: Vec<_> = places.collect();
    let positions: Vec<_> = CONNECTING
        .iter()
        .map(|(count, _)| count / 15_000.0)
        .collect();
    let panel = |title, growth: Growth, unit: f64| Panel {
        title,
        across: "connections",
        places: &places,
        positions: &positions,
        is_logarithmic: true,
        mark: scale::mark,
        lines: lines(report, |contender| {
            let row = |name| report.samples.of(contender, Row::new(name)).median();
            let values = growth
                .iter()
                .map(|(_, name)| row(name).map(|value| value / unit));
            values.collect()
        }),
    };
    let panels = [
        panel("µs to connect", CONNECTING, 1.0),
        panel("µs for a delivery of a broadcast to all", BROADCASTING, 1.0),
        panel("KiB of memory for an idle session", REMEMBERING, 1_024.0),
    ];
    line_panels(report, title, &panels)
}

/// A line for each that has a value.
fn lines(report: &Report, values: impl Fn(&str) -> Vec<Option<f64>>) -> Vec<Line> {
    let line = |name: &'static str| Line {
        class: CLASSES[place(name)].to_owned(),
        // What is nothing has no place on a logarithmic axis.
        values: values(name)
            .into_iter()
            .map(|value| value.filter(|one| *one > 0.1))
            .collect(),
    };
    // Ours is drawn last, above the others.
    let others = report.measured().filter(|name| *name != SALON);
    let lines = others.chain([SALON]).map(line);
    lines
        .filter(|line| line.values.iter().any(Option::is_some))
        .collect()
}

/// Two in a row, with a legend above.
fn line_panels(report: &Report, title: &str, panels: &[Panel<'_>]) -> Option<String> {
    let panels: Vec<_> = panels
        .iter()
        .filter(|panel| !panel.lines.is_empty())
        .collect();
    panels.first()?;
    let mut svg = head(title, "");
    legend(&mut svg, report);
    for (index, panel) in panels.iter().enumerate() {
        let x = MARGIN + (half_width() + GAP) * (index % 2) as f64;
        let y = TOP + LINES_HEIGHT * (index / 2) as f64;
        panel.draw(&mut svg, (x, y), (half_width(), LINES_HEIGHT - GAP));
    }
    Some(svg.finish(TOP + LINES_HEIGHT * panels.len().div_ceil(2) as f64))
}

fn legend(svg: &mut Svg, report: &Report) {
    let mut x = MARGIN;
    for name in report.measured() {
        let class = CLASSES[place(name)];
        svg.line(&[(x, 40.0), (x + 18.0, 40.0)], &format!("line {class}"));
        svg.text(x + 24.0, 44.0, "small", name);
        x += 40.0 + 7.2 * name.len() as f64;
    }
}

fn head(title: &str, note: &str) -> Svg {
    let mut svg = Svg::new(title, WIDTH, STYLE);
    svg.text(MARGIN, 22.0, "head", title);
    svg.text(MARGIN, 42.0, "small", note);
    svg
}

fn half_width() -> f64 {
    f64::midpoint(WIDTH - MARGIN - GAP, -MARGIN)
}

/// Its place among [`ALL`], which is that of its colour.
fn place(name: &str) -> usize {
    let place = ALL.iter().position(|one| *one == name);
    place.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::made_up;
    use super::*;
    use crate::stages::STAGES;

    #[test]
    fn what_is_drawn_is_measured() {
        let names: Vec<_> = STAGES
            .iter()
            .flat_map(|stage| stage.scenarios)
            .map(|one| one.name)
            .collect();
        let growths = [CONNECTING, REMEMBERING, BROADCASTING];
        let grown = growths.into_iter().flatten().map(|(_, name)| name);
        let drawn = [COSTS, RATES, MEMORIES, &LATENCIES].into_iter().flatten();
        for name in drawn.chain(grown) {
            assert!(names.contains(name), "nothing is called {name}");
        }
    }

    #[test]
    fn every_picture_shows_every_contender() {
        let report = made_up();
        let pictures = draw(&report);
        assert_eq!(pictures.len(), 5);
        for Picture { name, file, .. } in pictures {
            assert!(!file.contains("NaN"), "{name}");
            for contender in report.measured() {
                let label = format!(">{contender}</text>");
                assert!(file.contains(&label), "{name} lacks {contender}");
            }
        }
    }

    #[test]
    fn what_was_not_measured_has_no_picture() {
        let mut report = made_up();
        report.samples = crate::samples::Samples::default();
        assert!(draw(&report).is_empty());
    }
}
