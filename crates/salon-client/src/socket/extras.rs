//! What an application keeps with a socket; and what only some sockets have.

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use salon_handler::Values;

use super::Socket;

/// Absent until it is needed.
#[derive(Default)]
pub(super) struct Extras {
    values: Mutex<Values>,
    /// What sequential handlers wait for.
    sequence: OnceLock<Arc<tokio::sync::Mutex<()>>>,
}

impl Socket {
    /// Keeps a value with the socket, for handlers that have [`Extension<T>`](crate::Extension)
    /// as an argument. One value for each type.
    ///
    /// It lives as long as the socket: do not put the socket itself into it, or both live for
    /// ever; a [`WeakSocket`](crate::WeakSocket) may be.
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// use salon_client::Extension;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// socket.set_extension(AtomicU64::new(0));
    /// socket.on("tick", |ticks: Extension<AtomicU64>| async move {
    ///     ticks.fetch_add(1, Ordering::Relaxed);
    /// });
    /// # }
    /// ```
    pub fn set_extension<T: Send + Sync + 'static>(&self, value: T) {
        let replaced = self.0.extras.values.lock().set(value);
        // Its end may run code of the application, which no lock of ours may wait for.
        drop(replaced);
    }

    /// The value of this type that is kept with the socket.
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.extras.values.lock().get()
    }

    pub(super) fn sequence(&self) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(self.0.extras.sequence.get_or_init(Arc::default))
    }
}
