//! What was logged on this thread.

use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};
use tracing::span;
use tracing::{Event, Level, Metadata, Subscriber};

use super::Notes;

/// Collects log lines until it is dropped.
pub(crate) struct Logs {
    notes: Notes,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Logs {
    pub(crate) fn collect() -> Self {
        let notes = Notes::default();
        let guard = tracing::subscriber::set_default(Collector(notes.clone()));
        Self {
            notes,
            _guard: guard,
        }
    }

    /// The lines since the last call, `LEVEL message`.
    pub(crate) fn take(&self) -> Vec<String> {
        self.notes.take()
    }

    /// The one line since the last call.
    #[track_caller]
    pub(crate) fn one(&self) -> String {
        let mut lines = self.take();
        assert_eq!(lines.len(), 1, "one line was expected: {lines:?}");
        lines.remove(0)
    }
}

struct Collector(Notes);

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("salon") && *metadata.level() <= Level::INFO
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        let level = event.metadata().level();
        self.0.add(format_args!("{level} {}", message.0));
    }

    fn new_span(&self, _attributes: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}
    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}
    fn enter(&self, _span: &span::Id) {}
    fn exit(&self, _span: &span::Id) {}
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            write!(self.0, "{value:?}").unwrap();
        }
    }
}
