//! The plain stretches of JSON strings: what needs no escape, found many bytes at a time.
//!
//! Both who reads a string and who writes one asks for the same bytes: a quote, a backslash, or a
//! control character. Almost all strings have none, so passing what is plain is nearly all the work.

/// Blocks of this length are looked at without a branch, which the compiler turns into vector
/// instructions.
const BLOCK: usize = 64;

/// How many bytes come before a quote, a backslash or a control character.
pub(super) fn plain_len(text: &[u8]) -> usize {
    // Most strings are short: the first word is looked at before whole blocks are.
    if let Some(len) = text.first_chunk().and_then(plain_in_word) {
        return len;
    }
    let mut rest = text;
    while let Some((block, after)) = rest.split_first_chunk::<BLOCK>() {
        if has_special(block) {
            break;
        }
        rest = after;
    }
    text.len() - rest.len() + plain_len_by_words(rest)
}

fn plain_len_by_words(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk() {
        if let Some(len) = plain_in_word(word) {
            return text.len() - rest.len() + len;
        }
        rest = after;
    }
    let plain = rest.iter().take_while(|byte| !is_special(**byte));
    text.len() - rest.len() + plain.count()
}

const fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

/// Whether one of many bytes is special. The smallest of three differences is zero where a byte
/// is, and the smallest of all these tells: vector instructions have minima, and no short cuts.
fn has_special(block: &[u8; BLOCK]) -> bool {
    let differences = block.iter().map(|byte| {
        let control = byte.saturating_sub(0x1f);
        (byte ^ b'"').min(byte ^ b'\\').min(control)
    });
    differences.fold(u8::MAX, u8::min) == 0
}

/// How many bytes of a word come before the first special one; `None` if all are plain.
fn plain_in_word(word: &[u8; 8]) -> Option<usize> {
    let special = specials(u64::from_le_bytes(*word));
    (special != 0).then(|| (special.trailing_zeros() / 8) as usize)
}

/// Sets the high bit of each special byte. Bytes above the lowest one that is set may be set
/// wrongly, because subtraction borrows from them.
fn specials(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let equal = |byte: u8| {
        let zero_where_equal = word ^ (ONES * u64::from(byte));
        zero_where_equal.wrapping_sub(ONES) & !zero_where_equal
    };
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (equal(b'"') | equal(b'\\') | control) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_found_at_every_place() {
        for byte in 0..=255 {
            for len in 0..100 {
                let mut text = vec![b'x'; len];
                text.push(byte);
                text.extend_from_slice(&[b'y'; 40]);
                let expected = if is_special(byte) { len } else { len + 41 };
                assert_eq!(plain_len(&text), expected, "{byte:#x} after {len}");
                assert_eq!(plain_len(&text[..len]), len);
            }
        }
    }

    #[test]
    fn the_first_of_several_is_found() {
        for (text, expected) in [
            (&b"\"\\"[..], 0),
            (b"a\x01\"", 1),
            (b"\x80\xff\x7f \"", 4),
            (b"0123456789abcdef0123456789abcdef0123\\\"\x00", 36),
        ] {
            assert_eq!(plain_len(text), expected, "{text:?}");
        }
    }
}
