//! Certificates that are trusted because their hosts have shown them before.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Of how many hosts the certificates are remembered. Those of more are asked about with every connection.
const MAX_HOSTS: usize = 10_000;

/// A certificate that a host shows for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeenCertificate<'a> {
    /// The host's name or address, without a port: TLS knows none. Orchestrators at several ports of one host each need a
    /// [`Client::orchestrator_with_tls`](super::Client::orchestrator_with_tls), or they replace one another here.
    pub host: &'a str,
    /// The SHA-256 hash of the certificate's DER form.
    pub sha256: [u8; 32],
    /// That of the certificate which was trusted before; `None` if this is the host's first one.
    pub before: Option<[u8; 32]>,
}

type Ask = dyn Fn(&SeenCertificate<'_>) -> bool + Send + Sync;

pub(super) struct FirstUse {
    ask: Box<Ask>,
    known: Mutex<HashMap<String, [u8; 32]>>,
}

impl FirstUse {
    pub(super) fn new(ask: impl Fn(&SeenCertificate<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self { ask: Box::new(ask), known: Mutex::default() }
    }

    pub(super) fn trusts(&self, host: &str, sha256: [u8; 32]) -> bool {
        // Held while asking: of two first certificates at the same time, the second one has one before it.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.get(host).copied();
        if before == Some(sha256) {
            return true;
        }
        let is_trusted = (self.ask)(&SeenCertificate { host, sha256, before });
        if is_trusted && (before.is_some() || known.len() < MAX_HOSTS) {
            known.insert(host.to_owned(), sha256);
        }
        is_trusted
    }
}

impl fmt::Debug for FirstUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstUse").finish_non_exhaustive()
    }
}
