//! Connections that are opened, one after the other, whatever becomes of those before.

use std::collections::VecDeque;
use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use salon_client::{ConnectError, Socket};

use super::super::load::{Load, kind_of_connect};
use super::super::opening::{Template, close};
use crate::client::Again;
use crate::exit::Failure;

struct Opener {
    load: Arc<Load>,
    template: Template,
    /// Those that are there, or on their way, the oldest first.
    open: Mutex<VecDeque<Attempt>>,
    most: usize,
}

struct Attempt {
    socket: Socket,
    intended: u64,
    /// It is known what came of it.
    is_told: Arc<AtomicBool>,
}

pub(super) async fn drive(load: &Arc<Load>) -> Result<(), Failure> {
    let opener = Arc::new(Opener {
        load: Arc::clone(load),
        template: Template::new(load, Again::Never)?,
        open: Mutex::default(),
        most: load.connections(),
    });
    load.run.all_ready().await;
    match load.options().per_second() {
        Some(rate) => {
            load.at_rate(rate, |_, intended| opener.start(intended, false))
                .await;
        }
        None => {
            for _ in 0..load.options().in_flight.min(opener.most) {
                opener.start(load.now(), true);
            }
        }
    }
    load.settled(|| opener.is_settled()).await;
    load.run.let_go();
    let open = std::mem::take(&mut *opener.lock());
    for attempt in &open {
        opener.give_up(attempt, "no connection in time");
    }
    close(open.into_iter().map(|attempt| attempt.socket).collect()).await;
    Ok(())
}

impl Opener {
    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Attempt>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_settled(&self) -> bool {
        let is_told = |attempt: &Attempt| attempt.is_told.load(Ordering::Acquire);
        self.lock().iter().all(is_told)
    }

    /// Opens one, and lets the oldest go if there are as many as may be. `again`: when it is there,
    /// the next one follows.
    fn start(self: &Arc<Self>, intended: u64, again: bool) {
        self.load.tally().sent(intended, self.load.now(), 1);
        let socket = match self.template.socket(self.load.thread) {
            Ok(socket) => socket,
            Err(error) => {
                return self
                    .load
                    .tally()
                    .failed(intended, &kind_of_connect(&error), 1);
            }
        };
        let is_told = Arc::new(AtomicBool::new(false));
        self.listen(&socket, intended, &is_told, again);
        socket.connect();
        let oldest = {
            let mut open = self.lock();
            open.push_back(Attempt {
                socket,
                intended,
                is_told,
            });
            (open.len() > self.most).then(|| open.pop_front()).flatten()
        };
        // It is dropped here, under no lock.
        if let Some(oldest) = oldest {
            self.give_up(&oldest, "given up: as many as --connections were waiting");
        }
    }

    fn listen(
        self: &Arc<Self>,
        socket: &Socket,
        intended: u64,
        told: &Arc<AtomicBool>,
        again: bool,
    ) {
        let (this, is_told) = (Arc::clone(self), Arc::clone(told));
        socket.on_connect(move || {
            if !is_told.swap(true, Ordering::AcqRel) {
                this.load.run.opened.fetch_add(1, Ordering::Relaxed);
                this.load.tally().delivered(intended, this.load.now());
                this.go_on(again);
            }
            ready(())
        });
        let (this, is_told) = (Arc::clone(self), Arc::clone(told));
        socket.on_connect_error(move |error: ConnectError| {
            if !is_told.swap(true, Ordering::AcqRel) {
                this.load
                    .tally()
                    .failed(intended, &kind_of_connect(&error), 1);
                this.go_on(again);
            }
            ready(())
        });
    }

    fn go_on(self: &Arc<Self>, again: bool) {
        let now = self.load.now();
        if again && self.load.run.is_on(now) {
            self.start(now, true);
        }
    }

    fn give_up(&self, attempt: &Attempt, kind: &str) {
        if !attempt.is_told.swap(true, Ordering::AcqRel) {
            self.load.tally().failed(attempt.intended, kind, 1);
        }
    }
}
