//! On what it was measured.

use std::fs;

/// The processor, the kernel, and how busy they are.
pub(crate) fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let models = || {
        info.lines()
            .filter_map(|line| line.strip_prefix("model name"))
    };
    let model = models().next().unwrap_or(": unknown processor");
    let model = model.trim_start_matches(|letter: char| letter == ':' || letter.is_whitespace());
    let kernel = read("/proc/sys/kernel/osrelease");
    // What else ran: on a busy machine the ratios are rough too.
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!(
        "{model}, {} cores, Linux {}, load {load} before it began",
        models().count(),
        kernel.trim()
    )
}
