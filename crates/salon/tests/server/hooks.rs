//! Hooks for HTTP requests, beyond what crosses the wire.

use std::sync::Mutex;

use salon::{RequestHead, Server, Socket};

use crate::support::{Host, Logs, Notes, Response, fail, settle};

const POLLING: &str = "GET /socket.io/?EIO=4&transport=polling";
const ID: &str = "abcdefghijklmnopqrst";

/// A host whose sessions get these ids, one after the other.
fn with_ids(ids: &[&str]) -> Host {
    let ids: Vec<String> = ids.iter().rev().map(|&id| id.into()).collect();
    let ids = Mutex::new(ids);
    Host::with(|builder| {
        builder.generate_id(move |_: RequestHead| {
            let next = ids.lock().unwrap().pop();
            async move { next.ok_or("no more ids") }
        })
    })
}

async fn open(host: &Host) -> Response {
    host.request(POLLING, "").await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_id_must_have_the_form_of_ids() {
    let too_long = "a".repeat(21);
    let ids = ["", "short", &too_long, "abcdefghijklmnopqrs/", "é"];
    let host = with_ids(&ids);
    for id in ids {
        let answer = open(&host).await;
        let expected = (400, r#"{"code":3,"message":"Bad request"}"#);
        assert_eq!((answer.status, &*answer.body), expected, "{id:?}");
    }
    assert_eq!(host.session_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_in_use_opens_no_second_session() {
    let host = with_ids(&[ID, ID]);
    assert!(open(&host).await.ok().contains(ID));
    assert_eq!(open(&host).await.status, 400);
    assert_eq!(host.session_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_websocket_for_which_there_is_no_id_is_refused_before_it_is_switched() {
    let host = with_ids(&["short"]);
    let mut stream = host.dial();
    let handshake = crate::support::Client::handshake("/socket.io/?EIO=4&transport=websocket");
    tokio::io::AsyncWriteExt::write_all(&mut stream, &handshake)
        .await
        .unwrap();
    let answer = crate::support::read_response(&mut stream).await.unwrap();
    assert_eq!((answer.status, &*answer.body), (400, "Bad request"));
}

#[tokio::test(start_paused = true)]
async fn hooks_that_panic_refuse_or_change_nothing() {
    let logs = Logs::collect();
    let host = Host::with(|builder| {
        builder.allow_request(|request: RequestHead| async move {
            if request.query_value("fail").is_some() {
                fail();
            }
            Ok::<_, String>(())
        })
    });
    let refused = host.request(&format!("{POLLING}&fail"), "").await.unwrap();
    let expected = (403, r#"{"code":4,"message":"Forbidden"}"#);
    assert_eq!((refused.status, &*refused.body), expected);
    assert!(logs.one().contains("panicked"));
    open(&host).await.ok();

    let host = Host::with(|builder| {
        builder
            .on_headers(|_, _| fail())
            .on_initial_headers(|_, _| fail())
            .on_connection_error(|_| fail())
    });
    open(&host).await.ok();
    let refused = host.request("GET /socket.io/", "").await.unwrap();
    assert_eq!(refused.status, 400);
    assert_eq!(logs.take().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn hooks_see_the_request() {
    let notes = Notes::default();
    let host = Host::with(|builder| {
        let notes = notes.clone();
        builder.on_connection_error(move |error| {
            let request = error.request();
            notes.add(format_args!(
                "{error}; {} {} {:?} {:?} {}",
                request.method(),
                request.uri(),
                request.header("HOST"),
                request.query_value("x"),
                request.is_upgrade(),
            ));
        })
    });
    let line = "POST /socket.io/?EIO=4&transport=abc&x=a%20b";
    host.request(line, "").await.unwrap();
    settle().await;
    assert_eq!(
        notes.take(),
        [
            r#"Transport unknown, transport: "abc"; POST /socket.io/?EIO=4&transport=abc&x=a%20b Some("salon") Some("a b") false"#
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_session_id_is_not_shown() {
    let notes = Notes::default();
    let host = Host::with(|builder| {
        let notes = notes.clone();
        builder.on_connection_error(move |error| notes.add(format_args!("{error} {error:?}")))
    });
    let answer = host.request(&format!("{POLLING}&sid={ID}"), "").await;
    assert_eq!(answer.unwrap().status, 400);
    let [note] = &notes.take()[..] else {
        panic!("one note")
    };
    assert!(note.starts_with("Session ID unknown") && !note.contains(ID));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_closes_reports_whom_it_refuses() {
    let notes = Notes::default();
    let host = Host::with(|builder| {
        let notes = notes.clone();
        builder.on_connection_error(move |error| notes.add(format_args!("{error}")))
    });
    Server::clone(&host).close().await;
    assert_eq!(open(&host).await.status, 403);
    let expected = r#"Forbidden, message: "Server is shutting down""#;
    assert_eq!(notes.take(), [expected]);
}

#[tokio::test(start_paused = true)]
async fn the_handshake_is_as_old_as_the_session_in_every_namespace() {
    let host = Host::new();
    for name in ["/", "/other"] {
        host.of(name).on("issued", |socket: Socket| async move {
            let issued = socket.handshake().issued();
            let since = issued.duration_since(std::time::UNIX_EPOCH);
            since.unwrap_or_default()
        });
    }
    let mut client = host.join().await;
    let first = client.ask(r#"["issued"]"#).await;
    client.join("/other,").await;
    client.emit(r#"/other,7["issued"]"#).await;
    client.expect(&format!("43/other,7{first}")).await;
}
