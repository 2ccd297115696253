//! Who is in which room.

/// Rooms by their number, connections by theirs.
#[derive(Default)]
pub(crate) struct Rooms(Vec<Vec<usize>>);

impl Rooms {
    pub(crate) fn join(&mut self, room: usize, member: usize) {
        if self.0.len() <= room {
            self.0.resize(room + 1, Vec::new());
        }
        self.0[room].push(member);
    }

    pub(crate) fn members(&self, room: usize) -> &[usize] {
        self.0.get(room).map_or(&[], |members| members)
    }
}
