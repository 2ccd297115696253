//! Events that have a type, of which server and client share the definition.

use salon::Server;
use salon_client::{Event, connect};
use serde::{Deserialize, Serialize};

use crate::support::{Served, notes, soon};

#[derive(Event, Serialize, Deserialize)]
struct Greeting {
    name: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event("greeting heard")]
struct Heard(String);

fn server() -> Server {
    let io = Server::new();
    io.on_event(|socket: salon::Socket, greeting: Greeting| async move {
        socket.emit_event(&Heard(greeting.name));
    });
    io
}

#[tokio::test]
async fn one_definition_serves_the_server_and_the_client() {
    let served = Served::start(server).await;
    let (note, mut noted) = notes();
    let first = note.clone();
    let socket = connect(&served.url("/"))
        .on_event(move |Heard(name): Heard| async move { first.add(format!("first: {name}")) });
    let socket = soon(socket).await.unwrap();
    socket.on_event(move |Heard(name): Heard| async move { note.add(format!("later: {name}")) });
    let name = "Ada".into();
    socket.emit_event(&Greeting { name });
    assert_eq!(noted.next().await, "first: Ada");
    assert_eq!(noted.next().await, "later: Ada");
}
