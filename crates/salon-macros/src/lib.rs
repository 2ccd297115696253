//! The derive macro `Event` of salon's typed events.
//!
//! It is documented where users find it: `salon::Event` and `salon_client::Event`. There is one macro
//! for each crate that exports it, since each has to name its own crate in what it writes; all
//! implement the same trait.

mod event;
mod name;

use proc_macro::TokenStream;

/// Exported as `salon::Event`.
#[proc_macro_derive(EventForServer, attributes(event))]
pub fn event_for_server(input: TokenStream) -> TokenStream {
    event::derive(input.into(), "salon").into()
}

/// Exported as `salon_client::Event`.
#[proc_macro_derive(EventForClient, attributes(event))]
pub fn event_for_client(input: TokenStream) -> TokenStream {
    event::derive(input.into(), "salon_client").into()
}

/// Exported as `salon_handler::Event`.
#[proc_macro_derive(EventForBoth, attributes(event))]
pub fn event_for_both(input: TokenStream) -> TokenStream {
    event::derive(input.into(), "salon_handler").into()
}
