//! The MessagePack parser: against the real one, against itself, and against what is hostile.

mod hostile;
mod lookalikes;
mod random;
mod vectors;

#[path = "../json_data/mod.rs"]
mod json_data;

use bytes::Bytes;
use salon_proto::engine::Protocol;
use salon_proto::parser::{Codec, Decoder, MessagePack, Parser, ParserError, RawPacket};
use salon_proto::{Encoded, Limits};

fn decoder() -> Box<dyn Decoder> {
    MessagePack.decoder(&Limits::default())
}

fn decode(data: &[u8]) -> Result<RawPacket<'static>, ParserError> {
    let packet = decoder().binary(data)?;
    Ok(packet.expect("each frame is a packet"))
}

/// The data of the one frame of a packet.
fn frame(packet: &Encoded) -> Bytes {
    assert_eq!(packet.as_text(), b"");
    let pieces: Vec<_> = packet
        .frames(Protocol::V4)
        .filter(|piece| !piece.is_empty())
        .collect();
    let [_header, data] = pieces[..] else {
        panic!("more than one frame: {pieces:?}");
    };
    Bytes::copy_from_slice(data)
}

fn encode(packet: &RawPacket<'_>) -> Bytes {
    let frames = MessagePack.encode(packet).unwrap();
    let [data] = frames.as_binary() else {
        panic!("not one frame: {frames:?}");
    };
    assert_eq!(frames.as_text(), None);
    data.clone()
}

fn codec() -> Codec {
    Codec::new(MessagePack)
}

/// An event whose arguments are this MessagePack.
fn event_with(arguments: &[&[u8]]) -> Vec<u8> {
    let count = 1 + u8::try_from(arguments.len()).unwrap();
    let mut packet = b"\x83\xa4type\x02\xa3nsp\xa1/\xa4data".to_vec();
    packet.push(0x90 | count);
    packet.extend_from_slice(b"\xa1x");
    packet.extend(arguments.concat());
    packet
}

/// An array of these values, 15 at most.
fn array(values: &[&[u8]]) -> Vec<u8> {
    let head = 0x90 | u8::try_from(values.len()).unwrap();
    [&[head], &*values.concat()].concat()
}
