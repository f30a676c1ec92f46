//! Which TLS the HTTP clients use, by the features that are on.

use reqwest::ClientBuilder;

use super::route::Route;
use crate::error::TransportError;

/// Sets TLS up for clients that need it, and as little as possible for those that don't: certificates take longer to load than
/// a call takes.
///
/// `configured`: by the caller, whose settings of TLS the builder holds.
pub(super) fn set_up(builder: ClientBuilder, route: Route, configured: bool) -> Result<ClientBuilder, TransportError> {
    let plain = route.is_plain();
    #[cfg(all(feature = "rustls", not(any(feature = "aws-lc", feature = "native-tls"))))]
    {
        if !configured {
            return Ok(builder.tls_backend_preconfigured(ring::configuration(route)?));
        }
        ring::install();
    }
    #[cfg(any(feature = "rustls", feature = "aws-lc", feature = "native-tls"))]
    if plain {
        return Ok(builder.tls_certs_only([]));
    }
    // Without TLS there is nothing to set; elsewhere the platform verifies certificates and accepts no others.
    #[cfg(all(
        feature = "webpki-roots",
        any(feature = "rustls", feature = "aws-lc", feature = "native-tls"),
        any(windows, all(unix, not(target_os = "android")))
    ))]
    if !plain {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        return Ok(builder.tls_certs_merge(roots.filter_map(|root| reqwest::Certificate::from_der(root).ok())));
    }
    let _ = (plain, configured);
    Ok(builder)
}

/// rustls with ring. reqwest knows only aws-lc by itself: ring has to be the process's default, or part of a whole configuration.
#[cfg(all(feature = "rustls", not(any(feature = "aws-lc", feature = "native-tls"))))]
mod ring {
    use std::sync::Arc;

    use rustls::crypto::CryptoProvider;
    use rustls::{ClientConfig, RootCertStore};
    use rustls_platform_verifier::Verifier;

    use super::Route;
    use crate::error::{RequestError, TransportError, TransportErrorKind};

    /// As reqwest's own, with ring. The process keeps its default, or none.
    pub(super) fn configuration(route: Route) -> Result<ClientConfig, TransportError> {
        configure(route).map_err(|error| {
            TransportError::new(TransportErrorKind::Request, RequestError::Tls { source: Arc::new(error) })
        })
    }

    fn configure(route: Route) -> Result<ClientConfig, rustls::Error> {
        let chosen = CryptoProvider::get_default().cloned();
        let provider = chosen.unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()));
        let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
        let builder = if route.is_plain() {
            builder.with_root_certificates(RootCertStore::empty())
        } else {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier(provider)?))
        };
        let mut configuration = builder.with_no_client_auth();
        configuration.alpn_protocols = protocols(route);
        Ok(configuration)
    }

    /// The preferred first.
    fn protocols(route: Route) -> Vec<Vec<u8>> {
        #[cfg(feature = "http2")]
        if route.is_http2() {
            return vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        let _ = route;
        vec![b"http/1.1".to_vec()]
    }

    fn verifier(provider: Arc<CryptoProvider>) -> Result<Verifier, rustls::Error> {
        #[cfg(all(feature = "webpki-roots", any(windows, all(unix, not(target_os = "android")))))]
        {
            let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
            Verifier::new_with_extra_roots(roots, provider)
        }
        #[cfg(not(all(feature = "webpki-roots", any(windows, all(unix, not(target_os = "android"))))))]
        Verifier::new(provider)
    }

    /// Makes ring the process's default, unless the program has chosen, so that reqwest can make a client of a caller's settings.
    pub(super) fn install() {
        if CryptoProvider::get_default().is_none() {
            // It fails if another thread was faster.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
    }
}
