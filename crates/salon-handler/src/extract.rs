//! What a handler's arguments may be.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::ack::Ack;
use crate::call::Call;
use crate::error::HandlerError;
use crate::peer::Peer;

/// An argument that comes from the call itself and not from the event's data.
///
/// Implement it for your own types, and for the socket of your side, to have them as arguments:
///
/// ```
/// use salon::{Call, Extract, HandlerError, Server, Socket};
///
/// struct Language(String);
///
/// impl Extract<Socket> for Language {
///     fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
///         let header = call.socket().handshake().header("accept-language");
///         Ok(Language(header.unwrap_or("en").into()))
///     }
/// }
///
/// Server::new().on_connect(|Language(name): Language| async move { println!("{name}") });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be this argument of a handler of `{P}`",
    note = "only the last argument may be the event's data; use a tuple there for several: `|socket: Socket, (a, b): (i64, i64)|`",
    note = "other arguments are `Socket`, `State<T>`, `Extension<T>`, `Ack`, `EventName`, `DisconnectReason`, on a server `Server` or `Namespace`, on a client `Manager`, or your own type with `impl Extract<Socket>`"
)]
pub trait Extract<P: Peer>: Sized {
    /// Takes the argument from the call.
    ///
    /// # Errors
    /// When the call has no such thing. The handler is then not called, and the error is
    /// reported in its place.
    fn extract(call: &Call<'_, P>) -> Result<Self, HandlerError>;
}

/// The last argument: an [`Extract`], or the event's data.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the last argument of a handler",
    note = "it must be an extractor such as `Socket`, or a type that serde can read: derive `serde::Deserialize`"
)]
pub trait ExtractLast<P: Peer, M>: Sized {
    /// Takes the argument from the call.
    ///
    /// # Errors
    /// When the call has no such thing, or the data does not fit.
    fn extract_last(call: &Call<'_, P>) -> Result<Self, HandlerError>;
}

/// Marks an argument that comes from the call.
#[derive(Debug)]
pub struct ViaCall;

/// Marks an argument that is the event's data.
#[derive(Debug)]
pub struct ViaData;

impl<P: Peer, T: Extract<P>> ExtractLast<P, ViaCall> for T {
    fn extract_last(call: &Call<'_, P>) -> Result<Self, HandlerError> {
        T::extract(call)
    }
}

impl<P: Peer, T: DeserializeOwned + 'static> ExtractLast<P, ViaData> for T {
    fn extract_last(call: &Call<'_, P>) -> Result<Self, HandlerError> {
        call.last_argument()
    }
}

impl<P: Peer> Extract<P> for Ack<P> {
    fn extract(call: &Call<'_, P>) -> Result<Self, HandlerError> {
        Ok(call.ack())
    }
}

/// The name of an event, for handlers of many.
///
/// ```
/// use salon::{EventName, Server};
///
/// Server::new().on_any(|event: EventName| async move { println!("{event}") });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventName(Box<str>);

impl Deref for EventName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name is there where there is an event.
impl<P: Peer> Extract<P> for EventName {
    fn extract(call: &Call<'_, P>) -> Result<Self, HandlerError> {
        let name = call.event().map(|name| Self(name.into()));
        name.ok_or_else(|| HandlerError::new("EventName is an argument for events only"))
    }
}

/// What an argument does that is a shared value.
macro_rules! shared {
    ($name:ident) => {
        impl<T> Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self(Arc::clone(&self.0))
            }
        }
    };
}

/// Shared state that was given to the server's, or the client's, `set_state`.
///
/// ```
/// use salon::{Server, Socket, State};
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// let io = Server::new();
/// io.set_state(AtomicU64::new(0));
/// io.on("count", |visits: State<AtomicU64>| async move {
///     visits.fetch_add(1, Ordering::Relaxed) + 1
/// });
/// ```
#[derive(Debug)]
pub struct State<T>(Arc<T>);

shared!(State);

impl<P: Peer, T: Send + Sync + 'static> Extract<P> for State<T> {
    fn extract(call: &Call<'_, P>) -> Result<Self, HandlerError> {
        call.socket().state().map(State).ok_or_else(|| {
            let name = std::any::type_name::<T>();
            HandlerError::new(format!(
                "no state {name}: give it to {} first",
                P::SET_STATE
            ))
        })
    }
}

/// A value that was given to the socket's `set_extension`.
#[derive(Debug)]
pub struct Extension<T>(Arc<T>);

shared!(Extension);

impl<P: Peer, T: Send + Sync + 'static> Extract<P> for Extension<T> {
    fn extract(call: &Call<'_, P>) -> Result<Self, HandlerError> {
        call.socket().extension().map(Extension).ok_or_else(|| {
            let name = std::any::type_name::<T>();
            HandlerError::new(format!(
                "no extension {name}: give it to Socket::set_extension first"
            ))
        })
    }
}
