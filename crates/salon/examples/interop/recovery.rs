//! Clients that were away for a moment.

use std::time::Duration;

use salon::{Ack, HandlerError, Namespace, Recovery, ServerBuilder, Socket};
use serde_json::{Value, json};

/// Recovery, if the environment says for how many milliseconds.
pub(crate) fn from_environment(builder: ServerBuilder) -> ServerBuilder {
    match crate::number("CONNECTION_STATE_RECOVERY", 0) {
        0 => builder,
        millis => {
            builder.recovery(Recovery::new().max_disconnection(Duration::from_millis(millis)))
        }
    }
}

pub(crate) fn add_handlers(namespace: &Namespace) {
    namespace.on("set-data", set_data);
    namespace.on("state", |socket: Socket| async move {
        let data: Value = socket.data()?;
        Ok::<_, HandlerError>(json!({"recovered": socket.is_recovered(), "data": data}))
    });
}

async fn set_data(socket: Socket, ack: Ack, data: Value) -> Result<(), HandlerError> {
    socket.set_data(data)?;
    Ok(ack.send(&())?)
}
