//! What the system says: processor time, memory, open files.

use std::time::Duration;

/// Files that the tool needs besides one for each connection.
const OTHER_FILES: u64 = 64;

/// Processor time of another process, from the scheduler's count of its threads; `None` where that
/// is not known. A thread that has ended is not in it.
pub(crate) fn process_cpu(process: u32) -> Option<Duration> {
    let mut sum = 0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task")).ok()? {
        let file = thread.ok()?.path().join("schedstat");
        // A thread may end meanwhile.
        sum += std::fs::read_to_string(file)
            .ok()
            .and_then(|text| first_number(&text))
            .unwrap_or(0);
    }
    Some(Duration::from_nanos(sum))
}

/// Processor time of this process, with that of threads that have ended.
#[cfg(unix)]
pub(crate) fn own_cpu() -> Option<Duration> {
    clock(nix::time::ClockId::CLOCK_PROCESS_CPUTIME_ID)
}

/// Processor time of the thread that asks.
#[cfg(unix)]
pub(crate) fn thread_cpu() -> Option<Duration> {
    clock(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID)
}

#[cfg(unix)]
fn clock(id: nix::time::ClockId) -> Option<Duration> {
    nix::time::clock_gettime(id).ok().map(Duration::from)
}

#[cfg(not(unix))]
pub(crate) fn own_cpu() -> Option<Duration> {
    None
}

#[cfg(not(unix))]
pub(crate) fn thread_cpu() -> Option<Duration> {
    None
}

/// Bytes of a process that are in memory.
pub(crate) fn resident(process: u32) -> Option<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:"))?;
    first_number(line).map(|kib| kib * 1_024)
}

fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

/// Allows so many connections, as far as the system lets us; or says what must be done first.
#[cfg(unix)]
pub(crate) fn allow_connections(count: usize) -> Result<(), String> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    // With polling a connection has two.
    let needed = count as u64 * 2 + OTHER_FILES;
    let least = count as u64 + OTHER_FILES;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return Ok(());
    };
    if soft >= needed {
        return Ok(());
    }
    let wanted = needed.min(hard);
    let raised = setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok();
    let now = if raised { wanted } else { soft };
    match now >= least {
        true => Ok(()),
        false => Err(format!(
            "{count} connections need {least} open files, and this system allows {now}: \
             `ulimit -n {needed}` first, as root if need be."
        )),
    }
}

#[cfg(not(unix))]
pub(crate) fn allow_connections(_count: usize) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_uses_something() {
        let me = std::process::id();
        assert!(process_cpu(me).is_some());
        assert!(thread_cpu().unwrap() > Duration::ZERO);
        assert!(resident(me).unwrap() > 100_000);
        assert!(process_cpu(u32::MAX).is_none());
    }

    #[test]
    #[cfg(unix)]
    fn what_a_thread_has_used_is_counted_after_its_end() {
        let spin = || {
            while thread_cpu().unwrap() < Duration::from_millis(5) {}
        };
        let before = own_cpu().unwrap();
        std::thread::spawn(spin).join().unwrap();
        assert!(own_cpu().unwrap() - before >= Duration::from_millis(5));
    }

    #[test]
    #[cfg(unix)]
    fn too_many_files_are_an_error_that_says_what_to_do() {
        assert!(allow_connections(1).is_ok());
        let sentence = allow_connections(1 << 40).unwrap_err();
        assert!(sentence.contains("`ulimit -n "), "{sentence}");
    }
}
