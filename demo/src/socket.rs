//! The socket set-up: how the server greets.

use salon::{DisconnectReason, Server, Socket};

use crate::events::{IO_CLIENT_HELLO, IO_CLIENT_JOIN_ROOM, IO_SERVER_HELLO};

/// A server that greets everyone, a room and each client.
pub fn server() -> Server {
    let io = Server::new();

    io.on_connect(|_: Socket| async move { println!("[socket.io] A client connected.") });

    io.on(IO_CLIENT_JOIN_ROOM, join_room);

    io.on(IO_CLIENT_HELLO, |message: String| async move {
        println!("[socket.io] Client: {message}");
    });

    io.on_disconnect(|_: Socket, _: DisconnectReason| async move {
        println!("[socket.io] A client disconnected.");
    });

    io
}

async fn join_room(socket: Socket, io: Server, room: String) {
    socket.join(&room);
    println!("[socket.io] A client joined room {room}.");

    io.emit(IO_SERVER_HELLO, "Hello everyone!");
    io.to(&room)
        .emit(IO_SERVER_HELLO, format!("Hello clients of room {room}!"));
    socket.emit(IO_SERVER_HELLO, "Hello you!");
}
