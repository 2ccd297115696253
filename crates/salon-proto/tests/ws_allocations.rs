//! A frame that is entirely in the input costs no allocation, and compression is paid once a thread.

use salon_proto::Encoded;
use salon_proto::engine::Protocol;
use salon_proto::ws::{
    CloseCode, ControlPayload, Decoder, Deflate, Message, Role, binary_frame, close_frame,
    encode_header, ping_frame, text_frame,
};
use salon_testkit::allocations::{CountingAllocator, allocations, live};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// How many bytes more are allocated after `work` than before it.
fn kept<T>(work: impl FnOnce() -> T) -> isize {
    let before = live().bytes;
    drop(work());
    live().bytes - before
}

fn drain(decoder: &mut Decoder, mut input: &mut [u8]) -> usize {
    let mut messages = 0;
    while let Ok(Some(message)) = decoder.decode(&mut input) {
        std::hint::black_box(&message);
        messages += 1;
    }
    messages
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1_u8]))), 1);
}

#[test]
fn whole_frames_are_free() {
    let key = Some([1, 2, 3, 4]);
    let payload = ControlPayload::new(vec![7; 125]).unwrap();
    let mut wire = [
        text_frame("hello", key),
        binary_frame(&[0; 100_000], key),
        ping_frame(&payload, key),
        text_frame("", key),
        close_frame(CloseCode::NORMAL, "", key),
    ]
    .concat();
    let mut decoder = Decoder::new(Role::Server, 1 << 20);
    let mut messages = 0;
    assert_eq!(allocations(|| messages = drain(&mut decoder, &mut wire)), 0);
    assert_eq!(messages, 5);
}

#[test]
fn a_frame_in_many_pieces_costs_two_allocations() {
    let mut wire = text_frame(&"x".repeat(5000), Some([1, 2, 3, 4])).to_vec();
    let mut decoder = Decoder::new(Role::Server, 1 << 20);
    let mut messages = 0;
    let count = allocations(|| {
        for piece in wire.chunks_mut(10) {
            messages += drain(&mut decoder, piece);
        }
    });
    // Its payload, and its state.
    assert_eq!((messages, count), (1, 2));
}

#[test]
fn a_large_frame_in_pieces_costs_logarithmically_many() {
    let mut wire = binary_frame(&vec![0; 1 << 20], None).to_vec();
    let mut decoder = Decoder::new(Role::Client, 1 << 20);
    let mut messages = vec![];
    let count = allocations(|| {
        for mut piece in wire.chunks_mut(1000) {
            if let Ok(Some(Message::Binary(data))) = decoder.decode(&mut piece) {
                messages = data.into_owned();
            }
        }
    });
    assert_eq!(messages.capacity(), 1 << 20);
    // 64, 128, 256, 512 and 1024 KiB, and its state.
    assert_eq!(count, 6);
}

#[test]
fn a_header_is_encoded_in_place() {
    let count = allocations(|| {
        std::hint::black_box(encode_header(
            salon_proto::ws::Opcode::Text,
            70_000,
            Some([1; 4]),
        ));
    });
    assert_eq!(count, 0);
}

#[test]
fn a_thread_keeps_one_compressor_and_one_decompressor() {
    let deflater = Deflate::new().accept("permessage-deflate");
    let deflater = deflater.unwrap().unwrap().deflater;
    let packet = Encoded::text(|out| out.resize(10_000, b'x'));
    let mut wire = Vec::new();
    let first = kept(|| {
        let deflated = packet.deflated(&deflater, Protocol::V4).unwrap();
        wire = deflated.frames(Protocol::V4).flatten().copied().collect();
    });
    assert!((250_000..350_000).contains(&first), "{first} to compress");
    assert_eq!(kept(|| packet.deflated(&deflater, Protocol::V4)), 0);

    let read = || {
        let mut decoder = Decoder::new(Role::Client, 1 << 20).with_deflate();
        assert_eq!(drain(&mut decoder, &mut wire.clone()), 1);
    };
    let first = kept(read);
    assert!((8_000..14_000).contains(&first), "{first} to decompress");
    assert_eq!(kept(read), 0);
}
