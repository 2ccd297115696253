//! Binary data that is sent on without a copy.
//!
//! Serde lends bytes as a slice, of which nobody can keep anything but a copy. Who has the value
//! itself, and knows that it is [`Bytes`], says so here before it is written.

use std::cell::Cell;
use std::ptr;

use bytes::Bytes;

thread_local! {
    static SHARED: Cell<Option<Bytes>> = const { Cell::new(None) };
}

/// Runs `write`; if it writes just these bytes, the attachment shares them.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use salon_proto::packet::json::{with_shared, write_args};
///
/// let photo = Bytes::from(vec![0xff, 0xd8]);
/// let (mut text, mut attachments) = (Vec::new(), Vec::new());
/// with_shared(&photo, || write_args(&mut text, &photo, &mut attachments))?;
/// assert_eq!(attachments[0].as_ptr(), photo.as_ptr());
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
pub fn with_shared<R>(bytes: &Bytes, write: impl FnOnce() -> R) -> R {
    SHARED.set(Some(bytes.clone()));
    let result = write();
    SHARED.take();
    result
}

/// The data as an attachment: shared if it is what [`with_shared`] was told of, or else a copy.
pub(super) fn attachment(data: &[u8]) -> Bytes {
    match SHARED.take() {
        // The slice lies in bytes that live and never change, so these are its bytes.
        Some(bytes) if ptr::eq(&raw const *bytes, data) => bytes,
        _ => Bytes::copy_from_slice(data),
    }
}

#[cfg(test)]
mod tests {
    use super::super::write_args;
    use super::*;

    fn written(args: &impl serde::Serialize) -> Bytes {
        let (mut text, mut attachments) = (Vec::new(), Vec::new());
        write_args(&mut text, args, &mut attachments).unwrap();
        attachments.swap_remove(0)
    }

    #[test]
    fn only_the_very_bytes_are_shared_and_only_meanwhile() {
        let bytes = Bytes::from(vec![1, 2, 3]);
        let (part, equal) = (bytes.slice(..2), Bytes::from(vec![1, 2, 3]));
        for other in [&part, &equal] {
            let attachment = with_shared(&bytes, || written(other));
            assert_eq!(attachment, other);
            assert_ne!(attachment.as_ptr(), other.as_ptr());
        }
        assert_eq!(
            with_shared(&bytes, || written(&(&bytes,))).as_ptr(),
            bytes.as_ptr()
        );
        assert_ne!(written(&bytes).as_ptr(), bytes.as_ptr());
    }
}
