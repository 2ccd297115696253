//! All connections are lost at once, as by a restart of the server, and come back.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use salon_client::{ConnectError, Socket};

use super::super::load::{Load, Phase, kind_of_connect};
use super::super::opening::{self, Template};
use super::{check, finish};
use crate::client::Again;
use crate::exit::Failure;

pub(super) async fn drive(load: &Arc<Load>) -> Result<(), Failure> {
    // As often and as soon as clients do that have no options of their own.
    let template = Template::new(load, Again::Attempts(None))?;
    let opened = opening::open(load, &template, |socket| watch(load, socket)).await;
    check(load, &opened)?;
    load.run.all_ready().await;
    let back = async {
        while !is_over(load) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        () = load.end_of_window() => {}
        () = load.run.reached(Phase::Over) => {}
        () = back => {}
    }
    load.run.all_settled().await;
    finish(load, opened.sockets).await;
    Ok(())
}

/// Whether all of this thread have been away and are back.
fn is_over(load: &Load) -> bool {
    let tally = load.tally();
    tally.expected >= load.connections() as u64 && tally.delivered >= tally.expected
}

fn watch(load: &Arc<Load>, socket: &Socket) {
    let is_away = Arc::new(AtomicBool::new(false));
    let (here, away) = (Arc::clone(load), Arc::clone(&is_away));
    socket.on_disconnect(move || {
        if !here.run.has_let_go() && !away.swap(true, Ordering::AcqRel) {
            here.run.lost();
            here.tally().expected += 1;
        }
        ready(())
    });
    let here = Arc::clone(load);
    socket.on_connect(move || {
        if is_away.swap(false, Ordering::AcqRel) {
            let lost = here.run.first_lost();
            let mut tally = here.tally();
            tally.delivered += 1;
            tally.interval(here.now().saturating_sub(lost));
        }
        ready(())
    });
    let here = Arc::clone(load);
    socket
        .manager()
        .on_reconnect_error(move |error: ConnectError| {
            let kind = format!("attempts failed: {}", kind_of_connect(&error));
            here.tally().count(&kind, 1);
            ready(())
        });
}
