//! As much of HTTP as long-polling needs.

use std::borrow::Cow;
use std::io;

use super::unexpected;

pub(super) fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes()
}

pub(super) fn post(target: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\nhost: bench\r\ncontent-type: text/plain;charset=UTF-8\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The body of a successful response. `None`: it is not complete.
///
/// # Errors
/// When it is another response, or more than one.
pub(super) fn body(response: &[u8]) -> io::Result<Option<Cow<'_, [u8]>>> {
    let strange = || unexpected(response);
    let Some(end) = response.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let (head, body) = (&response[..end], &response[end + 4..]);
    let head = std::str::from_utf8(head).map_err(|_| strange())?;
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(strange());
    }
    if let Some(length) = field(head, "content-length") {
        let length: usize = length.parse().map_err(|_| strange())?;
        return match body.len() > length {
            true => Err(strange()),
            false => Ok((body.len() == length).then_some(Cow::Borrowed(body))),
        };
    }
    match field(head, "transfer-encoding") {
        Some("chunked") => chunks(body).ok_or_else(strange),
        _ => Err(strange()),
    }
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(one, _)| one.eq_ignore_ascii_case(name))?;
    Some(value.trim())
}

/// A body in chunks. `None`: it is wrong. `Some(None)`: it is not complete.
#[allow(clippy::option_option, reason = "wrong and incomplete are told apart")]
fn chunks(mut rest: &[u8]) -> Option<Option<Cow<'_, [u8]>>> {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else {
            return Some(None);
        };
        let (length, data) = (&rest[..end], &rest[end + 2..]);
        let length = usize::from_str_radix(std::str::from_utf8(length).ok()?, 16).ok()?;
        let Some((chunk, after)) = data.split_at_checked(length + 2) else {
            return Some(None);
        };
        body.extend_from_slice(chunk.strip_suffix(b"\r\n")?);
        if length == 0 {
            return after.is_empty().then_some(Some(Cow::Owned(body)));
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body, with the response byte by byte.
    fn read(response: &[u8]) -> io::Result<Vec<u8>> {
        for end in 0..response.len() {
            assert!(body(&response[..end])?.is_none(), "{end}");
        }
        Ok(body(response)?.expect("it is complete").into_owned())
    }

    #[test]
    fn bodies_have_a_length_or_chunks() {
        let length = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(read(length).unwrap(), b"abc");
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        assert_eq!(read(chunked).unwrap(), b"abc");
    }

    #[test]
    fn other_responses_are_errors() {
        assert!(body(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").is_err());
        assert!(body(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(body(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab").is_err());
    }
}
