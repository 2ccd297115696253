//! WebSocket frames for tests of the decoder.

const MASK: [u8; 4] = [0xA1, 0x00, 0x5C, 0xFF];

/// A frame as a client sends it, with a mask, encoded without the code under test. `first` is its
/// first byte: flags and opcode.
#[must_use]
pub fn client_frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut wire = vec![first];
    match payload.len() {
        len @ 0..=125 => wire.push(0x80 | len as u8),
        len @ 126..=0xFFFF => {
            wire.push(0x80 | 126);
            wire.extend((len as u16).to_be_bytes());
        }
        len => {
            wire.push(0x80 | 127);
            wire.extend((len as u64).to_be_bytes());
        }
    }
    wire.extend(MASK);
    wire.extend(payload.iter().zip(MASK.iter().cycle()).map(|(b, k)| b ^ k));
    wire
}
