//! Sessions that go well, against salon.

use std::sync::Arc;

use salon::engine::{Message, Server, Socket};
use salon_client::transport::{Deflate, Target};
use salon_proto::engine::Transport;
use tokio::sync::mpsc;

use crate::support::{Client, Got, echo_server, echo_target, echoing, serve, soon, target};

/// Sizes on both sides of the borders of frames, buffers and reads.
const SIZES: &[usize] = &[0, 1, 125, 126, 65_535, 65_536, 70_000, 300_000];

async fn echoes_everything(client: &mut Client) {
    for size in SIZES {
        client.echo(&"é".repeat(size / 2)).await;
        let data: Vec<u8> = (0..=255).cycle().take(*size).collect();
        client.send_binary(data.clone());
        assert_eq!(client.get().await, Got::Binary(data), "{size}");
    }
}

#[tokio::test]
async fn text_and_binary_go_both_ways_over_polling() {
    soon(async {
        let mut client = Client::polling(echo_target().await).await;
        echoes_everything(&mut client).await;
        assert_eq!(client.transport(), Transport::Polling);
        client.close().await;
    })
    .await;
}

#[tokio::test]
async fn text_and_binary_go_both_ways_over_a_websocket() {
    soon(async {
        let mut client = Client::websocket(echo_target().await).await;
        echoes_everything(&mut client).await;
        client.close().await;
    })
    .await;
}

#[tokio::test]
async fn messages_are_compressed_if_both_sides_want_it() {
    soon(async {
        for (offers, accepts) in [(true, true), (true, false), (false, true)] {
            let builder = Server::builder().path("/socket.io");
            let builder = match accepts {
                true => builder.per_message_deflate(Deflate::new()),
                false => builder,
            };
            let engine = echoing(builder.build_engine());
            let target = target(&format!("http://{}", serve(engine).await));
            let target = match offers {
                true => target.per_message_deflate(Deflate::new()),
                false => target,
            };
            let mut client = Client::websocket(target).await;
            echoes_everything(&mut client).await;
            client.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_upgrade_loses_nothing_and_keeps_the_order() {
    soon(async {
        let mut client = Client::open(echo_target().await, Transport::Polling, true).await;
        let mut sent = 0;
        while client.transport() == Transport::Polling {
            client.echo(&format!("message {sent}")).await;
            sent += 1;
        }
        for number in 0..100 {
            client.send(&number.to_string());
        }
        for number in 0..100 {
            client.expect(&number.to_string()).await;
        }
        echoes_everything(&mut client).await;
        client.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_server_pushes_arrives_while_the_session_upgrades() {
    soon(async {
        let engine = echo_server();
        engine.on_open(|socket: Socket| async move {
            for number in 0..1_000 {
                socket.send(number.to_string()).unwrap();
                tokio::task::yield_now().await;
            }
        });
        let target = target(&format!("http://{}", serve(engine).await));
        let mut client = Client::open(target, Transport::Polling, true).await;
        for number in 0..1_000 {
            client.expect(&number.to_string()).await;
        }
        client.upgraded().await;
    })
    .await;
}

#[tokio::test]
async fn a_pause_after_each_message_loses_none() {
    for (transport, upgrades) in [
        (Transport::Polling, false),
        (Transport::Polling, true),
        (Transport::WebSocket, false),
    ] {
        soon(async {
            let mut client = Client::start(echo_target().await, transport, upgrades);
            client.pauses = true;
            client
                .until(|client| client.has_opened().then_some(()))
                .await;
            for number in 0..500 {
                client.send(&format!("{number} {}", "x".repeat(number)));
            }
            for number in 0..500 {
                client
                    .expect(&format!("{number} {}", "x".repeat(number)))
                    .await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn the_server_learns_why_a_session_ends() {
    for (transport, upgrades, expected) in [
        (Transport::Polling, false, "transport close"),
        (Transport::WebSocket, false, "transport close"),
    ] {
        soon(async {
            let engine = echo_server();
            let (told, mut reasons) = mpsc::unbounded_channel();
            engine.on_close(move |_: Socket, reason: salon::CloseReason| {
                let told = told.clone();
                async move {
                    let _ = told.send(reason.to_string());
                }
            });
            let target = target(&format!("http://{}", serve(engine).await));
            let mut client = Client::open(target, transport, upgrades).await;
            client.send("last words");
            client.close().await;
            assert_eq!(
                reasons.recv().await.as_deref(),
                Some(expected),
                "{transport}"
            );
        })
        .await;
    }
}

/// A server that tells what it was asked for: path and query, and one header.
fn telling_server(path: &str) -> Server {
    let engine = Server::builder().path(path).build_engine();
    engine.on_message(|socket: Socket, _: Message| async move {
        let handshake = socket.handshake();
        let header = handshake.header("x-one").unwrap_or("none").to_owned();
        socket
            .send(format!("{} {header}", handshake.url()))
            .unwrap();
    });
    engine
}

#[tokio::test]
async fn path_query_and_headers_reach_the_server() {
    for transport in [Transport::Polling, Transport::WebSocket] {
        soon(async {
            let address = serve(telling_server("/engine")).await;
            let target = target(&format!("http://{address}/chat?token=a%20b"))
                .path("/engine/")
                .query("k", "v&w")
                .timestamp_requests(false)
                .header("X-One", "1")
                .unwrap();
            let mut client = Client::open(target, transport, false).await;
            client.send("tell");
            let url = format!("/engine/?token=a%20b&k=v%26w&EIO=4&transport={transport}");
            client.expect(&format!("{url} 1")).await;
        })
        .await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_leads_to_the_server() {
    soon(async {
        let path = std::env::temp_dir().join(format!("salon-client-{}.sock", std::process::id()));
        let listener = tokio::net::UnixListener::bind(&path).unwrap();
        tokio::spawn(salon::serve(listener, echo_server()).into_future());
        let target = target("http://nowhere.invalid").unix_socket(&path);
        let mut client = Client::open(target, Transport::Polling, true).await;
        client.echo("over polling").await;
        client.upgraded().await;
        client.echo("over a WebSocket").await;
        std::fs::remove_file(&path).unwrap();
    })
    .await;
}

#[tokio::test]
async fn many_sessions_can_share_a_target() {
    soon(async {
        let target: Arc<Target> = Arc::new(echo_target().await);
        let mut clients = Vec::new();
        for _ in 0..20 {
            let client = Client::open(Target::clone(&target), Transport::Polling, true);
            clients.push(client.await);
        }
        for client in &mut clients {
            client.echo("hello").await;
        }
    })
    .await;
}
