//! The program: `cargo bench-micro`.

use std::io::{self, Write, stderr, stdout};
use std::process::ExitCode;

use salon_bench_micro::baseline::{Baseline, Verdict, path};
use salon_bench_micro::bench::{self, Bench};
use salon_bench_micro::callgrind;
use salon_bench_micro::crates::{by_crate, share_table};
use salon_bench_micro::measure::{allocations_of, time_of};
use salon_bench_micro::options::{HELP, Mode, Options};
use salon_bench_micro::table::{Figures, table};
use salon_testkit::allocations::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> io::Result<()> {
    if let [word, name] = words
        && word == callgrind::RUN
    {
        let bench = bench::find(name).ok_or_else(|| io::Error::other("no such piece"))?;
        callgrind::run(bench);
        return Ok(());
    }
    if words.iter().any(|word| word == "--help") {
        return writeln!(stdout(), "{HELP}");
    }
    let options = Options::read(words).map_err(io::Error::other)?;
    match options.mode {
        Mode::List => list(&options.benches),
        Mode::Table => show(&options.benches),
        Mode::Crates => crates(&options.benches),
        Mode::Check => check(&options),
        Mode::Accept => accept(&options),
    }
}

fn list(benches: &[&Bench]) -> io::Result<()> {
    for bench in benches {
        writeln!(stdout(), "{:<30} {}", bench.name, bench.item)?;
    }
    Ok(())
}

fn show(benches: &[&'static Bench]) -> io::Result<()> {
    let instructions = match callgrind::is_installed() {
        true => callgrind::count(benches)?.into_iter().map(Some).collect(),
        false => vec![None; benches.len()],
    };
    let measured = benches
        .iter()
        .zip(instructions)
        .map(|(bench, instructions)| {
            let figures = Figures {
                time: time_of(bench),
                allocations: allocations_of(bench) / bench.items as f64,
                instructions,
            };
            (*bench, figures)
        });
    write!(stdout(), "{}", table(&measured.collect::<Vec<_>>()))
}

fn crates(benches: &[&Bench]) -> io::Result<()> {
    for bench in benches {
        let counts = by_crate(&callgrind::profile(bench)?);
        writeln!(stdout(), "{}", share_table(bench, &counts))?;
    }
    Ok(())
}

/// Floors are not ours to check, and what varies cannot be.
fn count(options: &Options) -> io::Result<Vec<(&'static str, f64)>> {
    let benches = options.benches.iter().copied();
    let benches: Vec<_> = benches
        .filter(|bench| bench.is_steady && !bench.is_floor())
        .collect();
    let counts = callgrind::count(&benches)?;
    Ok(benches.iter().map(|bench| bench.name).zip(counts).collect())
}

fn accepted() -> io::Result<Baseline> {
    let text = std::fs::read_to_string(path())?;
    Baseline::read(&text).map_err(io::Error::other)
}

fn check(options: &Options) -> io::Result<()> {
    let accepted = accepted()?;
    let counts = count(options)?;
    let mut worse = Vec::new();
    for (name, count) in &counts {
        match accepted.judge(name, *count) {
            Verdict::Same => {}
            Verdict::Better(what) => writeln!(stdout(), "{what}")?,
            Verdict::Worse(what) => worse.push(what),
        }
    }
    if options.is_all {
        let names: Vec<_> = counts.iter().map(|(name, _)| *name).collect();
        let strangers = accepted.strangers(&names);
        worse.extend(strangers.map(|name| {
            format!(
                "{name}: there is no such piece any more. Accept all: `cargo bench-micro --accept`"
            )
        }));
    }
    if let Some(caution) = accepted.caution() {
        writeln!(stdout(), "{caution}")?;
    }
    match worse.is_empty() {
        true => writeln!(
            stdout(),
            "None of {} pieces costs more than was accepted.",
            counts.len()
        ),
        false => Err(io::Error::other(worse.join("\n"))),
    }
}

/// Only what was asked for is replaced, if the rest was made with the same compiler.
fn accept(options: &Options) -> io::Result<()> {
    let newer = Baseline::new(count(options)?);
    let text = match options.is_all {
        true => newer.text(),
        false => {
            let older = accepted()?;
            if let Some(caution) = older.caution() {
                return Err(io::Error::other(format!(
                    "{caution} Accept all pieces at once."
                )));
            }
            older.with(newer).text()
        }
    };
    std::fs::write(path(), text)?;
    writeln!(stdout(), "written: {}", path().display())
}
