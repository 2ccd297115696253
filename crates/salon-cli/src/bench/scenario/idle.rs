//! Connections that do nothing: whether they stay, and whether the server keeps them warm.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::load::Load;
use super::super::opening::{self, Template, count_losses};
use crate::client::Again;
use crate::exit::Failure;

pub(super) async fn drive(load: &Arc<Load>) -> Result<(), Failure> {
    let template = Template::new(load, Again::Never)?;
    let prepare = |socket: &salon_client::Socket| {
        count_losses(load, socket);
        watch_pings(load, socket);
    };
    let opened = opening::open(load, &template, prepare).await;
    super::check(load, &opened)?;
    load.run.all_ready().await;
    load.end_of_window().await;
    let alive = opened
        .sockets
        .iter()
        .filter(|one| one.is_connected())
        .count();
    {
        let mut tally = load.tally();
        tally.expected += load.connections() as u64;
        tally.delivered += alive as u64;
    }
    super::finish(load, opened.sockets).await;
    Ok(())
}

/// Takes the time between the pings of a connection.
fn watch_pings(load: &Arc<Load>, socket: &salon_client::Socket) {
    let load = Arc::clone(load);
    let before = Arc::new(AtomicU64::new(0));
    let opened = std::time::Instant::now();
    socket.manager().on_ping(move || {
        let now = opened.elapsed().as_nanos() as u64;
        let before = before.swap(now, Ordering::Relaxed);
        let mut tally = load.tally();
        tally.count("pings", 1);
        if before > 0 {
            tally.interval(now - before);
        }
        ready(())
    });
}
