//! An event for many.

use std::sync::Arc;
use std::time::Duration;

use salon_proto::Encoded;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::ack::Waiter;
use crate::error::Emitted;
use crate::handler::{Answer, Event, OwnedEvent, show};
use crate::hub::{Room, Rooms, Target};
use crate::namespace::NamespaceInner;
use crate::recovery::{Audience, Offset};
use crate::remote_socket::RemoteSocket;
use crate::responses::{ResponsesFuture, Waiting};
use crate::session::{Fanout, in_groups};
use crate::socket::Socket;

/// Whom an event is for: built step by step, then used. It can be cloned and used again.
///
/// Rooms add up, and a socket that is in several of them gets the event once. Without a room
/// it is for everyone in the namespace.
///
/// ```
/// # let io = salon::Server::new();
/// io.to("red").to("blue").except("muted").emit("news", "hello");
/// ```
#[derive(Clone)]
#[must_use = "a broadcast does nothing until something is emitted"]
pub struct Broadcast {
    namespace: Arc<NamespaceInner>,
    target: Target,
    is_volatile: bool,
    may_compress: bool,
    /// How long to wait for answers.
    timeout: Duration,
}

impl Broadcast {
    pub(crate) fn new(namespace: Arc<NamespaceInner>) -> Self {
        Self {
            timeout: namespace.ack_timeout,
            namespace,
            target: Target::all(),
            is_volatile: false,
            may_compress: true,
        }
    }

    /// Adds the members of a room.
    pub fn to(mut self, room: impl Into<Room>) -> Self {
        self.target = self.target.to(room);
        self
    }

    /// The same as [`to`](Self::to); JavaScript calls it `in`.
    pub fn within(self, room: impl Into<Room>) -> Self {
        self.to(room)
    }

    /// Leaves out the members of a room.
    pub fn except(mut self, room: impl Into<Room>) -> Self {
        self.target = self.target.except(room);
        self
    }

    /// Only clients of this server, where several servers form a cluster.
    pub fn local(mut self) -> Self {
        self.target = self.target.local();
        self
    }

    /// Only clients that can take the event this moment; others miss it.
    pub const fn volatile(mut self) -> Self {
        self.is_volatile = true;
        self
    }

    /// Whether the event may be compressed, where compression is on. Default: yes. Say no for
    /// what is compressed already, such as pictures.
    pub const fn compress(mut self, may_compress: bool) -> Self {
        self.may_compress = may_compress;
        self
    }

    /// How long [`emit_with_ack`](Self::emit_with_ack) waits, in place of the server's
    /// [`ack_timeout`](crate::ServerBuilder::ack_timeout).
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends an event. A tuple gives several arguments, `()` none.
    ///
    /// The event is encoded once, whatever the number of recipients.
    pub fn emit<T: Serialize>(&self, event: &str, args: T) -> Emitted {
        let mut emitted = Emitted::to(0);
        self.namespace.for_each_member(|namespace| {
            let written = namespace.plain_event(self.is_volatile, event, &args);
            emitted.add(match written {
                Ok((packet, offset)) => {
                    let packet = self.flagged(namespace, packet);
                    let outgoing = namespace.outgoing(event, &args);
                    self.deliver(namespace, &packet, offset, outgoing)
                }
                Err(error) => Emitted::failed(0, error.into()),
            });
        });
        emitted
    }

    /// Sends an event and waits for the answers of all who get it: each is of the type of one
    /// value, or a tuple for several.
    ///
    /// The answers that came are there at the deadline too, with the number of those missing.
    ///
    /// ```
    /// # use salon::{EmitError, Server};
    /// # use std::time::Duration;
    /// # async fn example(io: Server) -> Result<(), EmitError> {
    /// let votes = io
    ///     .to("jury")
    ///     .timeout(Duration::from_secs(30))
    ///     .emit_with_ack::<bool>("vote", "for or against?")
    ///     .await?;
    /// println!("{} did not vote", votes.missing);
    /// let ayes = votes.into_iter().filter(|vote| *vote).count();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The future fails only when the event cannot be encoded. Clients that cannot be reached
    /// are among those missing.
    pub fn emit_with_ack<R: DeserializeOwned>(
        &self,
        event: &str,
        args: impl Serialize,
    ) -> ResponsesFuture<R> {
        let id = self.namespace.next_ack_id();
        let (sender, answers) = mpsc::unbounded_channel();
        let mut waiting = Ok(Waiting::new(id, answers));
        self.namespace.for_each_member(|namespace| {
            let packet = namespace.event(Some(id), event, &args);
            match (&mut waiting, packet) {
                (Ok(waiting), Ok(packet)) => {
                    let packet = self.flagged(namespace, packet);
                    let before = waiting.asked.len();
                    self.ask(namespace, &packet, &sender, waiting);
                    if let Some(outgoing) = namespace.outgoing(event, &args) {
                        let asked = waiting.asked.iter().skip(before);
                        asked.for_each(|socket| show(&outgoing, socket));
                    }
                }
                (_, Err(error)) => waiting = Err(error.into()),
                (Err(_), _) => {}
            }
        });
        ResponsesFuture::new(waiting, self.timeout)
    }

    /// Sends an event that says its own name; see [`Event`].
    pub fn emit_event<E: Event>(&self, event: &E) -> Emitted {
        self.emit(E::NAME, event)
    }

    /// Sends the event `message`, as JavaScript's `send` does.
    pub fn send<T: Serialize>(&self, args: T) -> Emitted {
        self.emit("message", args)
    }

    /// Puts the sockets of this server that it is for into a room, or several, as
    /// [`Socket::join`](crate::Socket::join) does.
    ///
    /// ```
    /// # let io = salon::Server::new();
    /// io.to("lobby").sockets_join(["game", "red team"]);
    /// ```
    pub fn sockets_join(&self, rooms: impl Into<Rooms>) {
        let rooms = rooms.into();
        for socket in self.sockets() {
            rooms.iter().for_each(|room| _ = socket.join(room));
        }
    }

    /// Takes the sockets of this server that it is for out of a room, or several.
    pub fn sockets_leave(&self, rooms: impl Into<Rooms>) {
        let rooms = rooms.into();
        for socket in self.sockets() {
            rooms.iter().for_each(|room| _ = socket.leave(room));
        }
    }

    /// Disconnects the clients; `close` as for [`Socket::disconnect`](crate::Socket::disconnect).
    pub fn disconnect_sockets(&self, close: bool) {
        for socket in self.sockets() {
            socket.disconnect(close);
        }
    }

    /// The sockets that it is for, as they are now, on every server where several form a
    /// cluster: their ids, handshakes, rooms and data. Where there is only this server,
    /// [`sockets`](Self::sockets) gives the sockets themselves.
    ///
    /// ```
    /// # async fn example(io: salon::Server) -> Result<(), salon::HandlerError> {
    /// for socket in io.to("game").fetch_sockets().await {
    ///     let name: String = socket.data()?;
    ///     println!("{name} is in {:?}", socket.rooms());
    ///     socket.leave("lobby");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn fetch_sockets(&self) -> impl Future<Output = Vec<RemoteSocket>> + Send + use<> {
        let target = self.clone();
        async move {
            target
                .sockets()
                .iter()
                .filter_map(RemoteSocket::of)
                .collect()
        }
    }

    /// The sockets of this server that it is for.
    #[must_use]
    pub fn sockets(&self) -> Vec<Socket> {
        let mut sockets = Vec::new();
        self.namespace.for_each_member(|namespace| {
            let mut hub = namespace.hub.lock();
            sockets.extend(hub.select(&self.target).cloned());
        });
        sockets
    }

    fn flagged(&self, namespace: &NamespaceInner, packet: Encoded) -> Encoded {
        match self.may_compress {
            // Compressed at most once, whatever the number of recipients.
            true if namespace.deflate.is_some() => packet.shared(),
            true => packet,
            false => packet.without_compression(),
        }
    }

    /// Compresses what is for somebody who takes it so. It comes before the hub is locked for the
    /// recipients, since others would wait for it meanwhile.
    fn deflate_ahead(&self, namespace: &NamespaceInner, packet: &Encoded) {
        let Some(deflate) = namespace.deflate_of(packet) else {
            return;
        };
        let takes = |socket: &Socket| {
            let session = &socket.connection().session;
            session.deflates(packet, self.is_volatile)
        };
        let is_needed = namespace.hub.lock().select(&self.target).any(takes);
        if is_needed {
            packet.deflate_ahead(deflate);
        }
    }

    /// All recipients get the same id, as in Node.
    fn ask(
        &self,
        namespace: &NamespaceInner,
        packet: &Encoded,
        sender: &mpsc::UnboundedSender<Answer>,
        waiting: &mut Waiting,
    ) {
        let id = waiting.id;
        let mut failed = Vec::new();
        let mut fanout = Fanout::default();
        self.deflate_ahead(namespace, packet);
        let mut hub = namespace.hub.lock();
        for socket in hub.select(&self.target) {
            let expected = socket.await_answer(id, Waiter::Many(sender.clone()));
            let deliver = |()| socket.deliver_among(&mut fanout, packet, self.is_volatile);
            let sent = expected.and_then(deliver);
            if sent.is_err() {
                failed.extend(socket.forget_ack(id));
            }
            waiting.asked.push(socket.clone());
        }
        // What failed ends when the lock is free again.
        drop(hub);
    }

    /// An event with an offset is kept for recovery, too.
    fn deliver(
        &self,
        namespace: &NamespaceInner,
        packet: &Encoded,
        offset: Option<Offset>,
        outgoing: Option<OwnedEvent>,
    ) -> Emitted {
        let mut recipients = 0;
        let mut shown = Vec::new();
        let mut failure = None;
        let mut fanout = Fanout::default();
        self.deflate_ahead(namespace, packet);
        let mut hub = namespace.hub.lock();
        if let (Some(keeper), Some(offset)) = (&namespace.recovery, offset) {
            keeper.record(offset, Audience::Target(self.target.clone()), packet);
        }
        in_groups(hub.select(&self.target), Socket::touch, |socket| {
            if let Some(offset) = offset {
                socket.note(offset);
            }
            match socket.deliver_among(&mut fanout, packet, self.is_volatile) {
                Ok(()) => {
                    recipients += 1;
                    shown.extend(outgoing.as_ref().map(|_| socket.clone()));
                }
                // Missing it is what volatile means.
                Err(_) if self.is_volatile => {}
                Err(error) => failure = failure.take().or(Some(error)),
            }
        });
        drop(hub);
        drop(fanout);
        if let Some(outgoing) = outgoing {
            shown.iter().for_each(|socket| show(&outgoing, socket));
        }
        match failure {
            None => Emitted::to(recipients),
            Some(error) => Emitted::failed(recipients, error),
        }
    }
}

impl std::fmt::Debug for Broadcast {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broadcast")
            .field("namespace", &self.namespace.name)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use salon_proto::ws::Deflate;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::Server;

    async fn join(server: SocketAddr, extensions: &str) -> TcpStream {
        let mut stream = TcpStream::connect(server).await.unwrap();
        let request = format!(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: a\r\n\
             connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extensions}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.write_all(b"\x81\x82\0\0\0\x0040").await.unwrap();
        let mut read = Vec::new();
        while !read.ends_with(br#"40{"sid":""#) {
            read.push(stream.read_u8().await.unwrap());
        }
        stream
    }

    #[tokio::test]
    async fn a_large_event_is_compressed_before_anything_is_locked_for_whoever_wants_it() {
        let io = Server::builder()
            .per_message_deflate(Deflate::new())
            .build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(crate::serve(listener, io.clone()).into_future());
        let all = io.of("/").broadcast();
        let event = |length: usize| {
            let written = all.namespace.event(None, "event", &"x".repeat(length));
            written.unwrap()
        };
        let is_compressed = |broadcast: &Broadcast, length: usize| {
            let packet = broadcast.flagged(&broadcast.namespace, event(length));
            broadcast.deflate_ahead(&broadcast.namespace, &packet);
            packet.is_deflated_ahead()
        };
        let lone = |length: usize| {
            let sockets = all.sockets().into_iter();
            let sent = sockets.map(|socket| socket.deflated_ahead(event(length), false));
            sent.filter(Encoded::is_deflated_ahead).count()
        };
        assert!(!is_compressed(&all, 5_000), "nobody is there");
        let _plain = join(address, "").await;
        assert!(!is_compressed(&all, 5_000), "nobody takes it");
        assert_eq!(lone(5_000), 0, "nor does the only one");
        let _other = join(address, "sec-websocket-extensions: permessage-deflate\r\n").await;
        assert!(is_compressed(&all, 5_000));
        assert!(!is_compressed(&all, 500), "it is too small");
        assert!(!is_compressed(&all.clone().to("nobody"), 5_000));
        assert_eq!((lone(5_000), lone(500)), (1, 0));
    }
}
