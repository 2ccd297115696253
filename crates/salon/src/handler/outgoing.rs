//! What the hooks for outgoing events see.

use bytes::Bytes;
use salon_proto::packet::json;
use serde::Serialize;

use super::call::{Data, Occasion};
use super::place::Place;
use super::{Call, Table};
use crate::ack::Ack;
use crate::socket::Socket;

/// An event on its way out. It is made only where there are hooks, and once for all recipients.
pub(crate) struct Outgoing {
    name: Box<str>,
    array: String,
    attachments: Vec<Bytes>,
}

impl Outgoing {
    /// `None`: nobody wants to see it, or it cannot be written, which the sender is told.
    pub(crate) fn new<T: Serialize + ?Sized>(
        tables: &[Option<&Table>],
        name: &str,
        args: &T,
    ) -> Option<Self> {
        let mut tables = tables.iter().flatten();
        if !tables.any(|table| table.has(&Place::AnyOutgoing)) {
            return None;
        }
        let (mut array, mut attachments) = (Vec::new(), Vec::new());
        json::write_event(&mut array, name, args, &mut attachments).ok()?;
        Some(Self {
            name: name.into(),
            array: String::from_utf8(array).ok()?,
            attachments,
        })
    }

    /// Calls the hooks for one recipient. To be called under no lock.
    pub(crate) fn show(&self, recipient: &Socket) {
        let data = Data::Event {
            array: &self.array,
            attachments: &self.attachments,
        };
        let occasion = Occasion::Event(&self.name);
        let call = Call::new(recipient, occasion, data, Ack::unwanted());
        let tables = recipient.tables();
        tables.call(&Place::AnyOutgoing, &call, &mut |task| {
            recipient.start(task);
        });
    }
}
