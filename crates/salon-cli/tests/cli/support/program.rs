//! The program, run to its end.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) lines: Vec<String>,
    pub(crate) errors: String,
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salon"));
    command.args(arguments);
    // Neither colours nor a proxy of whoever runs the tests.
    for (name, _) in std::env::vars_os() {
        let is_proxy = name.to_string_lossy().to_lowercase().ends_with("_proxy");
        if is_proxy || name == "NO_COLOR" {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the program without input.
pub(crate) fn salon(arguments: &[&str]) -> Run {
    let output = command(arguments).stdin(Stdio::null()).output();
    Run::new(output.expect("the program"))
}

/// Runs `salon connect` with these lines as its input.
pub(crate) fn conversation(arguments: &[&str], lines: &[&str]) -> Run {
    let mut child = command(&[&["connect"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut input = child.stdin.take().expect("its input");
    for line in lines {
        // A program that has ended reads no more, and the test sees why.
        drop(writeln!(input, "{line}"));
    }
    drop(input);
    Run::new(child.wait_with_output().expect("its end"))
}

impl Run {
    fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            status: output.status.code().expect("an end of its own"),
            lines: text(output.stdout).lines().map(str::to_owned).collect(),
            errors: text(output.stderr),
        }
    }

    /// What was said, without times, namespaces and what differs from run to run.
    pub(crate) fn said(&self) -> Vec<String> {
        self.lines.iter().map(|line| without_chance(line)).collect()
    }

    /// The objects that were printed, without what differs from run to run.
    pub(crate) fn objects(&self) -> Vec<serde_json::Value> {
        self.lines.iter().map(|line| object(line)).collect()
    }
}

fn without_chance(line: &str) -> String {
    let mut words = line.splitn(3, ' ');
    let time = words.next().expect("a time");
    assert_eq!(time.len(), "12:34:56".len(), "{line}");
    words.next().expect("a namespace");
    let rest = words.next().unwrap_or_default();
    if rest.starts_with("connected as ") {
        return "connected".to_owned();
    }
    match rest.rsplit_once(" in ") {
        Some((rest, took)) if took.ends_with(" ms") => rest.to_owned(),
        _ => rest.to_owned(),
    }
}

fn object(line: &str) -> serde_json::Value {
    let mut object: serde_json::Value = serde_json::from_str(line).expect(line);
    let fields = object.as_object_mut().expect("an object");
    let time = fields.remove("time").expect("a time");
    let time = time.as_str().expect("a text");
    assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
    fields.remove("id");
    fields.remove("ms");
    object
}
