//! A received event to its handler, and the answer out, from the bytes that come to those that go.

use bytes::Bytes;
use salon::Server;
use salon_proto::ws::{binary_frame, text_frame};

use super::{KIB, MASK, SMALL, large_text};
use crate::bench::{Bench, Work};
use crate::world::{Buffer, World};

/// Events of one read.
const BURST: usize = 16;

/// What an event costs beside the types of its handler: the handler's future.
const EVENT: usize = 1;

/// What an answer costs: the packet.
const ANSWER: usize = 1;

pub(super) const BENCHES: &[Bench] = &[
    Bench::new(
        "dispatch/event",
        "an event without data, 16 in a read",
        100,
        || burst("touch", 1),
    )
    .items(BURST)
    .allocations(BURST * EVENT + EVENT + ANSWER),
    Bench::new(
        "dispatch/event-data",
        "an event of 64 bytes, 16 in a read",
        100,
        || burst("say", 1),
    )
    .items(BURST)
    .allocations(BURST * (EVENT + 1) + EVENT + ANSWER),
    Bench::new(
        "dispatch/echo",
        "64 bytes to the handler and back",
        300,
        || echo(1),
    )
    .allocations(1 + EVENT + ANSWER),
    Bench::new(
        "dispatch/echo-burst",
        "64 bytes there and back, 16 in a read",
        100,
        || echo(BURST),
    )
    .items(BURST)
    // Two for the outbox, which has more than one packet.
    .allocations(BURST * (1 + EVENT + ANSWER) + 2),
    Bench::new(
        "dispatch/echo-binary",
        "1 KiB of binary there and back",
        200,
        || echo_binary(KIB),
    )
    .allocations(9),
    Bench::new(
        "dispatch/echo-binary-large",
        "64 KiB of binary there and back",
        20,
        || echo_binary(64 * KIB),
    )
    .allocations(9),
    Bench::new(
        "dispatch/echo-large",
        "100 KiB of text there and back",
        10,
        echo_large,
    )
    .allocations(4),
];

pub(super) const TWICE: Bench = Bench::new(
    "dispatch/event",
    "an event without data, 32 in a read",
    100,
    || burst("touch", 2),
)
.items(2 * BURST);

fn handlers(io: &Server) {
    io.on("touch", || async {});
    io.on("say", |text: String| async move { drop(text) });
    io.on("fence", || async { true });
    io.on("echo", |text: String| async move { text });
    io.on("echo binary", |data: Bytes| async move { data });
}

/// Requests of a client, and the answers that must come.
struct Exchange {
    requests: Vec<u8>,
    answers: Vec<u8>,
}

impl Exchange {
    fn work(self) -> Work {
        let world = World::new(handlers);
        let (mut client, mut buffer) = (world.join(), Buffer::new());
        Box::new(move |goes| {
            world.runtime.block_on(async {
                for _ in 0..goes {
                    client.write(&self.requests).await;
                    let answers = &self.answers;
                    client.read(&mut buffer, answers.len(), answers).await;
                }
            });
        })
    }
}

/// Events that nobody answers, and a last one whose answer says that all have been handled.
fn burst(event: &str, times: usize) -> Work {
    let event = text_frame(&format!(r#"42["{event}","{SMALL}"]"#), MASK);
    let fence = text_frame(r#"421["fence"]"#, MASK);
    let exchange = Exchange {
        requests: [event.repeat(times * BURST), fence.into()].concat(),
        answers: text_frame("431[true]", None).into(),
    };
    exchange.work()
}

fn echo(window: usize) -> Work {
    let frames = |frame: fn(usize) -> Vec<u8>| (10..10 + window).flat_map(frame).collect();
    let exchange = Exchange {
        requests: frames(|id| text_frame(&format!(r#"42{id}["echo","{SMALL}"]"#), MASK).into()),
        answers: frames(|id| text_frame(&format!(r#"43{id}["{SMALL}"]"#), None).into()),
    };
    exchange.work()
}

fn echo_binary(length: usize) -> Work {
    let data = vec![7; length];
    let there = text_frame(
        r#"451-1["echo binary",{"_placeholder":true,"num":0}]"#,
        MASK,
    );
    let back = text_frame(r#"461-1[{"_placeholder":true,"num":0}]"#, None);
    let exchange = Exchange {
        requests: [there, binary_frame(&data, MASK)].concat(),
        answers: [back, binary_frame(&data, None)].concat(),
    };
    exchange.work()
}

fn echo_large() -> Work {
    let text = large_text();
    let exchange = Exchange {
        requests: text_frame(&format!(r#"421["echo","{text}"]"#), MASK).into(),
        answers: text_frame(&format!(r#"431["{text}"]"#), None).into(),
    };
    exchange.work()
}
