//! Events that have a type.
//!
//! A side takes the trait from here, without the derive macro of the same name: its own is another.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::deduplicated::Deduplicated;
use crate::error::HandlerError;
use crate::extract::{Extract, ViaData};
use crate::handler::Handler;
use crate::order::{Around, Concurrent, Sequential};
use crate::peer::Peer;
use crate::reply::Reply;

/// An event with a type of its own, which says its name: one definition for whoever sends it and
/// whoever handles it.
///
/// Derive it, beside serde's two traits. The name is that of the type in snake case
/// (`ChatMessage` is `chat_message`), or what `#[event("…")]` says.
///
/// ```
/// use salon::{Event, Server, Socket};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// struct Greeting {
///     name: String,
/// }
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event("greeting received")]
/// struct Received(String);
///
/// let io = Server::new();
/// io.on_event(|socket: Socket, greeting: Greeting| async move {
///     socket.emit_event(&Received(greeting.name));
/// });
/// assert_eq!(io.of("/").event_names(), ["greeting"]);
/// assert_eq!(Received::NAME, "greeting received");
/// ```
///
/// Names that nobody may send do not compile, and neither does a handler of data without a name:
///
/// ```compile_fail
/// #[derive(salon::Event, serde::Serialize, serde::Deserialize)]
/// struct Disconnect;
/// ```
///
/// ```compile_fail
/// salon::Server::new().on_event(|text: String| async move { println!("{text}") });
/// ```
///
/// A crate of definitions that a server and a client share may take `Event` from either, or from
/// `salon-handler`, which has neither: all mean the same trait.
///
/// # On the wire
///
/// Serde decides, as for every emit: a structure is one argument, an object; a newtype is what is in it; a
/// unit structure is an event without arguments. Several arguments are a tuple:
///
/// ```
/// use salon::Event;
/// use serde::{Deserialize, Serialize};
///
/// // JavaScript: socket.emit("move", x, y)
/// #[derive(Clone, Event, Serialize, Deserialize)]
/// #[serde(from = "(f64, f64)", into = "(f64, f64)")]
/// struct Move {
///     x: f64,
///     y: f64,
/// }
///
/// impl From<(f64, f64)> for Move {
///     fn from((x, y): (f64, f64)) -> Self {
///         Self { x, y }
///     }
/// }
///
/// impl From<Move> for (f64, f64) {
///     fn from(it: Move) -> Self {
///         (it.x, it.y)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no typed event",
    note = "derive `Event`, `serde::Serialize` and `serde::Deserialize` for it"
)]
pub trait Event: Serialize + DeserializeOwned {
    /// Its name.
    const NAME: &'static str;
}

/// A handler whose last argument is an [`Event`], so that its name is known.
pub trait EventHandler<P: Peer, M>: Handler<P, M> {
    /// The name of the event that it handles.
    fn event_name(&self) -> &'static str;
}

macro_rules! event_handler {
    ($($argument:ident)*) => {
        impl<P, F, Fut, R, MR, $($argument,)* Last>
            EventHandler<P, (MR, ViaData, $($argument,)* Last)> for F
        where
            P: Peer,
            F: FnOnce($($argument,)* Last) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: Reply<MR>,
            $($argument: Extract<P>,)*
            Last: Event + 'static,
        {
            fn event_name(&self) -> &'static str {
                Last::NAME
            }
        }
    };
}

event_handler!();
event_handler!(A);
event_handler!(A B);
event_handler!(A B C);
event_handler!(A B C D);
event_handler!(A B C D E);
event_handler!(A B C D E G);
event_handler!(A B C D E G H);

impl<P: Peer, H: EventHandler<P, M>, M: 'static> EventHandler<P, Around<M>> for Sequential<H> {
    fn event_name(&self) -> &'static str {
        self.handler().event_name()
    }
}

impl<P: Peer, H: EventHandler<P, M>, M: 'static> EventHandler<P, Around<M>> for Concurrent<H> {
    fn event_name(&self) -> &'static str {
        self.handler().event_name()
    }
}

impl<P, K, H, M> EventHandler<P, Around<M>> for Deduplicated<P, K, H>
where
    P: Peer,
    K: Fn(&Call<'_, P>) -> Result<String, HandlerError> + Clone + Send + Sync + 'static,
    H: EventHandler<P, M>,
    M: 'static,
{
    fn event_name(&self) -> &'static str {
        self.handler().event_name()
    }
}
