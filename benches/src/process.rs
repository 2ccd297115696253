//! A program as a process of its own, on cores of its own.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use tokio::runtime::{Builder, Runtime};

use crate::stage::Pings;

/// What a server says when it is ready, before its address.
const LISTENING: &str = "listening on ";

/// Raises the limit of open files as far as it goes, and picks the cores.
const ON_CORES: &str = r#"ulimit -n "$(ulimit -Hn)" && exec taskset -c "$0" "$@""#;

/// A running program that one talks with line by line; it is killed when this is dropped.
#[derive(Debug)]
pub struct Talk {
    child: Child,
    /// A pipe that ends with us; see `end_with_parent`.
    input: Option<ChildStdin>,
    output: Option<BufReader<ChildStdout>>,
    name: String,
}

impl Talk {
    /// Starts it.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        Ok(Self {
            input: child.stdin.take(),
            output: child.stdout.take().map(BufReader::new),
            child,
            name: format!("{command:?}"),
        })
    }

    /// Says a line.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        match &mut self.input {
            Some(input) => writeln!(input, "{line}"),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Waits for a line, and returns what follows `start` in it.
    ///
    /// # Errors
    /// When another line comes, or none.
    pub fn hear(&mut self, start: &str) -> io::Result<String> {
        let mut line = String::new();
        if let Some(output) = &mut self.output {
            output.read_line(&mut line)?;
        }
        match line.strip_prefix(start) {
            Some(rest) => Ok(rest.trim_end().to_owned()),
            None => {
                let name = &self.name;
                let what = format!("{name} did not say `{start}…` but {line:?}");
                Err(io::Error::other(what))
            }
        }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running server; it is killed when this is dropped.
#[derive(Debug)]
pub struct ServerProcess {
    talk: Talk,
    address: SocketAddr,
    threads: usize,
}

impl ServerProcess {
    /// Starts a server on these cores, in the words of taskset: `0` or `0-1`.
    ///
    /// # Errors
    /// When it does not start or says something else than where it listens.
    pub fn start(program: &Path, threads: usize, pings: Pings, cores: &str) -> io::Result<Self> {
        Self::start_command(&mut on_cores(cores, program), threads, pings)
    }

    /// Starts any server, anywhere; `command` has all but the threads, which become its last word,
    /// and the pings.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn start_command(command: &mut Command, threads: usize, pings: Pings) -> io::Result<Self> {
        command.arg(threads.to_string());
        pings.tell(command);
        let mut talk = Talk::start(command)?;
        let address = talk.hear(LISTENING)?;
        let address = address.parse().map_err(io::Error::other)?;
        Ok(Self {
            talk,
            address,
            threads,
        })
    }

    /// How many threads it was given.
    #[must_use]
    pub const fn threads(&self) -> usize {
        self.threads
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.talk.id()
    }
}

/// A command that runs a program on these cores, with as many open files as are allowed.
#[must_use]
pub fn on_cores(cores: &str, program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", ON_CORES, cores]).arg(program);
    command
}

/// For servers: says where it listens.
#[allow(clippy::print_stdout, reason = "whoever started it reads this line")]
pub fn announce(address: SocketAddr) {
    println!("{LISTENING}{address}");
}

/// For servers: ends the process when its input does, since then whoever started it is gone.
pub fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}

/// For programs of ours: tokio with so many threads.
///
/// # Errors
/// When the system has none left.
pub fn runtime(threads: usize) -> io::Result<Runtime> {
    match threads {
        1 => Builder::new_current_thread().enable_all().build(),
        _ => Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .build(),
    }
}
