//! One room or several.

use super::{Room, SocketId};

/// One room or several, for methods that take either: the name of a room, or an array, a slice
/// or a vector of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rooms(Vec<Room>);

impl Rooms {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Room> {
        self.0.iter()
    }
}

macro_rules! one_room {
    ($($type:ty)*) => {$(
        impl From<$type> for Rooms {
            fn from(room: $type) -> Self {
                Self(vec![room.into()])
            }
        }
    )*};
}

one_room!(&str String &String SocketId Room &Room);

impl<R: Into<Room>, const N: usize> From<[R; N]> for Rooms {
    fn from(rooms: [R; N]) -> Self {
        Self(rooms.map(Into::into).into())
    }
}

impl<R: Into<Room>> From<Vec<R>> for Rooms {
    fn from(rooms: Vec<R>) -> Self {
        Self(rooms.into_iter().map(Into::into).collect())
    }
}

impl<'a, R> From<&'a [R]> for Rooms
where
    &'a R: Into<Room>,
{
    fn from(rooms: &'a [R]) -> Self {
        Self(rooms.iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_come_alone_or_together() {
        let names = |rooms: Rooms| rooms.iter().map(Room::to_string).collect::<Vec<_>>();
        assert_eq!(names("a".into()), ["a"]);
        assert_eq!(names(String::from("a").into()), ["a"]);
        assert_eq!(names(["a", "b"].into()), ["a", "b"]);
        let several = vec![String::from("a"), String::from("b")];
        assert_eq!(names(several.as_slice().into()), ["a", "b"]);
        assert_eq!(names(several.into()), ["a", "b"]);
        assert!(names(Vec::<String>::new().into()).is_empty());
    }
}
