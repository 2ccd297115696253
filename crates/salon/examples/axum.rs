//! In an axum app: salon is a layer in front of its routes.
//!
//! `PORT=3000 cargo run -p salon --example axum`

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::map_request;
use axum::routing::get;
use salon::{PeerAddr, Server, Socket};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let io = Server::new();
    io.on("add", |(a, b): (i64, i64)| async move { a + b });
    io.on("who", |socket: Socket| async move {
        let address = socket.handshake().address();
        address.map(|address| address.ip())
    });

    let app = Router::new()
        .route("/", get(|| async { "Hello from axum!" }))
        .layer(io.layer())
        // Only for who wants `Handshake::address`: axum knows it, and tells salon.
        .layer(map_request(with_address))
        .into_make_service_with_connect_info::<SocketAddr>();

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port())).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app)
        .with_graceful_shutdown(async move {
            drop(tokio::signal::ctrl_c().await);
            // Polls are requests that axum would wait for.
            io.close().await;
        })
        .await
}

async fn with_address(
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Request {
    request.extensions_mut().insert(PeerAddr(address));
    request
}

fn port() -> u16 {
    let port = std::env::var("PORT").ok();
    port.and_then(|port| port.parse().ok()).unwrap_or(3000)
}
