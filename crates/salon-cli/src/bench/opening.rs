//! Opening the connections of one thread, at a rate.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use salon_client::{ConnectError, DisconnectReason, EmitError, Manager, ManagerBuilder, Socket};

use super::load::{Load, Phase, kind_of_connect};
use super::pacer::Pacer;
use super::schedule::Schedule;
use std::sync::Arc;

use crate::client::{self, Again};
use crate::exit::Failure;
use crate::options::Server;

/// Connections that one thread opens at once at most: a server's backlog is not long.
const MAX_OPENING: usize = 256;

/// How long a connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// What connections are made of: one for each local address, taken in turn.
pub(crate) struct Template {
    builders: Vec<ManagerBuilder>,
    server: Server,
}

impl Template {
    /// `again`: whether a connection that was lost comes back.
    pub(crate) fn new(load: &Load, again: Again) -> Result<Self, Failure> {
        let options = load.options();
        // Nothing waits for `recv`; and connections that nobody needs are closed soon.
        let builder = client::builder(&options.server, again)?
            .recv_buffer(0, 0)
            .timing(|timing| timing.close_timeout = GOODBYE);
        let builders = match options.sources.is_empty() {
            true => vec![builder],
            false => {
                let sources = options.sources.iter();
                let from = |address: &std::net::IpAddr| builder.clone().local_address(*address);
                sources.map(from).collect()
            }
        };
        Ok(Self {
            builders,
            server: options.server.clone(),
        })
    }

    /// Changes how connections behave.
    pub(crate) fn with(mut self, change: impl Fn(ManagerBuilder) -> ManagerBuilder) -> Self {
        self.builders = self.builders.into_iter().map(change).collect();
        self
    }

    /// A socket that has not begun to connect.
    pub(crate) fn socket(&self, index: usize) -> Result<Socket, ConnectError> {
        let builder = &self.builders[index % self.builders.len()];
        let manager: Manager = builder.clone().build()?;
        Ok(client::socket(&manager, &self.server))
    }
}

/// What came of opening the connections of a thread.
pub(crate) struct Opened {
    pub(crate) sockets: Vec<Socket>,
    /// Why the last one failed that did.
    pub(crate) error: Option<ConnectError>,
}

/// Opens all connections of the thread; `prepare` gives each of them its handlers first.
pub(crate) async fn open(
    load: &Arc<Load>,
    template: &Template,
    mut prepare: impl FnMut(&Socket),
) -> Opened {
    let count = load.connections();
    let options = load.options();
    let schedule = Schedule::new(options.open_rate, load.thread, options.threads);
    let begin = Instant::now();
    let mut opening = FuturesUnordered::new();
    let mut opened = Opened {
        sockets: Vec::with_capacity(count),
        error: None,
    };
    let Ok(pacer) = Pacer::new() else {
        return opened;
    };
    let mut started = 0;
    while (started < count || !opening.is_empty()) && load.run.phase() == Phase::Opening {
        let next = begin + Duration::from_nanos(schedule.intended(started as u64));
        tokio::select! {
            biased;
            Some(outcome) = opening.next() => opened.take(load, outcome),
            _ = pacer.until(next), if started < count && opening.len() < MAX_OPENING => {
                match template.socket(started * options.threads + load.thread) {
                    Ok(socket) => {
                        prepare(&socket);
                        opening.push(connect(socket));
                    }
                    Err(error) => opened.take(load, Err(error)),
                }
                started += 1;
            }
            () = load.run.reached(Phase::Over) => {}
        }
    }
    opened
}

impl Opened {
    fn take(&mut self, load: &Load, outcome: Result<Socket, ConnectError>) {
        match outcome {
            Ok(socket) => {
                load.run.opened.fetch_add(1, Ordering::Relaxed);
                self.sockets.push(socket);
            }
            Err(error) => {
                load.tally().failure(&kind_of_connect(&error), 1);
                self.error = Some(error);
            }
        }
    }
}

/// Connects it.
pub(crate) async fn connect(socket: Socket) -> Result<Socket, ConnectError> {
    socket.connect();
    socket.connected().await?;
    Ok(socket)
}

/// Counts it where the connection of a socket is lost.
pub(crate) fn count_losses(load: &Arc<Load>, socket: &Socket) {
    let load = Arc::clone(load);
    socket.on_disconnect(move |reason: DisconnectReason| {
        if !load.run.has_let_go() {
            let kind = format!("disconnected: {reason}");
            load.tally().failure(&kind, 1);
        }
        std::future::ready(())
    });
}

/// Asks all of them one thing, such as to let them into a room; says how many were answered.
pub(crate) async fn ask_all<T: serde::Serialize>(
    load: &Load,
    sockets: &[Socket],
    event: &str,
    argument: impl Fn(usize) -> T,
) -> usize {
    let patience = load.options().timeout;
    let ask = |(index, socket): (usize, &Socket)| {
        let socket = socket.timeout(patience);
        socket.emit_with_ack::<salon_client::AllArgs<serde::de::IgnoredAny>>(event, argument(index))
    };
    let asking = futures_util::stream::iter(sockets.iter().enumerate().map(ask));
    let mut answers = asking.buffer_unordered(MAX_OPENING);
    let mut answered = 0;
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(_) => answered += 1,
            Err(error) => load.tally().failure(super::load::kind_of_ack(&error), 1),
        }
    }
    answered
}

/// Closes all of them, in bounded time.
pub(crate) async fn close(sockets: Vec<Socket>) {
    let closing: FuturesUnordered<_> = sockets
        .into_iter()
        .map(|socket| async move { socket.manager().close().await })
        .collect();
    let all = closing.for_each(|()| std::future::ready(()));
    let _ = tokio::time::timeout(GOODBYE + GOODBYE, all).await;
}

/// Whether an event could not even be left to its connection.
pub(crate) const fn kind_of_emit(error: &EmitError) -> &'static str {
    if error.is_disconnected() {
        "not sent: not connected"
    } else {
        "not sent: too many wait"
    }
}
