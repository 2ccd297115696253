//! The connections of one stage to one server.

use std::io;
use std::thread;
use std::time::Duration;

use crate::load::{self, Connections, Done, Pollers};
use crate::process::ServerProcess;
use crate::sample::{Sample, Speed, Watch};
use crate::stage::Work::{
    self, Broadcast, Connect, Echo, EchoLatency, Idle, PollingEcho, RoomLatency, Rooms,
};
use crate::stage::{LONGER, Pings, Scenario, Stage};
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
        let mut clients = Clients::open(stage, server)?;
        let connecting = watch.stop(count as u64)?;
        clients.rest()?;
        let grown = usage::resident(server.id())?.saturating_sub(before);
        Ok(Self {
            server,
            clients,
            connecting,
            grown: grown as f64 / count as f64,
        })
    }

    /// Joins rooms if need be, and warms up.
    pub(crate) fn prepare(&mut self, work: Work, time: Duration) -> io::Result<()> {
        if let Clients::WebSocket(connections) = &mut self.clients {
            match work {
                Broadcast(Room, _) => load::join_room(connections)?,
                Rooms => load::join_small_rooms(connections)?,
                RoomLatency(_) => load::join_one_room(connections)?,
                _ => {}
            }
        }
        match work {
            Connect | Idle => Ok(()),
            // Warming up need not take as long as measuring.
            EchoLatency(_) | RoomLatency(_) => self.clients.run(work, time / LONGER).map(drop),
            _ => self.clients.run(work, time).map(drop),
        }
    }

    pub(crate) fn measure(&mut self, scenario: Scenario, time: Duration) -> io::Result<Sample> {
        let ((value, speed), done) = match scenario.work {
            Connect => (self.connecting, Done::default()),
            Idle => ((self.grown, None), Done::default()),
            work => {
                let watch = watch(self.server)?;
                let done = self.clients.run(work, time)?;
                (watch.stop(done.messages)?, done)
            }
        };
        Ok(Sample {
            threads: self.server.threads(),
            latency: done.latency,
            overtaken: done.overtaken,
            ..Sample::new(scenario.name, value, speed)
        })
    }

    /// Measures all servers at once, since they are idle, and each would take as long as all: a
    /// ping interval to open the sessions, and one to measure.
    pub(crate) fn measure_pings(
        visits: &[&Self],
        stage: &Stage,
        name: &'static str,
    ) -> Vec<io::Result<Sample>> {
        thread::scope(|scope| {
            let visits: Vec<_> = visits
                .iter()
                .map(|visit| scope.spawn(|| visit.measure_own_pings(stage, name)))
                .collect();
            let samples = visits.into_iter().map(|visit| {
                let died = || io::Error::other("a thread of the load has panicked");
                visit.join().map_err(|_| died())?
            });
            samples.collect()
        })
    }

    fn measure_own_pings(&self, stage: &Stage, name: &'static str) -> io::Result<Sample> {
        let interval = stage.pings.interval();
        let address = self.server.address();
        let mut sessions = load::connect_slowly(address, stage.connections, interval)?;
        let watch = watch(self.server)?;
        let pings = load::answer_pings(&mut sessions, interval)?;
        if pings == 0 {
            return Err(io::Error::other("the server has not sent a single ping"));
        }
        let (value, speed) = watch.stop(pings)?;
        Ok(Sample {
            threads: self.server.threads(),
            ..Sample::new(name, value, speed)
        })
    }
}

/// We are the load.
fn watch(server: &ServerProcess) -> io::Result<Watch> {
    Watch::start(server.id(), std::process::id())
}

impl Clients {
    fn open(stage: &Stage, server: &ServerProcess) -> io::Result<Self> {
        let (address, count) = (server.address(), stage.connections);
        Ok(match (stage.is_polling(), stage.pings) {
            (true, _) => Self::Polling(Pollers::open(address, count)?),
            (_, Pings::Never) => Self::WebSocket(load::connect(address, count)?),
            // They are opened slowly.
            _ => Self::WebSocket(Connections::new()?),
        })
    }

    /// Some servers send a ping to each new session.
    fn rest(&mut self) -> io::Result<()> {
        match self {
            Self::WebSocket(all) => load::answer_pings(all, REST).map(drop),
            Self::Polling(_) => Ok(()),
        }
    }

    fn run(&mut self, work: Work, time: Duration) -> io::Result<Done> {
        match (self, work) {
            (Self::WebSocket(all), Echo(content, window)) => load::echo(all, content, window, time),
            (Self::WebSocket(all), Broadcast(to, burst)) => load::broadcast(all, to, burst, time),
            (Self::WebSocket(all), Rooms) => load::publish_to_rooms(all, time),
            (Self::WebSocket(all), EchoLatency(rate)) => load::echo_latency(all, rate, time),
            (Self::WebSocket(all), RoomLatency(rate)) => load::room_latency(all, rate, time),
            (Self::Polling(all), PollingEcho) => load::polling_echo(all, time),
            _ => Err(io::Error::other("a stage mixes what cannot be mixed")),
        }
    }
}
