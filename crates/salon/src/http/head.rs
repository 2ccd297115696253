//! The head of a request, as hooks get it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Method, Uri};

use super::request::{Encrypted, PeerAddr};

/// A request without its body: what the hooks of a [`ServerBuilder`](crate::ServerBuilder) get
/// to decide on. Clones are cheap and mean the same one.
///
/// ```
/// use salon::{RequestHead, Server};
///
/// let io = Server::builder()
///     .allow_request(|request: RequestHead| async move {
///         match request.header("origin") {
///             Some("https://app.example") => Ok(()),
///             _ => Err("only from our own pages"),
///         }
///     })
///     .build();
/// ```
#[derive(Clone)]
pub struct RequestHead(Arc<Inner>);

struct Inner {
    parts: Parts,
    peer: Peer,
    is_upgrade: bool,
}

/// What the HTTP server knows of the client at the other end. [`serve`](crate::serve) hands it
/// over like this, since extensions of the request, which other servers use, take memory for
/// each request.
#[derive(Clone, Copy, Default)]
pub(super) struct Peer {
    pub(super) address: Option<SocketAddr>,
    pub(super) is_encrypted: bool,
}

impl RequestHead {
    pub(super) fn new(parts: Parts, peer: Peer, is_upgrade: bool) -> Self {
        Self(Arc::new(Inner {
            parts,
            peer,
            is_upgrade,
        }))
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// Whether the connection is encrypted, as far as that is known.
    pub(super) fn is_encrypted(&self) -> bool {
        self.0.peer.is_encrypted || self.extension::<Encrypted>().is_some()
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.parts().method
    }

    /// The path and the query. The query of an open session holds its secret id.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.parts().uri
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts().headers
    }

    /// The first value of a header, its name in any case. `None` also where it is no plain ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The last value of a query parameter, which is the one that counts; decoded.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<String> {
        let query = self.uri().query()?;
        let pairs = form_urlencoded::parse(query.as_bytes());
        let (_, value) = pairs.filter(|(key, _)| key == name).last()?;
        Some(value.into_owned())
    }

    /// What a service in front of this one left with the request, such as a user that it found.
    #[must_use]
    pub fn extension<T: Clone + Send + Sync + 'static>(&self) -> Option<&T> {
        self.parts().extensions.get()
    }

    /// The client's address, if it is known; see [`PeerAddr`].
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        let told = || self.extension::<PeerAddr>().map(|peer| peer.0);
        self.0.peer.address.or_else(told)
    }

    /// Whether the request asks for a WebSocket.
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        self.0.is_upgrade
    }
}

/// Leaves out the query and the headers, in which there are secrets.
impl fmt::Debug for RequestHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", self.method())
            .field("path", &self.uri().path())
            .finish_non_exhaustive()
    }
}
