//! Which TLS the HTTP clients use, by the features that are on.

use reqwest::ClientBuilder;

/// Sets TLS up for clients that need it, and as little as possible for those that don't.
pub(super) fn set_up(builder: ClientBuilder, plain: bool) -> ClientBuilder {
    #[cfg(feature = "ring")]
    install_ring();
    #[cfg(any(feature = "rustls", feature = "ring", feature = "native-tls"))]
    if plain {
        return builder.tls_certs_only([]);
    }
    // Without TLS there is nothing to set; elsewhere the platform verifies certificates and accepts no others.
    #[cfg(all(
        feature = "webpki-roots",
        any(feature = "rustls", feature = "ring", feature = "native-tls"),
        any(windows, all(unix, not(target_os = "android")))
    ))]
    if !plain {
        return builder.tls_certs_merge(built_in_roots());
    }
    let _ = plain;
    builder
}

/// Has ring do the cryptography, unless the program has chosen: then that counts.
///
/// For the process, as reqwest knows no other way that leaves its settings of TLS in force: with a configuration of ours it
/// would ignore what a caller sets by `http_client`, certificates for instance.
#[cfg(feature = "ring")]
fn install_ring() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // It fails if somebody was faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Mozilla's certificates, besides the system's.
#[cfg(all(
    feature = "webpki-roots",
    any(feature = "rustls", feature = "ring", feature = "native-tls"),
    any(windows, all(unix, not(target_os = "android")))
))]
fn built_in_roots() -> impl Iterator<Item = reqwest::Certificate> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    roots.filter_map(|root| reqwest::Certificate::from_der(root).ok())
}
