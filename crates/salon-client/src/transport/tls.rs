//! TLS as a client does it.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::stream::{Duplex, Stream};

/// How `https` and `wss` are done. Clones mean the same settings, and share their sessions, so
/// that a client that comes back needs a shorter handshake.
///
/// ```no_run
/// # fn example() -> std::io::Result<()> {
/// use std::fs::read;
/// use salon_client::transport::Tls;
///
/// let tls = Tls::builder()
///     .roots_pem(&read("company-ca.pem")?)
///     .client_certificate_pem(&read("me.pem")?, &read("me-key.pem")?)
///     .build()?;
/// # let _ = tls;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
    server_name: Option<ServerName<'static>>,
}

impl Tls {
    /// Begins with the roots that Mozilla trusts and without a certificate of our own.
    pub fn builder() -> TlsBuilder {
        TlsBuilder::default()
    }

    /// TLS as you set it up with rustls, for example with the roots of the operating system.
    /// `alpn_protocols` should be empty or name `http/1.1` only.
    #[must_use]
    pub fn from_config(config: impl Into<Arc<ClientConfig>>) -> Self {
        Self {
            config: config.into(),
            server_name: None,
        }
    }

    /// The defaults, made once for all.
    pub(super) fn shared() -> io::Result<Self> {
        static SHARED: OnceLock<Tls> = OnceLock::new();
        if let Some(shared) = SHARED.get() {
            return Ok(shared.clone());
        }
        let made = Self::builder().build()?;
        Ok(SHARED.get_or_init(|| made).clone())
    }

    /// Encrypts what goes over `stream`, whose other end must be `host`.
    pub(super) async fn connect(
        &self,
        host: &str,
        stream: impl Duplex + 'static,
    ) -> io::Result<Stream> {
        let name = match &self.server_name {
            Some(name) => name.clone(),
            None => ServerName::try_from(host.to_owned()).map_err(invalid)?,
        };
        let connector = TlsConnector::from(Arc::clone(&self.config));
        Ok(Stream::other(connector.connect(name, stream).await?))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// Puts together a [`Tls`].
#[derive(Default)]
#[must_use]
pub struct TlsBuilder {
    roots: Option<Vec<u8>>,
    identity: Option<(Vec<u8>, Vec<u8>)>,
    server_name: Option<Box<str>>,
    accepts_any: bool,
}

impl TlsBuilder {
    /// Trusts these certificates, in the PEM format, and no longer those that Mozilla trusts. The
    /// same as the option `ca` in Node.
    pub fn roots_pem(mut self, certificates: &[u8]) -> Self {
        self.roots = Some(certificates.to_vec());
        self
    }

    /// Shows the server this certificate when it asks for one; both in the PEM format.
    pub fn client_certificate_pem(mut self, certificates: &[u8], key: &[u8]) -> Self {
        self.identity = Some((certificates.to_vec(), key.to_vec()));
        self
    }

    /// Asks for this name (SNI), and expects it in the certificate, instead of the URL's host.
    pub fn server_name(mut self, name: &str) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// **Dangerous:** takes any certificate of anybody, so that anyone on the way can read and
    /// change everything. For development only; [`roots_pem`](Self::roots_pem) is as easy.
    pub fn dangerous_accept_any_certificate(mut self) -> Self {
        self.accepts_any = true;
        self
    }

    /// Makes the settings.
    ///
    /// # Errors
    /// When the PEM data has no certificate or no key, or they do not fit together, or the name is
    /// none.
    pub fn build(self) -> io::Result<Tls> {
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(invalid)?;
        let config = match self.accepts_any {
            true => config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))),
            false => config.with_root_certificates(roots(self.roots.as_deref())?),
        };
        let config = match self.identity {
            Some((certificates, key)) => {
                let key = PrivateKeyDer::from_pem_slice(&key).map_err(invalid)?;
                let chain = chain(&certificates)?;
                config.with_client_auth_cert(chain, key).map_err(invalid)?
            }
            None => config.with_no_client_auth(),
        };
        let name = self
            .server_name
            .map(|name| ServerName::try_from(name.into_string()));
        Ok(Tls {
            config: Arc::new(config),
            server_name: name.transpose().map_err(invalid)?,
        })
    }
}

impl fmt::Debug for TlsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsBuilder")
    }
}

fn roots(pem: Option<&[u8]>) -> io::Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    match pem {
        None => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for certificate in chain(pem)? {
                store.add(certificate).map_err(invalid)?;
            }
        }
    }
    Ok(store)
}

fn chain(pem: &[u8]) -> io::Result<Vec<CertificateDer<'static>>> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.map_err(invalid)?;
    match chain.is_empty() {
        true => Err(invalid("there is no certificate in the PEM data")),
        false => Ok(chain),
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

/// Trusts everybody, but still wants the signatures to be those of the certificate shown.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mozillas_roots_are_the_default() {
        assert!(roots(None).unwrap().len() > 50);
        assert!(Tls::shared().is_ok());
    }

    #[test]
    fn what_cannot_be_used_is_refused_early() {
        assert!(Tls::builder().roots_pem(b"").build().is_err());
        assert!(Tls::builder().server_name("a b").build().is_err());
        assert!(
            Tls::builder()
                .client_certificate_pem(b"", b"")
                .build()
                .is_err()
        );
    }
}
