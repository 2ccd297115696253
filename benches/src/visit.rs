//! The connections of one stage to one server.

use std::io;
use std::thread;
use std::time::Duration;

use crate::load::{self, Connections, Pollers};
use crate::process::ServerProcess;
use crate::sample::{Sample, Speed, Watch};
use crate::stage::Work::{self, Broadcast, Connect, Echo, Idle, PollingEcho};
use crate::stage::{Scenario, Stage};
use crate::usage;
use crate::wire::Audience::Room;

/// How long a server may take to come to rest before its memory is read.
const REST: Duration = Duration::from_millis(300);

/// A server, and the open connections to it.
pub(crate) struct Visit<'a> {
    server: &'a ServerProcess,
    clients: Clients,
    connecting: (f64, Option<Speed>),
    /// Bytes for each of them.
    grown: f64,
}

enum Clients {
    WebSocket(Connections),
    Polling(Pollers),
}

impl<'a> Visit<'a> {
    pub(crate) fn begin(stage: &Stage, server: &'a ServerProcess) -> io::Result<Self> {
        let count = stage.connections;
        let before = usage::resident(server.id())?;
        let watch = watch(server)?;
        let clients = match stage.is_polling() {
            true => Clients::Polling(Pollers::open(server.address(), count)?),
            false => Clients::WebSocket(load::connect(server.address(), count)?),
        };
        let connecting = watch.stop(count as u64)?;
        thread::sleep(REST);
        let grown = usage::resident(server.id())?.saturating_sub(before);
        Ok(Self {
            server,
            clients,
            connecting,
            grown: grown as f64 / count as f64,
        })
    }

    /// Joins the room if need be, and warms up.
    pub(crate) fn prepare(&mut self, work: Work, time: Duration) -> io::Result<()> {
        if let (Clients::WebSocket(connections), Broadcast(Room, _)) = (&mut self.clients, work) {
            load::join_room(connections)?;
        }
        match work {
            Connect | Idle => Ok(()),
            _ => self.clients.run(work, time).map(drop),
        }
    }

    pub(crate) fn measure(&mut self, scenario: Scenario, time: Duration) -> io::Result<Sample> {
        let (value, speed) = match scenario.work {
            Connect => self.connecting,
            Idle => (self.grown, None),
            work => {
                let watch = watch(self.server)?;
                watch.stop(self.clients.run(work, time)?)?
            }
        };
        Ok(Sample {
            scenario: scenario.name,
            value,
            speed,
        })
    }
}

/// We are the load.
fn watch(server: &ServerProcess) -> io::Result<Watch> {
    Watch::start(server.id(), std::process::id())
}

impl Clients {
    /// Returns how many messages there were.
    fn run(&mut self, work: Work, time: Duration) -> io::Result<u64> {
        match (self, work) {
            (Self::WebSocket(all), Echo(window)) => load::echo(all, window, time),
            (Self::WebSocket(all), Broadcast(to, burst)) => load::broadcast(all, to, burst, time),
            (Self::Polling(all), PollingEcho) => load::polling_echo(all, time),
            _ => Err(io::Error::other("a stage mixes WebSocket and polling")),
        }
    }
}
