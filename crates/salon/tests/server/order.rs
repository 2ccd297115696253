//! Events of one socket start in the order in which they arrive.

use std::sync::Arc;

use salon::{Ack, Socket};
use tokio::sync::Notify;

use crate::support::{Host, Notes, settle};

const EVENTS: usize = 1_000;

fn numbered() -> impl Iterator<Item = String> {
    (0..EVENTS).map(|number| format!(r#"42["n",{number}]"#))
}

fn numbers() -> Vec<String> {
    (0..EVENTS).map(|number| number.to_string()).collect()
}

async fn start_in_order(host: Host) {
    let (notes, done) = (Notes::default(), Arc::new(Notify::new()));
    let (started, last) = (notes.clone(), Arc::clone(&done));
    host.on("n", move |n: usize| {
        async move {
            started.add(n);
            // Half of the handlers go on later, which must not change who starts when.
            if n.is_multiple_of(2) {
                tokio::task::yield_now().await;
            }
            if n == EVENTS - 1 {
                last.notify_one();
            }
        }
    });
    let mut client = host.join().await;
    client.send_all(numbered()).await;
    done.notified().await;
    assert_eq!(notes.take(), numbers());
}

#[tokio::test(start_paused = true)]
async fn a_thousand_events_start_in_order() {
    start_in_order(Host::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_events_start_in_order_on_many_threads() {
    start_in_order(Host::new()).await;
}

#[tokio::test(start_paused = true)]
async fn a_thousand_events_of_one_body_start_in_order() {
    let (host, notes) = (Host::new(), Notes::default());
    let started = notes.clone();
    host.on("n", move |n: usize| async move {
        started.add(n);
        tokio::task::yield_now().await;
    });
    let poller = host.polling().await;
    let body: Vec<String> = numbered().collect();
    assert_eq!(poller.post(&body.join("\u{1e}")).await.body, "ok");
    assert_eq!(notes.take(), numbers());
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_waits_does_not_hold_up_later_events() {
    let (host, go) = (Host::new(), Arc::new(Notify::new()));
    let gate = Arc::clone(&go);
    host.on("wait", move || async move {
        gate.notified().await;
        "at last"
    });
    host.on("x", || async { "at once" });
    let mut client = host.join().await;
    client.send(r#"421["wait"]"#).await;
    client.send(r#"422["x"]"#).await;
    client.expect(r#"432["at once"]"#).await;
    go.notify_one();
    client.expect(r#"431["at last"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_goes_on_with_its_answer_before_the_next_event_starts() {
    let (host, notes) = (Host::new(), Notes::default());
    let (asking, next) = (notes.clone(), notes.clone());
    host.on("ask", move |socket: Socket| async move {
        let answer: u8 = socket.emit_with_ack("question", ()).await.unwrap();
        asking.add(format_args!("answer {answer}"));
    });
    host.on("next", move || async move { next.add("next") });
    let mut client = host.join().await;
    client.emit(r#"["ask"]"#).await;
    client.expect(r#"420["question"]"#).await;
    client.send_all(["430[7]", r#"42["next"]"#]).await;
    client.fence().await;
    assert_eq!(notes.take(), ["answer 7", "next"]);
}

#[tokio::test(start_paused = true)]
async fn connect_handlers_start_before_the_first_event_even_of_an_impatient_client() {
    let (host, notes) = (Host::new(), Notes::default());
    for name in ["/open", "/checked"] {
        let (connected, event) = (notes.clone(), notes.clone());
        let namespace = host.of(name);
        namespace.on_connect(move || async move { connected.add("connect") });
        namespace.on("x", move || async move { event.add("event") });
    }
    host.of("/checked").middleware(|| async {});
    for name in ["/open", "/checked"] {
        let mut client = host.open().await;
        let packets = [format!("40{name},"), format!(r#"42{name},["x"]"#)];
        client.send_all(packets).await;
        settle().await;
        assert_eq!(notes.take(), ["connect", "event"], "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_disconnect_handler_starts_after_all_events_of_the_socket() {
    let (host, notes) = (Host::new(), Notes::default());
    let (event, gone) = (notes.clone(), notes.clone());
    host.on("x", move |n: u8| async move { event.add(n) });
    host.on_disconnect(move || async move { gone.add("gone") });
    let mut client = host.join().await;
    client
        .send_all([r#"42["x",1]"#, r#"42["x",2]"#, "41"])
        .await;
    drop(client);
    settle().await;
    assert_eq!(notes.take(), ["1", "2", "gone"]);
}

#[tokio::test(start_paused = true)]
async fn what_handlers_emit_goes_out_in_order_with_their_answers() {
    let host = Host::new();
    host.on("x", |socket: Socket, ack: Ack, n: u8| async move {
        socket.emit("before", n);
        ack.send(&n).unwrap();
        socket.emit("after", n);
    });
    let mut client = host.join().await;
    client.send_all([r#"421["x",1]"#, r#"422["x",2]"#]).await;
    for n in [1, 2] {
        client.expect(&format!(r#"42["before",{n}]"#)).await;
        client.expect(&format!("43{n}[{n}]")).await;
        client.expect(&format!(r#"42["after",{n}]"#)).await;
    }
}
