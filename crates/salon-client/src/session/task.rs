//! The task of a manager: its turn, and its end.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use salon_proto::client::{Options, Output, session};
use salon_proto::timer::Instant;

use super::clock::Clock;
use super::dispatcher::Dispatcher;
use super::inbox::Inbox;
use crate::manager::WeakManager;
use crate::transport::{Closing, Line};

/// How often one turn goes around before others get theirs.
const ROUNDS: usize = 16;

/// A state machine that is polled by hand, whose idle state is small: a manager that is not
/// connected has no line, one that is on a WebSocket has no requests.
pub(super) struct SessionTask {
    inbox: Arc<Inbox>,
    clock: Clock,
    dispatcher: Box<Dispatcher>,
    line: Option<Line>,
    /// Lines that say goodbye.
    closing: Vec<Closing>,
    /// Set once the manager is to close: until when that may take.
    closes_until: Option<Instant>,
}

/// What to do after a round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The transports have begun something that must be polled.
    Read,
    /// Handlers, or other threads, may have asked for something meanwhile.
    GoAround,
    /// Nothing, until something happens.
    Wait,
}

impl SessionTask {
    pub(super) fn new(manager: WeakManager, inbox: Arc<Inbox>, options: Arc<Options>) -> Self {
        let clock = Clock::new();
        let now = clock.now();
        Self {
            inbox,
            clock,
            dispatcher: Box::new(Dispatcher::new(manager, options, seed(), now)),
            line: None,
            closing: Vec::new(),
            closes_until: None,
        }
    }
}

impl Future for SessionTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.begin_turn(cx);
        let mut next = Next::Read;
        for _ in 0..ROUNDS {
            if next == Next::Read {
                this.read(cx);
            }
            next = this.go_around(cx);
            if next == Next::Wait {
                break;
            }
        }
        this.closing
            .retain_mut(|one| Pin::new(one).poll(cx).is_pending());
        if this.is_over() {
            return Poll::Ready(());
        }
        if this.poll_deadline(cx).is_ready() || next != Next::Wait {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

/// The turn.
impl SessionTask {
    fn begin_turn(&mut self, cx: &mut Context<'_>) {
        self.inbox.begin_turn(cx.waker());
        let dispatcher = &mut *self.dispatcher;
        dispatcher.now = self.clock.now();
        dispatcher.waker.clone_from(cx.waker());
        let is_due = |at| at <= dispatcher.now;
        if self.clock.is_due(dispatcher.now) && dispatcher.core.poll_timeout().is_some_and(is_due) {
            dispatcher.core.handle_timeout(dispatcher.now);
            dispatcher.tell_outputs();
        }
        // First, since it may make room for what is read.
        dispatcher.poll(cx);
    }

    /// Takes what arrives, unless too many handlers are running.
    fn read(&mut self, cx: &mut Context<'_>) {
        let dispatcher = &mut *self.dispatcher;
        if dispatcher.is_busy() {
            return;
        }
        if let Some(line) = &mut self.line {
            line.poll(cx, &mut |event| dispatcher.handle(event));
        }
    }

    /// Does what handles and the protocol want.
    fn go_around(&mut self, cx: &mut Context<'_>) -> Next {
        let has_commands = self.take_commands();
        let dispatcher = &mut *self.dispatcher;
        dispatcher.core.flush(dispatcher.now);
        dispatcher.tell_outputs();
        let has_work = self.work();
        self.write(cx);
        self.dispatcher.tell_outputs();
        if has_work {
            return Next::Read;
        }
        let is_asked = has_commands && self.inbox.has_more();
        match is_asked || !self.dispatcher.work.is_empty() {
            true => Next::GoAround,
            false => Next::Wait,
        }
    }

    fn take_commands(&mut self) -> bool {
        let mut taken = self.inbox.take();
        let is_any = !taken.commands.is_empty();
        if is_any {
            let commands = taken.commands.drain(..);
            commands.for_each(|command| self.dispatcher.obey(command));
            Inbox::give_back(taken.commands);
        }
        if taken.is_closing && self.closes_until.is_none() {
            self.close();
        }
        is_any
    }

    /// What the protocol wants of the transports. Says whether there was anything.
    fn work(&mut self) -> bool {
        let mut is_any = false;
        while let Some(output) = self.dispatcher.work.pop_front() {
            is_any = true;
            match output {
                Output::Open(transport) => {
                    self.line = Some(Line::open(self.inbox.target(), transport));
                }
                Output::Engine(session::Output::Closed(_)) => {
                    let closing = self.line.take().and_then(Line::into_closing);
                    self.closing.extend(closing);
                }
                Output::Engine(output) => {
                    if let Some(line) = &mut self.line {
                        line.apply(output);
                    }
                }
                _ => {}
            }
        }
        if is_any {
            // Messages make none, so most of the time nobody needs the room.
            self.dispatcher.work = VecDeque::new();
        }
        is_any
    }

    /// Writes what waits, as far as the stream takes it: what it does not take stays in the
    /// session's queue, which knows its bounds and tells volatile events to stay away.
    fn write(&mut self, cx: &mut Context<'_>) {
        let Some(line) = &mut self.line else { return };
        let dispatcher = &mut *self.dispatcher;
        let mut next = || dispatcher.core.poll_message(dispatcher.now);
        // Without a WebSocket there is never room.
        while line.poll_flush(cx).is_ready() && line.has_room() {
            let Some(first) = next() else { return };
            line.push(&first);
            while line.has_room() {
                let Some(message) = next() else {
                    let _ = line.poll_flush(cx);
                    return;
                };
                line.push(&message);
            }
        }
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let deadlines = [self.dispatcher.core.poll_timeout(), self.closes_until];
        let deadline = deadlines.into_iter().flatten().min();
        self.clock.poll_until(self.dispatcher.now, deadline, cx)
    }
}

/// The end.
impl SessionTask {
    fn close(&mut self) {
        let dispatcher = &mut *self.dispatcher;
        let limit = dispatcher.core.options().timing.close_timeout;
        self.closes_until = Some(dispatcher.now + limit);
        dispatcher.core.close(dispatcher.now);
    }

    /// Once it is to close: when the connection is closed and the last handler has ended, or
    /// when that takes too long.
    fn is_over(&self) -> bool {
        let Some(until) = self.closes_until else {
            return false;
        };
        let dispatcher = &*self.dispatcher;
        let is_quiet =
            dispatcher.core.is_idle() && self.closing.is_empty() && dispatcher.running.len() == 0;
        is_quiet || dispatcher.now >= until
    }
}

/// Whether it has ended as it should or with its runtime: nobody is left who believes in it.
impl Drop for SessionTask {
    fn drop(&mut self) {
        self.inbox.end();
        self.dispatcher.end();
    }
}

/// Any number that other clients do not have too.
fn seed() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness from the system clients come back at the same time: no more than that.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
