//! The kinds of id: the session's and the one for recovery are secrets, the socket's is public.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::packet::ROOT;

/// Characters of an id. Sticky load balancers cut a session id out of the query by
/// this length, and cluster adapters tell a socket's own room from others by it.
pub const ID_LENGTH: usize = 20;

/// Random bytes of an id; in base64 they become [`ID_LENGTH`] characters.
pub const ID_ENTROPY: usize = 15;

/// The id of an Engine.IO session: a bearer secret.
///
/// Whoever knows it can read and write the session's polls, so it is shown to its
/// own client in the handshake and nowhere else. `Debug` prints no part of it.
///
/// ```
/// use salon_proto::SessionId;
///
/// let id = SessionId::from_entropy([7; 15]);
/// assert_eq!(id.reveal().len(), 20);
/// assert_eq!(format!("{id:?}"), "SessionId(secret)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(Id);

impl SessionId {
    /// Makes an id of random bytes from the operating system.
    #[must_use]
    pub fn from_entropy(entropy: [u8; ID_ENTROPY]) -> Self {
        Self(Id::from_entropy(entropy))
    }

    /// Reads the id that a request carries; `None` if it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Id::parse(text).map(Self)
    }

    /// The characters, for the handshake and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(secret)")
    }
}

/// The id of a socket: public, one for each namespace a client joins.
///
/// It is also the name of the room in which that socket is alone at first, so
/// `io.to(socket_id)` is a private message.
///
/// It has 20 characters, except for a client of Engine.IO protocol 3 in another namespace than
/// `/`: such clients make their ids themselves, of the namespace and the session's id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(Kind);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Random(Id),
    /// `<namespace>#<session id>`.
    Named(Arc<str>),
}

impl SocketId {
    /// Makes an id of random bytes from the operating system.
    #[must_use]
    pub fn from_entropy(entropy: [u8; ID_ENTROPY]) -> Self {
        Self(Kind::Random(Id::from_entropy(entropy)))
    }

    /// The id of a socket whose client speaks Engine.IO protocol 3.
    ///
    /// ```
    /// use salon_proto::{SessionId, SocketId};
    ///
    /// let session = SessionId::parse("abcdefghijklmnopqrst").unwrap();
    /// assert_eq!(SocketId::of_session(&session, "/").as_str(), "abcdefghijklmnopqrst");
    /// let id = SocketId::of_session(&session, "/chat");
    /// assert_eq!(id.as_str(), "/chat#abcdefghijklmnopqrst");
    /// ```
    #[must_use]
    pub fn of_session(id: &SessionId, namespace: &str) -> Self {
        Self(match namespace {
            ROOT => Kind::Random(id.0),
            _ => Kind::Named(format!("{namespace}#{}", id.reveal()).into()),
        })
    }

    /// Reads an id; `None` if the text cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(id) = Id::parse(text) {
            return Some(Self(Kind::Random(id)));
        }
        let (namespace, id) = text.rsplit_once('#')?;
        let is_named = namespace.starts_with('/') && namespace != ROOT && Id::parse(id).is_some();
        is_named.then(|| Self(Kind::Named(text.into())))
    }

    /// Its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kind::Random(id) => id.as_str(),
            Kind::Named(name) => name,
        }
    }
}

impl AsRef<str> for SocketId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SocketId({})", self.as_str())
    }
}

/// The id by which a client that was away gets its socket's state back: a bearer secret.
///
/// JavaScript calls it `pid`. It is shown to its own client when that connects, and nowhere
/// else. `Debug` prints no part of it.
///
/// ```
/// use salon_proto::RecoveryId;
///
/// let id = RecoveryId::from_entropy([7; 15]);
/// assert_eq!(RecoveryId::parse(id.reveal()), Some(id));
/// assert_eq!(format!("{id:?}"), "RecoveryId(secret)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecoveryId(Id);

impl RecoveryId {
    /// Makes an id of random bytes from the operating system.
    #[must_use]
    pub fn from_entropy(entropy: [u8; ID_ENTROPY]) -> Self {
        Self(Id::from_entropy(entropy))
    }

    /// Reads the id that a client names; `None` if it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Id::parse(text).map(Self)
    }

    /// The characters, for the client's own connection and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for RecoveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryId(secret)")
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Id([u8; ID_LENGTH]);

impl Id {
    fn from_entropy(entropy: [u8; ID_ENTROPY]) -> Self {
        let mut characters = [b'A'; ID_LENGTH];
        // The sizes fit by the arithmetic of base64, so this cannot fail.
        let _ = URL_SAFE_NO_PAD.encode_slice(entropy, &mut characters);
        Self(characters)
    }

    fn parse(text: &str) -> Option<Self> {
        let characters: [u8; ID_LENGTH] = text.as_bytes().try_into().ok()?;
        let known = |c: &u8| c.is_ascii_alphanumeric() || *c == b'-' || *c == b'_';
        characters.iter().all(known).then_some(Self(characters))
    }

    fn as_str(&self) -> &str {
        // Always ASCII by construction; the empty string only spares a panic path.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_and_read() {
        let id = SocketId::from_entropy([0xfb; ID_ENTROPY]);
        assert_eq!(SocketId::parse(id.as_str()), Some(id));
    }

    #[test]
    fn an_id_with_a_namespace_is_read() {
        let session = SessionId::from_entropy([1; ID_ENTROPY]);
        for namespace in ["/", "/chat", "/a#b"] {
            let id = SocketId::of_session(&session, namespace);
            assert_eq!(SocketId::parse(id.as_str()), Some(id));
        }
        let id = session.reveal();
        for text in [
            format!("/#{id}"),
            format!("chat#{id}"),
            "/chat#short".into(),
        ] {
            assert_eq!(SocketId::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_an_id_is_refused() {
        for text in [
            "",
            "short",
            "__proto__",
            "aaaaaaaaaaaaaaaaaaa/",
            "ééééééééééé",
        ] {
            assert_eq!(SessionId::parse(text), None, "{text}");
        }
    }
}
