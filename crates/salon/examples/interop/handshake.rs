//! What a handler learns of the request that opened its session.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::UNIX_EPOCH;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::map_request;
use salon::{HandlerError, Handshake, PeerAddr, Socket};
use serde_json::{Value, json};

/// Tells salon the address of the client, which axum knows.
pub(crate) fn with_addresses(app: Router) -> Router {
    app.layer(map_request(
        |ConnectInfo(address): ConnectInfo<SocketAddr>, mut request: Request| async move {
            request.extensions_mut().insert(PeerAddr(address));
            request
        },
    ))
}

/// The handshake as JavaScript knows it.
pub(crate) async fn shown(socket: Socket) -> Value {
    show(socket.handshake(), socket.auth())
}

pub(crate) fn show(handshake: &Handshake, auth: Result<Value, HandlerError>) -> Value {
    let headers: BTreeMap<_, _> = handshake.headers().collect();
    let query: BTreeMap<_, _> = handshake.query_pairs().collect();
    let issued = handshake.issued().duration_since(UNIX_EPOCH);
    json!({
        "headers": headers,
        "time": handshake.time(),
        "issued": issued.unwrap_or_default().as_millis() as u64,
        "address": handshake.address().map(|address| address.ip()),
        "xdomain": handshake.is_cross_domain(),
        "secure": handshake.is_secure(),
        "url": handshake.url(),
        "query": query,
        "auth": auth.unwrap_or_default(),
    })
}
