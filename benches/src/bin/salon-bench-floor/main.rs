//! The floor: a bare epoll loop that moves the same bytes as the server, one write for each
//! connection that has something to get, and knows nothing of the protocol. No server can be
//! faster without another way into the kernel.
//!
//! What is asked for is told by the length of the first frame, and every answer is made once.

mod answers;
mod pings;
mod polls;
mod rooms;
mod stream;

use std::io;

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};
use salon_benches::process::{announce, end_with_parent};
use salon_benches::stage;

use answers::{Answers, Asked};
use pings::Pings;
use polls::{Polls, Response};
use rooms::Rooms;
use stream::{Input, Stream};

const LISTENER: Token = Token(usize::MAX);

/// More than the longest message, so that one read empties a socket.
const BUFFER: usize = 256 * 1_024;

fn main() -> io::Result<()> {
    end_with_parent();
    let mut floor = Floor::bind()?;
    announce(floor.listener.local_addr()?);
    let mut buffer = vec![0; BUFFER];
    let mut events = Events::with_capacity(1_024);
    loop {
        floor.poll.poll(&mut events, floor.pings.patience())?;
        for event in &events {
            match event.token() {
                LISTENER => floor.accept()?,
                Token(number) => floor.serve(number, &mut buffer)?,
            }
        }
        floor.send_pings()?;
    }
}

struct Floor {
    poll: Poll,
    listener: TcpListener,
    /// A connection that has ended leaves its place empty.
    streams: Vec<Option<Stream>>,
    answers: Answers,
    rooms: Rooms,
    polls: Polls,
    pings: Pings,
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
            answers: Answers::new(),
            rooms: Rooms::default(),
            polls: Polls::default(),
            pings: Pings::new(stage::Pings::told()),
        })
    }

    fn accept(&mut self) -> io::Result<()> {
        while let Ok((tcp, _)) = self.listener.accept() {
            let token = Token(self.streams.len());
            let stream = Stream::new(tcp, token, self.poll.registry())?;
            self.streams.push(Some(stream));
        }
        Ok(())
    }

    fn serve(&mut self, number: usize, buffer: &mut [u8]) -> io::Result<()> {
        let Some(stream) = &mut self.streams[number] else {
            return Ok(());
        };
        stream.flush()?;
        match stream.read(buffer)? {
            Input::Ended => self.streams[number] = None,
            Input::Nothing => {}
            Input::Bytes(count) => self.answer(number, &buffer[..count])?,
        }
        Ok(())
    }

    fn answer(&mut self, number: usize, received: &[u8]) -> io::Result<()> {
        let Some(stream) = &mut self.streams[number] else {
            return Ok(());
        };
        if let Some(whole) = stream.take_long(received.len()) {
            return match whole {
                Some(long) => self.write(number, |answers| answers.long(long)),
                None => Ok(()),
            };
        }
        match self.answers.asked(received) {
            Asked::Upgrade => self.write(number, |answers| &answers.upgraded),
            Asked::Connect => {
                self.pings.schedule(number);
                self.write(number, |answers| &answers.connected)
            }
            Asked::Join => self.write(number, |answers| &answers.joined),
            Asked::JoinRoom(room) => {
                self.rooms.join(room, number);
                self.write(number, |answers| &answers.joined)
            }
            Asked::Echo(place, count) => self.write(number, |answers| answers.echoes(place, count)),
            Asked::Long(long, missing) => {
                stream.expect_long(long, missing);
                self.answer_long_if_whole(number, long, missing)
            }
            Asked::Publish(count) => self.publish(count),
            Asked::PublishTo(count) => self.publish_to_rooms(received, count),
            Asked::Pong => {
                self.pings.schedule(number);
                Ok(())
            }
            Asked::Http => self.answer_http(number, received),
        }
    }

    fn answer_long_if_whole(
        &mut self,
        number: usize,
        long: usize,
        missing: usize,
    ) -> io::Result<()> {
        match missing {
            0 => self.write(number, |answers| answers.long(long)),
            _ => Ok(()),
        }
    }

    fn publish(&mut self, count: usize) -> io::Result<()> {
        let news = self.answers.news(count);
        for stream in self.streams.iter_mut().flatten() {
            stream.write(&news, self.poll.registry())?;
        }
        Ok(())
    }

    /// Each publish is one write for each member, since each may be to another room.
    fn publish_to_rooms(&mut self, received: &[u8], count: usize) -> io::Result<()> {
        let news = self.answers.news(1);
        for room in self.answers.rooms_published_to(received, count) {
            for member in self.rooms.members(room) {
                if let Some(stream) = &mut self.streams[*member] {
                    stream.write(&news, self.poll.registry())?;
                }
            }
        }
        Ok(())
    }

    fn answer_http(&mut self, number: usize, received: &[u8]) -> io::Result<()> {
        for response in self.polls.responses(number, received) {
            match response {
                Response::Fixed(number, body) => {
                    self.write(number, |answers| answers.response(body))
                }
                Response::Opened(number, bytes) => self.write(number, |_| &bytes),
            }?;
        }
        Ok(())
    }

    fn send_pings(&mut self) -> io::Result<()> {
        while let Some(number) = self.pings.next_due() {
            self.write(number, |answers| &answers.ping)?;
        }
        Ok(())
    }

    fn write<'a>(
        &'a mut self,
        number: usize,
        bytes: impl FnOnce(&'a Answers) -> &'a [u8],
    ) -> io::Result<()> {
        match &mut self.streams[number] {
            Some(stream) => stream.write(bytes(&self.answers), self.poll.registry()),
            None => Ok(()),
        }
    }
}
