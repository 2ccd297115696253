//! Salon, the floor and the peers: how each one is set up.

use std::io;
use std::path::Path;

use crate::contender::Contender;
pub(crate) use crate::contender::FLOOR;

/// Where the programs of the peers are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// The names.
pub(crate) const SALON: &str = "salon";
pub(crate) const SOCKETIOXIDE: &str = "socketioxide";
pub(crate) const SOCKETIOXIDE_MT: &str = "socketioxide-mt";
pub(crate) const NODE_UWS: &str = "node-uws";
pub(crate) const NODE_WS: &str = "node-ws";
pub(crate) const BUN: &str = "bun";
pub(crate) const PYTHON: &str = "python";

/// In the order of the tables.
pub(crate) const ALL: [&str; 8] = [
    FLOOR,
    SALON,
    SOCKETIOXIDE,
    SOCKETIOXIDE_MT,
    NODE_UWS,
    NODE_WS,
    BUN,
    PYTHON,
];

/// Those that salon is compared with.
pub(crate) const PEERS: [&str; 6] = [
    SOCKETIOXIDE,
    SOCKETIOXIDE_MT,
    NODE_UWS,
    NODE_WS,
    BUN,
    PYTHON,
];

/// Both of them are one program.
pub(crate) const EACH_SOCKETIOXIDE: &[&str] = &[SOCKETIOXIDE, SOCKETIOXIDE_MT];

/// The most connections that Python is given: it needs minutes for more.
const MOST_OF_PYTHON: usize = 1_000;

/// The contender of a name; the programs of this build are in `folder`, and what was made for the
/// peers is in `target`.
pub(crate) fn contender(name: &'static str, folder: &Path, target: &Path) -> Contender {
    let peers = Path::new(FOLDER);
    let made = target.join("peers");
    let socketioxide = made.join("socketioxide/release/salon-bench-socketioxide");
    let node = |script: &str| {
        let node = Contender::new(name, "node").argument(peers.join("node").join(script));
        node.variable("NODE_ENV", "production").with_own_threads()
    };
    match name {
        SALON => Contender::salon(name, folder),
        FLOOR => Contender::floor(folder),
        SOCKETIOXIDE => Contender::new(name, socketioxide),
        SOCKETIOXIDE_MT => Contender::new(name, socketioxide)
            .argument("multi")
            .with_own_threads(),
        NODE_UWS => node("uws.mjs"),
        NODE_WS => node("ws.mjs"),
        BUN => Contender::new(name, peers.join("node/node_modules/bun/bin/bun.exe"))
            .argument(peers.join("node/bun.mjs"))
            .variable("NODE_ENV", "production")
            .with_own_threads(),
        _ => Contender::new(name, made.join("python/bin/python"))
            .argument(peers.join("python/server.py"))
            .with_own_threads()
            .at_most(MOST_OF_PYTHON),
    }
}

/// What it is made of, with versions, and how it is set up.
///
/// # Errors
/// When it does not start.
pub(crate) fn about(contender: &Contender) -> io::Result<String> {
    let set_up = set_up(contender.name());
    match contender.name() {
        SALON => Ok(format!("salon {}; {set_up}", env!("CARGO_PKG_VERSION"))),
        FLOOR => Ok(set_up.to_owned()),
        _ => Ok(format!("{}; {set_up}", contender.about()?)),
    }
}

fn set_up(name: &str) -> &'static str {
    match name {
        SALON => "`salon::serve` on tokio's current-thread runtime; release with thin LTO",
        FLOOR => {
            "a bare epoll loop that moves the same bytes, one write for each receiver, and knows no \
             protocol"
        }
        SOCKETIOXIDE => {
            "as a layer of axum on tokio's current-thread runtime, `TCP_NODELAY`; release with thin LTO"
        }
        SOCKETIOXIDE_MT => {
            "the same program on the multi-thread runtime, whose default here is one worker, since \
             it has one core"
        }
        NODE_UWS => "`io.attachApp`; `NODE_ENV=production`",
        NODE_WS => "`ws` with its native part, no kept requests; `NODE_ENV=production`",
        BUN => "`io.bind` with the engine for Bun; `NODE_ENV=production`",
        _ => "asyncio, one process; left out where there are more than 1,000 connections",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_contender() {
        for name in ALL {
            let contender = contender(name, Path::new("/a"), Path::new("/b"));
            assert_eq!(contender.name(), name);
        }
        assert!(PEERS.iter().all(|peer| ALL.contains(peer)));
    }
}
