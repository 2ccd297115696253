//! Futures that have begun and not ended.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::FuturesUnordered;

/// A set of futures that costs nothing while it is empty, as it is most of the time.
#[derive(Debug)]
pub struct Pending<F>(Option<Box<FuturesUnordered<F>>>);

impl<F> Pending<F> {
    /// Adds a future. It is polled the next time that the set is.
    pub fn push(&mut self, future: F) {
        self.0.get_or_insert_default().push(future);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |futures| futures.len())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<F: Future> Pending<F> {
    /// Lets those go on that can; what the next one that ends gives. `None`: none ends now.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Option<F::Output> {
        let futures = self.0.as_mut()?;
        match Pin::new(&mut **futures).poll_next(cx) {
            Poll::Ready(Some(output)) => Some(output),
            Poll::Ready(None) => {
                self.0 = None;
                None
            }
            Poll::Pending => None,
        }
    }
}

impl<F> Default for Pending<F> {
    fn default() -> Self {
        Self(None)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, pending, ready};
    use std::task::Waker;

    use futures_util::future::{BoxFuture, FutureExt};

    use super::*;

    #[test]
    fn each_gives_its_output_once_and_an_empty_set_holds_nothing() {
        let cx = &mut Context::from_waker(Waker::noop());
        let mut set = Pending::<Ready<i32>>::default();
        assert_eq!(set.poll_next(cx), None);
        set.push(ready(1));
        set.push(ready(2));
        assert_eq!(set.len(), 2);
        let mut outputs = [set.poll_next(cx), set.poll_next(cx)];
        outputs.sort_unstable();
        assert_eq!(outputs, [Some(1), Some(2)]);
        assert_eq!(set.poll_next(cx), None);
        assert!(set.0.is_none());
    }

    #[test]
    fn what_has_not_ended_stays() {
        let cx = &mut Context::from_waker(Waker::noop());
        let mut set = Pending::<BoxFuture<'static, ()>>::default();
        set.push(pending().boxed());
        assert_eq!(set.poll_next(cx), None);
        assert!(!set.is_empty());
    }
}
