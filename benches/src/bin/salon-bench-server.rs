//! The server that is measured: salon by its public API.
//!
//! It uses only what has long been there and will stay, so that it can be built against older
//! commits and compared with them.

use bytes::Bytes;
use salon::{Server, Socket};
use salon_benches::process::{announce, end_with_parent, runtime};
use salon_benches::stage::Pings;
use salon_benches::wire::{Audience, PAYLOAD};
use tokio::net::TcpListener;

fn main() -> std::io::Result<()> {
    end_with_parent();
    let threads = std::env::args().nth(1);
    let threads = threads.and_then(|number| number.parse().ok()).unwrap_or(1);
    runtime(threads)?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        announce(listener.local_addr()?);
        salon::serve(listener, server()).await
    })
}

fn server() -> Server {
    let io = Server::builder()
        .ping_interval(Pings::told().interval())
        .build();
    io.on("echo", |text: String| async move { text });
    io.on("echo-binary", |bytes: Bytes| async move { bytes });
    io.on("join", |socket: Socket| async move {
        socket.join("everyone");
        true
    });
    io.on(Audience::Namespace.event(), |io: Server| async move {
        io.emit("news", PAYLOAD);
    });
    io.on(Audience::Room.event(), |io: Server| async move {
        io.to("everyone").emit("news", PAYLOAD);
    });
    io.on("join-room", |socket: Socket, room: String| async move {
        socket.join(&room);
        true
    });
    io.on(
        "publish-to",
        |io: Server, (room, count): (String, usize)| async move {
            for _ in 0..count {
                io.to(&room).emit("news", PAYLOAD);
            }
        },
    );
    io
}
