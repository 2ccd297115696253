//! Plain Engine.IO.

use salon::CloseReason;
use salon::engine::{Message, Protocol, Server, Socket};
use tokio::io::{DuplexStream, duplex};

use crate::support::{
    Client, Frame, Notes, Watchdog, fail, read_response, serve, settle, write_request,
};

fn dial(engine: &Server) -> DuplexStream {
    let (ours, theirs) = duplex(64 * 1024);
    serve(theirs, &engine.layer());
    ours
}

async fn open(engine: &Server, protocol: u8) -> Client {
    let target = format!("/engine.io/?EIO={protocol}&transport=websocket");
    let mut client = Client::dial(dial(engine), &target).await;
    assert!(client.text().await.starts_with(r#"0{"sid":"#));
    client
}

async fn request(engine: &Server, line: &str, body: &str) -> String {
    let mut stream = dial(engine);
    write_request(&mut stream, line, body).await;
    read_response(&mut stream).await.unwrap().ok()
}

fn echo(engine: &Server) {
    engine.on_message(|socket: Socket, message: Message| async move {
        socket.send(message).unwrap();
    });
}

#[tokio::test]
async fn an_echo_server_sends_back_text_and_bytes() {
    let _watchdog = Watchdog::start();
    let engine = Server::builder().allow_eio3(true).build_engine();
    echo(&engine);
    let mut client = open(&engine, 4).await;
    client.send("4hello").await;
    client.expect("4hello").await;
    client.send_binary(&[4, 1, 2]).await;
    assert_eq!(client.frame().await, Frame::Binary(vec![4, 1, 2]));
    let mut old = open(&engine, 3).await;
    old.send_binary(&[4, 1, 2]).await;
    assert_eq!(old.frame().await, Frame::Binary(vec![4, 1, 2]));
    assert_eq!(engine.session_count(), 2);
}

#[tokio::test]
async fn a_poller_is_served_too() {
    let _watchdog = Watchdog::start();
    let engine = Server::new();
    echo(&engine);
    engine.on_open(|socket: Socket| async move {
        assert_eq!(socket.protocol(), Protocol::V4);
        socket.send("welcome").unwrap();
    });
    let target = "/engine.io/?EIO=4&transport=polling";
    let opened = request(&engine, &format!("GET {target}"), "").await;
    let (_, rest) = opened.split_once(r#""sid":""#).unwrap();
    let (sid, _) = rest.split_once('"').unwrap();
    let target = format!("{target}&sid={sid}");
    assert_eq!(
        request(&engine, &format!("GET {target}"), "").await,
        "4welcome"
    );
    let posted = request(&engine, &format!("POST {target}"), "4a\u{1e}bAQI=").await;
    assert_eq!(posted, "ok");
    let polled = request(&engine, &format!("GET {target}"), "").await;
    assert_eq!(polled, "4a\u{1e}bAQI=");
}

#[tokio::test(start_paused = true)]
async fn opening_messages_and_the_end_are_told_in_order() {
    let _watchdog = Watchdog::start();
    let (engine, notes) = (Server::new(), Notes::default());
    let seen = notes.clone();
    engine.on_open(move |socket: Socket| {
        seen.add(format!("open by {}", socket.transport()));
        async {}
    });
    let seen = notes.clone();
    engine.on_message(move |_, message: Message| {
        seen.add(format!("{message:?}"));
        async {}
    });
    let seen = notes.clone();
    engine.on_close(move |_, reason: CloseReason| {
        seen.add(reason);
        async {}
    });
    let mut client = open(&engine, 4).await;
    client.send("4one").await;
    client.send("4").await;
    settle().await;
    drop(client);
    settle().await;
    let expected = [
        "open by websocket",
        r#"Text("one")"#,
        r#"Text("")"#,
        "transport close",
    ];
    assert_eq!(notes.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_socket_is_closed_after_what_was_sent() {
    let _watchdog = Watchdog::start();
    let engine = Server::new();
    engine.on_message(|socket: Socket, _: Message| async move {
        socket.send("bye").unwrap();
        socket.close();
        assert!(socket.send("too late").is_err());
    });
    let mut client = open(&engine, 4).await;
    client.send("4go").await;
    client.expect("4bye").await;
    assert_eq!(client.frame().await, Frame::Close(None));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_ends_alone() {
    let _watchdog = Watchdog::start();
    let engine = Server::new();
    engine.on_message(|socket: Socket, message: Message| {
        if message == "panic".into() {
            fail();
        }
        async move { socket.send(message).unwrap() }
    });
    let mut client = open(&engine, 4).await;
    client.send("4panic").await;
    client.send("4go on").await;
    client.expect("4go on").await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_closes_ends_its_sessions() {
    let _watchdog = Watchdog::start();
    let engine = Server::new();
    let mut client = open(&engine, 4).await;
    let closing = tokio::spawn({
        let engine = engine.clone();
        async move { engine.close().await }
    });
    assert_eq!(client.frame().await, Frame::Close(None));
    closing.await.unwrap();
    assert_eq!(engine.session_count(), 0);
    let mut stream = dial(&engine);
    write_request(&mut stream, "GET /engine.io/?EIO=4&transport=polling", "").await;
    assert_eq!(read_response(&mut stream).await.unwrap().status, 403);
}
