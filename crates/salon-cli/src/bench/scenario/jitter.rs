//! Connections that are cut at random and come back, while events are published to all.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use salon_client::{CloseReason, DisconnectReason, Socket};

use super::super::answer::Numbered;
use super::super::load::Load;
use super::super::opening::{self, Template};
use super::publish::{Group, OF_OTHERS, Publisher};
use super::{Handler, check, finish};
use crate::client::{self, Again};
use crate::exit::Failure;

/// One that is cut and comes back.
struct Wanderer {
    load: Arc<Load>,
    everyone: Arc<Group>,
    /// The number of the next event that is due.
    next: AtomicU64,
    /// It came back without its state, and has heard of nothing since: what it has missed, it has
    /// missed while it was away.
    is_fresh: AtomicBool,
    has_been: AtomicBool,
    /// When it began to come back.
    left: AtomicU64,
}

pub(super) async fn drive(load: &Arc<Load>, everyone: &Arc<Group>) -> Result<(), Failure> {
    let away = load.options().away;
    let template = Template::new(load, Again::Attempts(None))?.with(|builder| {
        let builder = builder
            .reconnection_delay(away)
            .reconnection_delay_max(away);
        builder.randomization_factor(0.0)
    });
    let mut wanderers = Vec::new();
    let opened = opening::open(load, &template, |socket| {
        wanderers.push(Wanderer::enter(load, everyone, socket));
    })
    .await;
    check(load, &opened)?;
    load.run.all_open().await;
    let publisher = Publisher::new(load, "publish");
    let speaker = match load.thread {
        0 => Some(speak(load, &publisher, everyone).await?),
        _ => None,
    };
    load.run.all_ready().await;
    let (sockets, cuts) = (&opened.sockets, cuts_per_second(load, opened.sockets.len()));
    let mut chance = Chance::new(load.thread);
    let cut = |_, _| {
        if let Some(one) = chance.pick(sockets) {
            self::cut(load, one);
        }
    };
    tokio::join!(
        async {
            if !sockets.is_empty() {
                load.alone_at_rate(cuts, cut).await;
            }
        },
        async {
            if speaker.is_some() {
                let rate = load.options().per_second().unwrap_or(1.0);
                let publish = |_, intended| publisher.publish(everyone, intended);
                load.alone_at_rate(rate, publish).await;
            }
        }
    );
    load.settled(|| sockets.iter().all(Socket::is_connected) && everyone.is_settled())
        .await;
    load.run.all_settled().await;
    wanderers
        .iter()
        .for_each(|one| one.come_to(everyone.published()));
    let mut sockets = opened.sockets;
    sockets.extend(speaker);
    finish(load, sockets).await;
    Ok(())
}

/// The one that publishes, and is never cut.
async fn speak(
    load: &Arc<Load>,
    publisher: &Publisher,
    everyone: &Group,
) -> Result<Socket, Failure> {
    let template = Template::new(load, Again::Never)?;
    let failed = |error| client::failure(&load.options().server, &error);
    let socket = template.socket(0).map_err(failed)?;
    let socket = opening::connect(socket).await.map_err(failed)?;
    everyone.publish_by(&socket);
    publisher.probe(everyone, Handler::PUBLISH).await?;
    Ok(socket)
}

fn cuts_per_second(load: &Load, connections: usize) -> f64 {
    (connections.max(1) as f64) / load.options().cut_every.as_secs_f64()
}

fn cut(load: &Load, socket: &Socket) {
    if socket.is_connected() {
        load.tally().count("cuts", 1);
        socket.manager().drop_connection();
    }
}

impl Wanderer {
    fn enter(load: &Arc<Load>, everyone: &Arc<Group>, socket: &Socket) -> Arc<Self> {
        everyone.has_member();
        let wanderer = Arc::new(Self {
            load: Arc::clone(load),
            everyone: Arc::clone(everyone),
            next: AtomicU64::new(0),
            is_fresh: AtomicBool::new(false),
            has_been: AtomicBool::new(false),
            left: AtomicU64::new(0),
        });
        wanderer.listen(socket);
        wanderer
    }

    fn listen(self: &Arc<Self>, socket: &Socket) {
        let this = Arc::clone(self);
        let event = &self.load.options().listen;
        socket.on(event, move |Numbered(number): Numbered| {
            if let Some(number) = number {
                this.hear(number);
            }
            ready(())
        });
        let this = Arc::clone(self);
        socket.on_connect(move |socket: Socket| {
            this.is_there(socket.is_recovered());
            ready(())
        });
        let this = Arc::clone(self);
        socket.on_disconnect(move |reason: DisconnectReason| {
            this.is_away(&reason);
            ready(())
        });
        let this = Arc::clone(self);
        socket.manager().on_reconnect_attempt(move |attempt: u32| {
            if attempt == 1 {
                this.left.store(this.load.now(), Ordering::Relaxed);
            }
            ready(())
        });
    }

    fn hear(&self, number: u64) {
        if number >= self.everyone.published() {
            return self.load.tally().count(OF_OTHERS, 1);
        }
        let next = self.next.load(Ordering::Relaxed);
        if number < next {
            return self.load.tally().count("duplicates", 1);
        }
        self.come_to(number);
        self.next.store(number + 1, Ordering::Relaxed);
        self.everyone.arrives();
        let intended = self.everyone.intended(number);
        self.load.tally().confirmed(intended, 1);
    }

    /// What was due before this number, and has not come, will not come any more.
    fn come_to(&self, number: u64) {
        let next = self.next.swap(number, Ordering::Relaxed);
        let is_fresh = self.is_fresh.swap(false, Ordering::Relaxed);
        for missing in next..number {
            self.everyone.arrives();
            let intended = self.everyone.intended(missing);
            let mut tally = self.load.tally();
            match is_fresh {
                true => tally.missed(intended, "missed while away"),
                false => tally.failed(intended, "not delivered", 1),
            }
        }
    }

    fn is_away(&self, reason: &DisconnectReason) {
        if self.load.run.has_let_go() {
            return;
        }
        let mut tally = self.load.tally();
        match reason {
            // As it was cut.
            DisconnectReason::Session(CloseReason::TransportError) => {
                tally.count("disconnected", 1);
            }
            reason => tally.failure(&format!("disconnected: {reason}"), 1),
        }
    }

    fn is_there(&self, is_recovered: bool) {
        if !self.has_been.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut tally = self.load.tally();
        tally.took(self.left.load(Ordering::Relaxed), self.load.now());
        match is_recovered {
            true => tally.count("back with its state", 1),
            false => {
                self.is_fresh.store(true, Ordering::Relaxed);
                tally.count("back as a new one", 1);
            }
        }
    }
}

/// Chance enough to choose who is cut, by xorshift; the same in each run.
struct Chance(u64);

impl Chance {
    fn new(thread: usize) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ (thread as u64 + 1))
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let index = self.0.checked_rem(all.len() as u64)?;
        all.get(index as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_cut_about_equally_often() {
        let mut chance = Chance::new(0);
        let all: Vec<usize> = (0..10).collect();
        let mut cuts = [0; 10];
        for _ in 0..10_000 {
            cuts[*chance.pick(&all).unwrap()] += 1;
        }
        assert!(
            cuts.iter().all(|count| (800..1_200).contains(count)),
            "{cuts:?}"
        );
        assert_eq!(chance.pick::<usize>(&[]), None);
    }
}
