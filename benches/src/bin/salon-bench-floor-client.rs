//! The floor of `cargo bench-client`: a bare epoll loop that moves the same bytes as the other two
//! clients, one write for each connection that has something to say, and knows nothing of the
//! protocol. No client can be cheaper without another way into the kernel.
//!
//! `salon-bench-floor-client ADDRESS ROOM` does what `client/client.mjs` does with Node's client.

use std::io::{self, Write, stdin, stdout};
use std::net::SocketAddr;

use salon_benches::clients::order::{DONE, Order, READY};
use salon_benches::load::{Connections, connect, echo, enter_room, receive};
use salon_benches::wire::Content;

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let mut word = || words.next().unwrap_or_default();
    let mut floor = Floor {
        server: word().parse().map_err(io::Error::other)?,
        room: word(),
        connections: None,
    };
    writeln!(stdout(), "{READY}an epoll loop without the protocol")?;
    for line in stdin().lines() {
        let done = floor.follow(Order::read(&line?)?)?;
        writeln!(stdout(), "{DONE}{done}")?;
    }
    Ok(())
}

/// The connections of this program.
struct Floor {
    server: SocketAddr,
    room: String,
    connections: Option<Connections>,
}

impl Floor {
    fn follow(&mut self, order: Order) -> io::Result<u64> {
        match order {
            Order::Open(count) => self.open(count),
            Order::Close => Ok(self.close()),
            Order::Echo { window, time } => {
                let done = echo(self.connections()?, Content::Text, window, time)?;
                Ok(done.messages)
            }
            Order::Receive { burst, time } => {
                let room = self.room.clone();
                Ok(receive(self.connections()?, &room, burst, time)?.messages)
            }
            // Nothing is kept that could go.
            Order::Rest => Ok(0),
        }
    }

    fn open(&mut self, count: usize) -> io::Result<u64> {
        if self.connections.is_some() {
            return Err(io::Error::other("there are connections already"));
        }
        let mut connections = connect(self.server, count)?;
        enter_room(&mut connections, &self.room)?;
        self.connections = Some(connections);
        Ok(count as u64)
    }

    fn close(&mut self) -> u64 {
        let connections = self.connections.take();
        connections.map_or(0, |all| all.len() as u64)
    }

    fn connections(&mut self) -> io::Result<&mut Connections> {
        let connections = self.connections.as_mut();
        connections.ok_or_else(|| io::Error::other("there are no connections"))
    }
}
