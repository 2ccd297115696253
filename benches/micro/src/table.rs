//! What pieces cost, as a table for people.

use std::fmt::Write;

use crate::bench::Bench;

/// What was measured of a piece, per item.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Nanoseconds, the best of several.
    pub time: f64,
    /// How often it allocates.
    pub allocations: f64,
    /// Instructions, if valgrind is there.
    pub instructions: Option<f64>,
}

/// One line for each piece, in Markdown.
#[must_use]
pub fn table(rows: &[(&Bench, Figures)]) -> String {
    let mut table = row([
        "piece",
        "ns",
        "instructions",
        "allocations",
        "× floor",
        "one item is",
    ]);
    table.push_str(&row(["---", "--:", "--:", "--:", "--:", "---"]));
    for (bench, figures) in rows {
        table.push_str(&row([
            bench.name,
            &format!("{:.1}", figures.time),
            &or_dash(figures.instructions, 0),
            &format!("{:.2}", figures.allocations),
            &or_dash(times_floor(bench, figures, rows), 2),
            bench.item,
        ]));
    }
    table
}

fn row(cells: [&str; 6]) -> String {
    let [name, time, instructions, allocations, floor, item] = cells;
    let mut row = String::new();
    let _ = writeln!(
        row,
        "| {name:<27} | {time:>9} | {instructions:>12} | {allocations:>11} | {floor:>7} | {item} |"
    );
    row
}

fn or_dash(figure: Option<f64>, digits: usize) -> String {
    figure.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.digits$}"))
}

/// By instructions if they are known, since times vary.
fn times_floor(bench: &Bench, figures: &Figures, rows: &[(&Bench, Figures)]) -> Option<f64> {
    let name = bench.floor?;
    let (_, floor) = rows.iter().find(|(bench, _)| bench.name == name)?;
    match (figures.instructions, floor.instructions) {
        (Some(ours), Some(least)) => Some(ours / least),
        _ => Some(figures.time / floor.time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::find;

    #[test]
    fn a_piece_stands_beside_its_floor() {
        let figures = |instructions| Figures {
            time: 12.34,
            allocations: 0.5,
            instructions,
        };
        let mask = find("mask/64").unwrap();
        let floor = find(mask.floor.unwrap()).unwrap();
        let rows = [(mask, figures(Some(30.0))), (floor, figures(Some(20.0)))];
        let table = table(&rows);
        let cells: Vec<_> = table
            .lines()
            .nth(2)
            .unwrap()
            .split('|')
            .map(str::trim)
            .collect();
        assert_eq!(
            cells,
            ["", "mask/64", "12.3", "30", "0.50", "1.50", "64 bytes", ""]
        );
        assert!(
            table.lines().nth(3).unwrap().contains("|       – |"),
            "{table}"
        );
    }
}
