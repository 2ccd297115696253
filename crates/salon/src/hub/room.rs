//! The name of a room.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::SocketId;

/// The longest name that is held in place. A socket id fits, so that "everyone but me" needs no
/// allocation, and the whole type takes 24 bytes.
const SHORT: usize = 22;

/// The name of a room: cheap to clone, and no allocation up to 22 bytes.
#[derive(Clone)]
pub struct Room(Repr);

/// A name has one representation only: `Long` is never 22 bytes or shorter.
#[derive(Clone)]
enum Repr {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Arc<str>),
}

impl Room {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            // Copied from a whole `&str`, so the default is never used.
            Repr::Short { length, bytes } => bytes
                .get(..usize::from(*length))
                .and_then(|name| std::str::from_utf8(name).ok())
                .unwrap_or_default(),
            Repr::Long(name) => name,
        }
    }
}

impl From<&str> for Room {
    fn from(name: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..name.len()), u8::try_from(name.len())) {
            (Some(space), Ok(length)) => {
                space.copy_from_slice(name.as_bytes());
                Self(Repr::Short { length, bytes })
            }
            _ => Self(Repr::Long(name.into())),
        }
    }
}

impl From<String> for Room {
    fn from(name: String) -> Self {
        name.as_str().into()
    }
}

impl From<&String> for Room {
    fn from(name: &String) -> Self {
        name.as_str().into()
    }
}

impl From<SocketId> for Room {
    fn from(id: SocketId) -> Self {
        id.as_str().into()
    }
}

impl From<&SocketId> for Room {
    fn from(id: &SocketId) -> Self {
        id.as_str().into()
    }
}

impl From<&Self> for Room {
    fn from(room: &Self) -> Self {
        room.clone()
    }
}

impl AsRef<str> for Room {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Room {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Room {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Room {}

/// As `str` hashes, because tables are searched by `&str`.
impl Hash for Room {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_length_reads_back_unchanged() {
        for length in [0, 1, 20, 21, 22, 23, 24, 255, 256, 300] {
            let name = "x".repeat(length);
            assert_eq!(Room::from(&name).as_str(), name);
            assert_eq!(Room::from(&name), Room::from(name));
        }
    }

    #[test]
    fn a_name_need_not_be_ascii() {
        for name in ["čaj", "部屋", "ěščřžýáíéúů", "ěščřžýáíéúůa", "\0"] {
            assert_eq!(Room::from(name).as_str(), name);
        }
    }

    #[test]
    fn a_name_takes_three_words() {
        assert!(size_of::<Room>() <= 24);
        assert!(size_of::<Option<Room>>() <= 24);
    }
}
