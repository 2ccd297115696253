//! The client of ours in `cargo bench-client`: salon-client by its public API.
//!
//! `salon-bench-client ADDRESS ROOM [THREADS]` does what `client/client.mjs` does with Node's client.

use std::error::Error;
use std::fmt::Display;
use std::future::ready;
use std::io::{self, Write, stdin, stdout};
use std::process::{ExitCode, exit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use salon_benches::clients::order::{DONE, Order, PATIENCE, READY};
use salon_benches::process::runtime;
use salon_benches::wire::PAYLOAD;
use salon_client::{AckError, Connect, Socket, Transport};
use tokio::runtime::RuntimeFlavor;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How many connections are opened at once: what many handshakes take for a moment is not what an
/// idle connection takes.
const AT_ONCE: usize = 16;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "salon-bench-client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let mut word = || words.next().unwrap_or_default();
    let mut client = Client::new(&word(), word());
    let threads = word().parse().unwrap_or(1);
    let runtime = runtime(threads)?;
    let kind = match runtime.handle().runtime_flavor() {
        RuntimeFlavor::CurrentThread => "a current-thread runtime".to_owned(),
        _ => format!("a multi-thread runtime with {threads} threads"),
    };
    let version = env!("CARGO_PKG_VERSION");
    writeln!(stdout(), "{READY}salon-client {version} on {kind}")?;
    for line in stdin().lines() {
        let order = Order::read(&line?)?;
        let done = runtime.block_on(async { timeout(PATIENCE, client.follow(order)).await })?;
        writeln!(stdout(), "{DONE}{}", done?)?;
    }
    Ok(())
}

/// The connections of this program.
struct Client {
    /// What each of them begins as.
    connect: Connect,
    room: String,
    sockets: Vec<Socket>,
    arrivals: Arc<Arrivals>,
}

/// The broadcasts that have yet to come.
#[derive(Default)]
struct Arrivals {
    missing: AtomicUsize,
    complete: Notify,
}

impl Arrivals {
    fn take(&self, text: &str) {
        expect(text);
        if self.missing.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.complete.notify_one();
        }
    }
}

/// The echoes of one order.
struct Echoes {
    until: Instant,
    in_flight: AtomicUsize,
    answered: AtomicU64,
    complete: Notify,
}

impl Echoes {
    fn new(in_flight: usize, time: Duration) -> Self {
        Self {
            until: Instant::now() + time,
            in_flight: AtomicUsize::new(in_flight),
            answered: AtomicU64::new(0),
            complete: Notify::new(),
        }
    }

    /// Whether another one shall be asked for.
    fn take(&self, answer: Result<String, AckError>) -> bool {
        match answer {
            Ok(text) => expect(&text),
            Err(error) => fail(&error),
        }
        self.answered.fetch_add(1, Ordering::Relaxed);
        let goes_on = Instant::now() < self.until;
        if !goes_on && self.in_flight.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.complete.notify_one();
        }
        goes_on
    }
}

impl Client {
    fn new(address: &str, room: String) -> Self {
        let arrivals = Arc::new(Arrivals::default());
        let here = Arc::clone(&arrivals);
        let connect = salon_client::connect(&format!("http://{address}"))
            .manager(|manager| {
                let manager = manager.transports([Transport::WebSocket]);
                manager.reconnection(false)
            })
            .on("news", move |text: String| {
                here.take(&text);
                ready(())
            });
        Self {
            connect,
            room,
            sockets: Vec::new(),
            arrivals,
        }
    }

    async fn follow(&mut self, order: Order) -> io::Result<u64> {
        match order {
            Order::Open(count) => self.open(count).await,
            Order::Close => self.close().await,
            Order::Echo { window, time } => Ok(self.echo(window, time).await),
            Order::Receive { burst, time } => self.receive(burst, time).await,
            // Nothing is kept that could go.
            Order::Rest => Ok(0),
        }
    }

    async fn open(&mut self, count: usize) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let mut tasks = JoinSet::new();
            for _ in 0..left.min(AT_ONCE) {
                tasks.spawn(enter(self.connect.clone(), self.room.clone()));
            }
            left -= tasks.len();
            for socket in tasks.join_all().await {
                self.sockets.push(socket.map_err(io::Error::other)?);
            }
        }
        Ok(count as u64)
    }

    async fn close(&mut self) -> io::Result<u64> {
        let count = self.sockets.len() as u64;
        for socket in self.sockets.drain(..) {
            socket.manager().close().await;
        }
        Ok(count)
    }

    async fn echo(&self, window: usize, time: Duration) -> u64 {
        let echoes = Arc::new(Echoes::new(self.sockets.len() * window, time));
        for socket in &self.sockets {
            for _ in 0..window {
                ask(socket.clone(), Arc::clone(&echoes));
            }
        }
        echoes.complete.notified().await;
        echoes.answered.load(Ordering::Relaxed)
    }

    async fn receive(&self, burst: usize, time: Duration) -> io::Result<u64> {
        let until = Instant::now() + time;
        let each = self.sockets.len() * burst;
        let mut total = 0;
        while Instant::now() < until {
            self.arrivals.missing.store(each, Ordering::Relaxed);
            self.sockets[0].emit("publish-to", (&self.room, burst));
            self.arrivals.complete.notified().await;
            total += each as u64;
        }
        Ok(total)
    }
}

type AnyError = Box<dyn Error + Send + Sync>;

async fn enter(connect: Connect, room: String) -> Result<Socket, AnyError> {
    let socket = connect.await?;
    let _: bool = socket.emit_with_ack("join-room", room).await?;
    Ok(socket)
}

/// Asks, and asks again when the answer comes. By callback, as the client of Node does.
fn ask(socket: Socket, echoes: Arc<Echoes>) {
    let asked = socket.clone();
    asked.emit_with_callback("echo", PAYLOAD, move |answer| {
        if echoes.take(answer) {
            ask(socket, echoes);
        }
    });
}

/// Anything else ends the program.
fn expect(text: &str) {
    if text != PAYLOAD {
        fail(&format!("this should not have come: {text:?}"));
    }
}

fn fail(what: &dyn Display) -> ! {
    let _ = writeln!(io::stderr(), "{what}");
    exit(1);
}
