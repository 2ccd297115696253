//! An allocator that counts what each thread allocates.
//!
//! A test makes it the allocator of its program; others of the same kind run beside it in other
//! threads without disturbing it, and a server on a current-thread runtime does all its work in
//! the thread of its test.
//!
//! ```
//! use salon_testkit::allocations::{CountingAllocator, allocations};
//!
//! #[global_allocator]
//! static ALLOCATOR: CountingAllocator = CountingAllocator;
//!
//! assert_eq!(allocations(|| drop(std::hint::black_box(vec![1_u8]))), 1);
//! ```

// A global allocator cannot be written without `unsafe`; this one only forwards and counts.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, with the counts of this module.
#[derive(Debug)]
pub struct CountingAllocator;

/// What is allocated and not freed. What another thread frees or has allocated is not matched, so
/// it may become negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// How many pieces.
    pub count: isize,
    /// How many bytes, as they were asked for: the allocator's own overhead comes on top.
    pub bytes: isize,
}

/// The counts of one thread. They have no destructor and need no allocation themselves.
struct Counts {
    allocations: Cell<usize>,
    live: Cell<Live>,
    peak: Cell<isize>,
}

thread_local! {
    static COUNTS: Counts = const {
        Counts {
            allocations: Cell::new(0),
            live: Cell::new(Live { count: 0, bytes: 0 }),
            peak: Cell::new(0),
        }
    };
}

/// How often `work` allocates in this thread; a reallocation counts as an allocation.
///
/// Without [`CountingAllocator`] as the program's allocator it is always 0.
pub fn allocations(work: impl FnOnce()) -> usize {
    let before = COUNTS.with(|counts| counts.allocations.get());
    work();
    COUNTS.with(|counts| counts.allocations.get()) - before
}

/// What this thread has allocated and nobody in it has freed.
#[must_use]
pub fn live() -> Live {
    COUNTS.with(|counts| counts.live.get())
}

/// The most bytes that were live in this thread since [`forget_peak`].
#[must_use]
pub fn peak() -> isize {
    COUNTS.with(|counts| counts.peak.get())
}

/// Lets [`peak`] begin again with what is live now.
pub fn forget_peak() {
    COUNTS.with(|counts| counts.peak.set(counts.live.get().bytes));
}

impl Counts {
    fn add(&self, allocations: usize, count: isize, bytes: isize) {
        let live = self.live.get();
        let live = Live {
            count: live.count + count,
            bytes: live.bytes + bytes,
        };
        self.allocations.set(self.allocations.get() + allocations);
        self.live.set(live);
        self.peak.set(self.peak.get().max(live.bytes));
    }
}

fn add(allocations: usize, count: isize, bytes: isize) {
    COUNTS.with(|counts| counts.add(allocations, count, bytes));
}

/// No layout is larger than that.
const fn signed(size: usize) -> isize {
    size as isize
}

// SAFETY: every call is forwarded unchanged to the system allocator. Counting does not allocate.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(1, 1, signed(layout.size()));
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(1, 1, signed(layout.size()));
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        add(1, 0, signed(size) - signed(layout.size()));
        // SAFETY: as above; the pointer came from `System` in one of these methods.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        add(0, -1, -signed(layout.size()));
        // SAFETY: the pointer came from `System` in one of these methods.
        unsafe { System.dealloc(pointer, layout) }
    }
}
