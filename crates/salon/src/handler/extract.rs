//! What a handler's arguments may be.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use salon_proto::DisconnectReason;
use serde::de::DeserializeOwned;

use super::{Call, HandlerError};
use crate::ack::Ack;
use crate::handshake::Handshake;
use crate::namespace::Namespace;
use crate::server::Server;
use crate::socket::Socket;

/// An argument that comes from the call itself and not from the event's data.
///
/// Implement it for your own types to have them as arguments:
///
/// ```
/// use salon::{Call, Extract, HandlerError, Server};
///
/// struct Language(String);
///
/// impl Extract for Language {
///     fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
///         let header = call.socket().handshake().header("accept-language");
///         Ok(Language(header.unwrap_or("en").into()))
///     }
/// }
///
/// Server::new().on_connect(|Language(name): Language| async move { println!("{name}") });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be this argument of a handler",
    note = "only the last argument may be the event's data; use a tuple there for several: `|socket: Socket, (a, b): (i64, i64)|`",
    note = "other arguments are `Socket`, `Server`, `Namespace`, `State<T>`, `Extension<T>`, `Ack`, `EventName`, `DisconnectReason` or your own `Extract` type"
)]
pub trait Extract: Sized {
    /// Takes the argument from the call.
    ///
    /// # Errors
    /// When the call has no such thing. The handler is then not called, and the error is
    /// reported in its place.
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError>;
}

/// The last argument: an [`Extract`], or the event's data.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the last argument of a handler",
    note = "it must be an extractor such as `Socket`, or a type that serde can read: derive `serde::Deserialize`"
)]
pub trait ExtractLast<M>: Sized {
    /// Takes the argument from the call.
    ///
    /// # Errors
    /// When the call has no such thing, or the data does not fit.
    fn extract_last(call: &Call<'_>) -> Result<Self, HandlerError>;
}

/// Marks an argument that comes from the call.
#[derive(Debug)]
pub struct ViaCall;

/// Marks an argument that is the event's data.
#[derive(Debug)]
pub struct ViaData;

impl<T: Extract> ExtractLast<ViaCall> for T {
    fn extract_last(call: &Call<'_>) -> Result<Self, HandlerError> {
        T::extract(call)
    }
}

impl<T: DeserializeOwned> ExtractLast<ViaData> for T {
    fn extract_last(call: &Call<'_>) -> Result<Self, HandlerError> {
        call.data()
    }
}

impl Extract for Socket {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(call.socket().clone())
    }
}

impl Extract for Namespace {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(call.socket().namespace())
    }
}

impl Extract for Server {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(call.socket().server())
    }
}

impl Extract for Ack {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(call.ack())
    }
}

impl Extract for Arc<Handshake> {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(Self::clone(call.socket().handshake()))
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
impl Extract for EventName {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        let name = call.event().map(|name| Self(name.into()));
        name.ok_or_else(|| HandlerError::new("EventName is an argument for events only"))
    }
}

/// The reason is there in `on_disconnect` handlers only.
impl Extract for DisconnectReason {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        call.disconnect_reason().ok_or_else(|| {
            HandlerError::new("DisconnectReason is an argument for on_disconnect handlers only")
        })
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

/// Shared state that was given to [`Server::set_state`].
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

impl<T: Send + Sync + 'static> Extract for State<T> {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        call.socket().server().state().map(State).ok_or_else(|| {
            let name = std::any::type_name::<T>();
            HandlerError::new(format!(
                "no state {name}: give it to Server::set_state first"
            ))
        })
    }
}

/// A value that was given to [`Socket::set_extension`].
#[derive(Debug)]
pub struct Extension<T>(Arc<T>);

shared!(Extension);

impl<T: Send + Sync + 'static> Extract for Extension<T> {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        call.socket().extension().map(Extension).ok_or_else(|| {
            let name = std::any::type_name::<T>();
            HandlerError::new(format!(
                "no extension {name}: give it to Socket::set_extension first"
            ))
        })
    }
}
