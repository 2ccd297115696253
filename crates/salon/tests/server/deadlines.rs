//! No wait goes without an end.

use std::time::Duration;

use salon::{DisconnectReason, Server, Transport};
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use crate::support::{Client, Frame, Host, Notes, pass, seconds, settle, tasks};

/// Notes when sockets leave, in whole seconds, and why.
fn noting(host: &Host) -> Notes {
    let (notes, start) = (Notes::default(), Instant::now());
    let gone = notes.clone();
    host.on_disconnect(move |why: DisconnectReason| async move {
        gone.add(format_args!("{} s: {why}", start.elapsed().as_secs()));
    });
    notes
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_answer_pings_is_gone_after_the_ping_timeout() {
    let host = Host::new();
    let notes = noting(&host);
    let mut silent = host.join().await;
    let end = [Frame::Text("2".into()), Frame::Close(None)];
    assert_eq!(silent.rest().await, end);
    settle().await;
    assert_eq!(notes.take(), ["45 s: ping timeout"]);
}

#[tokio::test(start_paused = true)]
async fn a_polling_client_that_does_not_come_back_is_gone_after_the_ping_timeout() {
    let host = Host::new();
    let notes = noting(&host);
    let _silent = host.polling().await;
    pass(seconds(46)).await;
    assert_eq!(notes.take(), ["45 s: ping timeout"]);
    assert_eq!((host.session_count(), tasks().await), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_pings_stays_for_ever() {
    let host = Host::with(|builder| {
        let builder = builder.ping_interval(seconds(3));
        builder.ping_timeout(seconds(1))
    });
    let mut client = host.join().await;
    let start = Instant::now();
    for round in 1..=1_000 {
        client.expect("2").await;
        assert_eq!(start.elapsed().as_secs(), round * 3, "no drift");
        client.send("3").await;
        settle().await;
    }
    assert_eq!(host.session_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_met_within_a_hundredth_of_a_second() {
    let host = Host::with(|builder| builder.ping_interval(Duration::from_millis(1_003)));
    let start = Instant::now();
    let mut client = host.join().await;
    client.expect("2").await;
    let late = start.elapsed().as_millis() - 1_003;
    assert!(late < 10, "{late} ms");
}

#[tokio::test(start_paused = true)]
async fn a_websocket_that_joins_no_namespace_is_closed_after_the_connect_timeout() {
    let host = Host::with(|builder| builder.connect_timeout(seconds(7)));
    let start = Instant::now();
    let mut client = host.open().await;
    assert_eq!(client.rest().await, [Frame::Close(None)]);
    assert_eq!((start.elapsed().as_secs(), host.session_count()), (7, 0));
}

#[tokio::test(start_paused = true)]
async fn a_polling_client_that_joins_no_namespace_is_closed_after_the_connect_timeout() {
    let host = Host::with(|builder| builder.connect_timeout(seconds(7)));
    let start = Instant::now();
    let poller = host.poller().await;
    let answer = poller.poll().await.ok();
    assert_eq!((answer.as_str(), start.elapsed().as_secs()), ("1", 7));
    settle().await;
    assert_eq!((host.session_count(), tasks().await), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_refused_client_meets_the_connect_timeout_and_a_joined_one_does_not() {
    let host = Host::with(|builder| builder.connect_timeout(seconds(7)));
    let (mut refused, mut joined) = (host.open().await, host.join().await);
    refused.send("40/nowhere,").await;
    refused.text().await;
    assert_eq!(refused.rest().await, [Frame::Close(None)]);
    joined.send("41").await;
    pass(seconds(10)).await;
    joined.fence().await;
}

/// A connection that is too narrow for the open packet, and a client that reads none of it.
async fn deaf(host: Host) -> (Host, Client) {
    let host = host.pipe(64);
    let target = "/socket.io/?EIO=4&transport=websocket";
    let client = Client::dial(host.dial(), target).await;
    settle().await;
    assert_eq!(host.session_count(), 1);
    (host, client)
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_and_joins_nothing_is_closed_all_the_same() {
    let host = Host::with(|builder| {
        let builder = builder.connect_timeout(seconds(5));
        builder.ping_interval(seconds(1_000))
    });
    let (host, _client) = deaf(host).await;
    pass(seconds(36)).await;
    assert_eq!(host.session_count(), 0, "the connect and the close timeout");
    pass(seconds(6)).await;
    assert_eq!(tasks().await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_meets_the_ping_timeout_too() {
    let host = Host::with(|builder| builder.connect_timeout(seconds(1_000)));
    let (host, _client) = deaf(host).await;
    pass(seconds(46)).await;
    assert_eq!(host.session_count(), 0);
    pass(seconds(6)).await;
    assert_eq!(tasks().await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_candidate_that_does_not_finish_is_dropped_and_the_session_goes_on() {
    for probes in [false, true] {
        let host = Host::new();
        let poller = host.polling().await;
        let start = Instant::now();
        let mut candidate = poller.candidate().await;
        if probes {
            candidate.send("2probe").await;
            candidate.expect("3probe").await;
        }
        assert_eq!(candidate.rest().await, [Frame::Close(None)]);
        assert_eq!(start.elapsed().as_secs(), 10);
        host.emit("still", ());
        // It has no poll, so it is asked whether it is there.
        assert_eq!(poller.poll().await.ok(), "2\x1e42[\"still\"]");
        let mut second = poller.candidate().await;
        second.send("2probe").await;
        second.expect("3probe").await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_upgrade_timeout_can_be_set() {
    let host = Host::with(|builder| builder.upgrade_timeout(seconds(2)));
    let poller = host.polling().await;
    let start = Instant::now();
    let mut candidate = poller.candidate().await;
    assert_eq!(candidate.rest().await, [Frame::Close(None)]);
    assert_eq!(start.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_vanishes_with_its_upgrade_is_missed_at_once() {
    let host = Host::new();
    let notes = noting(&host);
    let poller = host.polling().await;
    let mut candidate = poller.candidate().await;
    candidate.send("2probe").await;
    candidate.expect("3probe").await;
    candidate.send("5").await;
    drop(candidate);
    settle().await;
    assert_eq!(notes.take(), ["0 s: transport close"]);
    assert_eq!((host.session_count(), tasks().await), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_breaks_the_rules_with_its_upgrade_is_closed_at_once() {
    let host = Host::new();
    let notes = noting(&host);
    let poller = host.polling().await;
    let mut candidate = poller.candidate().await;
    let mut bytes = Client::masked("5");
    bytes.extend(b"\xff\xff\xff\xff");
    candidate.write(&bytes).await;
    assert_eq!(candidate.rest().await, [Frame::Close(Some(1002))]);
    assert_eq!(notes.take(), ["0 s: transport error"]);
}

#[tokio::test(start_paused = true)]
async fn a_closed_websocket_lingers_for_five_seconds_at_most() {
    let host = Host::new();
    let mut client = host.join().await;
    let start = Instant::now();
    host.of("/").broadcast().disconnect_sockets(true);
    let end = [Frame::Text("41".into()), Frame::Close(None)];
    assert_eq!(client.rest().await, end);
    assert_eq!((host.session_count(), tasks().await), (0, 3));
    pass(seconds(4)).await;
    assert_eq!(tasks().await, 3, "it waits for the client's end");
    pass(seconds(1)).await;
    assert_eq!((tasks().await, start.elapsed().as_secs()), (2, 5));
}

#[tokio::test(start_paused = true)]
async fn a_closed_websocket_is_gone_as_soon_as_the_client_closes() {
    let host = Host::new();
    let mut client = host.join().await;
    host.of("/").broadcast().disconnect_sockets(true);
    client.rest().await;
    client.close(None).await;
    drop(client);
    assert_eq!(tasks().await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_closing_polling_session_waits_for_the_client_and_not_for_ever() {
    let host = Host::new();
    let poller = host.polling().await;
    host.of("/").broadcast().disconnect_sockets(true);
    settle().await;
    assert_eq!(host.session_count(), 1, "the client has not been told");
    pass(seconds(31)).await;
    assert_eq!((host.session_count(), tasks().await), (0, 2));
    assert_eq!(poller.poll().await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_closing_websocket_that_does_not_read_is_given_up() {
    let (host, notes) = (Host::new().pipe(200), Notes::default());
    let (closed, start) = (notes.clone(), Instant::now());
    let (_client, socket) = host.pair().await;
    host.on_disconnect(move || async move { closed.add("left") });
    socket.emit("x", "x".repeat(1_000));
    socket.disconnect(true);
    settle().await;
    assert_eq!(notes.take(), ["left"]);
    while tasks().await > 2 {
        assert!(start.elapsed() < seconds(40));
        pass(seconds(1)).await;
    }
    assert_eq!(host.session_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_body_never_comes_ends_with_the_clients_patience() {
    let host = Host::new();
    let poller = host.polling().await;
    let mut stream = poller.dial();
    let target = poller.target(Transport::Polling);
    let head = format!("POST {target} HTTP/1.1\r\nhost: salon\r\ncontent-length: 99\r\n\r\n42");
    stream.write_all(head.as_bytes()).await.unwrap();
    pass(seconds(50)).await;
    assert_eq!(host.session_count(), 0, "the ping timeout ended it");
    drop(stream);
    assert_eq!(tasks().await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_clients_does_nothing() {
    let io = Server::new();
    assert_eq!((io.session_count(), tasks().await), (0, 0));
    io.emit("nobody", ());
    io.close().await;
    drop(io);
    assert_eq!(tasks().await, 0);
}
