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

/// The server writes to so many at least before others have their turn. Each broadcast is written
/// before the next one is sent, so that no outbox holds more than one.
const RECEIVERS_PER_TURN: usize = 200;

/// Broadcasts of a burst.
const BURST: usize = 8;

/// What a message costs: its bytes, and the lists of its recipients.
const MESSAGE: usize = 9;

pub(super) const BENCHES: &[Bench] = &[
    Bench::new("broadcast/1000", "one receiver of 1,000", 32, || {
        broadcast(1_000, Audience::Namespace, 1)
    })
    .items(1_000)
    .allocations(MESSAGE),
    Bench::new(
        "broadcast/room",
        "one receiver in a room of 250",
        32,
        || broadcast(250, Audience::Room, 1),
    )
    .items(250)
    .allocations(MESSAGE),
    // Each outbox with more than one packet needs a list.
    Bench::new(
        "broadcast/burst",
        "one delivery to 250, 8 in a burst",
        8,
        || broadcast(250, Audience::Namespace, BURST),
    )
    .items(BURST * 250)
    .allocations(BURST * MESSAGE + 250),
    Bench::new("broadcast/ten", "one receiver in a room of 10", 320, || {
        broadcast(10, Audience::Room, 1)
    })
    .items(10)
    .allocations(2),
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
    let turns = count / RECEIVERS_PER_TURN + 1;
    Box::new(move |goes| {
        world.runtime.block_on(async {
            for _ in 0..goes {
                for _ in 0..burst {
                    emit(&world, audience);
                }
                receivers.unread += burst;
                for _ in 0..turns {
                    yield_now().await;
                }
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
