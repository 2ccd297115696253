//! Durations as people write them: `500ms`, `5s`, `2m`, or a number of seconds.

use std::time::Duration;

/// A day: longer waits are mistakes.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a duration of up to a day, or says how one is written.
pub(crate) fn read(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let seconds_per_unit = match &text[digits.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        _ => return Err(unreadable(text)),
    };
    let number: f64 = digits.parse().map_err(|_| unreadable(text))?;
    let duration = Duration::try_from_secs_f64(number * seconds_per_unit);
    match duration {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        _ => Err(unreadable(text)),
    }
}

fn unreadable(text: &str) -> String {
    format!("{text:?} is no duration: write 500ms, 5s or 2m, up to a day")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_milliseconds_seconds_and_minutes() {
        for (text, millis) in [
            ("500ms", 500),
            ("5s", 5_000),
            ("5", 5_000),
            ("1.5s", 1_500),
            ("2m", 120_000),
            ("0", 0),
        ] {
            assert_eq!(read(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_says_how_it_is_written() {
        for text in ["", "s", "5h", "-1s", "1e9s", "25000m", "inf", "nan", "5 s"] {
            let sentence = read(text).unwrap_err();
            assert!(
                sentence.ends_with("write 500ms, 5s or 2m, up to a day"),
                "{text}"
            );
        }
    }
}
