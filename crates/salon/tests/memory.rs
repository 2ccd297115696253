//! What one client may make the server hold, in bytes that are really allocated.

#![allow(missing_docs)]
// A global allocator cannot be written without `unsafe`; it only forwards and counts.
#![allow(unsafe_code)]

#[path = "server/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use salon_proto::ws::{ControlPayload, ping_frame};
use support::{Frame, Host, settle};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every call is forwarded unchanged to the system allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from `System` in `alloc` above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that is allocated during `work` beyond what was before.
async fn held(work: impl Future<Output = ()>) -> usize {
    settle().await;
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    work.await;
    PEAK.load(Ordering::Relaxed) - before
}

#[tokio::test(start_paused = true)]
async fn a_client_that_pings_and_does_not_read_costs_little_memory() {
    let host = Host::new().pipe(4_096);
    let mut client = host.join().await;
    let flood = ping_frame(&ControlPayload::EMPTY, Some([1, 2, 3, 4])).repeat(1_000);
    let held = held(async {
        for _ in 0..200 {
            client.write(&flood).await;
            settle().await;
        }
    });
    let held = held.await;
    assert!(held < 500_000, "{held} bytes");
    client.ping(b"the last one").await;
    assert_eq!(host.session_count(), 1);
    let last = Frame::Pong(b"the last one".to_vec());
    while client.frame().await != last {}
}
