//! Which other origins' pages may talk to the server by polling.
//!
//! Browsers do not apply this to WebSockets.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;

use super::hooks::contain;

/// Methods that a preflight allows unless told otherwise: those of the JavaScript servers.
const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE");

/// A cross-origin policy. It has what the options of the npm package `cors` have, which Node's
/// server takes; each method names its option.
///
/// ```
/// use std::time::Duration;
/// use salon::{Cors, Server};
///
/// let ours = Cors::origins(["https://app.example", "https://beta.app.example"])
///     .credentials()
///     .max_age(Duration::from_secs(600));
/// let io = Server::builder().cors(ours).build();
/// ```
#[derive(Clone, Debug)]
pub struct Cors {
    origins: Origins,
    credentials: bool,
    methods: HeaderValue,
    /// `None`: those that the request asks for.
    allowed_headers: Option<HeaderValue>,
    exposed_headers: Option<HeaderValue>,
    max_age: Option<Duration>,
}

#[derive(Clone)]
enum Origins {
    Any,
    One(HeaderValue),
    List(Vec<String>),
    Where(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

/// Which origins may poll.
impl Cors {
    /// Pages of any origin (`origin: "*"`).
    #[must_use]
    pub const fn any() -> Self {
        Self::new(Origins::Any)
    }

    /// Pages of this origin (`origin: "…"`), written as browsers send it: `https://app.example`,
    /// without a slash at the end.
    ///
    /// # Panics
    /// When a header cannot hold it.
    #[must_use]
    pub fn origin(origin: impl AsRef<str>) -> Self {
        Self::new(Origins::One(header_value(origin.as_ref())))
    }

    /// Pages of these origins (`origin: ["…", "…"]`).
    #[must_use]
    pub fn origins<O: Into<String>>(origins: impl IntoIterator<Item = O>) -> Self {
        let list = origins.into_iter().map(Into::into).collect();
        Self::new(Origins::List(list))
    }

    /// Pages of the origins that `is_allowed` finds good (`origin: /…/`).
    ///
    /// ```
    /// use salon::Cors;
    ///
    /// let cors = Cors::origins_where(|origin| origin.ends_with(".app.example"));
    /// ```
    #[must_use]
    pub fn origins_where(is_allowed: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self::new(Origins::Where(Arc::new(is_allowed)))
    }

    const fn new(origins: Origins) -> Self {
        Self {
            origins,
            credentials: false,
            methods: METHODS,
            allowed_headers: None,
            exposed_headers: None,
            max_age: None,
        }
    }
}

/// What they may do.
impl Cors {
    /// They may send cookies (`credentials`). With [`any`](Self::any) the page's own origin is
    /// then named in the answer, since browsers refuse a star together with cookies.
    #[must_use]
    pub const fn credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// Which methods a preflight allows (`methods`). Default: all. Salon needs GET and POST.
    ///
    /// # Panics
    /// When a header cannot hold them.
    #[must_use]
    pub fn methods<M: AsRef<str>>(mut self, methods: impl IntoIterator<Item = M>) -> Self {
        self.methods = list(methods);
        self
    }

    /// Which headers requests may have (`allowedHeaders`). Default: those that a preflight asks
    /// for.
    ///
    /// # Panics
    /// When a header cannot hold them.
    #[must_use]
    pub fn allowed_headers<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.allowed_headers = Some(list(names));
        self
    }

    /// Which headers of the answers pages may read (`exposedHeaders`).
    ///
    /// # Panics
    /// When a header cannot hold them.
    #[must_use]
    pub fn exposed_headers<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.exposed_headers = Some(list(names));
        self
    }

    /// How long browsers may remember a preflight, in whole seconds (`maxAge`). Default: they
    /// decide.
    #[must_use]
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }
}

/// The headers of an answer.
impl Cors {
    /// All that the answer to this request has. Nothing of them is in the request's memory.
    pub(super) fn headers(&self, request: &Parts) -> HeaderMap {
        let mut response = HeaderMap::new();
        self.add_headers(&request.headers, &mut response);
        if request.method == Method::OPTIONS {
            self.add_preflight_headers(&request.headers, &mut response);
        }
        response
    }

    /// Adds those that every answer has.
    fn add_headers(&self, request: &HeaderMap, response: &mut HeaderMap) {
        let is_star = matches!(self.origins, Origins::Any) && !self.credentials;
        if !is_star {
            append_vary(response, "Origin");
        }
        if let Some(allowed) = self.allowed(request.get(header::ORIGIN)) {
            response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        }
        if self.credentials {
            let yes = HeaderValue::from_static("true");
            response.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
        if let Some(exposed) = &self.exposed_headers {
            response.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
    }

    /// Adds those that only the answer to a preflight has.
    fn add_preflight_headers(&self, request: &HeaderMap, response: &mut HeaderMap) {
        response.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        let wanted = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
        if self.allowed_headers.is_none() {
            append_vary(response, "Access-Control-Request-Headers");
        }
        if let Some(allowed) = self.allowed_headers.as_ref().or(wanted) {
            response.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed.clone());
        }
        if let Some(age) = self.max_age {
            response.insert(header::ACCESS_CONTROL_MAX_AGE, age.as_secs().into());
        }
    }

    fn allowed(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        match &self.origins {
            Origins::Any if self.credentials => origin.and_then(copy),
            Origins::Any => Some(HeaderValue::from_static("*")),
            // There is nothing to choose: whoever asks is told which it is.
            Origins::One(origin) => Some(origin.clone()),
            Origins::List(list) => {
                let is_it = |one: &String| origin.is_some_and(|origin| origin == one.as_str());
                origin.filter(|_| list.iter().any(is_it)).and_then(copy)
            }
            Origins::Where(is_allowed) => {
                let text = origin?.to_str().ok()?;
                let is_allowed = contain(|| is_allowed(text)).unwrap_or(false);
                origin.filter(|_| is_allowed).and_then(copy)
            }
        }
    }
}

impl fmt::Debug for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("Any"),
            Self::One(origin) => f.debug_tuple("One").field(origin).finish(),
            Self::List(list) => f.debug_tuple("List").field(list).finish(),
            Self::Where(_) => f.write_str("Where"),
        }
    }
}

/// A clone would be a part of the request's memory, and keep it all.
fn copy(value: &HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(value.as_bytes()).ok()
}

fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> HeaderValue {
    let items: Vec<T> = items.into_iter().collect();
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    header_value(&items.join(","))
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| panic!("no header can hold {text:?}"))
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

    #[test]
    fn a_lone_origin_is_named_whoever_asks() {
        let cors = Cors::origin("http://a");
        for origin in [None, Some("http://a"), Some("http://b")] {
            assert_eq!(allowed(&cors, origin).unwrap(), "http://a");
        }
    }

    #[test]
    fn a_predicate_that_panics_allows_nothing() {
        let cors = Cors::origins_where(|origin| origin.parse::<u8>().unwrap() > 0);
        assert_eq!(allowed(&cors, Some("1")).unwrap(), "1");
        assert_eq!(allowed(&cors, Some("0")), None);
        assert_eq!(allowed(&cors, Some("http://a")), None);
    }

    #[test]
    #[should_panic(expected = "no header can hold")]
    fn an_origin_that_no_header_can_hold_is_a_mistake() {
        let _ = Cors::origin("http://a\n");
    }
}
