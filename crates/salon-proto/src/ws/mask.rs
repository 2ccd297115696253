//! Masking of payloads (RFC 6455 section 5.3).

/// The four bytes that a client draws anew for every frame.
pub type MaskKey = [u8; 4];

/// Masks or unmasks `data` in place, which are the same operation.
///
/// `offset` is the position of `data` within the payload of its frame, in
/// bytes, for a payload that is handled piece by piece.
pub fn apply_mask(data: &mut [u8], key: MaskKey, offset: usize) {
    let pattern = pattern_at(key, offset);
    let mut words = data.chunks_exact_mut(8);
    // Whole words at a time: the compiler turns this loop into vector instructions.
    for chunk in words.by_ref() {
        if let Ok(word) = <&mut [u8; 8]>::try_from(chunk) {
            *word = (u64::from_ne_bytes(*word) ^ u64::from_ne_bytes(pattern)).to_ne_bytes();
        }
    }
    for (byte, mask) in words.into_remainder().iter_mut().zip(pattern) {
        *byte ^= mask;
    }
}

/// The key, turned so that it starts at `offset`, twice over.
fn pattern_at(key: MaskKey, offset: usize) -> [u8; 8] {
    let turn = match offset % 4 {
        0 => 0,
        1 => 8,
        2 => 16,
        _ => 24,
    };
    let turned = u64::from(u32::from_le_bytes(key).rotate_right(turn));
    (turned | turned << 32).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: MaskKey = [0x37, 0xFA, 0x21, 0x3D];

    /// The definition of the RFC, a byte at a time.
    fn naive(data: &mut [u8], key: MaskKey, offset: usize) {
        for (i, byte) in data.iter_mut().enumerate() {
            *byte ^= key[(offset + i) % 4];
        }
    }

    #[test]
    fn the_example_of_section_5_7() {
        let mut data = *b"\x7f\x9f\x4d\x51\x58";
        apply_mask(&mut data, KEY, 0);
        assert_eq!(&data, b"Hello");
    }

    #[test]
    fn agrees_with_the_definition_at_every_length_alignment_and_offset() {
        let original: Vec<u8> = (0..=255).cycle().take(300).collect();
        for start in 0..8 {
            for len in 0..80 {
                for offset in 0..9 {
                    let mut fast = original[start..start + len].to_vec();
                    let mut slow = fast.clone();
                    apply_mask(&mut fast, KEY, offset);
                    naive(&mut slow, KEY, offset);
                    assert_eq!(fast, slow, "{start} {len} {offset}");
                }
            }
        }
    }

    #[test]
    fn pieces_make_the_whole() {
        let mut whole: Vec<u8> = (0..100).collect();
        let mut pieces = whole.clone();
        apply_mask(&mut whole, KEY, 0);
        let mut offset = 0;
        for piece in pieces.chunks_mut(7) {
            apply_mask(piece, KEY, offset);
            offset += piece.len();
        }
        assert_eq!(pieces, whole);
    }

    #[test]
    fn an_offset_may_be_of_any_size() {
        let mut data = [0; 4];
        apply_mask(&mut data, KEY, usize::MAX);
        assert_eq!(data, [0x3D, 0x37, 0xFA, 0x21]);
    }
}
