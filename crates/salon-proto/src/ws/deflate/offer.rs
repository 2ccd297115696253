//! What a client offers, and what a server may make of it (RFC 7692 section 7.1).

use super::negotiate::{Demands, EXTENSION, Name, names_of};
use super::{Deflate, Deflater, MAX_WINDOW_BITS};
use crate::ws::extensions::{self, InvalidExtensions};

impl Deflate {
    /// A client's `Sec-WebSocket-Extensions`: compression, and no message refers to an earlier one.
    pub const OFFER: &'static str =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    /// Reads the server's `Sec-WebSocket-Extensions` in its answer to [`OFFER`](Self::OFFER); if
    /// there are several headers, joined with commas. What we send is then compressed by these
    /// settings, but for the window, which is the largest.
    ///
    /// # Errors
    /// When the header is malformed, or has something that was not offered, or the server does not
    /// promise that its messages stand for themselves. The connection must be given up then.
    ///
    /// ```
    /// use salon_proto::ws::Deflate;
    ///
    /// assert!(Deflate::new().agree(Deflate::OFFER).is_ok());
    /// assert!(Deflate::new().agree("permessage-deflate").is_err());
    /// ```
    pub fn agree(self, answer: &str) -> Result<Deflater, InvalidExtensions> {
        let accepted = extensions::parse(answer)?;
        let [only] = accepted.as_slice() else {
            return Err(InvalidExtensions);
        };
        // The values are of the same form as in an offer.
        Demands::read(only)?;
        let names = names_of(only)?;
        let stands_alone = names.contains(&Name::ServerNoContextTakeover);
        // A window for what we send is to be set only for a client that has offered to obey.
        let limits_us = names.contains(&Name::ClientMaxWindowBits);
        if only.extension != EXTENSION || !stands_alone || limits_us {
            return Err(InvalidExtensions);
        }
        let settings = self.server_max_window_bits(MAX_WINDOW_BITS);
        Ok(Deflater::new(settings, MAX_WINDOW_BITS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ws::{Decoder, Message, Opcode, Role, append_message};

    #[test]
    fn what_a_server_of_ours_answers_is_agreed_to() {
        for settings in [Deflate::new(), Deflate::new().server_max_window_bits(9)] {
            let accepted = settings.accept(Deflate::OFFER).unwrap().unwrap();
            assert!(Deflate::new().agree(&accepted.response).is_ok());
        }
    }

    #[test]
    fn what_was_not_offered_is_refused() {
        for answer in [
            "",
            "x-webkit-deflate-frame",
            "permessage-deflate",
            "permessage-deflate; client_no_context_takeover",
            "permessage-deflate; server_no_context_takeover; client_max_window_bits=10",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=99",
            "permessage-deflate; server_no_context_takeover; foo",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; server_no_context_takeover, permessage-deflate",
        ] {
            let agreed = Deflate::new().agree(answer);
            assert_eq!(agreed, Err(InvalidExtensions), "{answer}");
        }
    }

    #[test]
    fn a_server_reads_what_the_client_compresses() {
        let deflater = Deflate::new().threshold(100).agree(Deflate::OFFER).unwrap();
        for length in [0, 99, 100, 70_000] {
            let text = "hello ".repeat(length).split_off(length * 5);
            let mut wire = Vec::new();
            let mask = Some([1, 2, 3, 4]);
            append_message(
                &mut wire,
                Opcode::Text,
                text.as_bytes(),
                mask,
                Some(&deflater),
            );
            assert_eq!(wire.len() < length, length >= 100, "{length}");
            let mut decoder = Decoder::new(Role::Server, 1_000_000).with_deflate();
            let message = decoder.decode(&mut wire.as_mut_slice()).unwrap();
            assert_eq!(message, Some(Message::Text(text.into())));
        }
    }
}
