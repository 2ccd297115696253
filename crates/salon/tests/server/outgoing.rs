//! Hooks for outgoing events, and for rooms.

use std::sync::Arc;

use salon::{AllArgs, EventName, Namespace, Room, RoomEvent, Socket, SocketId};

use crate::support::{Host, Logs, Notes, fail};

#[tokio::test(start_paused = true)]
async fn outgoing_events_are_seen_once_for_each_recipient() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    let registration = host.of("/").on_any_outgoing(
        move |to: Socket, event: EventName, args: AllArgs<u32>| async move {
            seen.add(format_args!("{} {event} {:?}", to.id(), args.0));
        },
    );
    let (mut first, first_socket) = host.pair().await;
    let (mut second, second_socket) = host.pair().await;
    let (one, two) = (first_socket.id(), second_socket.id());
    first_socket.emit("one", (1, 2));
    first.expect(r#"42["one",1,2]"#).await;
    first.fence().await;
    assert_eq!(notes.take(), [format!("{one} one [1, 2]")]);
    host.emit("all", 3);
    for client in [&mut first, &mut second] {
        client.expect(r#"42["all",3]"#).await;
        client.fence().await;
    }
    let mut all = notes.take();
    all.sort();
    let mut expected = [format!("{one} all [3]"), format!("{two} all [3]")];
    expected.sort();
    assert_eq!(all, expected);
    drop(second_socket.emit_with_ack::<u32>("question", ()));
    drop(host.of("/").to(&two).emit_with_ack::<u32>("everyone?", ()));
    assert!(first_socket.emit("connect", ()).result().is_err());
    assert_eq!(second.waiting().await.len(), 2);
    assert_eq!(notes.take().len(), 2, "what is not sent is not seen");
    registration.off();
    host.emit("all", 4);
    first.expect(r#"42["all",4]"#).await;
    first.fence().await;
    assert!(notes.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn answers_are_no_outgoing_events() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    host.of("/")
        .on_any_outgoing(move || async move { seen.add("seen") });
    host.on("x", || async { 1 });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["x"]"#).await, "[1]");
    client.fence().await;
    assert!(notes.take().is_empty());
}

/// Notes room events in Node's words; the rooms of the sockets' own ids are left out.
fn note_rooms(namespace: &Namespace, notes: &Notes) {
    let notes = notes.clone();
    namespace.on_room(move |event| {
        let (what, room) = match event {
            RoomEvent::Created(room) => ("create", room),
            RoomEvent::Joined(room, _) => ("join", room),
            RoomEvent::Left(room, _) => ("leave", room),
            RoomEvent::Deleted(room) => ("delete", room),
            other => panic!("{other:?}"),
        };
        if SocketId::parse(room.as_str()).is_none() {
            notes.add(format_args!("{what} {room}"));
        }
    });
}

#[tokio::test(start_paused = true)]
async fn rooms_are_created_before_they_are_joined_and_deleted_after_they_are_left() {
    let (host, notes) = (Host::new(), Notes::default());
    note_rooms(&host.of("/"), &notes);
    let (mut client, first) = host.pair().await;
    let (_other, second) = host.pair().await;
    first.join("red");
    first.join("red");
    second.join("red");
    assert_eq!(notes.take(), ["create red", "join red", "join red"]);
    second.leave("red");
    second.leave("red");
    first.leave("red");
    assert_eq!(notes.take(), ["leave red", "leave red", "delete red"]);
    first.join("blue");
    second.join("blue");
    notes.take();
    client.send("41").await;
    client.fence().await;
    assert_eq!(notes.take(), ["leave blue"]);
    second.disconnect(false);
    assert_eq!(notes.take(), ["leave blue", "delete blue"]);
}

#[tokio::test(start_paused = true)]
async fn the_room_of_a_sockets_own_id_comes_and_goes_with_it() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    let registration = host
        .of("/")
        .on_room(move |event| seen.add(format_args!("{event:?}")));
    let (_client, socket) = host.pair().await;
    let id = socket.id();
    let room = Room::from(&id);
    let expected = [
        RoomEvent::Created(room.clone()),
        RoomEvent::Joined(room.clone(), id.clone()),
    ];
    assert_eq!(notes.take(), expected.map(|one| format!("{one:?}")));
    socket.disconnect(false);
    let expected = [RoomEvent::Left(room.clone(), id), RoomEvent::Deleted(room)];
    assert_eq!(notes.take(), expected.map(|one| format!("{one:?}")));
    assert!(registration.off());
}

#[tokio::test(start_paused = true)]
async fn a_room_hook_may_join_and_leave_itself() {
    let (host, notes) = (Host::new(), Notes::default());
    note_rooms(&host.of("/"), &notes);
    let namespace = host.of("/");
    host.of("/").on_room(move |event| match event {
        RoomEvent::Joined(room, id) if room.as_str() == "red" => {
            namespace.socket(id).unwrap().join("blue");
        }
        _ => {}
    });
    let (_client, socket) = host.pair().await;
    socket.join("red");
    let expected = ["create red", "join red", "create blue", "join blue"];
    assert_eq!(notes.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_room_hook_that_is_too_slow_is_told_how_many_events_it_missed() {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_room_events = 3));
    let notes = Notes::default();
    let (_client, socket) = host.pair().await;
    let (seen, busy) = (notes.clone(), socket.clone());
    host.of("/").on_room(move |event| {
        seen.add(format_args!("{event:?}"));
        // As much happens as in a hook that takes its time.
        if matches!(event, RoomEvent::Joined(room, _) if room.as_str() == "red") {
            (0..10).for_each(|number| _ = busy.join(number.to_string()));
        }
    });
    socket.join("red");
    assert_eq!(notes.take().last().unwrap(), "Missed(17)");
    assert_eq!(host.of("/").rooms().len(), 12);
    socket.leave("red");
    assert_eq!(notes.take().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn rooms_of_children_are_told_to_the_hooks_of_their_parent() {
    let (host, notes) = (Host::new(), Notes::default());
    let parent = host.of_matching(|name| name == "/child");
    note_rooms(&parent, &notes);
    let mut client = host.open().await;
    client.join("/child,").await;
    parent.sockets()[0].join("red");
    assert_eq!(notes.take(), ["create red", "join red"]);
}

#[tokio::test(start_paused = true)]
async fn a_room_hook_that_panics_harms_nobody() {
    let (host, logs) = (Host::new(), Logs::collect());
    let (_client, socket) = host.pair().await;
    host.of("/").on_room(|_| fail());
    assert!(socket.join("red"));
    assert_eq!(logs.take().len(), 2);
    assert!(socket.leave("red"));
}

/// Whoever tells, the events come in the order of the rooms' changes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn room_events_of_several_threads_come_in_one_order() {
    let host = Host::new();
    let (_client, first) = host.pair().await;
    let (_other, second) = host.pair().await;
    // How many members there are, whether the room exists, and how often that did not fit.
    let balance = Arc::new(parking_lot::Mutex::new((0_i32, false, 0)));
    let seen = balance.clone();
    host.of("/").on_room(move |event| {
        let mut balance = seen.lock();
        let (members, exists, mistakes) = *balance;
        let (members, exists, fits) = match event {
            RoomEvent::Created(_) => (members, true, !exists),
            RoomEvent::Joined(..) => (members + 1, exists, exists),
            RoomEvent::Left(..) => (members - 1, exists, members > 0),
            RoomEvent::Deleted(_) => (members, false, exists && members == 0),
            _ => (members, exists, false),
        };
        *balance = (members, exists, mistakes + u32::from(!fits));
    });
    let turns = [first, second].map(|socket| {
        std::thread::spawn(move || {
            for _ in 0..5_000 {
                socket.join("red");
                socket.leave("red");
            }
        })
    });
    for turn in turns {
        turn.join().unwrap();
    }
    assert_eq!(*balance.lock(), (0, false, 0));
}
