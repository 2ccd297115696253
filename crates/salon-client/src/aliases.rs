//! The names of `salon-handler` made for the client's socket, so that users see no parameter.

use salon_handler as shared;

use crate::socket::Socket;

/// One call of a handler: who, what, and with which data.
pub type Call<'a> = shared::Call<'a, Socket>;

/// The way to answer an event, for a handler that wants to answer before it returns, or from
/// somewhere else.
///
/// ```no_run
/// # fn example(socket: salon_client::Socket) {
/// use salon_client::Ack;
///
/// socket.on("slow", |ack: Ack| async move {
///     ack.send(&"got it").ok();
///     // … the slow part
/// });
/// # }
/// ```
pub type Ack = shared::Ack<Socket>;

/// Something went wrong in a handler, as [`on_error`](crate::Socket::on_error) is told.
pub type Failure<'a> = shared::Failure<'a, Socket>;

/// An async function that can be called when something happens.
///
/// Implemented for functions and closures of up to eight arguments, and for what
/// [`sequential`](crate::sequential) and its kin make. `M` only tells the implementations apart;
/// the compiler finds it.
#[diagnostic::on_unimplemented(
    message = "this cannot be used as a handler",
    note = "a handler is an async function or closure that can be cloned: its future must be Send and 'static",
    note = "each argument but the last must be something like `Socket`, `Manager`, `State<T>` or `Ack`; only the last may be the event's data (use a tuple for several)",
    note = "what it returns must be `()`, something serde can write, or `Result<_, HandlerError>`"
)]
pub trait Handler<M>: shared::Handler<Socket, M> {}

#[diagnostic::do_not_recommend]
impl<H: shared::Handler<Socket, M>, M> Handler<M> for H {}

/// A handler whose last argument is an [`Event`](crate::Event), so that its name is known.
///
/// [`Socket::on_event`](crate::Socket::on_event) takes it. Each [`Handler`] with such an argument is
/// one.
#[diagnostic::on_unimplemented(
    message = "this cannot be used as a handler of a typed event",
    note = "it must be a handler, as for `on`, whose last argument is a type that implements `Event`",
    note = "derive `Event`, `serde::Serialize` and `serde::Deserialize` for the type"
)]
pub trait EventHandler<M>: shared::EventHandler<Socket, M> {}

#[diagnostic::do_not_recommend]
impl<H: shared::EventHandler<Socket, M>, M> EventHandler<M> for H {}
