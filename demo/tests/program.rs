//! The program as the user starts it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// A running demo, killed at the end of its test.
struct Demo {
    process: Child,
    stdout: BufReader<ChildStdout>,
}

impl Demo {
    fn start(folder: &str) -> Self {
        let mut process = command("0")
            .env("DEMO_FOLDER", folder)
            .spawn()
            .expect("a demo");
        let stdout = BufReader::new(process.stdout.take().expect("its output"));
        Self { process, stdout }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        line
    }

    /// The port of the line that says where the server runs.
    fn port(&mut self) -> u16 {
        let line = self.line();
        let port = line.split(' ').nth(4).expect("a port");
        port.parse().expect("a number")
    }

    /// Stops the demo and gives what it wrote to its log.
    fn log(mut self) -> String {
        self.process.kill().expect("it runs");
        let mut log = String::new();
        let mut stderr = self.process.stderr.take().expect("its log");
        stderr.read_to_string(&mut log).expect("text");
        log
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn command(port: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command
        .env("PORT", port)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

#[test]
fn it_says_where_it_runs_and_in_which_mode() {
    let mut demo = Demo::start(env!("CARGO_MANIFEST_DIR"));
    let mode = if cfg!(debug_assertions) {
        "development"
    } else {
        "production"
    };
    let line = demo.line();
    assert!(line.starts_with("Server running on port "), "{line}");
    assert!(line.ends_with(&format!(" ({mode}).\n")), "{line}");
}

#[test]
fn a_taken_port_gets_one_sentence_that_says_what_to_do() {
    let mut first = Demo::start(env!("CARGO_MANIFEST_DIR"));
    let port = first.port();
    let second = command(&port.to_string()).output();
    let Output {
        status,
        stdout,
        stderr,
    } = second.expect("a demo");

    assert_eq!(status.code(), Some(1));
    assert_eq!(text(stdout), "");
    let sentence = format!(
        "Port {port} is taken: stop the program that uses it, \
         or choose another port, for example PORT=8000 cargo demo.\n"
    );
    assert!(text(stderr).ends_with(&sentence));
}

#[test]
#[cfg(unix)]
fn the_cause_of_a_500_is_in_the_log() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cause");
    std::fs::create_dir_all(folder.join("dist")).expect("a folder");
    // A link to itself is a file that exists and cannot be opened, even by root.
    drop(std::os::unix::fs::symlink(
        "loop.js",
        folder.join("dist/loop.js"),
    ));

    let mut demo = Demo::start(folder.to_str().expect("text"));
    let answer = get(demo.port(), "/static/loop.js");
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert!(answer.contains("Something went wrong!"), "{answer}");
    let log = demo.log();
    assert!(
        log.contains("[demo] A request failed: Too many levels of symbolic links"),
        "{log}"
    );
}

#[test]
#[cfg(unix)]
fn it_stops_when_asked() {
    let mut demo = Demo::start(env!("CARGO_MANIFEST_DIR"));
    demo.port();
    let kill = Command::new("kill")
        .arg(demo.process.id().to_string())
        .status();
    assert!(kill.expect("kill").success());
    assert!(demo.process.wait().expect("an end").success());
}

fn get(port: u16, path: &str) -> String {
    let mut tcp = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    write!(
        tcp,
        "GET {path} HTTP/1.1\r\nhost: demo\r\nconnection: close\r\n\r\n"
    )
    .expect("asked");
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).expect("an answer");
    answer
}
