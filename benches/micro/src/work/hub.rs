//! Rooms: joining and leaving them, and walking over those whom a target means.

use std::hint::black_box;

use salon::{Server, Socket};

use super::repeat;
use crate::bench::{Bench, Work};
use crate::world::{Client, World};

/// Sockets in the server, and in the rooms that all join.
const SOCKETS: usize = 60;

pub(super) const BENCHES: &[Bench] = &[
    Bench::new(
        "hub/join-leave",
        "joining and leaving a room of 60",
        500,
        join_leave,
    ),
    Bench::new(
        "hub/create-delete",
        "joining and leaving a room of its own",
        500,
        create_delete,
    )
    .allocations(1),
    Bench::new("hub/walk", "a socket of 60 in a room", 50, walk_room)
        .items(SOCKETS)
        .allocations(5)
        .unsteady(),
    Bench::new(
        "hub/walk-rooms",
        "a socket of 60 in two rooms, without a third",
        50,
        walk_rooms,
    )
    .items(SOCKETS)
    .allocations(6)
    .unsteady(),
];

/// A server whose sockets are all in two rooms.
struct House {
    world: World,
    _clients: Vec<Client>,
}

impl House {
    fn new() -> Self {
        let world = World::new(|io| {
            io.on_connect(|socket: Socket| async move {
                socket.join("everyone");
                socket.join("all");
            });
        });
        let clients = world.join_many(SOCKETS);
        Self {
            world,
            _clients: clients,
        }
    }

    fn io(&self) -> &Server {
        &self.world.server.io
    }

    fn socket(&self) -> Socket {
        let sockets = self.io().of("/").sockets();
        sockets.into_iter().next().expect("there are some")
    }
}

fn join_leave() -> Work {
    let house = House::new();
    let socket = house.socket();
    house.io().to("all").sockets_join("others");
    socket.leave("others");
    Box::new(move |goes| {
        let _stays = &house;
        repeat(goes, || (socket.join("others"), socket.leave("others")));
    })
}

fn create_delete() -> Work {
    let house = House::new();
    let socket = house.socket();
    Box::new(move |goes| {
        let _stays = &house;
        repeat(goes, || (socket.join("its own"), socket.leave("its own")));
    })
}

fn walk_room() -> Work {
    let house = House::new();
    Box::new(move |goes| {
        repeat(goes, || {
            let target = house.io().to(black_box("all"));
            assert_eq!(target.sockets().len(), SOCKETS);
        });
    })
}

fn walk_rooms() -> Work {
    let house = House::new();
    house.socket().join("a few");
    Box::new(move |goes| {
        repeat(goes, || {
            let target = house.io().to(black_box("all")).to("everyone");
            assert_eq!(target.except("a few").sockets().len(), SOCKETS - 1);
        });
    })
}
