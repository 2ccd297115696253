//! The names of `salon-handler` made for the server's socket, so that users see no parameter.

use salon_handler as shared;

use crate::socket::Socket;

/// One call of a handler: who, what, and with which data.
pub type Call<'a> = shared::Call<'a, Socket>;

/// The way to answer an event, for a handler that wants to answer before it returns, or from
/// somewhere else.
///
/// ```
/// use salon::{Ack, Server};
///
/// Server::new().on("slow", |ack: Ack| async move {
///     ack.send(&"got it").ok();
///     // … the slow part
/// });
/// ```
pub type Ack = shared::Ack<Socket>;

/// Something went wrong in a handler or a middleware, as
/// [`on_error`](crate::Namespace::on_error) is told.
pub type Failure<'a> = shared::Failure<'a, Socket>;

/// Made by [`deduplicated`]. Clones share what they remember.
pub type Deduplicated<K, H> = shared::Deduplicated<Socket, K, H>;

/// A middleware.
pub(crate) type Check = shared::Check<Socket>;

/// Why a handler is called.
pub(crate) type Occasion<'a> = shared::Occasion<'a, Socket>;

/// An async function that can be called when something happens.
///
/// Implemented for functions and closures of up to eight arguments, and for what
/// [`sequential`](crate::sequential) and its kin make. `M` only tells the implementations apart;
/// the compiler finds it.
///
/// ```
/// use salon::{Handler, Registration, Server};
///
/// /// Registers a handler under two names.
/// fn on_both<M: 'static>(io: &Server, handler: impl Handler<M>) -> [Registration; 2] {
///     [io.on("colour", handler.clone()), io.on("color", handler)]
/// }
///
/// on_both(&Server::new(), |name: String| async move { println!("{name}") });
/// ```
#[diagnostic::on_unimplemented(
    message = "this cannot be used as a handler",
    note = "a handler is an async function or closure that can be cloned: its future must be Send and 'static",
    note = "each argument but the last must be something like `Socket`, `Server`, `State<T>` or `Ack`; only the last may be the event's data (use a tuple for several)",
    note = "what it returns must be `()`, something serde can write, or `Result<_, HandlerError>`"
)]
pub trait Handler<M>: shared::Handler<Socket, M> {}

#[diagnostic::do_not_recommend]
impl<H: shared::Handler<Socket, M>, M> Handler<M> for H {}

/// A handler whose last argument is an [`Event`](crate::Event), so that its name is known.
///
/// [`Server::on_event`](crate::Server::on_event) and its kin take it. Each [`Handler`] with such an
/// argument is one.
#[diagnostic::on_unimplemented(
    message = "this cannot be used as a handler of a typed event",
    note = "it must be a handler, as for `on`, whose last argument is a type that implements `Event`",
    note = "derive `Event`, `serde::Serialize` and `serde::Deserialize` for the type"
)]
pub trait EventHandler<M>: shared::EventHandler<Socket, M> {}

#[diagnostic::do_not_recommend]
impl<H: shared::EventHandler<Socket, M>, M> EventHandler<M> for H {}

/// A handler that is called once for each event, however often a client sends it.
///
/// JavaScript's client sends an event again, with its option `retries`, when no acknowledgement
/// came in time; also when only the acknowledgement was lost. What it sends is the same data:
/// nothing else tells a retry from a new event. So the client must put a key into the data, and
/// `key` reads it. A retry gets the answer that the first try got, or will get.
///
/// What is remembered is bounded: the latest 10,000 events and 4,000,000 bytes of keys and
/// answers for each handler, or what [`remember`](Deduplicated::remember) says, in this process.
/// A retry that comes after its event was forgotten is a new event.
///
/// - **All clients share the keys.** A retry may come on a new connection, so salon cannot know
///   whose it is. Let the client draw long random keys (`crypto.randomUUID()`), or put into the key
///   who the client is; otherwise one client may get the answer that was meant for another.
/// - **A handler that fails is not remembered**: a retry calls it again. The tries that waited
///   meanwhile get the same error.
/// - **A client stops to retry once it gets an answer.** So the handler must return a value, or
///   use its [`Ack`].
///
/// ```
/// use salon::{Call, Server, deduplicated};
///
/// fn key(call: &Call<'_>) -> Result<String, salon::HandlerError> {
///     let (key, _) = call.data::<(String, serde_json::Value)>()?;
///     Ok(key)
/// }
///
/// async fn order((_key, article): (String, String)) -> String {
///     format!("{article} is on its way")
/// }
///
/// let io = Server::new();
/// io.on("order", deduplicated(key, order));
/// ```
///
/// The client: `io({ retries: 3, ackTimeout: 5000 })`, and then
/// `socket.emit("order", crypto.randomUUID(), "a book")`.
pub fn deduplicated<K, H>(key: K, handler: H) -> Deduplicated<K, H>
where
    K: Fn(&Call<'_>) -> Result<String, shared::HandlerError> + Clone + Send + Sync + 'static,
{
    shared::deduplicated(key, handler)
}
