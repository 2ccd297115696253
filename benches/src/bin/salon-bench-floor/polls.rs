//! Long-polling, as far as the load uses it: its requests have fixed forms and come whole.

use crate::answers::open_packet;

const TRANSPORT: &[u8] = b"/socket.io/?EIO=4&transport=";

/// Digits of a session id.
const SID: usize = 20;

/// The sessions on polling; the id is the number.
#[derive(Default)]
pub(crate) struct Polls(Vec<Session>);

#[derive(Default)]
struct Session {
    /// The connection whose poll waits.
    waiting: Option<usize>,
    /// What the next poll brings.
    ready: Option<Body>,
}

/// What the body of a response says.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    Ok,
    Connected,
    Echo,
}

/// For which connection.
pub(crate) enum Response {
    Fixed(usize, Body),
    /// The open packet, which has the session's own id.
    Opened(usize, Vec<u8>),
}

/// Whether it is a request for polling.
pub(crate) fn is_polling(received: &[u8]) -> bool {
    after_transport(received).is_some_and(|rest| rest.starts_with(b"polling"))
}

fn after_transport(received: &[u8]) -> Option<&[u8]> {
    let target = received
        .strip_prefix(b"GET ")
        .or_else(|| received.strip_prefix(b"POST "))?;
    target.strip_prefix(TRANSPORT)
}

impl Polls {
    /// What a request brings, to its own connection and to the session's poll.
    pub(crate) fn responses(
        &mut self,
        number: usize,
        received: &[u8],
    ) -> impl Iterator<Item = Response> + use<> {
        let [first, second] = match self.session(received) {
            None => [Some(self.open(number)), None],
            Some(session) if received.starts_with(b"GET ") => [session.poll(number), None],
            Some(session) => {
                let ok = Response::Fixed(number, Body::Ok);
                // The packet of an echo ends with a bracket, CONNECT does not.
                let body = match received.last() {
                    Some(b']') => Body::Echo,
                    _ => Body::Connected,
                };
                [Some(ok), session.bring(body)]
            }
        };
        first.into_iter().chain(second)
    }

    fn open(&mut self, number: usize) -> Response {
        let sid = format!("{:0SID$}", self.0.len());
        self.0.push(Session::default());
        Response::Opened(number, response(&open_packet(&sid)))
    }

    /// `None`: the request has no session id.
    fn session(&mut self, received: &[u8]) -> Option<&mut Session> {
        let rest = after_transport(received)?;
        let rest = rest.strip_prefix(b"polling&sid=")?;
        let sid = std::str::from_utf8(rest.get(..SID)?).ok()?;
        self.0.get_mut(sid.parse::<usize>().ok()?)
    }
}

impl Session {
    fn poll(&mut self, number: usize) -> Option<Response> {
        let ready = self.ready.take();
        self.waiting = ready.is_none().then_some(number);
        ready.map(|body| Response::Fixed(number, body))
    }

    fn bring(&mut self, body: Body) -> Option<Response> {
        let waiting = self.waiting.take();
        self.ready = waiting.is_none().then_some(body);
        waiting.map(|number| Response::Fixed(number, body))
    }
}

pub(crate) fn response(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}
