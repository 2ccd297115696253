//! The task of one session: takes what arrives, in order, and sees the session to its end.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use salon_proto::engine::Output;
use salon_proto::timer::Instant;
use salon_proto::ws::ControlPayload;
use salon_proto::{CloseReason, Encoded};

use super::Session;
use super::candidate::Candidate;
use super::driver::Receiver;
use super::line::{Body, Line};
use super::running::{Running, Turn};
use super::websocket::WebSocket;

/// How long a closed WebSocket may take to get our last frames and to close its side.
/// Closing at once would make the kernel throw those frames away.
const LINGER: Duration = Duration::from_secs(5);

/// A small state machine polled by hand: an idle session's future is these few words. What is
/// rare is in a box, since tokio rounds a task's memory up to a multiple of 128 bytes.
pub(super) struct SessionTask {
    pub(super) session: Arc<Session>,
    pub(super) receiver: Box<dyn Receiver>,
    pub(super) running: Running,
    pub(super) socket: Option<WebSocket>,
    pub(super) candidate: Option<Box<Candidate>>,
    /// A ping that is to be answered when there is room.
    pub(super) unanswered: Option<Box<ControlPayload<'static>>>,
    /// The body of a POST that is being delivered.
    pub(super) body: Option<Box<Body>>,
    /// The layer above has been told that the session is open.
    pub(super) is_announced: bool,
    /// The time, as of this turn.
    pub(super) now: Instant,
    /// The earliest deadline that the clock knows of.
    pub(super) scheduled: Option<Instant>,
    /// Set once the session is over: until when its WebSocket may linger.
    pub(super) lingers_until: Option<Instant>,
}

impl SessionTask {
    pub(super) fn new(session: Arc<Session>, receiver: Box<dyn Receiver>) -> Self {
        Self {
            now: session.driver.now(),
            session,
            receiver,
            running: Running::default(),
            socket: None,
            candidate: None,
            unanswered: None,
            body: None,
            is_announced: false,
            scheduled: None,
            lingers_until: None,
        }
    }
}

/// What a turn has to do before its end.
enum Step {
    /// Something has come from elsewhere.
    Receive,
    AnswerPing,
    Obey(Output),
    /// Nothing, until the protocol's next deadline.
    Rest(Option<Instant>),
}

impl Future for SessionTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.session.waker.get_or_init(|| cx.waker().clone());
        self.begin_turn(cx);
        // First, since it may make room for what is read.
        self.running.poll(cx);
        self.read(cx);
        self.finish_turn(cx);
        if self.is_over() {
            self.leave();
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

/// The turn.
impl SessionTask {
    fn begin_turn(&mut self, cx: &mut Context<'_>) {
        self.now = self.session.driver.now();
        let deadline_due = {
            let mut line = self.session.line.lock();
            line.in_turn = true;
            mem::take(&mut line.deadline_due)
        };
        if !mem::replace(&mut self.is_announced, true) {
            let (receiver, mut turn) = self.receiver(cx);
            receiver.handle_open(&mut turn);
        }
        if deadline_due {
            self.handle_deadline(cx);
        }
    }

    /// Sends what the turn has produced and obeys the protocol, until both have nothing more.
    fn finish_turn(&mut self, cx: &mut Context<'_>) {
        loop {
            match self.next_step(cx) {
                Step::Receive => {
                    self.start_called(cx);
                    self.take_arrivals(cx);
                }
                Step::AnswerPing => self.answer_last_ping(),
                Step::Obey(output) => self.obey(output, cx),
                Step::Rest(deadline) => return self.schedule(deadline),
            }
        }
    }

    fn next_step(&self, cx: &mut Context<'_>) -> Step {
        let mut line = self.session.line.lock();
        if self.has_visitors(&line) {
            return Step::Receive;
        }
        line.write(&self.session);
        if self.owes_pong(&line) {
            return Step::AnswerPing;
        }
        if let Some(output) = line.engine.poll_output() {
            return Step::Obey(output);
        }
        line.in_turn = false;
        self.shut_down(&mut line, cx);
        Step::Rest(line.engine.poll_timeout())
    }

    /// Whether something has come from elsewhere that can be taken now.
    fn has_visitors(&self, line: &Line) -> bool {
        let has_arrivals = !line.arrivals.is_empty() || self.body.is_some();
        (has_arrivals && !self.is_busy()) || !line.calls.is_empty()
    }

    /// Once the session is over and its last frames are written, ends our side of the stream.
    fn shut_down(&self, line: &mut Line, cx: &mut Context<'_>) {
        if self.lingers_until.is_none() || !line.engine.outbox().is_empty() {
            return;
        }
        let is_shut = line.writer.as_mut().map(|writer| writer.poll_shutdown(cx));
        if is_shut.is_some_and(|shut| shut.is_ready()) {
            line.writer = None;
        }
    }

    fn handle_deadline(&mut self, cx: &mut Context<'_>) {
        if self.scheduled.is_some_and(|at| at <= self.now) {
            self.scheduled = None;
        }
        self.session.line.lock().engine.handle_timeout(self.now);
        let now = self.now;
        let (receiver, mut turn) = self.receiver(cx);
        receiver.handle_timeout(now, &mut turn);
        if self.lingers_until.is_some_and(|until| until <= self.now) {
            self.drop_socket();
        }
    }

    /// Tells the clock of the next deadline, unless it knows an earlier one.
    fn schedule(&mut self, engine: Option<Instant>) {
        let lingering = self.lingers_until.filter(|_| self.socket.is_some());
        // The layer above never brings its deadline forward, so it is asked when none is known.
        let receiver = match self.scheduled {
            None => self.receiver.poll_timeout(),
            Some(_) => None,
        };
        let deadlines = [engine, receiver, lingering];
        let Some(next) = deadlines.into_iter().flatten().min() else {
            return;
        };
        if self.scheduled.is_none_or(|at| next < at) {
            self.scheduled = Some(next);
            let session = Arc::downgrade(&self.session);
            self.session.driver.clock.schedule(next, session);
        }
    }

    /// The layer above, and the turn in which it may start handlers.
    pub(super) fn receiver<'a, 'cx>(
        &'a mut self,
        cx: &'a mut Context<'cx>,
    ) -> (&'a mut dyn Receiver, Turn<'a, 'cx>) {
        let turn = Turn {
            running: &mut self.running,
            cx,
        };
        (&mut *self.receiver, turn)
    }

    /// Whether so many handlers are running that the client has to wait. Once the session is
    /// over nothing is handled any more, and nobody waits.
    pub(super) fn is_busy(&self) -> bool {
        self.lingers_until.is_none()
            && self.running.len() >= self.session.driver.limits.max_running_handlers
    }

    fn is_over(&self) -> bool {
        self.lingers_until.is_some() && self.socket.is_none() && self.running.len() == 0
    }

    /// From here on, handlers that others start get tasks of their own.
    fn leave(&self) {
        let (arrivals, calls) = {
            let mut line = self.session.line.lock();
            line.task_ended = true;
            (mem::take(&mut line.arrivals), mem::take(&mut line.calls))
        };
        drop(arrivals);
        for task in calls {
            self.session.driver.runtime.spawn(task);
        }
    }
}

/// A task that ends before its session does, since its runtime ends or because of a bug, must
/// leave nobody behind who believes in the session.
impl Drop for SessionTask {
    fn drop(&mut self) {
        if self.lingers_until.is_none() {
            self.session.line.lock().engine.abort();
            self.close(
                CloseReason::ForcedClose,
                &mut Context::from_waker(Waker::noop()),
            );
            self.leave();
        }
    }
}

/// What the protocol wants done.
impl SessionTask {
    fn obey(&mut self, output: Output, cx: &mut Context<'_>) {
        match output {
            Output::AnswerPoll(body) => {
                let mut line = self.session.line.lock();
                if let Some(poll) = line.poll.take() {
                    let _ = poll.send(body);
                }
            }
            Output::WriteCandidate(packet) => self.write_candidate(&packet, cx),
            Output::SwitchToCandidate => self.switch(),
            Output::DropCandidate => {
                if let Some(mut candidate) = self.candidate.take() {
                    candidate.dismiss(cx);
                }
            }
            Output::Closed(reason) => self.close(reason, cx),
        }
    }

    fn write_candidate(&mut self, packet: &Encoded, cx: &mut Context<'_>) {
        let Some(candidate) = &mut self.candidate else {
            return;
        };
        if !candidate.write(packet, cx) {
            self.session
                .line
                .lock()
                .engine
                .handle_candidate_lost(self.now);
        }
    }

    fn switch(&mut self) {
        if let Some(candidate) = self.candidate.take() {
            let mut line = self.session.line.lock();
            self.socket = Some(candidate.take_over(&mut line));
        }
    }

    fn close(&mut self, reason: CloseReason, cx: &mut Context<'_>) {
        self.session.driver.registry.remove(self.session.id());
        self.lingers_until = Some(self.now + LINGER);
        let (receiver, mut turn) = self.receiver(cx);
        receiver.handle_closed(reason, &mut turn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With 96 bytes of tokio's own, and 8 for what the task is about, these are 256 bytes; one
    /// more would cost 128.
    #[test]
    fn a_task_fits_into_two_of_tokios_steps() {
        assert!(
            size_of::<SessionTask>() <= 152,
            "{}",
            size_of::<SessionTask>()
        );
    }
}
