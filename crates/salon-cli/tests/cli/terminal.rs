//! `salon connect` with a person before it.

use crate::support::terminal::Terminal;
use crate::support::{TestServer, command};

const COLUMNS: u16 = 100;

fn terminal(server: &TestServer) -> Terminal {
    Terminal::run(command(&["connect", &server.url("")]), COLUMNS)
}

fn ends(terminal: &Terminal, texts: &[&str]) {
    let lines = terminal.screen.lines();
    let lines: Vec<_> = lines.iter().filter(|line| !line.is_empty()).collect();
    assert!(lines.len() >= texts.len(), "{lines:?}");
    for (line, text) in lines[lines.len() - texts.len()..].iter().zip(texts) {
        assert!(line.ends_with(text), "{lines:?}");
    }
}

#[test]
fn what_comes_is_printed_above_what_is_typed() {
    let server = TestServer::start();
    let mut terminal = terminal(&server);
    terminal.see("greeting");
    terminal.wait("a prompt", |screen| screen.is_behind("> "));
    terminal.type_keys("ask-me ho");
    terminal.see("> ask-me ho");
    terminal.type_keys("w?\r");
    terminal.see("question #1");
    terminal.type_line("/answer so");
    terminal.see("your answer");
    terminal.type_line("/quit");
    assert!(terminal.end().success());
    ends(
        &terminal,
        &[
            "> ask-me how?",
            r#"← question "how?" question #1: /answer #1 ARG…"#,
            "> /answer so",
            r#"→ answer to question #1 "so""#,
            r#"← "your answer" ["so"]"#,
            "> /quit",
        ],
    );
}

#[test]
fn a_line_can_be_edited_and_comes_back() {
    let server = TestServer::start();
    let mut terminal = terminal(&server);
    // "tell twu", then left over the u, which delete takes, and "o" in its place.
    terminal.type_line("tell twu\u{1b}[D\u{1b}[3~o");
    assert_eq!(server.hears(), "two");
    // The line before, by the arrow up.
    terminal.type_line("\u{1b}[A three");
    terminal.see("> tell two three");
    // Ctrl-D.
    terminal.wait("a prompt", |screen| screen.is_behind("> "));
    terminal.type_keys("\u{4}");
    assert!(terminal.end().success());
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let server = TestServer::start();
    let url = server.url("");
    let mut coloured = Terminal::run(command(&["connect", &url]), COLUMNS);
    let mut plain = command(&["connect", &url]);
    plain.env("NO_COLOR", "1");
    let mut plain = Terminal::run(plain, COLUMNS);
    for terminal in [&mut coloured, &mut plain] {
        terminal.see("greeting");
        terminal.type_line("/quit");
        assert!(terminal.end().success());
    }
    let is_coloured = |terminal: &Terminal| {
        let mut cells = terminal.screen.rows().iter().flatten();
        cells.any(|cell| !cell.style.is_empty())
    };
    assert!(is_coloured(&coloured));
    assert!(!is_coloured(&plain));
}

#[test]
fn a_person_is_not_thrown_out_when_the_server_goes() {
    let server = TestServer::start();
    let mut terminal = terminal(&server);
    terminal.type_line("leave-me");
    terminal.see("disconnected: io server disconnect");
    terminal.see("/connect connects again");
    terminal.type_line("/help");
    terminal.see("/answer [#N] ARG…");
    terminal.type_line("/connect");
    terminal.wait("second greeting", |screen| {
        let lines = screen.lines();
        lines
            .iter()
            .filter(|line| line.contains("greeting"))
            .count()
            == 2
    });
    terminal.type_line("/wait x");
    terminal.see("/wait is for lines that are piped in.");
    // Ctrl-C.
    terminal.wait("a prompt", |screen| screen.is_behind("> "));
    terminal.type_keys("\u{3}");
    assert!(terminal.end().success());
}

#[test]
fn the_terminal_is_left_as_it_was() {
    let server = TestServer::start();
    let mut terminal = terminal(&server);
    terminal.wait("a prompt", |screen| screen.is_behind("> "));
    assert!(!terminal.is_as_before());
    terminal.type_line("/quit");
    assert!(terminal.end().success());
    assert!(terminal.is_as_before());
}
