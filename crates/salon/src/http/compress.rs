//! Compression of large poll bodies.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::header::{self, HeaderMap, HeaderValue};

/// A content coding that we know, in the order in which we prefer them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
}

impl Coding {
    /// The coding that a client accepts, if any.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        [Self::Gzip, Self::Deflate]
            .into_iter()
            .find(|coding| is_accepted(headers, coding.name()))
    }

    pub(super) const fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.name())
    }

    pub(super) fn compress(self, body: &[u8]) -> io::Result<Bytes> {
        let out = Vec::with_capacity(body.len() / 4);
        let compressed = match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(out, Compression::default());
                encoder.write_all(body)?;
                encoder.finish()?
            }
            Self::Deflate => {
                let mut encoder = ZlibEncoder::new(out, Compression::default());
                encoder.write_all(body)?;
                encoder.finish()?
            }
        };
        Ok(compressed.into())
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }
}

/// Whether a client accepts a coding.
pub(super) fn is_accepted(headers: &HeaderMap, name: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| accepts(item, name))
}

/// Whether an item such as `gzip;q=0.5` accepts a coding; a weight of zero refuses it.
fn accepts(item: &str, name: &str) -> bool {
    let mut parts = item.split(';').map(str::trim);
    let is_meant = parts
        .next()
        .is_some_and(|one| one.eq_ignore_ascii_case(name));
    let weight = parts.find_map(|part| part.strip_prefix("q="));
    let is_refused = weight.is_some_and(|weight| weight.parse() == Ok(0.0));
    is_meant && !is_refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(value: &'static str) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        Coding::accepted(&headers)
    }

    #[test]
    fn gzip_is_preferred_and_zero_weight_refuses() {
        assert_eq!(accepted("deflate, gzip"), Some(Coding::Gzip));
        assert_eq!(accepted("br, Deflate;q=0.5"), Some(Coding::Deflate));
        assert_eq!(accepted("gzip;q=0, deflate; q=0.0"), None);
        assert_eq!(accepted("identity"), None);
        assert_eq!(Coding::accepted(&HeaderMap::new()), None);
    }
}
