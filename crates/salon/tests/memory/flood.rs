//! One client that sends a great deal.

use salon_proto::ws::{ControlPayload, ping_frame};

use crate::allocations::held;
use crate::support::{Frame, Host, settle};

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
