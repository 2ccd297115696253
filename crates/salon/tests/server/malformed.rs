//! Whatever a client sends, the server lives and the other clients notice nothing.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use crate::support::{Client, Frame, Host, read_response, seconds, settle, tasks};

/// Xorshift: the same bytes in each run, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> usize {
        usize::try_from((self.next() >> 20) % limit).unwrap()
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        let length = self.below(most) + 1;
        (0..length).map(|_| self.next().to_le_bytes()[3]).collect()
    }
}

/// A server with an event and a client that uses it.
async fn with_witness() -> (Host, Client) {
    let host = Host::new();
    host.on("add", |(a, b): (i64, i64)| async move { a + b });
    let witness = host.join().await;
    (host, witness)
}

async fn check(host: &Host, witness: &mut Client) {
    assert_eq!(witness.ask(r#"["add",1,2]"#).await, "[3]");
    assert_eq!((host.session_count(), host.of("/").len()), (1, 1));
    assert_eq!(tasks().await, 3, "the two of the server, and the witness");
}

#[tokio::test(start_paused = true)]
async fn random_bytes_instead_of_http_harm_nobody() {
    let (host, mut witness) = with_witness().await;
    let mut random = Random(1);
    for _ in 0..300 {
        let mut stream = host.dial();
        // The server may hang up before it has all.
        let _ = stream.write_all(&random.bytes(500)).await;
        settle().await;
    }
    check(&host, &mut witness).await;
}

#[tokio::test(start_paused = true)]
async fn http_requests_with_random_targets_are_answered_by_an_error() {
    const PIECES: [&str; 14] = [
        "EIO=4",
        "EIO=3",
        "&",
        "=",
        "transport=polling",
        "transport=websocket",
        "transport=",
        "sid=",
        "sid=aaaaaaaaaaaaaaaaaaaa",
        "%",
        "%ff",
        "+",
        "t=1",
        "b64=1",
    ];
    let (host, mut witness) = with_witness().await;
    let mut random = Random(2);
    for _ in 0..500 {
        let method = ["GET", "POST", "PUT", "OPTIONS", "DELETE"][random.below(5)];
        let query: String = (0..random.below(8))
            .map(|_| PIECES[random.below(14)])
            .collect();
        let line = format!("{method} /socket.io/?{query}");
        let answer = host.request(&line, "x").await.unwrap();
        assert!([200, 400].contains(&answer.status), "{line}: {answer:?}");
    }
    // Some of those opened sessions, which nobody uses.
    tokio::time::sleep(seconds(20)).await;
    witness_lives_on(&host, &mut witness).await;
}

/// Answers pings until sessions that do not are gone.
async fn witness_lives_on(host: &Host, witness: &mut Client) {
    for _ in 0..3 {
        witness.expect("2").await;
        witness.send("3").await;
    }
    check(host, witness).await;
}

#[tokio::test(start_paused = true)]
async fn random_bytes_on_a_websocket_harm_nobody() {
    let (host, mut witness) = with_witness().await;
    let mut random = Random(3);
    for round in 0..300 {
        let mut client = if round % 2 == 0 {
            host.open().await
        } else {
            host.join().await
        };
        client.try_write(&random.bytes(2_000)).await;
        settle().await;
    }
    check(&host, &mut witness).await;
}

#[tokio::test(start_paused = true)]
async fn random_packets_on_a_websocket_harm_nobody() {
    const PIECES: [&str; 24] = [
        "4",
        "2",
        "0",
        "1",
        "3",
        "5",
        "6",
        "b",
        "40",
        "42",
        "451-",
        "461-",
        "43",
        "[",
        "]",
        "\"",
        "x",
        "/a,",
        "{",
        "}",
        ",",
        "{\"_placeholder\":true,\"num\":0}",
        "é",
        "99999999999999999999",
    ];
    let (host, mut witness) = with_witness().await;
    let mut random = Random(4);
    for round in 0..500 {
        let mut client = if round % 2 == 0 {
            host.open().await
        } else {
            host.join().await
        };
        for _ in 0..10 {
            let text: String = (0..random.below(8))
                .map(|_| PIECES[random.below(24)])
                .collect();
            client.try_write(&Client::masked(&text)).await;
        }
        settle().await;
    }
    check(&host, &mut witness).await;
}

#[tokio::test(start_paused = true)]
async fn random_bodies_end_their_own_session_only() {
    let (host, mut witness) = with_witness().await;
    let mut random = Random(5);
    for _ in 0..200 {
        let poller = host.polling().await;
        let mut stream = poller.dial();
        let body = random.bytes(300);
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: salon\r\ncontent-length: {}\r\n\r\n",
            poller.target(salon::Transport::Polling),
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body).await.unwrap();
        assert_eq!(read_response(&mut stream).await.unwrap().body, "ok");
        assert_eq!(poller.poll().await.status, 400, "its session is over");
    }
    check(&host, &mut witness).await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_ends_its_own_session_only() {
    let (host, mut witness) = with_witness().await;
    let poller = host.polling().await;
    let mut stream = poller.dial();
    let target = poller.target(salon::Transport::Polling);
    let head = format!("POST {target} HTTP/1.1\r\nhost: salon\r\ncontent-length: 99\r\n\r\n42");
    stream.write_all(head.as_bytes()).await.unwrap();
    settle().await;
    drop(stream);
    settle().await;
    check(&host, &mut witness).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_broke_the_rules_is_let_go_as_soon_as_it_closes() {
    let (host, mut witness) = with_witness().await;
    let start = Instant::now();
    let mut client = host.join().await;
    client.write(b"\xff\xff\xff\xff").await;
    assert_eq!(client.rest().await, [Frame::Close(Some(1002))]);
    drop(client);
    check(&host, &mut witness).await;
    assert!(start.elapsed() < seconds(1), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_broke_the_rules_and_stays_is_dropped_in_the_end() {
    let (host, mut witness) = with_witness().await;
    let mut client = host.join().await;
    client.write(b"\xff\xff\xff\xff").await;
    assert_eq!(client.rest().await, [Frame::Close(Some(1002))]);
    for _ in 0..6 {
        client.try_write(&[0; 1_000]).await;
        tokio::time::sleep(seconds(1)).await;
    }
    check(&host, &mut witness).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_closed_half_is_closed_whole() {
    let (host, mut witness) = with_witness().await;
    let mut stream = host.dial();
    stream
        .write_all(b"GET /socket.io/?EIO=4&tran")
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    check(&host, &mut witness).await;
}
