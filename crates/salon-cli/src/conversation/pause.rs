//! What `/wait` waits for.

use std::collections::HashMap;
use std::future::pending;

use tokio::time::{Instant, sleep_until};

use crate::line::Wait;

/// How many names of events are counted: a server may invent names forever.
const MOST_NAMES: usize = 1_000;

/// Whether the next line of the input has to wait, and for what.
#[derive(Debug, Default)]
pub(super) struct Pause {
    waits_for: Option<For>,
    /// How many events of each name came that no `/wait` has waited for, so that it does not
    /// matter whether an event or the `/wait` for it comes first.
    came: HashMap<String, u64>,
}

#[derive(Debug)]
enum For {
    Event(String),
    Time(Instant),
}

impl Pause {
    pub(super) fn is_on(&self) -> bool {
        self.waits_for.is_some()
    }

    pub(super) fn begin(&mut self, wait: Wait) {
        match wait {
            Wait::For(time) => self.waits_for = Some(For::Time(Instant::now() + time)),
            Wait::Until(event) if self.take(&event) => {}
            Wait::Until(event) => self.waits_for = Some(For::Event(event)),
        }
    }

    /// An event came.
    pub(super) fn event(&mut self, name: &str) {
        if matches!(&self.waits_for, Some(For::Event(event)) if event == name) {
            self.waits_for = None;
        } else if let Some(count) = self.came.get_mut(name) {
            *count += 1;
        } else if self.came.len() < MOST_NAMES {
            self.came.insert(name.to_owned(), 1);
        }
    }

    /// Waits for the end of a pause that has a time.
    pub(super) async fn over(&self) {
        match self.waits_for {
            Some(For::Time(time)) => sleep_until(time).await,
            _ => pending().await,
        }
    }

    /// The time of the pause has passed.
    pub(super) fn end(&mut self) {
        self.waits_for = None;
    }

    fn take(&mut self, event: &str) -> bool {
        let Some(count) = self.came.get_mut(event) else {
            return false;
        };
        *count -= 1;
        if *count == 0 {
            self.came.remove(event);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn until(event: &str) -> Wait {
        Wait::Until(event.to_owned())
    }

    #[test]
    fn an_event_ends_the_pause_that_waits_for_it() {
        let mut pause = Pause::default();
        pause.begin(until("news"));
        assert!(pause.is_on());
        pause.event("other");
        assert!(pause.is_on());
        pause.event("news");
        assert!(!pause.is_on());
    }

    #[test]
    fn an_event_that_came_before_is_waited_for_once() {
        let mut pause = Pause::default();
        pause.event("news");
        pause.event("news");
        for _ in 0..2 {
            pause.begin(until("news"));
            assert!(!pause.is_on());
        }
        pause.begin(until("news"));
        assert!(pause.is_on());
    }

    #[test]
    fn names_that_a_server_invents_do_not_fill_the_memory() {
        let mut pause = Pause::default();
        for number in 0..MOST_NAMES + 10 {
            pause.event(&number.to_string());
        }
        assert_eq!(pause.came.len(), MOST_NAMES);
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_passes() {
        let mut pause = Pause::default();
        let start = Instant::now();
        pause.begin(Wait::For(Duration::from_secs(2)));
        pause.over().await;
        assert_eq!(start.elapsed(), Duration::from_secs(2));
        pause.end();
        assert!(!pause.is_on());
    }
}
