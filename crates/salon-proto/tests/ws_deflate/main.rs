//! Compressed messages (RFC 7692): what `ws` reads and refuses, the cases of the Autobahn test
//! suite, and pieces of any size.

mod autobahn;
mod chunking;
mod random;
mod support;
mod vectors;
