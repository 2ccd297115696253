//! How one event is sent to one client.

use std::time::Duration;

use salon::{AckError, Socket};

use crate::support::{Host, Notes, seconds, settle};

/// The only socket of the namespace `/`.
fn only(host: &Host) -> Socket {
    host.of("/").sockets().remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_volatile_event_is_missed_without_a_held_poll() {
    let host = Host::new();
    let poller = host.polling().await;
    let socket = only(&host);
    let missed = socket.volatile().emit("tick", 1);
    assert_eq!(missed.result().unwrap(), 0, "nobody took it");
    let polling = poller.clone();
    let poll = tokio::spawn(async move { polling.poll().await.ok() });
    settle().await;
    assert_eq!(socket.volatile().emit("tick", 2).result().unwrap(), 1);
    assert_eq!(poll.await.unwrap(), r#"42["tick",2]"#);
}

#[tokio::test(start_paused = true)]
async fn a_missed_volatile_question_fails_at_once() {
    let host = Host::new();
    let _poller = host.polling().await;
    let answer = only(&host).volatile().emit_with_ack::<u32>("age", ());
    match answer.await {
        Err(AckError::Emit(error)) => assert!(error.is_missed()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_to_answer_may_be_set_first() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let started = tokio::time::Instant::now();
    let question = socket.timeout(seconds(2)).emit_with_ack::<u32>("age", ());
    assert!(matches!(question.await, Err(AckError::Timeout)));
    assert_eq!(started.elapsed().as_secs(), 2);
    client.expect(r#"420["age"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn the_longest_wait_is_no_overflow() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let notes = Notes::default();
    let seen = notes.clone();
    let asking = tokio::spawn(async move {
        let answer = socket
            .timeout(Duration::MAX)
            .emit_with_ack::<u32>("age", ());
        seen.add(answer.await.unwrap());
    });
    client.expect(r#"420["age"]"#).await;
    client.send("430[7]").await;
    asking.await.unwrap();
    assert_eq!(notes.take(), ["7"]);
}

#[tokio::test(start_paused = true)]
async fn send_is_the_event_message() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    socket.send(("a", 1));
    client.expect(r#"42["message","a",1]"#).await;
    host.send("everyone");
    client.expect(r#"42["message","everyone"]"#).await;
    host.to("nobody").send("nobody");
    client.fence().await;
}
