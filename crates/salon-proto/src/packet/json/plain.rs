//! The plain stretches of JSON strings: what needs no escape, found many bytes at a time.
//!
//! Both who reads a string and who writes one asks for the same bytes: a quote, a backslash, or a
//! control character. Almost all strings have none, so passing what is plain is nearly all the work.

use memchr::memchr2;

/// Blocks of this length are looked at without a branch, which the compiler turns into vector
/// instructions.
const BLOCK: usize = 32;

/// Text that has been plain for so long is taken to go on like that.
const SHORT: usize = 512;

/// So much of a long text is looked at in one go: little enough that the second look finds it in
/// the nearest cache, and that not much is looked at in vain.
const STRETCH: usize = 1024;

/// How many bytes come before a quote, a backslash or a control character.
pub(super) fn plain_len(text: &[u8]) -> usize {
    let (beginning, long) = text.split_at(text.len().min(SHORT));
    match plain_len_of_short(beginning) {
        SHORT => SHORT + plain_len_of_long(long),
        len => len,
    }
}

fn plain_len_of_short(text: &[u8]) -> usize {
    // Names are shorter still: the first word is looked at before whole blocks are.
    if let Some(len) = text.first_chunk().and_then(plain_in_word) {
        return len;
    }
    let rest = pass(text, |block: &[u8; BLOCK]| !has_special(block));
    text.len() - rest.len() + plain_len_by_words(rest)
}

fn plain_len_of_long(text: &[u8]) -> usize {
    let rest = pass(text, |stretch: &[u8; STRETCH]| {
        memchr2(b'"', b'\\', stretch).is_none() && !has_control(stretch)
    });
    text.len() - rest.len() + plain_len_of_short(rest)
}

/// The text without the blocks that it begins with and of which this is true.
fn pass<const N: usize>(mut text: &[u8], is_plain: impl Fn(&[u8; N]) -> bool) -> &[u8] {
    while let Some((block, after)) = text.split_first_chunk() {
        if !is_plain(block) {
            break;
        }
        text = after;
    }
    text
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

/// Flipping one bit puts the quote next to the control characters.
const fn is_special(byte: u8) -> bool {
    byte ^ 2 <= b'"' ^ 2 || byte == b'\\'
}

/// Whether one of many bytes is special, without short cuts.
fn has_special(block: &[u8; BLOCK]) -> bool {
    block
        .iter()
        .fold(false, |any, byte| any | is_special(*byte))
}

fn has_control(stretch: &[u8; STRETCH]) -> bool {
    stretch.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < b' '
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
    let low = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ (ONES * 0x5c)).wrapping_sub(ONES);
    (low | backslash) & !word & HIGH
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
                let is_special = matches!(byte, b'"' | b'\\' | 0..=0x1f);
                let expected = if is_special { len } else { len + 41 };
                assert_eq!(plain_len(&text), expected, "{byte:#x} after {len}");
                assert_eq!(plain_len(&text[..len]), len);
            }
        }
    }

    #[test]
    fn every_byte_is_found_at_every_place_of_a_long_text() {
        const LEN: usize = SHORT + 2 * STRETCH + 2 * BLOCK;
        for byte in [b'"', b'\\', 0, 0x1f] {
            let mut text = vec![b'x'; LEN];
            assert_eq!(plain_len(&text), LEN);
            for place in (0..LEN).rev() {
                text[place] = byte;
                assert_eq!(plain_len(&text), place, "{byte:#x}");
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
