//! Sockets that are fetched, moved and put out.

use salon::{Ack, HandlerError, Namespace, RemoteSocket, Socket};
use serde_json::{Value, json};

use crate::{Recipients, handshake};

pub(crate) fn add_handlers(namespace: &Namespace) {
    namespace.on("fetch", fetch);
    namespace.on("move", move_sockets);
    namespace.on("expel", expel);
}

async fn fetch(socket: Socket, recipients: Recipients) -> (Vec<Value>,) {
    let sockets = recipients.broadcast(&socket).fetch_sockets().await;
    (sockets.iter().map(show).collect(),)
}

fn show(socket: &RemoteSocket) -> Value {
    json!({
        "id": socket.id().as_str(),
        "handshake": handshake::show(socket.handshake(), socket.auth()),
        "rooms": socket.rooms(),
        "data": socket.data::<Value>().unwrap_or_default(),
    })
}

async fn move_sockets(
    socket: Socket,
    ack: Ack,
    (recipients, joins, leaves): (Recipients, Vec<String>, Vec<String>),
) -> Result<(), HandlerError> {
    let target = recipients.broadcast(&socket);
    target.sockets_join(joins);
    target.sockets_leave(leaves);
    Ok(ack.send(&())?)
}

async fn expel(
    socket: Socket,
    ack: Ack,
    (recipients, close): (Recipients, bool),
) -> Result<(), HandlerError> {
    ack.send(&())?;
    recipients.broadcast(&socket).disconnect_sockets(close);
    Ok(())
}
