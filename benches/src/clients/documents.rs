//! What the command writes into the documentation: the picture, and a part of a page.

use std::fs;
use std::io;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
const PAGE: &str = "performance-client.md";
const PICTURE: &str = "pictures/performance-client.svg";

/// The lines of the page around the part.
const BEGIN: &str = "<!-- What follows is written by `cargo bench-client --docs`. -->\n";
const END: &str = "<!-- Written until here. -->\n";

/// Writes both.
///
/// # Errors
/// When the page is not there, or has no place for the table.
pub fn write(table: &str, picture: &str) -> io::Result<()> {
    let folder = Path::new(FOLDER);
    let page = fs::read_to_string(folder.join(PAGE))?;
    fs::write(folder.join(PAGE), with_part(&page, table)?)?;
    fs::write(folder.join(PICTURE), picture)
}

/// The page with a new part.
fn with_part(page: &str, part: &str) -> io::Result<String> {
    let place = page.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let Some((before, after)) = place else {
        return Err(io::Error::other("the page has no place for the figures"));
    };
    Ok(format!("{before}{BEGIN}\n{part}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_is_new() {
        let page = format!("a\n{BEGIN}old\n{END}b\n");
        let new = with_part(&page, "new").unwrap();
        assert_eq!(new, format!("a\n{BEGIN}\nnew\n{END}b\n"));
        assert_eq!(with_part(&new, "new").unwrap(), new);
    }

    #[test]
    fn a_page_without_a_place_is_left_alone() {
        assert!(with_part("a page", "new").is_err());
    }
}
