//! Events that the server passes on to many: to all, or to rooms.

use std::future::ready;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use salon_client::Socket;
use tokio::time::Duration;

use super::super::answer::{self, Numbered, numbered};
use super::super::load::{Load, Phase};
use super::super::opening::{self, Template, ask_all, count_losses};
use super::{Handler, check, finish, until_idle};
use crate::client::Again;
use crate::exit::Failure;

/// Events of one publisher that are on their way at most; more are not sent.
const MOST_UNDER_WAY: usize = 1_024;

/// Events that came and were never published here.
pub(super) const OF_OTHERS: &str = "events of others";

/// For events that are not measured.
const NEVER: u64 = u64::MAX;

/// Those who get what one of them publishes.
pub(crate) struct Group {
    publisher: OnceLock<Socket>,
    members: AtomicU64,
    published: AtomicU64,
    arrived: AtomicU64,
    /// For when the last ones were meant.
    intended: Box<[AtomicU64]>,
    /// Where it is a room, its name.
    room: Option<Box<str>>,
}

impl Group {
    pub(crate) fn new(room: Option<Box<str>>, most: usize) -> Self {
        let most = most.clamp(1, MOST_UNDER_WAY);
        Self {
            publisher: OnceLock::new(),
            members: AtomicU64::new(0),
            published: AtomicU64::new(0),
            arrived: AtomicU64::new(0),
            intended: (0..most).map(|_| AtomicU64::new(NEVER)).collect(),
            room,
        }
    }

    pub(crate) fn everyone() -> Self {
        Self::new(None, MOST_UNDER_WAY)
    }

    /// Says who publishes.
    pub(super) fn publish_by(&self, socket: &Socket) {
        // Only the first one says so.
        drop(self.publisher.set(socket.clone()));
    }

    /// One more gets what is published.
    pub(super) fn has_member(&self) {
        self.members.fetch_add(1, Ordering::Relaxed);
    }

    /// What was published has come to one more; says to how many by now.
    pub(super) fn arrives(&self) -> u64 {
        self.arrived.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn at(&self, number: u64) -> &AtomicU64 {
        &self.intended[(number % self.intended.len() as u64) as usize]
    }

    /// For when the event of this number was meant.
    pub(super) fn intended(&self, number: u64) -> u64 {
        self.at(number).load(Ordering::Relaxed)
    }

    pub(super) fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    pub(super) fn is_settled(&self) -> bool {
        let members = self.members.load(Ordering::Relaxed);
        let due = self.published.load(Ordering::Relaxed) * members;
        self.arrived.load(Ordering::Relaxed) >= due
    }
}

/// A thread that publishes and hears.
#[derive(Clone)]
pub(super) struct Publisher {
    load: Arc<Load>,
    event: Arc<str>,
    payload: Arc<str>,
    /// Whether what has come to all makes the next one.
    again: bool,
}

impl Publisher {
    pub(super) fn new(load: &Arc<Load>, usual: &str) -> Self {
        let options = load.options();
        Self {
            load: Arc::clone(load),
            event: options.event.as_deref().unwrap_or(usual).into(),
            payload: answer::text(options.payload).into(),
            again: options.per_second().is_none(),
        }
    }

    /// Makes a connection one of the group.
    fn enter(&self, group: &Arc<Group>, socket: &Socket) {
        group.has_member();
        let member = Arc::new(Member {
            publisher: self.clone(),
            group: Arc::clone(group),
            heard: AtomicU64::new(0),
        });
        let listen = &self.load.options().listen;
        socket.on(listen, move |Numbered(number): Numbered| {
            member.hear(number);
            ready(())
        });
    }

    /// Publishes once.
    pub(super) fn publish(&self, group: &Group, intended: u64) {
        let load = &self.load;
        let members = group.members.load(Ordering::Relaxed);
        let (published, arrived) = (&group.published, &group.arrived);
        load.tally().sent(intended, load.now(), members);
        let under_way =
            published.load(Ordering::Relaxed) - arrived.load(Ordering::Relaxed) / members.max(1);
        let is_connected = group.publisher.get().filter(|one| one.is_connected());
        let refused = match is_connected {
            None => "not sent: not connected",
            Some(_) if under_way >= group.intended.len() as u64 => {
                "not sent: too many were under way"
            }
            Some(socket) => {
                let number = published.fetch_add(1, Ordering::Relaxed);
                group.at(number).store(intended, Ordering::Relaxed);
                // What becomes of it is seen by what comes.
                drop(match &group.room {
                    None => socket.emit(&self.event, numbered(number, &self.payload)),
                    Some(room) => socket.emit(&self.event, (room, 1)),
                });
                return;
            }
        };
        load.tally().failed(intended, refused, members);
    }

    fn hear(&self, group: &Group, number: u64) {
        let (load, now) = (&self.load, self.load.now());
        if number >= group.published() {
            return load.tally().count(OF_OTHERS, 1);
        }
        load.tally().delivered(group.intended(number), now);
        let arrived = group.arrives();
        let is_complete = arrived.is_multiple_of(group.members.load(Ordering::Relaxed).max(1));
        if self.again && is_complete && load.run.is_on(now) && load.run.phase() == Phase::Load {
            self.publish(group, now);
        }
    }

    /// Publishes something that is not measured, and waits until it has come back to its publisher's
    /// group.
    pub(super) async fn probe(&self, group: &Group, handler: Handler) -> Result<(), Failure> {
        let patience = self.load.options().timeout;
        let end = Instant::now() + patience;
        self.publish(group, NEVER);
        while !group.is_settled() && Instant::now() < end {
            if self.load.run.phase() == Phase::Over {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        match group.arrived.load(Ordering::Relaxed) {
            0 => Err(handler.missing(&self.event, "sent nothing after", patience)),
            _ => Ok(()),
        }
    }

    /// Publishes in all groups until the load is over.
    async fn run(&self, groups: &[Arc<Group>], is_alone: bool) {
        let load = &self.load;
        let is_settled = || groups.iter().all(|group| group.is_settled());
        let Some(rate) = load.options().per_second() else {
            for group in groups {
                for _ in 0..load.options().in_flight {
                    self.publish(group, load.now());
                }
            }
            return until_idle(load, || false, is_settled).await;
        };
        let fire = |number: u64, intended| {
            let group = &groups[number as usize % groups.len()];
            self.publish(group, intended);
        };
        match is_alone {
            true => load.alone_at_rate(rate, fire).await,
            false => load.at_rate(rate, fire).await,
        }
        load.settled(is_settled).await;
    }
}

/// A connection of a group.
struct Member {
    publisher: Publisher,
    group: Arc<Group>,
    heard: AtomicU64,
}

impl Member {
    /// Where the server passes on what it was given, the number is in it.
    fn hear(&self, number: Option<u64>) {
        let heard = self.heard.fetch_add(1, Ordering::Relaxed);
        self.publisher.hear(&self.group, number.unwrap_or(heard));
    }
}

/// One publishes to all connections of all threads.
pub(super) async fn drive_broadcast(
    load: &Arc<Load>,
    everyone: &Arc<Group>,
) -> Result<(), Failure> {
    let publisher = Publisher::new(load, "publish");
    let template = Template::new(load, Again::Never)?;
    let opened = opening::open(load, &template, |socket| count_losses(load, socket)).await;
    check(load, &opened)?;
    for socket in &opened.sockets {
        publisher.enter(everyone, socket);
    }
    let first = opened.sockets.first().filter(|_| load.thread == 0);
    if let Some(first) = first {
        everyone.publish_by(first);
    }
    load.run.all_open().await;
    if first.is_some() {
        publisher.probe(everyone, Handler::PUBLISH).await?;
    }
    load.run.all_ready().await;
    match first {
        Some(_) => publisher.run(std::slice::from_ref(everyone), true).await,
        None => load.settled(|| everyone.is_settled()).await,
    }
    load.run.all_settled().await;
    finish(load, opened.sockets).await;
    Ok(())
}

/// The first of each room publishes to it.
pub(super) async fn drive_rooms(load: &Arc<Load>) -> Result<(), Failure> {
    let options = load.options();
    let publisher = Publisher::new(load, "publish-to");
    let template = Template::new(load, Again::Never)?;
    let opened = opening::open(load, &template, |socket| count_losses(load, socket)).await;
    check(load, &opened)?;
    let name = |index: usize| format!("bench-{}-{}", load.thread, index / options.room_size);
    let answered = ask_all(load, &opened.sockets, "join-room", name).await;
    if answered == 0 && !opened.sockets.is_empty() {
        return Err(Handler::JOIN_ROOM.missing("join-room", "did not answer", options.timeout));
    }
    let mut groups = Vec::new();
    for (index, sockets) in opened.sockets.chunks(options.room_size).enumerate() {
        let room = name(index * options.room_size).into();
        // Many rooms need not hold much each.
        let group = Arc::new(Group::new(Some(room), 64.max(options.in_flight)));
        group.publish_by(&sockets[0]);
        for socket in sockets {
            publisher.enter(&group, socket);
        }
        groups.push(group);
    }
    if let Some(first) = groups.first() {
        publisher.probe(first, Handler::PUBLISH_TO).await?;
    }
    load.run.all_ready().await;
    if !groups.is_empty() {
        publisher.run(&groups, false).await;
    }
    load.run.all_settled().await;
    finish(load, opened.sockets).await;
    Ok(())
}
