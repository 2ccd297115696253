//! What polls and posts look like, seen from the server.

use std::time::Duration;

use salon_proto::engine::Transport;

use salon_client::transport::Deflate;
use salon_proto::ws::text_frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{
    Client, OPEN, RawServer, Reply, Request, accept_websocket, ok, read_request, soon, target,
};

/// Opens a session, answers posts, and echoes each of them by the next poll.
fn echo(request: &Request) -> Reply {
    match request {
        post if post.is("POST", "polling") => Reply::Body("ok".into()),
        poll if poll.is("GET", "polling") && poll.opens() => Reply::Body(OPEN.into()),
        _ => Reply::Nothing,
    }
}

async fn after_posts(server: &RawServer, client: &mut Client, count: usize) -> Vec<Request> {
    let posts = || {
        let all = server.requests();
        all.into_iter()
            .filter(|one| one.is("POST", "polling"))
            .collect::<Vec<_>>()
    };
    let enough = || Some(posts()).filter(|posts| posts.len() >= count);
    loop {
        if let Some(posts) = enough() {
            return posts;
        }
        let turn = client.until(|_| enough());
        if let Ok(posts) = tokio::time::timeout(Duration::from_millis(5), turn).await {
            return posts;
        }
    }
}

#[tokio::test]
async fn a_request_has_the_headers_that_a_server_needs() {
    soon(async {
        let server = RawServer::start(echo).await;
        let target = server.target().header("X-One", "1").unwrap();
        let mut client = Client::polling(target).await;
        client.send("hello");
        let posts = after_posts(&server, &mut client, 1).await;
        let host = server.address.to_string();
        for request in server.requests() {
            assert_eq!(request.header("host"), Some(host.as_str()));
            assert_eq!(request.header("x-one"), Some("1"));
            assert_eq!(request.header("accept"), Some("*/*"));
            // No answer is compressed, as Node's client wants it.
            assert_eq!(request.header("accept-encoding"), None);
            assert!(
                request
                    .header("user-agent")
                    .unwrap()
                    .starts_with("salon-client/")
            );
        }
        assert_eq!(posts[0].body, "4hello");
        assert_eq!(
            posts[0].header("content-type"),
            Some("text/plain;charset=UTF-8")
        );
        assert!(posts[0].head.contains("EIO=4&transport=polling&t="));
        assert!(posts[0].head.contains("&sid=abc "));
    })
    .await;
}

#[tokio::test]
async fn polls_share_a_connection_and_posts_share_another() {
    soon(async {
        let server = RawServer::start(|request| match request {
            post if post.is("POST", "polling") => Reply::Body("ok".into()),
            poll if poll.opens() => Reply::Body(OPEN.into()),
            _ => Reply::Nothing,
        })
        .await;
        let mut client = Client::polling(server.target()).await;
        for number in 0..5 {
            client.send("hello");
            after_posts(&server, &mut client, number + 1).await;
        }
        let connections = |method: &str| {
            let all = server.requests();
            let mut used: Vec<_> = all
                .iter()
                .filter(|one| one.head.starts_with(method))
                .map(|one| one.connection)
                .collect();
            used.dedup();
            used
        };
        assert_eq!(connections("GET"), [0]);
        assert_eq!(connections("POST"), [1]);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_the_server_has_closed_is_replaced() {
    soon(async {
        let server = RawServer::start(|request| match request {
            post if post.is("POST", "polling") => Reply::RawThenClose(ok("ok")),
            poll if poll.opens() => Reply::RawThenClose(ok(OPEN)),
            _ => Reply::Nothing,
        })
        .await;
        let mut client = Client::polling(server.target()).await;
        for number in 0..5 {
            client.send("hello");
            let posts = after_posts(&server, &mut client, number + 1).await;
            assert_eq!(posts.len(), number + 1, "none is sent twice");
        }
        assert_eq!(client.reason, None);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_may_be_closing_is_not_used_again() {
    soon(async {
        let server = RawServer::start(|request| match request {
            poll if poll.is("GET", "polling") && poll.opens() => Reply::Body(OPEN.into()),
            poll if poll.is("GET", "polling") => Reply::Nothing,
            _ => Reply::Raw(
                "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok".into(),
            ),
        })
        .await;
        let mut client = Client::polling(server.target()).await;
        client.send("one");
        after_posts(&server, &mut client, 1).await;
        client.send("two");
        let posts = after_posts(&server, &mut client, 2).await;
        assert_ne!(posts[0].connection, posts[1].connection);
    })
    .await;
}

#[tokio::test]
async fn cookies_go_along_on_polls_posts_and_the_websocket() {
    soon(async {
        let server = RawServer::start(|request| match request {
            post if post.is("POST", "polling") => Reply::Raw(
                "HTTP/1.1 200 OK\r\nSet-Cookie: late=2\r\nContent-Length: 2\r\n\r\nok".into(),
            ),
            poll if poll.is("GET", "polling") && poll.opens() => {
                let length = OPEN.len();
                let cookies =
                    "Set-Cookie: lb=node1; Path=/; Max-Age=60\r\nSet-Cookie: gone=1; Max-Age=0";
                Reply::Raw(format!(
                    "HTTP/1.1 200 OK\r\n{cookies}\r\nContent-Length: {length}\r\n\r\n{OPEN}"
                ))
            }
            _ => Reply::Nothing,
        })
        .await;
        let mut client = Client::open(server.target(), Transport::Polling, true).await;
        client.send("one");
        after_posts(&server, &mut client, 1).await;
        client.send("two");
        let posts = after_posts(&server, &mut client, 2).await;
        assert_eq!(posts[0].header("cookie"), Some("lb=node1"));
        assert_eq!(posts[1].header("cookie"), Some("lb=node1; late=2"));
        let requests = server.requests();
        let upgrade = requests
            .iter()
            .find(|one| one.is("GET", "websocket"))
            .unwrap();
        assert_eq!(upgrade.header("cookie"), Some("lb=node1"));
        assert!(upgrade.head.contains("EIO=4&transport=websocket&sid=abc "));
        assert_eq!(requests[0].header("cookie"), None);
    })
    .await;
}

#[tokio::test]
async fn cookies_stay_where_they_are_if_one_says_so() {
    soon(async {
        let server = RawServer::start(|request| match request.opens() {
            true => Reply::Raw(format!(
                "HTTP/1.1 200 OK\r\nSet-Cookie: lb=1\r\nContent-Length: {}\r\n\r\n{OPEN}",
                OPEN.len()
            )),
            false => Reply::Body("ok".into()),
        })
        .await;
        let mut client = Client::polling(server.target().cookies(false)).await;
        client.send("one");
        let posts = after_posts(&server, &mut client, 1).await;
        assert_eq!(posts[0].header("cookie"), None);
    })
    .await;
}

#[tokio::test]
async fn the_last_words_of_a_poller_are_waited_for() {
    soon(async {
        let server = RawServer::start(echo).await;
        let mut client = Client::polling(server.target()).await;
        client.send("last");
        client.close().await;
        let posts = after_posts(&server, &mut client, 2).await;
        assert_eq!([&*posts[0].body, &*posts[1].body], ["4last", "1"]);
    })
    .await;
}

#[tokio::test]
async fn compression_is_offered_and_used_if_one_says_so() {
    soon(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = target(&format!("http://{}", listener.local_addr().unwrap()));
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream, 0).await.unwrap();
            assert_eq!(
                request.header("sec-websocket-extensions"),
                Some(Deflate::OFFER)
            );
            let extension = format!(
                "Connection: Upgrade\r\nSec-WebSocket-Extensions: {}",
                Deflate::OFFER
            );
            let answer = accept_websocket(&request).replace("Connection: Upgrade", &extension);
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.write_all(&text_frame(OPEN, None)).await.unwrap();
            // "4Hello", compressed by zlib.
            let hello = b"\xc1\x08\x32\xf1\x48\xcd\xc9\xc9\x07\x00";
            stream.write_all(hello).await.unwrap();
            let mut head = [0; 2];
            stream.read_exact(&mut head).await.unwrap();
            head
        });
        let mut client = Client::websocket(target.per_message_deflate(Deflate::new())).await;
        client.expect("Hello").await;
        client.send(&"x".repeat(2_000));
        let head = client.until_done(server).await.unwrap();
        assert_eq!(head[0], 0xc1, "the message is compressed");
        assert!(head[1] & 0x7f < 126, "and short");
    })
    .await;
}
