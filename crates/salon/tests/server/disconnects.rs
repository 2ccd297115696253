//! Disconnecting from everywhere.

use salon::{DisconnectReason, Namespace, Server, Socket};

use crate::support::{Client, Frame, Host, Notes, pass, seconds, settle};

const BYE: [Frame; 1] = [Frame::Close(None)];

/// Namespaces whose sockets note when they come and go.
fn noting() -> (Host, Notes) {
    let (host, notes) = (Host::new(), Notes::default());
    for name in ["/", "/a", "/b"] {
        let gone = notes.clone();
        let left = move |socket: Socket, namespace: Namespace, why: DisconnectReason| async move {
            assert!(!socket.is_connected() && socket.rooms().is_empty());
            gone.add(format_args!("{} {why}", namespace.name()));
        };
        host.of(name).on_disconnect(left);
    }
    (host, notes)
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_disconnect_its_own_socket() {
    let (host, notes) = noting();
    let handled = notes.clone();
    host.on("bye", move |socket: Socket| async move {
        socket.disconnect(false);
        assert!(!socket.is_connected());
        assert!(
            socket
                .emit("late", ())
                .result()
                .unwrap_err()
                .is_disconnected()
        );
        handled.add("handled");
    });
    let mut client = host.join().await;
    client.send_all([r#"42["bye"]"#]).await;
    client.expect("41").await;
    client.fence().await;
    assert_eq!(notes.take(), ["handled", "/ server namespace disconnect"]);
    client.join("").await;
    assert_eq!(host.of("/").len(), 1, "the session goes on");
}

#[tokio::test(start_paused = true)]
async fn an_event_after_the_handler_has_disconnected_its_socket_ends_the_session() {
    let (host, notes) = noting();
    let seen = notes.clone();
    host.on(
        "bye",
        |socket: Socket| async move { socket.disconnect(false) },
    );
    host.on("x", move || async move { seen.add("x") });
    let mut client = host.join().await;
    client.send_all([r#"42["bye"]"#, r#"42["x"]"#]).await;
    client.expect("41").await;
    assert_eq!(client.rest().await, BYE);
    assert_eq!(notes.take(), ["/ server namespace disconnect"]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_end_its_whole_connection() {
    let (host, notes) = noting();
    host.on(
        "bye",
        |socket: Socket| async move { socket.disconnect(true) },
    );
    let mut client = host.join().await;
    client.join("/a,").await;
    client.join("/b,").await;
    client.emit(r#"["bye"]"#).await;
    let mut frames = client.rest().await;
    assert_eq!(frames.pop(), Some(Frame::Close(None)));
    let mut goodbyes: Vec<_> = frames.iter().map(|frame| format!("{frame:?}")).collect();
    goodbyes.sort();
    let expected = [r#"Text("41")"#, r#"Text("41/a,")"#, r#"Text("41/b,")"#];
    assert_eq!(goodbyes, expected);
    let mut gone = notes.take();
    gone.sort();
    let reason = "server namespace disconnect";
    assert_eq!(
        gone,
        ["/", "/a", "/b"].map(|name| format!("{name} {reason}"))
    );
    assert_eq!(host.session_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_connect_handler_may_disconnect() {
    for close in [false, true] {
        let (host, notes) = noting();
        host.on_connect(move |socket: Socket| async move { socket.disconnect(close) });
        let mut client = host.open().await;
        client.send("40").await;
        assert!(client.text().await.starts_with("40{"));
        client.expect("41").await;
        settle().await;
        assert_eq!(notes.take(), ["/ server namespace disconnect"]);
        assert_eq!(host.session_count(), usize::from(!close));
    }
}

#[tokio::test(start_paused = true)]
async fn a_disconnect_handler_may_disconnect_again_and_others() {
    let (host, notes) = noting();
    host.on_disconnect(|socket: Socket, io: Server| async move {
        socket.disconnect(true);
        io.of("/a").broadcast().disconnect_sockets(false);
    });
    let mut client = host.join().await;
    client.join("/a,").await;
    client.send("41").await;
    client.expect("41/a,").await;
    client.fence().await;
    assert_eq!(
        notes.take(),
        [
            "/ client namespace disconnect",
            "/a server namespace disconnect"
        ]
    );
    assert_eq!(
        host.session_count(),
        1,
        "a socket that has left closes nothing"
    );
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_disconnect_another_socket() {
    let (host, notes) = noting();
    host.on("kick", |socket: Socket| async move {
        socket.broadcast().disconnect_sockets(true);
    });
    let (mut kicker, mut kicked) = (host.join().await, host.join().await);
    kicker.emit(r#"["kick"]"#).await;
    kicked.expect("41").await;
    assert_eq!(kicked.rest().await, BYE);
    kicker.fence().await;
    assert_eq!(notes.take(), ["/ server namespace disconnect"]);
}

#[tokio::test(start_paused = true)]
async fn two_handlers_may_disconnect_each_other() {
    let (host, notes) = noting();
    host.on("kick", |socket: Socket| async move {
        socket.broadcast().disconnect_sockets(false);
    });
    let (mut one, mut two) = (host.join().await, host.join().await);
    one.emit(r#"["kick"]"#).await;
    two.emit(r#"["kick"]"#).await;
    settle().await;
    assert_eq!(notes.take().len() + host.of("/").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn another_task_or_thread_may_disconnect() {
    let (host, notes) = noting();
    let (mut client, socket) = host.pair().await;
    tokio::spawn(async move { socket.disconnect(false) });
    client.expect("41").await;
    client.fence().await;
    assert_eq!(notes.take(), ["/ server namespace disconnect"]);

    let (mut client, socket) = host.pair().await;
    std::thread::spawn(move || socket.disconnect(true))
        .join()
        .unwrap();
    client.expect("41").await;
    assert_eq!(client.rest().await, BYE);
    assert_eq!(notes.take(), ["/ server namespace disconnect"]);
}

#[tokio::test(start_paused = true)]
async fn disconnecting_twice_is_disconnecting_once() {
    let (host, notes) = noting();
    let (mut client, socket) = host.pair().await;
    socket.disconnect(false);
    socket.disconnect(false);
    socket.disconnect(true);
    client.expect("41").await;
    client.fence().await;
    assert_eq!(notes.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clone_of_a_socket_that_has_left_does_nothing_to_the_next_one() {
    let (host, notes) = noting();
    let (mut client, old) = host.pair().await;
    client.send("41").await;
    client.join("").await;
    old.disconnect(false);
    old.disconnect(true);
    assert!(!old.join("room") && !old.leave("room"));
    client.fence().await;
    assert_eq!(host.of("/").len(), 1);
    assert_eq!(notes.take(), ["/ client namespace disconnect"]);
}

#[tokio::test(start_paused = true)]
async fn the_namespace_is_left_before_disconnect_handlers_run() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    host.on_disconnect(move |namespace: Namespace, socket: Socket| async move {
        let found = namespace.socket(&socket.id()).is_some();
        let own_room = namespace.to(socket.id()).emit("x", ()).recipients();
        seen.add(format_args!("{} {found} {own_room}", namespace.len()));
    });
    let other = host.join().await;
    drop(host.join().await);
    settle().await;
    assert_eq!(notes.take(), ["1 false 0"]);
    drop(other);
}

#[tokio::test(start_paused = true)]
async fn each_way_to_go_has_its_reason() {
    async fn end(client: &mut Client, way: &str) {
        match way {
            "leave" => client.send("41").await,
            "close" => client.close(Some(1000)).await,
            "nonsense" => client.send("4nonsense").await,
            "broken frame" => client.write(b"\xff\xff\xff\xff").await,
            "ping" => client.send("2").await,
            _ => client.send("9").await,
        }
    }
    for (way, reason) in [
        ("leave", "client namespace disconnect"),
        ("close", "transport close"),
        ("nonsense", "forced close"),
        ("broken frame", "transport error"),
        ("ping", "transport error"),
        ("no packet", "parse error"),
    ] {
        let (host, notes) = noting();
        let mut client = host.join().await;
        end(&mut client, way).await;
        settle().await;
        assert_eq!(notes.take(), [format!("/ {reason}")], "{way}");
        drop(client);
    }
}

#[tokio::test(start_paused = true)]
async fn trap_34_rooms_are_seen_while_disconnecting_and_not_when_disconnected() {
    let (host, notes) = (Host::new(), Notes::default());
    let (leaving, gone) = (notes.clone(), notes.clone());
    host.on_disconnecting(move |socket: Socket, why: DisconnectReason| async move {
        let mut rooms = socket.rooms();
        rooms.retain(|room| *room != socket.id().to_string());
        leaving.add(format_args!("leaving {rooms:?}: {why}"));
        socket.to("red").emit("left", ());
        settle().await;
        leaving.add(format_args!("later {}", socket.rooms().len()));
    });
    host.on_disconnect(move |socket: Socket| async move {
        gone.add(format_args!("gone {}", socket.rooms().len()));
    });
    let (mut client, socket) = host.pair().await;
    let (mut other, other_socket) = host.pair().await;
    socket.join("red");
    other_socket.join("red");
    client.send("41").await;
    other.expect(r#"42["left"]"#).await;
    client.fence().await;
    pass(seconds(1)).await;
    let expected = [
        r#"leaving ["red"]: client namespace disconnect"#,
        "gone 0",
        "later 0",
    ];
    assert_eq!(notes.take(), expected);
    assert_eq!(host.of("/").to("red").sockets().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_disconnected_as_it_connects_has_left_its_rooms_too() {
    let (host, notes) = (Host::new(), Notes::default());
    let leaving = notes.clone();
    host.middleware(|socket: Socket| async move {
        socket.join("red");
    });
    host.on_connect(|socket: Socket| {
        // At once, while nobody can find the socket yet.
        socket.disconnect(false);
        async {}
    });
    host.on_disconnecting(move |socket: Socket| async move {
        leaving.add(socket.rooms().contains(&"red".to_owned()));
    });
    let mut client = host.open().await;
    client.join("").await;
    client.expect("41").await;
    client.fence().await;
    assert_eq!(notes.take(), ["true"]);
    assert_eq!(host.of("/").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_transport_error_has_details() {
    let host = Host::with(|builder| builder.max_payload(1_000));
    let notes = Notes::default();
    let gone = notes.clone();
    host.on_disconnect(move |socket: Socket, why: DisconnectReason| async move {
        gone.add(format_args!("{why}: {:?}", socket.disconnect_details()));
    });
    let mut large = host.join().await;
    large.emit(&format!(r#"["{}"]"#, "x".repeat(2_000))).await;
    large.rest().await;
    let mut wrong_way = host.join().await;
    wrong_way.send("2").await;
    wrong_way.rest().await;
    let poller = host.polling().await;
    let held = poller.clone();
    tokio::spawn(async move { held.poll().await });
    settle().await;
    assert_eq!(poller.poll().await.status, 400);
    let mut fine = host.join().await;
    fine.close(None).await;
    fine.rest().await;
    settle().await;
    let expected = [
        r#"transport error: Some("a message is too large")"#,
        r#"transport error: Some("a ping or pong in the wrong direction")"#,
        r#"transport error: Some("two polls at once")"#,
        "transport close: None",
    ];
    assert_eq!(notes.take(), expected);
}
