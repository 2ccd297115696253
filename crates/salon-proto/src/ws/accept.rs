//! The two header values of the opening handshake (RFC 6455 section 4).

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};

/// The constant that a server appends to the key of the client (RFC 6455 section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The value of `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key`
/// (RFC 6455 section 4.2.2): 28 characters of base64.
///
/// The key is hashed as it came, valid or not: see [`is_valid_key`].
///
/// ```
/// let accept = salon_proto::ws::accept_key("dGhlIHNhbXBsZSBub25jZQ==");
/// assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
/// ```
#[must_use]
pub fn accept_key(client_key: &str) -> String {
    let digest = Sha1::new()
        .chain_update(client_key)
        .chain_update(GUID)
        .finalize();
    STANDARD.encode(digest)
}

/// Whether a `Sec-WebSocket-Key` is the base64 form of 16 bytes (RFC 6455
/// section 4.1): 22 characters of the alphabet and `==`.
///
/// The four unused bits of the last character may be set. A strict decoder
/// refuses them, but clients that draw 22 random characters exist, and Node's
/// `ws` lets them in.
///
/// ```
/// use salon_proto::ws::is_valid_key;
///
/// assert!(is_valid_key("dGhlIHNhbXBsZSBub25jZQ=="));
/// assert!(!is_valid_key("dGhlIHNhbXBsZSBub25jZQ"));
/// ```
#[must_use]
pub fn is_valid_key(client_key: &str) -> bool {
    client_key
        .strip_suffix("==")
        .is_some_and(|digits| digits.len() == 22 && digits.bytes().all(is_base64_digit))
}

fn is_base64_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_base64_of_sixteen_bytes() {
        for bytes in [[0; 16], [0xFF; 16], *b"the sample nonce"] {
            assert!(is_valid_key(&STANDARD.encode(bytes)));
        }
        for len in [0, 1, 14, 15, 17, 18, 19, 32] {
            assert!(!is_valid_key(&STANDARD.encode(vec![7; len])), "{len} bytes");
        }
    }

    #[test]
    fn characters_outside_the_alphabet_are_refused() {
        for key in [
            "",
            "==",
            "dGhlIHNhbXBsZSBub25jZ ==",
            "dGhlIHNhbXBsZSBub25jZ-==",
            "dGhlIHNhbXBsZSBub25j=Q==",
            "dGhlIHNhbXBsZSBub25jZQ==\n",
            "dGhlIHNhbXBsZSBub25jé==",
        ] {
            assert!(!is_valid_key(key), "{key:?}");
        }
    }

    #[test]
    fn unused_bits_of_the_last_character_are_let_through() {
        assert!(is_valid_key("dGhlIHNhbXBsZSBub25jZR=="));
    }
}
