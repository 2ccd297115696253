//! What goes wrong in one place must stay there.

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use salon::{Call, Extract, HandlerError, Server, Socket};
use support::{Client, only_socket};

struct Bad;

impl Extract<Socket> for Bad {
    fn extract(_: &Call<'_>) -> Result<Self, HandlerError> {
        panic!("an extractor that panics")
    }
}

#[tokio::test]
async fn a_panic_while_arguments_are_read_is_the_answer_of_that_event_only() {
    let io = Server::new();
    io.on("bad", |_: Bad| async {});
    io.on("good", || async { "still here" });
    let client = Client::connect(&io).await;
    client.post(r#"420["bad"]"#).await;
    assert_eq!(client.poll().await, r#"430[{"error":"Internal error"}]"#);
    client.post(r#"421["good"]"#).await;
    assert_eq!(client.poll().await, r#"431["still here"]"#);
    io.close().await;
}

#[tokio::test]
async fn a_panic_in_a_disconnect_handler_keeps_nobody_in_the_rooms() {
    let io = Server::new();
    let other = io.of("/other");
    for namespace in [io.of("/"), other.clone()] {
        namespace.on_disconnect(|_: Bad| async {});
    }
    let client = Client::connect(&io).await;
    client.post("40/other,").await;
    client.poll().await;
    assert_eq!((io.of("/").len(), other.len()), (1, 1));
    client.post("1").await;
    assert_eq!((io.of("/").len(), other.len()), (0, 0));
}

#[tokio::test]
async fn a_client_whose_middleware_panics_is_refused_and_may_try_again() {
    let io = Server::new();
    let tries = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&tries);
    io.of("/moody").middleware(move || async move {
        assert!(
            count.fetch_add(1, Ordering::Relaxed) > 0,
            "the first time it panics"
        );
    });
    let client = Client::connect(&io).await;
    client.post("40/moody,").await;
    assert_eq!(
        client.poll().await,
        r#"44/moody,{"message":"Internal error"}"#
    );
    client.post("40/moody,").await;
    assert!(client.poll().await.starts_with(r#"40/moody,{"sid":""#));
    assert_eq!(tries.load(Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_disconnect_a_socket_neither_takes_out_its_successor() {
    for _ in 0..300 {
        let io = Server::new();
        let client = Client::connect(&io).await;
        let start = Arc::new(Barrier::new(3));
        let disconnect = |socket: Socket| {
            let start = Arc::clone(&start);
            std::thread::spawn(move || {
                start.wait();
                socket.disconnect(false);
            })
        };
        let socket = only_socket(&io);
        let threads = [disconnect(socket.clone()), disconnect(socket.clone())];
        start.wait();
        client.post("40").await;
        for thread in threads {
            thread.join().unwrap();
        }
        io.close().await;
        assert_eq!(io.of("/").len(), 0, "sockets without a session");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_session_opens_while_the_server_closes() {
    for _ in 0..100 {
        let io = Server::new();
        let opening = tokio::spawn({
            let io = io.clone();
            async move {
                for _ in 0..5 {
                    Client::try_open(&io).await;
                }
            }
        });
        tokio::task::yield_now().await;
        io.close().await;
        opening.await.unwrap();
        assert_eq!(io.session_count(), 0);
    }
}

#[tokio::test]
async fn an_acknowledgement_may_be_awaited_for_ever() {
    let io = Server::builder().ack_timeout(Duration::MAX).build();
    let client = Client::connect(&io).await;
    let answer = only_socket(&io)
        .emit_with_ack::<u32>("question", ())
        .timeout(Duration::MAX);
    assert_eq!(client.poll().await, r#"420["question"]"#);
    client.post("430[7]").await;
    assert_eq!(answer.await.unwrap(), 7);
}

#[tokio::test]
async fn connect_handlers_start_before_disconnect_handlers() {
    let io = Server::new();
    let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
    let connected = sender.clone();
    io.on_connect(move |socket: Socket| async move {
        connected.send("connect").unwrap();
        socket.disconnect(false);
    });
    io.on_disconnect(move || async move { sender.send("disconnect").unwrap() });
    let client = Client::open(&io).await;
    client.post("40").await;
    assert_eq!(order.recv().await, Some("connect"));
    assert_eq!(order.recv().await, Some("disconnect"));
    assert_eq!(io.of("/").len(), 0);
}
