//! HTTP/2 for polling: all requests of a client, and of a proxy, share a connection. WebSockets
//! come over HTTP/1.1, to the same port.
//!
//! `PORT=3000 cargo run -p salon --example http2 --features http2`. Browsers speak HTTP/2 with TLS
//! only: add the feature `tls` and see the example of that name. Nothing else changes.

use std::net::Ipv4Addr;

use salon::Server;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let io = Server::new();
    io.on("add", |(a, b): (i64, i64)| async move { a + b });

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port())).await?;
    println!("listening on {}", listener.local_addr()?);
    let asked_to_stop = async { drop(tokio::signal::ctrl_c().await) };
    salon::serve(listener, io)
        .with_graceful_shutdown(asked_to_stop)
        .await
}

fn port() -> u16 {
    let port = std::env::var("PORT").ok();
    port.and_then(|port| port.parse().ok()).unwrap_or(3000)
}
