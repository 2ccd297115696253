//! What an application keeps with a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use salon::{Extension, HandlerError, Socket};
use serde::{Deserialize, Serialize};

use crate::support::Host;

#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct User {
    name: String,
    visits: u32,
}

#[tokio::test(start_paused = true)]
async fn data_is_an_empty_object_until_it_is_set() {
    let (_client, socket) = Host::new().pair().await;
    assert_eq!(socket.data::<User>().unwrap(), User::default());
    socket
        .set_data(serde_json::json!({"name": "Ada", "visits": 2}))
        .unwrap();
    assert_eq!(socket.data::<User>().unwrap().name, "Ada");
    let wrong = socket.data::<u32>().unwrap_err();
    assert!(wrong.message().starts_with("socket data: "), "{wrong}");
}

#[tokio::test(start_paused = true)]
async fn a_middleware_may_leave_data_for_the_handlers() {
    let host = Host::new();
    host.middleware(|socket: Socket, user: User| async move { socket.set_data(user) });
    host.on("name", |socket: Socket| async move {
        Ok::<_, HandlerError>(socket.data::<User>()?.name)
    });
    let mut client = host.open().await;
    client.send(r#"40{"name":"Ada"}"#).await;
    assert!(client.text().await.starts_with("40{"));
    assert_eq!(client.ask(r#"["name"]"#).await, r#"["Ada"]"#);
}

#[tokio::test(start_paused = true)]
async fn bytes_and_what_is_no_json_are_refused_as_data() {
    let (_client, socket) = Host::new().pair().await;
    assert!(socket.set_data(bytes::Bytes::from_static(b"x")).is_err());
    let map = std::collections::HashMap::from([((1, 2), 3)]);
    assert!(socket.set_data(map).is_err());
    assert_eq!(socket.data::<User>().unwrap(), User::default());
}

#[tokio::test(start_paused = true)]
async fn data_can_still_be_read_when_the_client_has_gone() {
    let (mut client, socket) = Host::new().pair().await;
    socket.set_data(User::default()).unwrap();
    client.send("41").await;
    client.fence().await;
    assert!(!socket.is_connected());
    assert_eq!(socket.data::<User>().unwrap(), User::default());
}

#[tokio::test(start_paused = true)]
async fn an_extension_is_one_value_of_its_type_for_each_socket() {
    let host = Host::new();
    host.on_connect(|socket: Socket| async move { socket.set_extension(AtomicU64::new(0)) });
    host.on("count", |clicks: Extension<AtomicU64>| async move {
        clicks.fetch_add(1, Ordering::Relaxed) + 1
    });
    let (mut first, mut second) = (host.join().await, host.join().await);
    assert_eq!(first.ask(r#"["count"]"#).await, "[1]");
    assert_eq!(first.ask(r#"["count"]"#).await, "[2]");
    assert_eq!(second.ask(r#"["count"]"#).await, "[1]");
}

#[tokio::test(start_paused = true)]
async fn a_missing_extension_is_an_error_that_names_it() {
    let host = Host::new();
    host.on("count", |_: Extension<u8>| async {});
    let answer = host.join().await.ask(r#"["count"]"#).await;
    assert!(answer.contains("no extension u8"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_new_extension_replaces_the_old_one_which_is_dropped() {
    let (_client, socket) = Host::new().pair().await;
    let old = Arc::new("old");
    socket.set_extension(Arc::clone(&old));
    socket.set_extension(Arc::new("new"));
    assert_eq!(Arc::strong_count(&old), 1);
    assert_eq!(**socket.extension::<Arc<&str>>().unwrap(), "new");
    assert!(socket.extension::<String>().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_socket_knows_the_other_sockets_of_its_client() {
    let host = Host::new();
    let custom = host.of("/custom");
    let (mut client, socket) = host.pair().await;
    client.join("/custom,").await;
    let _other = host.join().await;
    let sockets = socket.client_sockets();
    let mut names: Vec<_> = sockets
        .iter()
        .map(|one| one.namespace().name().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["/", "/custom"]);
    custom.sockets()[0].disconnect(false);
    assert_eq!(socket.client_sockets().len(), 1);
    socket.disconnect(true);
    assert!(socket.client_sockets().is_empty());
}
