//! Socket.IO protocol 5: the packets that travel as Engine.IO messages.
//!
//! A packet is one text, `<type>[<attachments>-][<namespace>,][<ack id>][JSON]`, and then
//! as many binary messages as it announced.

mod decode;
mod encode;
pub mod json;
mod raw;
mod reassembly;
mod tail;

use std::borrow::Cow;

use bytes::Bytes;

pub use encode::{
    EncodeError, ack, ack_array, connect, connect_error, connect_v4, disconnect, error_v4, event,
    join,
};
pub(crate) use encode::{check_name, connect_data, connect_error_data, event_with};
pub use raw::{PacketType, RawPacket};
pub use reassembly::Reassembly;
pub use tail::Tail;
pub(crate) use tail::write_event;

/// The namespace that is meant when a packet names none.
pub const ROOT: &str = "/";

/// Names that JavaScript's sockets emit themselves. Neither side may send them.
pub const RESERVED_EVENTS: [&str; 6] = [
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
];

/// Whether it is one of these names.
fn is_reserved(name: &str) -> bool {
    let lengths = RESERVED_EVENTS.map(str::len);
    lengths.contains(&name.len()) && RESERVED_EVENTS.contains(&name)
}

/// A decoded packet, complete with its attachments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// `0`: the client joins a namespace, or the server confirms it.
    Connect {
        /// The namespace.
        namespace: Cow<'a, str>,
        /// A JSON object: the client's auth data, or the server's `sid`.
        data: Option<Cow<'a, str>>,
    },
    /// `1`: one side leaves a namespace.
    Disconnect {
        /// The namespace.
        namespace: Cow<'a, str>,
    },
    /// `2` or `5`: an event.
    Event(Event<'a>),
    /// `3` or `6`: the answer to an event.
    Ack(Ack<'a>),
    /// `4`: the server refuses a connection.
    ConnectError {
        /// The namespace.
        namespace: Cow<'a, str>,
        /// A JSON object or string.
        data: Option<Cow<'a, str>>,
    },
    /// An event without data, or an answer without data or id: it means nothing, but only to a
    /// namespace that is joined.
    Empty {
        /// The namespace.
        namespace: Cow<'a, str>,
    },
}

/// An event as it arrived. Its arguments stay JSON until a handler says what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The namespace.
    pub namespace: Cow<'a, str>,
    /// The event's name; a number, which is legal, as its text.
    pub name: Cow<'a, str>,
    /// What the sender wants repeated in the answer, if it wants one.
    pub ack_id: Option<u64>,
    /// The whole JSON array, the name first.
    pub array: Cow<'a, str>,
    /// What is known of the first argument, for [`read_event`](json::read_event).
    pub first: json::First,
    /// The binary data that the array's placeholders stand for.
    pub attachments: Vec<Bytes>,
}

/// An acknowledgement as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack<'a> {
    /// The namespace.
    pub namespace: Cow<'a, str>,
    /// The id of the event that is answered.
    pub id: u64,
    /// The JSON array of the answer's values.
    pub array: Cow<'a, str>,
    /// The binary data that the array's placeholders stand for.
    pub attachments: Vec<Bytes>,
}

fn own(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

/// The same for a namespace, which is nearly always the root.
fn own_namespace(namespace: Cow<'_, str>) -> Cow<'static, str> {
    match &*namespace {
        ROOT => Cow::Borrowed(ROOT),
        _ => own(namespace),
    }
}

impl Event<'_> {
    /// The same, with text of its own.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        Event {
            namespace: own_namespace(self.namespace),
            name: own(self.name),
            ack_id: self.ack_id,
            array: own(self.array),
            first: self.first,
            attachments: self.attachments,
        }
    }
}

impl Ack<'_> {
    /// The same, with text of its own.
    #[must_use]
    pub fn into_owned(self) -> Ack<'static> {
        Ack {
            namespace: own_namespace(self.namespace),
            id: self.id,
            array: own(self.array),
            attachments: self.attachments,
        }
    }
}

impl Packet<'_> {
    /// The namespace it belongs to.
    #[must_use]
    pub fn namespace(&self) -> &str {
        match self {
            Self::Connect { namespace, .. }
            | Self::Disconnect { namespace }
            | Self::Empty { namespace }
            | Self::ConnectError { namespace, .. } => namespace,
            Self::Event(event) => &event.namespace,
            Self::Ack(ack) => &ack.namespace,
        }
    }
}
