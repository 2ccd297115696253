//! What the client is told to do.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
pub(crate) enum Order {
    Manager {
        manager: u64,
        url: String,
        options: ManagerOptions,
    },
    Socket {
        socket: u64,
        manager: u64,
        namespace: String,
        #[serde(default)]
        options: SocketOptions,
    },
    Open {
        socket: u64,
        manager: u64,
        url: String,
        options: ManagerOptions,
    },
    Connect {
        socket: u64,
    },
    Emit(Emission),
    Answer {
        answer: usize,
        args: Vec<Value>,
    },
    Disconnect {
        socket: u64,
    },
    Close {
        manager: u64,
    },
    State {
        socket: u64,
        reply: u64,
    },
    Usage {
        reply: u64,
    },
}

#[derive(Deserialize)]
pub(crate) struct Emission {
    pub(crate) socket: u64,
    pub(crate) event: String,
    pub(crate) args: Vec<Value>,
    #[serde(default)]
    pub(crate) volatile: bool,
    pub(crate) timeout: Option<u64>,
    pub(crate) ack: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ManagerOptions {
    pub(crate) path: Option<String>,
    pub(crate) add_trailing_slash: Option<bool>,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// Off where nothing is said, as in Node.
    #[serde(default)]
    pub(crate) cookies: bool,
    pub(crate) transports: Option<Vec<String>>,
    pub(crate) upgrade: Option<bool>,
    pub(crate) remember_upgrade: Option<bool>,
    pub(crate) try_all_transports: Option<bool>,
    pub(crate) timeout: Option<u64>,
    pub(crate) reconnection: Option<bool>,
    pub(crate) reconnection_attempts: Option<u32>,
    pub(crate) reconnection_delay: Option<u64>,
    pub(crate) reconnection_delay_max: Option<u64>,
    pub(crate) randomization_factor: Option<f64>,
    pub(crate) parser: Option<String>,
    pub(crate) deflate: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SocketOptions {
    pub(crate) auth: Option<Value>,
    #[serde(default)]
    pub(crate) auths: Vec<Value>,
    pub(crate) retries: Option<u32>,
    pub(crate) ack_timeout: Option<u64>,
}
