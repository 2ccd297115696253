//! The instructions that were accepted, and the comparison with them.
//!
//! They stand in `instructions.txt`: after a line that says with what they were made, one line for
//! each piece. They are committed, so that each change of them is seen in a review.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

/// More than this above what was accepted fails, and this much below is worth accepting.
const TOLERANCE: f64 = 0.05;

/// The same where something else compiled the program, or other code of the system's library runs:
/// a check that still sees when a piece does something wholly different.
const WIDE_TOLERANCE: f64 = 0.25;

const HEAD: &str = "\
# Instructions per item, counted by callgrind. `cargo bench-micro --accept` writes this file, and
# `cargo verify instructions` compares with it.
";

const MADE_WITH: &str = "# Made with ";

/// What the figures depend on beside our code: the compiler, the processor's kind.
#[must_use]
pub fn made_with() -> String {
    let rustc = env!("SALON_RUSTC");
    let arch = std::env::consts::ARCH;
    let os = std::env::consts::OS;
    format!("{rustc}, {arch}-{os}{}", vectors())
}

/// By this the system's library and simdutf8 choose how they copy and compare.
#[cfg(target_arch = "x86_64")]
fn vectors() -> &'static str {
    match std::arch::is_x86_feature_detected!("avx2") {
        true => ", avx2",
        false => "",
    }
}

#[cfg(not(target_arch = "x86_64"))]
const fn vectors() -> &'static str {
    ""
}

/// Where the accepted figures are.
#[must_use]
pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("instructions.txt")
}

/// Figures by the names of their pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    made_with: String,
    figures: BTreeMap<String, f64>,
}

/// What came of comparing a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As accepted, or nearly.
    Same,
    /// Much less: to be accepted, so that it stays so.
    Better(String),
    /// Much more, or never accepted.
    Worse(String),
}

impl Baseline {
    /// Figures that were made by this very program.
    #[must_use]
    pub fn new<'a>(figures: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        let figures = figures
            .into_iter()
            .map(|(name, count)| (name.to_owned(), count));
        Self {
            made_with: made_with(),
            figures: figures.collect(),
        }
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// When a line is none of ours.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut baseline = Self::default();
        for line in text.lines() {
            if let Some(made_with) = line.strip_prefix(MADE_WITH) {
                baseline.made_with = made_with.to_owned();
            } else if !line.starts_with('#') {
                let figure = read_figure(line);
                baseline.figures.extend([figure.ok_or_else(|| {
                    format!(
                        "`{}` has a line that is no figure: {line}",
                        path().display()
                    )
                })?]);
            }
        }
        Ok(baseline)
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{HEAD}{MADE_WITH}{}\n", self.made_with);
        for (name, count) in &self.figures {
            let _ = writeln!(text, "{name:<30} {count:>12.1}");
        }
        text
    }

    /// The same with these figures instead of its own.
    #[must_use]
    pub fn with(mut self, newer: Self) -> Self {
        self.made_with = newer.made_with;
        self.figures.extend(newer.figures);
        self
    }

    /// What is to be known before one reads verdicts: that something else made the figures.
    #[must_use]
    pub fn caution(&self) -> Option<String> {
        let now = made_with();
        (self.made_with != now).then(|| {
            format!(
                "The accepted counts were made with {}, these with {now}. So only differences of \
                 more than {:.0} % count.",
                self.made_with,
                WIDE_TOLERANCE * 100.0
            )
        })
    }

    /// Compares one piece.
    #[must_use]
    pub fn judge(&self, name: &str, count: f64) -> Verdict {
        let Some(accepted) = self.figures.get(name) else {
            return Verdict::Worse(format!(
                "{name}: {count:.1} instructions, and no count was accepted: {}",
                how_to_accept(name)
            ));
        };
        let tolerance = match self.made_with == made_with() {
            true => TOLERANCE,
            false => WIDE_TOLERANCE,
        };
        let change = count / accepted - 1.0;
        let what = format!(
            "{name}: {count:.1} instructions instead of {accepted:.1}, {:+.1} %",
            change * 100.0
        );
        if change > tolerance {
            return Verdict::Worse(format!(
                "{what}. If they are worth it: {}",
                how_to_accept(name)
            ));
        }
        match change < -tolerance {
            true => Verdict::Better(format!("{what}: better, so {}", how_to_accept(name))),
            false => Verdict::Same,
        }
    }

    /// Names that have a count and are none of these.
    pub fn strangers<'a>(&'a self, names: &[&str]) -> impl Iterator<Item = &'a str> {
        let accepted = self.figures.keys().map(String::as_str);
        accepted.filter(|name| !names.contains(name))
    }
}

fn read_figure(line: &str) -> Option<(String, f64)> {
    let (name, count) = line.split_once(' ')?;
    Some((name.to_owned(), count.trim().parse().ok()?))
}

fn how_to_accept(name: &str) -> String {
    format!("accept them by `cargo bench-micro --accept {name}`, and commit the file")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline() -> Baseline {
        Baseline::new([("a/b", 100.0), ("c", 20.5)])
    }

    #[test]
    fn what_is_written_is_read() {
        let text = baseline().text();
        assert_eq!(Baseline::read(&text).unwrap(), baseline());
        assert!(text.lines().last().unwrap().starts_with("c "));
        assert!(
            Baseline::read("a/b many")
                .unwrap_err()
                .ends_with("a/b many")
        );
    }

    #[test]
    fn five_percent_are_allowed() {
        assert_eq!(baseline().judge("a/b", 104.9), Verdict::Same);
        assert_eq!(baseline().judge("a/b", 95.1), Verdict::Same);
        let Verdict::Worse(what) = baseline().judge("a/b", 105.2) else {
            panic!("it is worse");
        };
        let expected = "a/b: 105.2 instructions instead of 100.0, +5.2 %. If they are worth it: \
            accept them by `cargo bench-micro --accept a/b`, and commit the file";
        assert_eq!(what, expected);
        assert!(matches!(baseline().judge("a/b", 94.9), Verdict::Better(_)));
    }

    #[test]
    fn a_piece_that_nobody_accepted_fails() {
        let Verdict::Worse(what) = baseline().judge("new", 1.0) else {
            panic!("it is not accepted");
        };
        assert!(what.contains("no count was accepted"), "{what}");
        assert_eq!(baseline().strangers(&["a/b"]).collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn another_compiler_is_told_and_widens_the_bound() {
        let mut other = baseline();
        assert_eq!(other.caution(), None);
        other.made_with = "rustc 1.0".to_owned();
        assert!(
            other
                .caution()
                .unwrap()
                .contains("made with rustc 1.0, these with rustc ")
        );
        assert_eq!(other.judge("a/b", 124.0), Verdict::Same);
        assert!(matches!(other.judge("a/b", 126.0), Verdict::Worse(_)));
        // Accepting anything makes all of it ours, which `--accept` allows for all pieces only.
        assert_eq!(other.with(baseline()), baseline());
    }
}
