//! Who gets a broadcast.

use salon::Socket;

use crate::support::{Client, Host, Logs, Notes, settle};

/// Clients with their sockets, each in the rooms of its list.
async fn crowd(host: &Host, rooms: &[&[&str]]) -> Vec<(Client, Socket)> {
    let mut crowd = Vec::new();
    for rooms in rooms {
        let (client, socket) = host.pair().await;
        assert!(rooms.iter().all(|room| socket.join(*room)));
        crowd.push((client, socket));
    }
    crowd
}

/// How many events each client gets.
async fn counts(crowd: &mut [(Client, Socket)]) -> Vec<usize> {
    let mut counts = Vec::new();
    for (client, _) in crowd {
        counts.push(client.waiting().await.len());
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn rooms_add_up_and_a_member_of_several_gets_the_event_once() {
    let host = Host::new();
    let mut crowd = crowd(&host, &[&["a"], &["b"], &["a", "b", "c"], &["c"], &[]]).await;
    for (broadcast, expected) in [
        (host.to("a"), [1, 0, 1, 0, 0]),
        (host.to("a").to("b"), [1, 1, 1, 0, 0]),
        (host.to("a").within("b").to("c").to("a"), [1, 1, 1, 1, 0]),
        (host.within("nobody"), [0; 5]),
        (host.local(), [1; 5]),
    ] {
        let emitted = broadcast.emit("x", ());
        assert_eq!(emitted.recipients(), expected.iter().sum::<usize>());
        assert_eq!(broadcast.sockets().len(), emitted.recipients());
        assert_eq!(counts(&mut crowd).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn except_leaves_out_whoever_is_in_the_room() {
    let host = Host::new();
    let mut crowd = crowd(&host, &[&["a"], &["b"], &["a", "b"], &[]]).await;
    for (broadcast, expected) in [
        (host.except("a"), [0, 1, 0, 1]),
        (host.except("a").except("b"), [0, 0, 0, 1]),
        (host.to("a").except("b"), [1, 0, 0, 0]),
        (host.to("a").to("b").except("a"), [0, 1, 0, 0]),
        (host.to("a").except("a"), [0; 4]),
        (host.except("nobody"), [1; 4]),
    ] {
        broadcast.emit("x", ());
        assert_eq!(counts(&mut crowd).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_socket_broadcasts_to_everyone_but_itself() {
    let host = Host::new();
    let mut crowd = crowd(&host, &[&["a"], &["a"], &["b"]]).await;
    let sender = crowd[0].1.clone();
    for (broadcast, expected) in [
        (sender.broadcast(), [0, 1, 1]),
        (sender.to("a"), [0, 1, 0]),
        (sender.to("a").to(sender.id()), [0, 1, 0]),
        (sender.except("b"), [0, 1, 0]),
    ] {
        broadcast.emit("x", ());
        assert_eq!(counts(&mut crowd).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_socket_is_in_the_room_of_its_own_id() {
    let host = Host::new();
    let mut crowd = crowd(&host, &[&[], &[]]).await;
    let id = crowd[1].1.id();
    assert_eq!(crowd[1].1.rooms(), [id.to_string()]);
    host.to(&id).emit("private", ());
    host.to(id.to_string())
        .except(crowd[0].1.id())
        .emit("private", ());
    assert_eq!(counts(&mut crowd).await, [0, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_namespace_has_rooms_of_its_own() {
    let host = Host::new();
    let namespace = host.of("/a");
    let mut client = host.join().await;
    client.join("/a,").await;
    namespace.sockets()[0].join("room");
    assert_eq!(host.to("room").emit("x", ()).recipients(), 0);
    assert_eq!(namespace.to("room").emit("x", ()).recipients(), 1);
    client.expect(r#"42/a,["x"]"#).await;
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn joining_and_leaving_say_whether_they_changed_anything() {
    let host = Host::new();
    let (client, socket) = host.pair().await;
    assert!(socket.join("a") && !socket.join("a"));
    assert!(socket.leave("a") && !socket.leave("a"));
    assert_eq!(host.to("a").emit("x", ()).recipients(), 0);
    drop(client);
    settle().await;
    assert!(!socket.join("a") && !socket.leave("a"));
    assert!(socket.rooms().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_socket_may_be_in_so_many_rooms_and_no_more() {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_rooms = 3));
    let (_client, socket) = host.pair().await;
    let logs = Logs::collect();
    assert!(["a", "b", "c"].iter().all(|room| socket.join(*room)));
    assert!(!socket.join("d"));
    assert!(logs.one().contains("Limits::max_rooms"));
    assert_eq!(socket.rooms().len(), 4, "its own is not counted");
    assert!(socket.leave("b") && socket.join("d"));
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_rooms_holds_for_rooms_joined_in_a_middleware() {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_rooms = 3));
    host.middleware(|socket: Socket| async move {
        for number in 0..10 {
            socket.join(number.to_string());
        }
    });
    let (_client, socket) = host.pair().await;
    assert_eq!(socket.rooms().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_written_reaches_nobody() {
    let host = Host::new();
    let mut crowd = crowd(&host, &[&[], &[]]).await;
    for name in ["connect", "disconnect", "connect_error"] {
        let emitted = host.emit(name, ());
        assert_eq!(emitted.recipients(), 0);
        assert!(emitted.result().unwrap_err().is_invalid());
    }
    assert_eq!(counts(&mut crowd).await, [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_can_be_kept_and_used_again() {
    let host = Host::new();
    let room = host.to("room");
    assert_eq!(room.emit("x", ()).recipients(), 0);
    let mut crowd = crowd(&host, &[&["room"], &["room"]]).await;
    assert_eq!(room.emit("x", ()).recipients(), 2);
    assert_eq!(
        room.clone()
            .except(crowd[0].1.id())
            .emit("x", ())
            .recipients(),
        1
    );
    crowd[0].1.leave("room");
    assert_eq!(room.emit("x", ()).recipients(), 1);
    assert_eq!(counts(&mut crowd).await, [1, 3]);
}

#[tokio::test(start_paused = true)]
async fn events_to_rooms_and_to_one_keep_their_order() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    socket.join("room");
    let mut expected = Vec::new();
    for number in (0..100).step_by(3) {
        socket.emit("x", number);
        host.to("room").emit("x", number + 1);
        host.emit("x", number + 2);
        expected.extend((number..number + 3).map(|n| format!(r#"42["x",{n}]"#)));
    }
    assert_eq!(client.waiting().await, expected);
}

#[tokio::test(start_paused = true)]
async fn polling_clients_get_broadcasts_too() {
    let (host, notes) = (Host::new(), Notes::default());
    let poller = host.polling().await;
    let seen = notes.clone();
    let held = poller.clone();
    let poll = tokio::spawn(async move { seen.add(held.poll().await.ok()) });
    settle().await;
    assert_eq!(host.emit("x", 1).recipients(), 1);
    poll.await.unwrap();
    host.emit("x", 2);
    host.emit("x", 3);
    notes.add(poller.poll().await.ok());
    let [first, rest] = [r#"42["x",1]"#, "42[\"x\",2]\u{1e}42[\"x\",3]"];
    assert_eq!(notes.take(), [first, rest]);
}

#[tokio::test(start_paused = true)]
async fn the_name_of_a_room_has_a_limited_length() {
    let host = Host::new();
    let (_client, socket) = host.pair().await;
    let logs = Logs::collect();
    assert!(socket.join("x".repeat(1_024)));
    assert!(logs.take().is_empty());
    assert!(!socket.join("x".repeat(1_025)));
    assert!(logs.one().contains("max_room_name"));
    assert_eq!(socket.rooms().len(), 2);
}
