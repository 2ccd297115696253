//! HTTP as bytes: tests decide what is sent when, and see what really comes.

use tokio::io::{AsyncRead, AsyncReadExt};

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Response {
    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.body
    }
}

/// Reads one response. `None`: the server closed the connection instead.
pub(crate) async fn read_response(stream: &mut (impl AsyncRead + Unpin)) -> Option<Response> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // Byte by byte, since after a switch of protocols the next byte is no longer ours.
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let status = head[9..12].parse().unwrap();
    let mut body = vec![0; content_length(&head)];
    stream.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8(body).unwrap();
    Some(Response { status, body })
}

fn content_length(head: &str) -> usize {
    let lines = head.lines().map(str::to_ascii_lowercase);
    let mut lengths =
        lines.filter_map(|line| Some(line.strip_prefix("content-length:")?.to_owned()));
    lengths
        .next()
        .map_or(0, |length| length.trim().parse().unwrap())
}
