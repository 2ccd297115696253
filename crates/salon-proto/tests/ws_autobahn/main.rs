//! The cases of the Autobahn test suite that concern a decoder, by their names
//! there. What the suite observes as an echo is here the decoded message; what
//! it observes as a failed connection is the error's close code.

mod closing;
mod fragments;
mod framing;
mod limits;
mod support;
mod utf8;
