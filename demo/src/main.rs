//! The greeting app.
fn main() {}
