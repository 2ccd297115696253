//! Clients that were away for a moment.

mod ends;
mod events;

use salon::{Recovery, ServerBuilder, SocketId};
use serde_json::{Value, json};

use crate::support::{Client, Host, settle};

fn recovering() -> Host {
    with(Recovery::new())
}

fn with(recovery: Recovery) -> Host {
    Host::with(|builder: ServerBuilder| builder.recovery(recovery))
}

/// What a client knows of its socket, as JavaScript's does.
#[derive(Clone)]
struct Memory {
    sid: String,
    pid: String,
    offset: Option<String>,
}

impl Memory {
    fn id(&self) -> SocketId {
        SocketId::parse(&self.sid).unwrap()
    }

    /// Takes an event and returns its array without the offset.
    async fn event(&mut self, client: &mut Client) -> Value {
        let text = client.text().await;
        let array = text
            .strip_prefix("42")
            .unwrap_or_else(|| panic!("no event: {text}"));
        let Value::Array(mut args) = serde_json::from_str(array).unwrap() else {
            panic!("no array: {text}");
        };
        let offset = args.pop().unwrap();
        self.offset = Some(offset.as_str().unwrap().to_owned());
        Value::Array(args)
    }

    fn connect(&self) -> String {
        let mut auth = json!({"pid": self.pid});
        if let Some(offset) = &self.offset {
            auth["offset"] = json!(offset);
        }
        format!("40{auth}")
    }
}

async fn answer(client: &mut Client) -> Memory {
    let text = client.text().await;
    let data = text
        .strip_prefix("40")
        .unwrap_or_else(|| panic!("no CONNECT: {text}"));
    let data: Value = serde_json::from_str(data).unwrap();
    let member = |name: &str| data[name].as_str().unwrap().to_owned();
    Memory {
        sid: member("sid"),
        pid: member("pid"),
        offset: None,
    }
}

async fn join(host: &Host) -> (Client, Memory) {
    let mut client = host.open().await;
    client.send("40").await;
    let memory = answer(&mut client).await;
    settle().await;
    (client, memory)
}

/// A new connection that asks for the former state.
async fn back(host: &Host, memory: &Memory) -> Client {
    let mut client = host.open().await;
    client.send(&memory.connect()).await;
    client
}

async fn lose(client: Client) {
    drop(client);
    settle().await;
}

/// It gets its former state, and nothing comes before the answer.
async fn recovered(host: &Host, memory: &Memory) -> Client {
    let mut client = back(host, memory).await;
    let answer = answer(&mut client).await;
    assert_eq!((&answer.sid, &answer.pid), (&memory.sid, &memory.pid));
    client
}

async fn not_recovered(host: &Host, memory: &Memory) -> (Client, Memory) {
    let mut client = back(host, memory).await;
    let answer = answer(&mut client).await;
    assert_ne!(answer.sid, memory.sid);
    assert_ne!(answer.pid, memory.pid);
    (client, answer)
}
