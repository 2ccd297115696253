//! From a target to a stream.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::error::Failure;
use super::proxy;
use super::stream::Stream;
use super::target::Target;

/// How long one address has for itself before the next one is tried beside it (RFC 8305 section
/// 5, and Node): a network that swallows IPv6 costs no more than this.
const HEAD_START: Duration = Duration::from_millis(250);

/// Opens a stream to the server: the name, TCP, the proxy, TLS, all within `dial_timeout`.
pub(crate) async fn connect(target: &Target) -> Result<Stream, Failure> {
    let limit = target.timing.dial_timeout;
    let connected = timeout(limit, connect_anyhow(target)).await;
    connected.unwrap_or_else(|_| {
        let why = format!("no connection within {limit:?}");
        Err(io::Error::new(io::ErrorKind::TimedOut, why).into())
    })
}

async fn connect_anyhow(target: &Target) -> Result<Stream, Failure> {
    let stream = match &target.unix_socket {
        Some(path) => connect_unix(path).await?,
        None => Stream::tcp(connect_tcp(target).await?),
    };
    match target.url.is_secure() {
        true => secure(target, stream).await,
        false => Ok(stream),
    }
}

async fn connect_tcp(target: &Target) -> Result<TcpStream, Failure> {
    let url = &target.url;
    let local = target.local_address;
    match target.proxy.intercept(url) {
        None => Ok(dial(url.host(), url.port(), local).await?),
        Some(intercept) => {
            let (host, port) = proxy::address(&intercept)?;
            let stream = dial(host, port, local).await?;
            proxy::tunnel(&intercept, stream, url).await
        }
    }
}

#[cfg(unix)]
async fn connect_unix(path: &std::path::Path) -> Result<Stream, Failure> {
    Ok(Stream::other(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
async fn connect_unix(_path: &std::path::Path) -> Result<Stream, Failure> {
    Err(Failure::text("this system has no Unix sockets"))
}

#[cfg(feature = "tls")]
async fn secure(target: &Target, stream: Stream) -> Result<Stream, Failure> {
    let tls = match &target.tls {
        Some(tls) => tls.clone(),
        None => super::tls::Tls::shared()?,
    };
    Ok(tls.connect(target.url.host(), stream).await?)
}

#[cfg(not(feature = "tls"))]
async fn secure(_target: &Target, _stream: Stream) -> Result<Stream, Failure> {
    Err(Failure::text(
        "salon-client was built without its feature `tls`",
    ))
}

/// Connects to the first address of a name that answers.
async fn dial(host: &str, port: u16, local: Option<IpAddr>) -> io::Result<TcpStream> {
    let addresses = tokio::net::lookup_host((host, port)).await?;
    let Some(local) = local else {
        return race(alternate(addresses.collect()), TcpStream::connect).await;
    };
    let addresses = addresses.filter(|address| address.is_ipv4() == local.is_ipv4());
    let connect = |address| connect_from(local, address);
    race(addresses.collect(), connect).await
}

async fn connect_from(local: IpAddr, address: SocketAddr) -> io::Result<TcpStream> {
    let socket = match local {
        IpAddr::V4(_) => TcpSocket::new_v4()?,
        IpAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.bind(SocketAddr::new(local, 0))?;
    socket.connect(address).await
}

/// Tries the addresses one after the other, without giving up those that take their time. If none
/// answers it is the last error that is told.
async fn race<S, F: Future<Output = io::Result<S>>>(
    mut waiting: VecDeque<SocketAddr>,
    connect: impl Fn(SocketAddr) -> F,
) -> io::Result<S> {
    let mut attempts = FuturesUnordered::new();
    let mut failure = None;
    loop {
        match waiting.pop_front() {
            Some(address) => attempts.push(connect(address)),
            None if attempts.is_empty() => return Err(failure.unwrap_or_else(no_address)),
            None => {}
        }
        let patience = match waiting.is_empty() {
            true => Duration::MAX,
            false => HEAD_START,
        };
        match timeout(patience, attempts.next()).await {
            Ok(Some(Ok(stream))) => return Ok(stream),
            Ok(Some(Err(error))) => failure = Some(error),
            Ok(None) | Err(_) => {}
        }
    }
}

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the name has no address")
}

/// The addresses of both families in turn (RFC 8305 section 4), each in its order.
fn alternate(addresses: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let first_is_ipv6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_ipv6);
    let mut second = second.into_iter();
    let mut mixed = VecDeque::new();
    for address in first {
        mixed.push_back(address);
        mixed.extend(second.next());
    }
    mixed.extend(second);
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn the_families_take_turns() {
        let parse = |text: &str| text.split(' ').map(|one| one.parse().unwrap()).collect();
        for (given, expected) in [
            (
                "[::1]:1 [::2]:1 [::3]:1 1.1.1.1:1",
                "[::1]:1 1.1.1.1:1 [::2]:1 [::3]:1",
            ),
            ("1.1.1.1:1 [::1]:1 [::2]:1", "1.1.1.1:1 [::1]:1 [::2]:1"),
            ("1.1.1.1:1", "1.1.1.1:1"),
        ] {
            let expected: Vec<SocketAddr> = parse(expected);
            assert_eq!(alternate(parse(given)), expected, "{given}");
        }
        assert!(alternate(vec![]).is_empty());
    }

    /// What comes of an address: after so many milliseconds it answers, or not.
    async fn after(millis: u64, answers: bool, address: SocketAddr) -> io::Result<SocketAddr> {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        match answers {
            true => Ok(address),
            false => Err(io::Error::other(address.to_string())),
        }
    }

    fn ports(count: u16) -> VecDeque<SocketAddr> {
        (1..=count)
            .map(|port| ([127, 0, 0, 1], port).into())
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_swallows_everything_costs_a_moment() {
        let start = tokio::time::Instant::now();
        let connect = |address: SocketAddr| match address.port() {
            1 => after(1_000_000, false, address),
            _ => after(10, true, address),
        };
        let found = race(ports(3), connect).await.unwrap();
        assert_eq!((found.port(), start.elapsed().as_millis()), (2, 260));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_address_still_counts_and_a_failure_is_not_waited_for() {
        let start = tokio::time::Instant::now();
        let connect = |address: SocketAddr| match address.port() {
            1 => after(300, true, address),
            _ => after(1, false, address),
        };
        let found = race(ports(3), connect).await.unwrap();
        assert_eq!((found.port(), start.elapsed().as_millis()), (1, 300));

        let error = race(ports(3), |address| after(1, false, address)).await;
        assert_eq!(error.unwrap_err().to_string(), "127.0.0.1:3");
        let nothing = race(ports(0), |address| after(1, true, address)).await;
        assert_eq!(nothing.unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn a_name_leads_to_whichever_address_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        // Where the name has an address of version 6 as well, nobody listens there.
        let stream = dial("localhost", port, None).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), listener.local_addr().unwrap());
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn the_local_address_is_chosen_and_its_family_with_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let local: IpAddr = [127, 0, 0, 9].into();
        let stream = dial("127.0.0.1", port, Some(local)).await.unwrap();
        assert_eq!(stream.local_addr().unwrap().ip(), local);
        let strange = dial("127.0.0.1", port, Some([0; 16].into())).await;
        assert_eq!(strange.unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn nobody_listening_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let error = dial("127.0.0.1", port, None).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
