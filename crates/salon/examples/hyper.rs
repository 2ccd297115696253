//! With hyper alone: salon is a service, in front of yours.
//!
//! `PORT=3000 cargo run -p salon --example hyper`

use std::convert::Infallible;
use std::net::Ipv4Addr;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use salon::{PeerAddr, Server};
use tokio::net::TcpListener;
use tower::{Layer, Service};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let io = Server::new();
    io.on("add", |(a, b): (i64, i64)| async move { a + b });
    let service = io.layer().layer(tower::service_fn(elsewhere));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port())).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, peer) = listener.accept().await?;
        let service = service.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(PeerAddr(peer));
            service.clone().call(request)
        });
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            // Without this there are no WebSockets.
            if let Err(error) = connection.with_upgrades().await {
                eprintln!("a connection failed: {error}");
            }
        });
    }
}

/// Everything that is not for salon.
async fn elsewhere(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from("Hello from hyper!")))
}

fn port() -> u16 {
    let port = std::env::var("PORT").ok();
    port.and_then(|port| port.parse().ok()).unwrap_or(3000)
}
