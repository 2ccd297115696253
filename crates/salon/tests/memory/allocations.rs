//! What this thread holds while a test does something.

use salon_testkit::allocations::{CountingAllocator, forget_peak, live, peak};

use crate::support::settle;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The most bytes that are allocated during `work` beyond what was before.
pub(crate) async fn held(work: impl Future<Output = ()>) -> isize {
    settle().await;
    let before = live().bytes;
    forget_peak();
    work.await;
    peak() - before
}
