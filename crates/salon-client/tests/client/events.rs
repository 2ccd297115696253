//! Events and answers, both ways.

use std::time::Duration;

use bytes::Bytes;
use salon::Server;
use salon_client::{
    Ack, AckError, AllArgs, EventName, Extension, HandlerError, Manager, RawAnswer, Socket, State,
    Transport, connect, sequential,
};
use serde_json::{Value, json};

use crate::support::{Served, notes, soon};

fn server() -> Server {
    let io = Server::new();
    for namespace in ["/", "/chat"] {
        let space = io.of(namespace);
        space.on("add", |(a, b): (i64, i64)| async move { a + b });
        space.on("echo", |socket: salon::Socket, data: Value| async move {
            socket.emit("echoed", data);
        });
        space.on("reverse", |bytes: Bytes| async move {
            Bytes::from(bytes.iter().rev().copied().collect::<Vec<u8>>())
        });
        space.on(
            "ask",
            |socket: salon::Socket, (event, data): (String, Value)| async move {
                let answer: Result<AllArgs<Value>, _> = socket.emit_with_ack(&event, data).await;
                answer.map_or_else(|error| vec![json!(error.to_string())], |answer| answer.0)
            },
        );
        space.on("burst", |socket: salon::Socket, count: u32| async move {
            for number in 0..count {
                socket.emit("one", number);
            }
        });
        space.on("sessions", |io: Server| async move { io.session_count() });
        space.on("silent", || async {});
    }
    io
}

#[tokio::test]
async fn events_and_answers_go_both_ways_over_every_transport() {
    let served = Served::start(server).await;
    for transports in [
        &[Transport::WebSocket][..],
        &[Transport::Polling],
        &[Transport::Polling, Transport::WebSocket],
    ] {
        let connecting = connect(&served.url("/chat"))
            .manager(|manager| manager.transports(transports.to_vec()))
            .on("double", |number: i64| async move { number * 2 });
        let socket = soon(connecting).await.unwrap();
        let sum: i64 = soon(socket.emit_with_ack("add", (1, 2))).await.unwrap();
        assert_eq!(sum, 3);
        let asked = socket.emit_with_ack("reverse", Bytes::from_static(b"abc"));
        let bytes: Bytes = soon(asked).await.unwrap();
        assert_eq!(bytes, "cba");
        soon(socket.emit("echo", "hello")).await.unwrap();
        let event = soon(socket.recv()).await.unwrap();
        assert_eq!(event.json(), r#"["echoed","hello"]"#);
        assert_eq!(event.data::<String>().unwrap(), "hello");
        let asked = socket.emit_with_ack("ask", ("double", 21));
        let answer: Vec<Value> = soon(asked).await.unwrap();
        assert_eq!(answer, [json!(42)]);
    }
}

#[tokio::test]
async fn a_manager_says_how_its_connection_travels() {
    let served = Served::start(server).await;
    for (transports, expected) in [
        (&[Transport::WebSocket][..], Transport::WebSocket),
        (&[Transport::Polling], Transport::Polling),
        (
            &[Transport::Polling, Transport::WebSocket],
            Transport::WebSocket,
        ),
    ] {
        let manager = served.manager(transports);
        assert_eq!(manager.transport(), None);
        let socket = manager.socket("/");
        socket.connect();
        soon(socket.connected()).await.unwrap();
        soon(async {
            // The upgrade comes when it comes.
            while manager.transport() != Some(expected) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
        soon(manager.close()).await;
        assert_eq!(manager.transport(), None);
    }
}

#[tokio::test]
async fn a_parser_is_used_by_both_sides() {
    let served = Served::start(|| {
        let io = Server::builder().parser(salon::parser::MessagePack).build();
        io.on("reverse", |bytes: Bytes| async move {
            bytes.iter().rev().copied().collect::<Vec<u8>>()
        });
        io
    })
    .await;
    let connecting = connect(&served.url("/"))
        .manager(|manager| manager.parser(salon_client::parser::MessagePack));
    let socket = soon(connecting).await.unwrap();
    let asked = socket.emit_with_ack("reverse", Bytes::from_static(b"abc"));
    let reversed: Vec<u8> = soon(asked).await.unwrap();
    assert_eq!(reversed, b"cba");
}

#[tokio::test]
async fn two_namespaces_share_one_connection() {
    let served = Served::start(server).await;
    let manager = served.manager(&[Transport::WebSocket]);
    let sockets = ["/", "/chat"].map(|namespace| manager.socket(namespace));
    for socket in &sockets {
        socket.connect();
        soon(socket.connected()).await.unwrap();
    }
    assert_ne!(sockets[0].id(), sockets[1].id());
    let sessions: usize = soon(sockets[1].emit_with_ack("sessions", ()))
        .await
        .unwrap();
    assert_eq!(sessions, 1);

    sockets[1].disconnect();
    let sum: i64 = soon(sockets[0].emit_with_ack("add", (1, 2))).await.unwrap();
    assert_eq!(sum, 3, "one socket leaves, the other stays");
    let again = manager.socket("chat");
    assert_eq!(again.namespace(), "/chat");
    again.connect();
    soon(sockets[1].connected())
        .await
        .expect("it is the same socket");
}

#[tokio::test]
async fn handlers_have_the_servers_forms() {
    let served = Served::start(server).await;
    let manager = served.manager(&[Transport::WebSocket]);
    manager.set_state(5_i64);
    let socket = manager.socket("/");
    socket.set_extension(7_i64);
    socket.on(
        "values",
        |state: State<i64>, kept: Extension<i64>, _: Manager, added: i64| async move {
            (*state + *kept + added, "second")
        },
    );
    socket.on("late", |ack: Ack| async move { ack.send(&"sent").unwrap() });
    socket.on("fail", || async {
        Err::<(), _>(HandlerError::new("no").with_data(1))
    });
    socket.on("panic", |_: Socket| async move {
        if true {
            panic!("on purpose");
        }
    });
    socket.connect();
    for (event, data, expected) in [
        ("values", json!(1), json!([13, "second"])),
        ("late", json!(null), json!(["sent"])),
        ("fail", json!(null), json!([{"error": "no", "data": 1}])),
        ("panic", json!(null), json!([{"error": "Internal error"}])),
    ] {
        let answer: Value = soon(socket.emit_with_ack("ask", (event, data)))
            .await
            .unwrap();
        assert_eq!(answer, expected, "{event}");
    }
    let asked = socket.emit_with_ack("ask", ("values", "text"));
    let answer: Value = soon(asked).await.unwrap();
    let error = answer[0]["error"].as_str().unwrap();
    assert!(error.starts_with("invalid data"), "{error}");
}

#[tokio::test]
async fn events_start_in_order_and_sequential_ones_wait() {
    let served = Served::start(server).await;
    let socket = served.socket("/").await;
    let (note, mut noted) = notes();
    let other = note.clone();
    socket.on("one", move |number: u32| async move { note.add(number) });
    socket.on(
        "one",
        sequential(move |number: u32| async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            other.add(format!("slow {number}"));
        }),
    );
    socket.emit("burst", 5);
    for expected in ["0", "1", "2", "3", "4"] {
        assert_eq!(noted.next().await, expected);
    }
    for number in 0..5 {
        assert_eq!(noted.next().await, format!("slow {number}"));
    }
}

#[tokio::test]
async fn hooks_see_events_before_handlers_and_what_is_sent() {
    let served = Served::start(server).await;
    let socket = served.manager(&[Transport::WebSocket]).socket("/");
    let (note, mut noted) = notes();
    let (out, any, hello, unhandled) = (note.clone(), note.clone(), note.clone(), note);
    socket.on_any_outgoing(move |event: EventName, data: Value| async move {
        out.add(format!("out {event} {data}"));
    });
    socket.on_any(move |event: EventName| async move { any.add(format!("any {event}")) });
    let once = socket.once("echoed", move |data: Value| async move { hello.add(data) });
    socket.on_unhandled(move |event: EventName| async move {
        unhandled.add(format!("unhandled {event}"));
    });
    socket.emit("echo", "before it is connected");
    tokio::task::yield_now().await;
    assert_eq!(noted.now(), None, "it is not sent yet");
    socket.connect();
    for expected in [
        "out echo \"before it is connected\"",
        "any echoed",
        "\"before it is connected\"",
    ] {
        assert_eq!(noted.next().await, expected);
    }
    assert!(!once.off(), "it was called");
    socket.emit("echo", 1);
    for expected in ["out echo 1", "any echoed", "unhandled echoed"] {
        assert_eq!(noted.next().await, expected);
    }
    assert!(
        socket.try_recv().is_none(),
        "a handler for the unhandled takes them"
    );
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let served = Served::start(server).await;
    let socket = served.socket("/").await;
    let limit = Duration::from_millis(50);
    let asked = socket.emit_with_ack::<()>("silent", ()).timeout(limit);
    assert!(matches!(soon(asked).await, Err(AckError::Timeout)));
    let asked = socket.timeout(limit).emit_with_ack::<()>("silent", ());
    assert!(matches!(soon(asked).await, Err(AckError::Timeout)));

    let asked = socket.emit_with_ack::<i64>("add", ("a", "b"));
    assert!(matches!(soon(asked).await, Err(AckError::Data(_))));
    let reserved = socket.emit("connect", ());
    assert!(soon(reserved).await.unwrap_err().is_invalid());
    let reserved = socket.emit_with_ack::<()>("disconnect", ());
    assert!(matches!(soon(reserved).await, Err(AckError::Emit(error)) if error.is_invalid()));
}

/// Handlers that are running hold up the server, and let it go on when they end.
#[tokio::test]
async fn too_many_running_handlers_hold_up_the_server() {
    let served = Served::start(server).await;
    let manager = Manager::builder(&served.url("/"))
        .transports([Transport::WebSocket])
        .limits(|limits| limits.max_running_handlers = 3)
        .build()
        .unwrap();
    let socket = manager.socket("/");
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let (note, mut noted) = notes();
    let opened = gate.clone();
    socket.on("one", move |number: u32| async move {
        note.add(number);
        opened.acquire().await.unwrap().forget();
    });
    socket.connect();
    socket.emit("burst", 10);
    for expected in ["0", "1", "2"] {
        assert_eq!(noted.next().await, expected);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(noted.now(), None);
    gate.add_permits(10);
    for expected in 3..10 {
        assert_eq!(noted.next().await, expected.to_string());
    }
}

/// No event is lost, none overtakes another of its thread, and nobody forgets to wake the task.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_thread_may_emit() {
    const THREADS: usize = 4;
    const EVENTS: u32 = 500;
    let served = Served::start(|| {
        let io = Server::new();
        let last = std::sync::Mutex::new([0_u32; THREADS]);
        let last = std::sync::Arc::new(last);
        io.on("count", move |(thread, number): (usize, u32)| async move {
            let mut last = last.lock().unwrap();
            assert_eq!(number, last[thread] + 1);
            last[thread] = number;
            last.iter().sum::<u32>()
        });
        io
    })
    .await;
    let socket = served.socket("/").await;
    let threads = (0..THREADS).map(|thread| {
        let socket = socket.clone();
        std::thread::spawn(move || {
            for number in 1..EVENTS {
                socket.emit("count", (thread, number));
                if number % 100 == 0 {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            socket.emit_with_ack::<u32>("count", (thread, EVENTS))
        })
    });
    let threads: Vec<_> = threads.collect();
    let mut sums = Vec::new();
    for thread in threads {
        sums.push(soon(thread.join().unwrap()).await.unwrap());
    }
    assert_eq!(sums.into_iter().max(), Some(THREADS as u32 * EVENTS));
}

#[tokio::test]
async fn events_that_are_emitted_faster_than_the_task_runs_are_bounded() {
    let served = Served::start(server).await;
    let socket = served.socket("/").await;
    let limit = salon_client::Limits::default().max_outbox_packets;
    for _ in 0..limit {
        socket.emit("silent", ());
    }
    assert!(soon(socket.emit("silent", ())).await.unwrap_err().is_full());
    tokio::task::yield_now().await;
    let sum: i64 = soon(socket.emit_with_ack("add", (1, 2))).await.unwrap();
    assert_eq!(sum, 3, "the task had its turn");
}

#[tokio::test]
async fn callbacks_hear_of_the_answer_or_why_there_is_none() {
    let served = Served::start(server).await;
    let socket = served.socket("/").await;
    let (note, mut noted) = notes();
    let noting = || {
        let note = note.clone();
        move |answer: Result<i64, AckError>| match answer {
            Ok(sum) => note.add(sum),
            Err(error) => note.add(error),
        }
    };
    socket.emit_with_callback("add", (1, 2), noting());
    assert_eq!(noted.next().await, "3");
    let soon_over = socket.timeout(Duration::from_millis(10));
    soon_over.emit_with_callback("silent", (), noting());
    assert_eq!(noted.next().await, "no answer came in time");
    socket.emit_with_callback("add", ("one", 2), noting());
    let said = noted.next().await;
    assert!(said.starts_with("the answer does not fit"), "{said}");
    // A panic is contained, and the next callback is called.
    socket.emit_with_callback("add", (1, 2), |_: Result<i64, AckError>| {
        panic!("for a test")
    });
    socket.emit_with_callback("add", (2, 2), noting());
    assert_eq!(noted.next().await, "4");
    socket.emit_with_callback("silent", (), noting());
    soon(socket.manager().close()).await;
    assert_eq!(
        noted.next().await,
        "the connection ended before an answer came"
    );
    socket.emit_with_callback("add", (1, 2), noting());
    assert_eq!(
        noted.next().await,
        "the event was not sent: the manager is closed"
    );
}

#[tokio::test]
async fn a_raw_callback_gets_the_answer_as_it_arrived() {
    let served = Served::start(server).await;
    let socket = served.socket("/").await;
    let (note, mut noted) = notes();
    let noting = || {
        let note = note.clone();
        move |answer: Result<RawAnswer<'_>, AckError>| match answer {
            Ok(answer) => {
                let read = answer.read::<i64>().map_err(|error| error.to_string());
                let bytes = answer.attachments().len();
                note.add(format!("{} {bytes} {read:?}", answer.json()));
            }
            Err(error) => note.add(error),
        }
    };
    socket.emit_with_raw_callback("add", (1, 2), noting());
    assert_eq!(noted.next().await, "[3] 0 Ok(3)");
    let soon_over = socket.timeout(Duration::from_millis(10));
    soon_over.emit_with_raw_callback("silent", (), noting());
    assert_eq!(noted.next().await, "no answer came in time");
    socket.emit_with_raw_callback("reverse", Bytes::from_static(b"abc"), noting());
    let said = noted.next().await;
    let expected = r#"[{"_placeholder":true,"num":0}] 1 Err("the answer does not fit: "#;
    assert!(said.starts_with(expected), "{said}");
}
