//! Makes the picture of `docs/cli.md`: a real conversation of `salon connect` with the demo, on a
//! terminal. The same as text goes to standard output.
//!
//! `cargo build --package demo --package salon-cli && cargo run --package salon-cli --example picture`

#[path = "../../tests/cli/support/screen.rs"]
mod screen;
mod svg;
#[path = "../../tests/cli/support/terminal.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod terminal;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use terminal::Terminal;

const COLUMNS: u16 = 92;
const COMMAND: &str = "salon connect http://localhost:8000";
const PICTURE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/pictures/terminal.svg"
);

fn main() {
    let mut demo = Running::start(program("demo"), &[], "Server running on port 8000");
    let lines = talk();
    demo.stop();

    let text: Vec<String> = lines.iter().map(|row| screen::text(row)).collect();
    println!("{}", text.join("\n"));
    let picture = svg::picture(&lines, COLUMNS.into());
    fs::write(PICTURE, picture).expect("a picture in docs/pictures");
}

/// What the person in the picture does; gives the lines of the terminal.
fn talk() -> Vec<screen::Row> {
    let mut command = Command::new(program("salon"));
    command
        .args(COMMAND.split(' ').skip(1))
        .env_remove("NO_COLOR");
    let mut terminal = Terminal::run(command, COLUMNS);
    terminal.type_line("IO_CLIENT_JOIN_ROOM hello-1234");
    terminal.see("Hello you!");
    terminal.type_line(r#"IO_CLIENT_HELLO "Hello from a terminal!""#);
    // Somebody else comes, and is greeted with everyone.
    let mut other = Running::start(program("demo"), &["client"], "Hello you!");
    terminal.wait("second greeting", |screen| {
        let lines = screen.lines();
        let greetings = lines
            .iter()
            .filter(|line| line.contains("Hello clients of room"));
        greetings.count() == 2
    });
    other.stop();
    terminal.type_line("/quit");
    assert!(terminal.end().success(), "salon connect failed");

    let mut shell = screen::Screen::new(COLUMNS.into());
    shell.write(&format!("$ {COMMAND}"));
    let mut lines = [shell.rows(), terminal.screen.rows()].concat();
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

/// A program that cargo has built beside this one.
fn program(name: &str) -> PathBuf {
    let this = env::current_exe().expect("this program");
    let folder = this.parent().and_then(Path::parent).expect("a folder");
    let program = folder.join(name);
    assert!(
        program.exists(),
        "build it first: cargo build -p demo -p salon-cli"
    );
    program
}

/// A program that runs beside the one in the picture.
struct Running(Child);

impl Running {
    /// Starts it and waits until it has said something.
    fn start(program: PathBuf, arguments: &[&str], said: &str) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .env("PORT", "8000")
            .stdout(Stdio::piped())
            .spawn()
            .expect("a program");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = output.lines();
        let is_said = lines.any(|line| line.is_ok_and(|line| line.contains(said)));
        assert!(
            is_said,
            "it ended before it said {said:?}: is port 8000 free?"
        );
        // It goes on talking to nobody, which must not end it.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child)
    }

    fn stop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
