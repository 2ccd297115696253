//! Handlers that wait for one another, and handlers that run apart.

use futures_util::future::BoxFuture;
use salon::{HandlerError, concurrent, sequential};

use crate::support::{Host, Notes, fail, pass, seconds, settle};

/// A handler that notes when it begins and when, a number of seconds later, it ends.
fn work(
    notes: &Notes,
) -> impl FnOnce(u64) -> BoxFuture<'static, ()> + Clone + Send + Sync + 'static {
    let notes = notes.clone();
    move |time: u64| {
        Box::pin(async move {
            notes.add(format_args!("begin {time}"));
            pass(seconds(time)).await;
            notes.add(format_args!("end {time}"));
        })
    }
}

#[tokio::test(start_paused = true)]
async fn sequential_handlers_of_a_socket_run_one_after_the_other_whatever_their_events() {
    let (host, notes) = (Host::new(), Notes::default());
    for event in ["x", "y"] {
        host.on(event, sequential(work(&notes)));
    }
    host.on("free", work(&notes));
    let mut client = host.join().await;
    client
        .send_all([
            r#"42["x",9]"#,
            r#"42["y",5]"#,
            r#"42["free",1]"#,
            r#"42["x",2]"#,
        ])
        .await;
    pass(seconds(30)).await;
    let expected = [
        "begin 9", "begin 1", "end 1", "end 9", "begin 5", "end 5", "begin 2", "end 2",
    ];
    assert_eq!(notes.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn sequential_handlers_of_two_sockets_do_not_wait_for_each_other() {
    let (host, notes) = (Host::new(), Notes::default());
    host.on("x", sequential(work(&notes)));
    let (mut first, mut second) = (host.join().await, host.join().await);
    first.emit(r#"["x",9]"#).await;
    second.emit(r#"["x",1]"#).await;
    pass(seconds(30)).await;
    let seen = notes.take();
    assert_eq!(seen[2..], ["end 1", "end 9"]);
}

#[tokio::test(start_paused = true)]
async fn a_sequential_handler_that_fails_or_panics_lets_the_next_one_run() {
    let host = Host::new();
    host.on(
        "fail",
        sequential(|| async { Err::<(), _>(HandlerError::new("no")) }),
    );
    host.on("panic", sequential(|| async { fail() }));
    host.on("ok", sequential(|| async { 1 }));
    let mut client = host.join().await;
    client.send_all([r#"42["panic"]"#, r#"42["fail"]"#]).await;
    assert_eq!(client.ask(r#"["ok"]"#).await, "[1]");
}

#[tokio::test(start_paused = true)]
async fn sequential_events_that_wait_count_as_running() {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_running_handlers = 2));
    let notes = Notes::default();
    host.on("x", sequential(work(&notes)));
    let mut client = host.join().await;
    client
        .send_all([r#"42["x",1]"#, r#"42["x",1]"#, r#"42["x",1]"#])
        .await;
    client.ping(b"read").await;
    settle().await;
    assert!(client.waiting().await.is_empty());
    pass(seconds(10)).await;
    assert_eq!(notes.take().len(), 6);
}

#[tokio::test]
async fn a_concurrent_handler_that_blocks_does_not_hold_up_its_client() {
    use std::sync::mpsc::channel;
    // On a runtime with one thread the task cannot run until everybody else waits.
    let host = Host::new();
    let (sender, receiver) = channel();
    let receiver = std::sync::Arc::new(std::sync::Mutex::new(receiver));
    host.on(
        "wait",
        concurrent(move || async move {
            let waited = tokio::task::spawn_blocking(move || receiver.lock().unwrap().recv());
            waited.await.unwrap().unwrap()
        }),
    );
    host.on("go", move || async move { sender.send("gone").unwrap() });
    let mut client = host.join().await;
    client.send_all([r#"420["wait"]"#, r#"42["go"]"#]).await;
    client.expect(r#"430["gone"]"#).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_concurrent_handler_runs_beside_the_others_of_its_client() {
    use std::sync::{Arc, Barrier, mpsc};
    let host = Host::new();
    let (sender, begun) = mpsc::channel();
    let barrier = Arc::new(Barrier::new(2));
    let other = barrier.clone();
    // Neither passes unless both run at the same time.
    host.on(
        "apart",
        concurrent(move || async move {
            sender.send(()).unwrap();
            barrier.wait();
        }),
    );
    host.on("here", move || async move {
        other.wait();
        1
    });
    let mut client = host.join().await;
    client.emit(r#"["apart"]"#).await;
    let begun = tokio::task::spawn_blocking(move || begun.recv());
    begun.await.unwrap().unwrap();
    assert_eq!(client.ask(r#"["here"]"#).await, "[1]");
}

#[tokio::test(start_paused = true)]
async fn a_concurrent_handler_answers_and_fails_like_any_other() {
    let host = Host::new();
    host.on("value", concurrent(|number: u32| async move { number + 1 }));
    host.on("panic", concurrent(|| async { fail() }));
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["value",1]"#).await, "[2]");
    let answer = client.ask(r#"["panic"]"#).await;
    assert_eq!(answer, r#"[{"error":"Internal error"}]"#);
}
