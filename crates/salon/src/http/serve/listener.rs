//! What connections come from.

use std::io;
use std::net::SocketAddr;

use socket2::SockRef;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use super::stream::Stream;
#[cfg(feature = "tls")]
use super::tls::Tls;

/// How many connections may wait to be accepted. When a server has been restarted all its clients
/// come at once, and those that find no place try again after one second, three, seven. This is as
/// many as Linux allows by default; tokio's listeners ask for 128, Node's for 511.
const BACKLOG: i32 = 4_096;

/// What [`serve`](crate::serve) accepts connections from: made of a
/// [`TcpListener`](tokio::net::TcpListener) or a [`UnixListener`](tokio::net::UnixListener), with
/// TLS if you want it (feature `tls`).
///
/// The address of a client ([`Handshake::address`](crate::Handshake::address)) is known with TCP
/// only.
///
/// Its queue of connections that wait to be accepted is made as long as the system allows, up to
/// 4,096 (on Linux `net.core.somaxconn` is the bound).
///
/// ```no_run
/// # async fn example() -> std::io::Result<()> {
/// let io = salon::Server::new();
/// let behind_a_proxy = tokio::net::UnixListener::bind("/run/app/salon.sock")?;
/// salon::serve(behind_a_proxy, io).await
/// # }
/// ```
#[derive(Debug)]
pub struct Listener {
    source: Source,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
}

#[derive(Debug)]
enum Source {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// A connection on which nothing has been said yet.
pub(super) struct Arrival {
    pub(super) stream: Stream,
    pub(super) peer: Option<SocketAddr>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Tls>,
}

impl Listener {
    /// Speaks TLS on all its connections, with the certificate that `tls` has when they come.
    ///
    /// ```no_run
    /// # async fn example() -> std::io::Result<()> {
    /// use salon::{Listener, Server, Tls};
    ///
    /// let tls = Tls::from_pem(&std::fs::read("cert.pem")?, &std::fs::read("key.pem")?)?;
    /// let tcp = tokio::net::TcpListener::bind("0.0.0.0:443").await?;
    /// salon::serve(Listener::from(tcp).with_tls(&tls), Server::new()).await
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_tls(mut self, tls: &Tls) -> Self {
        self.tls = Some(tls.clone());
        self
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Lets many connections wait. Fails when it can accept nothing.
    pub(super) fn listen(&self) -> io::Result<()> {
        let socket = match &self.source {
            Source::Tcp(listener) => SockRef::from(listener),
            #[cfg(unix)]
            Source::Unix(listener) => SockRef::from(listener),
        };
        socket.listen(BACKLOG)
    }

    pub(super) async fn accept(&self) -> io::Result<Arrival> {
        let (stream, peer) = match &self.source {
            Source::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                (Stream::tcp(stream), Some(peer))
            }
            #[cfg(unix)]
            Source::Unix(listener) => (Stream::unix(listener.accept().await?.0), None),
        };
        Ok(Arrival {
            stream,
            peer,
            #[cfg(feature = "tls")]
            tls: self.tls.clone(),
        })
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::new(Source::Tcp(listener))
    }
}

#[cfg(unix)]
impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self::new(Source::Unix(listener))
    }
}
