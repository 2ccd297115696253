//! Answers of many clients to one event.

use std::time::Duration;

use bytes::Bytes;
use salon::Responses;
use tokio::time::Instant;

use crate::support::{Client, Host, seconds, settle};

/// Three clients, and the future of their answers to a question.
async fn asked(host: &Host) -> ([Client; 3], salon::ResponsesFuture<u8>) {
    let mut clients = [host.join().await, host.join().await, host.join().await];
    let answers = host.emit_with_ack::<u8>("q", "?");
    for client in &mut clients {
        client.expect(r#"420["q","?"]"#).await;
    }
    (clients, answers)
}

fn sorted(responses: Responses<u8>) -> (Vec<u8>, usize, usize) {
    let mut answers = responses.answers;
    answers.sort_unstable();
    (answers, responses.missing, responses.invalid)
}

#[tokio::test(start_paused = true)]
async fn one_id_asks_everyone_and_each_answer_counts() {
    let host = Host::new();
    let (mut clients, answers) = asked(&host).await;
    for (client, answer) in clients.iter_mut().zip(["430[2]", "430[0]", "430[1]"]) {
        client.send(answer).await;
        settle().await;
    }
    let responses = answers.await.unwrap();
    assert!(responses.is_complete());
    assert_eq!(responses.answers, [2, 0, 1], "in the order of arrival");
}

#[tokio::test(start_paused = true)]
async fn a_namespace_without_clients_has_answered_at_once() {
    let host = Host::new();
    let start = Instant::now();
    let responses = host.emit_with_ack::<u8>("q", ()).await.unwrap();
    assert_eq!(responses, Responses::default());
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_came_by_the_deadline_is_there_with_what_is_missing() {
    let host = Host::new();
    let mut clients = [host.join().await, host.join().await, host.join().await];
    let start = Instant::now();
    let answers = host.timeout(seconds(2)).emit_with_ack::<u8>("q", ());
    clients[1].send("430[7]").await;
    assert_eq!(sorted(answers.await.unwrap()), (vec![7], 2, 0));
    assert_eq!(start.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn there_is_a_deadline_without_asking_for_one() {
    let host = Host::with(|builder| builder.ack_timeout(seconds(4)));
    let _client = host.join().await;
    let start = Instant::now();
    let answers = host.emit_with_ack::<u8>("q", ()).await.unwrap();
    assert_eq!(sorted(answers), (vec![], 1, 0));
    assert_eq!(start.elapsed().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_is_not_waited_for() {
    let host = Host::new();
    let (mut clients, answers) = asked(&host).await;
    let start = Instant::now();
    clients[0].send("430[1]").await;
    clients[1].send("41").await;
    clients[2].close(None).await;
    assert_eq!(sorted(answers.await.unwrap()), (vec![1], 2, 0));
    assert!(start.elapsed() < seconds(1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_type_spoils_no_other() {
    let host = Host::new();
    let (mut clients, answers) = asked(&host).await;
    for (client, answer) in clients.iter_mut().zip(["430[1]", r#"430["one"]"#, "430[]"]) {
        client.send(answer).await;
    }
    assert_eq!(sorted(answers.await.unwrap()), (vec![1], 0, 2));
}

#[tokio::test(start_paused = true)]
async fn answers_may_be_several_values_and_bytes() {
    let host = Host::new();
    let mut client = host.join().await;
    let answers = host.emit_with_ack::<(u8, Bytes)>("q", ());
    client.text().await;
    client
        .send(r#"461-0[1,{"_placeholder":true,"num":0}]"#)
        .await;
    client.send_binary(b"\x02").await;
    let expected = [(1, Bytes::from_static(b"\x02"))];
    assert_eq!(answers.await.unwrap().answers, expected);
}

#[tokio::test(start_paused = true)]
async fn a_second_answer_is_ignored() {
    let host = Host::new();
    let (mut clients, answers) = asked(&host).await;
    clients[0].send_all(["430[1]", "430[2]"]).await;
    clients[1].send("430[3]").await;
    clients[2].send("430[4]").await;
    assert_eq!(sorted(answers.await.unwrap()), (vec![1, 3, 4], 0, 0));
}

#[tokio::test(start_paused = true)]
async fn only_those_whom_it_is_for_are_asked() {
    let host = Host::new();
    let (mut a, socket) = host.pair().await;
    let (mut b, other) = host.pair().await;
    socket.join("red");
    other.join("blue");
    let answers = host.to("red").emit_with_ack::<u8>("q", ());
    a.expect(r#"420["q"]"#).await;
    // Whoever was not asked cannot answer.
    b.send("430[9]").await;
    b.fence().await;
    a.send("430[1]").await;
    assert_eq!(sorted(answers.await.unwrap()), (vec![1], 0, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_after_the_deadline_although_rooms_have_changed() {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_pending_acks = 1));
    let (mut client, socket) = host.pair().await;
    socket.join("red");
    let red = host.to("red").timeout(seconds(1));
    let answers = red.emit_with_ack::<u8>("q", ());
    socket.leave("red");
    assert_eq!(sorted(answers.await.unwrap()), (vec![], 1, 0));
    // The one place that the client has is free again.
    let answer = socket.emit_with_ack::<u8>("q", ());
    client.expect(r#"420["q"]"#).await;
    client.expect(r#"421["q"]"#).await;
    client.send("431[1]").await;
    assert_eq!(answer.await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_when_the_answers_are_no_longer_wanted() {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_pending_acks = 1));
    let (mut client, socket) = host.pair().await;
    drop(host.emit_with_ack::<u8>("q", ()));
    client.expect(r#"420["q"]"#).await;
    let answer = socket.emit_with_ack::<u8>("q", ());
    client.expect(r#"421["q"]"#).await;
    client.send_all(["430[0]", "431[1]"]).await;
    assert_eq!(answer.await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_owes_too_many_answers_is_missing() {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_pending_acks = 1));
    let (mut client, socket) = host.pair().await;
    let _owed = socket.emit_with_ack::<u8>("q", ());
    let start = Instant::now();
    let answers = host.emit_with_ack::<u8>("more", ()).await.unwrap();
    assert_eq!(sorted(answers), (vec![], 1, 0));
    assert_eq!(start.elapsed(), Duration::ZERO);
    client.expect(r#"420["q"]"#).await;
    assert!(client.waiting().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_sent_to_anybody_is_an_error() {
    let host = Host::new();
    let _client = host.join().await;
    let error = host.emit_with_ack::<u8>("disconnect", ()).await;
    assert!(error.unwrap_err().is_invalid());
}
