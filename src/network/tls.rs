//! Which certificates are trusted. Orchestrators sign theirs themselves, a new one at each start.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use rustls_platform_verifier::Verifier;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use typed_endpoint::{RequestError, Transport, configured_transport};

use super::connect::{Connector, Tcp};
use super::first_use::{FirstUse, SeenCertificate};

/// Which server certificates are trusted (default: [`system`](Self::system)). It holds for the connections of one
/// [`Connector`](super::Connector), so one for orchestrators does not weaken another.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    trust: Trust,
    /// Made for the first connection: the system's certificates take longer to load than a connection takes.
    config: Arc<OnceLock<Arc<ClientConfig>>>,
}

#[derive(Clone, Debug, Default)]
enum Trust {
    #[default]
    System,
    Pinned([u8; 32]),
    FirstUse(Arc<FirstUse>),
    Anything,
}

impl Tls {
    /// Trusts the certificates that the system trusts, for the name in the URL.
    pub fn system() -> Self {
        Self::trusting(Trust::System)
    }

    /// Trusts one certificate, whatever its name, signer and time: that whose DER form has this SHA-256 hash.
    pub fn pinned(sha256: [u8; 32]) -> Self {
        Self::trusting(Trust::Pinned(sha256))
    }

    /// Trusts, for each host, the certificate that `ask` has accepted, whatever its name, signer and time. `ask` is called when a host
    /// shows its first certificate, and whenever it shows another one than before; not for two connections at the same time.
    /// An orchestrator has a new certificate after each start, and so has an attacker on the way: `ask` is where a program stores
    /// what it has seen, and tells its user. It must not take long.
    ///
    /// ```
    /// use livepeer::network::{Client, Tls};
    ///
    /// // For as long as the program runs, no host changes its certificate.
    /// let tls = Tls::first_use(|seen| match seen.before {
    ///     None => true,
    ///     Some(_) => {
    ///         eprintln!("{} has another certificate: {:02x?}", seen.host, seen.sha256);
    ///         false
    ///     }
    /// });
    /// let network = Client::new().orchestrator("https://orchestrator.example:8935").tls(tls);
    ///
    /// // A hash for each host.
    /// let pins = [("one.example", [0x11; 32]), ("two.example", [0x22; 32])];
    /// let tls = Tls::first_use(move |seen| pins.contains(&(seen.host, seen.sha256)));
    /// let network = Client::new().orchestrator("https://one.example:8935").orchestrator("https://two.example:8935").tls(tls);
    /// ```
    pub fn first_use(ask: impl Fn(&SeenCertificate<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self::trusting(Trust::FirstUse(Arc::new(FirstUse::new(ask))))
    }

    /// Trusts every certificate, so an attacker on the way can read and change everything.
    pub fn insecure() -> Self {
        Self::trusting(Trust::Anything)
    }

    fn trusting(trust: Trust) -> Self {
        Self { trust, config: Arc::default() }
    }

    /// Makes a transport for clients of the [operations](super::operations) of orchestrators, which trusts these certificates.
    ///
    /// ```
    /// use livepeer::Client;
    /// use livepeer::network::{Tls, operations::orchestrator::Orchestrator};
    ///
    /// let client = Client::<Orchestrator>::new().transport(Tls::pinned([7; 32]).transport()?);
    /// # Ok::<(), livepeer::RequestError>(())
    /// ```
    ///
    /// # Errors
    /// When TLS cannot be set up, as without any certificates of the system.
    pub fn transport(&self) -> Result<Arc<dyn Transport>, RequestError> {
        let config = self.config().map_err(io::Error::other)?;
        Ok(configured_transport(None, move |http| http.tls_backend_preconfigured((*config).clone())))
    }

    /// What channels connect by.
    pub(super) fn connector(&self) -> Connector {
        Connector::new(Tcp::default().tls(self.clone()))
    }

    pub(super) async fn connect(&self, host: &str, stream: TcpStream) -> io::Result<Box<dyn super::connect::Io>> {
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let config = self.config().map_err(io::Error::other)?;
        let stream = TlsConnector::from(config).connect(name, stream).await?;
        Ok(Box::new(stream))
    }

    /// The configuration, for HTTP/1.1.
    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, Error> {
        if let Some(config) = self.config.get() {
            return Ok(config.clone());
        }
        let config = Arc::new(self.configure()?);
        Ok(self.config.get_or_init(|| config).clone())
    }

    fn configure(&self) -> Result<ClientConfig, Error> {
        let provider = provider();
        let verifier: Arc<dyn ServerCertVerifier> = match &self.trust {
            Trust::System => Arc::new(Verifier::new(provider.clone())?),
            trust => Arc::new(Own { provider: provider.clone(), trust: trust.clone() }),
        };
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// What the program has chosen for its process, else that of the features, as for the default transport.
fn provider() -> Arc<CryptoProvider> {
    #[cfg(feature = "aws-lc")]
    use tokio_rustls::rustls::crypto::aws_lc_rs as own;
    #[cfg(not(feature = "aws-lc"))]
    use tokio_rustls::rustls::crypto::ring as own;

    CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(own::default_provider()))
}

/// Trusts by the certificate itself, or anything.
struct Own {
    provider: Arc<CryptoProvider>,
    trust: Trust,
}

impl ServerCertVerifier for Own {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let sha256 = || Sha256::digest(certificate).into();
        let is_trusted = match &self.trust {
            Trust::Pinned(expected) => *expected == sha256(),
            Trust::FirstUse(known) => known.trusts(&host.to_str(), sha256()),
            Trust::Anything => true,
            // It has a verifier of its own.
            Trust::System => false,
        };
        match is_trusted {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
        }
    }

    // Whoever shows the certificate has to have its key.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").field("trust", &self.trust).finish_non_exhaustive()
    }
}
