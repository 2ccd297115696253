//! How one client wants to be spoken to.

use crate::engine::jsonp::Callback;
use crate::engine::payload::Encoding;

/// A generation of Engine.IO.
///
/// Protocol 3, which clients of Socket.IO 1 and 2 speak, differs from 4 in three things: how
/// several packets share an HTTP body, that binary data carries a type, and who pings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// Since 2014, with Socket.IO 1 and 2: the client pings.
    V3,
    /// Since 2020, with Socket.IO 3 and 4: the server pings.
    #[default]
    V4,
}

impl Protocol {
    /// What the `EIO` parameter says. Whatever is not exactly `4` is protocol 3, as in Node, and
    /// so is none at all.
    ///
    /// ```
    /// use salon_proto::engine::Protocol;
    ///
    /// assert_eq!(Protocol::of(Some("4")), Protocol::V4);
    /// assert_eq!(Protocol::of(Some("04")), Protocol::V3);
    /// assert_eq!(Protocol::of(None), Protocol::V3);
    /// ```
    #[must_use]
    pub fn of(parameter: Option<&str>) -> Self {
        match parameter {
            Some("4") => Self::V4,
            _ => Self::V3,
        }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::V3 => 3,
            Self::V4 => 4,
        }
    }
}

/// How one client wants to be spoken to. The request that opens its session says so, once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// The generation.
    pub protocol: Protocol,
    /// Whether HTTP bodies must be text, so that binary data needs base64 (`b64`). In protocol 4
    /// they always are.
    pub base64: bool,
    /// Present for JSONP: the answer to a poll is a script that calls this.
    pub callback: Option<Callback>,
}

impl Dialect {
    /// How the body of a POST of this content type is read; `None`: it must be refused.
    #[must_use]
    pub fn encoding_of_post(&self, is_octet_stream: bool) -> Option<Encoding> {
        match self.protocol {
            Protocol::V4 if is_octet_stream => None,
            protocol if self.callback.is_some() => Some(Encoding::Form(protocol)),
            Protocol::V3 if is_octet_stream => Some(Encoding::Bytes),
            protocol => Some(Encoding::Text(protocol)),
        }
    }

    /// Whether binary data may stand in an HTTP body as it is.
    pub(crate) fn takes_bytes(&self) -> bool {
        self.protocol == Protocol::V3 && !self.base64 && self.callback.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_protocol_3_has_binary_bodies() {
        let mut dialect = Dialect::default();
        let text = Some(Encoding::Text(Protocol::V4));
        assert_eq!(dialect.encoding_of_post(false), text);
        assert_eq!(dialect.encoding_of_post(true), None);
        dialect.protocol = Protocol::V3;
        assert_eq!(dialect.encoding_of_post(true), Some(Encoding::Bytes));
        assert!(dialect.takes_bytes());
        dialect.base64 = true;
        assert!(!dialect.takes_bytes());
    }

    #[test]
    fn jsonp_posts_forms() {
        for protocol in [Protocol::V3, Protocol::V4] {
            let dialect = Dialect {
                protocol,
                base64: false,
                callback: Some(Callback::new("0")),
            };
            let form = Some(Encoding::Form(protocol));
            assert_eq!(dialect.encoding_of_post(false), form);
            assert!(!dialect.takes_bytes());
        }
    }
}
