//! Every public method may be called from everywhere: no lock is held while handlers run.
//!
//! A deadlock stops the thread, so it is the [`Watchdog`](crate::support::Watchdog) that fails.

use salon::{DisconnectReason, Server, Socket};

use crate::support::{Frame, Host, Notes, settle};

/// Calls everything that a handler can get hold of.
fn call_everything(socket: &Socket) {
    let (io, namespace, id) = (socket.server(), socket.namespace(), socket.id());
    let _ = (socket.is_connected(), socket.transport(), socket.rooms());
    let _ = (socket.handshake().query_value("EIO"), socket.auth::<()>());
    let _ = format!("{socket:?} {namespace:?} {io:?} {:?}", namespace.to("room"));
    socket.join("room");
    socket.emit("to one", 1);
    drop(socket.emit_with_ack::<u8>("question", 1));
    for broadcast in [
        socket.broadcast(),
        socket.to("room"),
        socket.except("room"),
        namespace.broadcast(),
        namespace.to("room").except(&id),
        namespace.within("room").local(),
        namespace.except("other"),
        io.to("room"),
        io.local(),
        io.except(&id),
    ] {
        broadcast.emit("to many", 1);
        broadcast.clone().volatile().emit("to many", 1);
        assert!(broadcast.sockets().len() <= namespace.len());
    }
    assert_eq!(namespace.socket(&id).is_some(), socket.is_connected());
    assert_eq!(namespace.sockets().len(), namespace.len());
    assert_eq!(namespace.is_empty(), namespace.sockets().is_empty());
    namespace.emit("to all", ());
    io.emit("to all", ());
    socket.leave("room");
    call_setup(&io);
}

/// Registers handlers and state while others are at work.
fn call_setup(io: &Server) {
    io.set_state(7_u8);
    io.on("never", || async {});
    let other = io.of("/made in a handler");
    other.on_connect(|| async {});
    other.on_disconnect(|| async {});
    other.middleware(|| async {});
    other.emit("nobody", ());
    let _ = io.session_count();
}

fn busy_host() -> (Host, Notes) {
    let (host, notes) = (Host::new(), Notes::default());
    host.middleware(|socket: Socket| {
        call_everything(&socket);
        async move { call_everything(&socket) }
    });
    host.on_connect(|socket: Socket| {
        call_everything(&socket);
        async move { call_everything(&socket) }
    });
    host.on("x", |socket: Socket| {
        call_everything(&socket);
        async move {
            call_everything(&socket);
            settle().await;
            call_everything(&socket);
        }
    });
    let gone = notes.clone();
    host.on_disconnect(move |socket: Socket, why: DisconnectReason| {
        call_everything(&socket);
        async move {
            call_everything(&socket);
            gone.add(why);
        }
    });
    (host, notes)
}

#[tokio::test(start_paused = true)]
async fn handlers_may_call_everything() {
    let (host, notes) = busy_host();
    let (mut one, mut two) = (host.open().await, host.open().await);
    one.send("40").await;
    two.send("40").await;
    settle().await;
    one.send(r#"42["x"]"#).await;
    two.send("41").await;
    settle().await;
    settle().await;
    assert_eq!(notes.take(), ["client namespace disconnect"]);
    drop(one);
    settle().await;
    assert_eq!(notes.take(), ["transport close"]);
    assert_eq!(host.of("/").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn disconnect_handlers_may_call_everything_when_the_server_disconnects() {
    let (host, notes) = busy_host();
    for _ in 0..3 {
        let mut client = host.open().await;
        client.send("40").await;
        settle().await;
        host.of("/").sockets()[0].disconnect(true);
        while client.frame().await != Frame::Close(None) {}
    }
    assert_eq!(notes.take(), ["server namespace disconnect"; 3]);
}

#[tokio::test(start_paused = true)]
async fn disconnect_handlers_may_call_everything_when_the_server_closes() {
    let (host, notes) = busy_host();
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = host.open().await;
        client.send("40").await;
        clients.push(client);
    }
    settle().await;
    host.close().await;
    settle().await;
    assert_eq!(notes.take(), ["server shutting down"; 5]);
}

#[tokio::test(start_paused = true)]
async fn disconnect_handlers_may_call_everything_when_a_broadcast_overflows() {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_outbox = 2_000));
    let (host, notes) = (host.pipe(500), Notes::default());
    let gone = notes.clone();
    host.on_disconnect(move |socket: Socket, why: DisconnectReason| {
        call_everything(&socket);
        async move { gone.add(why) }
    });
    let _slow = (host.join().await, host.join().await);
    for number in 0..100 {
        host.emit("news", (number, "x".repeat(100)));
        settle().await;
    }
    assert_eq!(notes.take(), ["slow consumer"; 2]);
}

#[tokio::test(start_paused = true)]
async fn an_extractor_may_call_everything() {
    struct Nosy;
    impl salon::Extract<Socket> for Nosy {
        fn extract(call: &salon::Call<'_>) -> Result<Self, salon::HandlerError> {
            call_everything(call.socket());
            Ok(Self)
        }
    }
    let host = Host::new();
    host.on("x", |_: Nosy| async { 1 });
    let mut client = host.join().await;
    client.send(r#"421["x"]"#).await;
    assert!(client.waiting().await.contains(&"431[1]".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn what_is_emitted_may_emit_while_it_is_written() {
    struct Chatty(Socket);
    impl serde::Serialize for Chatty {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            call_everything(&self.0);
            serializer.serialize_u8(1)
        }
    }
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    host.emit("chatty", Chatty(socket.clone()));
    socket.emit("chatty", Chatty(socket.clone()));
    let texts = client.waiting().await;
    let chatty = texts.iter().filter(|text| *text == r#"42["chatty",1]"#);
    assert_eq!(chatty.count(), 2);
}
