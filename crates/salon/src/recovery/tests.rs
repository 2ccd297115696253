//! The rules of the store, one by one, in virtual time.

use std::time::Duration;

use salon_proto::timer::Instant;
use salon_proto::{Limits, RecoveryId, SocketId, Timing};

use super::log::Audience;
use super::store::Miss;
use super::{Away, Offset, Recovery, Store, Trace};
use crate::hub::{Room, Target};

const ME: [u8; 15] = [1; 15];

fn store(recovery: &Recovery) -> Store<&'static str, ()> {
    Store::new(recovery.bounds(&Limits::default(), &Timing::default()))
}

fn usual() -> Store<&'static str, ()> {
    store(&Recovery::new())
}

fn pid() -> RecoveryId {
    RecoveryId::from_entropy(ME)
}

fn socket() -> SocketId {
    SocketId::from_entropy(ME)
}

fn seconds(seconds: u64) -> Instant {
    Instant::from_millis(seconds * 1_000)
}

impl Store<&'static str, ()> {
    fn join(&mut self) -> Trace {
        self.join_as(pid(), socket())
    }

    fn join_as(&mut self, id: RecoveryId, socket: SocketId) -> Trace {
        let start = self.connect(id, socket);
        Trace {
            start,
            last: None,
            end: start,
        }
    }

    fn emit(&mut self, now: u64, offset: u64, audience: impl Into<Audience>) {
        let audience = audience.into();
        self.record(seconds(now), Offset::new(offset), audience, "event", 10);
    }

    fn go(&mut self, now: u64, trace: Trace, rooms: &[&str]) -> Option<Away<()>> {
        let end = self.end();
        let own = [Room::from(socket())];
        let away = Away {
            socket: socket(),
            rooms: own
                .into_iter()
                .chain(rooms.iter().map(|room| (*room).into()))
                .collect(),
            kept: (),
            trace: Trace { end, ..trace },
        };
        self.leave(seconds(now), pid(), away)
    }

    fn missed(&mut self, offset: Option<&str>) -> Result<Vec<u64>, Miss> {
        let claim = self.claim(&pid(), offset)?;
        let missed = self.since(claim.from, claim.away.socket, &claim.away.rooms);
        Ok(missed
            .unwrap()
            .iter()
            .map(|one| one.offset.number())
            .collect())
    }
}

impl From<Target> for Audience {
    fn from(target: Target) -> Self {
        Self::Target(target)
    }
}

#[test]
fn a_client_gets_what_was_sent_to_it_and_its_rooms_while_it_was_away() {
    let mut store = usual();
    let trace = store.join();
    store.go(0, trace, &["red"]);
    let other = SocketId::from_entropy([2; 15]);
    store.emit(1, 1, Target::all());
    store.emit(1, 2, Target::all().to("red").to("blue"));
    store.emit(1, 3, Target::all().to("blue"));
    store.emit(1, 4, Audience::Socket(socket()));
    store.emit(1, 5, Audience::Socket(other));
    store.emit(1, 6, Target::all().except("red"));
    store.emit(1, 7, Target::all().to(socket()));
    assert_eq!(store.missed(None), Ok(vec![1, 2, 4, 7]));
}

#[test]
fn what_was_under_way_when_it_went_is_sent_again() {
    let mut store = usual();
    let mut trace = store.join();
    for offset in 1..=3 {
        store.emit(0, offset, Target::all());
        trace.last = Some(Offset::new(offset));
    }
    store.go(1, trace, &[]);
    assert_eq!(store.missed(Some("1")), Ok(vec![2, 3]));
}

#[test]
fn a_client_that_has_got_nothing_names_no_offset() {
    let mut store = usual();
    store.connect(
        RecoveryId::from_entropy([2; 15]),
        SocketId::from_entropy([2; 15]),
    );
    store.emit(0, 1, Target::all());
    let mut trace = store.join();
    store.emit(0, 2, Target::all());
    trace.last = Some(Offset::new(2));
    store.go(1, trace, &[]);
    store.emit(1, 3, Target::all());
    assert_eq!(store.missed(None), Ok(vec![2, 3]));
}

#[test]
fn an_idle_client_comes_back_long_after_its_last_event() {
    let mut store = usual();
    let mut trace = store.join();
    store.emit(0, 1, Audience::Socket(socket()));
    trace.last = Some(Offset::new(1));
    // Much is sent to others, and forgotten.
    for hour in 1..=24 {
        store.emit(hour * 3_600, hour + 1, Target::all().to("others"));
    }
    store.go(100_000, trace, &[]);
    store.emit(100_001, 90, Target::all());
    assert_eq!(store.missed(Some("1")), Ok(vec![90]));
}

#[test]
fn an_offset_of_a_session_before_means_nothing_if_nothing_was_sent_since() {
    let mut store = usual();
    let trace = store.join();
    store.go(1, trace, &[]);
    store.emit(1, 2, Target::all());
    assert_eq!(
        store.missed(Some("what JavaScript's client took for one")),
        Ok(vec![2])
    );
}

#[test]
fn what_is_no_offset_of_ours_tells_nothing() {
    let mut store = usual();
    let mut trace = store.join();
    store.emit(0, 1, Target::all());
    trace.last = Some(Offset::new(1));
    store.go(1, trace, &[]);
    for offset in ["", "hello", "99", "-1", "ffffffffffffffffffffff", "é"] {
        assert_eq!(store.missed(Some(offset)), Err(Miss::TooOld), "{offset}");
    }
    assert_eq!(store.missed(Some("1")), Ok(vec![]));
}

#[test]
fn a_session_is_claimed_once() {
    let mut store = usual();
    let trace = store.join();
    store.go(0, trace, &[]);
    assert_eq!(store.missed(None), Ok(vec![]));
    assert_eq!(store.missed(None), Err(Miss::Unknown));
    assert_eq!(store.connected(&pid()), Some(socket()));
    assert_eq!((store.stats().recovered, store.stats().missed), (1, 1));
}

#[test]
fn a_client_may_come_back_again_and_again() {
    let mut store = usual();
    let mut trace = store.join();
    for round in 1..=3 {
        store.go(round, trace, &[]);
        store.emit(round, round, Target::all());
        let claim = store.claim(&pid(), None).unwrap();
        trace = claim.away.trace;
        // Its answer is lost, so it still names no offset.
        trace.last = Some(Offset::new(round));
    }
    store.go(4, trace, &[]);
    assert_eq!(store.missed(Some("1")), Ok(vec![2, 3]));
}

#[test]
fn whoever_stays_away_too_long_is_forgotten_and_told_about() {
    let mut store = usual();
    let trace = store.join();
    store.go(10, trace, &[]);
    store.emit(10, 1, Target::all());
    assert_eq!(store.poll_timeout(), Some(seconds(130)));
    assert!(store.handle_timeout(seconds(129)).is_empty());
    let expired = store.handle_timeout(seconds(130));
    assert_eq!(expired.len(), 1);
    assert_eq!(expired[0].socket, socket());
    assert_eq!(store.missed(None), Err(Miss::Unknown));
    let stats = store.stats();
    assert_eq!((stats.expired, stats.away, stats.packets), (1, 0, 0));
}

#[test]
fn of_too_many_who_are_away_the_first_cannot_come_back() {
    let mut store = store(&Recovery::new().max_sessions(1));
    let trace = store.join();
    assert!(store.go(0, trace, &[]).is_none());
    let (id, other) = (
        RecoveryId::from_entropy([2; 15]),
        SocketId::from_entropy([2; 15]),
    );
    let trace = store.join_as(id, other.clone());
    let away = Away {
        socket: other,
        rooms: Vec::new(),
        kept: (),
        trace,
    };
    let evicted = store.leave(seconds(1), id, away).unwrap();
    assert_eq!(evicted.socket, socket());
    assert_eq!(store.missed(None), Err(Miss::Unknown));
    assert_eq!(store.stats().away, 1);
}

#[test]
fn events_are_kept_up_to_a_number_and_a_size() {
    for recovery in [
        Recovery::new().max_packets(3),
        Recovery::new().max_bytes(3 * 300),
    ] {
        let mut store = store(&recovery);
        let trace = store.join();
        store.go(0, trace, &[]);
        for offset in 1..=3 {
            store.emit(0, offset, Target::all().to("others"));
        }
        assert_eq!(store.stats().packets, 3);
        assert_eq!(store.check_only(), Ok(()));
        store.emit(0, 4, Target::all().to("others"));
        assert_eq!(store.stats().packets, 3);
        assert_eq!(store.check_only(), Err(Miss::TooOld));
    }
}

impl Store<&'static str, ()> {
    /// Whether the client could come back; it does not.
    fn check_only(&mut self) -> Result<(), Miss> {
        let claim = self.claim(&pid(), None)?;
        let none = self.leave(seconds(0), pid(), claim.away);
        assert!(none.is_none());
        Ok(())
    }
}

#[test]
fn an_event_is_kept_until_its_loss_would_have_been_noticed_and_the_client_come_back() {
    let mut store = usual();
    let mut trace = store.join();
    store.emit(0, 1, Target::all());
    store.emit(1, 2, Target::all());
    trace.last = Some(Offset::new(2));
    // The connection broke after the first event; 45 s pass until the ping is overdue.
    store.go(45, trace, &[]);
    store.emit(164, 3, Target::all());
    assert_eq!(store.missed(Some("1")), Ok(vec![2, 3]));
}

#[test]
fn whoever_has_missed_too_much_to_be_sent_at_once_connects_anew() {
    let mut limits = Limits::default();
    limits.max_outbox_packets = 2;
    let mut store = Store::new(Recovery::new().bounds(&limits, &Timing::default()));
    let trace = store.join();
    store.go(0, trace, &[]);
    for offset in 1..=3 {
        store.emit(0, offset, Target::all());
    }
    assert_eq!(store.missed(None), Err(Miss::TooMuch));
}

#[test]
fn nothing_is_kept_for_nobody() {
    let mut store = usual();
    store.emit(0, 1, Target::all());
    assert_eq!(store.stats().packets, 0);
    store.join();
    store.emit(0, 2, Target::all());
    assert_eq!(store.stats().packets, 1);
    store.forget(seconds(0), &pid());
    assert_eq!(store.stats().packets, 0);
}

#[test]
fn a_long_time_does_not_overflow() {
    let mut store = store(&Recovery::new().max_disconnection(Duration::MAX));
    let trace = store.join();
    store.emit(0, 1, Target::all());
    store.go(1, trace, &[]);
    assert_eq!(store.missed(None).map(|missed| missed.len()), Ok(0));
}
