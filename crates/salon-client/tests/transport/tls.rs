//! TLS, against salon and against a server that wants to know the client.

use std::net::SocketAddr;
use std::sync::Arc;

use salon_client::transport::{Target, Tls};
use salon_proto::CloseReason;
use salon_proto::engine::Transport;
use tokio::net::TcpListener;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::support::{Client, echo_server, soon, target};

/// A certificate that is its own root, and its key, as PEM.
struct Identity {
    certificate: String,
    key: String,
}

impl Identity {
    fn of(name: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        Self {
            certificate: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
        }
    }

    fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()
    }

    fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap()
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.der()).unwrap();
        roots
    }
}

async fn serve(tls: &salon::Tls) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = salon::Listener::from(listener).with_tls(tls);
    tokio::spawn(salon::serve(listener, echo_server()).into_future());
    address
}

async fn serve_as(identity: &Identity) -> SocketAddr {
    let tls = salon::Tls::from_pem(identity.certificate.as_bytes(), identity.key.as_bytes());
    serve(&tls.unwrap()).await
}

fn secure(address: SocketAddr, tls: Tls) -> Target {
    target(&format!("https://localhost:{}", address.port())).tls(tls)
}

async fn refused(target: Target) -> String {
    let mut client = Client::start(target, Transport::Polling, false);
    assert_eq!(client.closed().await, CloseReason::TransportError);
    client.error.unwrap().to_string()
}

#[tokio::test]
async fn polling_upgrade_and_websocket_work_over_tls() {
    soon(async {
        let identity = Identity::of("localhost");
        let address = serve_as(&identity).await;
        let tls = Tls::builder().roots_pem(identity.certificate.as_bytes());
        let target = secure(address, tls.build().unwrap());
        let mut client = Client::open(target, Transport::Polling, true).await;
        client.echo("one").await;
        client.upgraded().await;
        for length in [1, 16_384, 300_000] {
            client.echo(&"x".repeat(length)).await;
        }
        client.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    soon(async {
        let identity = Identity::of("localhost");
        let address = serve_as(&identity).await;
        let default = target(&format!("https://localhost:{}", address.port()));
        let error = refused(default).await;
        assert!(error.contains("invalid peer certificate"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_certificate_must_be_for_the_name() {
    soon(async {
        let identity = Identity::of("other.example");
        let address = serve_as(&identity).await;
        let tls = || Tls::builder().roots_pem(identity.certificate.as_bytes());
        let error = refused(secure(address, tls().build().unwrap())).await;
        assert!(error.contains("not valid for name"), "{error}");

        let named = tls().server_name("other.example").build().unwrap();
        Client::websocket(secure(address, named))
            .await
            .echo("yes")
            .await;
    })
    .await;
}

#[tokio::test]
async fn in_development_any_certificate_may_do() {
    soon(async {
        let address = serve_as(&Identity::of("other.example")).await;
        let tls = Tls::builder().dangerous_accept_any_certificate();
        let target = secure(address, tls.build().unwrap());
        Client::websocket(target).await.echo("yes").await;
    })
    .await;
}

#[tokio::test]
async fn a_server_can_ask_for_the_clients_certificate() {
    soon(async {
        let (server, me) = (Identity::of("localhost"), Identity::of("me"));
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(
            Arc::new(me.roots()),
            Arc::clone(&provider),
        );
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(vec![server.der()], server.private_key())
            .unwrap();
        let address = serve(&salon::Tls::from_config(config)).await;

        let tls = || Tls::builder().roots_pem(server.certificate.as_bytes());
        let known = tls().client_certificate_pem(me.certificate.as_bytes(), me.key.as_bytes());
        let mut client = Client::websocket(secure(address, known.build().unwrap())).await;
        client.echo("it is me").await;
        refused(secure(address, tls().build().unwrap())).await;
    })
    .await;
}
