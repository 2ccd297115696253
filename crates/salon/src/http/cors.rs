//! Which other origins' pages may talk to the server by polling.
//!
//! Browsers do not apply this to WebSockets.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Methods that a preflight allows: those of the JavaScript servers.
const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE");

/// A cross-origin policy.
///
/// ```
/// use salon::{Cors, Server};
///
/// let one = Cors::origins(["https://app.example"]).credentials();
/// let io = Server::builder().cors(one).build();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// `None`: any.
    origins: Option<Vec<String>>,
    credentials: bool,
}

impl Cors {
    /// Pages of any origin may connect.
    #[must_use]
    pub const fn any() -> Self {
        Self {
            origins: None,
            credentials: false,
        }
    }

    /// Pages of these origins may connect, written as browsers send them:
    /// `https://app.example`, without a slash at the end.
    #[must_use]
    pub fn origins<O: Into<String>>(origins: impl IntoIterator<Item = O>) -> Self {
        Self {
            origins: Some(origins.into_iter().map(Into::into).collect()),
            credentials: false,
        }
    }

    /// They may send cookies. With [`any`](Self::any) the page's own origin is then named in
    /// the answer, since browsers refuse a star together with cookies.
    #[must_use]
    pub const fn credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// Adds the headers that every answer has.
    pub(super) fn add_headers(&self, request: &HeaderMap, response: &mut HeaderMap) {
        let names_origin = self.origins.is_some() || self.credentials;
        if names_origin {
            append_vary(response, "Origin");
        }
        if let Some(allowed) = self.allowed(request.get(header::ORIGIN)) {
            response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            if self.credentials {
                let yes = HeaderValue::from_static("true");
                response.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
            }
        }
    }

    /// Adds the headers that only the answer to a preflight has.
    pub(super) fn add_preflight_headers(request: &HeaderMap, response: &mut HeaderMap) {
        response.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        append_vary(response, "Access-Control-Request-Headers");
        if let Some(wanted) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            response.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
    }

    fn allowed(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        match &self.origins {
            None if self.credentials => origin.cloned(),
            None => Some(HeaderValue::from_static("*")),
            // With one origin there is nothing to choose: whoever asks is told which it is.
            Some(list) if list.len() == 1 => HeaderValue::from_str(&list[0]).ok(),
            Some(list) => {
                let origin = origin?;
                let is_listed = list.iter().any(|one| one.as_bytes() == origin.as_bytes());
                is_listed.then(|| origin.clone())
            }
        }
    }
}

fn append_vary(response: &mut HeaderMap, name: &'static str) {
    const VARY: HeaderName = header::VARY;
    response.append(VARY, HeaderValue::from_static(name));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(cors: &Cors, origin: Option<&'static str>) -> Option<HeaderValue> {
        let mut request = HeaderMap::new();
        if let Some(origin) = origin {
            request.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        let mut response = HeaderMap::new();
        cors.add_headers(&request, &mut response);
        response.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    }

    #[test]
    fn any_origin_is_a_star_unless_cookies_come_along() {
        assert_eq!(allowed(&Cors::any(), None).unwrap(), "*");
        let with_cookies = Cors::any().credentials();
        assert_eq!(
            allowed(&with_cookies, Some("http://a")).unwrap(),
            "http://a"
        );
    }

    #[test]
    fn listed_origins_are_named_and_others_get_nothing() {
        let cors = Cors::origins(["http://a", "http://b"]);
        assert_eq!(allowed(&cors, Some("http://b")).unwrap(), "http://b");
        assert_eq!(allowed(&cors, Some("http://c")), None);
        assert_eq!(allowed(&cors, None), None);
    }
}
