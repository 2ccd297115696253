//! An allocator that counts what this thread has allocated. Tests in other threads do not disturb,
//! and a server on a current-thread runtime does all its work in its test's thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::support::settle;

/// Allocations that have not been freed. What another thread frees or has allocated is not
/// matched, so it may become negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) count: isize,
    pub(crate) bytes: isize,
}

thread_local! {
    static LIVE: Cell<Live> = const { Cell::new(Live { count: 0, bytes: 0 }) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is forwarded unchanged to the system allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-1, layout);
        // SAFETY: the pointer came from `System` in `alloc` above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The cells have no destructor and need no allocation themselves.
fn count(sign: isize, layout: Layout) {
    let Live { count, bytes } = live();
    let bytes = bytes + sign * layout.size().cast_signed();
    LIVE.set(Live {
        count: count + sign,
        bytes,
    });
    PEAK.set(PEAK.get().max(bytes));
}

/// What is allocated now.
pub(crate) fn live() -> Live {
    LIVE.get()
}

/// The most bytes that are allocated during `work` beyond what was before.
pub(crate) async fn held(work: impl Future<Output = ()>) -> isize {
    settle().await;
    let before = live().bytes;
    PEAK.set(before);
    work.await;
    PEAK.get() - before
}
