//! Event and acknowledgement arguments: serde to Socket.IO's JSON, and back.
//!
//! On the wire the arguments of an event are one JSON array that begins with the event's name, and
//! those of an acknowledgement one without it. Binary data travels beside the text, as attachments;
//! the text holds a placeholder, `{"_placeholder":true,"num":0}`, where each belongs.
//!
//! # How a Rust value becomes arguments
//!
//! The same rule holds for writing and for reading. It looks only at the outermost type:
//!
//! | Rust                                | arguments                                             |
//! |-------------------------------------|-------------------------------------------------------|
//! | `()`                                | none                                                  |
//! | `(a,)`, `(a, b)`, …                 | one, two, …                                           |
//! | `[T; N]`                            | N: serde cannot tell an array from a tuple            |
//! | unit struct                         | none; `null` is read as well                          |
//! | `Option<T>`                         | one; read as `None` when it is missing or `null`      |
//! | anything else                       | one: a `Vec` is one array, a struct is one object     |
//!
//! Tuple structs and newtypes are not tuples: `struct Point(f64, f64)` is one argument, an array.
//! Arguments that the type does not ask for are ignored, as JavaScript does. An `Option` at the end
//! of a tuple may be missing.
//!
//! # Binary
//!
//! [`Bytes`] and the types of `serde_bytes` become attachments at any depth, in depth-first order,
//! and are read from them. **`Vec<u8>` is not binary**: serde sees it as a list, so it is an array
//! of numbers. Attachments are copied once in each direction, because serde only lends them; only
//! [`Bytes`] that are the one argument ([`read_event`], [`with_shared`]) are not. So that a peer cannot
//! multiply them, the placeholders of a packet give out at most as many bytes as came.
//!
//! A placeholder that is met where the type is not binary is an ordinary object, so that
//! `serde_json::Value` shows it as it was sent, and `RawValue` keeps its text.
//!
//! Serde buffers `#[serde(flatten)]`, untagged and internally tagged data before it knows the types
//! inside. Binary works there too. What such a type cannot do is mix, in the buffered part, binary
//! with placeholders that are to stay objects. An untagged enum tries its variants in order, and
//! serde lets text pass as bytes and UTF-8 bytes pass as text: an enum that has both should be
//! tagged. [`Value`](crate::Value) takes any data, binary included;
//! so does a self-describing type of your own if its visitor says that it expects `any value`.
//!
//! # Numbers
//!
//! Integers are written in full. JavaScript reads those beyond 2^53 inexactly: send them as strings.
//! Floats that are not finite are written as `null`, as `JSON.stringify` does.
//!
//! # Limits
//!
//! Arrays and objects may be nested 127 deep, the array of arguments included.

mod all;
mod binary;
mod check;
mod error;
mod event;
mod first;
mod output;
mod placeholder;
mod plain;
mod read;
mod scan;
mod shared;
mod strings;
mod write;

pub use self::all::AllArgs;
pub(crate) use self::check::check_event;
pub use self::check::check_placeholders;
pub use self::error::{Error, ErrorKind};
pub use self::event::read_event;
pub use self::first::First;
#[cfg(feature = "msgpack")]
pub(crate) use self::placeholder::{MARK, NUMBER};
pub use self::read::{read_args, read_value};
#[cfg(feature = "msgpack")]
pub(crate) use self::scan::MAX_DEPTH;
pub use self::scan::{Scanned, scan_args, scan_event};
pub use self::shared::with_shared;
pub use self::write::{write_args, write_event, write_value};

#[cfg(doc)]
use bytes::Bytes;
