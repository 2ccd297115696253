//! What a request's query says, in the protocol's terms.

use std::borrow::Cow;

use http::Uri;
use salon_proto::engine::handshake::Request;
use salon_proto::engine::jsonp::Callback;
use salon_proto::engine::{Dialect, Protocol};

/// The parameters that matter here, decoded.
#[derive(Default)]
pub(super) struct Query<'a> {
    protocol: Option<Cow<'a, str>>,
    transport: Option<Cow<'a, str>>,
    sid: Option<Cow<'a, str>>,
    base64: Option<Cow<'a, str>>,
    callback: Option<Cow<'a, str>>,
}

impl<'a> Query<'a> {
    pub(super) fn of(uri: &'a Uri) -> Self {
        Self::parse(uri.query().unwrap_or_default())
    }

    fn parse(query: &'a str) -> Self {
        let mut found = Self::default();
        let mut rest = query;
        while !rest.is_empty() {
            let (name, value);
            ((name, value), rest) = split_first(rest);
            let slot = match &*name {
                "EIO" => &mut found.protocol,
                "transport" => &mut found.transport,
                "sid" => &mut found.sid,
                "b64" => &mut found.base64,
                "j" => &mut found.callback,
                _ => continue,
            };
            // Of several the last counts, as in Node.
            *slot = Some(value);
        }
        found
    }

    /// The name of the transport.
    pub(super) fn transport(&self) -> Option<&str> {
        self.transport.as_deref()
    }

    /// With what the rest of the request says.
    pub(super) fn as_request(&self, is_get: bool, is_upgrade: bool) -> Request<'_> {
        Request {
            protocol: self.protocol.as_deref(),
            transport: self.transport.as_deref(),
            sid: self.sid.as_deref(),
            is_get,
            is_upgrade,
        }
    }

    /// How the client that opens a session wants to be spoken to.
    pub(super) fn dialect(&self) -> Dialect {
        let base64 = self.base64.as_ref();
        Dialect {
            protocol: Protocol::of(self.protocol.as_deref()),
            base64: base64.is_some_and(|value| !value.is_empty()),
            callback: self.callback.as_deref().map(Callback::new),
        }
    }
}

/// Name and value of the first pair, and what is behind it.
///
/// Every request comes by here, so its bytes are looked at once. And decoding is left out where
/// nothing is encoded, as in all that clients of Socket.IO send.
fn split_first(query: &str) -> ((Cow<'_, str>, Cow<'_, str>), &str) {
    let (mut end, mut equals, mut is_encoded) = (query.len(), None, false);
    for (index, byte) in query.bytes().enumerate() {
        match byte {
            b'&' => {
                end = index;
                break;
            }
            b'=' if equals.is_none() => equals = Some(index),
            b'%' | b'+' => is_encoded = true,
            _ => {}
        }
    }
    let (pair, rest) = (&query[..end], query.get(end + 1..).unwrap_or_default());
    if is_encoded {
        let first = form_urlencoded::parse(pair.as_bytes()).next();
        return (first.unwrap_or_default(), rest);
    }
    let name = &pair[..equals.unwrap_or(end)];
    let value = equals.map_or("", |equals| &pair[equals + 1..]);
    ((name.into(), value.into()), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_the_last_of_several_counts() {
        let query = Query::parse("EIO=4&transport=poll%69ng&t=1&sid=a&sid=b");
        let request = query.as_request(true, false);
        assert_eq!(request.protocol, Some("4"));
        assert_eq!(request.transport, Some("polling"));
        assert_eq!(request.sid, Some("b"));
    }

    #[test]
    fn the_dialect_is_in_the_query() {
        let dialect = |query| Query::parse(query).dialect();
        assert_eq!(dialect("EIO=4"), Dialect::default());
        let old = dialect("EIO=3&b64=&t=1");
        assert_eq!((old.protocol, old.base64), (Protocol::V3, false));
        let old = dialect("b64=1&j=a7");
        assert!(old.base64);
        assert_eq!(old.callback, Some(Callback::new("7")));
    }

    #[test]
    fn pairs_are_read_as_the_whole_would_be() {
        for query in [
            "",
            "&",
            "&&a=1&",
            "a",
            "a=",
            "=a",
            "=",
            "a=b=c",
            "a+b=c+d",
            "%61=%62%",
            "a=%ff",
            "a=%C3%B8",
            "\u{f8}=\u{f8}",
            "a%26b=1",
            "a=1&%26",
            "a=%3d",
        ] {
            let whole: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
            let (mut pairs, mut rest) = (Vec::new(), query);
            while !rest.is_empty() {
                let is_pair = !rest.starts_with('&');
                let pair;
                (pair, rest) = split_first(rest);
                pairs.extend(is_pair.then_some(pair));
            }
            assert_eq!(pairs, whole, "{query}");
        }
    }
}
