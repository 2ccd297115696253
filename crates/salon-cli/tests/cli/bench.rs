//! `salon bench`, in small.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use serde_json::Value;

use crate::support::{Run, TestServer, command, salon};

/// Runs a scenario for a moment; gives the run and its report.
fn bench(server: &TestServer, arguments: &[&str]) -> (Run, Value) {
    let url = server.url("/bench");
    let mut all = vec!["bench", arguments[0], &url, "--json"];
    all.extend(["--duration", "500ms", "--warm-up", "100ms"]);
    all.extend(["--connections", "6", "--timeout", "3s"]);
    all.extend(&arguments[1..]);
    let run = salon(&all);
    let report = run
        .lines
        .first()
        .map(|line| serde_json::from_str(line).expect(line));
    (run, report.unwrap_or_default())
}

/// The same, where all must be delivered.
fn whole(arguments: &[&str]) -> Value {
    let server = TestServer::start_for_bench();
    let (run, report) = bench(&server, arguments);
    assert_eq!(
        run.status, 0,
        "{arguments:?}: {} {:?}",
        run.errors, run.lines
    );
    assert_eq!(
        report["delivered"], report["expected"],
        "{arguments:?}: {report}"
    );
    assert_eq!(report["failures"], serde_json::json!({}), "{arguments:?}");
    assert_eq!(report["scenario"], arguments[0]);
    report
}

#[test]
fn what_is_asked_is_answered_over_every_transport() {
    for arguments in [
        &["echo", "--rate", "100"][..],
        &[
            "echo",
            "--rate",
            "max",
            "--in-flight",
            "4",
            "--threads",
            "2",
        ],
        &["echo", "--rate", "50", "--transport", "both"],
        &["binary", "--rate", "100", "--payload", "2k"],
        &["polling", "--rate", "50"],
        &["echo", "--rate", "100", "--event", "join-room"],
    ] {
        let report = whole(arguments);
        assert!(report["delivered"].as_u64() > Some(10), "{report}");
        assert_eq!(report["latency_ms"]["count"], report["delivered"]);
        assert!(report["latency_ms"]["p99"].as_f64() >= report["latency_ms"]["p50"].as_f64());
    }
}

#[test]
fn an_open_loop_sends_as_often_as_it_was_told() {
    let report = whole(&["echo", "--rate", "200", "--threads", "2"]);
    assert_eq!(report["expected"], 100, "{report}");
    let report = whole(&["connect", "--rate", "40"]);
    assert_eq!(report["expected"], 20, "{report}");
}

#[test]
fn connections_are_opened_one_by_one_or_as_fast_as_they_come() {
    let report = whole(&[
        "connect",
        "--rate",
        "max",
        "--in-flight",
        "2",
        "--threads",
        "2",
    ]);
    assert!(report["delivered"].as_u64() > Some(4), "{report}");
}

#[test]
fn events_are_confirmed() {
    for arguments in [
        &["events", "--rate", "300"][..],
        &["events", "--rate", "max", "--threads", "2"],
    ] {
        let report = whole(arguments);
        assert!(report["delivered"].as_u64() > Some(50), "{report}");
    }
}

#[test]
fn broadcasts_come_to_all() {
    for (arguments, each) in [
        (&["broadcast", "--rate", "20"][..], 6),
        (
            &[
                "broadcast",
                "--rate",
                "max",
                "--in-flight",
                "2",
                "--threads",
                "2",
            ],
            6,
        ),
        // The server that passes nothing on.
        (
            &["broadcast", "--rate", "20", "--event", "publish-plain"],
            6,
        ),
        (&["rooms", "--rate", "30", "--room-size", "3"], 3),
        (
            &[
                "rooms",
                "--rate",
                "max",
                "--room-size",
                "3",
                "--threads",
                "2",
            ],
            3,
        ),
    ] {
        let report = whole(arguments);
        let (sent, delivered) = (report["sent"].as_u64(), report["delivered"].as_u64());
        assert!(sent > Some(5), "{report}");
        assert_eq!(
            delivered,
            sent.map(|sent| sent * each),
            "{arguments:?}: {report}"
        );
    }
}

#[test]
fn idle_connections_stay_and_are_pinged() {
    let report = whole(&["idle", "--threads", "2"]);
    assert_eq!(report["delivered"], 6);
    assert!(report["counts"]["pings"].as_u64() >= Some(6), "{report}");
    assert!(
        report["latency_ms"]["max"].as_f64() > Some(50.0),
        "{report}"
    );
}

#[test]
fn connections_that_are_cut_come_back_with_what_they_missed() {
    let fast = ["--cut-every", "200ms", "--away", "20ms", "--rate", "50"];
    let report = whole(&[&["jitter"][..], &fast].concat());
    let counts = &report["counts"];
    assert!(counts["cuts"].as_u64() > Some(3), "{report}");
    assert_eq!(counts["back with its state"], counts["cuts"], "{report}");
    assert!(report["latency_ms"]["count"].as_u64() > Some(1), "{report}");

    // Where the server keeps nothing, what was published meanwhile is gone, and said to be.
    let server = TestServer::start();
    let (run, report) = bench(&server, &[&["jitter"][..], &fast].concat());
    assert_eq!(run.status, 0, "{} {report}", run.errors);
    let missed = report["counts"]["missed while away"].as_u64().unwrap_or(0);
    assert!(
        report["counts"]["back as a new one"].as_u64() > Some(3),
        "{report}"
    );
    let delivered = report["delivered"].as_u64().unwrap();
    assert_eq!(report["expected"], delivered + missed, "{report}");
}

#[test]
fn events_that_nobody_published_change_nothing() {
    for scenario in ["broadcast", "jitter"] {
        let report = whole(&[scenario, "--rate", "20", "--event", "publish-odd"]);
        let others = report["counts"]["events of others"].as_u64();
        assert!(others >= report["delivered"].as_u64(), "{report}");
    }
}

/// A run that goes on, with its outputs.
fn start(arguments: &[&str]) -> (Child, BufReader<ChildStdout>, BufReader<ChildStderr>) {
    let mut child = command(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let errors = BufReader::new(child.stderr.take().expect("its errors"));
    (child, output, errors)
}

/// Starts a run in which all clients are to come back.
fn start_avalanche(
    server: &TestServer,
    options: &[&str],
) -> (Child, BufReader<ChildStdout>, BufReader<ChildStderr>) {
    let url = server.url("/bench");
    let words = ["bench", "avalanche", &url, "--json"];
    start(&[&words, options].concat())
}

/// Reads until a line has the text.
fn read_until(lines: &mut impl BufRead, text: &str) {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        let count = lines.read_line(&mut line).expect("UTF-8");
        assert!(count > 0, "it ended without {text:?}");
    }
}

#[test]
fn all_come_back_after_a_restart() {
    let server = TestServer::start();
    let options = ["--connections", "5", "--duration", "20s"];
    let (mut child, mut output, mut errors) = start_avalanche(&server, &options);
    read_until(&mut errors, "restart the server now; ");
    let port = server.port();
    drop(server);
    let server = TestServer::start_on(port);
    let mut line = String::new();
    output.read_line(&mut line).expect("a report");
    assert!(child.wait().expect("its end").success(), "{line}");
    let report: Value = serde_json::from_str(&line).expect(&line);
    assert_eq!(
        (&report["expected"], &report["delivered"]),
        (&5.into(), &5.into())
    );
    assert!(
        report["latency_ms"]["p50"].as_f64() > Some(100.0),
        "{report}"
    );
    drop(server);
}

#[test]
#[cfg(unix)]
fn a_restart_command_that_fails_is_told_at_once_and_at_the_end() {
    let server = TestServer::start();
    let options = [
        "--connections",
        "2",
        "--duration",
        "30m",
        "--restart-command",
        "echo not seen; exit 3",
    ];
    let (mut child, mut output, mut errors) = start_avalanche(&server, &options);
    read_until(&mut errors, "--restart-command failed with exit status: 3.");
    interrupt(&child);
    let mut line = String::new();
    output.read_line(&mut line).expect("a report");
    assert_eq!(child.wait().expect("its end").code(), Some(130), "{line}");
    let report: Value = serde_json::from_str(&line).expect(&line);
    let told = "--restart-command failed with exit status: 3.";
    assert_eq!(report["notes"][0], told, "{report}");
}

#[test]
fn a_server_without_the_handler_is_5_and_says_what_to_add() {
    let server = TestServer::start();
    for (scenario, handler) in [
        (
            "echo",
            "socket.on(\"echo\", (text, answer) => answer(text));",
        ),
        (
            "binary",
            "io.on(\"echo-binary\", |bytes: Bytes| async move { bytes });",
        ),
        (
            "broadcast",
            "socket.on(\"publish\", (text) => io.emit(\"news\", text));",
        ),
        ("rooms", "socket.on(\"publish-to\", (room, count) =>"),
    ] {
        let arguments = [scenario, "--event", "nobody", "--timeout", "200ms"];
        let (run, _) = bench(&server, &arguments);
        assert_eq!(
            (run.status, run.lines.len()),
            (5, 0),
            "{scenario}: {}",
            run.errors
        );
        assert!(run.errors.contains("the event `nobody`"), "{}", run.errors);
        assert!(run.errors.contains(handler), "{}", run.errors);
    }
}

#[test]
fn what_goes_wrong_is_counted_by_its_kind_and_is_7() {
    let server = TestServer::start();
    let (run, report) = bench(&server, &["echo", "--rate", "100", "--event", "leave-me"]);
    assert_eq!(run.status, 7, "{} {report}", run.errors);
    let failures = &report["failures"];
    assert_eq!(
        failures["disconnected: io server disconnect"], 6,
        "{report}"
    );
    assert!(
        failures["not sent: not connected"].as_u64() > Some(10),
        "{report}"
    );
}

#[test]
fn nobody_there_is_3_and_no_such_namespace_is_4() {
    let port = TestServer::start().port();
    let url = format!("http://127.0.0.1:{port}");
    for scenario in ["echo", "connect", "jitter", "idle"] {
        let run = salon(&[
            "bench",
            scenario,
            &url,
            "--duration",
            "200ms",
            "--connections",
            "2",
        ]);
        match scenario {
            // There is something to count.
            "connect" => {
                assert_eq!(run.status, 7, "{}", run.errors);
                let said = run.lines.join("\n");
                assert!(said.contains("connection refused"), "{said}");
            }
            _ => {
                assert_eq!(run.status, 3, "{scenario}: {}", run.errors);
                assert!(
                    run.errors.contains("Is the server running there?"),
                    "{}",
                    run.errors
                );
            }
        }
    }
    let server = TestServer::start();
    let run = salon(&["bench", "echo", &server.url("/nothing")]);
    assert_eq!(run.status, 4, "{}", run.errors);
}

#[test]
fn a_server_that_only_listens_costs_no_more_than_the_time_that_was_given() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let run = salon(&[
        "bench",
        "echo",
        &url,
        "--connections",
        "3",
        "--connect-timeout",
        "300ms",
    ]);
    assert_eq!(run.status, 3, "{}", run.errors);
    assert!(
        run.errors.contains("did not answer in time"),
        "{}",
        run.errors
    );
}

#[test]
fn the_report_is_for_people_for_programs_and_a_page() {
    let server = TestServer::start();
    let folder = std::env::temp_dir().join(format!("salon-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (json, html) = (folder.join("a.json"), folder.join("a.html"));
    let json_to = format!("--json={}", json.display());
    let pid = std::process::id().to_string();
    let url = server.url("/bench?token=secret");
    let run = salon(&[
        "bench",
        "echo",
        &url,
        "--rate",
        "100",
        "--duration",
        "1s",
        "--connections",
        "2",
        &json_to,
        "--html",
        html.to_str().expect("a path"),
        "--pid",
        &pid,
    ]);
    assert_eq!(run.status, 0, "{}", run.errors);
    assert!(
        run.lines[0].ends_with("/bench: 2 connections, 100/s, 1.0 s"),
        "{:?}",
        run.lines
    );
    assert!(
        run.lines[1].starts_with("  delivered     100 of 100, "),
        "{:?}",
        run.lines
    );
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    let page = std::fs::read_to_string(&html).unwrap();
    std::fs::remove_dir_all(&folder).expect("an end");
    let mut names: Vec<_> = report.as_object().unwrap().keys().collect();
    names.sort();
    let expected = "connections counts cpu delivered expected failures latency_ms load \
                    memory_per_connection notes opened payload per_second scenario seconds sent status \
                    threads timeline tool url";
    assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
    if cfg!(target_os = "linux") {
        assert!(
            report["cpu"]["tool"]["us_per_message"].as_f64() > Some(0.0),
            "{report}"
        );
        assert!(
            report["cpu"]["server"]["cores"].as_f64() > Some(0.0),
            "{report}"
        );
    }
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    for (name, text) in [("report", report.to_string()), ("page", page)] {
        assert!(!text.contains("secret"), "{name}");
        assert!(!text.contains("src=") && !text.contains("<link"), "{name}");
    }
}

/// Presses Ctrl-C.
#[cfg(unix)]
fn interrupt(child: &Child) {
    use nix::sys::signal::{Signal, kill};
    let pid = nix::unistd::Pid::from_raw(child.id() as i32);
    kill(pid, Signal::SIGINT).expect("a signal");
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_it_early_with_a_report() {
    let server = TestServer::start();
    let url = server.url("/bench");
    let (mut child, mut output, _errors) = start(&[
        "bench",
        "echo",
        &url,
        "--json",
        "--event",
        "told",
        "--duration",
        "30m",
        "--warm-up",
        "0",
        "--connections",
        "2",
    ]);
    // Two connections, the question whether there is a handler, and some of what counts.
    for _ in 0..2 + 1 + 20 {
        server.hears();
    }
    interrupt(&child);
    let mut line = String::new();
    output.read_line(&mut line).expect("a report");
    assert_eq!(child.wait().expect("its end").code(), Some(130), "{line}");
    let report: Value = serde_json::from_str(&line).expect(&line);
    assert!(report["delivered"].as_u64() >= Some(20), "{report}");
    assert_eq!(report["delivered"], report["expected"], "{report}");
    assert!(report["seconds"].as_f64() < Some(60.0), "{report}");
}

#[test]
fn the_servers_in_the_document_are_those_that_are_tested() {
    let document = include_str!("../../../../docs/bench.md");
    for server in [
        include_str!("../../../salon/examples/bench.rs"),
        include_str!("../../../../interop/client/bench-server.mjs"),
    ] {
        assert!(document.contains(server), "{server}");
    }
    let help = salon(&["bench", "--help"]).lines.join("\n");
    for option in ["--rate", "--in-flight", "--source", "--pid", "--html"] {
        assert!(
            help.contains(option) && document.contains(option),
            "{option}"
        );
    }
}
