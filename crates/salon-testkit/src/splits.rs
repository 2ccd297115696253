//! Where a stream may be cut.

/// Every way to cut `bytes` in two, the empty parts included. As a lossy net: the first
/// part arrives, then the connection is gone.
pub fn splits(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    (0..=bytes.len()).map(|at| bytes.split_at(at))
}

/// `bytes`, one at a time.
pub fn bytewise(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.chunks(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_is_there_once() {
        let cuts: Vec<_> = splits(b"ab").collect();
        let expected: [(&[u8], &[u8]); 3] = [(b"", b"ab"), (b"a", b"b"), (b"ab", b"")];
        assert_eq!(cuts, expected);
        assert_eq!(splits(b"").count(), 1);
        assert_eq!(bytewise(b"abc").count(), 3);
    }
}
