//! Coming back.

use std::time::Duration;

use salon::{Recovery, Server};
use salon_client::{
    CloseReason, DisconnectDetails, DisconnectReason, EmitError, Manager, Reconnection, Socket,
    Transport,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Served, notes, soon};

fn server() -> Server {
    server_that_pings_every(Duration::from_secs(25))
}

fn server_that_pings_every(interval: Duration) -> Server {
    let io = Server::builder()
        .recovery(Recovery::new())
        .timing(|timing| {
            timing.ping_interval = interval;
            timing.ping_timeout = interval;
        })
        .build();
    io.on("say", |io: Server, text: String| async move {
        io.emit("said", text);
    });
    io.on("twice", |number: i64| async move { number * 2 });
    io
}

#[tokio::test]
async fn after_a_restart_the_client_is_back_with_what_it_had_to_say() {
    for transport in [Transport::WebSocket, Transport::Polling] {
        let served = Served::start(server).await;
        let manager = served.manager(&[transport]);
        let socket = manager.socket("/");
        let (note, mut noted) = notes();
        let (connected, gone, back) = (note.clone(), note.clone(), note);
        socket.on_connect(move || async move { connected.add("connected") });
        socket.on_disconnect(move |socket: Socket, reason: DisconnectReason| async move {
            gone.add(format!("{reason} {}", socket.is_active()));
        });
        manager.on_reconnect(move || async move { back.add("reconnected") });
        socket.connect();
        assert_eq!(noted.next().await, "connected");
        let first = socket.id();

        let address = served.stop().await;
        let reason = match transport {
            Transport::WebSocket => "transport close true",
            _ => "transport error true",
        };
        assert_eq!(noted.next().await, reason);
        assert_eq!(socket.id(), None);
        let waiting = socket.emit_with_ack::<i64>("twice", 21);
        let served = Served::on(address, server).await;
        assert_eq!(soon(waiting).await.unwrap(), 42);
        assert_eq!(noted.next().await, "reconnected");
        assert_eq!(noted.next().await, "connected");
        assert!(socket.id().is_some() && socket.id() != first);
        drop(served);
    }
}

#[tokio::test]
async fn reconnection_can_be_switched_off_meanwhile() {
    let served = Served::start(server).await;
    let manager = served.manager(&[Transport::WebSocket]);
    let (note, mut noted) = notes();
    let (opened, attempted) = (note.clone(), note.clone());
    manager.on_open(move || async move { opened.add("open") });
    manager.on_close(move |reason: CloseReason| async move { note.add(reason) });
    manager.on_reconnect_attempt(move |manager: Manager, attempt: u32| async move {
        attempted.add(attempt);
        let reconnection = manager.reconnection();
        manager.set_reconnection(Reconnection {
            enabled: attempt < 2,
            ..reconnection
        });
    });
    let socket = manager.socket("/");
    socket.connect();
    assert_eq!(noted.next().await, "open");
    soon(socket.connected()).await.unwrap();
    served.stop().await;
    for expected in ["transport close", "1", "2"] {
        assert_eq!(noted.next().await, expected);
    }
    assert!(soon(socket.recv()).await.is_none(), "nobody tries any more");
    assert_eq!(noted.now(), None);
}

#[tokio::test]
async fn an_answer_that_was_on_its_way_is_lost_with_the_connection() {
    let served = Served::start(server).await;
    let socket = served.socket("/").await;
    let asked = socket.emit_with_ack::<i64>("nobody answers", ());
    soon(socket.emit("say", "after it")).await.unwrap();
    soon(socket.recv()).await.unwrap();
    served.stop().await;
    assert!(matches!(
        soon(asked).await,
        Err(salon_client::AckError::Disconnected)
    ));
}

/// Passes bytes on, until it is told to freeze or to cut.
struct Between {
    url: String,
    frozen: tokio::sync::watch::Sender<bool>,
    cut: tokio::sync::broadcast::Sender<()>,
}

impl Between {
    async fn start(served: &Served) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (frozen, watch) = tokio::sync::watch::channel(false);
        let (cut, _) = tokio::sync::broadcast::channel(1);
        let (address, cuts) = (served.address, cut.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(address).await.unwrap();
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                tokio::spawn(pass(near_in, far_out, watch.clone(), cuts.subscribe()));
                tokio::spawn(pass(far_in, near_out, watch.clone(), cuts.subscribe()));
            }
        });
        Self { url, frozen, cut }
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut frozen: tokio::sync::watch::Receiver<bool>,
    mut cut: tokio::sync::broadcast::Receiver<()>,
) {
    let mut buffer = [0; 4_096];
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read.unwrap_or(0),
            _ = cut.recv() => return,
        };
        if read == 0 || frozen.wait_for(|frozen| !frozen).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

async fn through(between: &Between) -> Socket {
    let manager = salon_client::Manager::builder(&between.url)
        .transports([Transport::WebSocket])
        .reconnection_delay(Duration::from_millis(50))
        .build()
        .unwrap();
    let socket = manager.socket("/");
    socket.connect();
    soon(socket.connected()).await.unwrap();
    socket
}

#[tokio::test]
async fn a_frozen_server_is_left_and_met_again() {
    let served = Served::start(|| server_that_pings_every(Duration::from_millis(300))).await;
    let between = Between::start(&served).await;
    let socket = through(&between).await;
    let (note, mut noted) = notes();
    let back = note.clone();
    socket.on_disconnect(move |reason: DisconnectReason| async move { note.add(reason) });
    socket.on_connect(move || async move { back.add("back") });
    between.frozen.send_replace(true);
    assert_eq!(noted.next().await, "ping timeout");
    between.frozen.send_replace(false);
    assert_eq!(noted.next().await, "back");
}

#[tokio::test]
async fn a_short_cut_is_recovered_with_what_was_missed() {
    let served = Served::start(server).await;
    let between = Between::start(&served).await;
    let (socket, other) = (through(&between).await, served.socket("/").await);
    other.emit("say", "one");
    assert_eq!(
        soon(socket.recv()).await.unwrap().json().split(',').nth(1),
        Some("\"one\"")
    );
    assert!(!socket.is_recovered());
    let id = socket.id();
    let (note, mut noted) = notes();
    socket.on_disconnect(move |details: DisconnectDetails| async move { note.add(details) });
    let (note, mut seen) = notes();
    socket.on_any(move |socket: Socket| async move { note.add(socket.is_connected()) });
    between.cut.send(()).unwrap();
    assert!(
        noted
            .next()
            .await
            .starts_with("websocket connection closed")
    );
    soon(other.emit("say", "two")).await.unwrap();
    soon(socket.connected()).await.unwrap();
    assert!(socket.is_recovered());
    assert_eq!(socket.id(), id);
    let missed = soon(socket.recv()).await.unwrap();
    assert_eq!(missed.data::<String>().unwrap(), "two");
    assert_eq!(seen.next().await, "true", "as in JavaScript");
}

#[tokio::test]
async fn what_waits_for_a_connection_has_bounds() {
    let manager = salon_client::Manager::builder("http://127.0.0.1:1")
        .limits(|limits| limits.max_buffered_packets = 2)
        .build()
        .unwrap();
    let socket = manager.socket("/");
    let kept = [socket.emit("a", ()), socket.emit("b", ())];
    assert!(soon(socket.emit("c", ())).await.unwrap_err().is_full());
    assert!(
        soon(socket.volatile().emit("v", ()))
            .await
            .unwrap_err()
            .is_missed()
    );
    soon(manager.close()).await;
    for one in kept {
        assert!(soon(one).await.unwrap_err().is_disconnected());
    }
    assert!(matches!(soon(socket.emit("d", ())).await, Err(error) if error.is_disconnected()));

    let old = salon_client::Manager::builder("http://127.0.0.1:1")
        .build()
        .unwrap();
    let socket = old
        .socket_builder("/")
        .max_buffered_age(Duration::from_millis(20))
        .build();
    let expired: EmitError = soon(socket.emit("a", ())).await.unwrap_err();
    assert!(expired.is_dropped(), "{expired}");
}

#[tokio::test]
async fn with_retries_an_event_is_sent_until_it_is_answered() {
    let served = Served::start(|| {
        let io = Server::new();
        let tries = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        io.on("third time", move |ack: salon::Ack| async move {
            if tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 2 {
                ack.send(&"at last").unwrap();
            }
        });
        io.on("fine", || async { 1 });
        io
    })
    .await;
    let socket = served
        .manager(&[Transport::WebSocket])
        .socket_builder("/")
        .retries(3)
        .ack_timeout(Duration::from_millis(200))
        .build();
    socket.connect();
    let answer = socket.emit_with_ack::<String>("third time", ());
    let after = socket.emit("fine", ());
    assert_eq!(soon(answer).await.unwrap(), "at last");
    soon(after).await.expect("it has its turn then");
    let unanswered = soon(socket.emit("nobody knows it", ())).await.unwrap_err();
    assert!(unanswered.is_dropped(), "{unanswered}");
}

#[tokio::test]
async fn an_attempt_may_go_elsewhere_with_other_parameters_and_headers() {
    let first = Served::start(greeter).await;
    let second = Served::start(greeter).await;
    let elsewhere = second.url("/?token=2");
    let manager = first.manager(&[Transport::Polling, Transport::WebSocket]);
    manager.on_reconnect_attempt(move |manager: Manager, attempt: u32| {
        manager.set_url(&elsewhere).unwrap();
        manager.set_query("attempt", &attempt.to_string());
        manager.set_header("x-reason", "moved").unwrap();
        async {}
    });
    let socket = manager.socket("/");
    let (note, mut noted) = notes();
    socket.on("seen", move |seen: String| async move { note.add(seen) });
    socket.connect();
    assert_eq!(noted.next().await, "token: -, attempt: -, reason: -");
    first.stop().await;
    assert_eq!(noted.next().await, "token: 2, attempt: 1, reason: moved");
}

/// Tells each client how it came.
fn greeter() -> Server {
    let io = Server::new();
    io.on_connect(|socket: salon::Socket| async move {
        let handshake = socket.handshake();
        let query = |name| handshake.query_value(name).unwrap_or_else(|| "-".into());
        let reason = handshake.header("x-reason").unwrap_or("-");
        let seen = format!(
            "token: {}, attempt: {}, reason: {reason}",
            query("token"),
            query("attempt")
        );
        socket.emit("seen", seen);
    });
    io
}

#[tokio::test]
async fn what_cannot_be_used_changes_nothing() {
    let served = Served::start(greeter).await;
    let manager = served.manager(&[Transport::WebSocket]);
    assert!(manager.set_url("ftp://example.com").is_err());
    assert!(manager.set_header("x\ny", "1").is_err());
    let socket = manager.socket("/");
    socket.connect();
    soon(socket.connected()).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_is_dropped_on_purpose_comes_back_with_its_state() {
    for transport in [Transport::WebSocket, Transport::Polling] {
        let served = Served::start(server).await;
        let manager = served.manager(&[transport]);
        manager.drop_connection();
        let socket = manager.socket("/");
        let (note, mut noted) = notes();
        let (connected, said, gone) = (note.clone(), note.clone(), note);
        socket.on_connect(move |socket: Socket| async move {
            connected.add(format!("recovered: {}", socket.is_recovered()));
        });
        socket.on("said", move |text: String| async move { said.add(text) });
        socket.on_disconnect(move |reason: DisconnectReason| async move { gone.add(reason) });
        socket.connect();
        assert_eq!(noted.next().await, "recovered: false");
        // Only with an event there is something to come back to.
        socket.emit("say", "hello");
        assert_eq!(noted.next().await, "hello");
        manager.drop_connection();
        assert_eq!(noted.next().await, "transport error");
        assert_eq!(noted.next().await, "recovered: true", "{transport}");
    }
}
