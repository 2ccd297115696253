//! TLS with a certificate that can be replaced while the server runs.

use std::fmt;
use std::io;
use std::sync::Arc;

use parking_lot::RwLock;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use super::stream::Stream;

/// The protocols that are offered to clients, the preferred one first.
const PROTOCOLS: &[&[u8]] = &[
    #[cfg(feature = "http2")]
    b"h2",
    b"http/1.1",
];

/// A certificate and what else belongs to TLS, for [`Listener::with_tls`](crate::Listener::with_tls).
/// Clones mean the same one, so a new certificate reaches all listeners that have it.
///
/// ```no_run
/// # fn example() -> std::io::Result<()> {
/// use std::fs::read;
/// use salon::Tls;
///
/// let tls = Tls::from_pem(&read("cert.pem")?, &read("key.pem")?)?;
/// // … months later, when the certificate has been renewed:
/// tls.reload_pem(&read("cert.pem")?, &read("key.pem")?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tls(Arc<RwLock<Arc<ServerConfig>>>);

impl Tls {
    /// TLS 1.3 and 1.2 with a certificate and its key, both in the PEM format. Intermediate
    /// certificates follow the server's own.
    ///
    /// # Errors
    /// When there is no certificate or no key in the PEM data, or they do not fit together.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> io::Result<Self> {
        Ok(Self::from_config(config(certificates, key)?))
    }

    /// TLS as you set it up with rustls, for example with certificates of the clients. Its
    /// `alpn_protocols` are taken as they are: `http/1.1`, and with the feature `http2` also `h2`.
    #[must_use]
    pub fn from_config(config: impl Into<Arc<ServerConfig>>) -> Self {
        Self(Arc::new(RwLock::new(config.into())))
    }

    /// Uses another certificate from now on. Connections that are open stay as they are.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem); the old certificate is then kept.
    pub fn reload_pem(&self, certificates: &[u8], key: &[u8]) -> io::Result<()> {
        self.reload_config(config(certificates, key)?);
        Ok(())
    }

    /// Uses other settings from now on. Connections that are open stay as they are.
    pub fn reload_config(&self, config: impl Into<Arc<ServerConfig>>) {
        let config = config.into();
        let old = std::mem::replace(&mut *self.0.write(), config);
        // It may be the last that holds code of the application, which no lock should wait for.
        drop(old);
    }

    pub(super) async fn accept(&self, stream: Stream) -> io::Result<Stream> {
        let config = Arc::clone(&self.0.read());
        let accepted = TlsAcceptor::from(config).accept(stream).await?;
        Ok(Stream::tls(accepted))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

fn config(certificates: &[u8], key: &[u8]) -> io::Result<ServerConfig> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificates)
        .collect::<Result<_, _>>()
        .map_err(invalid)?;
    if chain.is_empty() {
        return Err(invalid("there is no certificate in the PEM data"));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(invalid)?;
    let mut config = build(chain, key).map_err(invalid)?;
    config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

fn build(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}
