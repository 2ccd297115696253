//! Cookies, so that a load balancer can send all requests of a session to one server.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

/// Cookies that are kept. A load balancer sets one or two; a server could send any number.
const MAX_COOKIES: usize = 50;

/// Bytes of a cookie's name and value together. Browsers have the same bound.
const MAX_COOKIE: usize = 4_096;

/// Seconds that a cookie may ask to be kept, some ten years: the time must remain one that exists.
const MAX_AGE: u64 = 315_360_000;

/// The cookies of one session. They all go to the server that set them, so the attributes `Domain`,
/// `Secure` and `SameSite` have nothing to say.
#[derive(Debug, Default)]
pub(crate) struct Jar(Vec<Cookie>);

#[derive(Debug)]
struct Cookie {
    name: Box<str>,
    value: Box<str>,
    path: Option<Box<str>>,
    expires: Option<SystemTime>,
}

impl Jar {
    /// Takes what a header `Set-Cookie` says. What is no cookie is ignored.
    pub(crate) fn store(&mut self, header: &str, now: SystemTime) {
        let Some(cookie) = Cookie::parse(header, now) else {
            return;
        };
        self.0
            .retain(|known| known.name != cookie.name || known.path != cookie.path);
        if cookie.is_alive(now) && self.0.len() < MAX_COOKIES {
            self.0.push(cookie);
        }
    }

    /// The header `Cookie` for a request to this path; empty if there is none.
    pub(crate) fn header(&mut self, path: &str, now: SystemTime) -> String {
        self.0.retain(|cookie| cookie.is_alive(now));
        let mut header = String::new();
        for cookie in self.0.iter().filter(|cookie| cookie.belongs_to(path)) {
            let separator = if header.is_empty() { "" } else { "; " };
            // Writing to a string cannot fail.
            let _ = write!(header, "{separator}{}={}", cookie.name, cookie.value);
        }
        header
    }
}

impl Cookie {
    fn parse(header: &str, now: SystemTime) -> Option<Self> {
        let mut parts = header.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let (name, value) = (name.trim(), unquoted(value.trim()));
        if name.is_empty() || name.len() + value.len() > MAX_COOKIE {
            return None;
        }
        let mut cookie = Self {
            name: name.into(),
            value: value.into(),
            path: None,
            expires: None,
        };
        let mut max_age = None;
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "expires" => cookie.expires = Some(parse_date(value.trim())),
                "max-age" => max_age = Some(parse_age(value.trim(), now)),
                "path" => cookie.path = parse_path(value.trim()),
                _ => {}
            }
        }
        // It wins over `Expires`, wherever it stands (RFC 6265 section 5.3).
        cookie.expires = max_age.or(cookie.expires);
        Some(cookie)
    }

    fn is_alive(&self, now: SystemTime) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    /// RFC 6265 section 5.1.4. A cookie without a path is for all requests of its session, since
    /// these all have the same one.
    fn belongs_to(&self, path: &str) -> bool {
        self.path.as_deref().is_none_or(|own| {
            path.strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || own.ends_with('/') || rest.starts_with('/'))
        })
    }
}

fn unquoted(value: &str) -> &str {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(value)
}

/// A date that cannot be read must not turn a deletion into a cookie that is kept for ever.
fn parse_date(text: &str) -> SystemTime {
    httpdate::parse_http_date(text).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn parse_age(text: &str, now: SystemTime) -> SystemTime {
    let seconds = text.parse::<u64>().ok().filter(|seconds| *seconds > 0);
    seconds.map_or(SystemTime::UNIX_EPOCH, |seconds| {
        now + Duration::from_secs(seconds.min(MAX_AGE))
    })
}

fn parse_path(text: &str) -> Option<Box<str>> {
    text.starts_with('/').then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn at(seconds: u64) -> SystemTime {
        NOW + Duration::from_secs(seconds)
    }

    fn jar(headers: &[&str]) -> Jar {
        let mut jar = Jar::default();
        headers
            .iter()
            .for_each(|header| jar.store(header, at(1_000)));
        jar
    }

    #[track_caller]
    fn sends(headers: &[&str], expected: &str) {
        assert_eq!(
            jar(headers).header("/socket.io/", at(1_000)),
            expected,
            "{headers:?}"
        );
    }

    #[test]
    fn cookies_come_back() {
        sends(
            &["lb=node1; Path=/; HttpOnly", "b = \"two\" "],
            "lb=node1; b=two",
        );
        sends(&["a=1", "a=2"], "a=2");
        sends(&["a=b=c"], "a=b=c");
        sends(&["a="], "a=");
        sends(&["", "a", "=1", ";", "; a=1"], "");
    }

    #[test]
    fn a_cookie_ends_when_it_says() {
        let mut jar = jar(&[
            "a=1; Max-Age=10",
            "b=2; max-age=20; Expires=x",
            "c=3; Max-Age=18446744073709551615",
        ]);
        assert_eq!(jar.header("/", at(1_009)), "a=1; b=2; c=3");
        assert_eq!(jar.header("/", at(1_010)), "b=2; c=3");
        assert_eq!(jar.header("/", at(1_020)), "c=3");
        sends(&["a=1; Expires=Thu, 01 Jan 1970 01:00:00 GMT"], "a=1");
        sends(&["a=1; Expires=Thu, 01 Jan 1970 00:00:01 GMT"], "");
    }

    #[test]
    fn a_server_takes_a_cookie_back() {
        for deletion in ["Max-Age=0", "Max-Age=-1", "Max-Age=soon", "Expires=0"] {
            sends(&["a=1", &format!("a=; {deletion}")], "");
        }
    }

    #[test]
    fn a_cookie_with_a_path_is_for_that_path() {
        let mut jar = jar(&[
            "root=1; Path=/",
            "own=2; Path=/socket.io",
            "deep=3; Path=/socket.io/x",
            "near=4; Path=/socket",
            "odd=5; Path=x",
        ]);
        assert_eq!(jar.header("/socket.io/", at(1_000)), "root=1; own=2; odd=5");
    }

    #[test]
    fn a_jar_has_a_bound() {
        let mut jar = Jar::default();
        for number in 0..1_000 {
            jar.store(&format!("c{number}=1"), NOW);
        }
        jar.store(&format!("long={}", "x".repeat(MAX_COOKIE)), NOW);
        assert_eq!(jar.0.len(), MAX_COOKIES);
    }
}
