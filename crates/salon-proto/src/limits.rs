//! Every bound and every deadline of the protocol, each with its reason.

use std::time::Duration;

/// Bytes of the largest message, or body of a poll, that is compressed. This one takes some
/// milliseconds, in which the runtime's thread does nothing else; Node has threads for that.
pub const MAX_COMPRESSED: usize = 256 * 1_024;

/// How much one client may make us keep or do.
///
/// How many clients there may be is for what stands in front of the server to say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one WebSocket message or one HTTP body. Node's `maxHttpBufferSize`,
    /// lowered there from 100 MB after CVE-2020-36048; told to the client as
    /// `maxPayload`.
    pub max_payload: usize,
    /// Bytes of one message, or of the answer to one poll, that a client takes from its server.
    /// As much as `ws` in Node does; memory is taken only for what really comes.
    pub max_incoming: usize,
    /// Binary attachments of one packet, each of which may have `max_payload` bytes while the
    /// packet is put together. Node's default since CVE-2026-33151:
    /// without it one header makes us collect buffers for ever.
    pub max_attachments: usize,
    /// Binary values inside one packet whose parser puts them there, as MessagePack does. Each
    /// may take two bytes on the wire and takes some seventy of ours. Node has no such bound.
    pub max_embedded: usize,
    /// Bytes that may wait for one slow session before the overflow policy acts.
    /// Node has no such bound and runs out of memory instead. Four full messages,
    /// and one message always fits an empty queue.
    pub max_outbox: usize,
    /// Packets that may wait for one slow session. A tiny one takes some 300 bytes of memory
    /// whatever its size, which a limit in bytes does not see.
    pub max_outbox_packets: usize,
    /// Namespaces that one session may have joined or be joining. Each costs a
    /// socket; people use a handful.
    pub max_namespaces: usize,
    /// Bytes of a namespace's name. Longer ones are refused before they are looked
    /// up or kept.
    pub max_namespace_length: usize,
    /// Namespaces that clients may bring into being by one rule of the application (a dynamic
    /// namespace in Node, which has no such bound). Each takes about 1 KiB, and is kept unless
    /// empty ones are cleaned up.
    pub max_child_namespaces: usize,
    /// Bytes of the auth data that a client may send when it joins a namespace, since they are
    /// kept with its socket. A token has a few hundred; Node takes a whole payload.
    pub max_auth: usize,
    /// Bytes of headers that are kept of the request which opened a session, and likewise of its
    /// path with the query. Further headers are forgotten, a longer query too. Browsers send about 1,000.
    pub max_handshake: usize,
    /// Rooms one socket may be in, its own room not counted. A client can often make
    /// a server join rooms of its choosing.
    pub max_rooms: usize,
    /// Bytes of a room's name. A client can often choose it, and each name is kept as long as
    /// its room has members.
    pub max_room_name: usize,
    /// Events of rooms that wait in one namespace for hooks that take longer than clients come and
    /// go; further ones are dropped, and the hooks are told how many. Each has some 60 bytes. A
    /// socket in `max_rooms` rooms makes twice as many when it leaves, so this is five times that.
    pub max_room_events: usize,
    /// Bytes of the name of an event from a client. Names are looked up, logged and counted by;
    /// one that is longer than this is nobody's.
    pub max_event_name: usize,
    /// Acknowledgements that one socket may owe us at a time. A client that never
    /// answers would otherwise cost memory for each event until its deadline.
    pub max_pending_acks: usize,
    /// Handlers of one session that may be running at a time. Above it we stop
    /// reading from that session: its own flood waits in its own TCP window. So do its answers
    /// and pongs, until a handler ends.
    pub max_running_handlers: usize,
    /// Packets that wait in a client's socket for a session that takes them. JavaScript's client
    /// keeps all, and sends them in one burst when it is back.
    pub max_buffered_packets: usize,
    /// Bytes of these packets. Four full messages, as in an outbox.
    pub max_buffered_bytes: usize,
    /// Events that a client keeps before its socket is connected, and before the application
    /// has taken them.
    pub max_unread_events: usize,
    /// Bytes of these events. What a server sends a client that comes back must fit.
    pub max_unread_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_payload: 1_000_000,
            max_incoming: 104_857_600,
            max_attachments: 10,
            max_embedded: 10_000,
            max_outbox: 4_000_000,
            max_outbox_packets: 16_384,
            max_namespaces: 64,
            max_namespace_length: 512,
            max_child_namespaces: 10_000,
            max_auth: 65_536,
            max_handshake: 16_384,
            max_rooms: 10_000,
            max_room_name: 1_024,
            max_room_events: 100_000,
            max_event_name: 1_024,
            max_pending_acks: 10_000,
            max_running_handlers: 1_000,
            max_buffered_packets: 10_000,
            max_buffered_bytes: 4_000_000,
            max_unread_events: 10_000,
            max_unread_bytes: 16_000_000,
        }
    }
}

/// How long we wait for a peer. One table, so that no wait goes without an end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// From opening, or from the last pong, to the next ping. Told to the client.
    pub ping_interval: Duration,
    /// From a ping until its pong is overdue and the session ends. Told to the client.
    pub ping_timeout: Duration,
    /// From the arrival of an upgrade candidate until it is closed. The session stays.
    pub upgrade_timeout: Duration,
    /// From opening until a session that has joined no namespace is closed.
    pub connect_timeout: Duration,
    /// How long a closing session waits for the client to fetch what is left.
    pub close_timeout: Duration,
    /// How long a client takes at most to reach its server: the name, TCP, the proxy, TLS. As
    /// long as JavaScript's client waits for all of opening by default.
    pub dial_timeout: Duration,
    /// From the head of a POST until its body must be whole. A client that sends a byte now and
    /// then would otherwise hold its buffer for ever.
    pub body_timeout: Duration,
    /// Rhythm of the noop packets that release a held poll while a candidate probes.
    /// The client may poll again before it has switched, so one is not enough.
    pub upgrade_noop_interval: Duration,
    /// From the first request of a client until its session must be open; then it tries again.
    pub open_timeout: Duration,
    /// From a client's wish to join a namespace until the application is told that no answer has
    /// come. The client goes on waiting: middlewares may take their time.
    pub join_timeout: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_millis(25_000),
            ping_timeout: Duration::from_millis(20_000),
            upgrade_timeout: Duration::from_millis(10_000),
            connect_timeout: Duration::from_millis(45_000),
            close_timeout: Duration::from_millis(30_000),
            dial_timeout: Duration::from_millis(20_000),
            body_timeout: Duration::from_millis(60_000),
            upgrade_noop_interval: Duration::from_millis(100),
            open_timeout: Duration::from_millis(20_000),
            join_timeout: Duration::from_millis(45_000),
        }
    }
}

impl Timing {
    /// The same with no time below one millisecond: a deadline that is always due would keep its
    /// session at work for ever.
    #[must_use]
    pub fn without_zeros(mut self) -> Self {
        for time in [
            &mut self.ping_interval,
            &mut self.ping_timeout,
            &mut self.upgrade_timeout,
            &mut self.connect_timeout,
            &mut self.close_timeout,
            &mut self.dial_timeout,
            &mut self.body_timeout,
            &mut self.upgrade_noop_interval,
            &mut self.open_timeout,
            &mut self.join_timeout,
        ] {
            *time = (*time).max(Duration::from_millis(1));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_zero() {
        let timing = Timing {
            ping_interval: Duration::ZERO,
            ..Timing::default()
        };
        let timing = timing.without_zeros();
        assert_eq!(timing.ping_interval, Duration::from_millis(1));
        assert_eq!(timing.ping_timeout, Timing::default().ping_timeout);
    }
}
