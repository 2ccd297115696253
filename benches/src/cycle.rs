//! Bytes that come again and again.

/// Bytes that come again and again in the same order: frames of one length.
#[derive(Debug)]
pub struct Cycle {
    /// Two turns of it, so that any run of frames is one slice.
    twice: Vec<u8>,
    turn: usize,
    frame: usize,
}

impl Cycle {
    /// A cycle of these frames.
    ///
    /// # Panics
    /// When their lengths differ, or there are none.
    #[must_use]
    pub fn new(frames: &[Vec<u8>]) -> Self {
        let frame = frames[0].len();
        assert!(frames.iter().all(|one| one.len() == frame), "one length");
        let once = frames.concat();
        Self {
            turn: once.len(),
            twice: once.repeat(2),
            frame,
        }
    }

    /// The bytes of one frame.
    #[must_use]
    pub const fn frame_len(&self) -> usize {
        self.frame
    }

    /// `count` frames from the one at `position` on; at most one turn of the cycle.
    #[must_use]
    pub fn frames(&self, position: usize, count: usize) -> &[u8] {
        let start = position / self.frame * self.frame;
        &self.twice[start..start + count * self.frame]
    }

    /// Whether `received` is what comes at `position`: the new position and how many frames are
    /// complete with it. `None`: it is something else.
    #[must_use]
    pub fn advance(&self, mut position: usize, mut received: &[u8]) -> Option<(usize, usize)> {
        let complete = (position % self.frame + received.len()) / self.frame;
        while !received.is_empty() {
            let expected = &self.twice[position..position + self.turn];
            let count = received.len().min(expected.len());
            if received[..count] != expected[..count] {
                return None;
            }
            received = &received[count..];
            position = (position + count) % self.turn;
        }
        Some((position, complete))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycle() -> Cycle {
        Cycle::new(&[b"abc".to_vec(), b"def".to_vec()])
    }

    #[test]
    fn pieces_are_followed_and_frames_counted() {
        let cycle = cycle();
        assert_eq!(cycle.advance(0, b"ab"), Some((2, 0)));
        assert_eq!(cycle.advance(2, b"cdef"), Some((0, 2)));
        assert_eq!(cycle.advance(4, b"fabcdefab"), None);
        assert_eq!(cycle.advance(4, b"efabcdefab"), Some((2, 3)));
    }

    #[test]
    fn a_run_of_frames_goes_round() {
        let cycle = cycle();
        assert_eq!(cycle.frames(0, 2), b"abcdef");
        assert_eq!(cycle.frames(3, 2), b"defabc");
    }
}
