//! `salon bench`: what is asked for, and how it is asked.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};

use super::server::{Server, Transports};
use super::{Task, sentence, time, value};
use crate::help;

/// `salon bench`
#[derive(Debug, PartialEq)]
pub(crate) struct Bench {
    pub(crate) server: Server,
    pub(crate) scenario: Scenario,
    pub(crate) connections: usize,
    pub(crate) rate: Rate,
    /// Messages, or connections that are being opened, that wait for their answer at once.
    pub(crate) in_flight: usize,
    /// How many connections are opened a second before anything is measured.
    pub(crate) open_rate: f64,
    pub(crate) duration: Duration,
    /// What happens before this is not counted.
    pub(crate) warm_up: Duration,
    /// How long any answer may take.
    pub(crate) timeout: Duration,
    /// Bytes of the data of a message.
    pub(crate) payload: usize,
    pub(crate) threads: usize,
    /// Local addresses, which connections take in turn.
    pub(crate) sources: Vec<IpAddr>,
    /// The event that is emitted, where it is not the scenario's own.
    pub(crate) event: Option<String>,
    /// The event by which a broadcast arrives.
    pub(crate) listen: String,
    pub(crate) room_size: usize,
    /// How long a connection lasts before it is cut, on average.
    pub(crate) cut_every: Duration,
    /// How long it then stays away.
    pub(crate) away: Duration,
    pub(crate) restart_command: Option<String>,
    /// The server's process, where it is on this machine.
    pub(crate) pid: Option<u32>,
    pub(crate) json: Option<Json>,
    pub(crate) html: Option<PathBuf>,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Connect,
    Echo,
    Events,
    Broadcast,
    Rooms,
    Binary,
    Polling,
    Idle,
    Jitter,
    Avalanche,
}

/// How often something happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rate {
    PerSecond(f64),
    /// As often as answers come: so many in flight, all the time.
    Max,
}

/// Where the report goes as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Stdout,
    File(PathBuf),
}

/// The options that take a value and are no server's.
pub(super) const NAMES: &[&str] = &[
    "away",
    "connections",
    "cut-every",
    "duration",
    "event",
    "html",
    "in-flight",
    "listen",
    "open-rate",
    "payload",
    "pid",
    "rate",
    "restart-command",
    "room-size",
    "source",
    "threads",
    "timeout",
    "warm-up",
];

/// More would be a mistake, and nothing that one machine can do.
const MAX_CONNECTIONS: u64 = 1_000_000;
const MAX_IN_FLIGHT: u64 = 10_000;
const RATES: std::ops::RangeInclusive<f64> = 0.001..=10_000_000.0;
/// As much as most servers take many times over.
const MAX_PAYLOAD: u64 = 64 << 20;
const MAX_THREADS: u64 = 256;

impl Scenario {
    pub(crate) const ALL: [Self; 10] = [
        Self::Connect,
        Self::Echo,
        Self::Events,
        Self::Broadcast,
        Self::Rooms,
        Self::Binary,
        Self::Polling,
        Self::Idle,
        Self::Jitter,
        Self::Avalanche,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Echo => "echo",
            Self::Events => "events",
            Self::Broadcast => "broadcast",
            Self::Rooms => "rooms",
            Self::Binary => "binary",
            Self::Polling => "polling",
            Self::Idle => "idle",
            Self::Jitter => "jitter",
            Self::Avalanche => "avalanche",
        }
    }

    /// How often a second it happens unless the user says so.
    const fn rate(self) -> f64 {
        match self {
            Self::Broadcast | Self::Jitter => 10.0,
            Self::Connect | Self::Rooms => 100.0,
            _ => 1_000.0,
        }
    }

    const fn duration(self) -> Duration {
        match self {
            // Until everybody is back.
            Self::Avalanche => Duration::from_secs(60),
            _ => Duration::from_secs(10),
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.name() == text);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("There is no scenario `{text}`: there are {names}.")
        })
    }
}

impl Bench {
    pub(crate) fn new(scenario: Scenario) -> Self {
        Self {
            server: Server {
                transports: match scenario {
                    Scenario::Polling => Transports::Polling,
                    _ => Transports::WebSocket,
                },
                ..Server::default()
            },
            scenario,
            connections: 100,
            rate: Rate::PerSecond(scenario.rate()),
            in_flight: match scenario {
                Scenario::Events => 64,
                _ => 1,
            },
            open_rate: 1_000.0,
            duration: scenario.duration(),
            warm_up: Duration::from_secs(1),
            timeout: Duration::from_secs(5),
            payload: 64,
            threads: 1,
            sources: Vec::new(),
            event: None,
            listen: "news".to_owned(),
            room_size: 10,
            cut_every: Duration::from_secs(10),
            away: Duration::from_secs(1),
            restart_command: None,
            pid: None,
            json: None,
            html: None,
        }
    }

    fn set(&mut self, name: &str, parser: &mut Parser) -> Result<(), String> {
        match name {
            "connections" => self.connections = count(name, MAX_CONNECTIONS, parser)?,
            "rate" => self.rate = rate(name, parser)?,
            "open-rate" => self.open_rate = per_second(name, &value(parser)?)?,
            "in-flight" => self.in_flight = count(name, MAX_IN_FLIGHT, parser)?,
            "duration" => self.duration = time(name, parser)?,
            "warm-up" => self.warm_up = time(name, parser)?,
            "timeout" => self.timeout = time(name, parser)?,
            "payload" => self.payload = size(name, &value(parser)?)?,
            "threads" => self.threads = count(name, MAX_THREADS, parser)?,
            "source" => self.sources.extend(addresses(&value(parser)?)?),
            "event" => self.event = Some(value(parser)?),
            "listen" => self.listen = value(parser)?,
            "room-size" => self.room_size = count(name, MAX_CONNECTIONS, parser)?,
            "cut-every" => self.cut_every = time(name, parser)?,
            "away" => self.away = time(name, parser)?,
            "restart-command" => self.restart_command = Some(value(parser)?),
            "pid" => self.pid = Some(count(name, u64::from(u32::MAX), parser)? as u32),
            _ => self.html = Some(value(parser)?.into()),
        }
        Ok(())
    }

    /// Whether it is the user who restarts the server.
    pub(crate) fn waits_for_user(&self) -> bool {
        self.scenario == Scenario::Avalanche && self.restart_command.is_none()
    }

    fn check(self) -> Result<Self, String> {
        if self.duration.is_zero() || self.timeout.is_zero() || self.cut_every.is_zero() {
            return Err("--duration, --timeout and --cut-every take more than no time.".to_owned());
        }
        if self.restart_command.is_some() && self.scenario != Scenario::Avalanche {
            return Err("--restart-command is for the scenario avalanche.".to_owned());
        }
        if self.scenario == Scenario::Jitter && self.rate == Rate::Max {
            return Err("The scenario jitter has no --rate max.".to_owned());
        }
        if self.threads > self.connections {
            return Err("There can be no more --threads than --connections.".to_owned());
        }
        Ok(self)
    }
}

/// Reads what follows `salon bench`.
pub(super) fn read(parser: &mut Parser) -> Result<Task, String> {
    let scenario = match parser.next().map_err(sentence)? {
        Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Task::Show(help::BENCH)),
        Some(Arg::Value(name)) => Scenario::read(&name.string().map_err(sentence)?)?,
        _ => return Err("Say what to measure: `salon bench echo URL`, say.".to_owned()),
    };
    let mut bench = Bench::new(scenario);
    let mut url = None;
    while let Some(arg) = parser.next().map_err(sentence)? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Task::Show(help::BENCH)),
            Arg::Long("json") => bench.json = Some(json(parser)),
            Arg::Value(text) if url.is_none() => url = Some(text.string().map_err(sentence)?),
            Arg::Long(name) => {
                let name = name.to_owned();
                match NAMES.contains(&&*name) {
                    true => bench.set(&name, parser)?,
                    false if bench.server.knows(&name) => bench.server.set(&name, parser)?,
                    false => return Err(format!("Invalid option '--{name}'.")),
                }
            }
            other => return Err(sentence(other.unexpected())),
        }
    }
    bench.server.url =
        url.ok_or("Say where the server is: `salon bench echo http://localhost:3000`, say.")?;
    Ok(Task::Bench(Box::new(bench.check()?)))
}

/// `--json` or `--json=FILE`; what follows after a space is the URL.
fn json(parser: &mut Parser) -> Json {
    match parser.optional_value() {
        Some(file) => Json::File(file.into()),
        None => Json::Stdout,
    }
}

fn count(option: &str, max: u64, parser: &mut Parser) -> Result<usize, String> {
    let text = value(parser)?;
    match text.parse::<u64>() {
        Ok(number) if (1..=max).contains(&number) => Ok(number as usize),
        _ => Err(format!(
            "--{option} takes a number from 1 to {max}, but not {text:?}."
        )),
    }
}

fn rate(option: &str, parser: &mut Parser) -> Result<Rate, String> {
    let text = value(parser)?;
    match text.as_str() {
        "max" => Ok(Rate::Max),
        text => Ok(Rate::PerSecond(per_second(option, text)?)),
    }
}

fn per_second(option: &str, text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if RATES.contains(&number) => Ok(number),
        _ => Err(format!(
            "--{option} takes how often a second it happens, but not {text:?}."
        )),
    }
}

/// `64`, `16k` or `1m`: bytes, KiB or MiB.
fn size(option: &str, text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.to_ascii_lowercase() {
        text if text.ends_with('k') => (text[..text.len() - 1].to_owned(), 1 << 10),
        text if text.ends_with('m') => (text[..text.len() - 1].to_owned(), 1 << 20),
        text => (text, 1),
    };
    let bytes = digits.parse::<u64>().ok();
    match bytes.and_then(|number| number.checked_mul(unit)) {
        Some(bytes) if bytes <= MAX_PAYLOAD => Ok(bytes as usize),
        _ => Err(format!(
            "--{option} takes a size of up to 64m, such as 100, 16k or 1m, but not {text:?}."
        )),
    }
}

fn addresses(text: &str) -> Result<Vec<IpAddr>, String> {
    let each = text.split(',').map(|one| one.trim().parse());
    let all: Result<Vec<_>, _> = each.collect();
    all.map_err(|_| format!("--source takes addresses of this machine, but not {text:?}."))
}
