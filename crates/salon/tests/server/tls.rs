//! Salon's own server with TLS. These run in real time, unless they say so.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use salon::{Listener, Server, Socket, Tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::support::{Client, Watchdog, read_response, write_request};

const OPEN: &str = "GET /socket.io/?EIO=4&transport=polling";

/// A certificate for `localhost`, of its own making.
struct Identity {
    certificate: String,
    key: String,
    der: CertificateDer<'static>,
}

impl Identity {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
        Self {
            certificate: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
            der: made.cert.der().clone(),
        }
    }

    fn tls(&self) -> Tls {
        Tls::from_pem(self.certificate.as_bytes(), self.key.as_bytes()).unwrap()
    }

    /// Connects, and trusts nobody but this one.
    async fn dial(&self, address: SocketAddr) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await
    }
}

async fn serve(tls: &Tls) -> SocketAddr {
    let io = Server::new();
    io.on("echo", |text: String| async move { text });
    io.on("who", |socket: Socket| async move {
        let handshake = socket.handshake();
        let ip = handshake.address().map(|address| address.ip());
        (handshake.is_secure(), ip)
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = Listener::from(listener).with_tls(tls);
    tokio::spawn(salon::serve(listener, io).into_future());
    address
}

#[tokio::test]
async fn polling_and_websocket_work_over_tls() {
    let (_watchdog, identity) = (Watchdog::start(), Identity::new());
    let address = serve(&identity.tls()).await;
    let mut stream = identity.dial(address).await.unwrap();
    for _ in 0..3 {
        write_request(&mut stream, OPEN, "").await;
        let open = read_response(&mut stream).await.unwrap().ok();
        assert!(open.starts_with("0{"));
    }
    let mut client = Client::open(identity.dial(address).await.unwrap()).await;
    client.join("").await;
    assert_eq!(client.ask(r#"["who"]"#).await, r#"[true,"127.0.0.1"]"#);
    for length in [0, 1, 16_384, 65_536, 900_000] {
        let text = "x".repeat(length);
        let answer = client.ask(&format!(r#"["echo","{text}"]"#)).await;
        assert_eq!(answer.len(), length + 4);
    }
}

#[tokio::test]
async fn a_new_certificate_is_used_by_new_connections_and_harms_no_session() {
    let (_watchdog, old, new) = (Watchdog::start(), Identity::new(), Identity::new());
    let tls = old.tls();
    let address = serve(&tls).await;
    let mut client = Client::open(old.dial(address).await.unwrap()).await;
    client.join("").await;
    assert!(new.dial(address).await.is_err());

    let (certificate, key) = (new.certificate.as_bytes(), new.key.as_bytes());
    tls.reload_pem(certificate, key).unwrap();

    assert!(old.dial(address).await.is_err());
    let mut later = Client::open(new.dial(address).await.unwrap()).await;
    later.join("").await;
    assert_eq!(client.ask(r#"["echo","old"]"#).await, r#"["old"]"#);
    assert_eq!(later.ask(r#"["echo","new"]"#).await, r#"["new"]"#);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_refused_and_the_old_one_kept() {
    let (_watchdog, one, other) = (Watchdog::start(), Identity::new(), Identity::new());
    let tls = one.tls();
    for (certificate, key) in [
        ("", &*one.key),
        ("no PEM", &*one.key),
        (&*one.certificate, ""),
        (&*one.certificate, &*one.certificate),
        (&*one.certificate, &*other.key),
    ] {
        let (certificate, key) = (certificate.as_bytes(), key.as_bytes());
        let error = tls.reload_pem(certificate, key).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(Tls::from_pem(certificate, key).is_err());
    }
    let address = serve(&tls).await;
    one.dial(address).await.unwrap();
}

#[tokio::test]
async fn who_does_not_speak_tls_gets_nothing() {
    let (_watchdog, identity) = (Watchdog::start(), Identity::new());
    let address = serve(&identity.tls()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    write_request(&mut stream, OPEN, "").await;
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP"), "{rest:?}");
    identity.dial(address).await.unwrap();
}

/// Here the clock is paused: with nothing else to do, the deadline comes at once.
#[tokio::test(start_paused = true)]
async fn the_handshake_of_tls_must_come_in_time() {
    let (_watchdog, identity) = (Watchdog::start(), Identity::new());
    let address = serve(&identity.tls()).await;
    for begin in [&b""[..], b"\x16\x03\x01\x02\x00\x01\x00"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begin).await.unwrap();
        let asked = tokio::time::Instant::now();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        let waited = asked.elapsed().as_secs();
        assert!((9..=12).contains(&waited), "{waited} s");
    }
}

#[tokio::test]
async fn a_graceful_shutdown_does_not_wait_for_the_handshake_of_tls() {
    let (_watchdog, identity) = (Watchdog::start(), Identity::new());
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = tcp.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serve = salon::serve(Listener::from(tcp).with_tls(&identity.tls()), Server::new());
    let serve = serve.with_graceful_shutdown(async { drop(stopped.await) });
    let served = tokio::spawn(serve.into_future());
    let _spare = TcpStream::connect(address).await.unwrap();
    // Once the later one is there, the spare one has been accepted.
    identity.dial(address).await.unwrap();
    tokio::time::pause();
    let asked = tokio::time::Instant::now();
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
    assert_eq!(asked.elapsed().as_secs(), 0);
}
