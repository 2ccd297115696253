//! What an application keeps with a socket; and what only some sockets have.

use std::any::{Any, TypeId};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use super::Socket;

/// Absent until it is needed.
#[derive(Default)]
pub(super) struct Extras {
    values: Values,
    /// What sequential handlers wait for.
    sequence: OnceLock<Arc<tokio::sync::Mutex<()>>>,
}

/// Values by their types: one of each.
#[derive(Default)]
pub(crate) struct Values(Mutex<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>);

impl Values {
    pub(crate) fn set<T: Send + Sync + 'static>(&self, value: T) {
        let key = TypeId::of::<T>();
        let replaced = {
            let mut values = self.0.lock();
            let before = values.iter().position(|(one, _)| *one == key);
            let before = before.map(|position| values.swap_remove(position));
            values.push((key, Arc::new(value)));
            before
        };
        // Its end may run code of the application, which no lock of ours may wait for.
        drop(replaced);
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let key = TypeId::of::<T>();
        let values = self.0.lock();
        let (_, value) = values.iter().find(|(one, _)| *one == key)?;
        Arc::clone(value).downcast().ok()
    }
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
        self.0.extras.values.set(value);
    }

    /// The value of this type that is kept with the socket.
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.extras.values.get()
    }

    pub(super) fn sequence(&self) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(self.0.extras.sequence.get_or_init(Arc::default))
    }
}
