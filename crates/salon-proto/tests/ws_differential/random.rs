//! Numbers, bytes and text that are the same in every run.

/// Marsaglia's xorshift: the streams are the same in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 11) as usize % bound
    }

    pub(crate) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.byte()).collect()
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A length, often at one of the borders of the header's forms.
    pub(crate) fn len(&mut self, max: usize) -> usize {
        let borders = [0, 1, 2, 7, 8, 9, 124, 125, 126, 127, 65_535, 65_536];
        let len = match self.below(3) {
            0 => *self.pick(&borders),
            1 => self.below(20),
            _ => self.below(max + 1),
        };
        len.min(max)
    }

    pub(crate) fn text(&mut self, max: usize) -> String {
        let alphabet = [
            'a',
            'Z',
            '\0',
            'é',
            'µ',
            'κ',
            '한',
            '\u{FFFD}',
            '\u{10FFFF}',
            '😀',
        ];
        let len = self.len(max);
        let mut text = String::new();
        while text.len() + 4 <= len {
            text.push(*self.pick(&alphabet));
        }
        text
    }
}
