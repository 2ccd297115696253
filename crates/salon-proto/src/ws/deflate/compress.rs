//! Compression of what we send.

use std::cell::RefCell;

use miniz_oxide::deflate::core::CompressorOxide;
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::{DataFormat, MZFlush};

use super::{Deflate, MAX_WINDOW_BITS, TAIL};
use crate::limits::MAX_COMPRESSED;

thread_local! {
    /// The compressor of all connections that this thread serves. It is made with the first
    /// message and stays: some 300 KiB, whatever its window.
    static COMPRESSOR: RefCell<Option<Compressor>> = const { RefCell::new(None) };
}

/// Compresses what is sent to one client, as agreed with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deflater {
    deflate: Deflate,
    /// The client's window; ours is `deflate.window_bits`, which is the same or larger.
    window_bits: u8,
}

impl Deflater {
    pub(super) const fn new(deflate: Deflate, window_bits: u8) -> Self {
        Self {
            deflate,
            window_bits,
        }
    }

    /// Whether the client can decompress messages of up to `length` bytes that were compressed
    /// for everybody.
    ///
    /// A smaller window than ours is no obstacle if the message fits into it, since nothing in it
    /// can then refer to what is farther away.
    pub(crate) fn reaches(&self, length: usize) -> bool {
        self.window_bits == self.deflate.window_bits || length <= 1 << self.window_bits
    }

    /// The payload of a frame that has the bit RSV1, behind `room` unused bytes. `None`: the data
    /// is better sent as it is, since it is too short, too long, or would not become smaller.
    pub(crate) fn compress(&self, data: &[u8], room: usize) -> Option<Vec<u8>> {
        let deflate = self.deflate;
        if !deflate.takes(data.len()) {
            return None;
        }
        COMPRESSOR.with_borrow_mut(|slot| {
            let fitting = slot.take().filter(|one| one.level == deflate.level);
            let compressor = slot.insert(fitting.unwrap_or_else(|| Compressor::new(deflate.level)));
            compressor.compress(data, deflate.window_bits, room)
        })
    }
}

impl Deflate {
    /// Whether a message of this length is compressed.
    pub(crate) fn takes(&self, length: usize) -> bool {
        (self.threshold..=MAX_COMPRESSED).contains(&length)
    }

    /// For what all get who have not asked for a smaller window.
    pub(crate) const fn deflater_for_all(self) -> Deflater {
        Deflater::new(self, self.window_bits)
    }
}

struct Compressor {
    level: u8,
    state: Box<CompressorOxide>,
}

impl Compressor {
    fn new(level: u8) -> Self {
        let mut state = Box::<CompressorOxide>::default();
        state.set_format_and_level(DataFormat::Raw, level);
        Self { level, state }
    }

    /// RFC 7692 section 7.2.1.
    fn compress(&mut self, data: &[u8], window_bits: u8, room: usize) -> Option<Vec<u8>> {
        self.state.reset();
        let mut buffer = vec![0; room + data.len()];
        let mut length = room;
        for (piece, flush) in pieces(data, window_bits) {
            let out = buffer.get_mut(length..)?;
            let available = out.len();
            let result = deflate(&mut self.state, piece, out, flush);
            let has_room = result.status.is_ok() && result.bytes_written < available;
            if !has_room {
                // It would not become smaller.
                return None;
            }
            length += result.bytes_written;
        }
        buffer.truncate(length);
        if !buffer.ends_with(&TAIL) {
            return None;
        }
        buffer.truncate(length.saturating_sub(TAIL.len()));
        // It may wait in many queues.
        buffer.shrink_to_fit();
        Some(buffer)
    }
}

/// The compressor always looks back as far as DEFLATE can. For a smaller window it gets pieces of
/// that size, and forgets each before the next.
fn pieces(data: &[u8], window_bits: u8) -> impl Iterator<Item = (&[u8], MZFlush)> {
    let size = match window_bits {
        MAX_WINDOW_BITS => data.len(),
        bits => 1 << bits,
    };
    let count = data.len().div_ceil(size.max(1));
    let flush = move |index| match index + 1 == count {
        true => MZFlush::Sync,
        false => MZFlush::Full,
    };
    let pieces = data.chunks(size.max(1)).enumerate();
    pieces.map(move |(index, piece)| (piece, flush(index)))
}

#[cfg(test)]
mod tests {
    use miniz_oxide::inflate::TINFLStatus;
    use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

    use super::*;
    use crate::ws::deflate::inflate;

    fn deflater(deflate: Deflate) -> Deflater {
        Deflater::new(deflate, deflate.window_bits)
    }

    fn text(length: usize) -> Vec<u8> {
        let words = (0..).flat_map(|n: u32| format!("word {n} ").into_bytes());
        words.take(length).collect()
    }

    #[test]
    fn every_level_and_every_window_can_be_read() {
        for level in 1..=9 {
            for bits in 8..=15 {
                let deflate = Deflate::new().level(level).server_max_window_bits(bits);
                for data in [text(2_000), text(40_000), vec![b'x'; 70_000]] {
                    let compressed = deflater(deflate).compress(&data, 0).unwrap();
                    assert!(compressed.len() < data.len());
                    assert_eq!(inflate(&compressed, data.len()).unwrap(), data);
                }
            }
        }
    }

    /// What a client reads that has no more memory than this window.
    fn read_with_window(mut compressed: &[u8], bits: u8) -> Result<Vec<u8>, TINFLStatus> {
        let mut state = DecompressorOxide::new();
        let mut window = vec![0; 1 << bits];
        let (mut position, mut message) = (0, Vec::new());
        loop {
            let flags = inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
            let (status, read, written) =
                decompress(&mut state, compressed, &mut window, position, flags);
            message.extend_from_slice(&window[position..position + written]);
            position = (position + written) % window.len();
            compressed = &compressed[read..];
            match status {
                TINFLStatus::NeedsMoreInput => return Ok(message),
                TINFLStatus::HasMoreOutput => {}
                error => return Err(error),
            }
        }
    }

    #[test]
    fn no_reference_is_longer_than_the_window() {
        let data = text(70_000);
        for bits in 8..=15 {
            let deflate = Deflate::new().level(9).server_max_window_bits(bits);
            let compressed = deflater(deflate).compress(&data, 0).unwrap();
            assert_eq!(
                read_with_window(&compressed, bits),
                Ok(data.clone()),
                "{bits}"
            );
        }
        let widest = deflater(Deflate::new()).compress(&data, 0).unwrap();
        assert!(read_with_window(&widest, 8).is_err(), "the test can fail");
    }

    #[test]
    fn messages_know_nothing_of_one_another() {
        let deflater = deflater(Deflate::new());
        let first = deflater.compress(&text(2_000), 0);
        deflater.compress(&vec![b'x'; 50_000], 0).unwrap();
        assert_eq!(deflater.compress(&text(2_000), 0), first);
    }

    #[test]
    fn the_threshold_and_the_bound_count() {
        let deflater = deflater(Deflate::new().threshold(100));
        assert_eq!(deflater.compress(&[b'x'; 99], 0), None);
        assert!(deflater.compress(&[b'x'; 100], 0).is_some());
        assert!(deflater.compress(&vec![b'x'; MAX_COMPRESSED], 0).is_some());
        let too_long = vec![b'x'; MAX_COMPRESSED + 1];
        assert_eq!(deflater.compress(&too_long, 0), None);
    }

    #[test]
    fn what_does_not_become_smaller_is_left_alone() {
        let mut random = 1_u64;
        let mut noise = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random.to_le_bytes()[3]
        };
        let noise: Vec<u8> = (0..5_000).map(|_| noise()).collect();
        assert_eq!(deflater(Deflate::new()).compress(&noise, 0), None);
        let eager = deflater(Deflate::new().threshold(0));
        assert_eq!(eager.compress(b"", 0), None);
        assert_eq!(eager.compress(b"2", 0), None);
    }

    #[test]
    fn room_is_left_for_a_header() {
        let deflater = deflater(Deflate::new());
        let plain = deflater.compress(&text(2_000), 0).unwrap();
        let roomy = deflater.compress(&text(2_000), 10).unwrap();
        assert_eq!(roomy[..10], [0; 10]);
        assert_eq!(roomy[10..], plain);
    }

    #[test]
    fn a_small_window_of_the_client_limits_what_it_gets_compressed() {
        let deflater = Deflater::new(Deflate::new(), 10);
        assert!(deflater.reaches(1_024));
        assert!(!deflater.reaches(1_025));
        let same = Deflater::new(Deflate::new().server_max_window_bits(10), 10);
        assert!(same.reaches(1_000_000));
    }
}
