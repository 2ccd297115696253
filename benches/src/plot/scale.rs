//! Round numbers for axes, and numbers as people read them.

/// The marks of an axis from 0 on: three to six round numbers, the last one not below `largest`.
pub(crate) fn linear(largest: f64) -> Vec<f64> {
    let rough = largest.max(f64::MIN_POSITIVE) / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power);
    let step = steps.into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let count = (largest / step).ceil() as usize;
    (0..=count.max(1))
        .map(|index| index as f64 * step)
        .collect()
}

/// The marks of a logarithmic axis: powers of ten around these values.
pub(crate) fn logarithmic(smallest: f64, largest: f64) -> Vec<f64> {
    let first = smallest.log10().floor() as i32;
    let last = (largest.log10().ceil() as i32).max(first + 1);
    (first..=last).map(|power| 10_f64.powi(power)).collect()
}

/// Three digits or so: `0.62`, `8.1`, `43`, `1,790`.
pub(crate) fn number(value: f64) -> String {
    match value {
        _ if value < 0.995 => format!("{value:.2}"),
        _ if value < 9.95 => format!("{value:.1}"),
        _ if value < 999.5 => format!("{value:.0}"),
        _ => thousands(value.round() as u64),
    }
}

/// With commas.
fn thousands(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", thousands(number / 1_000), number % 1_000),
    }
}

/// Microseconds in the unit that suits them.
pub(crate) fn time(micros: f64) -> String {
    match micros {
        _ if micros < 999.5 => format!("{} µs", number(micros)),
        _ if micros < 999_500.0 => format!("{} ms", number(micros / 1e3)),
        _ => format!("{} s", number(micros / 1e6)),
    }
}

/// A mark of an axis: no more digits than it needs.
pub(crate) fn mark(value: f64) -> String {
    match value {
        _ if value >= 1_000.0 => thousands(value.round() as u64),
        _ => format!("{}", (value * 1e3).round() / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_reach_the_largest() {
        assert_eq!(linear(8.1), [0.0, 2.5, 5.0, 7.5, 10.0]);
        assert_eq!(linear(30.0), [0.0, 10.0, 20.0, 30.0]);
        assert_eq!(linear(0.0).len(), 2);
        assert_eq!(logarithmic(35.0, 2_000.0), [10.0, 100.0, 1e3, 1e4]);
        assert_eq!(logarithmic(10.0, 10.0), [10.0, 100.0]);
    }

    #[test]
    fn numbers_have_about_three_digits() {
        let all = [0.617, 8.14, 9.96, 43.2, 1_790.4, 1_234_567.0].map(number);
        assert_eq!(all, ["0.62", "8.1", "10", "43", "1,790", "1,234,567"]);
        assert_eq!([0.5, 2.0, 15_000.0].map(mark), ["0.5", "2", "15,000"]);
        assert_eq!([80.0, 1_500.0, 2e6].map(time), ["80 µs", "1.5 ms", "2.0 s"]);
    }
}
