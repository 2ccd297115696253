//! Servers that are not there, refuse, or break the rules.

use std::time::Duration;

use salon_client::transport::{Target, TransportErrorKind};
use salon_proto::engine::Transport;
use salon_proto::ws::text_frame;
use salon_proto::{CloseReason, Limits, Timing};
use tokio::net::TcpListener;

use crate::support::{
    Client, OPEN, RawServer, Reply, Request, accept_websocket, ok, soon, target, websocket_server,
};

/// Starts a session that fails, and tells how: the reason and the error's text.
async fn fails(target: Target, transport: Transport) -> (CloseReason, String) {
    let mut client = Client::start(target, transport, false);
    let reason = client.closed().await;
    let error = client.error.take();
    (
        reason,
        error.map_or_else(String::new, |error| error.to_string()),
    )
}

async fn nobody() -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    target(&format!("http://{}", listener.local_addr().unwrap()))
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_with_a_cause() {
    for (transport, message) in [
        (Transport::Polling, "xhr poll error"),
        (Transport::WebSocket, "websocket error"),
    ] {
        soon(async {
            let (reason, error) = fails(nobody().await, transport).await;
            assert_eq!(reason, CloseReason::TransportError);
            assert!(
                error.starts_with(&format!("{message}: Connection refused")),
                "{error}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn another_status_is_told_with_the_beginning_of_the_body() {
    for (transport, kind) in [
        (Transport::Polling, TransportErrorKind::Poll),
        (Transport::WebSocket, TransportErrorKind::WebSocket),
    ] {
        soon(async {
            let body = format!("Bad gateway {}", "x".repeat(100_000));
            let answer = format!(
                "HTTP/1.1 502 Bad Gateway\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let server = RawServer::start(move |_| Reply::Raw(answer.clone())).await;
            let mut client = Client::start(server.target(), transport, false);
            assert_eq!(client.closed().await, CloseReason::TransportError);
            let error = client.error.take().unwrap();
            assert_eq!((error.kind(), error.status()), (kind, Some(502)));
            assert_eq!(error.body().unwrap().len(), 1_024);
            assert!(error.body().unwrap().starts_with("Bad gateway x"));
        })
        .await;
    }
}

#[tokio::test]
async fn only_200_is_an_answer_to_a_poll() {
    soon(async {
        for status in ["204 No Content", "302 Found\r\nLocation: /elsewhere"] {
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            let server = RawServer::start(move |_| Reply::Raw(answer.clone())).await;
            let (_, error) = fails(server.target(), Transport::Polling).await;
            assert!(error.contains("the server answered"), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_post_that_fails_ends_the_session() {
    soon(async {
        let server = RawServer::start(|request| match request {
            post if post.is("POST", "polling") => {
                Reply::Raw("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n\r\n".into())
            }
            poll if poll.opens() => Reply::Body(OPEN.into()),
            _ => Reply::Nothing,
        })
        .await;
        let mut client = Client::polling(server.target()).await;
        client.send("too much");
        assert_eq!(client.closed().await, CloseReason::TransportError);
        let error = client.error.take().unwrap();
        assert_eq!(
            (error.message(), error.status()),
            ("xhr post error", Some(413))
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_no_payload_is_a_transport_error() {
    soon(async {
        for body in [
            "",
            "hello",
            "4before open",
            "0{}",
            "0{\"sid\":\"a\"}\u{1e}x",
        ] {
            let server = RawServer::start(move |_| Reply::Body(body.into())).await;
            let (reason, _) = fails(server.target(), Transport::Polling).await;
            assert_eq!(reason, CloseReason::TransportError, "{body}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_over_the_limit_is_refused() {
    soon(async {
        let mut limits = Limits::default();
        limits.max_incoming = 1_000;
        let server = RawServer::start(|_| Reply::Body("x".repeat(1_001))).await;
        let target = server.target().limits(limits);
        let (_, error) = fails(target, Transport::Polling).await;
        assert_eq!(error, "xhr poll error: payload exceeds the size limit");
    })
    .await;
}

#[tokio::test]
async fn half_an_answer_is_an_error() {
    soon(async {
        for half in ["", "HTTP/1.1 200", &ok(OPEN)[..90], "nonsense\r\n\r\n"] {
            let half = half.to_owned();
            let server = RawServer::start(move |_| Reply::RawThenClose(half.clone())).await;
            for transport in [Transport::Polling, Transport::WebSocket] {
                let (reason, error) = fails(server.target(), transport).await;
                assert_eq!(reason, CloseReason::TransportError);
                assert!(error.contains(" error: "), "{error}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    soon(async {
        let server = RawServer::start(|_| Reply::Nothing).await;
        let target = server.target().request_timeout(Duration::from_millis(20));
        let (_, error) = fails(target, Transport::Polling).await;
        assert_eq!(error, "xhr poll error: no answer within 20ms");
    })
    .await;
}

#[tokio::test]
async fn a_handshake_of_tls_that_never_ends_is_given_up() {
    soon(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut timing = Timing::default();
        timing.dial_timeout = Duration::from_millis(20);
        let url = format!("https://{}", listener.local_addr().unwrap());
        let target = target(&url).timing(timing);
        let (_, error) = fails(target, Transport::WebSocket).await;
        assert_eq!(error, "websocket error: no connection within 20ms");
    })
    .await;
}

const CLOSE_1001: &[u8] = b"\x88\x05\x03\xe9bye";

#[tokio::test]
async fn a_websocket_that_the_server_closes_tells_its_code() {
    soon(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = target(&format!("http://{}", listener.local_addr().unwrap()));
        let server = websocket_server(listener, [open_frame(), CLOSE_1001.into()].concat());
        let mut client = Client::start(target, Transport::WebSocket, false);
        assert_eq!(client.closed().await, CloseReason::TransportClose);
        let error = client.error.take().unwrap();
        assert_eq!(error.message(), "websocket connection closed");
        assert_eq!(
            (error.close_code(), error.close_reason()),
            (Some(1001), Some("bye"))
        );
        // Our close frame repeats the code, masked.
        let answer = server.await.unwrap();
        assert_eq!(answer[..2], [0x88, 0x82]);
        assert_eq!([answer[6] ^ answer[2], answer[7] ^ answer[3]], [0x03, 0xe9]);
    })
    .await;
}

fn open_frame() -> Vec<u8> {
    text_frame(OPEN, None).to_vec()
}

#[tokio::test]
async fn a_websocket_that_breaks_the_rules_is_an_error() {
    soon(async {
        for (frame, code, expected) in [
            (&b"\x81\x80\x01\x02\x03\x04"[..], 1002, "mask"),
            (b"\x81\x01\xff", 1007, "UTF-8"),
            (b"\x82\x7e\x04\x01", 1009, "limit"),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let mut limits = Limits::default();
            limits.max_incoming = 1_024;
            let target =
                target(&format!("http://{}", listener.local_addr().unwrap())).limits(limits);
            let server = websocket_server(listener, [&open_frame(), frame].concat());
            let (reason, error) = fails(target, Transport::WebSocket).await;
            assert_eq!(reason, CloseReason::TransportError, "{error}");
            assert!(
                error.starts_with("websocket error: ") && error.contains(expected),
                "{error}"
            );
            let answer = server.await.unwrap();
            let told = [answer[6] ^ answer[2], answer[7] ^ answer[3]];
            assert_eq!(u16::from_be_bytes(told), code);
        }
    })
    .await;
}

#[tokio::test]
async fn a_handshake_for_somebody_else_is_refused() {
    soon(async {
        let server = RawServer::start(|request| {
            let right = accept_websocket(request);
            let (start, _) = right.split_once("Accept: ").unwrap();
            Reply::Raw(format!(
                "{start}Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
            ))
        })
        .await;
        let (_, error) = fails(server.target(), Transport::WebSocket).await;
        assert!(error.contains("for another request"), "{error}");
    })
    .await;
}

/// Polling works here; of the WebSocket becomes what `reply` says.
async fn half_a_server(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> RawServer {
    RawServer::start(move |request| match request {
        upgrade if upgrade.is("GET", "websocket") => reply(upgrade),
        post if post.is("POST", "polling") => Reply::Body("ok".into()),
        poll if poll.opens() => Reply::Body(OPEN.into()),
        _ => Reply::Nothing,
    })
    .await
}

async fn stays_on_polling(server: &RawServer, timing: Timing) -> String {
    let target = server.target().timing(timing);
    let mut client = Client::open(target, Transport::Polling, true).await;
    let error = client.until(|client| client.probe_error.take()).await;
    assert_eq!(error.message(), "probe error");
    assert_eq!(client.transport(), Transport::Polling);
    client.send("still here");
    client.close().await;
    let posted = server
        .requests()
        .iter()
        .any(|one| one.body == "4still here");
    assert!(posted);
    error.to_string()
}

#[tokio::test]
async fn a_session_whose_upgrade_fails_stays_on_polling() {
    soon(async {
        let refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad";
        let refusing = half_a_server(|_| Reply::Raw(refusal.into())).await;
        let error = stays_on_polling(&refusing, Timing::default()).await;
        assert_eq!(error, "probe error: the server answered 400: bad");

        let closing = half_a_server(|request| Reply::RawThenClose(accept_websocket(request))).await;
        let error = stays_on_polling(&closing, Timing::default()).await;
        assert_eq!(error, "probe error: websocket connection closed");
    })
    .await;
}

#[tokio::test]
async fn a_candidate_that_does_not_answer_is_given_up() {
    soon(async {
        let mut timing = Timing::default();
        timing.upgrade_timeout = Duration::from_millis(20);
        for server in [
            half_a_server(|_| Reply::Nothing).await,
            half_a_server(|request| Reply::Raw(accept_websocket(request))).await,
        ] {
            let error = stays_on_polling(&server, timing.clone()).await;
            assert_eq!(error, "probe error: not there within 20ms");
        }
    })
    .await;
}
