//! Noise as compressed data never panics, never yields more than the limit, and leaves nothing
//! behind for the next message.

use salon_proto::ws::Message;

use crate::support::{BINARY, FIN, RSV1, decode, deflated, frame};

const LIMIT: usize = 5_000;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % limit
    }
}

/// Compressed data in which some bytes are replaced.
fn damaged(random: &mut Random) -> Vec<u8> {
    let words = (0..random.below(300)).map(|n| format!("word {} ", n % 17));
    let mut data = deflated(words.collect::<String>().as_bytes());
    for _ in 0..random.below(4) {
        let at = random.below(data.len());
        data[at] = random.below(256) as u8;
    }
    let length = data.len() - random.below(3).min(data.len());
    data.truncate(length);
    data
}

#[test]
fn damaged_messages_do_no_harm() {
    let mut random = Random(0x5A10);
    let hello = frame(FIN | RSV1 | BINARY, &deflated(b"Hello"));
    for _ in 0..3_000 {
        let wire = frame(FIN | RSV1 | BINARY, &damaged(&mut random));
        let (messages, error) = decode([&wire[..]], LIMIT);
        match &messages[..] {
            [] => assert!(matches!(error, Some(1007 | 1009)), "{error:?}"),
            [Message::Binary(data)] => assert!(data.len() <= LIMIT),
            other => panic!("{other:?}"),
        }
        let (messages, _) = decode([&hello[..]], LIMIT);
        assert_eq!(messages, [Message::Binary(b"Hello".to_vec().into())]);
    }
}
