//! Everything that is ever sent, chosen by the length of what was received.

use salon_benches::wire::{
    Audience, CONNECT, Content, Cycle, FIRST_ID, JOIN, JOINED, MASK, MAX_WINDOW, PING, PONG,
    echo_answer, join_room_packet, news_packet, publish_packet, publish_to_packet, reply, request,
};

use crate::polls::{self, Body};

const UPGRADED: &str = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n\
    upgrade: websocket\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

const SID: &str = "0123456789abcdefghij";

/// What takes several reads, perhaps.
const LONG: [Content; 3] = [
    Content::LongText,
    Content::Binary(1_024),
    Content::Binary(65_536),
];

/// How much of a long request tells it from others: the headers of both its frames are in it.
const LONG_HEAD: usize = 70;

/// What was asked for.
pub(crate) enum Asked {
    Upgrade,
    Connect,
    Join,
    JoinRoom(usize),
    /// From which place in the cycle on, and how many.
    Echo(usize, usize),
    /// Which one, and how many of its bytes are still missing.
    Long(usize, usize),
    Publish(usize),
    PublishTo(usize),
    Pong,
    Http,
}

pub(crate) struct Answers {
    pub(crate) upgraded: Vec<u8>,
    pub(crate) connected: Vec<u8>,
    pub(crate) joined: Vec<u8>,
    pub(crate) ping: Vec<u8>,
    news: Vec<u8>,
    echoes: Cycle,
    long: Vec<Long>,
    responses: [Vec<u8>; 3],
    lens: Lens,
}

struct Long {
    head: Vec<u8>,
    request_len: usize,
    reply: Vec<u8>,
}

/// The lengths of requests, which all differ.
struct Lens {
    connect: usize,
    join: usize,
    join_room: usize,
    echo: usize,
    publish: usize,
    publish_room: usize,
    publish_to: usize,
    pong: usize,
}

/// The open packet of a session.
pub(crate) fn open_packet(sid: &str) -> String {
    format!(
        r#"0{{"sid":"{sid}","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}}"#
    )
}

impl Answers {
    pub(crate) fn new() -> Self {
        let ids = FIRST_ID..FIRST_ID + MAX_WINDOW;
        let echoes: Vec<_> = ids.map(|id| Content::Text.reply(id)).collect();
        let connected = format!(r#"40{{"sid":"{SID}"}}"#);
        let bodies = ["ok", &connected, &echo_answer(FIRST_ID)];
        Self {
            upgraded: [UPGRADED.as_bytes(), &reply(&open_packet(SID))].concat(),
            responses: bodies.map(polls::response),
            connected: reply(&connected),
            joined: reply(JOINED),
            ping: reply(PING),
            news: reply(&news_packet()),
            echoes: Cycle::new(&echoes),
            long: LONG.into_iter().map(Long::new).collect(),
            lens: Lens::new(),
        }
    }

    pub(crate) fn asked(&self, received: &[u8]) -> Asked {
        if polls::is_polling(received) {
            return Asked::Http;
        }
        if received.starts_with(b"GET ") {
            return Asked::Upgrade;
        }
        let lens = &self.lens;
        // The length of the first frame with its header and key; what follows is of its kind.
        let len = usize::from(received.get(1).map_or(0, |byte| byte & 0x7F)) + 6;
        let count = received.len() / len;
        match len {
            _ if len == lens.echo => Asked::Echo(echo_place(received), count),
            _ if len == lens.publish || len == lens.publish_room => Asked::Publish(count),
            _ if len == lens.publish_to => Asked::PublishTo(count),
            _ if len == lens.pong => Asked::Pong,
            _ if len == lens.connect => Asked::Connect,
            _ if len == lens.join => Asked::Join,
            _ if len == lens.join_room => Asked::JoinRoom(room(received, &join_room_packet(0))),
            _ => self.asked_long(received),
        }
    }

    fn asked_long(&self, received: &[u8]) -> Asked {
        let mut long = self.long.iter();
        let place = long.position(|one| received.starts_with(&one.head));
        let place = place.expect("the load sends nothing else");
        Asked::Long(place, self.long[place].request_len - received.len())
    }

    pub(crate) fn echoes(&self, place: usize, count: usize) -> &[u8] {
        let start = place * self.echoes.frame_len();
        self.echoes.frames(start, count)
    }

    pub(crate) fn long(&self, place: usize) -> &[u8] {
        &self.long[place].reply
    }

    pub(crate) fn news(&self, count: usize) -> Vec<u8> {
        self.news.repeat(count)
    }

    pub(crate) fn response(&self, body: Body) -> &[u8] {
        &self.responses[body as usize]
    }

    pub(crate) fn rooms_published_to(&self, received: &[u8], count: usize) -> Vec<usize> {
        let publishes = received.chunks(self.lens.publish_to).take(count);
        let packet = publish_to_packet(0);
        publishes.map(|frame| room(frame, &packet)).collect()
    }
}

impl Long {
    fn new(content: Content) -> Self {
        let request = content.request(FIRST_ID);
        Self {
            head: request[..LONG_HEAD].to_vec(),
            request_len: request.len(),
            reply: content.reply(FIRST_ID),
        }
    }
}

impl Lens {
    fn new() -> Self {
        let len = |packet: &str| request(packet).len();
        Self {
            connect: len(CONNECT),
            join: len(JOIN),
            join_room: len(&join_room_packet(0)),
            echo: Content::Text.request(FIRST_ID).len(),
            publish: len(&publish_packet(Audience::Namespace)),
            publish_room: len(&publish_packet(Audience::Room)),
            publish_to: len(&publish_to_packet(0)),
            pong: len(PONG),
        }
    }
}

/// A digit of a text frame's payload.
fn digit(frame: &[u8], index: usize) -> usize {
    usize::from((frame[6 + index] ^ MASK[index % 4]) - b'0')
}

/// Where the answers to these requests begin: the first one's id, `42` before it, tells.
fn echo_place(received: &[u8]) -> usize {
    digit(received, 2) * 10 + digit(received, 3) - FIRST_ID
}

/// The number of the room in a frame; `packet` is the same with room 0.
fn room(frame: &[u8], packet: &str) -> usize {
    let start = packet.find("0000").expect("a room's name has four digits");
    (start..start + 4).fold(0, |number, index| number * 10 + digit(frame, index))
}
