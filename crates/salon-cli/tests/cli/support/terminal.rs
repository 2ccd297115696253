//! A program on a terminal, with a person before it.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};
use nix::sys::termios::{LocalFlags, tcgetattr};

use super::screen::Screen;

/// How long anything may take before the test gives up.
const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    output: Receiver<Vec<u8>>,
    /// What the program wrote that is not on the screen yet: the beginning of something.
    rest: Vec<u8>,
    /// How it treated keys before the program ran.
    modes_before: LocalFlags,
    pub(crate) screen: Screen,
}

impl Terminal {
    /// Runs the program on a terminal of that many columns.
    pub(crate) fn run(mut command: Command, columns: u16) -> Self {
        let size = Winsize {
            ws_row: 50,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let pty = openpty(&size, None).expect("a terminal");
        let keyboard = File::from(pty.master);
        let modes_before = modes(&keyboard);
        let end = || Stdio::from(pty.slave.try_clone().expect("its other end"));
        command.stdin(end()).stdout(end()).stderr(end());
        let child = command
            .env("TERM", "xterm-256color")
            .spawn()
            .expect("the program");
        // The program's ends must be the only ones, so that reading ends with it.
        drop(command);
        drop(pty.slave);
        let output = read_in_background(keyboard.try_clone().expect("the terminal again"));
        Self {
            child,
            keyboard,
            output,
            rest: Vec::new(),
            modes_before,
            screen: Screen::new(columns.into()),
        }
    }

    /// Presses the keys.
    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("a keyboard");
    }

    /// Waits for the prompt, then types a line.
    pub(crate) fn type_line(&mut self, line: &str) {
        self.wait("a prompt", |screen| screen.is_behind("> "));
        self.type_keys(line);
        self.type_keys("\r");
    }

    /// Waits until a line has the text.
    pub(crate) fn see(&mut self, text: &str) {
        self.wait(text, |screen| {
            screen.lines().iter().any(|line| line.contains(text))
        });
    }

    pub(crate) fn wait(&mut self, what: &str, is_there: impl Fn(&Screen) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !is_there(&self.screen) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.show(&bytes),
                Err(error) => panic!("no {what} ({error}):\n{}", self.screen.lines().join("\n")),
            }
        }
    }

    /// Whether the terminal treats keys as it did before the program ran.
    pub(crate) fn is_as_before(&self) -> bool {
        modes(&self.keyboard) == self.modes_before
    }

    /// Waits for the program's end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        while let Ok(bytes) = self.output.recv_timeout(DEADLINE) {
            self.show(&bytes);
        }
        self.child.wait().expect("an end")
    }

    fn show(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = std::str::from_utf8(&self.rest[..whole]).expect("just looked");
        let left = self.screen.write(text).len();
        self.rest.drain(..whole - left);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn modes(terminal: &File) -> LocalFlags {
    tcgetattr(terminal).expect("a terminal").local_flags
}

fn read_in_background(mut terminal: File) -> Receiver<Vec<u8>> {
    let (sender, output) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        // A terminal that nobody writes to any more is an error on Linux.
        while let Ok(count @ 1..) = terminal.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    output
}
