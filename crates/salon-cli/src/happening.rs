//! What happens to a socket, in its order.

use salon_client::{
    Ack, AllArgs, ConnectError, DisconnectDetails, DisconnectReason, EventName, Socket, Value,
};
use tokio::sync::mpsc;

/// How many happenings wait to be printed; more hold up the connection.
const WAITING: usize = 256;

pub(crate) enum Happening {
    Connected {
        id: String,
        recovered: bool,
    },
    Event {
        name: String,
        args: Vec<Value>,
        ack: Ack,
    },
    Disconnected {
        reason: DisconnectReason,
        details: Option<String>,
        returns: bool,
    },
    NotConnected {
        error: ConnectError,
        returns: bool,
    },
    Attempt(u32),
}

/// Registers handlers for everything, and gives what they hear.
pub(crate) fn listen(socket: &Socket) -> mpsc::Receiver<Happening> {
    let (sender, happenings) = mpsc::channel(WAITING);
    let tell = move |happening| {
        let sender = sender.clone();
        // Without a receiver the program is about to end.
        async move { drop(sender.send(happening).await) }
    };
    let told = tell.clone();
    let manager = socket.manager();
    manager.on_reconnect_attempt(move |attempt: u32| told(Happening::Attempt(attempt)));
    listen_to(socket, tell);
    happenings
}

fn listen_to<F>(socket: &Socket, tell: impl Fn(Happening) -> F + Clone + Send + Sync + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    let told = tell.clone();
    socket.on_connect(move |socket: Socket| {
        told(Happening::Connected {
            id: socket.id().map(|id| id.to_string()).unwrap_or_default(),
            recovered: socket.is_recovered(),
        })
    });
    let told = tell.clone();
    socket.on_unhandled(move |name: EventName, ack: Ack, args: AllArgs<Value>| {
        told(Happening::Event {
            name: name.to_string(),
            args: args.0,
            ack,
        })
    });
    let told = tell.clone();
    socket.on_disconnect(
        move |socket: Socket, reason: DisconnectReason, details: DisconnectDetails| {
            told(Happening::Disconnected {
                details: details.as_str().map(str::to_owned),
                // After /disconnect, a /connect that follows at once is not its doing.
                returns: socket.is_active() && reason != DisconnectReason::ClientDisconnect,
                reason,
            })
        },
    );
    socket.on_connect_error(move |socket: Socket, error: ConnectError| {
        tell(Happening::NotConnected {
            error,
            returns: socket.is_active(),
        })
    });
}
