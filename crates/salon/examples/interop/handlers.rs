//! Handlers that come and go, and hooks.

use std::mem;
use std::sync::{Arc, Mutex};

use salon::{
    Ack, DisconnectReason, EmitError, EventName, Extension, HandlerError, Namespace, RoomEvent,
    Server, Socket, Value,
};

use crate::add_handlers;

/// The names of events, coming and going.
type Watched = Mutex<(Vec<String>, Vec<String>)>;

pub(crate) fn add_namespace(io: &Server) {
    let namespace = io.of("/handlers");
    add_handlers(&namespace);
    add_own_handlers(&namespace);
    watch(&namespace);
    log_rooms(&namespace);
}

fn add_own_handlers(namespace: &Namespace) {
    namespace.on_connect(|socket: Socket| async move {
        socket.once("once-only", |socket: Socket, n: Value| async move {
            socket.emit("once-only-back", n);
        });
        let removable = socket.on("removable", |socket: Socket| async move {
            socket.emit("removable-back", ());
        });
        socket.on("remove", move |ack: Ack| async move {
            removable.off();
            ack.send(&())
        });
    });
    namespace.event_middleware(|event: EventName| async move {
        match &*event {
            "forbidden" => Err(HandlerError::new("forbidden")),
            _ => Ok(()),
        }
    });
    namespace.on("forbidden", |socket: Socket| async move {
        socket.emit("forbidden-back", ());
    });
    namespace.on("announce", announce);
}

async fn announce(socket: Socket, ack: Ack, event: String) -> Result<(), EmitError> {
    socket.on_disconnecting(move |socket: Socket, reason: DisconnectReason| async move {
        let own = socket.id();
        for room in socket.rooms().iter().filter(|room| **room != *own.as_str()) {
            socket.to(room).emit(&event, (room, reason.as_str()));
        }
    });
    ack.send(&())
}

fn watch(namespace: &Namespace) {
    namespace.on("watch", |socket: Socket, ack: Ack| async move {
        socket.set_extension(Watched::default());
        ack.send(&())
    });
    namespace.on("watched", |watched: Extension<Watched>| async move {
        mem::take(&mut *watched.lock().expect("no panic"))
    });
    namespace.on_any(|socket: Socket, event: EventName| async move {
        if let Some(watched) = socket.extension::<Watched>() {
            watched.lock().expect("no panic").0.push(event.to_string());
        }
    });
    namespace.on_any_outgoing(|socket: Socket, event: EventName| async move {
        if let Some(watched) = socket.extension::<Watched>() {
            watched.lock().expect("no panic").1.push(event.to_string());
        }
    });
}

fn log_rooms(namespace: &Namespace) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&log);
    namespace.on_room(move |event| {
        let (what, room) = match event {
            RoomEvent::Created(room) => ("create-room", room),
            RoomEvent::Joined(room, _) => ("join-room", room),
            RoomEvent::Left(room, _) => ("leave-room", room),
            RoomEvent::Deleted(room) => ("delete-room", room),
            _ => return,
        };
        let mut log = seen.lock().expect("no panic");
        log.push((what, room.as_str().to_owned()));
    });
    namespace.on("room-log", move |prefix: String| async move {
        let log = log.lock().expect("no panic");
        let lines = log.iter().filter(|(_, room)| room.starts_with(&prefix));
        let lines = lines.map(|(what, room)| format!("{what} {room}"));
        lines.collect::<Vec<_>>()
    });
}
