//! What the commands write into the documentation: pictures, and a part of a page.

use std::fs;
use std::io;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");

/// The line of the page after the part.
const END: &str = "<!-- Written until here. -->\n";

/// A page of which a command writes a part.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its file name.
    pub file: &'static str,
    /// The command that writes its part.
    pub command: &'static str,
}

/// A picture that belongs to a page.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its file name.
    pub name: &'static str,
    /// What it shows.
    pub about: &'static str,
    /// SVG.
    pub file: String,
}

impl Page {
    /// Writes its part and the pictures.
    ///
    /// # Errors
    /// When the page is not there, or has no place for the part.
    pub fn write(&self, part: &str, pictures: &[Picture]) -> io::Result<()> {
        let folder = Path::new(FOLDER);
        let file = folder.join(self.file);
        let page = fs::read_to_string(&file)?;
        fs::write(file, self.with_part(&page, part)?)?;
        for picture in pictures {
            fs::write(folder.join("pictures").join(picture.name), &picture.file)?;
        }
        Ok(())
    }

    /// The line before the part.
    fn begin(&self) -> String {
        let command = self.command;
        format!("<!-- What follows is written by `{command}`. -->\n")
    }

    /// The page with a new part.
    fn with_part(&self, page: &str, part: &str) -> io::Result<String> {
        let begin = self.begin();
        let place = page.split_once(&begin).and_then(|(before, rest)| {
            let (_, after) = rest.split_once(END)?;
            Some((before, after))
        });
        let Some((before, after)) = place else {
            return Err(io::Error::other("the page has no place for the figures"));
        };
        Ok(format!("{before}{begin}\n{part}\n{END}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Page = Page {
        file: "a.md",
        command: "cargo x",
    };

    #[test]
    fn only_the_part_is_new() {
        let begin = PAGE.begin();
        let page = format!("a\n{begin}old\n{END}b\n");
        let new = PAGE.with_part(&page, "new").unwrap();
        assert_eq!(new, format!("a\n{begin}\nnew\n{END}b\n"));
        assert_eq!(PAGE.with_part(&new, "new").unwrap(), new);
    }

    #[test]
    fn a_page_without_a_place_is_left_alone() {
        assert!(PAGE.with_part("a page", "new").is_err());
    }

    #[test]
    fn the_pages_have_a_place() {
        for page in [crate::clients::PAGE, crate::peers::PAGE, crate::tool::PAGE] {
            let text = fs::read_to_string(Path::new(FOLDER).join(page.file)).unwrap();
            page.with_part(&text, "").unwrap();
        }
    }
}
