//! Writes packets as wire-ready bytes.
//!
//! Each is an Engine.IO message, so each text begins with `4`.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use crate::encoded::Encoded;
use crate::id::{RecoveryId, SocketId};
use crate::packet::tail::{Tail, write_event};
use crate::packet::{ROOT, is_reserved, json};
use crate::parser::ParserError;

/// An event; a tuple gives several arguments, `()` none, anything else one.
///
/// # Errors
/// When the name is reserved or the arguments cannot be written as JSON.
///
/// ```
/// use salon_proto::packet;
///
/// let packet = packet::event("/admin", None, "add", &(1, 2))?;
/// assert_eq!(packet.as_text(), br#"42/admin,["add",1,2]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn event<T: Serialize + ?Sized>(
    namespace: &str,
    ack_id: Option<u64>,
    name: &str,
    args: &T,
) -> Result<Encoded, EncodeError> {
    event_with(namespace, ack_id, name, args, None)
}

/// The same, with an argument of our own after the others.
///
/// # Errors
/// As [`event`].
pub(crate) fn event_with<T: Serialize + ?Sized>(
    namespace: &str,
    ack_id: Option<u64>,
    name: &str,
    args: &T,
    tail: Option<Tail<'_>>,
) -> Result<Encoded, EncodeError> {
    check_name(name)?;
    let packet = with_array(Kind::Event, namespace, ack_id, |out, attachments| {
        write_event(out, name, args, tail, attachments)
    });
    packet.map_err(EncodeError::Json)
}

/// Refuses the names of events that only the library itself emits.
pub(crate) fn check_name(name: &str) -> Result<(), EncodeError> {
    match is_reserved(name) {
        true => Err(EncodeError::Reserved(name.into())),
        false => Ok(()),
    }
}

/// The answer to an event; a tuple gives several values, as for [`event`].
///
/// # Errors
/// When the values cannot be written as JSON.
pub fn ack<T: Serialize + ?Sized>(
    namespace: &str,
    id: u64,
    values: &T,
) -> Result<Encoded, EncodeError> {
    let packet = with_array(Kind::Ack, namespace, Some(id), |out, attachments| {
        json::write_args(out, values, attachments)
    });
    packet.map_err(EncodeError::Json)
}

/// The answer to an event, given as the array that [`json::write_args`] makes of its values.
///
/// # Errors
/// None: it returns a result as [`ack`] does.
///
/// ```
/// let packet = salon_proto::packet::ack_array("/", 3, "[1,\"b\"]", &[])?;
/// assert_eq!(packet.as_text(), br#"433[1,"b"]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ack_array(
    namespace: &str,
    id: u64,
    array: &str,
    attachments: &[Bytes],
) -> Result<Encoded, EncodeError> {
    let packet = with_array(Kind::Ack, namespace, Some(id), |out, attached| {
        out.extend_from_slice(array.as_bytes());
        attached.extend_from_slice(attachments);
        Ok(())
    });
    packet.map_err(EncodeError::Json)
}

/// The server's consent to a connection, with the new socket's id, and the secret one for a
/// client that may come back.
#[must_use]
pub fn connect(namespace: &str, id: &SocketId, recovery: Option<&RecoveryId>) -> Encoded {
    Encoded::text(|out| {
        write_head(out, b"40", namespace, None);
        out.extend_from_slice(connect_data(id, recovery).as_bytes());
    })
}

pub(crate) fn connect_data(id: &SocketId, recovery: Option<&RecoveryId>) -> String {
    match recovery {
        Some(recovery) => format!(r#"{{"sid":"{id}","pid":"{}"}}"#, recovery.reveal()),
        None => format!(r#"{{"sid":"{id}"}}"#),
    }
}

/// A client's wish to be connected, with auth data if it has any: a JSON object.
///
/// ```
/// let packet = salon_proto::packet::join("/admin", Some(r#"{"token":"x"}"#));
/// assert_eq!(packet.as_text(), br#"40/admin,{"token":"x"}"#);
/// ```
#[must_use]
pub fn join(namespace: &str, auth: Option<&str>) -> Encoded {
    Encoded::text(|out| {
        write_head(out, b"40", namespace, None);
        out.extend_from_slice(auth.unwrap_or_default().as_bytes());
    })
}

/// The server's consent to a connection of Socket.IO protocol 4, whose client knows its id.
#[must_use]
pub fn connect_v4(namespace: &str) -> Encoded {
    Encoded::text(|out| write_head(out, b"40", namespace, None))
}

/// The server's refusal of a connection of Socket.IO protocol 4: any JSON.
#[must_use]
pub fn error_v4(namespace: &str, data: &serde_json::Value) -> Encoded {
    Encoded::text(|out| {
        write_head(out, b"44", namespace, None);
        out.extend_from_slice(data.to_string().as_bytes());
    })
}

/// The server's refusal of a connection. `data` is JSON and may be absent.
#[must_use]
pub fn connect_error(namespace: &str, message: &str, data: Option<&serde_json::Value>) -> Encoded {
    Encoded::text(|out| {
        write_head(out, b"44", namespace, None);
        out.extend_from_slice(connect_error_data(message, data).as_bytes());
    })
}

pub(crate) fn connect_error_data(message: &str, data: Option<&serde_json::Value>) -> String {
    let message = serde_json::Value::from(message);
    match data {
        Some(data) => format!(r#"{{"message":{message},"data":{data}}}"#),
        None => format!(r#"{{"message":{message}}}"#),
    }
}

/// One side leaves a namespace.
#[must_use]
pub fn disconnect(namespace: &str) -> Encoded {
    Encoded::text(|out| write_head(out, b"41", namespace, None))
}

/// A packet could not be made of what the application gave.
#[derive(Debug)]
#[non_exhaustive]
pub enum EncodeError {
    /// Only the library itself emits an event of this name.
    Reserved(Box<str>),
    /// The data cannot be written as JSON.
    Json(json::Error),
    /// The server's own [parser](crate::parser::Parser) cannot write it.
    Parser(ParserError),
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserved(name) => {
                write!(f, "\"{name}\" is a reserved event name: choose another")
            }
            Self::Json(error) => error.fmt(f),
            Self::Parser(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for EncodeError {}

#[derive(Clone, Copy)]
enum Kind {
    Event,
    Ack,
}

impl Kind {
    const fn plain(self) -> &'static [u8] {
        match self {
            Self::Event => b"42",
            Self::Ack => b"43",
        }
    }

    /// The second digit of a packet with attachments.
    const fn binary_digit(self) -> u8 {
        match self {
            Self::Event => b'5',
            Self::Ack => b'6',
        }
    }
}

/// Writes head and array in one go; only a packet with attachments, whose number stands
/// before everything else, has its text moved a little.
fn with_array(
    kind: Kind,
    namespace: &str,
    id: Option<u64>,
    write_array: impl FnOnce(&mut Vec<u8>, &mut Vec<Bytes>) -> Result<(), json::Error>,
) -> Result<Encoded, json::Error> {
    Encoded::filled(|out, attachments| {
        let start = out.len();
        write_head(out, kind.plain(), namespace, id);
        write_array(out, attachments)?;
        if !attachments.is_empty() {
            announce(out, start, kind, attachments.len());
        }
        Ok(())
    })
}

/// Makes the packet that begins at `start` one with so many attachments.
fn announce(out: &mut Vec<u8>, start: usize, kind: Kind, attachments: usize) {
    let end = out.len();
    // Writing a number into a vector does not fail.
    let _ = serde_json::to_writer(&mut *out, &attachments);
    out.push(b'-');
    let length = out.len().saturating_sub(end);
    if let Some([_, digit, rest @ ..]) = out.get_mut(start..) {
        *digit = kind.binary_digit();
        rest.rotate_right(length);
    }
}

fn write_head(out: &mut Vec<u8>, kind: &[u8], namespace: &str, id: Option<u64>) {
    out.extend_from_slice(kind);
    if namespace != ROOT {
        out.extend_from_slice(namespace.as_bytes());
        out.push(b',');
    }
    if let Some(id) = id {
        // Writing a number into a vector does not fail.
        let _ = serde_json::to_writer(out, &id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(packet: &Encoded) -> &str {
        std::str::from_utf8(packet.as_text()).unwrap()
    }

    #[test]
    fn heads_name_the_namespace_unless_it_is_the_root() {
        assert_eq!(text(&disconnect("/")), "41");
        assert_eq!(text(&disconnect("/admin")), "41/admin,");
        assert_eq!(text(&event("/", None, "x", &()).unwrap()), r#"42["x"]"#);
        let packet = event("/a", Some(0), "x", "y").unwrap();
        assert_eq!(text(&packet), r#"42/a,0["x","y"]"#);
        assert_eq!(text(&ack("/", 3, &(1, "b")).unwrap()), r#"433[1,"b"]"#);
    }

    #[test]
    fn attachments_are_announced() {
        let data = (Bytes::from_static(b"ab"), 1, Bytes::from_static(b"c"));
        let packet = event("/a", Some(7), "x", &data).unwrap();
        let (first, second) = (
            r#"{"_placeholder":true,"num":0}"#,
            r#"{"_placeholder":true,"num":1}"#,
        );
        assert_eq!(
            text(&packet),
            format!(r#"452-/a,7["x",{first},1,{second}]"#)
        );
        let packet = ack("/", 1, &data).unwrap();
        assert_eq!(text(&packet), format!(r#"462-1[{first},1,{second}]"#));
    }

    #[test]
    fn a_connection_is_confirmed_or_refused() {
        let id = SocketId::parse("abcdefghijklmnopqrst").unwrap();
        assert_eq!(
            text(&connect("/", &id, None)),
            r#"40{"sid":"abcdefghijklmnopqrst"}"#
        );
        let recovery = RecoveryId::parse("tsrqponmlkjihgfedcba");
        assert_eq!(
            text(&connect("/x", &id, recovery.as_ref())),
            r#"40/x,{"sid":"abcdefghijklmnopqrst","pid":"tsrqponmlkjihgfedcba"}"#
        );
        let refusal = connect_error("/x", "say \"please\"", None);
        assert_eq!(text(&refusal), r#"44/x,{"message":"say \"please\""}"#);
        assert_eq!(text(&connect_v4("/")), "40");
        assert_eq!(text(&connect_v4("/x")), "40/x,");
        assert_eq!(text(&error_v4("/x", &"no".into())), r#"44/x,"no""#);
        let refusal = connect_error("/", "no", Some(&serde_json::json!({"code": 401})));
        assert_eq!(text(&refusal), r#"44{"message":"no","data":{"code":401}}"#);
    }
}
