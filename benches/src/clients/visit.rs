//! A client with its open connections.

use std::io;
use std::thread;
use std::time::Duration;

use super::order::Order;
use super::work::{Stage, Work};
use super::worker::Worker;
use crate::sample::{Speed, Watch};
use crate::stage::Slices;
use crate::usage;

/// How long a client may take to come to rest before its memory is read.
const REST: Duration = Duration::from_millis(300);

/// Opened and closed before the others are measured, so that code is loaded and caches are there.
const FIRST: usize = 10;

/// Microseconds and how they were used, or bytes.
type Measured = (f64, Option<Speed>);

pub(crate) struct Visit<'a> {
    worker: &'a mut Worker,
    server: u32,
    opened: Option<Opened>,
}

/// What the opening of a connection took.
struct Opened {
    time: Measured,
    bytes: f64,
}

impl<'a> Visit<'a> {
    pub(crate) fn begin(stage: &Stage, worker: &'a mut Worker, server: u32) -> io::Result<Self> {
        let opened = match stage.is_opening() {
            true => Some(Opened::measure(stage.connections, worker, server)?),
            false => {
                worker.order(Order::Open(stage.connections))?;
                None
            }
        };
        Ok(Self {
            worker,
            server,
            opened,
        })
    }

    /// As long as all slices of a scenario: V8 compiles what has often been run.
    pub(crate) fn warm_up(&mut self, work: Work, slices: Slices) -> io::Result<()> {
        match work.order(slices.time * slices.count as u32) {
            Some(order) => self.worker.order(order).map(drop),
            None => Ok(()),
        }
    }

    pub(crate) fn measure(&mut self, work: Work, time: Duration) -> io::Result<Measured> {
        match (work.order(time), &self.opened) {
            (Some(order), _) => {
                let watch = Watch::start(self.worker.id(), self.server)?;
                watch.stop(self.worker.order(order)?)
            }
            (None, Some(opened)) if work == Work::Idle => Ok((opened.bytes, None)),
            (None, Some(opened)) => Ok(opened.time),
            (None, None) => Err(io::Error::other("a stage mixes opening and messages")),
        }
    }
}

impl Opened {
    fn measure(connections: usize, worker: &mut Worker, server: u32) -> io::Result<Self> {
        worker.order(Order::Open(FIRST))?;
        worker.order(Order::Close)?;
        let before = resident_at_rest(worker)?;
        let watch = Watch::start(worker.id(), server)?;
        let count = worker.order(Order::Open(connections))?;
        let time = watch.stop(count)?;
        let grown = resident_at_rest(worker)?.saturating_sub(before);
        Ok(Self {
            time,
            bytes: grown as f64 / count as f64,
        })
    }
}

fn resident_at_rest(worker: &mut Worker) -> io::Result<u64> {
    thread::sleep(REST);
    worker.order(Order::Rest)?;
    usage::resident(worker.id())
}
