//! Rooms as the application sees them, with clients that poll a server in memory.

mod support;

use salon::{Server, Socket};
use support::{Client, only_socket};

#[tokio::test]
async fn the_sockets_of_a_broadcast_join_and_leave_rooms() {
    let io = Server::new();
    let mut sockets = Vec::new();
    for _ in 0..3 {
        Client::connect(&io).await;
        let known: Vec<_> = sockets.iter().map(Socket::id).collect();
        let all = io.of("/").sockets().into_iter();
        sockets.extend(all.filter(|one| !known.contains(&one.id())));
    }
    let [ann, bob, cid] = &sockets[..] else {
        panic!("three clients have connected")
    };
    ann.join("red");
    bob.join("red");

    io.to("red").sockets_join("green");
    assert_eq!(plain_rooms(&io), [("green".into(), 2), ("red".into(), 2)]);
    io.except("red").sockets_join("green");
    assert_eq!(plain_rooms(&io), [("green".into(), 3), ("red".into(), 2)]);
    io.to(bob.id()).sockets_leave("red");
    assert_eq!(plain_rooms(&io), [("green".into(), 3), ("red".into(), 1)]);
    io.of("/").broadcast().sockets_leave("green");
    assert_eq!(plain_rooms(&io), [("red".into(), 1)]);
    assert_eq!(cid.rooms(), [cid.id().to_string()]);
}

#[tokio::test]
async fn the_rooms_of_a_namespace_are_its_own_and_those_of_its_sockets_ids() {
    let io = Server::new();
    assert!(io.of("/").rooms().is_empty());
    Client::connect(&io).await;
    let socket = only_socket(&io);
    assert_eq!(io.of("/").rooms(), [(socket.id().to_string(), 1)]);
    assert!(io.of("/other").rooms().is_empty());
    socket.disconnect(false);
    assert!(io.of("/").rooms().is_empty());
}

/// The rooms that are not named by a socket's id.
fn plain_rooms(io: &Server) -> Vec<(String, usize)> {
    let mut rooms = io.of("/").rooms();
    let ids: Vec<_> = io.of("/").sockets().iter().map(Socket::id).collect();
    rooms.retain(|(name, _)| ids.iter().all(|id| id.as_str() != name));
    rooms.sort_unstable();
    rooms
}
