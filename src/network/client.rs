//! The client of the network.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use typed_endpoint::{Retry, Secret, Transport, default_transport};

use super::connect::Connector;
use super::error::{Error, Result};
use super::shared::Shared;
use super::trickle::Channel;
use crate::endpoints::network::orchestrator::Orchestrator;
use crate::endpoints::network::signer::{SignOrchestratorInfo, Signer};

/// A client of the living Livepeer network: it finds runners of apps, reserves sessions of them, calls them, and pays by a signer.
///
/// Clones share what is known of runners. Orchestrators and the signer are separate: each has its own transport, certificates and
/// headers, and nothing of the signer's, such as its key, is sent to anybody else.
///
/// ```no_run
/// # livepeer::model! {
/// #     /// Channels.
/// #     pub struct Channels: livepeer::network::AppApi {
/// #         /// The channel with the result.
/// #         output: livepeer::Secret,
/// #     }
/// # }
/// # livepeer::endpoint! {
/// #     /// Starts it.
/// #     pub Start: livepeer::network::AppApi = POST "/start" json {
/// #         /// The style.
/// #         style: String,
/// #     } -> Channels
/// # }
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use livepeer::network::{Client, Price};
///
/// let network = Client::new().orchestrator("https://orchestrator.example:8935").signer("https://signer.example").signer_key("sk_1234");
/// let session = network.app("example/restyle").max_price(Price::per_hour(2_000_000_000_000_000)).reserve().await?;
/// let channels = session.call(Start::new("watercolour")).await?;
/// let mut output = session.channel(&channels.output)?.subscribe();
/// # let _ = output.next().await?;
/// session.close().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(super) settings: Arc<Settings>,
    pub(super) shared: Arc<Shared>,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) orchestrators: Vec<String>,
    pub(super) discovery: Option<String>,
    pub(super) signer: Option<crate::Client<Signer>>,
    transport: Option<Arc<dyn Transport>>,
    connector: Option<Connector>,
    #[cfg(any(feature = "rustls", feature = "aws-lc"))]
    tls: Option<super::tls::Tls>,
    /// Of single orchestrators.
    #[cfg(any(feature = "rustls", feature = "aws-lc"))]
    own_tls: Vec<(super::origins::Origin, super::tls::Tls)>,
    pub(super) patience: Duration,
    pub(super) rest: Duration,
}

impl Client {
    /// Creates a client that knows nobody.
    pub fn new() -> Self {
        let settings = Settings {
            orchestrators: Vec::new(),
            discovery: None,
            signer: None,
            transport: None,
            connector: None,
            #[cfg(any(feature = "rustls", feature = "aws-lc"))]
            tls: None,
            #[cfg(any(feature = "rustls", feature = "aws-lc"))]
            own_tls: Vec::new(),
            patience: Duration::from_secs(10),
            rest: Duration::from_secs(30),
        };
        Self { settings: Arc::new(settings), shared: Arc::default() }
    }

    /// Adds an orchestrator by its URL, or its host and port (by https). With orchestrators, no other list of runners is used.
    #[must_use]
    pub fn orchestrator(self, url: impl AsRef<str>) -> Self {
        let url = url.as_ref().trim().trim_end_matches('/');
        let url = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        self.set(|settings| settings.orchestrators.push(url))
    }

    /// Sets a URL that lists orchestrators with their runners. Without it, and without orchestrators, the signer does.
    #[must_use]
    pub fn discovery_url(self, url: impl Into<String>) -> Self {
        self.set(|settings| settings.discovery = Some(url.into()))
    }

    /// Sets the signer by its URL: it pays for runners that have a price.
    #[must_use]
    pub fn signer(self, url: impl AsRef<str>) -> Self {
        self.set(|settings| settings.signer = Some(settings.signer.take().unwrap_or_default().server(url)))
    }

    /// Sets what the signer accepts as a bearer token. Nobody else receives it.
    #[must_use]
    pub fn signer_key(self, key: impl AsRef<str>) -> Self {
        self.set(|settings| settings.signer = Some(settings.signer.take().unwrap_or_default().key(key)))
    }

    /// Sets the signer by a client of it, with settings of its own.
    #[must_use]
    pub fn signer_client(self, client: crate::Client<Signer>) -> Self {
        self.set(|settings| settings.signer = Some(client))
    }

    /// Sets which certificates of orchestrators are trusted (default: those that the system trusts). Orchestrators sign theirs
    /// themselves, so most need [`Tls::pinned`](super::Tls::pinned) or [`Tls::first_use`](super::Tls::first_use). The signer is not affected.
    #[cfg(any(feature = "rustls", feature = "aws-lc"))]
    #[must_use]
    pub fn tls(self, tls: super::tls::Tls) -> Self {
        self.set(|settings| settings.tls = Some(tls))
    }

    /// Adds an orchestrator as [`orchestrator`](Self::orchestrator) does, and sets which certificates are trusted for the host and port of
    /// its URL, channels and WebSockets included, in place of those of [`tls`](Self::tls). Two orchestrators at one host have
    /// nothing in common then.
    ///
    /// ```
    /// use livepeer::network::{Client, Tls};
    ///
    /// let network = Client::new()
    ///     .orchestrator_with_tls("https://one.example:8935", Tls::pinned([0x11; 32]))
    ///     .orchestrator_with_tls("https://one.example:8936", Tls::pinned([0x22; 32]))
    ///     // It has a certificate that the system trusts.
    ///     .orchestrator("https://two.example");
    /// ```
    #[cfg(any(feature = "rustls", feature = "aws-lc"))]
    #[must_use]
    pub fn orchestrator_with_tls(self, url: impl AsRef<str>, tls: super::tls::Tls) -> Self {
        self.orchestrator(url).set(|settings| {
            let url = settings.orchestrators.last().and_then(|url| url.parse().ok());
            settings.own_tls.extend(url.as_ref().and_then(super::origins::origin).map(|origin| (origin, tls)));
        })
    }

    /// Sends the requests to orchestrators, and through them to apps, through a transport.
    #[must_use]
    pub fn transport(self, transport: impl Transport) -> Self {
        self.set(|settings| settings.transport = Some(Arc::new(transport)))
    }

    /// Connects to channels in another way.
    #[must_use]
    pub fn connector(self, connector: Connector) -> Self {
        self.set(|settings| settings.connector = Some(connector))
    }

    /// Sets how long to try again while all runners of an app are busy (default: 10 seconds).
    #[must_use]
    pub fn patience(self, time: Duration) -> Self {
        self.set(|settings| settings.patience = time)
    }

    /// Sets how long a runner that failed is not used, if there are others (default: 30 seconds).
    #[must_use]
    pub fn rest(self, time: Duration) -> Self {
        self.set(|settings| settings.rest = time)
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self.shared = Arc::default();
        self
    }
}

/// Channels.
impl Client {
    /// Uses a channel whose URL an app or an event has given.
    ///
    /// # Errors
    /// When the URL is not one of a channel.
    pub fn channel(&self, url: &Secret) -> Result<Channel> {
        Channel::with_connector(url.expose(), self.channel_connector()).map_err(Error::Channel)
    }
}

impl Client {
    pub(super) fn channel_connector(&self) -> Connector {
        if let Some(connector) = &self.settings.connector {
            return connector.clone();
        }
        #[cfg(any(feature = "rustls", feature = "aws-lc"))]
        {
            let by = super::tls::Tls::connector;
            let others = self.settings.tls.as_ref().map_or_else(Connector::default, by);
            if self.settings.own_tls.is_empty() {
                return others;
            }
            let own = self.settings.own_tls.iter().map(|(origin, tls)| (origin.clone(), by(tls))).collect();
            Connector::new(super::origins::ByOrigin { own, others })
        }
        #[cfg(not(any(feature = "rustls", feature = "aws-lc")))]
        Connector::default()
    }

    pub(super) fn transport_of_apps(&self) -> Result<Arc<dyn Transport>> {
        let transport = self.shared.transport.get_or_init(|| {
            if let Some(transport) = &self.settings.transport {
                return Ok(transport.clone());
            }
            #[cfg(any(feature = "rustls", feature = "aws-lc"))]
            {
                let by = super::tls::Tls::transport;
                let others = self.settings.tls.as_ref().map_or_else(|| default_transport(None), by)?;
                if self.settings.own_tls.is_empty() {
                    return Ok(others);
                }
                let own = self.settings.own_tls.iter().map(|(origin, tls)| Ok((origin.clone(), by(tls)?)));
                let own = own.collect::<std::result::Result<_, typed_endpoint::RequestError>>()?;
                Ok(Arc::new(super::origins::ByOrigin { own, others }) as Arc<dyn Transport>)
            }
            #[cfg(not(any(feature = "rustls", feature = "aws-lc")))]
            default_transport(None)
        });
        transport.clone().map_err(Error::Transport)
    }

    /// A client of orchestrators, which makes each call once.
    pub(super) fn orchestrator_client(&self) -> Result<crate::Client<Orchestrator>> {
        Ok(self.orchestrators()?.retry(Retry::never()))
    }

    pub(super) fn orchestrators(&self) -> Result<crate::Client<Orchestrator>> {
        Ok(crate::Client::new().transport(self.transport_of_apps()?))
    }

    /// The signer, and the address of who pays.
    pub(super) async fn payer(&self, app: &str) -> Result<(crate::Client<Signer>, String)> {
        let signer = self.settings.signer.clone().ok_or_else(|| Error::NoSigner { app: app.to_owned() })?;
        let address = self.shared.payer.get_or_try_init(async || {
            let signed = signer.call(SignOrchestratorInfo::new()).await;
            signed.map(|signed| signed.address).map_err(|error| Error::Signer(error.into()))
        });
        let address = address.await?.clone();
        Ok((signer, address))
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("orchestrators", &self.settings.orchestrators)
            .field("signer", &self.settings.signer)
            .finish_non_exhaustive()
    }
}
