//! The clients and the servers, and how each one is started.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{ServerProcess, on_cores};
use crate::stage::Pings;

const SERVER_CORE: &str = "0";
const CLIENT_CORE: &str = "1";

/// Where the programs of Node are.
const NODE_FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/client");

/// Where the programs are.
pub(crate) struct Programs {
    /// Those of this build.
    folder: PathBuf,
}

/// A client that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// socket.io-client.
    Node,
    /// salon-client on one thread, as Node has one.
    Salon,
    /// The same on a runtime of two threads.
    TwoThreads,
    /// An epoll loop that moves the same bytes and knows nothing of the protocol.
    Floor,
}

/// A server that they talk with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// socket.io.
    Node,
    /// salon.
    Salon,
}

impl Client {
    pub(crate) const ALL: [Self; 4] = [Self::Node, Self::Salon, Self::TwoThreads, Self::Floor];

    /// Those that are compared with Node's.
    pub(crate) const RIVALS: [Self; 3] = [Self::Salon, Self::TwoThreads, Self::Floor];

    /// Its name in the report.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Node => "socket.io-client",
            Self::Salon => "salon-client",
            Self::TwoThreads => "salon-client, two threads",
            Self::Floor => "floor",
        }
    }
}

impl Server {
    pub(crate) const ALL: [Self; 2] = [Self::Node, Self::Salon];

    /// Its name in the report.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Node => "socket.io",
            Self::Salon => "salon",
        }
    }
}

impl Programs {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
        }
    }

    pub(crate) fn start_server(&self, server: Server) -> io::Result<ServerProcess> {
        match server {
            Server::Salon => ServerProcess::start(
                &self.folder.join("salon-bench-server"),
                1,
                Pings::Never,
                SERVER_CORE,
            ),
            Server::Node => ServerProcess::start_command(
                node(SERVER_CORE).arg(script("server.mjs")),
                1,
                Pings::Never,
            ),
        }
    }

    pub(crate) fn client(&self, client: Client, server: SocketAddr) -> Command {
        let mut command = match client {
            Client::Node => {
                let mut command = node(CLIENT_CORE);
                command.arg("--expose-gc").arg(script("client.mjs"));
                command
            }
            Client::Salon | Client::TwoThreads => {
                on_cores(CLIENT_CORE, &self.folder.join("salon-bench-client"))
            }
            Client::Floor => on_cores(CLIENT_CORE, &self.folder.join("salon-bench-floor-client")),
        };
        // The room is the program's own, so that no other one gets what it asks for.
        command.arg(server.to_string()).arg(client.name());
        if client == Client::TwoThreads {
            command.arg("2");
        }
        command
    }
}

fn node(cores: &str) -> Command {
    let mut command = on_cores(cores, Path::new("node"));
    command.env("NODE_ENV", "production");
    command
}

fn script(name: &str) -> PathBuf {
    Path::new(NODE_FOLDER).join(name)
}
