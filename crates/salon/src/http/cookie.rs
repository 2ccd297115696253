//! The cookie by which a load balancer keeps a client's requests together.

use std::time::Duration;

use http::HeaderValue;
use salon_proto::SessionId;

use super::request::is_token;

/// Which requests of other sites a browser sends a [`Cookie`] with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// None.
    Strict,
    /// Only when the user follows a link.
    Lax,
    /// All; browsers then want [`secure`](Cookie::secure), too.
    None,
}

/// A cookie with the id of the session, for load balancers that send a client always to the same
/// server by a cookie's value. Salon itself does not read it.
///
/// It is set by the answer that opens a polling session. As in Node, a session that begins on
/// WebSocket gets none: it has only that one connection.
///
/// ```
/// use salon::{Cookie, Server};
///
/// let io = Server::builder().cookie(Cookie::new("node").secure(true)).build();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    name: String,
    path: Option<String>,
    domain: Option<String>,
    max_age: Option<Duration>,
    http_only: bool,
    secure: bool,
    partitioned: bool,
    same_site: Option<SameSite>,
}

impl Cookie {
    /// A cookie of this name, for the path `/`, hidden from scripts (`HttpOnly`) and with
    /// `SameSite=Lax`.
    ///
    /// # Panics
    /// When a cookie cannot have this name, such as one with a space.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        assert!(is_token(&name), "no name for a cookie: {name:?}");
        Self {
            name,
            path: Some("/".into()),
            domain: None,
            max_age: None,
            http_only: true,
            secure: false,
            partitioned: false,
            same_site: Some(SameSite::Lax),
        }
    }

    /// For which paths browsers send it; `None`: for that of the server and what is below.
    ///
    /// # Panics
    /// When the path has a `;` or a character that is not printable ASCII.
    #[must_use]
    pub fn path(mut self, path: Option<&str>) -> Self {
        self.path = path.map(attribute);
        self
    }

    /// To which domain, its subdomains included, browsers send it. Default: to this host only.
    ///
    /// # Panics
    /// As [`path`](Self::path) does.
    #[must_use]
    pub fn domain(mut self, domain: &str) -> Self {
        self.domain = Some(attribute(domain));
        self
    }

    /// How long browsers keep it. Default: until they are closed.
    #[must_use]
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Whether it is hidden from scripts. Default: yes.
    #[must_use]
    pub const fn http_only(mut self, hidden: bool) -> Self {
        self.http_only = hidden;
        self
    }

    /// Whether browsers send it over TLS only. Default: no.
    #[must_use]
    pub const fn secure(mut self, only: bool) -> Self {
        self.secure = only;
        self
    }

    /// Whether each site that embeds the page has its own. Default: no.
    #[must_use]
    pub const fn partitioned(mut self, partitioned: bool) -> Self {
        self.partitioned = partitioned;
        self
    }

    /// Which requests of other sites it comes with; `None` leaves that to the browser. Default:
    /// [`SameSite::Lax`].
    #[must_use]
    pub const fn same_site(mut self, same_site: Option<SameSite>) -> Self {
        self.same_site = same_site;
        self
    }

    /// The `Set-Cookie` header of a session, its parts in the order in which Node writes them.
    pub(super) fn header(&self, id: &SessionId) -> Option<HeaderValue> {
        let mut text = format!("{}={}", self.name, id.reveal());
        let parts = [
            self.max_age.map(|age| format!("Max-Age={}", age.as_secs())),
            self.domain
                .as_ref()
                .map(|domain| format!("Domain={domain}")),
            self.path.as_ref().map(|path| format!("Path={path}")),
            self.http_only.then(|| "HttpOnly".into()),
            self.secure.then(|| "Secure".into()),
            self.partitioned.then(|| "Partitioned".into()),
            self.same_site.map(|one| format!("SameSite={one:?}")),
        ];
        for part in parts.into_iter().flatten() {
            text.push_str("; ");
            text.push_str(&part);
        }
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// Node's: `io=…; Path=/; HttpOnly; SameSite=Lax`.
impl Default for Cookie {
    fn default() -> Self {
        Self::new("io")
    }
}

fn attribute(value: &str) -> String {
    let is_fine = |c: u8| matches!(c, 0x20..=0x7e) && c != b';';
    assert!(
        value.bytes().all(is_fine),
        "no attribute of a cookie: {value:?}"
    );
    value.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cookie: &Cookie) -> String {
        let id = SessionId::parse("abcdefghijklmnopqrst").unwrap();
        let header = cookie.header(&id).unwrap();
        header.to_str().unwrap().to_owned()
    }

    #[test]
    fn the_default_is_nodes() {
        assert_eq!(
            written(&Cookie::default()),
            "io=abcdefghijklmnopqrst; Path=/; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn all_attributes_are_written_in_nodes_order() {
        let cookie = Cookie::new("a")
            .path(Some("/x"))
            .domain("app.example")
            .max_age(Duration::from_secs(60))
            .secure(true)
            .partitioned(true)
            .same_site(Some(SameSite::None));
        assert_eq!(
            written(&cookie),
            "a=abcdefghijklmnopqrst; Max-Age=60; Domain=app.example; Path=/x; HttpOnly; \
             Secure; Partitioned; SameSite=None"
        );
        let bare = Cookie::new("a").path(None).http_only(false).same_site(None);
        assert_eq!(written(&bare), "a=abcdefghijklmnopqrst");
    }

    #[test]
    #[should_panic(expected = "no name for a cookie")]
    fn a_name_cannot_smuggle_attributes() {
        let _ = Cookie::new("a; Domain=elsewhere");
    }

    #[test]
    #[should_panic(expected = "no attribute of a cookie")]
    fn an_attribute_cannot_smuggle_others() {
        let _ = Cookie::new("a").path(Some("/; Domain=elsewhere"));
    }
}
