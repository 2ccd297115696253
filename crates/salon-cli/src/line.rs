//! What a line of input asks for.

use std::time::Duration;

use salon_client::Value;

use crate::duration;
use crate::words::{self, Word};

/// The help of `/help`.
pub(crate) const HELP: &str = "\
EVENT ARG…             emit an event; an argument is JSON, or a bare word, which is a string
EVENT ARG… --ack       emit it and wait for the answer; also /ack EVENT ARG…
/volatile EVENT ARG…   emit it only if it can be sent right now
/answer [#N] ARG…      answer the server's question N, or the one that has waited longest
/wait EVENT            read the next line only when this event has come; or /wait 2s
/disconnect, /connect  leave the namespace, and join it again
/help, /quit           this text; leave (also Ctrl-D)
# …                    a remark, ignored

Binary is {\"$binary\":\"base64\"}. A name with spaces, or one that begins with / or #, stands in
double quotes.";

#[derive(Debug, PartialEq)]
pub(crate) enum Line {
    /// Nothing, or a remark.
    Empty,
    Emit(Emit),
    Answer {
        question: Option<u64>,
        args: Vec<Value>,
    },
    Wait(Wait),
    Connect,
    Disconnect,
    Help,
    Quit,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Emit {
    pub(crate) event: String,
    pub(crate) args: Vec<Value>,
    pub(crate) how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Plain,
    Volatile,
    WithAck,
}

/// What must happen before the next line is read.
#[derive(Debug, PartialEq)]
pub(crate) enum Wait {
    For(Duration),
    Until(String),
}

impl Line {
    /// Reads a line, or says what is wrong with it.
    pub(crate) fn read(line: &str) -> Result<Self, String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(Self::Empty);
        }
        match line.strip_prefix('/') {
            Some(command) => command_of(command),
            None => emit(line),
        }
    }
}

fn command_of(line: &str) -> Result<Line, String> {
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match name {
        "ack" => with(rest, How::WithAck),
        "volatile" => with(rest, How::Volatile),
        "answer" => answer(rest),
        "wait" => wait(rest),
        "connect" => alone(name, rest, Line::Connect),
        "disconnect" => alone(name, rest, Line::Disconnect),
        "help" => alone(name, rest, Line::Help),
        "quit" => alone(name, rest, Line::Quit),
        _ => Err(format!(
            "There is no command /{name}: /help lists them. An event of this name stands in \
             double quotes."
        )),
    }
}

fn alone(name: &str, rest: &str, line: Line) -> Result<Line, String> {
    if rest.trim().is_empty() {
        return Ok(line);
    }
    Err(format!("/{name} takes no arguments."))
}

/// An event that may end with `--ack`.
fn emit(line: &str) -> Result<Line, String> {
    match line.strip_suffix("--ack") {
        Some(event) if event.ends_with(char::is_whitespace) => with(event, How::WithAck),
        _ => with(line, How::Plain),
    }
}

fn with(line: &str, how: How) -> Result<Line, String> {
    let mut words = words::split(line)?.into_iter();
    let event = words.next().as_ref().and_then(Word::name);
    let Some(event) = event else {
        return Err(
            "An event begins with its name: a bare word, or a string in quotes.".to_owned(),
        );
    };
    let args = words.map(|word| word.value).collect();
    Ok(Line::Emit(Emit { event, args, how }))
}

fn answer(rest: &str) -> Result<Line, String> {
    let rest = rest.trim_start();
    let (question, rest) = match rest.strip_prefix('#') {
        None => (None, rest),
        Some(rest) => {
            let (number, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let number = number
                .parse()
                .map_err(|_| "After /answer # comes the number of a question.".to_owned())?;
            (Some(number), rest)
        }
    };
    let words = words::split(rest)?;
    let args = words.into_iter().map(|word| word.value).collect();
    Ok(Line::Answer { question, args })
}

fn wait(rest: &str) -> Result<Line, String> {
    let words = words::split(rest)?;
    let [word] = words.as_slice() else {
        return Err("/wait takes the name of one event, or a duration: /wait 2s.".to_owned());
    };
    let is_duration = word.text.starts_with(|char: char| char.is_ascii_digit());
    if is_duration {
        let duration = duration::read(word.text).map_err(|reason| reason + ".")?;
        return Ok(Line::Wait(Wait::For(duration)));
    }
    match word.name() {
        Some(event) => Ok(Line::Wait(Wait::Until(event))),
        None => Err("/wait takes the name of an event.".to_owned()),
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn event(name: &str, args: Vec<Value>, how: How) -> Result<Line, String> {
        Ok(Line::Emit(Emit {
            event: name.to_owned(),
            args,
            how,
        }))
    }

    fn number(number: i64) -> Value {
        Value::from(number)
    }

    fn string(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn a_line_is_an_event_and_its_arguments() {
        let args = vec![number(1), string("you")];
        assert_eq!(
            Line::read("  hello 1 you "),
            event("hello", args, How::Plain)
        );
        assert_eq!(Line::read("5"), event("5", vec![], How::Plain));
        assert_eq!(
            Line::read(r#""/how old?" you"#),
            event("/how old?", vec![string("you")], How::Plain)
        );
    }

    #[test]
    fn an_answer_is_asked_for_in_two_ways() {
        let add = event("add", vec![number(1), number(2)], How::WithAck);
        assert_eq!(Line::read("add 1 2 --ack"), add);
        assert_eq!(Line::read("/ack add 1 2"), add);
        let quoted = event("say", vec![string("--ack")], How::Plain);
        assert_eq!(Line::read(r#"say "--ack""#), quoted);
        let joined = event("say", vec![string("x--ack")], How::Plain);
        assert_eq!(Line::read("say x--ack"), joined);
    }

    #[test]
    fn commands_begin_with_a_slash() {
        assert_eq!(
            Line::read("/volatile at 1"),
            event("at", vec![number(1)], How::Volatile)
        );
        assert_eq!(Line::read("/connect"), Ok(Line::Connect));
        assert_eq!(Line::read("/disconnect "), Ok(Line::Disconnect));
        assert_eq!(Line::read("/help"), Ok(Line::Help));
        assert_eq!(Line::read("/quit"), Ok(Line::Quit));
    }

    #[test]
    fn empty_lines_and_remarks_ask_for_nothing() {
        for line in ["", "   ", "# hello 1", "#"] {
            assert_eq!(Line::read(line), Ok(Line::Empty));
        }
    }

    #[test]
    fn an_answer_may_name_its_question() {
        let args = || vec![string("yes"), number(1)];
        let question = None;
        let args_alone = args();
        assert_eq!(
            Line::read("/answer yes 1"),
            Ok(Line::Answer {
                question,
                args: args_alone
            })
        );
        assert_eq!(
            Line::read("/answer #12 yes 1"),
            Ok(Line::Answer {
                question: Some(12),
                args: args()
            })
        );
        assert_eq!(
            Line::read("/answer"),
            Ok(Line::Answer {
                question: None,
                args: vec![]
            })
        );
    }

    #[test]
    fn waiting_is_for_an_event_or_a_time() {
        let until = Wait::Until("news".to_owned());
        assert_eq!(Line::read("/wait news"), Ok(Line::Wait(until)));
        let quoted = Wait::Until("5s".to_owned());
        assert_eq!(Line::read("/wait \"5s\""), Ok(Line::Wait(quoted)));
        let time = Wait::For(Duration::from_millis(500));
        assert_eq!(Line::read("/wait 500ms"), Ok(Line::Wait(time)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, said) in [
            ("/shout hello", "There is no command /shout"),
            ("/", "There is no command /"),
            ("/quit now", "/quit takes no arguments."),
            ("{\"a\":1} x", "begins with its name"),
            ("/ack", "begins with its name"),
            ("/answer #x 1", "the number of a question"),
            ("/wait", "takes the name of one event"),
            ("/wait a b", "takes the name of one event"),
            ("/wait 5h", "is no duration"),
            ("/wait [1]", "takes the name of an event"),
        ] {
            let sentence = Line::read(line).unwrap_err();
            assert!(sentence.contains(said), "{line}: {sentence}");
        }
    }
}
