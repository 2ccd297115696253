//! Whom a message is for.

use super::Room;

/// Whom a message is for: the union of some rooms, minus the members of others.
///
/// A target without rooms is everyone. A socket that is named several times gets the message once.
/// "Everyone but the sender" is `Target::all().except(sender_id)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    rooms: SmallList,
    except: SmallList,
    /// For the adapter of a cluster. Until there is one nobody asks: one server is local to itself.
    local: bool,
}

impl Target {
    /// Everyone in the namespace.
    pub(crate) fn all() -> Self {
        Self::default()
    }

    /// Adds the members of a room; the first call narrows "everyone" to that room.
    #[must_use]
    pub(crate) fn to(mut self, room: impl Into<Room>) -> Self {
        self.rooms.add(room.into());
        self
    }

    /// Leaves out the members of a room, whichever way they were added.
    #[must_use]
    pub(crate) fn except(mut self, room: impl Into<Room>) -> Self {
        self.except.add(room.into());
        self
    }

    /// Keeps the message on this node. The hub, which is one node's, does not look at it.
    #[must_use]
    pub(crate) fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// The rooms added, in order; empty means everyone.
    pub(crate) fn rooms(&self) -> &[Room] {
        self.rooms.as_slice()
    }

    /// The rooms left out, in order.
    pub(crate) fn excepted(&self) -> &[Room] {
        self.except.as_slice()
    }
}

/// A list that allocates from the second room on: nearly every target has at most one. A room may
/// be in it twice, because finding that out would take longer than selecting it twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum SmallList {
    #[default]
    Empty,
    One(Room),
    Many(Vec<Room>),
}

impl SmallList {
    fn add(&mut self, room: Room) {
        *self = match std::mem::take(self) {
            Self::Empty => Self::One(room),
            Self::One(first) => Self::Many(vec![first, room]),
            Self::Many(mut rooms) => {
                rooms.push(room);
                Self::Many(rooms)
            }
        };
    }

    fn as_slice(&self) -> &[Room] {
        match self {
            Self::Empty => &[],
            Self::One(room) => std::slice::from_ref(room),
            Self::Many(rooms) => rooms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_lists_its_rooms_in_order() {
        let target = Target::all().to("b").to("a").to("c").except("d");
        assert_eq!(target.rooms(), ["b".into(), "a".into(), "c".into()]);
        assert_eq!(target.excepted(), ["d".into()]);
    }

    #[test]
    fn a_target_is_for_every_node_unless_it_says_local() {
        assert!(!Target::all().local);
        assert!(Target::all().local().local);
    }
}
