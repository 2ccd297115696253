//! What handles ask of the manager's task.

use std::cell::Cell;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use parking_lot::{Mutex, MutexGuard};
use salon_handler::{EmitError, OwnedEvent};
use salon_proto::client::Reconnection;
use salon_proto::engine::Protocol;
use salon_proto::{Encoded, Limits};
use tokio::sync::{Notify, oneshot};

use crate::ack::Waiter;
use crate::socket::WeakSocket;
use crate::transport::Target;

/// The number of a socket within its manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SocketNumber(pub(crate) u32);

/// Something that a handle asks for.
pub(crate) enum Command {
    /// A socket was made.
    Enter(SocketNumber, WeakSocket),
    /// Its last handle was dropped.
    Leave(SocketNumber),
    Connect(SocketNumber),
    Disconnect(SocketNumber),
    Emit(SocketNumber, Emission),
    /// An answer to an event of the server.
    Answer {
        socket: SocketNumber,
        /// Which of its connections the event came by.
        connection: u32,
        packet: Encoded,
    },
    /// How long somebody waits for an answer, from now.
    AckTimeout(SocketNumber, u64, Duration),
    /// Whether and when to connect again.
    Reconnection(Reconnection),
    /// The connection breaks.
    DropConnection,
    /// Nobody waits for this answer any more.
    ForgetAck(SocketNumber, u64),
}

/// An event to send.
pub(crate) struct Emission {
    pub(crate) packet: Encoded,
    pub(crate) is_volatile: bool,
    /// The answer that it asks for.
    pub(crate) question: Option<Question>,
    /// Who may want to know what becomes of it.
    pub(crate) fate: Option<Fate>,
    /// What the hooks for outgoing events are to see when it is sent, if there are any.
    pub(crate) shown: Option<Box<OwnedEvent>>,
}

/// Who may want to know what becomes of an event.
pub(crate) type Fate = oneshot::Sender<Result<(), EmitError>>;

/// An answer that is asked for.
pub(crate) struct Question {
    pub(crate) id: u64,
    pub(crate) timeout: Duration,
    /// Who waits for it. With retries, events are answered for which nobody waits.
    pub(crate) waiter: Option<Waiter>,
}

/// Room for so many commands is kept for the next who needs it.
const KEPT_ROOM: usize = 256;

thread_local! {
    /// Room for commands, which belongs to the thread: a manager for which nobody asks anything has
    /// none.
    static SPARE: Cell<Vec<Command>> = const { Cell::new(Vec::new()) };
}

/// Between the handles of a manager and its task. Pushing wakes the task, once for all that is
/// pushed before it has its turn.
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    /// Where the next connection goes.
    target: Mutex<Arc<Target>>,
    waker: AtomicWaker,
    /// Told when the task has ended.
    ended: Notify,
    max_bytes: usize,
    max_packets: usize,
}

#[derive(Default)]
struct Waiting {
    commands: Vec<Command>,
    /// Bytes and number of the events among them.
    bytes: usize,
    packets: usize,
    last_socket: u32,
    /// The task is awake, or about to be, and will look.
    is_noticed: bool,
    /// Something has come since it looked last.
    has_more: bool,
    /// The manager is to close.
    is_closing: bool,
    /// The task is over: nobody will look.
    is_over: bool,
}

impl Waiting {
    fn push(&mut self, command: Command) {
        if self.commands.capacity() == 0 {
            // A handle may be dropped when its thread has none any more.
            self.commands = SPARE.try_with(Cell::take).unwrap_or_default();
        }
        self.commands.push(command);
    }
}

/// What the task finds.
pub(crate) struct Taken {
    pub(crate) commands: Vec<Command>,
    pub(crate) is_closing: bool,
}

/// For handles. A command that comes too late is dropped, and with it whoever waits in it.
impl Inbox {
    pub(crate) fn new(target: Arc<Target>, limits: &Limits) -> Self {
        Self {
            waiting: Mutex::default(),
            target: Mutex::new(target),
            waker: AtomicWaker::new(),
            ended: Notify::new(),
            max_bytes: limits.max_outbox,
            max_packets: limits.max_outbox_packets,
        }
    }

    /// Where the next connection goes.
    pub(crate) fn target(&self) -> Arc<Target> {
        Arc::clone(&self.target.lock())
    }

    /// Changes where the next connection goes. If that fails, nothing changes.
    pub(crate) fn retarget<E>(
        &self,
        change: impl FnOnce(Target) -> Result<Target, E>,
    ) -> Result<(), E> {
        let mut target = self.target.lock();
        let changed = change(Target::clone(&target))?;
        *target = Arc::new(changed);
        Ok(())
    }

    /// A number for a new socket.
    pub(crate) fn next_socket(&self) -> SocketNumber {
        let mut waiting = self.waiting.lock();
        waiting.last_socket = waiting.last_socket.wrapping_add(1);
        SocketNumber(waiting.last_socket)
    }

    /// `false`: it came too late.
    pub(crate) fn push(&self, command: Command) -> bool {
        let mut waiting = self.waiting.lock();
        let is_late = waiting.is_closing && matches!(command, Command::Connect(_));
        if waiting.is_over || is_late {
            drop(waiting);
            drop(command);
            return false;
        }
        waiting.push(command);
        self.notice(waiting);
        true
    }

    /// An event; refused where the task, which is busy or has no turn, has too many to take
    /// already; then the question comes back, since its callback must not be called here.
    pub(crate) fn push_event(
        &self,
        socket: SocketNumber,
        emission: Emission,
    ) -> Result<(), (EmitError, Option<Question>)> {
        let length = emission.packet.wire_len(Protocol::V4);
        let mut waiting = self.waiting.lock();
        if waiting.is_over || waiting.is_closing {
            let error = EmitError::disconnected("the manager is closed");
            return Err((error, emission.question));
        }
        let bytes = waiting.bytes.saturating_add(length);
        let is_full = waiting.packets >= self.max_packets || bytes > self.max_bytes;
        if is_full && waiting.packets > 0 {
            let why = "too many events wait for the manager's task (Limits::max_outbox)";
            return Err((EmitError::full(why), emission.question));
        }
        waiting.bytes = bytes;
        waiting.packets += 1;
        waiting.push(Command::Emit(socket, emission));
        self.notice(waiting);
        Ok(())
    }

    /// Nothing more is taken; what was taken is still sent.
    pub(crate) fn close(&self) {
        let mut waiting = self.waiting.lock();
        waiting.is_closing = true;
        self.notice(waiting);
    }

    /// Wakes the task when the lock is free again, if it does not know yet.
    fn notice(&self, mut waiting: MutexGuard<'_, Waiting>) {
        waiting.has_more = true;
        let was_noticed = std::mem::replace(&mut waiting.is_noticed, true);
        drop(waiting);
        if !was_noticed {
            self.waker.wake();
        }
    }

    /// Waits until the task has ended.
    pub(crate) async fn ended(&self) {
        loop {
            let ended = self.ended.notified();
            if self.waiting.lock().is_over {
                return;
            }
            ended.await;
        }
    }
}

/// For the task.
impl Inbox {
    /// The task begins a turn, in which it will look: until then nobody needs to wake it.
    pub(crate) fn begin_turn(&self, waker: &Waker) {
        self.waker.register(waker);
        self.waiting.lock().is_noticed = true;
    }

    /// Takes all that waits. If nothing does, the next push wakes the task; if something does,
    /// the task looks for more when it has done that.
    pub(crate) fn take(&self) -> Taken {
        let mut waiting = self.waiting.lock();
        waiting.is_noticed = !waiting.commands.is_empty();
        waiting.has_more = false;
        waiting.bytes = 0;
        waiting.packets = 0;
        Taken {
            commands: std::mem::take(&mut waiting.commands),
            is_closing: waiting.is_closing,
        }
    }

    /// Takes back the room of commands that have been obeyed.
    pub(crate) fn give_back(mut room: Vec<Command>) {
        room.clear();
        if room.capacity() <= KEPT_ROOM {
            SPARE.set(room);
        }
    }

    /// Whether anything has come since it was taken. If not, the next push wakes the task.
    pub(crate) fn has_more(&self) -> bool {
        let mut waiting = self.waiting.lock();
        waiting.is_noticed = waiting.has_more;
        waiting.has_more
    }

    /// The task ends: nobody will look any more.
    pub(crate) fn end(&self) {
        let left = {
            let mut waiting = self.waiting.lock();
            waiting.is_over = true;
            std::mem::take(&mut waiting.commands)
        };
        drop(left);
        self.ended.notify_waiters();
    }
}
