//! A client that says it was here before.

use std::borrow::Cow;

use salon_proto::{CloseReason, DisconnectReason, RecoveryId};
use serde::Deserialize;

use super::Keeper;
use crate::namespace::NamespaceInner;
use crate::socket::Resumed;

/// What a client that comes back adds to its auth data. JavaScript's leaves out the offset if it
/// has got no event.
#[derive(Deserialize)]
struct Wanted<'a> {
    #[serde(borrow)]
    pid: Cow<'a, str>,
    #[serde(borrow, default)]
    offset: Option<Cow<'a, str>>,
}

/// The state of the client that sent this auth data, if it was away and may have it back.
pub(crate) fn resume(namespace: &NamespaceInner, auth: Option<&str>) -> Option<Resumed> {
    let keeper = namespace.recovery.as_deref()?;
    let wanted: Wanted<'_> = serde_json::from_str(auth?).ok()?;
    let id = RecoveryId::parse(&wanted.pid)?;
    end_predecessor(namespace, keeper, &id);
    match keeper.claim(&id, wanted.offset.as_deref()) {
        Ok(claim) => Some(Resumed { id, claim }),
        Err(why) => {
            tracing::debug!("a client came back and connects anew: {why:?}");
            None
        }
    }
}

/// We may not have noticed yet that a client has gone when it is back by another connection.
fn end_predecessor(namespace: &NamespaceInner, keeper: &Keeper, id: &RecoveryId) {
    let Some(socket) = keeper.connected(id) else {
        return;
    };
    let socket = namespace
        .hub
        .lock()
        .find(&socket)
        .map(|(_, socket)| socket.clone());
    if let Some(socket) = socket {
        socket.end(DisconnectReason::Session(CloseReason::TransportClose));
    }
}
