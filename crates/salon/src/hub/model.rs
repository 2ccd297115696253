//! The hub against a naive model: the same random operations on both, and the same answers.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const SEQUENCES: u64 = 3_000;
const OPERATIONS: usize = 80;
const SOCKETS: u64 = 7;
/// Some plain rooms, one of them of the length of an id.
const PLAIN: [&str; 4] = [
    "",
    "red",
    "as long as an id is.",
    "a name too long to hold in place",
];

#[test]
fn the_hub_answers_as_a_naive_model_does() {
    for seed in 1..=SEQUENCES {
        let _seed = PrintOnPanic(seed);
        let mut pair = Pair::new(seed);
        for _ in 0..OPERATIONS {
            pair.operate();
        }
        pair.compare();
        pair.empty();
    }
}

/// Says which seed failed.
struct PrintOnPanic(u64);

impl Drop for PrintOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed with seed {}", self.0);
        }
    }
}

struct Pair {
    hub: Hub<SocketId>,
    present: BTreeMap<SocketId, Key>,
    rooms: BTreeMap<String, BTreeSet<SocketId>>,
    /// All keys ever given, those of removed sockets among them.
    keys: Vec<(Key, SocketId)>,
    random: Random,
}

impl Pair {
    fn new(seed: u64) -> Self {
        Self {
            hub: Hub::default(),
            present: BTreeMap::new(),
            rooms: BTreeMap::new(),
            keys: Vec::new(),
            random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        }
    }

    fn operate(&mut self) {
        match self.random.below(20) {
            0..4 => self.insert(),
            4..6 => self.remove(),
            6..12 => self.join(),
            12..16 => self.leave(),
            16 => self.leave_each(),
            17 => self.compare(),
            _ => self.select(),
        }
    }

    fn insert(&mut self) {
        let id = self.random.id();
        let result = self.hub.insert(id.clone(), id.clone());
        if self.present.contains_key(&id) {
            assert_eq!(result, Err(id));
            return;
        }
        let key = result.expect("the id is free");
        assert!(self.keys.iter().all(|(old, _)| *old != key));
        self.keys.push((key, id.clone()));
        self.present.insert(id.clone(), key);
        self.enter(id.as_str(), id.clone());
    }

    fn remove(&mut self) {
        let Some((key, id, present)) = self.any_key() else {
            return;
        };
        assert_eq!(self.hub.remove(key), present.then_some(id.clone()));
        if present {
            self.present.remove(&id);
            for room in self.rooms_of(&id) {
                self.exit(&room, &id);
            }
        }
    }

    fn join(&mut self) {
        let room = self.random.room();
        let Some((key, id, present)) = self.any_key() else {
            return;
        };
        let expected = match self.rooms.get(&room) {
            _ if !present => Join::Refused,
            None => Join::Created,
            Some(members) if members.contains(&id) => Join::Already,
            Some(_) => Join::Joined,
        };
        assert_eq!(self.hub.join(key, &room), expected);
        if present {
            self.enter(&room, id);
        }
    }

    fn leave(&mut self) {
        let room = self.random.room();
        let Some((key, id, present)) = self.any_key() else {
            return;
        };
        let expected = match present {
            true => self.exit(&room, &id),
            false => Leave::NotMember,
        };
        assert_eq!(self.hub.leave(key, &room), expected);
    }

    /// Leaves every room; the socket itself stays.
    fn leave_each(&mut self) {
        let Some((key, id, _)) = self.any_key() else {
            return;
        };
        let rooms: Vec<_> = self.hub.rooms_of(key).map(Room::from).collect();
        for room in rooms {
            let expected = self.exit(room.as_str(), &id);
            assert_eq!(self.hub.leave(key, room.as_str()), expected);
        }
        assert_eq!(self.hub.rooms_len(key), 0);
    }

    fn select(&mut self) {
        let mut target = Target::all();
        for _ in 0..self.random.below(4) {
            target = target.to(self.random.room());
        }
        for _ in 0..self.random.below(3) {
            target = target.except(self.random.room());
        }
        if self.random.below(50) == 0 {
            // Only forwards: a number that has been used must not come again before the wipe.
            let epoch = &mut self.hub.stamps.epoch;
            *epoch = (*epoch).max(u32::MAX - 1);
        }
        let mut selected: Vec<_> = self.hub.select(&target).cloned().collect();
        selected.sort_unstable();
        assert_eq!(selected, self.expected(&target), "{target:?}");
    }

    fn expected(&self, target: &Target) -> Vec<SocketId> {
        let within = |rooms: &[Room], id: &SocketId| {
            rooms
                .iter()
                .filter_map(|room| self.rooms.get(room.as_str()))
                .any(|members| members.contains(id))
        };
        let everyone = target.rooms().is_empty();
        let mut expected: Vec<_> = self.present.keys().cloned().collect();
        expected.retain(|id| everyone || within(target.rooms(), id));
        expected.retain(|id| !within(target.excepted(), id));
        expected
    }

    /// Compares all that can be asked.
    fn compare(&self) {
        let mut rooms: Vec<_> = self.hub.rooms().collect();
        rooms.sort_unstable();
        let expected = self.rooms.iter();
        let expected = expected.map(|(room, members)| (room.as_str(), members.len()));
        assert!(rooms.iter().copied().eq(expected), "{rooms:?}");
        for (room, members) in &self.rooms {
            assert_eq!(self.hub.room_len(room), members.len());
        }
        assert_eq!(self.hub.len(), self.present.len());
        let everyone: BTreeMap<_, _> = self.hub.iter().map(|(key, id)| (id.clone(), key)).collect();
        assert_eq!(everyone, self.present);
        for (key, id) in &self.keys {
            self.compare_socket(*key, id);
        }
        self.check_links();
    }

    fn compare_socket(&self, key: Key, id: &SocketId) {
        let present = self.present.get(id) == Some(&key);
        let mut rooms: Vec<_> = self.hub.rooms_of(key).collect();
        assert_eq!(self.hub.rooms_len(key), rooms.len());
        rooms.sort_unstable();
        let expected = if present { self.rooms_of(id) } else { vec![] };
        assert_eq!(rooms, expected);
        assert!(rooms.iter().all(|room| self.hub.is_in(key, room)));
        let expected = self.present.get(id).map(|key| (*key, id));
        assert_eq!(self.hub.find(id), expected);
    }

    /// Both sides of each membership point at each other.
    fn check_links(&self) {
        let mut links = 0;
        for (socket, entry) in self.hub.sockets.iter() {
            for (slot, place) in entry.memberships.iter().enumerate() {
                let member = self.hub.rooms.members(place.room)[place.position as usize];
                assert_eq!((member.socket, member.slot), (socket as u32, slot as u32));
            }
            links += entry.memberships.len();
        }
        let members = self.hub.rooms.iter().map(|(_, members)| members.len());
        assert_eq!(members.sum::<usize>(), links);
    }

    /// Removes all, after which nothing may be left.
    fn empty(&mut self) {
        for (key, _) in &self.keys {
            self.hub.remove(*key);
        }
        assert!(self.hub.is_empty());
        assert_eq!(self.hub.rooms().count(), 0);
        assert_eq!(self.hub.sockets.capacity(), 0);
    }

    /// Some key, with its id and whether its socket is still there.
    fn any_key(&mut self) -> Option<(Key, SocketId, bool)> {
        let recent = self.keys.len().saturating_sub(2 * SOCKETS as usize);
        let among = self.keys.get(recent..).filter(|keys| !keys.is_empty())?;
        let (key, id) = among[self.random.below(among.len() as u64) as usize].clone();
        let present = self.present.get(&id) == Some(&key);
        Some((key, id, present))
    }

    fn rooms_of(&self, id: &SocketId) -> Vec<String> {
        let rooms = self.rooms.iter();
        let rooms = rooms.filter(|(_, members)| members.contains(id));
        rooms.map(|(room, _)| room.clone()).collect()
    }

    fn enter(&mut self, room: &str, id: SocketId) {
        self.rooms.entry(room.to_owned()).or_default().insert(id);
    }

    fn exit(&mut self, room: &str, id: &SocketId) -> Leave {
        let Some(members) = self.rooms.get_mut(room) else {
            return Leave::NotMember;
        };
        let left = members.remove(id);
        if members.is_empty() {
            self.rooms.remove(room);
            return Leave::Deleted;
        }
        if left { Leave::Left } else { Leave::NotMember }
    }
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) % limit
    }

    fn id(&mut self) -> SocketId {
        let number = self.below(SOCKETS);
        SocketId::parse(&format!("{number:0>20}")).expect("20 ASCII characters")
    }

    /// A plain room, or as often the own room of some socket.
    fn room(&mut self) -> String {
        match self.below(2) {
            0 => PLAIN[self.below(PLAIN.len() as u64) as usize].to_owned(),
            _ => self.id().to_string(),
        }
    }
}
