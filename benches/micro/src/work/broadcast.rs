//! One message to many, from `emit` to the last receiver's socket.

use salon::Socket;
use salon_proto::ws::text_frame;
use tokio::task::yield_now;

use super::SMALL;
use crate::bench::{Bench, Work};
use crate::world::{Buffer, Client, World};

/// Broadcasts before the receivers read, so that their reading hardly counts. The kernel holds
/// them meanwhile.
const UNREAD: usize = 32;

/// Broadcasts of a burst.
const BURST: usize = 8;

/// What a message costs: its bytes, and what shares them.
const MESSAGE: usize = 2;

/// What a receiver costs: the queue of its outbox, which an idle session does not keep.
const RECEIVER: usize = 1;

pub(super) const BENCHES: &[Bench] = &[
    Bench::new("broadcast/1000", "one receiver of 1,000", 32, || {
        broadcast(1_000, Audience::Namespace, 1)
    })
    .items(1_000)
    .allocations(MESSAGE + 1_000 * RECEIVER),
    Bench::new(
        "broadcast/room",
        "one receiver in a room of 250",
        32,
        || broadcast(250, Audience::Room, 1),
    )
    .items(250)
    .allocations(MESSAGE + 250 * RECEIVER),
    // The queue grows once.
    Bench::new(
        "broadcast/burst",
        "one delivery to 250, 8 in a burst",
        8,
        || broadcast(250, Audience::Namespace, BURST),
    )
    .items(BURST * 250)
    .allocations(BURST * MESSAGE + 2 * 250 * RECEIVER),
    Bench::new("broadcast/ten", "one receiver in a room of 10", 320, || {
        broadcast(10, Audience::Room, 1)
    })
    .items(10)
    .allocations(MESSAGE + 10 * RECEIVER),
];

pub(super) const TWICE: Bench = Bench::new("broadcast/1000", "one receiver of 2,000", 32, || {
    broadcast(2_000, Audience::Namespace, 1)
})
.items(2_000);

#[derive(Clone, Copy)]
enum Audience {
    Namespace,
    Room,
}

/// All receivers, and what they have not read yet.
struct Receivers {
    clients: Vec<Client>,
    unread: usize,
    buffer: Buffer,
    frame: Vec<u8>,
}

impl Receivers {
    async fn read(&mut self) {
        let length = self.unread * self.frame.len();
        for client in &mut self.clients {
            client.read(&mut self.buffer, length, &self.frame).await;
        }
        self.unread = 0;
    }
}

fn broadcast(count: usize, audience: Audience, burst: usize) -> Work {
    let world = World::new(|io| {
        io.on_connect(|socket: Socket| async move {
            socket.join("all");
        })
    });
    let mut receivers = Receivers {
        clients: world.join_many(count),
        unread: 0,
        buffer: Buffer::new(),
        frame: text_frame(&format!(r#"42["news","{SMALL}"]"#), None).into(),
    };
    Box::new(move |goes| {
        world.runtime.block_on(async {
            for _ in 0..goes {
                for _ in 0..burst {
                    emit(&world, audience);
                }
                receivers.unread += burst;
                yield_now().await;
                if receivers.unread >= UNREAD {
                    receivers.read().await;
                }
            }
            if receivers.unread > 0 {
                receivers.read().await;
            }
        });
    })
}

fn emit(world: &World, audience: Audience) {
    let emitted = match audience {
        Audience::Namespace => world.server.io.emit("news", SMALL),
        Audience::Room => world.server.io.to("all").emit("news", SMALL),
    };
    std::hint::black_box(&emitted);
}
