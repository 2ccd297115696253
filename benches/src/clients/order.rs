//! What a client program is told to do: one line each, which it answers by `done` and a number.

use std::fmt;
use std::io;
use std::time::Duration;

/// The start of a client program's first line, before what it is and its version.
pub const READY: &str = "ready ";

/// The start of each answer, before its number.
pub const DONE: &str = "done ";

/// How long a program may take for an order, on a slow machine: none takes a second of its own
/// beyond what it is told.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Opens so many more connections and puts them into the program's own room.
    /// Answered by their number.
    Open(usize),
    /// Closes all. Answered by their number.
    Close,
    /// Asks for echoes with acknowledgement, so many in flight on each connection.
    /// Answered by how many came.
    Echo {
        /// How many are in flight on each connection.
        window: usize,
        /// How long new ones are asked for.
        time: Duration,
    },
    /// Asks for bursts of broadcasts to the room; the next one when all connections have it.
    /// Answered by how many deliveries there were.
    Receive {
        /// How many broadcasts are asked for at once.
        burst: usize,
        /// How long new ones are asked for.
        time: Duration,
    },
    /// Makes memory free that is free to go. Answered by anything.
    Rest,
}

impl Order {
    /// Reads a line.
    ///
    /// # Errors
    /// When it is no order.
    pub fn read(line: &str) -> io::Result<Self> {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let mut number = || words.next().and_then(|word| word.parse().ok());
        let mut whole = || number().map(|number: u64| number as usize);
        let order = match name {
            "open" => whole().map(Self::Open),
            "close" => Some(Self::Close),
            "rest" => Some(Self::Rest),
            "echo" => whole().zip(number()).map(|(window, time)| Self::Echo {
                window,
                time: Duration::from_millis(time),
            }),
            "receive" => whole().zip(number()).map(|(burst, time)| Self::Receive {
                burst,
                time: Duration::from_millis(time),
            }),
            _ => None,
        };
        order.ok_or_else(|| io::Error::other(format!("{line:?} is no order")))
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(count) => write!(f, "open {count}"),
            Self::Close => f.write_str("close"),
            Self::Echo { window, time } => write!(f, "echo {window} {}", time.as_millis()),
            Self::Receive { burst, time } => write!(f, "receive {burst} {}", time.as_millis()),
            Self::Rest => f.write_str("rest"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let time = Duration::from_millis(80);
        let orders = [
            Order::Open(7),
            Order::Close,
            Order::Echo { window: 16, time },
            Order::Receive { burst: 100, time },
            Order::Rest,
        ];
        for order in orders {
            assert_eq!(Order::read(&order.to_string()).unwrap(), order);
        }
    }

    #[test]
    fn nonsense_is_no_order() {
        for line in ["", "sing", "open", "echo 1", "open x"] {
            assert!(Order::read(line).is_err(), "{line}");
        }
    }
}
