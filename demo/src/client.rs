//! The client in the terminal: it says and hears what the page does.

use salon_client::{ConnectError, Manager, Socket};

use crate::events::{IO_CLIENT_HELLO, IO_CLIENT_JOIN_ROOM, IO_SERVER_HELLO, ROOM};
use crate::shutdown::Signals;

/// Talks to the demo's server on this port until the user stops the program.
pub async fn run(port: u16, signals: Signals) -> Result<(), String> {
    let url = format!("http://localhost:{port}");
    let manager = Manager::builder(&url)
        .build()
        .map_err(|error| error.to_string())?;
    let socket = manager.socket("/");
    set_up(&socket);
    socket.on_connect_error(move |error: ConnectError| {
        eprintln!("[demo] No server at {url} yet ({error}): start it with `cargo demo`.");
        async {}
    });
    socket.connect();

    signals.received().await;
    manager.close().await;
    Ok(())
}

fn set_up(socket: &Socket) {
    socket.on_connect(|socket: Socket| async move {
        println!("[socket.io] Connected.");
        socket.emit(IO_CLIENT_JOIN_ROOM, ROOM);
        socket.emit(IO_CLIENT_HELLO, "Hello!");
    });

    socket.on(IO_SERVER_HELLO, |message: String| async move {
        println!("[socket.io] Server: {message}");
    });

    socket.on_disconnect(|| async { println!("[socket.io] Disconnected.") });
}
