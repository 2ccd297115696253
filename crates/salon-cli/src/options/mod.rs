//! What the user asked for, read from the command line.

mod bench;
mod server;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};

use salon_client::Value;

use crate::duration;
use crate::help;
use crate::line::{Emit, How};
use crate::words;

pub(crate) use bench::{Bench, Json, Rate, Scenario};
pub(crate) use server::{Server, Transports};

/// What to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Task {
    /// Show a text and end.
    Show(&'static str),
    Connect(Connect),
    Emit(EmitOnce),
    Bench(Box<Bench>),
}

/// `salon connect`
#[derive(Debug, PartialEq)]
pub(crate) struct Connect {
    pub(crate) server: Server,
    pub(crate) json: bool,
    /// Whether the end of the input does not end the program.
    pub(crate) stay: bool,
    /// Whether the first connection is tried again and again, as a lost one is.
    pub(crate) retry: bool,
    /// Whether a lost connection is made anew.
    pub(crate) reconnect: bool,
    /// After how many attempts to give up.
    pub(crate) attempts: Option<u32>,
    /// What to answer to every question of the server, where it is always the same.
    pub(crate) answer: Option<Vec<Value>>,
    /// How long to wait for an answer.
    pub(crate) timeout: Duration,
}

/// `salon emit`
#[derive(Debug, PartialEq)]
pub(crate) struct EmitOnce {
    pub(crate) server: Server,
    pub(crate) emit: Emit,
    pub(crate) json: bool,
    /// How long to wait for the answer.
    pub(crate) timeout: Duration,
}

/// How long the server's answer may take unless the user says so.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Task {
    /// Reads the arguments after the program's name, or says in a sentence what is wrong.
    pub(crate) fn read<I>(arguments: I) -> Result<Self, String>
    where
        I: IntoIterator<Item = OsString>,
    {
        let mut parser = Parser::from_args(arguments);
        let command = match parser.next().map_err(sentence)? {
            None => return Err("Say what to do: `salon connect URL`, say.".to_owned()),
            Some(Arg::Value(command)) => command.string().map_err(sentence)?,
            Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Self::Show(help::ALL)),
            Some(Arg::Short('V') | Arg::Long("version")) => return Ok(Self::Show(help::VERSION)),
            Some(other) => return Err(sentence(other.unexpected())),
        };
        match command.as_str() {
            "connect" => connect(&mut parser),
            "emit" => emit(&mut parser),
            "bench" => bench::read(&mut parser),
            "help" => Ok(Self::Show(help::ALL)),
            other => Err(format!(
                "There is no command `{other}`: there are connect, emit and bench."
            )),
        }
    }
}

fn connect(parser: &mut Parser) -> Result<Task, String> {
    let mut server = Server::default();
    let (mut url, mut answer, mut attempts) = (None, None, None);
    let (mut json, mut stay, mut retry, mut reconnect) = (false, false, false, true);
    let mut timeout = TIMEOUT;
    while let Some(arg) = parser.next().map_err(sentence)? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Task::Show(help::CONNECT)),
            Arg::Long("json") => json = true,
            Arg::Long("stay") => stay = true,
            Arg::Long("retry") => retry = true,
            Arg::Long("no-reconnect") => reconnect = false,
            Arg::Long("attempts") => attempts = Some(number("attempts", parser)?),
            Arg::Long("answer") => answer = Some(args_of("answer", &value(parser)?)?),
            Arg::Long("timeout") => timeout = time("timeout", parser)?,
            Arg::Value(text) if url.is_none() => url = Some(text.string().map_err(sentence)?),
            Arg::Long(name) if server.knows(name) => {
                let name = name.to_owned();
                server.set(&name, parser)?;
            }
            other => return Err(sentence(other.unexpected())),
        }
    }
    server.url =
        url.ok_or("Say where to connect to: `salon connect http://localhost:3000`, say.")?;
    Ok(Task::Connect(Connect {
        server,
        json,
        stay,
        retry,
        reconnect,
        attempts,
        answer,
        timeout,
    }))
}

fn emit(parser: &mut Parser) -> Result<Task, String> {
    let mut server = Server::default();
    let (mut json, mut how, mut timeout) = (false, How::Plain, TIMEOUT);
    let mut words = Vec::new();
    while let Some(arg) = next_or_number(parser)? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Task::Show(help::EMIT)),
            Arg::Long("json") => json = true,
            Arg::Long("ack") => how = How::WithAck,
            Arg::Long("timeout") => timeout = time("timeout", parser)?,
            Arg::Value(text) => words.push(text.string().map_err(sentence)?),
            Arg::Long(name) if server.knows(name) => {
                let name = name.to_owned();
                server.set(&name, parser)?;
            }
            other => return Err(sentence(other.unexpected())),
        }
    }
    let mut words = words.into_iter();
    let (Some(url), Some(event)) = (words.next(), words.next()) else {
        return Err("Say where to connect to and what to emit: \
             `salon emit http://localhost:3000 hello`, say."
            .to_owned());
    };
    server.url = url;
    let args = words
        .map(|word| words::read(&word))
        .collect::<Result<_, _>>()?;
    let emit = Emit { event, args, how };
    Ok(Task::Emit(EmitOnce {
        server,
        emit,
        json,
        timeout,
    }))
}

/// The next argument; a negative number is a value, and not an option.
fn next_or_number(parser: &mut Parser) -> Result<Option<Arg<'_>>, String> {
    if let Some(mut raw) = parser.try_raw_args() {
        let is_number = |text: &std::ffi::OsStr| {
            let digits = text.to_str().and_then(|text| text.strip_prefix('-'));
            digits.is_some_and(|text| text.starts_with(|char: char| char.is_ascii_digit()))
        };
        if let Some(number) = raw.next_if(is_number) {
            return Ok(Some(Arg::Value(number)));
        }
    }
    parser.next().map_err(sentence)
}

/// The value of the option that was read last.
fn value(parser: &mut Parser) -> Result<String, String> {
    let value = parser.value().map_err(sentence)?;
    value.string().map_err(sentence)
}

fn time(option: &str, parser: &mut Parser) -> Result<Duration, String> {
    duration::read(&value(parser)?).map_err(|reason| format!("--{option}: {reason}."))
}

fn number(option: &str, parser: &mut Parser) -> Result<u32, String> {
    let text = value(parser)?;
    let number = text.parse();
    number.map_err(|_| format!("--{option} takes a number, but not {text:?}."))
}

/// Several arguments in the value of one option.
fn args_of(option: &str, text: &str) -> Result<Vec<Value>, String> {
    let words = words::split(text).map_err(|reason| format!("--{option}: {reason}"))?;
    Ok(words.into_iter().map(|word| word.value).collect())
}

/// What lexopt says, as a sentence.
fn sentence(error: lexopt::Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).chain(['.']).collect()
}
