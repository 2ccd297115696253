//! Events that a client sends again, as JavaScript's does with its option `retries`: the same
//! data, and another acknowledgement id.

use salon::{Ack, Call, HandlerError, deduplicated, sequential};

use crate::support::{Host, Logs, Notes, fail, pass, seconds, settle};

fn key(call: &Call<'_>) -> Result<String, HandlerError> {
    call.data::<(String,)>().map(|(key,)| key)
}

#[tokio::test(start_paused = true)]
async fn a_retry_gets_the_answer_of_the_first_try_and_is_not_handled_again() {
    let (host, notes) = (Host::new(), Notes::default());
    let called = notes.clone();
    host.on(
        "order",
        deduplicated(key, move |(key, number): (String, u32)| async move {
            called.add(&key);
            (number, bytes::Bytes::from_static(b"ok"))
        }),
    );
    let mut client = host.join().await;
    // With an attachment, which the answer is kept with.
    for id in 0..3 {
        client.send(&format!(r#"42{id}["order","a",7]"#)).await;
        let placeholder = r#"{"_placeholder":true,"num":0}"#;
        client.expect(&format!("461-{id}[7,{placeholder}]")).await;
        client.frame().await;
    }
    assert_eq!(notes.take(), ["a"]);
    // On another connection too, since the first may have broken.
    let mut again = host.join().await;
    again.send(r#"420["order","a",7]"#).await;
    assert!(again.text().await.starts_with("461-0[7,"));
    again.frame().await;
    again.send(r#"421["order","b",7]"#).await;
    again.text().await;
    assert_eq!(notes.take(), ["b"]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_comes_early_is_answered_with_the_first_try() {
    let (host, notes) = (Host::new(), Notes::default());
    let called = notes.clone();
    host.on(
        "order",
        deduplicated(key, move |(key,): (String,)| async move {
            called.add(&key);
            pass(seconds(5)).await;
            "done"
        }),
    );
    let mut client = host.join().await;
    client
        .send_all([r#"420["order","a"]"#, r#"421["order","a"]"#])
        .await;
    let mut answers = [client.text().await, client.text().await];
    answers.sort();
    assert_eq!(answers, [r#"430["done"]"#, r#"431["done"]"#]);
    assert_eq!(notes.take(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_by_ack_is_kept_too() {
    let (host, notes) = (Host::new(), Notes::default());
    let called = notes.clone();
    host.on(
        "order",
        deduplicated(key, move |ack: Ack, (key,): (String,)| async move {
            called.add(format_args!("{key} {}", ack.is_wanted()));
            ack.send(&1)?;
            ack.send(&2)
        }),
    );
    let mut client = host.join().await;
    client.emit(r#"["order","a"]"#).await;
    assert_eq!(client.ask(r#"["order","a"]"#).await, "[1]");
    assert_eq!(notes.take(), ["a false"]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_event_is_handled_again_and_those_that_wait_get_the_error() {
    let (host, notes, logs) = (Host::new(), Notes::default(), Logs::collect());
    let called = notes.clone();
    host.on(
        "order",
        deduplicated(key, move |(key,): (String,)| async move {
            called.add(&key);
            settle().await;
            match &*key {
                "panic" => fail(),
                _ => return Err(HandlerError::new("out of stock")),
            }
            Ok(())
        }),
    );
    let mut client = host.join().await;
    for (key, error) in [("a", "out of stock"), ("panic", "Internal error")] {
        let retry = |id| format!(r#"42{id}["order","{key}"]"#);
        client.send_all([retry(0), retry(1)]).await;
        let mut answers = [client.text().await, client.text().await];
        answers.sort();
        assert_eq!(
            answers,
            [0, 1].map(|id| format!(r#"43{id}[{{"error":"{error}"}}]"#))
        );
        client.send(&retry(2)).await;
        client
            .expect(&format!(r#"432[{{"error":"{error}"}}]"#))
            .await;
        assert_eq!(notes.take(), [key, key]);
    }
    assert_eq!(logs.take().len(), 2, "the panics");
}

#[tokio::test(start_paused = true)]
async fn an_event_without_a_key_is_an_error_and_other_data_may_not_fit() {
    let host = Host::new();
    let handler = |(_, _): (String, u32)| async { 1 };
    host.on("order", deduplicated(key, handler));
    let mut client = host.join().await;
    assert!(client.ask(r#"["order",1]"#).await.contains("invalid data"));
    for _ in 0..2 {
        let answer = client.ask(r#"["order","a","x"]"#).await;
        assert!(answer.contains("invalid data"), "{answer}");
    }
    assert_eq!(client.ask(r#"["order","a",1]"#).await, "[1]");
}

#[tokio::test(start_paused = true)]
async fn only_so_many_events_are_remembered() {
    let (host, notes) = (Host::new(), Notes::default());
    let called = notes.clone();
    let handler = move |(key,): (String,)| async move {
        called.add(&key);
        true
    };
    let handler = deduplicated(key, sequential(handler)).remember(2, 10_000);
    host.on("order", handler);
    let mut client = host.join().await;
    for key in ["a", "b", "b", "c", "a"] {
        assert_eq!(client.ask(&format!(r#"["order","{key}"]"#)).await, "[true]");
    }
    assert_eq!(notes.take(), ["a", "b", "c", "a"]);
}
