//! The binary frames that follow a packet's text.

use std::iter;
use std::ops::Deref;
use std::slice;
use std::sync::Arc;

use bytes::Bytes;

use crate::engine::Protocol;
use crate::engine::packet::MESSAGE;
use crate::ws::{Deflater, EncodedHeader, Opcode, encode_header};

/// Any number of them. One, which most packets have that have any, needs no list.
#[derive(Clone, Debug)]
pub(super) enum Attachments {
    None,
    One(Attachment),
    Many(Arc<[Attachment]>),
}

#[derive(Clone, Debug)]
pub(super) struct Attachment {
    header: EncodedHeader,
    /// The header for a client of protocol 3, with the byte for the type that follows it there.
    typed_header: EncodedHeader,
    pub(super) data: Bytes,
}

impl Attachments {
    pub(super) fn of(data: impl ExactSizeIterator<Item = Bytes>) -> Self {
        let mut all = data.map(Attachment::new);
        match (all.next(), all.len()) {
            (None, _) => Self::None,
            (Some(one), 0) => Self::One(one),
            (Some(first), _) => Self::Many(iter::once(first).chain(all).collect()),
        }
    }

    /// The same, with those compressed that get smaller by it; `None` if none does.
    pub(super) fn deflate(&self, deflater: &Deflater) -> Option<Self> {
        let deflated: Vec<_> = self.iter().map(|one| one.deflate(deflater)).collect();
        if deflated.iter().all(Option::is_none) {
            return None;
        }
        let pairs = deflated.into_iter().zip(self.iter());
        let all = pairs.map(|(new, old)| new.unwrap_or_else(|| old.clone()));
        Some(Self::Many(all.collect()))
    }
}

impl Deref for Attachments {
    type Target = [Attachment];

    fn deref(&self) -> &[Attachment] {
        match self {
            Self::None => &[],
            Self::One(one) => slice::from_ref(one),
            Self::Many(all) => all,
        }
    }
}

impl Attachment {
    fn new(data: Bytes) -> Self {
        let typed_length = data.len().saturating_add(1);
        Self {
            header: encode_header(Opcode::Binary, data.len(), None),
            typed_header: encode_header(Opcode::Binary, typed_length, None).followed_by(MESSAGE),
            data,
        }
    }

    pub(super) fn pieces(&self, protocol: Protocol) -> [&[u8]; 2] {
        let header = match protocol {
            Protocol::V3 => &self.typed_header,
            Protocol::V4 => &self.header,
        };
        [header.as_slice(), &self.data]
    }

    fn deflate(&self, deflater: &Deflater) -> Option<Self> {
        let data = deflater.compress(&self.data, 0)?;
        Some(Self {
            header: encode_header(Opcode::Binary, data.len(), None).compressed(),
            // Its clients do not get this form.
            typed_header: self.typed_header,
            data: data.into(),
        })
    }
}
