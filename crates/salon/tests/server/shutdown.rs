//! The end of a server.

use std::sync::Arc;

use salon::{DisconnectReason, Server};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::support::{Client, Frame, Host, Notes, read_response, seconds, settle, tasks};

fn noting(host: &Host) -> Notes {
    let notes = Notes::default();
    for name in ["/", "/a"] {
        let gone = notes.clone();
        let namespace = host.of(name);
        namespace.on_disconnect(move |why: DisconnectReason| async move { gone.add(why) });
    }
    notes
}

#[tokio::test(start_paused = true)]
async fn closing_ends_every_socket_and_every_session() {
    let host = Host::new();
    let notes = noting(&host);
    let mut client = host.join().await;
    client.join("/a,").await;
    let poller = host.polling().await;
    let held = tokio::spawn(async move { poller.poll().await.ok() });
    settle().await;
    let start = Instant::now();
    host.close().await;
    assert_eq!((host.session_count(), start.elapsed().as_secs()), (0, 0));
    assert!(host.of("/").is_empty() && host.of("/a").is_empty());
    assert_eq!(client.rest().await, [Frame::Close(None)]);
    assert_eq!(held.await.unwrap(), "1");
    settle().await;
    assert_eq!(notes.take(), ["server shutting down"; 3]);
    drop(client);
    assert_eq!(tasks().await, 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_before_closing_still_arrives() {
    let host = Host::new();
    let mut client = host.join().await;
    let poller = host.polling().await;
    let held = tokio::spawn(async move { poller.poll().await.ok() });
    settle().await;
    host.emit("bye", ());
    host.close().await;
    let end = [Frame::Text(r#"42["bye"]"#.into()), Frame::Close(None)];
    assert_eq!(client.rest().await, end);
    assert_eq!(held.await.unwrap(), r#"42["bye"]"#);
}

#[tokio::test(start_paused = true)]
async fn a_closed_server_refuses_handshakes() {
    let host = Host::new();
    host.close().await;
    let open = "GET /socket.io/?EIO=4&transport=polling";
    let refused = host.request(open, "").await.unwrap();
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("shutting down"), "{}", refused.body);
    let mut stream = host.dial();
    let handshake = Client::handshake("/socket.io/?EIO=4&transport=websocket");
    stream.write_all(&handshake).await.unwrap();
    let refused = read_response(&mut stream).await.unwrap();
    assert_eq!(refused.status, 400);
    assert_eq!(host.session_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_websocket_whose_handshake_was_on_its_way_opens_no_session() {
    let host = Host::new().pipe(50);
    let mut stream = host.dial();
    let handshake = Client::handshake("/socket.io/?EIO=4&transport=websocket");
    stream.write_all(&handshake).await.unwrap();
    settle().await;
    assert_eq!(host.session_count(), 0, "the consent does not fit the pipe");
    host.close().await;
    let start = Instant::now();
    assert_eq!(read_response(&mut stream).await.unwrap().status, 101);
    assert!(Client::upgraded(stream).rest().await.is_empty());
    assert_eq!((host.session_count(), start.elapsed().as_secs()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_does_not_hold_up_closing() {
    let host = Host::new().pipe(200);
    let (_client, socket) = host.pair().await;
    socket.emit("x", "x".repeat(10_000));
    settle().await;
    let start = Instant::now();
    host.close().await;
    assert_eq!((host.session_count(), start.elapsed().as_secs()), (0, 0));
    tokio::time::sleep(seconds(6)).await;
    assert_eq!(tasks().await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_being_checked_does_not_hold_up_closing() {
    let (host, notes, go) = (Host::new(), Notes::default(), Arc::new(Notify::new()));
    let gate = Arc::clone(&go);
    host.middleware(move || async move { gate.notified().await });
    let connected = notes.clone();
    host.on_connect(move || async move { connected.add("connected") });
    let mut client = host.open().await;
    client.send("40").await;
    client.fence().await;
    host.close().await;
    assert_eq!(host.session_count(), 0);
    go.notify_one();
    settle().await;
    assert!(notes.take().is_empty());
    assert!(host.of("/").is_empty());
}

#[tokio::test(start_paused = true)]
async fn handlers_that_run_finish_after_closing() {
    let (host, notes, go) = (Host::new(), Notes::default(), Arc::new(Notify::new()));
    let (gate, done) = (Arc::clone(&go), notes.clone());
    host.on("x", move || async move {
        gate.notified().await;
        done.add("done");
    });
    let mut client = host.join().await;
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    host.close().await;
    drop(client);
    assert_eq!(tasks().await, 3, "the handler is still at work");
    go.notify_one();
    assert_eq!(tasks().await, 2);
    assert_eq!(notes.take(), ["done"]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_close_the_server() {
    let (host, notes) = (Host::new(), Notes::default());
    let done = notes.clone();
    host.on("close", move |io: Server| async move {
        io.close().await;
        done.add(format_args!("{} sessions", io.session_count()));
    });
    let (mut client, mut other) = (host.join().await, host.join().await);
    client.emit(r#"["close"]"#).await;
    assert_eq!(client.rest().await, [Frame::Close(None)]);
    assert_eq!(other.rest().await, [Frame::Close(None)]);
    settle().await;
    assert_eq!(notes.take(), ["0 sessions"]);
}

#[tokio::test(start_paused = true)]
async fn closing_twice_and_at_once_is_closing_once() {
    let host = Host::new();
    let notes = noting(&host);
    let _client = host.join().await;
    tokio::join!(host.close(), host.close());
    host.close().await;
    settle().await;
    assert_eq!(notes.take(), ["server shutting down"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_dropped_stops_its_tasks() {
    let host = Host::new();
    let client = host.join().await;
    let poller = host.polling().await;
    poller.post("1").await;
    drop((client, poller));
    assert_eq!(tasks().await, 2);
    drop(host);
    assert_eq!(tasks().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_dropped_lives_on_while_it_has_clients() {
    let host = Host::new();
    host.on("x", || async { "here" });
    let mut client = host.join().await;
    drop(host);
    assert_eq!(client.ask(r#"["x"]"#).await, r#"["here"]"#);
    drop(client);
    assert_eq!(tasks().await, 0);
}
