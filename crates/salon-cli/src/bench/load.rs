//! What the threads that make the load share, and how each counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use salon_client::{AckError, ConnectError, ConnectErrorKind};
use tokio::sync::watch;

use super::pacer::Pacer;
use super::schedule::Schedule;
use super::tally::{Tally, Window};
use crate::options::{Bench, Rate};

/// What one thread may have unanswered at most: some tens of megabytes.
const MAX_UNANSWERED: u64 = 100_000;

/// Messages that are sent before the connections have their turn again.
const BURST: u64 = 64;

/// A run, for all threads.
pub(crate) struct Run {
    pub(crate) options: Bench,
    pub(crate) window: Window,
    phase: watch::Sender<Phase>,
    /// Whether it is [`Phase::Over`], for those who look for each message.
    is_over: AtomicBool,
    begin: OnceLock<Instant>,
    /// Connections are closed now because they are no longer needed.
    has_let_go: AtomicBool,
    /// Connections that have been opened.
    pub(crate) opened: AtomicUsize,
    /// When the first connection was lost, in nanoseconds from the beginning of the load.
    first_lost: OnceLock<u64>,
    open: Gate,
    ready: Gate,
    settled: Gate,
}

/// Where threads wait for one another.
struct Gate(watch::Sender<usize>);

impl Default for Gate {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Gate {
    async fn pass(&self, run: &Run) {
        self.0.send_modify(|count| *count += 1);
        self.open(run).await;
    }

    /// Waits until all have come. Where the run is given up, nobody waits for long.
    async fn open(&self, run: &Run) {
        let mut here = self.0.subscribe();
        let all = here.wait_for(|count| *count >= run.options.threads);
        let given_up = async {
            run.reached(Phase::Over).await;
            tokio::time::sleep(run.options.timeout).await;
        };
        tokio::select! {
            _ = all => {}
            () = given_up => {}
        }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Phase {
    /// Connections are opened.
    Opening,
    /// Messages are sent.
    Load,
    /// Nothing more is sent; the last answers come.
    Over,
}

impl Run {
    pub(crate) fn new(options: Bench) -> Self {
        Self {
            window: Window::new(options.warm_up, options.duration),
            options,
            phase: watch::Sender::new(Phase::Opening),
            is_over: AtomicBool::new(false),
            begin: OnceLock::new(),
            has_let_go: AtomicBool::new(false),
            opened: AtomicUsize::new(0),
            first_lost: OnceLock::new(),
            open: Gate::default(),
            ready: Gate::default(),
            settled: Gate::default(),
        }
    }

    /// Waits until all threads have opened their connections.
    pub(crate) async fn all_open(&self) {
        self.open.pass(self).await;
    }

    /// Waits until all threads are ready, and the load begins.
    pub(crate) async fn all_ready(&self) {
        self.ready.pass(self).await;
        self.reached(Phase::Load).await;
    }

    /// Waits until all threads have got what was due, before the first of them lets go.
    pub(crate) async fn all_settled(&self) {
        self.settled.pass(self).await;
    }

    /// Waits, without being one of them, until all threads are ready.
    pub(crate) async fn is_ready(&self) {
        self.ready.open(self).await;
    }

    /// All connections are there: from now on time counts.
    pub(crate) fn begin(&self) {
        self.begin.get_or_init(Instant::now);
        self.enter(Phase::Load);
    }

    pub(crate) fn enter(&self, next: Phase) {
        self.is_over
            .fetch_or(next == Phase::Over, Ordering::Relaxed);
        self.phase.send_if_modified(|phase| {
            let is_later = *phase < next;
            if is_later {
                *phase = next;
            }
            is_later
        });
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Waits until the run is that far.
    pub(crate) async fn reached(&self, phase: Phase) {
        let mut phases = self.phase.subscribe();
        // The sender is ours.
        drop(phases.wait_for(|now| *now >= phase).await);
    }

    /// Nanoseconds since the load began; 0 before.
    pub(crate) fn now(&self) -> u64 {
        let begin = self.begin.get();
        begin.map_or(0, |begin| begin.elapsed().as_nanos() as u64)
    }

    pub(crate) fn moment(&self, nanos: u64) -> Instant {
        let begin = self.begin.get().copied();
        begin.unwrap_or_else(Instant::now) + Duration::from_nanos(nanos)
    }

    /// Whether anything is still to be sent.
    pub(crate) fn is_on(&self, now: u64) -> bool {
        now < self.window.to && !self.is_over.load(Ordering::Relaxed)
    }

    /// A connection was lost.
    pub(crate) fn lost(&self) {
        self.first_lost.get_or_init(|| self.now());
    }

    /// When the first one was, if any.
    pub(crate) fn first_lost(&self) -> u64 {
        self.first_lost.get().copied().unwrap_or_default()
    }

    /// From now on a connection that ends is no failure.
    pub(crate) fn let_go(&self) {
        self.has_let_go.store(true, Ordering::Release);
    }

    pub(crate) fn has_let_go(&self) -> bool {
        self.has_let_go.load(Ordering::Acquire)
    }
}

/// One thread's part of the load.
pub(crate) struct Load {
    pub(crate) run: Arc<Run>,
    pub(crate) thread: usize,
    tally: Mutex<Tally>,
    unanswered: AtomicU64,
}

impl Load {
    pub(crate) fn new(run: Arc<Run>, thread: usize) -> Self {
        let tally = Mutex::new(Tally::new(run.window));
        Self {
            run,
            thread,
            tally,
            unanswered: AtomicU64::new(0),
        }
    }

    pub(crate) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn options(&self) -> &Bench {
        &self.run.options
    }

    pub(crate) fn now(&self) -> u64 {
        self.run.now()
    }

    /// Whether one more question may be asked; then [`answered`](Self::answered) must follow.
    pub(crate) fn asks(&self) -> bool {
        let may = self.unanswered.load(Ordering::Relaxed) < MAX_UNANSWERED;
        if may {
            self.unanswered.fetch_add(1, Ordering::Relaxed);
        }
        may
    }

    pub(crate) fn answered(&self) {
        self.unanswered.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn unanswered(&self) -> u64 {
        self.unanswered.load(Ordering::Relaxed)
    }

    /// Counts the connections of this thread, of all there are.
    pub(crate) fn connections(&self) -> usize {
        let Bench {
            connections,
            threads,
            ..
        } = *self.options();
        connections / threads + usize::from(self.thread < connections % threads)
    }

    /// Calls `fire` at each moment of the rate, with its number and the moment that was meant, until
    /// the load is over.
    pub(crate) async fn at_rate(&self, per_second: f64, mut fire: impl FnMut(u64, u64)) {
        let schedule = Schedule::new(per_second, self.thread, self.options().threads);
        self.follow(schedule, &mut fire).await;
    }

    /// The same, where the other threads have no part in it.
    pub(crate) async fn alone_at_rate(&self, per_second: f64, mut fire: impl FnMut(u64, u64)) {
        self.follow(Schedule::new(per_second, 0, 1), &mut fire)
            .await;
    }

    async fn follow(&self, schedule: Schedule, fire: &mut dyn FnMut(u64, u64)) {
        let Ok(pacer) = Pacer::new() else {
            return self.tally().failure("no timer", 1);
        };
        let over = self.run.reached(Phase::Over);
        tokio::pin!(over);
        for number in 0.. {
            let intended = schedule.intended(number);
            if !self.run.is_on(intended) {
                return;
            }
            if self.now() < intended {
                tokio::select! {
                    biased;
                    _ = &mut over => return,
                    _ = pacer.until(self.run.moment(intended)) => {}
                }
            } else if number % BURST == 0 {
                tokio::task::yield_now().await;
            }
            fire(number, intended);
        }
    }

    /// Waits until the load is over, and the last answers are there or have taken too long.
    pub(crate) async fn settled(&self, is_settled: impl Fn() -> bool) {
        self.end_of_window().await;
        let patience = self.options().timeout;
        let end = Instant::now() + patience;
        while !is_settled() && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until nothing more is to be sent.
    pub(crate) async fn end_of_window(&self) {
        let end = self.run.moment(self.run.window.to);
        tokio::select! {
            () = self.run.reached(Phase::Over) => {}
            () = tokio::time::sleep_until(end.into()) => {}
        }
    }
}

impl Bench {
    /// The rate, or `None` for as often as answers come.
    pub(crate) const fn per_second(&self) -> Option<f64> {
        match self.rate {
            Rate::PerSecond(rate) => Some(rate),
            Rate::Max => None,
        }
    }
}

/// What a failure to connect counts as.
pub(crate) fn kind_of_connect(error: &ConnectError) -> String {
    let said = error.to_string().to_ascii_lowercase();
    let kind = match error.kind() {
        ConnectErrorKind::Refused => "refused by the server",
        ConnectErrorKind::Timeout => "no connection in time",
        _ if said.contains("connection refused") => "connection refused",
        _ if said.contains("reset") => "connection reset",
        _ if said.contains("too many open files") => "too many open files",
        _ if said.contains("cannot assign") || said.contains("in use") => "no local port left",
        _ if said.contains("timed out") || said.contains("no connection within") => {
            "no connection in time"
        }
        _ => error.message(),
    };
    match error.kind() {
        ConnectErrorKind::Refused => format!("{kind}: {}", crate::escape::escape(error.message())),
        _ => kind.to_owned(),
    }
}

pub(crate) const WRONG: &str = "another answer than was due";

/// What a missing answer counts as.
pub(crate) const fn kind_of_ack(error: &AckError) -> &'static str {
    match error {
        AckError::Timeout => "no answer in time",
        AckError::Disconnected => "disconnected before the answer",
        AckError::Emit(_) => "not sent: too many wait",
        _ => WRONG,
    }
}
