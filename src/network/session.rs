//! A reserved session of an app.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{Method, Request, header};
use tokio::task::JoinHandle;
use typed_endpoint::{Api, Call, Endpoint, HostedBy, Retry, Secret, Transport};

use super::below::{Base, Below};
use super::client::Client;
use super::closed::Closed;
use super::connect::Io;
use super::error::{Error, Result};
use super::funding::fund;
use super::payer::Payer;
use super::place::{self, Place};
use super::price::Paid;
use super::reserve::stop_in_background;
use super::state::SessionState;
use super::status::Status;
use super::trickle::Channel;
use crate::endpoints::network::orchestrator::{Orchestrator, Stop};
use crate::endpoints::network::signer::PaymentKind;

/// How long stopping may take.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// A session of an app: reserved, and paid for in the background. Made by [`App::reserve`](super::App::reserve).
///
/// Dropping it stops the session in the background, if there is still a runtime to do so; [`close`](Self::close) also says whether that worked.
/// An orchestrator never ends a session that costs nothing by itself: without a stop it holds its capacity.
pub struct Session {
    client: Client,
    orchestrator: crate::Client<Orchestrator>,
    transport: Arc<dyn Transport>,
    state: SessionState,
    base: Base,
    status: Arc<Status>,
    funding: Option<JoinHandle<()>>,
    /// Whether dropping it leaves the session as it is.
    is_detached: bool,
}

impl Client {
    /// Continues a session, by its state: it is paid for again from now on.
    ///
    /// # Errors
    /// When the state is of a paid session and the client has no signer, or when its URLs cannot be used.
    ///
    /// # Panics
    /// Outside of a Tokio runtime, if the session is paid for by time: the payments are made by a task of its own.
    pub fn resume(&self, state: SessionState) -> Result<Session> {
        Session::resume(self.clone(), state)
    }
}

impl Session {
    pub(super) fn resume(client: Client, state: SessionState) -> Result<Self> {
        let payment_url = state.payment.as_ref().map(|payment| &payment.challenge.payment_url);
        for url in [&state.control_url].into_iter().chain(payment_url) {
            place::trusted(url.expose(), state.orchestrator.as_str())?;
        }
        let base = Base::new(place::trusted(state.app_url.expose(), state.orchestrator.as_str())?);
        let orchestrator = client.orchestrator_client()?;
        let transport = client.transport_of_apps()?;
        let status = Arc::new(Status::new(state.payment.clone()));
        let mut funding = None;
        if let Some(payment) = &state.payment
            && payment.kind != PaymentKind::Fixed
        {
            let signer = client.settings.signer.clone().ok_or_else(|| Error::NoSigner { app: state.app.clone() })?;
            let (orchestrator, state, status) = (orchestrator.clone(), payment.clone(), status.clone());
            funding = Some(tokio::spawn(fund(Payer { signer, orchestrator, state, status, is_refused: false })));
        }
        Ok(Self { client, orchestrator, transport, state, base, status, funding, is_detached: false })
    }

    /// Calls the app, by a request of an API of the app's, declared by [`endpoint!`](macro@crate::endpoint), such as
    /// [`AppApi`](super::AppApi): with JSON, server-sent events, files and bytes, typed errors, retries and time-outs as for every call.
    pub fn call<E: HostedBy<<E as Endpoint>::Api>>(&self, request: E) -> Call<E> {
        self.client::<E::Api>().call(request)
    }

    /// Makes a client of the app, for several calls with the same settings. Its server is the orchestrator, which passes calls on to the
    /// app; the session's path does not appear in logs and errors.
    pub fn client<A: Api>(&self) -> crate::Client<A> {
        let below = Below {
            transport: self.transport.clone(),
            base: self.base.clone(),
            status: self.status.clone(),
            id: self.id().clone(),
        };
        crate::Client::new().server(self.base.origin()).transport(below)
    }

    /// Makes the request that opens a WebSocket of the app, for a WebSocket library such as `tokio-tungstenite`. The path begins with a
    /// slash, and may have a query. [`connect`](Self::connect) makes the connection for it:
    ///
    /// ```ignore
    /// let request = session.websocket("/transcribe")?;
    /// let (socket, _) = tokio_tungstenite::client_async(request, session.connect().await?).await?;
    /// ```
    ///
    /// Its URL is a secret. The orchestrator does not close the WebSocket when the session is over: do so when
    /// [`closed`](Self::closed) returns.
    ///
    /// # Errors
    /// [`Error::Url`] when the path is not valid, and [`Error::Ended`] when the session is over.
    pub fn websocket(&self, path: &str) -> Result<Request<()>> {
        if let Some(closed) = self.status.closed() {
            return Err(Error::Ended(closed));
        }
        let invalid = Error::Url("the path of a WebSocket begins with a slash");
        let path = path.parse().ok().filter(|_| path.starts_with('/')).ok_or(invalid)?;
        let url = self.base.below(&path).map_err(|_| Error::Url("the path is not valid below it"))?;
        let host = url.authority().map_or("", |authority| authority.as_str()).to_owned();
        // `http` becomes `ws`, and `https` becomes `wss`.
        let url = url.to_string().replacen("http", "ws", 1);
        let key: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(16).collect();
        Request::builder()
            .method(Method::GET)
            .uri(url)
            .header(header::HOST, host)
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, BASE64_STANDARD.encode(key))
            .header(header::USER_AGENT, crate::USER_AGENT)
            .body(())
            .map_err(|_| Error::Url("the path is not valid below it"))
    }

    /// Connects to the orchestrator in the same way as to channels, with TLS by the client's [`tls`](Client::tls): for a WebSocket library,
    /// which by itself would not accept the certificates of orchestrators.
    ///
    /// # Errors
    /// [`Error::Connect`] when there is no connection.
    pub async fn connect(&self) -> Result<Box<dyn Io>> {
        let connector = self.client.channel_connector();
        connector.connect(self.base.url()).await.map_err(Error::Connect)
    }

    /// Uses a channel whose URL the app has given.
    ///
    /// # Errors
    /// When the URL is not one of a channel.
    pub fn channel(&self, url: &Secret) -> Result<Channel> {
        self.client.channel(url)
    }

    /// Waits until the session is over, and says why. It is noticed by calls of the app and by payments, whichever is first.
    pub async fn closed(&self) -> Closed {
        self.status.wait_closed().await
    }

    /// Why the session is over; `None` while it is not, as far as is known.
    pub fn close_reason(&self) -> Option<Closed> {
        self.status.closed()
    }

    /// Id of the session.
    pub fn id(&self) -> &Secret {
        &self.state.session_id
    }

    /// What was paid until now; `None` if it is free.
    pub fn paid(&self) -> Option<Paid> {
        self.status.payment().map(|payment| payment.paid())
    }

    /// Its state at this moment, for a process that takes over after this one has failed. Payments change it every three seconds.
    pub fn state(&self) -> SessionState {
        let mut state = self.state.clone();
        state.payment = self.status.payment();
        state
    }

    /// Leaves the session as it is, and gives its state, with which [`Client::resume`](super::Client::resume) continues it. A payment that
    /// was begun is brought to its end first; until the session is continued, which has to be within seconds, nobody pays for it.
    pub async fn detach(mut self) -> SessionState {
        self.is_detached = true;
        self.status.stop();
        if let Some(funding) = self.funding.take() {
            let _ = funding.await;
        }
        self.state()
    }

    /// Stops the session.
    ///
    /// # Errors
    /// When the orchestrator cannot be reached; then the session goes on until its credit is used up, and forever if it is free.
    pub async fn close(mut self) -> Result<()> {
        self.is_detached = true;
        self.status.close(Closed::ByUs);
        if let Some(funding) = self.funding.take() {
            funding.abort();
        }
        let place = Place::of_control_url(self.state.control_url.expose())?;
        let stop = self.orchestrator.call(Stop::new(place.route, place.id)).server(&place.server);
        match stop.retry(Retry::attempts(3)).deadline(STOP_LIMIT).await {
            Ok(()) => Ok(()),
            // There is no such runner, and so no session of it.
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(Error::Stop(error.into())),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.is_detached {
            return;
        }
        let is_over = matches!(self.status.closed(), Some(Closed::Ended | Closed::RunnerGone));
        self.status.close(Closed::ByUs);
        if !is_over && let Ok(place) = Place::of_control_url(self.state.control_url.expose()) {
            stop_in_background(&self.orchestrator, place);
        }
    }
}

/// Without its URLs and its id, which are secrets.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("app", &self.state.app)
            .field("orchestrator", &self.state.orchestrator)
            .field("closed", &self.status.closed())
            .finish_non_exhaustive()
    }
}
