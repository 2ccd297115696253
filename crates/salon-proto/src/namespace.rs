//! Which namespaces one connection has joined, seen from the server.
//!
//! ```text
//!            CONNECT              accept
//!   Gone ─────────────▶ Joining ──────────▶ Joined
//!    ▲                     │ refuse           │ DISCONNECT, leave
//!    └─────────────────────┴──────────────────┘
//! ```
//!
//! Everything else a client sends to a namespace that it has not joined breaks the
//! protocol and ends the connection.

use std::ops::Deref;

use crate::error::ProtocolError;
use crate::limits::{Limits, Timing};
use crate::packet::{Packet, ROOT};
use crate::timer::Instant;

/// The namespaces of one connection. `T` is what the caller keeps for a joined one.
///
/// A client joins a handful, so this is a list and not a map.
#[derive(Debug)]
pub struct Namespaces<T> {
    members: Vec<Member<T>>,
    /// Until when the first namespace must be joined; gone once one is.
    connect_by: Option<Instant>,
}

#[derive(Debug)]
struct Member<T> {
    name: Name,
    joined: Option<T>,
}

/// The name of a namespace. Nearly all connections have joined `/` and nothing else, so that one
/// takes no memory.
#[derive(Debug)]
enum Name {
    Root,
    Other(Box<str>),
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        match name {
            ROOT => Self::Root,
            other => Self::Other(other.into()),
        }
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Root => ROOT,
            Self::Other(name) => name,
        }
    }
}

/// What a CONNECT packet asks of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// Decide, then [`accept`](Namespaces::accept) or [`refuse`](Namespaces::refuse).
    Decide,
    /// Refuse it: the connection has all it may have, or the name is too long.
    TooMany,
}

impl<T> Namespaces<T> {
    /// A connection that has joined nothing yet.
    #[must_use]
    pub fn new(now: Instant, timing: &Timing) -> Self {
        Self {
            members: Vec::new(),
            connect_by: Some(now + timing.connect_timeout),
        }
    }

    /// A CONNECT packet arrived.
    ///
    /// # Errors
    /// When the namespace is joined or being joined already. (Node lets the second
    /// through while a middleware still decides on the first, and then forgets one.)
    pub fn handle_connect(
        &mut self,
        name: &str,
        limits: &Limits,
    ) -> Result<Joining, ProtocolError> {
        if self.position(name).is_some() {
            return Err(ProtocolError::new("namespace is joined already"));
        }
        let is_full = self.members.len() >= limits.max_namespaces;
        if is_full || name.len() > limits.max_namespace_length {
            return Ok(Joining::TooMany);
        }
        // For most it stays the only one.
        self.members.reserve_exact(1);
        self.members.push(Member {
            name: name.into(),
            joined: None,
        });
        Ok(Joining::Decide)
    }

    /// Any other packet arrived: finds the namespace it is for.
    ///
    /// # Errors
    /// When the client has not joined it, or may not send such a packet at all.
    pub fn handle_packet(&self, packet: &Packet<'_>) -> Result<&T, ProtocolError> {
        if let Packet::ConnectError { .. } = packet {
            return Err(ProtocolError::new("only a server refuses connections"));
        }
        self.get(packet.namespace())
            .ok_or_else(|| ProtocolError::new("namespace is not joined"))
    }

    /// The server accepts. `false`: the connection no longer wants it.
    pub fn accept(&mut self, name: &str, joined: T) -> bool {
        self.connect_by = None;
        let member = self.members.iter_mut().find(|one| &*one.name == name);
        match member {
            Some(member) if member.joined.is_none() => {
                member.joined = Some(joined);
                true
            }
            _ => false,
        }
    }

    /// The server refuses.
    pub fn refuse(&mut self, name: &str) {
        self.members
            .retain(|one| &*one.name != name || one.joined.is_some());
    }

    /// Either side leaves. `is_meant` tells whether what is joined under that name is what is to
    /// leave, and not something that has come after it.
    pub fn leave(&mut self, name: &str, is_meant: impl FnOnce(&T) -> bool) -> Option<T> {
        let position = self.position(name)?;
        let member = self.members.get(position)?;
        if !member.joined.as_ref().is_some_and(is_meant) {
            return None;
        }
        self.members.swap_remove(position).joined
    }

    /// Takes out all that are joined: the connection is over.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        self.connect_by = None;
        let members = std::mem::take(&mut self.members);
        members.into_iter().filter_map(|one| one.joined)
    }

    /// What the caller keeps for a joined namespace.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        let member = self.members.iter().find(|one| &*one.name == name)?;
        member.joined.as_ref()
    }

    /// Whether it is joined or being joined.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// All that are joined.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.members.iter().filter_map(|one| one.joined.as_ref())
    }

    /// Time has passed. `true`, once: no namespace was joined in time, end the connection.
    pub fn handle_timeout(&mut self, now: Instant) -> bool {
        let is_overdue = self.connect_by.is_some_and(|deadline| now >= deadline);
        if is_overdue {
            self.connect_by = None;
        }
        is_overdue
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.connect_by
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|one| &*one.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Reassembly;

    fn new() -> Namespaces<u32> {
        Namespaces::new(Instant::from_millis(0), &Timing::default())
    }

    fn connect(namespaces: &mut Namespaces<u32>, name: &str) -> Result<Joining, ProtocolError> {
        namespaces.handle_connect(name, &Limits::default())
    }

    fn packet(text: &'static str) -> Packet<'static> {
        Reassembly::new(10).text(text).unwrap().unwrap()
    }

    #[test]
    fn nothing_may_be_sent_before_the_server_accepts() {
        let mut namespaces = new();
        assert!(namespaces.handle_packet(&packet("2[\"x\"]")).is_err());
        assert_eq!(connect(&mut namespaces, "/"), Ok(Joining::Decide));
        assert!(namespaces.handle_packet(&packet("2[\"x\"]")).is_err());
        assert!(namespaces.accept("/", 1));
        assert_eq!(namespaces.handle_packet(&packet("2[\"x\"]")), Ok(&1));
        assert!(namespaces.handle_packet(&packet("2/b,[\"x\"]")).is_err());
    }

    #[test]
    fn a_namespace_is_joined_once_even_while_the_server_decides() {
        let mut namespaces = new();
        assert!(connect(&mut namespaces, "/").is_ok());
        assert!(connect(&mut namespaces, "/").is_err());
        assert!(namespaces.accept("/", 1));
        assert!(connect(&mut namespaces, "/").is_err());
    }

    #[test]
    fn a_refused_or_left_namespace_can_be_joined_again() {
        let mut namespaces = new();
        connect(&mut namespaces, "/").unwrap();
        namespaces.refuse("/");
        connect(&mut namespaces, "/").unwrap();
        namespaces.accept("/", 1);
        assert_eq!(namespaces.leave("/", |_| true), Some(1));
        assert!(connect(&mut namespaces, "/").is_ok());
    }

    #[test]
    fn only_a_server_refuses() {
        let mut namespaces = new();
        connect(&mut namespaces, "/").unwrap();
        namespaces.accept("/", 1);
        assert!(namespaces.handle_packet(&packet("4{}")).is_err());
    }

    #[test]
    fn a_client_cannot_join_without_end() {
        let limits = Limits::default();
        let mut namespaces = new();
        for number in 0..limits.max_namespaces {
            let name = format!("/{number}");
            assert_eq!(connect(&mut namespaces, &name), Ok(Joining::Decide));
        }
        assert_eq!(connect(&mut namespaces, "/more"), Ok(Joining::TooMany));
        let long = "/".repeat(limits.max_namespace_length + 1);
        assert_eq!(connect(&mut new(), &long), Ok(Joining::TooMany));
    }

    #[test]
    fn the_first_namespace_must_be_joined_in_time_and_later_ones_need_not() {
        let mut namespaces = new();
        connect(&mut namespaces, "/").unwrap();
        assert!(!namespaces.handle_timeout(Instant::from_millis(44_999)));
        assert!(namespaces.handle_timeout(Instant::from_millis(45_000)));
        assert_eq!(namespaces.poll_timeout(), None);

        let mut namespaces = new();
        connect(&mut namespaces, "/").unwrap();
        namespaces.accept("/", 1);
        namespaces.leave("/", |_| true);
        assert_eq!(namespaces.poll_timeout(), None);
    }

    #[test]
    fn only_what_is_meant_leaves() {
        let mut namespaces = new();
        connect(&mut namespaces, "/").unwrap();
        namespaces.accept("/", 2);
        assert_eq!(namespaces.leave("/", |joined| *joined == 1), None);
        assert_eq!(namespaces.get("/"), Some(&2));
    }
}
