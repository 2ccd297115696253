//! How it all ends: nothing outlives the manager.

use std::time::Duration;

use salon::Server;
use salon_client::{Manager, Socket, Transport, concurrent, connect};
use tokio::runtime::Handle;

use crate::support::{Served, notes, soon};

fn server() -> Server {
    let io = Server::new();
    let (note, noted) = std::sync::mpsc::channel::<String>();
    let noted = std::sync::Mutex::new(noted);
    io.on("say", move |text: String| async move {
        note.send(text).unwrap();
    });
    io.set_state(noted);
    io.on(
        "said",
        |noted: salon::State<std::sync::Mutex<std::sync::mpsc::Receiver<String>>>| async move {
            noted.lock().unwrap().try_recv().ok()
        },
    );
    io.on("call", |socket: salon::Socket, event: String| async move {
        socket.emit(&event, ());
    });
    io
}

/// Waits until the runtime of the test, which is not the server's, has no task but these.
async fn tasks_end(left: usize) {
    let metrics = Handle::current().metrics();
    soon(async {
        while metrics.num_alive_tasks() > left {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_task_ends_with_the_last_handle() {
    let served = Served::start(server).await;
    for transports in [
        &[Transport::WebSocket][..],
        &[Transport::Polling],
        &[Transport::Polling, Transport::WebSocket],
    ] {
        let manager = served.manager(transports);
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 1);
        let (root, other) = (manager.socket("/"), manager.socket("/other"));
        root.connect();
        soon(root.connected()).await.unwrap();
        drop((manager, other));
        let clone = root.clone();
        drop(root);
        let asked: Option<String> = soon(clone.emit_with_ack("said", ())).await.unwrap();
        assert_eq!(asked, None, "one clone is enough");
        clone.emit("say", "the last word");
        drop(clone);
        tasks_end(0).await;
        let asking = served.socket("/").await;
        soon(async {
            while soon(asking.emit_with_ack::<Option<String>>("said", ()))
                .await
                .unwrap()
                .is_none()
            {}
        })
        .await;
        drop(asking);
        tasks_end(0).await;
    }
}

#[tokio::test]
async fn a_manager_that_is_opening_or_waiting_ends_too() {
    for url in ["http://127.0.0.1:1", "http://192.0.2.1"] {
        let socket = Manager::builder(url).build().unwrap().socket("/");
        socket.connect();
        tokio::time::sleep(Duration::from_millis(5)).await;
        drop(socket);
        tasks_end(0).await;
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connecting = connect(&url).into_future();
    let given_up = tokio::time::timeout(Duration::from_millis(20), connecting).await;
    assert!(given_up.is_err());
    tasks_end(0).await;
}

#[tokio::test]
async fn a_closed_manager_is_closed_for_all() {
    let served = Served::start(server).await;
    let socket = served.socket("/").await;
    let (note, mut noted) = notes();
    let own = socket.clone();
    socket.on("captures its socket", move || async move { drop(own) });
    socket.on_disconnect(
        move |reason: salon_client::DisconnectReason| async move { note.add(reason) },
    );
    socket.emit("say", "before");
    soon(socket.manager().close()).await;
    assert_eq!(noted.next().await, "forced close");
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
    assert!(!socket.is_connected() && !socket.is_active());
    assert!(soon(socket.recv()).await.is_none());
    assert!(
        soon(socket.emit("say", "after"))
            .await
            .unwrap_err()
            .is_disconnected()
    );
    socket.connect();
    assert!(soon(socket.connected()).await.is_err());
    soon(socket.manager().close()).await;
    let weak = socket.downgrade();
    drop(socket);
    assert!(weak.upgrade().is_none(), "closing has broken the cycle");
}

#[tokio::test]
async fn handlers_that_do_not_end_are_given_up_by_close() {
    let served = Served::start(server).await;
    let socket = soon(
        connect(&served.url("/"))
            .manager(|manager| {
                let closing = |timing: &mut salon_client::Timing| {
                    timing.close_timeout = Duration::from_millis(100);
                };
                manager.transports([Transport::WebSocket]).timing(closing)
            })
            .on("for ever", std::future::pending::<()>)
            .on("apart", concurrent(std::future::pending::<()>)),
    )
    .await
    .unwrap();
    let (note, mut noted) = notes();
    socket.on("last", move |_: Socket| async move { note.add("last") });
    for event in ["for ever", "apart", "last"] {
        socket.emit("call", event);
    }
    noted.next().await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 2);
    let manager = socket.manager().clone();
    drop(socket);
    soon(manager.close()).await;
    tasks_end(0).await;
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_leaves_nothing() {
    let served = Served::start(server).await;
    let socket = served.manager(&[Transport::WebSocket]).socket("/");
    let weak = socket.downgrade();
    socket.connect();
    let asked = socket.emit_with_ack::<()>("nobody answers", ());
    drop(socket);
    soon(weak.upgrade().unwrap().connected()).await.unwrap();
    drop(asked);
    assert!(weak.upgrade().is_none());
    tasks_end(0).await;
}

/// The runtime goes first: whoever waits learns that nothing will come.
#[test]
fn a_runtime_that_ends_leaves_no_believers() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let socket = runtime.block_on(async {
        let socket = Manager::builder("http://127.0.0.1:1")
            .build()
            .unwrap()
            .socket("/");
        socket.connect();
        tokio::task::yield_now().await;
        socket
    });
    assert!(socket.is_active());
    drop(runtime);
    assert!(!socket.is_active());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    assert!(runtime.block_on(socket.recv()).is_none());
    assert!(runtime.block_on(socket.connected()).is_err());
}

#[tokio::test]
async fn clones_of_what_is_about_to_connect_are_independent() {
    let served = Served::start(server).await;
    let (note, mut noted) = notes();
    let begin = connect(&served.url("/")).once("hello", move || {
        let note = note.clone();
        async move { note.add("hello") }
    });
    let one = soon(begin.clone()).await.unwrap();
    let other = soon(begin).await.unwrap();
    one.emit("call", "hello");
    assert_eq!(noted.next().await, "hello");
    soon(one.manager().close()).await;
    other.emit("call", "hello");
    assert_eq!(noted.next().await, "hello");
}

/// Time only passes here when the runtime has nothing to do: a task that wakes itself for nothing
/// would hold it up for ever.
#[tokio::test]
async fn a_client_that_waits_lets_its_runtime_sleep() {
    let served = Served::start(server).await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        let socket = served.manager(&[transport]).socket("/");
        socket.connect();
        soon(socket.connected()).await.unwrap();
        socket.emit("say", "something");
        let _: Option<String> = soon(socket.emit_with_ack("said", ())).await.unwrap();
        tokio::time::pause();
        tokio::time::sleep(Duration::from_secs(1)).await;
        tokio::time::resume();
    }
}
