//! Many threads at once. These run in real time, and wait for events only.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use salon::Socket;
use tokio::sync::{Barrier, mpsc};
use tokio::task::JoinSet;

use crate::support::{Client, Host};

const CLIENTS: usize = 16;
const SENDERS: usize = 8;
const EVENTS: usize = 500;

/// Reads until the last event of each sender has come, and checks that each came once and in
/// its order.
async fn read_all(client: Client, senders: usize) {
    read_events(client, senders, EVENTS).await;
}

async fn read_events(mut client: Client, senders: usize, events: usize) -> Vec<usize> {
    let mut next: HashMap<usize, usize> = HashMap::new();
    let mut order = Vec::new();
    while order.len() < senders * events {
        let text = client.text().await;
        if text == "2" {
            client.send("3").await;
            continue;
        }
        let array = text.strip_prefix("42").unwrap();
        let (_, sender, number): (String, usize, usize) = serde_json::from_str(array).unwrap();
        let expected = next.entry(sender).or_default();
        assert_eq!(number, *expected, "from sender {sender}");
        *expected += 1;
        order.push(sender);
    }
    order
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn broadcasts_from_many_threads_arrive_once_and_in_order_of_each_sender() {
    let host = Arc::new(Host::new());
    let mut tasks = JoinSet::new();
    for _ in 0..CLIENTS {
        tasks.spawn(read_all(host.join().await, SENDERS));
    }
    for sender in 0..SENDERS {
        let host = Arc::clone(&host);
        tasks.spawn(async move {
            for number in 0..EVENTS {
                assert_eq!(host.emit("x", (sender, number)).recipients(), CLIENTS);
                tokio::task::yield_now().await;
            }
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
}

/// Two threads write these broadcasts at once, since they are to more than one batch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_broadcasts_from_two_threads_come_to_all_in_one_order() {
    const LARGE: usize = 600;
    const EVENTS: usize = 40;
    let host = Arc::new(Host::new());
    let mut readers = JoinSet::new();
    for _ in 0..LARGE {
        readers.spawn(read_events(host.join().await, 2, EVENTS));
    }
    let mut senders = JoinSet::new();
    for sender in 0..2 {
        let host = Arc::clone(&host);
        senders.spawn(async move {
            for number in 0..EVENTS {
                assert_eq!(host.emit("x", (sender, number)).recipients(), LARGE);
                // In bursts of four.
                if number % 4 == 3 {
                    tokio::task::yield_now().await;
                }
            }
        });
    }
    senders.join_all().await;
    let orders = readers.join_all().await;
    assert!(orders.iter().all(|order| *order == orders[0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clients_of_many_threads_reach_each_other_once_and_in_order() {
    let host = Host::new();
    host.on(
        "x",
        |socket: Socket, (sender, number): (usize, usize)| async move {
            socket.broadcast().emit("x", (sender, number));
        },
    );
    let (everyone, mut tasks) = (Arc::new(Barrier::new(CLIENTS)), JoinSet::new());
    for sender in 0..CLIENTS {
        let mut client = host.join().await;
        let everyone = Arc::clone(&everyone);
        tasks.spawn(async move {
            everyone.wait().await;
            let events = (0..EVENTS).map(|number| format!(r#"42["x",{sender},{number}]"#));
            client.send_all(events).await;
            read_all(client, CLIENTS - 1).await;
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn members_that_stay_get_everything_while_others_come_and_go() {
    let host = Arc::new(Host::new());
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let (client, socket) = host.pair().await;
        socket.join("room");
        tasks.spawn(read_all(client, 1));
    }
    for _ in 0..8 {
        let host = Arc::clone(&host);
        tasks.spawn(async move {
            for _ in 0..50 {
                let (_client, socket) = host.pair().await;
                for _ in 0..10 {
                    socket.join("room");
                    tokio::task::yield_now().await;
                    socket.leave("room");
                }
                socket.join("room");
            }
        });
    }
    let sending = Arc::clone(&host);
    tasks.spawn(async move {
        for number in 0..EVENTS {
            sending.to("room").emit("x", (0, number));
            tokio::task::yield_now().await;
        }
    });
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_socket_that_all_disconnect_at_once_leaves_once() {
    let (host, left) = (Host::new(), Arc::new(AtomicUsize::new(0)));
    let (sender, mut gone) = mpsc::unbounded_channel();
    let counter = Arc::clone(&left);
    host.on_disconnect(move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        sender.send(()).unwrap();
    });
    for round in 0..200 {
        let (mut client, socket) = host.pair().await;
        let mut tasks = JoinSet::new();
        for thread in 0..4 {
            let socket = socket.clone();
            tasks.spawn(async move { socket.disconnect((round + thread) % 3 == 0) });
        }
        match round % 2 {
            0 => client.try_write(&Client::masked("41")).await,
            _ => drop(client),
        }
        tasks.join_all().await;
        gone.recv().await.unwrap();
        assert!(!socket.is_connected());
    }
    host.close().await;
    assert_eq!(left.load(Ordering::SeqCst), 200);
    assert!(host.of("/").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_socket_that_is_disconnected_late_does_not_take_the_next_one_with_it() {
    let host = Host::new();
    let (sender, mut kicked) = mpsc::unbounded_channel::<()>();
    host.on_connect(move |socket: Socket| async move {
        if socket
            .auth::<HashMap<String, bool>>()
            .unwrap()
            .contains_key("kick")
        {
            tokio::task::spawn_blocking(move || {
                socket.disconnect(false);
                sender.send(()).unwrap();
            });
        }
    });
    for _ in 0..500 {
        let mut client = host.open().await;
        client.send(r#"40{"kick":true}"#).await;
        client.text().await;
        // If the server has disconnected it first, this breaks the rules and ends the session.
        client
            .try_write(&["41", "40"].map(Client::masked).concat())
            .await;
        kicked.recv().await.unwrap();
        client.try_write(&Client::close_frame()).await;
        client.rest().await;
        assert!(host.of("/").is_empty(), "a socket outlived its session");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn questions_from_many_threads_get_their_own_answers() {
    let host = Host::new();
    let (mut client, socket) = host.pair().await;
    let answering = tokio::spawn(async move {
        for _ in 0..SENDERS * EVENTS {
            let text = client.text().await;
            let packet = text.strip_prefix("42").unwrap();
            let (id, array) = packet.split_at(packet.find('[').unwrap());
            let (_, number): (String, usize) = serde_json::from_str(array).unwrap();
            client.send(&format!("43{id}[{number}]")).await;
        }
        client
    });
    let mut tasks = JoinSet::new();
    for sender in 0..SENDERS {
        let socket = socket.clone();
        tasks.spawn(async move {
            for number in 0..EVENTS {
                let question = sender * EVENTS + number;
                let answer: usize = socket.emit_with_ack("q", question).await.unwrap();
                assert_eq!(answer, question);
            }
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
    answering.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_may_be_closed_while_clients_come() {
    for _ in 0..20 {
        let host = Arc::new(Host::new());
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let host = Arc::clone(&host);
            tasks.spawn(async move {
                while let Some(answer) = host
                    .request("GET /socket.io/?EIO=4&transport=polling", "")
                    .await
                {
                    if answer.status == 403 {
                        return;
                    }
                }
            });
        }
        tokio::task::yield_now().await;
        host.close().await;
        while let Some(result) = tasks.join_next().await {
            result.unwrap();
        }
        host.close().await;
        assert_eq!(host.session_count(), 0);
    }
}
