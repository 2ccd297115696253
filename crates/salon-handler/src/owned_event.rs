//! An event that is kept.

use bytes::Bytes;
use salon_proto::packet::json;
use serde::Serialize;

use crate::ack::Ack;
use crate::call::{Call, Data, Occasion};
use crate::peer::Peer;

/// An event that outlives its packet: one that came, or one on its way out.
#[derive(Clone, Debug)]
pub struct OwnedEvent {
    name: Box<str>,
    array: Box<str>,
    attachments: Vec<Bytes>,
}

impl OwnedEvent {
    /// The event of a call; `None` if the call is about something else.
    #[must_use]
    pub fn of<P: Peer>(call: &Call<'_, P>) -> Option<Self> {
        let (array, attachments) = call.event_json()?;
        Some(Self {
            name: call.event()?.into(),
            array: array.into(),
            attachments: attachments.to_vec(),
        })
    }

    /// An event that is sent; `None` if it cannot be written, which the sender is told elsewhere.
    pub fn write<T: Serialize + ?Sized>(name: &str, args: &T) -> Option<Self> {
        let (mut array, mut attachments) = (Vec::new(), Vec::new());
        json::write_event(&mut array, name, args, &mut attachments).ok()?;
        Some(Self {
            name: name.into(),
            array: String::from_utf8(array).ok()?.into(),
            attachments,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A call of handlers with this event.
    pub fn call<'a, P: Peer>(&'a self, socket: &'a P, ack: Ack<P>) -> Call<'a, P> {
        let data = Data::Event {
            array: &self.array,
            first: json::First::Unknown,
            attachments: &self.attachments,
        };
        Call::new(socket, Occasion::Event(&self.name), data, None).with_ack(ack)
    }
}
