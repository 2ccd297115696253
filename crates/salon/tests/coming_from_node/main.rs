//! The snippets of `docs/coming-from-node.md`, each in a function of its own that gives it what it
//! speaks of. That they compile is the test; `cargo verify documents` checks that the document
//! shows these very lines.

#![allow(
    unused,
    clippy::all,
    reason = "snippets show a call and do nothing with it"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use salon::parser::MessagePack;
use salon::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Outcome = Result<(), HandlerError>;

#[derive(Deserialize)]
struct Auth {
    token: String,
}

fn unique_id() -> Result<String, String> {
    Ok("abcdefghijklmnopqrst".into())
}

#[derive(Deserialize)]
struct Team {
    team: String,
}

/// What the snippets speak of.
struct Scene {
    cert: Bytes,
    key: Bytes,
    io: Server,
    socket: Socket,
    socket_id: SocketId,
    bytes: Bytes,
    listener: TcpListener,
    tcp: TcpListener,
}

#[derive(Event, Deserialize, Serialize)]
struct Greeting {
    name: String,
}

async fn a_server_of_its_own(Scene { .. }: Scene) -> Outcome {
    let io = Server::new();
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    salon::serve(listener, io).await?;
    Ok(())
}

async fn on_the_port_of_a_web_framework(Scene { listener, .. }: Scene) -> Outcome {
    let io = Server::new();
    let app = axum::Router::new().layer(io.layer());
    axum::serve(listener, app).await?;
    Ok(())
}

async fn with_tls(
    Scene {
        io, cert, key, tcp, ..
    }: Scene,
) -> Outcome {
    let tls = Tls::from_pem(&cert, &key)?;
    let listener = Listener::from(tcp).with_tls(&tls);
    salon::serve(listener, io).await?;
    Ok(())
}

async fn options(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .path("/realtime")
        .transports([Transport::WebSocket])
        .allow_upgrades(false)
        .ping_interval(Duration::from_secs(10))
        .ping_timeout(Duration::from_secs(5))
        .upgrade_timeout(Duration::from_secs(5))
        .connect_timeout(Duration::from_secs(10))
        .max_payload(100_000)
        .http_compression(None)
        .build();
    Ok(())
}

async fn cors(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .cors(Cors::origins(["https://app.example"]).credentials())
        .build();
    Ok(())
}

async fn clients_of_version_2(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder().allow_eio3(true).build();
    Ok(())
}

async fn connection_state_recovery(Scene { .. }: Scene) -> Outcome {
    let recovery = Recovery::new()
        .max_disconnection(Duration::from_secs(60))
        .skip_middlewares(false);
    let io = Server::builder().recovery(recovery).build();
    Ok(())
}

async fn who_may_open_a_session(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .allow_request(|request: RequestHead| async move {
            match request.header("origin") {
                Some("https://app.example") => Ok(()),
                _ => Err("not from here"),
            }
        })
        .build();
    Ok(())
}

async fn a_cookie_for_load_balancers(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder().cookie(Cookie::default()).build();
    Ok(())
}

async fn the_client_s_files(Scene { socket, .. }: Scene) -> Outcome {
    let io = Server::builder()
        .serve_client("node_modules/socket.io/client-dist")?
        .build();
    Ok(())
}

async fn compression_of_websockets(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .per_message_deflate(Deflate::new().threshold(4096))
        .build();
    Ok(())
}

async fn another_parser(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder().parser(MessagePack).build();
    Ok(())
}

async fn requests_that_are_refused(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .on_connection_error(|error: &ConnectionError| {
            println!("{} {}", error.code(), error.message());
            println!("{:?}", error.context());
        })
        .build();
    Ok(())
}

async fn headers_of_answers(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .on_headers(|headers: &mut HeaderMap, request: &RequestHead| {
            headers.insert("x-server", HeaderValue::from_static("a"));
        })
        .build();
    Ok(())
}

async fn ids_of_sessions(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .generate_id(|request: RequestHead| async { unique_id() })
        .build();
    Ok(())
}

async fn the_end(Scene { io, .. }: Scene) -> Outcome {
    io.close().await;
    Ok(())
}

async fn how_many_clients(Scene { io, .. }: Scene) -> Outcome {
    io.session_count();
    io.of("/chat").len();
    Ok(())
}

async fn on_connection(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on_connect(|socket: Socket| async move {
        println!("{}", socket.id());
    });
    Ok(())
}

async fn on_disconnection(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on_disconnect(|socket: Socket, reason: DisconnectReason| async move {
        println!("{} has gone: {reason}", socket.id());
    });
    Ok(())
}

async fn before_the_rooms_are_left(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on_disconnecting(|socket: Socket| async move {
        println!("{:?}", socket.rooms());
    });
    Ok(())
}

async fn who_may_connect(Scene { io, .. }: Scene) -> Outcome {
    io.middleware(|auth: Auth| async move {
        match auth.token.as_str() {
            "secret" => Ok(()),
            _ => Err(HandlerError::new("not authorised")),
        }
    });
    Ok(())
}

async fn a_refusal_with_data(Scene { .. }: Scene) -> Outcome {
    let error = HandlerError::new("not authorised");
    let error = error.with_data(json!({"retryAfter": 5}));
    Ok(())
}

async fn the_handshake(Scene { socket, .. }: Scene) -> Outcome {
    let handshake = socket.handshake();
    handshake.header("user-agent");
    handshake.query_value("room");
    handshake.address();
    Ok(())
}

async fn data_of_a_socket(Scene { socket, .. }: Scene) -> Outcome {
    socket.set_data(json!({"name": "Ada"}))?;
    let data: Value = socket.data()?;
    Ok(())
}

async fn where_it_stands(Scene { socket, .. }: Scene) -> Outcome {
    socket.is_connected();
    socket.transport();
    socket.namespace().name();
    Ok(())
}

async fn disconnecting_it(Scene { socket, .. }: Scene) -> Outcome {
    socket.disconnect(false);
    socket.disconnect(true);
    Ok(())
}

async fn a_handler(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on("message", |socket: Socket, text: String| async move {
        socket.emit("message", text);
    });
    Ok(())
}

async fn a_typed_event(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on_event(|socket: Socket, greeting: Greeting| async move {
        println!("{} greets", greeting.name);
    });
    let name = "Ada".into();
    socket.emit_event(&Greeting { name });
    Ok(())
}

async fn for_one_socket_only(Scene { socket, .. }: Scene) -> Outcome {
    socket.on("message", |text: String| async move { println!("{text}") });
    socket.once("ready", || async { println!("ready") });
    Ok(())
}

async fn removing_handlers(Scene { io, socket, .. }: Scene) -> Outcome {
    let registration = io.on_connect(|| async {});
    registration.off();
    socket.off("message");
    Ok(())
}

async fn any_event(Scene { io, .. }: Scene) -> Outcome {
    io.on_any(|event: EventName, args: AllArgs<Vec<Value>>| async move {
        println!("{} {:?}", &*event, args.0);
    });
    Ok(())
}

async fn any_outgoing_event(Scene { io, .. }: Scene) -> Outcome {
    io.of("/").on_any_outgoing(|event: EventName| async move {
        println!("{}", &*event);
    });
    Ok(())
}

async fn before_each_event(Scene { io, .. }: Scene) -> Outcome {
    io.event_middleware(|event: EventName| async move {
        match event.starts_with("admin:") {
            true => Err(HandlerError::new("not allowed")),
            false => Ok(()),
        }
    });
    Ok(())
}

async fn errors(Scene { io, .. }: Scene) -> Outcome {
    io.on_error(|failure: &Failure<'_>| println!("{failure}"));
    Ok(())
}

async fn names_of_events_that_have_handlers(Scene { io, .. }: Scene) -> Outcome {
    io.of("/").event_names();
    Ok(())
}

async fn retries_of_the_client_handled_once(Scene { io, key, .. }: Scene) -> Outcome {
    fn key(call: &Call<'_>) -> Result<String, HandlerError> {
        let (key, _): (String, String) = call.data()?;
        Ok(key)
    }
    io.on(
        "order",
        deduplicated(key, |(_, article): (String, String)| async move {
            format!("{article} is on its way")
        }),
    );
    Ok(())
}

async fn one_at_a_time(Scene { io, .. }: Scene) -> Outcome {
    io.on(
        "save",
        sequential(|text: String| async move {
            println!("{text}");
        }),
    );
    Ok(())
}

async fn several_arguments(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on("add", |(a, b): (i64, i64)| async move {
        println!("{a} and {b}");
    });
    socket.emit("sum", (1, 2, 3));
    Ok(())
}

async fn any_number_of_arguments(Scene { io, .. }: Scene) -> Outcome {
    io.on("log", |args: AllArgs<Vec<Value>>| async move {
        println!("{:?}", args.0);
    });
    Ok(())
}

async fn binary_data(
    Scene {
        io, socket, bytes, ..
    }: Scene,
) -> Outcome {
    socket.emit("file", Bytes::from_static(&[1, 2, 3]));
    io.on("file", |data: Bytes| async move {
        println!("{} bytes", data.len());
    });
    Ok(())
}

async fn state_that_handlers_share(Scene { io, .. }: Scene) -> Outcome {
    io.set_state(AtomicU64::new(0));
    io.on("visit", |visits: State<AtomicU64>| async move {
        visits.fetch_add(1, Ordering::Relaxed);
    });
    Ok(())
}

async fn volatile_uncompressed(Scene { socket, bytes, .. }: Scene) -> Outcome {
    socket.volatile().emit("position", (1, 2));
    socket.compress(false).emit("picture", &bytes);
    Ok(())
}

async fn the_event_message(Scene { io, socket, .. }: Scene) -> Outcome {
    socket.send("hello");
    io.send("hello");
    Ok(())
}

async fn answering(Scene { io, .. }: Scene) -> Outcome {
    io.on("double", |n: i64| async move { 2 * n });
    Ok(())
}

async fn answering_later(Scene { io, .. }: Scene) -> Outcome {
    io.on("work", |ack: Ack| async move {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let _ = ack.send("done");
        });
    });
    Ok(())
}

async fn asking(Scene { socket, .. }: Scene) -> Outcome {
    let age: u32 = socket
        .timeout(Duration::from_secs(5))
        .emit_with_ack("how old?", ())
        .await?;
    Ok(())
}

async fn asking_many(Scene { io, .. }: Scene) -> Outcome {
    let ages: Responses<u32> = io
        .to("room")
        .timeout(Duration::from_secs(5))
        .emit_with_ack("how old?", ())
        .await?;
    Ok(())
}

async fn joining_and_leaving(Scene { socket, .. }: Scene) -> Outcome {
    socket.join("room");
    socket.leave("room");
    socket.rooms();
    Ok(())
}

async fn broadcasting(Scene { io, socket, .. }: Scene) -> Outcome {
    io.emit("news", 1);
    io.to("room").emit("news", 1);
    io.within("room").except("muted").emit("news", 1);
    socket.broadcast().emit("news", 1);
    socket.to("room").emit("news", 1);
    io.local().emit("news", 1);
    Ok(())
}

async fn to_one_socket_by_its_id(Scene { io, socket_id, .. }: Scene) -> Outcome {
    io.to(socket_id).emit("news", 1);
    Ok(())
}

async fn moving_and_disconnecting_many(Scene { io, .. }: Scene) -> Outcome {
    io.within("a").sockets_join("b");
    io.within("a").sockets_leave("b");
    io.within("a").disconnect_sockets(true);
    Ok(())
}

async fn looking_at_sockets_wherever_they_are(Scene { io, socket, .. }: Scene) -> Outcome {
    for socket in io.within("room").fetch_sockets().await {
        println!("{} {:?}", socket.id(), socket.rooms());
        socket.leave("room");
    }
    Ok(())
}

async fn events_of_rooms(Scene { io, socket, .. }: Scene) -> Outcome {
    io.of("/").on_room(|event| match event {
        RoomEvent::Created(room) => println!("{room} is open"),
        RoomEvent::Joined(room, socket) => println!("{socket} is in {room}"),
        _ => {}
    });
    Ok(())
}

async fn who_is_there(Scene { io, .. }: Scene) -> Outcome {
    io.of("/").rooms();
    io.of("/").sockets();
    Ok(())
}

async fn a_namespace(Scene { io, socket, .. }: Scene) -> Outcome {
    let chat = io.of("/chat");
    chat.on_connect(|socket: Socket| async move {
        println!("{}", socket.id());
    });
    chat.emit("news", 1);
    Ok(())
}

async fn namespaces_by_a_pattern(Scene { io, .. }: Scene) -> Outcome {
    let rooms = io.of_matching(|name| name.starts_with("/room-"));
    rooms.on_connect(|namespace: Namespace| async move {
        println!("{}", namespace.name());
    });
    Ok(())
}

async fn namespaces_by_a_function(Scene { io, .. }: Scene) -> Outcome {
    io.of_if(|name: String, auth: Team| async move { name == format!("/{}", auth.team) });
    Ok(())
}

async fn new_namespaces(Scene { io, .. }: Scene) -> Outcome {
    io.on_new_namespace(|namespace| println!("{}", namespace.name()));
    Ok(())
}

async fn events_for_other_servers(Scene { io, .. }: Scene) -> Outcome {
    io.of("/").server_side_emit("hello", "world")?;
    Ok(())
}

async fn engine_io_without_socket_io(Scene { socket, .. }: Scene) -> Outcome {
    let server = engine::Server::new();
    server.on_message(
        |socket: engine::Socket, message: engine::Message| async move {
            let _ = socket.send(message);
        },
    );
    Ok(())
}
