//! What the public test suite of the Socket.IO protocol expects of a server under test.
//!
//! The suite is `docs/socket.io-protocol/v5-test-suite` in the repository of Socket.IO.
//!
//! ```sh
//! cargo run -p salon --example conformance     # on port 3000, or PORT
//! ```

use std::time::Duration;

use salon::{AllArgs, Cors, Server, Socket, Value};
use tokio::net::TcpListener;

/// Any number of anything.
type Args = AllArgs<Value>;

// On one thread, as Node: the suite expects that what it sends first is also handled first, over
// different connections.
#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok());
    let listener = TcpListener::bind(("0.0.0.0", port.unwrap_or(3_000))).await?;
    println!("listening on {}", listener.local_addr()?);
    salon::serve(listener, server()).await
}

fn server() -> Server {
    let io = Server::builder()
        .ping_interval(Duration::from_millis(300))
        .ping_timeout(Duration::from_millis(200))
        .max_payload(1_000_000)
        .connect_timeout(Duration::from_secs(1))
        .cors(Cors::any())
        .build();
    for name in ["/", "/custom"] {
        io.of(name)
            .on_connect(|socket: Socket, auth: Value| async move {
                socket.emit("auth", auth);
            });
    }
    io.on("message", |socket: Socket, args: Args| async move {
        socket.emit("message-back", args);
    });
    io.on("message-with-ack", |args: Args| async move { args });
    io
}
