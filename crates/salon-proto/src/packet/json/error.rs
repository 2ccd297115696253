//! Why arguments could not be written or read.

use std::fmt;

/// Why arguments could not be written or read.
///
/// Its text says what was wrong and, where the program can mend it, how. [`kind`](Self::kind) tells
/// the cases apart.
pub struct Error(Box<Reason>);

/// The sort of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not one JSON array (or, where a value is read, one JSON value). The peer is to
    /// blame.
    Malformed,
    /// The array of an event does not begin with a string or a number. The peer is to blame.
    NoName,
    /// Fewer arguments came than the type asks for.
    MissingArgument,
    /// The data does not fit the type.
    WrongType,
    /// A placeholder does not name one of the packet's attachments, or placeholders repeat
    /// attachments too often. The peer is to blame.
    IllegalAttachments,
    /// Binary data was written where only plain JSON can be sent.
    BinaryNotAllowed,
    /// The data has no form in JSON, or its own `Serialize` failed.
    NotSerializable,
}

#[derive(Debug)]
pub(super) enum Reason {
    Malformed(serde_json::Error),
    NestedTooDeep,
    NoName,
    MissingArgument {
        expected: usize,
        came: usize,
    },
    WrongType {
        argument: Option<usize>,
        source: serde_json::Error,
    },
    IllegalAttachments {
        count: usize,
    },
    BinaryNotAllowed,
    NotSerializable(serde_json::Error),
}

impl Error {
    /// The sort of this error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match *self.0 {
            Reason::Malformed(_) | Reason::NestedTooDeep => ErrorKind::Malformed,
            Reason::NoName => ErrorKind::NoName,
            Reason::MissingArgument { .. } => ErrorKind::MissingArgument,
            Reason::WrongType { .. } => ErrorKind::WrongType,
            Reason::IllegalAttachments { .. } => ErrorKind::IllegalAttachments,
            Reason::BinaryNotAllowed => ErrorKind::BinaryNotAllowed,
            Reason::NotSerializable(_) => ErrorKind::NotSerializable,
        }
    }

    /// Which argument has the wrong type or is missing, counted from 1; `None` if no single one is
    /// to blame.
    #[must_use]
    pub fn argument(&self) -> Option<usize> {
        match *self.0 {
            Reason::WrongType { argument, .. } => argument,
            Reason::MissingArgument { came, .. } => Some(came.saturating_add(1)),
            _ => None,
        }
    }

    pub(super) fn new(reason: Reason) -> Self {
        Self(Box::new(reason))
    }

    /// An error of serde_json while it read `argument`: the text or the type is wrong.
    pub(super) fn reading(argument: Option<usize>, source: serde_json::Error) -> Self {
        Self::new(match source.classify() {
            serde_json::error::Category::Data => Reason::WrongType { argument, source },
            _ => Reason::Malformed(source),
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Reason::Malformed(source) => write!(f, "malformed JSON: {source}"),
            Reason::NestedTooDeep => f.write_str("the JSON is nested deeper than 127 levels"),
            Reason::NoName => {
                f.write_str("the event has no name: its array must begin with a string or a number")
            }
            Reason::MissingArgument { expected, came } => write_missing(f, *expected, *came),
            Reason::WrongType {
                argument: Some(argument),
                source,
            } => {
                write!(f, "argument {argument} does not fit its type: {source}")
            }
            Reason::WrongType {
                argument: None,
                source,
            } => {
                write!(f, "the data does not fit its type: {source}")
            }
            Reason::IllegalAttachments { count } => write!(
                f,
                "illegal attachments: a placeholder does not name one of the {count} that came, \
                 or they are repeated"
            ),
            Reason::BinaryNotAllowed => f.write_str(
                "binary data can be sent in events and acknowledgements only: \
                 write it as text here, for example in base64",
            ),
            Reason::NotSerializable(source) => {
                write!(f, "the data cannot be written as JSON: {source}")
            }
        }
    }
}

fn write_missing(f: &mut fmt::Formatter<'_>, expected: usize, came: usize) -> fmt::Result {
    let arguments = if expected == 1 {
        "argument"
    } else {
        "arguments"
    };
    write!(
        f,
        "expected {expected} {arguments}, but {came} came: \
         make those that may be missing an Option"
    )
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

// serde_json's reason is part of the text, so it is not given as the source again.
impl std::error::Error for Error {}
