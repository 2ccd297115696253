//! One client of a plain Engine.IO server.

use std::fmt;
use std::sync::Arc;

use salon_proto::SessionId;
use salon_proto::engine::{Protocol, Transport};

use super::Message;
use crate::error::rejected;
use crate::handler::EmitError;
use crate::handshake::Handshake;
use crate::session::Session;

/// One client, for as long as its session lasts. Clones are cheap and mean the same one.
#[derive(Clone)]
pub struct Socket(Arc<SocketInner>);

struct SocketInner {
    session: Arc<Session>,
    handshake: Handshake,
}

impl Socket {
    pub(super) fn new(session: Arc<Session>, handshake: Handshake) -> Self {
        Self(Arc::new(SocketInner { session, handshake }))
    }

    /// The id of its session. Whoever knows it can read and write the session's polls, so show it
    /// to nobody but the client; `Debug` prints no part of it.
    #[must_use]
    pub fn id(&self) -> &SessionId {
        self.0.session.id()
    }

    /// The request that opened the session.
    #[must_use]
    pub fn handshake(&self) -> &Handshake {
        &self.0.handshake
    }

    /// How its client is connected now.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.0.session.transport()
    }

    /// Which protocol its client speaks.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.0.session.protocol()
    }

    /// Sends a message. Nothing waits: it is queued and goes out with others at the end of this
    /// turn.
    ///
    /// # Errors
    /// When the session has ended, or when so much waits for the client that there is no room;
    /// [`overflow`](crate::ServerBuilder::overflow) says what else happens then.
    ///
    /// ```
    /// # fn example(socket: salon::engine::Socket) -> Result<(), salon::EmitError> {
    /// socket.send("text")?;
    /// socket.send(vec![1, 2, 3])
    /// # }
    /// ```
    pub fn send(&self, message: impl Into<Message>) -> Result<(), EmitError> {
        let sent = self.0.session.send(message.into().encode(), false);
        sent.map_err(|refused| rejected(refused.why))
    }

    /// Ends the session once the client has got what waits for it.
    pub fn close(&self) {
        self.0.session.close();
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("transport", &self.transport())
            .field("protocol", &self.protocol())
            .finish_non_exhaustive()
    }
}
