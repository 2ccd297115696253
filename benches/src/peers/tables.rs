//! The report as text with tables, in Markdown.

use std::fmt::Write;

use super::contenders::SALON;
use super::report::Report;
use super::verdicts;
use crate::figures::{Figures, or_dash};
use crate::plot::scale::{number, time};
use crate::samples::Row;

/// The whole of it, with headings of the third level.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut text = contenders(report);
    let rows = report.samples.rows();
    let (one, several): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| is_alone(report, *row));
    section(&mut text, "Goals", GOALS, &goals(report));
    section(
        &mut text,
        "What a message costs",
        COST,
        &table(report, &one, cost),
    );
    section(
        &mut text,
        "Throughput",
        THROUGHPUT,
        &table(report, &without_pings(&one), throughput),
    );
    section(&mut text, "Latency", LATENCY, &table(report, &one, latency));
    section(&mut text, "Two cores", CORES, &cores(report, &several));
    text
}

const GOALS: &str = "Salon's figure as a part of the floor's or the named peer's, where it is the \
    largest part.";
const COST: &str = "Microseconds of the server's processor time per message, or KiB of memory per \
    session: medians; in brackets, how many times salon's (the median of the ratios slice by slice).";
const THROUGHPUT: &str = "Thousands of messages in a second. The load has one core too, so this is a \
    lower bound for servers that are quicker than the load.";
const LATENCY: &str = "At a fixed rate, counted from when a message should have been sent: within \
    which time half, 99 % and 99.9 % came.";
const CORES: &str = "The server on both cores, of which one is also the load's.";

fn section(text: &mut String, title: &str, about: &str, table: &str) {
    if !table.is_empty() {
        let _ = write!(text, "\n### {title}\n\n{about}\n\n{table}");
    }
}

fn contenders(report: &Report) -> String {
    let mut text = String::new();
    for one in &report.contenders {
        let _ = match &one.about {
            Ok(about) => writeln!(text, "- **{}**: {about}", one.name),
            Err(reason) => writeln!(text, "- **{}** is not there: {reason}", one.name),
        };
    }
    let _ = writeln!(text, "- {}", report.conditions);
    for one in &report.failures {
        let (name, scenario, reason) = (one.contender, one.scenario, &one.reason);
        let _ = writeln!(text, "- {name} failed in \"{scenario}\": {reason}");
    }
    for (name, row, count) in overtakings(report) {
        let row = row.shown();
        let _ = writeln!(
            text,
            "- {name} let {count} answers overtake others in \"{row}\""
        );
    }
    text
}

fn overtakings(report: &Report) -> impl Iterator<Item = (&'static str, Row, u64)> {
    let pairs = report.samples.rows().into_iter();
    let pairs = pairs.flat_map(|row| report.measured().map(move |name| (name, row)));
    let counts = pairs.map(|(name, row)| (name, row, report.samples.of(name, row).overtaken()));
    counts.filter(|(_, _, count)| *count > 0)
}

/// Pings come when they come.
fn without_pings(rows: &[Row]) -> Vec<Row> {
    let is_ping = |row: &&Row| row.scenario.starts_with("ping");
    rows.iter().filter(|row| !is_ping(row)).copied().collect()
}

/// Whether it was measured with one number of threads only.
fn is_alone(report: &Report, row: Row) -> bool {
    let rows = report.samples.rows();
    let same = rows.iter().filter(|one| one.scenario == row.scenario);
    same.count() == 1
}

fn goals(report: &Report) -> String {
    let verdicts = verdicts::of(report);
    if verdicts.is_empty() {
        return String::new();
    }
    let mut table =
        "| scenario | against | goal | measured | |\n|---|---|---:|---:|---|\n".to_owned();
    for verdict in verdicts {
        let _ = writeln!(table, "{}", verdict.markdown());
    }
    table
}

/// A column for each contender; rows in which nobody has a figure are left out.
fn table(report: &Report, rows: &[Row], cell: fn(&Figures, &Figures) -> Option<String>) -> String {
    let mut lines = String::new();
    for row in rows {
        let ours = report.samples.of(SALON, *row);
        let cells = report.measured().map(|name| {
            let figures = report.samples.of(name, *row);
            cell(&figures, &ours)
        });
        let cells: Vec<_> = cells.collect();
        if cells.iter().any(Option::is_some) {
            let cells = cells
                .into_iter()
                .map(|cell| cell.unwrap_or_else(|| "–".into()));
            let cells: Vec<_> = cells.collect();
            let _ = writeln!(lines, "| {} | {} |", row.scenario, cells.join(" | "));
        }
    }
    if lines.is_empty() {
        return lines;
    }
    let names: Vec<_> = report.measured().collect();
    let rule = "---:|".repeat(names.len());
    format!("| | {} |\n|---|{rule}\n{lines}", names.join(" | "))
}

fn cost(figures: &Figures, ours: &Figures) -> Option<String> {
    let median = figures.median()?;
    // Salon itself needs no comparison.
    let ratio = figures.ratio(ours).filter(|_| figures != ours);
    let ratio = ratio.map_or_else(String::new, |ratio| format!(" ({} ×)", number(ratio)));
    Some(match figures.is_time() {
        true => format!("{}{ratio}", number(median)),
        false => format!("{} KiB{ratio}", number(median / 1_024.0)),
    })
}

fn throughput(figures: &Figures, _: &Figures) -> Option<String> {
    // At a fixed rate there is nothing to compare.
    if figures.latency(50.0).is_some() {
        return None;
    }
    let per_second = figures.median_of(|speed| speed.per_second)?;
    Some(number(per_second / 1e3))
}

fn latency(figures: &Figures, _: &Figures) -> Option<String> {
    let [half, most, nearly_all] = [50.0, 99.0, 99.9].map(|part| figures.latency(part));
    Some(format!(
        "{}, {}, {}",
        time(half?),
        time(most?),
        time(nearly_all?)
    ))
}

/// One line for each contender that takes threads.
fn cores(report: &Report, rows: &[Row]) -> String {
    let mut lines = String::new();
    for row in rows.iter().filter(|row| row.threads > 1) {
        for name in report.measured() {
            let one = report.samples.of(name, Row::new(row.scenario));
            let several = report.samples.of(name, *row);
            if several.is_empty() {
                continue;
            }
            let cell = |figures: &Figures| or_dash(figures.median(), number);
            let ratio = or_dash(several.ratio(&one), |ratio| format!("{ratio:.2} ×"));
            let faster = or_dash(several.speed_ratio(&one), |ratio| format!("{ratio:.2} ×"));
            let (scenario, one, overtaken) = (row.scenario, cell(&one), several.overtaken());
            let several = cell(&several);
            let _ = writeln!(
                lines,
                "| {scenario} | {name} | {one} | {several} | {ratio} | {faster} | {overtaken} |"
            );
        }
    }
    match lines.is_empty() {
        true => lines,
        false => format!("{CORES_HEAD}{lines}"),
    }
}

const CORES_HEAD: &str = "\
| | | one core, µs | two cores, µs | ratio | throughput | overtaken answers |
|---|---|---:|---:|---:|---:|---:|
";

#[cfg(test)]
mod tests {
    use super::super::report::tests::made_up;
    use super::*;

    #[test]
    fn every_part_has_its_table() {
        let text = markdown(&made_up());
        let has = |line: &str| assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        has("- **floor**: floor 1.0");
        has("- **python** is not there: no Python");
        has("- bun failed in \"polling echo, 100 clients\": it is silent");
        has("### Goals");
        has("| | floor | salon | socketioxide | socketioxide-mt | node-uws | node-ws | bun |");
        has(
            "| echo, 100 connections | 1.0 (0.50 ×) | 2.0 | 3.0 (1.5 ×) | 4.0 (2.0 ×) | 5.0 (2.5 ×) \
             | 6.0 (3.0 ×) | 7.0 (3.5 ×) |",
        );
        has("| echo, 100 connections | 100 | 50 | 33 | 25 | 20 | 17 | 14 |");
    }

    #[test]
    fn all_rows_have_the_columns_of_their_head() {
        let text = markdown(&made_up());
        let mut columns = None;
        for line in text.lines() {
            let found = line.starts_with('|').then(|| line.matches('|').count());
            if let (Some(before), Some(found)) = (columns, found) {
                assert_eq!(before, found, "{line}");
            }
            columns = found;
        }
    }
}
