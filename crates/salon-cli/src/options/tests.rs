use super::*;

fn read(line: &str) -> Result<Task, String> {
    Task::read(line.split_whitespace().map(OsString::from))
}

fn connect(line: &str) -> Connect {
    match read(line) {
        Ok(Task::Connect(connect)) => connect,
        other => panic!("{other:?}"),
    }
}

fn emit(arguments: &[&str]) -> EmitOnce {
    match Task::read(arguments.iter().map(OsString::from)) {
        Ok(Task::Emit(emit)) => emit,
        other => panic!("{other:?}"),
    }
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn a_url_is_enough() {
    let connect = connect("connect http://localhost:3000/chat");
    let server = Server {
        url: "http://localhost:3000/chat".to_owned(),
        ..Server::default()
    };
    assert_eq!(connect.server, server);
    assert!(connect.reconnect && !connect.json && !connect.stay && !connect.retry);
    assert_eq!((connect.answer, connect.timeout), (None, TIMEOUT));
}

#[test]
fn the_server_is_described_by_options() {
    let connect = connect(
        r#"connect --auth {"token":"x"} --transport=websocket --header x-key:a:b --header y:2
        --query k=v=w --path io --namespace chat --insecure --ca roots.pem
        --proxy socks5://localhost:1080 --connect-timeout 2s localhost:3000"#,
    );
    let token = Value::String("x".to_owned());
    let server = Server {
        url: "localhost:3000".to_owned(),
        namespace: Some("/chat".to_owned()),
        path: Some("/io".to_owned()),
        auth: Some(Value::Object(vec![("token".to_owned(), token)])),
        transports: Transports::WebSocket,
        headers: vec![pair("x-key", "a:b"), pair("y", "2")],
        query: vec![pair("k", "v=w")],
        connect_timeout: Duration::from_secs(2),
        insecure: true,
        ca: Some("roots.pem".into()),
        proxy: Some("socks5://localhost:1080".to_owned()),
    };
    assert_eq!(connect.server, server);
}

#[test]
fn a_conversation_is_described_by_options() {
    let connect =
        connect("connect u --json --stay --no-reconnect --attempts 3 --timeout 500ms --answer 1");
    assert!(connect.json && connect.stay && !connect.reconnect);
    assert_eq!(connect.timeout, Duration::from_millis(500));
    assert_eq!(connect.attempts, Some(3));
    assert_eq!(connect.answer, Some(vec![Value::Unsigned(1)]));
}

#[test]
fn each_argument_of_the_shell_is_an_argument_of_the_event() {
    let emit = emit(&[
        "emit",
        "u",
        "add",
        "-1",
        "two words",
        r#"{"a": 1}"#,
        "--ack",
        "--timeout",
        "5s",
        "-2.5",
        "--",
        "--json",
    ]);
    let texts: Vec<_> = emit
        .emit
        .args
        .iter()
        .map(|arg| serde_json::to_string(arg).unwrap())
        .collect();
    assert_eq!(
        texts,
        ["-1", r#""two words""#, r#"{"a":1}"#, "-2.5", r#""--json""#]
    );
    assert_eq!(
        (emit.emit.event.as_str(), emit.emit.how),
        ("add", How::WithAck)
    );
    assert_eq!(emit.timeout, Duration::from_secs(5));
    assert!(!emit.json);
}

#[test]
fn texts_are_shown_when_asked_for() {
    for (line, text) in [
        ("--help", help::ALL),
        ("-h", help::ALL),
        ("help", help::ALL),
        ("--version", help::VERSION),
        ("connect --help", help::CONNECT),
        ("emit u -h", help::EMIT),
    ] {
        assert_eq!(read(line), Ok(Task::Show(text)), "{line}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    for (line, said) in [
        ("", "Say what to do"),
        (
            "listen u",
            "There is no command `listen`: there are connect, emit and bench.",
        ),
        ("--json", "Invalid option '--json'."),
        ("connect", "Say where to connect to"),
        ("connect a b", "Unexpected argument \"b\"."),
        ("connect u --colour", "Invalid option '--colour'."),
        ("connect u --auth", "Missing argument for option '--auth'."),
        ("connect u --auth token", "--auth takes a JSON object"),
        ("connect u --auth [1]", "--auth takes a JSON object"),
        (
            "connect u --transport udp",
            "--transport takes polling, websocket or both",
        ),
        ("connect u --header x", "--header takes KEY:VALUE"),
        ("connect u --query =v", "--query takes KEY=VALUE"),
        (
            "connect u --timeout soon",
            "--timeout: \"soon\" is no duration",
        ),
        ("connect u --answer {", "--answer: In `{`"),
        ("emit u", "what to emit"),
        ("emit u x {", "In `{`, it is not JSON"),
    ] {
        let sentence = read(line).unwrap_err();
        assert!(sentence.contains(said), "{line}: {sentence}");
    }
}

fn bench(line: &str) -> Bench {
    match read(line) {
        Ok(Task::Bench(bench)) => *bench,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_load_is_described_by_options() {
    let usual = bench("bench echo localhost");
    assert_eq!(usual.rate, Rate::PerSecond(1_000.0));
    assert_eq!(usual.server.transports, Transports::WebSocket);
    assert_eq!(
        (usual.connections, usual.in_flight, usual.payload),
        (100, 1, 64)
    );
    assert_eq!(
        bench("bench polling u").server.transports,
        Transports::Polling
    );
    assert_eq!(bench("bench events u").in_flight, 64);
    let all = bench(
        "bench rooms --rate max --connections 2000 u --payload 16k --source 127.0.0.1,::1 --json=x \
         --header a:b --pid 7 --threads 2",
    );
    assert_eq!(
        (all.rate, all.connections, all.payload),
        (Rate::Max, 2_000, 16_384)
    );
    assert_eq!(all.sources.len(), 2);
    assert_eq!(all.json, Some(Json::File("x".into())));
    assert_eq!(bench("bench echo --json u").json, Some(Json::Stdout));
    assert_eq!(
        (all.pid, all.threads, all.server.headers.len()),
        (Some(7), 2, 1)
    );
}

#[test]
fn what_is_wrong_with_a_load_is_said() {
    for (line, said) in [
        ("bench", "Say what to measure"),
        ("bench echo", "Say where the server is"),
        (
            "bench dance u",
            "There is no scenario `dance`: there are connect, echo",
        ),
        (
            "bench echo u --rate none",
            "--rate takes how often a second",
        ),
        (
            "bench echo u --open-rate 1e-300",
            "--open-rate takes how often a second",
        ),
        ("bench echo u --rate 0", "--rate takes how often a second"),
        (
            "bench echo u --connections 0",
            "--connections takes a number from 1",
        ),
        (
            "bench echo u --payload 1g",
            "--payload takes a size of up to 64m",
        ),
        ("bench echo u --source here", "--source takes addresses"),
        ("bench echo u --duration 0", "--duration"),
        (
            "bench echo u --restart-command x",
            "for the scenario avalanche",
        ),
        (
            "bench echo u --threads 200",
            "no more --threads than --connections",
        ),
        ("bench jitter u --rate max", "jitter has no --rate max"),
        ("bench echo u --what", "Invalid option '--what'."),
    ] {
        let sentence = read(line).unwrap_err();
        assert!(sentence.contains(said), "{line}: {sentence}");
    }
}

#[test]
fn the_help_names_every_option() {
    for name in bench::NAMES.iter().chain(server::NAMES) {
        assert!(help::BENCH.contains(&format!("--{name}")), "{name}");
    }
    for scenario in Scenario::ALL {
        let line = format!("\n  {} ", scenario.name());
        assert!(help::BENCH.contains(&line), "{line}");
    }
    for name in ["json", "stay", "retry", "no-reconnect", "answer", "timeout"] {
        assert!(help::CONNECT.contains(&format!("--{name}")), "{name}");
    }
    for name in ["json", "ack", "timeout"] {
        assert!(help::EMIT.contains(&format!("--{name}")), "{name}");
    }
    for name in server::NAMES {
        for text in [help::CONNECT, help::EMIT] {
            assert!(text.contains(&format!("--{name}")), "{name}");
        }
    }
}
