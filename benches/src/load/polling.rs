//! Echo over HTTP long-polling: each client holds a poll and posts on a second connection.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use super::http::{body, get, post};
use super::{Connections, Done, Until, unexpected};
use crate::wire::{CONNECT, FIRST_ID, PING, PONG, echo_answer, echo_packet};

/// Within this time a server has sent all that it sends to a new session, which for some is a ping.
const REST: Duration = Duration::from_millis(300);

const TARGET: &str = "/socket.io/?EIO=4&transport=polling";

/// Polling sessions. Number 2n is the connection of client n for polls, 2n + 1 that for posts.
#[derive(Debug)]
pub struct Pollers {
    connections: Connections,
    /// What the client on each connection sends in each round.
    requests: Vec<Vec<u8>>,
    /// What has come of the response on each connection.
    responses: Vec<Vec<u8>>,
    /// How many responses each client waits for.
    missing: Vec<u8>,
    /// What each poll brings.
    answer: String,
}

impl Pollers {
    /// Opens sessions, each in the namespace `/`.
    ///
    /// # Errors
    /// When the server refuses one.
    pub fn open(server: SocketAddr, count: usize) -> io::Result<Self> {
        let mut pollers = Self {
            connections: Connections::new()?,
            requests: Vec::new(),
            responses: vec![Vec::new(); count * 2],
            missing: vec![0; count],
            answer: echo_answer(FIRST_ID),
        };
        let opened = (0..count).map(|_| open(server));
        let opened = opened.collect::<io::Result<Vec<_>>>()?;
        thread::sleep(REST);
        for (stream, target) in opened {
            pollers.join(server, stream, target)?;
        }
        Ok(pollers)
    }

    /// Waits for the answer to CONNECT, and takes the session.
    fn join(
        &mut self,
        server: SocketAddr,
        mut stream: TcpStream,
        target: String,
    ) -> io::Result<()> {
        while !has_joined(&mut stream, &target)? {}
        self.connections.add(stream)?;
        self.requests.push(get(&target));
        self.connections.add(TcpStream::connect(server)?)?;
        self.requests.push(post(&target, &echo_packet(FIRST_ID)));
        Ok(())
    }

    /// Polls and posts.
    fn ask(&mut self, client: usize) -> io::Result<()> {
        for number in [client * 2, client * 2 + 1] {
            self.connections.send(number, &self.requests[number])?;
        }
        self.missing[client] = 2;
        Ok(())
    }

    /// Waits for responses, and returns the clients that have both of theirs.
    fn receive(&mut self) -> io::Result<Vec<usize>> {
        let mut ready = Vec::new();
        let waiting = self.missing.iter().filter(|missing| **missing > 0).count();
        let awaited = || format!("responses to {waiting} polling clients");
        self.connections.receive(awaited, |number, _, received| {
            let response = &mut self.responses[number];
            response.extend_from_slice(received);
            let Some(body) = body(response)? else {
                return Ok(());
            };
            let client = number / 2;
            let is_right = match number % 2 {
                0 => *body == *self.answer.as_bytes(),
                // Python's server says it in capitals.
                _ => body.eq_ignore_ascii_case(b"ok"),
            };
            if !is_right || self.missing[client] == 0 {
                return Err(unexpected(response));
            }
            response.clear();
            self.missing[client] -= 1;
            if self.missing[client] == 0 {
                ready.push(client);
            }
            Ok(())
        })?;
        Ok(ready)
    }
}

/// Echoes for some time, one message of each client in flight, and returns how many were
/// answered.
///
/// # Errors
/// When anything but the right answers comes, or nothing.
pub fn polling_echo(pollers: &mut Pollers, time: Duration) -> io::Result<Done> {
    let until = Until::after(time);
    let mut in_flight = pollers.missing.len();
    for client in 0..in_flight {
        pollers.ask(client)?;
    }
    let mut answered = 0;
    while in_flight > 0 {
        let is_over = until.is_over();
        for client in pollers.receive()? {
            answered += 1;
            match is_over {
                true => in_flight -= 1,
                false => pollers.ask(client)?,
            }
        }
    }
    Ok(Done::messages(answered))
}

/// A new session that has asked for the namespace. One after the other and blocking: opening is not
/// what is measured here.
fn open(server: SocketAddr) -> io::Result<(TcpStream, String)> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    let open = ask(&mut stream, &get(TARGET))?;
    let sid = open.split('"').nth(3).unwrap_or_default();
    let target = format!("{TARGET}&sid={sid}");
    ask(&mut stream, &post(&target, CONNECT))?;
    Ok((stream, target))
}

/// Polls once, and returns whether the session is now in the namespace. Pings are answered.
fn has_joined(stream: &mut TcpStream, target: &str) -> io::Result<bool> {
    let payload = ask(stream, &get(target))?;
    let mut has_joined = false;
    for packet in payload.split('\u{1e}') {
        match packet {
            PING => drop(ask(stream, &post(target, PONG))?),
            _ if packet.starts_with(r#"40{"sid""#) => has_joined = true,
            _ => return Err(unexpected(packet.as_bytes())),
        }
    }
    Ok(has_joined)
}

/// One request and its response on a blocking stream.
fn ask(stream: &mut TcpStream, request: &[u8]) -> io::Result<String> {
    stream.write_all(request)?;
    let mut response = Vec::new();
    loop {
        let mut buffer = [0; 4_096];
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Err(unexpected(b"the end of a connection"));
        }
        response.extend_from_slice(&buffer[..count]);
        if let Some(body) = body(&response)? {
            return Ok(String::from_utf8_lossy(&body).into_owned());
        }
    }
}
