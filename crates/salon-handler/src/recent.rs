//! Which events were handled lately, and what was answered.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::ack::{Ack, Answer};
use crate::peer::Peer;

/// Retries of one event that wait for the answer of its first try. A sender has one try at a time,
/// so more than two are a mistake or an attack; the latest ones count.
const MAX_WAITING: usize = 4;

/// What an event takes besides its key and its answer.
const OVERHEAD: usize = 160;

/// The latest events, by their keys, up to a number and up to a size.
pub(crate) struct Recent<P: Peer> {
    events: HashMap<Arc<str>, Event<P>>,
    /// The oldest first. A key that was forgotten since may stand in it once more.
    order: VecDeque<(Arc<str>, u64)>,
    bytes: usize,
    max_events: usize,
    max_bytes: usize,
    next: u64,
}

struct Event<P: Peer> {
    number: u64,
    bytes: usize,
    state: State<P>,
}

enum State<P: Peer> {
    /// Its handler has not answered yet; these tries wait for that.
    Running(VecDeque<Ack<P>>),
    Answered(Arc<Answer>),
}

/// What to do with a try.
pub(crate) enum Try {
    /// It is the first: call the handler.
    First,
    /// It will be answered together with the first one.
    Waits,
    /// The answer is there.
    Answered(Arc<Answer>),
}

impl<P: Peer> Recent<P> {
    pub(crate) fn new(max_events: usize, max_bytes: usize) -> Self {
        Self {
            events: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
            max_events,
            max_bytes,
            next: 0,
        }
    }

    pub(crate) fn begin(&mut self, key: &Arc<str>, ack: &Ack<P>) -> Try {
        match self.events.get_mut(key).map(|event| &mut event.state) {
            None => {
                self.insert(Arc::clone(key));
                Try::First
            }
            Some(State::Running(waiting)) => {
                waiting.push_back(ack.clone());
                if waiting.len() > MAX_WAITING {
                    waiting.pop_front();
                }
                Try::Waits
            }
            Some(State::Answered(answer)) => Try::Answered(Arc::clone(answer)),
        }
    }

    /// The handler has answered. Gives back who waits for that.
    pub(crate) fn answer(&mut self, key: &str, answer: &Arc<Answer>) -> VecDeque<Ack<P>> {
        let Some(event) = self.events.get_mut(key) else {
            return VecDeque::new();
        };
        let State::Running(waiting) = &mut event.state else {
            return VecDeque::new();
        };
        let waiting = std::mem::take(waiting);
        event.state = State::Answered(Arc::clone(answer));
        event.bytes += answer.len();
        self.bytes += answer.len();
        self.evict();
        waiting
    }

    /// The handler has failed: the next try is a first one. Gives back who waits.
    pub(crate) fn forget(&mut self, key: &str) -> VecDeque<Ack<P>> {
        match self.remove(key).map(|event| event.state) {
            Some(State::Running(waiting)) => waiting,
            _ => VecDeque::new(),
        }
    }

    fn insert(&mut self, key: Arc<str>) {
        let (number, bytes) = (self.next, key.len() + OVERHEAD);
        self.next += 1;
        self.bytes += bytes;
        self.order.push_back((Arc::clone(&key), number));
        let state = State::Running(VecDeque::new());
        let event = Event {
            number,
            bytes,
            state,
        };
        self.events.insert(key, event);
        self.evict();
    }

    fn remove(&mut self, key: &str) -> Option<Event<P>> {
        let event = self.events.remove(key)?;
        self.bytes = self.bytes.saturating_sub(event.bytes);
        Some(event)
    }

    fn evict(&mut self) {
        while self.order.len() > self.max_events || self.bytes > self.max_bytes {
            let Some((key, number)) = self.order.pop_front() else {
                return;
            };
            if self
                .events
                .get(&key)
                .is_some_and(|event| event.number == number)
            {
                self.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NoPeer;

    type Recent = super::Recent<NoPeer>;

    fn answer(text: &str) -> Arc<Answer> {
        let attachments = Vec::new();
        let array = text.to_owned();
        Arc::new(Answer { array, attachments })
    }

    fn begin(recent: &mut Recent, key: &str) -> &'static str {
        match recent.begin(&key.into(), &Ack::unwanted()) {
            Try::First => "first",
            Try::Waits => "waits",
            Try::Answered(_) => "answered",
        }
    }

    #[test]
    fn a_key_is_first_once_then_waits_and_then_is_answered() {
        let mut recent = Recent::new(10, 10_000);
        assert_eq!(begin(&mut recent, "a"), "first");
        assert_eq!(begin(&mut recent, "a"), "waits");
        assert_eq!(recent.answer("a", &answer("[1]")).len(), 1);
        assert_eq!(begin(&mut recent, "a"), "answered");
        assert!(recent.answer("a", &answer("[2]")).is_empty());
    }

    #[test]
    fn a_failed_event_may_be_tried_again() {
        let mut recent = Recent::new(10, 10_000);
        begin(&mut recent, "a");
        begin(&mut recent, "a");
        assert_eq!(recent.forget("a").len(), 1);
        assert_eq!(begin(&mut recent, "a"), "first");
    }

    #[test]
    fn the_oldest_are_forgotten_beyond_a_number_and_beyond_a_size() {
        let mut recent = Recent::new(2, 10_000);
        for key in ["a", "b", "c"] {
            begin(&mut recent, key);
        }
        assert_eq!(begin(&mut recent, "c"), "waits");
        assert_eq!(begin(&mut recent, "a"), "first");

        let mut recent = Recent::new(10, 2 * OVERHEAD + 100);
        begin(&mut recent, "a");
        begin(&mut recent, "b");
        recent.answer("b", &answer(&"x".repeat(200)));
        assert_eq!(begin(&mut recent, "b"), "answered");
        assert_eq!(begin(&mut recent, "a"), "first");
        recent.answer("a", &answer(&"x".repeat(10_000)));
        assert!(
            recent.events.is_empty() && recent.bytes == 0,
            "it is too large by itself"
        );
    }

    #[test]
    fn few_tries_wait_and_forgetting_leaves_nothing_behind() {
        let mut recent = Recent::new(3, 10_000);
        for _ in 0..10 {
            begin(&mut recent, "a");
        }
        assert_eq!(recent.forget("a").len(), MAX_WAITING);
        for _ in 0..100 {
            assert_eq!(begin(&mut recent, "a"), "first");
            recent.forget("a");
        }
        assert!(recent.order.len() <= 3 && recent.bytes == 0);
        assert!(recent.answer("a", &answer("[]")).is_empty());
    }
}
