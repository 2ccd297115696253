//! What a process has used, from Linux's /proc.

use std::fs;
use std::io;
use std::time::Duration;

/// Processor time of a process until now, or between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cpu {
    /// Exact: what the scheduler has counted for all its threads.
    pub total: Duration,
    /// Ticks in its own code and in the kernel: coarse, good for a share over many rounds.
    pub user_ticks: u64,
    /// See [`user_ticks`](Self::user_ticks).
    pub system_ticks: u64,
    /// How often its threads had nothing to do and slept.
    pub sleeps: u64,
}

impl Cpu {
    /// Reads it.
    ///
    /// # Errors
    /// When there is no such process, or no Linux.
    pub fn of(process: u32) -> io::Result<Self> {
        let (user_ticks, system_ticks) = ticks(&read(process, "stat")?).ok_or_else(strange)?;
        Ok(Self {
            total: Duration::from_nanos(nanoseconds(process)?),
            user_ticks,
            system_ticks,
            sleeps: sleeps(process)?,
        })
    }

    /// What was used after `earlier`.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            total: self.total.saturating_sub(earlier.total),
            user_ticks: self.user_ticks.saturating_sub(earlier.user_ticks),
            system_ticks: self.system_ticks.saturating_sub(earlier.system_ticks),
            sleeps: self.sleeps.saturating_sub(earlier.sleeps),
        }
    }
}

/// The bytes of a process that are in memory. Exact, unlike VmRSS of /proc/…/status.
///
/// # Errors
/// When there is no such process, or no Linux.
pub fn resident(process: u32) -> io::Result<u64> {
    let rollup = read(process, "smaps_rollup")?;
    let kib = rollup.lines().find_map(|line| {
        let value = line.strip_prefix("Rss:")?.trim().strip_suffix(" kB")?;
        value.trim().parse::<u64>().ok()
    });
    Ok(kib.ok_or_else(strange)? * 1_024)
}

fn nanoseconds(process: u32) -> io::Result<u64> {
    of_threads(process, "schedstat", |text| text.split_whitespace().next())
}

fn sleeps(process: u32) -> io::Result<u64> {
    of_threads(process, "status", |text| {
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))
    })
}

/// The sum of a number that each thread has in this file.
fn of_threads(process: u32, file: &str, number: impl Fn(&str) -> Option<&str>) -> io::Result<u64> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let text = fs::read_to_string(thread?.path().join(file))?;
        let number = number(&text).and_then(|number| number.trim().parse::<u64>().ok());
        sum += number.ok_or_else(strange)?;
    }
    Ok(sum)
}

/// Fields 14 and 15 of proc_pid_stat(5). The second field may contain spaces.
fn ticks(stat: &str) -> Option<(u64, u64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn read(process: u32, file: &str) -> io::Result<String> {
    fs::read_to_string(format!("/proc/{process}/{file}"))
}

fn strange() -> io::Error {
    io::Error::other("/proc has not the form that is expected of Linux")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_any_name() {
        let stat = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 17 23 0 0 20 0 1 0";
        assert_eq!(ticks(stat), Some((17, 23)));
        assert_eq!(ticks("42 (a) S 1"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_uses_something() {
        let me = std::process::id();
        assert!(resident(me).unwrap() > 100_000);
        let before = Cpu::of(me).unwrap();
        assert!(before.total > Duration::ZERO);
        std::thread::sleep(Duration::from_millis(1));
        assert!(Cpu::of(me).unwrap().since(before).sleeps > 0);
    }
}
