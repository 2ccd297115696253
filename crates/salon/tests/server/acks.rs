//! Answers that the server waits for.

use std::time::Duration;

use salon::{AckError, Socket};
use tokio::time::Instant;

use crate::support::{Client, Host, seconds, settle};

#[tokio::test(start_paused = true)]
async fn an_answer_is_one_value_or_a_tuple_of_several() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let one = socket.emit_with_ack::<u8>("q", 1);
    client.expect(r#"420["q",1]"#).await;
    client.send("430[7]").await;
    assert_eq!(one.await.unwrap(), 7);

    let two = socket.emit_with_ack::<(u8, String)>("q", ());
    client.expect(r#"421["q"]"#).await;
    client.send(r#"431[7,"x"]"#).await;
    assert_eq!(two.await.unwrap(), (7, "x".into()));

    let none = socket.emit_with_ack::<()>("q", ());
    client.expect(r#"422["q"]"#).await;
    client.send("432[]").await;
    none.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_carry_bytes() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let answer = socket.emit_with_ack::<bytes::Bytes>("q", ());
    client.text().await;
    client.send(r#"461-0[{"_placeholder":true,"num":0}]"#).await;
    client.send_binary(b"\x01\x02").await;
    assert_eq!(answer.await.unwrap(), &b"\x01\x02"[..]);
}

#[tokio::test(start_paused = true)]
async fn answers_find_their_questions_in_any_order() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let [a, b, c] = [1, 2, 3].map(|n| socket.emit_with_ack::<u8>("q", n));
    client.send_all(["432[3]", "430[1]", "431[2]"]).await;
    assert_eq!(
        (a.await.unwrap(), b.await.unwrap(), c.await.unwrap()),
        (1, 2, 3)
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_type_is_a_data_error() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let answer = socket.emit_with_ack::<u8>("q", ());
    client.send(r#"430["text"]"#).await;
    assert!(matches!(answer.await, Err(AckError::Data(_))));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_waits_for_means_nothing() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    client.send("4399[1]").await;
    let answer = socket.emit_with_ack::<u8>("q", ());
    client.expect(r#"420["q"]"#).await;
    client.send_all(["430[1]", "430[2]"]).await;
    assert_eq!(answer.await.unwrap(), 1);
    client.fence().await;
}

async fn time_until_timeout(answer: salon::AckFuture<u8>) -> Duration {
    let start = Instant::now();
    assert!(matches!(answer.await, Err(AckError::Timeout)));
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_given_up_in_time() {
    let host = Host::new();
    let (_client, socket) = host.pair().await;
    let answer = socket.emit_with_ack("q", ());
    assert_eq!(time_until_timeout(answer).await.as_secs(), 10);
    let answer = socket.emit_with_ack("q", ()).timeout(seconds(3));
    assert_eq!(time_until_timeout(answer).await.as_secs(), 3);
    let answer = socket.emit_with_ack("q", ()).timeout(Duration::ZERO);
    assert_eq!(time_until_timeout(answer).await.as_secs(), 0);

    let host = Host::with(|builder| builder.ack_timeout(seconds(2)));
    let (_client, socket) = host.pair().await;
    let answer = socket.emit_with_ack("q", ());
    assert_eq!(time_until_timeout(answer).await.as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_counts_from_the_question_and_not_from_the_first_look() {
    let host = Host::new();
    let (_client, socket) = host.pair().await;
    let answer = socket.emit_with_ack("q", ());
    tokio::time::sleep(seconds(4)).await;
    assert_eq!(time_until_timeout(answer).await.as_secs(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_too_late() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let answer = socket.emit_with_ack::<u8>("q", ()).timeout(seconds(1));
    assert!(matches!(answer.await, Err(AckError::Timeout)));
    client.expect(r#"420["q"]"#).await;
    client.send("430[1]").await;
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_learns_at_once_that_the_client_is_gone() {
    let host = Host::new();
    let (client, socket) = host.pair().await;
    let answer = socket.emit_with_ack::<u8>("q", ());
    let start = Instant::now();
    drop(client);
    assert!(matches!(answer.await, Err(AckError::Disconnected)));
    assert_eq!(start.elapsed().as_secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_waits_learns_at_once_that_the_client_left_the_namespace() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let by_client = socket.emit_with_ack::<u8>("q", ());
    client.send("41").await;
    assert!(matches!(by_client.await, Err(AckError::Disconnected)));
    let (_client, socket) = host.pair().await;
    let by_server = socket.emit_with_ack::<u8>("q", ());
    socket.disconnect(false);
    assert!(matches!(by_server.await, Err(AckError::Disconnected)));
}

#[tokio::test(start_paused = true)]
async fn a_question_to_a_client_that_is_gone_is_not_sent() {
    let host = Host::new();
    let (client, socket) = host.pair().await;
    drop(client);
    settle().await;
    let answer = socket.emit_with_ack::<u8>("q", ()).await;
    assert!(matches!(answer, Err(AckError::Emit(error)) if error.is_disconnected()));
}

#[tokio::test(start_paused = true)]
async fn a_question_with_a_reserved_name_is_not_sent() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let answer = socket.emit_with_ack::<u8>("disconnect", ()).await;
    assert!(matches!(answer, Err(AckError::Emit(error)) if error.is_invalid()));
    client.fence().await;
}

/// Owes as many answers as it may.
async fn in_debt(host: &Host) -> (Client, Socket, Vec<salon::AckFuture<u8>>) {
    let (client, socket) = host.pair().await;
    let owed = (0..3).map(|n| socket.emit_with_ack("q", n)).collect();
    let refused = socket.emit_with_ack::<u8>("q", ()).await;
    assert!(matches!(refused, Err(AckError::Emit(error)) if error.is_full()));
    (client, socket, owed)
}

fn with_three_acks() -> Host {
    Host::with(|builder| builder.limits(|limits| limits.max_pending_acks = 3))
}

#[tokio::test(start_paused = true)]
async fn a_client_owes_a_bounded_number_of_answers() {
    let host = with_three_acks();
    let (mut client, socket, mut owed) = in_debt(&host).await;
    assert_eq!(
        client.waiting().await.len(),
        3,
        "the refused one is not sent"
    );
    client.send("431[5]").await;
    assert_eq!(owed.swap_remove(1).await.unwrap(), 5);
    assert_eq!(
        time_until_timeout(socket.emit_with_ack("q", ()))
            .await
            .as_secs(),
        10
    );
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_leaves_nothing_behind() {
    let host = with_three_acks();
    let (_client, socket, owed) = in_debt(&host).await;
    drop(owed);
    for _ in 0..100 {
        drop(socket.emit_with_ack::<u8>("q", ()));
    }
    assert_eq!(
        time_until_timeout(socket.emit_with_ack("q", ()))
            .await
            .as_secs(),
        10
    );
}

#[tokio::test(start_paused = true)]
async fn deadlines_leave_nothing_behind() {
    let host = with_three_acks();
    let (_client, socket, owed) = in_debt(&host).await;
    for answer in owed {
        assert!(matches!(answer.await, Err(AckError::Timeout)));
    }
    assert_eq!(
        time_until_timeout(socket.emit_with_ack("q", ()))
            .await
            .as_secs(),
        10
    );
}

#[tokio::test(start_paused = true)]
async fn a_question_that_cannot_be_sent_leaves_nothing_behind() {
    let host = with_three_acks();
    let (_client, socket) = host.pair().await;
    for _ in 0..10 {
        let answer = socket.emit_with_ack::<u8>("disconnect", ()).await;
        assert!(matches!(answer, Err(AckError::Emit(error)) if error.is_invalid()));
    }
}
