//! Sockets that are fetched, wherever they are.

use salon::Responses;
use serde_json::{Value, json};

use crate::support::{Host, settle};

#[tokio::test(start_paused = true)]
async fn fetched_sockets_tell_what_they_were_and_can_be_reached() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let (mut other, _) = host.pair().await;
    socket.join("red");
    socket.set_data(json!({"name": "Ada"})).unwrap();
    let all = host.fetch_sockets().await;
    assert_eq!(all.len(), 2);
    let fetched = host.to("red").fetch_sockets().await;
    let [remote] = &fetched[..] else {
        panic!("one socket is in the room: {fetched:?}");
    };
    assert_eq!(remote.id(), socket.id());
    assert_eq!(remote.rooms(), [socket.id().to_string(), "red".into()]);
    assert_eq!(remote.data::<Value>().unwrap(), json!({"name": "Ada"}));
    assert_eq!(remote.auth::<Value>().unwrap(), json!({}));
    assert_eq!(remote.handshake().query_value("EIO").as_deref(), Some("4"));

    remote.emit("hello", 1);
    client.expect(r#"42["hello",1]"#).await;
    let answer = remote.emit_with_ack::<u8>("q", ());
    client.expect(r#"420["q"]"#).await;
    client.send("430[7]").await;
    assert_eq!(answer.await.unwrap(), 7);
    remote.join(["blue", "green"]);
    remote.leave("red");
    let mut rooms = socket.rooms();
    rooms.sort();
    let mut expected = [socket.id().to_string(), "blue".into(), "green".into()];
    expected.sort();
    assert_eq!(rooms, expected);
    assert_eq!(remote.rooms().len(), 2, "it tells what was");
    remote.disconnect(false);
    client.expect("41").await;
    other.fence().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_to_a_fetched_socket_that_has_gone() {
    let host = Host::new();
    let (client, _) = host.pair().await;
    let (mut other, _) = host.pair().await;
    let fetched = host.fetch_sockets();
    drop(client);
    settle().await;
    assert_eq!(
        fetched.await.len(),
        1,
        "they are fetched when that is awaited"
    );
    let (client, socket) = host.pair().await;
    let gone = host.to(socket.id()).fetch_sockets().await.remove(0);
    drop(client);
    settle().await;
    assert_eq!(gone.emit("x", ()).recipients(), 0);
    assert!(gone.emit_with_ack::<u8>("x", ()).await.is_err());
    gone.join("red");
    gone.disconnect(true);
    assert!(host.to("red").sockets().is_empty());
    other.fence().await;
}

#[tokio::test(start_paused = true)]
async fn everyone_joins_and_leaves_several_rooms_and_goes() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    host.sockets_join(["a", "b", "c"]);
    host.sockets_leave(vec!["a", "b"]);
    let rooms = socket.rooms();
    assert_eq!(rooms, [socket.id().to_string(), "c".into()]);
    host.disconnect_sockets(false);
    client.expect("41").await;
    assert!(host.of("/").is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_event_for_other_servers_reaches_nobody_where_there_is_one() {
    let host = Host::new();
    let mut client = host.join().await;
    let namespace = host.of("/");
    namespace.server_side_emit("hello", (1, "two")).unwrap();
    let answers = namespace.server_side_emit_with_ack::<u8>("hello", ());
    assert_eq!(answers.await.unwrap(), Responses::default());
    for reserved in ["connect", "connection", "new_namespace"] {
        let error = namespace.server_side_emit(reserved, ()).unwrap_err();
        assert!(error.is_invalid());
        let answers = namespace.server_side_emit_with_ack::<u8>(reserved, ());
        assert!(answers.await.unwrap_err().is_invalid());
    }
    client.fence().await;
}
