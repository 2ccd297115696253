//! Nothing is left of clients that have gone, whichever way they went.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use salon::{Socket, Transport};
use tokio::io::AsyncWriteExt;

use crate::support::{Client, Host, pass, seconds, tasks, write_request};

/// Sessions that come and go in each way.
const CHURN: usize = 400;

/// A server whose sockets are counted, and use all that they can hold on to.
struct Counted {
    host: Host,
    joined: Arc<AtomicUsize>,
    left: Arc<AtomicUsize>,
}

impl Counted {
    fn new() -> Self {
        let host = Host::new();
        let (joined, left) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        for name in ["/", "/other"] {
            let (joined, left) = (Arc::clone(&joined), Arc::clone(&left));
            let namespace = host.of(name);
            namespace.middleware(|| async { tokio::task::yield_now().await });
            namespace.on_connect(move |socket: Socket| async move {
                joined.fetch_add(1, Ordering::Relaxed);
                socket.join("everyone");
                socket.join(format!("own {}", socket.id()));
                let answer = socket.emit_with_ack::<u8>("question", ()).await;
                assert!(answer.is_err());
            });
            namespace.on_disconnect(move || async move {
                left.fetch_add(1, Ordering::Relaxed);
            });
        }
        Self { host, joined, left }
    }

    /// All deadlines pass, and then nothing is left.
    async fn check(&self, expected: usize) {
        pass(seconds(120)).await;
        assert_eq!(self.joined.load(Ordering::Relaxed), expected);
        assert_eq!(self.left.load(Ordering::Relaxed), expected);
        assert_eq!(self.host.session_count(), 0);
        for name in ["/", "/other"] {
            let namespace = self.host.of(name);
            assert!(namespace.is_empty() && namespace.sockets().is_empty());
            assert_eq!(namespace.to("everyone").emit("x", ()).recipients(), 0);
        }
        assert_eq!(tasks().await, 2, "the server's own");
    }
}

async fn join_both(host: &Host) -> Client {
    let mut client = host.open().await;
    client.join("").await;
    client.text().await;
    client.join("/other,").await;
    client
}

#[tokio::test(start_paused = true)]
async fn clients_that_close_leave_nothing() {
    let counted = Counted::new();
    for _ in 0..CHURN {
        let mut client = join_both(&counted.host).await;
        client.close(Some(1000)).await;
        client.rest().await;
    }
    counted.check(2 * CHURN).await;
}

#[tokio::test(start_paused = true)]
async fn clients_that_vanish_leave_nothing() {
    let counted = Counted::new();
    let mut crowd = Vec::new();
    for _ in 0..CHURN {
        crowd.push(join_both(&counted.host).await);
    }
    assert_eq!(counted.host.session_count(), CHURN);
    drop(crowd);
    counted.check(2 * CHURN).await;
}

#[tokio::test(start_paused = true)]
async fn clients_that_fall_silent_leave_nothing() {
    let counted = Counted::new();
    let mut crowd = Vec::new();
    for _ in 0..CHURN {
        crowd.push(join_both(&counted.host).await);
    }
    // They stay connected and read nothing more.
    counted.check(2 * CHURN).await;
    drop(crowd);
}

#[tokio::test(start_paused = true)]
async fn clients_that_the_server_disconnects_leave_nothing() {
    let counted = Counted::new();
    let mut crowd = Vec::new();
    for _ in 0..CHURN {
        crowd.push(join_both(&counted.host).await);
    }
    counted
        .host
        .of("/other")
        .broadcast()
        .disconnect_sockets(true);
    counted.check(2 * CHURN).await;
    drop(crowd);
}

#[tokio::test(start_paused = true)]
async fn clients_that_come_and_go_within_one_session_leave_nothing() {
    let counted = Counted::new();
    let mut client = counted.host.open().await;
    for _ in 0..CHURN {
        client.join("").await;
        client.text().await;
        client.send("41").await;
    }
    client.fence().await;
    assert_eq!(counted.host.session_count(), 1);
    assert!(counted.host.of("/").is_empty());
    drop(client);
    counted.check(CHURN).await;
}

#[tokio::test(start_paused = true)]
async fn handshakes_that_are_abandoned_leave_nothing() {
    let counted = Counted::new();
    for _ in 0..CHURN {
        counted.host.poller().await;
        counted.host.open().await;
        // These get no answer, or do not even ask.
        let mut stream = counted.host.dial();
        let target = "GET /socket.io/?EIO=4&transport=polling";
        write_request(&mut stream, target, "").await;
        drop(stream);
        let mut stream = counted.host.dial();
        let half = &Client::handshake("/socket.io/?EIO=4&transport=websocket")[..90];
        stream.write_all(half).await.unwrap();
    }
    assert!(counted.host.session_count() >= CHURN);
    counted.check(0).await;
}

#[tokio::test(start_paused = true)]
async fn polling_clients_leave_nothing_whichever_way_they_go() {
    let counted = Counted::new();
    for round in 0..CHURN {
        let poller = counted.host.poller().await;
        poller.post("40").await;
        assert!(poller.poll().await.ok().starts_with("40{"));
        match round % 4 {
            0 => assert_eq!(poller.post("1").await.body, "ok"),
            1 => assert_eq!(poller.post("no packet").await.body, "ok"),
            2 => {
                let mut stream = poller.dial();
                let line = format!("GET {}", poller.target(Transport::Polling));
                write_request(&mut stream, &line, "").await;
            }
            _ => {}
        }
    }
    counted.check(CHURN).await;
}

#[tokio::test(start_paused = true)]
async fn upgrades_that_are_abandoned_leave_nothing() {
    let counted = Counted::new();
    let mut kept = Vec::new();
    for round in 0..CHURN {
        let poller = counted.host.poller().await;
        poller.post("40").await;
        let mut candidate = poller.candidate().await;
        if round % 2 == 0 {
            candidate.send("2probe").await;
            candidate.expect("3probe").await;
        }
        match round % 3 {
            0 => drop(candidate),
            1 => kept.push(candidate),
            _ => {
                candidate.send("5").await;
                kept.push(candidate);
            }
        }
    }
    counted.check(CHURN).await;
    drop(kept);
}

#[tokio::test(start_paused = true)]
async fn clients_that_are_refused_leave_nothing() {
    let counted = Counted::new();
    for _ in 0..CHURN {
        let mut client = counted.host.open().await;
        for _ in 0..3 {
            client.send("40/nowhere,").await;
            assert!(client.text().await.starts_with("44/nowhere,"));
        }
    }
    counted.check(0).await;
}

#[tokio::test(start_paused = true)]
async fn no_namespace_is_made_for_a_client_that_asks() {
    let host = Host::new();
    let mut client = host.open().await;
    let notes: Vec<String> = (0..100).map(|n| format!("40/{n},")).collect();
    client.send_all(&notes).await;
    for _ in &notes {
        assert!(client.text().await.contains("Invalid namespace"));
    }
    client.join("").await;
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_holds_goes_with_the_handler() {
    struct Held(Arc<AtomicUsize>);
    impl Drop for Held {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let (host, dropped) = (Host::new(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&dropped);
    host.on("x", move || {
        let held = Held(Arc::clone(&counter));
        async move {
            tokio::time::sleep(seconds(1)).await;
            drop(held);
        }
    });
    let mut client = host.join().await;
    client.send_all(vec![r#"42["x"]"#; 100]).await;
    drop(client);
    pass(seconds(2)).await;
    assert_eq!(dropped.load(Ordering::Relaxed), 100);
    assert_eq!(tasks().await, 2);
}
