//! A socket as its handlers know it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use salon_handler::{Answer, EmitError, Extract, HandlerError, Observer, Peer};
use salon_proto::Encoded;
use salon_proto::client::DisconnectReason;
use serde::Serialize;

use super::Socket;
use crate::error::ConnectError;
use crate::manager::Manager;
use crate::session::Command;
use crate::{Ack, Call};

/// What an answer names its event by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AckId {
    /// Which of the socket's connections the event came by. An answer goes by the same or not
    /// at all: on another one the server would take it for that to another question.
    pub(crate) connection: u32,
    pub(crate) id: u64,
}

/// Why a socket was disconnected, and what more is known.
#[derive(Clone, Debug)]
pub struct Disconnection {
    pub(crate) reason: DisconnectReason,
    pub(crate) details: Option<Arc<str>>,
}

/// What is known of a disconnection besides its reason, such as an error of the system or a status
/// of HTTP, in words: an argument for `on_disconnect` handlers. JavaScript's `details`.
///
/// ```no_run
/// # fn example(socket: salon_client::Socket) {
/// use salon_client::{DisconnectDetails, DisconnectReason};
///
/// socket.on_disconnect(|reason: DisconnectReason, details: DisconnectDetails| async move {
///     println!("{reason}: {details}");
/// });
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisconnectDetails(Option<Arc<str>>);

impl DisconnectDetails {
    /// The text, if there is any.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Display for DisconnectDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str().unwrap_or("no details"))
    }
}

impl Peer for Socket {
    type DisconnectReason = Disconnection;
    const SET_STATE: &'static str = "Manager::set_state";
    type AckId = AckId;
    type Packet = (u32, Encoded);

    fn log_id(&self) -> impl fmt::Display {
        self.namespace()
    }

    fn write_answer<T: Serialize + ?Sized>(
        &self,
        ack: AckId,
        values: &T,
    ) -> Result<Self::Packet, EmitError> {
        let codec = self.manager().codec();
        let packet = codec.ack(self.namespace(), ack.id, values)?;
        Ok((ack.connection, packet))
    }

    fn rewrite_answer(&self, ack: AckId, answer: &Answer) -> Result<Self::Packet, EmitError> {
        let codec = self.manager().codec();
        let (array, attachments) = (&answer.array, &answer.attachments);
        let packet = codec.ack_array(self.namespace(), ack.id, array, attachments)?;
        Ok((ack.connection, packet))
    }

    fn send_answer(&self, (connection, packet): Self::Packet) -> Result<(), EmitError> {
        let is_taken = self.command(Command::Answer {
            socket: self.number(),
            connection,
            packet,
        });
        match is_taken {
            true => Ok(()),
            false => Err(EmitError::disconnected("the manager is closed")),
        }
    }

    fn observers(&self) -> Vec<Observer<Self>> {
        self.table().shared.failures.items()
    }

    fn sequence(&self) -> Arc<tokio::sync::Mutex<()>> {
        Self::sequence(self)
    }

    async fn run_apart<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        self.manager().run_apart(future).await
    }

    fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.manager().state()
    }

    fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Self::extension(self)
    }
}

impl Socket {
    /// The way to answer an event.
    pub(crate) fn ack_for(&self, id: Option<AckId>) -> Ack {
        id.map_or_else(Ack::unwanted, |id| Ack::wanted(self.clone(), id))
    }
}

impl Extract<Self> for Socket {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(call.socket().clone())
    }
}

impl Extract<Socket> for Manager {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(call.socket().manager().clone())
    }
}

/// The reason is there in `on_disconnect` handlers only.
impl Extract<Socket> for DisconnectReason {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        disconnection(call).map(|one| one.reason)
    }
}

/// The details are there in `on_disconnect` handlers only.
impl Extract<Socket> for DisconnectDetails {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        disconnection(call).map(|one| Self(one.details))
    }
}

fn disconnection(call: &Call<'_>) -> Result<Disconnection, HandlerError> {
    call.disconnect_reason().ok_or_else(|| {
        HandlerError::new("why it disconnected is an argument for on_disconnect handlers only")
    })
}

/// The error is there in `on_connect_error` handlers only.
impl Extract<Socket> for ConnectError {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        call.detail().cloned().ok_or_else(|| {
            HandlerError::new("ConnectError is an argument for on_connect_error handlers only")
        })
    }
}
