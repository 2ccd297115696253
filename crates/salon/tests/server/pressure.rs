//! Clients that are too slow, and clients that are too fast.

use std::sync::Arc;

use futures_util::FutureExt;
use salon::{DisconnectReason, Overflow};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::support::{Client, Frame, Host, Notes, Poller, pass, seconds, settle, tasks};

const OUTBOX: usize = 10_000;
const PIPE: usize = 1_000;

/// Few bytes fit between this server and its clients.
fn narrow(overflow: Overflow) -> (Host, Notes) {
    let host = Host::with(|builder| {
        let builder = builder.limits(|limits| limits.max_outbox = OUTBOX);
        builder.overflow(overflow)
    });
    let (host, notes) = (host.pipe(PIPE), Notes::default());
    let gone = notes.clone();
    host.on_disconnect(move |why: DisconnectReason| async move { gone.add(why) });
    (host, notes)
}

/// An event of about a hundred bytes on the wire.
fn event(number: usize) -> String {
    format!(r#"42["news",{number:05},"{}"]"#, "x".repeat(80)).replace(",0", ",")
}

fn emit(host: &Host, number: usize) -> salon::Emitted {
    host.emit("news", (number, "x".repeat(80)))
}

#[tokio::test(start_paused = true)]
async fn others_have_their_turn_in_the_middle_of_a_large_broadcast() {
    let host = Host::new();
    let mut waiting = Vec::new();
    for _ in 0..1_000 {
        waiting.push(host.join().await);
    }
    assert_eq!(host.emit("news", ()).recipients(), waiting.len());
    tokio::task::yield_now().await;
    waiting.retain_mut(|client| client.text().now_or_never().is_none());
    assert!((1..1_000).contains(&waiting.len()), "{}", waiting.len());
    for mut client in waiting {
        client.expect(r#"42["news"]"#).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_disconnected_and_the_others_get_everything() {
    let (host, notes) = narrow(Overflow::Disconnect);
    let (_slow, mut fast) = (host.join().await, host.join().await);
    let mut taken = 0;
    for number in 10_000..11_000 {
        taken += emit(&host, number).recipients() - 1;
        fast.expect(&event(number)).await;
    }
    let bytes = taken * event(10_000).len();
    assert!((OUTBOX..OUTBOX + 2 * PIPE).contains(&bytes), "{bytes}");
    assert_eq!(notes.take(), ["slow consumer"]);
    assert_eq!((host.session_count(), host.of("/").len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_outbox_is_bounded_within_one_turn_too() {
    let (host, notes) = narrow(Overflow::Disconnect);
    let _slow = host.join().await;
    let taken = (10_000..11_000).filter(|n| emit(&host, *n).recipients() == 1);
    let bytes = taken.count() * event(10_000).len();
    assert!(bytes <= OUTBOX, "{bytes}");
    settle().await;
    assert_eq!(notes.take(), ["slow consumer"]);
}

#[tokio::test(start_paused = true)]
async fn an_emit_says_that_the_client_is_too_slow() {
    let (host, _) = narrow(Overflow::Disconnect);
    let _slow = host.join().await;
    let socket = host.of("/").sockets().remove(0);
    let text = "x".repeat(OUTBOX - 50);
    socket.emit("fits", &text).result().unwrap();
    assert!(socket.emit("more", &text).result().unwrap_err().is_full());
    let after = socket.emit("after", ()).result().unwrap_err();
    assert!(after.is_disconnected(), "{after}");
}

#[tokio::test(start_paused = true)]
async fn a_message_larger_than_the_outbox_goes_out_when_nothing_waits() {
    let (host, _) = narrow(Overflow::Disconnect);
    let mut client = host.join().await;
    let text = "x".repeat(3 * OUTBOX);
    assert_eq!(host.emit("large", &text).recipients(), 1);
    client.expect(&format!(r#"42["large","{text}"]"#)).await;
}

#[tokio::test(start_paused = true)]
async fn dropping_the_newest_keeps_the_client_and_what_it_was_promised() {
    let (host, notes) = narrow(Overflow::DropNewest);
    let mut slow = host.join().await;
    let mut promised = Vec::new();
    for number in 10_000..11_000 {
        let emitted = emit(&host, number);
        match emitted.recipients() {
            1 => promised.push(event(number)),
            _ => assert!(emitted.result().unwrap_err().is_full()),
        }
        settle().await;
    }
    assert!(promised.len() < 200, "{}", promised.len());
    assert_eq!(slow.waiting().await, promised);
    emit(&host, 11_000).result().unwrap();
    slow.expect(&event(11_000)).await;
    assert!(notes.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_slow_polling_client_is_disconnected_too() {
    let (host, notes) = narrow(Overflow::Disconnect);
    let poller = host.polling().await;
    for number in 10_000..11_000 {
        emit(&host, number);
    }
    settle().await;
    assert_eq!(notes.take(), ["slow consumer"]);
    assert_eq!(poller.poll().await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn every_ping_of_a_client_that_reads_is_answered() {
    let mut client = Host::new().join().await;
    for number in 0..1_000_u16 {
        client.ping(&number.to_be_bytes()).await;
    }
    for number in 0..1_000_u16 {
        let pong = Frame::Pong(number.to_be_bytes().to_vec());
        assert_eq!(client.frame().await, pong);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_late_gets_an_answer_to_its_last_ping() {
    let (host, notes) = narrow(Overflow::Disconnect);
    let mut client = host.join().await;
    for number in 0..1_000_u16 {
        client.ping(&[number.to_be_bytes(); 50].concat()).await;
        settle().await;
    }
    let last = Frame::Pong([999_u16.to_be_bytes(); 50].concat());
    let mut pongs = 1;
    while client.frame().await != last {
        pongs += 1;
    }
    assert!(pongs < 100, "{pongs}");
    client.fence().await;
    assert!(notes.take().is_empty());
}

/// Handlers of `x` that wait for a permit each, and note when they start and end.
fn gated(limit: usize) -> (Host, Notes, Arc<Semaphore>) {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_running_handlers = limit));
    let (notes, gate) = (Notes::default(), Arc::new(Semaphore::new(0)));
    let (noted, permits) = (notes.clone(), Arc::clone(&gate));
    host.on("x", move |n: usize| async move {
        noted.add(n);
        permits.acquire().await.unwrap().forget();
    });
    (host, notes, gate)
}

fn x(number: usize) -> String {
    format!(r#"42["x",{number}]"#)
}

async fn started(notes: &Notes) -> Vec<String> {
    settle().await;
    notes.take()
}

fn texts(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_client_with_too_many_running_handlers_has_to_wait() {
    let (host, notes, gate) = gated(3);
    let mut client = host.join().await;
    for number in 0..10 {
        client.send(&x(number)).await;
        settle().await;
    }
    assert_eq!(started(&notes).await, texts(0..3));
    let start = Instant::now();
    gate.add_permits(1);
    assert_eq!(started(&notes).await, texts(3..4));
    gate.add_permits(2);
    assert_eq!(started(&notes).await, texts(4..6));
    gate.add_permits(100);
    assert_eq!(started(&notes).await, texts(6..10));
    assert!(start.elapsed() < seconds(1), "no deadline was needed");
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_running_handlers_holds_for_events_that_come_together() {
    let (host, notes, gate) = gated(3);
    let mut client = host.join().await;
    client.send_all((0..3_000).map(x)).await;
    assert_eq!(started(&notes).await, texts(0..3));
    gate.add_permits(1);
    assert_eq!(started(&notes).await, texts(3..4));
    gate.add_permits(5_000);
    assert_eq!(started(&notes).await, texts(4..3_000));
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn the_limit_holds_for_frames_that_are_cut_anywhere() {
    let (host, notes, gate) = gated(1);
    let mut client = host.join().await;
    let bytes: Vec<u8> = (0..20).flat_map(|n| Client::masked(&x(n))).collect();
    for piece in bytes.chunks(7) {
        client.write(piece).await;
        settle().await;
        gate.add_permits(1);
    }
    gate.add_permits(20);
    assert_eq!(started(&notes).await, texts(0..20));
}

#[tokio::test(start_paused = true)]
async fn only_the_client_itself_has_to_wait() {
    let (host, notes, _gate) = gated(2);
    let mut busy = host.join().await;
    busy.send_all((0..5).map(x)).await;
    let mut other = host.join().await;
    other.send(&x(77)).await;
    assert_eq!(started(&notes).await, ["0", "1", "77"]);
    other.fence().await;
}

fn post(poller: &Poller, body: String) -> JoinHandle<String> {
    let poller = poller.clone();
    tokio::spawn(async move { poller.post(&body).await.body })
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_running_handlers_holds_for_a_body_and_its_post_has_to_wait() {
    let (host, notes, gate) = gated(3);
    let poller = host.polling().await;
    let body: Vec<String> = (0..1_000).map(x).collect();
    let post = post(&poller, body.join("\u{1e}"));
    assert_eq!(started(&notes).await, texts(0..3));
    gate.add_permits(2);
    assert_eq!(started(&notes).await, texts(3..5));
    assert!(!post.is_finished());
    gate.add_permits(1_000);
    assert_eq!(started(&notes).await, texts(5..1_000));
    assert_eq!(post.await.unwrap(), "ok");
}

#[tokio::test(start_paused = true)]
async fn a_post_does_not_have_to_wait_for_longer_than_its_session() {
    let (host, notes, gate) = gated(1);
    let poller = host.polling().await;
    let post = post(&poller, x(0));
    assert_eq!(started(&notes).await, texts(0..1));
    pass(seconds(46)).await;
    assert_eq!(host.session_count(), 0, "the ping timeout ended it");
    assert_eq!(post.await.unwrap(), "ok");
    drop((poller, gate));
    assert_eq!(tasks().await, 3, "the handler is still waiting");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_to_wait_may_leave() {
    let (host, ..) = gated(1);
    let mut client = host.join().await;
    client.send_all((0..5).map(x)).await;
    settle().await;
    host.of("/").broadcast().disconnect_sockets(true);
    client.rest().await;
    drop(client);
    settle().await;
    assert_eq!((host.session_count(), host.of("/").len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_to_wait_gets_what_is_sent_to_it() {
    let (host, ..) = gated(1);
    let mut client = host.join().await;
    client.send_all((0..5).map(x)).await;
    settle().await;
    host.emit("news", ());
    client.expect(r#"42["news"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn disconnect_handlers_are_called_however_many_handlers_are_running() {
    let (host, notes, gate) = gated(1);
    // What waits may wait for just this.
    host.on_disconnect(move || async move { gate.add_permits(1) });
    let (mut client, socket) = host.pair().await;
    client.send_all((0..2).map(x)).await;
    assert_eq!(started(&notes).await, ["0"]);
    socket.disconnect(false);
    client.expect("41").await;
    // Its second event comes too late, which ends the session.
    assert_eq!(client.rest().await, [Frame::Close(None)]);
    assert!(started(&notes).await.is_empty());
    drop(client);
    settle().await;
    assert_eq!(host.session_count(), 0);
    assert_eq!(tasks().await, 2, "the server's own");
}

#[tokio::test(start_paused = true)]
async fn a_volatile_event_is_not_kept_for_a_client_that_is_not_ready() {
    let (host, _) = narrow(Overflow::Disconnect);
    let ((mut slow, socket), mut fast) = (host.pair().await, host.join().await);
    let everyone = || host.of("/").broadcast();
    socket.emit("filler", "x".repeat(2 * PIPE));
    settle().await;
    let emitted = everyone().volatile().emit("tick", 1);
    assert_eq!(emitted.recipients(), 1);
    fast.expect(r#"42["tick",1]"#).await;
    assert!(slow.text().await.contains("filler"));
    settle().await;
    assert_eq!(everyone().volatile().emit("tick", 2).recipients(), 2);
    slow.expect(r#"42["tick",2]"#).await;
}
