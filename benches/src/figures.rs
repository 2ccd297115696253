//! One scenario, slice by slice: medians and ratios.

use serde_json::{Value, json};

use crate::latency::PERCENTILES;
use crate::sample::{Sample, Speed};

/// What was measured of one program in one scenario, slice by slice.
#[derive(Debug, PartialEq)]
pub(crate) struct Figures(Vec<Sample>);

impl Figures {
    pub(crate) fn new<'a>(samples: impl Iterator<Item = &'a Sample>) -> Self {
        Self(samples.copied().collect())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|sample| sample.value)
    }

    pub(crate) fn median(&self) -> Option<f64> {
        median(self.values())
    }

    /// `median (best)`, or a dash.
    pub(crate) fn shown(&self) -> String {
        let digits = if self.is_time() { 2 } else { 0 };
        or_dash(self.median(), |median| {
            let best = self.values().fold(f64::INFINITY, f64::min);
            format!("{median:.digits$} ({best:.digits$})")
        })
    }

    /// Whether it is microseconds; otherwise it is bytes.
    pub(crate) fn is_time(&self) -> bool {
        self.0.iter().any(|sample| sample.speed.is_some())
    }

    pub(crate) fn median_of(&self, part: impl Fn(&Speed) -> f64) -> Option<f64> {
        let speeds = self.0.iter().filter_map(|sample| sample.speed.as_ref());
        median(speeds.map(part))
    }

    /// The median of what one percentile was, in microseconds.
    pub(crate) fn latency(&self, percentile: f64) -> Option<f64> {
        let latencies = self.0.iter().filter_map(|sample| sample.latency);
        median(latencies.map(|latency| latency.at(percentile)))
    }

    /// How many answers have overtaken others.
    pub(crate) fn overtaken(&self) -> u64 {
        self.0.iter().map(|sample| sample.overtaken).sum()
    }

    /// The part of the time that was spent in the program's own code, over all rounds.
    pub(crate) fn user_share(&self) -> Option<f64> {
        let speeds = || self.0.iter().filter_map(|sample| sample.speed);
        let user: u64 = speeds().map(|speed| speed.cpu.user_ticks).sum();
        let system: u64 = speeds().map(|speed| speed.cpu.system_ticks).sum();
        (user + system > 0).then(|| user as f64 / (user + system) as f64)
    }

    /// The median, parted in what was spent in the program's own code and in the kernel.
    pub(crate) fn parted(&self) -> Option<(f64, f64)> {
        let (median, share) = self.median().zip(self.user_share())?;
        Some((median * share, median * (1.0 - share)))
    }

    /// How often it slept for each message.
    pub(crate) fn sleeps(&self) -> Option<f64> {
        let timed = self
            .0
            .iter()
            .filter_map(|one| Some((one.value, one.speed?)));
        let per_message = timed.map(|(micros, speed)| {
            let messages = speed.cpu.total.as_secs_f64() * 1e6 / micros;
            speed.cpu.sleeps as f64 / messages
        });
        median(per_message)
    }

    /// The median of the ratios slice by slice: what was measured a moment apart is compared,
    /// since the machine changes its speed from minute to minute.
    pub(crate) fn ratio(&self, other: &Self) -> Option<f64> {
        self.ratio_of(other, |sample| Some(sample.value))
    }

    /// The same for one percentile of the latencies.
    pub(crate) fn latency_ratio(&self, other: &Self, percentile: f64) -> Option<f64> {
        self.ratio_of(other, move |sample| Some(sample.latency?.at(percentile)))
    }

    /// The same for messages in a second.
    pub(crate) fn speed_ratio(&self, other: &Self) -> Option<f64> {
        self.ratio_of(other, |sample| Some(sample.speed?.per_second))
    }

    fn ratio_of(&self, other: &Self, part: impl Fn(&Sample) -> Option<f64>) -> Option<f64> {
        let pairs = self.0.iter().zip(&other.0);
        median(pairs.filter_map(|(this, other)| Some(part(this)? / part(other)?)))
    }

    /// The medians of all percentiles, if there are any.
    fn latencies(&self) -> Option<Value> {
        self.latency(50.0)?;
        let parts = PERCENTILES.into_iter();
        Some(
            parts
                .map(|part| json!([part, self.latency(part)]))
                .collect(),
        )
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "median": self.median(),
            "slices": self.values().collect::<Value>(),
            "overtaken": self.overtaken(),
            "latency_micros": self.latencies(),
            "per_second": self.median_of(|speed| speed.per_second),
            "load": self.median_of(|speed| speed.load),
            "user_share": self.user_share(),
            "sleeps": self.sleeps(),
        })
    }
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

pub(crate) fn or_dash(value: Option<f64>, shown: impl FnOnce(f64) -> String) -> String {
    value.map_or_else(|| "–".into(), shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(median([4.0, 1.0].into_iter()), Some(2.5));
        assert_eq!(median([].into_iter()), None);
    }
}
