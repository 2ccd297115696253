//! How many instructions a piece takes, counted by valgrind's callgrind.
//!
//! The program runs itself under valgrind, once for each piece: it makes what the piece needs,
//! warms up, and calls `counted`, the only part that callgrind counts. Such counts hardly depend
//! on the machine or on what else it does: addresses and the processor that the program believes
//! to run on are valgrind's, and the kernel's work is not counted.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::{fs, io, thread};

use crate::bench::{Bench, Work};

/// The program's word for running one piece, followed by its name.
pub const RUN: &str = "--run";

/// Callgrind counts while the function with such a name runs.
const COUNTED: &str = "--toggle-collect=*callgrind*counted*";

/// For large copies glibc would take one instruction that callgrind counts once per byte.
const TUNABLES: &str = "glibc.cpu.x86_rep_movsb_threshold=1000000000";

/// What stands before the count in what callgrind says.
const COLLECTED: &str = "Collected : ";

/// What is run under valgrind: everything but the going itself is not counted.
pub fn run(bench: &Bench) {
    let mut work = (bench.make)();
    work(bench.goes);
    counted(&mut work, bench.goes);
}

#[inline(never)]
fn counted(work: &mut Work, goes: usize) {
    work(goes);
    // Not the last thing, so that this is a call from which one returns.
    black_box(goes);
}

/// Whether valgrind is here.
#[must_use]
pub fn is_installed() -> bool {
    let mut valgrind = Command::new("valgrind");
    let version = valgrind.arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Counts the instructions per item of several pieces, as many at once as there are processors.
///
/// # Errors
/// When valgrind cannot be run, or a piece fails in it.
pub fn count(benches: &[&'static Bench]) -> io::Result<Vec<f64>> {
    let results = Mutex::new(vec![None; benches.len()]);
    let next = Mutex::new(0..benches.len());
    let work = || -> io::Result<()> {
        loop {
            let index = next.lock().expect("nobody panics with it").next();
            let Some(index) = index else { return Ok(()) };
            let count = count_one(benches[index])?;
            results.lock().expect("nobody panics with it")[index] = Some(count);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut ended = running
            .into_iter()
            .map(|one| one.join().expect("it does not panic"));
        ended.try_for_each(|result| result)
    })?;
    let results = results.into_inner().expect("nobody panics with it");
    Ok(results.into_iter().flatten().collect())
}

fn count_one(bench: &Bench) -> io::Result<f64> {
    let count = watch(bench, Path::new("/dev/null"))?;
    Ok(count as f64 / bench.counted_items())
}

/// What callgrind writes about a piece: how many instructions each function took.
///
/// # Errors
/// When valgrind cannot be run, or the piece fails in it.
pub fn profile(bench: &Bench) -> io::Result<String> {
    let name = format!("salon-bench-micro-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let watched = watch(bench, &path).and_then(|_| fs::read_to_string(&path));
    let _ = fs::remove_file(&path);
    watched
}

/// All instructions of a piece. Callgrind writes into the file how they are spread.
fn watch(bench: &Bench, file: &Path) -> io::Result<u64> {
    let mut valgrind = Command::new("valgrind");
    let valgrind = valgrind
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(COUNTED)
        .arg(std::env::current_exe()?)
        .args([RUN, bench.name])
        .env("GLIBC_TUNABLES", TUNABLES)
        .stdin(Stdio::null());
    let output = valgrind.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            io::Error::other("valgrind is not installed: run `cargo verify prerequisites` first")
        }
        _ => error,
    })?;
    read(&output).ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        io::Error::other(format!("`{}` failed under valgrind:\n{said}", bench.name))
    })
}

fn read(output: &Output) -> Option<u64> {
    let said = String::from_utf8_lossy(&output.stderr);
    let count = said.lines().find_map(|line| line.split_once(COLLECTED))?.1;
    // Nothing at all would mean that callgrind did not know the function.
    let count = count.trim().parse().ok().filter(|count| *count > 0);
    count.filter(|_| output.status.success())
}
