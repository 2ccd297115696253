//! From bytes to messages.

use std::{borrow::Cow, fmt, mem};

use super::{
    CloseFrame, ControlPayload, Error, ErrorKind, Message, Opcode, Role,
    fragments::{Fragments, data_message},
    header::{Header, Rules},
    partial::{Frame, PartialFrame, PartialHeader, read_whole},
};

/// Decodes the frames of one direction of a connection.
///
/// Between messages it holds no heap memory. Of a frame that was cut off it
/// keeps what arrived, in a buffer that grows with it; of a fragmented message,
/// what its fragments carried. Together these hold at most `max_message` bytes
/// of payload, and at most twice that is allocated for them. A compressed message is decompressed
/// when it is whole, into at most `max_message` bytes more.
///
/// ```text
///             header complete            payload complete
///  ┌────────┐  and not payload ┌─────────┐
///  │ Header │─────────────────>│ Payload │──────> message, back to Header
///  └────────┘                  └─────────┘
///       │ close frame, or an error anywhere
///       v
///  ┌────────────┐
///  │ Discarding │  for ever
///  └────────────┘
/// ```
pub struct Decoder {
    max_message: usize,
    rules: Rules,
    state: State,
    /// A message whose last fragment has not come; rare, so absent until needed.
    fragments: Option<Box<Fragments>>,
}

enum State {
    Header(PartialHeader),
    /// In a box, since most decoders wait for a header.
    Payload(Box<PartialFrame>),
    Discarding,
}

impl Decoder {
    /// A decoder for what our peer sends when we are `role`, at the start of a
    /// connection. `max_message` bounds one message over all of its fragments, in bytes.
    #[must_use]
    pub fn new(role: Role, max_message: usize) -> Self {
        Self {
            max_message,
            rules: Rules {
                role,
                deflate: false,
            },
            state: State::Header(PartialHeader::default()),
            fragments: None,
        }
    }

    /// The same decoder for a peer that may compress messages (RFC 7692), since that has been
    /// [accepted](super::Deflate::accept). `max_message` then bounds a message both compressed and
    /// decompressed.
    #[must_use]
    pub const fn with_deflate(mut self) -> Self {
        self.rules.deflate = true;
        self
    }

    /// Takes bytes from the front of `input`, unmasking in place, until one
    /// message is complete or the input is used up. Call it until it yields `None`.
    ///
    /// A message whose frame is entirely in `input` borrows from it.
    ///
    /// # Errors
    /// Any breach of RFC 6455 by the peer, and messages beyond the limits. After
    /// an error or a close frame the rest of the connection is ignored (RFC 6455
    /// sections 5.5.1 and 7.1.7): all input is taken and yields `None`.
    pub fn decode<'a>(&mut self, input: &mut &'a mut [u8]) -> Result<Option<Message<'a>>, Error> {
        let outcome = self.next_message(input);
        if matches!(outcome, Err(_) | Ok(Some(Message::Close(_)))) {
            self.state = State::Discarding;
            self.fragments = None;
        }
        outcome
    }

    /// Heap memory held for the payload of the current message, in bytes; 0 between messages.
    #[must_use]
    pub fn buffered(&self) -> usize {
        let frame = match &self.state {
            State::Payload(partial) => partial.capacity(),
            State::Header(_) | State::Discarding => 0,
        };
        let fragments = self.fragments.as_ref();
        frame + fragments.map_or(0, |f| f.capacity() + mem::size_of::<Fragments>())
    }

    fn next_message<'a>(&mut self, input: &mut &'a mut [u8]) -> Result<Option<Message<'a>>, Error> {
        while let Some(frame) = self.next_frame(input)? {
            if let Some(message) = self.handle_frame(frame)? {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    fn next_frame<'a>(&mut self, input: &mut &'a mut [u8]) -> Result<Option<Frame<'a>>, Error> {
        match &mut self.state {
            State::Header(partial) => match partial.read(input, self.rules)? {
                Some(header) => self.start_payload(header, input),
                None => Ok(None),
            },
            State::Payload(_) => Ok(self.continue_payload(input)),
            State::Discarding => {
                *input = &mut [];
                Ok(None)
            }
        }
    }

    fn start_payload<'a>(
        &mut self,
        header: Header,
        input: &mut &'a mut [u8],
    ) -> Result<Option<Frame<'a>>, Error> {
        self.check_sequence(&header)?;
        self.check_limits(&header)?;
        if let Some(frame) = read_whole(header, input) {
            return Ok(Some(frame));
        }
        self.state = State::Payload(Box::new(PartialFrame::new(header)));
        Ok(self.continue_payload(input))
    }

    fn continue_payload(&mut self, input: &mut &mut [u8]) -> Option<Frame<'static>> {
        let State::Payload(partial) = &mut self.state else {
            return None;
        };
        let frame = partial.read(input)?;
        self.state = State::Header(PartialHeader::default());
        Some(frame)
    }

    /// Continuations belong inside of a message, other data frames outside (section 5.4).
    fn check_sequence(&self, header: &Header) -> Result<(), Error> {
        match (header.opcode, &self.fragments) {
            (Opcode::Continuation, None) => Err(ErrorKind::UnexpectedContinuation.into()),
            (Opcode::Text | Opcode::Binary, Some(_)) => Err(ErrorKind::ExpectedContinuation.into()),
            _ => Ok(()),
        }
    }

    /// Refuses what is too much before any of it is kept. Control frames are exempt.
    fn check_limits(&self, header: &Header) -> Result<(), Error> {
        if header.opcode.is_control() {
            return Ok(());
        }
        let fragments = self.fragments.as_deref();
        let held = fragments.map_or(0, Fragments::len);
        let room = self.max_message.saturating_sub(held);
        if header.payload_len > room {
            return Err(ErrorKind::MessageTooBig.into());
        }
        if fragments.is_some_and(Fragments::is_full) {
            return Err(ErrorKind::TooManyFragments.into());
        }
        Ok(())
    }

    fn handle_frame<'a>(&mut self, frame: Frame<'a>) -> Result<Option<Message<'a>>, Error> {
        let payload = frame.payload;
        match frame.header.opcode {
            Opcode::Ping => Ok(Some(Message::Ping(control_payload(payload)?))),
            Opcode::Pong => Ok(Some(Message::Pong(control_payload(payload)?))),
            Opcode::Close => Ok(Some(Message::Close(CloseFrame::parse(&payload)?))),
            opcode if frame.header.fin && self.fragments.is_none() => {
                let compressed = frame.header.compressed;
                data_message(opcode, compressed, payload, self.max_message).map(Some)
            }
            _ => self.handle_fragment(Frame { payload, ..frame }),
        }
    }

    fn handle_fragment(&mut self, frame: Frame<'_>) -> Result<Option<Message<'static>>, Error> {
        let fin = frame.header.fin;
        match &mut self.fragments {
            Some(fragments) => fragments.append(frame.payload, self.max_message),
            None => self.fragments = Some(Box::new(Fragments::start(frame))),
        }
        if !fin {
            return Ok(None);
        }
        let message = self.fragments.take();
        message
            .map(|fragments| fragments.finish(self.max_message))
            .transpose()
    }
}

/// The parser of headers has already refused a longer payload.
fn control_payload(payload: Cow<'_, [u8]>) -> Result<ControlPayload<'_>, Error> {
    ControlPayload::new(payload).ok_or_else(|| ErrorKind::ControlTooLong.into())
}

/// Says nothing about the contents, which may be secret.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("rules", &self.rules)
            .field("max_message", &self.max_message)
            .field("buffered", &self.buffered())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ws::{MAX_FRAGMENTS, encode_header, text_frame};

    const LIMIT: usize = 1 << 20;

    fn client() -> Decoder {
        Decoder::new(Role::Client, LIMIT)
    }

    fn decode(decoder: &mut Decoder, bytes: &[u8]) -> Result<Option<Message<'static>>, ErrorKind> {
        let mut bytes = bytes.to_vec();
        let message = decoder.decode(&mut bytes.as_mut_slice());
        message
            .map(|m| m.map(Message::into_owned))
            .map_err(Error::kind)
    }

    #[test]
    fn an_idle_decoder_is_small() {
        assert!(size_of::<Decoder>() <= 64, "{}", size_of::<Decoder>());
        assert_eq!(client().buffered(), 0);
    }

    #[test]
    fn a_whole_frame_is_borrowed_and_the_next_one_left() {
        let mut wire = *b"\x81\x02hi\x82\x01!";
        let mut input = wire.as_mut_slice();
        let mut decoder = client();
        assert!(matches!(
            decoder.decode(&mut input),
            Ok(Some(Message::Text(Cow::Borrowed("hi"))))
        ));
        assert_eq!(input, b"\x82\x01!");
        assert!(matches!(
            decoder.decode(&mut input),
            Ok(Some(Message::Binary(Cow::Borrowed(b"!"))))
        ));
        assert_eq!(decoder.buffered(), 0);
    }

    #[test]
    fn a_cut_off_frame_is_kept_in_a_buffer_of_its_size() {
        let wire = text_frame(&"x".repeat(1000), None);
        let mut decoder = client();
        assert_eq!(decode(&mut decoder, &wire[..4]), Ok(None));
        assert_eq!(decoder.buffered(), 0);
        assert_eq!(decode(&mut decoder, &wire[4..10]), Ok(None));
        assert_eq!(decoder.buffered(), 1000);
        let message = decode(&mut decoder, &wire[10..]).unwrap().unwrap();
        assert_eq!(decoder.buffered(), 0);
        match message {
            Message::Text(Cow::Owned(text)) => assert_eq!(text.capacity(), 1000),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_large_claim_allocates_little_until_bytes_arrive() {
        let mut decoder = client();
        let header = encode_header(Opcode::Binary, LIMIT, None);
        assert_eq!(decode(&mut decoder, header.as_slice()), Ok(None));
        assert_eq!(decoder.buffered(), 0);
        assert_eq!(decode(&mut decoder, &[0]), Ok(None));
        assert_eq!(decoder.buffered(), 64 * 1024);
        assert_eq!(decode(&mut decoder, &vec![0; LIMIT - 2]), Ok(None));
        assert!(decoder.buffered() <= LIMIT);
        assert!(matches!(
            decode(&mut decoder, &[0]),
            Ok(Some(Message::Binary(data))) if data.len() == LIMIT
        ));
        assert_eq!(decoder.buffered(), 0);
    }

    #[test]
    fn a_message_may_have_the_limit_but_not_more() {
        let whole = |len| encode_header(Opcode::Binary, len, None);
        assert_eq!(decode(&mut client(), whole(LIMIT).as_slice()), Ok(None));
        assert_eq!(
            decode(&mut client(), whole(LIMIT + 1).as_slice()),
            Err(ErrorKind::MessageTooBig)
        );
    }

    #[test]
    fn the_limit_counts_all_fragments() {
        let mut decoder = Decoder::new(Role::Client, 5);
        assert_eq!(decode(&mut decoder, b"\x01\x03abc"), Ok(None));
        assert_eq!(decode(&mut decoder, b"\x89\x06123456"), Ok(ping(b"123456")));
        assert_eq!(
            decode(&mut decoder, b"\x80\x03"),
            Err(ErrorKind::MessageTooBig)
        );
        assert_eq!(decoder.buffered(), 0);
    }

    fn ping(payload: &'static [u8]) -> Option<Message<'static>> {
        ControlPayload::new(payload).map(Message::Ping)
    }

    #[test]
    fn tiny_fragments_cost_no_more_than_the_limit() {
        let limit = 1000;
        let mut decoder = Decoder::new(Role::Client, limit);
        assert_eq!(decode(&mut decoder, b"\x02\x00"), Ok(None));
        for _ in 0..limit {
            assert_eq!(decode(&mut decoder, b"\x00\x01x\x00\x00"), Ok(None));
            assert!(decoder.buffered() <= limit + size_of::<Fragments>());
        }
        assert_eq!(
            decode(&mut decoder, b"\x00\x01x"),
            Err(ErrorKind::MessageTooBig)
        );
    }

    #[test]
    fn the_number_of_fragments_is_bounded() {
        let mut decoder = client();
        assert_eq!(decode(&mut decoder, b"\x02\x00"), Ok(None));
        for _ in 1..MAX_FRAGMENTS {
            assert_eq!(decode(&mut decoder, b"\x00\x00"), Ok(None));
        }
        assert_eq!(
            decode(&mut decoder, b"\x80\x00"),
            Err(ErrorKind::TooManyFragments)
        );
    }

    #[test]
    fn the_rest_is_ignored_after_a_close_frame_or_an_error() {
        for (end, outcome) in [
            (&b"\x88\x00"[..], Ok(Some(Message::Close(None)))),
            (b"\x83\x00", Err(ErrorKind::ReservedOpcode)),
        ] {
            let mut decoder = client();
            assert_eq!(decode(&mut decoder, b"\x01\x01a"), Ok(None));
            assert_eq!(decode(&mut decoder, end), outcome);
            assert_eq!(decoder.buffered(), 0);
            let mut wire = *b"\x81\x01a\xFF\xFF";
            let mut input = wire.as_mut_slice();
            assert_eq!(decoder.decode(&mut input), Ok(None));
            assert!(input.is_empty());
        }
    }

    #[test]
    fn debug_shows_no_contents() {
        let mut decoder = client();
        decode(&mut decoder, b"\x81\x08secret").unwrap();
        assert!(!format!("{decoder:?}").contains("115"));
        assert!(!format!("{decoder:?}").contains("secret"));
    }
}
