//! JavaScript's dates.

/// The farthest from 1970 that a `Date` can be, in milliseconds.
const MAX_MILLIS: u64 = 8_640_000_000_000_000;

const DAY: i64 = 86_400_000;

/// Milliseconds since 1970 as `Date.prototype.toISOString` writes them; `None` for a `Date` that
/// is none ("Invalid Date").
pub(super) fn to_iso(millis: i64) -> Option<String> {
    if millis.unsigned_abs() > MAX_MILLIS {
        return None;
    }
    let (year, month, day) = civil(millis.div_euclid(DAY));
    let of_day = millis.rem_euclid(DAY);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, milli) = (of_day / 1_000 % 60, of_day % 1_000);
    let year = match year {
        0..=9_999 => format!("{year:04}"),
        _ => format!("{year:+07}"),
    };
    Some(format!(
        "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"
    ))
}

/// Year, month and day of a number of days since 1970, in the Gregorian calendar.
///
/// Years are counted from 1 March, so that the leap day is their last, and in cycles of 400
/// years, which are all of the same length.
const fn civil(days: i64) -> (i64, i64, i64) {
    const CYCLE: i64 = 146_097;
    /// From 1 March of the year 0 to 1970.
    const EPOCH: i64 = 719_468;
    let days = days + EPOCH;
    let (cycle, day) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
    let leap_days = day / 1_460 - day / 36_524 + day / (CYCLE - 1);
    let year = (day - leap_days) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // March to July and August to December have five months of 153 days each.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = year + cycle * 400;
    match month {
        0..=9 => (year, month + 3, day),
        _ => (year + 1, month - 9, day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All from `new Date(n).toISOString()`.
    #[test]
    fn dates_are_written_as_javascript_writes_them() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_210_096_789, "2024-02-29T12:34:56.789Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
            (8_640_000_000_000_000, "+275760-09-13T00:00:00.000Z"),
            (-8_640_000_000_000_000, "-271821-04-20T00:00:00.000Z"),
        ] {
            assert_eq!(to_iso(millis).as_deref(), Some(text));
        }
        for millis in [8_640_000_000_000_001, i64::MAX, i64::MIN] {
            assert_eq!(to_iso(millis), None);
        }
    }
}
