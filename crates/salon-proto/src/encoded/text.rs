//! The text of a packet, lent.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Packet;
use super::short::Short;

/// The text of a packet, its type digit included, without a copy.
///
/// ```
/// use salon_proto::client::Text;
///
/// assert_eq!(Text::from("3").as_ref(), b"3");
/// ```
#[derive(Clone)]
pub struct Text(Owner);

#[derive(Clone)]
enum Owner {
    Nobody(&'static [u8]),
    Short(Short),
    Packet(Arc<Packet>),
}

impl Text {
    pub(super) const fn fixed(text: &'static [u8]) -> Self {
        Self(Owner::Nobody(text))
    }

    pub(super) fn short(short: &Short) -> Self {
        Self(Owner::Short(short.clone()))
    }

    pub(super) fn of(packet: &Arc<Packet>) -> Self {
        Self(Owner::Packet(Arc::clone(packet)))
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::fixed(text.as_bytes())
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        match &self.0 {
            Owner::Nobody(text) => text,
            Owner::Short(short) => short.text(),
            Owner::Packet(packet) => packet.wire.payload(),
        }
    }
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_ref()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self))
    }
}
