//! The head of a request, as hooks get it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Method, Uri};

use super::request::{self, PeerAddr};

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
pub struct RequestHead(Arc<Parts>);

impl RequestHead {
    pub(super) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.0
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// The path and the query. The query of an open session holds its secret id.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0.uri
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The first value of a header, its name in any case. `None` also where it is no plain ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name)?.to_str().ok()
    }

    /// The last value of a query parameter, which is the one that counts; decoded.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<String> {
        let query = self.0.uri.query()?;
        let pairs = form_urlencoded::parse(query.as_bytes());
        let (_, value) = pairs.filter(|(key, _)| key == name).last()?;
        Some(value.into_owned())
    }

    /// What a service in front of this one left with the request, such as a user that it found.
    #[must_use]
    pub fn extension<T: Clone + Send + Sync + 'static>(&self) -> Option<&T> {
        self.0.extensions.get()
    }

    /// The client's address, if it is known; see [`PeerAddr`].
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.extension::<PeerAddr>().map(|peer| peer.0)
    }

    /// Whether the request asks for a WebSocket.
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        request::is_upgrade(&self.0)
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
