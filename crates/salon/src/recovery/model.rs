//! The store against a naive model: each client gets exactly what it has not got.

use std::time::Duration;

use salon_proto::timer::Instant;
use salon_proto::{RecoveryId, SocketId};

use super::log::Audience;
use super::store::{Bounds, Miss};
use super::{Away, Offset, Store, Trace};
use crate::hub::{Room, Target};

const SEQUENCES: u64 = 2_000;
const OPERATIONS: usize = 120;
const ROOMS: [&str; 3] = ["red", "blue", "green"];
const WINDOW: u64 = 1_000;
const KEEP: u64 = 1_500;

#[test]
fn whoever_comes_back_gets_what_it_missed_and_nothing_else() {
    for seed in 1..=SEQUENCES {
        // Every other world is too small for its events and its clients.
        let bounds = match seed % 2 {
            0 => bounds(usize::MAX, usize::MAX),
            _ => bounds(2, 12),
        };
        let mut world = World::new(seed, bounds);
        for _ in 0..OPERATIONS {
            world.operate();
        }
        world.empty();
    }
}

fn bounds(max_sessions: usize, max_packets: usize) -> Bounds {
    Bounds {
        max_disconnection: Duration::from_millis(WINDOW),
        keep: Duration::from_millis(KEEP),
        max_sessions,
        max_packets,
        max_bytes: usize::MAX,
        max_missed_packets: usize::MAX,
        max_missed_bytes: usize::MAX,
    }
}

struct World {
    seed: u64,
    store: Store<u64, u64>,
    random: u64,
    now: u64,
    clients: Vec<Client>,
    /// The positions of all events, by their offsets.
    positions: Vec<(u64, u64)>,
    next_offset: u64,
    next_client: u8,
}

struct Client {
    id: RecoveryId,
    socket: SocketId,
    rooms: Vec<Room>,
    trace: Trace,
    /// All events for it, and how many of them it has got: what was under way is lost when it
    /// goes away.
    due: Vec<u64>,
    got: usize,
    left: Option<u64>,
}

impl Client {
    fn gets(&self, audience: &Audience) -> bool {
        let is_in = |room: &Room| self.rooms.contains(room);
        match audience {
            Audience::Socket(socket) => *socket == self.socket,
            Audience::Target(target) => {
                (target.rooms().is_empty() || target.rooms().iter().any(is_in))
                    && !target.excepted().iter().any(is_in)
            }
        }
    }
}

impl World {
    fn new(seed: u64, bounds: Bounds) -> Self {
        Self {
            seed,
            store: Store::new(bounds),
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            now: 0,
            clients: Vec::new(),
            positions: Vec::new(),
            next_offset: 1,
            next_client: 0,
        }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 20) % limit
    }

    fn now(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    fn operate(&mut self) {
        match self.below(16) {
            0..2 => self.connect(),
            2..8 => self.emit(),
            8..11 => self.leave(),
            11..14 => self.come_back(),
            14 => self.quit(),
            _ => self.wait(),
        }
    }

    fn connect(&mut self) {
        self.next_client += 1;
        let id = RecoveryId::from_entropy([self.next_client; 15]);
        let socket = SocketId::from_entropy([self.next_client; 15]);
        let mut rooms = vec![Room::from(&socket)];
        for room in ROOMS {
            if self.below(2) == 0 {
                rooms.push(room.into());
            }
        }
        let start = self.store.connect(id, socket.clone());
        let trace = Trace {
            start,
            last: None,
            end: start,
        };
        self.clients.push(Client {
            id,
            socket,
            rooms,
            trace,
            due: Vec::new(),
            got: 0,
            left: None,
        });
    }

    fn audience(&mut self) -> Audience {
        let count = self.clients.len() as u64;
        let someone = (count > 0).then(|| self.below(count) as usize);
        let someone = someone.map(|index| self.clients[index].socket.clone());
        if let (Some(socket), 0) = (someone.clone(), self.below(3)) {
            return Audience::Socket(socket);
        }
        let mut target = Target::all();
        for room in ROOMS {
            target = match self.below(6) {
                0 | 1 => target.to(room),
                2 => target.except(room),
                _ => target,
            };
        }
        if let (Some(socket), 0) = (someone, self.below(3)) {
            target = target.except(socket);
        }
        Audience::Target(target)
    }

    fn emit(&mut self) {
        let audience = self.audience();
        let offset = self.next_offset;
        self.next_offset += 1;
        if self.clients.is_empty() {
            return;
        }
        self.positions.push((offset, self.store.end()));
        for client in &mut self.clients {
            if client.gets(&audience) {
                client.due.push(offset);
                if client.left.is_none() {
                    client.trace.last = Some(Offset::new(offset));
                }
            }
        }
        let now = self.now();
        self.store
            .record(now, Offset::new(offset), audience, offset, 10);
    }

    fn pick(&mut self, is_away: bool) -> Option<usize> {
        let fits: Vec<usize> = (0..self.clients.len())
            .filter(|index| self.clients[*index].left.is_some() == is_away)
            .collect();
        let count = fits.len() as u64;
        (count > 0).then(|| fits[self.below(count) as usize])
    }

    /// It has got all but some of the last events.
    fn leave(&mut self) {
        let Some(index) = self.pick(false) else {
            return;
        };
        let lost = self.below(4) as usize;
        let (now, end) = (self.now, self.store.end());
        let client = &mut self.clients[index];
        client.got = client.got.max(client.due.len().saturating_sub(lost));
        client.left = Some(now);
        client.trace.end = end;
        let away = Away {
            socket: client.socket.clone(),
            rooms: client.rooms.clone(),
            kept: u64::from(client.socket.as_str().as_bytes()[0]),
            trace: client.trace,
        };
        let evicted = self.store.leave(Instant::from_millis(now), client.id, away);
        if let Some(evicted) = evicted {
            self.clients.retain(|one| one.socket != evicted.socket);
        }
    }

    fn come_back(&mut self) {
        let Some(index) = self.pick(true) else {
            return;
        };
        let client = &self.clients[index];
        let offset = client.got.checked_sub(1).map(|last| client.due[last]);
        let text = offset.map(|offset| Offset::new(offset).to_string());
        match self.store.claim(&client.id, text.as_deref()) {
            Ok(claim) => {
                assert_eq!(claim.away.socket, client.socket, "seed {}", self.seed);
                let missed = self
                    .store
                    .since(claim.from, client.socket.clone(), &client.rooms);
                let missed: Vec<u64> = missed.unwrap().iter().map(|one| *one.packet).collect();
                assert_eq!(missed, client.due[client.got..], "seed {}", self.seed);
                let client = &mut self.clients[index];
                client.trace = claim.away.trace;
                client.left = None;
                if let Some(last) = missed.last() {
                    client.trace.last = Some(Offset::new(*last));
                }
            }
            Err(why) => {
                assert_eq!(why, Miss::TooOld, "seed {}", self.seed);
                self.check_too_old(index);
                let gone = self.clients.remove(index);
                self.store.forget(Instant::from_millis(self.now), &gone.id);
            }
        }
    }

    /// Something has been dropped that the client may not have got.
    fn check_too_old(&self, index: usize) {
        let kept_from = self.store.end() - self.store.stats().packets as u64;
        let client = &self.clients[index];
        let last_got = client.got.checked_sub(1).map(|last| client.due[last]);
        let position = |offset: u64| {
            let found = self.positions.iter().find(|(one, _)| *one == offset);
            found.map_or(0, |(_, position)| *position)
        };
        let needed = last_got.map_or(client.trace.start, position);
        assert!(needed < kept_from, "seed {}", self.seed);
    }

    fn quit(&mut self) {
        let is_away = self.below(2) == 0;
        if let Some(index) = self.pick(is_away) {
            let gone = self.clients.remove(index);
            self.store.forget(self.now(), &gone.id);
        }
    }

    fn wait(&mut self) {
        self.now += self.below(WINDOW);
        let now = self.now;
        let is_over = |one: &Client| one.left.is_some_and(|left| left + WINDOW <= now);
        let mut over: Vec<SocketId> = self
            .clients
            .iter()
            .filter(|one| is_over(one))
            .map(|one| one.socket.clone())
            .collect();
        self.clients.retain(|one| !is_over(one));
        let expired = self.store.handle_timeout(self.now());
        let mut expired: Vec<SocketId> = expired.iter().map(|away| away.socket.clone()).collect();
        expired.sort_unstable();
        over.sort_unstable();
        assert_eq!(expired, over, "seed {}", self.seed);
        let away = self.clients.iter().filter(|one| one.left.is_some()).count();
        assert_eq!(self.store.stats().away, away, "seed {}", self.seed);
    }

    /// Nothing is kept for nobody.
    fn empty(mut self) {
        for client in std::mem::take(&mut self.clients) {
            self.store.forget(self.now(), &client.id);
        }
        let stats = self.store.stats();
        assert_eq!(
            (stats.packets, stats.bytes, stats.away),
            (0, 0, 0),
            "seed {}",
            self.seed
        );
        assert_eq!(self.store.poll_timeout(), None);
    }
}
