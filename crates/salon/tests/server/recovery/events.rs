//! What a client gets that comes back.

use salon::{DisconnectReason, Recovery, Socket};
use serde_json::{Value, json};

use super::{answer, back, join, lose, recovered, recovering};
use crate::support::{Frame, Host, Notes, pass, seconds, settle};

#[tokio::test(start_paused = true)]
async fn a_client_gets_back_its_id_its_rooms_its_data_and_what_it_has_missed() {
    let host = recovering();
    let (mut client, mut memory) = join(&host).await;
    let socket = host.of("/").socket(&memory.id()).unwrap();
    socket.join("red");
    socket.set_data(json!({"name": "Ada"})).unwrap();
    socket.emit("first", 1);
    assert_eq!(memory.event(&mut client).await, json!(["first", 1]));
    lose(client).await;
    assert!(host.of("/").is_empty());

    host.emit("all", "a");
    host.to("red").emit("red", ());
    host.to("blue").emit("blue", ());
    host.to(memory.id()).emit("own", (1, 2));
    host.except("red").emit("not red", ());
    let mut client = back(&host, &memory).await;
    for event in [json!(["all", "a"]), json!(["red"]), json!(["own", 1, 2])] {
        assert_eq!(memory.event(&mut client).await, event);
    }
    assert_eq!(answer(&mut client).await.sid, memory.sid);
    settle().await;
    let socket = host.of("/").socket(&memory.id()).unwrap();
    assert!(socket.is_recovered());
    let mut rooms = socket.rooms();
    rooms.sort();
    let mut expected = [memory.sid.clone(), "red".into()];
    expected.sort();
    assert_eq!(rooms, expected);
    assert_eq!(socket.data::<Value>().unwrap(), json!({"name": "Ada"}));
    host.to("red").emit("again", ());
    assert_eq!(memory.event(&mut client).await, json!(["again"]));
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn without_recovery_nothing_is_added() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    assert!(!socket.is_recovered());
    socket.emit("x", "text");
    client.expect(r#"42["x","text"]"#).await;
    let mut again = host.open().await;
    again
        .send(r#"40{"pid":"aaaaaaaaaaaaaaaaaaaa","offset":"1"}"#)
        .await;
    let text = again.text().await;
    assert!(
        text.starts_with(r#"40{"sid":""#) && !text.contains("pid"),
        "{text}"
    );
    assert_eq!(host.recovery_stats(), salon::RecoveryStats::default());
}

#[tokio::test(start_paused = true)]
async fn events_that_want_an_answer_or_may_be_missed_are_not_kept_and_have_no_offset() {
    let host = recovering();
    let (mut client, mut memory) = join(&host).await;
    let socket = host.of("/").socket(&memory.id()).unwrap();
    host.emit("kept", ());
    assert_eq!(memory.event(&mut client).await, json!(["kept"]));
    let _answer = socket.emit_with_ack::<()>("q", "text");
    client.expect(r#"420["q","text"]"#).await;
    let _answers = host.emit_with_ack::<()>("q", "text");
    client.expect(r#"421["q","text"]"#).await;
    socket.volatile().emit("v", 1);
    client.expect(r#"42["v",1]"#).await;
    host.to(memory.id()).volatile().emit("v", [["text"]]);
    client.expect(r#"42["v",["text"]]"#).await;
    assert_eq!(host.recovery_stats().packets, 1);
    lose(client).await;
    socket.volatile().emit("v", 1);
    host.local().volatile().emit("v", 1);
    recovered(&host, &memory).await.fence().await;
}

/// JavaScript's client takes any text at the end of an event for an offset.
#[tokio::test(start_paused = true)]
async fn no_event_ends_with_text_that_is_no_offset() {
    let host = recovering();
    let (mut client, mut memory) = join(&host).await;
    host.emit("kept", ());
    memory.event(&mut client).await;
    host.local().volatile().emit("v", "text");
    client.expect(r#"42["v","text",null]"#).await;
    host.local().volatile().emit("v", ());
    client.expect(r#"42["v",null]"#).await;
    lose(client).await;
    recovered(&host, &memory).await.fence().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_when_the_connection_broke_is_sent_again() {
    let host = recovering();
    let (mut client, mut memory) = join(&host).await;
    host.emit("got", 1);
    memory.event(&mut client).await;
    host.emit("lost", 2);
    host.emit("lost", 3);
    settle().await;
    lose(client).await;
    let mut client = back(&host, &memory).await;
    for number in 2..=3 {
        assert_eq!(memory.event(&mut client).await, json!(["lost", number]));
    }
    answer(&mut client).await;
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_got_no_event_names_no_offset() {
    let host = recovering();
    let (client, mut memory) = join(&host).await;
    lose(client).await;
    host.emit("first", ());
    let mut client = back(&host, &memory).await;
    assert_eq!(memory.event(&mut client).await, json!(["first"]));
    answer(&mut client).await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_client_comes_back_long_after_its_last_event() {
    let host = Host::with(|builder| {
        let recovery = Recovery::new().max_disconnection(seconds(60));
        builder.recovery(recovery).ping_interval(seconds(100_000))
    });
    let (mut client, mut memory) = join(&host).await;
    host.emit("long ago", ());
    memory.event(&mut client).await;
    for _ in 0..10 {
        pass(seconds(5_000)).await;
        host.to("others").emit("news", ());
    }
    lose(client).await;
    pass(seconds(59)).await;
    host.emit("missed", ());
    let mut client = back(&host, &memory).await;
    assert_eq!(memory.event(&mut client).await, json!(["missed"]));
    answer(&mut client).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_comes_back_again_and_again() {
    let host = recovering();
    let (mut client, mut memory) = join(&host).await;
    for number in 0..5 {
        lose(client).await;
        host.emit("missed", number);
        client = back(&host, &memory).await;
        assert_eq!(memory.event(&mut client).await, json!(["missed", number]));
        assert_eq!(answer(&mut client).await.sid, memory.sid);
        settle().await;
        host.emit("live", number);
        assert_eq!(memory.event(&mut client).await, json!(["live", number]));
    }
    let stats = host.recovery_stats();
    assert_eq!((stats.recovered, stats.missed, stats.away), (5, 0, 0));
}

/// The connection broke unnoticed, and the client is back before its ping is overdue.
#[tokio::test(start_paused = true)]
async fn a_client_is_back_before_its_old_connection_is_given_up() {
    let host = recovering();
    let notes = Notes::default();
    let seen = notes.clone();
    host.on_disconnect(move |reason: DisconnectReason| async move { seen.add(reason) });
    let (mut old, mut memory) = join(&host).await;
    host.emit("first", ());
    memory.event(&mut old).await;
    host.emit("lost", ());
    let mut client = back(&host, &memory).await;
    assert_eq!(memory.event(&mut client).await, json!(["lost"]));
    assert_eq!(answer(&mut client).await.sid, memory.sid);
    settle().await;
    assert_eq!(notes.take(), ["transport close"]);
    assert_eq!(host.of("/").len(), 1);
    // When the old connection ends at last, the new one stays.
    lose(old).await;
    host.emit("live", ());
    assert_eq!(memory.event(&mut client).await, json!(["live"]));
    assert!(notes.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_emitted_to_a_socket_while_its_client_is_away_reaches_the_client() {
    let host = recovering();
    host.on("work", |socket: Socket| async move {
        tokio::time::sleep(seconds(5)).await;
        assert!(!socket.is_connected());
        socket.emit("done", ()).result().unwrap();
        tokio::time::sleep(seconds(5)).await;
        // By now there is a new one of the same id.
        assert_eq!(socket.emit("done again", ()).result().unwrap(), 1);
    });
    let (mut client, mut memory) = join(&host).await;
    client.emit(r#"["work"]"#).await;
    client.fence().await;
    lose(client).await;
    pass(seconds(6)).await;
    let mut client = back(&host, &memory).await;
    assert_eq!(memory.event(&mut client).await, json!(["done"]));
    answer(&mut client).await;
    assert_eq!(memory.event(&mut client).await, json!(["done again"]));
}

#[tokio::test(start_paused = true)]
async fn attachments_are_kept_too() {
    let host = recovering();
    let (client, memory) = join(&host).await;
    lose(client).await;
    host.emit("bytes", bytes::Bytes::from_static(b"\x01\x02"));
    let mut client = back(&host, &memory).await;
    let text = client.text().await;
    let head = r#"451-["bytes",{"_placeholder":true,"num":0},""#;
    assert!(text.starts_with(head), "{text}");
    assert_eq!(client.frame().await, Frame::Binary(vec![1, 2]));
    answer(&mut client).await;
}
