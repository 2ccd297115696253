//! Every row of the tables of parity says something in each of its columns, and where salon does
//! not do what Node does it says why.

use super::read;
use crate::failure::Outcome;
use crate::progress;
use crate::project::Project;

const DOCUMENT: &str = "docs/parity.md";

/// capability, Node, salon, tests
const COLUMNS: usize = 4;

pub(super) fn check(project: &Project) -> Outcome<Vec<String>> {
    let text = read(&project.path(DOCUMENT))?;
    let rows: Vec<&str> = text.lines().filter(|line| is_row(line)).collect();
    progress::tell(&format!("{DOCUMENT} has {} rows.", rows.len()));
    let faulty = rows.into_iter().filter(|row| !is_whole(row));
    let told =
        faulty.map(|row| format!("{DOCUMENT}: a column is empty, or gives no reason: {row}"));
    Ok(told.collect())
}

fn is_row(line: &str) -> bool {
    line.starts_with("| ") && !line.starts_with("| ---") && !line.starts_with("| capability |")
}

fn is_whole(row: &str) -> bool {
    let row = row.trim().trim_start_matches('|').trim_end_matches('|');
    let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
    cells.len() == COLUMNS && cells.iter().all(|cell| !cell.is_empty()) && has_verdict(cells[2])
}

/// `Y` or `Y+` may stand alone; `~`, `N` and `–` want words.
fn has_verdict(salon: &str) -> bool {
    let (verdict, words) = salon.split_once([' ', ':', ',']).unwrap_or((salon, ""));
    match verdict {
        "Y" | "Y+" => true,
        "~" | "N" | "–" => !words.trim().is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_whole_or_it_is_found() {
        for row in [
            "| a | b | Y | `t` in [f](f.rs) |",
            "| a | b | Y, and more | – |",
            "| a | b | N: nobody asks for it | – |",
            "| a | b | – that is for Node | – |",
        ] {
            assert!(is_row(row) && is_whole(row), "{row}");
        }
        for row in [
            "| a | b | N | – |",
            "| a | b | ~ | `t` |",
            "| a | b | Y |  |",
            "| a | b | Y |",
            "| a | b | ? | ? |",
            "| a |  | Y | `t` |",
        ] {
            assert!(is_row(row) && !is_whole(row), "{row}");
        }
        assert!(!is_row("| --- | --- | --- | --- |"));
    }
}
