//! A plain Engine.IO server that sends back what it gets: what the public test suites of Engine.IO
//! expect of a server under test.
//!
//! The suites are `docs/engine.io-protocol/v3-test-suite` and `v4-test-suite` in the repository of
//! Socket.IO.
//!
//! ```sh
//! cargo run -p salon --example engine_echo     # on port 3000, or PORT
//! ```

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use salon::Cors;
use salon::engine::{Message, Server, Socket};
use tokio::net::TcpListener;

// On one thread, as Node: the suite expects that what it sends first is also handled first, over
// different connections.
#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let engine = Server::builder()
        .allow_eio3(true)
        .ping_interval(Duration::from_millis(300))
        .ping_timeout(Duration::from_millis(200))
        .max_payload(1_000_000)
        .cors(Cors::any())
        .build_engine();
    engine.on_message(|socket: Socket, message: Message| async move {
        let _ = socket.send(message);
    });

    let port = std::env::var("PORT").ok();
    let port = port.and_then(|port| port.parse().ok()).unwrap_or(3_000);
    let listener = TcpListener::bind(("0.0.0.0", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    let app = Router::new()
        .layer(engine.layer())
        .layer(from_fn(refuse_other_protocols));
    axum::serve(listener, app).await
}

/// As in Node, whatever is not protocol 4 is taken for protocol 3 where that is allowed. The suite
/// of protocol 4 wants it refused; so here only these two are let through.
async fn refuse_other_protocols(request: Request, next: Next) -> Response {
    let mut parameters = request.uri().query().unwrap_or_default().split('&');
    if parameters.any(|one| matches!(one, "EIO=3" | "EIO=4")) {
        next.run(request).await
    } else {
        StatusCode::BAD_REQUEST.into_response()
    }
}
