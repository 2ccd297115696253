//! A WebSocket client that reads and writes single frames.

use std::collections::VecDeque;
use std::io::Write;
use std::time::Duration;

use flate2::write::DeflateEncoder;
use salon_proto::ws::{
    self, CloseCode, ControlPayload, Decoder, Message, Opcode, Role, binary_frame, close_frame,
    empty_close_frame, encode_header, ping_frame, text_frame,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::read_response;

const MASK: Option<ws::MaskKey> = Some([1, 2, 3, 4]);
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// What a server sends on a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Binary(Vec<u8>),
    Pong(Vec<u8>),
    /// The end, with the close code if there was one.
    Close(Option<u16>),
    /// The end of the stream.
    End,
}

pub(crate) struct Client {
    stream: Box<dyn Stream>,
    decoder: Decoder,
    inbox: VecDeque<Frame>,
    next_ack: u64,
}

impl Client {
    /// Opens a session and reads its open packet.
    pub(crate) async fn open(stream: impl Stream + 'static) -> Self {
        let mut client = Self::dial(stream, "/socket.io/?EIO=4&transport=websocket").await;
        let open = client.text().await;
        assert!(open.starts_with(r#"0{"sid":"#), "{open}");
        client
    }

    /// Opens a WebSocket and reads nothing from it.
    pub(crate) async fn dial(mut stream: impl Stream + 'static, target: &str) -> Self {
        stream.write_all(&Self::handshake(target)).await.unwrap();
        let response = read_response(&mut stream).await.unwrap();
        assert_eq!(response.status, 101, "{response:?}");
        Self::upgraded(stream)
    }

    /// Takes a stream on which the handshake is done.
    pub(crate) fn upgraded(stream: impl Stream + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            decoder: Decoder::new(Role::Client, 100_000_000),
            inbox: VecDeque::new(),
            next_ack: 0,
        }
    }

    /// The request for a WebSocket.
    pub(crate) fn handshake(target: &str) -> Vec<u8> {
        format!(
            "GET {target} HTTP/1.1\r\nhost: salon\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: {KEY}\r\n\r\n"
        )
        .into_bytes()
    }
}

/// Socket.IO.
impl Client {
    /// Joins a namespace (`""` for `/`, or `"/name,"`) and returns the id of its socket.
    pub(crate) async fn join(&mut self, namespace: &str) -> String {
        self.send(&format!("40{namespace}")).await;
        let answer = self.text().await;
        let sid = answer.strip_prefix(&format!("40{namespace}{{\"sid\":\""));
        let sid = sid.unwrap_or_else(|| panic!("no CONNECT: {answer}"));
        sid.trim_end_matches("\"}").to_owned()
    }

    /// Sends an event in the namespace `/`, given as its array.
    pub(crate) async fn emit(&mut self, array: &str) {
        self.send(&format!("42{array}")).await;
    }

    /// Sends an event that asks for an answer, and returns the array of the answer. Nothing
    /// else may come first.
    pub(crate) async fn ask(&mut self, array: &str) -> String {
        let id = self.next_ack;
        self.next_ack += 1;
        self.send(&format!("42{id}{array}")).await;
        let answer = self.text().await;
        let values = answer.strip_prefix(&format!("43{id}"));
        let values = values.unwrap_or_else(|| panic!("no answer: {answer}"));
        values.to_owned()
    }

    /// Expects this text next.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let next = self.frame().await;
            assert_eq!(next, Frame::Text(text.to_owned()), "expected at {caller}");
        }
    }

    /// Returns once the server has handled all that was sent before; nothing may come in
    /// between.
    pub(crate) async fn fence(&mut self) {
        self.ping(b"fence").await;
        assert_eq!(self.frame().await, Frame::Pong(b"fence".to_vec()));
    }
}

/// Frames.
impl Client {
    pub(crate) async fn send(&mut self, text: &str) {
        self.write(&text_frame(text, MASK)).await;
    }

    pub(crate) async fn send_binary(&mut self, data: &[u8]) {
        self.write(&binary_frame(data, MASK)).await;
    }

    pub(crate) async fn ping(&mut self, payload: &[u8]) {
        let payload = ControlPayload::new(payload).unwrap();
        self.write(&ping_frame(&payload, MASK)).await;
    }

    /// Sends a close frame.
    pub(crate) async fn close(&mut self, code: Option<u16>) {
        let code = code.and_then(CloseCode::new);
        let frame = code.map(|code| close_frame(code, "", MASK).to_vec());
        self.write(&frame.unwrap_or_else(Self::close_frame)).await;
    }

    /// A text frame as it goes out.
    pub(crate) fn masked(text: &str) -> Vec<u8> {
        text_frame(text, MASK).to_vec()
    }

    /// The bytes of a compressed text (RFC 7692).
    pub(crate) fn compressed(text: &str) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.flush().unwrap();
        let payload = encoder.get_ref().strip_suffix(b"\0\0\xFF\xFF").unwrap();
        let header = encode_header(Opcode::Text, payload.len(), Some([0; 4]));
        let mut frame = [header.as_slice(), payload].concat();
        // RSV1.
        frame[0] |= 0x40;
        frame
    }

    /// A close frame as it goes out.
    pub(crate) fn close_frame() -> Vec<u8> {
        empty_close_frame(MASK).to_vec()
    }

    /// Writes any bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The same, for a server that may have hung up already.
    pub(crate) async fn try_write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// Several texts in one write.
    pub(crate) async fn send_all<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) {
        let frames = texts.into_iter().map(|one| text_frame(one.as_ref(), MASK));
        let bytes: Vec<u8> = frames.flatten().collect();
        self.write(&bytes).await;
    }

    /// The next text.
    pub(crate) async fn text(&mut self) -> String {
        match self.frame().await {
            Frame::Text(text) => text,
            other => panic!("a text was expected: {other:?}"),
        }
    }

    pub(crate) async fn frame(&mut self) -> Frame {
        while self.inbox.is_empty() {
            self.read_some().await;
        }
        self.inbox.pop_front().unwrap()
    }

    /// Everything until the stream ends.
    pub(crate) async fn rest(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        loop {
            match self.frame().await {
                Frame::End => return frames,
                frame => frames.push(frame),
            }
        }
    }

    /// All texts that come without a deadline being met.
    pub(crate) async fn waiting(&mut self) -> Vec<String> {
        let mut texts = Vec::new();
        while let Ok(text) = timeout(Duration::from_millis(1), self.text()).await {
            texts.push(text);
        }
        texts
    }

    async fn read_some(&mut self) {
        let mut buffer = [0; 16 * 1024];
        let read = self.stream.read(&mut buffer).await.unwrap_or(0);
        if read == 0 {
            self.inbox.push_back(Frame::End);
        }
        let mut input = &mut buffer[..read];
        while let Some(message) = self.decoder.decode(&mut input).expect("valid frames") {
            self.inbox.push_back(message.into());
        }
    }
}

impl From<Message<'_>> for Frame {
    fn from(message: Message<'_>) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.into_owned()),
            Message::Binary(data) => Self::Binary(data.into_owned()),
            Message::Pong(payload) => Self::Pong(payload.as_slice().to_vec()),
            Message::Close(frame) => Self::Close(frame.map(|one| one.code.get())),
            Message::Ping(_) => panic!("the server sends no WebSocket pings"),
        }
    }
}
