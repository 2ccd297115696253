//! Clients that come and leave in every way, again and again: what is allocated must not grow.

use salon::{Server, Socket};
use salon_testkit::allocations::{Live, live};
use tokio::net::TcpListener;

use crate::habits::{Habit, hospitable};
use crate::support::{Host, Watchdog, pass, seconds, tasks};
use crate::ways::{Road, Way};

/// Clients in a row.
const CROWD: usize = 50;

/// What may be allocated more than before a crowd: something that has grown for a moment. A leak
/// of one small thing per client is far more.
const SLACK: Live = Live {
    count: 10,
    bytes: 10_000,
};

/// A server that holds on to its clients as applications do.
fn be_sociable(io: &Server) {
    io.on_connect(|socket: Socket| async move {
        socket.join("everyone");
        socket.join(format!("own {}", socket.id()));
    });
    io.on_disconnect(|socket: Socket| async move {
        assert!(!socket.is_connected());
    });
    io.on("greet me", |socket: Socket| async move {
        socket.emit("hello", ());
    });
    io.on("ask me", |socket: Socket, io: Server| async move {
        drop(socket.emit_with_ack::<u8>("not awaited", ()));
        let _ = tokio::join!(
            socket.emit_with_ack::<u8>("awaited", ()),
            io.to("everyone").emit_with_ack::<u8>("for all", ()),
        );
    });
}

/// Checks that nothing of a crowd is left, and says what is allocated then.
async fn after(io: &Server, own_tasks: usize) -> Live {
    // All deadlines are past.
    pass(seconds(120)).await;
    assert_eq!(io.session_count(), 0);
    assert!(io.of("/").is_empty());
    assert_eq!(io.of("/").recovery_stats().away, 0);
    assert_eq!(tasks().await, own_tasks, "how many tasks there are");
    live()
}

/// How much more there is.
fn growth(before: Live, after: Live) -> Option<Live> {
    let growth = Live {
        count: after.count - before.count,
        bytes: after.bytes - before.bytes,
    };
    (growth.count > SLACK.count || growth.bytes > SLACK.bytes).then_some(growth)
}

/// How much more three crowds leave than one.
async fn growth_by(host: Host, go: impl AsyncFn(&Road)) -> Option<Live> {
    be_sociable(&host);
    let io = host.io.clone();
    let road = Road::Pipe(host);
    let own_tasks = tasks().await + 2;
    // The first session starts them.
    Way::ClosePolitely.go(&road).await;
    let mut sizes = Vec::new();
    // The first crowd makes what is kept for the next ones.
    for _ in 0..3 {
        for _ in 0..CROWD {
            go(&road).await;
        }
        sizes.push(after(&io, own_tasks).await);
    }
    drop((io, road));
    assert_eq!(tasks().await, own_tasks - 2);
    growth(sizes[0], sizes[2])
}

#[tokio::test(start_paused = true)]
async fn crowds_that_leave_in_one_way_leave_no_memory() {
    for way in Way::ALL {
        let growth = growth_by(Host::new(), async |road| way.go(road).await).await;
        assert_eq!(growth, None, "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn crowds_of_one_habit_leave_no_memory() {
    for habit in Habit::ALL {
        let host = Host::with(hospitable);
        let growth = growth_by(host, async |road| habit.go(road).await).await;
        assert_eq!(growth, None, "{habit:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn crowds_that_may_come_back_and_do_not_leave_no_memory() {
    for way in Way::ALL {
        let host = Host::with(hospitable);
        let growth = growth_by(host, async |road| way.go(road).await).await;
        assert_eq!(growth, None, "{way:?}");
    }
}

#[tokio::test]
async fn crowds_on_tcp_that_leave_in_all_ways_leave_no_memory() {
    let _watchdog = Watchdog::start();
    let io = Server::new();
    be_sociable(&io);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let road = Road::Tcp(listener.local_addr().unwrap());
    let listening = tokio::spawn(salon::serve(listener, io.clone()).into_future());
    let mut sizes = Vec::new();
    for _ in 0..3 {
        for turn in 0..CROWD {
            Way::ALL[turn % Way::ALL.len()].go(&road).await;
        }
        // The crowd has gone; only deadlines are left to wait for.
        tokio::time::pause();
        sizes.push(after(&io, 3).await);
        tokio::time::resume();
    }
    assert_eq!(growth(sizes[0], sizes[2]), None);
    listening.abort();
}
