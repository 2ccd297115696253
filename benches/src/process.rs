//! A server as a process of its own, on cores of its own.

use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What a server says when it is ready, before its address.
const READY: &str = "listening on ";

/// Raises the limit of open files as far as it goes, and picks the cores.
const ON_CORES: &str = r#"ulimit -n "$(ulimit -Hn)" && exec taskset -c "$0" "$@""#;

/// A running server; it is killed when this is dropped.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    address: SocketAddr,
}

impl ServerProcess {
    /// Starts a server on these cores, in the words of taskset: `0` or `0-1`.
    ///
    /// # Errors
    /// When it does not start or says something else than where it listens.
    pub fn start(program: &Path, threads: usize, cores: &str) -> io::Result<Self> {
        let mut command = on_cores(cores, program);
        Self::start_command(command.arg(threads.to_string()))
    }

    /// Starts a server anywhere.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn start_command(command: &mut Command) -> io::Result<Self> {
        // Its input is a pipe that ends with us; see `end_with_parent`.
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let address = line
            .strip_prefix(READY)
            .and_then(|at| at.trim().parse().ok());
        match address {
            Some(address) => Ok(Self { child, address }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                let what = format!("{command:?} did not say where it listens: {line:?}");
                Err(io::Error::other(what))
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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
#[allow(clippy::print_stdout)]
pub fn announce(address: SocketAddr) {
    println!("{READY}{address}");
}

/// For servers: ends the process when its input does, since then whoever started it is gone.
pub fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}
