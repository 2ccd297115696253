//! The floor: a bare epoll loop that moves the same bytes as the server, one write for each
//! connection that has something to get, and knows nothing of the protocol. No server can be
//! faster without another way into the kernel.
//!
//! It has no long-polling.

use std::io::{self, Read, Write};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use salon_benches::process::{announce, end_with_parent};
use salon_benches::wire::{
    Audience, CONNECT, Cycle, FIRST_ID, JOIN, JOINED, MASK, MAX_WINDOW, echo_answer, echo_packet,
    news_packet, publish_packet, reply, request,
};

const LISTENER: Token = Token(usize::MAX);

const TEXT_FRAME: u8 = 0x81;

const UPGRADED: &str = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n\
    upgrade: websocket\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

const OPEN: &str = r#"0{"sid":"0123456789abcdefghij","upgrades":[],"pingInterval":3600000,"pingTimeout":20000,"maxPayload":1000000}"#;

fn main() -> io::Result<()> {
    end_with_parent();
    let mut floor = Floor::bind()?;
    announce(floor.listener.local_addr()?);
    let mut events = Events::with_capacity(1_024);
    loop {
        floor.poll.poll(&mut events, None)?;
        for event in &events {
            match event.token() {
                LISTENER => floor.accept()?,
                Token(number) => floor.read(number)?,
            }
        }
    }
}

struct Floor {
    poll: Poll,
    listener: TcpListener,
    /// A connection that has ended leaves its place empty.
    streams: Vec<Option<TcpStream>>,
    buffer: Vec<u8>,
    answers: Answers,
}

impl Floor {
    fn bind() -> io::Result<Self> {
        // The standard library's queue of 128 connections is too short.
        let mut listener = TcpListener::bind(([127, 0, 0, 1], 0).into())?;
        let poll = Poll::new()?;
        let registry = poll.registry();
        registry.register(&mut listener, LISTENER, Interest::READABLE)?;
        Ok(Self {
            poll,
            listener,
            streams: Vec::new(),
            buffer: vec![0; 64 * 1024],
            answers: Answers::new(),
        })
    }

    fn accept(&mut self) -> io::Result<()> {
        while let Ok((mut stream, _)) = self.listener.accept() {
            stream.set_nodelay(true)?;
            let token = Token(self.streams.len());
            let registry = self.poll.registry();
            registry.register(&mut stream, token, Interest::READABLE)?;
            self.streams.push(Some(stream));
        }
        Ok(())
    }

    fn read(&mut self, number: usize) -> io::Result<()> {
        let Some(stream) = &mut self.streams[number] else {
            return Ok(());
        };
        match stream.read(&mut self.buffer) {
            Ok(0) => self.streams[number] = None,
            Ok(count) => self.answer(number, count)?,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => self.streams[number] = None,
        }
        Ok(())
    }

    fn answer(&mut self, number: usize, count: usize) -> io::Result<()> {
        let received = &self.buffer[..count];
        let publishes = self.answers.publishes(received);
        let news = self.answers.news.repeat(publishes);
        if publishes > 0 {
            for stream in self.streams.iter_mut().flatten() {
                write(stream, &news)?;
            }
        } else if let Some(stream) = &mut self.streams[number] {
            write(stream, self.answers.to(received))?;
        }
        Ok(())
    }
}

fn write(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    match stream.write(bytes) {
        Ok(count) if count == bytes.len() => Ok(()),
        Ok(_) => Err(io::Error::other("a client does not read")),
        Err(error) => Err(error),
    }
}

/// Everything that is ever sent, chosen by the length of what was received.
struct Answers {
    upgraded: Vec<u8>,
    joined: Vec<u8>,
    in_room: Vec<u8>,
    news: Vec<u8>,
    echoes: Cycle,
    connect_len: usize,
    join_len: usize,
    publish_lens: [usize; 2],
    echo_len: usize,
}

impl Answers {
    fn new() -> Self {
        let ids = FIRST_ID..FIRST_ID + MAX_WINDOW;
        let echoes: Vec<_> = ids.map(|id| reply(&echo_answer(id))).collect();
        let audiences = [Audience::Namespace, Audience::Room];
        Self {
            upgraded: [UPGRADED.as_bytes(), &reply(OPEN)].concat(),
            joined: reply(r#"40{"sid":"0123456789abcdefghij"}"#),
            in_room: reply(JOINED),
            news: reply(&news_packet()),
            echoes: Cycle::new(&echoes),
            connect_len: request(CONNECT).len(),
            join_len: request(JOIN).len(),
            publish_lens: audiences.map(|one| request(&publish_packet(one)).len()),
            echo_len: request(&echo_packet(FIRST_ID)).len(),
        }
    }

    /// How many broadcasts are asked for.
    fn publishes(&self, received: &[u8]) -> usize {
        // The length of the first frame with its header and key; a burst is of one kind.
        let len = usize::from(received.get(1).map_or(0, |byte| byte & 0x7F)) + 6;
        match received[0] == TEXT_FRAME && self.publish_lens.contains(&len) {
            true => received.len() / len,
            false => 0,
        }
    }

    fn to(&self, received: &[u8]) -> &[u8] {
        match received.len() {
            _ if received.starts_with(b"GET ") => &self.upgraded,
            len if len == self.connect_len => &self.joined,
            len if len == self.join_len => &self.in_room,
            len => self
                .echoes
                .frames(self.position(received), len / self.echo_len),
        }
    }

    /// Where the answers to these requests begin: the first one's id, `42` before it, tells.
    fn position(&self, received: &[u8]) -> usize {
        let digit = |index: usize| usize::from((received[6 + index] ^ MASK[index % 4]) - b'0');
        (digit(2) * 10 + digit(3) - FIRST_ID) * self.echoes.frame_len()
    }
}
