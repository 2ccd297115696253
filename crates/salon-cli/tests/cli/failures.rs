//! What the program's status says, and its last words.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use salon::{DisconnectReason, Tls};

use crate::support::{TestServer, command, conversation, salon};

#[test]
fn wrong_usage_is_2() {
    for arguments in [
        &["emit"][..],
        &["connect", "--auth", "1", "localhost"],
        &["connect", "ftp://localhost"],
        &["emit", "localhost", "x", "--proxy", "ftp://localhost"],
        &[
            "emit",
            "https://localhost",
            "x",
            "--ca",
            "/there/is/none.pem",
        ],
    ] {
        let run = salon(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.errors);
        assert_eq!(run.errors.lines().count(), 1, "{}", run.errors);
    }
}

#[test]
fn nobody_there_is_3_and_the_user_is_asked_for_the_server() {
    // A port that was free a moment ago.
    let port = TestServer::start().port();
    let url = format!("http://127.0.0.1:{port}");
    for transport in ["polling", "websocket"] {
        let run = salon(&["emit", &url, "x", "--transport", transport]);
        assert_eq!(run.status, 3, "{}", run.errors);
        assert!(
            run.errors
                .starts_with(&format!("Could not connect to {url}: ")),
            "{}",
            run.errors
        );
        assert!(
            run.errors.ends_with("Is the server running there?\n"),
            "{}",
            run.errors
        );
    }
    let run = conversation(&[&url], &["hello"]);
    assert_eq!((run.status, run.lines), (3, vec![]));
    assert!(
        run.errors.ends_with("Is the server running there?\n"),
        "{}",
        run.errors
    );
}

#[test]
fn whoever_retries_is_told_of_each_attempt_until_the_last() {
    let port = TestServer::start().port();
    let url = format!("http://127.0.0.1:{port}");
    let run = conversation(&["--retry", "--attempts", "1", &url], &["hello"]);
    assert_eq!(run.status, 3, "{}", run.errors);
    let said = run.said();
    let said: Vec<_> = said.iter().map(String::as_str).collect();
    let [first, "trying to connect, attempt 1", last] = said[..] else {
        panic!("{said:?}");
    };
    assert!(
        first.starts_with("not connected: ") && first.ends_with("; trying again"),
        "{first}"
    );
    assert!(
        last.starts_with("not connected: ") && !last.contains("again"),
        "{last}"
    );
    assert!(
        run.errors.ends_with("Is the server running there?\n"),
        "{}",
        run.errors
    );
}

#[test]
fn another_server_is_3_and_the_user_is_asked_for_the_path() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for tcp in listener.incoming() {
            let mut tcp = tcp.expect("a connection");
            drop(tcp.read(&mut [0; 4096]));
            drop(tcp.write_all(
                b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            ));
        }
    });
    let run = salon(&["emit", &format!("127.0.0.1:{port}"), "x"]);
    assert_eq!(run.status, 3, "{}", run.errors);
    assert!(run.errors.contains("404"), "{}", run.errors);
    assert!(run.errors.contains("--path"), "{}", run.errors);
}

#[test]
fn a_server_that_says_nothing_is_3() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let url = format!("http://127.0.0.1:{port}");
    let run = salon(&["emit", &url, "x", "--connect-timeout", "200ms"]);
    assert_eq!(run.status, 3, "{}", run.errors);
    assert_eq!(
        run.errors,
        format!("{url} did not answer in time. --connect-timeout gives it longer.\n")
    );
}

#[test]
fn a_certificate_that_nobody_trusts_is_3_unless_the_user_does() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).expect("TLS");
    let server = TestServer::start_with_tls(tls);
    let url = server.url("");
    let run = salon(&["emit", &url, "tell", "nobody"]);
    assert_eq!(run.status, 3, "{}", run.errors);
    assert!(run.errors.contains("--insecure"), "{}", run.errors);

    let run = salon(&["emit", "--insecure", &url, "tell", "anybody"]);
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    assert_eq!(server.hears(), "anybody");

    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("certificate.pem");
    fs::write(&file, certificate).expect("a file");
    let file = file.to_str().expect("text");
    let run = salon(&["emit", "--ca", file, &url, "tell", "you"]);
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    assert_eq!(server.hears(), "you");
}

#[test]
fn a_refusal_is_4_with_the_words_of_the_server() {
    let server = TestServer::start();
    let sentence = "The server refused the namespace /private: not authorised {\"code\":7}. ";
    let run = salon(&["emit", &server.url("/private"), "x"]);
    assert_eq!(run.status, 4);
    assert!(run.errors.starts_with(sentence), "{}", run.errors);

    let wrong = ["--auth", r#"{"token":"wrong"}"#];
    let url = server.url("/private");
    let run = conversation(&[&[url.as_str()], &wrong[..]].concat(), &["hello"]);
    assert_eq!((run.status, run.lines.len()), (4, 0));
    assert!(run.errors.starts_with(sentence), "{}", run.errors);
}

#[test]
fn an_answer_that_does_not_come_in_time_is_5() {
    let server = TestServer::start();
    let run = salon(&[
        "emit",
        &server.url(""),
        "silence",
        "--ack",
        "--timeout",
        "100ms",
    ]);
    assert_eq!((run.status, run.lines.len()), (5, 0));
    assert_eq!(
        run.errors,
        "The server did not answer in time. --timeout gives it longer.\n"
    );

    let run = conversation(
        &[&server.url(""), "--timeout", "100ms"],
        &["silence --ack", "tell done"],
    );
    assert_eq!((run.status, run.errors.as_str()), (5, ""));
    assert_eq!(server.hears(), "done");
}

#[test]
fn a_disconnection_before_the_answer_is_6() {
    let server = TestServer::start();
    let run = salon(&["emit", &server.url(""), "leave-me", "--ack"]);
    assert_eq!((run.status, run.lines.len()), (6, 0));
    assert!(
        run.errors.starts_with("The connection ended before"),
        "{}",
        run.errors
    );

    let run = conversation(&["--stay", &server.url("")], &["leave-me"]);
    assert_eq!(run.status, 6);
    assert_eq!(run.errors, "Disconnected: io server disconnect.\n");
    assert_eq!(
        run.said().last().expect("a line"),
        "disconnected: io server disconnect"
    );
}

#[test]
fn a_line_that_makes_no_sense_is_2_in_the_end() {
    let server = TestServer::start();
    let run = conversation(&[&server.url("")], &["say 'hello'", "tell {", "tell done"]);
    assert_eq!((run.status, run.errors.as_str()), (2, ""));
    let said = run.said();
    assert!(
        said.iter()
            .any(|line| line.starts_with("Strings stand in double quotes")),
        "{said:?}"
    );
    assert_eq!(server.hears(), "done");
}

#[test]
#[cfg(unix)]
fn an_interruption_is_130_and_the_server_is_left_in_good_order() {
    let server = TestServer::start();
    let mut child = command(&["connect", "--stay", &server.url("")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut output = BufReader::new(child.stdout.take().expect("its output"));
    output.read_line(&mut String::new()).expect("a line");
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill").success());
    assert_eq!(child.wait().expect("its end").code(), Some(130));
    assert_eq!(server.loses(), DisconnectReason::ClientNamespaceDisconnect);
}
