//! A server of its own, for those who need no other: TCP, Unix sockets, TLS.

mod connection;
#[cfg(feature = "http2")]
mod http2;
mod listener;
mod stream;
#[cfg(feature = "tls")]
mod tls;

use std::fmt;
use std::future::{Future, IntoFuture, pending};
use std::io;
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, select};
use tokio::sync::watch;

pub use listener::Listener;
pub(super) use stream::Stream;
#[cfg(feature = "tls")]
pub use tls::Tls;

use crate::http::SalonLayer;

/// How long to wait after a failed accept: most often there are no file descriptors left, and
/// trying at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long connections may take to end after a graceful shutdown began.
const GRACE: Duration = Duration::from_secs(10);

/// Serves a [`Server`](crate::Server), or one of [plain Engine.IO](crate::engine), on a listener,
/// for ever: drop the future to stop, or use [`Serve::with_graceful_shutdown`]. Paths that are not
/// its own get status 404.
///
/// A listener is a [`TcpListener`](tokio::net::TcpListener), a
/// [`UnixListener`](tokio::net::UnixListener), or either of them with TLS: see [`Listener`].
///
/// # Errors
/// When the listener is not one that accepts connections.
///
/// ```no_run
/// # async fn example() -> std::io::Result<()> {
/// let io = salon::Server::new();
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
/// salon::serve(listener, io).await
/// # }
/// ```
pub fn serve(listener: impl Into<Listener>, server: impl Into<SalonLayer>) -> Serve {
    Serve {
        listener: listener.into(),
        server: server.into(),
        signal: pending().boxed(),
    }
}

/// Serves when it is awaited. Made by [`serve`].
#[must_use = "it does nothing until it is awaited"]
pub struct Serve {
    listener: Listener,
    server: SalonLayer,
    signal: BoxFuture<'static, ()>,
}

impl Serve {
    /// Ends when `signal` does: the listener is closed, then the server as
    /// [`Server::close`](crate::Server::close) does, requests under way are answered, connections
    /// without one are closed, and after 10 s at the latest this future returns.
    ///
    /// ```no_run
    /// # async fn example() -> std::io::Result<()> {
    /// # let io = salon::Server::new();
    /// # let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    /// let asked_to_stop = async { drop(tokio::signal::ctrl_c().await) };
    /// salon::serve(listener, io).with_graceful_shutdown(asked_to_stop).await
    /// # }
    /// ```
    pub fn with_graceful_shutdown(
        mut self,
        signal: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        self.signal = signal.boxed();
        self
    }

    async fn run(self) -> io::Result<()> {
        let Self {
            listener,
            server,
            signal,
        } = self;
        listener.listen()?;
        // Each connection holds a receiver, so that the sender sees when the last has gone.
        let (stop, stopping) = watch::channel(false);
        {
            let accepting = pin!(accept(&listener, &server, stopping));
            select(signal, accepting).await;
        }
        drop(listener);
        stop.send_replace(true);
        let ended = async {
            server.close().await;
            stop.closed().await;
        };
        // Whoever has not been answered by then is cut off; that is no failure.
        let _ = tokio::time::timeout(GRACE, ended).await;
        Ok(())
    }
}

impl IntoFuture for Serve {
    type Output = io::Result<()>;
    type IntoFuture = BoxFuture<'static, io::Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        self.run().boxed()
    }
}

impl fmt::Debug for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve")
            .field("listener", &self.listener)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// Accepts connections for ever.
async fn accept(listener: &Listener, server: &SalonLayer, stopping: watch::Receiver<bool>) {
    loop {
        match listener.accept().await {
            Ok(arrival) => {
                let (server, stopping) = (server.clone(), stopping.clone());
                tokio::spawn(connection::serve(arrival, server, stopping));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!("cannot accept connections: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Errors that say nothing about the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
