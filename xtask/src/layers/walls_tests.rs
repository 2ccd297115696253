//! Each wall with code that breaks it and code that does not.

use super::*;

fn found(path: &str, text: &str) -> Vec<String> {
    judge(&Source::new(path, text))
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[track_caller]
fn good(path: &str, text: &str) {
    assert_eq!(found(path, text), Vec::<String>::new(), "{text}");
}

#[track_caller]
fn bad(path: &str, text: &str, finding: &str) {
    assert_eq!(
        found(path, text),
        [format!("{finding} (walls: ARCHITECTURE.md#walls)")],
        "{text}"
    );
}

const PROTO: &str = "crates/salon-proto/src/engine/session.rs";
const HUB: &str = "crates/salon/src/hub/mod.rs";
const HANDLER: &str = "crates/salon/src/handler/dispatch.rs";
const SESSION: &str = "crates/salon/src/session/task.rs";
const SERVE: &str = "crates/salon/src/http/serve.rs";
const SERVER: &str = "crates/salon/src/server.rs";
const CLIENT: &str = "crates/salon-client/src/manager.rs";
const CLIENT_SESSION: &str = "crates/salon-client/src/session/task.rs";
const TRANSPORT: &str = "crates/salon-client/src/transport/websocket.rs";

#[test]
fn proto_asks_the_system_for_nothing() {
    bad(
        PROTO,
        "use std::{\n    net::IpAddr,\n};",
        &format!("{PROTO}:2: salon-proto must not use std::net"),
    );
    bad(
        PROTO,
        "let now = Instant::now();",
        &format!("{PROTO}:1: salon-proto must not use Instant::now"),
    );
    bad(
        PROTO,
        "let t = std::time::SystemTime::now();",
        &format!("{PROTO}:1: salon-proto must not use SystemTime"),
    );
    good(
        PROTO,
        "use std::time::{Duration, Instant};\nfn handle(now: Instant) {}",
    );
}

#[test]
fn proto_forbids_unsafe_code() {
    let path = "crates/salon-proto/src/lib.rs";
    let sentence = format!("{path}:1: this crate must begin with `#![forbid(unsafe_code)]`");
    bad(path, "// #![forbid(unsafe_code)]\n", &sentence);
    good(path, "//! Words.\n#![forbid(unsafe_code)]\n");
}

#[test]
fn server_and_client_are_strangers() {
    bad(
        SERVER,
        "use salon_client::Manager;",
        &format!("{SERVER}:1: salon must not use salon_client"),
    );
    bad(
        CLIENT,
        "use salon::Socket;",
        &format!("{CLIENT}:1: salon-client must not use salon"),
    );
    good(CLIENT, "use salon_proto::Packet;");
}

#[test]
fn the_hub_calls_nobody() {
    bad(
        HUB,
        "use tokio::sync::Mutex;",
        &format!("{HUB}:1: hub must not use tokio"),
    );
    bad(
        HUB,
        "use crate::{adapter::Adapter, id::Id};",
        &format!("{HUB}:1: hub must not use adapter"),
    );
    bad(
        HUB,
        "fn f(s: &crate::session::Session) {}",
        &format!("{HUB}:1: hub must not use session"),
    );
    good(
        HUB,
        "fn f(session: Key) { session.handler(); Self::adapter(session) }",
    );
}

#[test]
fn handlers_see_no_frames() {
    bad(
        HANDLER,
        "fn f(frame: Frame) {}",
        &format!("{HANDLER}:1: handler must not use Frame"),
    );
    bad(
        HANDLER,
        "use salon_proto::ws::Opcode;",
        &format!("{HANDLER}:1: handler must not use ws"),
    );
    good(HANDLER, "use crate::socket::Socket;\nstruct FrameCount;");
}

#[test]
fn only_sessions_spawn() {
    let who = "code outside session";
    bad(
        SERVER,
        "tokio::spawn(f);",
        &format!("{SERVER}:1: {who} must not use tokio::spawn"),
    );
    bad(
        SERVER,
        "runtime.spawn(f);",
        &format!("{SERVER}:1: {who} must not use spawn()"),
    );
    bad(
        HANDLER,
        "use tokio::task::JoinSet;",
        &format!("{HANDLER}:1: {who} must not use JoinSet"),
    );
    bad(
        CLIENT,
        "spawn_local(f);",
        &format!("{CLIENT}:1: {who} must not use spawn_local()"),
    );
    bad(
        TRANSPORT,
        "runtime.spawn(f);",
        &format!("{TRANSPORT}:1: {who} must not use spawn()"),
    );
    for path in [SESSION, SERVE, CLIENT_SESSION] {
        good(path, "tokio::spawn(f);");
    }
    good(
        SERVER,
        "let spawn = respawn(f);\ntokio::task::yield_now().await;",
    );
}

#[test]
fn only_sessions_and_http_open_sockets() {
    let who = "code outside session and http (and the client's transport)";
    bad(
        SERVER,
        "use tokio::net::TcpListener;",
        &format!("{SERVER}:1: {who} must not use tokio::net"),
    );
    good(SESSION, "use tokio::net::TcpStream;");
    good(SERVER, "use std::net::SocketAddr;");
}

#[test]
fn only_http_knows_http() {
    let who = "code outside http (and the client's transport)";
    bad(
        SESSION,
        "fn f(r: http::Request<()>) {}",
        &format!("{SESSION}:1: {who} must not use http"),
    );
    bad(
        SERVER,
        "use tower::Layer;",
        &format!("{SERVER}:1: {who} must not use tower"),
    );
    good(SERVE, "use hyper::body::Body;\nuse axum::Router;");
    good(
        SERVER,
        "mod http;\npub use crate::http::Layer;\nlet http = 1;",
    );
}

#[test]
fn the_demo_uses_the_public_api() {
    bad(
        "demo/src/main.rs",
        "use salon_proto::Packet;",
        "demo/src/main.rs:1: the demo must not use salon_proto",
    );
    good("demo/src/main.rs", "use salon::Server;");
}

#[test]
fn the_tool_uses_the_public_api_of_the_client() {
    let path = "crates/salon-cli/src/main.rs";
    for name in ["salon", "salon_proto", "salon_handler"] {
        let finding = format!("{path}:1: salon-cli must not use {name}");
        bad(path, &format!("use {name}::Limits;"), &finding);
    }
    good(path, "use salon_client::Manager;");
    good("crates/salon-cli/tests/cli/main.rs", "use salon::Server;");
}

#[test]
fn nothing_unfinished_is_left_even_in_tests() {
    let path = "crates/salon/tests/rooms.rs";
    bad(
        path,
        "fn f() {\n    todo!()\n}",
        &format!("{path}:2: finished code must not use todo!"),
    );
    bad(
        path,
        "#[test]\n#[ignore = \"slow\"]",
        &format!("{path}:2: finished code must not use #[ignore]"),
    );
    good(path, "fn todo() { let ignore = \"todo!()\"; } // dbg!(x)");
}

/// Every single name of every wall is found inside, and only inside.
#[test]
fn every_name_can_fail() {
    for wall in WALLS {
        for name in wall.names {
            let text = snippet(name);
            let path = format!("{}/zz_any.rs", wall.inside[0]);
            assert!(breaks(wall, &path, &text), "{}: {text}", wall.who);
            assert!(
                !breaks(wall, &path, &format!("// {text}\nlet s = \"{text}\";")),
                "in a comment: {text}"
            );
            assert!(
                !breaks(wall, "elsewhere/src/lib.rs", &text),
                "elsewhere: {text}"
            );
            for place in wall.except {
                assert!(
                    !breaks(wall, &format!("{place}.rs"), &text),
                    "in {place}: {text}"
                );
            }
            let test = format!("#[cfg(test)]\nmod tests {{\n    {text}\n}}\n");
            assert_eq!(
                breaks(wall, &path, &test),
                wall.tests == Tests::Included,
                "in a test: {text}"
            );
        }
    }
}

fn breaks(wall: &Wall, path: &str, text: &str) -> bool {
    wall.holds(path) && !wall.judge(&Source::new(path, text)).is_empty()
}

fn snippet(name: &Name) -> String {
    match name {
        Crate(name) => format!("use {name}::Thing;"),
        Module(name) => format!("use crate::{name}::Thing;"),
        Path(path) => format!("let thing = {path}::thing();"),
        Call(name) => format!("thing.{name}(f);"),
        Macro(name) => format!("{name}!();"),
        Attribute(name) => format!("#[{name}]"),
    }
}
